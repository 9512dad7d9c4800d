//! Randomness that is a function of its inputs.
//!
//! The same seed, topic and index always give the same rolls; topics are independent, so that a new question about
//! a product does not change the answers to the old ones.

/// A stream of pseudo-random rolls.
#[derive(Debug, Clone)]
pub struct Dice(u64);

/// Odd constant of the golden ratio, the usual increment of this generator family.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

impl Dice {
    /// The rolls that belong to one topic of one thing.
    pub fn new(seed: u64, topic: &str, index: u64) -> Self {
        let topic = topic.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(mix(seed ^ topic).wrapping_add(mix(index.wrapping_mul(GOLDEN) ^ topic)))
    }

    /// The next 64 bits.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// A number below `end`, which must not be zero.
    pub fn below(&mut self, end: u64) -> u64 {
        self.roll() % end.max(1)
    }

    /// An index into something of this length.
    pub fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(u64::try_from(len).unwrap_or(u64::MAX))).unwrap_or(0)
    }

    /// A whole number from `low` to `high`, both included.
    pub fn range(&mut self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.below(high.abs_diff(low) + 1)).unwrap_or(0)
    }

    /// True in this share of cases.
    pub fn percent(&mut self, share: u64) -> bool {
        self.below(100) < share
    }

    /// One of the items.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.index(items.len())]
    }

    /// One of the texts.
    pub fn word<'a>(&mut self, texts: &'a [String]) -> &'a str {
        &texts[self.index(texts.len())]
    }

    /// `count` different items in random order, fewer if there are not as many.
    pub fn several<'a, T>(&mut self, items: &'a [T], count: usize) -> Vec<&'a T> {
        let mut all: Vec<&T> = items.iter().collect();
        self.shuffle(&mut all);
        all.truncate(count);
        all
    }

    /// Puts the items in random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.index(last + 1));
        }
    }
}

/// The output function of splitmix64: every input bit reaches every output bit.
fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_question_gets_the_same_answer() {
        let rolls = |topic: &str, index| {
            let mut dice = Dice::new(7, topic, index);
            [dice.roll(), dice.roll(), dice.roll()]
        };
        assert_eq!(rolls("price", 3), rolls("price", 3));
        assert_ne!(rolls("price", 3), rolls("price", 4));
        assert_ne!(rolls("price", 3), rolls("name", 3));
    }

    #[test]
    fn several_items_are_different_ones() {
        let items = [1, 2, 3, 4, 5];
        let mut chosen = Dice::new(1, "several", 0).several(&items, 9);
        chosen.sort();
        assert_eq!(chosen, [&1, &2, &3, &4, &5]);
    }

    #[test]
    fn ranges_include_both_ends() {
        let mut dice = Dice::new(1, "range", 0);
        let rolls: Vec<i64> = (0..200).map(|_| dice.range(-2, 2)).collect();
        assert_eq!(
            (rolls.iter().min(), rolls.iter().max()),
            (Some(&-2), Some(&2))
        );
    }
}
