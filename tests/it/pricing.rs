//! Carts that the merchant's own API prices: what it says is shown and ordered, and what it does not say is told.

use frontage_shared::order::PricedBy;
use frontage_tests::browser::{Browser, Screen};
use frontage_tests::documents::shop as documents;
use frontage_tests::pricing::{Mood, PricingApi, cents, decimal};
use frontage_tests::shop::{Shop, ShopBuilder};
use frontage_tests::shopper::{Fields, Shopper, fields, filled, hidden, location};
use serde_json::{Value, json};

use crate::browser::{in_order, press, until, wait_for};
use crate::buying::{CHECKOUT, orders, publish, with};

const FALLBACK: &str = "We could not work out your own prices";
const UNKNOWN: &str = "We cannot work out your prices at the moment";

/// A guard holds what loses a third of its products; here that is what is wanted.
const UNGUARDED: &str = "[guard]\nmax_removed_percent = 100";
const UNLIMITED: &str = "[limits]\ncart_changes_per_minute = 0\norders_per_minute = 0";

/// A shop whose carts are priced by a stand-in; nothing is remembered unless `keys` say so.
async fn open(keys: &str) -> (Shop, PricingApi) {
    let api = PricingApi::start().await;
    let settings = format!("{CHECKOUT}\n{}\n{UNLIMITED}", api.settings(keys));
    let builder = ShopBuilder::of(documents(3)).server(&settings);
    let mut shop = builder.ingest(UNGUARDED).start();
    api.give_secrets_to(&shop);
    shop.open().await;
    (shop, api)
}

/// A shopper with two of p1 and one of p2 in the cart: 32.50 in the catalog, 29.25 at the merchant's.
async fn ready(shop: &Shop) -> Shopper {
    let mut ann = Shopper::new();
    ann.add(shop, "p1", 2).await;
    ann.add(shop, "p2", 1).await;
    ann
}

async fn form(ann: &mut Shopper, shop: &Shop) -> Fields {
    with(ann.checkout(shop).await, "delivery", "freight")
}

/// The fields of a question are those of its schema, and none that it wants is missing.
fn fits_the_schema(question: &Value) {
    let schema = include_str!("../../schemas/cart.schema.json");
    let schema: Value = serde_json::from_str(schema).expect("a schema");
    let fits = |fields: &Value, schema: &Value| {
        let fields = fields.as_object().expect("an object");
        for name in fields.keys() {
            assert!(schema["properties"][name].is_object(), "{name}");
        }
        for name in schema["required"].as_array().expect("names") {
            assert!(
                fields.contains_key(name.as_str().expect("a name")),
                "{name}"
            );
        }
    };
    fits(question, &schema);
    for line in question["lines"].as_array().expect("lines") {
        fits(line, &schema["properties"]["lines"]["items"]);
    }
}

/// How often the outcome was counted.
async fn counted(shop: &Shop, outcome: &str) -> u64 {
    let line = format!("frontage_pricing_total{{outcome=\"{outcome}\"}} ");
    let metrics = shop.admin("/metrics").await.body;
    let found = metrics.lines().find_map(|text| text.strip_prefix(&line));
    found
        .expect("a line of each outcome")
        .parse()
        .expect("a number")
}

/// The one order has the prices, discounts, delivery and taxes of the answer.
fn is_ordered_as_quoted(shop: &Shop) {
    let [order] = orders(shop).try_into().expect("one order");
    assert_eq!(order.priced_by, PricedBy::Merchant);
    assert_eq!(order.totals.total, "32.15");
    assert_eq!(order.totals.delivery, "3.90");
    assert_eq!(order.totals.tax, "5.13");
    assert_eq!(order.lines[0].unit_price, "9.45");
    assert_eq!(order.lines[0].total, "17.90");
    assert_eq!(order.lines[0].tax_rate.as_deref(), Some("19"));
    assert_eq!(order.discounts[0].code.as_deref(), Some("EURO"));
    assert_eq!(order.delivery.expect("a method").method, "freight");
}

