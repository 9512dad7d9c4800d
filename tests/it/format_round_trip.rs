//! What is written is read back, field by field, and the same shop always gives the same bytes.
//!
//! Equal bytes are what makes "nothing changed, nothing to publish" true: a part's name is the hash of its bytes.

use frontage_shared::snapshot::layout::section;
use frontage_shared::snapshot::lead_times::LeadTimeRecord;
use frontage_shared::snapshot::offers::Offers;
use frontage_shared::snapshot::record::Record as _;
use frontage_shared::snapshot::routes::RouteKind;
use frontage_tests::corruption::seal;
use frontage_tests::corruption::walk::walk_everything;
use frontage_tests::sample_generation::{self, Offer, Scale, Shop};

const SHOPS: u64 = 40;

#[test]
fn what_is_written_is_read_back() {
    for seed in 0..SHOPS {
        let shop = Shop::random(seed, Scale::any(seed));
        let generation = shop.write().open().expect("a sample opens");
        generation
            .verify()
            .unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        let read = Shop::read(&generation);
        for (row, (written, read)) in shop.products.iter().zip(&read.products).enumerate() {
            assert_eq!(written, read, "seed {seed}, product {row}");
        }
        assert_eq!(shop, read, "seed {seed}");
    }
}

#[test]
fn everything_that_has_a_name_is_found_by_it() {
    for seed in 0..SHOPS {
        let shop = Shop::random(seed, Scale::any(seed));
        let generation = shop.write().open().expect("a sample opens");
        let catalog = &generation.catalog;
        let route = |kind, path: &str| {
            catalog
                .route(kind, path)
                .map(|target| (target.row, target.former))
        };
        for (row, product) in (0..).zip(&shop.products) {
            assert_eq!(
                catalog.product_by_id(&product.id).map(|found| found.row),
                Some(row)
            );
            assert_eq!(route(RouteKind::Product, &product.slug), Some((row, false)));
            assert_eq!(
                route(RouteKind::Page, &product.slug),
                None,
                "kinds do not share paths"
            );
            for variant in &product.variants {
                let found = catalog
                    .variant_by_id(&variant.id)
                    .expect("every variant has a key");
                assert_eq!(
                    (found.id(), found.product().map(|owner| owner.row)),
                    (&*variant.id, Some(row))
                );
                let by_sku = catalog.variant_by_sku(&variant.sku).map(|found| found.id());
                assert_eq!(by_sku, (!variant.sku.is_empty()).then_some(&*variant.id));
            }
        }
        for (row, category) in (0..).zip(&shop.categories) {
            assert_eq!(
                route(RouteKind::Category, &category.path),
                Some((row, false))
            );
        }
        for former in &shop.former_paths {
            assert_eq!(route(former.kind, &former.path), Some((former.row, true)));
        }
        for unknown in ["", "no such thing", "\u{10ffff}"] {
            assert!(
                catalog.product_by_id(unknown).is_none()
                    && catalog.variant_by_id(unknown).is_none()
            );
            assert!(
                catalog.variant_by_sku(unknown).is_none()
                    && route(RouteKind::Brand, unknown).is_none()
            );
        }
    }
}

#[test]
fn offers_of_products_follow_from_those_of_their_variants() {
    for seed in 0..SHOPS {
        let shop = Shop::random(seed, Scale::any(seed));
        let generation = shop.write().open().expect("a sample opens");
        let mut order = Vec::new();
        for (row, product) in (0_u32..).zip(&shop.products) {
            let offers: Vec<Offer> = product
                .variants
                .iter()
                .map(|variant| variant.offer)
                .collect();
            let prices = offers.iter().filter_map(|offer| offer.price);
            let found = generation.offers.product(row);
            let lowest = prices.clone().min();
            assert_eq!(
                found.prices,
                lowest.zip(prices.max()),
                "seed {seed}, product {row}"
            );
            assert_eq!(
                Some(found.availability),
                offers.iter().map(|offer| offer.availability).min()
            );
            order.push((lowest.unwrap_or(i64::MAX), row));
        }
        order.sort_unstable();
        let expected: Vec<u32> = order.into_iter().map(|(_, row)| row).collect();
        assert_eq!(
            generation.offers.price_order().collect::<Vec<_>>(),
            expected,
            "seed {seed}"
        );
    }
}

