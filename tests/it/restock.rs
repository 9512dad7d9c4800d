//! Being told when something can be had again: a form on the page of what is sold out, one note a day however often it is
//! sent, and the merchant has it.

use std::sync::Arc;
use std::time::Duration;

use frontage_shared::store::{OrderState, Store};
use frontage_tests::backend::merchant::{Merchant, Mood};
use frontage_tests::browser::{Browser, Screen};
use frontage_tests::mail_server::MailServer;
use frontage_tests::shop::Shop;
use frontage_tests::shopper::{Fields, Shopper, fields, location};
use serde_json::{Value, json};

use crate::buying::with;
use crate::withdrawals::open_with;

const SERVER: &str = "[checkout]\nmethods = [\"invoice\"]\ncountries = [\"DE\"]\nstock_requests = true\n[limits]\norders_per_minute = 0\n";

fn documents() -> Vec<Value> {
    let price = json!([{"amount": "8.00", "currency": "EUR"}]);
    let product = |id: &str, availability: &str| {
        json!({"type": "product", "id": id, "sku": format!("SKU-{id}"), "name": format!("Mug {id}"), "prices": price,
            "stock": {"availability": availability}})
    };
    vec![
        product("here", "in_stock"),
        product("gone", "out_of_stock"),
        product("ended", "discontinued"),
    ]
}

async fn open(server: &str, ingest: &str) -> Shop {
    open_with(documents(), server, ingest).await
}

fn asked() -> Fields {
    fields(&[("variant", "gone"), ("email", "ann@mail.example")])
}

fn new(shop: &Shop) -> usize {
    let store = Store::open("store", shop.folder(), "demo").expect("a store");
    store.orders(OrderState::New).expect("a store").len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_noted_and_delivered_once() {
    let mail = MailServer::start().expect("a mail server");
    let table = format!(
        "[orders]\nurl = \"ORDERS\"\nmap = {{ ref = \".id\" }}\n[orders.mail]\nsmtp = \"{}\"\nfrom = \"Shop <orders@shop.example>\"\n",
        mail.url()
    );
    let shop = open(SERVER, &table).await;
    let merchant = Arc::new(Merchant::new(Mood::Takes, Duration::from_secs(1)));
    shop.backend.play(merchant.clone());
    // As a shopper does it, without script.
    let browser = Browser::open(Screen::Desktop, false).await;
    browser.go(&shop.url("/de/p/mug-gone")).await;
    browser
        .write(".restock [name=email]", "ann@mail.example")
        .await;
    browser.click(".restock button").await;
    assert!(
        browser
            .url()
            .await
            .contains("/de/restock?variant=gone&received=1"),
        "{}",
        browser.url().await
    );
    let heading = browser
        .value("document.querySelector('h1').textContent")
        .await;
    assert_eq!(heading, "Wir haben es notiert");
    assert_eq!(new(&shop), 1);
    // Once more is the same request; another address is another one.
    let mut ann = Shopper::new();
    for _ in 0..2 {
        let said = ann.post(&shop, "/restock", &asked()).await;
        assert_eq!(location(&said), "/restock?variant=gone&received=1");
    }
    assert_eq!(new(&shop), 1);
    ann.post(
        &shop,
        "/restock",
        &with(asked(), "email", "bob@mail.example"),
    )
    .await;
    assert_eq!(new(&shop), 2);
    let ended = shop.ingest(&["orders", "deliver"]).await;
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    let sent = merchant.sent();
    assert_eq!(sent.len(), 2);
    let bodies: Vec<Value> = sent
        .iter()
        .map(|sent| serde_json::from_slice(&sent.body).expect("JSON"))
        .collect();
    let body = bodies
        .iter()
        .find(|body| body["email"] == "ann@mail.example")
        .expect("the first request");
    for (field, expected) in [
        ("type", "stock_request"),
        ("product_id", "gone"),
        ("variant_id", "gone"),
        ("sku", "SKU-gone"),
        ("name", "Mug gone"),
        ("locale", "de"),
    ] {
        assert_eq!(body[field], expected, "{body}");
    }
    // Whom to write to, and when, is the merchant's business.
    assert!(mail.mails().is_empty());
    assert!(!shop.logs().contains("mail.example"));
}

#[tokio::test]
async fn only_what_can_come_back_is_waited_for() {
    let shop = open(SERVER, "").await;
    let page = shop.get("/p/mug-gone").await;
    assert!(page.body.contains("class=\"restock\""), "{}", page.body);
    assert!(
        page.header("cache-control").contains("public"),
        "{}",
        page.header("cache-control")
    );
    for path in ["/p/mug-here", "/p/mug-ended"] {
        assert!(!shop.get(path).await.body.contains("/restock"), "{path}");
    }
    let form = shop.get("/restock?variant=gone").await;
    assert_eq!(
        (form.status, form.header("cache-control")),
        (200, "private, no-store")
    );
    assert!(form.body.contains("noindex"));
    let mut ann = Shopper::new();
    for (name, value, status) in [
        ("email", "", 422),
        ("email", "nobody", 422),
        ("leave_empty", "x", 200),
        ("variant", "here", 404),
        ("variant", "ended", 404),
        ("variant", "nothing", 404),
    ] {
        let said = ann
            .post(&shop, "/restock", &with(asked(), name, value))
            .await;
        assert_eq!(said.status, status, "{name}={value}: {}", said.body);
    }
    let foreign = ann
        .request(&shop, "/restock", &asked())
        .header("origin", "https://evil.example");
    assert_eq!(shop.request(foreign).await.status, 403);
    assert_eq!(new(&shop), 0);
    // A merchant who does not ask for it has no such form.
    let shop = open(&SERVER.replace("stock_requests = true\n", ""), "").await;
    assert!(!shop.get("/p/mug-gone").await.body.contains("restock"));
    assert_eq!(shop.get("/restock?variant=gone").await.status, 404);
    assert_eq!(
        Shopper::new()
            .post(&shop, "/restock", &asked())
            .await
            .status,
        404
    );
}
