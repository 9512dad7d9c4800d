//! Runs: lines in order that do not fit into memory, in files, and all of those as one.
//!
//! Equal lines in give equal lines out, whatever the order they came in and however they were cut into runs.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, ErrorKind, Read as _, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::{FeedError, io_error, places};
use crate::wire::Kind;

const WRITE_BUFFER_BYTES: usize = 1 << 20;
const READ_BUFFER_BYTES: usize = 128 << 10;
/// Kind, length of the key, length of the rest.
const HEAD_BYTES: usize = 9;

/// Lines in memory, one after another.
#[derive(Debug, Default)]
pub(super) struct Unsorted {
    bytes: Vec<u8>,
    places: Vec<Place>,
}

/// Where a line lies: its key, and behind it the line as it will be written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) kind: Kind,
    start: u32,
    key_bytes: u32,
    line_bytes: u32,
}

/// A line and what it is sorted by, in the order of lines.
pub(super) type Sorted<'l> = (Kind, &'l [u8], &'l [u8]);

/// A file of lines in order, which goes with this.
#[derive(Debug)]
pub(super) struct Run {
    path: PathBuf,
    layout: Layout,
}

/// How lines lie in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// As they will be written.
    Lines,
    /// Each behind its kind, key and length, so that nothing is parsed.
    Framed,
}

impl Unsorted {
    /// Makes room for so many bytes of keys and lines in all. Growing step by step copies what is there into new memory,
    /// and memory that is new takes longer to come by than the lines to be added.
    pub(super) fn make_room(&mut self, bytes: usize) {
        self.bytes.reserve(bytes.saturating_sub(self.bytes.len()));
    }

    pub(super) fn add(&mut self, kind: Kind, key: &[u8], line: &[u8]) {
        let length = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
        self.places.push(Place {
            kind,
            start: length(self.bytes.len()),
            key_bytes: length(key.len()),
            line_bytes: length(line.len()),
        });
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(line);
    }

    /// Adds all lines of others, and empties those.
    pub(super) fn take_all(&mut self, others: &mut Self) {
        for place in others.places.drain(..) {
            self.add(
                place.kind,
                &others.bytes[place.key()],
                &others.bytes[place.line()],
            );
        }
        others.bytes.clear();
    }

    /// Bytes in use.
    pub(super) fn used(&self) -> usize {
        self.bytes.len() + self.places.len() * size_of::<Place>()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    pub(super) fn sort(&mut self) {
        let bytes = &self.bytes;
        let sorted = |place: &Place| (place.kind, &bytes[place.key()], &bytes[place.line()]);
        self.places
            .sort_unstable_by(|a, b| sorted(a).cmp(&sorted(b)));
    }

    /// The lines as they lie, in order once they are sorted.
    pub(super) fn places(&self) -> &[Place] {
        &self.places
    }

    pub(super) fn sorted(&self, place: &Place) -> Sorted<'_> {
        (place.kind, &self.bytes[place.key()], self.line(place))
    }

    pub(super) fn line(&self, place: &Place) -> &[u8] {
        &self.bytes[place.line()]
    }

    /// Leaves only these lines.
    pub(super) fn keep(&mut self, kept: Range<usize>) {
        let mut others = Self::default();
        for place in &self.places[kept] {
            others.add(place.kind, &self.bytes[place.key()], self.line(place));
        }
        self.bytes.clear();
        self.places.clear();
        self.take_all(&mut others);
    }
}

impl Place {
    fn key(&self) -> Range<usize> {
        let start = self.start as usize;
        start..start + self.key_bytes as usize
    }

    fn line(&self) -> Range<usize> {
        let start = self.key().end;
        start..start + self.line_bytes as usize
    }

    /// Bytes of key and line.
    pub(super) fn bytes(&self) -> usize {
        self.line().end - self.key().start
    }
}

