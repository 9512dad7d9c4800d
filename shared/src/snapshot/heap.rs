//! §4 The two text heaps: one after another, UTF-8, no terminators; equal texts are stored once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use xxhash_rust::xxh3::xxh3_64;
use zerocopy::little_endian::U32;

use super::record::{StrRef, TextRef};

/// Collects texts for one heap.
///
/// Texts are found by a 64-bit hash and then compared, so that the texts themselves need not be kept twice.
#[derive(Debug, Default)]
pub struct Heap {
    bytes: Vec<u8>,
    /// Where each distinct text lies, by its hash. A catalog has millions: every byte of an entry counts.
    places: HashMap<u64, (u32, u32)>,
}

/// A heap that cannot be addressed with 32 bits.
#[derive(Debug, thiserror::Error)]
#[error("the texts of this shop exceed 4 GiB in one heap")]
pub struct HeapFull;

impl Heap {
    /// Adds a short text, or finds it if it is there already.
    ///
    /// # Errors
    /// The heap would exceed 4 GiB.
    pub fn string(&mut self, text: &str) -> Result<StrRef, HeapFull> {
        let (offset, len) = self.place(text)?;
        Ok(StrRef { offset, len })
    }

    /// Adds a long text, or finds it if it is there already.
    ///
    /// # Errors
    /// The heap would exceed 4 GiB.
    pub fn text(&mut self, text: &str) -> Result<TextRef, HeapFull> {
        let (offset, len) = self.place(text)?;
        Ok(TextRef { offset, len })
    }

    /// A text that was added before; empty for a reference of another heap.
    pub fn get(&self, at: StrRef) -> &str {
        let start = at.offset.get() as usize;
        let bytes = self
            .bytes
            .get(start..start.saturating_add(at.len.get() as usize));
        bytes
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .unwrap_or_default()
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
        match self.places.entry(xxh3_64(text.as_bytes())) {
            Entry::Vacant(entry) => {
                entry.insert((next, len));
            }
            Entry::Occupied(entry) => {
                let (offset, known) = *entry.get();
                let there = offset as usize..offset as usize + known as usize;
                if self.bytes.get(there) == Some(text.as_bytes()) {
                    return Ok((offset.into(), known.into()));
                }
                // Two texts with one hash: the later one is stored as often as it comes, which is harmless.
            }
        }
        self.bytes.extend_from_slice(text.as_bytes());
        Ok((next.into(), len.into()))
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
