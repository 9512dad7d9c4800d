//! Every kind of page, judged by tools that others made: axe-core at WCAG 2.2 AA, light and dark, on a desktop and a
//! phone; the Nu checker for HTML. Left out, with a line that says so, where the tools are not installed.

use frontage_tests::backend::Response;
use frontage_tests::browser::{Browser, Screen};
use frontage_tests::catalogue::Catalogue;
use frontage_tests::catalogue::product::Lifecycle;
use frontage_tests::page_tools;
use frontage_tests::shop::{Shop, ShopBuilder};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_kept_out_of_any_page() {
    let Some(axe) = page_tools::axe() else {
        return;
    };
    let (shop, paths) = open().await;
    let mut looked_at = 0;
    for screen in [Screen::Desktop, Screen::Phone] {
        let browser = Browser::open(screen, true).await;
        for scheme in ["light", "dark"] {
            browser.prefer_colours(scheme).await;
            for path in &paths {
                browser.go(&shop.url(path)).await;
                browser.run(&axe).await;
                let violations = browser.answer(page_tools::ASK_AXE).await;
                assert_eq!(
                    violations,
                    Value::Array(Vec::new()),
                    "{screen:?}, {scheme}: {path}"
                );
                looked_at += 1;
            }
        }
    }
    let browser = Browser::open(Screen::Desktop, true).await;
    browser.go("data:text/html,<img src=x>").await;
    browser.run(&axe).await;
    let found = browser.answer(page_tools::ASK_AXE).await;
    assert!(
        found.to_string().contains("image-alt"),
        "axe-core finds nothing: {found}"
    );
    println!("pages looked at by axe-core: {looked_at}, violations of WCAG 2.2 AA: 0");
}

#[tokio::test]
async fn every_page_is_valid_html() {
    let (shop, paths) = open().await;
    let mut documents = Vec::new();
    for path in paths {
        let body = shop.get(&path).await.body;
        documents.push((path, body));
    }
    let product = &documents[3].0;
    let partial = product.replace("/p/", "/partials/offer/");
    let fragment = shop.get(&partial).await.body;
    let around = "<!DOCTYPE html><html lang=\"en\"><head><title>Part</title></head><body><main>";
    documents.push((partial, format!("{around}{fragment}</main></body></html>")));
    let Some(complaints) = page_tools::html_complaints(&documents) else {
        return;
    };
    assert_eq!(complaints, Vec::<String>::new());
    let broken = (
        "broken".to_owned(),
        "<!DOCTYPE html><p><div></p>".to_owned(),
    );
    let found = page_tools::html_complaints(&[broken]).unwrap_or_default();
    assert!(
        found.iter().any(|line| line.contains("error")),
        "the checker finds nothing: {found:?}"
    );
    println!(
        "pages read by the Nu checker: {}, complaints: 0",
        documents.len()
    );
}

/// A source of reviews beside the generated catalogue.
const REVIEWS: &str = "[source.reviews]\nprovides = \"catalog\"\nurl = \"REVIEWS\"\nschedule = \"* * * * * *\"\nformat = \"ndjson\"\n";

fn review(number: u32, product: &str) -> Value {
    json!({"type": "review", "id": number.to_string(), "product_id": product, "rating": 1 + number % 5,
        "title": "As described", "body": "Does what it should.", "author": "Ada", "verified": number.is_multiple_of(2),
        "language": if number == 3 { "de" } else { "en" }, "answer": "Thank you!",
        "created_at": "2026-03-01T08:00:00Z"})
}

/// A set, something that is sold out, and a page of sections.
fn more(product: &str) -> [Value; 3] {
    let price = json!([{"amount": "8.00", "currency": "EUR"}]);
    let sections = json!([
        {"kind": "hero", "title": "A large word", "body": "<p>And a small one.</p>",
         "image": {"url": "https://img.example/hero.jpg", "alt": "A scene", "width": 1200, "height": 900},
         "link": {"href": "/c/outdoor", "label": "All of it"}},
        {"kind": "products", "title": "Picked", "body": "<p>By hand.</p>", "product_ids": [product, "set"]},
        {"kind": "query", "title": "Reduced", "on_sale": true},
        {"kind": "categories", "title": "Departments"},
        {"kind": "text", "title": "About", "body": "<p>Us.</p>"},
    ]);
    [
        json!({"type": "product", "id": "set", "slug": "set", "name": "A set", "prices": price,
            "bundle": [{"product_id": product, "quantity": 2}, {"product_id": "gone"}]}),
        json!({"type": "product", "id": "gone", "slug": "gone", "name": "Sold out", "prices": price,
            "stock": {"availability": "out_of_stock"}}),
        json!({"type": "page", "id": "landing", "slug": "landing", "title": "Landing", "sections": sections}),
    ]
}

/// A shop, and a page of every kind.
async fn open() -> (Shop, Vec<String>) {
    let mut shop = ShopBuilder::generated(150)
        .ingest(REVIEWS)
        .server(
            "[checkout]\nmethods = [\"invoice\"]\ncountries = [\"DE\"]\nstock_requests = true\n",
        )
        .start();
    shop.fill_in("REVIEWS", "/reviews.ndjson");
    let catalogue = Catalogue::new(150);
    let on_sale = catalogue
        .products()
        .filter(|product| product.lifecycle() == Lifecycle::Active);
    let product = on_sale
        .max_by_key(|product| product.variants().len())
        .expect("a product");
    let mut reviews: Vec<Value> = (1..=8)
        .map(|number| review(number, &product.number()))
        .collect();
    reviews.extend(more(&product.number()));
    let reviews = Response::ndjson(&reviews);
    shop.backend.respond_with("/reviews.ndjson", reviews);
    shop.open().await;
    let slug = frontage_shared::model::slug::from_text(&product.name());
    let brand = frontage_shared::model::slug::from_text(product.brand());
    let paths = vec![
        "/".to_owned(),
        "/c/outdoor".to_owned(),
        "/c/outdoor?sort=price-asc&price-max=90&stock=in".to_owned(),
        format!("/p/{slug}"),
        format!("/p/{slug}/reviews"),
        format!("/b/{brand}"),
        "/search?q=lamp".to_owned(),
        "/search?q=qqqqqq".to_owned(),
        "/c/outdoor?price-max=0.01".to_owned(),
        "/pages/delivery".to_owned(),
        "/pages".to_owned(),
        "/no-such-page".to_owned(),
        "/b".to_owned(),
        "/c/outdoor?view=list".to_owned(),
        "/wishlist".to_owned(),
        "/compare".to_owned(),
        "/p/set".to_owned(),
        "/p/gone".to_owned(),
        "/restock?variant=gone".to_owned(),
        "/restock?variant=gone&received=1".to_owned(),
        "/c/outdoor?rating=1".to_owned(),
        "/pages/landing".to_owned(),
    ];
    (shop, paths)
}
