//! A cart priced by the merchant's own API: one question, a deadline, an answer that is checked, or a stated fallback.
//!
//! `docs/checkout.md` says what is asked and what an answer is.

/// Who is asked, and what happens if nobody answers.
pub mod settings;

/// What is asked.
pub(crate) mod question;

/// The answer, read strictly.
pub(crate) mod answer;

/// The answer, once it is sound.
pub mod quote;

/// Answers of a moment ago, and questions under way.
mod memory;

/// The memory of failures.
mod rest;

#[cfg(test)]
mod tests;

pub(crate) use question::Question;
pub use quote::{Quote, Quoted};
pub use settings::{Fallback, PricingSettings};

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use frontage_shared::signature;
use http_body_util::Full;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use hyper::{Method, Request, StatusCode};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject as _};
use tracing::{info, warn};

use crate::metrics::Metrics;
use crate::outbound::{Client, ClientError, Secrets, SecretsError, SetupError};
use answer::AnswerError;
use memory::Memory;
use rest::Rest;

/// The merchant's API.
pub struct Pricing {
    settings: PricingSettings,
    client: Client,
    path: String,
    authorization: Option<HeaderValue>,
    secret: Option<Secrets>,
    under_way: Semaphore,
    rest: Mutex<Rest>,
    memory: Memory,
}

/// Why the API cannot be used at all.
#[derive(Debug, thiserror::Error)]
pub enum PricingSetupError {
    /// A file of secrets.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The client.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The address is none.
    #[error("`checkout.pricing.url` is not an address")]
    Url,
    /// The authorities cannot be read.
    #[error("`checkout.pricing.ca_file` holds no certificate in PEM: {0}")]
    Authorities(pem::Error),
}

/// Why a cart has no quote.
#[derive(Debug, thiserror::Error)]
pub enum PricingError {
    /// The API failed a moment ago and is left alone.
    #[error("the pricing API is left alone for a moment, because it did not work")]
    Resting,
    /// Others ask it, as many as may at once, and none of them was done in time.
    #[error("as many carts as may be are being priced already")]
    Busy,
    /// There was no answer in time.
    #[error("the pricing API did not answer within {0} ms")]
    Slow(u128),
    /// There was no answer.
    #[error("the pricing API: {0}")]
    Client(#[from] ClientError),
    /// It answered something else than 200.
    #[error("the pricing API answered with status {0}")]
    Status(u16),
    /// It answered something that is no quote.
    #[error("the pricing API: {0}")]
    Answer(#[from] AnswerError),
    /// The request could not be made.
    #[error("the question is none: {0}")]
    Question(#[from] hyper::http::Error),
}

impl fmt::Debug for Pricing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pricing({})", self.settings.url)
    }
}

impl PricingError {
    /// The label in metrics and logs.
    fn outcome(&self) -> &'static str {
        match self {
            Self::Resting => "resting",
            Self::Busy => "busy",
            Self::Slow(_) => "slow",
            Self::Client(_) => "unreachable",
            Self::Status(_) => "status",
            Self::Answer(_) | Self::Question(_) => "invalid",
        }
    }

    /// Whether others would meet the same: then the API is left alone for a while.
    fn is_outage(&self) -> bool {
        match self {
            Self::Slow(_) | Self::Client(_) => true,
            Self::Status(status) => *status >= 500 || matches!(*status, 408 | 429),
            Self::Resting | Self::Busy | Self::Answer(_) | Self::Question(_) => false,
        }
    }

    /// Whether a question was sent, and answered or not.
    fn was_sent(&self) -> bool {
        !matches!(self, Self::Resting | Self::Busy | Self::Question(_))
    }

    /// Whether it is this question, or how many there are, that has no answer: the catalog's prices are none for it.
    pub(crate) fn is_about_the_question(&self) -> bool {
        match self {
            Self::Busy | Self::Question(_) => true,
            Self::Status(status) => matches!(*status, 400 | 409 | 413 | 422),
            Self::Resting | Self::Slow(_) | Self::Client(_) | Self::Answer(_) => false,
        }
    }
}

