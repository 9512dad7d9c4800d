//! From a product to an order: carts that change under the shopper, forms that come twice, cookies that are not ours.

use std::fs;

use frontage_shared::order::Order;
use frontage_tests::documents::{product, shop};
use frontage_tests::shop::{Shop, ShopBuilder};
use frontage_tests::shopper::{Fields, Shopper, fields, filled, hidden, location};
use serde_json::{Value, json};

pub(crate) const CHECKOUT: &str =
    "[checkout]\nmethods = [\"invoice\", \"cash_on_delivery\"]\ncountries = [\"DE\", \"US\"]";

/// A guard holds what loses a third of its products; here that is what is wanted.
const UNGUARDED: &str = "[guard]\nmax_removed_percent = 100";

pub(crate) async fn open(documents: Vec<Value>) -> Shop {
    let builder = ShopBuilder::of(documents).server(CHECKOUT);
    let mut shop = builder.ingest(UNGUARDED).start();
    shop.open().await;
    shop
}

/// The orders in the store.
pub(crate) fn orders(shop: &Shop) -> Vec<Order> {
    let Ok(files) = fs::read_dir(shop.store().join("orders/new")) else {
        return Vec::new();
    };
    let read = |file: fs::DirEntry| {
        let bytes = fs::read(file.path()).expect("a file of an order");
        Order::decode(&bytes).expect("an order")
    };
    files.map(|file| read(file.expect("a file"))).collect()
}

pub(crate) fn with(mut form: Fields, name: &str, value: &str) -> Fields {
    form.retain(|(known, _)| known != name);
    form.extend(fields(&[(name, value)]));
    form
}

