//! Whether this server shows a new catalog before others do, and how it does with each.
//!
//! What is counted is what shoppers could not be given, from the swap to a catalog on; the judge is ingest.

use std::sync::{Mutex, PoisonError};

use frontage_shared::trace::Share;
use frontage_shared::trial::{Showing, Tally};

use crate::table::Keys;

/// The table `[canary]`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    role: Role,
    share: Share,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Role {
    /// As its name falls.
    ByShare,
    Canary,
    Ordinary,
}

impl Settings {
    pub(crate) fn read(mut keys: Keys<'_>) -> Self {
        let role = match keys.optional("role").as_deref() {
            None => Role::ByShare,
            Some("canary") => Role::Canary,
            Some("ordinary") => Role::Ordinary,
            Some(other) => {
                let rule = "must be \"canary\" or \"ordinary\", or left out";
                keys.problem("role", format_args!("{rule}, got \"{other}\""));
                Role::ByShare
            }
        };
        let share = keys.share("share", 0.0);
        keys.refuse_the_rest();
        Self { role, share }
    }

    /// Whether it could ever be one.
    pub(crate) fn may_be_canary(&self) -> bool {
        match self.role {
            Role::Canary => true,
            Role::Ordinary => false,
            Role::ByShare => self.share != Share::NONE,
        }
    }

    /// Whether a server of this name is one: always the same, whoever asks.
    pub fn is_canary(&self, name: &str) -> bool {
        match self.role {
            Role::Canary => true,
            Role::Ordinary => false,
            Role::ByShare => {
                let hash = blake3::hash(name.as_bytes());
                let first = std::array::from_fn(|at| hash.as_bytes()[at]);
                self.share.has(u64::from_le_bytes(first))
            }
        }
    }
}

/// What was counted when catalogs came into service.
#[derive(Default)]
pub struct Marks(Mutex<State>);

#[derive(Default)]
struct State {
    /// The hash of the catalog being served; empty before there is one.
    catalog: String,
    /// What was counted until then.
    at_swap: Tally,
    /// What was counted with the catalog before.
    before: Tally,
}

impl Marks {
    /// A generation with this catalog is served from here on; `total` is what was counted since the start.
    pub(crate) fn swapped(&self, catalog: &str, total: Tally) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.catalog != catalog {
            *state = State {
                catalog: catalog.to_owned(),
                at_swap: total,
                before: total.since(state.at_swap),
            };
        }
    }

    /// How it goes; nothing before anything is served.
    pub(crate) fn showing(&self, is_canary: bool, total: Tally) -> Option<Showing> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (!state.catalog.is_empty()).then(|| Showing {
            is_canary,
            catalog: state.catalog.clone(),
            now: total.since(state.at_swap),
            before: state.before,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, Vec<String>> {
        let mut problems = Vec::new();
        let keys = Keys::of(text.parse().unwrap(), "canary.", &mut problems);
        let settings = Settings::read(keys);
        match problems.is_empty() {
            true => Ok(settings),
            false => Err(problems),
        }
    }

    #[test]
    fn names_fall_as_the_share_says_and_always_alike() {
        let tenth = read("share = 0.1").unwrap();
        let names: Vec<String> = (0..1_000).map(|number| format!("web-{number}")).collect();
        let canaries = |settings: &Settings| {
            let names = names.iter().filter(|name| settings.is_canary(name));
            names.cloned().collect::<Vec<_>>()
        };
        let chosen = canaries(&tenth);
        assert!((70..=130).contains(&chosen.len()), "{}", chosen.len());
        assert_eq!(chosen, canaries(&tenth));
        // Who is one stays one when there are to be more.
        let half = canaries(&read("share = 0.5").unwrap());
        assert!(chosen.iter().all(|name| half.contains(name)));
        assert_eq!(canaries(&read("").unwrap()), [""; 0]);
        assert!(!read("").unwrap().may_be_canary());
        assert!(read("role = \"canary\"").unwrap().is_canary("any"));
        let never = read("role = \"ordinary\"\nshare = 1.0").unwrap();
        assert!(!never.is_canary("any") && !never.may_be_canary());
        let problems = read("role = \"king\"\nshare = 2.0\nhold = 1").unwrap_err();
        assert_eq!(problems.len(), 3, "{problems:?}");
    }

    #[test]
    fn counting_begins_with_each_catalog() {
        let marks = Marks::default();
        let total = |requests, missing| Tally {
            requests,
            errors: 0,
            missing,
        };
        assert_eq!(marks.showing(true, total(5, 5)), None);
        marks.swapped("old", total(5, 5));
        marks.swapped("old", total(50, 6));
        marks.swapped("new", total(105, 7));
        let showing = marks.showing(true, total(115, 12)).unwrap();
        assert_eq!(showing.before, total(100, 2));
        assert_eq!(showing.now, total(10, 5));
        assert_eq!((showing.is_canary, &*showing.catalog), (true, "new"));
    }
}
