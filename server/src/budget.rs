//! What one shop may take of a process that serves several: so many requests answered at once, so many that wait.
//!
//! Whoever waits costs a place in a queue and no thread, so a shop that is hammered is slow to its own shoppers only.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::table::Keys;

/// The table `[budget]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Requests answered at once.
    pub requests_at_once: usize,
    /// Requests that may wait for their turn; others are asked to come back.
    pub requests_waiting: usize,
}

impl Settings {
    /// Reads the table `[budget]`.
    pub(crate) fn read(mut keys: Keys<'_>) -> Self {
        let settings = Self {
            requests_at_once: keys.size("requests_at_once", 1, 1..=100_000),
            requests_waiting: keys.size("requests_waiting", 256, 0..=1_000_000),
        };
        keys.refuse_the_rest();
        settings
    }
}

/// A shop's budget, in use.
pub struct Budget {
    turns: Semaphore,
    waiting: AtomicUsize,
    most_waiting: usize,
}

impl Budget {
    /// Nothing of it is in use yet.
    pub fn new(settings: Settings) -> Self {
        let turns = settings.requests_at_once.min(Semaphore::MAX_PERMITS);
        Self {
            turns: Semaphore::new(turns),
            waiting: AtomicUsize::new(0),
            most_waiting: settings.requests_waiting,
        }
    }

    /// Waits for a turn, in the order of asking; `None` if too many wait already.
    pub async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        if let Ok(turn) = self.turns.try_acquire() {
            return Some(turn);
        }
        let _place = Place::take(self)?;
        self.turns.acquire().await.ok()
    }
}

/// A place in the queue, given back however the waiting ends.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(budget: &'a Budget) -> Option<Self> {
        let before = budget.waiting.fetch_add(1, Ordering::Relaxed);
        let place = Self(&budget.waiting);
        (before < budget.most_waiting).then_some(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn turns_are_taken_in_order_and_the_queue_has_an_end() {
        let budget = Budget::new(Settings {
            requests_at_once: 1,
            requests_waiting: 1,
        });
        let turn = budget.turn().await.unwrap();
        let waiting = budget.turn();
        tokio::pin!(waiting);
        assert!(futures_util::poll!(&mut waiting).is_pending());
        assert!(budget.turn().await.is_none(), "a second one waits");
        drop(turn);
        drop(waiting.await.unwrap());
        drop(budget.turn().await.unwrap());
        assert_eq!(budget.waiting.load(Ordering::Relaxed), 0);
    }
}
