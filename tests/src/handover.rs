//! A server whose socket outlives it, as with a service manager that owns the socket and hands it over.

use std::net::{TcpListener, ToSocketAddrs as _};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;

use crate::shop::{Shop, binary};

/// Moves the socket from standard input to where it is looked for, and becomes the server.
const HAND_OVER: &str =
    "exec 3<&0 </dev/null; export LISTEN_PID=$$ LISTEN_FDS=1; exec \"$0\" serve --config \"$1\"";

/// The server, one process after another on one socket.
#[derive(Debug)]
pub struct Handover {
    socket: TcpListener,
    config: PathBuf,
    log: PathBuf,
    child: Option<Child>,
}

impl Handover {
    /// Opens the socket that the shop's configuration names; starts nothing.
    ///
    /// # Errors
    /// The address cannot be had.
    pub fn of(shop: &Shop) -> anyhow::Result<Self> {
        let url = shop.url("");
        let address = url.strip_prefix("http://").unwrap_or(&url);
        let address = address.to_socket_addrs()?.next().context("an address")?;
        Ok(Self {
            socket: TcpListener::bind(address)?,
            config: shop.folder().join("server.toml"),
            log: shop.folder().join("handover.log"),
            child: None,
        })
    }

    /// Starts a server on the socket.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(&mut self) -> anyhow::Result<()> {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(&self.log)?;
        let socket = OwnedFd::from(self.socket.try_clone()?);
        let child = Command::new("sh")
            .args(["-c", HAND_OVER])
            .arg(binary("frontage-server"))
            .arg(&self.config)
            .stdin(Stdio::from(socket))
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        self.child = Some(child);
        Ok(())
    }

    /// Sends a signal to the server.
    ///
    /// # Errors
    /// It does not run.
    pub fn signal(&self, name: &str) -> anyhow::Result<()> {
        let id = self.child.as_ref().context("no server runs")?.id();
        let sent = Command::new("kill")
            .args(["-s", name, &id.to_string()])
            .status()?;
        anyhow::ensure!(sent.success(), "{name} cannot be sent");
        Ok(())
    }

    /// Tells the server to end, and waits until it has; gives its exit code.
    ///
    /// # Errors
    /// It does not run.
    pub async fn stop(&mut self) -> anyhow::Result<Option<i32>> {
        self.signal("TERM")?;
        let mut child = self.child.take().context("no server runs")?;
        let ended = tokio::task::spawn_blocking(move || child.wait()).await??;
        Ok(ended.code())
    }

    /// What the servers have logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Handover {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // It may have ended by itself; then there is nothing left to kill.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
