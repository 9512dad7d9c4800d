//! §4 The heap of short texts: one after another, UTF-8, no terminators; equal texts are stored once.

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use xxhash_rust::xxh3::xxh3_64;
use zerocopy::little_endian::U32;

use super::record::StrRef;

/// Collects texts for one heap.
///
/// Texts are found by a hash and then compared where they lie, so that they need not be kept twice.
#[derive(Debug, Default)]
pub struct Heap {
    all: String,
    /// Where each distinct text lies. A catalog has millions: every byte of an entry counts.
    places: HashTable<(u32, u32)>,
}

/// A heap that cannot be addressed with 32 bits.
#[derive(Debug, thiserror::Error)]
#[error("the texts of this shop exceed 4 GiB in one heap")]
pub struct HeapFull;

impl Heap {
    /// Makes room for so many bytes and texts, if there is as much: a heap that grows by copying itself is twice in memory
    /// meanwhile and reads all its texts again, and room for bytes that is not used costs none.
    pub fn make_room(&mut self, bytes: usize, texts: usize) {
        let _ = self.all.try_reserve_exact(bytes);
        let all = &self.all;
        let hash = |&place: &(u32, u32)| xxh3_64(text_at(all, place).as_bytes());
        let _ = self.places.try_reserve(texts, hash);
    }

    /// Adds a short text, or finds it if it is there already.
    ///
    /// # Errors
    /// The heap would exceed 4 GiB.
    pub fn string(&mut self, text: &str) -> Result<StrRef, HeapFull> {
        let (offset, len) = self.place(text)?;
        Ok(StrRef { offset, len })
    }

    /// Lets go of what texts are found by, when the last one was added: of a large heap it takes as much memory as the
    /// texts do. One that is added all the same is stored, and not found again.
    pub(super) fn end(&mut self) {
        self.places = HashTable::new();
    }

    /// A text that was added before; empty for a reference of another heap.
    pub fn get(&self, at: StrRef) -> &str {
        text_at(&self.all, (at.offset.get(), at.len.get()))
    }

    /// The heap's bytes as they go into the file.
    pub fn as_bytes(&self) -> &[u8] {
        self.all.as_bytes()
    }

    fn place(&mut self, text: &str) -> Result<(U32, U32), HeapFull> {
        if text.is_empty() {
            return Ok((U32::ZERO, U32::ZERO));
        }
        let len = u32::try_from(text.len()).map_err(|_| HeapFull)?;
        let next = u32::try_from(self.all.len()).map_err(|_| HeapFull)?;
        next.checked_add(len).ok_or(HeapFull)?;
        let all = &self.all;
        let entry = self.places.entry(
            xxh3_64(text.as_bytes()),
            |&place| text_at(all, place) == text,
            |&place| xxh3_64(text_at(all, place).as_bytes()),
        );
        match entry {
            Entry::Occupied(entry) => {
                let &(offset, len) = entry.get();
                Ok((offset.into(), len.into()))
            }
            Entry::Vacant(entry) => {
                entry.insert((next, len));
                self.all.push_str(text);
                Ok((next.into(), len.into()))
            }
        }
    }
}

fn text_at(all: &str, (offset, len): (u32, u32)) -> &str {
    let start = offset as usize;
    all.get(start..start.saturating_add(len as usize))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_stored_once() {
        let mut heap = Heap::default();
        let first = heap.string("red").unwrap();
        heap.string("blue").unwrap();
        assert_eq!(heap.string("red").unwrap(), first);
        assert_eq!(heap.string("").unwrap(), StrRef::default());
        assert_eq!(heap.as_bytes(), b"redblue");
        heap.end();
        assert_eq!(heap.get(first), "red");
        assert_eq!(heap.as_bytes(), b"redblue");
    }
}
