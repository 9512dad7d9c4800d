//! Shopify: pages by link, types as categories, and changes where the merchant asks for them.

use frontage_tests::backend::Response;
use serde_json::{Value, json};

use super::{field, only_changes, page, seen, shop_of, shop_with, source, stated, taken, told};

#[tokio::test]
async fn shopify_with_its_pages() {
    let shop = shop_of("shopify", "/admin/products.json");
    let shirt = json!({"id": 632_910_392_i64, "title": "Linen shirt", "handle": "linen-shirt", "body_html": "<p>Washed.</p>", "vendor": "Weber",
        "product_type": "Shirts", "tags": "\"Big Air\", summer", "status": "active", "updated_at": "2026-11-01T10:00:00+01:00",
        "options": [{"name": "Size", "values": ["S", "M"]}], "images": [{"src": "https://cdn.example/s.jpg", "alt": null}],
        "variants": [
            {"id": 1, "title": "S", "sku": "LS-S", "price": "39.00", "compare_at_price": "49.00", "option1": "S", "position": 1, "barcode": "4006381333931",
             "inventory_management": "shopify", "inventory_quantity": 3, "inventory_policy": "deny"},
            {"id": 2, "title": "M", "sku": "LS-M", "price": "39.00", "compare_at_price": "", "option1": "M", "position": 2, "barcode": null,
             "inventory_management": "shopify", "inventory_quantity": -2, "inventory_policy": "deny"}]});
    let card = json!({"id": 7, "title": "Gift card", "handle": "gift-card", "product_type": "", "tags": "", "status": "active",
        "options": [{"name": "Title", "values": ["Default Title"]}], "images": [],
        "variants": [{"id": 8, "title": "Default Title", "sku": "", "price": "10.00", "compare_at_price": null, "option1": "Default Title", "inventory_management": null}]});
    let next = format!(
        "<{}>; rel=\"next\"",
        shop.backend.url("/admin/products-2.json")
    );
    let first = Response::json(&json!({"products": [shirt]})).header("link", &next);
    shop.backend.respond_with("/admin/products.json", first);
    let second = Response::json(&json!({"products": [card]}));
    shop.backend.respond_with("/admin/products-2.json", second);
    taken(&shop).await;
    told(&shop, "632910392.name", "Linen shirt").await;
    told(&shop, "632910392.category_ids", "shirts").await;
    told(&shop, "LS-S.prices", "39").await;
    told(&shop, "LS-S.stock", "3").await;
    told(&shop, "LS-M.stock", "out").await;
    told(&shop, "7.name", "Gift card").await;
}

#[tokio::test]
async fn shopify_types_that_have_no_address_or_the_same_one() {
    let shop = shop_of("shopify", "/products.json");
    let product = |id: u64, kind: &str| {
        json!({"id": id, "title": format!("Thing {id}"), "handle": format!("thing-{id}"), "product_type": kind, "tags": "", "status": "active",
            "options": [], "images": [], "variants": [{"id": id + 100, "title": "Default Title", "sku": null, "price": "10.00",
            "compare_at_price": "12.00", "inventory_management": "shopify", "inventory_quantity": 7, "inventory_policy": "deny"}]})
    };
    let all = [
        product(1, "Shirts"),
        product(2, "shirts"),
        product(3, "***"),
    ];
    shop.backend.respond_with(
        "/products.json",
        Response::json(&json!({ "products": all })),
    );
    taken(&shop).await;
    let check = shop.ingest(&["once", "--json"]).await;
    assert_eq!(check.code, Some(0), "{}", check.stderr);
    for id in ["1", "2"] {
        let ids = &field(&shop, id, "category_ids").await["stated"][0]["value"];
        assert_eq!(*ids, json!(["shirts"]));
    }
    let price = &field(&shop, "3", "103.prices").await["stated"][0]["value"];
    assert_eq!(
        *price,
        json!([{"amount": "10.00", "currency": "EUR", "compare_at": "12.00"}])
    );
    let stock = &field(&shop, "3", "103.stock").await["stated"][0]["value"];
    assert_eq!(*stock, json!({"availability": "in_stock", "quantity": 7.0}));
    let refused = std::fs::read_to_string(shop.folder().join("ingest/quarantine/catalog.ndjson"));
    assert_eq!(refused.unwrap_or_default(), "");
}

#[tokio::test]
async fn changes_are_asked_for_where_the_merchant_says_so() {
    let path = "/admin/api/2024-10/products.json";
    let keys =
        r#"changes = { query = { updated_at_min = "{since}", status = "active,archived,draft" } }"#;
    let shirt = |id: u64, price: &str, status: &str| {
        json!({"id": id, "title": format!("Shirt {id}"), "handle": format!("shirt-{id}"), "product_type": "", "tags": "", "status": status,
            "options": [{"name": "Title", "values": ["Default Title"]}], "images": [],
            "variants": [{"id": id + 100, "title": "Default Title", "sku": "", "price": price, "option1": "Default Title", "inventory_management": null}]})
    };
    let mut shop = shop_with(&source("products", "shopify", path, keys));
    let all: Vec<Value> = (1..=10).map(|id| shirt(id, "39.00", "active")).collect();
    let answer = |products: &[Value], used: &str| {
        Response::json(&json!({ "products": products }))
            .header("x-shopify-shop-api-call-limit", used)
    };
    shop.backend.respond_with(path, answer(&all, "1/40"));
    shop.open().await;
    page(&shop, "/p/shirt-2").await;

    let changed = [
        shirt(1, "35.00", "active"), // What is not sold any more may lack anything.
        shirt(2, "", "archived"),
        shirt(4, "39.00", "unlisted"),
    ];
    shop.backend.respond_with(path, answer(&changed, "40/40"));
    only_changes(&shop, "products", 3).await;
    let asked = shop.backend.requests();
    let asked = &asked.last().expect("a request").target;
    assert!(
        asked.contains("updated_at_min=20") && asked.contains("archived"),
        "{asked}"
    );
    assert_eq!(seen(&shop, "1", "101.prices").await, "35.00 EUR");
    page(&shop, "/p/shirt-3").await;
    assert_eq!(stated(&shop, "4", "visibility").await, "hidden");
    assert_ne!(shop.get("/p/shirt-2").await.status, 200);
}
