//! PrestaShop: prices net of tax, texts in several languages, values of combinations that only have numbers.

use std::sync::Arc;

use frontage_tests::backend::apis::prestashop::Prestashop;
use frontage_tests::shop::Shop;
use serde_json::{Value, json};

use super::{nothing_refused, page, recognised, seen, shop_with, source, stated};

fn words(german: &str, english: &str) -> Value {
    json!([{"id": "1", "value": english}, {"id": "2", "value": german}])
}

fn product(id: u32, name: Value, price: &str, combinations: &[u32]) -> Value {
    let slug = format!("product-{id}");
    json!({"id": id, "id_manufacturer": "1", "manufacturer_name": "Fashion Manufacturer", "id_category_default": "4", "reference": format!("demo_{id}"),
        "ean13": "4006381333931", "upc": "", "price": price, "active": "1", "state": "1", "visibility": "both", "condition": "new", "show_price": "1",
        "quantity": "0", "date_add": "2026-01-01 08:00:00", "date_upd": "2026-10-01 08:00:00", "name": name, "link_rewrite": words(&slug, &slug),
        "description": words("<p>Lang.</p>", "<p>Long.</p>"), "description_short": words("", "<p>Short.</p>"), "meta_title": "", "meta_description": "",
        "associations": {"categories": [{"id": "2"}, {"id": "4"}], "images": [{"id": "7"}], "product_features": [{"id": "5", "id_feature_value": "1"}],
            "combinations": combinations.iter().map(|id| json!({"id": id.to_string()})).collect::<Vec<_>>(),
            "accessories": [{"id": "3"}]}})
}

fn combination(id: u32, product: u32, price: &str, values: [u32; 2]) -> Value {
    json!({"id": id, "id_product": product.to_string(), "reference": format!("demo_{product}_{id}"), "ean13": "", "upc": "", "mpn": "",
        "price": price, "default_on": if id == 2 { json!("1") } else { Value::Null },
        "associations": {"product_option_values": values.map(|id| json!({"id": id.to_string()})), "images": [{"id": "9"}]}})
}

fn stock(id: u32, product: u32, combination: u32, quantity: i64, when_sold_out: &str) -> Value {
    json!({"id": id, "id_product": product.to_string(), "id_product_attribute": combination.to_string(), "quantity": quantity.to_string(),
        "out_of_stock": when_sold_out})
}

fn categories() -> Vec<Value> {
    let category = |id: u32, parent: u32, name: Value| {
        json!({"id": id, "id_parent": parent.to_string(), "level_depth": "1", "active": "1", "is_root_category": "0", "name": name,
            "link_rewrite": words("kategorie", &format!("category-{id}")), "description": "", "position": "0", "date_upd": "2026-10-01 08:00:00"})
    };
    vec![
        category(1, 0, words("Wurzel", "Root")),
        category(2, 1, words("Start", "Home")),
        category(3, 2, words("Damen", "Women")),
        category(4, 3, words("Oberteile", "Tops")),
    ]
}

fn values() -> Vec<Value> {
    let value = |id: u32, group: u32, name: &str, color: &str| json!({"id": id, "id_attribute_group": group.to_string(), "color": color, "name": words(&format!("{name} (de)"), name)});
    vec![
        value(1, 1, "S", ""),
        value(13, 3, "Orange", "#F39C11"),
        value(14, 3, "Blue", "#5D9CEC"),
    ]
}

fn api() -> Prestashop {
    let option = |id: u32, name: &str, public: Value| json!({"id": id, "name": name, "public_name": public, "group_type": "select", "position": "1"});
    let mut mug = product(2, words("Becher", "Mug"), "9.916667", &[]);
    mug["reduction"] = json!(10);
    let mut hidden = product(3, words("Alt", "Old"), "1.000000", &[]);
    hidden["active"] = json!("0");
    Prestashop {
        // S3CRETKEY:
        authorization: "Basic UzNDUkVUS0VZOg==".to_owned(),
        tax: 20,
        resources: vec![
            (
                "products",
                "product",
                vec![
                    product(1, words("T-Shirt", "Tee"), "16.510000", &[2, 3]),
                    mug,
                    hidden,
                ],
            ),
            (
                "combinations",
                "combination",
                vec![
                    combination(2, 1, "0.000000", [1, 13]),
                    combination(3, 1, "5.000000", [1, 14]),
                ],
            ),
            ("categories", "category", categories()),
            (
                "stock_availables",
                "stock_available",
                vec![
                    stock(1, 1, 0, 9, "2"),
                    stock(2, 1, 2, 9, "2"),
                    stock(3, 1, 3, 0, "1"),
                    stock(4, 2, 0, 0, "2"),
                    stock(5, 3, 0, 1, "2"),
                ],
            ),
            (
                "product_options",
                "product_option",
                vec![
                    option(1, "Size", words("Größe", "Size")),
                    option(3, "Colour of cloth", words("Farbe", "Colour")),
                    option(4, "Unused", words("", "Unused")),
                ],
            ),
            ("product_option_values", "product_option_value", values()),
            (
                "product_features",
                "product_feature",
                vec![json!({"id": 5, "position": "0", "name": words("Material", "Compositions")})],
            ),
            (
                "product_feature_values",
                "product_feature_value",
                vec![
                    json!({"id": 1, "id_feature": "5", "custom": "0", "value": words("Polyester (de)", "Polyester")}),
                ],
            ),
        ],
    }
}