#[tokio::test]
async fn what_the_merchant_says_is_shown_and_ordered() {
    let (shop, api) = open("keep_seconds = 0").await;
    let mut ann = ready(&shop).await;
    ann.post(&shop, "/cart", &fields(&[("coupon", "EURO")]))
        .await;
    ann.post(&shop, "/cart", &fields(&[("coupon", "OTHER")]))
        .await;
    api.is(Mood::but(|answer| {
        answer["refused_coupons"] = json!([{"code": "OTHER", "reason": "This code is not yours."}]);
    }));
    let cart = ann.get(&shop, "/cart").await;
    for text in [
        "€9.45",
        "€18.90",
        "A euro for you",
        "-€1.00",
        "€28.25",
        "Your prices are good until Friday.",
        "This code is not yours.",
    ] {
        assert!(cart.body.contains(text), "{text} is not in {}", cart.body);
    }
    assert!(!cart.body.contains("it was"), "{}", cart.body);
    let question = api.asked().pop().expect("a question");
    assert_eq!(question["type"], "cart");
    assert_eq!(question["shop"], "demo");
    assert_eq!(question["destination"], json!({"country": "DE"}));
    assert_eq!(question["coupons"], json!(["EURO", "OTHER"]));
    assert_eq!(
        question["lines"][0],
        json!({"product_id": "p1", "variant_id": "p1", "sku": "p1", "quantity": 2, "unit_price": "10.50"})
    );

    fits_the_schema(&question);

    let page = ann.get(&shop, "/checkout").await;
    for text in [
        "Freight",
        "€3.90",
        "€32.15",
        "Includes €5.13",
        "Your prices are good until Friday.",
    ] {
        assert!(page.body.contains(text), "{text} is not in {}", page.body);
    }
    let form = with(filled(&page.body), "delivery", "freight");
    let done = ann.post(&shop, "/checkout", &form).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let question = api.asked().pop().expect("a question");
    assert_eq!(
        question["destination"],
        json!({"country": "DE", "postcode": "10115"})
    );
    assert!(!question.to_string().contains("Ann"), "{question}");
    is_ordered_as_quoted(&shop);
    let receipt = shop.get(&location(&done)).await;
    assert!(receipt.body.contains("€32.15"), "{}", receipt.body);
    assert!(!receipt.body.contains(FALLBACK), "{}", receipt.body);
    // Connections are kept: there are fewer of them than questions.
    assert!(api.connections() < api.asked().len());
    assert_eq!(api.refused(), 0);
}

#[tokio::test]
async fn a_quote_that_changed_is_said_before_it_is_paid() {
    let (shop, api) = open("keep_seconds = 0").await;
    let mut ann = ready(&shop).await;
    let form = form(&mut ann, &shop).await;
    // A price goes up after the shopper has seen the form.
    api.is(Mood::but(|answer| {
        answer["lines"][0]["unit_price"] = json!("11.00");
        answer["lines"][0]["total"] = json!("22.00");
        answer["total"] = json!(decimal(cents(&answer["total"]) + 310));
        answer["taxes"] = json!([]);
    }));
    let told = ann.post(&shop, "/checkout", &form).await;
    assert_eq!(told.status, 200);
    assert!(
        told.body.contains("it was €33.15, now it is €36.25"),
        "{}",
        told.body
    );
    assert!(orders(&shop).is_empty());
    // Dearer than the page of the article says is told in the cart as well.
    let cart = ann.get(&shop, "/cart").await;
    let dearer = "it was €10.50, now it is €11.00";
    assert!(cart.body.contains(dearer), "{}", cart.body);
    let again = with(filled(&told.body), "delivery", "freight");
    assert_eq!(ann.post(&shop, "/checkout", &again).await.status, 303);
    assert_eq!(orders(&shop)[0].totals.total, "36.25");

    // Two prices change and the total does not: that is no order either.
    let mut bob = ready(&shop).await;
    api.is(Mood::Good);
    let form = self::form(&mut bob, &shop).await;
    api.is(Mood::but(|answer| {
        answer["lines"][0]["unit_price"] = json!("9.00");
        answer["lines"][0]["total"] = json!("18.00");
        answer["lines"][1]["unit_price"] = json!("11.25");
        answer["lines"][1]["total"] = json!("11.25");
    }));
    let told = bob.post(&shop, "/checkout", &form).await;
    assert!(
        told.body.contains("Your cart changed meanwhile"),
        "{}",
        told.body
    );
    assert_eq!(orders(&shop).len(), 1);
}

/// Answers that are none, and how each is counted.
fn failures() -> Vec<(Mood, &'static str)> {
    let but = |place: &'static str, value: Value| {
        Mood::but(move |answer| *answer.pointer_mut(place).expect("a place") = value.clone())
    };
    vec![
        (Mood::Status(404), "status"),
        (Mood::Status(302), "status"),
        (Mood::Says("<html>maintenance".to_owned()), "invalid"),
        (Mood::Says("x".repeat(2 << 20)), "unreachable"),
        (but("/currency", json!("USD")), "invalid"),
        (but("/lines/0/unit_price", json!("-9.45")), "invalid"),
        (but("/lines/0/total", json!("0.01")), "invalid"),
        (but("/lines/1/variant_id", json!("p3")), "invalid"),
        (but("/total", json!("1.00")), "invalid"),
        (Mood::Status(500), "status"),
        (Mood::Silent, "slow"),
    ]
}

