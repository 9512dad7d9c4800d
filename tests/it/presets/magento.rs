//! Magento 2: numbers for values, children of configurable products, pages that repeat; and its sample shop.

use std::collections::BTreeMap;
use std::sync::Arc;

use frontage_tests::backend::apis::magento::Magento;
use frontage_tests::shop::Shop;
use serde_json::{Value, json};

use super::{nothing_refused, page, recognised, seen, shop_with, source, stated, with};
use crate::probe_real::raw::{Row, cents, raw, rows};

fn shop(password: &str, size: u32, api: Magento) -> Shop {
    let of = |name: &str, preset: &str, path: &str, keys: &str| {
        let auth = format!(
            "auth = {{ kind = \"login\", url = \"BACKEND/rest/default/V1/integration/admin/token\", token_at = \"\", \
             fields = {{ username = \"frontage\", password = \"{password}\" }} }}\npaging = {{ size = {size} }}"
        );
        source(
            name,
            preset,
            &format!("/rest/default/V1/{path}"),
            &format!("{auth}\n{keys}"),
        )
    };
    let shop = shop_with(
        &[
            of(
                "products",
                "magento",
                "products",
                "vars = { media_url = \"https://cdn.example/product\", gtin = \"ean\" }",
            ),
            of("groups", "magento-categories", "categories/list", ""),
            of(
                "attributes",
                "magento-attributes",
                "products/attributes",
                "",
            ),
            of("stock", "magento-stock", "inventory/source-items", ""),
        ]
        .concat(),
    );
    shop.backend.play(Arc::new(api));
    shop
}

fn product(id: usize, sku: &str, kind: &str, price: Value, own: Value) -> Value {
    let own: Vec<Value> = own
        .as_object()
        .into_iter()
        .flatten()
        .map(|(code, value)| json!({"attribute_code": code, "value": value}))
        .collect();
    json!({"id": id, "sku": sku, "name": sku, "attribute_set_id": 4, "price": price, "status": 1, "visibility": 4, "type_id": kind,
        "created_at": "2017-11-29 20:40:07", "updated_at": "2026-10-01 08:00:00", "extension_attributes": {"website_ids": [1], "category_links": []},
        "product_links": [], "media_gallery_entries": [], "custom_attributes": own})
}

fn category(id: u32, parent: u32, level: u32, name: &str) -> Value {
    json!({"id": id, "parent_id": parent, "name": name, "is_active": true, "position": 1, "level": level, "custom_attributes": []})
}

fn attribute(code: &str, input: &str, label: &str, options: Value) -> Value {
    json!({"attribute_id": 1, "attribute_code": code, "frontend_input": input, "default_frontend_label": label, "is_filterable": input == "select",
        "position": 0, "options": options})
}

fn hoodie() -> Value {
    let links = json!({"website_ids": [1], "category_links": [{"position": 0, "category_id": "11"}], "configurable_product_options": [
        {"id": 1, "attribute_id": "93", "label": "Color", "position": 0, "values": [{"value_index": 49}, {"value_index": 52}], "product_id": 1}],
        "configurable_product_links": [2, 3]});
    let gallery = json!([
        {"id": 2, "media_type": "image", "label": "Back", "position": 2, "disabled": false, "types": [], "file": "/m/h/back.jpg"},
        {"id": 1, "media_type": "image", "label": Value::Null, "position": 1, "disabled": false, "types": ["image"], "file": "/m/h/front.jpg"},
        {"id": 3, "media_type": "image", "label": "Off", "position": 0, "disabled": true, "types": [], "file": "/m/h/off.jpg"}]);
    let hoodie = product(
        1,
        "MH01",
        "configurable",
        json!(0),
        json!({"description": "<p>Warm.</p>", "url_key": "chaz-hoodie", "activity": "8,9",
        "has_options": "1", "tax_class_id": "2", "category_ids": ["11"], "material": "33", "notes": "<b>Soft</b>"}),
    );
    with(
        hoodie,
        &json!({"name": "Chaz Hoodie", "extension_attributes": links, "media_gallery_entries": gallery,
        "product_links": [{"sku": "MH01", "link_type": "upsell", "linked_product_sku": "24-BAG", "position": 1}]}),
    )
}

