//! Sets of rows as bits: what filters, lists and searches are made of while a request is answered.
//!
//! A set knows how many rows there are; a row beyond that is in no set, whatever a file says.

/// Some of the rows of a section.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct RowSet {
    /// One bit a row; bits beyond the last row are never set.
    words: Vec<u64>,
    rows: u32,
}

/// Rows in a word.
const BITS: u32 = u64::BITS;

impl RowSet {
    /// None of `rows` rows.
    pub fn none(rows: u32) -> Self {
        Self {
            words: vec![0; rows.div_ceil(BITS) as usize],
            rows,
        }
    }

    /// All of `rows` rows.
    pub fn all(rows: u32) -> Self {
        let mut set = Self {
            words: vec![u64::MAX; rows.div_ceil(BITS) as usize],
            rows,
        };
        set.cut();
        set
    }

    /// These of `rows` rows.
    pub fn of(rows: u32, members: impl Iterator<Item = u32>) -> Self {
        let mut set = Self::none(rows);
        members.for_each(|row| set.insert(row));
        set
    }

    /// How many rows there are, in the set or not.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// How many rows are in the set.
    pub fn len(&self) -> u32 {
        self.words.iter().map(|word| word.count_ones()).sum()
    }

    /// Whether no row is in the set.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    /// Whether a row is in the set.
    #[inline]
    pub fn contains(&self, row: u32) -> bool {
        self.words
            .get((row / BITS) as usize)
            .is_some_and(|word| word >> (row % BITS) & 1 == 1)
    }

    /// Puts a row in; one that does not exist is left out.
    #[inline]
    pub fn insert(&mut self, row: u32) {
        if row < self.rows
            && let Some(word) = self.words.get_mut((row / BITS) as usize)
        {
            *word |= 1 << (row % BITS);
        }
    }

    /// Takes a row out.
    #[inline]
    pub fn remove(&mut self, row: u32) {
        if let Some(word) = self.words.get_mut((row / BITS) as usize) {
            *word &= !(1 << (row % BITS));
        }
    }

    /// Keeps only what is in the other set, too.
    pub fn keep(&mut self, other: &Self) {
        let others = other.words.iter().copied().chain(std::iter::repeat(0));
        for (word, other) in self.words.iter_mut().zip(others) {
            *word &= other;
        }
    }

    /// Takes out what is in the other set.
    pub fn take_out(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= !other;
        }
    }

    /// Puts in what is in the other set.
    pub fn add(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word |= other;
        }
        self.cut();
    }

    /// How many rows are in both sets.
    pub fn len_with(&self, other: &Self) -> u32 {
        let both = self.words.iter().zip(&other.words);
        both.map(|(one, other)| (one & other).count_ones()).sum()
    }

    /// The rows of the set, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> + Clone + '_ {
        let starts = (0..self.rows).step_by(BITS as usize);
        starts
            .zip(&self.words)
            .flat_map(|(start, &word)| Members { start, word })
    }

    /// The bits, 64 rows a word.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// Puts in all rows of a word's bits at once; `at` is the word's position.
    pub fn add_word(&mut self, at: usize, word: u64) {
        let last = self.words.len().saturating_sub(1);
        if let Some(own) = self.words.get_mut(at) {
            *own |= word;
        }
        if at == last {
            self.cut();
        }
    }

    /// Clears the bits beyond the last row.
    fn cut(&mut self) {
        let used = self.rows % BITS;
        if used > 0
            && let Some(last) = self.words.last_mut()
        {
            *last &= (1 << used) - 1;
        }
    }
}

#[derive(Clone)]
struct Members {
    start: u32,
    word: u64,
}

impl Iterator for Members {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        if self.word == 0 {
            return None;
        }
        let bit = self.word.trailing_zeros();
        self.word &= self.word - 1;
        Some(self.start + bit)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Every operation against a set of numbers, at sizes around a word's.
    #[test]
    fn sets_are_sets() {
        for rows in [0, 1, 63, 64, 65, 200] {
            let evens: BTreeSet<u32> = (0..rows).filter(|row| row % 2 == 0).collect();
            let thirds: BTreeSet<u32> = (0..rows).filter(|row| row % 3 == 0).collect();
            let set = |members: &BTreeSet<u32>| RowSet::of(rows, members.iter().copied());
            let check = |set: &RowSet, expected: BTreeSet<u32>| {
                assert_eq!(set.iter().collect::<BTreeSet<_>>(), expected);
                assert_eq!(set.len() as usize, expected.len());
                assert_eq!(set.is_empty(), expected.is_empty());
                assert!((0..rows + 70).all(|row| set.contains(row) == expected.contains(&row)));
            };
            check(&set(&evens), evens.clone());
            check(&RowSet::all(rows), (0..rows).collect());
            let mut both = set(&evens);
            both.keep(&set(&thirds));
            check(&both, &evens & &thirds);
            assert_eq!(set(&evens).len_with(&set(&thirds)), both.len());
            let mut either = set(&evens);
            either.add(&set(&thirds));
            check(&either, &evens | &thirds);
            let mut rest = set(&evens);
            rest.take_out(&set(&thirds));
            check(&rest, &evens - &thirds);
            rest.add_word(0, u64::MAX);
            assert!((0..rows.min(64)).all(|row| rest.contains(row)));
        }
    }

    #[test]
    fn rows_that_do_not_exist_are_in_no_set() {
        let mut set = RowSet::of(65, [64, 65, 127, 128, u32::MAX].into_iter());
        assert_eq!(set.iter().collect::<Vec<_>>(), [64]);
        set.add_word(1, u64::MAX);
        set.add(&RowSet::all(500));
        set.remove(u32::MAX);
        assert_eq!(set.len(), 65);
        let mut larger = RowSet::all(500);
        larger.keep(&RowSet::all(3));
        assert_eq!(larger.len(), 3);
    }
}
