//! Lines in the order of a half file, however many there are.
//!
//! Memory holds two lots of lines: one that fills, and a full one that is sorted and written meanwhile. As long as lots
//! go on from each other they are written where they will stay; else they are runs, which are merged at the end.

use std::path::PathBuf;
use std::thread::JoinHandle;

use super::half_writer::HalfWriter;
use super::in_order::InOrder;
use super::runs::{self, Run, Unsorted};
use super::{FeedError, FeedFolder, Half, io_error};
use crate::threads;
use crate::wire::Kind;

/// Bytes of a lot in memory, lines and their places together.
const LOT_BYTES: usize = 48 << 20;
/// Lines that take more than this are taken for those of a large feed, and get room for a whole lot.
const FEW_BYTES: usize = 2 << 20;

/// Takes lines in any order.
pub(super) struct Sorter {
    lines: Unsorted,
    lot_bytes: usize,
    /// What is written already; with whoever writes just now.
    written: Option<Written>,
    writing: Option<JoinHandle<Result<(Unsorted, Written), FeedError>>>,
}

/// What did not fit into memory.
struct Written {
    folder: FeedFolder,
    /// What files begin with.
    name: String,
    in_order: Option<InOrder>,
    runs: Vec<Run>,
}

impl Sorter {
    pub(super) fn new(folder: &FeedFolder, name: String) -> Self {
        Self {
            lines: Unsorted::default(),
            lot_bytes: LOT_BYTES,
            written: Some(Written {
                folder: folder.clone(),
                name,
                in_order: None,
                runs: Vec::new(),
            }),
            writing: None,
        }
    }

    /// Adds a line: its kind and key to sort by, and what to write.
    ///
    /// # Errors
    /// A lot cannot be written.
    pub(super) fn add(&mut self, kind: Kind, key: &str, line: &[u8]) -> Result<(), FeedError> {
        if self.lines.used() + key.len() + line.len() > self.lot_bytes && !self.lines.is_empty() {
            self.spill()?;
        }
        if self.lines.used() > FEW_BYTES {
            self.lines.make_room(self.lot_bytes);
        }
        self.lines.add(kind, key.as_bytes(), line);
        Ok(())
    }

    /// Calls `write` with every line, in order.
    ///
    /// # Errors
    /// A file cannot be written or read, or `write` fails.
    pub(super) fn finish(
        mut self,
        write: impl FnMut(&[u8]) -> Result<(), FeedError>,
    ) -> Result<(), FeedError> {
        let (lines, mut written) = self.rest()?;
        written.end_order()?;
        written.give(lines, 0, write)
    }

    /// Writes the half that has every line.
    ///
    /// # Errors
    /// A file cannot be written or read.
    pub(super) fn finish_half(mut self, documents: u64) -> Result<Half, FeedError> {
        let (lines, mut written) = self.rest()?;
        let folder = written.folder.clone();
        let goes_on = |in_order: &mut InOrder| in_order.goes_on_with(&lines);
        let (mut half, given) = match written.in_order.take_if(goes_on) {
            Some(mut in_order) => {
                let own = in_order.own(&lines);
                in_order.write(&lines, &lines.places()[..own])?;
                (in_order.into_half(), own)
            }
            None => {
                written.end_order()?;
                (HalfWriter::create(&folder, &written.name)?, 0)
            }
        };
        written.give(lines, given, |line| half.write(line))?;
        half.finish(&folder, documents)
    }

    /// Hands the lines to a thread that sorts and writes them, once it is done with those before.
    fn spill(&mut self) -> Result<(), FeedError> {
        let (mut kept, mut written) = self.joined()?;
        self.lines.take_all(&mut kept);
        let mut lines = std::mem::replace(&mut self.lines, kept);
        let tail = self.lot_bytes / 8;
        let failed = io_error(&written.folder.path);
        let writing = std::thread::Builder::new()
            .name("run".to_owned())
            .spawn(move || {
                written.take(&mut lines, tail)?;
                Ok((lines, written))
            })
            .map_err(failed)?;
        self.writing = Some(writing);
        Ok(())
    }

    /// The lines that are not written, in order, and what is.
    fn rest(&mut self) -> Result<(Unsorted, Written), FeedError> {
        let (mut kept, written) = self.joined()?;
        let mut lines = std::mem::take(&mut self.lines);
        lines.take_all(&mut kept);
        lines.sort();
        Ok((lines, written))
    }