fn shop(key: &str, products: &str) -> Shop {
    let shop = shop_of_all(key, products);
    shop.backend.play(Arc::new(api()));
    shop
}

/// A shop with all sources, and nothing to ask yet.
pub(super) fn shop_of_all(key: &str, products: &str) -> Shop {
    let auth = format!("auth = {{ kind = \"basic\", user = \"{key}\", password = \"\" }}\n");
    let of = |name: &str, preset: &str, resource: &str, keys: &str| {
        source(
            name,
            preset,
            &format!("/api/{resource}"),
            &format!("{auth}{keys}"),
        )
    };
    let vars =
        "vars = { base_url = \"https://cdn.example\", features = true, tax_percent = \"20\" }";
    shop_with(
        &[
            of(
                "products",
                "prestashop",
                "products",
                &format!("paging = {{ size = 3 }}\n{vars}\n{products}"),
            ),
            of(
                "combinations",
                "prestashop-combinations",
                "combinations",
                "paging = { size = 1 }",
            ),
            of(
                "groups",
                "prestashop-categories",
                "categories",
                "paging = { size = 2 }",
            ),
            of("options", "prestashop-options", "product_options", ""),
            of("features", "prestashop-features", "product_features", ""),
            of(
                "stock",
                "prestashop-stock",
                "stock_availables",
                "paging = { size = 2 }",
            ),
        ]
        .concat(),
    )
}

#[tokio::test]
async fn products_with_combinations() {
    let mut shop = shop("S3CRETKEY", "");
    shop.open().await;
    nothing_refused(&shop);
    assert_eq!(stated(&shop, "1", "name").await, "Tee");
    assert_eq!(
        stated(&shop, "1", "short_description").await,
        "<p>Short.</p>"
    );
    assert_eq!(stated(&shop, "1", "brand").await, "Fashion Manufacturer");
    assert_eq!(stated(&shop, "1", "category_ids").await, json!(["4"]));
    assert_eq!(
        stated(&shop, "1", "media").await,
        json!([{"url": "https://cdn.example/7-large_default/product-1.jpg", "type": "image"}])
    );
    assert_eq!(
        seen(&shop, "1", "attributes").await,
        "Compositions: Polyester"
    );
    // 16.51 and 20 % are 19.812; with the 5.00 of the combination 25.812.
    assert_eq!(seen(&shop, "1", "1-2.prices").await, "19.81 EUR");
    assert_eq!(seen(&shop, "1", "1-3.prices").await, "25.81 EUR");
    assert_eq!(seen(&shop, "1", "1-2.option_values").await, "Orange; S");
    assert_eq!(seen(&shop, "1", "1-2.stock").await, "9");
    assert_eq!(
        stated(&shop, "1", "1-3.stock").await,
        json!({"availability": "backorder", "quantity": 0.0})
    );
    // Net 9.916667, with 20 % and rounded as the shop does.
    assert_eq!(seen(&shop, "2", "2.prices").await, "11.90 EUR");
    let tee = page(&shop, "/p/product-1").await;
    for word in ["Colour", "Orange", "#F39C11", "Size", "19.81"] {
        assert!(tee.contains(word), "{word} in {tee}");
    }
    let women = page(&shop, "/c/category-3").await;
    assert!(women.contains("Tops") && women.contains("Tee"), "{women}");
    assert_eq!(shop.get("/p/product-3").await.status, 404);
    assert_eq!(shop.get("/c/category-2").await.status, 404);
}

#[tokio::test]
async fn prices_that_the_shop_computes_win() {
    let mut shop = shop("S3CRETKEY", "");
    let prices = source(
        "prices",
        "prestashop-prices",
        "/api/products",
        "auth = { kind = \"basic\", user = \"S3CRETKEY\", password = \"\" }\npaging = { size = 1 }\n",
    )
    .replace("BACKEND", &shop.backend.url(""));
    shop.reconfigure(|text| text + &prices);
    shop.open().await;
    nothing_refused(&shop);
    assert_eq!(
        stated(&shop, "2", "2.prices").await,
        json!([{"amount": "10.71", "currency": "EUR", "compare_at": "11.90"}])
    );
    assert_eq!(seen(&shop, "1", "1-2.prices").await, "19.81 EUR");
}

#[tokio::test]
async fn without_its_key_there_is_no_shop() {
    let once = shop("OTHERKEY", "").ingest(&["once"]).await;
    assert_ne!(once.code, Some(0));
    let told = format!("{}{}", once.stdout, once.stderr);
    assert!(told.contains("401") && !told.contains("OTHERKEY"), "{told}");
}

#[tokio::test]
async fn probe_knows_it() {
    let shop = shop("S3CRETKEY", "");
    for (resource, _, records) in api().resources {
        let preset = match resource {
            "products" => "prestashop",
            "combinations" => "prestashop-combinations",
            "categories" => "prestashop-categories",
            "stock_availables" => "prestashop-stock",
            _ => continue,
        };
        assert_eq!(
            recognised(&shop, &json!({ resource: records })).await,
            preset
        );
    }
}