#[test]
fn the_same_shop_is_the_same_bytes() {
    for seed in 0..10 {
        let shop = Shop::random(seed, Scale::any(seed));
        let (first, second) = (shop.write(), shop.clone().write());
        assert!(
            first == second,
            "seed {seed}: two writes of one shop differ"
        );
        let open = |bytes| walk_everything(&bytes);
        assert_eq!(
            open(first.open().expect("a sample opens")),
            open(second.open().expect("a sample opens"))
        );
        let other = Shop::random(seed + 1_000, Scale::any(seed)).write();
        assert!(
            first.catalog != other.catalog && first.offers != other.offers,
            "seed {seed} says nothing"
        );
    }
}

#[test]
fn a_price_changes_the_offers_part_and_nothing_else() {
    let shop = Shop::random(3, Scale::small());
    let mut dearer = shop.clone();
    dearer.products[0].variants[0].offer.price = Some(999_999);
    let (before, after) = (shop.write(), dearer.write());
    assert!(
        before.catalog == after.catalog,
        "the catalog part must not know prices"
    );
    assert!(before.offers != after.offers);
}

#[test]
fn stock_is_found_by_its_place() {
    for seed in 0..SHOPS {
        let shop = Shop::random(seed, Scale::any(seed));
        let offers = shop.write().open().expect("a sample opens").offers;
        for (row, id, stock) in &shop.local_stock {
            assert_eq!(offers.stock_at(*row, id), Some(*stock), "seed {seed}, {id}");
        }
        for row in 0..offers.variant_count() {
            let places: Vec<_> = offers.locations(row).map(|(id, _)| id).collect();
            for id in ["hh", "b", "~", "東京"] {
                assert_eq!(offers.stock_at(row, id).is_some(), places.contains(&id));
            }
        }
    }
}

#[test]
fn stock_at_a_place_changes_the_offers_part_and_nothing_else() {
    let shop = Shop::random(1, Scale::small());
    let mut emptier = shop.clone();
    emptier.local_stock[0].2.quantity = Some(7_777);
    let (before, after) = (shop.write(), emptier.write());
    assert!(
        before.catalog == after.catalog,
        "the catalog part must not know stock"
    );
    assert!(before.offers != after.offers);
}

#[test]
fn lead_times_are_found_by_their_variant() {
    let mut found = 0;
    for seed in 0..SHOPS {
        let shop = Shop::random(seed, Scale::any(seed));
        let offers = shop.write().open().expect("a sample opens").offers;
        for row in (0..offers.variant_count()).chain([u32::MAX]) {
            let stated = shop.lead_times.iter().find(|(of, _)| *of == row);
            let days = offers.lead_time(row);
            assert_eq!(
                days,
                stated.map(|(_, days)| *days),
                "seed {seed}, row {row}"
            );
            found += usize::from(days.is_some());
        }
    }
    assert!(found > 100, "{found}");
}

#[test]
fn lead_times_are_checked() {
    let rule = "LEAD_TIMES, row 1: a lead time is of a variant and at least a day";
    let cases: [(usize, u32, &str); 3] = [
        (0, 1, "LEAD_TIMES, row 1: must ascend, each once"),
        (1, 0, rule),
        (
            0,
            0xffff,
            "LEAD_TIMES, row 0, field variant: row does not exist",
        ),
    ];
    for (field, value, expected) in cases {
        let mut offers = sample_generation::small().offers;
        let place = seal::place(&offers, section::LEAD_TIMES);
        let record = if field == 1 {
            size_of::<LeadTimeRecord>()
        } else {
            0
        };
        let at = place.start + record + LeadTimeRecord::FIELDS[field].offset;
        offers[at..at + 4].copy_from_slice(&value.to_le_bytes());
        seal::reseal(&mut offers);
        let offers = ownedbytes::OwnedBytes::new(offers);
        let error = Offers::open(offers).and_then(|offers| offers.verify());
        let error = error.expect_err("changed").to_string();
        assert!(
            error.contains(expected),
            "expected `{expected}`, got `{error}`"
        );
    }
}

#[test]
fn offers_of_another_catalog_are_not_paired() {
    let (one, other) = (
        Shop::random(1, Scale::small()).write(),
        Shop::random(2, Scale::small()).write(),
    );
    let mut mixed = one.clone();
    mixed.offers = other.offers;
    let error = mixed.open().expect_err("parts of two generations");
    assert!(
        error.to_string().contains("was built for catalog"),
        "{error}"
    );
    let offers = ownedbytes::OwnedBytes::new(one.catalog);
    let error = Offers::open(offers).expect_err("a catalog is no offers part");
    assert_eq!(error.to_string(), "expected offers, found part kind 1");
}
