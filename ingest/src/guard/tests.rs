//! Feeds that are held, and feeds that are not.

use super::*;
use crate::wire::{Document, Offer, Page, Price, Status};

const RULES: Guard = Guard {
    max_removed_percent: 20.0,
    max_zero_price_percent: 5.0,
    max_invalid_percent: 10.0,
    max_median_price_shift_percent: 30.0,
    max_category_removed_percent: 80.0,
    min_category_products: 20,
};

fn offer(id: usize, amount: &str) -> Document {
    let price = Price {
        amount: amount.into(),
        currency: "EUR".into(),
        ..Price::default()
    };
    let id = Some(format!("v{id:03}").into());
    Document::Offer(Offer {
        variant_id: id,
        prices: vec![price],
        ..Offer::default()
    })
}

fn page(id: usize) -> Document {
    Document::Page(Page {
        id: id.to_string(),
        slug: id.to_string(),
        title: id.to_string(),
        ..Page::default()
    })
}

/// Judges `after` against `before` and expects the verdict to name each of `expected`, or to accept.
#[track_caller]
fn check(before: Option<Vec<Document>>, after: Vec<Document>, refused: u64, expected: &[&str]) {
    let state = tempfile::tempdir().unwrap();
    let folder = FeedFolder::open(state.path(), "s").unwrap();
    let before = before.map(|documents| folder.write(documents, Currency::EUR, 1).unwrap());
    let records = after.len() as u64 + refused;
    let feed = folder.write(after, Currency::EUR, 2).unwrap();
    let published = Published {
        feed: before.as_ref(),
        ..Published::default()
    };
    let tally = Tally {
        records,
        refused,
        ..Tally::default()
    };
    let reasons = match judge(&RULES, Currency::EUR, &folder, published, feed, &tally).unwrap() {
        Verdict::Accepted(_) => Vec::new(),
        Verdict::Held { reasons, .. } => reasons,
    };
    assert_eq!(reasons.len(), expected.len(), "{reasons:?}");
    for (reason, part) in reasons.iter().zip(expected) {
        assert!(reason.contains(part), "{reason}");
    }
}

#[test]
fn nothing_at_all_is_always_held() {
    check(None, vec![], 0, &["no documents at all"]);
    check(
        Some((0..10).map(page).collect()),
        vec![],
        0,
        &["no documents", "10 of 10 documents of kind page"],
    );
}

#[test]
fn losing_more_than_the_limit_is_held() {
    check(
        Some((0..10).map(page).collect()),
        (0..8).map(page).collect(),
        0,
        &[],
    );
    check(
        Some((0..10).map(page).collect()),
        (3..10).map(page).collect(),
        0,
        &["3 of 10"],
    );
    check(
        Some((0..10).map(page).collect()),
        (5..20).map(page).collect(),
        0,
        &["5 of 10"],
    );
}

#[test]
fn prices_that_vanish_or_jump_are_held() {
    let at = |amount: &'static str| (0..20).map(move |id| offer(id, amount)).collect::<Vec<_>>();
    check(Some(at("10.00")), at("11.00"), 0, &[]);
    check(
        Some(at("10.00")),
        at("0.10"),
        0,
        &["median price would move by -99.0 %"],
    );
    check(
        Some(at("10.00")),
        at("0.00"),
        0,
        &["20 of 20 prices would become zero", "median"],
    );
    check(None, at("0.00"), 0, &["20 of 20 prices would become zero"]);
    check(Some(at("0.00")), at("0.00"), 0, &[]);
}

#[test]
fn a_sale_is_a_price_that_can_jump() {
    let on_sale = |sale: &'static str| {
        let reduced = move |id: usize| match offer(id, "10.00") {
            Document::Offer(mut offer) => {
                offer.prices[0].sale_price = Some(sale.into());
                Document::Offer(offer)
            }
            other => other,
        };
        (0..20).map(reduced).collect::<Vec<_>>()
    };
    let told = &["median price would move by -99.0 %"];
    check(Some(on_sale("8.00")), on_sale("0.08"), 0, told);
    check(Some(on_sale("8.00")), on_sale("7.00"), 0, &[]);
    // Neither is a sale.
    check(Some(on_sale("10.00")), on_sale("0.00"), 0, &[]);
}

#[test]
fn too_many_refused_records_are_held() {
    check(None, (0..9).map(page).collect(), 1, &[]);
    check(
        None,
        (0..8).map(page).collect(),
        2,
        &["2 of 10 records were refused"],
    );
}

#[test]
fn prices_that_are_no_longer_said_in_the_shops_currency_are_held() {
    let priced = |currency: &'static str| {
        let in_currency = move |id: usize| match offer(id, "10.00") {
            Document::Offer(mut offer) => {
                offer.prices[0].currency = currency.into();
                Document::Offer(offer)
            }
            other => other,
        };
        (0..20).map(in_currency).collect::<Vec<_>>()
    };
    check(
        Some(priced("EUR")),
        priced("USD"),
        0,
        &["20 of 20 prices would go"],
    );
    check(Some(priced("USD")), priced("EUR"), 0, &[]);
    check(Some(priced("USD")), priced("USD"), 0, &[]);
}

#[test]
fn what_leaves_the_shop_is_gone_even_if_it_stays_in_the_feed() {
    let with = |status: Option<Status>| {
        let draft = |id| match page(id) {
            Document::Page(page) => Document::Page(Page { status, ..page }),
            other => other,
        };
        (0..10).map(draft).collect::<Vec<_>>()
    };
    check(
        Some(with(None)),
        with(Some(Status::Draft)),
        0,
        &["10 of 10 documents of kind page"],
    );
    check(
        Some(with(Some(Status::Draft))),
        with(Some(Status::Archived)),
        0,
        &[],
    );
    check(Some(with(Some(Status::Draft))), with(None), 0, &[]);
}

#[test]
fn without_a_cache_the_numbers_are_compared() {
    let state = tempfile::tempdir().unwrap();
    let folder = FeedFolder::open(state.path(), "s").unwrap();
    let feed = folder
        .write((0..80).map(page).collect(), Currency::EUR, 1)
        .unwrap();
    let reason = |before| strangers(&RULES, (&folder, Currency::EUR), None, before, &feed).unwrap();
    assert_eq!(reason(100), None);
    assert!(reason(102).unwrap().contains("80 documents where 102"));
}
