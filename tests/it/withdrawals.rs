//! Withdrawing from a contract: two steps, one withdrawal however often it is sent, and the merchant and the shopper have
//! it in writing.

use std::sync::Arc;
use std::time::Duration;

use frontage_shared::store::{OrderState, Store};
use frontage_tests::backend::merchant::{self, Merchant, Mood};
use frontage_tests::documents::shop as documents;
use frontage_tests::mail_server::MailServer;
use frontage_tests::shop::{Shop, ShopBuilder};
use frontage_tests::shopper::{Fields, Shopper, UNLIMITED, fields, hidden, location};
use serde_json::{Value, json};

use crate::buying::with;

async fn open(server: &str, ingest: &str) -> Shop {
    open_with(documents(1), server, ingest).await
}

/// A shop in two languages whose orders go to the merchant's stand-in.
pub(crate) async fn open_with(documents: Vec<Value>, server: &str, ingest: &str) -> Shop {
    let mut shop = ShopBuilder::of(documents)
        .shop("locales = [\"de\"]")
        .server(server)
        .ingest(ingest)
        .start();
    shop.fill_in("ORDERS", merchant::ORDERS);
    shop.open().await;
    shop
}

fn stated(page: &str) -> Fields {
    fields(&[
        ("ticket", &hidden(page, "ticket")),
        ("order_number", "SO-17"),
        ("name", "Ann Lee"),
        ("email", "ann@mail.example"),
        ("date", "1 July"),
        ("articles", "the red one"),
    ])
}

/// The fields that a page would send unseen.
fn unseen(page: &str) -> Fields {
    let names = [
        "ticket",
        "order_number",
        "name",
        "email",
        "date",
        "articles",
    ];
    let pairs = names.map(|name| (name, hidden(page, name)));
    let pairs: Vec<(&str, &str)> = pairs
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    fields(&pairs)
}

fn new(shop: &Shop) -> usize {
    let store = Store::open("store", shop.folder(), "demo").expect("a store");
    store.orders(OrderState::New).expect("a store").len()
}

#[tokio::test]
async fn a_withdrawal_is_confirmed_acknowledged_and_delivered_once() {
    let mail = MailServer::start().expect("a mail server");
    let table = format!(
        "[orders]\nurl = \"ORDERS\"\nmap = {{ ref = \".id\" }}\n[orders.mail]\nsmtp = \"{}\"\nfrom = \"Shop <orders@shop.example>\"\n\
         withdrawal_subject = {{ de = \"Ihr Widerruf {{id}}\" }}\n",
        mail.url()
    );
    let shop = open(UNLIMITED, &table).await;
    let merchant = Arc::new(Merchant::new(Mood::Takes, Duration::from_secs(1)));
    shop.backend.play(merchant.clone());
    let home = shop.get("/de/").await.body;
    assert!(
        home.contains("<a href=\"/de/withdrawal\">Vertrag widerrufen</a>"),
        "{home}"
    );
    let mut ann = Shopper::new();
    let form = ann.get(&shop, "/de/withdrawal").await;
    assert_eq!(form.header("cache-control"), "private, no-store");
    let first = with(stated(&form.body), "check", "1");
    let check = ann.post(&shop, "/de/withdrawal", &first).await;
    assert!(
        check.body.contains(">Widerruf bestätigen</button>"),
        "{}",
        check.body
    );
    assert!(check.body.contains("the red one"));
    assert_eq!(new(&shop), 0, "nothing is sent before it is confirmed");
    let second = with(unseen(&check.body), "confirm", "1");
    let mut pages = Vec::new();
    for _ in 0..2 {
        pages.push(location(&ann.post(&shop, "/de/withdrawal", &second).await));
    }
    assert_eq!(pages[0], pages[1]);
    assert_eq!(new(&shop), 1);
    let received = shop.get(&pages[0]).await;
    assert!(
        received.body.contains("Ihr Widerruf ist eingegangen"),
        "{}",
        received.body
    );
    assert!(received.body.contains("SO-17") && received.body.contains("ann@mail.example"));
    assert_eq!(shop.get(&pages[0].replace("t=", "t=A")).await.status, 404);
    // It goes as it is, whatever the mapping makes of orders.
    let ended = shop.ingest(&["orders", "deliver"]).await;
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    let sent = merchant.sent();
    assert_eq!(sent.len(), 1);
    let body: Value = serde_json::from_slice(&sent[0].body).expect("JSON");
    assert_eq!(body["type"], "withdrawal");
    assert_eq!(body["id"], sent[0].key());
    assert_eq!(
        (&body["order_number"], &body["locale"]),
        (&json!("SO-17"), &json!("de"))
    );
    assert_eq!(body.get("order_id"), None);
    let mails = mail.mails();
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert!(mails[0].contains("To: ann@mail.example"), "{}", mails[0]);
    assert!(
        mails[0].contains(&format!("Subject: Ihr Widerruf {}", sent[0].key())),
        "{}",
        mails[0]
    );
    assert!(mails[0].contains("the red one"), "{}", mails[0]);
    assert!(!shop.logs().contains("ann@mail.example"));
}

