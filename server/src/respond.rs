//! What a client is sent: page, redirect, file, 304, refusal.
//!
//! Every response carries the security headers, a cache policy and the generation it was made from. A response to
//! HEAD is the one to GET; the listener leaves the body out.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use xxhash_rust::xxh3::xxh3_128;

use crate::assets::Hints;
use crate::cache_policy::CachePolicy;
use crate::encode::{self, Effort, Encoding, Wanted};
use crate::listen::Refusal;
use crate::live;
use crate::page::Page;
use crate::stamp::Stamp;

/// After how long whoever was sent away is to try again, unless something else is known.
pub(crate) const RETRY_SECONDS: u64 = 2;

/// A response and the kind of page it is, for logs and metrics.
#[derive(Debug)]
pub struct Response {
    /// One of a small fixed set of words.
    pub kind: &'static str,
    /// Status, headers and the body: the whole of it, unless there is a rest.
    pub http: hyper::Response<Bytes>,
    /// What follows the body, if its length is not known yet.
    pub rest: Option<Rest>,
    /// Whether it was made before, for somebody else.
    pub kept: bool,
}

/// What follows a body, made piece by piece as the client takes it.
pub struct Rest(pub Box<dyn Iterator<Item = Bytes> + Send>);

impl fmt::Debug for Rest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rest")
    }
}

/// A complete response to one address in one coding, as the body cache keeps it.
#[derive(Debug)]
pub struct Finished {
    kind: &'static str,
    status: StatusCode,
    /// Everything but `Content-Length` and `Date`; where there is an ETag, an empty one keeps its place.
    headers: Arc<HeaderMap>,
    etag: Option<Tag>,
    encoding: Encoding,
    body: Bytes,
    /// How often it was asked for again.
    asked_again: AtomicU32,
    /// Whether it is the answer to a search that found nothing at all.
    pub(crate) found_nothing: bool,
}

/// What tells one body from another.
#[derive(Debug)]
struct Tag {
    plain_hash: [u8; TAG_BYTES],
    header: HeaderValue,
}

/// How much of a hash stands in an ETag.
const TAG_BYTES: usize = 12;
/// How often a kept page is asked for again before a smaller coding, ten times as dear, pays.
const WORTH_ENCODING: u32 = 8;
/// The ETag's text, the counts of shared memory, and what the allocator and the table of the cache add.
const MEMORY_BESIDES: usize = 256;

/// What robots may do, where the body cannot say so.
pub const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");
const AHEAD: HeaderName = HeaderName::from_static("speculation-rules");
const TEXT: &str = "text/plain; charset=utf-8";

/// A page in the coding its client wants, ready to be kept and sent many times.
pub fn finish(page: Page, stamp: &Stamp, encoding: Encoding, hints: &Hints) -> Finished {
    let encoded = encode::compress(encoding, Effort::Page, page.body.as_bytes());
    let encoding = if encoded.is_some() {
        encoding
    } else {
        Encoding::Identity
    };
    let headers = if is_usual(&page) {
        stamp.usual(page.kind, encoding, hints)
    } else {
        Arc::new(page_headers(&page, stamp, encoding, hints))
    };
    let plain_hash = (page.status == 200).then(|| xxh3_128(page.body.as_bytes()).to_le_bytes());
    Finished {
        kind: page.kind.name(),
        status: StatusCode::from_u16(page.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        headers,
        etag: plain_hash.map(|hash| Tag::new(&hash, encoding)),
        encoding,
        body: encoded.map_or_else(|| Bytes::from(page.body), Bytes::from),
        asked_again: AtomicU32::new(0),
        found_nothing: page.found_nothing,
    }
}

/// Whether all pages like this one have the same headers.
fn is_usual(page: &Page) -> bool {
    page.status == 200
        && page.cache == CachePolicy::Page
        && page.content_type == crate::page::HTML
        && page.location.is_none()
        && !page.noindex
}

pub(crate) fn page_headers(
    page: &Page,
    stamp: &Stamp,
    encoding: Encoding,
    hints: &Hints,
) -> HeaderMap {
    let mut headers = stamp.headers().clone();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(page.content_type),
    );
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static(page.cache.header()),
    );
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if page.status == 200 {
        headers.insert(header::ETAG, HeaderValue::from_static(""));
    }
    if let Some(token) = encoding.token() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(token));
    }
    if page.status == 503 {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_SECONDS));
    }
    if page.noindex {
        headers.insert(ROBOTS, HeaderValue::from_static("noindex"));
    }
    let location = page
        .location
        .as_deref()
        .and_then(|location| HeaderValue::try_from(location).ok());
    let whole_page = page.cache == CachePolicy::Page && location.is_none();
    if let Some(location) = location {
        headers.insert(header::LOCATION, location);
    }
    if page.cache.is_shared() {
        stamp.tag(page.kind, &mut headers);
    }
    if whole_page && page.content_type.starts_with("text/html") {
        headers.insert(header::LINK, hints.preload.clone());
        headers.insert(AHEAD, hints.ahead.clone());
    }
    headers
}

