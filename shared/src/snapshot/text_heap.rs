//! §4 The heap of long texts while a catalog is made.
//!
//! Nobody reads a description again before the part is written, so a large shop keeps them in a file meanwhile; only
//! the latest wait in memory, and where each distinct text lies.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

use super::heap::HeapFull;
use super::record::TextRef;

/// Bytes that wait in memory before they go to the file.
const BUFFER_BYTES: usize = 4 << 20;
/// Bytes that are read back from the file at once.
const READ_BYTES: usize = 1 << 20;

/// Collects long texts; equal ones are stored once.
#[derive(Debug, Default)]
pub struct TextHeap {
    /// Where texts go that do not fit into the buffer; without a file all of them stay in memory.
    file: Option<File>,
    /// Bytes that are in the file.
    written: usize,
    /// What comes behind them.
    buffer: Vec<u8>,
    places: HashTable<Place>,
    /// Why the file cannot be used. It is told when the heap is read, which is when it matters.
    failed: Option<io::Error>,
}

/// Where a text lies, by its hash: texts in the file are not read again to find others.
#[derive(Clone, Copy, Debug)]
struct Place {
    hash: u64,
    offset: u32,
    len: u32,
}

/// Hashes of texts by where they lie.
#[derive(Clone, Debug, Default)]
pub struct TextHashes(Vec<(u32, u64)>);

impl TextHashes {
    /// XXH3-64 of a text; 0 for an empty one.
    pub fn of(&self, at: TextRef) -> u64 {
        let offset = at.offset.get();
        let found = self.0.binary_search_by_key(&offset, |&(offset, _)| offset);
        let place = found.ok().filter(|_| at.len.get() > 0);
        place
            .and_then(|place| self.0.get(place))
            .map_or(0, |&(_, hash)| hash)
    }
}

impl TextHeap {
    /// A heap that keeps its texts in a new file, whose name is gone at once: whatever happens, nothing stays behind.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn in_file(path: &Path) -> io::Result<Self> {
        let mut options = File::options();
        let options = options.read(true).write(true).create(true).truncate(true);
        let file = options.open(path)?;
        std::fs::remove_file(path)?;
        Ok(Self {
            file: Some(file),
            ..Self::default()
        })
    }

    /// Adds a text, or finds it if it is there already.
    ///
    /// # Errors
    /// The heap would exceed 4 GiB.
    pub fn text(&mut self, text: &str) -> Result<TextRef, HeapFull> {
        if text.is_empty() {
            return Ok(TextRef::default());
        }
        let (hash, len) = (xxh3_64(text.as_bytes()), fits(text.len())?);
        let next = fits(self.written + self.buffer.len())?;
        next.checked_add(len).ok_or(HeapFull)?;
        let is_it = |place: &Place| {
            place.hash == hash && place.len == len && self.holds(*place, text.as_bytes())
        };
        let offset = match self.places.find(hash, is_it) {
            Some(place) => place.offset,
            None => {
                let place = Place {
                    hash,
                    offset: next,
                    len,
                };
                self.places.insert_unique(hash, place, |place| place.hash);
                self.append(text.as_bytes());
                next
            }
        };
        Ok(TextRef {
            offset: offset.into(),
            len: len.into(),
        })
    }

    /// What tells each text from others, without reading any.
    pub fn hashes(&self) -> TextHashes {
        let places = self.places.iter();
        let mut all: Vec<_> = places.map(|place| (place.offset, place.hash)).collect();
        all.sort_unstable();
        TextHashes(all)
    }

    fn append(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
        let Some(file) = &mut self.file else {
            return;
        };
        if self.buffer.len() >= BUFFER_BYTES && self.failed.is_none() {
            match file.write_all(&self.buffer) {
                Ok(()) => {
                    self.written += self.buffer.len();
                    self.buffer.clear();
                }
                Err(error) => self.failed = Some(error),
            }
        }
    }

    fn holds(&self, place: Place, bytes: &[u8]) -> bool {
        let offset = place.offset as usize;
        if let Some(start) = offset.checked_sub(self.written) {
            return self.buffer.get(start..start + bytes.len()) == Some(bytes);
        }
        let mut there = vec![0; bytes.len()];
        let read = self
            .file
            .as_ref()
            .map(|file| file.read_exact_at(&mut there, u64::from(place.offset)));
        // A text that cannot be read back is stored once more; if that fails, too, the heap has failed.
        matches!(read, Some(Ok(()))) && there == bytes
    }

    /// Hands over all bytes, piece by piece.
    ///
    /// # Errors
    /// The file could not be used, or `each` fails.
    pub fn each(&self, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        if let Some(error) = &self.failed {
            return Err(io::Error::new(error.kind(), error.to_string()));
        }
        if let Some(file) = &self.file {
            let mut piece = vec![0; READ_BYTES];
            let mut at = 0;
            while at < self.written {
                let length = READ_BYTES.min(self.written - at);
                let piece = piece.get_mut(..length).unwrap_or_default();
                file.read_exact_at(piece, at as u64)?;
                each(piece)?;
                at += length;
            }
        }
        each(&self.buffer)
    }
}

fn fits(bytes: usize) -> Result<u32, HeapFull> {
    u32::try_from(bytes).map_err(|_| HeapFull)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(heap: &TextHeap) -> Vec<u8> {
        let mut all = Vec::new();
        heap.each(|piece| {
            all.extend_from_slice(piece);
            Ok(())
        })
        .unwrap();
        all
    }

    #[test]
    fn a_heap_is_the_same_in_memory_and_in_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("texts");
        let mut heaps = [TextHeap::default(), TextHeap::in_file(&path).unwrap()];
        let long = "x".repeat(BUFFER_BYTES / 2);
        for heap in &mut heaps {
            let first = heap.text("first").unwrap();
            for number in 0..5 {
                heap.text(&format!("{long}{number}")).unwrap();
                heap.text(&format!("{long}{number}")).unwrap();
            }
            assert_eq!(heap.text("first").unwrap(), first);
            assert_eq!(heap.text("").unwrap(), TextRef::default());
        }
        let [memory, file] = &heaps;
        assert!(file.written > 0);
        assert_eq!(bytes(memory).len(), 5 * (long.len() + 1) + 5);
        assert_eq!(bytes(memory), bytes(file));
        assert!(!path.exists());
    }
}
