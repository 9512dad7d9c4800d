//! Prices that change by themselves, and prices in several currencies: the same everywhere, at every instant.

use std::collections::BTreeMap;
use std::time::Duration;

use frontage_shared::snapshot::price_lists::Prices;
use frontage_tests::documents;
use frontage_tests::sample_generation::{Scale, Shop as Sample};
use frontage_tests::shop::{Shop, ShopBuilder};
use frontage_tests::shopper::Shopper;
use frontage_tests::soak::soak_prices;
use frontage_tests::stripe::now;
use serde_json::{Value, json};

use crate::buying::open;
use crate::flips::instant;
use crate::pages::json_ld;

#[test]
fn every_price_is_the_same_everywhere_in_every_currency() {
    let outcome = soak_prices(40).expect("a shop whose prices are compared");
    assert!(outcome.pass, "{}", outcome.details.join("\n"));
    println!("{}: {}", outcome.name, outcome.value);
}

/// A generation as of an instant says what one says that is made at that instant.
#[test]
fn a_generation_as_of_an_instant_is_one_that_is_made_then() {
    let mut compared = 0;
    for seed in 1..40 {
        let shop = Sample::random(seed, Scale::small());
        let Some(prices) = shop.prices.clone() else {
            continue;
        };
        let generation = shop.write().open().expect("a generation");
        for now in [0, 1_000, 1_200, 1_399, 1_500, 1_800, 2_500, 9_000] {
            let mut then = shop.clone();
            let mut changed: BTreeMap<(u32, u32), Prices> = BTreeMap::new();
            let passed = prices.changes.iter().filter(|&&(_, _, at, _)| at <= now);
            for &(list, variant, _, prices) in passed {
                changed.insert((list, variant), prices);
            }
            let variants = then
                .products
                .iter_mut()
                .flat_map(|product| &mut product.variants);
            for (row, variant) in (0..).zip(variants) {
                if let Some(prices) = changed.get(&(0, row)) {
                    variant.offer.price = prices.price;
                    variant.offer.compare_at = prices.compare_at;
                }
            }
            let own = then.prices.as_mut().expect("price lists");
            own.changes.clear();
            own.past.clear();
            for (list, table) in (1..).zip(&mut own.lists) {
                for (row, cell) in (0..).zip(&mut table.prices) {
                    *cell = changed.get(&(list, row)).copied().unwrap_or(*cell);
                }
            }
            let expected = then.write().open().expect("a generation");
            let found = generation.at(now);
            assert!(found.span().contains(now), "seed {seed}, {now}");
            let lists = std::iter::once(&expected).chain(expected.others());
            let found = std::iter::once(&found).chain(found.others());
            for (expected, found) in lists.zip(found) {
                let (expected, found) = (&expected.offers, &found.offers);
                for row in 0..expected.variant_count() {
                    assert_eq!(
                        found.variant(row),
                        expected.variant(row),
                        "seed {seed}, {now}"
                    );
                }
                for row in 0..expected.product_count() {
                    assert_eq!(
                        found.product(row),
                        expected.product(row),
                        "seed {seed}, {now}"
                    );
                }
                let order: Vec<u32> = expected.price_order().collect();
                assert_eq!(
                    found.price_order().collect::<Vec<_>>(),
                    order,
                    "seed {seed}, {now}"
                );
                let back: Vec<u32> = found.price_order().rev().collect();
                assert!(back.iter().eq(order.iter().rev()), "seed {seed}, {now}");
                compared += 1;
            }
        }
    }
    assert!(compared > 300, "{compared}");
}

/// Everything that names the price of the mug.
async fn told(shop: &Shop) -> Vec<(&'static str, bool)> {
    let page = shop.get("/p/mug").await;
    let structured = json_ld(&page.body)[0]["@graph"][0]["offers"]["price"] == "8.00";
    let google = shop.get("/feeds/google.xml").await.body;
    vec![
        ("page", page.body.contains("€8.00")),
        ("structured data", structured),
        (
            "partial",
            shop.get("/partials/offer/mug").await.body.contains("€8.00"),
        ),
        (
            "category",
            shop.get("/c/things").await.body.contains("€8.00"),
        ),
        (
            "search",
            shop.get("/search?q=mug").await.body.contains("€8.00"),
        ),
        (
            "filter",
            shop.get("/c/things?price-max=9").await.body.contains("Mug"),
        ),
        ("google", google.contains("<g:sale_price>8.00 EUR")),
        (
            "lines",
            shop.get("/feeds/products.ndjson")
                .await
                .body
                .contains("8.00 EUR"),
        ),
    ]
}

