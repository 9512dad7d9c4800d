//! The configuration, read again at SIGHUP, and certificates, looked at again and again.
//!
//! What can change while the shop is open changes for new connections; the rest is named, and waits for the next start.
//! A file with problems changes nothing.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use frontage_shared::daemon::supervisor;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing::{error, info, warn};

use crate::bots::Bots;
use crate::config::{Config, Limits};
use crate::handle::Clients;
use crate::house::House;
use crate::listen::{Hosts, Rules};
use crate::tls::{Certificates, Look};
use crate::watch;

/// Certificates that nobody replaces are not looked at.
const NEVER: Duration = Duration::from_secs(86_400);

/// What is told what to do by the configuration while the shop is open.
pub struct Reload {
    /// The file.
    pub file: PathBuf,
    /// What it said last.
    pub config: Config,
    /// Connections are held to these.
    pub rules: Arc<ArcSwap<Rules>>,
    /// Requests are answered here.
    pub house: Arc<House>,
    /// What is shown to clients, if TLS is spoken.
    pub certificates: Option<Arc<Certificates>>,
}

/// SIGHUP, caught from here on: before that it ends the process.
///
/// # Errors
/// The system allows no handler.
pub fn hang_ups() -> std::io::Result<Signal> {
    signal(SignalKind::hangup())
}

/// What the configuration says about connections; `limits` fit the process.
pub fn rules(config: &Config, hosts: Hosts, limits: Arc<Limits>) -> Rules {
    let telling_proxies = match config.proxy_protocol {
        true => config.trusted_proxies.clone(),
        false => Vec::new(),
    };
    Rules {
        hosts,
        limits,
        telling_proxies,
        trusted_proxies: config.trusted_proxies.clone(),
    }
}

/// What the configuration says about clients.
pub fn clients(config: &Config) -> Clients {
    Clients {
        trusted_proxies: config.trusted_proxies.clone(),
        bots: Arc::new(Bots::new(config.bots.clone())),
    }
}

impl Reload {
    /// Heeds SIGHUP and looks at certificates, for ever.
    pub async fn run(mut self, mut hang_ups: Signal) {
        let check_every = match &self.certificates {
            Some(_) => self.config.tls.check_every,
            None => NEVER,
        };
        loop {
            tokio::select! {
                heard = hang_ups.recv() => {
                    if heard.is_none() {
                        return;
                    }
                    supervisor::reloading();
                    if !self.read_again().await {
                        supervisor::status("the new configuration is refused, the old one stays");
                    }
                    self.look();
                    supervisor::ready();
                }
                () = tokio::time::sleep(check_every) => self.look(),
            }
        }
    }

    fn look(&self) {
        let Some(certificates) = &self.certificates else {
            return;
        };
        for look in certificates.look(watch::now()) {
            self.house.metrics.certificate(look == Look::Replaced);
        }
    }

    /// Reads the file, and changes what can be changed now; says whether the file was taken.
    async fn read_again(&mut self) -> bool {
        let next = match Config::load(&self.file) {
            Ok(next) => next,
            Err(error) => {
                error!(%error, "the configuration is refused, the old one stays");
                self.house.metrics.reload(false);
                return false;
            }
        };
        let waiting = waiting(&self.config, &next);
        if !waiting.is_empty() {
            let keys = waiting.join(", ");
            warn!(keys, "these take effect at the next start");
        }
        let limits = Limits {
            max_connections: self.rules.load().limits.max_connections,
            ..next.limits.clone()
        };
        let mut is_sound = true;
        let only = self.house.only();
        if only.is_none() {
            let certificates = self.certificates.as_deref();
            is_sound = self.house.furnish(&self.file, &next, certificates).await;
        }
        let rules = rules(&next, self.house.hosts(&next), Arc::new(limits));
        self.rules.store(Arc::new(rules));
        if let Some(only) = only
            && (next.bots != self.config.bots
                || next.trusted_proxies != self.config.trusted_proxies)
        {
            only.shop.clients.store(Arc::new(clients(&next)));
        }
        // What waits is compared with what the process was started with, however often the file is read.
        self.config.bots = next.bots;
        self.config.trusted_proxies = next.trusted_proxies;
        self.house.metrics.reload(is_sound);
        info!("the configuration was read again");
        is_sound
    }
}

/// Keys whose new values wait for the next start.
fn waiting(old: &Config, new: &Config) -> Vec<&'static str> {
    let (before, after) = (&old.limits, &new.limits);
    let changed = [
        ("listen", old.listen != new.listen),
        ("admin", old.admin != new.admin),
        ("canary", old.canary != new.canary),
        ("telemetry", old.telemetry != new.telemetry),
        ("fleet", old.fleet != new.fleet),
        ("store and store_options", old.store != new.store),
        ("cache", old.cache != new.cache),
        ("shop", old.shop != new.shop),
        ("base_url", old.base_url != new.base_url),
        ("poll_interval_ms", old.poll_interval != new.poll_interval),
        (
            "body_cache_bytes",
            old.body_cache_bytes != new.body_cache_bytes,
        ),
        (
            "redirects_permanent_after_days",
            old.redirects_settle != new.redirects_settle,
        ),
        (
            "searches_seen_at_least",
            old.searches_seen_at_least != new.searches_seen_at_least,
        ),
        ("time_zone", old.time_zone != new.time_zone),
        ("log", old.log != new.log),
        ("indexnow_key", old.indexnow_key != new.indexnow_key),
        ("cache_tags", old.cache_tags != new.cache_tags),
        ("hsts", old.hsts != new.hsts),
        ("tls", old.tls != new.tls),
        ("checkout", old.checkout != new.checkout),
        (
            "returns and contact",
            old.policies.returns != new.policies.returns
                || old.policies.telephone != new.policies.telephone,
        ),
        ("theme", old.theme != new.theme),
        ("shops", old.shops != new.shops),
        ("images", old.images != new.images),
        (
            "limits.max_connections",
            before.max_connections != after.max_connections,
        ),
        (
            "limits.cart_changes_per_minute",
            before.cart_changes_per_minute != after.cart_changes_per_minute,
        ),
        (
            "limits.orders_per_minute",
            before.orders_per_minute != after.orders_per_minute,
        ),
        (
            "limits.withdrawals_per_minute",
            before.withdrawals_per_minute != after.withdrawals_per_minute,
        ),
    ];
    let changed = changed.into_iter().filter(|(_, is_changed)| *is_changed);
    changed.map(|(key, _)| key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_the_next_start_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("server.toml");
        let read = |text: &str| {
            std::fs::write(&file, format!("shop = \"demo\"\n{text}")).unwrap();
            Config::load(&file).unwrap()
        };
        let old = read("");
        for (text, expected) in [
            (
                "redirects_permanent_after_days = 3",
                "redirects_permanent_after_days",
            ),
            ("[theme]\nfolder = \"look\"", "theme"),
            (
                "[images]\ntemplate = \"https://img.example/{width}{path}\"",
                "images",
            ),
            (
                "[limits]\norders_per_minute = 1",
                "limits.orders_per_minute",
            ),
            (
                "[limits]\ncart_changes_per_minute = 1",
                "limits.cart_changes_per_minute",
            ),
        ] {
            assert_eq!(waiting(&old, &read(text)), [expected], "{text}");
        }
        assert!(waiting(&old, &read("[limits]\nidle_ms = 5000")).is_empty());
    }
}
