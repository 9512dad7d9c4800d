//! Akeneo: values by language and channel, models of two levels, words for options; and its demo catalogue.

use std::collections::BTreeMap;
use std::sync::Arc;

use frontage_shared::snapshot::Generation;
use frontage_tests::backend::apis::akeneo::Akeneo;
use frontage_tests::shop::Shop;
use serde_json::{Map, Value, json};

use super::{
    EARLIER, LATER, nothing_refused, only_changes, page, recognised, seen, shop_with, source,
    stated, with,
};
use crate::probe_real::raw::{Row, raw, rows};

fn shop(keys: &str, secret: &str) -> Shop {
    let of = |name: &str, preset: &str, resource: &str, keys: &str| {
        let auth = format!(
            "[source.{name}.auth]\nkind = \"oauth2\"\ngrant = \"password\"\ntoken_url = \"BACKEND/api/oauth/v1/token\"\nclient_auth = \"basic\"\n\
             send = \"json\"\nclient_id = \"client\"\nclient_secret = \"{secret}\"\nusername = \"frontage\"\npassword = \"pa55word\"\n"
        );
        source(
            name,
            preset,
            &format!("/api/rest/v1/{resource}"),
            &format!("{keys}\n{auth}"),
        )
    };
    shop_with(
        &[
            of("products", "akeneo", "products-uuid", keys),
            of("models", "akeneo-models", "product-models", ""),
            of("groups", "akeneo-categories", "categories", ""),
            of("attributes", "akeneo-attributes", "attributes", ""),
            of("options", "akeneo-options", "attributes", ""),
        ]
        .concat(),
    )
}

fn value(data: Value) -> Value {
    json!([{"locale": null, "scope": null, "data": data}])
}

fn product(uuid: &str, parent: Value, values: Value) -> Value {
    json!({"uuid": uuid, "enabled": true, "family": "clothing", "categories": ["tees"], "groups": [], "parent": parent, "values": values,
        "created": "2026-01-01T08:00:00+00:00", "updated": "2026-10-01T08:00:00+00:00",
        "associations": {"X_SELL": {"products": ["u-cap"], "product_models": [], "groups": []}}, "quantified_associations": {}})
}

fn variant(number: u32, parent: &str, color: &str, size: &str) -> Value {
    product(
        &format!("u-{number}"),
        json!(parent),
        json!({
        "sku": value(json!(format!("TEE-{number}"))), "color": value(json!(color)), "size": value(json!(size)),
        "price": value(json!([{"amount": "19.90", "currency": "EUR"}, {"amount": "21.00", "currency": "USD"}]))}),
    )
}

fn models() -> Vec<Value> {
    let model = |code: &str, parent: Value, values: Value| {
        json!({"code": code, "family": "clothing", "family_variant": "by_color_and_size", "parent": parent, "categories": ["tees"], "values": values,
            "created": "2026-01-01T08:00:00+00:00", "updated": "2026-10-01T08:00:00+00:00", "associations": {}})
    };
    vec![
        model(
            "tee",
            Value::Null,
            json!({"name": value(json!("Tee")), "notes": value(json!("Organic"))}),
        ),
        model(
            "tee_blue",
            json!("tee"),
            json!({"name": value(json!("Tee")), "color": value(json!("blue"))}),
        ),
        model(
            "tee_red",
            json!("tee"),
            json!({"name": value(json!("Tee")), "color": value(json!("red"))}),
        ),
    ]
}

fn attributes() -> Vec<Value> {
    let attribute = |code: &str, kind: &str, label: &str| json!({"code": code, "type": format!("pim_catalog_{kind}"), "group": "g", "labels": {"en_US": label, "de_DE": "x"}, "sort_order": 1, "group_labels": {"en_US": "Details"}});
    vec![
        attribute("color", "simpleselect", "Colour"),
        attribute("size", "simpleselect", "Size"),
        attribute("care", "multiselect", "Care"),
        attribute("weight", "metric", "Weight"),
        attribute("notes", "textarea", "Notes"),
    ]
}

fn options() -> Vec<Value> {
    let option = |attribute: &str, code: &str, label: &str| json!({"code": code, "attribute": attribute, "sort_order": 1, "labels": {"en_US": label}});
    vec![
        option("color", "blue", "Sky blue"),
        option("color", "red", "Brick red"),
        option("size", "s", "Small"),
        option("size", "m", "Medium"),
        option("care", "wash", "Wash cold"),
        option("care", "iron", "Iron"),
    ]
}

