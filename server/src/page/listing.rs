//! Which of many products a listing shows, and how many each further choice would leave.
//!
//! Values of one facet widen a list, different filters narrow it. Every count is exact: a value's count is what the
//! list would hold if the choice in its own facet were that value alone.
//!
//! Everything is a set of rows. A filter is a set, the list is what all sets have in common, and what fails one filter
//! only is found in the same pass. Counting goes through the smaller of a set and what is left out of it.

use std::ops::Range;

use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::row_set::RowSet;

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
    /// Only what is rated with so many stars or more, from 1 to 4.
    pub(crate) rating: Option<u8>,
}

/// What was found, and what else could be.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Products that pass every filter.
    pub(crate) rows: RowSet,
    /// How many they are.
    pub(crate) total: usize,
    /// How many there were to choose from.
    pub(crate) candidates: u32,
    /// By facet value: candidates that have it, whatever the filters.
    pub(crate) held: Vec<u32>,
    /// By facet value: products with it that pass all filters but those of its own facet.
    pub(crate) counts: Vec<u32>,
    /// Products that can be had now and pass every other filter.
    pub(crate) in_stock: u32,
    /// Products with one star or more, two or more, and so on to four, that pass every filter but that by rating.
    pub(crate) rated: [u32; 4],
    /// Lowest and highest price among products that pass every filter but the price.
    pub(crate) prices: Option<(i64, i64)>,
    /// By filter (facets as given, then price, stock and rating): how many more there are without it.
    pub(crate) relaxed: Vec<u32>,
}

/// One active filter: the products that pass it, and its place among all filters.
struct Active {
    place: usize,
    passing: RowSet,
    /// Candidates that pass every other filter, but not this one.
    near: RowSet,
}

impl Filters {
    fn price_place(&self) -> usize {
        self.facets.len()
    }

    fn stock_place(&self) -> usize {
        self.facets.len() + 1
    }

    fn rating_place(&self) -> usize {
        self.facets.len() + 2
    }

    fn active(&self, generation: &Generation) -> Vec<Active> {
        let rows = generation.catalog.product_count();
        let mut active = Vec::new();
        let mut add = |place, passing| {
            active.push(Active {
                place,
                passing,
                near: RowSet::none(rows),
            });
        };
        for (place, (_, chosen)) in self.facets.iter().enumerate() {
            let values = chosen
                .iter()
                .filter_map(|&value| generation.catalog.facet_value(value));
            add(
                place,
                RowSet::of(rows, values.flat_map(|value| value.products())),
            );
        }
        if self.price_min.is_some() || self.price_max.is_some() {
            add(self.price_place(), self.priced(generation));
        }
        if self.in_stock {
            add(self.stock_place(), generation.offers.in_stock().clone());
        }
        if let Some(stars) = self.rating {
            let rated = generation.catalog.rated();
            let good = rated.get(usize::from(stars).wrapping_sub(1));
            let good = good.cloned();
            add(
                self.rating_place(),
                good.unwrap_or_else(|| RowSet::none(rows)),
            );
        }
        active
    }

    /// Products whose price fits: a run of the price order, or all but what is left of it.
    fn priced(&self, generation: &Generation) -> RowSet {
        let rows = generation.catalog.product_count();
        let ranks = generation
            .offers
            .price_ranks(self.price_min, self.price_max);
        if ranks.len() as u64 * 2 < u64::from(rows) {
            return RowSet::of(rows, generation.offers.at_price_ranks(ranks));
        }
        let mut priced = RowSet::all(rows);
        for rest in [0..ranks.start, ranks.end..rows] {
            for row in generation.offers.at_price_ranks(rest) {
                priced.remove(row);
            }
        }
        priced
    }
}

/// Applies the filters to the candidates and counts what each choice would leave.
pub(crate) fn select(generation: &Generation, candidates: &RowSet, filters: &Filters) -> Found {
    let rows = generation.catalog.product_count();
    let mut active = filters.active(generation);
    let mut found = Found {
        candidates: candidates.len(),
        held: held(generation, candidates),
        relaxed: vec![0; filters.facets.len() + 3],
        rows: split(rows, candidates, &mut active),
        ..Found::default()
    };
    found.total = found.rows.len() as usize;
    found.in_stock = found.rows.len_with(generation.offers.in_stock());
    found.counts = if active.is_empty() {
        found.held.clone()
    } else {
        counts_within(generation, (candidates, &found.held), &found.rows)
    };
    let (mut any_price, mut any_rating) = (None, None);
    for filter in &active {
        if let Some(more) = found.relaxed.get_mut(filter.place) {
            *more = filter.near.len();
        }
        // What fails one facet only counts for that facet's other values.
        if let Some((values, _)) = filters.facets.get(filter.place) {
            add_counts(generation, &mut found.counts, values.clone(), &filter.near);
        }
        if filter.place == filters.price_place() {
            let mut any = found.rows.clone();
            any.add(&filter.near);
            any_price = Some(any);
        }
        if filter.place == filters.rating_place() {
            let mut any = found.rows.clone();
            any.add(&filter.near);
            any_rating = Some(any);
        }
    }
    found.rated = rated(generation, any_rating.as_ref().unwrap_or(&found.rows));
    found.prices = price_range(generation, any_price.as_ref().unwrap_or(&found.rows));
    found
}

