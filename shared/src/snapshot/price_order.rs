//! §10 What follows for products from the prices of their variants: ranges, and the order from cheap to dear.

use super::layout::section;
use super::offers::Offers;
use super::price_lists::Prices;
use super::record::RowRef;

/// The prices of a product.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct ProductPrices {
    /// Lowest and highest price of its variants.
    pub(super) range: Option<(i64, i64)>,
    /// The price before of the cheapest variant.
    pub(super) compare_at: Option<i64>,
}

impl ProductPrices {
    /// Of the prices of its variants, in their order.
    pub(super) fn of(variants: impl Iterator<Item = Prices>) -> Self {
        let mut product = Self::default();
        for one in variants {
            let Some(price) = one.price else {
                continue;
            };
            product.range = Some(match product.range {
                Some((low, high)) if low <= price => (low, high.max(price)),
                other => {
                    product.compare_at = one.compare_at;
                    (price, other.map_or(price, |(_, high)| high.max(price)))
                }
            });
        }
        product
    }

    pub(super) fn lowest(&self) -> Option<i64> {
        self.range.map(|(low, _)| low)
    }

    pub(super) fn highest(&self) -> Option<i64> {
        self.range.map(|(_, high)| high)
    }
}

/// Where a product stands among others: by lowest price, those without one last, equal ones by row.
pub(super) fn key(lowest: Option<i64>, row: u32) -> (u64, u32) {
    let price = lowest.and_then(|price| u64::try_from(price).ok());
    (price.unwrap_or(u64::MAX), row)
}

/// Product rows from cheap to dear, of the lowest prices by row.
pub(super) fn order(lowest: impl Iterator<Item = Option<i64>>) -> Vec<u32> {
    let keys = (0..).zip(lowest).map(|(row, price)| key(price, row));
    let mut keys: Vec<_> = keys.collect();
    keys.sort_unstable();
    keys.into_iter().map(|(_, row)| row).collect()
}

/// The position of each row in an order.
pub(super) fn ranks(order: &[u32]) -> Vec<u32> {
    let mut ranks = vec![0; order.len()];
    for (rank, &row) in (0..).zip(order) {
        if let Some(place) = ranks.get_mut(row as usize) {
            *place = rank;
        }
    }
    ranks
}

/// Products that stand elsewhere in an order than they did, and how to find anything in it: as much memory as there are
/// such products, however many others there are.
#[derive(Clone, Debug, Default)]
pub(super) struct Moved {
    /// Ranks that they had, ascending.
    left: Vec<u32>,
    /// Rank and row of each, by rank.
    taken: Vec<(u32, u32)>,
}

impl Moved {
    /// `products` are (rank before, row, lowest price now); `before` counts the products that come before a key in
    /// the order as it was, of which `moved` have left.
    pub(super) fn new(
        products: &[(u32, u32, Option<i64>)],
        before: impl Fn((u64, u32)) -> u32,
    ) -> Self {
        let mut left: Vec<u32> = products.iter().map(|&(rank, ..)| rank).collect();
        left.sort_unstable();
        let mut keys: Vec<(u64, u32)> = products
            .iter()
            .map(|&(_, row, lowest)| key(lowest, row))
            .collect();
        keys.sort_unstable();
        let place = |(index, key): (u32, &(u64, u32))| {
            let ahead = before(*key);
            let gone = left.partition_point(|&rank| rank < ahead);
            (
                ahead.saturating_sub(small(gone)).saturating_add(index),
                key.1,
            )
        };
        let taken = (0..).zip(&keys).map(place).collect();
        Self { left, taken }
    }

