//! Whether the daemon is alive, told to the service manager: every source's clock must move.
//!
//! A source that waits for its next run looks at the clock again and again; one that runs may take its time, but not for
//! ever: the limit of its fetch is known, and what comes after it is generous here.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use frontage_shared::daemon::supervisor::Watched;
use tokio::time::Instant;

/// A source that waits looks at the clock at least every thirty seconds; this is how long it may be silent.
const SILENCE: Duration = Duration::from_secs(120);
/// What a run may take after its fetch: for millions of products it is minutes.
const AFTER_FETCH: Duration = Duration::from_secs(3600);

/// What is known of the clocks of a daemon.
#[derive(Clone, Debug, Default)]
pub struct Vitals(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// Until when each clock may be silent.
    clocks: BTreeMap<String, Instant>,
    line: String,
}

impl Vitals {
    /// The clock of a source moves, and it waits.
    pub fn waits(&self, clock: &str) {
        self.moves(clock, SILENCE);
    }

    /// The clock of a source moves, and a run begins whose fetch takes so long at most.
    pub fn runs(&self, clock: &str, fetch: Duration) {
        self.moves(clock, fetch + AFTER_FETCH);
    }

    /// A clock that stands still from now on, as it should.
    pub fn ends(&self, clock: &str) {
        self.state().clocks.remove(clock);
    }

    /// A line for people: what happened last.
    pub fn says(&self, line: String) {
        self.state().line = line;
    }

    fn moves(&self, clock: &str, silence: Duration) {
        let until = Instant::now() + silence;
        self.state().clocks.insert(clock.to_owned(), until);
    }

    /// Clocks that should have moved.
    fn overdue(&self, now: Instant) -> Vec<String> {
        let state = self.state();
        let overdue = state.clocks.iter().filter(|(_, until)| **until < now);
        overdue.map(|(clock, _)| clock.clone()).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watched for Vitals {
    fn line(&self) -> String {
        self.state().line.clone()
    }

    async fn is_alive(&self, within: Duration, was_alive: bool) -> bool {
        let overdue = self.overdue(Instant::now());
        // Threads for what blocks are taken by mappings and compiles; one must be left.
        let thread = tokio::task::spawn_blocking(|| ());
        let has_threads = tokio::time::timeout(within, thread).await.is_ok();
        let is_alive = overdue.is_empty() && has_threads;
        if was_alive && !is_alive {
            let overdue = overdue.join(", ");
            tracing::error!(
                overdue,
                has_threads,
                "the daemon stands still; the service manager is not told that it is alive"
            );
        }
        is_alive
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_stands_still_is_missed_and_a_run_may_take_its_time() {
        let vitals = Vitals::default();
        vitals.waits("prices");
        vitals.runs("articles", Duration::from_secs(600));
        let after = |seconds| Instant::now() + Duration::from_secs(seconds);
        assert!(vitals.overdue(after(0)).is_empty());
        assert_eq!(vitals.overdue(after(150)), ["prices"]);
        assert_eq!(vitals.overdue(after(4300)), ["articles", "prices"]);
        vitals.ends("prices");
        assert!(vitals.overdue(after(4000)).is_empty());
    }
}
