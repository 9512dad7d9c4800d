//! The price lists of a sample: made from a seed, written and read back.

use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::offers::Offers;
use frontage_shared::snapshot::price_lists::{
    ListTable, PastPrice, PriceChange, PriceTables, Prices,
};
use frontage_shared::totals::Terms;

use super::shop::Shop;
use crate::catalogue::Dice;

const CODES: [&str; 3] = ["CHF", "JPY", "KWD"];

/// What a shop says of prices besides those of its own list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SamplePrices {
    pub lists: Vec<SampleList>,
    /// List, variant, instant, prices.
    pub changes: Vec<(u32, u32, i64, Prices)>,
    /// List, variant, when it ended, price.
    pub past: Vec<(u32, u32, i64, i64)>,
}

/// A further list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SampleList {
    pub currency: String,
    pub group: String,
    pub prices: Vec<Prices>,
    pub terms: Terms,
}

/// The prices of a shop that is otherwise whole; none for some seeds.
pub(super) fn random(seed: u64, shop: &Shop) -> Option<SamplePrices> {
    let mut dice = Dice::new(seed, "prices", 0);
    if seed != 1 && dice.percent(30) {
        return None;
    }
    let variants = shop.products.iter().map(|product| product.variants.len());
    let variants = u32::try_from(variants.sum::<usize>()).expect("samples are small");
    let terms = shop.terms.clone().unwrap_or_default();
    let most = 1 + dice.index(CODES.len());
    let lists: Vec<SampleList> = CODES[..most]
        .iter()
        .map(|code| SampleList {
            currency: (*code).to_owned(),
            group: if *code == CODES[2] { "trade" } else { "" }.to_owned(),
            prices: (0..variants).map(|_| prices(&mut dice)).collect(),
            terms: terms.clone(),
        })
        .collect();
    let (mut changes, mut past) = (Vec::new(), Vec::new());
    for list in 0..=u32::try_from(lists.len()).expect("a few") {
        for variant in 0..variants {
            for step in 0..i64::try_from(dice.index(3)).expect("a few") {
                let at = 1_000 + step * 500 + dice.range(0, 400);
                changes.push((at, list, variant, prices(&mut dice)));
            }
            for step in 0..i64::try_from(dice.index(3)).expect("a few") {
                past.push((list, variant, 100 + step * 100, 10 + step * 10));
            }
        }
    }
    changes.sort_by_key(|&(at, list, variant, _)| (at, list, variant));
    Some(SamplePrices {
        lists,
        changes: changes
            .into_iter()
            .map(|(at, list, variant, prices)| (list, variant, at, prices))
            .collect(),
        past,
    })
}

fn prices(dice: &mut Dice) -> Prices {
    let price = dice.percent(80).then(|| dice.range(1, 5_000));
    let before = dice.percent(30).then(|| dice.range(1, 6_000));
    Prices {
        price,
        compare_at: before.filter(|&before| price.is_some_and(|price| before > price)),
    }
}

/// As the offers part is written from.
pub(super) fn tables(shop: &Shop) -> PriceTables {
    let Some(own) = &shop.prices else {
        return PriceTables::default();
    };
    let list = |list: &SampleList| ListTable {
        currency: list.currency.clone(),
        group: list.group.clone(),
        prices: list.prices.clone(),
        terms: list.terms.clone(),
    };
    let change = |&(list, variant, at, prices): &(u32, u32, i64, Prices)| PriceChange {
        list,
        variant,
        at,
        prices,
    };
    let past = |&(list, variant, until, price): &(u32, u32, i64, i64)| PastPrice {
        list,
        variant,
        until,
        price,
    };
    PriceTables {
        as_of: 500,
        lists: own.lists.iter().map(list).collect(),
        changes: own.changes.iter().map(change).collect(),
        past: own.past.iter().map(past).collect(),
        tiers: Vec::new(),
    }
}

/// Reads the price lists of a generation.
pub(super) fn read(generation: &Generation) -> Option<SamplePrices> {
    let lists = generation.others().iter().map(|other| SampleList {
        currency: other.currency().code().to_owned(),
        group: other.offers.group().unwrap_or_default().to_owned(),
        prices: rows(&other.offers)
            .map(|row| other.offers.prices(row))
            .collect(),
        terms: other.terms().clone(),
    });
    let all = || std::iter::once(generation).chain(generation.others());
    let changes = all().flat_map(|one| one.offers.changes(i64::MIN, i64::MAX));
    let mut changes: Vec<_> = changes
        .map(|change| (change.at, change.list, change.variant, change.prices))
        .collect();
    changes.sort_by_key(|&(at, list, variant, _)| (at, list, variant));
    let past = all().flat_map(|one| {
        rows(&one.offers).flat_map(move |row| {
            let past = one.offers.past_prices(row);
            let past: Vec<_> = past.iter().collect();
            past.into_iter()
                .map(move |(until, price)| (one.offers.list(), row, until, price))
        })
    });
    let read = SamplePrices {
        lists: lists.collect(),
        changes: changes
            .into_iter()
            .map(|(at, list, variant, prices)| (list, variant, at, prices))
            .collect(),
        past: past.collect(),
    };
    Some(read).filter(|read| *read != SamplePrices::default())
}

fn rows(offers: &Offers) -> std::ops::Range<u32> {
    0..offers.variant_count()
}
