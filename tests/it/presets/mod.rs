//! Back ends that are known already: a stand-in sends what they send, and a shop comes of it.

/// Akeneo's REST API.
mod akeneo;
/// Business Central over OData.
mod business_central;
/// ERPNext's documents.
mod erpnext;
/// Files: CSV and BMEcat.
mod files;
/// Magento 2.
mod magento;
/// Odoo over JSON-2 and JSON-RPC.
mod odoo;
/// PrestaShop's webservice.
mod prestashop;
/// PrestaShop's own sample shop.
mod prestashop_fashion;
/// Shopify's Admin API and its public file.
mod shopify;
/// WooCommerce's REST API.
mod woocommerce;

use frontage_tests::backend::Response;
use frontage_tests::shop::{Shop, ShopBuilder};
use serde_json::{Value, json};

/// A shop with these sources; `BACKEND` in them stands for the back end's address.
fn shop_with(sources: &str) -> Shop {
    let shop = ShopBuilder::generated(1).start();
    let text = format!(
        "store = \"store\"\nstate = \"ingest\"\n\n[shop]\nid = \"demo\"\nname = \"Test shop\"\ncurrency = \"EUR\"\n\n{}",
        sources.replace("BACKEND", &shop.backend.url(""))
    );
    std::fs::write(shop.folder().join("ingest.toml"), text).expect("a configuration");
    shop
}

/// A source of a preset, with more keys; it is polled when a test says so.
fn source(name: &str, preset: &str, path: &str, keys: &str) -> String {
    format!(
        "[source.{name}]\npreset = \"{preset}\"\nurl = \"BACKEND{path}\"\nschedule = \"@daily\"\nretries = 0\n{keys}\n"
    )
}

/// A record with more fields, or with others instead of its own.
fn with(mut record: Value, more: &Value) -> Value {
    let fields = record.as_object_mut().expect("an object");
    fields.extend(more.as_object().cloned().unwrap_or_default());
    record
}

/// What counts of what the sources say in a field.
async fn stated(shop: &Shop, product: &str, name: &str) -> Value {
    field(shop, product, name).await["stated"][0]["value"].clone()
}

/// What shoppers see of a field.
async fn seen(shop: &Shop, product: &str, name: &str) -> Value {
    field(shop, product, name).await["published"].clone()
}

/// The last run of this source, as it is remembered.
async fn last_run(shop: &Shop, source: &str) -> Value {
    let history = shop.history().await;
    let runs = history
        .iter()
        .rev()
        .map(|line| -> Value { serde_json::from_str(line).expect("a run") });
    let mut own = runs.filter(|run| run["source"] == source);
    own.next().expect("a run of this source")
}

/// A shop that was read once is read again: its source asks for changes only, and is sent this many records.
async fn only_changes(shop: &Shop, source: &str, records: u64) {
    nothing_refused(shop);
    assert_eq!(last_run(shop, source).await.get("changes_since"), None);
    let generation = shop.generation().await;
    shop.once().await;
    shop.until_generation(generation + 1).await;
    nothing_refused(shop);
    let run = last_run(shop, source).await;
    assert!(run["changes_since"].is_i64(), "{run}");
    assert_eq!(run["records"], records, "{run}");
}

/// Instants after every run of a test, and before it.
const LATER: &str = "2199-01-01T08:00:00";
const EARLIER: &str = "2020-01-01T08:00:00";

/// Nothing was refused by any source.
fn nothing_refused(shop: &Shop) {
    assert_eq!(refused(shop), "");
}

/// What was refused, a document a line.
fn refused(shop: &Shop) -> String {
    let folder = shop.folder().join("ingest/quarantine");
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let files = files.map(|entry| entry.path());
    let kept = files.filter(|path| path.extension().is_some_and(|ending| ending == "ndjson"));
    kept.map(|path| std::fs::read_to_string(path).unwrap_or_default())
        .collect()
}

/// The page of a product, which is there.
async fn page(shop: &Shop, path: &str) -> String {
    let page = shop.get(path).await;
    assert_eq!(page.status, 200, "{path}");
    page.body
}

