//! Promotions, delivery methods and taxes: from a feed to what a cart costs, without touching the slow half.

use std::ops::Range;

use frontage_shared::model::money::Currency;
use frontage_shared::snapshot::layout::section;
use frontage_shared::snapshot::offers::Offers;
use frontage_shared::totals::{
    self, Action, Band, Basis, Basket, CouponRefusal, DeliveryMethod, Destination, Line, Postcodes,
    Promotion, Rate, Rounding, Selection, Stacking, TaxRate, Taxes, Terms,
};
use frontage_tests::backend::Response;
use frontage_tests::corruption::seal;
use frontage_tests::demo::settings::Settings;
use frontage_tests::documents;
use frontage_tests::sample_generation;
use frontage_tests::shop::{Shop, ShopBuilder};
use ownedbytes::OwnedBytes;
use serde_json::{Value, json};

/// Where the back end serves terms.
const TERMS: &str = "/export/terms";

fn coupon(percent: &str) -> Value {
    json!({
        "type": "promotion", "id": "welcome", "name": "Welcome", "currency": "EUR",
        "action": {"kind": "percent_off", "percent": percent}, "coupons": ["WELCOME10"],
        "active_from": "2026-01-01T00:00:00Z", "minimum_subtotal": "20.00",
        "except": {"product_ids": ["p2"]}, "max_uses": 1,
    })
}

fn three_for_two() -> Value {
    json!({
        "type": "promotion", "id": "three", "name": "Three for two", "exclusive": true, "priority": 4,
        "action": {"kind": "buy_get", "buy": 2, "get": 1}, "applies_to": {"category_ids": ["hats"]},
    })
}

fn rest() -> Vec<Value> {
    vec![
        json!({
            "type": "delivery_method", "id": "parcel", "name": "Parcel", "description": "2 days",
            "currency": "EUR", "countries": ["DE"], "except_postcodes": [{"from": "27498"}],
            "basis": "weight", "bands": [{"up_to": "5", "price": "4.90"}, {"up_to": "31.5", "price": "9.90"}],
            "free_from": "100.00",
        }),
        json!({"type": "tax", "id": "vat", "default_class": "standard", "default_country": "DE", "rates": [
            {"class": "standard", "country": "DE", "percent": "19"},
            {"class": "reduced", "country": "DE", "percent": "7"},
            {"class": "standard", "country": "CA", "region": "QC", "percent": "14.975"},
        ]}),
    ]
}

fn terms(promotions: &[Value]) -> Vec<Value> {
    let mut documents = promotions.to_vec();
    documents.extend(rest());
    documents
}

/// The same as the documents say, in the words of the engine.
fn expected() -> Terms {
    let rate = |class: &str, country: &str, region: Option<&str>, millionths| TaxRate {
        class: class.to_owned(),
        country: country.to_owned(),
        region: region.map(str::to_owned),
        rate: Rate { millionths },
    };
    let selection = |categories: &[&str], products: &[&str]| Selection {
        categories: categories.iter().map(|&id| id.to_owned()).collect(),
        brands: Vec::new(),
        products: products.iter().map(|&id| id.to_owned()).collect(),
    };
    let buy_get = Action::BuyGet {
        buy: 2,
        get: 1,
        rate: Rate::FULL,
    };
    let percent_off = Action::PercentOff(Rate::percent(10));
    Terms {
        promotions: vec![
            Promotion {
                applies_to: selection(&["hats"], &[]),
                stacking: Stacking::Exclusive,
                priority: 4,
                ..Promotion::new("three", "Three for two", buy_get)
            },
            Promotion {
                coupons: vec!["WELCOME10".to_owned()],
                active_from: Some(1_767_225_600),
                minimum_subtotal: 2_000,
                except: selection(&[], &["p2"]),
                max_uses: Some(1),
                ..Promotion::new("welcome", "Welcome", percent_off)
            },
        ],
        delivery_methods: vec![DeliveryMethod {
            id: "parcel".to_owned(),
            name: "Parcel".to_owned(),
            description: "2 days".to_owned(),
            position: 0,
            countries: vec!["DE".to_owned()],
            postcodes: Vec::new(),
            except_postcodes: vec![Postcodes {
                from: "27498".to_owned(),
                to: None,
            }],
            basis: Basis::Weight,
            bands: [(5_000, 490), (31_500, 990)]
                .map(|(grams, price)| Band {
                    up_to: Some(grams),
                    price,
                })
                .to_vec(),
            free_from: Some(10_000),
            locations: Vec::new(),
        }],
        taxes: Taxes {
            prices_include_tax: true,
            rounding: Rounding::PerLine,
            default_class: "standard".to_owned(),
            delivery_class: String::new(),
            default_country: "DE".to_owned(),
            rates: vec![
                rate("reduced", "DE", None, 70_000),
                rate("standard", "CA", Some("QC"), 149_750),
                rate("standard", "DE", None, 190_000),
            ],
        },
    }
}

