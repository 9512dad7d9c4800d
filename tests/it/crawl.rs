//! Crawlers find each product and category once, in every language, and no way to get lost; and they stand in nobody's way.

use frontage_tests::crawler::Robots;
use frontage_tests::shop::ShopBuilder;
use frontage_tests::soak::{soak_bots, soak_crawl};
use reqwest::header::USER_AGENT;

/// Products here; `make soak` crawls 5,000.
const PRODUCTS: u64 = 150;

#[test]
fn crawlers_find_everything_once_and_no_trap() {
    let outcome = soak_crawl(PRODUCTS).expect("the shop could be crawled");
    println!("{}: {}", outcome.name, outcome.value);
    assert!(outcome.pass, "{:#?}", outcome.details);
}

#[test]
fn shoppers_are_answered_beside_a_crowd_of_crawlers() {
    let outcome = soak_bots(100).expect("the shop could be visited");
    println!("{}: {}", outcome.name, outcome.value);
    assert!(outcome.pass, "{:#?}", outcome.details);
}

#[tokio::test]
async fn crawlers_are_refused_exactly_what_robots_txt_closes() {
    let mut shop = ShopBuilder::generated(30)
        .shop("locale = \"en\"\nlocales = [\"de\"]")
        .server("[checkout]\nmethods = [\"invoice\"]\ncountries = [\"DE\"]")
        .start();
    shop.open().await;
    let robots = Robots::parse(&shop.get("/robots.txt").await.body);
    let generation = shop.published();
    let category = generation.catalog.categories().next().expect("a category");
    let product = generation.catalog.products().next().expect("a product");
    let (list, page) = (
        format!("/c/{}", category.path()),
        format!("/p/{}", product.slug()),
    );
    let mut refused = 0;
    for path in [
        "/".to_owned(),
        "/sitemap.xml".to_owned(),
        "/robots.txt".to_owned(),
        "/search".to_owned(),
        "/search?q=steel".to_owned(),
        "/cart".to_owned(),
        "/checkout".to_owned(),
        "/wishlist".to_owned(),
        "/compare".to_owned(),
        "/partials/cart".to_owned(),
        "/partials/suggest?q=st".to_owned(),
        "/feeds/google.xml".to_owned(),
        list.clone(),
        format!("{list}?page=2"),
        format!("{list}?sort=price-asc"),
        format!("{list}?stock=in&page=2"),
        format!("{list}?price-min=10"),
        format!("{list}?view=list"),
        format!("{list}?f.colour=red"),
        page.clone(),
        format!("{page}?part=buybox"),
        format!(
            "{page}?variant={}",
            product.variants().next().expect("a variant").id()
        ),
    ] {
        for path in [path.clone(), format!("/de{path}")] {
            let ask = shop.client().get(shop.url(&path));
            let answer = shop.request(ask.header(USER_AGENT, "Examplebot/1.0")).await;
            assert_eq!(
                answer.status == 403,
                !robots.allows(&path),
                "{path}: {}",
                answer.status
            );
            refused += usize::from(answer.status == 403);
            assert_ne!(shop.get(&path).await.status, 403, "{path}");
        }
    }
    println!("addresses refused to crawlers: {refused}");
    let metrics = shop.admin("/metrics").await.body;
    let counted = format!("frontage_bot_requests_total{{answer=\"closed\"}} {refused}");
    assert!(metrics.lines().any(|line| line == counted), "{counted}");
}