#[tokio::test]
async fn without_a_sound_answer_the_catalog_stands_in_and_everybody_is_told() {
    let (shop, api) = open("deadline_ms = 300\nkeep_seconds = 0").await;
    for (mood, outcome) in failures() {
        api.is(Mood::Good);
        let mut ann = ready(&shop).await;
        let form = form(&mut ann, &shop).await;
        let before = counted(&shop, outcome).await;
        api.is(mood);
        // What was shown were the merchant's prices.
        let told = ann.post(&shop, "/checkout", &form).await;
        assert_eq!(told.status, 200, "{}", told.body);
        for text in ["it was €33.15, now it is €32.50", FALLBACK] {
            assert!(told.body.contains(text), "{outcome}: {text}: {}", told.body);
        }
        assert!(counted(&shop, outcome).await > before, "{outcome}");
        let done = ann.post(&shop, "/checkout", &filled(&told.body)).await;
        assert_eq!(done.status, 303, "{outcome}: {}", done.body);
        let receipt = shop.get(&location(&done)).await;
        assert!(receipt.body.contains(FALLBACK), "{}", receipt.body);
        // Let a rest pass, if there is one.
        api.is(Mood::Good);
        shop.until("it is asked again", async |shop| {
            let page = ready(shop).await.get(shop, "/cart").await;
            (!page.body.contains(FALLBACK)).then_some(())
        })
        .await;
    }
    for order in orders(&shop) {
        assert_eq!(order.priced_by, PricedBy::Fallback);
        assert_eq!(order.totals.total, "32.50");
    }
    assert_eq!(orders(&shop).len(), failures().len());
}

#[tokio::test]
async fn where_the_catalog_may_not_stand_in_nothing_is_ordered() {
    let (shop, api) = open("fallback = \"refuse\"\nkeep_seconds = 0").await;
    let mut ann = ready(&shop).await;
    let form = form(&mut ann, &shop).await;
    api.is(Mood::Status(404));
    let cart = ann.get(&shop, "/cart").await;
    assert!(cart.body.contains(UNKNOWN), "{}", cart.body);
    assert!(!cart.body.contains("name=\"checkout\""), "{}", cart.body);
    assert_eq!(location(&ann.get(&shop, "/checkout").await), "/cart");
    // Who has typed everything keeps it.
    let told = ann.post(&shop, "/checkout", &form).await;
    assert_eq!(told.status, 503);
    for text in [UNKNOWN, "value=\"ann@mail.example\""] {
        assert!(told.body.contains(text), "{text}: {}", told.body);
    }
    assert_eq!(told.body.matches(UNKNOWN).count(), 1, "{}", told.body);
    assert!(orders(&shop).is_empty());
    api.is(Mood::Good);
    let done = ann.post(&shop, "/checkout", &form).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert_eq!(orders(&shop)[0].priced_by, PricedBy::Merchant);
}