    /// Waits for the lot that is being written, and gives what it kept, in its memory.
    fn joined(&mut self) -> Result<(Unsorted, Written), FeedError> {
        if let Some(writing) = self.writing.take() {
            return threads::ended(writing.join());
        }
        let written = self.written.take();
        let gone = || std::io::Error::other("what was written is gone after an error");
        let written = written.ok_or_else(|| io_error(&PathBuf::from("run"))(gone()))?;
        Ok((Unsorted::default(), written))
    }
}

impl std::fmt::Debug for Sorter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sorter").finish_non_exhaustive()
    }
}

impl Drop for Sorter {
    fn drop(&mut self) {
        // A file that is still being written would be there again after it was removed.
        if let Some(writing) = self.writing.take() {
            let _ = writing.join();
        }
    }
}

impl Written {
    /// Calls `write` with the lines of all runs and with these, from one on, in order.
    fn give(
        mut self,
        lines: Unsorted,
        from: usize,
        mut write: impl FnMut(&[u8]) -> Result<(), FeedError>,
    ) -> Result<(), FeedError> {
        if self.runs.is_empty() {
            let mut places = lines.places()[from..].iter();
            return places.try_for_each(|place| write(lines.line(place)));
        }
        self.add_run(&lines, from)?;
        drop(lines);
        runs::merge(self.runs, write)
    }

    /// Writes lines, but for some that may have to wait for others before them. These stay, in the same memory.
    fn take(&mut self, lines: &mut Unsorted, tail: usize) -> Result<(), FeedError> {
        lines.sort();
        if self.runs.is_empty() && self.in_order.is_none() {
            let kind = lines.places().first().map(|place| place.kind);
            self.in_order = kind
                .map(|kind| InOrder::begin(&self.folder, &self.name, kind))
                .transpose()?;
        }
        if let Some(in_order) = &mut self.in_order
            && in_order.goes_on_with(lines)
        {
            let own = in_order.own(lines);
            let mut waiting = 0;
            let is_waiting = |place: &&runs::Place| {
                waiting += place.bytes();
                waiting <= tail
            };
            let waits = lines.places()[..own].iter().rev().take_while(is_waiting);
            let settled = own - waits.count();
            in_order.write(lines, &lines.places()[..settled])?;
            let others = &lines.places()[own..];
            let all = lines.places().len();
            let end = if others.iter().map(runs::Place::bytes).sum::<usize>() > tail {
                self.add_run(lines, own)?;
                own
            } else {
                all
            };
            lines.keep(settled..end);
            return Ok(());
        }
        self.end_order()?;
        self.add_run(lines, 0)?;
        lines.keep(0..0);
        Ok(())
    }

    /// From now on all lines are in runs.
    fn end_order(&mut self) -> Result<(), FeedError> {
        if let Some(in_order) = self.in_order.take() {
            let path = self.next_path();
            self.runs.push(in_order.into_run(&path)?);
        }
        Ok(())
    }

    /// Makes a run of all lines from one on.
    fn add_run(&mut self, lines: &Unsorted, from: usize) -> Result<(), FeedError> {
        let path = self.next_path();
        let places = lines.places().get(from..).unwrap_or_default();
        self.runs.push(Run::write(lines, places, path)?);
        Ok(())
    }

