//! WooCommerce: ten a page unless asked, ids of variations instead of variations, and "" for nothing; and its sample shop.

use std::collections::BTreeMap;
use std::sync::Arc;

use frontage_tests::backend::apis::woocommerce::Woocommerce;
use frontage_tests::shop::Shop;
use serde_json::{Value, json};

use super::{
    EARLIER, LATER, nothing_refused, only_changes, page, recognised, seen, shop_with, source,
    stated, with,
};
use crate::probe_real::raw::{Row, raw, rows};

const BASIC: &str = "auth = { kind = \"basic\", user = \"ck_key\", password = \"cs_secret\" }";

fn shop(auth: &str, keys: &str, api: Woocommerce) -> Shop {
    let base = "/wp-json/wc/v3/products";
    let shop = shop_with(
        &[
            source("products", "woocommerce", base, &format!("{auth}\n{keys}")),
            source(
                "groups",
                "woocommerce-categories",
                &format!("{base}/categories"),
                &format!("{auth}\n{keys}"),
            ),
        ]
        .concat(),
    );
    shop.backend.play(Arc::new(api));
    shop
}

fn product(id: u32, kind: &str, name: &str, more: Value) -> Value {
    let product = json!({"id": id, "name": name, "slug": name.to_lowercase().replace(' ', "-"), "permalink": "https://shop.example/x", "type": kind,
        "status": "publish", "catalog_visibility": "visible", "description": "<p>Long.</p>", "short_description": "<p>Short.</p>", "sku": format!("SKU-{id}"),
        "price": "", "regular_price": "", "sale_price": "", "date_created_gmt": "2026-01-01T08:00:00", "date_modified_gmt": "2026-10-01T08:00:00",
        "manage_stock": false, "stock_quantity": Value::Null, "stock_status": "instock", "categories": [{"id": 9, "name": "Tees", "slug": "tees"}], "tags": [],
        "images": [], "attributes": [], "variations": [], "grouped_products": [], "upsell_ids": [], "cross_sell_ids": [], "parent_id": 0});
    with(product, &more)
}

fn variations() -> Vec<Value> {
    let variation = |id: u32, status: &str, options: Value, price: &str, more: Value| {
        let one = product(
            id,
            "variation",
            "T-Shirt",
            json!({"status": status, "price": price, "regular_price": price, "parent_id": 1, "menu_order": id,
            "attributes": options, "image": {"id": 1, "src": "https://cdn.example/blue.jpg", "alt": "In blue"}}),
        );
        with(one, &more)
    };
    let option = |name: &str, value: &str| json!({"id": 0, "name": name, "option": value});
    vec![
        variation(
            11,
            "publish",
            json!([option("Colour", "Blue")]),
            "18.00",
            json!({"manage_stock": "parent"}),
        ),
        variation(
            12,
            "publish",
            json!([option("Colour", "Red")]),
            "19.00",
            json!({"regular_price": "21.00", "manage_stock": true, "stock_quantity": 0, "stock_status": "outofstock"}),
        ),
        variation(
            13,
            "private",
            json!([option("Colour", "Green")]),
            "20.00",
            json!({}),
        ),
    ]
}