/// A shop of three products, of which the second says its class and the third, for its variants, its weight.
fn shop_with(terms: &[Value]) -> Shop {
    let mut documents = documents::shop(3);
    documents[3]["tax_class"] = json!("reduced");
    documents[3]["weight"] = json!({"value": "0.35", "unit": "kg"});
    let third = documents[4].as_object_mut().expect("an object");
    third.remove("prices");
    third.remove("stock");
    third.insert("weight".to_owned(), json!({"value": "16", "unit": "oz"}));
    let variant = |id: &str| json!({"id": id, "prices": [{"amount": "5.00", "currency": "EUR"}]});
    let mut large = variant("p3-l");
    large["weight"] = json!({"value": "1", "unit": "kg"});
    large["tax_class"] = json!("reduced");
    third.insert("variants".to_owned(), json!([variant("p3-s"), large]));
    let builder = ShopBuilder::of(documents).ingest(
        "[source.terms]\nprovides = \"terms\"\nformat = \"ndjson\"\nurl = \"URL_OF_TERMS\"\nschedule = \"@daily\"\n",
    );
    let shop = builder.start();
    send(&shop, terms);
    shop.fill_in("URL_OF_TERMS", TERMS);
    shop
}

fn send(shop: &Shop, terms: &[Value]) {
    shop.backend.respond_with(TERMS, Response::ndjson(terms));
}

#[tokio::test]
async fn what_documents_say_is_what_a_cart_costs() {
    let shop = shop_with(&terms(&[coupon("10"), three_for_two()]));
    let once = shop.once().await;
    assert_eq!(once.code, Some(0), "{}", once.stderr);
    let generation = shop.published();
    generation
        .verify()
        .expect("it was verified before it was published");
    assert_eq!(*generation.terms(), expected());
    let row = |id: &str| generation.catalog.variant_by_id(id).expect("a variant").row;
    let goods = ["p1", "p2", "p3-s", "p3-l"].map(|id| {
        let row = row(id);
        (
            generation.offers.tax_class(row),
            generation.offers.weight(row),
        )
    });
    assert_eq!(
        goods,
        [
            ("", None),
            ("reduced", Some(350)),
            ("", Some(454)),
            ("reduced", Some(1_000))
        ]
    );
    let line = |id: &str, quantity| Line::of(&generation, row(id), quantity).expect("a price");
    assert_eq!(line("p3-l", 1).categories, ["things"]);
    let basket = Basket {
        lines: vec![line("p1", 2), line("p2", 1), line("p3-l", 4)],
        coupons: vec!["welcome10".to_owned(), "SPRING".to_owned()],
        destination: Destination {
            country: "DE".to_owned(),
            postcode: "20095".to_owned(),
            ..Destination::default()
        },
        delivery_method: Some("parcel".to_owned()),
        now: 1_800_000_000,
        ..Basket::default()
    };
    // Of 21.00 and 20.00 a tenth goes, the 11.50 of p2 are excepted; 4.35 kg cost 4.90.
    let totals = totals::total(generation.terms(), &basket, Currency::EUR).expect("a total");
    assert_eq!((totals.subtotal, totals.discount), (5_250, 410));
    assert_eq!((totals.delivery, totals.total), (490, 5_330));
    // 18.90 and 4.90 hold 3.02 and 0.78 of 19 %, 11.50 and 18.00 hold 0.75 and 1.18 of 7 %.
    assert_eq!(totals.tax, 302 + 78 + 75 + 118);
    assert_eq!(totals.refused_coupons[0].reason, CouponRefusal::Unknown);
}

