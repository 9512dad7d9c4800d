//! Odd and hostile clients over real sockets. Deadlines are small here; tests only assert that they end things.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use arc_swap::ArcSwap;
use bytes::Bytes;
use frontage_shared::trace::Tracer;
use hyper::StatusCode;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{Answer, Hosts, Listener, Pulse, Refusal, Reply, Request, Rules, Server, serve};
use crate::config::Limits;
use crate::metrics::Metrics;
use crate::respond::{self, Response};
use crate::stamp::{Edge, Stamp};

/// No test waits longer; reaching it is a failure.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

struct Echo(Stamp);

impl Answer for Echo {
    fn takes_posts(&self, _: Option<&str>, target: &str) -> bool {
        target == "/echo"
    }

    fn answer<'a>(&'a self, request: &Request<'a>) -> Reply<'a> {
        if !request.body.is_empty() {
            let said = String::from_utf8_lossy(request.body).into_owned();
            return Reply::Later(Box::pin(async move {
                tokio::time::sleep(Duration::from_millis(1)).await;
                respond::sentence(&self.0, StatusCode::OK, "home", &format!("you said {said}"))
            }));
        }
        let said = match request.target {
            "/peer" => {
                let forwarded = request.headers.get("x-forwarded-for");
                format!("you are {}, for {forwarded:?}", request.peer)
            }
            target => format!("you asked {target}"),
        };
        let mut response = respond::sentence(&self.0, StatusCode::OK, "home", &said);
        if request.target == "/big" {
            *response.http.body_mut() = Bytes::from(vec![b'x'; 64 << 20]);
        }
        Reply::Now(response)
    }

    fn refuse(&self, refusal: &Refusal) -> Response {
        let status = StatusCode::from_u16(refusal.status()).unwrap();
        respond::sentence(&self.0, status, "refused", &refusal.to_string())
    }
}

pub(super) struct Running {
    pub(super) address: SocketAddr,
    pub(super) metrics: Arc<Metrics>,
    pub(super) stop: oneshot::Sender<()>,
    ended: JoinHandle<usize>,
}

pub(super) fn limits() -> Limits {
    let millis = Duration::from_millis;
    Limits {
        first_byte: millis(200),
        header: millis(200),
        body: millis(200),
        write: millis(200),
        idle: millis(300),
        drain: millis(300),
        max_connections: 100,
        max_header_bytes: 8192,
        max_body_bytes: 1000,
        cart_changes_per_minute: 0,
        orders_per_minute: 0,
        withdrawals_per_minute: 0,
    }
}

fn server(limits: Limits) -> Server {
    Server {
        answer: Arc::new(Echo(Stamp::new(
            Some(3),
            std::iter::empty(),
            &Edge::default(),
        ))),
        rules: Arc::new(ArcSwap::from_pointee(Rules {
            hosts: Hosts::Named(vec!["shop.example".to_owned()]),
            limits: Arc::new(limits),
            telling_proxies: Vec::new(),
            trusted_proxies: Vec::new(),
        })),
        tls: None,
        metrics: Arc::new(Metrics::default()),
        pulse: Arc::new(Pulse::default()),
        tracer: Tracer::default(),
    }
}

/// Clients are waited for longer than tests take.
pub(super) fn patient() -> Limits {
    Limits {
        idle: PATIENCE,
        drain: PATIENCE,
        ..limits()
    }
}

pub(super) async fn start(limits: Limits) -> Running {
    start_with(limits, Vec::new()).await
}

pub(super) async fn start_with(limits: Limits, telling_proxies: Vec<IpAddr>) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = server(limits);
    let rules = Rules {
        telling_proxies,
        ..Rules::clone(&server.rules.load())
    };
    server.rules.store(Arc::new(rules));
    let metrics = Arc::clone(&server.metrics);
    let (stop, stopped) = oneshot::channel::<()>();
    let ended = tokio::spawn(serve(listener, server, async {
        stopped.await.unwrap_or(())
    }));
    Running {
        address,
        metrics,
        stop,
        ended,
    }
}