fn pim() -> Akeneo {
    let mut cap = product(
        "u-cap",
        Value::Null,
        json!({
        "sku": value(json!("CAP")), "name": value(json!("Cap")), "ean": value(json!("4006381333931")),
        "description": [{"locale": "de_DE", "scope": "ecommerce", "data": "<p>Kappe</p>"}, {"locale": "en_US", "scope": "print", "data": "<p>Print</p>"},
            {"locale": "en_US", "scope": "ecommerce", "data": "<p>Shop</p>"}],
        "price": value(json!([{"amount": "15.5", "currency": "EUR"}])), "weight": value(json!({"amount": "120.0000", "unit": "GRAM"})),
        "care": value(json!(["wash", "iron"])), "notes": value(json!("<b>Soft</b> cotton")),
        "picture": [{"locale": null, "scope": null, "data": "f/4/d/cap.jpg", "_links": {"download": {"href": "https://pim.example/download"}}}]}),
    );
    cap["associations"] = json!({});
    let mut disabled = product(
        "u-off",
        Value::Null,
        json!({"sku": value(json!("OFF")), "name": value(json!("Off"))}),
    );
    disabled["enabled"] = json!(false);
    let nameless = product(
        "u-new",
        Value::Null,
        json!({"sku": value(json!("NEW")), "name": [{"locale": "fr_FR", "scope": null, "data": "Neuf"}]}),
    );
    Akeneo {
        products: vec![
            variant(1, "tee_blue", "blue", "s"),
            variant(2, "tee_blue", "blue", "m"),
            variant(3, "tee_red", "red", "s"),
            cap,
            disabled,
            nameless,
        ],
        models: models(),
        categories: vec![
            json!({"code": "master", "parent": null, "labels": {"en_US": "Master"}, "position": 1}),
            json!({"code": "clothes", "parent": "master", "labels": {"en_US": "Clothes"}, "position": 1}),
            json!({"code": "tees", "parent": "clothes", "labels": {"de_DE": "x"}, "position": 1}),
        ],
        attributes: attributes(),
        options: options(),
    }
}

#[tokio::test]
async fn models_of_two_levels_and_words_for_options() {
    let mut shop = shop(
        "query = { limit = 2 }\nvars = { media_url = \"https://cdn.example/\" }",
        "5ecret",
    );
    shop.backend.play(Arc::new(pim()));
    shop.open().await;
    nothing_refused(&shop);
    assert_eq!(stated(&shop, "u-cap", "description").await, "<p>Shop</p>");
    assert_eq!(stated(&shop, "u-cap", "gtin").await, "4006381333931");
    assert_eq!(
        stated(&shop, "u-cap", "media").await[0]["url"],
        "https://cdn.example/f/4/d/cap.jpg"
    );
    assert_eq!(seen(&shop, "u-cap", "u-cap.prices").await, "15.50 EUR");
    let attributes = seen(&shop, "u-cap", "attributes").await;
    let attributes = attributes.as_str().expect("a text");
    for told in [
        "Weight: 120 g",
        "Care: Wash cold",
        "Care: Iron",
        "Notes: Soft cotton",
    ] {
        assert!(attributes.contains(told), "{told} in {attributes}");
    }
    // All variants of both levels are variants of the model at the top.
    let variants = stated(&shop, "tee", "variants").await;
    assert_eq!(variants.as_array().map(Vec::len), Some(3));
    assert_eq!(variants[2]["options"], json!({"color": "red", "size": "s"}));
    assert_eq!(seen(&shop, "tee", "u-3.prices").await, "19.90 EUR");
    let tee = page(&shop, "/p/tee").await;
    for word in ["Colour", "Sky blue", "Brick red", "Medium", "19.90"] {
        assert!(tee.contains(word), "{word} in {tee}");
    }
    assert_eq!(shop.get("/p/off").await.status, 404);
    let nameless = shop.ingest(&["why", "u-new"]).await.stdout;
    assert!(nameless.contains("not in the shop"), "{nameless}");
    for unknown in ["tee_blue", "u-1"] {
        let why = shop.ingest(&["why", unknown]).await;
        assert!(
            !why.stdout.contains(&format!("product `{unknown}`")),
            "{}",
            why.stdout
        );
    }
    let clothes = page(&shop, "/c/clothes").await;
    assert!(clothes.contains("tees"), "{clothes}");
    let listed = page(&shop, "/c/clothes/tees?f.color=sky-blue").await;
    assert!(listed.contains("Tee"), "{listed}");
    let tokens = shop.backend.requests().into_iter();
    let tokens = tokens
        .filter(|seen| seen.target == "/api/oauth/v1/token")
        .count();
    assert_eq!(tokens, 1, "one token serves all sources");
}

