//! What the loop knows, for operators: when it looked, and what it refused and why.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::WatchError;

/// Written by the loop, read by `/status`.
#[derive(Default)]
pub struct Report {
    state: Mutex<ReportView>,
}

/// The report as it is at one instant.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ReportView {
    /// When the store last answered.
    pub last_look: Option<SystemTime>,
    /// Why it did not, if it did not the last time.
    pub store_trouble: Option<String>,
    /// The generation that is on trial elsewhere and waited for, if one is.
    pub waits_for: Option<u64>,
    /// The last generation refused since the start.
    pub last_rejection: Option<Rejection>,
}

/// A generation that was not taken into service.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rejection {
    /// When.
    pub at: SystemTime,
    /// The manifest's file name.
    pub manifest: String,
    /// The stage that refused it.
    pub stage: &'static str,
    /// Why, as a sentence.
    pub reason: String,
}

impl Report {
    /// What is known now.
    pub fn view(&self) -> ReportView {
        self.state().clone()
    }

    /// The store answered.
    pub(super) fn looked(&self, now: SystemTime) {
        let mut state = self.state();
        state.last_look = Some(now);
        state.store_trouble = None;
    }

    /// What is waited for.
    pub(super) fn waits(&self, generation: Option<u64>) {
        self.state().waits_for = generation;
    }

    /// The store did not answer; says whether that is news.
    pub(super) fn store_failed(&self, reason: &str) -> bool {
        let mut state = self.state();
        let news = state.store_trouble.as_deref() != Some(reason);
        state.store_trouble = Some(reason.to_owned());
        news
    }

    /// A generation was refused; says whether that is news.
    pub(super) fn rejected(&self, manifest: &str, error: &WatchError, now: SystemTime) -> bool {
        let rejection = Rejection {
            at: now,
            manifest: manifest.to_owned(),
            stage: error.stage(),
            reason: error.to_string(),
        };
        let mut state = self.state();
        let news = state.last_rejection.as_ref().is_none_or(|last| {
            last.manifest != rejection.manifest || last.reason != rejection.reason
        });
        state.last_rejection = Some(rejection);
        news
    }

    fn state(&self) -> MutexGuard<'_, ReportView> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
