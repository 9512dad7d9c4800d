//! Which refusals are new: the ones of a run beside those of the feed that is published.
//!
//! A feed that has always had its hundred broken records is not the news that a feed with a hundred newly broken ones is.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::error::ValidateError;
use super::report::{Quarantined, without_indices};

/// More are not remembered; a feed that is this wrong is held for other reasons.
const MOST: usize = 100_000;

/// The refusals of a feed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Nothing when there is no feed to compare with.
    refusals: Option<HashSet<u64>>,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    /// The content hash of the feed.
    feed: String,
    refusals: Vec<u64>,
}

impl Known {
    /// The refusals of the feed with this content hash, if they were kept.
    pub fn of(folder: &Path, source: &str, feed: Option<&str>) -> Self {
        let read = |feed: &str| -> Option<HashSet<u64>> {
            let text = std::fs::read(file(folder, source, feed)).ok()?;
            let kept: Kept = serde_json::from_slice(&text).ok()?;
            (kept.feed == feed).then(|| kept.refusals.into_iter().collect())
        };
        Self {
            refusals: feed.and_then(read),
        }
    }

    /// Keeps the refusals of a feed, and forgets those of all feeds but the given ones.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn keep(
        &self,
        folder: &Path,
        source: &str,
        feed: &str,
        others: &[String],
    ) -> Result<(), ValidateError> {
        let path = file(folder, source, feed);
        let failed = |source| ValidateError::Quarantine {
            path: path.clone(),
            source,
        };
        let mut refusals: Vec<u64> = self.refusals.iter().flatten().copied().collect();
        refusals.sort_unstable();
        let kept = Kept {
            feed: feed.to_owned(),
            refusals,
        };
        let text = serde_json::to_vec(&kept).map_err(|error| failed(error.into()))?;
        crate::feed::replace(&path, &text).map_err(|error| failed(std::io::Error::other(error)))?;
        let prefix = format!("{source}.known.");
        let keeps = |name: &str| {
            name.strip_prefix(&prefix)
                .is_none_or(|rest| rest == feed || others.iter().any(|other| other == rest))
        };
        for entry in std::fs::read_dir(folder).map_err(failed)?.flatten() {
            if !keeps(&entry.file_name().to_string_lossy()) {
                std::fs::remove_file(entry.path()).map_err(failed)?;
            }
        }
        Ok(())
    }

    /// These and others.
    #[must_use]
    pub fn with(mut self, others: &Self) -> Self {
        for refusal in others.refusals.iter().flatten() {
            self.add(*refusal);
        }
        self
    }

    /// Gives another folder the refusals of a feed, if they were kept.
    pub fn copy(from: &Path, to: &Path, source: &str, feed: &str) {
        let (from, to) = (file(from, source, feed), file(to, source, feed));
        if let Some(folder) = to.parent() {
            // Without them there is nothing to compare with, which is what a lost state folder means as well.
            let _ = std::fs::create_dir_all(folder).and_then(|()| std::fs::copy(from, &to));
        }
    }

    /// Whether there is anything to compare with.
    pub(super) fn is_comparable(&self) -> bool {
        self.refusals.is_some()
    }

    pub(super) fn has(&self, refusal: u64) -> bool {
        let known = self.refusals.as_ref();
        known.is_some_and(|known| known.contains(&refusal))
    }

    pub(super) fn add(&mut self, refusal: u64) {
        let known = self.refusals.get_or_insert_default();
        if known.len() < MOST {
            known.insert(refusal);
        }
    }
}

/// The same record broken in the same way, wherever it stands in the feed.
pub(super) fn identity(refusal: &Quarantined) -> u64 {
    let record = refusal.record.to_string();
    let key = refusal.key.as_deref().unwrap_or(&record);
    let kind = refusal.kind.map_or("", |kind| kind.as_str());
    let place = without_indices(&refusal.pointer);
    xxh3_64(format!("{kind}\n{key}\n{place}\n{}", refusal.rule).as_bytes())
}

fn file(folder: &Path, source: &str, feed: &str) -> PathBuf {
    folder.join(format!("{source}.known.{feed}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_remembered_by_feed_and_forgotten_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let known = |feed| Known::of(folder.path(), "products", Some(feed));
        assert!(!known("a").is_comparable());
        let mut first = Known::default();
        first.add(1);
        first.add(2);
        first.keep(folder.path(), "products", "a", &[]).unwrap();
        assert_eq!(known("a"), first);
        assert!(known("a").has(2) && !known("a").has(3));
        Known::default()
            .keep(folder.path(), "products", "b", &["a".to_owned()])
            .unwrap();
        assert!(known("a").is_comparable() && known("b").is_comparable());
        Known::default()
            .keep(folder.path(), "products", "c", &[])
            .unwrap();
        assert!(!known("a").is_comparable() && !known("b").is_comparable());
        assert!(!Known::of(folder.path(), "products", None).is_comparable());
    }
}
