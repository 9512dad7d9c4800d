//! What one costs where many are bought: from a feed to the page, the cart and the order, in every currency.

use std::sync::Arc;
use std::time::Duration;

use frontage_shared::order::Order;
use frontage_tests::backend::Response;
use frontage_tests::backend::merchant::{self, Merchant, Mood};
use frontage_tests::documents;
use frontage_tests::shop::{Ended, Shop, ShopBuilder};
use frontage_tests::shopper::{Shopper, fields};
use serde_json::{Value, json};

use crate::buying::CHECKOUT;
use crate::pages::json_ld;

/// Where the back end serves prices.
const PRICES: &str = "/export/prices";

const SOURCES: &str = "[source.prices]\nprovides = \"offers\"\nformat = \"ndjson\"\nurl = \"URL_OF_PRICES\"\nschedule = \"@daily\"\n\
[orders]\nurl = \"ORDERS\"\n";

const FRANCS: &str = "locales = [\"de-CH\"]\ncurrencies = { \"de-CH\" = \"CHF\" }";

/// A mug, in euros with these tiers.
fn mug(tiers: &[(u32, &str)]) -> Value {
    let tier = |&(from, amount): &(u32, &str)| json!({"min_quantity": from, "amount": amount});
    let tiers: Vec<Value> = tiers.iter().map(tier).collect();
    json!({"type": "offer", "sku": "mug", "prices": [
        {"amount": "10.00", "currency": "EUR", "tiers": tiers},
        {"amount": "12.00", "currency": "CHF", "tiers": [{"min_quantity": 5, "amount": "9.00"}]},
    ]})
}

/// A shop with a mug and a bowl, and plenty of both.
async fn shop_with(offers: &[Value]) -> Shop {
    let plenty = |id: &str, name: &str| {
        let mut product = documents::product(id, name, "10.00");
        product["stock"]["quantity"] = json!(5_000);
        product
    };
    let documents = vec![
        documents::category(),
        plenty("mug", "Mug"),
        plenty("bowl", "Bowl"),
    ];
    let builder = ShopBuilder::of(documents).shop(FRANCS).ingest(SOURCES);
    let mut shop = builder.server(CHECKOUT).start();
    shop.fill_in("URL_OF_PRICES", PRICES);
    shop.fill_in("ORDERS", merchant::ORDERS);
    let once = send(&shop, offers).await;
    assert_eq!(once.code, Some(0), "{}{}", once.stdout, once.stderr);
    shop.serve().await;
    shop
}

async fn send(shop: &Shop, offers: &[Value]) -> Ended {
    shop.backend.respond_with(PRICES, Response::ndjson(offers));
    shop.ingest(&["once"]).await
}

/// The rows of the table, each with its cells; none without a table.
fn table(html: &str) -> Vec<Vec<String>> {
    let Some((_, table)) = html.split_once("<table class=\"tiers\">") else {
        return Vec::new();
    };
    let table = table.split("</table>").next().unwrap_or_default();
    let text = |cell: &str| cell.rsplit('>').next().unwrap_or_default().to_owned();
    let cells = |row: &str| {
        let cells = row.split("</t").filter(|cell| cell.contains("<t"));
        cells.map(text).collect()
    };
    table.split("<tr>").skip(1).map(cells).collect()
}

fn rows(expected: &[[&str; 3]]) -> Vec<Vec<String>> {
    let row = |row: &[&str; 3]| row.iter().map(|&cell| cell.to_owned()).collect();
    expected.iter().map(row).collect()
}

async fn set(ann: &mut Shopper, shop: &Shop, name: &str, quantity: u32) {
    let cart = ann.get(shop, "/cart").await.body;
    let key = cart.split("name=\"quantity.").nth(1).expect("a line");
    let key = key.split('"').next().unwrap_or_default();
    let form = fields(&[(&format!("quantity.{key}"), &quantity.to_string())]);
    let page = ann.post(shop, name, &form).await;
    assert_eq!(page.status, 303, "{}", page.body);
}