fn attributes() -> Vec<Value> {
    vec![
        attribute(
            "color",
            "select",
            "Color",
            json!([{"label": " ", "value": ""}, {"label": "Black", "value": "49"}, {"label": "Gray", "value": "52"}]),
        ),
        attribute(
            "activity",
            "multiselect",
            "Activity",
            json!([{"label": "Gym", "value": "8"}, {"label": "Hike", "value": "9"}]),
        ),
        attribute(
            "eco",
            "boolean",
            "Eco",
            json!([{"label": "Yes", "value": "1"}, {"label": "No", "value": "0"}]),
        ),
        attribute("internal", "text", "", json!([])),
    ]
}

fn api() -> Magento {
    let child = |id: usize, colour: &str, price: Value, own: Value| {
        let mut product = product(id, &format!("MH01-{colour}"), "simple", price, own);
        product["visibility"] = json!(1);
        product
    };
    Magento {
        products: vec![
            hoodie(),
            child(
                2,
                "Black",
                json!(52),
                json!({"color": "49", "size": "91", "image": "/m/h/black.jpg", "special_price": "60.000000"}),
            ),
            child(
                3,
                "Gray",
                json!(52.5),
                json!({"color": "52", "size": "91", "image": "no_selection", "special_price": "39.990000", "special_from_date": "2026-09-01 00:00:00"}),
            ),
            product(
                4,
                "24-BAG",
                "simple",
                json!(34),
                json!({"special_price": "20", "special_to_date": "2099-01-01 00:00:00", "ean": "4006381333931", "eco": "1"}),
            ),
            with(
                product(7, "CUP", "simple", json!(10), json!({})),
                &json!({"tier_prices": [
                    {"customer_group_id": 0, "qty": 50, "value": 7.25},
                    {"customer_group_id": 32000, "qty": 9.5, "value": 8.5},
                    {"customer_group_id": 32000, "qty": 50, "value": 7.5},
                    {"customer_group_id": 2, "qty": 5, "value": 6},
                    {"customer_group_id": 32000, "qty": 1, "value": 9.9},
                    {"customer_group_id": 32000, "qty": 90, "value": 0}]}),
            ),
            with(
                product(5, "OFF", "simple", json!(1), json!({})),
                &json!({"status": 2}),
            ),
            product(6, "KIT", "bundle", json!(0), json!({"price_type": "0"})),
        ],
        children: vec![(
            "MH01".to_owned(),
            vec!["MH01-Black".to_owned(), "MH01-Gray".to_owned()],
        )],
        categories: vec![
            category(1, 0, 0, "Root"),
            category(2, 1, 1, "Default"),
            category(10, 2, 2, "Men"),
            category(11, 10, 3, "Hoodies"),
        ],
        attributes: attributes(),
        source_items: vec![
            json!({"sku": "MH01-Black", "source_code": "default", "quantity": 7, "status": 1}),
            json!({"sku": "MH01-Black", "source_code": "shop-2", "quantity": 100, "status": 1}),
            json!({"sku": "MH01-Gray", "source_code": "default", "quantity": 3, "status": 0}),
        ],
    }
}