#[tokio::test]
async fn the_link_to_an_order_fills_the_form() {
    let shop = open(UNLIMITED, "").await;
    let mut ann = Shopper::new();
    ann.add(&shop, "p1", 1).await;
    let form = ann.checkout(&shop).await;
    let order = location(&ann.post(&shop, "/checkout", &form).await);
    let (id, token) = order
        .strip_prefix("/orders/")
        .and_then(|rest| rest.split_once("?t="))
        .expect("a link to an order");
    let page = shop.get(&order).await.body;
    let link = format!("/withdrawal?order={id}&amp;t={token}");
    assert!(page.contains(&link), "{page}");
    let form = shop.get(&link.replace("&amp;", "&")).await.body;
    for text in [id, "Ann Lee", "ann@mail.example", "1 × Thing number 1"] {
        assert!(form.contains(text), "{text}: {form}");
    }
    let mut fields = stated(&form);
    for name in ["order", "t"] {
        fields = with(fields, name, &hidden(&form, name));
    }
    let sent = ann
        .post(&shop, "/withdrawal", &with(fields, "confirm", "1"))
        .await;
    let page = location(&sent);
    let withdrawal = page
        .split("received=")
        .nth(1)
        .and_then(|rest| rest.get(..26));
    let withdrawal = withdrawal.expect("an id");
    let file = shop.store().join(format!("orders/new/{withdrawal}.json"));
    let stored: Value =
        serde_json::from_slice(&std::fs::read(file).expect("a file")).expect("JSON");
    assert_eq!(stored["order_id"], id);
    // Operators see which is which.
    let listed = shop.ingest(&["orders", "list"]).await.stdout;
    for line in [format!("{id} order "), format!("{withdrawal} withdrawal ")] {
        assert!(listed.contains(&line), "{line}: {listed}");
    }
    // Whoever has no link learns nothing.
    let stranger = format!("/withdrawal?order={id}&t=AAAA");
    assert!(!shop.get(&stranger).await.body.contains("Ann Lee"));
    // An order and a withdrawal have links of their own.
    assert_eq!(
        shop.get(&format!("/withdrawal?received={id}&t={token}"))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn what_is_no_withdrawal_is_not_kept() {
    let shop = open(UNLIMITED, "").await;
    let mut ann = Shopper::new();
    let page = ann.get(&shop, "/withdrawal").await.body;
    let fine = with(stated(&page), "confirm", "1");
    for (name, value, status, said) in [
        ("name", " ", 422, "First and last name: please fill this in"),
        ("email", "ann", 422, "Email: please give an email address"),
        ("leave_empty", "x", 200, "name=\"leave_empty\""),
        ("ticket", "AAAA", 200, "Confirm withdrawal"),
        ("change", "1", 200, "name=\"check\""),
    ] {
        let answer = ann
            .post(&shop, "/withdrawal", &with(fine.clone(), name, value))
            .await;
        assert_eq!(answer.status, status, "{name}");
        assert!(answer.body.contains(said), "{name}: {}", answer.body);
    }
    let foreign = ann
        .request(&shop, "/withdrawal", &fine)
        .header("origin", "https://evil.example");
    assert_eq!(shop.request(foreign).await.status, 403);
    assert_eq!(new(&shop), 0);
    // With script in it, it is text.
    let rude = with(fine, "order_number", "<script>alert(1)</script>");
    let rude = location(&ann.post(&shop, "/withdrawal", &rude).await);
    let page = shop.get(&rude).await.body;
    assert!(page.contains("&lt;script&gt;alert(1)"), "{page}");
}

#[tokio::test]
async fn many_withdrawals_of_one_client_and_shops_without_the_form_are_refused() {
    let limits = "[checkout]\nmethods = [\"invoice\"]\ncountries = [\"DE\"]\n[limits]\nwithdrawals_per_minute = 2\n";
    let shop = open(limits, "").await;
    let mut ann = Shopper::new();
    let mut statuses = Vec::new();
    for _ in 0..3 {
        let page = ann.get(&shop, "/withdrawal").await.body;
        let form = with(stated(&page), "confirm", "1");
        statuses.push(ann.post(&shop, "/withdrawal", &form).await.status);
    }
    assert_eq!(statuses, [303, 303, 429]);
    for checkout in [
        "methods = [\"invoice\"]\ncountries = [\"DE\"]\nwithdrawal = false",
        "methods = [\"handoff\"]\nhandoff_url = \"https://other.example/?{lines}\"",
    ] {
        let shop = open(&format!("[checkout]\n{checkout}\n"), "").await;
        assert_eq!(shop.get("/withdrawal").await.status, 404, "{checkout}");
        assert!(
            !shop.get("/").await.body.contains("/withdrawal"),
            "{checkout}"
        );
    }
}
