//! A catalog on trial: some servers show it first, and the others wait for what they say.
//!
//! The manifest says how long, so that every server knows, and what to go back to; prices and stock of a catalog that has
//! stood its trial are never waited for.

use serde::{Deserialize, Serialize};

use crate::manifest::Manifest;

/// The trial of a generation's catalog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    /// When the catalog was published first, Unix seconds.
    pub since: i64,
    /// How long it is on trial, in milliseconds.
    pub hold_ms: u64,
    /// The last generation whose catalog has stood its trial.
    pub base: u64,
    /// Catalogs that were on trial when this one came, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<Earlier>,
}

/// A catalog that another one followed before its trial was over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Earlier {
    /// When it was published first, Unix seconds.
    pub since: i64,
    /// The last generation that has it.
    pub generation: u64,
}

impl Trial {
    /// The trial of what is published next: a catalog that is not the current one begins one, and one that is on trial
    /// stays there. What follows nothing has nobody to be compared with.
    pub fn next(current: Option<&Manifest>, catalog: &str, hold_ms: u64, now: i64) -> Option<Self> {
        let current = current?;
        let running = current.trial_at(now);
        if current.catalog.hash == catalog {
            return running.cloned();
        }
        let Some(running) = running else {
            return Some(Self {
                since: now,
                hold_ms,
                base: current.generation,
                earlier: Vec::new(),
            });
        };
        let before = running.earlier.iter().cloned().chain([Earlier {
            since: running.since,
            generation: current.generation,
        }]);
        let (stood, earlier): (Vec<_>, Vec<_>) =
            before.partition(|one| has_passed(one.since, running.hold_ms, now));
        Some(Self {
            since: now,
            hold_ms,
            base: stood.last().map_or(running.base, |one| one.generation),
            earlier,
        })
    }

    /// Whether it has lasted as long as it should.
    pub fn is_over(&self, now: i64) -> bool {
        has_passed(self.since, self.hold_ms, now)
    }
}

fn has_passed(since: i64, hold_ms: u64, now: i64) -> bool {
    let hold = i64::try_from(hold_ms.div_ceil(1_000)).unwrap_or(i64::MAX);
    now.saturating_sub(since) >= hold
}

/// What was asked of a server and could not be given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Requests answered.
    pub requests: u64,
    /// Those answered with 5xx.
    pub errors: u64,
    /// Those answered with 404 or 410.
    pub missing: u64,
}

impl Tally {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            requests: self.requests.saturating_add(other.requests),
            errors: self.errors.saturating_add(other.errors),
            missing: self.missing.saturating_add(other.missing),
        }
    }

    /// What was counted since `before`.
    #[must_use]
    pub fn since(self, before: Self) -> Self {
        Self {
            requests: self.requests.saturating_sub(before.requests),
            errors: self.errors.saturating_sub(before.errors),
            missing: self.missing.saturating_sub(before.missing),
        }
    }
}

/// What a server says of how it does with a catalog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Showing {
    /// Whether it shows a catalog before others do.
    pub is_canary: bool,
    /// The hash of the catalog part that it serves.
    pub catalog: String,
    /// What was asked of it since it serves that.
    pub now: Tally,
    /// What was asked of it while it served the catalog before.
    pub before: Tally,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::tests::sample;

    const HOLD: u64 = 60_000;

    /// What is current at an instant, with a catalog of this digit.
    fn published(current: Option<&Manifest>, digit: &str, now: i64) -> Manifest {
        let mut manifest = sample();
        manifest.generation = current.map_or(1, |current| current.generation + 1);
        manifest.catalog.hash = digit.repeat(64);
        manifest.trial = Trial::next(current, &manifest.catalog.hash, HOLD, now);
        manifest
    }

    #[test]
    fn a_new_catalog_is_tried_and_prices_are_not() {
        let first = published(None, "a", 1_000);
        assert_eq!(first.trial, None);
        let price = published(Some(&first), "a", 1_100);
        assert_eq!(price.trial, None);
        let text = published(Some(&price), "b", 1_200);
        let trial = text.trial.clone().unwrap();
        assert_eq!((trial.since, trial.base), (1_200, 2));
        assert!(!trial.is_over(1_259) && trial.is_over(1_260));
        // A price of a catalog on trial is tried with it, and no longer than that.
        let price = published(Some(&text), "b", 1_230);
        assert_eq!(price.trial, text.trial);
        let price = published(Some(&price), "b", 1_270);
        assert_eq!(price.trial, None);
        let next = published(Some(&price), "c", 1_280);
        assert_eq!(next.trial.unwrap().base, price.generation);
    }

    #[test]
    fn catalogs_that_follow_each_other_soon_leave_the_last_good_one_to_go_back_to() {
        let mut current = published(None, "0", 0);
        let mut all = vec![current.clone()];
        for (turn, digit) in ["1", "2", "3", "4", "5", "6"].iter().enumerate() {
            let now = 1_000 + 25 * i64::try_from(turn).unwrap();
            current = published(Some(&current), digit, now);
            all.push(current.clone());
        }
        let bases: Vec<u64> = all[1..]
            .iter()
            .map(|one| one.trial.as_ref().unwrap().base)
            .collect();
        // What was published 60 seconds before, or earlier, has stood its trial.
        assert_eq!(bases, [1, 1, 1, 2, 3, 4]);
        assert_eq!(current.trial.unwrap().earlier.len(), 2);
    }
}
