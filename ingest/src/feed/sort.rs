//! Lines in the order of a half file, however many there are.
//!
//! Memory holds two runs of lines: one that fills, and a full one that is sorted and written to a folder meanwhile. They
//! are merged at the end. Equal lines in
//! give equal lines out, whatever the order they came in and however they were cut into runs.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::File;
use std::io::{BufReader, BufWriter, ErrorKind, Read as _, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use super::{FeedError, io_error};
use crate::threads;
use crate::wire::Kind;

/// Bytes of a run in memory, lines and their places together.
const RUN_BYTES: usize = 48 << 20;
const WRITE_BUFFER_BYTES: usize = 1 << 20;
const READ_BUFFER_BYTES: usize = 128 << 10;
/// Kind, length of the key, length of the rest.
const HEAD_BYTES: usize = 9;

/// Takes lines in any order.
#[derive(Debug)]
pub(super) struct Sorter {
    folder: PathBuf,
    /// What the files of this sorter begin with.
    name: String,
    lines: Unsorted,
    runs: Vec<PathBuf>,
    /// The run that is being written.
    writing: Option<JoinHandle<Result<Unsorted, FeedError>>>,
}

/// Lines of a run, one after another.
#[derive(Debug, Default)]
struct Unsorted {
    bytes: Vec<u8>,
    places: Vec<Place>,
}

/// Where a line lies in the bytes of a run: its key, and behind it the line as it will be written.
#[derive(Clone, Copy, Debug)]
struct Place {
    kind: Kind,
    start: u32,
    key_bytes: u32,
    line_bytes: u32,
}

/// Gives the lines back in order.
pub(super) struct Sorted {
    runs: Vec<BufReader<File>>,
    paths: Vec<PathBuf>,
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

impl Sorter {
    pub(super) fn new(folder: &Path, name: String) -> Self {
        Self {
            folder: folder.to_owned(),
            name,
            lines: Unsorted::default(),
            runs: Vec::new(),
            writing: None,
        }
    }

    /// Adds a line: its kind and key to sort by, and what to write.
    ///
    /// # Errors
    /// A run cannot be written.
    pub(super) fn add(&mut self, kind: Kind, key: &str, line: &str) -> Result<(), FeedError> {
        let Unsorted { bytes, places } = &self.lines;
        let used = bytes.len() + places.len() * size_of::<Place>();
        if used + key.len() + line.len() > RUN_BYTES && !places.is_empty() {
            self.spill()?;
        }
        self.lines.add(kind, key, line);
        Ok(())
    }

    /// Calls `write` with every line, in order.
    ///
    /// # Errors
    /// A run cannot be written or read, or `write` fails.
    pub(super) fn finish(
        mut self,
        mut write: impl FnMut(&[u8]) -> Result<(), FeedError>,
    ) -> Result<(), FeedError> {
        if self.runs.is_empty() {
            self.lines.sort();
            let Unsorted { bytes, places } = &self.lines;
            return places
                .iter()
                .try_for_each(|place| write(&bytes[place.line()]));
        }
        self.spill()?;
        self.written()?;
        self.lines = Unsorted::default();
        let mut sorted = Sorted::open(std::mem::take(&mut self.runs))?;
        sorted.all(&mut write)
    }

    /// Hands the lines to a thread that sorts and writes them, once it is done with those before.
    fn spill(&mut self) -> Result<(), FeedError> {
        let emptied = self.written()?;
        let lines = std::mem::replace(&mut self.lines, emptied);
        let name = format!("{}-{}.run", self.name, self.runs.len());
        let path = self.folder.join(name);
        self.runs.push(path.clone());
        let failed = io_error(&path);
        let writing = std::thread::Builder::new()
            .name("run".to_owned())
            .spawn(move || lines.write(&path))
            .map_err(failed)?;
        self.writing = Some(writing);
        Ok(())
    }

    /// Waits for the run that is being written, and gives its memory back.
    fn written(&mut self) -> Result<Unsorted, FeedError> {
        match self.writing.take() {
            Some(writing) => threads::ended(writing.join()),
            None => Ok(Unsorted::default()),
        }
    }
}

impl Drop for Sorter {
    fn drop(&mut self) {
        // A run that is still being written would be there again after it was removed.
        let _ = self.written();
        remove(&self.runs);
    }
}

impl Unsorted {
    fn add(&mut self, kind: Kind, key: &str, line: &str) {
        let length = |text: &str| u32::try_from(text.len()).unwrap_or(u32::MAX);
        self.places.push(Place {
            kind,
            start: u32::try_from(self.bytes.len()).unwrap_or(u32::MAX),
            key_bytes: length(key),
            line_bytes: length(line),
        });
        self.bytes.extend_from_slice(key.as_bytes());
        self.bytes.extend_from_slice(line.as_bytes());
    }

    fn sort(&mut self) {
        let bytes = &self.bytes;
        self.places.sort_unstable_by(|a, b| {
            (a.kind, &bytes[a.key()], &bytes[a.line()]).cmp(&(
                b.kind,
                &bytes[b.key()],
                &bytes[b.line()],
            ))
        });
    }

    /// Writes the lines in order, and gives their memory back.
    fn write(mut self, path: &Path) -> Result<Self, FeedError> {
        self.sort();
        let failed = io_error(path);
        let mut file =
            BufWriter::with_capacity(WRITE_BUFFER_BYTES, File::create(path).map_err(&failed)?);
        for place in &self.places {
            let mut head = [0; HEAD_BYTES];
            head[0] = place.kind as u8;
            head[1..5].copy_from_slice(&place.key_bytes.to_le_bytes());
            head[5..].copy_from_slice(&place.line_bytes.to_le_bytes());
            let both = place.key().start..place.line().end;
            file.write_all(&head)
                .and_then(|()| file.write_all(&self.bytes[both]))
                .map_err(&failed)?;
        }
        file.flush().map_err(&failed)?;
        self.places.clear();
        self.bytes.clear();
        Ok(self)
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
}

impl Sorted {
    fn open(paths: Vec<PathBuf>) -> Result<Self, FeedError> {
        let mut sorted = Self {
            runs: Vec::new(),
            heads: BinaryHeap::new(),
            paths,
        };
        for run in 0..sorted.paths.len() {
            let path = &sorted.paths[run];
            let file = File::open(path).map_err(io_error(path))?;
            sorted
                .runs
                .push(BufReader::with_capacity(READ_BUFFER_BYTES, file));
            let mut head = Head {
                kind: Kind::Product,
                key: Vec::new(),
                line: Vec::new(),
                run,
            };
            if read(&mut sorted.runs, &sorted.paths, &mut head)? {
                sorted.heads.push(Reverse(head));
            }
        }
        Ok(sorted)
    }

    fn all(
        &mut self,
        write: &mut impl FnMut(&[u8]) -> Result<(), FeedError>,
    ) -> Result<(), FeedError> {
        loop {
            // The smallest head is replaced in place: its buffers are used again, and the heap moves once.
            let Some(mut first) = self.heads.peek_mut() else {
                return Ok(());
            };
            write(&first.0.line)?;
            let more = read(&mut self.runs, &self.paths, &mut first.0)?;
            if !more {
                PeekMut::pop(first);
            }
        }
    }
}

/// Reads the next line of a head's run; `false` behind the last one.
fn read(
    runs: &mut [BufReader<File>],
    paths: &[PathBuf],
    head: &mut Head,
) -> Result<bool, FeedError> {
    let (Some(run), Some(path)) = (runs.get_mut(head.run), paths.get(head.run)) else {
        return Ok(false);
    };
    let mut sizes = [0; HEAD_BYTES];
    match run.read_exact(&mut sizes) {
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
    run.read_exact(&mut head.key)
        .and_then(|()| run.read_exact(&mut head.line))
        .map_err(io_error(path))?;
    Ok(true)
}

impl Drop for Sorted {
    fn drop(&mut self) {
        remove(&self.paths);
    }
}

/// Whoever is killed before this leaves files behind; `FeedFolder::save` removes those.
fn remove(paths: &[PathBuf]) {
    for path in paths {
        let _ = std::fs::remove_file(path);
    }
}
