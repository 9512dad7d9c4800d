//! One page: a conditional request, its redirects, its retries, its body.
//!
//! Nothing is sent to another origin than the configured one.

use super::ask::{self, Ask};
use super::body::{self, Encoding, Sink, Writer};
use super::client::{Client, Way};
use super::error::{FetchError, shown};
use super::gate::{Gate, UnderWay};
use super::login::Pass;
use super::secrets::Secrets;
use super::validators::PageValidators;
use super::{link, retry};
use crate::config::{Next, Request, SourceLimits};
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG,
    HeaderMap, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LINK, LOCATION,
};
use reqwest::{Response, StatusCode};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use tokio::time::Instant;
use url::Url;

/// Why an address is not followed that holds what lets ingest in: it would stand in every message about it.
const REPEATS: &str = "it repeats what lets us in";

/// What every page of a run has in common.
#[derive(Clone, Copy)]
pub(super) struct Asking<'a> {
    pub(super) client: &'a Client,
    pub(super) http: &'a reqwest::Client,
    pub(super) request: &'a Request,
    pub(super) limits: &'a SourceLimits,
    pub(super) spool: &'a Path,
    /// The wall clock when the run began, and the moment it was read: `Retry-After` may be a date.
    pub(super) now: SystemTime,
    pub(super) began: Instant,
}

impl<'a> Asking<'a> {
    /// How its back end is reached.
    fn way(&self) -> Way<'a> {
        Way {
            client: self.client,
            http: self.http,
            request: self.request,
            now: self.now,
            began: self.began,
        }
    }
}

/// What a run has used up so far.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Spent {
    pub(super) bytes: u64,
    pub(super) wire_bytes: u64,
    pub(super) requests: u32,
}

/// A page that is in the spool now.
pub(super) struct Page {
    pub(super) validators: PageValidators,
    /// Whether the back end said "not modified".
    pub(super) is_reused: bool,
    /// What it holds, if it came now and had to be looked into.
    pub(super) content: Option<Value>,
}

/// Asks for a page until it is there, the failure is final, or the retries are used up.
pub(super) async fn get(
    asking: &Asking<'_>,
    ask: &Ask,
    known: Option<&PageValidators>,
    spent: &mut Spent,
) -> Result<Page, FetchError> {
    let known = known.filter(|known| known.is_reusable(asking.spool));
    let mut failures = 0;
    let mut refused: Option<Pass> = None;
    loop {
        let mut pass = None;
        let trying = async {
            let sessions = &asking.client.sessions;
            pass = sessions
                .pass(&asking.way(), refused.as_ref(), spent)
                .await?;
            let carried = Carried {
                known,
                pass: pass.as_ref(),
                secrets: &Secrets::of(asking.request, pass.as_ref()),
            };
            let attempt = attempt(asking, ask, carried, spent).await;
            attempt.map_err(|error| error.without(carried.secrets))
        };
        let error = match trying.await {
            Ok(page) => return Ok(page),
            Err(error) => error,
        };
        // What opened the door until now may have ended: one more is worth asking for.
        if error.may_be_unauthorised() && pass.is_some() && refused.is_none() {
            refused = pass;
            continue;
        }
        if !error.is_passing() || failures >= asking.request.retries {
            return Err(error);
        }
        let pause = retry::PAGES.pause(failures, error.retry_after(), rand::random());
        failures += 1;
        tracing::debug!(
            stage = "fetch",
            failures,
            pause_ms = pause.as_millis(),
            "asking again: {error}"
        );
        tokio::time::sleep(pause).await;
    }
}

/// What goes with a request beside its address.
#[derive(Clone, Copy)]
struct Carried<'a> {
    known: Option<&'a PageValidators>,
    pass: Option<&'a Pass>,
    secrets: &'a Secrets<'a>,
}

async fn attempt(
    asking: &Asking<'_>,
    ask: &Ask,
    carried: Carried<'_>,
    spent: &mut Spent,
) -> Result<Page, FetchError> {
    let url = &ask.url;
    let (gate, throttle) = (
        asking.client.gates.of(url),
        asking.request.throttle.as_ref(),
    );
    let (response, _under_way) = send(asking, ask, carried, &gate, spent).await?;
    let now = asking.now + asking.began.elapsed();
    gate.told(throttle, response.headers(), now);
    match (response.status(), carried.known) {
        (StatusCode::NOT_MODIFIED, Some(known)) => {
            let validators = refreshed(carried.secrets, &response, ask, known)?;
            Ok(Page {
                validators,
                is_reused: true,
                content: None,
            })
        }
        (StatusCode::OK, _) => receive(asking, ask, response, carried.secrets, spent).await,
        (status, _) => {
            let retry_after = retry::asked_for(response.headers(), now);
            if let Some(wait) = retry_after.filter(|_| status == StatusCode::TOO_MANY_REQUESTS) {
                gate.close(wait);
            }
            Err(FetchError::Status {
                url: shown(url),
                status: status.as_u16(),
                retry_after,
            })
        }
    }
}

