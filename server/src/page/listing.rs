//! Which of many products a listing shows, in what order, and how many each further choice would leave.
//!
//! Values of one facet widen a list, different filters narrow it. Every count is exact: a value's count is what the
//! list would hold if the choice in its own facet were that value alone. One pass over the candidates does it all.

use std::ops::Range;

use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::offers::Availability;

use crate::route::Sort;

/// What a listing must know of products.
pub(crate) trait Facts {
    /// Rows of the facet values a product has.
    fn values(&self, product: u32) -> impl Iterator<Item = u32>;
    /// How many facet values there are in all.
    fn value_count(&self) -> u32;
    /// Its lowest price in minor units.
    fn price(&self, product: u32) -> Option<i64>;
    /// Whether it can be had now.
    fn in_stock(&self, product: u32) -> bool;
}

/// What was asked for, in terms of rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filters {
    /// For each facet with a choice: the rows of all its values, and those chosen.
    pub(crate) facets: Vec<(Range<u32>, Vec<u32>)>,
    /// Lowest and highest price, in minor units.
    pub(crate) price_min: Option<i64>,
    pub(crate) price_max: Option<i64>,
    /// Only what can be had now.
    pub(crate) in_stock: bool,
}

/// What was found, and what else could be.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Products that pass every filter, in the candidates' order.
    pub(crate) rows: Vec<u32>,
    /// Candidates looked at.
    pub(crate) candidates: u32,
    /// By facet value: candidates that have it, whatever the filters.
    pub(crate) held: Vec<u32>,
    /// By facet value: products with it that pass all filters but those of its own facet.
    pub(crate) counts: Vec<u32>,
    /// Products that can be had now and pass every other filter.
    pub(crate) in_stock: u32,
    /// Lowest and highest price among products that pass every filter but the price.
    pub(crate) prices: Option<(i64, i64)>,
    /// By filter (facets as given, then price, then stock): how many more there are without it.
    pub(crate) relaxed: Vec<u32>,
}

impl Filters {
    fn price_bit(&self) -> usize {
        self.facets.len()
    }

    fn stock_bit(&self) -> usize {
        self.facets.len() + 1
    }

    /// One bit for each filter that is active.
    fn required(&self) -> u64 {
        let facets = (1_u64 << self.facets.len().min(62)) - 1;
        let price =
            u64::from(self.price_min.is_some() || self.price_max.is_some()) << self.price_bit();
        facets | price | u64::from(self.in_stock) << self.stock_bit()
    }

    fn price_fits(&self, price: Option<i64>) -> bool {
        price.is_some_and(|price| {
            self.price_min.is_none_or(|min| price >= min)
                && self.price_max.is_none_or(|max| price <= max)
        })
    }
}

/// Marks a facet value that no filter asks for.
const UNASKED: u8 = u8::MAX;

/// Goes through the candidates once. At most 60 facets may be chosen from; `Listing` allows fewer.
pub(crate) fn select(
    facts: &impl Facts,
    candidates: impl Iterator<Item = u32>,
    filters: &Filters,
) -> Found {
    let values = facts.value_count() as usize;
    let required = filters.required();
    let (price_bit, stock_bit) = (1_u64 << filters.price_bit(), 1_u64 << filters.stock_bit());
    let mut asked = vec![UNASKED; if filters.facets.is_empty() { 0 } else { values }];
    for (bit, (_, chosen)) in (0_u8..).zip(&filters.facets) {
        for &value in chosen {
            if let Some(slot) = asked.get_mut(value as usize) {
                *slot = bit;
            }
        }
    }
    let mut found = Found {
        held: vec![0; values],
        counts: vec![0; values],
        relaxed: vec![0; filters.facets.len() + 2],
        ..Found::default()
    };
    for row in candidates {
        found.candidates += 1;
        let (price, available) = (facts.price(row), facts.in_stock(row));
        let mut missing = required;
        if filters.price_fits(price) {
            missing &= !price_bit;
        }
        if available {
            missing &= !stock_bit;
        }
        for value in facts.values(row) {
            bump(&mut found.held, value);
            if let Some(&bit) = asked.get(value as usize)
                && bit != UNASKED
            {
                missing &= !(1 << bit);
            }
        }
        found.count(facts, filters, row, missing);
        if available && missing & !stock_bit == 0 {
            found.in_stock += 1;
        }
        if let Some(price) = price
            && missing & !price_bit == 0
        {
            let (low, high) = found.prices.unwrap_or((price, price));
            found.prices = Some((low.min(price), high.max(price)));
        }
    }
    found
}

