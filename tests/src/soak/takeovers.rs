//! The daemon that publishes dies or stops, again and again, and another one goes on.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use frontage_shared::store::Store;

use super::{Outcome, stamped};
use crate::shop::{Daemon, Shop, ShopBuilder};

/// How long a lease lasts: long enough for a busy machine to renew it in time.
const LEASE_MS: u64 = 900;
/// Every manifest stays: whether one is missing is what is looked for, and a daemon that lives long enough between two blows
/// clears away what is old.
const RETENTION: &str = "[retention]\ngenerations = 1000000\n";
/// How long a take-over may take before it counts as none.
const PATIENCE: Duration = Duration::from_secs(60);

/// What happens to the daemon that publishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Blow {
    /// It is killed, and started again once the other one has published.
    Kill,
    /// It is stopped in its tracks, and wakes up once the other one has published.
    Stop,
}

/// Two daemons with a folder of state each, on one store.
#[derive(Debug)]
struct Pair {
    shop: Shop,
    store: Store,
    daemons: [Daemon; 2],
    edition: u64,
}

/// Deals so many blows to whichever daemon publishes, and counts generations that were lost, doubled or gone back to.
///
/// # Errors
/// The shop cannot be set up.
pub fn soak_takeovers(blows: u64) -> anyhow::Result<Outcome> {
    super::runtime()?.block_on(async {
        let mut pair = Pair::start().await?;
        let mut findings = Vec::new();
        let mut slowest = Duration::ZERO;
        for blow in 0..blows {
            let kind = match blow % 2 {
                0 => Blow::Kill,
                _ => Blow::Stop,
            };
            let began = Instant::now();
            if let Err(error) = pair.deal(kind).await {
                findings.push(format!("blow {blow}, {kind:?}: {error:#}"));
                break;
            }
            slowest = slowest.max(began.elapsed());
        }
        findings.extend(pair.faults().await?);
        let name = format!(
            "publishes lost, doubled or gone back to in {blows} take-overs between two daemons; the slowest took {} ms from the blow to the next generation, with leases of {LEASE_MS} ms",
            slowest.as_millis()
        );
        Ok(Outcome::of_findings(11, name, findings))
    })
}

impl Pair {
    async fn start() -> anyhow::Result<Self> {
        let shop = ShopBuilder::of(stamped::feed(1, 1)).start();
        shop.reconfigure(|text| format!("lease_ms = {LEASE_MS}\n{text}\n{RETENTION}"));
        let store = Store::open("store", shop.folder(), "demo")?;
        let second = std::fs::read_to_string(shop.folder().join("ingest.toml"))?;
        let second = second.replace("state = \"ingest\"", "state = \"ingest-2\"");
        std::fs::write(shop.folder().join("second.toml"), second)?;
        let first = shop.own_ingest_of("ingest.toml");
        let pair = Self {
            daemons: [first, shop.own_ingest_of("second.toml")],
            shop,
            store,
            edition: 1,
        };
        pair.until("a daemon publishes", async || {
            Ok(pair.store.current().await?.is_some())
        })
        .await?;
        Ok(pair)
    }

    /// Hits the holder, sends new data, and waits until the other one has published it.
    async fn deal(&mut self, blow: Blow) -> anyhow::Result<()> {
        let (lease, _) = self
            .store
            .lease()
            .await?
            .context("nobody holds the lease")?;
        let holder = usize::from(!self.is_first(&lease.holder)?);
        let before = self
            .store
            .current()
            .await?
            .context("nothing is published")?;
        match blow {
            Blow::Kill => self.daemons[holder].kill(),
            Blow::Stop => self.daemons[holder].signal("STOP")?,
        }
        self.edition += 1;
        self.shop.sends(&stamped::feed(self.edition, 1));
        let published = self
            .until("another daemon publishes", async || {
                let current = self.store.current().await?;
                Ok(current.is_some_and(|current| current.generation > before.generation))
            })
            .await;
        match blow {
            Blow::Kill => {
                let config = ["ingest.toml", "second.toml"][holder];
                self.daemons[holder] = self.shop.own_ingest_of(config);
            }
            Blow::Stop => self.daemons[holder].signal("CONT")?,
        }
        published?;
        let (now, _) = self
            .store
            .lease()
            .await?
            .context("nobody holds the lease")?;
        if now.holder == lease.holder || now.epoch != lease.epoch + 1 {
            bail!(
                "{} of epoch {} holds the lease after {} of epoch {}",
                now.holder,
                now.epoch,
                lease.holder,
                lease.epoch
            );
        }
        Ok(())
    }

    /// Every number was published once, each after the one before, and the last one is what was sent last.
    async fn faults(&self) -> anyhow::Result<Vec<String>> {
        let mut findings = Vec::new();
        let names = self.store.manifests().await?;
        let mut before: Option<(u64, u64)> = None;
        for name in &names {
            let manifest = self.store.manifest_named(&name.name).await?;
            if let Some((generation, epoch)) = before {
                if manifest.generation <= generation || manifest.epoch < epoch {
                    findings.push(format!(
                        "{} comes after generation {generation} of epoch {epoch}",
                        name.name
                    ));
                }
                if manifest.previous != Some(generation) {
                    findings.push(format!(
                        "{} follows {:?}, not {generation}",
                        name.name, manifest.previous
                    ));
                }
            }
            before = Some((manifest.generation, manifest.epoch));
        }
        Ok(findings)
    }

    /// Whether a holder's id is that of the first daemon.
    fn is_first(&self, holder: &str) -> anyhow::Result<bool> {
        let id = std::fs::read_to_string(self.shop.folder().join("ingest/writer"))?;
        Ok(holder.ends_with(id.trim()))
    }

    async fn until(
        &self,
        what: &str,
        question: impl AsyncFn() -> anyhow::Result<bool>,
    ) -> anyhow::Result<()> {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            if question().await? {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        bail!("it never came to pass that {what}")
    }
}
