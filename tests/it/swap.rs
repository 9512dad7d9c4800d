//! Promises 2 and 10: no response mixes two generations, and those that nobody reads any more are let go.
//!
//! Every generation has prices and texts of its own, so every response can be held against the generation that it
//! names. `make soak` swaps ten thousand times.

use frontage_tests::shop::{Page, Shop, ShopBuilder};
use frontage_tests::soak::load::Load;
use frontage_tests::soak::publisher::Publisher;
use frontage_tests::soak::swaps::mapped_parts;
use frontage_tests::soak::{soak_swaps, stamped};

#[test]
fn no_response_mixes_two_generations() {
    let outcome = soak_swaps(200).expect("a shop to swap");
    println!("{}: {}", outcome.value, outcome.name);
    assert!(outcome.pass, "{}: {:#?}", outcome.name, outcome.details);
}

#[tokio::test(flavor = "multi_thread")]
async fn shoppers_notice_prices_of_another_generation() {
    let mut shop = ShopBuilder::of(stamped::feed(1, 1)).start();
    let publisher = Publisher::take_over(&shop).await.expect("a store");
    let mut wrong = publisher.stage(3).await.expect("a store to write");
    wrong.generation = 5;
    publisher.point_to(&wrong).await.expect("a store to write");
    shop.serve().await;
    shop.until_generation(5).await;
    let load = Load::start(&shop, 1).expect("a client");
    shop.until("a shopper has been everywhere", async |shop| {
        let requests = shop.status().await["requests"].as_u64();
        (requests > Some(20)).then_some(())
    })
    .await;
    let seen = load.stop().await.expect("a shopper comes back");
    assert!(seen.responses > 0);
    assert_eq!(seen.findings.len() as u64, seen.responses, "{seen:?}");
}

#[tokio::test]
async fn what_a_browser_keeps_is_good_exactly_as_long_as_the_page_is_the_same() {
    let mut shop = ShopBuilder::of(stamped::feed(1, 1)).start();
    let publisher = Publisher::take_over(&shop).await.expect("a store");
    shop.serve().await;
    shop.until_generation(2).await;
    let (page, robots) = (
        shop.get(stamped::PRODUCT).await,
        shop.get("/robots.txt").await,
    );
    for (path, kept) in [(stamped::PRODUCT, &page), ("/robots.txt", &robots)] {
        let again = ask(&shop, path, kept.header("etag")).await;
        assert_eq!((again.status, again.body.as_str()), (304, ""), "{path}");
    }

    publisher.publish(3).await.expect("a store to write");
    shop.until_generation(3).await;
    let other = ask(&shop, stamped::PRODUCT, page.header("etag")).await;
    assert_eq!((other.status, other.generation()), (200, 3));
    assert_ne!(other.header("etag"), page.header("etag"));
    // What did not change is still good, and says that it was compared with the new generation.
    let same = ask(&shop, "/robots.txt", robots.header("etag")).await;
    assert_eq!((same.status, same.generation()), (304, 3));
}

#[tokio::test]
async fn a_retired_generation_is_unmapped() {
    let mut shop = ShopBuilder::of(stamped::feed(1, 1)).start();
    let publisher = Publisher::take_over(&shop).await.expect("a store");
    shop.serve().await;
    let process = shop.pid("frontage-server").expect("a running server");
    for number in 3..8 {
        publisher.publish(number).await.expect("a store to write");
        shop.until_generation(number).await;
    }
    shop.until("only the current generation is mapped", async |_| {
        let mapped = mapped_parts(process).expect("a running server");
        (mapped.len() == 2).then_some(())
    })
    .await;
}

async fn ask(shop: &Shop, path: &str, etag: &str) -> Page {
    let request = shop.client().get(shop.url(path));
    shop.request(request.header("if-none-match", etag)).await
}