#[tokio::test]
async fn changes_are_asked_for_with_what_is_disabled_or_has_no_name_any_more() {
    let pim = |changed: &str, price: &str, enabled: bool, language: &str| {
        let product = |uuid: &str, name: &str, changed: &str, more: Value| {
            let name = json!([{"locale": "en_US", "scope": null, "data": name}]);
            let price = value(json!([{"amount": price, "currency": "EUR"}]));
            let own = product(uuid, Value::Null, json!({"name": name, "price": price}));
            let changed = json!({"updated": format!("{changed}+00:00"), "associations": {}});
            with(with(own, &changed), &more)
        };
        let caps = (20..30)
            .map(|id| product(&format!("u-{id}"), &format!("Cap {id}"), EARLIER, json!({})));
        let mut products: Vec<Value> = caps.collect();
        let translated = json!([{"locale": language, "scope": null, "data": "Scarf"}]);
        products.extend([
            product("u-tee", "Tee", changed, json!({})),
            product("u-off", "Old hat", changed, json!({"enabled": enabled})),
            product(
                "u-scarf",
                "",
                changed,
                json!({"values": {"name": translated}}),
            ),
            // A variant, which comes with its model.
            with(
                variant(1, "tee_blue", "blue", "s"),
                &json!({"updated": EARLIER}),
            ),
        ]);
        Arc::new(Akeneo { products, ..pim() })
    };
    let mut shop = shop("query = { limit = 2 }", "5ecret");
    shop.backend.play(pim(EARLIER, "18.00", true, "en_US"));
    shop.open().await;
    for path in ["/p/old-hat", "/p/scarf"] {
        page(&shop, path).await;
    }
    shop.backend
        .play_instead(pim(LATER, "19.50", false, "fr_FR"));
    only_changes(&shop, "products", 3).await;
    assert_eq!(seen(&shop, "u-tee", "u-tee.prices").await, "19.50 EUR");
    page(&shop, "/p/cap-20").await;
    for gone in ["/p/old-hat", "/p/scarf"] {
        assert_ne!(shop.get(gone).await.status, 200, "{gone}");
    }
}

#[tokio::test]
async fn a_time_that_is_written_otherwise_is_refused() {
    let shop = shop("changes = { format = \"epoch\" }", "5ecret");
    shop.backend.play(Arc::new(pim()));
    shop.once().await;
    let again = shop.ingest(&["once", "products"]).await;
    let told = format!("{}{}", again.stdout, again.stderr);
    assert!(again.code != Some(0) && told.contains("422"), "{told}");
}

#[tokio::test]
async fn too_large_pages_and_wrong_secrets_are_told() {
    for (keys, secret, told) in [
        ("query = { limit = 101 }", "5ecret", "422"),
        ("", "wr0ng", "422"),
    ] {
        let shop = shop(keys, secret);
        shop.backend.play(Arc::new(pim()));
        let once = shop.ingest(&["once"]).await;
        let text = format!("{}{}", once.stdout, once.stderr);
        assert!(text.contains(told) && !text.contains("wr0ng"), "{text}");
    }
}

#[tokio::test]
async fn probe_knows_it() {
    let shop = shop("", "5ecret");
    let pim = pim();
    for (records, preset) in [
        (&pim.products, "akeneo"),
        (&pim.models, "akeneo-models"),
        (&pim.attributes, "akeneo-attributes"),
    ] {
        let page = json!({"_links": {}, "_embedded": {"items": records}});
        assert_eq!(recognised(&shop, &page).await, preset);
    }
}

/// Everything that the demo catalogue says of a product, as the API would.
fn values(row: &Row, attributes: &BTreeMap<String, Row>) -> Value {
    let mut values: Map<String, Value> = Map::new();
    for (column, cell) in row.iter().filter(|(_, cell)| !cell.is_empty()) {
        let mut parts = column.split('-');
        let code = parts.next().unwrap_or_default();
        let rest: Vec<&str> = parts.collect();
        let Some(attribute) = attributes
            .get(code)
            .filter(|_| rest.last() != Some(&"unit"))
        else {
            continue;
        };
        let mut rest = rest.iter();
        let mut place = |flag: &str| match attribute[flag].as_str() {
            "1" => json!(rest.next()),
            _ => Value::Null,
        };
        let (locale, scope) = (place("localizable"), place("scopable"));
        let data = match attribute["type"].as_str() {
            "pim_catalog_price_collection" => json!([{"amount": cell, "currency": rest.next()}]),
            "pim_catalog_metric" => json!({"amount": cell, "unit": row[&format!("{column}-unit")]}),
            "pim_catalog_multiselect" => cell.split(',').collect(),
            "pim_catalog_boolean" => json!(cell == "1"),
            "pim_catalog_image" | "pim_catalog_file" => continue,
            _ => json!(cell),
        };
        let entries = values.entry(code).or_insert(json!([]));
        match (entries.as_array_mut(), data) {
            // Amounts of a collection are one value.
            (Some(entries), Value::Array(amounts)) if code == "price" && !entries.is_empty() => {
                entries[0]["data"]
                    .as_array_mut()
                    .expect("amounts")
                    .extend(amounts);
            }
            (Some(entries), data) => {
                entries.push(json!({"locale": locale, "scope": scope, "data": data}))
            }
            (None, _) => {}
        }
    }
    values.into()
}