#[tokio::test]
async fn configurable_products_and_words_for_numbers() {
    let mut shop = shop("pa55word", 2, api());
    shop.open().await;
    nothing_refused(&shop);
    assert_eq!(stated(&shop, "MH01", "name").await, "Chaz Hoodie");
    assert_eq!(stated(&shop, "MH01", "category_ids").await, json!(["11"]));
    assert_eq!(
        stated(&shop, "MH01", "media").await,
        json!([{"url": "https://cdn.example/product/m/h/front.jpg", "type": "image"},
            {"url": "https://cdn.example/product/m/h/back.jpg", "type": "image", "alt": "Back"}])
    );
    let variants = stated(&shop, "MH01", "variants").await;
    assert_eq!(variants[0]["options"], json!({"color": "49"}));
    assert_eq!(
        variants[0]["media"][0]["url"],
        "https://cdn.example/product/m/h/black.jpg"
    );
    assert_eq!(seen(&shop, "MH01", "options").await, "Color: Black, Gray");
    // Magento itself takes the lower one.
    assert_eq!(seen(&shop, "MH01", "MH01-Black.prices").await, "52.00 EUR");
    assert_eq!(
        stated(&shop, "MH01", "MH01-Gray.prices").await,
        json!([{"amount": "52.50", "currency": "EUR", "sale_price": "39.99", "sale_from": "2026-09-01T00:00:00Z"}])
    );
    assert_eq!(seen(&shop, "MH01", "MH01-Gray.prices").await, "39.99 EUR");
    assert_eq!(seen(&shop, "MH01", "MH01-Black.stock").await, "7");
    assert_eq!(
        stated(&shop, "MH01", "MH01-Gray.stock").await,
        json!({"availability": "out_of_stock", "quantity": 3.0})
    );
    let attributes = seen(&shop, "MH01", "attributes").await;
    let attributes = attributes.as_str().expect("a text");
    assert!(
        attributes.contains("Activity: Gym; Activity: Hike"),
        "{attributes}"
    );
    assert!(
        !attributes.contains("tax_class_id") && attributes.contains("notes: Soft"),
        "{attributes}"
    );
    assert_eq!(seen(&shop, "24-BAG", "24-BAG.prices").await, "20.00 EUR");
    assert_eq!(
        stated(&shop, "24-BAG", "24-BAG.prices").await[0]["sale_until"],
        "2099-01-01T23:59:59Z"
    );
    assert_eq!(seen(&shop, "24-BAG", "attributes").await, "Eco: Yes");
    assert_eq!(stated(&shop, "24-BAG", "gtin").await, "4006381333931");
    let hoodie = page(&shop, "/p/chaz-hoodie").await;
    assert!(
        hoodie.contains("Gray") && hoodie.contains("39.99"),
        "{hoodie}"
    );
    page(&shop, "/c/men/hoodies?f.color=gray").await;
    for gone in ["/p/off", "/p/mh01-black", "/c/default"] {
        assert_eq!(shop.get(gone).await.status, 404, "{gone}");
    }
    let asked = shop.backend.requests();
    let pages = asked
        .iter()
        .filter(|seen| seen.target.contains("/V1/products?"));
    assert_eq!(
        pages.count(),
        3,
        "five products that can be seen, two a page"
    );
}

#[tokio::test]
async fn tier_prices_for_everybody_become_volume_prices() {
    let mut shop = shop("pa55word", 2, api());
    shop.open().await;
    assert_eq!(
        stated(&shop, "CUP", "CUP.prices").await[0]["tiers"],
        json!([{"min_quantity": 10, "amount": "8.50"}, {"min_quantity": 50, "amount": "7.25"}])
    );
    let cup = seen(&shop, "CUP", "CUP.prices").await;
    assert_eq!(cup, "10.00 EUR, from 10: 8.50, from 50: 7.25");
}

#[tokio::test]
async fn without_its_password_there_is_no_shop() {
    let once = shop("wr0ng", 2, api()).ingest(&["once"]).await;
    assert_ne!(once.code, Some(0));
    let told = format!("{}{}", once.stdout, once.stderr);
    assert!(told.contains("401") && !told.contains("wr0ng"), "{told}");
}

#[tokio::test]
async fn probe_knows_it() {
    let shop = shop("pa55word", 2, api());
    let of =
        |records: Vec<Value>| json!({"items": records, "search_criteria": {}, "total_count": 9});
    let api = api();
    for (records, preset) in [
        (api.products, "magento"),
        (api.categories, "magento-categories"),
        (api.attributes, "magento-attributes"),
        (api.source_items, "magento-stock"),
    ] {
        assert_eq!(recognised(&shop, &of(records)).await, preset);
    }
}

/// The additional attributes of a row, by their codes.
fn pairs(row: &Row) -> Vec<(String, String)> {
    let pairs = row["additional_attributes"].split(',');
    let pairs = pairs.filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(code, value)| (code.to_owned(), value.to_owned()))
        .collect()
}

/// What a row says of categories; those that are new get a number.
fn links(row: &Row, known: &mut BTreeMap<String, usize>) -> Vec<Value> {
    let mut links = Vec::new();
    for path in row["categories"]
        .split(',')
        .filter(|path| path.contains('/'))
    {
        let parts: Vec<&str> = path.split('/').collect();
        for depth in 2..=parts.len() {
            let next = known.len() + 3;
            known.entry(parts[..depth].join("/")).or_insert(next);
        }
        links.push(json!({"position": 0, "category_id": known[path].to_string()}));
    }
    links
}

/// The categories of all paths.
fn tree(known: &BTreeMap<String, usize>) -> Vec<Value> {
    let level = |path: &str| path.matches('/').count() + 1;
    let categories = known.iter().map(|(path, id)| {
        let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
        json!({"id": id, "parent_id": known.get(above).copied().unwrap_or(2), "level": level(path), "name": name, "position": 1, "is_active": true})
    });
    categories.collect()
}