impl Finished {
    /// The response, whole.
    pub fn whole(&self) -> Response {
        let mut http = hyper::Response::new(self.body.clone());
        *http.status_mut() = self.status;
        *http.headers_mut() = self.headers(self.etag.as_ref().map(|tag| tag.header.clone()));
        Response {
            kind: self.kind,
            http,
            rest: None,
            kept: false,
        }
    }

    /// 304 if the client has it already: in this coding, or in another one that it wants as much.
    pub fn not_modified(&self, request_headers: &HeaderMap, wanted: Wanted) -> Option<Response> {
        if !request_headers.contains_key(header::IF_NONE_MATCH) {
            return None;
        }
        let tag = self.etag.as_ref()?;
        let others = [wanted.quick, wanted.small].map(|coding| etag(&tag.plain_hash, coding));
        let known = std::iter::once(tag.header.clone())
            .chain(others)
            .find(|etag| has_etag(request_headers, etag))?;
        let mut http = hyper::Response::new(Bytes::new());
        *http.status_mut() = StatusCode::NOT_MODIFIED;
        *http.headers_mut() = self.headers(Some(known));
        for name in [
            header::CONTENT_TYPE,
            header::CONTENT_ENCODING,
            header::LINK,
            AHEAD,
        ] {
            http.headers_mut().remove(name);
        }
        Some(Response {
            kind: self.kind,
            http,
            rest: None,
            kept: false,
        })
    }

    /// Counts that it was asked for again; true once, when that has happened so often that this coding pays.
    pub fn is_worth_encoding_as(&self, encoding: Encoding) -> bool {
        self.encoding != encoding
            && self.encoding != Encoding::Identity
            && self.asked_again.fetch_add(1, Ordering::Relaxed) + 1 == WORTH_ENCODING
    }

    fn headers(&self, etag: Option<HeaderValue>) -> HeaderMap {
        let mut headers = HeaderMap::clone(&self.headers);
        if let (Some(etag), Some(place)) = (etag, headers.get_mut(header::ETAG)) {
            *place = etag;
        }
        headers
    }

    /// Whether the page exists: only such are worth keeping.
    pub fn is_found(&self) -> bool {
        self.status == StatusCode::OK
    }

    /// What keeping this costs, roughly: the body, its ETag and this; the headers of usual pages are shared.
    pub fn memory_bytes(&self) -> usize {
        self.body.len() + size_of::<Self>() + MEMORY_BESIDES
    }

    #[cfg(test)]
    pub(crate) fn for_test(body: String) -> Self {
        Self {
            kind: "test",
            status: StatusCode::OK,
            headers: Arc::default(),
            etag: None,
            encoding: Encoding::Identity,
            body: Bytes::from(body),
            asked_again: AtomicU32::new(0),
            found_nothing: false,
        }
    }
}

impl Tag {
    fn new(plain_hash: &[u8], encoding: Encoding) -> Self {
        let mut kept = [0; TAG_BYTES];
        for (kept, byte) in kept.iter_mut().zip(plain_hash) {
            *kept = *byte;
        }
        Self {
            header: etag(&kept, encoding),
            plain_hash: kept,
        }
    }
}

/// A file of ours in one coding; `hash` is that of the plain file.
pub fn file(
    stamp: &Stamp,
    request_headers: &HeaderMap,
    content_type: &'static str,
    hash: &[u8],
    (encoding, body): (Encoding, Bytes),
) -> Response {
    let mut headers = stamp.headers().clone();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static(CachePolicy::Asset.header()),
    );
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::ETAG, HeaderValue::from_static(""));
    if let Some(token) = encoding.token() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(token));
    }
    let finished = Finished {
        kind: "asset",
        status: StatusCode::OK,
        headers: Arc::new(headers),
        etag: Some(Tag::new(hash, encoding)),
        encoding,
        body,
        asked_again: AtomicU32::new(0),
        found_nothing: false,
    };
    finished
        .not_modified(request_headers, Wanted::only(encoding))
        .unwrap_or_else(|| finished.whole())
}