/// How many products have one star or more, two or more, three or more, and four or more.
fn rated(generation: &Generation, products: &RowSet) -> [u32; 4] {
    let rated = generation.catalog.rated();
    rated.each_ref().map(|good| good.len_with(products))
}

/// Candidates that pass every filter; those that fail one only are near it.
fn split(rows: u32, candidates: &RowSet, active: &mut [Active]) -> RowSet {
    let mut passing = RowSet::none(rows);
    for (at, &word) in candidates.words().iter().enumerate() {
        if word == 0 {
            continue;
        }
        let (mut once, mut twice) = (0, 0);
        for filter in active.iter() {
            let fails = word & !filter.passing.words().get(at).copied().unwrap_or(0);
            twice |= once & fails;
            once |= fails;
        }
        passing.add_word(at, word & !once);
        let single = once & !twice;
        if single == 0 {
            continue;
        }
        for filter in active.iter_mut() {
            let only = single & !filter.passing.words().get(at).copied().unwrap_or(0);
            filter.near.add_word(at, only);
        }
    }
    passing
}

/// By facet value: how many of the products have it.
pub(crate) fn held(generation: &Generation, products: &RowSet) -> Vec<u32> {
    let values = generation.catalog.facet_value_count();
    if products.len() <= products.rows() / 2 {
        return tally(generation, products);
    }
    let all = (0..values).map(|value| {
        let value = generation.catalog.facet_value(value);
        value.map_or(0, |value| {
            u32::try_from(value.products().len()).unwrap_or(u32::MAX)
        })
    });
    counts_within(
        generation,
        (&RowSet::all(products.rows()), &all.collect::<Vec<_>>()),
        products,
    )
}

/// Counts of a set that lies in another one, whose counts are known.
fn counts_within(
    generation: &Generation,
    (outer, outer_counts): (&RowSet, &[u32]),
    inner: &RowSet,
) -> Vec<u32> {
    if inner.len() <= outer.len() / 2 {
        return tally(generation, inner);
    }
    let mut rest = outer.clone();
    rest.take_out(inner);
    let mut counts = tally(generation, &rest);
    for (count, outer) in counts.iter_mut().zip(outer_counts) {
        *count = outer.saturating_sub(*count);
    }
    counts
}

fn tally(generation: &Generation, products: &RowSet) -> Vec<u32> {
    let values = generation.catalog.facet_value_count();
    let mut counts = vec![0; values as usize];
    let facets = generation.catalog.product_facets();
    facets.tally(products, &(0..values), &mut counts);
    counts
}

/// Adds the products of a set to the counts of some values: by product, or by value where those have fewer products.
fn add_counts(generation: &Generation, counts: &mut [u32], values: Range<u32>, products: &RowSet) {
    let of_values = || {
        let values = values.clone();
        values.filter_map(|value| generation.catalog.facet_value(value))
    };
    let by_value: usize = of_values().map(|value| value.products().len()).sum();
    if by_value / VALUES_A_PRODUCT < products.len() as usize {
        for value in of_values() {
            let more = value.products().filter(|&row| products.contains(row));
            if let Some(count) = counts.get_mut(value.row as usize) {
                *count += u32::try_from(more.count()).unwrap_or(u32::MAX);
            }
        }
        return;
    }
    let facets = generation.catalog.product_facets();
    facets.tally(products, &values, counts);
}

/// Looking at a product's offer costs about as much as this many steps along the price order.
const PATIENCE: usize = 4;
/// Looking at a product's values costs about as much as asking this many times whether a product is in a set.
const VALUES_A_PRODUCT: usize = 8;

/// Lowest and highest price of the products: the first of them from either end of the price order, or, where those
/// are far to seek, by looking at each.
fn price_range(generation: &Generation, products: &RowSet) -> Option<(i64, i64)> {
    let offers = &generation.offers;
    let patience = products.len() as usize * PATIENCE;
    let price = |row: u32| offers.product(row).prices.map(|(low, _)| low);
    let ranks = offers.price_ranks(None, None);
    let is_in = |&row: &u32| products.contains(row);
    let low = offers
        .at_price_ranks(ranks.clone())
        .take(patience)
        .find(is_in);
    let high = offers
        .at_price_ranks(ranks)
        .rev()
        .take(patience)
        .find(is_in);
    if let (Some(low), Some(high)) = (low, high) {
        return price(low).zip(price(high));
    }
    let mut prices = products.iter().filter_map(price);
    let first = prices.next()?;
    Some(prices.fold((first, first), |(low, high), price| {
        (low.min(price), high.max(price))
    }))
}
