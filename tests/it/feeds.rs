//! One price everywhere: what a page shows, what its structured data says, its partial, and both product feeds.
//!
//! A price that differs between a page and a feed gets products delisted by shopping services. Every one of them is
//! read from the same cell, and this is where they are compared.

use std::collections::BTreeMap;
use std::io::Read as _;

use frontage_tests::documents;
use frontage_tests::shop::{Page, Shop, ShopBuilder};
use serde_json::{Value, json};

use crate::pages::json_ld;

const GOOGLE: &str = "/feeds/google.xml";
const LINES: &str = "/feeds/products.ndjson";
const PRICES: &str = "/feeds/prices.csv";

/// Price and price before, as text with the currency.
type Prices = (String, Option<String>);

#[tokio::test]
async fn every_visible_price_is_the_one_in_structured_data_partials_and_feeds() {
    let mut shop = ShopBuilder::generated(150).start();
    shop.open().await;
    let lines = shop.get(LINES).await;
    assert_eq!(lines.status, 200);
    let google = google_items(&shop.get(GOOGLE).await.body);
    let mut compared = 0;
    for line in lines.body.lines() {
        let item: Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let id = text(&item, "id");
        let told = prices(|name| item[name].as_str().map(str::to_owned));
        let by_google = &google[&id];
        assert_eq!(prices(|name| by_google.get(name).cloned()), told, "{id}");
        let path = text(&item, "link").replace(&shop.url(""), "");
        let page = shop.get(&path).await;
        assert_eq!(page.status, 200, "{path}");
        assert_eq!(seen(&page.body), told, "{path}");
        let partial = page
            .body
            .split("data-partial=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .expect("a block that is refreshed")
            .replace("&amp;", "&");
        assert_eq!(seen(&shop.get(&partial).await.body), told, "{partial}");
        assert_eq!(structured(&page, &path), told.0, "{path}");
        let preview = page
            .body
            .split("\"product:price:amount\" content=\"")
            .nth(1);
        let preview = preview.and_then(|rest| rest.split('"').next());
        assert_eq!(preview.map(|amount| format!("{amount} EUR")), Some(told.0));
        compared += 1;
    }
    assert_eq!(compared, google.len());
    assert!(compared > 500, "{compared} is too few to mean anything");
    println!(
        "prices compared on page, structured data, partial and feeds: {compared}, different: 0"
    );
}

#[tokio::test]
async fn feeds_come_in_pieces_plain_or_packed_and_unchanged_ones_not_at_all() {
    let mut shop = ShopBuilder::generated(300).start();
    shop.open().await;
    // The usual client of the tests unpacks what it gets.
    let bare = reqwest::Client::builder().no_proxy();
    let bare = bare.no_gzip().no_brotli().no_zstd().no_deflate();
    let bare = bare.build().expect("a client without special wishes");
    for path in [GOOGLE, LINES] {
        let plain = shop.request(bare.get(shop.url(path))).await;
        assert_eq!(plain.status, 200, "{path}");
        assert!(
            plain.header("content-length").is_empty()
                && plain.header("content-encoding").is_empty(),
            "{path} is made at once"
        );
        assert_eq!(plain.header("x-robots-tag"), "noindex", "{path}");
        assert_eq!(plain.generation(), 1, "{path}");
        let packed = bare
            .get(shop.url(path))
            .header("accept-encoding", "zstd, br, gzip");
        let packed = packed.send().await.expect("a feed");
        assert_eq!(packed.headers()["content-encoding"], "gzip", "{path}");
        let bytes = packed.bytes().await.expect("a whole feed");
        let mut unpacked = String::new();
        flate2::read::GzDecoder::new(&*bytes)
            .read_to_string(&mut unpacked)
            .expect("gzip");
        assert!(unpacked == plain.body, "{path}");
        assert!(bytes.len() * 4 < unpacked.len(), "{path}");
        let etag = plain.header("etag").to_owned();
        let again = bare.get(shop.url(path)).header("if-none-match", etag);
        assert_eq!(shop.request(again).await.status, 304, "{path}");
        let head = shop.request(shop.client().head(shop.url(path))).await;
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
    }
}

#[tokio::test]
async fn a_feed_under_way_is_finished_from_the_generation_it_began_with() {
    let mut shop = ShopBuilder::generated(800).start();
    shop.open().await;
    let expected = shop.get(LINES).await.body;
    let mut slow = shop
        .client()
        .get(shop.url(LINES))
        .send()
        .await
        .expect("a feed");
    let mut body = slow
        .chunk()
        .await
        .expect("a piece")
        .expect("a piece")
        .to_vec();
    shop.backend.tick();
    shop.once().await;
    shop.until_generation(2).await;
    while let Some(piece) = slow.chunk().await.expect("a piece") {
        body.extend(piece);
    }
    assert!(body == expected.as_bytes(), "a feed mixes two generations");
    assert_ne!(
        shop.get(LINES).await.body,
        expected,
        "the change is in the next feed"
    );
}

#[tokio::test]
async fn the_list_of_prices_has_a_row_for_each_item_of_the_other_feeds() {
    let mut shop = ShopBuilder::generated(150).start();
    shop.open().await;
    let lines = shop.get(LINES).await.body;
    let list = shop.get(PRICES).await;
    assert_eq!(
        list.header("content-type"),
        "text/csv; charset=utf-8; header=present"
    );
    let mut rows = list.body.split("\r\n");
    let head = "sku,gtin,name,price,unit_price,unit,lowest_price_30_days,currency";
    assert_eq!(rows.next(), Some(head));
    let rows: Vec<&str> = rows.filter(|row| !row.is_empty()).collect();
    assert_eq!(rows.len(), lines.lines().count());
    for (row, line) in rows.into_iter().zip(lines.lines()) {
        let item: Value = serde_json::from_str(line).expect("a line of JSON");
        let (now, _) = prices(|name| item[name].as_str().map(str::to_owned));
        let amount = now.strip_suffix(" EUR").expect("euros");
        assert!(
            row.contains(&format!(",{amount},")) && row.ends_with(",EUR"),
            "{row}: {now}"
        );
    }
}

#[tokio::test]
async fn the_list_of_prices_tells_units_and_the_lowest_of_thirty_days() {
    let oil = |amount: &str| {
        json!({"type": "product", "id": "oil", "slug": "oil", "name": "Oil, \"pure\"", "sku": "OIL", "gtin": "4006381333931",
            "measure": {"content": "750", "unit": "ml", "per_unit": "l"}, "prices": [{"amount": amount, "currency": "EUR"}]})
    };
    let mut shop = ShopBuilder::of(vec![oil("7.50")]).start();
    shop.open().await;
    let row = async |shop: &Shop| {
        let list = shop.get(PRICES).await.body;
        list.split("\r\n").nth(1).unwrap_or_default().to_owned()
    };
    let name = "OIL,4006381333931,\"Oil, \"\"pure\"\"\"";
    assert_eq!(row(&shop).await, format!("{name},7.50,10.00,l,,EUR"));
    shop.sends(&[oil("6.00")]);
    shop.once().await;
    shop.until_generation(2).await;
    assert_eq!(row(&shop).await, format!("{name},6.00,8.00,l,7.50,EUR"));
}

/// What a shopper sees in the block of price and stock.
fn seen(html: &str) -> Prices {
    let block = html.split("class=\"price").nth(1).expect("a price");
    let block = block.split("</p>").next().unwrap_or_default();
    let amount = |from: &str, to: &str| -> Option<String> {
        let mut text = block.split(from).nth(1)?;
        // Words for those who hear the page stand in an element of their own.
        if text.starts_with("<span") {
            text = text.split_once("</span>")?.1;
        }
        let digits = text.split(to).next()?.chars();
        let digits: String = digits.filter(|c| c.is_ascii_digit() || *c == '.').collect();
        Some(format!("{digits} EUR"))
    };
    (
        amount("class=\"now\">", "</span>").expect("an amount"),
        amount("<s>", "</s>"),
    )
}

/// The price in structured data of the variant that a page shows: the first one told.
fn structured(page: &Page, path: &str) -> String {
    let data = json_ld(&page.body);
    let graph = data
        .iter()
        .flat_map(|value| value["@graph"].as_array().into_iter().flatten());
    let product = graph
        .filter(|thing| thing["@type"] == "Product" || thing["@type"] == "ProductGroup")
        .map(|thing| thing["hasVariant"].get(0).unwrap_or(thing))
        .next()
        .unwrap_or_else(|| panic!("{path} has no structured data"));
    let offer = &product["offers"];
    format!("{} {}", text(offer, "price"), text(offer, "priceCurrency"))
}

/// The price that is paid, and the one before.
fn prices(field: impl Fn(&str) -> Option<String>) -> Prices {
    let price = field("price").expect("a price");
    match field("sale_price") {
        Some(sale) => (sale, Some(price)),
        None => (price, None),
    }
}

/// The items of Google's feed by id: name and value of each element.
fn google_items(xml: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let items = xml.split("<item>").skip(1).map(|item| {
        let item = item.split("</item>").next().unwrap_or_default();
        let fields: BTreeMap<String, String> = item
            .split("<g:")
            .skip(1)
            .filter_map(|field| {
                let (name, rest) = field.split_once('>')?;
                Some((name.to_owned(), rest.split("</g:").next()?.to_owned()))
            })
            .collect();
        (fields["id"].clone(), fields)
    });
    items.collect()
}

fn text(value: &Value, name: &str) -> String {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name} in {value}"))
        .to_owned()
}