fn api() -> Woocommerce {
    let choice = |name: &str, values: Value, variation: bool| json!({"id": 0, "name": name, "position": 0, "visible": true, "variation": variation, "options": values});
    Woocommerce {
        products: vec![
            product(
                1,
                "variable",
                "T-Shirt",
                json!({"price": "18.00", "manage_stock": true, "stock_quantity": 11, "variations": [11, 12, 13],
                "attributes": [choice("Colour", json!(["Blue", "Red"]), true), choice("Material", json!(["Cotton"]), false)], "cross_sell_ids": [2]}),
            ),
            product(
                2,
                "simple",
                "Beanie",
                json!({"name": "Beanie &amp; Bag", "slug": "beanie", "price": "18.50", "regular_price": "20.00", "sale_price": "18.50", "manage_stock": true,
                "stock_quantity": 3, "global_unique_id": "4006381333931", "brands": [{"id": 1, "name": "Weber", "slug": "weber"}], "tags": [{"id": 1, "name": "Warm", "slug": "warm"}],
                "images": [{"id": 5, "src": "https://cdn.example/beanie.jpg", "name": "x", "alt": ""}]}),
            ),
            product(3, "grouped", "Outfit", json!({"grouped_products": [1, 2]})),
            product(
                4,
                "external",
                "Press",
                json!({"price": "9.99", "regular_price": "9.99", "external_url": "https://other.example/press"}),
            ),
            product(
                5,
                "simple",
                "Draft",
                json!({"status": "draft", "price": "1.00"}),
            ),
            product(
                6,
                "simple",
                "Later",
                json!({"price": "5.00", "stock_status": "onbackorder", "catalog_visibility": "hidden"}),
            ),
        ],
        variations: variations(),
        categories: vec![
            json!({"id": 8, "name": "Clothing &amp; more", "slug": "clothing", "parent": 0, "description": "", "display": "default", "image": Value::Null, "menu_order": 0, "count": 3}),
            json!({"id": 9, "name": "Tees", "slug": "tees", "parent": 8, "description": "", "display": "default",
                "image": {"id": 1, "src": "https://cdn.example/tees.jpg", "alt": ""}, "menu_order": 0, "count": 3}),
        ],
    }
}

#[tokio::test]
async fn every_type_of_product() {
    let mut shop = shop(BASIC, "query = { per_page = 2 }", api());
    shop.open().await;
    nothing_refused(&shop);
    assert_eq!(stated(&shop, "2", "name").await, "Beanie & Bag");
    assert_eq!(
        stated(&shop, "2", "2.prices").await,
        json!([{"amount": "18.50", "currency": "EUR", "compare_at": "20.00"}])
    );
    assert_eq!(seen(&shop, "2", "2.stock").await, "3");
    assert_eq!(stated(&shop, "2", "gtin").await, "4006381333931");
    assert_eq!(stated(&shop, "2", "brand").await, "Weber");
    assert_eq!(
        stated(&shop, "2", "media").await,
        json!([{"url": "https://cdn.example/beanie.jpg", "type": "image"}])
    );
    let variants = stated(&shop, "1", "variants").await;
    assert_eq!(variants[0]["options"], json!({"colour": "Blue"}));
    assert_eq!(variants[0]["media"][0]["alt"], "In blue");
    assert_eq!(variants[2]["status"], "draft");
    assert_eq!(seen(&shop, "1", "11.stock").await, "11");
    assert_eq!(
        stated(&shop, "1", "12.prices").await,
        json!([{"amount": "19.00", "currency": "EUR", "compare_at": "21.00"}])
    );
    assert_eq!(
        stated(&shop, "1", "12.stock").await,
        json!({"availability": "out_of_stock", "quantity": 0.0})
    );
    assert_eq!(seen(&shop, "1", "attributes").await, "Material: Cotton");
    assert_eq!(
        stated(&shop, "3", "related").await,
        json!([{"relation": "grouped_item", "product_id": "1"}, {"relation": "grouped_item", "product_id": "2"}])
    );
    assert_eq!(
        stated(&shop, "4", "custom").await,
        json!({"external_url": "https://other.example/press"})
    );
    assert_eq!(stated(&shop, "6", "visibility").await, "hidden");
    let shirt = page(&shop, "/p/t-shirt").await;
    assert!(
        shirt.contains("Colour") && shirt.contains("18.00"),
        "{shirt}"
    );
    assert_eq!(shop.get("/p/draft").await.status, 404);
    let clothing = page(&shop, "/c/clothing").await;
    assert!(
        clothing.contains("Clothing &amp; more") && clothing.contains("Tees"),
        "{clothing}"
    );
    let asked = shop.backend.requests();
    let details = asked
        .iter()
        .filter(|seen| seen.target.contains("/variations?"));
    assert_eq!(
        details.count(),
        1,
        "variations are asked for where there are some"
    );
}

