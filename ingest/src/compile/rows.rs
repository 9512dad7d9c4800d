//! Rows found by a text that lies in the tables already.
//!
//! A catalog has millions of texts. A map of them would hold each once more; this holds eight bytes for each, and
//! whoever asks compares the text where it lies.

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

/// Row numbers by the texts they stand for.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// Half of the text's hash, and the row.
    table: HashTable<(u32, u32)>,
}

/// A text as it is looked for, on behalf of an owner: the same text of another owner is another entry.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sought(u32);

impl Sought {
    pub(super) fn text(text: &str) -> Self {
        Self::of(0, text)
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "half of a hash is as good as any other half"
    )]
    pub(super) fn of(owner: u32, text: &str) -> Self {
        let hash = xxh3_64(text.as_bytes()) ^ u64::from(owner).wrapping_mul(0xd6e8_feb8_6659_fd93);
        Self((hash >> 32) as u32 ^ hash as u32)
    }
}

impl Rows {
    /// The row for which `is` says that it has the text.
    pub(super) fn find(&self, sought: Sought, is: impl Fn(u32) -> bool) -> Option<u32> {
        let found = self
            .table
            .find(spread(sought.0), |&(half, row)| half == sought.0 && is(row));
        found.map(|&(_, row)| row)
    }

    /// Adds a row, which was looked for and not found.
    pub(super) fn add(&mut self, sought: Sought, row: u32) {
        self.table
            .insert_unique(spread(sought.0), (sought.0, row), |&(half, _)| spread(half));
    }
}

/// The table takes its buckets from the low bits and its tags from the high ones.
fn spread(half: u32) -> u64 {
    u64::from(half).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_by_owner_and_text() {
        let texts: Vec<String> = (0..10_000).map(|number| format!("text {number}")).collect();
        let mut rows = Rows::default();
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