#[tokio::test]
async fn a_price_per_unit_stands_wherever_the_price_does() {
    let mut oil = documents::product("oil", "Olive oil", "14.95");
    oil["measure"] = json!({"content": "750", "unit": "ml"});
    let mut spice = documents::product("spice", "Pepper", "3.90");
    spice["measure"] = json!({"content": "45", "unit": "g", "per": 100, "per_unit": "g"});
    let mut shop = ShopBuilder::of(vec![documents::category(), oil, spice]).start();
    shop.open().await;
    let list = shop.get("/c/things").await.body;
    for (slug, price, measure, base) in [
        ("olive-oil", "€19.93 / l", "0.75 l", "1 l"),
        ("pepper", "€8.67 / 100\u{a0}g", "45 g", "100 g"),
    ] {
        let page = shop.get(&format!("/p/{slug}")).await;
        assert!(page.body.contains(price), "{price} in {}", page.body);
        let partial = shop.get(&format!("/partials/offer/{slug}")).await;
        assert!(
            partial.body.contains(price) && list.contains(price),
            "{price}"
        );
        let data = json_ld(&page.body);
        let reference = &data[0]["@graph"][0]["offers"]["priceSpecification"]["referenceQuantity"];
        let told = format!(
            "{} {}",
            text(reference, "value"),
            measure.rsplit(' ').next().unwrap_or_default()
        );
        assert_eq!(told, measure, "{slug}");
        let google = google_items(&shop.get(GOOGLE).await.body);
        let item = google
            .values()
            .find(|item| item["link"].ends_with(slug))
            .expect("an item");
        assert_eq!(item["unit_pricing_measure"], measure);
        assert_eq!(item["unit_pricing_base_measure"], base);
    }
}
