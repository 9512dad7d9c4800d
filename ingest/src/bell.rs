//! "Look now": a bell for each source, rung by back ends and operators, heard by the source's own loop.
//!
//! However often it rings before a run begins, it asks for that one run; rung during a run, it asks for exactly one more.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

/// Who rang; an operator is heard before a back end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ring {
    /// A back end that has news. Waits for others to come, and for the end of a blackout.
    Poke,
    /// A person who waits for it.
    Operator,
}

impl Ring {
    /// As it stands in the run history.
    pub fn trigger(self) -> &'static str {
        match self {
            Self::Poke => "poke",
            Self::Operator => "desk",
        }
    }
}

/// The bell of one source.
#[derive(Debug, Default)]
pub struct Bell {
    pending: Mutex<Option<Ring>>,
    notify: Notify,
}

/// The bells of all sources, by name.
#[derive(Clone, Debug, Default)]
pub struct Bells(Arc<BTreeMap<String, Bell>>);

impl Bell {
    /// Asks for a run.
    pub fn ring(&self, ring: Ring) {
        let mut pending = self.lock();
        *pending = (*pending).max(Some(ring));
        self.notify.notify_one();
    }

    /// What was asked for and has not begun yet.
    pub fn pending(&self) -> Option<Ring> {
        *self.lock()
    }

    /// A run begins, and is the one that was asked for.
    pub fn answer(&self) -> Option<Ring> {
        self.lock().take()
    }

    /// Waits until somebody rings who is heard before `heard`.
    pub async fn rung(&self, heard: Option<Ring>) -> Ring {
        loop {
            if let Some(ring) = self.pending().filter(|ring| Some(*ring) > heard) {
                return ring;
            }
            self.notify.notified().await;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Ring>> {
        // Nothing can be half done inside.
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bells {
    /// One for each name.
    pub fn of<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let bells = names.map(|name| (name.to_owned(), Bell::default()));
        Self(Arc::new(bells.collect()))
    }

    /// The bell of a source, if there is such a source.
    pub fn get(&self, source: &str) -> Option<&Bell> {
        self.0.get(source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn rings_before_a_run_are_one_and_rings_during_it_are_one_more() {
        let bell = Bell::default();
        bell.ring(Ring::Poke);
        bell.ring(Ring::Poke);
        assert_eq!(bell.rung(None).await, Ring::Poke);
        assert_eq!(bell.answer(), Some(Ring::Poke));
        assert_eq!(bell.pending(), None);
        for _ in 0..3 {
            bell.ring(Ring::Poke);
        }
        assert_eq!(bell.rung(None).await, Ring::Poke);
        assert_eq!(bell.answer(), Some(Ring::Poke));
        assert_eq!(bell.pending(), None);
    }

    #[tokio::test]
    async fn an_operator_is_heard_while_a_poke_waits() {
        let bell = Bell::default();
        bell.ring(Ring::Poke);
        assert_eq!(bell.rung(None).await, Ring::Poke);
        bell.ring(Ring::Operator);
        assert_eq!(bell.rung(Some(Ring::Poke)).await, Ring::Operator);
        bell.ring(Ring::Poke);
        assert_eq!(
            bell.answer(),
            Some(Ring::Operator),
            "the stronger wish stays"
        );
    }
}
