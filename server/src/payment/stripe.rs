//! Stripe's hosted checkout: a session is made for an order, and asked after. No card data and no script of Stripe's
//! comes near the shop's pages.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use frontage_shared::order::OrderId;
use http_body_util::Full;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use hyper::{Method, Request, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use tokio::sync::Semaphore;

use super::settings::StripeSettings;
use super::webhook::{self, CallError, SessionObject};
use super::{PaymentError, Report, Session, Wanted, amount};
use crate::outbound::{Client, ClientError, Origin, Secrets, SecretsError, SetupError};
use crate::route::encode_segment;

/// The API as it is written for here; accounts may be on another version.
const VERSION: &str = "2025-03-31.basil";
const SESSIONS: &str = "/v1/checkout/sessions";
/// Requests under way at the same time; one more fails at once, so that a slow provider holds up nothing else.
const MOST_AT_ONCE: usize = 64;
/// Between two questions about one order, in seconds.
const ASKED_EVERY_S: i64 = 5;
/// Orders of which it is remembered when they were asked for.
const MOST_ASKED: usize = 10_000;
/// The pause before a request is sent again; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// How often a request is sent at most.
const MOST_ATTEMPTS: u32 = 4;
/// Languages of Stripe's pages among ours; for others it takes the browser's.
const LANGUAGES: [&str; 8] = ["en", "de", "fr", "es", "it", "nl", "pl", "sv"];

/// The adapter.
pub struct Stripe {
    shop: String,
    client: Client,
    pages: Origin,
    pages_text: String,
    timeout: Duration,
    authorization: HeaderValue,
    webhook_secrets: Secrets,
    under_way: Semaphore,
    asked: Mutex<HashMap<OrderId, i64>>,
}

/// Why the adapter cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StripeError {
    /// A file of secrets.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The client.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// An address is no origin.
    #[error("`checkout.stripe.{0}` is not an origin")]
    Origin(&'static str),
}

impl fmt::Debug for Stripe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stripe({})", self.shop)
    }
}

/// What Stripe answers when it refuses. Its message is left out: it may repeat what the shopper typed.
#[derive(Debug, Default, Deserialize)]
struct Refusal {
    #[serde(default)]
    error: RefusalError,
}

#[derive(Debug, Default, Deserialize)]
struct RefusalError {
    #[serde(rename = "type")]
    kind: Option<String>,
    code: Option<String>,
    param: Option<String>,
}

impl Stripe {
    /// Reads the secrets and gets ready; asks nobody.
    ///
    /// # Errors
    /// A secret cannot be read, or an address is none.
    pub fn open(settings: &StripeSettings, shop: &str) -> Result<Self, StripeError> {
        let origin = |key, text: &str| Origin::parse(text).ok_or(StripeError::Origin(key));
        let file = &settings.secret_key_file;
        let key = Secrets::load("checkout.stripe.secret_key_file", file, 1)?;
        let file = &settings.webhook_secret_file;
        let webhook_secrets = Secrets::load("checkout.stripe.webhook_secret_file", file, 2)?;
        let bearer: String = key.all().map(|key| format!("Bearer {key}")).collect();
        // Secrets are visible ASCII, so this is always a header.
        let mut authorization =
            HeaderValue::try_from(bearer).unwrap_or_else(|_| HeaderValue::from_static("Bearer"));
        authorization.set_sensitive(true);
        Ok(Self {
            shop: shop.to_owned(),
            client: Client::new(origin("api", &settings.api)?)?,
            pages: origin("pages", &settings.pages)?,
            pages_text: settings.pages.clone(),
            timeout: settings.timeout,
            authorization,
            webhook_secrets,
            under_way: Semaphore::new(MOST_AT_ONCE),
            asked: Mutex::default(),
        })
    }

    /// The origin of the pages on which shoppers pay, as configured.
    pub fn pages(&self) -> &str {
        &self.pages_text
    }

    /// What a call at the webhook says of an order of this shop; none for what is not about one.
    ///
    /// # Errors
    /// It is not Stripe that calls, or nothing that can be understood.
    pub fn hear(&self, header: &str, body: &[u8], now: i64) -> Result<Option<Report>, CallError> {
        webhook::verify(&self.webhook_secrets, header, body, now)?;
        webhook::read(body, &self.shop)
    }

    /// Makes a session for an order. Asking again for the same order gives the same session.
    ///
    /// # Errors
    /// There is none to be used.
    pub async fn begin(&self, wanted: &Wanted<'_>) -> Result<Session, PaymentError> {
        let fields = self.fields(wanted)?;
        let key = wanted.id.to_string();
        let answer = self
            .ask(Method::POST, SESSIONS, encoded(&fields), &key)
            .await;
        let answer = match answer {
            // An address that passes our form and not Stripe's is asked for on Stripe's page.
            Err(PaymentError::Refused { reason, .. }) if reason.ends_with("customer_email") => {
                let others = fields.iter().filter(|(name, _)| *name != "customer_email");
                let others: Vec<_> = others.cloned().collect();
                self.ask(Method::POST, SESSIONS, encoded(&others), &key)
                    .await?
            }
            answer => answer?,
        };
        let currency = wanted.order.currency.as_str();
        let got = (answer.amount_total, answer.currency.as_deref());
        let fits = got.0 == Some(wanted.amount)
            && got.1.is_some_and(|got| got.eq_ignore_ascii_case(currency));
        if !fits {
            return Err(PaymentError::Total {
                got: format!("{:?} {}", got.0, got.1.unwrap_or("in no currency")),
                wanted: format!("{} {currency}", wanted.amount),
            });
        }
        let url = answer
            .url
            .ok_or(PaymentError::Answer("it has no address"))?;
        match Origin::of_url(&url) {
            Some(origin) if origin == self.pages => Ok(Session { id: answer.id, url }),
            _ => Err(PaymentError::Page(self.pages_text.clone())),
        }
    }

