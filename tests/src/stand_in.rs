//! What stand-ins for systems of others share: a listener on loopback whose every connection is answered.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A free port to listen on, and its address.
///
/// # Panics
/// There is no free port.
pub(crate) async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    let listener = listener.expect("a free port");
    let address = listener.local_addr().expect("a bound listener");
    (listener, address)
}

/// Answers whoever comes, until the task is aborted; `comes` is told of each connection.
pub(crate) fn serve<F>(
    listener: TcpListener,
    comes: impl Fn() + Send + 'static,
    answer: impl Fn(Request<Incoming>) -> F + Clone + Send + 'static,
) -> JoinHandle<()>
where
    F: Future<Output = Result<Response<Full<Bytes>>, Infallible>> + Send + 'static,
{
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            comes();
            let answer = answer.clone();
            tokio::spawn(async move {
                let protocol = hyper::server::conn::http1::Builder::new();
                // A client that goes away is none of a test's concern.
                let _ = protocol
                    .serve_connection(TokioIo::new(socket), service_fn(answer))
                    .await;
            });
        }
    })
}
