//! Says in the store which generation this server serves, for the fleet view of ingest.
//!
//! It is only said: nothing here disturbs what is served, whatever the store does.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use frontage_shared::store::{Heartbeat, Store};
use tokio::task::JoinHandle;
use tracing::warn;

use crate::handle::Shop;
use crate::live;
use crate::table::Keys;
use crate::watch;

/// The table `[fleet]`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// What this server is called; empty if it is made of its address.
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
}

/// Begins to say it, for ever.
pub(crate) fn start(
    store: &Store,
    shop: &Arc<Shop>,
    settings: &Settings,
    address: SocketAddr,
) -> JoinHandle<()> {
    let (store, shop, settings) = (store.clone(), Arc::clone(shop), settings.clone());
    tokio::spawn(run(store, shop, settings, address.to_string()))
}

/// A tenth more or less than every interval.
async fn run(store: Store, shop: Arc<Shop>, settings: Settings, address: String) {
    if settings.interval.is_zero() {
        return;
    }
    let server = match settings.name.is_empty() {
        true => address.replace([':', '[', ']'], "-"),
        false => settings.name.clone(),
    };
    let mut is_told = false;
    loop {
        let heartbeat = beat(&shop, &settings, (&server, &address), watch::now());
        match store.put_heartbeat(&heartbeat).await {
            Ok(()) => is_told = false,
            Err(error) if !is_told => {
                is_told = true;
                warn!(%error, "cannot tell the store what is served; it is tried again");
            }
            Err(_) => {}
        }
        tokio::time::sleep(watch::jittered(settings.interval)).await;
    }
}

fn beat(
    shop: &Shop,
    settings: &Settings,
    (server, address): (&str, &str),
    now: SystemTime,
) -> Heartbeat {
    let serving = shop.live.load();
    let serving = serving.as_ref();
    Heartbeat {
        server: server.to_owned(),
        address: address.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        generation: serving.map(|serving| serving.generation.number()),
        since: serving.map(|serving| live::seconds(serving.since)),
        at: live::seconds(now),
        interval_ms: u64::try_from(settings.interval.as_millis()).unwrap_or(u64::MAX),
    }
}
