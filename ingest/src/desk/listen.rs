//! Connections, within limits: few, short, with small requests.
//!
//! The desk has a handful of visitors. Whoever is slow or greedy is cut off, and never holds up a cycle.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::StatusCode;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::wire::{Answer, Request};
use super::{State, route};
use crate::schedule;

const MAX_CONNECTIONS: usize = 64;
const MAX_HEADER_BYTES: usize = 16 << 10;
const MAX_BODY_BYTES: usize = 16 << 10;
/// For the head of a request, also of the next one on an idle connection.
const HEAD_TIMEOUT: Duration = Duration::from_secs(20);
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// After a failed accept: long enough for descriptors to be freed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);
/// Running requests have this long when the daemon stops.
const DRAIN: Duration = Duration::from_secs(3);

/// Takes connections until the daemon stops.
pub(super) async fn serve(
    listener: TcpListener,
    state: Arc<State>,
    mut stopped: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            _ = stopped.changed() => break,
            accepted = listener.accept() => accepted,
        };
        // Those that ended are forgotten as new ones come.
        while connections.try_join_next().is_some() {}
        match (accepted, Arc::clone(&places).try_acquire_owned()) {
            (Ok((socket, _)), Ok(place)) => {
                let (state, stopped) = (Arc::clone(&state), stopped.clone());
                connections.spawn(async move {
                    connection(socket, state, stopped).await;
                    drop(place);
                });
            }
            // There is no place: closing at once is the answer.
            (Ok(_), Err(_)) => {}
            (Err(error), _) => {
                tracing::warn!(%error, "the desk cannot take a connection, trying on");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    let drained = tokio::time::timeout(DRAIN, async {
        while connections.join_next().await.is_some() {}
    });
    // Whoever is not done by now is cut off when the set is dropped.
    let _ = drained.await;
}

async fn connection(socket: TcpStream, state: Arc<State>, mut stopped: watch::Receiver<bool>) {
    let service = service_fn(|request| {
        let state = Arc::clone(&state);
        async move { Ok::<_, Infallible>(exchange(&state, request).await) }
    });
    let mut protocol = http1::Builder::new();
    protocol
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(MAX_HEADER_BYTES);
    let connection = protocol.serve_connection(TokioIo::new(socket), service);
    let mut connection = std::pin::pin!(connection);
    loop {
        tokio::select! {
            result = &mut connection => {
                if let Err(error) = result {
                    tracing::debug!(%error, "a connection to the desk ended early");
                }
                return;
            }
            _ = stopped.changed() => connection.as_mut().graceful_shutdown(),
        }
    }
}

async fn exchange(
    state: &Arc<State>,
    request: hyper::Request<Incoming>,
) -> hyper::Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let body = tokio::time::timeout(BODY_TIMEOUT, Limited::new(body, MAX_BODY_BYTES).collect());
    let answer = match body.await {
        Ok(Ok(body)) => {
            let request = Request::new(&head, &body.to_bytes(), schedule::now());
            route::answer(state, request).await
        }
        Ok(Err(_)) => Answer::text(
            StatusCode::PAYLOAD_TOO_LARGE,
            "The request is broken, or larger than any form here.\n",
        ),
        Err(_) => Answer::text(
            StatusCode::REQUEST_TIMEOUT,
            "The request came too slowly.\n",
        ),
    };
    answer.into_response()
}
