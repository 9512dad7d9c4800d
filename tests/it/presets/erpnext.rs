//! ERPNext: names in lists, child tables in documents, prices and stock of types of their own.

use std::sync::Arc;

use frontage_tests::backend::apis::erpnext::Erpnext;
use frontage_tests::shop::Shop;
use serde_json::{Value, json};

use super::{nothing_refused, page, seen, shop_with, source, stated, with};

fn item(code: &str, name: &str, more: Value) -> Value {
    let item = json!({"name": code, "item_code": code, "item_name": name, "item_group": "Mugs", "description": format!("<div>{name}</div>"),
        "brand": "Weber", "image": "/files/mug.png", "disabled": 0, "is_sales_item": 1, "is_stock_item": 1, "has_variants": 0, "variant_of": Value::Null,
        "standard_rate": 0.0, "attributes": [], "barcodes": [], "creation": "2026-01-01 08:00:00.123456", "modified": "2026-10-01 08:00:00.123456"});
    with(item, &more)
}

fn items() -> Vec<Value> {
    let variant = |code: &str, colour: &str| {
        item(
            code,
            &format!("Mug {colour}"),
            json!({"variant_of": "MUG", "attributes": [{"attribute": "Colour", "attribute_value": colour}]}),
        )
    };
    vec![
        item(
            "MUG",
            "Mug",
            json!({"has_variants": 1, "attributes": [{"attribute": "Colour", "attribute_value": Value::Null}],
                    "description": "<p>Fired <b>twice</b>.</p>"}),
        ),
        variant("MUG-BLU", "Blue"),
        variant("MUG-RED/1", "Red"),
        item(
            "Plate 24",
            "Plate 24",
            json!({"standard_rate": 8.5, "image": "/private/files/secret.png", "brand": Value::Null,
                    "barcodes": [{"barcode": "123"}, {"barcode": "4006381333931"}]}),
        ),
        item("OLD", "Old mug", json!({"disabled": 1})),
        item("RAW", "Clay", json!({"is_sales_item": 0})),
    ]
}

fn prices() -> Vec<Value> {
    let price = |item: &str, list: &str, rate: f64, more: Value| {
        let price = json!({"name": format!("{item}-{list}-{rate}"), "item_code": item, "price_list": list, "price_list_rate": rate, "currency": "EUR",
            "selling": 1, "customer": Value::Null, "valid_upto": Value::Null, "valid_from": "2026-01-01"});
        with(price, &more)
    };
    vec![
        price("MUG-BLU", "Standard Selling", 12.9, json!({})),
        price("MUG-BLU", "Standard Selling", 11.0, json!({})),
        price("MUG-BLU", "Wholesale", 7.0, json!({})),
        price(
            "MUG-RED/1",
            "Standard Selling",
            1.0,
            json!({"customer": "Best Customer"}),
        ),
        price(
            "MUG-RED/1",
            "Standard Selling",
            2.0,
            json!({"valid_upto": "2026-02-01"}),
        ),
        price("MUG-RED/1", "Standard Selling", 13.5, json!({})),
    ]
}

fn site() -> Erpnext {
    let bin = |item: &str, warehouse: &str, quantity: f64| json!({"name": format!("{item}{warehouse}"), "item_code": item, "warehouse": warehouse, "actual_qty": quantity});
    let group = |name: &str, parent: &str, place: u32| json!({"name": name, "item_group_name": name, "parent_item_group": parent, "lft": place});
    Erpnext {
        types: vec![
            ("Item", items()),
            (
                "Item Group",
                vec![
                    group("All Item Groups", "", 1),
                    group("Kitchen", "All Item Groups", 2),
                    group("Mugs", "Kitchen", 3),
                ],
            ),
            ("Item Price", prices()),
            (
                "Bin",
                vec![
                    bin("MUG-BLU", "Stores - EX", 4.0),
                    bin("MUG-BLU", "Returns - EX", 1.0),
                    bin("MUG-RED/1", "Stores - EX", -2.0),
                ],
            ),
        ],
    }
}

