//! What is under way, for whoever watches: which source is at which stage, how far it is, and what the shop is at.
//!
//! Writing to it costs a few atomic stores and never waits for a reader.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The board of a process.
#[derive(Clone, Debug, Default)]
pub struct Board(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    sources: BTreeMap<String, Arc<Doing>>,
    shop: Option<Shop>,
}

/// What the shop as a whole is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shop {
    /// The stage.
    pub stage: &'static str,
    /// Since when, Unix seconds.
    pub since: i64,
}

/// A run of a source that is under way.
#[derive(Debug)]
pub struct Doing {
    /// What started it.
    pub trigger: String,
    /// When, Unix seconds.
    pub since: i64,
    stage: AtomicU8,
    pages: AtomicU64,
    bytes: AtomicU64,
    records: AtomicU64,
    read_bytes: AtomicU64,
}

/// How far a run is, at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The source.
    pub source: String,
    /// What started it.
    pub trigger: String,
    /// When, Unix seconds.
    pub since: i64,
    /// The verb of the stage.
    pub stage: &'static str,
    /// Pages fetched.
    pub pages: u64,
    /// Their bytes, decompressed.
    pub bytes: u64,
    /// Records read.
    pub records: u64,
    /// Bytes of the pages that were read.
    pub read_bytes: u64,
}

/// Stages that a source is seen in. One thread cuts while others map and validate, so these three are one here.
const STAGES: [&str; 4] = ["wait", "fetch", "map", "guard"];

/// A run on the board; it leaves the board when this is dropped.
#[derive(Debug)]
pub struct Entry {
    board: Board,
    source: String,
    doing: Arc<Doing>,
}

/// The shop's work on the board; it leaves the board when this is dropped.
#[derive(Debug)]
pub struct ShopEntry(Board);

impl Board {
    /// Puts a run on the board.
    pub fn begin(&self, source: &str, trigger: &str, now: i64) -> Entry {
        let doing = Arc::new(Doing {
            trigger: trigger.to_owned(),
            since: now,
            stage: AtomicU8::new(0),
            pages: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            records: AtomicU64::new(0),
            read_bytes: AtomicU64::new(0),
        });
        self.lock()
            .sources
            .insert(source.to_owned(), Arc::clone(&doing));
        Entry {
            board: self.clone(),
            source: source.to_owned(),
            doing,
        }
    }

    /// Says what the shop is at.
    pub fn shop(&self, stage: &'static str, now: i64) -> ShopEntry {
        self.lock().shop = Some(Shop { stage, since: now });
        ShopEntry(self.clone())
    }

    /// Everything on it, by name, and what the shop is at.
    pub fn look(&self) -> (Vec<Progress>, Option<Shop>) {
        let state = self.lock();
        let progress = |(source, doing): (&String, &Arc<Doing>)| Progress {
            source: source.clone(),
            trigger: doing.trigger.clone(),
            since: doing.since,
            stage: STAGES[usize::from(doing.stage.load(Ordering::Relaxed)) % STAGES.len()],
            pages: doing.pages.load(Ordering::Relaxed),
            bytes: doing.bytes.load(Ordering::Relaxed),
            records: doing.records.load(Ordering::Relaxed),
            read_bytes: doing.read_bytes.load(Ordering::Relaxed),
        };
        (state.sources.iter().map(progress).collect(), state.shop)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Whatever panicked, a board is only a board.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    /// What to write progress to.
    pub fn doing(&self) -> Arc<Doing> {
        Arc::clone(&self.doing)
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut state = self.board.lock();
        // Two runs of one source wait for each other's lock; the board shows the later one.
        if state
            .sources
            .get(&self.source)
            .is_some_and(|doing| Arc::ptr_eq(doing, &self.doing))
        {
            state.sources.remove(&self.source);
        }
    }
}

impl Drop for ShopEntry {
    fn drop(&mut self) {
        self.0.lock().shop = None;
    }
}

impl Doing {
    /// It fetches, and has come so far.
    pub fn fetching(&self, pages: u64, bytes: u64) {
        self.stage.store(1, Ordering::Relaxed);
        self.pages.store(pages, Ordering::Relaxed);
        self.bytes.store(bytes, Ordering::Relaxed);
    }

    /// It reads records.
    pub fn reading(&self, more_bytes: u64, records: u64) {
        self.stage.store(2, Ordering::Relaxed);
        self.read_bytes.fetch_add(more_bytes, Ordering::Relaxed);
        self.records.store(records, Ordering::Relaxed);
    }

    /// It compares what it read with what is published.
    pub fn judging(&self) {
        self.stage.store(3, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_on_the_board_while_it_runs() {
        let board = Board::default();
        let first = board.begin("products", "schedule", 7);
        first.doing().fetching(2, 900);
        first.doing().reading(400, 12);
        let second = board.begin("products", "poke", 8);
        drop(first);
        let (runs, shop) = board.look();
        assert_eq!((runs.len(), runs[0].since, shop), (1, 8, None));
        assert_eq!(runs[0].stage, "wait");
        drop(second);
        let shop = board.shop("compile", 9);
        assert_eq!(
            board.look(),
            (
                Vec::new(),
                Some(Shop {
                    stage: "compile",
                    since: 9
                })
            )
        );
        drop(shop);
        assert_eq!(board.look(), (Vec::new(), None));
    }
}
