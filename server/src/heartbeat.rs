//! Says in the store which generation this server serves, for the fleet view of ingest.
//!
//! It is only said: nothing here disturbs what is served, whatever the store does.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use frontage_shared::store::{Heartbeat, Store};
use tokio::task::JoinHandle;
use tracing::warn;

use crate::config::Config;
use crate::handle::Shop;
use crate::live;
use crate::table::Keys;
use crate::watch;

/// Where the system says what the machine is called.
const MACHINE: &str = "/proc/sys/kernel/hostname";

/// The table `[fleet]`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// What this server is called; empty if it is made of its machine's name and its address.
    pub name: String,
    /// How often it says what it serves; never if that is nothing.
    pub interval: Duration,
}

impl Settings {
    pub(crate) fn read(mut keys: Keys<'_>) -> Self {
        let settings = Self {
            name: keys.optional("name").unwrap_or_default(),
            interval: keys.millis("heartbeat_ms", 0, 0..=3_600_000),
        };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        if !settings.name.bytes().all(plain) || settings.name.starts_with('.') {
            let rule = "must be letters, digits, `.`, `-` and `_`";
            keys.problem("name", format_args!("{rule}, got \"{}\"", settings.name));
        }
        keys.refuse_the_rest();
        settings
    }

    /// What a server at this address is called: as it was told, or by its machine and its address. Many machines listen
    /// at the same address.
    pub(crate) fn name(&self, address: SocketAddr) -> String {
        if !self.name.is_empty() {
            return self.name.clone();
        }
        let machine = std::fs::read_to_string(MACHINE).ok();
        called(machine.as_deref(), address)
    }
}

fn called(machine: Option<&str>, address: SocketAddr) -> String {
    let machine = machine.map(str::trim).filter(|name| !name.is_empty());
    let machine = machine.map_or_else(String::new, |name| format!("{name}-"));
    let plain = |sign: char| sign.is_ascii_alphanumeric() || ".-_".contains(sign);
    let name = format!("{machine}{address}");
    let name: String = name
        .chars()
        .map(|sign| if plain(sign) { sign } else { '-' })
        .collect();
    // A name that begins with a point would be no name of a file.
    name.trim_start_matches('.').to_owned()
}

/// Begins to say it, for ever.
pub(crate) fn start(store: &Store, shop: &Arc<Shop>, config: &Config) -> JoinHandle<()> {
    let (store, shop) = (store.clone(), Arc::clone(shop));
    let teller = Teller {
        name: config.name(),
        is_canary: config.is_canary(),
        address: config.listen.to_string(),
        interval: config.fleet.interval,
    };
    tokio::spawn(teller.run(store, shop))
}

/// Who says it.
struct Teller {
    name: String,
    address: String,
    interval: Duration,
    is_canary: bool,
}

impl Teller {
    /// A tenth more or less than every interval.
    async fn run(self, store: Store, shop: Arc<Shop>) {
        if self.interval.is_zero() {
            return;
        }
        let mut is_told = false;
        loop {
            let heartbeat = self.beat(&shop, watch::now());
            match store.put_heartbeat(&heartbeat).await {
                Ok(()) => is_told = false,
                Err(error) if !is_told => {
                    is_told = true;
                    warn!(%error, "cannot tell the store what is served; it is tried again");
                }
                Err(_) => {}
            }
            tokio::time::sleep(watch::jittered(self.interval)).await;
        }
    }

    fn beat(&self, shop: &Shop, now: SystemTime) -> Heartbeat {
        let serving = shop.live.load();
        let serving = serving.as_ref();
        Heartbeat {
            server: self.name.clone(),
            address: self.address.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            generation: serving.map(|serving| serving.generation.number()),
            since: serving.map(|serving| live::seconds(serving.since)),
            at: live::seconds(now),
            interval_ms: u64::try_from(self.interval.as_millis()).unwrap_or(u64::MAX),
            showing: shop.marks.showing(self.is_canary, shop.metrics.tally()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_that_listen_alike_have_names_of_their_own() {
        let address = "0.0.0.0:80".parse().unwrap();
        let settings = Settings {
            name: String::new(),
            interval: Duration::ZERO,
        };
        assert_eq!(called(Some("web-1\n"), address), "web-1-0.0.0.0-80");
        assert_eq!(called(Some("we/b 1"), address), "we-b-1-0.0.0.0-80");
        assert_eq!(called(None, "[::]:80".parse().unwrap()), "-----80");
        let named = Settings {
            name: "one".into(),
            ..settings.clone()
        };
        assert_eq!(named.name(address), "one");
        assert!(settings.name(address).ends_with("0.0.0.0-80"));
    }
}