    /// What stands at a rank: a row that moved, or the rank before of one that did not.
    pub(super) fn at(&self, rank: u32) -> Result<u32, u32> {
        let ahead = self.taken.partition_point(|&(taken, _)| taken < rank);
        if let Some(&(taken, row)) = self.taken.get(ahead)
            && taken == rank
        {
            return Ok(row);
        }
        let among_others = rank.saturating_sub(small(ahead));
        // Behind each rank that was left, others stand one further ahead.
        let (mut low, mut high) = (0, self.left.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let is_passed = self
                .left
                .get(middle)
                .is_some_and(|&left| left.saturating_sub(small(middle)) <= among_others);
            match is_passed {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        Err(among_others.saturating_add(small(low)))
    }

    /// The rank of a product that had `before` and did not move.
    pub(super) fn rank_of(&self, before: u32) -> u32 {
        let gone = self.left.partition_point(|&left| left < before);
        let among_others = before.saturating_sub(small(gone));
        let (mut low, mut high) = (0, self.taken.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let is_passed = self
                .taken
                .get(middle)
                .is_some_and(|&(taken, _)| taken.saturating_sub(small(middle)) <= among_others);
            match is_passed {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        among_others.saturating_add(small(low))
    }

    /// Rank and row of each that moved, by rank.
    pub(super) fn taken(&self) -> &[(u32, u32)] {
        &self.taken
    }
}

/// There are fewer products than 32 bits count.
fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Product rows from cheap to dear.
pub enum PriceOrder<'a> {
    /// As the part has them.
    Plain(std::slice::Iter<'a, RowRef<{ section::PRODUCT_OFFERS }>>),
    /// Looked up one by one.
    Sought(&'a Offers, std::ops::Range<u32>),
}

impl PriceOrder<'_> {
    fn sought(offers: &Offers, rank: u32) -> u32 {
        offers.at_rank(rank).unwrap_or(u32::MAX)
    }
}

impl Iterator for PriceOrder<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        match self {
            Self::Plain(rows) => rows.next().map(|row| row.0.get()),
            Self::Sought(offers, ranks) => ranks.next().map(|rank| Self::sought(offers, rank)),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Self::Plain(rows) => rows.size_hint(),
            Self::Sought(_, ranks) => ranks.size_hint(),
        }
    }
}

impl DoubleEndedIterator for PriceOrder<'_> {
    fn next_back(&mut self) -> Option<u32> {
        match self {
            Self::Plain(rows) => rows.next_back().map(|row| row.0.get()),
            Self::Sought(offers, ranks) => ranks.next_back().map(|rank| Self::sought(offers, rank)),
        }
    }
}

impl ExactSizeIterator for PriceOrder<'_> {}

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "a test may fail")]
mod tests {
    use super::*;

    fn below(state: &mut u64, bound: u64) -> u64 {
        *state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (*state >> 33) % bound
    }

    #[test]
    fn a_changed_order_is_the_one_that_sorting_anew_gives() {
        let mut state = 3;
        for round in 0..300 {
            let count = 1 + below(&mut state, 40);
            let price = |state: &mut u64| {
                let price = i64::try_from(below(state, 12)).unwrap();
                (price > 0).then_some(price)
            };
            let prices: Vec<_> = (0..count).map(|_| price(&mut state)).collect();
            let old = order(prices.iter().copied());
            let old_ranks = ranks(&old);
            let mut now = prices.clone();
            let mut moved = Vec::new();
            for row in 0..prices.len() {
                if below(&mut state, 3) == 0 {
                    now[row] = price(&mut state);
                    moved.push((old_ranks[row], u32::try_from(row).unwrap(), now[row]));
                }
            }
            let before = |key: (u64, u32)| {
                let rows = old
                    .iter()
                    .filter(|&&row| super::key(prices[row as usize], row) < key);
                u32::try_from(rows.count()).unwrap()
            };
            let changed = Moved::new(&moved, before);
            let expected = order(now.iter().copied());
            let found: Vec<u32> = (0..expected.len())
                .map(|rank| match changed.at(u32::try_from(rank).unwrap()) {
                    Ok(row) => row,
                    Err(before) => old[before as usize],
                })
                .collect();
            assert_eq!(found, expected, "round {round}");
            for (rank, row) in (0..).zip(&expected) {
                let own = changed.taken().iter().find(|(_, moved)| moved == row);
                let found = own.map_or_else(
                    || changed.rank_of(old_ranks[*row as usize]),
                    |&(rank, _)| rank,
                );
                assert_eq!(found, rank, "round {round}, row {row}");
            }
        }
    }

    #[test]
    fn a_product_costs_from_its_cheapest_to_its_dearest_variant() {
        let prices = |price, compare_at| Prices { price, compare_at };
        let variants = [
            prices(None, None),
            prices(Some(5), Some(9)),
            prices(Some(3), None),
            prices(Some(3), Some(4)),
            prices(Some(7), None),
        ];
        let product = ProductPrices::of(variants.into_iter());
        assert_eq!((product.range, product.compare_at), (Some((3, 7)), None));
        assert_eq!(ProductPrices::of([].into_iter()), ProductPrices::default());
    }
}
