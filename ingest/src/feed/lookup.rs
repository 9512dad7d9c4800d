//! A half file as it lies on disk: its lines by key, and the keys whose lines another file has differently.
//!
//! Lines stand in the order of kind and key, so a key is found by halving and two files are compared in one pass;
//! only lines that differ are taken apart.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};

use frontage_shared::snapshot::mapped;
use ownedbytes::OwnedBytes;

use super::{FeedError, FeedFolder, Half, Line, io_error, parse_line};
use crate::wire::Kind;

/// Bytes that are compared at once.
const BLOCK_BYTES: usize = 64 << 10;

/// A half file, mapped.
#[derive(Debug)]
pub struct MappedHalf {
    path: PathBuf,
    bytes: OwnedBytes,
}

impl FeedFolder {
    /// Maps a half; it is named by its content and never modified.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn map(&self, half: &Half) -> Result<MappedHalf, FeedError> {
        MappedHalf::open(&self.half_path(half))
    }

    /// Gives a half another name that outlives the feed.
    ///
    /// # Errors
    /// The file system cannot link.
    pub fn link(&self, half: &Half, name: &Path) -> Result<(), FeedError> {
        std::fs::hard_link(self.half_path(half), name).map_err(io_error(name))
    }
}

impl MappedHalf {
    /// Maps a half file by its path.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn open(path: &Path) -> Result<Self, FeedError> {
        let bytes = mapped::map(path).map_err(|error| FeedError::Damaged {
            path: path.to_owned(),
            reason: error.to_string(),
        })?;
        Ok(Self {
            path: path.to_owned(),
            bytes,
        })
    }

    /// All lines with a kind and key.
    ///
    /// # Errors
    /// A line on the way is damaged.
    pub fn find(&self, kind: Kind, key: &str) -> Result<Vec<Line>, FeedError> {
        let (mut low, mut high) = (0, self.bytes.len());
        while low < high {
            let place = self.line_around(low + (high - low) / 2);
            let line = self.line(place.clone())?;
            if (line.kind, line.key.as_str()) < (kind, key) {
                low = place.end + 1;
            } else {
                high = place.start;
            }
        }
        let mut found = Vec::new();
        while low < self.bytes.len() {
            let place = self.line_from(low);
            let line = self.line(place.clone())?;
            if (line.kind, line.key.as_str()) != (kind, key) {
                break;
            }
            found.push(line);
            low = place.end + 1;
        }
        Ok(found)
    }

    /// Adds the keys of all lines that only one of two halves has, at most about `limit`; false if there are more.
    ///
    /// # Errors
    /// A line is damaged.
    pub fn changed_keys(
        &self,
        other: &Self,
        keys: &mut BTreeSet<String>,
        limit: usize,
    ) -> Result<bool, FeedError> {
        let (mut left, mut right) = self.first_difference(other);
        while left < self.bytes.len() || right < other.bytes.len() {
            if keys.len() > limit {
                return Ok(false);
            }
            let (ours, theirs) = (self.line_from(left), other.line_from(right));
            if self.bytes.get(ours.clone()) == other.bytes.get(theirs.clone()) {
                (left, right) = (ours.end + 1, theirs.end + 1);
                continue;
            }
            let ahead = |half: &Self, place: &Range<usize>| match place.is_empty() {
                true => Ok(None),
                false => half.line(place.clone()).map(Some),
            };
            let (our_line, their_line) = (ahead(self, &ours)?, ahead(other, &theirs)?);
            let order = match (&our_line, &their_line) {
                (Some(a), Some(b)) => (a.kind, &a.key).cmp(&(b.kind, &b.key)),
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, _) => std::cmp::Ordering::Greater,
            };
            if order.is_le() {
                left = ours.end + 1;
            }
            if order.is_ge() {
                right = theirs.end + 1;
            }
            let first = if order.is_le() { our_line } else { their_line };
            keys.extend(first.map(|line| line.key));
        }
        Ok(true)
    }

    /// Where the first lines that differ begin; up to there, both files are the same.
    fn first_difference(&self, other: &Self) -> (usize, usize) {
        let blocks = self
            .bytes
            .chunks(BLOCK_BYTES)
            .zip(other.bytes.chunks(BLOCK_BYTES));
        let same = blocks.take_while(|(a, b)| a == b).count() * BLOCK_BYTES;
        let same = same.min(self.bytes.len()).min(other.bytes.len());
        let start = self.line_around(same).start;
        (start, start)
    }

    /// The line that has a byte, without its end.
    fn line_around(&self, at: usize) -> Range<usize> {
        let before = self.bytes.get(..at).unwrap_or_default();
        let start = before
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |end| end + 1);
        self.line_from(start)
    }

    fn line_from(&self, start: usize) -> Range<usize> {
        let rest = self.bytes.get(start..).unwrap_or_default();
        let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        start..start + length
    }

    fn line(&self, place: Range<usize>) -> Result<Line, FeedError> {
        let text = self
            .bytes
            .get(place)
            .and_then(|line| std::str::from_utf8(line).ok());
        text.and_then(parse_line).ok_or_else(|| FeedError::Damaged {
            path: self.path.clone(),
            reason: "a line is damaged".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Document, Offer};

    fn half(folder: &FeedFolder, offers: &[(&str, &str)]) -> MappedHalf {
        let offer = |(id, at): &(&str, &str)| {
            Document::Offer(Offer {
                variant_id: Some((*id).to_owned()),
                updated_at: Some((*at).to_owned()),
                ..Offer::default()
            })
        };
        let feed = folder.write(offers.iter().map(offer).collect(), 1).unwrap();
        folder.map(&feed.offers).unwrap()
    }

    #[test]
    fn keys_are_found_and_differences_too() {
        let state = tempfile::tempdir().unwrap();
        let folder = FeedFolder::open(state.path(), "stock").unwrap();
        let long: Vec<(String, &str)> = (0..5_000).map(|n| (format!("{n:05}"), "1")).collect();
        let mut offers: Vec<(&str, &str)> =
            long.iter().map(|(id, at)| (id.as_str(), *at)).collect();
        let old = half(&folder, &offers);
        for (id, _) in &offers {
            assert_eq!(old.find(Kind::Offer, id).unwrap().len(), 1, "{id}");
        }
        assert!(old.find(Kind::Offer, "00000x").unwrap().is_empty());
        assert!(old.find(Kind::Offer, "").unwrap().is_empty());
        assert!(old.find(Kind::Offer, "9").unwrap().is_empty());
        offers[4_000].1 = "2";
        offers.remove(17);
        offers.push(("x \"y\"", "1"));
        offers.push(("sku:1", "1"));
        let new = half(&folder, &offers);
        for (one, other) in [(&old, &new), (&new, &old)] {
            let mut keys = BTreeSet::new();
            assert!(one.changed_keys(other, &mut keys, 10).unwrap());
            let keys: Vec<_> = keys.into_iter().collect();
            assert_eq!(keys, ["00017", "04000", "sku:1", "x \"y\""]);
            assert!(!one.changed_keys(other, &mut BTreeSet::new(), 1).unwrap());
        }
        let none = half(&folder, &[]);
        let mut keys = BTreeSet::new();
        assert!(none.changed_keys(&old, &mut keys, 9_999).unwrap());
        assert_eq!(keys.len(), 5_000);
        assert!(none.find(Kind::Offer, "1").unwrap().is_empty());
    }
}
