//! Crawlers find each product and category once, in every language, and no way to get lost.

use frontage_tests::soak::soak_crawl;

/// Products here; `make soak` crawls 5,000.
const PRODUCTS: u64 = 150;

#[test]
fn crawlers_find_everything_once_and_no_trap() {
    let outcome = soak_crawl(PRODUCTS).expect("the shop could be crawled");
    println!("{}: {}", outcome.name, outcome.value);
    assert!(outcome.pass, "{:#?}", outcome.details);
}
