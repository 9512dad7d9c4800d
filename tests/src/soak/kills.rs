//! kill -9 at random instants of a cycle: the store holds the old or the new generation, whole, and all goes on.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use frontage_shared::store::Store;

use super::{Outcome, stamped};
use crate::catalogue::Dice;
use crate::shop::{Shop, ShopBuilder, binary};

/// After so many kills a cycle may end, and must have tidied up.
const CLEAN_EVERY: u64 = 4;
/// After so many kills the server starts anew, by turns with and without its own copies.
const RESTART_EVERY: u64 = 12;
/// Few generations are kept, so that killing hits retention as well.
const RETENTION: &str = "[retention]\ngenerations = 3\nmin_age_hours = 0\nmanifest_days = 0\n";

/// Kills so many cycles of ingest at random instants.
///
/// # Errors
/// The shop could not be set up.
pub fn soak_random_kills(kills: u64) -> anyhow::Result<Outcome> {
    super::runtime()?.block_on(async {
        let mut rig = Rig::open().await?;
        let mut dice = Dice::new(9, "kills", 0);
        let (mut killed, mut rounds) = (0, 0);
        let mut findings = Vec::new();
        // A cycle that was too quick does not count; the next one is killed sooner.
        while killed < kills && rounds < kills * 20 {
            rounds += 1;
            killed += u64::from(rig.kill_a_cycle(&mut dice).await?);
            findings.extend(rig.look().await);
            if rounds.is_multiple_of(RESTART_EVERY) {
                rig.restart_server(rounds.is_multiple_of(2 * RESTART_EVERY))
                    .await?;
                findings.extend(rig.look().await);
            }
            if rounds.is_multiple_of(CLEAN_EVERY) || killed == kills {
                findings.extend(rig.go_on().await);
            }
        }
        if killed < kills {
            findings.push(format!("only {killed} of {kills} cycles could be killed"));
        }
        let name = format!("shops lost, {killed} cycles killed at random instants");
        Ok(Outcome::of_findings(6, name, findings))
    })
}

/// A shop whose feed changes before every cycle, and its cycles.
pub(super) struct Rig {
    pub(super) shop: Shop,
    pub(super) store: Store,
    /// The number of the feed that the back end sends.
    pub(super) feed: u64,
    /// Generation and feed that the store was seen to hold last.
    pub(super) last: (u64, u64),
    /// About how long a cycle takes: kills come within this time.
    cycle: Duration,
}

impl Rig {
    /// Publishes the first two feeds and serves them.
    pub(super) async fn open() -> anyhow::Result<Self> {
        let mut shop = ShopBuilder::of(stamped::feed(1, 1))
            .ingest(RETENTION)
            .start();
        shop.open().await;
        let store = Store::open("store", shop.folder(), "demo")?;
        let mut rig = Self {
            shop,
            store,
            feed: 1,
            last: (1, 1),
            cycle: Duration::ZERO,
        };
        rig.send_next();
        let started = Instant::now();
        rig.shop.once().await;
        rig.cycle = started.elapsed();
        rig.last = (2, 2);
        Ok(rig)
    }

    /// From now on the back end sends the next feed.
    pub(super) fn send_next(&mut self) {
        self.feed += 1;
        self.shop.sends(&stamped::feed(self.feed, self.feed));
    }

