//! When documents come into the shop and go by themselves: what was found in them when the catalog was last compiled.
//!
//! Documents do not change when such an instant passes, so what they make is known by their hash and by the last instant
//! that has passed. Only that one and the next are kept: who compiles at the next one finds the one after it. A daemon that
//! takes over from another one finds them by reading the documents that the other one compiled.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::feed::{self, FeedError};
use crate::wire::{Page, Product, Status};

/// The instants around a compilation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dates {
    /// The latest that had passed, Unix seconds; none if nothing came or went by itself.
    pub last: Option<i64>,
    /// The earliest that is still to come.
    pub next: Option<i64>,
}

/// The instants of certain documents.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    /// Hash of all documents that the catalog was compiled from.
    documents: [u8; 32],
    dates: Dates,
}

impl Dates {
    /// Takes note of a document's window, and says whether `now` is in it: from the first instant up to, not including,
    /// the second. Validation let nothing through that is no instant.
    fn admit(&mut self, (from, until): (Option<&str>, Option<&str>), now: i64) -> bool {
        let (from, until) = (from.and_then(instant), until.and_then(instant));
        for at in [from, until].into_iter().flatten() {
            match at <= now {
                true => self.last = self.last.max(Some(at)),
                false => self.next = Some(self.next.map_or(at, |next| next.min(at))),
            }
        }
        from.is_none_or(|from| from <= now) && until.is_none_or(|until| now < until)
    }

    /// Whether a product is active and in its window; takes note of the window if it is active.
    pub fn admit_product(&mut self, product: &Product, now: i64) -> bool {
        let window = (
            product.publish_from.as_deref(),
            product.publish_until.as_deref(),
        );
        product.status.unwrap_or_default() == Status::Active && self.admit(window, now)
    }

    /// The same of a page.
    pub fn admit_page(&mut self, page: &Page, now: i64) -> bool {
        let window = (page.publish_from.as_deref(), page.publish_until.as_deref());
        page.status.unwrap_or_default() == Status::Active && self.admit(window, now)
    }

    /// The latest instant that has passed, as far as it is known.
    pub fn passed(self, now: i64) -> Option<i64> {
        self.next.filter(|&next| next <= now).or(self.last)
    }

    /// What is remembered of these documents; none if nobody looked at them here.
    pub fn load(state: &Path, documents: [u8; 32]) -> Option<Self> {
        let kept = read(state).filter(|kept| kept.documents == documents);
        kept.map(|kept| kept.dates)
    }

    /// Whether what is remembered is of the documents that a catalog was compiled from: then it was compiled here.
    pub fn are_of(state: &Path, catalog_hash: [u8; 32]) -> bool {
        let is_it =
            |kept: Kept| self::catalog_hash(kept.documents, kept.dates.last) == catalog_hash;
        read(state).is_some_and(is_it)
    }

    /// The next instant that is remembered, of whatever documents.
    pub fn next(state: &Path) -> Option<i64> {
        read(state)?.dates.next
    }

    /// Remembers it.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn keep(self, state: &Path, documents: [u8; 32]) -> Result<(), FeedError> {
        let path = file(state);
        let kept = Kept {
            documents,
            dates: self,
        };
        let text = serde_json::to_vec(&kept).map_err(|error| FeedError::Damaged {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        feed::replace(&path, &text)
    }
}

/// The second of an RFC 3339 text, Unix seconds; what happens by itself happens at whole ones.
pub(crate) fn instant(text: &str) -> Option<i64> {
    let time = chrono::DateTime::parse_from_rfc3339(text).ok()?;
    Some(time.timestamp())
}

/// What a catalog is known by: its documents, and the last instant at which some of them came or went.
pub fn catalog_hash(documents: [u8; 32], passed: Option<i64>) -> [u8; 32] {
    let Some(at) = passed else {
        return documents;
    };
    let mut hasher = blake3::Hasher::new();
    hasher.update(&documents);
    hasher.update(&at.to_le_bytes());
    *hasher.finalize().as_bytes()
}

/// What cannot be read is made anew by the next compilation.
fn read(state: &Path) -> Option<Kept> {
    serde_json::from_slice(&std::fs::read(file(state)).ok()?).ok()
}

fn file(state: &Path) -> PathBuf {
    state.join("dates.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_open_from_its_first_instant_up_to_its_last() {
        let (first, last) = ("1970-01-01T00:01:40Z", "1970-01-01T00:03:20Z");
        let at = |now| Dates::default().admit((Some(first), Some(last)), now);
        assert_eq!([99, 100, 199, 200].map(at), [false, true, true, false]);
        let mut dates = Dates::default();
        assert!(dates.admit((None, None), 5));
        assert_eq!(dates, Dates::default());
        assert!(dates.admit((Some(first), None), 150));
        assert!(dates.admit((None, Some(last)), 150));
        assert_eq!((dates.last, dates.next), (Some(100), Some(200)));
        assert_eq!(
            (dates.passed(150), dates.passed(200)),
            (Some(100), Some(200))
        );
    }

    #[test]
    fn what_is_remembered_is_of_certain_documents() {
        let folder = tempfile::tempdir().expect("a folder");
        let dates = Dates {
            last: Some(1),
            next: Some(2),
        };
        dates.keep(folder.path(), [7; 32]).expect("it is written");
        assert_eq!(Dates::load(folder.path(), [7; 32]), Some(dates));
        assert_eq!(Dates::load(folder.path(), [8; 32]), None);
        assert!(Dates::are_of(folder.path(), catalog_hash([7; 32], Some(1))));
        assert!(!Dates::are_of(folder.path(), [7; 32]));
        assert_eq!(Dates::next(folder.path()), Some(2));
        assert_eq!(catalog_hash([7; 32], None), [7; 32]);
        assert_ne!(
            catalog_hash([7; 32], Some(1)),
            catalog_hash([7; 32], Some(2))
        );
    }
}
