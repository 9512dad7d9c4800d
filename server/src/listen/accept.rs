//! The loop that takes connections, and the orderly end.
//!
//! Nothing a client or the operating system does ends the loop: a failed accept is a warning and a short pause.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use arc_swap::ArcSwap;
use frontage_shared::trace::Tracer;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;
use tracing::{info, warn};

use super::{Answer, Pulse, Rules, connection};
use crate::metrics::Metrics;

/// After a failed accept: long enough for descriptors to be freed, short enough not to be noticed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// A lasting failure is told this often.
const WARNING_PERIOD: Duration = Duration::from_secs(30);

/// What a listener needs to serve.
pub struct Server {
    /// Who answers.
    pub answer: Arc<dyn Answer>,
    /// What connections are held to.
    pub rules: Arc<ArcSwap<Rules>>,
    /// What shakes hands, where TLS is spoken.
    pub tls: Option<TlsAcceptor>,
    /// Where connections and requests are counted.
    pub metrics: Arc<Metrics>,
    /// Answers while the loop turns.
    pub pulse: Arc<Pulse>,
    /// What makes spans of requests.
    pub tracer: Tracer,
}

/// Where connections come from: a socket, or a test that fails.
pub trait Listener {
    /// The next connection.
    fn accept(&mut self) -> impl Future<Output = io::Result<(TcpStream, SocketAddr)>> + Send;
}

/// How full the house is, and what happens to its guests.
pub(super) struct Gauge {
    places: Arc<Semaphore>,
    max_connections: usize,
    metrics: Arc<Metrics>,
}

/// What connections are told to do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Go on.
    Serving,
    /// End after the running requests.
    Draining,
    /// End.
    Over,
}

/// One open connection; gives its place back when dropped.
pub(super) struct Guest {
    _place: OwnedSemaphorePermit,
    metrics: Arc<Metrics>,
}

/// Serves until `shutdown` ends, then lets running requests finish for as long as the limits allow.
///
/// Returns how many connections had to be cut off.
pub async fn serve(
    mut listener: impl Listener,
    server: Server,
    shutdown: impl Future<Output = ()>,
) -> usize {
    let server = Arc::new(server);
    let gauge = Gauge::new(&server);
    let (stage, stage_of_connections) = watch::channel(Stage::Serving);
    let mut shutdown = pin!(shutdown);
    let mut last_warning: Option<Instant> = None;
    loop {
        let next = async {
            let place = gauge.place().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            () = &mut shutdown => break,
            next = server.pulse.beat_during(next) => next,
        };
        match accepted {
            Ok((socket, peer)) => {
                let guest = Guest::enter(place, &server.metrics);
                let (server, gauge) = (Arc::clone(&server), Arc::clone(&gauge));
                tokio::spawn(connection::serve(
                    socket,
                    peer.ip(),
                    server,
                    gauge,
                    guest,
                    stage_of_connections.clone(),
                ));
            }
            Err(error) => {
                server.metrics.accept_errors.fetch_add(1, Ordering::Relaxed);
                if last_warning.is_none_or(|at| at.elapsed() >= WARNING_PERIOD) {
                    warn!(%error, "cannot take connections, trying on");
                    last_warning = Some(Instant::now());
                }
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    let limit = server.rules.load().limits.drain;
    drain(&gauge, &stage, limit).await
}

/// Waits for connections to end, and ends those that do not.
async fn drain(gauge: &Gauge, stage: &watch::Sender<Stage>, limit: Duration) -> usize {
    // Without receivers there is no connection to tell.
    let _ = stage.send(Stage::Draining);
    if tokio::time::timeout(limit, gauge.all_places())
        .await
        .is_ok()
    {
        return 0;
    }
    let left = gauge.max_connections - gauge.places.available_permits();
    info!(
        connections = left,
        "the time to drain is over, cutting off connections"
    );
    let _ = stage.send(Stage::Over);
    gauge.all_places().await;
    left
}

impl Listener for TcpListener {
    async fn accept(&mut self) -> io::Result<(TcpStream, SocketAddr)> {
        let (socket, peer) = TcpListener::accept(self).await?;
        // Responses are written whole; waiting to fill a packet only delays them.
        socket.set_nodelay(true)?;
        Ok((socket, peer))
    }
}

impl Gauge {
    fn new(server: &Server) -> Arc<Self> {
        let most = server.rules.load().limits.max_connections;
        let max_connections = most.min(Semaphore::MAX_PERMITS);
        let places = Arc::new(Semaphore::new(max_connections));
        Arc::new(Self {
            places,
            max_connections,
            metrics: Arc::clone(&server.metrics),
        })
    }

    async fn place(&self) -> OwnedSemaphorePermit {
        let place = Arc::clone(&self.places).acquire_owned().await;
        place.expect("invariant: the semaphore is never closed")
    }

    async fn all_places(&self) {
        let all = u32::try_from(self.max_connections).unwrap_or(u32::MAX);
        drop(self.places.acquire_many(all).await);
    }

    /// Whether nine tenths of the places are taken.
    pub(super) fn is_crowded(&self) -> bool {
        self.places.available_permits() < self.max_connections.div_ceil(10)
    }

    pub(super) fn timed_out(&self, deadline: &'static str) {
        self.metrics.timeout(deadline);
    }
}

impl Guest {
    fn enter(place: OwnedSemaphorePermit, metrics: &Arc<Metrics>) -> Self {
        metrics.accepted.fetch_add(1, Ordering::Relaxed);
        metrics.connections.fetch_add(1, Ordering::Relaxed);
        Self {
            _place: place,
            metrics: Arc::clone(metrics),
        }
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.metrics.connections.fetch_sub(1, Ordering::Relaxed);
    }
}