/// The rows of the sample shop as the API would give them: words become numbers again.
fn sample(all: &[Row]) -> Magento {
    let mut numbers: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    let mut products = Vec::new();
    let mut children = Vec::new();
    for (place, row) in all.iter().enumerate() {
        let mut own = json!({"url_key": row["url_key"], "description": row["description"]});
        for (code, value) in pairs(row)
            .into_iter()
            .filter(|(code, _)| ["size", "color"].contains(&code.as_str()))
        {
            let next = numbers.len() + 50;
            let number = *numbers.entry((code.clone(), value)).or_insert(next);
            own[code] = json!(number.to_string());
        }
        let links = links(row, &mut known);
        let price: Value = serde_json::from_str(&row["price"]).unwrap_or_default();
        let mut record = product(place + 1, &row["sku"], &row["product_type"], price, own);
        let visibility = if row["visibility"] == "Not Visible Individually" {
            1
        } else {
            4
        };
        record = with(
            record,
            &json!({"name": row["name"], "visibility": visibility,
            "extension_attributes": {"category_links": links}}),
        );
        if row["product_type"] == "configurable" {
            let skus: Vec<String> = row["configurable_variations"]
                .split('|')
                .filter_map(|one| one.split(',').find_map(|pair| pair.strip_prefix("sku=")))
                .map(str::to_owned)
                .collect();
            let of = |code: &str| -> Vec<Value> {
                let mut values: Vec<usize> = all
                    .iter()
                    .filter(|other| skus.contains(&other["sku"]))
                    .flat_map(pairs)
                    .filter(|(known, _)| known == code)
                    .filter_map(|pair| numbers.get(&pair).copied())
                    .collect();
                values.sort_unstable();
                values.dedup();
                values
                    .into_iter()
                    .map(|number| json!({"value_index": number}))
                    .collect()
            };
            record["extension_attributes"]["configurable_product_options"] = json!([
                {"attribute_id": "93", "label": "Color", "position": 0, "values": of("color")},
                {"attribute_id": "144", "label": "Size", "position": 1, "values": of("size")}]);
            children.push((row["sku"].clone(), skus));
        }
        products.push(record);
    }
    let options = |wanted: &str| {
        let own = numbers.iter().filter(|((code, _), _)| code == wanted);
        own.map(|((_, label), number)| json!({"label": label, "value": number.to_string()}))
            .collect::<Vec<_>>()
            .into()
    };
    Magento {
        categories: tree(&known),
        attributes: vec![attribute("color", "select", "Color", options("color")), attribute("size", "select", "Size", options("size"))],
        source_items: products.iter().filter(|product| product["type_id"] == "simple").map(|product| json!({"sku": product["sku"], "source_code": "default", "quantity": 100, "status": 1})).collect(),
        products,
        children,
    }
}

#[tokio::test]
async fn the_sample_shop() {
    let Some(bytes) = raw("magento2-luma/ConfigurableSampleData/fixtures/products.csv") else {
        return;
    };
    let all = rows(&bytes, ',');
    let mut shop = shop("pa55word", 100, sample(&all));
    shop.open().await;
    nothing_refused(&shop);
    let generation = shop.published();
    let (mut products, mut variants) = (0, 0);
    for row in &all {
        if row["product_type"] == "configurable" {
            let product = generation.catalog.product_by_id(&row["sku"]);
            let product = product.unwrap_or_else(|| panic!("{} is missing", row["sku"]));
            assert_eq!(product.name(), row["name"]);
            products += 1;
            continue;
        }
        let variant = generation.catalog.variant_by_id(&row["sku"]);
        let variant = variant.unwrap_or_else(|| panic!("{} is missing", row["sku"]));
        let offer = generation.offers.variant(variant.row);
        assert_eq!(offer.price, cents(&row["price"]), "{}", row["sku"]);
        let mut words: Vec<&str> = variant.values().map(|value| value.name()).collect();
        words.sort_unstable();
        let attributes = &row["additional_attributes"];
        assert_eq!(words.len(), 2, "{}", row["sku"]);
        for word in words {
            assert!(
                attributes.contains(&format!("={word}")),
                "{word} of {}: {attributes}",
                row["sku"]
            );
        }
        variants += 1;
    }
    assert_eq!(generation.catalog.products().count(), products);
    let first = generation.catalog.products().next().expect("a product");
    page(&shop, &format!("/p/{}", first.slug())).await;
    println!(
        "magento: {products} products with {variants} variants of the sample shop are as its file has them"
    );
}