/// Publishes other documents and waits until they are served.
pub(crate) async fn publish(shop: &Shop, documents: &[Value]) {
    let before = shop.generation().await;
    shop.sends(documents);
    let ended = shop.ingest(&["once"]).await;
    assert!(ended.code == Some(0), "{}{}", ended.stdout, ended.stderr);
    shop.until("the new generation is served", async |shop| {
        (shop.generation().await > before).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_order_is_what_the_shopper_saw() {
    let shop = open(shop(3)).await;
    let mut ann = Shopper::new();
    let page = shop.get("/p/thing-number-1").await;
    assert!(
        page.body.contains("name=\"add\" value=\"p1\""),
        "{}",
        page.body
    );
    assert_eq!(ann.add(&shop, "p1", 2).await.status, 303);
    ann.add(&shop, "p3", 1).await;
    ann.add(&shop, "p1", 1).await;
    let cart = ann.get(&shop, "/cart").await;
    for text in ["€31.50", "€12.50", "€44.00", "value=\"3\""] {
        assert!(cart.body.contains(text), "{text} is not in {}", cart.body);
    }
    assert_eq!(cart.headers["cache-control"], "private, no-store");
    let form = with(ann.checkout(&shop).await, "note", "Ring <twice> & wait");
    let done = ann.post(&shop, "/checkout", &form).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let link = location(&done);
    assert!(link.starts_with("/orders/"), "{link}");
    assert!(ann.cookies.is_empty(), "{:?}", ann.cookies);

    let [order] = orders(&shop).try_into().expect("one order");
    assert_eq!(order.totals.total, "44.00");
    assert_eq!(order.lines.len(), 2);
    assert_eq!(
        (order.lines[0].variant_id.as_str(), order.lines[0].quantity),
        ("p1", 3)
    );
    assert_eq!(order.lines[0].sku.as_deref(), Some("p1"));
    assert_eq!(order.shipping.postcode.as_deref(), Some("10115"));
    assert_eq!(order.note.as_deref(), Some("Ring <twice> & wait"));
    assert_eq!(order.billing, order.shipping);
    assert!(link.contains(&order.id));
    let receipt = shop.get(&link).await;
    for text in [
        order.id.as_str(),
        "€44.00",
        "Ann Lee",
        "10115 Berlin",
        "Ring &lt;twice&gt; &amp; wait",
    ] {
        assert!(
            receipt.body.contains(text),
            "{text} is not in {}",
            receipt.body
        );
    }
    // Without what proves that the link is ours, there is no such order.
    for other in [
        link.split('?').next().unwrap(),
        &link[..link.len() - 1],
        "/orders/x?t=y",
    ] {
        let page = shop.get(other).await;
        assert_eq!(page.status, 404, "{other}");
        assert!(!page.body.contains("Ann Lee"));
    }
}

#[tokio::test]
async fn a_form_sent_twice_is_one_order() {
    let shop = open(shop(2)).await;
    let mut ann = Shopper::new();
    ann.add(&shop, "p1", 1).await;
    let form = ann.checkout(&shop).await;
    // Two clicks: both requests carry the cart.
    let (mut one, mut two) = (ann.clone(), ann.clone());
    let (first, second) = tokio::join!(
        one.post(&shop, "/checkout", &form),
        two.post(&shop, "/checkout", &form)
    );
    assert_eq!(location(&first), location(&second));
    assert_eq!(orders(&shop).len(), 1);
    assert!(one.cookies.is_empty() && two.cookies.is_empty());

    // The back button, and the form once more, with the cart gone.
    let back = one.post(&shop, "/checkout", &form).await;
    assert_eq!(location(&back), location(&first));
    // And with another cart: that one stays.
    one.add(&shop, "p2", 1).await;
    let again = one.post(&shop, "/checkout", &form).await;
    assert_eq!(location(&again), location(&first));
    assert!(
        one.get(&shop, "/cart")
            .await
            .body
            .contains("Thing number 2")
    );
    assert_eq!(orders(&shop).len(), 1);
}

#[tokio::test]
async fn two_tabs_are_told_of_each_other() {
    let shop = open(shop(2)).await;
    let mut ann = Shopper::new();
    ann.add(&shop, "p1", 1).await;
    let form = ann.checkout(&shop).await;
    // In the other tab the cart changes.
    ann.add(&shop, "p2", 1).await;
    let told = ann.post(&shop, "/checkout", &form).await;
    assert_eq!(told.status, 200);
    assert!(
        told.body.contains("Your cart changed meanwhile"),
        "{}",
        told.body
    );
    assert!(
        told.body.contains("value=\"ann@mail.example\""),
        "what was typed is gone"
    );
    assert_eq!(orders(&shop).len(), 0);
    // What is shown then is ordered.
    let done = ann.post(&shop, "/checkout", &filled(&told.body)).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert_eq!(orders(&shop)[0].totals.total, "22.00");

    // Two forms for one cart: the second finds it ordered already.
    ann.add(&shop, "p1", 1).await;
    let (first, second) = (ann.checkout(&shop).await, ann.checkout(&shop).await);
    assert_eq!(ann.post(&shop, "/checkout", &first).await.status, 303);
    let late = ann.post(&shop, "/checkout", &second).await;
    assert_eq!(location(&late), "/cart");
    assert!(
        ann.get(&shop, "/cart")
            .await
            .body
            .contains("Your cart is empty.")
    );
    assert_eq!(orders(&shop).len(), 2);
}

#[tokio::test]
async fn a_changed_price_is_said_before_it_is_paid() {
    let shop = open(shop(2)).await;
    let mut ann = Shopper::new();
    ann.add(&shop, "p1", 2).await;
    let form = ann.checkout(&shop).await;
    let mut dearer = frontage_tests::documents::shop(2);
    dearer[2] = product("p1", "Thing number 1", "12.00");
    publish(&shop, &dearer).await;
    let cart = ann.get(&shop, "/cart").await;
    assert!(
        cart.body.contains("it was €10.50, now it is €12.00"),
        "{}",
        cart.body
    );
    let told = ann.post(&shop, "/checkout", &form).await;
    assert!(
        told.body.contains("it was €21.00, now it is €24.00"),
        "{}",
        told.body
    );
    assert_eq!(orders(&shop).len(), 0);
    let done = ann.post(&shop, "/checkout", &filled(&told.body)).await;
    assert_eq!(done.status, 303);
    assert_eq!(orders(&shop)[0].totals.total, "24.00");
    // A total that somebody made up is not the total.
    ann.add(&shop, "p1", 1).await;
    let form = with(ann.checkout(&shop).await, "seen_total", "EUR 1");
    let told = ann.post(&shop, "/checkout", &form).await;
    assert!(
        told.body.contains("it was €0.01, now it is €12.00"),
        "{}",
        told.body
    );
    assert_eq!(orders(&shop).len(), 1);
}

#[tokio::test]
async fn what_was_not_shown_is_not_ordered() {
    let shop = open(shop(2)).await;
    let mut ann = Shopper::new();
    ann.add(&shop, "p1", 1).await;
    ann.add(&shop, "p2", 1).await;
    // A country that is not sold to, as after a change of the configuration, is not turned into another one.
    let abroad = with(ann.checkout(&shop).await, "shipping_country", "CH");
    let told = ann.post(&shop, "/checkout", &abroad).await;
    assert_eq!(told.status, 422);
    assert!(
        told.body.contains("href=\"#shipping_country\""),
        "{}",
        told.body
    );
    // One price goes up and another down: the total is the same, and what is bought is not.
    let form = ann.checkout(&shop).await;
    let mut swapped = frontage_tests::documents::shop(2);
    swapped[2] = product("p1", "Thing number 1", "11.50");
    swapped[3] = product("p2", "Thing number 2", "10.50");
    publish(&shop, &swapped).await;
    let told = ann.post(&shop, "/checkout", &form).await;
    assert!(
        told.body.contains("Your cart changed meanwhile"),
        "{}",
        told.body
    );
    assert_eq!(orders(&shop).len(), 0);
    // What changed stays said until the cart's page was read and something done there.
    ann.add(&shop, "p1", 1).await;
    let cart = ann.get(&shop, "/cart").await;
    assert!(
        cart.body.contains("it was €11.50, now it is €10.50"),
        "{}",
        cart.body
    );
    ann.post(&shop, "/cart", &fields(&[("update", "1")])).await;
    let cart = ann.get(&shop, "/cart").await;
    assert!(!cart.body.contains("now it is"), "{}", cart.body);
}

#[tokio::test]
async fn what_vanished_or_sold_out_is_explained() {
    let mut documents = shop(3);
    let shop = open(documents.clone()).await;
    let mut ann = Shopper::new();
    for variant in ["p1", "p2", "p3"] {
        ann.add(&shop, variant, 3).await;
    }
    let form = ann.checkout(&shop).await;
    documents.retain(|document| document["id"] != "p1");
    for document in &mut documents {
        match document["id"].as_str() {
            Some("p2") => document["stock"] = json!({"availability": "out_of_stock"}),
            Some("p3") => document["stock"] = json!({"availability": "in_stock", "quantity": 2}),
            _ => {}
        }
    }
    shop.sends(&documents);
    shop.once().await;
    shop.until("the new generation is served", async |shop| {
        (shop.get("/p/thing-number-1").await.status == 410).then_some(())
    })
    .await;
    let told = ann.post(&shop, "/checkout", &form).await;
    assert_eq!(location(&told), "/cart");
    let cart = ann.get(&shop, "/cart").await;
    for text in [
        "1 article in your cart is no longer in the shop",
        "Sold out at the moment.",
        "Only 2 are left.",
    ] {
        assert!(cart.body.contains(text), "{text} is not in {}", cart.body);
    }
    assert!(
        !cart.body.contains("name=\"checkout\""),
        "it could be ordered"
    );
    assert_eq!(location(&ann.get(&shop, "/checkout").await), "/cart");
    // Once the cart is put right, it can.
    let cart = ann.get(&shop, "/cart").await.body;
    let key = |name: &str| {
        let line = cart
            .split("<li class=\"line\">")
            .find(|line| line.contains(name))
            .unwrap();
        line.split_once("name=\"quantity.").unwrap().1[..16].to_owned()
    };
    let change = fields(&[
        (&format!("quantity.{}", key("Thing number 3")), "2"),
        ("remove", &key("Thing number 2")),
    ]);
    let changed = ann.post(&shop, "/cart", &change).await;
    let cart = ann.get(&shop, &location(&changed)).await;
    assert!(
        cart.body
            .contains("Thing number 2 was taken out of your cart."),
        "{}",
        cart.body
    );
    assert!(cart.body.contains("name=\"checkout\""), "{}", cart.body);
    let form = ann.checkout(&shop).await;
    assert_eq!(ann.post(&shop, "/checkout", &form).await.status, 303);
    assert_eq!(orders(&shop)[0].totals.total, "25.00");
}

#[tokio::test]
async fn keys_rotate_without_emptying_carts() {
    const OLD: &str = "1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    const NEW: &str = "2 AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n";
    let mut shop = ShopBuilder::of(shop(2))
        .server(&format!("{CHECKOUT}\nkeys = \"keys\""))
        .start();
    let keys = shop.folder().join("keys");
    fs::write(&keys, OLD).unwrap();
    shop.open().await;
    let mut ann = Shopper::new();
    ann.add(&shop, "p1", 1).await;
    let form = ann.checkout(&shop).await;
    let old = ann.clone();

    shop.kill("frontage-server");
    fs::write(&keys, format!("{NEW}{OLD}")).unwrap();
    shop.serve().await;
    ann.add(&shop, "p2", 1).await;
    assert!(
        ann.get(&shop, "/cart")
            .await
            .body
            .contains("Thing number 1")
    );
    let done = old.clone().post(&shop, "/checkout", &form).await;
    let link = location(&done);
    assert!(link.starts_with("/orders/"), "{link}");

    // Long after: what the old key signed is no longer a cart, what the new one signed is.
    shop.kill("frontage-server");
    fs::write(&keys, NEW).unwrap();
    shop.serve().await;
    assert!(
        ann.get(&shop, "/cart")
            .await
            .body
            .contains("Thing number 2")
    );
    let expired = old.clone().get(&shop, "/cart").await;
    assert!(
        expired.body.contains("Your cart could not be read"),
        "{}",
        expired.body
    );
    assert_eq!(
        shop.get(&link).await.status,
        200,
        "the new key signed the link"
    );
}

#[tokio::test]
async fn a_form_that_does_not_fit_is_shown_again_with_each_fault_at_its_place() {
    let shop = open(shop(1)).await;
    let mut ann = Shopper::new();
    ann.add(&shop, "p1", 1).await;
    let form = ann.checkout(&shop).await;
    let wrong = with(
        with(form.clone(), "email", "nobody"),
        "shipping_postcode",
        "1",
    );
    let page = ann
        .post(&shop, "/checkout", &with(wrong, "shipping_name", " "))
        .await;
    assert_eq!(page.status, 422);
    for (field, text) in [
        ("email", "please give an email address"),
        ("shipping_postcode", "please give a postcode such as 12345"),
        ("shipping_name", "please fill this in"),
    ] {
        assert!(
            page.body.contains(&format!("href=\"#{field}\"")),
            "{field}: {}",
            page.body
        );
        assert!(
            page.body.contains(&format!("id=\"{field}-fault\">{text}")),
            "{field}: {}",
            page.body
        );
    }
    assert!(
        page.body.contains("value=\"Berlin\""),
        "what was typed is gone"
    );
    // A country with other addresses asks for other fields.
    let mut american = with(with(form.clone(), "shipping_country", "US"), "update", "1");
    american.retain(|(name, _)| name != "order");
    let page = ann.post(&shop, "/checkout", &american).await;
    assert_eq!(page.status, 200);
    assert!(
        page.body.contains("id=\"shipping_region\""),
        "{}",
        page.body
    );
    // Robots fill in everything.
    let page = ann
        .post(
            &shop,
            "/checkout",
            &with(form.clone(), "leave_empty", "https://spam.example"),
        )
        .await;
    assert_eq!(page.status, 200);
    // A ticket that we did not give out.
    let page = ann
        .post(&shop, "/checkout", &with(form.clone(), "ticket", "AAAA"))
        .await;
    assert!(
        page.body.contains("This page was open for a long time."),
        "{}",
        page.body
    );
    assert_eq!(orders(&shop).len(), 0);
    assert_ne!(
        hidden(&page.body, "ticket"),
        hidden(&ann.get(&shop, "/checkout").await.body, "ticket")
    );
    assert_eq!(ann.post(&shop, "/checkout", &form).await.status, 303);
}

#[tokio::test]
async fn terms_are_accepted_news_are_asked_for_and_browsers_can_fill_the_form() {
    let mut documents = shop(1);
    documents.push(frontage_tests::documents::page());
    let pages = "terms_page = \"about\"\nprivacy_page = \"about\"\nnewsletter = true";
    let builder = ShopBuilder::of(documents).server(&format!("{CHECKOUT}\n{pages}"));
    let mut shop = builder.start();
    shop.open().await;
    for wants_news in [false, true] {
        let mut ann = Shopper::new();
        ann.add(&shop, "p1", 1).await;
        let page = ann.get(&shop, "/checkout").await.body;
        for text in [
            "id=\"terms\"",
            "href=\"/pages/about\"",
            "id=\"newsletter\"",
            "autocomplete=\"email\"",
            "autocomplete=\"tel\"",
            "autocomplete=\"shipping name\"",
            "autocomplete=\"shipping address-line1\"",
            "autocomplete=\"shipping postal-code\"",
            "autocomplete=\"shipping address-level2\"",
            "autocomplete=\"billing postal-code\"",
        ] {
            assert!(page.contains(text), "{text} is not in {page}");
        }
        assert!(
            !page.contains("value=\"1\" checked"),
            "nobody chose that: {page}"
        );
        let mut form = filled(&page);
        form.retain(|(name, _)| name != "terms" && name != "newsletter");
        if wants_news {
            form = with(form, "newsletter", "1");
        }
        let told = ann.post(&shop, "/checkout", &form).await;
        assert_eq!(told.status, 422, "{}", told.body);
        assert!(told.body.contains("href=\"#terms\""), "{}", told.body);
        assert!(told.body.contains("id=\"terms-fault\""), "{}", told.body);
        assert_eq!(
            told.body
                .contains("name=\"newsletter\" type=\"checkbox\" value=\"1\" checked"),
            wants_news,
            "{}",
            told.body
        );
        let before = orders(&shop).len();
        let done = ann
            .post(&shop, "/checkout", &with(form, "terms", "1"))
            .await;
        assert_eq!(done.status, 303, "{}", done.body);
        let orders = orders(&shop);
        assert_eq!(orders.len(), before + 1);
        let wanted = orders.iter().filter(|order| order.newsletter).count();
        assert_eq!(wanted, usize::from(wants_news));
    }
}

#[tokio::test]
async fn a_store_that_cannot_be_written_refuses_in_plain_words() {
    let shop = open(shop(1)).await;
    let mut ann = Shopper::new();
    ann.add(&shop, "p1", 1).await;
    let form = ann.checkout(&shop).await;
    fs::write(shop.store().join("orders"), "in the way").unwrap();
    let page = ann.post(&shop, "/checkout", &form).await;
    assert_eq!(page.status, 503);
    assert!(
        page.body.contains("Your order was NOT placed"),
        "{}",
        page.body
    );
    assert!(
        page.body.contains("value=\"ann@mail.example\""),
        "what was typed is gone"
    );
    assert!(!ann.cookies.is_empty(), "the cart is gone");
    fs::remove_file(shop.store().join("orders")).unwrap();
    let done = ann.post(&shop, "/checkout", &filled(&page.body)).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert_eq!(orders(&shop).len(), 1);
}

#[tokio::test]
async fn one_client_cannot_flood_the_order_book() {
    for (config, header, is_one) in [
        ("", "198.51.100.7", true),
        // Whoever is no proxy of ours may say what it likes.
        ("trusted_proxies = [\"192.0.2.1\"]\n", "198.51.100.", true),
        ("trusted_proxies = [\"127.0.0.1\"]\n", "198.51.100.", false),
        (
            "trusted_proxies = [\"127.0.0.1\"]\n",
            "203.0.113.9, 198.51.100.7, 127.0.0.1",
            true,
        ),
    ] {
        let mut shop = ShopBuilder::of(shop(1))
            .server(&format!(
                "{config}{CHECKOUT}\n[limits]\norders_per_minute = 3"
            ))
            .start();
        shop.open().await;
        let mut ann = Shopper::new();
        ann.add(&shop, "p1", 1).await;
        let form = ann.checkout(&shop).await;
        let mut statuses = Vec::new();
        for number in 0..6 {
            let client = if header.ends_with('.') {
                format!("{header}{number}")
            } else {
                header.to_owned()
            };
            let request = ann
                .request(&shop, "/checkout", &form)
                .header("x-forwarded-for", client);
            statuses.push(shop.request(request).await.status);
        }
        assert_eq!(statuses[..3], [303, 303, 303], "{config}{header}");
        assert_eq!(
            statuses.contains(&429),
            is_one,
            "{config}{header}: {statuses:?}"
        );
    }
}