#[tokio::test]
async fn a_coupon_changes_the_fast_half_alone() {
    let shop = shop_with(&terms(&[coupon("10"), three_for_two()]));
    assert_eq!(shop.once().await.code, Some(0));
    let before = shop.parts();
    send(&shop, &terms(&[coupon("15"), three_for_two()]));
    let once = shop.once().await;
    assert_eq!(once.code, Some(0), "{}", once.stderr);
    let after = shop.parts();
    assert_eq!(before.0, after.0, "the catalog part");
    assert_ne!(before.1, after.1, "the offers part");
    let generation = shop.published();
    let rate = Action::PercentOff(Rate::percent(15));
    assert_eq!(generation.terms().promotions[1].action, rate);
    let large = generation.catalog.variant_by_id("p3-l").expect("a variant");
    assert_eq!(generation.offers.weight(large.row), Some(1_000));
    let diff = shop.ingest(&["diff", "1", "2", "--json"]).await;
    let diff: Value = serde_json::from_str(&diff.stdout).expect("JSON");
    assert_eq!(
        diff["terms"]["samples"],
        json!(["promotion Welcome (welcome)"])
    );
}

#[tokio::test]
async fn terms_come_and_go_but_none_of_a_kind_is_held() {
    let both = [coupon("10"), three_for_two()];
    let shop = shop_with(&terms(&both));
    assert_eq!(shop.once().await.code, Some(0));
    send(&shop, &terms(&both[..1]));
    let once = shop.once().await;
    assert_eq!(once.code, Some(0), "{}", once.stderr);
    assert_eq!(shop.published().terms().promotions.len(), 1);
    send(&shop, &terms(&[]));
    let held = shop.ingest(&["once"]).await;
    assert_eq!(held.code, Some(4), "{}", held.stderr);
    let told = "1 of 1 documents of kind promotion would go";
    let said = format!("{}{}", held.stdout, held.stderr);
    assert!(said.contains(told), "{said}");
    assert_eq!(shop.published().terms().promotions.len(), 1);
}

#[tokio::test]
async fn changes_of_terms_give_what_a_full_feed_gives() {
    let shop = shop_with(&terms(&[coupon("10"), three_for_two()]));
    shop.once().await;
    let gone = json!({"type": "delete", "of": "promotion", "id": "three"});
    let changes = documents::delta(&[coupon("20"), gone]);
    send(&shop, &changes);
    shop.once().await;
    let (catalog, changed) = shop.parts();
    assert_eq!(shop.published().terms().promotions.len(), 1);
    send(&shop, &terms(&[coupon("20")]));
    shop.once().await;
    assert_eq!(shop.parts(), (catalog, changed));
}

#[tokio::test]
async fn two_sources_of_terms_are_one() {
    let tax = |id: &str, percent: &str| json!({"type": "tax", "id": id, "rates": [{"class": "books", "country": "DE", "percent": percent}]});
    let mut other = coupon("25");
    other["name"] = json!("Welcome back");
    let shop = ShopBuilder::of(documents::shop(1))
        .ingest(&["a", "b"].map(|name| format!(
            "[source.{name}]\nprovides = \"terms\"\nformat = \"ndjson\"\nurl = \"URL_OF_{name}_\"\nschedule = \"@daily\"\n"
        )).concat())
        .start();
    for (name, documents) in [
        ("a", vec![coupon("10"), tax("1", "7")]),
        ("b", vec![other, tax("2", "9"), three_for_two()]),
    ] {
        let path = format!("/terms/{name}");
        shop.backend
            .respond_with(&path, Response::ndjson(&documents));
        shop.fill_in(&format!("URL_OF_{name}_"), &path);
    }
    let once = shop.once().await;
    let terms = shop.published().terms().clone();
    let names: Vec<_> = terms.promotions.iter().map(|one| &*one.name).collect();
    assert_eq!(names, ["Three for two", "Welcome"]);
    assert_eq!(terms.taxes.rates.len(), 1);
    assert_eq!(terms.taxes.rates[0].rate, Rate::percent(7));
    let said = format!("{}{}", once.stdout, once.stderr);
    for told in [
        "promotion `welcome` comes from both `a` and `b`",
        "tax `2` has 9 % for `books` in DE (all regions), where another rate says 7 %",
    ] {
        assert!(said.contains(told), "`{told}`: {said}");
    }
}

