//! Pictures for links to pages that have none of their own.

use frontage_tests::browser::{Browser, Screen};
use frontage_tests::shop::ShopBuilder;
use serde_json::{Value, json};

fn documents() -> Vec<Value> {
    let price = json!([{"amount": "8.00", "currency": "EUR"}]);
    let product = |id: &str, name: &str, media: Value| json!({"type": "product", "id": id, "slug": id, "name": name, "prices": price, "media": media});
    vec![
        product("bare", "Größe & <Tasse>", json!([])),
        product("arabic", "كوب", json!([])),
        product(
            "shown",
            "Shown mug",
            json!([{"url": "https://img.example/mug.jpg"}]),
        ),
        json!({"type": "page", "id": "about", "slug": "about", "title": "About us", "body": "<p>Two potters.</p>"}),
    ]
}

/// The picture that a page names for links.
fn picture(html: &str) -> Option<&str> {
    let rest = html
        .split("<meta property=\"og:image\" content=\"")
        .nth(1)?;
    rest.split('"').next()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_without_a_picture_has_a_card() {
    let mut shop = ShopBuilder::of(documents()).start();
    shop.open().await;
    let page = shop.get("/p/shown").await.body;
    assert_eq!(picture(&page), Some("https://img.example/mug.jpg"));
    assert_eq!(
        picture(&shop.get("/p/arabic").await.body),
        None,
        "letters that cannot be drawn"
    );
    let browser = Browser::open(Screen::Desktop, true).await;
    for path in ["/p/bare", "/pages/about"] {
        let page = shop.get(path).await.body;
        let address = picture(&page)
            .unwrap_or_else(|| panic!("{path}: {page}"))
            .to_owned();
        let card = shop
            .get(address.strip_prefix(&shop.url("")).expect("a path"))
            .await;
        assert_eq!(
            (card.status, card.header("content-type")),
            (200, "image/png"),
            "{address}"
        );
        assert!(
            card.header("cache-control").contains("immutable"),
            "{}",
            card.header("cache-control")
        );
        browser.go(&address).await;
        let size = browser
            .value("[document.images[0].naturalWidth, document.images[0].naturalHeight]")
            .await;
        assert_eq!(size, json!([1200, 630]), "{address}");
    }
    let address = picture(&shop.get("/p/bare").await.body)
        .expect("a card")
        .to_owned();
    let path = address.strip_prefix(&shop.url("")).expect("a path");
    // Nothing is drawn for addresses that no page names.
    let other = path.replace("/p/", "/pages/");
    let stale = format!("/share/{}/p/bare.png", "0".repeat(16));
    for path in [
        other.as_str(),
        stale.as_str(),
        "/share/x/p/bare.png",
        "/share/0123456789abcdef/c/bare.png",
    ] {
        assert_eq!(shop.get(path).await.status, 404, "{path}");
    }
}
