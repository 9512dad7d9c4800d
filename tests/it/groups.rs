//! Prices for one customer group: shown, sold and told to nobody else.

use std::process::Command;

use frontage_tests::backend::Response;
use frontage_tests::documents::{product, shop as documents};
use frontage_tests::shop::{Shop, ShopBuilder, binary};
use frontage_tests::shopper::{Shopper, location};
use serde_json::json;

use crate::buying::{CHECKOUT, orders};

const TERMS: &str = "/export/terms";

/// A shop with a market for the trade, where p1 costs 8.00 instead of 10.50 and the second piece is half as dear.
async fn open() -> Shop {
    let mut all = documents(2);
    all[2] = product("p1", "Thing number 1", "10.50");
    all[2]["prices"] = json!([
        {"amount": "8.00", "currency": "EUR", "group": "trade"},
        {"amount": "10.50", "currency": "EUR"},
        {"amount": "9.00", "currency": "CHF", "group": "trade"},
    ]);
    let mut shop = ShopBuilder::of(all)
        .shop("locales = [\"de\", \"de-x-trade\", \"de-CH-x-trade\"]\ncurrencies = { \"de-CH-x-trade\" = \"CHF\" }")
        .ingest("[source.terms]\nprovides = \"terms\"\nurl = \"TERMS\"\nschedule = \"* * * * * *\"\nformat = \"ndjson\"")
        .server(CHECKOUT)
        .start();
    shop.fill_in("TERMS", TERMS);
    shop.backend.respond_with(
        TERMS,
        Response::ndjson(&[json!({
            "type": "promotion", "id": "trade", "name": "Two for the trade", "customer_groups": ["trade"],
            "action": {"kind": "buy_get", "buy": 1, "get": 1, "percent": "50"},
        })]),
    );
    shop.open().await;
    shop
}

/// What `group link` prints.
fn link(shop: &Shop, group: &str) -> String {
    let output = Command::new(binary("frontage-server"))
        .args(["group", "link", group, "--days", "30", "--config"])
        .arg(shop.folder().join("server.toml"))
        .output()
        .expect("the server starts");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("text");
    let path = text.trim().strip_prefix(&shop.url(""));
    path.expect("a link into the shop").to_owned()
}

#[tokio::test]
async fn a_group_sees_and_pays_its_own_prices() {
    let shop = open().await;
    let mut ann = Shopper::new();
    let entered = ann.get(&shop, &link(&shop, "trade")).await;
    assert_eq!(location(&entered), "/de-x-trade/");
    let page = ann.get(&shop, "/de-x-trade/p/thing-number-1").await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("8,00"), "{}", page.body);
    assert!(page.body.contains("In den Warenkorb"), "{}", page.body);
    assert_eq!(page.headers["cache-control"], "private, no-store");
    for text in [
        "name=\"robots\" content=\"noindex, follow\"",
        "Deutsch (trade)",
    ] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    assert!(
        !page.body.contains("hreflang=\"x-default\""),
        "{}",
        page.body
    );
    // Where the group has no price, everybody's is the price; and another currency is another list.
    let other = ann.get(&shop, "/de-x-trade/p/thing-number-2").await;
    assert!(other.body.contains("11,50"), "{}", other.body);
    let swiss = ann.get(&shop, "/de-ch-x-trade/p/thing-number-1").await;
    assert!(swiss.body.contains("9.00"), "{}", swiss.body);

    let fields = frontage_tests::shopper::fields(&[("add", "p1"), ("quantity", "2")]);
    ann.post(&shop, "/de-x-trade/cart", &fields).await;
    let cart = ann.get(&shop, "/de-x-trade/cart").await;
    for text in ["Two for the trade", "12,00"] {
        assert!(cart.body.contains(text), "{text}: {}", cart.body);
    }
    let page = ann.get(&shop, "/de-x-trade/checkout").await;
    let form = frontage_tests::shopper::filled(&page.body);
    let done = ann.post(&shop, "/de-x-trade/checkout", &form).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let [order] = orders(&shop).try_into().expect("one order");
    assert_eq!(order.customer_group.as_deref(), Some("trade"));
    assert_eq!(order.totals.total, "12.00");
    assert_eq!(order.locale, "de-x-trade");
    // The link to an order is proof enough.
    let receipt = shop.get(&location(&done)).await;
    assert_eq!(receipt.status, 200);
}

#[tokio::test]
async fn nobody_else_sees_what_a_group_pays() {
    let shop = open().await;
    for path in [
        "/de-x-trade/",
        "/de-x-trade/p/thing-number-1",
        "/de-x-trade/cart",
        "/de-x-trade/search?q=thing",
        "/de-x-trade/partials/p/thing-number-1/offer",
        "/de-x-trade/feeds/google.xml",
        // No such pages: what says so shows what is alike.
        "/de-x-trade/thing-number-1",
        "/de-x-trade/partials/nothing/thing-number-1",
        "/de-ch-x-trade/c/things",
        "/enter?t=AAAA",
        "/enter",
    ] {
        let page = shop.get(path).await;
        assert!(matches!(page.status, 403 | 404), "{path}: {}", page.status);
        for price in ["8,00", "8.00", "9.00"] {
            assert!(!page.body.contains(price), "{path}: {}", page.body);
        }
    }
    let page = shop.get("/de-x-trade/").await;
    assert!(page.body.contains("Zugangslink"), "{}", page.body);
    // Another group's link leads nowhere here, and its cookie opens nothing.
    let mut bob = Shopper::new();
    let other = bob.get(&shop, &link(&shop, "club")).await;
    assert_eq!(other.status, 403);
    let token = link(&shop, "club")
        .split_once("t=")
        .expect("a token")
        .1
        .to_owned();
    bob.cookies.insert("group".to_owned(), token);
    assert_eq!(bob.get(&shop, "/de-x-trade/").await.status, 403);
    // What everybody sees says nothing of it.
    for path in [
        "/",
        "/p/thing-number-1",
        "/de/",
        "/robots.txt",
        "/sitemap.xml",
        "/sitemaps/1.xml",
        "/feeds/google.xml",
    ] {
        let page = shop.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(!page.body.contains("x-trade"), "{path}: {}", page.body);
    }
    let mut eve = Shopper::new();
    eve.add(&shop, "p1", 2).await;
    let cart = eve.get(&shop, "/cart").await;
    assert!(cart.body.contains("€21.00"), "{}", cart.body);
    assert!(!cart.body.contains("trade"), "{}", cart.body);
    // Inside, search engines find neither feeds nor sitemaps.
    let mut ann = Shopper::new();
    ann.get(&shop, &link(&shop, "trade")).await;
    for path in ["/de-x-trade/feeds/google.xml", "/de-x-trade/sitemaps/1.xml"] {
        assert_eq!(ann.get(&shop, path).await.status, 404, "{path}");
    }
    assert_eq!(ann.get(&shop, "/de-x-trade/c/things").await.status, 200);
}
