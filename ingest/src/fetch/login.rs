//! What lets ingest in: asked for once, kept in memory only, shared by all sources that ask for it alike.
//!
//! What a back end gives is sent to the source's own origin and nowhere else, and no message repeats it.

use super::client::Way;
use super::error::{FetchError, shown};
use super::page::Spent;
use super::retry;
use crate::config::{Login, Take};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderName, HeaderValue, SET_COOKIE};
use reqwest::{Response, StatusCode};
use serde_json::Value;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// A token is a line, not a document.
const MAX_ANSWER_BYTES: usize = 1 << 20;

/// A header that lets a request in.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Pass {
    pub(super) name: HeaderName,
    pub(super) value: HeaderValue,
}

/// A pass and when it ends, if the back end said so.
struct Session {
    pass: Pass,
    ends: Option<Instant>,
}

type Slot = Arc<tokio::sync::Mutex<Option<Session>>>;

/// The passes that back ends gave, by how they were asked for.
#[derive(Default)]
pub(super) struct Sessions(Mutex<HashMap<blake3::Hash, Slot>>);

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sessions")
    }
}

impl Sessions {
    fn slot(&self, login: &Login) -> Slot {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(login.identity()).or_default())
    }

    /// A pass that has not ended and is not the one that was refused; asked for if there is none. Whoever comes
    /// meanwhile waits for the answer instead of asking as well.
    pub(super) async fn pass(
        &self,
        way: &Way<'_>,
        refused: Option<&Pass>,
        spent: &mut Spent,
    ) -> Result<Option<Pass>, FetchError> {
        let Some(login) = &way.request.login else {
            return Ok(None);
        };
        let slot = self.slot(login);
        let mut session = slot.lock().await;
        let now = Instant::now();
        let is_good = |session: &Session| {
            Some(&session.pass) != refused && session.ends.is_none_or(|ends| now < ends)
        };
        if let Some(session) = session.as_ref().filter(|session| is_good(session)) {
            return Ok(Some(session.pass.clone()));
        }
        *session = None;
        let new = ask(way, login, spent).await?;
        let pass = new.pass.clone();
        *session = Some(new);
        Ok(Some(pass))
    }
}

async fn ask(way: &Way<'_>, login: &Login, spent: &mut Spent) -> Result<Session, FetchError> {
    let url = shown(&login.url);
    let timeout = way.request.timeout;
    let request = way.http.post(login.url.clone());
    let mut request = request
        .header(CONTENT_TYPE, login.content_type)
        .header(reqwest::header::ACCEPT, "application/json")
        .body(login.body.clone());
    if let Some(authorization) = &login.authorization {
        request = request.header(AUTHORIZATION, authorization);
    }
    spent.requests += 1;
    let gate = way.client.gates.of(&login.url);
    let _under_way = gate.enter(way.request.throttle.as_ref()).await;
    let began = Instant::now();
    let answering = async {
        let response = request.send().await.map_err(|source| FetchError::Connect {
            url: url.clone(),
            source: source.without_url(),
        })?;
        check(way, &url, &response)?;
        match &login.take {
            Take::Cookies => cookies(&url, &response).map(|pass| (pass, None)),
            Take::Token { at, header, prefix } => {
                let answer = json(&url, response).await?;
                let value = token(&url, &answer, at)?;
                let lasts = answer.pointer("/expires_in").and_then(lasting);
                header_of(&url, header, &format!("{prefix}{value}")).map(|pass| (pass, lasts))
            }
        }
    };
    let answered = tokio::time::timeout(timeout, answering).await;
    let (pass, lasts) = answered.map_err(|_| FetchError::Timeout {
        url: url.clone(),
        timeout,
    })??;
    // A token that ends on the way is refused: a tenth of its life is given away.
    let ends = lasts.and_then(|lasts: Duration| began.checked_add(lasts.mul_f64(0.9)));
    tracing::debug!(stage = "fetch", url, "the back end lets us in");
    Ok(Session { pass, ends })
}

fn check(way: &Way<'_>, url: &str, response: &Response) -> Result<(), FetchError> {
    let status = response.status();
    if status.is_success() {
        return Ok(());
    }
    let error = FetchError::Status {
        url: url.to_owned(),
        status: status.as_u16(),
        retry_after: retry::asked_for(response.headers(), way.now + way.began.elapsed()),
    };
    if error.is_passing() {
        return Err(error);
    }
    let rule = match status {
        StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            format!("it answers {}; are the credentials right?", status.as_u16())
        }
        _ => format!("it answers {}", status.as_u16()),
    };
    Err(wrong(url, rule))
}

fn cookies(url: &str, response: &Response) -> Result<Pass, FetchError> {
    let mut pairs = Vec::new();
    for cookie in response.headers().get_all(SET_COOKIE) {
        let text = cookie
            .to_str()
            .map_err(|_| wrong(url, "a cookie is not text"))?;
        let pair = text.split(';').next().unwrap_or_default().trim();
        pairs.push(pair);
    }
    if pairs.is_empty() {
        return Err(wrong(url, "it sets no cookie"));
    }
    header_of(url, COOKIE.as_str(), &pairs.join("; "))
}

async fn json(url: &str, mut response: Response) -> Result<Value, FetchError> {
    let mut bytes = Vec::new();
    loop {
        let chunk = response.chunk().await.map_err(|source| FetchError::Cut {
            url: url.to_owned(),
            received: bytes.len() as u64,
            source: source.without_url(),
        })?;
        let Some(chunk) = chunk else { break };
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_ANSWER_BYTES {
            return Err(wrong(url, "the answer is larger than 1 MiB"));
        }
    }
    // What the parser says may quote what it read.
    serde_json::from_slice(&bytes).map_err(|_| wrong(url, "the answer is no JSON"))
}

fn token(url: &str, answer: &Value, at: &str) -> Result<String, FetchError> {
    match answer.pointer(at) {
        Some(Value::String(token)) if !token.is_empty() => Ok(token.clone()),
        _ => Err(wrong(url, format!("there is no token at `{at}`"))),
    }
}

/// Seconds, also when they come as text.
fn lasting(value: &Value) -> Option<Duration> {
    let seconds = value
        .as_f64()
        .or_else(|| value.as_str()?.trim().parse().ok())?;
    Duration::try_from_secs_f64(seconds).ok()
}

fn header_of(url: &str, name: &str, value: &str) -> Result<Pass, FetchError> {
    let name = HeaderName::from_bytes(name.as_bytes());
    match (name, HeaderValue::from_str(value)) {
        (Ok(name), Ok(mut value)) => {
            value.set_sensitive(true);
            Ok(Pass { name, value })
        }
        _ => Err(wrong(url, "what it gives cannot stand in a header")),
    }
}

fn wrong(url: &str, rule: impl Into<String>) -> FetchError {
    FetchError::Login {
        url: url.to_owned(),
        rule: rule.into(),
    }
}