impl Run {
    /// Writes sorted lines.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn write(
        lines: &Unsorted,
        places: &[Place],
        path: PathBuf,
    ) -> Result<Self, FeedError> {
        let run = Self {
            path,
            layout: Layout::Framed,
        };
        let failed = io_error(&run.path);
        let file = File::create(&run.path).map_err(&failed)?;
        let mut file = BufWriter::with_capacity(WRITE_BUFFER_BYTES, file);
        for place in places {
            let mut head = [0; HEAD_BYTES];
            head[0] = place.kind as u8;
            head[1..5].copy_from_slice(&place.key_bytes.to_le_bytes());
            head[5..].copy_from_slice(&place.line_bytes.to_le_bytes());
            let both = place.key().start..place.line().end;
            file.write_all(&head)
                .and_then(|()| file.write_all(&lines.bytes[both]))
                .map_err(&failed)?;
        }
        file.flush().map_err(&failed)?;
        Ok(run)
    }

    /// A file that has lines as they will be written, in order.
    pub(super) fn of_lines(path: PathBuf) -> Self {
        let layout = Layout::Lines;
        Self { path, layout }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        // Whoever is killed before this leaves files behind; `FeedFolder::save` removes those.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Runs that are read.
struct Open {
    runs: Vec<(BufReader<File>, Run)>,
    heads: BinaryHeap<Reverse<Head>>,
}

/// The first line of a run that was not given yet. The order of the fields is the order of lines.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Head {
    kind: Kind,
    key: Vec<u8>,
    line: Vec<u8>,
    run: usize,
}

/// Calls `write` with every line of all runs, in order.
///
/// # Errors
/// A run cannot be read, or `write` fails.
pub(super) fn merge(
    runs: Vec<Run>,
    mut write: impl FnMut(&[u8]) -> Result<(), FeedError>,
) -> Result<(), FeedError> {
    let mut open = Open::all(runs)?;
    loop {
        // The smallest head is replaced in place: its buffers are used again, and the heap moves once.
        let Some(mut first) = open.heads.peek_mut() else {
            return Ok(());
        };
        write(&first.0.line)?;
        if !read(&mut open.runs, &mut first.0)? {
            PeekMut::pop(first);
        }
    }
}

impl Open {
    fn all(runs: Vec<Run>) -> Result<Self, FeedError> {
        let mut open = Self {
            runs: Vec::new(),
            heads: BinaryHeap::new(),
        };
        for run in runs {
            let file = File::open(&run.path).map_err(io_error(&run.path))?;
            let file = BufReader::with_capacity(READ_BUFFER_BYTES, file);
            let mut head = Head {
                kind: Kind::Product,
                key: Vec::new(),
                line: Vec::new(),
                run: open.runs.len(),
            };
            open.runs.push((file, run));
            if read(&mut open.runs, &mut head)? {
                open.heads.push(Reverse(head));
            }
        }
        Ok(open)
    }
}

/// Reads the next line of a head's run; `false` behind the last one.
fn read(runs: &mut [(BufReader<File>, Run)], head: &mut Head) -> Result<bool, FeedError> {
    let Some((file, run)) = runs.get_mut(head.run) else {
        return Ok(false);
    };
    match run.layout {
        Layout::Framed => read_framed(file, &run.path, head),
        Layout::Lines => read_line(file, &run.path, head),
    }
}

fn read_framed(
    file: &mut BufReader<File>,
    path: &Path,
    head: &mut Head,
) -> Result<bool, FeedError> {
    let mut sizes = [0; HEAD_BYTES];
    match file.read_exact(&mut sizes) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(false),
        other => other.map_err(io_error(path))?,
    }
    let [kind, sizes @ ..] = sizes;
    let [a, b, c, d, e, f, g, h] = sizes;
    head.kind = Kind::ALL
        .into_iter()
        .find(|known| *known as u8 == kind)
        .unwrap_or(Kind::Product);
    head.key
        .resize(u32::from_le_bytes([a, b, c, d]) as usize, 0);
    head.line
        .resize(u32::from_le_bytes([e, f, g, h]) as usize, 0);
    file.read_exact(&mut head.key)
        .and_then(|()| file.read_exact(&mut head.line))
        .map_err(io_error(path))?;
    Ok(true)
}

fn read_line(file: &mut BufReader<File>, path: &Path, head: &mut Head) -> Result<bool, FeedError> {
    head.line.clear();
    let bytes = file.read_until(b'\n', &mut head.line);
    if bytes.map_err(io_error(path))? == 0 {
        return Ok(false);
    }
    let line = head.line.strip_suffix(b"\n").unwrap_or(&head.line);
    let Some(((kind, key), _)) = places::parsed(line) else {
        let reason = "a line that was written a moment ago cannot be read".to_owned();
        let path = path.to_owned();
        return Err(FeedError::Damaged { path, reason });
    };
    head.kind = kind;
    head.key.clear();
    head.key.extend_from_slice(key.as_bytes());
    Ok(true)
}