/// Sends the request and follows redirects within the origin.
async fn send<'g>(
    asking: &Asking<'_>,
    ask: &Ask,
    carried: Carried<'_>,
    gate: &'g Gate,
    spent: &mut Spent,
) -> Result<(Response, UnderWay<'g>), FetchError> {
    const MAX_REDIRECTS: usize = 5;
    let mut url = ask.url.clone();
    for _ in 0..=MAX_REDIRECTS {
        spent.requests += 1;
        let sent = asking.request.sent(&url);
        let request = match &ask.body {
            None => asking.http.get(sent),
            Some(body) => asking.http.post(sent).body(body.clone()),
        };
        let mut headers = headers(asking.request, carried.known);
        if let Some(pass) = carried.pass {
            headers.insert(&pass.name, pass.value.clone());
        }
        let request = request.headers(headers);
        let timeout = asking.request.timeout;
        let under_way = gate.enter(asking.request.throttle.as_ref()).await;
        let response = tokio::time::timeout(timeout, request.send())
            .await
            .map_err(|_| FetchError::Timeout {
                url: shown(&url),
                timeout,
            })?
            .map_err(|source| FetchError::Connect {
                url: shown(&url),
                source: source.without_url(),
            })?;
        if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
            return Ok((response, under_way));
        }
        if ask.body.is_some() {
            return Err(FetchError::Redirect {
                url: shown(&url),
                rule: "a request with a body is sent to no other address".to_owned(),
            });
        }
        let to = redirect(&url, response.headers())?;
        url = carried
            .secrets
            .bare(to)
            .ok_or_else(|| FetchError::Redirect {
                url: shown(&url),
                rule: REPEATS.to_owned(),
            })?;
    }
    Err(FetchError::Redirect {
        url: shown(&ask.url),
        rule: format!("more than {MAX_REDIRECTS} redirects"),
    })
}

fn redirect(url: &Url, headers: &HeaderMap) -> Result<Url, FetchError> {
    let wrong = |rule: &str| FetchError::Redirect {
        url: shown(url),
        rule: rule.to_owned(),
    };
    let location = headers
        .get(LOCATION)
        .ok_or_else(|| wrong("it has no Location"))?;
    let location = location
        .to_str()
        .map_err(|_| wrong("its Location is not text"))?;
    within_origin(url, location, "redirect")?.ok_or_else(|| wrong("its Location is not an address"))
}

/// The address a reference leads to; `None` when it is no address. Keeps the credentials of `base`, if any.
pub(super) fn within_origin(
    base: &Url,
    reference: &str,
    what: &'static str,
) -> Result<Option<Url>, FetchError> {
    let Ok(mut target) = base.join(reference) else {
        return Ok(None);
    };
    if target.origin() != base.origin() {
        // A back end may repeat in the query what it was asked with.
        target.set_query(None);
        return Err(FetchError::CrossOrigin {
            url: shown(base),
            what,
            target: shown(&target),
            origin: base.origin().ascii_serialization(),
        });
    }
    // Same origin means a host, so these cannot fail.
    let _ = target.set_username(base.username());
    let _ = target.set_password(base.password());
    target.set_fragment(None);
    Ok(Some(target))
}

fn headers(request: &Request, known: Option<&PageValidators>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut add = |name: HeaderName, value: &str| {
        // Names and values of the configuration were checked there; a validator was a header before it was stored.
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
    };
    if request.body.is_some() {
        add(CONTENT_TYPE, "application/json");
    }
    add(ACCEPT, "application/json, application/x-ndjson, */*;q=0.5");
    if let Some(language) = &request.accept_language {
        add(ACCEPT_LANGUAGE, language);
    }
    for (name, value) in &request.headers {
        if let Ok(name) = HeaderName::from_bytes(name.as_bytes()) {
            add(name, value);
        }
    }
    add(ACCEPT_ENCODING, body::ACCEPTED);
    if let Some(etag) = known.and_then(|known| known.etag.as_deref()) {
        add(IF_NONE_MATCH, etag);
    }
    if let Some(date) = known.and_then(|known| known.last_modified.as_deref()) {
        add(IF_MODIFIED_SINCE, date);
    }
    headers
}