#[tokio::test]
async fn changes_are_asked_for_with_what_is_not_published_any_more() {
    let at = |id: u32, kind: &str, name: &str, changed: &str, more: Value| {
        let product = product(
            id,
            kind,
            name,
            json!({"price": "5.00", "date_modified_gmt": changed}),
        );
        with(product, &more)
    };
    let site = |products: Vec<Value>, price: &str| Woocommerce {
        products,
        variations: vec![product(
            11,
            "variation",
            "Tee",
            json!({"price": price, "parent_id": 1}),
        )],
        categories: api().categories,
    };
    let tee = |changed: &str| at(1, "variable", "Tee", changed, json!({"variations": [11]}));
    // So many that one of them may go without anybody's asking.
    let caps = (20..30).map(|id| at(id, "simple", &format!("Cap {id}"), EARLIER, json!({})));
    let caps: Vec<Value> = caps.collect();
    let others = |changed: &str, status: &str| {
        let hat = at(3, "simple", "Old hat", changed, json!({"status": status}));
        let draft = json!({"status": "draft", "name": "", "slug": ""});
        vec![hat, at(4, "simple", "Never sold", changed, draft)]
    };
    let before = [vec![tee(EARLIER)], caps.clone(), others(EARLIER, "publish")].concat();
    let mut shop = shop(BASIC, "query = { per_page = 2 }", site(before, "18.00"));
    shop.open().await;
    page(&shop, "/p/old-hat").await;

    let after = [vec![tee(LATER)], caps, others(LATER, "private")].concat();
    shop.backend.play_instead(Arc::new(site(after, "19.50")));
    only_changes(&shop, "products", 3).await;
    assert_eq!(seen(&shop, "1", "11.prices").await, "19.50 EUR");
    page(&shop, "/p/cap-20").await;
    assert_ne!(shop.get("/p/old-hat").await.status, 200);
}

#[tokio::test]
async fn a_time_that_is_written_otherwise_is_refused() {
    let keys = format!("{BASIC}\nchanges = {{ format = \"epoch\" }}");
    let path = "/wp-json/wc/v3/products";
    let shop = shop_with(&source("products", "woocommerce", path, &keys));
    shop.backend.play(Arc::new(api()));
    shop.once().await;
    let again = shop.ingest(&["once", "products"]).await;
    let told = format!("{}{}", again.stdout, again.stderr);
    assert!(again.code != Some(0) && told.contains("400"), "{told}");
}

#[tokio::test]
async fn keys_in_the_query_and_wrong_ones() {
    let query = |secret: &str| {
        format!(
            "auth = {{ kind = \"query\", params = {{ consumer_key = \"ck_key\", consumer_secret = \"{secret}\" }} }}"
        )
    };
    let mut right = shop(&query("cs_secret"), "", api());
    right.open().await;
    assert_eq!(seen(&right, "1", "11.prices").await, "18.00 EUR");
    let wrong = shop(&query("wr0ng"), "", api());
    let once = wrong.ingest(&["once"]).await;
    let told = format!("{}{}", once.stdout, once.stderr);
    assert!(told.contains("401") && !told.contains("wr0ng"), "{told}");
}

#[tokio::test]
async fn probe_knows_it() {
    let shop = shop(BASIC, "", api());
    assert_eq!(
        recognised(&shop, &api().products.into()).await,
        "woocommerce"
    );
    assert_eq!(
        recognised(&shop, &api().categories.into()).await,
        "woocommerce-categories"
    );
}

