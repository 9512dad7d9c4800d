//! One connection: requests in, answers out.

use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Frame, Incoming, SizeHint};
use hyper::header::{CONNECTION, CONTENT_LENGTH, HeaderValue};
use hyper::http::request::Parts;
use hyper::service::service_fn;
use hyper::{Method, StatusCode, Version};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::debug;

use super::accept::{Gauge, Guest, Stage};
use super::deadline::{Clock, InFlight};
use super::stream::TimedStream;
use super::vet::{self, Refusal};
use super::{Reply, Request, Rules, Server, proxy};
use crate::config::Limits;
use crate::metrics::Metrics;
use crate::respond::{Response, Rest};
use crate::telemetry::{self, Times};

/// HTTP/2 requests one client may have open at once.
const MAX_STREAMS: u32 = 100;
/// Streams that a client may open and reset before we have looked at them.
const MAX_RESET_STREAMS: usize = 50;
/// Streams that we end because of what a client sent on them, before it is no client any more.
const MAX_FAULTY_STREAMS: usize = 50;
/// What we buffer of a stream's response before the client takes it.
const MAX_SEND_BUFFER: usize = 64 * 1024;
/// How long a client that keeps its connection may take for a last request when the server ends.
const LAST_REQUEST: Duration = Duration::from_secs(1);
/// Requests have next to no bodies, so a stream's receive window is small.
const RECEIVE_WINDOW: u32 = 64 * 1024;

/// Serves one client until it leaves, a deadline passes, or the server ends.
pub(super) async fn serve(
    socket: TcpStream,
    peer: IpAddr,
    server: Arc<Server>,
    gauge: Arc<Gauge>,
    guest: Guest,
    mut stage: watch::Receiver<Stage>,
) {
    let rules = server.rules.load_full();
    let clock = Clock::start(Arc::clone(&rules.limits), Instant::now());
    let stream = TimedStream::new(socket, Arc::clone(&clock), gauge);
    let door = Door {
        server,
        rules,
        clock,
        stage: stage.clone(),
    };
    tokio::select! {
        () = door.open(stream, peer) => {}
        // Nobody is served any more, whatever stage the connection is in.
        () = until_over(&mut stage) => {}
    }
    drop(guest);
}

/// Waits until connections are to end at once.
async fn until_over(stage: &mut watch::Receiver<Stage>) {
    // Without a sender there is no server any more.
    let _ = stage.wait_for(|stage| *stage == Stage::Over).await;
}

/// Who is at the other end.
#[derive(Clone, Copy)]
struct Peer {
    address: IpAddr,
    /// Whether it is a proxy that had to say whom it speaks for and named nobody. What stands in headers then is the
    /// client's own word.
    names_nobody: bool,
    /// Whether it is a proxy whose word about requests is believed.
    is_trusted: bool,
}

/// What a connection goes through before there are requests on it.
struct Door {
    server: Arc<Server>,
    rules: Arc<Rules>,
    clock: Arc<Clock>,
    stage: watch::Receiver<Stage>,
}

impl Door {
    async fn open(self, mut stream: TimedStream, peer: IpAddr) {
        let mut client = Peer {
            address: peer,
            names_nobody: false,
            is_trusted: self.rules.trusted_proxies.contains(&peer.to_canonical()),
        };
        if self.rules.telling_proxies.contains(&peer.to_canonical()) {
            match proxy::read(&mut stream).await {
                Ok(Some(told)) => client.address = told,
                Ok(None) => client.names_nobody = true,
                Err(error) => {
                    debug!(%error, "a trusted proxy does not say whom it speaks for");
                    return;
                }
            }
        }
        let Some(acceptor) = self.server.tls.clone() else {
            return self.converse(stream, client).await;
        };
        match acceptor.accept(stream).await {
            Ok(stream) => {
                self.server.metrics.handshake(true);
                self.converse(stream, client).await;
            }
            Err(error) => {
                self.server.metrics.handshake(false);
                debug!(%error, "no handshake");
            }
        }
    }

