//! One request that changes something at the back end: it is sent once, and what came of it is told.
//!
//! Redirects are not followed, and what lets ingest in goes to the configured origin only.

use super::client::{Client, Way};
use super::error::{FetchError, shown};
use super::login::Pass;
use super::page::Spent;
use super::retry;
use super::secrets::Secrets;
use crate::config::Request;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Response, StatusCode};
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

/// An answer says what became of the request, and is no document.
const MAX_ANSWER_BYTES: usize = 256 << 10;
/// How much of an answer is kept for people.
const EXCERPT_CHARS: usize = 500;

/// What is sent.
#[derive(Debug, Clone, Copy)]
pub struct Parcel<'a> {
    /// How.
    pub method: &'a Method,
    /// The same for every attempt, and for nothing else.
    pub idempotency_key: &'a str,
    /// What `Frontage-Signature` says, if anything.
    pub signature: Option<&'a str>,
    /// The same for every attempt.
    pub body: &'a [u8],
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// How long the back end asks to wait.
    pub retry_after: Option<Duration>,
    /// Whether it is a page for people.
    pub is_html: bool,
    /// Its body as JSON; none if it is none, came too slowly, or broke off.
    pub json: Option<serde_json::Value>,
    /// How the body begins, without what lets ingest in. It may repeat what was sent.
    pub excerpt: String,
}

/// Sends a request once; twice where the back end says that what let ingest in has ended.
///
/// `now` is the wall clock, for `Retry-After` dates.
///
/// # Errors
/// There was no answer, or nothing that lets ingest in.
pub async fn send(
    client: &Client,
    request: &Request,
    parcel: Parcel<'_>,
    now: SystemTime,
) -> Result<Answer, FetchError> {
    let http = client.by(&request.transport)?;
    let way = Way {
        client,
        http: &http,
        request,
        now,
        began: Instant::now(),
    };
    let mut refused: Option<Pass> = None;
    loop {
        let spent = &mut Spent::default();
        let pass = client.sessions.pass(&way, refused.as_ref(), spent).await?;
        let answer = attempt(&way, parcel, pass.as_ref()).await?;
        let is_refused = answer.status == StatusCode::UNAUTHORIZED.as_u16();
        if !is_refused || pass.is_none() || refused.is_some() {
            return Ok(answer);
        }
        refused = pass;
    }
}

async fn attempt(
    way: &Way<'_>,
    parcel: Parcel<'_>,
    pass: Option<&Pass>,
) -> Result<Answer, FetchError> {
    let request = way.request;
    let (gate, throttle) = (way.client.gates.of(&request.url), request.throttle.as_ref());
    let _under_way = gate.enter(throttle).await;
    let sending = way
        .http
        .request(parcel.method.clone(), request.sent(&request.url))
        .headers(headers(request, parcel, pass))
        .body(parcel.body.to_vec())
        .send();
    let response = tokio::time::timeout(request.timeout, sending)
        .await
        .map_err(|_| FetchError::Timeout {
            url: shown(&request.url),
            timeout: request.timeout,
        })?
        .map_err(|source| FetchError::Connect {
            url: shown(&request.url),
            source: source.without_url(),
        })?;
    let now = way.now + way.began.elapsed();
    gate.told(throttle, response.headers(), now);
    let status = response.status();
    let retry_after = retry::asked_for(response.headers(), now);
    if let Some(wait) = retry_after.filter(|_| status == StatusCode::TOO_MANY_REQUESTS) {
        gate.close(wait);
    }
    let kind = response.headers().get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_html = kind.to_ascii_lowercase().contains("html");
    let body = tokio::time::timeout(request.timeout, read(response)).await;
    let body = body.ok().flatten();
    let text = String::from_utf8_lossy(body.as_deref().unwrap_or_default()).into_owned();
    // Before it is cut: half a secret would not be found.
    let text = Secrets::of(request, pass).taken_out(&text);
    Ok(Answer {
        status: status.as_u16(),
        retry_after,
        is_html,
        json: body.and_then(|body| serde_json::from_slice(&body).ok()),
        excerpt: text.chars().take(EXCERPT_CHARS).collect(),
    })
}

/// A body that is small and whole.
async fn read(mut response: Response) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_ANSWER_BYTES {
            return None;
        }
    }
    Some(bytes)
}

fn headers(request: &Request, parcel: Parcel<'_>, pass: Option<&Pass>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(
        ACCEPT,
        HeaderValue::from_static("application/json, */*;q=0.5"),
    );
    for (name, value) in &request.headers {
        // Names and values of the configuration were checked there.
        if let (Ok(name), Ok(mut value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(value),
        ) {
            value.set_sensitive(true);
            headers.insert(name, value);
        }
    }
    if let Ok(key) = parcel.idempotency_key.parse() {
        headers.insert(HeaderName::from_static("idempotency-key"), key);
    }
    if let Some(signature) = parcel.signature.and_then(|text| text.parse().ok()) {
        headers.insert(
            HeaderName::from_static(frontage_shared::signature::HEADER),
            signature,
        );
    }
    if let Some(pass) = pass {
        headers.insert(&pass.name, pass.value.clone());
    }
    headers
}
