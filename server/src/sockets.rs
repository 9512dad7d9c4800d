//! Sockets that shoppers reach: those that a service manager hands over, or else our own.
//!
//! A socket that is handed over (`LISTEN_FDS`, as systemd does with a `.socket` unit) stays open while one process ends
//! and the next one starts: whoever connects meanwhile waits, and nobody is refused.

use std::net::SocketAddr;

use anyhow::Context as _;
use listenfd::ListenFd;
use tokio::net::TcpListener;
use tracing::info;

/// The place of the socket for shoppers among those handed over.
pub const SHOPPERS: usize = 0;
/// The place of the one whose visitors are sent on to HTTPS.
pub const REDIRECT: usize = 1;

/// What was handed over and not taken yet.
pub struct Sockets {
    handed_over: ListenFd,
}

impl Sockets {
    /// Looks once what was handed over.
    pub fn of_process() -> Self {
        Self {
            handed_over: ListenFd::from_env(),
        }
    }

    /// The socket at a place, or a new one at `address`. `key` is what the address is called in the configuration.
    ///
    /// # Errors
    /// What was handed over is no such socket, or the address cannot be had.
    pub async fn take_or_bind(
        &mut self,
        place: usize,
        address: SocketAddr,
        key: &str,
    ) -> anyhow::Result<TcpListener> {
        let taken = self.handed_over.take_tcp_listener(place);
        let taken = taken.with_context(|| {
            format!("what was handed over in place {place} is no socket for connections (`{key}`)")
        })?;
        let Some(socket) = taken else {
            return bind(address, key).await;
        };
        socket.set_nonblocking(true)?;
        info!(address = %socket.local_addr()?, key, "taking a socket that was handed over");
        Ok(TcpListener::from_std(socket)?)
    }
}

/// A new socket.
///
/// # Errors
/// The address cannot be had.
pub async fn bind(address: SocketAddr, key: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address} (`{key}`)"))
}
