//! The comparator: hyper answering with fixed bytes.
//!
//! It has the server's runtime, protocol and socket options and does nothing else: no deadlines, no checks, no headers
//! but the type of the content. It is as fast as this way of serving can be.

use std::convert::Infallible;
use std::io::Write as _;
use std::net::Ipv4Addr;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::net::TcpListener;

/// The argument that makes the bench this server.
pub const ARGUMENT: &str = "--fixed";
/// What it says when it listens, before the address.
pub const LISTENING: &str = "fixed bytes at ";
/// The most bytes that can be asked for.
const MAX_BYTES: usize = 8 << 20;

/// Serves for ever: `/1234` is answered with 1,234 bytes.
pub fn serve() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    // As in the server: connections run on the runtime's threads, and so does the loop that takes them.
    runtime.block_on(async { tokio::spawn(accept()).await? })
}

async fn accept() -> anyhow::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    writeln!(std::io::stdout(), "{LISTENING}{}", listener.local_addr()?)?;
    let bytes = Bytes::from(vec![b'x'; MAX_BYTES]);
    loop {
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        let bytes = bytes.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let response = respond(&request, &bytes);
                async move { Ok::<_, Infallible>(response) }
            });
            let mut protocol = auto::Builder::new(TokioExecutor::new());
            protocol
                .http1()
                .timer(TokioTimer::new())
                .header_read_timeout(None);
            // A client that goes away ends its own connection only.
            let _ = protocol
                .serve_connection(TokioIo::new(socket), service)
                .await;
        });
    }
}

fn respond(request: &Request<Incoming>, bytes: &Bytes) -> Response<Full<Bytes>> {
    let length = request
        .uri()
        .path()
        .trim_start_matches('/')
        .parse::<usize>();
    let mut response = Response::new(Full::new(bytes.slice(..length.unwrap_or(0).min(MAX_BYTES))));
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, html);
    response
}