#[tokio::test]
async fn an_api_that_is_down_is_left_alone_and_found_again() {
    let (shop, api) = open("deadline_ms = 200\nkeep_seconds = 0").await;
    let mut ann = ready(&shop).await;
    api.is(Mood::Silent);
    shop.until("it is left alone", async |shop| {
        ann.clone().get(shop, "/cart").await;
        (counted(shop, "resting").await > 0).then_some(())
    })
    .await;
    assert!(counted(&shop, "slow").await >= 3);
    api.is(Mood::Good);
    shop.until("it is asked again", async |shop| {
        let page = ann.clone().get(shop, "/cart").await;
        page.body.contains("€29.25").then_some(())
    })
    .await;
    // A cart with something that is gone is priced for what is left.
    let mut left = documents(3);
    left.retain(|document| document["id"] != "p2");
    left.push(frontage_tests::documents::product(
        "p4",
        "Thing number 4",
        "1.50",
    ));
    publish(&shop, &left).await;
    let cart = ann.get(&shop, "/cart").await;
    assert!(cart.body.contains("€18.90"), "{}", cart.body);
    assert_eq!(
        api.asked().pop().expect("a question")["lines"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
}

#[tokio::test]
async fn one_page_asks_once_whatever_comes_of_it() {
    let (shop, api) = open("keep_seconds = 0\ndeadline_ms = 300").await;
    let mut ann = ready(&shop).await;
    let mut asked = 0;
    let mut once = |what: &str| {
        asked += 1;
        assert_eq!(api.asked().len(), asked, "{what}");
    };
    ann.get(&shop, "/cart").await;
    once("the cart");
    let page = ann.get(&shop, "/checkout").await;
    once("the form");
    // Which methods there are, only the merchant knows, and one is chosen all the same.
    assert!(page.body.contains("€33.15"), "{}", page.body);
    let form = filled(&page.body);
    let done = |form: Fields| {
        let mut ann = ann.clone();
        let shop = &shop;
        async move { ann.post(shop, "/checkout", &form).await }
    };
    let told = done(with(form.clone(), "email", "nobody")).await;
    once("a form with a fault");
    assert_eq!(told.status, 422, "{}", told.body);
    for delivery in ["", "by-pigeon"] {
        let told = done(with(form.clone(), "delivery", delivery)).await;
        once("a form without a method that there is");
        assert_eq!(told.status, 422, "{}", told.body);
        assert!(told.body.contains("€33.15"), "{}", told.body);
    }
    for mood in [Mood::Says("{}".to_owned()), Mood::Status(500), Mood::Silent] {
        api.is(mood);
        let told = done(with(form.clone(), "delivery", "freight")).await;
        once("a form that cannot be priced");
        assert!(told.body.contains(FALLBACK), "{}", told.body);
    }
    assert!(orders(&shop).is_empty());
}

#[tokio::test]
async fn the_same_cart_is_not_asked_for_twice_in_a_moment() {
    let (shop, api) = open("keep_seconds = 300").await;
    let mut ann = ready(&shop).await;
    ann.get(&shop, "/cart").await;
    let asked = api.asked().len();
    for _ in 0..3 {
        let cart = ann.get(&shop, "/cart").await;
        assert!(cart.body.contains("€29.25"), "{}", cart.body);
    }
    assert_eq!(api.asked().len(), asked);
    assert_eq!(counted(&shop, "kept").await, 3);
    // The word in the header asks nobody, and another cart is another question.
    ann.get(&shop, "/partials/cart").await;
    assert_eq!(api.asked().len(), asked);
    ann.add(&shop, "p3", 1).await;
    ann.get(&shop, "/cart").await;
    assert_eq!(api.asked().len(), asked + 1);
    // An order is always another question.
    let form = form(&mut ann, &shop).await;
    let asked = api.asked().len();
    assert_eq!(
        hidden(&ann.get(&shop, "/checkout").await.body, "seen_total"),
        form[1].1
    );
    assert_eq!(api.asked().len(), asked);
    let done = ann.post(&shop, "/checkout", &form).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert_eq!(api.asked().len(), asked + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_buys_at_the_merchants_prices() {
    let (shop, _api) = open("").await;
    for scripts in [true, false] {
        let case = format!("scripts {scripts}");
        let browser = Browser::open(Screen::Desktop, scripts).await;
        browser.go(&shop.url("/p/thing-number-2")).await;
        press(&browser, "form.add button", scripts).await;
        if scripts {
            let said = "document.querySelector('.basket .count') ? 1 : 0";
            assert!(
                wait_for(&browser, said, true).await,
                "{case}: nothing is said"
            );
        } else {
            until(&browser, "/cart", &case).await;
        }
        browser.go(&shop.url("/cart")).await;
        in_order(&browser, &case, "cart").await;
        let text = browser
            .value("document.querySelector('main').innerText")
            .await;
        for wanted in ["€10.35", "Your prices are good until Friday."] {
            assert!(
                text.to_string().contains(wanted),
                "{case}: {wanted}: {text}"
            );
        }
        press(&browser, "button[name=checkout]", scripts).await;
        until(&browser, "/checkout", &case).await;
        in_order(&browser, &case, "checkout").await;
        for (field, value) in [
            ("email", "ann@mail.example"),
            ("shipping_name", "Ann Lee"),
            ("shipping_line1", "Weg 1"),
            ("shipping_postcode", "10115"),
            ("shipping_city", "Berlin"),
        ] {
            browser.write(&format!("#{field}"), value).await;
        }
        browser.write("#payment-invoice", " ").await;
        press(&browser, ".summary button[name=order]", scripts).await;
        until(&browser, "/orders/", &case).await;
        in_order(&browser, &case, "order").await;
    }
    let orders = orders(&shop);
    assert_eq!(orders.len(), 2);
    for order in orders {
        assert_eq!(order.totals.total, "14.25");
        assert_eq!(order.priced_by, PricedBy::Merchant);
    }
}