    /// Answers requests until the connection ends.
    async fn converse(
        self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        peer: Peer,
    ) {
        let Self {
            server,
            rules,
            clock,
            mut stage,
        } = self;
        let protocol = protocol(&rules.limits);
        let asked = stage.clone();
        let service = service_fn(|request| {
            let is_http2 = request.version() == Version::HTTP_2;
            let in_flight = clock.request_begins(is_http2, Instant::now());
            let (server, rules, asked) = (Arc::clone(&server), Arc::clone(&rules), asked.clone());
            async move {
                let mut response = exchange(&server, &rules, peer, request, in_flight).await;
                // The last answer says so: a client that did not know would send its next request into the void.
                if !is_http2 && *asked.borrow() != Stage::Serving {
                    let close = HeaderValue::from_static("close");
                    response.headers_mut().insert(CONNECTION, close);
                }
                Ok::<_, Infallible>(response)
            }
        });
        let mut connection = pin!(protocol.serve_connection(TokioIo::new(stream), service));
        tokio::select! {
            result = &mut connection => return ended(result),
            () = clock.expired() => return,
            () = farewell(&mut stage, &clock, rules.limits.drain) => {}
        }
        connection.as_mut().graceful_shutdown();
        tokio::select! {
            result = &mut connection => ended(result),
            () = clock.expired() => {}
        }
    }
}

/// Waits until an idle connection is to be closed: with HTTP/2 at once, because the protocol says what was still taken;
/// with HTTP/1.1 a little later, because a request may be on its way and its answer will say that it is the last.
async fn farewell(stage: &mut watch::Receiver<Stage>, clock: &Clock, drain: Duration) {
    // Without a sender there is no server any more.
    let _ = stage.wait_for(|stage| *stage != Stage::Serving).await;
    if !clock.is_http2() {
        tokio::time::sleep(LAST_REQUEST.min(drain / 2)).await;
    }
}

fn ended(result: Result<(), Box<dyn std::error::Error + Send + Sync>>) {
    if let Err(error) = result {
        debug!(%error, "a connection ended early");
    }
}

fn protocol(limits: &Limits) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        // The clock has deadlines for every phase; a second one for headers would only blur the metrics.
        .header_read_timeout(None)
        .max_buf_size(limits.max_header_bytes);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .max_pending_accept_reset_streams(MAX_RESET_STREAMS)
        .max_local_error_reset_streams(MAX_FAULTY_STREAMS)
        .max_send_buf_size(MAX_SEND_BUFFER)
        .initial_stream_window_size(RECEIVE_WINDOW)
        .initial_connection_window_size(RECEIVE_WINDOW)
        .max_header_list_size(u32::try_from(limits.max_header_bytes).unwrap_or(u32::MAX));
    builder
}

/// One request and its answer, counted.
async fn exchange(
    server: &Server,
    rules: &Rules,
    peer: Peer,
    request: hyper::Request<Incoming>,
    in_flight: InFlight,
) -> hyper::Response<Guarded> {
    let (mut parts, body) = request.into_parts();
    if peer.names_nobody {
        parts.headers.remove("x-forwarded-for");
    }
    let takes_posts = |host: Option<&str>, target: &str| server.answer.takes_posts(host, target);
    let vetted = match vet::head(&parts, &rules.hosts, takes_posts) {
        Ok(host) => read(body, &rules.limits).await.map(|body| (host, body)),
        Err(refusal) => Err(refusal),
    };
    let _answering = Answering::begin(&server.metrics);
    let began = Instant::now();
    let (response, ends_connection) = match &vetted {
        Ok(asked) => (answered(server, peer, &parts, asked).await, false),
        Err(refusal) => (server.answer.refuse(refusal), refusal.ends_connection()),
    };
    let Response {
        kind,
        mut http,
        rest,
        kept: _,
    } = response;
    let duration = began.elapsed();
    server.metrics.request(kind, http.status(), duration);
    debug!(
        method = %parts.method, path = parts.uri.path(), kind, status = http.status().as_u16(),
        duration_us = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX), "answered"
    );
    if ends_connection && parts.version < Version::HTTP_2 {
        http.headers_mut()
            .insert(CONNECTION, HeaderValue::from_static("close"));
    }
    guarded(http, rest, parts.method == Method::HEAD, in_flight)
}

