//! A half file as it lies on disk: its lines by key, and the keys whose lines another file has differently.
//!
//! Lines stand in the order of kind and key, so a key is found by halving and two files are compared in one pass;
//! only lines that differ are taken apart.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufReader;
use std::ops::Range;
use std::path::{Path, PathBuf};

use frontage_shared::snapshot::mapped;
use ownedbytes::OwnedBytes;

use super::places::{self, Places};
use super::{FeedError, FeedFolder, Half, Line, damaged_line, io_error, parse_line, patch};
use crate::common;
use crate::wire::Kind;

/// Lines that are looked for before what was seen of a file is forgotten: each may leave a few hundred kilobytes behind.
const LOOKUPS: usize = 1_000;
/// Bytes of a file that are read at once.
const READ_BYTES: usize = 256 << 10;

/// A half file, mapped.
#[derive(Debug)]
pub struct MappedHalf {
    path: PathBuf,
    bytes: OwnedBytes,
    /// Made for whoever looks up most lines.
    places: Option<Places>,
}

impl FeedFolder {
    /// Maps a half; it is named by its content and never modified.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn map(&self, half: &Half) -> Result<MappedHalf, FeedError> {
        MappedHalf::open(&self.half_path(half))
    }

    /// Gives a half another name that outlives the feed, in place of what had it.
    ///
    /// # Errors
    /// The half is not there any more, or the file system cannot link.
    pub fn link(&self, half: &Half, name: &Path) -> Result<(), FeedError> {
        let beside = name.with_extension("part");
        removed(&beside)?;
        std::fs::hard_link(self.half_path(half), &beside).map_err(io_error(name))?;
        std::fs::rename(&beside, name).map_err(io_error(name))?;
        // Where both names were of one file already, renaming does nothing.
        removed(&beside)
    }
}

