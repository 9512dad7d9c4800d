//! Documents that contradict each other are told in sentences that name both, and stop nothing.

use frontage_tests::documents;
use frontage_tests::shop::ShopBuilder;
use serde_json::{Value, json};

#[tokio::test]
async fn a_conflict_names_both_sides() {
    let category = |id: &str, parent: &str| json!({"type": "category", "id": id, "name": format!("Department {id}"), "parent_id": parent});
    let mut feed = documents::shop(4);
    for (number, sku) in [(2, "S-1"), (3, "S-1"), (4, "S-2"), (5, "S-3")] {
        feed[number]["sku"] = json!(sku);
    }
    feed[2]["slug"] = json!("wanted");
    feed[3]["slug"] = json!("wanted");
    feed[4]["category_ids"] = json!(["nowhere"]);
    feed.push(json!({"type": "product", "id": "p9", "name": "Thing number 9", "variants": [
        {"id": "v1", "prices": [{"currency": "EUR", "amount": "1.00"}]}, {"id": "p1", "prices": [{"currency": "EUR", "amount": "1.00"}]}],
        "options": [], }));
    feed.extend([
        category("a", "b"),
        category("b", "c"),
        category("c", "a"),
        category("below", "a"),
        category("lost", "gone"),
    ]);
    let shop = ShopBuilder::of(feed).start();
    let checked = shop.ingest(&["check", "--json"]).await;
    let report: Value = serde_json::from_str(&checked.stdout).expect("JSON");
    let told: Vec<String> =
        serde_json::from_value(report["conflicts"][1].clone()).expect("sentences");
    for both in [
        [
            "`p1` and `p2` both ask for the slug `wanted`",
            "`p2` gets `wanted-p2`",
        ],
        [
            "`p1` of product `p1` and `p2` of product `p2`",
            "the SKU `S-1`",
        ],
        [
            "variant `p1` of product `p9` exists already in product `p1`",
            "left out",
        ],
        ["product `p3` names a category `nowhere`", "does not exist"],
        ["category `lost` names a parent `gone`", "becomes a root"],
        [
            "`a` in `b` in `c` are each other's ancestors",
            "becomes a root",
        ],
    ] {
        let found = told
            .iter()
            .any(|sentence| both.iter().all(|part| sentence.contains(part)));
        assert!(found, "{both:?} is not in {told:#?}, {}", report["sources"]);
    }
    let once = shop.once().await;
    assert!(
        once.stdout.contains("both ask for the slug"),
        "{}",
        once.stdout
    );
}