    fn next_path(&self) -> PathBuf {
        let name = format!("{}-{}.run", self.name, self.runs.len());
        self.folder.path.join(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::tests::folder;

    /// Lines by their number, in the order given; what they become, and how many files that took.
    fn half_of(numbers: &[(Kind, u32)], lot_bytes: usize) -> (Vec<u8>, usize, usize) {
        let (_state, folder) = folder();
        let mut sorter = Sorter::new(&folder, "all-catalog".to_owned());
        sorter.lot_bytes = lot_bytes;
        for (kind, number) in numbers {
            let key = format!("k\"{number:05}");
            let shown = serde_json::Value::from(key.as_str());
            let line = format!("{kind} {shown} {{\"number\":{number}}}\n");
            sorter.add(*kind, &key, line.as_bytes()).unwrap();
        }
        let (kept, written) = sorter.joined().unwrap();
        let (ordered, count) = (usize::from(written.in_order.is_some()), written.runs.len());
        (sorter.written, sorter.writing) = (Some(written), None);
        sorter.lines.take_all(&mut { kept });
        let half = sorter.finish_half(numbers.len() as u64).unwrap();
        let bytes = std::fs::read(folder.half_path(&half)).unwrap();
        assert_eq!(half.hash, blake3::hash(&bytes).to_hex().as_str());
        let left = std::fs::read_dir(&folder.path).unwrap().count();
        assert_eq!(left, 1, "only the half is left");
        (bytes, ordered, count)
    }

    fn products(numbers: impl IntoIterator<Item = u32>) -> Vec<(Kind, u32)> {
        let all = numbers.into_iter();
        all.map(|number| (Kind::Product, number)).collect()
    }

    /// Numbers below a prime, all of them, in no order.
    fn shuffled() -> impl Iterator<Item = u32> {
        (1..4001).map(|number| number * 1777 % 4001)
    }

    const IN_MEMORY: usize = usize::MAX;
    const SMALL: usize = 16 << 10;

    #[test]
    fn a_half_is_the_same_however_its_lines_came() {
        let (whole, ordered, files) = half_of(&products(1..4001), IN_MEMORY);
        assert_eq!((ordered, files), (0, 0));
        let (bytes, ordered, files) = half_of(&products(1..4001), SMALL);
        assert_eq!((ordered, files), (1, 0), "lines in order need no run");
        assert!(bytes == whole);
        let nearly = (0..400).flat_map(|ten| (1..11).rev().map(move |one| ten * 10 + one));
        let (bytes, ordered, files) = half_of(&products(nearly), SMALL);
        assert_eq!((ordered, files), (1, 0), "nor do lines that are nearly so");
        assert!(bytes == whole);
        let (bytes, ordered, files) = half_of(&products(shuffled()), SMALL);
        assert_eq!(ordered, 0);
        assert!(files > 5);
        assert!(bytes == whole);
        let late = (2..4001).chain([1]);
        let (bytes, ordered, _) = half_of(&products(late), SMALL);
        assert_eq!(ordered, 1, "the last line is not written yet");
        assert!(bytes == whole);
        let restarted = (2000..4001).chain(1..2000);
        let (bytes, ordered, files) = half_of(&products(restarted), SMALL);
        assert_eq!(ordered, 0);
        assert!(files > 5);
        assert!(bytes == whole);
    }

    #[test]
    fn other_kinds_come_behind_the_first() {
        let few = |kind| move |number| (kind, number);
        let categories: Vec<_> = (1..40).map(few(Kind::Category)).collect();
        let many: Vec<_> = (1..2000).map(few(Kind::Review)).collect();
        let all = [categories.clone(), products(1..4001), many.clone()].concat();
        let (whole, ..) = half_of(&all, IN_MEMORY);
        let (bytes, ordered, files) = half_of(&all, SMALL);
        assert_eq!(ordered, 1);
        assert!(files > 0, "there are too many reviews to wait in memory");
        assert!(bytes == whole);
        // Products stand before categories: what began with those was no half.
        let all = [many, categories, products(shuffled())].concat();
        let (bytes, ordered, _) = half_of(&all, SMALL);
        assert_eq!(ordered, 0);
        assert!(bytes == whole);
        let (none, ..) = half_of(&[], SMALL);
        assert!(none.is_empty());
    }

    #[test]
    fn whoever_wants_the_lines_gets_them_in_order() {
        for numbers in [products(1..4001), products(shuffled())] {
            let (_state, folder) = folder();
            let mut sorter = Sorter::new(&folder, "all-catalog".to_owned());
            sorter.lot_bytes = SMALL;
            for (kind, number) in numbers {
                let key = format!("{number:05}");
                let line = format!("{kind} \"{key}\" {{}}\n");
                sorter.add(kind, &key, line.as_bytes()).unwrap();
            }
            let mut keys = Vec::new();
            sorter
                .finish(|line| {
                    keys.push(line[9..14].to_vec());
                    Ok(())
                })
                .unwrap();
            assert_eq!(keys.len(), 4000);
            assert!(keys.is_sorted());
            let left = std::fs::read_dir(&folder.path).unwrap().count();
            assert_eq!(left, 0, "runs go when they were read");
        }
    }
}