impl Found {
    /// Books one candidate that fails the filters in `missing`.
    fn count(&mut self, facts: &impl Facts, filters: &Filters, row: u32, missing: u64) {
        match missing.count_ones() {
            0 => {
                self.rows.push(row);
                for value in facts.values(row) {
                    bump(&mut self.counts, value);
                }
            }
            // It fails one filter only: it would be there without it, and counts for the other values of that facet.
            1 => {
                let bit = missing.trailing_zeros() as usize;
                if let Some(more) = self.relaxed.get_mut(bit) {
                    *more += 1;
                }
                if let Some((facet, _)) = filters.facets.get(bit) {
                    for value in facts.values(row).filter(|value| facet.contains(value)) {
                        bump(&mut self.counts, value);
                    }
                }
            }
            _ => {}
        }
    }
}

fn bump(counts: &mut [u32], value: u32) {
    if let Some(count) = counts.get_mut(value as usize) {
        *count += 1;
    }
}

/// Puts the first `end` rows in order; those after them stay in any order.
///
/// `default` is the order the rows came in, and stays for a sort that has no key.
pub(crate) fn order(generation: &Generation, rows: &mut [u32], sort: Sort, end: usize) {
    let offers = &generation.offers;
    let ranks = generation.catalog.ranks();
    let last = u32::MAX;
    match sort {
        Sort::Relevance => {}
        Sort::Featured => first_by(rows, end, |row| {
            ranks.get(row).map_or(last, |rank| rank.featured.get())
        }),
        Sort::Name => first_by(rows, end, |row| {
            ranks.get(row).map_or(last, |rank| rank.name.get())
        }),
        Sort::Newest => first_by(rows, end, |row| {
            ranks.get(row).map_or(last, |rank| rank.newest.get())
        }),
        Sort::PriceAsc => first_by(rows, end, |row| offers.product(row).price_rank),
        Sort::PriceDesc => first_by(rows, end, |row| {
            let offer = offers.product(row);
            // What has no price stays last in either direction.
            (offer.prices.is_none(), last - offer.price_rank)
        }),
    }
}

/// Sorts only as much as is shown.
pub(crate) fn first_by<T: Copy, K: Ord>(rows: &mut [T], end: usize, key: impl Fn(T) -> K) {
    let end = end.min(rows.len());
    if end == 0 {
        return;
    }
    if end < rows.len() {
        rows.select_nth_unstable_by_key(end - 1, |&row| key(row));
    }
    if let Some(shown) = rows.get_mut(..end) {
        shown.sort_unstable_by_key(|&row| key(row));
    }
}

impl Facts for Generation {
    fn values(&self, product: u32) -> impl Iterator<Item = u32> {
        self.catalog
            .product(product)
            .into_iter()
            .flat_map(|product| product.facet_values())
    }

    fn value_count(&self) -> u32 {
        self.catalog.facet_value_count()
    }

    fn price(&self, product: u32) -> Option<i64> {
        self.offers.product(product).prices.map(|(low, _)| low)
    }