impl Pricing {
    /// The API of the settings, if they name one.
    ///
    /// # Errors
    /// As [`Pricing::open`].
    pub fn of(settings: &PricingSettings) -> Result<Option<Self>, PricingSetupError> {
        settings.is_used().then(|| Self::open(settings)).transpose()
    }

    /// Reads secrets and authorities and gets ready; asks nobody.
    ///
    /// # Errors
    /// A file cannot be read, or the address is none.
    pub fn open(settings: &PricingSettings) -> Result<Self, PricingSetupError> {
        let (origin, path) = settings.place().ok_or(PricingSetupError::Url)?;
        let load = |key, file: &std::path::Path| {
            let is_named = !file.as_os_str().is_empty();
            is_named.then(|| Secrets::load(key, file, 1)).transpose()
        };
        let token = load("checkout.pricing.token_file", &settings.token_file)?;
        let bearer = token.map(|token| {
            let bearer: String = token.all().map(|token| format!("Bearer {token}")).collect();
            // Secrets are visible ASCII, so this is always a header.
            let mut bearer = HeaderValue::try_from(bearer)
                .unwrap_or_else(|_| HeaderValue::from_static("Bearer"));
            bearer.set_sensitive(true);
            bearer
        });
        let client = match settings.ca_file.as_os_str().is_empty() {
            true => Client::new(origin)?,
            false => Client::trusting(origin, authorities(&settings.ca_file)?)?,
        };
        Ok(Self {
            client: client.keeping(settings.at_once),
            path,
            authorization: bearer,
            secret: load("checkout.pricing.secret_file", &settings.secret_file)?,
            under_way: Semaphore::new(settings.at_once),
            rest: Mutex::default(),
            memory: Memory::of(settings.keep),
            settings: settings.clone(),
        })
    }

    /// What happens to a cart that has no quote.
    pub(crate) fn fallback(&self) -> Quoted {
        match self.settings.fallback {
            Fallback::Catalog => Quoted::Fallback,
            Fallback::Refuse => Quoted::Refused,
        }
    }

    /// The answer to the same question of a moment ago.
    pub(crate) fn kept(&self, question: &Question) -> Option<Arc<Quote>> {
        self.memory.kept(question.key)
    }

    /// Asks, together with whoever asks the same at this moment: one question is sent, and all have what comes of it.
    /// `now` is for the signature, Unix seconds.
    ///
    /// # Errors
    /// There is no sound answer in time. It is logged once, and counted for each who asked.
    pub(crate) async fn ask_together(
        &self,
        question: &Question,
        now: i64,
        metrics: &Metrics,
    ) -> Result<Arc<Quote>, Arc<PricingError>> {
        let until = self.deadline();
        let flight = self.memory.flight(question.key);
        let mut asked = false;
        let has_asked = &mut asked;
        // Who asks may go away; then the next one does it, within the time that is left to them.
        let outcome = flight.get_or_init(|| async move {
            *has_asked = true;
            let outcome = self.ask_until(until, question, now, metrics).await;
            self.memory.landed(question.key);
            outcome.map_err(Arc::new)
        });
        let outcome = outcome.await.clone();
        if !asked {
            let told = outcome
                .as_ref()
                .map_or_else(|error| error.outcome(), |_| "kept");
            metrics.pricing(told, None);
        }
        outcome
    }

    /// Asks, whatever was answered a moment ago and whoever else asks; `now` is for the signature, Unix seconds.
    ///
    /// # Errors
    /// There is no sound answer in time. It is logged and counted.
    pub(crate) async fn ask(
        &self,
        question: &Question,
        now: i64,
        metrics: &Metrics,
    ) -> Result<Arc<Quote>, Arc<PricingError>> {
        let outcome = self.ask_until(self.deadline(), question, now, metrics);
        outcome.await.map_err(Arc::new)
    }

