//! Lists of random shops against counting the slow way: apply every filter to every product, one at a time.

use std::collections::BTreeSet;

use frontage_shared::snapshot::row_set::RowSet;

use super::listing::{Filters, Found, select};
use super::market::{Dice, Item, Market};
use super::order;
use crate::route::Sort;

fn fits(filters: &Filters, item: &Item) -> bool {
    let asked = filters.price_min.is_some() || filters.price_max.is_some();
    let priced = item.price.map_or(!asked, |price| {
        filters.price_min.is_none_or(|min| price >= min)
            && filters.price_max.is_none_or(|max| price <= max)
    });
    let mut facets = filters.facets.iter();
    priced
        && (item.in_stock || !filters.in_stock)
        && filters
            .rating
            .is_none_or(|stars| item.average >= Some(100 * u32::from(stars)))
        && facets.all(|(_, chosen)| chosen.iter().any(|value| item.values.contains(value)))
}

fn random_filters(dice: &mut Dice, market: &Market) -> Filters {
    let mut filters = Filters::default();
    for facet in &market.facets {
        if dice.percent(35) {
            let size = u32::try_from(facet.len()).unwrap();
            let chosen: BTreeSet<u32> = (0..1 + dice.below(3))
                .map(|_| facet.start + dice.below(size))
                .collect();
            filters
                .facets
                .push((facet.clone(), chosen.into_iter().collect()));
        }
    }
    let mut bound = || dice.percent(25).then(|| i64::from(dice.below(6_000)));
    (filters.price_min, filters.price_max) = (bound(), bound());
    filters.in_stock = dice.percent(30);
    filters.rating = dice
        .percent(25)
        .then(|| 1 + u8::try_from(dice.below(4)).unwrap());
    filters
}

/// The candidates that these filters leave.
fn left(market: &Market, candidates: &[u32], filters: &Filters) -> BTreeSet<u32> {
    let rows = candidates.iter().copied();
    rows.filter(|&row| fits(filters, &market.items[row as usize]))
        .collect()
}

#[test]
fn lists_and_counts_are_those_of_the_slow_way() {
    for (seed, products) in (0..).zip([1, 2, 63, 64, 65, 200, 700, 3_000]) {
        let market = Market::random(seed, products);
        let generation = market.generation();
        let mut dice = Dice(seed + 77);
        for _ in 0..40 {
            let filters = random_filters(&mut dice, &market);
            let candidates = match dice.below(3) {
                0 => market.listed.clone(),
                1 => (0..products).filter(|_| dice.percent(10)).collect(),
                _ => (0..products).collect(),
            };
            let set = RowSet::of(products, candidates.iter().copied());
            let found = select(&generation, &set, &filters);
            check_counts(&market, &candidates, &filters, &found);
            check_order(&market, &generation, &found, &mut dice);
        }
    }
}

fn check_counts(market: &Market, candidates: &[u32], filters: &Filters, found: &Found) {
    let rows = left(market, candidates, filters);
    let has = |row: u32, value: u32| market.items[row as usize].values.contains(&value);
    let count = |rows: &BTreeSet<u32>, value| rows.iter().filter(|&&row| has(row, value)).count();
    assert_eq!(found.rows.iter().collect::<BTreeSet<_>>(), rows);
    assert_eq!(
        (found.total, found.candidates as usize),
        (rows.len(), candidates.len())
    );
    for facet in &market.facets {
        let mut others = filters.clone();
        others.facets.retain(|(values, _)| values != facet);
        let wider = left(market, candidates, &others);
        let all = candidates.iter().copied().collect();
        for value in facet.clone() {
            let at = value as usize;
            assert_eq!(found.held[at] as usize, count(&all, value), "held {value}");
            assert_eq!(
                found.counts[at] as usize,
                count(&wider, value),
                "{filters:?} {value}"
            );
        }
    }
    let mut stocked = filters.clone();
    stocked.in_stock = true;
    assert_eq!(
        found.in_stock as usize,
        left(market, candidates, &stocked).len()
    );
    for (stars, &count) in (1..).zip(&found.rated) {
        let mut rated = filters.clone();
        rated.rating = Some(stars);
        let expected = left(market, candidates, &rated).len();
        assert_eq!(count as usize, expected, "{filters:?} {stars} stars");
    }
    let mut any_price = filters.clone();
    (any_price.price_min, any_price.price_max) = (None, None);
    let prices = left(market, candidates, &any_price);
    let prices: BTreeSet<i64> = prices
        .iter()
        .filter_map(|&row| market.items[row as usize].price)
        .collect();
    let range = prices.first().copied().zip(prices.last().copied());
    assert_eq!(found.prices, range, "{filters:?}");
    for (place, &more) in found.relaxed.iter().enumerate() {
        let mut without = filters.clone();
        match place.checked_sub(filters.facets.len()) {
            None => drop(without.facets.remove(place)),
            Some(0) => (without.price_min, without.price_max) = (None, None),
            Some(1) => without.in_stock = false,
            Some(_) => without.rating = None,
        }
        let wider = left(market, candidates, &without).len();
        assert_eq!(
            rows.len() + more as usize,
            wider,
            "{filters:?} without {place}"
        );
    }
}

