//! §12 What prices are at an instant, where some change by themselves.
//!
//! The part says what holds when it was made and what changes afterwards. For an instant, what has changed until then is
//! gathered once: the variants, their products, and where those stand in the price order. It takes memory for what
//! changed and for nothing else.

use std::collections::{BTreeMap, BTreeSet};

use super::catalog::Catalog;
use super::layout::section;
use super::offers::Offers;
use super::part::Part;
use super::past_prices::PastPrices;
use super::price_lists::{ListRows, PriceChangeRecord, Prices};
use super::price_order::{self, Moved, ProductPrices};

/// What has changed in one list until an instant.
#[derive(Debug)]
pub(super) struct Moment {
    /// Rows, prices and what was before, by row.
    variants: Vec<(u32, Prices, PastPrices)>,
    /// Rows and prices of their products, by row.
    products: Vec<(u32, ProductPrices)>,
    /// Where those stand in the order of prices.
    pub(super) moved: Moved,
    /// Ranks of products that moved, by row.
    ranks: Vec<(u32, u32)>,
}

/// The instants between which nothing changes: from the first up to, not including, the second.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// Unix seconds; the least number if nothing changed before.
    pub from: i64,
    /// Unix seconds; the largest number if nothing will change.
    pub until: i64,
}

impl Span {
    /// All of time.
    pub const ALWAYS: Self = Self {
        from: i64::MIN,
        until: i64::MAX,
    };

    /// The span around an instant, in which no list of a part changes.
    pub(super) fn around(part: &Part, now: i64) -> Self {
        let changes = part.rows::<PriceChangeRecord>(section::PRICE_CHANGES);
        let next = changes.partition_point(|change| change.at.get() <= now);
        let at = |row: u32| changes.get(row).map(|change| change.at.get());
        Self {
            from: next.checked_sub(1).and_then(at).unwrap_or(i64::MIN),
            until: at(next).unwrap_or(i64::MAX),
        }
    }

    /// Whether an instant is in it.
    pub fn contains(self, now: i64) -> bool {
        (self.from..self.until).contains(&now)
    }
}

impl Moment {
    /// What has changed in the list of `offers` when a span begins; `offers` are as the part has them.
    pub(super) fn new(offers: &Offers, catalog: &Catalog, span: Span) -> Self {
        let rows = ListRows::of(offers.part(), offers.list());
        let mut variants: BTreeMap<u32, (Prices, PastPrices)> = BTreeMap::new();
        for change in rows.changes(i64::MIN, span.from) {
            let Some(row) = change.variant.get() else {
                continue;
            };
            let (prices, past) = variants
                .entry(row)
                .or_insert_with(|| (offers.prices(row), offers.past_prices(row)));
            let after = Prices::read(change.price, change.compare_at);
            past.change(change.at.get(), *prices, after);
            *prices = after;
        }
        let of = |row: u32| match variants.get(&row) {
            Some((prices, _)) => *prices,
            None => offers.prices(row),
        };
        let owners = variants
            .keys()
            .filter_map(|&row| catalog.variant(row)?.product());
        let mut products = BTreeMap::new();
        for product in owners {
            products
                .entry(product.row)
                .or_insert_with(|| ProductPrices::of(product.variant_rows().map(of)));
        }
        let elsewhere: Vec<_> = products
            .iter()
            .filter(|(row, prices)| offers.product_prices(**row).lowest() != prices.lowest())
            .filter_map(|(&row, prices)| Some((offers.rank(row)?, row, prices.lowest())))
            .collect();
        let distinct: BTreeSet<u32> = elsewhere.iter().map(|&(rank, ..)| rank).collect();
        // Damaged orders are refused before they are served; here they only must not lead out of bounds.
        let moved = match distinct.len() == elsewhere.len() {
            true => Moved::new(&elsewhere, |key| offers.ranked_before(key)),
            false => Moved::default(),
        };
        let mut ranks: Vec<_> = moved
            .taken()
            .iter()
            .map(|&(rank, row)| (row, rank))
            .collect();
        ranks.sort_unstable();
        Self {
            variants: variants
                .into_iter()
                .map(|(row, (prices, past))| (row, prices, past))
                .collect(),
            products: products.into_iter().collect(),
            moved,
            ranks,
        }
    }

    /// What a variant costs now, if that has changed.
    pub(super) fn variant(&self, row: u32) -> Option<(Prices, &PastPrices)> {
        let place = self.variants.binary_search_by_key(&row, |one| one.0).ok()?;
        let (_, prices, past) = self.variants.get(place)?;
        Some((*prices, past))
    }

    /// What a product costs now, if that has changed.
    pub(super) fn product(&self, row: u32) -> Option<ProductPrices> {
        let place = self.products.binary_search_by_key(&row, |one| one.0).ok()?;
        self.products.get(place).map(|(_, prices)| *prices)
    }

    /// The rank of a product that had another one before.
    pub(super) fn rank(&self, row: u32, before: u32) -> u32 {
        match self.ranks.binary_search_by_key(&row, |one| one.0) {
            Ok(place) => self.ranks.get(place).map_or(before, |&(_, rank)| rank),
            Err(_) => self.moved.rank_of(before),
        }
    }
}

/// The rank that a key would have in an order whose keys are asked for by rank.
pub(super) fn rank_of_key(
    count: u32,
    key: (u64, u32),
    at: impl Fn(u32) -> Option<(Option<i64>, u32)>,
) -> u32 {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        let is_before = at(middle).is_some_and(|(lowest, row)| price_order::key(lowest, row) < key);
        match is_before {
            true => low = middle + 1,
            false => high = middle,
        }
    }
    low
}
