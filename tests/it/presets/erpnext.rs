//! ERPNext: names in lists, child tables in documents, prices and stock of types of their own.

use std::sync::Arc;

use frontage_tests::backend::apis::erpnext::Erpnext;
use frontage_tests::shop::Shop;
use serde_json::{Value, json};

use super::{
    EARLIER, LATER, nothing_refused, only_changes, page, seen, shop_with, source, stated, with,
};

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

fn of(token: &str, name: &str, preset: &str, path: &str, keys: &str) -> String {
    let auth = format!(
        "auth = {{ kind = \"header\", name = \"authorization\", prefix = \"token \", value = \"{token}\" }}\npaging = {{ size = 2 }}"
    );
    source(
        name,
        preset,
        &format!("/api/resource/{path}"),
        &format!("{auth}\n{keys}"),
    )
}

fn shop(token: &str, warehouse: &str) -> Shop {
    let of = |name: &str, preset: &str, path: &str, keys: &str| of(token, name, preset, path, keys);
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

/// A site before and after some of its items changed: one is dearer, and a variant and an article are disabled.
fn changing(is_after: bool) -> Erpnext {
    let (changed, rate, disabled) = match is_after {
        true => (LATER, 19.5, 1),
        false => (EARLIER, 18.0, 0),
    };
    let named = |code: &str, name: &str, changed: &str, more: Value| {
        let changed = json!({"modified": format!("{}.123456", changed.replace('T', " ")), "standard_rate": 18.0});
        with(with(item(code, name, json!({})), &changed), &more)
    };
    let coloured = |colour: &str, more: Value| {
        let attribute = json!([{"attribute": "Colour", "attribute_value": colour}]);
        let variant = json!({"variant_of": "MUG", "attributes": attribute});
        named(
            &format!("MUG-{colour}"),
            "Mug",
            changed,
            with(variant, &more),
        )
    };
    let mut items = vec![
        named(
            "MUG",
            "Mug",
            EARLIER,
            json!({"has_variants": 1, "attributes": [{"attribute": "Colour"}]}),
        ),
        coloured("Blue", json!({"standard_rate": rate})),
        coloured("Red", json!({"disabled": disabled})),
        named("JUG", "Jug", changed, json!({"disabled": disabled})),
    ];
    items.extend((20..30).map(|size| {
        named(
            &format!("P{size}"),
            &format!("Plate {size}"),
            EARLIER,
            json!({}),
        )
    }));
    Erpnext {
        types: vec![("Item", items)],
    }
}

#[tokio::test]
async fn changes_are_asked_for_with_what_is_disabled() {
    // One of two variants is half of them.
    let keys = "guard = { max_removed_percent = 60 }";
    let mut shop = shop_with(&of("k3y:s3cret", "items", "erpnext", "Item", keys));
    shop.backend.play(Arc::new(changing(false)));
    shop.open().await;
    page(&shop, "/p/jug").await;
    assert!(page(&shop, "/p/mug").await.contains("Red"));

    shop.backend.play_instead(Arc::new(changing(true)));
    only_changes(&shop, "items", 3).await;
    assert_eq!(seen(&shop, "MUG", "MUG-Blue.prices").await, "19.50 EUR");
    assert!(!page(&shop, "/p/mug").await.contains("Red"));
    page(&shop, "/p/plate-20").await;
    assert_ne!(shop.get("/p/jug").await.status, 200);
}

#[tokio::test]
async fn stock_of_a_warehouse_by_changes_of_ones_own() {
    let bins = |changed: &str, quantity: f64| {
        let bin = |item: &str, warehouse: &str, changed: &str, quantity: f64| {
            json!({"name": format!("{item}{warehouse}"), "item_code": item,
            "warehouse": warehouse, "actual_qty": quantity, "modified": changed.replace('T', " ")})
        };
        let mut site = changing(false);
        let bins = vec![
            bin("JUG", "Stores - EX", changed, quantity),
            bin("JUG", "Returns - EX", changed, 7.0),
            bin("P20", "Stores - EX", EARLIER, 3.0),
        ];
        site.types.push(("Bin", bins));
        Arc::new(site)
    };
    // As docs/presets.md has it.
    let keys = r#"vars = { warehouse = "Stores - EX" }
changes = { query = { filters = '[["modified",">","{since}"]]' }, format = "%Y-%m-%d %H:%M:%S", overlap_ms = 94200000 }"#;
    let items = of("k3y:s3cret", "items", "erpnext", "Item", "");
    let stock = of("k3y:s3cret", "stock", "erpnext-stock", "Bin", keys);
    let mut shop = shop_with(&[items, stock].concat());
    shop.backend.play(bins(EARLIER, 4.0));
    shop.open().await;
    shop.backend.play_instead(bins(LATER, 9.0));
    only_changes(&shop, "stock", 2).await;
    assert_eq!(seen(&shop, "JUG", "JUG.stock").await, "9");
    assert_eq!(seen(&shop, "P20", "P20.stock").await, "3");
}

#[tokio::test]
async fn a_time_that_is_written_otherwise_is_refused() {
    let keys = "changes = { format = \"epoch\" }";
    let shop = shop_with(&of("k3y:s3cret", "items", "erpnext", "Item", keys));
    shop.backend.play(Arc::new(site()));
    shop.once().await;
    let again = shop.ingest(&["once"]).await;
    let told = format!("{}{}", again.stdout, again.stderr);
    assert!(again.code != Some(0) && told.contains("417"), "{told}");
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