impl Running {
    /// Sends bytes and reads until the server closes.
    pub(super) async fn talk(&self, bytes: &[u8]) -> String {
        let mut socket = TcpStream::connect(self.address).await.unwrap();
        socket.write_all(bytes).await.unwrap();
        read_to_close(&mut socket).await
    }

    pub(super) async fn until_nobody_is_connected(&self) {
        let empty = async {
            while self.metrics.connections.load(Ordering::Relaxed) > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, empty)
            .await
            .expect("the server still holds a connection");
    }
}

async fn read_to_close(socket: &mut TcpStream) -> String {
    let mut got = Vec::new();
    // A reset is as good an end as any.
    let _ = tokio::time::timeout(PATIENCE, socket.read_to_end(&mut got))
        .await
        .expect("the server never closed");
    String::from_utf8_lossy(&got).into_owned()
}

/// The statuses of the responses in a stream of bytes.
fn statuses(got: &str) -> Vec<u16> {
    got.split("HTTP/1.1 ")
        .skip(1)
        .filter_map(|rest| rest.get(..3)?.parse().ok())
        .collect()
}

#[track_caller]
pub(super) fn assert_statuses(got: &str, expected: &[u16]) {
    assert_eq!(statuses(got), expected, "{got}");
}

#[tokio::test]
async fn a_silent_client_is_disconnected() {
    let running = start(limits()).await;
    assert_eq!(running.talk(b"").await, "");
    assert_eq!(running.talk(b"GET / HT").await, "");
    assert_eq!(
        running
            .talk(b"GET / HTTP/1.1\r\nHost: shop.example\r\nX-A: ")
            .await,
        ""
    );
    running.until_nobody_is_connected().await;
}