#[tokio::test]
async fn a_page_says_what_many_cost() {
    let shop = shop_with(&[mug(&[(10, "8.50"), (1_000, "7.00")])]).await;
    let expected = rows(&[
        ["From 10", "€8.50 each", "save 15%"],
        ["From 1,000", "€7.00 each", "save 30%"],
    ]);
    for path in ["/p/mug", "/partials/offer/mug"] {
        let page = shop.get(path).await.body;
        assert_eq!(table(&page), expected, "{path}: {page}");
        assert!(page.contains("<caption>Volume prices</caption>"), "{page}");
    }
    let page = shop.get("/p/mug").await.body;
    let offer = &json_ld(&page)[0]["@graph"][0]["offers"];
    assert_eq!(offer["price"], "10.00");
    let told = offer["priceSpecification"].as_array().expect("a list");
    let told: Vec<_> = told
        .iter()
        .map(|one| {
            (
                &one["@type"],
                &one["price"],
                &one["priceCurrency"],
                &one["eligibleQuantity"]["minValue"],
            )
        })
        .collect();
    let kind = &json!("UnitPriceSpecification");
    let (euro, one, many) = (&json!("EUR"), &json!("10.00"), &json!("8.50"));
    assert_eq!(
        told,
        [
            (kind, one, euro, &json!(1)),
            (kind, many, euro, &json!(10)),
            (kind, &json!("7.00"), euro, &json!(1_000)),
        ]
    );
    // Lists and the other product know nothing of it.
    let list = shop.get("/c/things").await.body;
    assert!(list.contains("€10.00") && !list.contains("8.50"), "{list}");
    let bowl = shop.get("/p/bowl").await.body;
    assert_eq!(table(&bowl), rows(&[]));
    assert!(json_ld(&bowl)[0]["@graph"][0]["offers"]["priceSpecification"].is_null());
    let lines = shop.get("/feeds/products.ndjson").await.body;
    assert!(
        lines.contains("10.00 EUR") && !lines.contains("8.50 EUR"),
        "{lines}"
    );
}

#[tokio::test]
async fn the_order_has_the_price_of_its_quantity() {
    let shop = shop_with(&[mug(&[(10, "8.50")])]).await;
    let merchant = Arc::new(Merchant::new(Mood::Takes, Duration::from_secs(1)));
    let mut ann = Shopper::new();
    ann.add(&shop, "mug", 9).await;
    let cart = ann.get(&shop, "/cart").await.body;
    assert!(cart.contains("€90.00") && !cart.contains("8.50"), "{cart}");
    // One more makes all of them cheaper, and that is no change of a price.
    ann.add(&shop, "mug", 1).await;
    let cart = ann.get(&shop, "/cart").await.body;
    assert!(cart.contains("€8.50") && cart.contains("€85.00"), "{cart}");
    assert!(!cart.contains("The price changed"), "{cart}");
    set(&mut ann, &shop, "/cart", 9).await;
    let cart = ann.get(&shop, "/cart").await.body;
    assert!(
        cart.contains("€90.00") && !cart.contains("The price changed"),
        "{cart}"
    );
    set(&mut ann, &shop, "/cart", 12).await;
    // Another product counts by itself.
    ann.add(&shop, "bowl", 8).await;
    let cart = ann.get(&shop, "/cart").await.body;
    assert!(
        cart.contains("€102.00") && cart.contains("€80.00"),
        "{cart}"
    );
    let form = ann.checkout(&shop).await;
    let done = ann.post(&shop, "/checkout", &form).await;
    assert_eq!(done.status, 303, "{}", done.body);
    shop.backend.play(merchant.clone());
    let delivered = shop.ingest(&["orders", "deliver"]).await;
    assert_eq!(
        delivered.code,
        Some(0),
        "{}{}",
        delivered.stdout,
        delivered.stderr
    );
    let taken = merchant.taken();
    let bytes = taken.values().next().expect("an order");
    let order = Order::decode(bytes).expect("an order");
    let lines: Vec<_> = order
        .lines
        .iter()
        .map(|line| {
            (
                line.variant_id.as_str(),
                line.quantity,
                line.unit_price.as_str(),
                line.total.as_str(),
            )
        })
        .collect();
    assert_eq!(
        lines,
        [("mug", 12, "8.50", "102.00"), ("bowl", 8, "10.00", "80.00")]
    );
    assert_eq!(order.totals.total, "182.00");
}

#[tokio::test]
async fn a_cart_compares_like_with_like() {
    let shop = shop_with(&[mug(&[(10, "8.50")])]).await;
    let mut ann = Shopper::new();
    ann.add(&shop, "mug", 10).await;
    let mut bob = Shopper::new();
    bob.add(&shop, "mug", 2).await;
    let before = shop.generation().await;
    let once = send(&shop, &[mug(&[(10, "8.00")])]).await;
    assert_eq!(once.code, Some(0), "{}{}", once.stdout, once.stderr);
    shop.until_generation(before + 1).await;
    let cart = ann.get(&shop, "/cart").await.body;
    let told = "The price changed: it was €8.50, now it is €8.00.";
    assert!(cart.contains(told) && cart.contains("€80.00"), "{cart}");
    let cart = bob.get(&shop, "/cart").await.body;
    assert!(!cart.contains("The price changed"), "{cart}");
}

