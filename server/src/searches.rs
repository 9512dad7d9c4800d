//! What shoppers search for, and what they search for in vain, so that merchants can mend their words.
//!
//! Nothing of who searched is known here. Words are kept only once they were searched for often enough: before that
//! there is nothing but a number made of them with a key of this process, from which they cannot be read. Whatever is
//! sent, memory stays within bounds.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use serde_json::{Value, json};

use crate::live::seconds;
use crate::respond::Finished;
use crate::route::{Listing, Route};

/// Words counted at once. When there are more, the half that was searched for least is forgotten.
const COUNTED: usize = 4_096;
/// Longest words, in characters; what is longer is pasted text.
const LONGEST: usize = 60;
/// Words in a report.
const TOLD: usize = 200;

/// What was searched for since the process started.
#[derive(Debug)]
pub struct Searches {
    /// How often words are searched for before they are kept; 0 keeps and counts nothing.
    seen_at_least: u64,
    since: SystemTime,
    key: RandomState,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    searches: u64,
    found_nothing: u64,
    words: HashMap<u64, Count>,
}

/// Searches for the same words.
#[derive(Debug, Default)]
struct Count {
    searches: u64,
    found_nothing: u64,
    /// What was searched for, once that was often enough.
    words: Option<String>,
}

impl Searches {
    /// None so far.
    pub fn new(seen_at_least: u64, since: SystemTime) -> Self {
        Self {
            seen_at_least,
            since,
            key: RandomState::new(),
            counts: Mutex::default(),
        }
    }

    /// Counts a search by its answer; another page, order or choice of what it found is no other search.
    pub(crate) fn answered(&self, route: &Route, answer: &Finished) {
        if let Route::Search { listing } = route
            && *listing == Listing::search(&listing.q)
        {
            self.note(&listing.q, answer.found_nothing);
        }
    }

    fn note(&self, query: &str, found_nothing: bool) {
        let Some(words) = normal(query).filter(|_| self.seen_at_least > 0) else {
            return;
        };
        // A thread that fell over left counts, which are sound at any instant.
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.searches += 1;
        counts.found_nothing += u64::from(found_nothing);
        let hash = self.key.hash_one(&words);
        if counts.words.len() >= COUNTED && !counts.words.contains_key(&hash) {
            counts.forget();
        }
        let count = counts.words.entry(hash).or_default();
        count.searches += 1;
        count.found_nothing += u64::from(found_nothing);
        if count.searches >= self.seen_at_least && count.words.is_none() {
            count.words = Some(words);
        }
    }

    /// What was searched for often enough: most often in vain first, then most often.
    pub(crate) fn report(&self) -> Value {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let mut told: Vec<(&str, u64, u64)> = counts
            .words
            .values()
            .filter_map(|count| {
                Some((count.words.as_deref()?, count.searches, count.found_nothing))
            })
            .collect();
        told.sort_unstable_by(|one, other| (other.2, other.1, one.0).cmp(&(one.2, one.1, other.0)));
        let words: Vec<Value> = told
            .into_iter()
            .take(TOLD)
            .map(|(words, searches, found_nothing)| {
                json!({"words": words, "searches": searches, "found_nothing": found_nothing})
            })
            .collect();
        json!({
            "since": seconds(self.since),
            "seen_at_least": self.seen_at_least,
            "searches": counts.searches,
            "found_nothing": counts.found_nothing,
            "words": words,
        })
    }
}

impl Counts {
    /// Makes room: the half that was searched for least goes.
    fn forget(&mut self) {
        let mut all: Vec<u64> = self.words.values().map(|count| count.searches).collect();
        all.sort_unstable();
        let median = all.get(all.len() / 2).copied().unwrap_or(0);
        let mut left = self.words.len() / 2;
        // Those above the median are less than half; of those at it, as many stay as there is room for.
        let above = all.iter().filter(|&&searches| searches > median).count();
        left = left.saturating_sub(above);
        self.words.retain(|_, count| {
            let stays = count.searches > median || (count.searches == median && left > 0);
            left -= usize::from(stays && count.searches == median);
            stays
        });
    }
}

/// Words as they are counted: in small letters, one space between them; none for what is no search for goods.
fn normal(query: &str) -> Option<String> {
    let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    let words = words.join(" ");
    let is_counted = !words.is_empty() && words.chars().count() <= LONGEST && !words.contains('@');
    is_counted.then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn searches() -> Searches {
        Searches::new(3, crate::testing::noon())
    }

    fn words(searches: &Searches) -> Vec<String> {
        let report = searches.report();
        let words = report["words"].as_array().unwrap().iter();
        words
            .map(|one| {
                format!(
                    "{} {} {}",
                    one["words"].as_str().unwrap(),
                    one["searches"],
                    one["found_nothing"]
                )
            })
            .collect()
    }

    #[test]
    fn words_are_told_once_they_were_searched_for_often_enough() {
        let searches = searches();
        for query in ["Blue  Mug", "blue mug ", "lamp", "lamp"] {
            searches.note(query, query.contains("lamp"));
        }
        assert!(words(&searches).is_empty());
        let kept = format!("{:?}", searches.counts);
        assert!(!kept.contains("mug") && !kept.contains("lamp"), "{kept}");
        for query in [
            "BLUE MUG",
            "lamp",
            "who@mail.example",
            "who@mail.example",
            "who@mail.example",
        ] {
            searches.note(query, query == "lamp");
        }
        assert_eq!(words(&searches), ["lamp 3 3", "blue mug 3 0"]);
        assert_eq!(searches.report()["searches"], 6);
    }

    #[test]
    fn whatever_is_sent_memory_stays_within_bounds() {
        let searches = searches();
        for _ in 0..10 {
            searches.note("lamp", true);
        }
        for number in 0..3 * COUNTED {
            searches.note(&format!("nonsense {number}"), true);
            assert!(searches.counts.lock().unwrap().words.len() <= COUNTED);
        }
        searches.note(&"x".repeat(LONGEST + 1), true);
        assert_eq!(words(&searches), ["lamp 10 10"]);
    }

    #[test]
    fn nothing_is_counted_where_nothing_is_wanted() {
        let searches = Searches::new(0, crate::testing::noon());
        searches.note("lamp", true);
        assert_eq!(searches.report()["searches"], 0);
    }
}
