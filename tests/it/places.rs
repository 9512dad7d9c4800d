//! Where a variant is in stock: from a feed to the product page and the checkout, without touching the slow half.

use frontage_tests::backend::Response;
use frontage_tests::documents;
use frontage_tests::shop::{Ended, Shop, ShopBuilder};
use frontage_tests::shopper::{Shopper, filled};
use serde_json::{Value, json};

use crate::buying::with;

/// Where the back end serves delivery methods, and stock by place.
const TERMS: &str = "/export/terms";
const STOCK: &str = "/export/places";

const SOURCES: &str = "[source.terms]\nprovides = \"terms\"\nformat = \"ndjson\"\nurl = \"URL_OF_TERMS\"\nschedule = \"@daily\"\n\
[source.places]\nprovides = \"offers\"\nformat = \"ndjson\"\nurl = \"URL_OF_PLACES\"\nschedule = \"@daily\"\n";

fn methods() -> Vec<Value> {
    let place = |id: &str, name: &str| json!({"id": id, "name": name, "address": "Main Street 1"});
    vec![
        json!({"type": "delivery_method", "id": "parcel", "name": "Parcel", "currency": "EUR", "bands": [{"price": "4.90"}]}),
        json!({"type": "delivery_method", "id": "pickup", "name": "Pickup", "position": 1, "currency": "EUR",
            "bands": [{"price": "0.00"}],
            "locations": [place("hh", "Hamburg <port>"), place("b", "Berlin"), place("m", "Munich")]}),
    ]
}

/// What is stated of the first two products.
fn stock(hamburg: i64) -> Vec<Value> {
    vec![
        json!({"type": "offer", "sku": "p1", "locations": [
            {"id": "b", "availability": "limited_availability"},
            {"id": "hh", "quantity": hamburg},
            {"id": "atlantis", "availability": "in_stock"},
        ]}),
        json!({"type": "offer", "variant_id": "p2", "locations": [
            {"id": "b", "availability": "in_stock"},
            {"id": "m", "quantity": -1.5},
        ]}),
    ]
}

async fn shop_with(stock: &[Value]) -> (Shop, Ended) {
    let builder = ShopBuilder::of(documents::shop(3)).ingest(SOURCES);
    let shop = builder.server(crate::buying::CHECKOUT).start();
    shop.backend
        .respond_with(TERMS, Response::ndjson(&methods()));
    shop.fill_in("URL_OF_TERMS", TERMS);
    shop.fill_in("URL_OF_PLACES", STOCK);
    let ended = send(&shop, stock).await;
    (shop, ended)
}

async fn send(shop: &Shop, stock: &[Value]) -> Ended {
    shop.backend.respond_with(STOCK, Response::ndjson(stock));
    let once = shop.ingest(&["once"]).await;
    assert_eq!(once.code, Some(0), "{}{}", once.stdout, once.stderr);
    once
}

/// Names of places and what is said of them.
fn places(html: &str) -> Vec<(String, String)> {
    let list = html.split("class=\"places\"").nth(1).unwrap_or_default();
    let list = list.split("</ul>").next().unwrap_or_default();
    let text = |cell: &str| {
        let text = cell.rsplit('>').next().unwrap_or_default();
        text.trim().to_owned()
    };
    let items = list.split("<li>").skip(1);
    let cells = items.map(|item| {
        let mut cells = item.split("</span>").map(text);
        let name = cells.next().unwrap_or_default();
        (name, cells.next().unwrap_or_default())
    });
    cells.collect()
}

fn said(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |&(name, stock): &(&str, &str)| (name.to_owned(), stock.to_owned());
    pairs.iter().map(owned).collect()
}