fn codes(cell: &str) -> Vec<String> {
    let codes = cell.split(',').filter(|code| !code.is_empty());
    codes.map(str::to_owned).collect()
}

/// The rows of the demo catalogue as the API would give them.
fn demo(products: &[Row], attributes: &[Row], options: &[Row], categories: &[Row]) -> Akeneo {
    let labels = |row: &Row| json!({"en_US": row["label-en_US"], "de_DE": row["label-de_DE"]});
    let by_code: BTreeMap<String, Row> = attributes
        .iter()
        .map(|row| (row["code"].clone(), row.clone()))
        .collect();
    Akeneo {
        products: products.iter().map(|row| {
            let mut one = product(&row["sku"], Value::Null, values(row, &by_code));
            one["enabled"] = json!(row["enabled"] == "1");
            one["categories"] = json!(codes(&row["categories"]));
            one["associations"] = json!({});
            one
        }).collect(),
        models: Vec::new(),
        categories: categories.iter().map(|row| json!({"code": row["code"], "labels": labels(row), "position": 1,
            "parent": Some(&row["parent"]).filter(|parent| !parent.is_empty())})).collect(),
        attributes: attributes.iter().map(|row| json!({"code": row["code"], "type": row["type"], "labels": labels(row), "group_labels": {}, "sort_order": 1})).collect(),
        options: options.iter().map(|row| json!({"code": row["code"], "attribute": row["attribute"], "labels": labels(row)})).collect(),
    }
}

/// An attribute whose values are chosen from a list is shown by their labels.
fn options_have_words(generation: &Generation, products: &[Row], options: &[Row]) {
    let words: BTreeMap<&str, &str> = options
        .iter()
        .filter(|row| row["attribute"] == "maximum_video_resolution")
        .map(|row| (row["code"].as_str(), row["label-en_US"].as_str()))
        .collect();
    let mut named = 0;
    for row in products.iter().filter(|row| row["enabled"] == "1") {
        let Some(word) = words.get(row["maximum_video_resolution"].as_str()) else {
            continue;
        };
        let product = generation.catalog.product_by_id(&row["sku"]);
        let mut attributes = product.into_iter().flat_map(|product| product.attributes());
        let shown = attributes.find(|shown| shown.code() == "maximum_video_resolution");
        assert_eq!(
            shown.map(|shown| shown.value()),
            Some(*word),
            "{}",
            row["sku"]
        );
        named += 1;
    }
    assert!(named > 50, "{named}");
}

#[tokio::test]
async fn the_demo_catalogue() {
    let file =
        |name: &str| raw(&format!("akeneo-icecat-demo/{name}.csv")).map(|bytes| rows(&bytes, ';'));
    let (Some(products), Some(attributes), Some(options), Some(categories)) = (
        file("products"),
        file("attributes"),
        file("attribute_options"),
        file("categories"),
    ) else {
        return;
    };
    let pim = demo(&products, &attributes, &options, &categories);
    let mut shop = shop("vars = { brand = \"camera_brand\" }", "5ecret");
    shop.backend.play(Arc::new(pim));
    // There are no models in it, and an empty source is held.
    let models = shop
        .ingest(&["once", "products", "groups", "attributes", "options"])
        .await;
    println!(
        "akeneo: {}",
        models.stdout.lines().last().unwrap_or_default()
    );
    shop.serve().await;
    let generation = shop.published();
    let mut checked = 0;
    for row in products
        .iter()
        .filter(|row| !row["name"].is_empty() && row["enabled"] == "1")
    {
        let product = generation.catalog.product_by_id(&row["sku"]);
        let product = product.unwrap_or_else(|| panic!("{} is missing", row["sku"]));
        assert_eq!(product.name(), row["name"].trim(), "{}", row["sku"]);
        let known = product.categories().count();
        let wanted = codes(&row["categories"])
            .iter()
            .filter(|code| *code != "master")
            .count();
        assert_eq!(known, wanted, "{}", row["sku"]);
        let variant = generation
            .catalog
            .variant_by_id(&row["sku"])
            .expect("a variant");
        let price = generation.offers.variant(variant.row).price;
        let cents: Option<i64> = row["price-EUR"].replace('.', "").parse().ok();
        assert_eq!(price, cents.filter(|&cents| cents > 0), "{}", row["sku"]);
        checked += 1;
    }
    assert_eq!(checked, generation.catalog.products().count());
    options_have_words(&generation, &products, &options);
    println!("akeneo: {checked} products of the demo catalogue are as it has them");
}