#[tokio::test]
async fn a_catalog_source_brings_no_terms() {
    let mut documents = documents::shop(30);
    documents.push(coupon("10"));
    let shop = ShopBuilder::of(documents).start();
    let check = shop.ingest(&["check"]).await;
    let told = "a source that provides the catalog brings no terms";
    let said = format!("{}{}", check.stdout, check.stderr);
    assert!(said.contains(told), "{said}");
    shop.once().await;
    assert_eq!(*shop.published().terms(), Terms::default());
}

/// The demo's back end has conditions in words of its own, and its configuration makes terms of them.
#[tokio::test]
async fn the_demo_has_terms() {
    let shop = ShopBuilder::generated(400).start();
    let mut settings = Settings::read(|_| None).expect("settings");
    settings.backend = shop.backend.address();
    for (name, text) in settings.files(shop.folder()) {
        if name != "server.toml" {
            std::fs::write(shop.folder().join(name), text).expect("a configuration file");
        }
    }
    let once = shop.once().await;
    assert!(!once.stdout.contains("refused 1"), "{}", once.stdout);
    let generation = shop.published();
    assert_eq!(generation.offers.tax_classes(), ["normal", "reduced"]);
    let rows = 0..generation.offers.variant_count();
    assert!(
        rows.clone()
            .any(|row| generation.offers.weight(row).is_some())
    );
    let dear = rows.max_by_key(|&row| generation.offers.variant(row).price);
    let mut basket = Basket {
        lines: dear
            .and_then(|row| Line::of(&generation, row, 1))
            .into_iter()
            .collect(),
        coupons: vec!["welcome10".to_owned()],
        delivery_method: Some("STD".to_owned()),
        ..Basket::default()
    };
    basket.destination.country = "AT".to_owned();
    let totals = totals::total(generation.terms(), &basket, Currency::EUR).expect("a total");
    let applied: Vec<_> = totals.discounts.iter().map(|one| &*one.name).collect();
    assert_eq!(
        applied,
        ["Free delivery from 100 €", "10 % off your first order"]
    );
    assert_eq!((totals.delivery, totals.discounts[0].amount), (0, 390));
    let options: Vec<_> = totals
        .delivery_options
        .iter()
        .map(|one| (&*one.id, one.price))
        .collect();
    assert_eq!(options, [("STD", 0), ("EXP", 1_490)]);
    assert_eq!(totals.taxes[0].rate, Rate::percent(20));
    basket.destination.country = "FR".to_owned();
    let totals = totals::total(generation.terms(), &basket, Currency::EUR).expect("a total");
    assert_eq!(totals.delivery_options.len(), 1);
    assert_eq!(totals.taxes[0].rate, Rate::percent(20));
}

/// The terms are read when a part is opened, so what is wrong with them must neither end that nor get past verifying.
#[test]
fn terms_that_make_no_sense_are_refused_and_read_as_none() {
    let cases: [(u32, usize, &[u8], &str); 4] = [
        (section::TERMS, 4, &[255; 4], "more entries than bytes"),
        (section::TERMS, 12, &[255], "a text is not UTF-8"),
        (
            section::VARIANT_GOODS,
            4,
            &[200, 0, 0, 0],
            "VARIANT_GOODS, row 0, field tax_class: the class does not exist",
        ),
        // Behind the classes: more bytes of taxes than there are.
        (section::TERMS, usize::MAX, &[255; 4], "ends in the middle"),
    ];
    for (id, at, value, expected) in cases {
        let mut parts = sample_generation::small();
        let Range { start, end } = seal::place(&parts.offers, id);
        let at = match at {
            usize::MAX => behind_classes(&parts.offers[start..end]),
            at => at,
        };
        parts.offers[start + at..start + at + value.len()].copy_from_slice(value);
        seal::reseal(&mut parts.offers);
        let offers = Offers::open(OwnedBytes::new(parts.offers)).expect("it opens");
        let error = offers.verify().expect_err("changed").to_string();
        assert!(error.contains(expected), "`{expected}`: {error}");
        if id == section::TERMS {
            assert!(offers.terms().promotions.is_empty());
        }
    }
}

/// Where the taxes begin in terms.
fn behind_classes(terms: &[u8]) -> usize {
    let number =
        |at: usize| u32::from_le_bytes(terms[at..at + 4].try_into().expect("four bytes")) as usize;
    (0..number(4)).fold(8, |at, _| at + 4 + number(at))
}