/// What is remembered of a page that was not modified: a 304 may bring newer validators and another next link.
fn refreshed(
    secrets: &Secrets<'_>,
    response: &Response,
    ask: &Ask,
    known: &PageValidators,
) -> Result<PageValidators, FetchError> {
    let headers = response.headers();
    Ok(PageValidators {
        url: ask.name.clone(),
        etag: text(headers, &ETAG).or_else(|| known.etag.clone()),
        last_modified: text(headers, &LAST_MODIFIED).or_else(|| known.last_modified.clone()),
        next: next(secrets, &ask.url, headers)?.or_else(|| known.next.clone()),
        hash: known.hash.clone(),
        bytes: known.bytes,
    })
}

/// The next link in a page's headers, as a whole address. Where it does not stand there, a link is of no interest, not
/// even a wrong one.
fn next(
    secrets: &Secrets<'_>,
    url: &Url,
    headers: &HeaderMap,
) -> Result<Option<String>, FetchError> {
    if secrets.request.next != Next::Link {
        return Ok(None);
    }
    let wrong = |rule: String| FetchError::NextLink {
        url: shown(url),
        rule,
    };
    let values: Result<Vec<&str>, _> = headers
        .get_all(LINK)
        .iter()
        .map(|value| value.to_str())
        .collect();
    let values = values.map_err(|_| wrong("it is not text".to_owned()))?;
    let Some(target) = link::next(values).map_err(wrong)? else {
        return Ok(None);
    };
    let target = within_origin(url, &target, "next link")?
        .ok_or_else(|| wrong(format!("`{target}` is not an address")))?;
    let target = secrets
        .bare(target)
        .ok_or_else(|| wrong(REPEATS.to_owned()))?;
    Ok(Some(shown(&target)))
}

async fn receive(
    asking: &Asking<'_>,
    ask: &Ask,
    response: Response,
    secrets: &Secrets<'_>,
    spent: &mut Spent,
) -> Result<Page, FetchError> {
    let url = &ask.url;
    let headers = response.headers();
    let encoding = text(headers, &CONTENT_ENCODING).unwrap_or_default();
    let encoding = Encoding::parse(&encoding).ok_or_else(|| FetchError::Encoding {
        url: shown(url),
        encoding,
    })?;
    let announced = text(headers, &CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    if announced
        .is_some_and(|bytes| bytes.saturating_add(spent.wire_bytes) > asking.limits.max_wire_bytes)
    {
        return Err(FetchError::WireTooLarge {
            url: shown(url),
            max_wire_bytes: asking.limits.max_wire_bytes,
        });
    }
    let is_html =
        text(headers, &CONTENT_TYPE).is_some_and(|kind| kind.to_ascii_lowercase().contains("html"));
    let mut validators = PageValidators {
        url: ask.name.clone(),
        etag: text(headers, &ETAG),
        last_modified: text(headers, &LAST_MODIFIED),
        next: next(secrets, url, headers)?,
        hash: String::new(),
        bytes: 0,
    };
    let part = Part(asking.spool.join("page.part"));
    let writer = transfer(asking, url, response, encoding, &part.0, spent).await?;
    let sink = writer.sink();
    if is_html && sink.head.trim_ascii_start().starts_with(b"<") {
        let excerpt = String::from_utf8_lossy(&sink.head)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        // Before it is cut: half a secret would not be found.
        let excerpt = secrets.taken_out(&excerpt);
        return Err(FetchError::Html {
            url: shown(url),
            excerpt: excerpt.chars().take(120).collect(),
        });
    }
    spent.bytes += sink.bytes;
    validators.bytes = sink.bytes;
    validators.hash = sink.hash();
    let request = asking.request;
    let content = match request.looks_into_pages() {
        true => Some(ask::look(&ask.name, &part.0)?),
        false => None,
    };
    if let (Some(page), Some(pointer)) = (&content, &request.error_at) {
        check_told(&ask.name, page, pointer, secrets)?;
    }
    if let (Some(page), Next::Body(pointer)) = (&content, &request.next) {
        validators.next = next_in_body(secrets, url, page, pointer)?;
    }
    let file = validators.file(asking.spool);
    std::fs::rename(&part.0, &file).map_err(|source| FetchError::Spool { path: file, source })?;
    Ok(Page {
        validators,
        is_reused: false,
        content,
    })
}

/// The next link in a page, as a whole address. Nothing, `null`, `false` or an empty text there end the feed.
fn next_in_body(
    secrets: &Secrets<'_>,
    url: &Url,
    page: &Value,
    pointer: &str,
) -> Result<Option<String>, FetchError> {
    let wrong = |rule: String| FetchError::NextInBody {
        url: shown(url),
        pointer: pointer.to_owned(),
        rule,
    };
    let reference = match page.pointer(pointer) {
        None | Some(Value::Null | Value::Bool(false)) => return Ok(None),
        Some(Value::String(reference)) if reference.is_empty() => return Ok(None),
        Some(Value::String(reference)) => reference,
        Some(_) => return Err(wrong("what stands there is no text".to_owned())),
    };
    let target = within_origin(url, reference, "next link")?
        .ok_or_else(|| wrong("what stands there is not an address".to_owned()))?;
    let target = secrets
        .bare(target)
        .ok_or_else(|| wrong(REPEATS.to_owned()))?;
    Ok(Some(shown(&target)))
}

/// Refuses a page that has something at a place where errors stand.
fn check_told(
    url: &str,
    page: &Value,
    pointer: &str,
    secrets: &Secrets<'_>,
) -> Result<(), FetchError> {
    match page.pointer(pointer) {
        Some(error) if !says_nothing(error) => Err(FetchError::Told {
            url: url.to_owned(),
            pointer: pointer.to_owned(),
            excerpt: secrets
                .taken_out(&error.to_string())
                .chars()
                .take(200)
                .collect(),
        }),
        _ => Ok(()),
    }
}

/// Whether what stands where errors stand tells none.
pub(crate) fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(errors) => errors.is_empty(),
        _ => false,
    }
}