    fn in_stock(&self, product: u32) -> bool {
        self.offers.product(product).availability <= Availability::NotStated
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Products as (values, price, in stock). Values 0..3 are colours, 3..5 are sizes.
    struct Shop(Vec<(Vec<u32>, Option<i64>, bool)>);

    impl Facts for Shop {
        fn values(&self, product: u32) -> impl Iterator<Item = u32> {
            self.0[product as usize].0.iter().copied()
        }
        fn value_count(&self) -> u32 {
            5
        }
        fn price(&self, product: u32) -> Option<i64> {
            self.0[product as usize].1
        }
        fn in_stock(&self, product: u32) -> bool {
            self.0[product as usize].2
        }
    }

    fn shop() -> Shop {
        Shop(vec![
            (vec![0, 3], Some(100), true),
            (vec![0, 4], Some(200), true),
            (vec![1, 3], Some(300), false),
            (vec![1, 2, 3], Some(400), true),
            (vec![2], None, true),
        ])
    }

    /// Counting the slow way: apply every filter but the value's own facet, then ask for the value.
    fn expected_count(shop: &Shop, filters: &Filters, value: u32) -> u32 {
        let mut others = filters.clone();
        others.facets.retain(|(facet, _)| !facet.contains(&value));
        let facet = if value < 3 { 0..3 } else { 3..5 };
        others.facets.push((facet, vec![value]));
        let rows = 0..u32::try_from(shop.0.len()).unwrap();
        u32::try_from(rows.filter(|&row| passes(shop, &others, row)).count()).unwrap()
    }

    fn passes(shop: &Shop, filters: &Filters, row: u32) -> bool {
        let (values, price, available) = &shop.0[row as usize];
        let priced = filters.price_min.is_none() && filters.price_max.is_none()
            || filters.price_fits(*price);
        priced
            && (*available || !filters.in_stock)
            && filters
                .facets
                .iter()
                .all(|(_, chosen)| chosen.iter().any(|value| values.contains(value)))
    }

    #[test]
    fn counts_are_what_each_choice_would_leave() {
        let colours: [&[u32]; 4] = [&[], &[0], &[1], &[0, 2]];
        let sizes: [&[u32]; 3] = [&[], &[3], &[3, 4]];
        let prices = [
            (None, None),
            (Some(150), None),
            (None, Some(300)),
            (Some(150), Some(350)),
        ];
        for colour in colours {
            for size in sizes {
                for (price_min, price_max) in prices {
                    for in_stock in [false, true] {
                        let mut filters = Filters {
                            price_min,
                            price_max,
                            in_stock,
                            ..Filters::default()
                        };
                        for (facet, chosen) in [(0..3, colour), (3..5, size)] {
                            if !chosen.is_empty() {
                                filters.facets.push((facet, chosen.to_vec()));
                            }
                        }
                        check(&filters);
                    }
                }
            }
        }
    }

    fn check(filters: &Filters) {
        let shop = shop();
        let found = select(&shop, 0..5, filters);
        let rows: Vec<u32> = (0..5).filter(|&row| passes(&shop, filters, row)).collect();
        assert_eq!(found.rows, rows, "{filters:?}");
        let counts: Vec<u32> = (0..5)
            .map(|value| expected_count(&shop, filters, value))
            .collect();
        assert_eq!(found.counts, counts, "{filters:?}");
        assert_eq!(found.held, [2, 2, 2, 3, 1]);
        let mut stocked = filters.clone();
        stocked.in_stock = true;
        let in_stock = (0..5).filter(|&row| passes(&shop, &stocked, row)).count();
        assert_eq!(found.in_stock as usize, in_stock, "{filters:?}");
        for (index, &more) in found.relaxed.iter().enumerate() {
            let mut without = filters.clone();
            match index.checked_sub(filters.facets.len()) {
                None => drop(without.facets.remove(index)),
                Some(0) => (without.price_min, without.price_max) = (None, None),
                Some(_) => without.in_stock = false,
            }
            let wider = (0..5).filter(|&row| passes(&shop, &without, row)).count();
            assert_eq!(
                rows.len() + more as usize,
                wider,
                "{filters:?} without {index}"
            );
        }
    }

    #[test]
    fn only_what_is_shown_is_sorted() {
        let mut rows = vec![5, 3, 9, 1, 7];
        first_by(&mut rows, 2, |row| row);
        assert_eq!(rows[..2], [1, 3]);
        first_by(&mut rows, 100, std::cmp::Reverse);
        assert_eq!(rows, [9, 7, 5, 3, 1]);
        first_by(&mut Vec::<u32>::new(), 3, |row| row);
    }
}