/// The rows of the sample shop as the API would give them.
fn sample(all: &[Row]) -> Woocommerce {
    let mut categories: BTreeMap<String, usize> = BTreeMap::new();
    let list = |cell: &str| -> Vec<String> {
        cell.split(", ")
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    };
    for path in all.iter().flat_map(|row| list(&row["Categories"])) {
        let parts: Vec<&str> = path.split(" > ").collect();
        for depth in 1..=parts.len() {
            let id = categories.len() + 1;
            categories.entry(parts[..depth].join(" > ")).or_insert(id);
        }
    }
    let attributes = |row: &Row, is_variation: bool| -> Vec<Value> {
        let one = |number: u32| {
            let name = &row[&format!("Attribute {number} name")];
            let values = &row[&format!("Attribute {number} value(s)")];
            (!name.is_empty()).then(|| match is_variation {
                true => json!({"id": 0, "name": name, "option": values}),
                false => json!({"id": 0, "name": name, "variation": row["Type"] == "variable", "options": list(values)}),
            })
        };
        [1, 2].into_iter().filter_map(one).collect()
    };
    let record = |row: &Row| {
        let price = if row["Sale price"].is_empty() {
            &row["Regular price"]
        } else {
            &row["Sale price"]
        };
        let images: Vec<Value> = list(&row["Images"])
            .iter()
            .map(|src| json!({"src": src, "alt": ""}))
            .collect();
        let parent = all.iter().find(|other| {
            !row["Parent"].is_empty()
                && (other["SKU"] == row["Parent"] || format!("id:{}", other["ID"]) == row["Parent"])
        });
        let kind = row["Type"].split(',').next().unwrap_or_default();
        product(
            row["ID"].parse().expect("an id"),
            kind,
            &row["Name"],
            json!({
            "slug": "", "sku": row["SKU"], "price": price, "regular_price": row["Regular price"], "sale_price": row["Sale price"], "images": images,
            "categories": list(&row["Categories"]).iter().map(|path| json!({"id": categories[path]})).collect::<Vec<_>>(),
            "attributes": attributes(row, kind == "variation"), "image": images.first(),
            "parent_id": parent.map_or(0, |parent| parent["ID"].parse().expect("an id")),
            "variations": if kind == "variable" { json!([1]) } else { json!([]) },
            "status": if row["Published"] == "1" { "publish" } else { "draft" },
            "stock_status": if row["In stock?"] == "1" { "instock" } else { "outofstock" }}),
        )
    };
    let (variations, products) = all
        .iter()
        .map(record)
        .partition(|record| record["type"] == "variation");
    let category = |(path, id): (&String, &usize)| {
        let (above, name) = path.rsplit_once(" > ").unwrap_or(("", path));
        json!({"id": id, "name": name, "slug": "", "parent": categories.get(above).copied().unwrap_or(0), "description": "", "menu_order": 0})
    };
    Woocommerce {
        products,
        variations,
        categories: categories.iter().map(category).collect(),
    }
}

#[tokio::test]
async fn the_sample_shop() {
    let Some(bytes) = raw("woocommerce-sample/sample_products.csv") else {
        return;
    };
    let all = rows(&bytes, ',');
    let mut shop = shop(BASIC, "query = { per_page = 4 }", sample(&all));
    shop.open().await;
    nothing_refused(&shop);
    let generation = shop.published();
    let mut checked = 0;
    for row in all.iter().filter(|row| row["Published"] == "1") {
        if row["Type"] == "variable" || row["Type"] == "grouped" {
            let product = generation
                .catalog
                .product_by_id(&row["ID"])
                .expect("a product");
            assert_eq!(
                product.options().count(),
                if row["Type"] == "variable" { 2 } else { 0 }
            );
            page(&shop, &format!("/p/{}", product.slug())).await;
            continue;
        }
        let variant = generation.catalog.variant_by_id(&row["ID"]);
        let variant = variant.unwrap_or_else(|| panic!("{} is missing", row["ID"]));
        assert_eq!(variant.sku(), row["SKU"]);
        let price = if row["Sale price"].is_empty() {
            &row["Regular price"]
        } else {
            &row["Sale price"]
        };
        let cents = crate::probe_real::raw::cents(price);
        let offer = generation.offers.variant(variant.row);
        assert_eq!(
            offer.price,
            cents.filter(|&cents| cents > 0),
            "{}",
            row["ID"]
        );
        checked += 1;
    }
    assert!(checked > 15, "{checked}");
    println!("woocommerce: {checked} articles of the sample shop are as its file has them");
}
