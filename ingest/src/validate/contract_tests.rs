//! What each mode of a contract does to a document that breaks a rule.

use super::tests::run_with;
use super::*;
use crate::config::ContractMode;
use serde_json::{Value, json};

fn product(id: &str, gtin: &str, url: &str, amount: &str) -> Value {
    json!({
        "type": "product", "id": id, "name": format!("Thing {id}"), "gtin": gtin,
        "media": [{"url": "/a.jpg", "type": "image"}, {"url": url, "type": "image"}],
        "prices": [{"currency": "EUR", "amount": amount}],
    })
}

fn modes(report: &Report) -> Vec<(String, String, ContractMode, u64)> {
    let told = |group: &Group| {
        (
            group.pointer.clone(),
            group.rule.clone(),
            group.mode,
            group.count,
        )
    };
    report.groups.iter().map(told).collect()
}

#[test]
fn a_value_is_left_out_and_the_rest_goes_on() {
    let contract = "[source.x.contract.fields]\ngtin = \"discard_value\"\nmedia = \"discard_value\"\nprices = \"discard_value\"";
    let mut odd = product("1", "not a number", "ftp://x/y.jpg", "12.345");
    odd["colour"] = json!("red");
    let records = vec![
        vec![product("0", "4006381333931", "/b.jpg", "12.50")],
        vec![product("2", "x", "ftp://x/y.jpg", "12.345")],
        vec![odd],
    ];
    let (documents, report) = run_with("catalog", contract, records);
    assert_eq!(
        (documents.len(), report.refused, report.discarded),
        (2, 1, 3),
        "{report}"
    );
    let crate::wire::Document::Product(product) = &documents[1] else {
        panic!("{documents:?}");
    };
    assert_eq!(
        (
            product.gtin.as_deref(),
            product.media.len(),
            product.prices.len()
        ),
        (None, 1, 0)
    );
    assert!(report.reasons(10.0).is_empty());
    let refused: Vec<_> = modes(&report)
        .into_iter()
        .filter(|group| group.2 == ContractMode::DiscardRecord)
        .collect();
    assert_eq!(
        refused.len(),
        1,
        "a field that nobody listed refuses its record: {report}"
    );
}

#[test]
fn a_document_that_is_none_without_the_value_is_refused() {
    let mut nameless = product("1", "4006381333931", "/b.jpg", "1.00");
    nameless["name"] = json!(17);
    let (documents, report) = run_with(
        "catalog",
        "[source.x.contract]\notherwise = \"discard_value\"",
        vec![vec![nameless]],
    );
    assert_eq!(
        (documents.len(), report.refused, report.discarded),
        (0, 1, 0),
        "{report}"
    );
    let first = &report.groups[0].pointer;
    assert_eq!(first, "/name", "what was wrong at first is what is told");
    assert!(report.adds_up());
}

#[test]
fn a_frozen_field_holds_the_feed() {
    let contract = "[source.x.contract.fields]\nprices = \"freeze\"";
    let records = vec![
        vec![product("0", "4006381333931", "/b.jpg", "12,50")],
        vec![product("1", "4006381333931", "/b.jpg", "13,50")],
        vec![product("2", "4006381333931", "/b.jpg", "14.50")],
    ];
    let (documents, report) = run_with("catalog", contract, records);
    assert_eq!((documents.len(), report.refused), (1, 2));
    let reasons = report.reasons(10.0);
    assert_eq!(
        reasons,
        ["2 × product /prices/*/amount breaks pattern, and is frozen by the contract"]
    );
}

#[test]
fn what_evolves_is_told_and_goes_on_where_it_can() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("own.json");
    std::fs::write(&file, r#"{"properties": {"name": {"maxLength": 10}, "brand": {"enum": ["A", "B"]}}, "required": ["brand"]}"#).unwrap();
    let own = format!(
        "[source.x.contract]\nschema_file = {:?}\n",
        file.display().to_string()
    );
    let document = |brand: &str, name: &str| {
        let mut document = product("1", "4006381333931", "/b.jpg", "1.00");
        document["brand"] = json!(brand);
        document["name"] = json!(name);
        document["new_field"] = json!({"a": 1});
        document
    };
    // The merchant's own rules hold beside ours.
    let known = |mut document: Value| {
        document.as_object_mut().unwrap().remove("new_field");
        document
    };
    let (documents, report) = run_with(
        "catalog",
        &own,
        vec![
            vec![known(document("A", "short"))],
            vec![known(document("C", "short"))],
        ],
    );
    assert_eq!((documents.len(), report.refused), (1, 1), "{report}");
    assert_eq!(report.groups[0].rule, "own/enum");
    // Told, and let through.
    let evolve = format!("{own}otherwise = \"evolve\"\n");
    let (documents, report) = run_with(
        "catalog",
        &evolve,
        vec![vec![document("C", "a name that is long")]],
    );
    assert_eq!(
        (documents.len(), report.refused, report.let_through),
        (1, 0, 3),
        "{report}"
    );
    let crate::wire::Document::Product(product) = &documents[0] else {
        panic!("{documents:?}");
    };
    assert_eq!(
        (product.brand.is_some(), product.name.as_str()),
        (true, "a name that is long")
    );
    // What ours refuses cannot be let through.
    let mut broken = document("A", "short");
    broken["prices"][0]["amount"] = json!("1,00");
    let (documents, report) = run_with("catalog", &evolve, vec![vec![broken]]);
    assert_eq!((documents.len(), report.refused), (0, 1), "{report}");
}

#[test]
fn new_refusals_have_a_budget_of_their_own() {
    let broken = |number: u64| {
        vec![product(
            &number.to_string(),
            "4006381333931",
            "/b.jpg",
            "1,00",
        )]
    };
    let sound = |number: u64| {
        vec![product(
            &number.to_string(),
            "4006381333931",
            "/b.jpg",
            "1.00",
        )]
    };
    let feed = |wrong: std::ops::Range<u64>| {
        (0..100)
            .map(|number| {
                if wrong.contains(&number) {
                    broken(number)
                } else {
                    sound(number)
                }
            })
            .collect::<Vec<_>>()
    };
    let folder = tempfile::tempdir().unwrap();
    let (_, first) = run_with("catalog", "", feed(0..15));
    assert_eq!((first.newly_refused, first.is_compared), (0, false));
    first.known.keep(folder.path(), "x", "f", &[]).unwrap();
    let again = |wrong| {
        let known = Known::of(folder.path(), "x", Some("f"));
        super::tests::run_known("catalog", "", known, feed(wrong)).1
    };
    let same = again(0..15);
    assert_eq!(
        (
            same.newly_refused,
            same.groups[0].new,
            same.reasons(1.0).len()
        ),
        (0, 0, 0),
        "{same}"
    );
    let one_more = again(0..16);
    assert_eq!(
        (one_more.newly_refused, one_more.reasons(1.0).len()),
        (1, 0),
        "{one_more}"
    );
    let others = again(15..30);
    assert_eq!(others.newly_refused, 15);
    assert_eq!(
        others.reasons(1.0),
        ["15 of 100 records are refused and were not before (15.0 %, limit 1 %)"]
    );
    assert!(others.to_string().contains("15 of them new"), "{others}");
}
