//! Pictures for links to pages that have none of their own.

use frontage_tests::browser::{Browser, Screen};
use frontage_tests::shop::ShopBuilder;
use serde_json::{Value, json};

fn documents() -> Vec<Value> {
    let price = json!([{"amount": "8.00", "currency": "EUR"}]);
    let product = |id: &str, name: &str, media: Value| json!({"type": "product", "id": id, "slug": id, "name": name, "prices": price, "media": media});
    let mut plain = product("plain", "Plain bowl", json!([]));
    plain["category_ids"] = json!(["bowls"]);
    plain["brand"] = json!("Nordhem");
    let mut pictured = product(
        "pictured",
        "Pictured jug",
        json!([{"url": "https://img.example/jug.jpg"}]),
    );
    pictured["category_ids"] = json!(["jugs"]);
    pictured["brand"] = json!("Sudhem");
    vec![
        json!({"type": "category", "id": "table", "slug": "table", "name": "Table"}),
        json!({"type": "category", "id": "bowls", "slug": "bowls", "name": "Bowls", "parent_id": "table"}),
        json!({"type": "category", "id": "jugs", "slug": "jugs", "name": "Jugs"}),
        json!({"type": "category", "id": "own", "slug": "own", "name": "Own", "media": [{"url": "https://img.example/own.jpg"}]}),
        plain,
        pictured,
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
    for path in ["/p/bare", "/pages/about", "/c/table/bowls", "/b/nordhem"] {
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
    for path in ["/c/jugs", "/b/sudhem"] {
        let page = shop.get(path).await.body;
        assert_eq!(picture(&page), Some("https://img.example/jug.jpg"));
    }
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

/// A page that was given a picture names that one, and the card that it had is no longer there.
#[tokio::test(flavor = "multi_thread")]
async fn a_card_goes_when_its_page_has_a_picture() {
    let mut shop = ShopBuilder::of(documents()).start();
    shop.open().await;
    let mut cards = Vec::new();
    for path in ["/p/plain", "/c/table/bowls", "/b/nordhem"] {
        let page = shop.get(path).await.body;
        let address = picture(&page).unwrap_or_else(|| panic!("{path}: {page}"));
        let card = address
            .strip_prefix(&shop.url(""))
            .expect("a path")
            .to_owned();
        // Whoever asks at once gets the same picture, drawn once.
        let (first, second) = tokio::join!(shop.get(&card), shop.get(&card));
        assert_eq!((first.status, second.status), (200, 200), "{card}");
        assert_eq!(first.header("etag"), second.header("etag"));
        cards.push((path, card));
    }
    let mut changed = documents();
    for document in &mut changed {
        if document["id"] == "plain" {
            document["media"] = json!([{"url": "https://img.example/bowl.jpg"}]);
        }
    }
    shop.sends(&changed);
    shop.once().await;
    shop.until_generation(2).await;
    for (path, card) in cards {
        let page = shop.get(path).await.body;
        assert_eq!(
            picture(&page),
            Some("https://img.example/bowl.jpg"),
            "{path}"
        );
        assert_eq!(shop.get(&card).await.status, 404, "{card}");
    }
}