fn shop(token: &str, warehouse: &str) -> Shop {
    let of = |name: &str, preset: &str, path: &str, keys: &str| {
        let auth = format!(
            "auth = {{ kind = \"header\", name = \"authorization\", prefix = \"token \", value = \"{token}\" }}\npaging = {{ size = 2 }}"
        );
        source(
            name,
            preset,
            &format!("/api/resource/{path}"),
            &format!("{auth}\n{keys}"),
        )
    };
    let shop = shop_with(
        &[
            of(
                "items",
                "erpnext",
                "Item",
                "vars = { base_url = \"https://erp.example\" }",
            ),
            of("groups", "erpnext-groups", "Item%20Group", ""),
            of("prices", "erpnext-prices", "Item%20Price", ""),
            of("stock", "erpnext-stock", "Bin", warehouse),
        ]
        .concat(),
    );
    shop.backend.play(Arc::new(site()));
    shop
}

#[tokio::test]
async fn templates_variants_and_their_prices() {
    let mut shop = shop("k3y:s3cret", "vars = { warehouse = \"Stores - EX\" }");
    shop.open().await;
    nothing_refused(&shop);
    assert_eq!(
        stated(&shop, "MUG", "description").await,
        "<p>Fired <b>twice</b>.</p>"
    );
    assert_eq!(stated(&shop, "MUG", "category_ids").await, json!(["Mugs"]));
    assert_eq!(
        stated(&shop, "MUG", "media").await[0]["url"],
        "https://erp.example/files/mug.png"
    );
    assert_eq!(
        stated(&shop, "MUG", "MUG-BLU.options").await,
        json!({"Colour": "Blue"})
    );
    assert_eq!(seen(&shop, "MUG", "MUG-BLU.prices").await, "12.90 EUR");
    assert_eq!(seen(&shop, "MUG", "MUG-RED/1.prices").await, "13.50 EUR");
    assert_eq!(seen(&shop, "MUG", "MUG-BLU.stock").await, "4");
    assert_eq!(
        stated(&shop, "MUG", "MUG-RED/1.stock").await,
        json!({"availability": "out_of_stock", "quantity": -2.0})
    );
    assert_eq!(seen(&shop, "Plate 24", "Plate 24.prices").await, "8.50 EUR");
    assert_eq!(stated(&shop, "Plate 24", "gtin").await, "4006381333931");
    let why = shop.ingest(&["why", "Plate 24", "--json"]).await.stdout;
    assert!(
        !why.contains("\"media\"") && !why.contains("\"description\""),
        "{why}"
    );
    let mug = page(&shop, "/p/mug").await;
    assert!(
        mug.contains("Colour") && mug.contains("Blue") && mug.contains("12.90"),
        "{mug}"
    );
    let kitchen = page(&shop, "/c/kitchen").await;
    assert!(kitchen.contains("Mugs"), "{kitchen}");
    for gone in ["/p/old-mug", "/p/clay", "/c/all-item-groups"] {
        assert_eq!(shop.get(gone).await.status, 404, "{gone}");
    }
}

#[tokio::test]
async fn several_warehouses_are_not_added_up_behind_anybodys_back() {
    let shop = shop("k3y:s3cret", "");
    let held = shop.ingest(&["once", "stock"]).await;
    let told = format!("{}{}{}", held.stdout, held.stderr, super::refused(&shop));
    assert!(
        told.contains("MUG-BLU") && told.contains("duplicate"),
        "{told}"
    );
}

#[tokio::test]
async fn without_its_token_there_is_no_shop() {
    let once = shop("k3y:wr0ng", "").ingest(&["once"]).await;
    assert_ne!(once.code, Some(0));
    let told = format!("{}{}", once.stdout, once.stderr);
    assert!(told.contains("401") && !told.contains("wr0ng"), "{told}");
}
