//! Carts: what goes into them, what they refuse, and whose they are.

use frontage_tests::documents::shop;
use frontage_tests::shop::ShopBuilder;
use frontage_tests::shopper::{Shopper, fields, hidden, location};
use serde_json::json;

use crate::buying::{CHECKOUT, open};

#[tokio::test]
async fn a_catalogue_has_no_cart() {
    let mut shop = ShopBuilder::of(shop(2)).start();
    shop.open().await;
    let page = shop.get("/p/thing-number-1").await;
    assert!(!page.body.contains("/cart"), "{}", page.body);
    assert_eq!(shop.get("/cart").await.status, 404);
    let posted = Shopper::new().add(&shop, "p1", 1).await;
    assert_eq!(posted.status, 405);
}

#[tokio::test]
async fn a_cookie_that_is_not_ours_begins_a_new_cart() {
    let shop = open(shop(2)).await;
    let mut ann = Shopper::new();
    ann.add(&shop, "p1", 1).await;
    let cookie = ann.cookies["cart"].clone();
    // Every byte, in turn.
    for at in 0..cookie.len() {
        let mut changed = cookie.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let mut mallory = Shopper::new();
        mallory
            .cookies
            .insert("cart".to_owned(), String::from_utf8(changed).unwrap());
        let page = mallory.get(&shop, "/cart").await;
        assert_eq!(page.status, 200);
        assert!(
            page.body.contains("Your cart could not be read"),
            "byte {at}: {}",
            page.body
        );
        assert!(page.body.contains("Your cart is empty."), "byte {at}");
    }
    let metrics = shop.admin("/metrics").await.body;
    let counted = format!("frontage_unreadable_carts_total {}", cookie.len());
    assert!(metrics.contains(&counted), "{metrics}");
    assert!(
        ann.get(&shop, "/cart")
            .await
            .body
            .contains("Thing number 1")
    );
}

#[tokio::test]
async fn only_pages_of_the_shop_send_forms() {
    let shop = open(shop(1)).await;
    let ann = Shopper::new();
    let form = fields(&[("add", "p1")]);
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("referer", "https://evil.example/"),
    ] {
        let page = shop
            .request(ann.request(&shop, "/cart", &form).header(name, value))
            .await;
        assert_eq!(page.status, 403, "{name}: {value}");
        assert!(!page.headers.contains_key("set-cookie"));
        assert!(page.body.contains("nothing was done"), "{}", page.body);
    }
    let page = shop.request(ann.request(&shop, "/cart", &form)).await;
    assert_eq!(page.status, 303);
    assert!(
        shop.admin("/metrics")
            .await
            .body
            .contains("frontage_forged_forms_total 4")
    );
}

#[tokio::test]
async fn a_full_cart_says_so_and_a_quick_order_names_what_it_does_not_know() {
    let shop = open(shop(102)).await;
    let mut ann = Shopper::new();
    let lines: String = (1..=99).map(|number| format!("p{number} 2\n")).collect();
    let quick = fields(&[("quick", &format!("{lines}no-such 3\np100;4\n"))]);
    let done = ann.post(&shop, "/cart", &quick).await;
    let page = ann.get(&shop, &location(&done)).await;
    assert!(
        page.body
            .contains("100 articles were put in your cart. Not found: no-such"),
        "{}",
        page.body
    );
    assert!(ann.header().len() < 4_000, "{}", ann.header().len());
    let full = ann.add(&shop, "p101", 1).await;
    let page = ann.get(&shop, &location(&full)).await;
    assert!(
        page.body.contains("A cart holds 100 lines"),
        "{}",
        page.body
    );
    assert_eq!(page.body.matches("<li class=\"line\">").count(), 100);

    // Taken out, brought back; emptied, brought back; shared.
    let cleared = ann.post(&shop, "/cart", &fields(&[("clear", "1")])).await;
    assert!(ann.cookies.is_empty());
    let page = ann.get(&shop, &location(&cleared)).await;
    let undo = fields(&[("take", &hidden(&page.body, "take"))]);
    let mut bob = Shopper::new();
    let shared = bob.get(&shop, &format!("/cart?shared={}", undo[0].1)).await;
    assert!(
        shared.body.contains("Somebody shared this cart with you")
            && shared.body.contains("Thing number 42")
    );
    for shopper in [&mut ann, &mut bob] {
        shopper.post(&shop, "/cart", &undo).await;
        let page = shopper.get(&shop, "/cart").await;
        assert_eq!(page.body.matches("<li class=\"line\">").count(), 100);
    }
}

