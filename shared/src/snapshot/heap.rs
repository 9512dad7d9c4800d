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
    bytes: Vec<u8>,
    /// Where each distinct text lies. A catalog has millions: every byte of an entry counts.
    places: HashTable<(u32, u32)>,
}

/// A heap that cannot be addressed with 32 bits.
#[derive(Debug, thiserror::Error)]
#[error("the texts of this shop exceed 4 GiB in one heap")]
pub struct HeapFull;

impl Heap {
    /// Makes room for so many bytes, if there is as much: a heap that grows by copying itself is twice in memory
    /// meanwhile, and room that is not used costs none.
    pub fn make_room(&mut self, bytes: usize) {
        let _ = self.bytes.try_reserve_exact(bytes);
    }

    /// Adds a short text, or finds it if it is there already.
    ///
    /// # Errors
    /// The heap would exceed 4 GiB.
    pub fn string(&mut self, text: &str) -> Result<StrRef, HeapFull> {
        let (offset, len) = self.place(text)?;
        Ok(StrRef { offset, len })
    }

    /// A text that was added before; empty for a reference of another heap.
    pub fn get(&self, at: StrRef) -> &str {
        std::str::from_utf8(self.bytes_of(at)).unwrap_or_default()
    }

    /// The bytes of a text that was added before; whether they are UTF-8 is not asked.
    pub fn bytes_of(&self, at: StrRef) -> &[u8] {
        let start = at.offset.get() as usize;
        let end = start.saturating_add(at.len.get() as usize);
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// The heap's bytes as they go into the file.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn place(&mut self, text: &str) -> Result<(U32, U32), HeapFull> {
        if text.is_empty() {
            return Ok((U32::ZERO, U32::ZERO));
        }
        let len = u32::try_from(text.len()).map_err(|_| HeapFull)?;
        let next = u32::try_from(self.bytes.len()).map_err(|_| HeapFull)?;
        next.checked_add(len).ok_or(HeapFull)?;
        let bytes = &self.bytes;
        let there = |&(offset, len): &(u32, u32)| {
            let start = offset as usize;
            bytes.get(start..start + len as usize).unwrap_or_default()
        };
        let entry = self.places.entry(
            xxh3_64(text.as_bytes()),
            |place| there(place) == text.as_bytes(),
            |place| xxh3_64(there(place)),
        );
        match entry {
            Entry::Occupied(entry) => {
                let &(offset, len) = entry.get();
                Ok((offset.into(), len.into()))
            }
            Entry::Vacant(entry) => {
                entry.insert((next, len));
                self.bytes.extend_from_slice(text.as_bytes());
                Ok((next.into(), len.into()))
            }
        }
    }
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
    }
}
