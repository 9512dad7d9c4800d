//! A stand-in for Stripe on loopback: sessions with idempotency, the page to pay on, and signed webhooks.
//!
//! It is as strict about requests as the real one where the shop must not be wrong: credentials, keys, times, amounts.
//! It does nothing by itself but what a test or a click asks for.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, LOCATION};
use hyper::{Method, Request, StatusCode};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::task::JoinHandle;

use crate::shop::{Page, Shop};
use crate::stand_in;

/// The key that the stand-in takes.
pub const SECRET_KEY: &str = "sk_test_of_the_stand_in_4242";
/// The version of the API that it speaks: the one that the adapter was written for.
pub const VERSION: &str = "2025-03-31.basil";
/// What it signs webhooks with.
pub const WEBHOOK_SECRET: &str = "whsec_of_the_stand_in_4242";

/// The running stand-in; it ends when it is dropped.
#[derive(Debug)]
pub struct Stripe {
    address: SocketAddr,
    state: Arc<State>,
    task: JoinHandle<()>,
}

/// What is wrong with the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Every request is answered with this status.
    Status(u16),
    /// The next request is answered with this status.
    StatusOnce(u16),
    /// No request is answered.
    Silence,
    /// Sessions are for a cent more.
    WrongTotal,
    /// The page to pay on is somewhere else.
    WrongPage,
}

/// One session.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its name.
    pub id: String,
    /// What it was made with.
    pub fields: BTreeMap<String, String>,
    /// The key it was made with.
    pub key: String,
    /// The sum of its items.
    pub amount: i64,
    /// `open`, `complete` or `expired`.
    pub status: &'static str,
    /// `unpaid` or `paid`.
    pub payment_status: &'static str,
}

#[derive(Debug, Default)]
struct State {
    origin: Mutex<String>,
    sessions: Mutex<Vec<Session>>,
    trouble: Mutex<Option<Trouble>>,
    /// How often the API was asked, by method and path.
    asked: Mutex<HashMap<String, usize>>,
    /// Where webhooks go when somebody pays on the page.
    webhook: Mutex<Option<String>>,
}

impl Stripe {
    /// Starts it on a free port.
    ///
    /// # Panics
    /// There is no free port.
    pub async fn start() -> Self {
        let (listener, address) = stand_in::listen().await;
        let state = Arc::new(State::default());
        *lock(&state.origin) = format!("http://{address}");
        let served = Arc::clone(&state);
        let answer = move |request| answer(Arc::clone(&served), request);
        let task = stand_in::serve(listener, || {}, answer);
        Self {
            address,
            state,
            task,
        }
    }

    /// The keys of a server that pays here; [`Stripe::give_secrets_to`] writes the files they name.
    pub fn settings(&self) -> String {
        let origin = format!("http://{}", self.address);
        format!(
            "[checkout.stripe]\nsecret_key_file = \"stripe-key\"\nwebhook_secret_file = \"stripe-webhook\"\n\
             api = \"{origin}\"\npages = \"{origin}\"\ntimeout_ms = 2000"
        )
    }

    /// Writes the files with the secrets.
    ///
    /// # Panics
    /// The shop's folder cannot be written.
    pub fn give_secrets_to(&self, shop: &Shop) {
        for (file, secret) in [
            ("stripe-key", SECRET_KEY),
            ("stripe-webhook", WEBHOOK_SECRET),
        ] {
            std::fs::write(shop.folder().join(file), secret).expect("a file of our own");
        }
    }

    /// From now on, something is wrong with the API, or nothing any more.
    pub fn trouble(&self, trouble: Option<Trouble>) {
        *lock(&self.state.trouble) = trouble;
    }

    /// From now on, whoever pays on the page makes the stand-in call this shop, before the payer is sent back.
    pub fn calls(&self, shop: &Shop) {
        *lock(&self.state.webhook) = Some(shop.url("/webhooks/stripe"));
    }

    /// All sessions.
    pub fn sessions(&self) -> Vec<Session> {
        lock(&self.state.sessions).clone()
    }

    /// How often the API was asked for this method and path, such as `POST /v1/checkout/sessions`.
    pub fn asked(&self, what: &str) -> usize {
        lock(&self.state.asked).get(what).copied().unwrap_or(0)
    }

    /// The session becomes what a test wants of it, as [`Session::status`] and [`Session::payment_status`] have it.
    pub fn becomes(&self, id: &str, status: &'static str, payment_status: &'static str) -> Session {
        self.state.becomes(id, status, payment_status)
    }

