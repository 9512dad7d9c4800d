//! When this machine did not run: a virtual one is stopped for milliseconds whenever others on its host want its cores, and
//! whatever is measured meanwhile says nothing about a program.
//!
//! Who goes before everybody still waits for interrupts, and for a kernel that is at work for somebody else. That is seen as
//! being away, too, if it takes long enough.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use super::class::{self, Class};

/// How often each core is looked at.
const LOOK: Duration = Duration::from_micros(500);
/// How much later than meant a look is when its core was away.
const LATE: Duration = Duration::from_micros(200);
/// What begins so long before a core is away is over by then, if it is anything that a shopper waits for.
const BEFORE: Duration = Duration::from_millis(2);

/// A stretch of time.
pub(super) type Span = (Instant, Instant);

/// A thread on each core that goes before everybody else there, and notes when it could not.
pub(super) struct Watch {
    over: Arc<AtomicBool>,
    cores: Vec<JoinHandle<Vec<Span>>>,
}

impl Watch {
    /// Looks from now on; `None` without the right to go before others, or without `chrt` and `taskset`.
    ///
    /// # Errors
    /// A thread cannot be started.
    pub(super) fn begin() -> anyhow::Result<Option<Self>> {
        let over = Arc::new(AtomicBool::new(false));
        let mut watch = Self {
            over,
            cores: Vec::new(),
        };
        for core in 0..thread::available_parallelism().map_or(1, usize::from) {
            let (ready, is_ready) = std::sync::mpsc::channel();
            let over = Arc::clone(&watch.over);
            let looking = thread::Builder::new()
                .name(format!("core {core}"))
                .spawn(move || {
                    let placed = class::pin(core).and_then(|()| class::enter(Class::Watch));
                    let is_first = placed.is_ok();
                    let _ = ready.send(is_first);
                    match is_first {
                        true => look(&over),
                        false => Vec::new(),
                    }
                });
            watch.cores.push(looking.context("a thread for a core")?);
            if is_ready.recv() != Ok(true) {
                return Ok(None);
            }
        }
        Ok(Some(watch))
    }

    /// When any core was away.
    ///
    /// # Errors
    /// A thread failed by a bug.
    pub(super) fn end(mut self) -> anyhow::Result<Vec<Span>> {
        self.over.store(true, Ordering::Relaxed);
        let mut all = Vec::new();
        for core in self.cores.drain(..) {
            all.extend(core.join().ok().context("a core's thread failed")?);
        }
        Ok(all)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

fn look(over: &AtomicBool) -> Vec<Span> {
    let mut away = Vec::new();
    let mut last = Instant::now();
    while !over.load(Ordering::Relaxed) {
        thread::sleep(LOOK);
        let now = Instant::now();
        if now.duration_since(last) > LOOK + LATE {
            away.push((last, now));
        }
        last = now;
    }
    away
}

/// Whether something that began at a moment may have met a core that was away. However long it took says nothing here: if that
/// counted, what is slow would be left out more often than what is quick.
pub(super) fn is_in(began: Instant, away: Span) -> bool {
    away.0 < began + BEFORE && began < away.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_shortly_before_or_while_a_core_is_away_has_met_it() {
        let start = Instant::now() + Duration::from_secs(1);
        let away = (start, start + Duration::from_millis(5));
        assert!(is_in(start, away));
        assert!(is_in(start + Duration::from_millis(4), away));
        assert!(is_in(start - BEFORE / 2, away));
        assert!(!is_in(start - BEFORE * 2, away));
        assert!(!is_in(start + Duration::from_millis(5), away));
    }
}
