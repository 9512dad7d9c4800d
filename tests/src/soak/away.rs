//! When this machine did not run: a virtual one is stopped for milliseconds whenever others on its host want its cores, and
//! whatever is measured meanwhile says nothing about a program.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use super::class::{self, Class};

/// How often each core is looked at.
const LOOK: Duration = Duration::from_micros(500);
/// How much later than meant a look is when its core was away: whoever goes before everybody waits for nothing else.
const LATE: Duration = Duration::from_micros(200);

/// A stretch of time.
pub(super) type Span = (Instant, Instant);

/// A thread on each core that goes before everybody else there, and notes when it could not.
pub(super) struct Watch {
    over: Arc<AtomicBool>,
    cores: Vec<JoinHandle<Vec<Span>>>,
}

impl Watch {
    /// Looks from now on; `None` where somebody else decides who goes first, which takes rights that not everybody has.
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

/// Whether two stretches have a moment in common.
pub(super) fn overlap(one: Span, other: Span) -> bool {
    one.0 < other.1 && other.0 < one.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_overlap_where_they_share_a_moment() {
        let start = Instant::now();
        let span = |from, to| {
            let at = |milliseconds| start + Duration::from_millis(milliseconds);
            (at(from), at(to))
        };
        assert!(overlap(span(0, 5), span(4, 9)));
        assert!(overlap(span(3, 4), span(0, 9)));
        assert!(!overlap(span(0, 5), span(5, 9)));
    }
}