#[tokio::test]
async fn what_no_form_of_ours_sends_changes_nothing() {
    let shop = open(shop(2)).await;
    let mut ann = Shopper::new();
    ann.add(&shop, "p1", 1).await;
    let before = ann.cookies["cart"].clone();
    for (form, said) in [
        (
            [("add", "no-such"), ("quantity", "1")],
            "This is no longer in the shop.",
        ),
        (
            [("add", "p2"), ("quantity", "-1")],
            "Please give a whole number from 1 to 9,999",
        ),
        (
            [("add", "p2"), ("quantity", "1e3")],
            "Please give a whole number from 1 to 9,999",
        ),
    ] {
        let page = ann.post(&shop, "/cart", &fields(&form)).await;
        assert_eq!(page.status, 422, "{form:?}");
        assert!(page.body.contains(said), "{form:?}: {}", page.body);
        assert_eq!(ann.cookies["cart"], before, "{form:?}");
    }
    // A price in the form is nobody's business, and what is no form is not read.
    let cheap = fields(&[("add", "p2"), ("price", "1"), ("unit_price", "0.01")]);
    ann.post(&shop, "/cart", &cheap).await;
    assert!(ann.get(&shop, "/cart").await.body.contains("€11.50"));
    let json = shop
        .client()
        .post(shop.url("/cart"))
        .header("content-type", "application/json")
        .body("{\"add\": \"p1\"}");
    assert_eq!(shop.request(json).await.status, 415);
    let large = fields(&[("quick", &"x".repeat(70_000))]);
    assert_eq!(ann.post(&shop, "/cart", &large).await.status, 413);
}

#[tokio::test]
async fn one_client_changes_carts_so_often_a_minute() {
    let limits = "[limits]\ncart_changes_per_minute = 3";
    let builder = ShopBuilder::of(shop(2)).server(&format!("{CHECKOUT}\n{limits}"));
    let mut shop = builder.start();
    shop.open().await;
    let mut ann = Shopper::new();
    for _ in 0..3 {
        assert_eq!(ann.add(&shop, "p1", 1).await.status, 303);
    }
    let before = ann.cookies.clone();
    let page = ann.add(&shop, "p1", 1).await;
    assert_eq!(page.status, 429);
    assert!(page.body.contains("<h1"), "{}", page.body);
    assert_eq!(ann.cookies, before, "nothing was done");
    // Who may not change the cart for a moment can still order what is in it.
    let form = ann.checkout(&shop).await;
    assert_eq!(ann.post(&shop, "/checkout", &form).await.status, 303);
}

#[tokio::test]
async fn another_system_can_take_over_with_the_cart() {
    let mut documents = shop(3);
    for document in &mut documents {
        // A number that two articles have names neither of them.
        if document["id"] == "p2" || document["id"] == "p3" {
            document["sku"] = json!("twice");
        }
    }
    let mut shop = ShopBuilder::of(documents)
        .server(
            "[checkout]\nmethods = [\"handoff\"]\n\
             handoff_url = \"https://till.example/basket?items={lines}&currency={currency}&lang={locale}\"",
        )
        .start();
    shop.open().await;
    let mut ann = Shopper::new();
    ann.add(&shop, "p1", 2).await;
    ann.add(&shop, "p2", 1).await;
    ann.add(&shop, "p3", 1).await;
    let cart = ann.get(&shop, "/cart").await;
    let policy = cart.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.contains("form-action 'self' https://till.example;"),
        "{policy}"
    );
    let away = ann
        .post(&shop, "/cart", &fields(&[("checkout", "1")]))
        .await;
    assert_eq!(location(&away), "/checkout");
    let away = ann.get(&shop, "/checkout").await;
    assert_eq!(
        location(&away),
        "https://till.example/basket?items=p1:2,p2:1,p3:1&currency=EUR&lang=en"
    );
}