    /// Calls a shop with an event of this kind about a session, properly signed.
    pub async fn tell(&self, shop: &Shop, kind: &str, session: &Session) -> Page {
        let body = event(kind, &session.object());
        let signature = sign(WEBHOOK_SECRET, now(), &body);
        self.call(shop, body, &signature).await
    }

    /// Calls a shop with any body and signature.
    pub async fn call(&self, shop: &Shop, body: String, signature: &str) -> Page {
        let request = shop
            .client()
            .post(shop.url("/webhooks/stripe"))
            .header("stripe-signature", signature)
            .header("content-type", "application/json")
            .body(body);
        shop.request(request).await
    }
}

impl Drop for Stripe {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Session {
    /// It as the API has it.
    pub fn object(&self) -> Value {
        let field = |name: &str| self.fields.get(name).cloned();
        let payment = self.id.replace("cs_", "pi_");
        json!({
            "id": self.id,
            "object": "checkout.session",
            "amount_total": self.amount,
            "currency": field("line_items[0][price_data][currency]"),
            "client_reference_id": field("client_reference_id"),
            "metadata": {"shop": field("metadata[shop]"), "order": field("metadata[order]")},
            "payment_intent": (self.status == "complete").then_some(payment),
            "payment_status": self.payment_status,
            "status": self.status,
        })
    }
}

/// An event of this kind about an object.
pub fn event(kind: &str, object: &Value) -> String {
    json!({"id": "evt_1", "object": "event", "type": kind, "data": {"object": object}}).to_string()
}

/// The header that signs a body.
///
/// # Panics
/// Never: HMAC takes keys of any length.
pub fn sign(secret: &str, at: u64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length");
    mac.update(format!("{at}.{body}").as_bytes());
    let tag = mac.finalize().into_bytes();
    let hex: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={at},v1={hex}")
}

/// Unix seconds.
#[expect(
    clippy::disallowed_methods,
    reason = "the stand-in is another machine, with a clock of its own"
)]
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

type Answer = hyper::Response<Full<Bytes>>;

async fn answer(state: Arc<State>, request: Request<Incoming>) -> Result<Answer, Infallible> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes());
    let body = body.unwrap_or_default();
    let path = parts.uri.path().to_owned();
    if let Some(id) = path.strip_prefix("/pay/") {
        return Ok(match parts.method {
            Method::POST => state.pay(id).await,
            _ => state.page(id),
        });
    }
    let what = format!("{} {path}", parts.method);
    *lock(&state.asked).entry(what).or_default() += 1;
    let trouble = *lock(&state.trouble);
    match trouble {
        Some(Trouble::Silence) => {
            tokio::time::sleep(Duration::from_secs(3600)).await;
        }
        Some(Trouble::StatusOnce(status)) => {
            *lock(&state.trouble) = None;
            return Ok(refusal(status, "api_error", ""));
        }
        Some(Trouble::Status(status)) => return Ok(refusal(status, "api_error", "")),
        _ => {}
    }
    let header = |name: &str| {
        let value = parts.headers.get(name);
        value.and_then(|value| value.to_str().ok()).unwrap_or("")
    };
    if header(AUTHORIZATION.as_str()) != format!("Bearer {SECRET_KEY}") {
        return Ok(refusal(401, "invalid_request_error", ""));
    }
    if header("stripe-version") != VERSION {
        return Ok(refusal(400, "invalid_request_error", "stripe-version"));
    }
    Ok(match path.strip_prefix("/v1/checkout/sessions") {
        Some("") if parts.method == Method::POST => {
            state.create(header("idempotency-key"), &body, trouble)
        }
        Some(id) => match state.session(id.trim_start_matches('/')) {
            Some(session) => object(&session.object()),
            None => refusal(404, "invalid_request_error", "session"),
        },
        None => refusal(404, "invalid_request_error", "path"),
    })
}

impl State {
    fn session(&self, id: &str) -> Option<Session> {
        let sessions = lock(&self.sessions);
        sessions.iter().find(|session| session.id == id).cloned()
    }

    fn becomes(&self, id: &str, status: &'static str, payment_status: &'static str) -> Session {
        let mut sessions = lock(&self.sessions);
        let session = sessions.iter_mut().find(|session| session.id == id);
        let session = session.expect("a session of this name");
        (session.status, session.payment_status) = (status, payment_status);
        session.clone()
    }