/// The answer to a request that passed, traced if it is to be.
async fn answered(
    server: &Server,
    peer: Peer,
    parts: &Parts,
    (host, body): &(Option<String>, Bytes),
) -> Response {
    let mut span = telemetry::request(&server.tracer, &parts.headers, peer.is_trusted);
    let target = parts
        .uri
        .path_and_query()
        .map_or("/", |target| target.as_str());
    let request = Request {
        method: &parts.method,
        host: host.as_deref(),
        target,
        headers: &parts.headers,
        body: if parts.method == Method::POST {
            body
        } else {
            &[]
        },
        peer: peer.address,
        now: now(),
    };
    let is_traced = span.is_made();
    let reply = server.answer.answer(&request);
    let mut times = Times {
        asked: request.now,
        answered: is_traced.then(now),
        waited: None,
    };
    let response = match reply {
        Reply::Now(response) => response,
        Reply::Later(response) => {
            let response = response.await;
            times.waited = is_traced.then(now);
            response
        }
    };
    if is_traced {
        let template = server.answer.template(request.host, target);
        telemetry::describe(&mut span, (&parts.method, template), &response, &times);
    }
    response
}

/// A request being answered, on the gauge of them.
struct Answering<'m>(&'m Metrics);

impl<'m> Answering<'m> {
    fn begin(metrics: &'m Metrics) -> Self {
        metrics.in_flight.fetch_add(1, Ordering::Relaxed);
        Self(metrics)
    }
}

impl Drop for Answering<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "requests get their instant here and nowhere else"
)]
fn now() -> SystemTime {
    SystemTime::now()
}

/// A body, within the limits. One that nobody wants is read as well, so that the next request begins where it ends.
async fn read(body: Incoming, limits: &Limits) -> Result<Bytes, Refusal> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let limit = limits.max_body_bytes;
    let too_large = Refusal::BodyTooLarge { limit };
    if body.size_hint().lower() > u64::try_from(limit).unwrap_or(u64::MAX) {
        return Err(too_large);
    }
    match tokio::time::timeout(limits.body, Limited::new(body, limit).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large),
        Ok(Err(_)) => Err(Refusal::Malformed("the body is broken")),
        Err(_) => Err(Refusal::BodyTooSlow),
    }
}

/// The response as it goes out: HEAD keeps the length and loses the body.
fn guarded(
    response: hyper::Response<Bytes>,
    rest: Option<Rest>,
    head: bool,
    in_flight: InFlight,
) -> hyper::Response<Guarded> {
    let (mut parts, mut bytes) = response.into_parts();
    if head {
        if rest.is_none() && parts.status != StatusCode::NOT_MODIFIED {
            parts
                .headers
                .insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
        }
        bytes = Bytes::new();
    }
    in_flight.response_begins(bytes.len(), Instant::now());
    let body = match rest.filter(|_| !head) {
        None => Body::Whole(Full::new(bytes)),
        Some(rest) => Body::Pieces {
            first: Some(bytes).filter(|bytes| !bytes.is_empty()),
            rest,
        },
    };
    hyper::Response::from_parts(parts, Guarded { body, in_flight })
}

/// A body that keeps its request in flight until the connection has taken it whole.
struct Guarded {
    body: Body,
    in_flight: InFlight,
}

/// What is left to send.
enum Body {
    Whole(Full<Bytes>),
    /// The next piece is made when the connection has room for it, and the client has time for each.
    Pieces {
        first: Option<Bytes>,
        rest: Rest,
    },
}

impl hyper::body::Body for Guarded {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = match &mut self.body {
            Body::Whole(bytes) => return Pin::new(bytes).poll_frame(context),
            Body::Pieces { first, rest } => first.take().or_else(|| rest.0.next()),
        };
        if let Some(piece) = &piece {
            self.in_flight.response_begins(piece.len(), Instant::now());
        }
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        match &self.body {
            Body::Whole(bytes) => bytes.is_end_stream(),
            Body::Pieces { .. } => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.body {
            Body::Whole(bytes) => bytes.size_hint(),
            Body::Pieces { .. } => SizeHint::new(),
        }
    }
}