/// A file in the making, removed when the page fails.
pub(super) struct Part(pub(super) PathBuf);

impl Drop for Part {
    fn drop(&mut self) {
        // After success it has another name and there is nothing to remove.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Streams the body into the file. Writing blocks this task, which has nothing else to do.
async fn transfer(
    asking: &Asking<'_>,
    url: &Url,
    mut response: Response,
    encoding: Encoding,
    path: &Path,
    spent: &mut Spent,
) -> Result<Writer, FetchError> {
    let limits = asking.limits;
    let allowed = allowed(limits, spent.bytes);
    let spool = |source| FetchError::Spool {
        path: path.to_owned(),
        source,
    };
    let mut writer = Sink::create(path, allowed)
        .and_then(|sink| Writer::new(encoding, sink))
        .map_err(spool)?;
    let stall_timeout = asking.request.stall_timeout;
    let mut received: u64 = 0;
    loop {
        let chunk = match tokio::time::timeout(stall_timeout, response.chunk()).await {
            Err(_) => {
                return Err(FetchError::Stalled {
                    url: shown(url),
                    received,
                    stall_timeout,
                });
            }
            Ok(Err(source)) => {
                return Err(FetchError::Cut {
                    url: shown(url),
                    received,
                    source,
                });
            }
            Ok(Ok(None)) => break,
            Ok(Ok(Some(chunk))) => chunk,
        };
        received += chunk.len() as u64;
        spent.wire_bytes += chunk.len() as u64;
        if spent.wire_bytes > limits.max_wire_bytes {
            return Err(FetchError::WireTooLarge {
                url: shown(url),
                max_wire_bytes: limits.max_wire_bytes,
            });
        }
        writer
            .write(&chunk)
            .map_err(|error| refused(limits, &shown(url), encoding, &writer, path, error))?;
    }
    writer
        .finish()
        .map_err(|error| refused(limits, &shown(url), encoding, &writer, path, error))?;
    Ok(writer)
}

/// How large a page may be, after so many bytes of others.
pub(super) fn allowed(limits: &SourceLimits, spent: u64) -> u64 {
    limits
        .max_page_bytes
        .min(limits.max_run_bytes.saturating_sub(spent))
}

/// Adds what was transferred for a part of a page.
pub(super) fn spend_wire(
    limits: &SourceLimits,
    url: &str,
    spent: &mut Spent,
    cost: Spent,
) -> Result<(), FetchError> {
    spent.requests += cost.requests;
    spent.wire_bytes += cost.wire_bytes;
    if spent.wire_bytes > limits.max_wire_bytes {
        return Err(FetchError::WireTooLarge {
            url: url.to_owned(),
            max_wire_bytes: limits.max_wire_bytes,
        });
    }
    Ok(())
}

/// Whether bytes were refused by a limit, by the disk or by the decompressor.
pub(super) fn refused(
    limits: &SourceLimits,
    url: &str,
    encoding: Encoding,
    writer: &Writer,
    path: &Path,
    source: std::io::Error,
) -> FetchError {
    let (sink, url) = (writer.sink(), url.to_owned());
    if sink.has_failed {
        return FetchError::Spool {
            path: path.to_owned(),
            source,
        };
    }
    if !sink.is_full {
        return FetchError::Decompress {
            url,
            encoding: encoding.as_str(),
            source,
        };
    }
    if sink.limit() == limits.max_page_bytes {
        return FetchError::PageTooLarge {
            url,
            max_page_bytes: limits.max_page_bytes,
        };
    }
    FetchError::RunTooLarge {
        url,
        max_run_bytes: limits.max_run_bytes,
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}