    fn create(&self, key: &str, body: &[u8], trouble: Option<Trouble>) -> Answer {
        let fields: BTreeMap<String, String> =
            url::form_urlencoded::parse(body).into_owned().collect();
        let mut sessions = lock(&self.sessions);
        let known = sessions.iter().find(|session| session.key == key);
        let session = match known {
            Some(known) if known.fields != fields => {
                return refusal(400, "idempotency_error", "");
            }
            Some(known) => known.clone(),
            None => {
                let amount = match amount(&fields) {
                    Ok(amount) => amount,
                    Err(param) => return refusal(400, "invalid_request_error", &param),
                };
                let session = Session {
                    id: format!("cs_test_{}", sessions.len() + 1),
                    fields,
                    key: key.to_owned(),
                    amount: amount + i64::from(trouble == Some(Trouble::WrongTotal)),
                    status: "open",
                    payment_status: "unpaid",
                };
                sessions.push(session.clone());
                session
            }
        };
        let origin = match trouble {
            Some(Trouble::WrongPage) => "https://evil.example".to_owned(),
            _ => lock(&self.origin).clone(),
        };
        let mut answer = session.object();
        answer["url"] = json!(format!("{origin}/pay/{}", session.id));
        object(&answer)
    }

    /// The page to pay on.
    fn page(&self, id: &str) -> Answer {
        let Some(session) = self.session(id) else {
            return html(404, "<h1>No such session</h1>");
        };
        let back = session.fields.get("cancel_url").cloned();
        let back = back.unwrap_or_default();
        html(
            200,
            &format!(
                "<h1>Pay {} {}</h1><form method=\"post\"><button id=\"pay\">Pay</button></form>\
                 <p><a id=\"back\" href=\"{back}\">Back</a></p>",
                session.amount, session.id
            ),
        )
    }

    /// Somebody pays on the page.
    async fn pay(&self, id: &str) -> Answer {
        let session = self.becomes(id, "complete", "paid");
        let webhook = lock(&self.webhook).clone();
        if let Some(url) = webhook {
            let body = event("checkout.session.completed", &session.object());
            let client = reqwest::Client::builder().no_proxy().build();
            let request = client.expect("a client without special wishes").post(url);
            let signature = sign(WEBHOOK_SECRET, now(), &body);
            // Stripe calls again where a call fails; a test looks at what came of it.
            let _ = request
                .header("stripe-signature", signature)
                .body(body)
                .send()
                .await;
        }
        let to = session.fields.get("success_url").cloned();
        let mut answer = html(303, "");
        let to = to.unwrap_or_default().parse().expect("an address");
        answer.headers_mut().insert(LOCATION, to);
        answer
    }
}

/// What the items come to, or the field that is wrong.
fn amount(fields: &BTreeMap<String, String>) -> Result<i64, String> {
    let field = |name: &str| fields.get(name).ok_or_else(|| name.to_owned());
    let number =
        |name: &str| -> Result<i64, String> { field(name)?.parse().map_err(|_| name.to_owned()) };
    for (name, is_right) in [
        ("mode", field("mode")? == "payment"),
        ("success_url", field("success_url")?.starts_with("http")),
        ("cancel_url", field("cancel_url")?.starts_with("http")),
    ] {
        if !is_right {
            return Err(name.to_owned());
        }
    }
    if fields
        .get("customer_email")
        .is_some_and(|mail| !mail.is_ascii())
    {
        return Err("customer_email".to_owned());
    }
    let left = number("expires_at")? - i64::try_from(now()).unwrap_or_default();
    if !(30 * 60..=24 * 60 * 60).contains(&left) {
        return Err("expires_at".to_owned());
    }
    let mut sum = 0;
    for at in 0..100 {
        let item = format!("line_items[{at}]");
        if !fields.keys().any(|name| name.starts_with(&item)) {
            break;
        }
        field(&format!("{item}[price_data][product_data][name]"))?;
        sum += number(&format!("{item}[price_data][unit_amount]"))?
            * number(&format!("{item}[quantity]"))?;
    }
    (sum > 0)
        .then_some(sum)
        .ok_or_else(|| "line_items".to_owned())
}

fn object(value: &Value) -> Answer {
    respond(200, "application/json", value.to_string())
}

fn refusal(status: u16, kind: &str, param: &str) -> Answer {
    let error = json!({"error": {"type": kind, "param": param, "message": "as the stand-in says"}});
    respond(status, "application/json", error.to_string())
}

fn html(status: u16, body: &str) -> Answer {
    let page = format!(
        "<!doctype html><html lang=\"en\"><head><title>Pay</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><link rel=\"icon\" href=\"data:,\"></head>\
         <body>{body}</body></html>"
    );
    respond(status, "text/html; charset=utf-8", page)
}

fn respond(status: u16, content_type: &'static str, body: String) -> Answer {
    let mut answer = hyper::Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    let content_type = hyper::header::HeaderValue::from_static(content_type);
    answer.headers_mut().insert(CONTENT_TYPE, content_type);
    answer
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