/// The preset that `probe` recognises in a page.
async fn recognised(shop: &Shop, body: &Value) -> Value {
    let file = shop.folder().join("probed.json");
    std::fs::write(&file, body.to_string()).expect("a file");
    let target = file.to_str().expect("a path");
    let probed = shop.ingest(&["probe", target, "--json"]).await;
    let proposal: Value = serde_json::from_str(&probed.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", probed.stdout, probed.stderr));
    proposal["preset"].clone()
}

/// A shop whose only source has this preset and begins at this path.
fn shop_of(preset: &str, path: &str) -> Shop {
    let shop = ShopBuilder::generated(1).start();
    let text = format!(
        "store = \"store\"\nstate = \"ingest\"\n\n[shop]\nid = \"demo\"\nname = \"Test shop\"\ncurrency = \"EUR\"\n\n\
         [source.catalog]\npreset = \"{preset}\"\nprovides = \"catalog\"\nurl = \"{}\"\nschedule = \"* * * * * *\"\n",
        shop.backend.url(path)
    );
    std::fs::write(shop.folder().join("ingest.toml"), text).expect("a configuration");
    shop
}

async fn told(shop: &Shop, asked: &str, wanted: &str) {
    let why = shop.ingest(&["why", asked]).await;
    assert!(
        why.stdout.contains(wanted),
        "{asked}: {}{}",
        why.stdout,
        why.stderr
    );
}

async fn taken(shop: &Shop) {
    let once = shop.ingest(&["once"]).await;
    assert_eq!(once.code, Some(0), "{}{}", once.stdout, once.stderr);
    let check = shop.ingest(&["check", "--json"]).await;
    assert_eq!(check.code, Some(0), "{}{}", check.stdout, check.stderr);
}

#[tokio::test]
async fn google_merchant_rss() {
    let shop = shop_of("google-merchant", "/feed.xml");
    let feed = r#"<?xml version="1.0"?><rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title>
        <item><g:id>M1</g:id><title>Stoneware mug</title><description>Fired twice.</description><g:price>12.90 EUR</g:price>
        <g:sale_price>9.90 EUR</g:sale_price><g:availability>in stock</g:availability><g:product_type>Kitchen &gt; Mugs</g:product_type>
        <g:image_link>https://cdn.example/m.jpg</g:image_link><g:color>Blue</g:color></item>
        <item><g:id>M2</g:id><title>Plate</title><g:price>20.00 EUR</g:price><g:sale_price>1.00 EUR</g:sale_price>
        <g:sale_price_effective_date>2020-01-01/2020-01-02</g:sale_price_effective_date><g:availability>out_of_stock</g:availability></item>
        <item><g:id>M3</g:id><title>Bowl</title><g:price>8.00 EUR</g:price><g:sale_price>9.00 EUR</g:sale_price></item>
        <item><g:id>M4</g:id><title>Jug</title><g:price>7.00 EUR</g:price><g:sale_price>0.00 EUR</g:sale_price></item>
        <item><g:id>M5</g:id><title>Bowl</title><g:price>8.00 EUR</g:price><g:sale_price>6.00 EUR</g:sale_price>
        <g:sale_price_effective_date>2020-01-01T08:00+0100/2099-12-31</g:sale_price_effective_date>
        <g:availability>in_stock</g:availability><g:max_handling_time>4</g:max_handling_time></item>
        </channel></rss>"#;
    shop.backend
        .respond_with("/feed.xml", Response::ok("application/xml", feed));
    taken(&shop).await;
    told(&shop, "M1.name", "Stoneware mug").await;
    told(&shop, "M1.prices", "9.90 EUR").await;
    told(&shop, "M1.category_ids", "kitchen-mugs").await;
    told(&shop, "M2.prices", "20.00 EUR").await;
    told(&shop, "M2.stock", "out").await;
    // Google takes no sale price that is not below the price.
    told(&shop, "M3.prices", "8.00 EUR").await;
    told(&shop, "M4.prices", "7.00 EUR").await;
    told(&shop, "M5.prices", "6.00 EUR").await;
    let stock = field(&shop, "M5", "M5.stock").await["stated"][0]["value"].clone();
    assert_eq!(
        stock,
        json!({"availability": "in_stock", "lead_time_days": 4})
    );
    let prices = field(&shop, "M5", "M5.prices").await["stated"][0]["value"].clone();
    assert_eq!(
        prices,
        json!([{"amount": "8.00", "currency": "EUR", "sale_price": "6.00",
            "sale_from": "2020-01-01T08:00:00+01:00", "sale_until": "2099-12-31T23:59:59Z"}])
    );
}

/// What the shop has, and what was stated: `ID.prices` by the id of a variant, other fields by their name.
async fn field(shop: &Shop, product: &str, name: &str) -> Value {
    let why = shop.ingest(&["why", product, "--json"]).await;
    let why: Value = serde_json::from_str(&why.stdout).expect("JSON");
    let fields = why["fields"].as_array().expect("fields");
    let found = fields.iter().find(|field| field["name"] == name);
    found
        .unwrap_or_else(|| panic!("no {name} in {why}"))
        .clone()
}

#[tokio::test]
async fn google_groups_become_products_with_variants() {
    let shop = shop_of("google-merchant", "/feed.xml");
    let item = |id: &str, group: &str, price: &str, size: &str, kind: &str| {
        format!(
            "<item><g:id>{id}</g:id><title>Linen shirt {size}</title><g:price>{price}</g:price><g:availability>in_stock</g:availability>\
             <g:item_group_id>{group}</g:item_group_id><g:size>{size}</g:size><g:product_type>{kind}</g:product_type></item>"
        )
    };
    let feed = format!(
        "<rss version=\"2.0\" xmlns:g=\"http://base.google.com/ns/1.0\"><channel>{}{}{}</channel></rss>",
        item("S1", "G", "EUR 39.00", "S", "Clothes &gt; *** &gt; Shirts"),
        item("S2", "G", "41,50 EUR", "M", "Clothes &gt; *** &gt; Shirts"),
        item("P1", "", "1,234.50 EUR", "L", "***"),
    );
    shop.backend
        .respond_with("/feed.xml", Response::ok("application/xml", feed));
    taken(&shop).await;
    assert_eq!(
        field(&shop, "G", "S1.prices").await["published"],
        "39.00 EUR"
    );
    assert_eq!(
        field(&shop, "G", "S2.prices").await["published"],
        "41.50 EUR"
    );
    assert_eq!(
        field(&shop, "P1", "P1.prices").await["published"],
        "1234.50 EUR"
    );
    assert_eq!(
        field(&shop, "G", "name").await["stated"][0]["value"],
        "Linen shirt S"
    );
    let path = &field(&shop, "G", "category_ids").await["stated"][0]["value"];
    assert_eq!(*path, json!(["clothes-shirts"]));
    let chosen = &field(&shop, "G", "S2.options").await["stated"][0]["value"];
    assert_eq!(*chosen, json!({"size": "M"}));
    let named = &field(&shop, "P1", "attributes").await["stated"][0]["value"];
    assert_eq!(
        *named,
        json!([{"code": "size", "label": "Size", "value": "L"}])
    );
}

#[tokio::test]
async fn presets_are_listed_and_printed() {
    let shop = shop_of("shopfy", "/");
    let listed = shop.ingest(&["presets"]).await;
    assert!(
        listed.stdout.contains("google-merchant"),
        "{}",
        listed.stderr
    );
    let printed = shop.ingest(&["presets", "shopify"]).await;
    assert!(
        printed.stdout.contains("records = \"/products\""),
        "{}",
        printed.stderr
    );
    let unknown = shop.ingest(&["once"]).await;
    assert_eq!(unknown.code, Some(2));
    assert!(
        unknown.stderr.contains("expected one of magento"),
        "{}",
        unknown.stderr
    );
}

#[tokio::test]
async fn every_preset_is_told_of_and_every_example_is_one() {
    let shop = shop_of("shopify", "/");
    let listed = shop.ingest(&["presets", "--json"]).await;
    let lines = listed.stdout.lines();
    let names: Vec<String> = lines
        .map(|line| {
            serde_json::from_str::<Value>(line).expect("JSON")["name"]
                .as_str()
                .expect("a name")
                .to_owned()
        })
        .collect();
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/presets.md");
    let page = std::fs::read_to_string(page).expect("docs/presets.md");
    for name in &names {
        assert!(
            page.contains(&format!("`{name}`")),
            "{name} is not in docs/presets.md"
        );
    }
    // The examples are sources that the program accepts, secrets aside.
    let mut tried = 0;
    for example in page.split("```toml\n").skip(1) {
        let example = example.split("```").next().unwrap_or_default();
        let text = format!(
            "store = \"store\"\nstate = \"ingest\"\n\n[shop]\nid = \"demo\"\nname = \"Test shop\"\ncurrency = \"EUR\"\n\n{example}"
        );
        let mut text = text.as_str().to_owned();
        while let Some((before, rest)) = text.split_once("{ env = \"") {
            let after = rest.split_once("\" }").map_or("", |(_, after)| after);
            text = format!("{before}\"secret\"{after}");
        }
        std::fs::write(shop.folder().join("ingest.toml"), text).expect("a configuration");
        let status = shop.ingest(&["status"]).await;
        assert_eq!(status.code, Some(0), "{example}{}", status.stderr);
        tried += 1;
    }
    assert!(tried >= 10, "{tried}");
}
