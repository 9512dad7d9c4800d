//! Reviews from a feed: stars on cards, texts on the product's page, the same in structured data; and pages made of
//! sections, the home page among them.

use frontage_tests::browser::{Browser, Screen};
use frontage_tests::shop::{Shop, ShopBuilder};
use serde_json::{Value, json};

fn product(id: &str, price: &str, more: Value) -> Value {
    let mut document = json!({"type": "product", "id": id, "name": format!("Mug {id}"), "brand": "Nordhem",
        "category_ids": ["mugs"], "prices": [{"amount": price, "currency": "EUR"}],
        "stock": {"availability": "in_stock"}});
    for (key, value) in more.as_object().expect("an object") {
        document[key] = value.clone();
    }
    document
}

fn review(number: u32, product: &str, rating: f64) -> Value {
    json!({"type": "review", "id": format!("r-{number}"), "product_id": product, "rating": rating,
        "author": "Ada <b>", "title": format!("Heading {number}"), "body": "Warm </script>\nfor long",
        "created_at": format!("2026-03-{:02}T08:00:00Z", 1 + number % 28), "verified": number.is_multiple_of(2)})
}

fn documents() -> Vec<Value> {
    let sale = json!([{"amount": "5.00", "currency": "EUR", "compare_at": "8.00"}]);
    let mut documents = vec![
        json!({"type": "category", "id": "mugs", "name": "Mugs"}),
        product("a", "8.00", json!({})),
        product("b", "9.00", json!({"prices": sale})),
        product("c", "7.00", json!({})),
        review(100, "b", 5.0),
        review(101, "b", 4.5),
        review(102, "nothing", 1.0),
        json!({"type": "review", "id": "d", "product_id": "b", "rating": 1, "status": "draft"}),
    ];
    documents
        .extend((0..30).map(|number| review(number, "a", if number < 20 { 4.0 } else { 3.0 })));
    documents
}