/// Another spelling of an address: the one address lasts, so the redirect is permanent (301).
pub fn redirect(stamp: &Stamp, url: &str) -> Response {
    let mut response = sentence(
        stamp,
        StatusCode::MOVED_PERMANENTLY,
        "redirect",
        &format!("This page is at {url}"),
    );
    let headers = response.http.headers_mut();
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static(CachePolicy::Redirect.header()),
    );
    if let Ok(location) = HeaderValue::try_from(url) {
        headers.insert(header::LOCATION, location);
    }
    response
}

/// A request that did not pass the listener.
pub fn refused(stamp: &Stamp, refusal: &Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = sentence(stamp, status, "refused", &format!("Refused: {refusal}."));
    if status == StatusCode::METHOD_NOT_ALLOWED {
        response
            .http
            .headers_mut()
            .insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
    response
}

/// Sees to it that nobody keeps a page beyond the instant at which its prices change.
pub fn keep_until(response: &mut Response, until: i64, now: SystemTime) {
    if until == i64::MAX {
        return;
    }
    let left = until.saturating_sub(live::seconds(now));
    let left = u64::try_from(left).unwrap_or(0);
    let headers = response.http.headers_mut();
    let policy = CachePolicy::Page.header();
    let is_page = headers
        .get(header::CACHE_CONTROL)
        .is_some_and(|known| known == policy);
    if let Some(shorter) = CachePolicy::page_for(left).filter(|_| is_page)
        && let Ok(value) = HeaderValue::try_from(shorter)
    {
        headers.insert(header::CACHE_CONTROL, value);
    }
}

/// A plain sentence: what is sent where no page can be.
pub fn sentence(stamp: &Stamp, status: StatusCode, kind: &'static str, text: &str) -> Response {
    let mut headers = stamp.headers().clone();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(TEXT));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static(CachePolicy::Error.header()),
    );
    let mut http = hyper::Response::new(Bytes::from(format!("{text}\n")));
    *http.status_mut() = status;
    *http.headers_mut() = headers;
    Response {
        kind,
        http,
        rest: None,
        kept: false,
    }
}

/// A sentence for those who are to come back after some seconds, because too many others are here.
pub(crate) fn busy(stamp: &Stamp, kind: &'static str, text: &str, retry_seconds: u64) -> Response {
    let mut response = sentence(stamp, StatusCode::SERVICE_UNAVAILABLE, kind, text);
    let headers = response.http.headers_mut();
    headers.insert(header::RETRY_AFTER, HeaderValue::from(retry_seconds));
    response
}

