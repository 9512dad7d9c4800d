//! Products that are sold as a set: what is in them, and that they can be had as long as all of it can.

use frontage_shared::snapshot::offers::Availability;
use frontage_tests::browser::{Browser, Screen};
use frontage_tests::shop::{Shop, ShopBuilder};
use serde_json::{Value, json};

use crate::reviews::node;

fn documents(mugs: u32) -> Vec<Value> {
    let stock = |quantity: u32| json!({"availability": "in_stock", "quantity": quantity});
    let price = json!([{"amount": "8.00", "currency": "EUR"}]);
    let plate = |id: &str, quantity: u32| json!({"id": id, "options": {"colour": id}, "prices": price, "stock": stock(quantity)});
    vec![
        json!({"type": "product", "id": "mug", "name": "Mug", "prices": price, "stock": stock(mugs)}),
        json!({"type": "product", "id": "plate", "name": "Plate",
            "options": [{"code": "colour", "name": "Colour", "values": [{"code": "red", "name": "Red"}, {"code": "blue", "name": "Blue"}]}],
            "variants": [plate("blue", 0), plate("red", 5)]}),
        json!({"type": "product", "id": "set", "name": "Breakfast set", "prices": [{"amount": "30.00", "currency": "EUR"}],
        "bundle": [
            {"product_id": "mug", "quantity": 4},
            {"product_id": "plate", "variant_id": "red"},
            {"product_id": "plate", "variant_id": "green"},
            {"product_id": "nothing"},
        ]}),
    ]
}

/// How the set can be had, in the published generation.
fn offer(shop: &Shop) -> (Availability, Option<i64>) {
    let generation = shop.published();
    let set = generation.catalog.variant_by_id("set").expect("the set");
    let offer = generation.offers.variant(set.row);
    (offer.availability, offer.quantity)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_shows_its_parts_and_is_had_as_long_as_they_are() {
    let mut shop = ShopBuilder::of(documents(9)).start();
    let once = shop.once().await;
    for told in [
        "bundle `set` has `green` in it",
        "bundle `set` has `nothing` in it",
    ] {
        assert!(once.stdout.contains(told), "{told}: {}", once.stdout);
    }
    // Nine mugs make two sets, five plates would make five.
    assert_eq!(offer(&shop), (Availability::InStock, Some(2)));
    shop.open().await;
    let page = shop.get("/p/breakfast-set").await.body;
    for part in [
        ">In this set</h2>",
        "4 × <a href=\"/p/mug\">Mug</a>",
        "1 × <a href=\"/p/plate?variant=red\">Plate</a>",
        "Only 2 left",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("Blue"), "a part that is not in it");
    let data = node(&page, "Product");
    let includes = data["offers"]["includesObject"].as_array().expect("parts");
    assert_eq!(includes.len(), 2);
    assert_eq!(includes[0]["amountOfThisGood"], 4);
    assert_eq!(includes[1]["typeOfGood"]["name"], "Plate, Red");
    assert!(
        shop.get("/feeds/google.xml")
            .await
            .body
            .contains("<g:is_bundle>yes</g:is_bundle>")
    );
    let browser = Browser::open(Screen::Phone, false).await;
    browser.go(&shop.url("/p/breakfast-set")).await;
    let wide = browser
        .value("document.documentElement.scrollWidth <= innerWidth")
        .await;
    assert_eq!(wide, true);
}

/// A change of the stock of a part reads no other offers again, and reaches the set all the same.
#[tokio::test]
async fn the_stock_of_a_part_is_that_of_the_set() {
    let shop = ShopBuilder::of(documents(9)).start();
    shop.once().await;
    let catalog = shop.parts().0;
    for (mugs, expected) in [
        (3, (Availability::OutOfStock, None)),
        (4, (Availability::InStock, Some(1))),
        (400, (Availability::InStock, Some(5))),
    ] {
        shop.sends(&documents(mugs));
        let once = shop.once().await;
        assert_eq!(once.code, Some(0), "{}{}", once.stdout, once.stderr);
        assert_eq!(offer(&shop), expected, "{mugs} mugs");
    }
    assert_eq!(shop.parts().0, catalog, "the catalog part stays");
}