fn removed(path: &Path) -> Result<(), FeedError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(io_error(path)(error)),
        _ => Ok(()),
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
            places: None,
        })
    }

    /// Whoever looks for many lines, one after another, says how many were looked for: what was seen on the way does not
    /// stay in memory.
    ///
    /// # Errors
    /// The file cannot be opened any more.
    pub(super) fn forget_after(&mut self, lookups: usize) -> Result<(), FeedError> {
        if lookups % LOOKUPS == LOOKUPS - 1 {
            *self = Self::open(&self.path)?;
        }
        Ok(())
    }

    /// Learns where every key lies, so that [`texts`](Self::texts) need not search.
    ///
    /// # Errors
    /// The file cannot be read any more.
    pub fn index(&mut self) -> Result<(), FeedError> {
        let file = File::open(&self.path).map_err(io_error(&self.path))?;
        let file = BufReader::with_capacity(READ_BYTES, file);
        self.places = Some(Places::of(file).map_err(io_error(&self.path))?);
        Ok(())
    }

    /// The documents with a kind and key, as they lie there.
    ///
    /// # Errors
    /// A line on the way is damaged.
    pub fn texts(&self, kind: Kind, key: &str) -> Result<Vec<&str>, FeedError> {
        let mut texts = Vec::new();
        let Some((mut place, text)) = self.first_of(kind, key)? else {
            return Ok(texts);
        };
        // Equal keys are written alike, so that no further line need be taken apart.
        let head = place.start..place.end.saturating_sub(text.len());
        let head = self.bytes_in(head);
        texts.push(text);
        loop {
            place = self.line_from(place.end + 1);
            let Some(text) = self.bytes_in(place.clone()).strip_prefix(head) else {
                return Ok(texts);
            };
            let text = std::str::from_utf8(text);
            texts.push(text.map_err(|_| damaged_line(&self.path))?);
        }
    }

    /// The place of the first line with a kind and key, without its end, and its document.
    fn first_of(&self, kind: Kind, key: &str) -> Result<Option<(Range<usize>, &str)>, FeedError> {
        let low = match &self.places {
            Some(_) => None,
            None => Some(self.first_from(|line| (line.kind, line.key.as_str()) < (kind, key))?),
        };
        let places = self.places.iter();
        let known = places.flat_map(|places| places.candidates(key));
        for at in low.into_iter().chain(known) {
            let place = self.line_from(at);
            if let Some((named, text)) = self.parsed_in(place.clone())?
                && named == (kind, Cow::Borrowed(key))
            {
                return Ok(Some((place, text)));
            }
        }
        Ok(None)
    }

    /// How many keys it has that are not in any of the others. All of them have an index.
    ///
    /// # Errors
    /// A line is damaged.
    pub fn keys_beside(&self, others: &[&Self]) -> Result<usize, FeedError> {
        let Some(places) = self.places.as_ref().filter(|_| !others.is_empty()) else {
            return Ok(self.places.as_ref().map_or(0, Places::len));
        };
        let mut own = 0;
        for at in places.starts() {
            let Some(((kind, key), _)) = self.parsed_in(self.line_from(at))? else {
                continue;
            };
            let mut known = false;
            for other in others {
                known |= other.first_of(kind, &key)?.is_some();
            }
            own += usize::from(!known);
        }
        Ok(own)
    }

    /// Kind, key and document of the line in a place; nothing at the end of the file.
    #[expect(clippy::type_complexity, reason = "a line, borrowed from its file")]
    fn parsed_in(
        &self,
        place: Range<usize>,
    ) -> Result<Option<((Kind, Cow<'_, str>), &str)>, FeedError> {
        if place.is_empty() {
            return Ok(None);
        }
        let line = self.bytes.get(place).unwrap_or_default();
        places::parsed(line)
            .map(Some)
            .ok_or_else(|| damaged_line(&self.path))
    }

    /// All lines with a kind and key.
    ///
    /// # Errors
    /// A line on the way is damaged.
    pub fn find(&self, kind: Kind, key: &str) -> Result<Vec<Line>, FeedError> {
        let low = self.first_from(|line| (line.kind, line.key.as_str()) < (kind, key))?;
        Ok(self.lines_named((kind, &key.to_owned()), low)?.0)
    }

    /// All lines of a kind whose key begins with a text.
    ///
    /// # Errors
    /// A line on the way is damaged.
    pub fn find_from(&self, kind: Kind, beginning: &str) -> Result<Vec<Line>, FeedError> {
        let start = self.first_from(|line| (line.kind, line.key.as_str()) < (kind, beginning))?;
        let is_one = |line: &Line| line.kind == kind && line.key.starts_with(beginning);
        Ok(self.lines_while(is_one, start)?.0)
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
        self.differences(other, |before, after| {
            keys.extend(before.or(after).map(|line| line.key.clone()));
            keys.len() <= limit
        })
    }

    /// Calls `each` with every line that only one of two halves has, in order; with both where they share kind and key.
    /// Gives false if `each` does so and wants no more.
    ///
    /// # Errors
    /// A line is damaged.
    pub fn differences(
        &self,
        other: &Self,
        mut each: impl FnMut(Option<&Line>, Option<&Line>) -> bool,
    ) -> Result<bool, FeedError> {
        let (mut left, mut right) = (0, 0);
        loop {
            (left, right) = self.behind_common(left, other, right);
            let (ours, theirs) = (self.line_at(left)?, other.line_at(right)?);
            let name = match (&ours, &theirs) {
                (Some(a), Some(b)) => (a.kind, &a.key).min((b.kind, &b.key)),
                (Some(line), None) | (None, Some(line)) => (line.kind, &line.key),
                (None, None) => return Ok(true),
            };
            let (before, after);
            (before, left) = self.lines_named(name, left)?;
            (after, right) = other.lines_named(name, right)?;
            let (before, after) = patch::without_common(before, after);
            if !patch::side_by_side(&before, &after, &mut each) {
                return Ok(false);
            }
        }
    }

    /// All lines with a kind and key that stand from a beginning of a line on, and where the next one begins.
    fn lines_named(
        &self,
        name: (Kind, &String),
        start: usize,
    ) -> Result<(Vec<Line>, usize), FeedError> {
        self.lines_while(|line| (line.kind, &line.key) == name, start)
    }

    /// The lines from a beginning of a line on, up to one that is not wanted, and where that one begins.
    fn lines_while(
        &self,
        is_wanted: impl Fn(&Line) -> bool,
        mut start: usize,
    ) -> Result<(Vec<Line>, usize), FeedError> {
        let mut lines = Vec::new();
        while let Some(line) = self.line_at(start)? {
            if !is_wanted(&line) {
                break;
            }
            lines.push(line);
            start = self.line_from(start).end + 1;
        }
        Ok((lines, start))
    }

    /// The line that begins here; nothing at the end of the file.
    fn line_at(&self, start: usize) -> Result<Option<Line>, FeedError> {
        match start < self.bytes.len() {
            true => self.line(self.line_from(start)).map(Some),
            false => Ok(None),
        }
    }

    /// Where lines begin that differ, from two beginnings of lines on; up to there, both halves are the same.
    fn behind_common(&self, left: usize, other: &Self, right: usize) -> (usize, usize) {
        let (ours, theirs) = (
            self.bytes_in(left..self.len()),
            other.bytes_in(right..other.len()),
        );
        // Back to where the line begins in which they differ.
        let common = &ours[..common::prefix(ours, theirs)];
        let start = memchr::memrchr(b'\n', common).map_or(0, |end| end + 1);
        (left + start, right + start)
    }

    /// The bytes of lines, as they lie there; fewer at the end of the file.
    fn bytes_in(&self, place: Range<usize>) -> &[u8] {
        let end = place.end.min(self.bytes.len());
        self.bytes.get(place.start..end).unwrap_or_default()
    }

    /// The size of the file.
    fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The place of a line, its end included, if it is the one that begins there.
    pub(super) fn place_at(
        &self,
        start: usize,
        line: &Line,
    ) -> Result<Option<Range<usize>>, FeedError> {
        let place = self.line_from(start);
        let is_there = !place.is_empty() && self.line(place.clone())? == *line;
        Ok(is_there.then(|| place.start..place.end + 1))
    }

    /// Where this line stands, or would stand.
    pub(super) fn start_of(&self, line: &Line) -> Result<usize, FeedError> {
        self.first_from(|other| other < line)
    }

    /// Where the first line begins whose kind does not stand before this one.
    pub(super) fn start_of_kind(&self, kind: Kind) -> Result<usize, FeedError> {
        self.first_from(|line| line.kind < kind)
    }

    /// Where the first line begins that is not before what is looked for.
    fn first_from(&self, is_before: impl Fn(&Line) -> bool) -> Result<usize, FeedError> {
        let (mut low, mut high) = (0, self.bytes.len());
        while low < high {
            let place = self.line_around(low + (high - low) / 2);
            if is_before(&self.line(place.clone())?) {
                low = place.end + 1;
            } else {
                high = place.start;
            }
        }
        Ok(low)
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
        text.and_then(parse_line)
            .ok_or_else(|| damaged_line(&self.path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Document, Offer};
    use frontage_shared::model::money::Currency;

    fn half(folder: &FeedFolder, offers: &[(&str, &str)]) -> MappedHalf {
        let offer = |(id, at): &(&str, &str)| {
            Document::Offer(Offer {
                variant_id: Some((*id).into()),
                updated_at: Some((*at).to_owned()),
                ..Offer::default()
            })
        };
        let feed = folder
            .write(offers.iter().map(offer).collect(), Currency::EUR, 1)
            .unwrap();
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
        let mut indexed = half(&folder, &offers);
        indexed.index().unwrap();
        for (id, _) in &offers {
            assert_eq!(old.find(Kind::Offer, id).unwrap().len(), 1, "{id}");
            let texts = indexed.texts(Kind::Offer, id).unwrap();
            assert_eq!(texts, old.texts(Kind::Offer, id).unwrap());
            assert!(texts[0].contains(id), "{texts:?}");
        }
        assert!(indexed.texts(Kind::Offer, "9").unwrap().is_empty());
        assert!(indexed.texts(Kind::Product, "00001").unwrap().is_empty());
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
