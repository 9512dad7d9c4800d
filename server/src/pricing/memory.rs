//! What need not be asked again: answers of a moment ago, and questions that somebody is asking right now.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::PricingError;
use super::quote::Quote;

/// Answers that are remembered.
const MOST_KEPT: usize = 4_096;

/// A question under way. The first asks, and all who hold it have what comes of it.
pub(super) type Flight = OnceCell<Result<Arc<Quote>, Arc<PricingError>>>;

/// Answers and questions by the hash of what was asked.
#[derive(Debug)]
pub(super) struct Memory {
    /// How long an answer is good.
    keep: Duration,
    kept: Mutex<HashMap<blake3::Hash, (Instant, Arc<Quote>)>>,
    /// Only those who wait for an answer hold its flight: it is gone with them.
    flights: Mutex<HashMap<blake3::Hash, Weak<Flight>>>,
}

impl Memory {
    /// An empty one, in which answers are good for so long.
    pub(super) fn of(keep: Duration) -> Self {
        Self {
            keep,
            kept: Mutex::default(),
            flights: Mutex::default(),
        }
    }

    /// The answer of a moment ago.
    pub(super) fn kept(&self, key: blake3::Hash) -> Option<Arc<Quote>> {
        let kept = lock(&self.kept);
        let (since, quote) = kept.get(&key)?;
        (since.elapsed() < self.keep).then(|| Arc::clone(quote))
    }

    /// Remembers an answer.
    pub(super) fn keep(&self, key: blake3::Hash, quote: &Arc<Quote>) {
        if self.keep.is_zero() {
            return;
        }
        let mut kept = lock(&self.kept);
        if kept.len() >= MOST_KEPT {
            kept.retain(|_, (since, _)| since.elapsed() < self.keep);
        }
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(key, (Instant::now(), Arc::clone(quote)));
    }

    /// The question under way, or a new one.
    pub(super) fn flight(&self, key: blake3::Hash) -> Arc<Flight> {
        let mut flights = lock(&self.flights);
        if let Some(flight) = flights.get(&key).and_then(Weak::upgrade) {
            return flight;
        }
        // Whoever waited for these went away before there was an answer.
        flights.retain(|_, flight| flight.strong_count() > 0);
        let flight = Arc::new(Flight::new());
        flights.insert(key, Arc::downgrade(&flight));
        flight
    }

    /// It is answered: who asks from now on asks anew, or has what is kept.
    pub(super) fn landed(&self, key: blake3::Hash) {
        lock(&self.flights).remove(&key);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
