//! What a well-behaved back end sends: ETags that hold, 304 when nothing changed, gzip when asked.

use std::convert::Infallible;
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::Frame;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};

use super::gzip::{self, Gzip};

/// The body of any response; the error cuts a connection on purpose.
pub(super) type Body = UnsyncBoxBody<Bytes, std::io::Error>;

/// How much of a streamed body is made at a time.
const CHUNK_BYTES: usize = 64 * 1024;

/// An answer that does not know yet who asked.
pub(super) struct Answer {
    status: StatusCode,
    content_type: &'static str,
    /// A text that changes whenever the body does.
    version: Option<String>,
    /// When the body last changed, in seconds since 1970.
    modified: Option<u64>,
    link: Option<String>,
    content: Content,
}

enum Content {
    Whole(Vec<u8>),
    Lines(Box<dyn Iterator<Item = String> + Send>),
}

impl Answer {
    /// A JSON body.
    pub(super) fn json(text: String) -> Self {
        Self::new("application/json", Content::Whole(text.into_bytes()))
    }

    /// A picture.
    pub(super) fn svg(text: String) -> Self {
        Self::new("image/svg+xml", Content::Whole(text.into_bytes()))
    }

    /// One JSON value a line, made while it is sent.
    pub(super) fn lines(lines: impl Iterator<Item = String> + Send + 'static) -> Self {
        Self::new("application/x-ndjson", Content::Lines(Box::new(lines)))
    }

    /// A refusal in one sentence.
    pub(super) fn refusal(status: StatusCode, reason: &str) -> Self {
        let text = serde_json::json!({"error": reason}).to_string();
        Self {
            status,
            ..Self::json(text)
        }
    }

    fn new(content_type: &'static str, content: Content) -> Self {
        Self {
            status: StatusCode::OK,
            content_type,
            version: None,
            modified: None,
            link: None,
            content,
        }
    }

    /// States a text that changes whenever the body does; the ETag is made from it.
    pub(super) fn version(self, version: impl Into<String>) -> Self {
        Self {
            version: Some(version.into()),
            ..self
        }
    }

    /// States when the body last changed, in seconds since 1970.
    pub(super) fn modified(self, seconds: u64) -> Self {
        Self {
            modified: Some(seconds),
            ..self
        }
    }

    /// Adds a `Link` header.
    pub(super) fn link(self, link: Option<String>) -> Self {
        Self { link, ..self }
    }

    /// The response to a request with these headers.
    pub(super) fn for_request(self, request: &HeaderMap) -> Response<Body> {
        let gzip = accepts_gzip(request);
        let etag = self.version.as_ref().map(|version| etag(version, gzip));
        let modified = self
            .modified
            .map(|seconds| httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds)));
        let mut headers: Vec<(HeaderName, String)> = vec![
            (header::CONTENT_TYPE, self.content_type.to_owned()),
            (header::VARY, "Accept-Encoding".to_owned()),
        ];
        headers.extend(etag.clone().map(|value| (header::ETAG, value)));
        headers.extend(modified.clone().map(|value| (header::LAST_MODIFIED, value)));
        headers.extend(self.link.map(|value| (header::LINK, value)));
        if is_unchanged(request, etag.as_deref(), modified.as_deref()) {
            return build(StatusCode::NOT_MODIFIED, headers, whole(Vec::new()));
        }
        if gzip {
            headers.push((header::CONTENT_ENCODING, "gzip".to_owned()));
        }
        let body = match (self.content, gzip) {
            (Content::Whole(bytes), false) => whole(bytes),
            (Content::Whole(bytes), true) => whole(gzip::whole(&bytes)),
            (Content::Lines(lines), false) => streamed(chunks(lines)),
            (Content::Lines(lines), true) => streamed(Gzip::new(chunks(lines))),
        };
        build(self.status, headers, body)
    }
}

/// A response with these headers, all of which this program made itself.
pub(super) fn build(
    status: StatusCode,
    headers: Vec<(HeaderName, String)>,
    body: Body,
) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    for (name, value) in headers {
        let value = HeaderValue::from_bytes(value.as_bytes())
            .expect("header values of the back end are one line");
        response.headers_mut().append(name, value);
    }
    response
}

/// A body that is known at once.
pub(super) fn whole(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into())
        .map_err(|never: Infallible| match never {})
        .boxed_unsync()
}

fn streamed(chunks: impl Iterator<Item = Vec<u8>> + Send + 'static) -> Body {
    let frames = chunks.map(|chunk| Ok(Frame::data(Bytes::from(chunk))));
    StreamBody::new(futures_util::stream::iter(frames)).boxed_unsync()
}

/// Puts lines together until there is enough for a chunk.
fn chunks(mut lines: impl Iterator<Item = String>) -> impl Iterator<Item = Vec<u8>> {
    std::iter::from_fn(move || {
        let mut chunk = Vec::with_capacity(CHUNK_BYTES + CHUNK_BYTES / 8);
        while chunk.len() < CHUNK_BYTES {
            let Some(line) = lines.next() else { break };
            chunk.extend_from_slice(line.as_bytes());
            chunk.push(b'\n');
        }
        (!chunk.is_empty()).then_some(chunk)
    })
}

/// A strong tag; the compressed body is another representation and needs another one.
fn etag(version: &str, gzip: bool) -> String {
    let hash = blake3::hash(version.as_bytes()).to_hex();
    let suffix = if gzip { "-gz" } else { "" };
    format!("\"{}{suffix}\"", &hash[..20])
}

fn accepts_gzip(request: &HeaderMap) -> bool {
    let codings = request
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok());
    codings.flat_map(|value| value.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        name.trim().eq_ignore_ascii_case("gzip") && !matches!(weight.trim(), "q=0" | "q=0.0")
    })
}

/// An ETag in the request decides alone; the date counts only without one.
fn is_unchanged(request: &HeaderMap, etag: Option<&str>, modified: Option<&str>) -> bool {
    let header = |name: HeaderName| request.get(name).and_then(|value| value.to_str().ok());
    match (header(header::IF_NONE_MATCH), etag) {
        (Some(tags), Some(etag)) => tags
            .split(',')
            .any(|tag| matches!(tag.trim(), tag if tag == etag || tag == "*")),
        (Some(_), None) => false,
        (None, _) => header(header::IF_MODIFIED_SINCE).is_some_and(|since| modified == Some(since)),
    }
}
