//! Days until something leaves: from a feed to the page, its structured data and the feeds for others, in the fast half.

use frontage_tests::backend::Response;
use frontage_tests::documents;
use frontage_tests::shop::{Shop, ShopBuilder};
use serde_json::{Value, json};

use crate::reviews::node;

/// Where the back end serves stock.
const STOCK: &str = "/export/stock";

const SOURCES: &str = "[source.stock]\nprovides = \"offers\"\nformat = \"ndjson\"\nurl = \"URL_OF_STOCK\"\nschedule = \"@daily\"\n";

fn offer(sku: &str, availability: &str, days: u32) -> Value {
    json!({"type": "offer", "sku": sku, "stock": {"availability": availability, "lead_time_days": days}})
}

/// Six things, and a set of the first and the second.
async fn shop_with(stock: &[Value]) -> Shop {
    let mut documents = documents::shop(6);
    let mut set = documents::product("set", "Set", "9.00");
    set["bundle"] = json!([{"product_id": "p1"}, {"product_id": "p2"}]);
    documents.push(set);
    let shop = ShopBuilder::of(documents).ingest(SOURCES).start();
    shop.fill_in("URL_OF_STOCK", STOCK);
    send(&shop, stock).await;
    shop
}

async fn send(shop: &Shop, stock: &[Value]) {
    shop.backend.respond_with(STOCK, Response::ndjson(stock));
    let once = shop.ingest(&["once"]).await;
    assert_eq!(once.code, Some(0), "{}{}", once.stdout, once.stderr);
}

/// What the published generation says, by id.
fn published(shop: &Shop, id: &str) -> Option<u16> {
    let generation = shop.published();
    let variant = generation.catalog.variant_by_id(id).expect("a variant");
    generation.offers.lead_time(variant.row)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_says_within_how_many_days_something_leaves() {
    let far = json!({"type": "offer", "sku": "p5", "stock":
        {"availability": "backorder", "available_at": "2999-01-01T00:00:00Z", "lead_time_days": 8}});
    let stock = [
        offer("p1", "made_to_order", 14),
        offer("p2", "in_stock", 1),
        offer("p3", "out_of_stock", 5),
        offer("p4", "in_stock", 0),
        far,
    ];
    let mut shop = shop_with(&stock).await;
    shop.serve().await;
    let said = [
        ("thing-number-1", "Ships within 14 days", Some(14)),
        ("thing-number-2", "Ships within 1 day<", Some(1)),
        ("thing-number-3", "", None),
        ("thing-number-4", "", None),
        // The day is known, which says more.
        ("thing-number-5", "", None),
        ("thing-number-6", "", None),
        // As long as its slowest part takes.
        ("set", "Ships within 14 days", Some(14)),
    ];
    let feed = shop.get("/feeds/products.ndjson").await.body;
    let lines: Vec<Value> = feed
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    for (slug, words, days) in said {
        let page = shop.get(&format!("/p/{slug}")).await.body;
        let partial = shop.get(&format!("/partials/offer/{slug}")).await.body;
        for body in [&page, &partial] {
            assert_eq!(
                body.contains("Ships within"),
                days.is_some(),
                "{slug}: {body}"
            );
            assert!(body.contains(words), "{slug}: {body}");
        }
        let data = node(&page, "Product");
        let told = &data["offers"]["deliveryLeadTime"];
        let expected = days.map_or(
            Value::Null,
            |days| json!({"@type": "QuantitativeValue", "maxValue": days, "unitCode": "DAY"}),
        );
        assert_eq!(told, &expected, "{slug}");
        let line = lines
            .iter()
            .find(|line| {
                line["link"]
                    .as_str()
                    .is_some_and(|link| link.ends_with(&format!("/p/{slug}")))
            })
            .unwrap_or_else(|| panic!("{slug} is not in {feed}"));
        let expected = days.map_or(Value::Null, |days| json!(days.to_string()));
        assert_eq!(line["max_handling_time"], expected, "{slug}");
    }
}

#[tokio::test]
async fn a_lead_time_changes_the_fast_half_alone() {
    let stock = |first: u32| {
        let mut stock = vec![offer("p1", "in_stock", first)];
        stock.extend([offer("p2", "in_stock", 3), offer("p3", "in_stock", 4)]);
        stock
    };
    let shop = shop_with(&stock(2)).await;
    let days = |shop: &Shop| ["p1", "p2", "p3", "p4", "set"].map(|id| published(shop, id));
    assert_eq!(days(&shop), [Some(2), Some(3), Some(4), None, Some(3)]);
    let before = shop.parts();
    send(&shop, &stock(9)).await;
    let after = shop.parts();
    assert_eq!(before.0, after.0, "the catalog part");
    assert_eq!(days(&shop), [Some(9), Some(3), Some(4), None, Some(9)]);
    // And back: a set is not slower than what is in it.
    send(&shop, &stock(0)).await;
    assert_eq!(days(&shop), [None, Some(3), Some(4), None, Some(3)]);
}