/// Looks until all say the same and what is wanted; in between, all that was asked after the instant agrees.
async fn until_all_say(shop: &Shop, sale: bool, (from, until): (u64, u64)) {
    loop {
        let started = now();
        let said = told(shop).await;
        // On a machine that is busy with other things, the time may be over before all was asked.
        if now() >= until {
            return;
        }
        if started >= from {
            let others: Vec<_> = said
                .iter()
                .filter(|(_, is_sale)| *is_sale != sale)
                .collect();
            assert!(
                others.is_empty(),
                "asked at {started}, changed at {from}: {others:?}"
            );
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// How long a page may be kept, in seconds: while it is fresh, and after that while another is fetched or cannot be.
fn kept(header: &str) -> u64 {
    let parts = header.split(", ").filter_map(|part| part.split_once('='));
    let (mut fresh, mut stale) = (0, 0);
    for (name, seconds) in parts {
        let seconds = seconds.parse::<u64>().expect("seconds");
        match name {
            "max-age" => fresh = seconds,
            _ => stale = stale.max(seconds),
        }
    }
    fresh + stale
}

#[tokio::test]
async fn a_sale_begins_and_ends_by_itself_everywhere_at_once() {
    let begins = now() + 12;
    let ends = begins + 10;
    let mut mug = documents::product("mug", "Mug", "10.00");
    mug["prices"][0]["sale_price"] = json!("8.00");
    mug["prices"][0]["sale_from"] = json!(instant(begins));
    mug["prices"][0]["sale_until"] = json!(instant(ends));
    let bowl = documents::product("bowl", "Bowl", "9.00");
    let shop = open(vec![documents::category(), mug, bowl]).await;
    let generation = shop.generation().await;
    let mut ann = Shopper::new();
    ann.add(&shop, "mug", 1).await;
    assert!(ann.get(&shop, "/cart").await.body.contains("€10.00"));
    let asked = now();
    let page = shop.get("/p/mug").await;
    if asked < begins {
        assert!(page.body.contains("€10.00") && !page.body.contains("€8.00"));
        let header = page.header("cache-control");
        assert!(
            kept(header) <= begins - asked,
            "{header}, {} left",
            begins - asked
        );
    }
    let sorted = shop.get("/c/things?sort=price-asc").await.body;
    let is_first = |body: &str, name: &str, other: &str| {
        body.find(&format!(">{name}</a>")) < body.find(&format!(">{other}</a>"))
    };
    assert!(is_first(&sorted, "Bowl", "Mug"));

    until_all_say(&shop, true, (begins, ends)).await;
    let on = shop.get("/p/mug").await;
    let cart = ann.get(&shop, "/cart").await.body;
    let sorted = shop.get("/c/things?sort=price-asc").await.body;
    if now() < ends {
        assert!(on.body.contains("€10.00</s>"), "{}", on.body);
        assert!(on.body.contains("Lowest price of the last 30 days: €10.00"));
        let valid = &json_ld(&on.body)[0]["@graph"][0]["offers"]["priceValidUntil"];
        assert_eq!(*valid, instant(ends).replace("+00:00", "Z"));
        assert!(cart.contains("€10.00") && cart.contains("€8.00"), "{cart}");
        assert!(cart.contains("Lowest price of the last 30 days: €10.00"));
        assert!(is_first(&sorted, "Mug", "Bowl"));
        // Nobody who kept the page from before may go on believing it.
        let known = shop
            .client()
            .get(shop.url("/p/mug"))
            .header("if-none-match", page.header("etag"));
        assert_eq!(shop.request(known).await.status, 200);
    }
    until_all_say(&shop, false, (ends, u64::MAX)).await;
    assert!(ann.get(&shop, "/cart").await.body.contains("€10.00"));
    assert_eq!(
        shop.generation().await,
        generation,
        "no generation was needed for it"
    );
}

#[tokio::test]
async fn a_reduction_does_not_end_where_a_deeper_one_begins() {
    const DAY: u64 = 24 * 60 * 60;
    let begins = now() + 2 * DAY;
    let mut deeper = documents::product("mug", "Mug", "10.00");
    deeper["prices"][0]["compare_at"] = json!("12.00");
    deeper["prices"][0]["sale_price"] = json!("8.00");
    deeper["prices"][0]["sale_from"] = json!(instant(begins));
    let mut ending = documents::product("bowl", "Bowl", "10.00");
    ending["prices"][0]["sale_price"] = json!("8.00");
    ending["prices"][0]["sale_until"] = json!(instant(begins));
    let shop = open(vec![documents::category(), deeper, ending]).await;
    let valid = |body: &str| json_ld(body)[0]["@graph"][0]["offers"]["priceValidUntil"].clone();
    let at = json!(instant(begins).replace("+00:00", "Z"));
    let page = shop.get("/p/mug").await.body;
    assert!(page.contains("€12.00</s>"), "{page}");
    assert!(!page.contains("Until "), "{page}");
    assert_eq!(valid(&page), at, "until then it costs exactly this");
    let page = shop.get("/p/bowl").await.body;
    assert!(page.contains("Until "), "{page}");
    assert_eq!(valid(&page), at);
}

#[tokio::test]
async fn a_sale_that_is_not_below_the_price_is_none_anywhere() {
    let sold = |id: &str, name: &str, sale: &str, before: Option<&str>| {
        let mut sold = documents::product(id, name, "10.00");
        sold["prices"][0]["sale_price"] = json!(sale);
        if let Some(before) = before {
            sold["prices"][0]["compare_at"] = json!(before);
        }
        sold
    };
    let query = json!({"kind": "query", "title": "Reduced", "on_sale": true});
    let shop = open(vec![
        documents::category(),
        sold("same", "Same", "10.00", None),
        sold("dearer", "Dearer", "11.00", None),
        sold("nothing", "Nothing", "0.00", None),
        sold("before", "Before", "10.00", Some("12.00")),
        json!({"type": "page", "id": "deals", "slug": "deals", "title": "Deals", "sections": [query]}),
    ])
    .await;
    let google = shop.get("/feeds/google.xml").await.body;
    let lines = shop.get("/feeds/products.ndjson").await.body;
    let list = shop.get("/c/things").await.body;
    let reduced = shop.get("/pages/deals").await.body;
    for (slug, before) in [
        ("same", None),
        ("dearer", None),
        ("nothing", None),
        ("before", Some("12.00")),
    ] {
        let page = shop.get(&format!("/p/{slug}")).await.body;
        let offer = &json_ld(&page)[0]["@graph"][0]["offers"];
        assert_eq!(offer["price"], "10.00", "{slug}");
        let partial = shop.get(&format!("/partials/offer/{slug}")).await.body;
        let card = list
            .split("<h3><a href=\"")
            .find(|card| card.starts_with(&format!("/p/{slug}\"")));
        for html in [&*page, &*partial, card.expect("a card")] {
            let price = html.split("class=\"price").nth(1).expect("a price");
            let price = price.split("</p>").next().unwrap_or_default();
            assert!(price.contains("€10.00"), "{slug}: {price}");
            let is_struck = before.is_some_and(|before| price.contains(&format!("€{before}</s>")));
            assert_eq!(is_struck, before.is_some(), "{slug}: {price}");
            assert_eq!(price.contains("<s>"), before.is_some(), "{slug}: {price}");
        }
        let line = lines
            .lines()
            .find(|line| line.contains(&format!("/p/{slug}\"")));
        let item: Value = serde_json::from_str(line.expect("a line")).expect("JSON");
        let told = before.map_or(json!(["10.00 EUR", null]), |before| {
            json!([format!("{before} EUR"), "10.00 EUR"])
        });
        assert_eq!(json!([item["price"], item["sale_price"]]), told, "{slug}");
        let is_listed = reduced.contains(&format!("/p/{slug}\""));
        assert_eq!(is_listed, before.is_some(), "{slug}");
    }
    assert_eq!(google.matches("<g:sale_price>").count(), 1, "{google}");
}

#[tokio::test]
async fn the_last_day_of_a_sale_is_that_of_the_shop() {
    use chrono::Datelike as _;
    let seconds = i64::try_from(now()).expect("an instant");
    let year = 1 + chrono::DateTime::from_timestamp(seconds, 0)
        .expect("an instant")
        .year();
    for (zone, until, day) in [
        // Midnight in New York: the sale ends with the day before.
        ("America/New_York", "02-01T05:00:00Z", "January 31"),
        ("Pacific/Auckland", "01-31T20:00:00Z", "February 1"),
        ("", "01-31T20:00:00Z", "January 31"),
    ] {
        let mut mug = documents::product("mug", "Mug", "10.00");
        mug["prices"][0]["sale_price"] = json!("8.00");
        mug["prices"][0]["sale_until"] = json!(format!("{year}-{until}"));
        let builder = ShopBuilder::of(vec![documents::category(), mug]);
        let mut shop = builder.server(&format!("time_zone = \"{zone}\"")).start();
        shop.open().await;
        let wanted = format!("Until {day}, {year}");
        for path in ["/p/mug", "/partials/offer/mug"] {
            let body = shop.get(path).await.body;
            assert!(body.contains(&wanted), "{zone}: {wanted} is not in {body}");
        }
    }
}

/// A mug at this price, and what it is reduced from.
fn mug(amount: &str, before: Option<&str>) -> Vec<Value> {
    let mut mug = documents::product("mug", "Mug", amount);
    if let Some(before) = before {
        mug["prices"][0]["compare_at"] = json!(before);
    }
    vec![documents::category(), mug]
}

#[tokio::test]
async fn beside_a_reduction_stands_the_lowest_price_of_thirty_days() {
    let mut shop = ShopBuilder::of(mug("10.00", None)).start();
    shop.open().await;
    let mut generation = shop.generation().await;
    let lowest = |body: &str| {
        let rest = body.split_once("Lowest price of the last 30 days: ")?.1;
        Some(rest.split('<').next()?.to_owned())
    };
    for (amount, before, expected) in [
        ("12.00", None, None),
        ("9.00", Some("14.00"), Some("€10.00")),
        // Dearer, and still told to be reduced: what it cost yesterday counts.
        ("9.50", Some("14.00"), Some("€9.00")),
        ("9.50", None, None),
        ("7.00", Some("9.50"), Some("€9.00")),
    ] {
        shop.sends(&mug(amount, before));
        // Each price holds for a second at least: two in one would be one.
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        shop.once().await;
        generation += 1;
        shop.until_generation(generation).await;
        let page = shop.get("/p/mug").await.body;
        assert_eq!(lowest(&page).as_deref(), expected, "{amount} {before:?}");
        let partial = shop.get("/partials/offer/mug").await.body;
        assert_eq!(lowest(&partial).as_deref(), expected, "{amount} {before:?}");
    }
    // The slow half is made anew, with other rows; what was known stays known.
    let mut renamed = mug("7.00", Some("9.50"));
    renamed.push(documents::product("a", "Another", "1.00"));
    shop.sends(&renamed);
    shop.once().await;
    shop.until_generation(generation + 1).await;
    let page = shop.get("/p/mug").await.body;
    assert_eq!(lowest(&page).as_deref(), Some("€9.00"));
}

#[tokio::test]
async fn a_currency_belongs_to_a_language() {
    let mut mug = documents::product("mug", "Mug", "10.00");
    mug["prices"]
        .as_array_mut()
        .expect("prices")
        .push(json!({"amount": "11.50", "currency": "CHF"}));
    let euros = documents::product("bowl", "Bowl", "5.00");
    let mut shop = ShopBuilder::of(vec![documents::category(), mug, euros])
        .shop("locale = \"de\"\nlocales = [\"de-CH\"]\ncurrencies = { \"de-CH\" = \"CHF\" }\n")
        .server("[checkout]\nmethods = [\"invoice\"]\ncountries = [\"CH\", \"DE\"]\n")
        .start();
    shop.open().await;
    let page = shop.get("/de-ch/p/mug").await;
    assert!(
        page.body.contains("CHF") && page.body.contains("11.50"),
        "{}",
        page.body
    );
    assert!(!page.body.contains("10,00"));
    assert!(page.body.contains("hreflang=\"de-CH\""));
    assert_eq!(
        json_ld(&page.body)[0]["@graph"][0]["offers"]["priceCurrency"],
        "CHF"
    );
    assert!(shop.get("/p/mug").await.body.contains("10,00"));
    // What has no price there cannot be bought there, and says so.
    let bowl = shop.get("/de-ch/p/bowl").await.body;
    assert!(!bowl.contains("5,00") && !bowl.contains("5.00"), "{bowl}");
    let mut ann = Shopper::new();
    ann.add(&shop, "mug", 2).await;
    assert!(ann.get(&shop, "/cart").await.body.contains("20,00"));
    let cart = ann.get(&shop, "/de-ch/cart").await.body;
    assert!(cart.contains("23.00") && cart.contains("CHF"), "{cart}");
    assert!(
        ann.get(&shop, "/de-ch/checkout")
            .await
            .body
            .contains("23.00")
    );
    // The price in euros that was seen is no price to compare francs with.
    assert!(!cart.contains("10,00") && !cart.contains("10.00"), "{cart}");
}
