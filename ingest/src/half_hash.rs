//! Texts that are found where they lie.
//!
//! A large catalog has millions of texts. A map of them would hold each once more; this holds half a hash and a number
//! for each, and whoever asks compares the text where it lies.

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

/// Half of the hash of a text as it is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sought(u32);

impl Sought {
    pub(crate) fn text(text: &str) -> Self {
        Self::of(0, text)
    }

    /// On behalf of an owner: the same text of another owner is another entry.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "half of a hash is as good as any other half"
    )]
    pub(crate) fn of(owner: u32, text: &str) -> Self {
        let hash = xxh3_64(text.as_bytes()) ^ u64::from(owner).wrapping_mul(0xd6e8_feb8_6659_fd93);
        Self((hash >> 32) as u32 ^ hash as u32)
    }

    /// The table takes its buckets from the low bits and its tags from the high ones.
    fn spread(self) -> u64 {
        u64::from(self.0).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

/// Where texts lie: row numbers, or places in a file.
#[derive(Debug)]
pub(crate) struct Known<T> {
    table: HashTable<(Sought, T)>,
}

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self {
            table: HashTable::new(),
        }
    }
}

impl<T: Copy> Known<T> {
    /// The place for which `is` says that it has the text.
    pub(crate) fn find(&self, sought: Sought, is: impl Fn(T) -> bool) -> Option<T> {
        let found = self.table.find(sought.spread(), |&(known, place)| {
            known == sought && is(place)
        });
        found.map(|&(_, place)| place)
    }

    /// The places that may have the text.
    pub(crate) fn candidates(&self, sought: Sought) -> impl Iterator<Item = T> {
        let found = self.table.iter_hash(sought.spread());
        found
            .filter(move |(known, _)| *known == sought)
            .map(|&(_, place)| place)
    }

    /// All places, in no order.
    pub(crate) fn all(&self) -> impl Iterator<Item = T> {
        self.table.iter().map(|&(_, place)| place)
    }

    /// How many places there are.
    pub(crate) fn len(&self) -> usize {
        self.table.len()
    }

    /// Adds a place, whose text was looked for and not found.
    pub(crate) fn add(&mut self, sought: Sought, place: T) {
        self.table
            .insert_unique(sought.spread(), (sought, place), |(known, _)| {
                known.spread()
            });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_by_owner_and_text() {
        let texts: Vec<String> = (0..10_000).map(|number| format!("text {number}")).collect();
        let mut rows = Known::default();
        let is = |text: &'static str| move |row: u32| texts_has(row, text);
        fn texts_has(row: u32, text: &str) -> bool {
            format!("text {row}") == text
        }
        for (row, text) in (0..).zip(&texts) {
            let sought = Sought::of(7, text);
            assert_eq!(rows.find(sought, |row| texts_has(row, text)), None);
            rows.add(sought, row);
        }
        assert_eq!(
            rows.find(Sought::of(7, "text 4711"), is("text 4711")),
            Some(4711)
        );
        assert_eq!(rows.find(Sought::of(8, "text 4711"), is("text 4711")), None);
        assert_eq!(rows.find(Sought::of(7, "text -1"), is("text -1")), None);
    }
}
