//! What this process has done since it started, for monitors: runs of sources, and cycles.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::cycle::{CycleError, Outcome};
use crate::history::{Run, RunResult};

/// Upper bounds of a run's time, in seconds.
pub const BOUNDS: [f64; 10] = [0.1, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0];
/// How runs end, with the words of metrics.
pub const RESULTS: [(RunResult, &str); 4] = [
    (RunResult::Unchanged, "unchanged"),
    (RunResult::Accepted, "accepted"),
    (RunResult::Held, "held"),
    (RunResult::Failed, "failed"),
];
/// How cycles end, in words.
pub const CYCLES: [&str; 5] = ["published", "unchanged", "pinned", "waiting", "failed"];

/// The counts, shared by all who add to them.
#[derive(Clone, Debug, Default)]
pub struct Counters(Arc<Mutex<Counts>>);

/// What was counted until now.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// By source.
    pub sources: BTreeMap<String, SourceCounts>,
    /// In the order of [`CYCLES`].
    pub cycles: [u64; CYCLES.len()],
    /// Catalogs that canaries refused.
    pub refused_catalogs: u64,
}

/// What was counted of one source.
#[derive(Clone, Debug, Default)]
pub struct SourceCounts {
    /// Runs, in the order of [`RESULTS`].
    pub results: [u64; RESULTS.len()],
    /// Runs by their time: at most each bound, and longer.
    pub times: [u64; BOUNDS.len() + 1],
    /// All of that time together, in milliseconds.
    pub time_ms: u64,
    /// Records refused.
    pub refused: u64,
    /// Bytes over the wire.
    pub bytes: u64,
}

impl Counters {
    /// Counts a run.
    pub fn run(&self, run: &Run) {
        self.change(|counts| {
            let source = counts.sources.entry(run.source.clone()).or_default();
            if let Some(result) = RESULTS.iter().position(|(result, _)| *result == run.result) {
                source.results[result] += 1;
            }
            let seconds = std::time::Duration::from_millis(run.duration_ms).as_secs_f64();
            let bound = BOUNDS.iter().position(|&bound| seconds <= bound);
            source.times[bound.unwrap_or(BOUNDS.len())] += 1;
            source.time_ms += run.duration_ms;
            source.refused += run.refused;
            source.bytes += run.bytes;
        });
    }

    /// Counts a cycle.
    pub fn cycle(&self, outcome: &Result<Outcome, CycleError>) {
        let shop = outcome.as_ref().map(|outcome| outcome.shop.word());
        let word = shop.unwrap_or("failed");
        self.change(|counts| {
            if let Some(place) = CYCLES.iter().position(|known| *known == word) {
                counts.cycles[place] += 1;
            }
        });
    }

    /// Counts a catalog that canaries refused.
    pub fn refused_catalog(&self) {
        self.change(|counts| counts.refused_catalogs += 1);
    }

    /// Everything until now.
    pub fn counts(&self) -> Counts {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn change(&self, change: impl FnOnce(&mut Counts)) {
        // Whatever panicked, counts are only counts.
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