#[tokio::test]
async fn a_product_says_where_it_can_be_collected() {
    let (mut shop, _) = shop_with(&stock(3)).await;
    shop.serve().await;
    let expected = said(&[
        ("Hamburg &lt;port&gt;", "Only 3 left"),
        ("Berlin", "Few left"),
    ]);
    for path in ["/p/thing-number-1", "/partials/offer/thing-number-1"] {
        let page = shop.get(path).await;
        assert_eq!(places(&page.body), expected, "{path}: {}", page.body);
        assert!(!page.body.contains("atlantis"), "{path}");
    }
    let page = shop.get("/p/thing-number-2").await;
    let expected = said(&[("Berlin", "In stock"), ("Munich", "Out of stock")]);
    assert_eq!(places(&page.body), expected, "{}", page.body);
    let page = shop.get("/p/thing-number-3").await;
    assert!(!page.body.contains("class=\"places\""), "{}", page.body);
}

#[tokio::test]
async fn the_stock_of_one_place_changes_the_fast_half_alone() {
    let (mut shop, _) = shop_with(&stock(3)).await;
    shop.serve().await;
    let before = shop.parts();
    send(&shop, &stock(0)).await;
    let after = shop.parts();
    assert_eq!(before.0, after.0, "the catalog part");
    assert_ne!(before.1, after.1, "the offers part");
    let expected = said(&[
        ("Hamburg &lt;port&gt;", "Out of stock"),
        ("Berlin", "Few left"),
    ]);
    shop.until("the page says so", async |shop| {
        let page = shop.get("/partials/offer/thing-number-1").await;
        (places(&page.body) == expected).then_some(())
    })
    .await;
    let diff = shop.ingest(&["diff", "1", "2", "--json"]).await;
    let diff: Value = serde_json::from_str(&diff.stdout).expect("JSON");
    let told = "p1 by place: atlantis InStock, b Limited, hh InStock 3 → atlantis InStock, b Limited, hh OutOfStock 0";
    assert_eq!(diff["stock"]["samples"], json!([told]));
}

#[tokio::test]
async fn a_place_that_no_method_has_is_told() {
    let (shop, once) = shop_with(&stock(3)).await;
    let told = "offers state the stock of 1 variants at location `atlantis`, which no active delivery method has among its `locations`";
    let said = format!("{}{}", once.stdout, once.stderr);
    assert!(said.contains(told), "{said}");
    // The stock is kept: a method that comes later needs no other feed of offers.
    let mut methods = methods();
    methods[1]["locations"][2]["id"] = json!("atlantis");
    shop.backend.respond_with(TERMS, Response::ndjson(&methods));
    let once = shop.ingest(&["once"]).await;
    let said = format!("{}{}", once.stdout, once.stderr);
    assert!(
        !said.contains("atlantis") && said.contains("location `m`"),
        "{said}"
    );
}

#[tokio::test]
async fn the_checkout_says_what_a_place_lacks() {
    let (mut shop, _) = shop_with(&stock(3)).await;
    shop.serve().await;
    let mut ann = Shopper::new();
    ann.add(&shop, "p1", 4).await;
    ann.add(&shop, "p2", 1).await;
    ann.add(&shop, "p3", 1).await;
    let page = ann.get(&shop, "/checkout").await;
    let of = |place: &str| {
        let rest = page.body.split(place).nth(1).unwrap_or_default();
        let rest = rest.split("Main Street 1</span>").nth(1);
        let own = rest.unwrap_or_default().split("Main Street").next();
        own.unwrap_or_default().to_owned()
    };
    let hamburg = of("Hamburg");
    let sentence = "There is not enough of this here: Thing number 1<";
    assert!(hamburg.contains(sentence), "{hamburg}");
    assert!(!of("Berlin").contains("not enough"), "{}", page.body);
    assert!(
        of("Munich").contains("here: Thing number 2<"),
        "{}",
        page.body
    );
    // It is said, and whoever orders it all the same is not refused: the shop may bring it there.
    let form = with(ann.checkout(&shop).await, "delivery", "pickup");
    let told = ann.post(&shop, "/checkout", &form).await;
    assert!(told.body.contains("The total changed"), "{}", told.body);
    let form = with(filled(&told.body), "delivery", "pickup");
    let done = ann.post(&shop, "/checkout", &form).await;
    assert_eq!(done.status, 303, "{}", done.body);
}