#[tokio::test]
async fn trickling_headers_do_not_extend_the_deadline() {
    let running = start(limits()).await;
    let socket = TcpStream::connect(running.address).await.unwrap();
    let (mut reader, mut writer) = socket.into_split();
    let trickle = tokio::spawn(async move {
        let mut text = b"GET / HTTP/1.1\r\nHost: shop.example\r\nX-Slow: ".to_vec();
        loop {
            if writer.write_all(&text).await.is_err() {
                return;
            }
            text = b"a".to_vec();
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    let mut got = Vec::new();
    let _ = tokio::time::timeout(PATIENCE, reader.read_to_end(&mut got))
        .await
        .expect("the server never closed");
    assert_eq!(got, b"");
    trickle.await.unwrap();
}

#[tokio::test]
async fn an_idle_connection_is_closed_after_its_answer() {
    let running = start(limits()).await;
    let got = running
        .talk(b"GET /a HTTP/1.1\r\nHost: shop.example\r\n\r\n")
        .await;
    assert_statuses(&got, &[200]);
    assert!(got.contains("you asked /a"));
}

#[tokio::test]
async fn a_stalled_body_ends_the_request() {
    let running = start(limits()).await;
    let head = "GET / HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 10\r\n\r\nabc";
    assert_statuses(&running.talk(head.as_bytes()).await, &[408]);
}

#[tokio::test]
async fn a_client_that_does_not_read_is_disconnected() {
    let running = start(limits()).await;
    let mut socket = TcpStream::connect(running.address).await.unwrap();
    socket
        .write_all(b"GET /big HTTP/1.1\r\nHost: shop.example\r\n\r\n")
        .await
        .unwrap();
    while running.metrics.requests_total() == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    running.until_nobody_is_connected().await;
    drop(socket);
}

#[tokio::test]
async fn a_client_that_reads_gets_a_large_response_whole() {
    let running = start(limits()).await;
    let got = running
        .talk(b"GET /big HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n")
        .await;
    assert!(got.len() > 64 << 20, "{} bytes", got.len());
}

#[tokio::test]
async fn hosts_and_methods_are_vetted_on_the_wire() {
    let running = start(limits()).await;
    for (request, expected) in [
        ("GET / HTTP/1.1\r\n\r\n", 400),
        (
            "GET / HTTP/1.1\r\nHost: shop.example\r\nHost: shop.example\r\n\r\n",
            400,
        ),
        ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
        (
            "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
            421,
        ),
        (
            "GET http://shop.example/x HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n",
            200,
        ),
        (
            "GET http://evil.example/x HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n",
            421,
        ),
        ("GET / HTTP/1.0\r\n\r\n", 200),
        (
            "CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example\r\n\r\n",
            405,
        ),
        ("TRACE / HTTP/1.1\r\nHost: shop.example\r\n\r\n", 405),
        ("OPTIONS * HTTP/1.1\r\nHost: shop.example\r\n\r\n", 405),
        (
            "POST / HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 3\r\n\r\nabc",
            405,
        ),
    ] {
        let got = running.talk(request.as_bytes()).await;
        assert!(
            got.starts_with("HTTP/1.") && got.get(9..12) == Some(&expected.to_string()),
            "{request:?}: {got}"
        );
    }
}

#[tokio::test]
async fn oversized_requests_are_refused() {
    let running = start(limits()).await;
    let big = "a".repeat(100_000);
    let header = format!("GET / HTTP/1.1\r\nHost: shop.example\r\nX-Big: {big}\r\n\r\n");
    assert_refused(&running.talk(header.as_bytes()).await, 431);
    let length = "GET / HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 100000\r\n\r\n";
    assert_refused(&running.talk(length.as_bytes()).await, 413);
    let chunked = format!(
        "GET / HTTP/1.1\r\nHost: shop.example\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n{}\r\n0\r\n\r\n",
        "b".repeat(2000)
    );
    assert_refused(&running.talk(chunked.as_bytes()).await, 413);
}

/// The status, or a reset where the client was still sending.
#[track_caller]
fn assert_refused(got: &str, status: u16) {
    assert!(got.is_empty() || statuses(got) == [status], "{got}");
}

#[tokio::test]
async fn smuggled_requests_are_never_answered() {
    let running = start(limits()).await;
    let smuggled = "GET /smuggled HTTP/1.1\r\nHost: shop.example\r\n\r\n";
    for head in [
        "Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
        "Content-Length: +5\r\n\r\nabcde",
        "Content-Length: 5, 6\r\n\r\nabcde",
        "Content-Length: -1\r\n\r\n",
        "Content-Length : 5\r\n\r\nabcde",
        "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n\r\n",
        "X: y\r\n continued\r\n\r\n",
        "X\0Y: z\r\n\r\n",
    ] {
        let got = running
            .talk(format!("GET /a HTTP/1.1\r\nHost: shop.example\r\n{head}{smuggled}").as_bytes())
            .await;
        assert!(!got.contains("/smuggled"), "{head:?}: {got}");
        assert!(
            statuses(&got).iter().all(|status| *status >= 400),
            "{head:?}: {got}"
        );
    }
    // Both framings: the chunks count, and what follows them is a request of its own, not part of the body.
    let both = "GET /a HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    let got = running.talk(format!("{both}{smuggled}").as_bytes()).await;
    assert!(
        !got.contains("/smuggled"),
        "a message with both framings must end its connection: {got}"
    );
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let running = start(limits()).await;
    let requests = "GET /1 HTTP/1.1\r\nHost: shop.example\r\n\r\nHEAD /2 HTTP/1.1\r\nHost: shop.example\r\n\r\n\
                    GET /3 HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n";
    let got = running.talk(requests.as_bytes()).await;
    assert_statuses(&got, &[200, 200, 200]);
    assert!(
        got.contains("you asked /1")
            && !got.contains("you asked /2")
            && got.contains("you asked /3"),
        "{got}"
    );
    assert_eq!(got.matches("content-length: 13").count(), 3, "{got}");
}

/// Frames of HTTP/2 by hand: length, type, flags, stream.
fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![
        0,
        0,
        u8::try_from(payload.len()).unwrap(),
        kind,
        flags,
        0,
        0,
        0,
        stream,
    ];
    frame.extend_from_slice(payload);
    frame
}

pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

#[tokio::test]
async fn http2_is_spoken_without_tls_and_a_bare_preface_is_disconnected() {
    let running = start(limits()).await;
    let mut request = PREFACE.to_vec();
    request.extend(frame(4, 0, 0, &[]));
    running.talk(&request).await;
    assert_eq!(running.metrics.requests_total(), 0);

    // GET, http, /, :authority shop.example, all in HPACK's static table but the last.
    let mut headers = vec![0x82, 0x86, 0x84, 0x41, 12];
    headers.extend_from_slice(b"shop.example");
    request.extend(frame(1, 5, 1, &headers));
    let got = running.talk(&request).await;
    assert!(got.contains("you asked /"), "{got:?}");
    assert_eq!(running.metrics.requests_total(), 1);
}

#[tokio::test]
async fn an_http2_client_without_room_for_a_response_is_disconnected() {
    let running = start(limits()).await;
    let mut request = PREFACE.to_vec();
    // SETTINGS_INITIAL_WINDOW_SIZE = 0: the response's body may never be sent.
    request.extend(frame(4, 0, 0, &[0, 4, 0, 0, 0, 0]));
    let mut headers = vec![0x82, 0x86, 0x84, 0x41, 12];
    headers.extend_from_slice(b"shop.example");
    request.extend(frame(1, 5, 1, &headers));
    let got = running.talk(&request).await;
    assert!(!got.contains("you asked"), "{got:?}");
    assert_eq!(running.metrics.requests_total(), 1);
    running.until_nobody_is_connected().await;
}

struct Failing {
    failures: u32,
    inner: TcpListener,
}

impl Listener for Failing {
    async fn accept(&mut self) -> io::Result<(TcpStream, SocketAddr)> {
        if self.failures > 0 {
            self.failures -= 1;
            return Err(io::Error::from_raw_os_error(24));
        }
        self.inner.accept().await
    }
}

#[tokio::test]
async fn running_out_of_descriptors_does_not_end_the_loop() {
    let inner = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = inner.local_addr().unwrap();
    let server = server(limits());
    let metrics = Arc::clone(&server.metrics);
    tokio::spawn(serve(
        Failing { failures: 3, inner },
        server,
        std::future::pending(),
    ));
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket
        .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    assert_statuses(&read_to_close(&mut socket).await, &[200]);
    assert_eq!(metrics.accept_errors.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn a_full_house_serves_again_when_silent_clients_time_out() {
    let running = start(Limits {
        max_connections: 2,
        ..limits()
    })
    .await;
    let silent = [
        TcpStream::connect(running.address).await.unwrap(),
        TcpStream::connect(running.address).await.unwrap(),
    ];
    let got = running
        .talk(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .await;
    assert_statuses(&got, &[200]);
    drop(silent);
}

#[tokio::test]
async fn shutdown_ends_idle_connections_and_refuses_new_ones() {
    let running = start(patient()).await;
    let mut idle = TcpStream::connect(running.address).await.unwrap();
    idle.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .unwrap();
    let mut some = [0; 12];
    idle.read_exact(&mut some).await.unwrap();
    running.stop.send(()).unwrap();
    read_to_close(&mut idle).await;
    assert_eq!(
        tokio::time::timeout(PATIENCE, running.ended)
            .await
            .unwrap()
            .unwrap(),
        0
    );
    assert!(TcpStream::connect(running.address).await.is_err());
}

#[tokio::test]
async fn a_client_that_will_not_leave_is_cut_off() {
    let patient = Limits {
        body: PATIENCE * 2,
        write: PATIENCE * 2,
        ..limits()
    };
    let running = start(patient).await;
    let mut stuck = TcpStream::connect(running.address).await.unwrap();
    stuck
        .write_all(b"GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .unwrap();
    while running.metrics.requests_total() == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    running.stop.send(()).unwrap();
    assert_eq!(
        tokio::time::timeout(PATIENCE, running.ended)
            .await
            .unwrap()
            .unwrap(),
        1
    );
}