/// The first node of a kind in the structured data of a page.
pub(crate) fn node(page: &str, kind: &str) -> Value {
    let data = page
        .split("application/ld+json\">")
        .nth(1)
        .expect("structured data");
    let data = data.split("</script>").next().expect("its end");
    let data: Value = serde_json::from_str(data).expect("JSON");
    let mut nodes = data["@graph"].as_array().expect("a graph").iter();
    nodes
        .find(|node| node["@type"] == kind)
        .cloned()
        .unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_shoppers_say_stands_on_cards_pages_and_in_structured_data() {
    let mut shop = ShopBuilder::of(documents()).start();
    shop.open().await;
    let page = shop.get("/p/mug-a").await.body;
    for part in [
        "aria-label=\"3.7 out of 5 stars\"",
        "<h2 id=\"reviews\">Customer reviews</h2>",
        "href=\"/p/mug-a/reviews\">30 reviews</a>",
        "<meter min=\"0\" max=\"30\" value=\"20\" aria-label=\"4 stars\">",
        "Ada &lt;b&gt;",
        "Warm &lt;/script&gt;\nfor long",
        "Verified purchase",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    assert_eq!(page.matches("class=\"said\"").count(), 6);
    let data = node(&page, "Product");
    assert_eq!(data["aggregateRating"]["ratingValue"], "3.7");
    assert_eq!(data["aggregateRating"]["reviewCount"], 30);
    assert_eq!(data["review"].as_array().map(Vec::len), Some(6));
    assert_eq!(data["review"][0]["author"]["name"], "Ada <b>");
    // The latest first.
    assert_eq!(data["review"][0]["datePublished"], "2026-03-28");
    let list = shop.get("/c/mugs").await.body;
    assert!(list.contains("aria-label=\"4.8 out of 5 stars\""), "{list}");
    assert!(list.contains("<option value=\"rating\">Best rated</option>"));
    let quiet = shop.get("/p/mug-c").await.body;
    assert!(!quiet.contains("aggregateRating") && !quiet.contains("id=\"reviews\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn all_reviews_can_be_paged_and_lists_sorted_by_them() {
    let mut shop = ShopBuilder::of(documents()).start();
    shop.open().await;
    let mut seen = Vec::new();
    for path in ["/p/mug-a/reviews", "/p/mug-a/reviews?page=2"] {
        let page = shop.get(path).await;
        assert!(page.body.contains("noindex"), "{path}");
        let headings = page.body.split("<strong>Heading ").skip(1);
        seen.extend(headings.filter_map(|rest| rest.split('<').next()?.parse::<u32>().ok()));
    }
    seen.sort_unstable();
    assert_eq!(seen, (0..30).collect::<Vec<_>>());
    for path in [
        "/p/mug-a/reviews?page=3",
        "/p/mug-c/reviews",
        "/p/nothing/reviews",
    ] {
        assert_eq!(shop.get(path).await.status, 404, "{path}");
    }
    let sorted = shop.get("/c/mugs?sort=rating").await.body;
    let grid = sorted.split("class=\"grid\"").nth(1).expect("a grid");
    let place = |id: &str| grid.find(&format!("href=\"/p/mug-{id}\"")).expect("a card");
    assert!(place("b") < place("a") && place("a") < place("c"));
}

/// A home page in two languages, and a landing page.
fn pages() -> [Value; 2] {
    let german = json!({"sections": [{"kind": "hero", "title": "Warme Tassen"}]});
    let home = json!({"type": "page", "id": "home", "slug": "start", "title": "Home", "kind": "home", "sections": [
        {"kind": "hero", "title": "Warm mugs", "body": "<p>Fired <script>x</script>twice.</p>",
            "link": {"href": "/c/mugs", "label": "See all mugs"}},
        {"kind": "query", "title": "On sale now", "on_sale": true, "in_stock": true, "brand": "Nordhem"},
        {"kind": "query", "title": "Of nobody", "brand": "Nobody"},
        {"kind": "products", "title": "Our favourite", "product_ids": ["c", "gone"]},
        {"kind": "categories", "title": "Rooms"}], "translations": {"de": german}});
    let landing = json!({"type": "page", "id": "l", "slug": "landing", "title": "Landing", "sections": [
        {"kind": "query", "title": "Best rated", "sort": "rating", "limit": 2}]});
    [home, landing]
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_made_of_sections_whose_queries_know_prices_and_stock() {
    let mut all = documents();
    all.extend(pages());
    let mut shop = ShopBuilder::of(all).shop("locales = [\"de\"]").start();
    told(&shop).await;
    shop.open().await;
    let home = shop.get("/").await.body;
    assert!(
        home.contains("<h1>Warm mugs</h1>") && home.contains("<p>Fired twice.</p>"),
        "{home}"
    );
    assert!(home.contains("<a class=\"button\" href=\"/c/mugs\">See all mugs</a>"));
    let section = |title: &str| {
        let start = home.find(&format!("<h2>{title}</h2>"));
        let rest = &home[start.unwrap_or_else(|| panic!("no {title}"))..];
        rest.split("</section>")
            .next()
            .expect("a section")
            .to_owned()
    };
    let sale = section("On sale now");
    assert!(
        sale.contains("/p/mug-b") && !sale.contains("/p/mug-a"),
        "{sale}"
    );
    assert!(section("Our favourite").contains("/p/mug-c"));
    assert!(section("Rooms").contains("href=\"/c/mugs\""));
    assert!(!home.contains("Of nobody"), "a section that shows nothing");
    assert!(
        shop.get("/de/")
            .await
            .body
            .contains("<h1>Warme Tassen</h1>")
    );
    let own = shop.get("/pages/start").await;
    assert_eq!(
        (own.status, &own.headers["location"]),
        (302, &"/".parse().expect("a header"))
    );
    let landing = shop.get("/pages/landing").await.body;
    let place = |id: &str| landing.find(&format!("href=\"/p/mug-{id}\""));
    assert!(place("b") < place("a") && place("c").is_none(), "{landing}");
}

/// Mug b has 4.75 stars, mug a 3.6667, mug c none.
#[tokio::test(flavor = "multi_thread")]
async fn lists_are_narrowed_by_rating() {
    let mut shop = ShopBuilder::of(documents()).start();
    shop.open().await;
    let all = shop.get("/c/mugs").await.body;
    for part in [
        "4 stars or more",
        "3 stars or more",
        "Any rating",
        "value=\"3\"",
    ] {
        assert!(all.contains(part), "{part}: {all}");
    }
    for (path, shown, hidden) in [
        ("/c/mugs?rating=4", &["mug-b"][..], &["mug-a", "mug-c"][..]),
        ("/c/mugs?rating=3", &["mug-a", "mug-b"], &["mug-c"]),
        ("/search?q=mug&rating=4", &["mug-b"], &["mug-a", "mug-c"]),
    ] {
        let page = shop.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        let cards = page.body.split("class=\"grid").nth(1).unwrap_or_default();
        for id in shown {
            assert!(cards.contains(&format!("/p/{id}\"")), "{path}: {id}");
        }
        for id in hidden {
            assert!(!cards.contains(&format!("/p/{id}\"")), "{path}: {id}");
        }
        assert!(page.body.contains("noindex"), "{path}");
    }
    // What says nothing is dropped from the address.
    for (path, canonical) in [
        ("/c/mugs?rating=", "/c/mugs"),
        ("/c/mugs?rating=9", "/c/mugs"),
        ("/c/mugs?rating=4&sort=name", "/c/mugs?sort=name&rating=4"),
    ] {
        let moved = shop.get(path).await;
        let to = moved.header("location");
        assert!(to.ends_with(canonical), "{path}: {} {to}", moved.status);
    }
    let browser = Browser::open(Screen::Desktop, false).await;
    browser.go(&shop.url("/c/mugs")).await;
    browser.click("input[name=rating][value=\"4\"]").await;
    browser.click("#filters button").await;
    assert!(
        browser.url().await.ends_with("/c/mugs?rating=4"),
        "{}",
        browser.url().await
    );
    let cards = browser
        .value("document.querySelectorAll('.grid .card').length")
        .await;
    assert_eq!(cards, 1);
    assert!(
        shop.get("/robots.txt")
            .await
            .body
            .contains("Disallow: /*?rating=")
    );
}

/// What does not exist is told by name.
async fn told(shop: &Shop) {
    let checked = shop.ingest(&["check", "--json"]).await;
    let report: Value = serde_json::from_str(&checked.stdout).expect("JSON");
    let told = report["conflicts"][1].to_string();
    for part in [
        "`gone`",
        "`Nobody`",
        "review `r-102` is about product `nothing`",
    ] {
        assert!(told.contains(part), "{part}\n{told}");
    }
}
