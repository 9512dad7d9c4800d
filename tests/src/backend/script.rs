//! Answers that a test writes by hand, faults included.
//!
//! A fault is always an explicit property of the answer: nothing here is random or depends on the time of day.

use std::io::Write as _;
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::StreamExt as _;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::StatusCode;
use hyper::body::Frame;
use hyper::header::{self, HeaderMap, HeaderName};

use super::answer::{self, Body};

/// An answer to every request for a path.
#[derive(Debug, Clone)]
#[must_use]
pub struct Response {
    status: StatusCode,
    headers: Vec<(HeaderName, String)>,
    body: Bytes,
    delay: Duration,
    cut_at: Option<usize>,
    drip: Option<(usize, Duration)>,
    pub(super) is_dropped: bool,
}

impl Response {
    /// 200 with a body of this type.
    pub fn ok(content_type: &str, body: impl Into<Bytes>) -> Self {
        let headers = vec![(header::CONTENT_TYPE, content_type.to_owned())];
        Self {
            status: StatusCode::OK,
            headers,
            body: body.into(),
            delay: Duration::ZERO,
            cut_at: None,
            drip: None,
            is_dropped: false,
        }
    }

    /// 200 with JSON.
    pub fn json(value: &serde_json::Value) -> Self {
        Self::ok("application/json", value.to_string())
    }

    /// 200 with one JSON value a line, and an ETag of the body.
    pub fn ndjson<'a>(values: impl IntoIterator<Item = &'a serde_json::Value>) -> Self {
        let body: String = values
            .into_iter()
            .map(|value| format!("{value}\n"))
            .collect();
        let tag = format!("\"{}\"", &blake3::hash(body.as_bytes()).to_hex()[..20]);
        Self::ok("application/x-ndjson", body).header("etag", &tag)
    }

    /// An empty answer with this status.
    pub fn status(status: u16) -> Self {
        let status = StatusCode::from_u16(status).expect("tests script statuses that exist");
        Self {
            status,
            ..Self::ok("text/plain", Bytes::new())
        }
    }

    /// A redirect.
    pub fn redirect(status: u16, to: &str) -> Self {
        Self::status(status).header("location", to)
    }

    /// A gzip stream that unpacks to so many zero bytes in a JSON string.
    pub fn gzip_bomb(unpacked_bytes: usize) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        let zeros = vec![b'0'; 1 << 20];
        let mut left = unpacked_bytes;
        encoder
            .write_all(b"[\"")
            .expect("writing to memory cannot fail");
        while left > 0 {
            let now = left.min(zeros.len());
            encoder
                .write_all(&zeros[..now])
                .expect("writing to memory cannot fail");
            left -= now;
        }
        encoder
            .write_all(b"\"]")
            .expect("writing to memory cannot fail");
        let body = encoder.finish().expect("writing to memory cannot fail");
        Self::ok("application/json", body).header("content-encoding", "gzip")
    }

    /// The same with another status.
    pub fn with_status(self, status: u16) -> Self {
        let status = StatusCode::from_u16(status).expect("tests script statuses that exist");
        Self { status, ..self }
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = name.parse().expect("tests script header names that exist");
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Waits before it answers.
    pub fn after(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// Promises the whole body and closes the connection after so many bytes.
    pub fn cut_at(self, bytes: usize) -> Self {
        Self {
            cut_at: Some(bytes),
            ..self
        }
    }

    /// No answer at all: the connection is closed instead.
    pub fn none() -> Self {
        Self {
            is_dropped: true,
            ..Self::status(500)
        }
    }

    /// Sends the body in small pieces with a pause after each.
    pub fn dripping(self, piece_bytes: usize, pause: Duration) -> Self {
        Self {
            drip: Some((piece_bytes.max(1), pause)),
            ..self
        }
    }

    /// How long the body is.
    pub fn body_len(&self) -> usize {
        self.body.len()
    }

    pub(super) async fn send(self, request: &HeaderMap) -> hyper::Response<Body> {
        tokio::time::sleep(self.delay).await;
        let known = request
            .get(header::IF_NONE_MATCH)
            .and_then(|value| value.to_str().ok());
        let etag = self
            .headers
            .iter()
            .find(|(name, _)| name == header::ETAG)
            .map(|(_, value)| value.as_str());
        if self.status == StatusCode::OK && etag.is_some() && etag == known {
            return answer::build(
                StatusCode::NOT_MODIFIED,
                self.headers,
                answer::whole(Bytes::new()),
            );
        }
        let mut headers = self.headers;
        let body = match (self.cut_at, self.drip) {
            (None, None) => answer::whole(self.body),
            (Some(bytes), _) => {
                headers.push((header::CONTENT_LENGTH, self.body.len().to_string()));
                cut(self.body, bytes)
            }
            (None, Some((piece_bytes, pause))) => dripped(self.body, piece_bytes, pause),
        };
        answer::build(self.status, headers, body)
    }
}

/// The error after the last piece makes the server drop the connection.
fn cut(body: Bytes, bytes: usize) -> Body {
    let piece = Ok(Frame::data(body.slice(..bytes.min(body.len()))));
    // The pause lets the piece leave before the connection is dropped; without it the client might see neither.
    let end = futures_util::stream::once(async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        Err(std::io::Error::other("cut on purpose"))
    });
    StreamBody::new(futures_util::stream::iter([piece]).chain(end)).boxed_unsync()
}

fn dripped(body: Bytes, piece_bytes: usize, pause: Duration) -> Body {
    let pieces: Vec<Bytes> = (0..body.len())
        .step_by(piece_bytes)
        .map(|at| body.slice(at..body.len().min(at + piece_bytes)))
        .collect();
    let frames = futures_util::stream::iter(pieces).then(move |piece| async move {
        tokio::time::sleep(pause).await;
        Ok(Frame::data(piece))
    });
    StreamBody::new(frames).boxed_unsync()
}
