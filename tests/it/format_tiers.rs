//! What an offers part says of prices in numbers: as it was written, never dearer for more, and damage is refused by name.

use std::ops::Range;

use frontage_shared::snapshot::layout::section;
use frontage_shared::snapshot::offers::Offers;
use frontage_shared::snapshot::record::Record as _;
use frontage_shared::snapshot::tiers::TierRecord;
use frontage_tests::corruption::seal;
use frontage_tests::sample_generation::{self, SampleTier, Scale, Shop};
use ownedbytes::OwnedBytes;

#[test]
fn many_never_cost_more_each_than_few() {
    let mut below = 0;
    for seed in 0..60 {
        let shop = Shop::random(seed, Scale::any(seed));
        let generation = shop.write().open().expect("a sample opens");
        for now in [0, 1_200, 9_000] {
            let then = generation.at(now);
            for one in std::iter::once(&then).chain(then.others()) {
                for row in 0..one.offers.variant_count() {
                    below += check(&one.offers, row, &shop.tiers);
                }
            }
        }
    }
    assert!(below > 1_000, "{below}");
}

/// One of many costs what the last tier that has begun says, unless the price of one is below it, and never more than
/// one of fewer. Gives how often it costs less than one.
fn check(offers: &Offers, row: u32, all: &[SampleTier]) -> usize {
    let own = |tier: &&SampleTier| (tier.0, tier.1) == (offers.list(), row);
    let own: Vec<_> = all.iter().filter(own).collect();
    let price = offers.prices(row).price;
    let (mut before, mut below) = (price, 0);
    let ends = own.iter().flat_map(|tier| [tier.2 - 1, tier.2]);
    for quantity in ends.chain([u32::MAX]) {
        let begun = own.iter().rfind(|tier| tier.2 <= quantity);
        let expected = price.map(|price| begun.map_or(price, |tier| price.min(tier.3)));
        let found = offers.unit_price(row, quantity);
        assert_eq!(found, expected, "row {row}, {quantity}");
        assert!(found <= before, "row {row}, {quantity}");
        below += usize::from(found < price);
        before = found;
    }
    let lower = own.iter().filter(|tier| Some(tier.3) < price);
    let lower = lower.map(|tier| (tier.2, tier.3));
    let shown = offers.tiers(row);
    assert!(lower.eq(shown.map(|tier| (tier.min_quantity, tier.amount))));
    below
}

#[test]
fn tiers_change_the_offers_part_and_nothing_else() {
    let shop = Shop::random(1, Scale::small());
    let mut cheaper = shop.clone();
    cheaper.tiers.last_mut().expect("a tier").3 -= 1;
    let (before, after) = (shop.write(), cheaper.write());
    assert!(
        before.catalog == after.catalog,
        "the catalog part must not know prices"
    );
    assert!(before.offers != after.offers);
}

#[test]
fn tiers_are_checked() {
    let size = size_of::<TierRecord>();
    let none = u32::MAX.to_le_bytes();
    let cases: [(usize, &[u8], &str); 9] = [
        (
            at("list"),
            &[0xff, 0, 0, 0],
            "TIERS, row 0, field list: row does not exist",
        ),
        (
            at("variant"),
            &[0xff, 0xff, 0, 0],
            "TIERS, row 0, field variant: row does not exist",
        ),
        (at("list"), &none, "TIERS, row 1: must ascend, each once"),
        (
            at("variant"),
            &[1, 0, 0, 0],
            "TIERS, row 1: must ascend, each once",
        ),
        (
            at("min_quantity"),
            &none,
            "TIERS, row 1: must ascend, each once",
        ),
        (
            at("min_quantity"),
            &[1, 0, 0, 0],
            "TIERS, row 0: a tier begins at two units or more",
        ),
        (
            at("amount"),
            &[0; 8],
            "TIERS, row 0: a tier costs something, and less than the one before",
        ),
        (
            size + at("amount"),
            &[0xff; 8],
            "TIERS, row 1: a tier costs something, and less than the one before",
        ),
        (
            size + at("amount"),
            &[0, 0, 1, 0, 0, 0, 0, 0],
            "TIERS, row 1: a tier costs something, and less than the one before",
        ),
    ];
    for (at, value, expected) in cases {
        let error = damaged(|place| place.start + at, value);
        assert!(
            error.contains(expected),
            "expected `{expected}`, got `{error}`"
        );
    }
}

/// A tier of nobody comes last, so only its own rule finds it.
#[test]
fn a_tier_is_of_a_variant_in_a_list() {
    for field in ["list", "variant"] {
        let last = |place: Range<usize>| place.end - size_of::<TierRecord>() + at(field);
        let error = damaged(last, &u32::MAX.to_le_bytes());
        assert!(
            error.contains("a tier must be of a variant in a list"),
            "{field}: {error}"
        );
    }
}

/// Where a field is in a record.
fn at(field: &str) -> usize {
    let mut fields = TierRecord::FIELDS.iter();
    let known = fields.find(|known| known.name == field);
    known.map_or(0, |known| known.offset)
}

/// What verification says of a part whose tiers have these bytes at a place.
fn damaged(at: impl Fn(Range<usize>) -> usize, value: &[u8]) -> String {
    let mut offers = sample_generation::small().offers;
    let at = at(seal::place(&offers, section::TIERS));
    offers[at..at + value.len()].copy_from_slice(value);
    seal::reseal(&mut offers);
    let verified = Offers::open(OwnedBytes::new(offers)).and_then(|offers| offers.verify());
    verified.expect_err("changed").to_string()
}