/// A strong validator: the plain body's hash, and the coding, because each coding is a representation of its own.
fn etag(plain_hash: &[u8; TAG_BYTES], encoding: Encoding) -> HeaderValue {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = Vec::with_capacity(2 * TAG_BYTES + 8);
    text.push(b'"');
    for byte in plain_hash {
        text.extend([byte >> 4, byte & 15].map(|digit| DIGITS[usize::from(digit)]));
    }
    if let Some(token) = encoding.token() {
        text.push(b'-');
        text.extend(token.as_bytes());
    }
    text.push(b'"');
    HeaderValue::from_maybe_shared(Bytes::from(text))
        .unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

/// Whether `If-None-Match` names this tag (weak comparison, RFC 9110 §13.1.2).
pub fn has_etag(request_headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let Ok(etag) = etag.to_str() else {
        return false;
    };
    let etag = etag.strip_prefix("W/").unwrap_or(etag);
    let values = request_headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut tags = values.flat_map(|value| value.split(','));
    // Our tags hold no comma, so splitting at commas cannot cut one in two.
    tags.any(|tag| {
        let tag = tag.trim();
        tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Kind;
    use crate::stamp::Edge;

    fn stamp() -> Stamp {
        Stamp::new(
            Some(12),
            ["http://127.0.0.1:8081"].into_iter(),
            &Edge::default(),
        )
    }

    fn page(body: &str) -> Page {
        Page {
            status: 200,
            kind: Kind::Product,
            content_type: "text/html; charset=utf-8",
            body: body.to_owned(),
            cache: CachePolicy::Page,
            location: None,
            noindex: false,
            found_nothing: false,
        }
    }

    fn hints() -> Hints {
        Hints {
            preload: HeaderValue::from_static("</a.css>; rel=preload; as=style"),
            ahead: HeaderValue::from_static("\"/a.json\""),
        }
    }

    fn finished(encoding: Encoding) -> Finished {
        let body = "<p>a chair</p>".repeat(100);
        finish(page(&body), &stamp(), encoding, &hints())
    }

    fn asking(etag: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, etag.parse().unwrap());
        headers
    }

    fn text(response: &Response, name: &str) -> String {
        response
            .http
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
            .unwrap_or_default()
    }

    #[test]
    fn every_response_is_stamped_and_says_who_may_keep_it() {
        let stamp = stamp();
        let responses = [
            finished(Encoding::Brotli).whole(),
            redirect(&stamp, "/p/x"),
            finish(
                Page {
                    status: 503,
                    ..page("later")
                },
                &stamp,
                Encoding::Gzip,
                &hints(),
            )
            .whole(),
            refused(&stamp, &Refusal::Method(hyper::Method::POST)),
            file(
                &stamp,
                &HeaderMap::new(),
                "text/css",
                &[1; 32],
                (Encoding::Identity, Bytes::from("a{}")),
            ),
        ];
        for response in &responses {
            assert_eq!(text(response, "x-frontage-generation"), "12");
            assert_eq!(text(response, "x-content-type-options"), "nosniff");
            assert_eq!(text(response, "x-frame-options"), "DENY");
            let policy = text(response, "content-security-policy");
            assert!(
                policy.starts_with("default-src 'none';") && !policy.contains("unsafe"),
                "{policy}"
            );
            assert!(
                policy.contains("img-src 'self' data: http://127.0.0.1:8081;"),
                "{policy}"
            );
            assert!(!text(response, "cache-control").is_empty());
        }
        assert_eq!(text(&responses[1], "location"), "/p/x");
        assert_eq!(text(&responses[2], "retry-after"), "2");
        assert_eq!(text(&responses[3], "allow"), "GET, HEAD");
    }

    #[test]
    fn a_known_etag_costs_no_body() {
        let finished = finished(Encoding::Gzip);
        let full = finished.whole();
        let etag = text(&full, "etag");
        assert!(etag.ends_with("-gzip\""), "{etag}");
        for tags in [
            etag.clone(),
            format!("W/{etag}"),
            format!("\"other\", {etag}"),
            "*".to_owned(),
        ] {
            let response = finished
                .not_modified(&asking(&tags), Wanted::only(Encoding::Gzip))
                .unwrap();
            assert_eq!(response.http.status(), 304, "{tags}");
            assert!(response.http.body().is_empty());
            for name in ["etag", "vary", "cache-control", "x-frontage-generation"] {
                assert_eq!(text(&response, name), text(&full, name), "{name}");
            }
            assert_eq!(text(&response, "content-type"), "");
        }
        for tags in ["\"other\"", "", etag.trim_matches('"')] {
            assert!(
                finished
                    .not_modified(&asking(tags), Wanted::only(Encoding::Gzip))
                    .is_none(),
                "{tags}"
            );
        }
    }

    #[test]
    fn each_coding_has_its_own_strong_etag() {
        let tags: Vec<String> = Encoding::BY_SIZE
            .into_iter()
            .map(|encoding| text(&finished(encoding).whole(), "etag"))
            .collect();
        for (index, tag) in tags.iter().enumerate() {
            assert!(
                tag.starts_with('"') && !tags[..index].contains(tag),
                "{tags:?}"
            );
        }
    }

    #[test]
    fn a_short_body_is_sent_as_it_is() {
        let short = finish(page("<p>hi</p>"), &stamp(), Encoding::Brotli, &hints());
        let response = short.whole();
        assert_eq!(text(&response, "content-encoding"), "");
        assert_eq!(response.http.body().as_ref(), b"<p>hi</p>");
    }

    #[test]
    fn a_hostile_media_origin_cannot_widen_the_policy() {
        let stamp = Stamp::new(
            Some(1),
            ["https://cdn.example", "x; script-src *", "a'b", "ü"].into_iter(),
            &Edge {
                hsts: Some(HeaderValue::from_static("max-age=5")),
                tags: None,
            },
        );
        let response = redirect(&stamp, "/");
        let policy = text(&response, "content-security-policy");
        assert!(
            policy.contains(
                "data: https://cdn.example; media-src 'self' https://cdn.example; connect-src"
            ),
            "{policy}"
        );
        assert_eq!(text(&response, "strict-transport-security"), "max-age=5");
    }
}