#[tokio::test]
async fn tiers_change_the_fast_half_alone() {
    let shop = shop_with(&[mug(&[(10, "8.50"), (50, "7.00")])]).await;
    let (before, first) = (shop.parts(), shop.generation().await);
    // The price alone, then the tiers alone.
    let mut dearer = mug(&[(10, "8.50"), (50, "7.00")]);
    dearer["prices"][0]["amount"] = json!("11.00");
    let changes = [
        (
            dearer,
            rows(&[
                ["From 10", "€8.50 each", "save 22%"],
                ["From 50", "€7.00 each", "save 36%"],
            ]),
        ),
        (
            mug(&[(20, "8.00")]),
            rows(&[["From 20", "€8.00 each", "save 20%"]]),
        ),
        (mug(&[]), rows(&[])),
    ];
    for (number, (offer, expected)) in (1..).zip(changes) {
        let once = send(&shop, &[offer]).await;
        assert_eq!(once.code, Some(0), "{}{}", once.stdout, once.stderr);
        shop.until_generation(first + number).await;
        let after = shop.parts();
        assert_eq!(before.0, after.0, "the catalog part");
        assert_ne!(before.1, after.1, "the offers part");
        assert_eq!(table(&shop.get("/partials/offer/mug").await.body), expected);
        assert_eq!(table(&shop.get("/p/mug").await.body), expected);
    }
    let diff = shop.ingest(&["diff", "2", "3", "--json"]).await;
    let diff: Value = serde_json::from_str(&diff.stdout).expect("JSON");
    let told = [
        "mug: 11.00 → 10.00 (-9.1 %)",
        "mug in numbers: from 10: 8.50, from 50: 7.00 → from 20: 8.00",
    ];
    assert_eq!(diff["prices"]["samples"], json!(told));
}

#[tokio::test]
async fn in_a_sale_the_lower_of_both_is_paid() {
    let mut sold = mug(&[(10, "8.50"), (50, "7.00")]);
    sold["prices"][0]["sale_price"] = json!("8.00");
    let shop = shop_with(&[sold]).await;
    let page = shop.get("/p/mug").await.body;
    assert_eq!(table(&page), rows(&[["From 50", "€7.00 each", "save 12%"]]));
    let mut ann = Shopper::new();
    ann.add(&shop, "mug", 10).await;
    let cart = ann.get(&shop, "/cart").await.body;
    assert!(cart.contains("€80.00") && !cart.contains("8.50"), "{cart}");
    ann.add(&shop, "mug", 40).await;
    let cart = ann.get(&shop, "/cart").await.body;
    assert!(cart.contains("€350.00"), "{cart}");
}

#[tokio::test]
async fn each_currency_has_tiers_of_its_own() {
    let shop = shop_with(&[mug(&[(10, "8.50")])]).await;
    let page = shop.get("/de-ch/p/mug").await.body;
    let found = table(&page);
    assert_eq!(found.len(), 1, "{page}");
    assert_eq!(found[0][0], "Ab 5 Stück");
    assert!(
        found[0][1].contains("9.00") && found[0][1].contains("CHF"),
        "{found:?}"
    );
    assert!(page.contains("Mengenpreise"), "{page}");
    let mut ann = Shopper::new();
    ann.add(&shop, "mug", 5).await;
    let francs = ann.get(&shop, "/de-ch/cart").await.body;
    assert!(francs.contains("45.00"), "{francs}");
    let euros = ann.get(&shop, "/cart").await.body;
    assert!(euros.contains("€50.00"), "{euros}");
}

#[tokio::test]
async fn a_wrong_tier_is_refused_by_name() {
    let shop = shop_with(&[mug(&[])]).await;
    let cases = [
        (
            mug(&[(10, "8.50"), (10, "8.00")]),
            "/prices/0/tiers/1/min_quantity",
            "10",
        ),
        (mug(&[(1, "8.50")]), "/prices/0/tiers/0/min_quantity", "1"),
        (mug(&[(10, "8.505")]), "/prices/0/tiers/0/amount", "8.505"),
        (mug(&[(10, "0.00")]), "/prices/0/tiers/0/amount", "0.00"),
    ];
    for (offer, place, value) in cases {
        let refused = send(&shop, &[offer]).await;
        assert_eq!(
            refused.code,
            Some(4),
            "{}{}",
            refused.stdout,
            refused.stderr
        );
        let told = std::fs::read_to_string(shop.folder().join("ingest/quarantine/prices.ndjson"));
        let told = told.expect("a file of what was refused");
        let first: Value =
            serde_json::from_str(told.lines().next().expect("a line")).expect("JSON");
        let first = first.to_string();
        assert!(first.contains(place) && first.contains(value), "{first}");
    }
    // What is well formed and no less is left out, and told; the price stays.
    let dearer = send(&shop, &[mug(&[(10, "10.00"), (20, "9.00")])]).await;
    assert_eq!(dearer.code, Some(0), "{}{}", dearer.stdout, dearer.stderr);
    let said = format!("{}{}", dearer.stdout, dearer.stderr);
    assert!(
        said.contains("variant `mug` costs no less in EUR from 10 on"),
        "{said}"
    );
    let expected = rows(&[["From 20", "€9.00 each", "save 10%"]]);
    shop.until("the other one holds", async |shop| {
        let page = shop.get("/partials/offer/mug").await.body;
        (table(&page) == expected).then_some(())
    })
    .await;
}
