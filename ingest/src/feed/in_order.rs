//! Lines that came in the order in which they will stand, written where they will stay.
//!
//! Most exports are in the order of their keys, or nearly. What is large of them would otherwise be written to runs, read
//! from there and written once more. One kind of document is treated so, the first that a half has; the others come
//! behind it at the end.

use std::path::Path;

use super::half_writer::HalfWriter;
use super::runs::{Place, Run, Unsorted};
use super::{FeedError, FeedFolder};
use crate::wire::Kind;

/// The beginning of a half.
pub(super) struct InOrder {
    half: HalfWriter,
    kind: Kind,
    /// Key and line of the last one.
    last: (Vec<u8>, Vec<u8>),
}

impl InOrder {
    /// Begins with whatever comes first of sorted lines.
    ///
    /// # Errors
    /// The file cannot be made.
    pub(super) fn begin(folder: &FeedFolder, name: &str, kind: Kind) -> Result<Self, FeedError> {
        Ok(Self {
            half: HalfWriter::create(folder, name)?,
            kind,
            last: Default::default(),
        })
    }

    /// Whether sorted lines may all stand behind what is written.
    pub(super) fn goes_on_with(&self, lines: &Unsorted) -> bool {
        let (key, line) = &self.last;
        let last = (self.kind, key.as_slice(), line.as_slice());
        let first = lines.places().first();
        first.is_none_or(|first| lines.sorted(first) >= last)
    }

    /// How many of sorted lines are of its kind.
    pub(super) fn own(&self, lines: &Unsorted) -> usize {
        let is_own = |place: &Place| place.kind == self.kind;
        lines.places().partition_point(is_own)
    }

    /// Writes lines that it goes on with.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn write(&mut self, lines: &Unsorted, places: &[Place]) -> Result<(), FeedError> {
        for place in places {
            self.half.write(lines.line(place))?;
        }
        if let Some(last) = places.last() {
            let (_, key, line) = lines.sorted(last);
            self.last = (key.to_vec(), line.to_vec());
        }
        Ok(())
    }

    /// Makes a run of it: lines came that stand before some of its own.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn into_run(self, path: &Path) -> Result<Run, FeedError> {
        self.half.set_aside(path)?;
        Ok(Run::of_lines(path.to_owned()))
    }

    /// The half that has been begun, for what stands behind the lines of this kind.
    pub(super) fn into_half(self) -> HalfWriter {
        self.half
    }
}
