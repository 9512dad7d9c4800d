//! A real data set, from its export to its pages: 19,406 products of the Icecat catalogue.
//!
//! The data is not part of the repository; where it is missing, the test says so and ends.

use std::path::Path;

use frontage_shared::snapshot::routes::RouteKind;
use frontage_tests::backend::Data;
use frontage_tests::demo::settings::Settings;
use frontage_tests::shop::{Shop, ShopBuilder};
use serde_json::Value;

use crate::budgets;

const DATA: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../shared/data/icecat-chorus-19k"
);
const RECORDS: u64 = 19_406;

#[tokio::test(flavor = "multi_thread")]
async fn every_product_that_passes_has_a_page() {
    if !Path::new(DATA).exists() {
        println!("icecat: skipped, ../shared/data/icecat-chorus-19k is not here");
        return;
    }
    let mut shop = ShopBuilder::generated(1)
        .serving(Data::open(Path::new(DATA)).expect("the data set"))
        .start();
    configure(&shop);
    let checked = shop.ingest(&["check", "products", "--json"]).await;
    assert_eq!(
        checked.code,
        Some(0),
        "{}{}",
        checked.stdout,
        checked.stderr
    );
    let accepted = adds_up(&checked.stdout);
    assert!(
        !shop.store().join("HEAD").exists(),
        "a check publishes nothing"
    );
    shop.open().await;

    let generation = shop.published();
    let products = generation.catalog.products().count() as u64;
    assert_eq!(products, accepted, "every product that passed is published");
    for product in generation.catalog.products() {
        let target = generation.catalog.route(RouteKind::Product, product.slug());
        let target = target.unwrap_or_else(|| panic!("{} has no page", product.id()));
        assert_eq!(
            (target.row, target.former),
            (product.row, false),
            "{}",
            product.id()
        );
    }
    let weights = budgets::of_all_products(&shop).await;
    println!(
        "icecat: {RECORDS} records, {accepted} products published, {} pages asked for, {} bytes the heaviest ({})",
        weights.count, weights.most, weights.path
    );
    budgets::nothing_moves(&shop, &weights.path).await;
}

/// The configuration that the demo uses for this data set, in this shop's folder and with its back end.
fn configure(shop: &Shop) {
    let variables = |name: &str| (name == "DEMO_DATA").then(|| DATA.to_owned());
    let mut settings = Settings::read(variables).expect("settings");
    settings.backend = shop.backend.address();
    for (name, text) in settings.files(shop.folder()) {
        if name != "server.toml" {
            std::fs::write(shop.folder().join(name), text).expect("a configuration file");
        }
    }
}

/// How many documents passed; every record is accounted for, and every refusal explained.
fn adds_up(report: &str) -> u64 {
    let report: Value = serde_json::from_str(report).expect("JSON");
    let refusals = &report["sources"][0]["refusals"];
    let count = |field: &str| {
        refusals[field]
            .as_u64()
            .unwrap_or_else(|| panic!("{field} in {refusals}"))
    };
    let accepted = refusals["accepted"]["product"].as_u64().unwrap_or_default();
    assert_eq!(count("records"), RECORDS);
    assert_eq!(
        count("documents") + count("unmapped") + count("left_out"),
        RECORDS,
        "one product a record"
    );
    assert_eq!(
        accepted + count("refused") + count("repeated"),
        count("documents")
    );
    let groups = refusals["groups"].as_array().expect("a list of groups");
    let explained: u64 = groups
        .iter()
        .filter_map(|group| group["count"].as_u64())
        .sum();
    assert_eq!(explained, count("refused") + count("unmapped"));
    assert!(groups.iter().all(|group| {
        group["samples"]
            .as_array()
            .is_some_and(|samples| !samples.is_empty())
    }));
    for group in groups {
        println!(
            "icecat: refused {} for {} at {}",
            group["count"], group["rule"], group["pointer"]
        );
    }
    accepted
}
