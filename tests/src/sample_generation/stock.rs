//! Where the variants of a sample are in stock: made from a seed, written and read back.

use frontage_shared::snapshot::location_stock::{LocalAvailability, LocalStock, LocationTables};
use frontage_shared::snapshot::offers::Offers;

use super::shop::Shop;
use crate::catalogue::Dice;

/// In the order of their bytes; one is empty, which only a forged part can have, and is found all the same.
const PLACES: [&str; 5] = ["", "a berlin", "hh", "straße 7", "東京"];

/// Row of a variant, id of a place, stock.
pub type SampleStock = (u32, String, LocalStock);

/// The stock of a shop that is otherwise whole; none for some seeds.
pub(super) fn random(seed: u64, shop: &Shop) -> Vec<SampleStock> {
    let mut dice = Dice::new(seed, "stock", 0);
    let mut stock = Vec::new();
    if seed != 1 && dice.percent(30) {
        return stock;
    }
    for variant in 0..variant_count(shop) {
        for place in PLACES {
            // The first variant of the shop for damaging is in two places, so that their order can be broken.
            let is_first = variant == 0 && ["hh", "東京"].contains(&place);
            if is_first || dice.percent(30) {
                stock.push((variant, place.to_owned(), one(&mut dice)));
            }
        }
    }
    stock
}

/// Days until variants leave, of a shop that is otherwise whole; none for some seeds.
pub(super) fn random_lead_times(seed: u64, shop: &Shop) -> Vec<(u32, u16)> {
    let mut dice = Dice::new(seed, "lead times", 0);
    if seed != 1 && dice.percent(30) {
        return Vec::new();
    }
    let rows = 0..variant_count(shop);
    // The first two of the shop for damaging have one, so that their order can be broken.
    let known = rows.filter(|&row| (seed == 1 && row < 2) || dice.percent(30));
    let known: Vec<u32> = known.collect();
    let days = |_| u16::try_from(dice.range(1, 1_000)).expect("a few");
    let days: Vec<u16> = known.iter().map(days).collect();
    known.into_iter().zip(days).collect()
}

/// As the offers part is written from: one for each variant, up to the last that has one.
pub(super) fn lead_times(shop: &Shop) -> Vec<u16> {
    let mut all = Vec::new();
    for &(row, days) in &shop.lead_times {
        all.resize(row as usize, 0);
        all.push(days);
    }
    all
}

/// How many variants a shop has.
pub(super) fn variant_count(shop: &Shop) -> u32 {
    let variants = shop.products.iter().map(|product| product.variants.len());
    u32::try_from(variants.sum::<usize>()).expect("samples are small")
}

fn one(dice: &mut Dice) -> LocalStock {
    LocalStock {
        availability: *dice.pick(&LocalAvailability::ALL),
        quantity: dice
            .percent(60)
            .then(|| u32::try_from(dice.below(2_000)).expect("a few")),
    }
}

/// As the offers part is written from.
pub(super) fn tables(shop: &Shop) -> LocationTables {
    let mut tables = LocationTables::default();
    for (variant, id, stock) in &shop.local_stock {
        tables.add(*variant, id, *stock);
    }
    tables
}

/// Reads it.
pub(super) fn read(offers: &Offers) -> Vec<SampleStock> {
    let rows = 0..offers.variant_count();
    let all = rows.flat_map(|row| {
        let places = offers.locations(row);
        places.map(move |(id, stock)| (row, id.to_owned(), stock))
    });
    all.collect()
}