    /// The instant until which whoever asks now waits.
    fn deadline(&self) -> Instant {
        Instant::now() + self.settings.deadline
    }

    async fn ask_until(
        &self,
        until: Instant,
        question: &Question,
        now: i64,
        metrics: &Metrics,
    ) -> Result<Arc<Quote>, PricingError> {
        if !self.rest().may_ask(Instant::now()) {
            metrics.pricing("resting", None);
            return Err(PricingError::Resting);
        }
        let begun = Instant::now();
        let outcome = self.in_time(until, question, now).await;
        let took = begun.elapsed();
        match outcome {
            Ok(quote) => {
                metrics.pricing("answered", Some(took));
                if self.rest().worked() {
                    info!("the pricing API works again");
                }
                let quote = Arc::new(quote);
                self.memory.keep(question.key, &quote);
                Ok(quote)
            }
            Err(error) => {
                let outcome = error.outcome();
                metrics.pricing(outcome, Some(took));
                match error.is_outage() {
                    true => self.rest().failed(Instant::now()),
                    // It answers, whatever it says.
                    false if error.was_sent() => drop(self.rest().worked()),
                    false => {}
                }
                let took_ms = took.as_millis();
                warn!(outcome, %error, took_ms, "a cart was not priced by the merchant");
                Err(error)
            }
        }
    }

    /// The answer within the deadline, in which others may have to be waited for: what is not answered in the rest of
    /// it says nothing of the API.
    async fn in_time(
        &self,
        until: Instant,
        question: &Question,
        now: i64,
    ) -> Result<Quote, PricingError> {
        let at_once = self.under_way.try_acquire().ok();
        let has_waited = at_once.is_none();
        let _permit = match at_once {
            Some(permit) => permit,
            // It is never closed; if it were, nothing could be asked.
            None => match tokio::time::timeout_at(until, self.under_way.acquire()).await {
                Ok(Ok(permit)) if !self.rest().is_resting(Instant::now()) => permit,
                _ => return Err(self.waited_in_vain()),
            },
        };
        match tokio::time::timeout_at(until, self.exchange(question, now)).await {
            Ok(outcome) => outcome,
            Err(_) if has_waited => Err(self.waited_in_vain()),
            Err(_) => Err(PricingError::Slow(self.settings.deadline.as_millis())),
        }
    }

    /// Why somebody has nothing who had to wait for others: these may have found that the API does not work.
    fn waited_in_vain(&self) -> PricingError {
        match self.rest().is_resting(Instant::now()) {
            true => PricingError::Resting,
            false => PricingError::Busy,
        }
    }

    async fn exchange(&self, question: &Question, now: i64) -> Result<Quote, PricingError> {
        let request = self.request(&question.body, now)?;
        match self.client.send(request).await? {
            (StatusCode::OK, body) => Ok(answer::read(question, &body)?),
            (status, _) => Err(PricingError::Status(status.as_u16())),
        }
    }

    fn request(&self, body: &Bytes, now: i64) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(&self.path)
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("Frontage/", env!("CARGO_PKG_VERSION")));
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization.clone());
        }
        for secret in self.secret.iter().flat_map(Secrets::all) {
            let signature = signature::signature(secret, now, body);
            request = request.header(signature::HEADER, signature);
        }
        request.body(Full::new(body.clone()))
    }

    fn rest(&self) -> std::sync::MutexGuard<'_, Rest> {
        self.rest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn authorities(file: &std::path::Path) -> Result<RootCertStore, PricingSetupError> {
    let mut roots = RootCertStore::empty();
    let certificates =
        CertificateDer::pem_file_iter(file).map_err(PricingSetupError::Authorities)?;
    for certificate in certificates {
        let certificate = certificate.map_err(PricingSetupError::Authorities)?;
        // One that the library does not take is none that it could trust.
        let _ = roots.add(certificate);
    }
    match roots.is_empty() {
        true => Err(PricingSetupError::Authorities(pem::Error::NoItemsFound)),
        false => Ok(roots),
    }
}
