//! Several servers of one shop.

use std::net::SocketAddr;

use crate::daemon::Daemon;
use crate::ports;
use crate::shop::Shop;

/// A server beside the shop's own.
#[derive(Debug)]
pub struct Another {
    /// The process.
    pub daemon: Daemon,
    address: SocketAddr,
}

impl Another {
    /// Starts one, with a cache and addresses of its own, and the configuration of the shop's own server but for a change.
    ///
    /// # Panics
    /// The configuration cannot be read or written.
    pub fn start(shop: &Shop, name: &str, change: impl FnOnce(String) -> String) -> Self {
        let [address, admin] = ports::free();
        let text = std::fs::read_to_string(shop.folder().join("server.toml"));
        let text = text.expect("a configuration");
        let lines = text.lines().map(|line| match line.split_once(" = ") {
            Some(("listen", _)) => format!("listen = \"{address}\"\n"),
            Some(("admin", _)) => format!("admin = \"{admin}\"\n"),
            Some(("base_url", _)) => format!("base_url = \"http://{address}\"\n"),
            Some(("cache", _)) => format!("cache = \"{name}\"\n"),
            _ => format!("{line}\n"),
        });
        let config = shop.folder().join(format!("{name}.toml"));
        std::fs::write(&config, change(lines.collect())).expect("a configuration");
        let daemon = shop.spawn("frontage-server", &["serve", "--config"], &config, name);
        Self { daemon, address }
    }

    /// The address of a page of it.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}