    /// Whether an order may be asked for now: a page that is loaded again and again asks no more than every few seconds.
    pub fn may_ask(&self, id: OrderId, now: i64) -> bool {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.get(&id).is_some_and(|at| now - at < ASKED_EVERY_S) {
            return false;
        }
        if asked.len() >= MOST_ASKED {
            asked.retain(|_, at| now - *at < ASKED_EVERY_S);
        }
        let has_room = asked.len() < MOST_ASKED;
        if has_room {
            asked.insert(id, now);
        }
        has_room
    }

    /// Asks how far a session is; none if it is not for an order of this shop.
    ///
    /// # Errors
    /// There is no answer.
    pub async fn look(&self, session: &str) -> Result<Option<Report>, PaymentError> {
        let path = format!("{SESSIONS}/{}", encode_segment(session));
        let answer = self.ask(Method::GET, &path, String::new(), "").await?;
        Ok(answer.report(&self.shop))
    }

    /// The fields of a new session. They are the same whenever they are made for one form, as its key wants.
    fn fields(&self, wanted: &Wanted<'_>) -> Result<Vec<(String, String)>, PaymentError> {
        let order = wanted.order;
        let language = order.locale.split('-').next().unwrap_or_default();
        let locale = LANGUAGES.iter().find(|known| **known == language);
        let id = wanted.id.to_string();
        let expires_at = wanted.expires_at.to_string();
        let mut fields: Vec<(String, String)> = [
            ("mode", "payment"),
            ("client_reference_id", &id),
            ("customer_email", &order.customer.email),
            ("success_url", &wanted.paid_url),
            ("cancel_url", &wanted.back_url),
            ("expires_at", &expires_at),
            ("locale", locale.unwrap_or(&"auto")),
            ("metadata[shop]", &self.shop),
            ("metadata[order]", &id),
            ("payment_intent_data[metadata][order]", &id),
            ("payment_intent_data[metadata][shop]", &self.shop),
            // What is charged is what the shop showed, in its currency.
            ("adaptive_pricing[enabled]", "false"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let currency = order.currency.to_ascii_lowercase();
        for (at, item) in amount::items(order)?.into_iter().enumerate() {
            let mut field = |name: &str, value: &str| {
                fields.push((format!("line_items[{at}]{name}"), value.to_owned()));
            };
            field("[quantity]", "1");
            field("[price_data][currency]", &currency);
            field("[price_data][unit_amount]", &item.amount.to_string());
            field("[price_data][product_data][name]", &item.name);
        }
        Ok(fields)
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: String,
        key: &str,
    ) -> Result<SessionObject, PaymentError> {
        let Ok(_permit) = self.under_way.try_acquire() else {
            return Err(PaymentError::Busy(MOST_AT_ONCE));
        };
        let asking = self.ask_until(method, path, Bytes::from(body), key);
        match tokio::time::timeout(self.timeout, asking).await {
            Ok(answer) => answer,
            Err(_) => Err(PaymentError::TooSlow(self.timeout.as_millis())),
        }
    }

    /// Asks again where that can help: nothing was asked yet, the same question is being answered, or it was too often.
    async fn ask_until(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
        key: &str,
    ) -> Result<SessionObject, PaymentError> {
        let (mut pause, mut attempt) = (FIRST_PAUSE, 1);
        loop {
            let answer = match self.request(&method, path, body.clone(), key) {
                Ok(request) => self.client.send(request).await,
                Err(()) => return Err(PaymentError::Answer("its name is no path")),
            };
            let is_last = attempt == MOST_ATTEMPTS;
            match answer {
                Ok((status, body)) if status.is_success() => {
                    let wrong = PaymentError::Answer("it is not the JSON of one");
                    return serde_json::from_slice(&body).map_err(|_| wrong);
                }
                Ok((StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS, _)) if !is_last => {}
                Ok((status, body)) => return Err(refused(status, &body)),
                Err(ClientError::Connect { .. }) if !is_last => {}
                Err(error) => return Err(error.into()),
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
            attempt += 1;
        }
    }

    fn request(
        &self,
        method: &Method,
        path: &str,
        body: Bytes,
        key: &str,
    ) -> Result<Request<Full<Bytes>>, ()> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(AUTHORIZATION, self.authorization.clone())
            .header(USER_AGENT, concat!("Frontage/", env!("CARGO_PKG_VERSION")))
            .header("stripe-version", VERSION);
        if !key.is_empty() {
            request = request
                .header("idempotency-key", key)
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        request.body(Full::new(body)).map_err(|_| ())
    }
}

fn encoded(fields: &[(String, String)]) -> String {
    let encode = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn refused(status: StatusCode, body: &[u8]) -> PaymentError {
    let refusal: Refusal = serde_json::from_slice(body).unwrap_or_default();
    let RefusalError { kind, code, param } = refusal.error;
    let parts = [kind, code, param].map(|part| part.unwrap_or_default());
    let plain = |c: &char| c.is_ascii_alphanumeric() || "_-.[]".contains(*c);
    let parts = parts.map(|part| part.chars().filter(plain).take(60).collect::<String>());
    PaymentError::Refused {
        status: status.as_u16(),
        reason: parts.join(" ").trim().to_owned(),
    }
}