/// All pages, one after another, are the whole list in order: nothing twice, nothing left out.
fn check_order(
    market: &Market,
    generation: &frontage_shared::snapshot::Generation,
    found: &Found,
    dice: &mut Dice,
) {
    let sort = Sort::ALL[1 + dice.below(5) as usize];
    let mut expected: Vec<u32> = found.rows.iter().collect();
    expected.sort_by_key(|&row| {
        let item = &market.items[row as usize];
        let price = item.price.map_or(i64::MAX, |price| match sort {
            Sort::PriceDesc => -price,
            _ => price,
        });
        // Among equal prices the order turns round with the direction, but not among products without a price.
        let turned = sort == Sort::PriceDesc && item.price.is_some();
        match sort {
            Sort::PriceAsc | Sort::PriceDesc => (price, if turned { u32::MAX - row } else { row }),
            Sort::Name => (0, item.ranks[0]),
            Sort::Newest => (0, item.ranks[1]),
            _ => (0, item.ranks[2]),
        }
    });
    let mut pages = Vec::new();
    for start in (0..found.total).step_by(24) {
        pages.extend(order::by_sort(
            generation,
            generation.catalog.name_ranks(),
            found,
            sort,
            start..start + 24,
        ));
    }
    assert_eq!(pages, expected, "{sort:?}");
}

#[test]
fn a_list_in_its_own_order_has_each_product_once() {
    let market = Market::random(5, 500);
    let kept = RowSet::of(500, (0..500).filter(|row| row % 3 == 0));
    let expected: Vec<u32> = market
        .listed
        .iter()
        .copied()
        .filter(|row| row % 3 == 0)
        .collect();
    let mut pages = Vec::new();
    for start in (0..expected.len()).step_by(24) {
        pages.extend(order::listed(
            market.listed.iter().copied(),
            &kept,
            start..start + 24,
        ));
    }
    assert_eq!(pages, expected);
}

/// Best first, equal ones in the merchant's order; pages are cut from that, whatever filters left.
#[test]
fn pages_of_a_search_are_cut_from_one_order() {
    for (seed, products) in [(3, 70), (4, 2_500), (5, 6_000)] {
        let market = Market::random(seed, products);
        let generation = market.generation();
        let mut dice = Dice(seed);
        for query in [
            "lamp",
            "oak brass",
            "blue ta",
            "for",
            "sku",
            "lapm every",
            "sku-17",
        ] {
            let hits = generation.catalog.search(query).unwrap();
            let found = select(&generation, &hits.rows, &random_filters(&mut dice, &market));
            let mut expected: Vec<u32> = found.rows.iter().collect();
            expected.sort_by_key(|&row| {
                let rank = market.items[row as usize].ranks[2];
                (std::cmp::Reverse(hits.score(row)), rank)
            });
            for size in [24, 1_000] {
                let mut pages = Vec::new();
                for start in (0..found.total).step_by(size) {
                    let range = start..start + size;
                    pages.extend(order::by_relevance(
                        &generation,
                        &hits,
                        &found.rows,
                        found.total,
                        range,
                    ));
                }
                assert_eq!(pages, expected, "{query}");
            }
        }
    }
}

/// What is found against reading every name: all words, the last one as a beginning, too.
#[test]
fn a_search_finds_what_reading_every_name_finds() {
    let market = Market::random(9, 1_500);
    let generation = market.generation();
    for query in [
        "lamp",
        "oak brass",
        "blue ta",
        "la",
        "lamp kite oak",
        "every lamp",
        "for br",
    ] {
        let words: Vec<&str> = query.split(' ').collect();
        let (last, whole) = words.split_last().unwrap();
        let texts = market
            .items
            .iter()
            .map(|item| format!("{} for every day", item.name));
        let fits = |item: &Item, text: &str| {
            let mut in_text = text.split(' ');
            let mut in_name = item.name.split(' ');
            whole
                .iter()
                .all(|word| text.split(' ').any(|other| other == *word))
                && (in_text.any(|word| word == *last) || in_name.any(|word| word.starts_with(last)))
        };
        let rows = (0..).zip(market.items.iter().zip(texts));
        let expected: Vec<u32> = rows
            .filter(|(_, (item, text))| fits(item, text))
            .map(|(row, _)| row)
            .collect();
        let hits = generation.catalog.search(query).unwrap();
        assert_eq!(hits.rows.iter().collect::<Vec<_>>(), expected, "{query}");
        assert!(!hits.fuzzy);
        // The word in the name is worth more than the same one elsewhere.
        let named = |row: &u32| market.items[*row as usize].name.contains(words[0]);
        let (with, without): (Vec<u32>, Vec<u32>) = hits.rows.iter().partition(named);
        if words.len() == 1 {
            let best = without.iter().map(|&row| hits.score(row)).max();
            assert!(
                with.iter().all(|&row| Some(hits.score(row)) > best),
                "{query}"
            );
        }
    }
}