    /// A cycle as a process, perhaps under another program.
    pub(super) fn cycle(&self, prefix: &[&str]) -> tokio::process::Command {
        let mut words: Vec<PathBuf> = prefix.iter().map(PathBuf::from).collect();
        words.extend([
            binary("frontage-ingest"),
            PathBuf::from("once"),
            PathBuf::from("--config"),
        ]);
        words.push(self.shop.folder().join("ingest.toml"));
        let mut command = tokio::process::Command::new(&words[0]);
        command
            .args(&words[1..])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// Begins a cycle on a new feed and kills it at a random instant; says whether it was still there to be killed.
    async fn kill_a_cycle(&mut self, dice: &mut Dice) -> anyhow::Result<bool> {
        self.send_next();
        let micros = u64::try_from(self.cycle.as_micros())?;
        let mut child = self.cycle(&[]).spawn()?;
        tokio::time::sleep(Duration::from_micros(dice.below(micros.max(1)))).await;
        let ended = child.try_wait()?;
        child.kill().await?;
        if ended.is_some() {
            self.cycle = self.cycle * 9 / 10;
        }
        Ok(ended.is_none())
    }

    /// The store is whole, of the last feed or of the one before; the running server serves one of them.
    pub(super) async fn look(&mut self) -> Vec<String> {
        let mut findings = Vec::new();
        let feed = self.feed;
        match stamped::whole(&self.store).await {
            Ok((generation, number)) => {
                let old = (generation, number) == self.last;
                let new = generation > self.last.0 && number == feed;
                if !old && !new {
                    let last = self.last;
                    findings.push(format!(
                        "feed {feed}: generation {generation} of feed {number}, before {last:?}"
                    ));
                }
                self.last = (generation, number);
            }
            Err(error) => findings.push(format!("feed {feed}: {error}")),
        }
        findings.extend(self.look_at_page().await);
        findings
    }

    async fn look_at_page(&self) -> Option<String> {
        let page = self.shop.get(stamped::PRODUCT).await;
        let told = stamped::told(&page.body);
        let is_whole = page.status == 200
            && told.prices >= 2
            && told.numbers.len() == 1
            && told.numbers == told.editions;
        (!is_whole).then(|| format!("feed {}: status {}, {told:?}", self.feed, page.status))
    }

    pub(super) async fn restart_server(&mut self, forgets: bool) -> anyhow::Result<()> {
        self.shop.kill("frontage-server");
        if forgets {
            std::fs::remove_dir_all(self.shop.folder().join("server"))?;
        }
        self.shop.serve().await;
        Ok(())
    }

    /// The next cycle publishes the last feed, the server takes it, and nothing is left of cycles that were killed.
    pub(super) async fn go_on(&mut self) -> Vec<String> {
        let feed = self.feed;
        let started = Instant::now();
        let ended = self.shop.ingest(&["once"]).await;
        self.cycle = self.cycle.max(started.elapsed());
        if ended.code != Some(0) {
            return vec![format!(
                "feed {feed}: the next cycle fails: {}{}",
                ended.stdout, ended.stderr
            )];
        }
        let mut findings = self.look().await;
        if self.last.1 != feed {
            findings.push(format!("feed {feed}: the next cycle does not publish it"));
        }
        let generation = self.last.0;
        let served = self
            .shop
            .comes_to_pass(async || self.shop.generation().await == generation);
        if !served.await {
            findings.push(format!(
                "feed {feed}: generation {generation} is never served"
            ));
        }
        let mut left = temporary_files(&self.shop);
        // A killed cycle that had published already leaves pruning to the next that publishes.
        if ended.stdout.contains("published generation") {
            left.extend(needless_parts(&self.store).await);
        }
        if !left.is_empty() {
            findings.push(format!("feed {feed}: left behind: {left:?}"));
        }
        findings
    }
}

/// Files that no finished cycle leaves behind.
pub fn temporary_files(shop: &Shop) -> Vec<String> {
    let folders = ["store", "ingest"].map(|name| shop.folder().join(name));
    let files = folders.iter().flat_map(|folder| files_below(folder));
    files.filter(|name| is_temporary(name)).collect()
}

/// Parts that no generation needs.
async fn needless_parts(store: &Store) -> Vec<String> {
    let mut needed = Vec::new();
    for name in store.manifests().await.unwrap_or_default() {
        if let Ok(manifest) = store.manifest_named(&name.name).await {
            needed.extend(manifest.parts().map(|(kind, entry)| entry.file_name(kind)));
        }
    }
    let parts = store.parts().await.unwrap_or_default();
    parts
        .into_iter()
        .filter(|part| !needed.contains(part))
        .collect()
}

/// A staged file of the store, a file in the making, or anything in the folder for such.
fn is_temporary(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.contains('#')
        || name.ends_with(".part")
        || name.ends_with(".tmp")
        || path.contains("/scratch/")
}

/// Paths of all files below a folder.
fn files_below(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path.display().to_string());
        }
    }
    files
}
