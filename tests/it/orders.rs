//! Promise 13, on the way to the merchant: an accepted order is delivered, once per key, whatever the merchant does.
//!
//! The tests accept orders as the server does, and look at what the merchant's endpoint was sent.

use std::sync::Arc;
use std::time::Duration;

use frontage_shared::order::{Order, OrderId};
use frontage_shared::order_status::OrderProgress;
use frontage_shared::snapshot::offers::Availability;
use frontage_shared::store::{Beside, OrderState, Store};
use frontage_tests::backend::Response;
use frontage_tests::backend::merchant::{self, Merchant, Mood};
use frontage_tests::browser::{Browser, Screen};
use frontage_tests::documents;
use frontage_tests::orders::{self, PERSONAL};
use frontage_tests::shop::{Ended, Shop, ShopBuilder};
use frontage_tests::soak::soak_order_kills;
use serde_json::{Value, json};

use crate::browser::in_order;

/// Where a source of what became of orders is.
const PROGRESS: &str = "/export/progress";

#[test]
fn kills_at_random_instants_lose_and_double_nothing() {
    let outcome = soak_order_kills(20).expect("a shop whose deliverer is killed");
    println!("{}: {}", outcome.value, outcome.name);
    assert!(outcome.pass, "{}: {:#?}", outcome.name, outcome.details);
}

#[tokio::test]
async fn the_daemon_delivers_what_was_accepted() {
    let mut bed = Bed::new("receipt_at = \"/number\"").await;
    bed.shop.run_ingest();
    let ids = orders::accept(&bed.store, 3);
    bed.until_filed(&ids, OrderState::Done).await;
    for (id, sent) in ids.iter().zip(bed.merchant.sent()) {
        let (state, bytes) = bed.store.order(*id).unwrap().unwrap();
        assert_eq!(state, OrderState::Done);
        assert_eq!(sent.method, "POST");
        assert_eq!(bed.merchant.taken()[&id.to_string()], bytes);
        let receipt = bed.store.order_receipt(*id).unwrap().unwrap();
        assert_eq!(receipt.number, Some(format!("SO-{id}")));
        assert_eq!((receipt.status, receipt.attempts), (201, 1));
    }
    assert_eq!(
        bed.merchant.sent()[0].headers["content-type"],
        "application/json"
    );
    for what in [Beside::Body, Beside::Attempts] {
        assert_eq!(bed.store.all_beside(what).unwrap(), [], "{what:?}");
    }
    bed.tells_nothing(&bed.shop.logs());
    assert!(bed.shop.logs().contains(&ids[0].to_string()));
}

#[tokio::test]
async fn a_dead_order_keeps_no_other_waiting() {
    let mut bed = Bed::new("timeout_ms = 60000\nmax_in_flight = 2").await;
    let stuck = orders::accept(&bed.store, 1)[0];
    let silence = Response::status(500).after(Duration::from_secs(600));
    bed.merchant
        .feels_about(&stuck.to_string(), Mood::Answers(silence));
    bed.shop.run_ingest();
    let others = orders::accept(&bed.store, 5);
    bed.until_filed(&others, OrderState::Done).await;
    assert_eq!(bed.store.orders(OrderState::New).unwrap(), [stuck]);
}

#[tokio::test]
async fn whatever_may_pass_is_sent_again_with_the_same_bytes() {
    let bed = Bed::new("timeout_ms = 300").await;
    let late = Response::json(&json!({})).after(Duration::from_millis(900));
    let cut = Response::json(&json!({"number": 1}))
        .with_status(500)
        .cut_at(2);
    let page = Response::ok("text/html; charset=utf-8", "<html>Log in</html>");
    let moods = [
        Mood::Answers(Response::none()),
        Mood::TakesAnd(Response::none()),
        Mood::TakesAnd(late),
        Mood::Answers(cut),
        Mood::Answers(page),
        Mood::Answers(Response::status(408)),
        Mood::TakesAnd(Response::status(409)),
        Mood::Answers(Response::status(425)),
        Mood::Answers(Response::status(429).header("retry-after", "0")),
        Mood::Answers(Response::status(500)),
        Mood::Answers(Response::redirect(302, "/login")),
    ];
    let id = orders::accept(&bed.store, 1)[0];
    for (attempt, mood) in (1..).zip(moods) {
        bed.merchant.feels(mood.clone());
        let ended = bed.deliver().await;
        assert_eq!(ended.code, Some(3), "{mood:?}: {ended:?}");
        let line = &bed.list(&[]).await[0];
        assert_eq!(line["failed_attempts"], attempt, "{mood:?}: {line}");
        assert_eq!(line["state"], "new", "{mood:?}: {line}");
        bed.tells_nothing(&ended.stderr);
    }
    bed.merchant.feels(Mood::Takes);
    assert_eq!(bed.deliver().await.code, Some(0));
    assert_eq!(bed.store.order(id).unwrap().unwrap().0, OrderState::Done);
    assert_eq!(bed.merchant.sent().len(), 12);
    assert_eq!(bed.merchant.mixed_up(), [""; 0]);
    assert_eq!(bed.store.order_receipt(id).unwrap().unwrap().attempts, 12);
}

#[tokio::test]
async fn the_merchant_says_when_an_order_may_come_again() {
    let mut bed = Bed::new("").await;
    let busy = Response::status(503).header("retry-after", "7200");
    bed.merchant.feels(Mood::Answers(busy));
    bed.shop.run_ingest();
    let id = orders::accept(&bed.store, 1)[0];
    let line = bed
        .shop
        .until("it was tried", async |_| {
            let lines = bed.list(&[]).await;
            lines.into_iter().find(|line| line["failed_attempts"] == 1)
        })
        .await;
    let minted = line["minted_at"].as_i64().unwrap();
    assert!(
        line["next_at"].as_i64().unwrap() >= minted + 7_200,
        "{line}"
    );
    // Whoever is impatient asks for it, and the daemon hears of it.
    bed.merchant.feels(Mood::Takes);
    let retried = bed.shop.ingest(&["orders", "retry", &id.to_string()]).await;
    assert_eq!(retried.code, Some(0), "{retried:?}");
    bed.until_filed(&[id], OrderState::Done).await;
    let refused = bed.deliver().await;
    assert_eq!(refused.code, Some(2), "two deliver: {refused:?}");
}

#[tokio::test]
async fn a_refused_order_waits_for_somebody() {
    let bed = Bed::new("").await;
    let ids = orders::accept(&bed.store, 2);
    let refusal = json!({"error": "no such customer: ada@example.org"});
    let refusal = Response::json(&refusal).with_status(422);
    bed.merchant.feels(Mood::Answers(refusal));
    let ended = bed.deliver().await;
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.stdout.contains("2 rejected"), "{ended:?}");
    assert!(ended.stderr.contains("status 422"), "{ended:?}");
    bed.tells_nothing(&ended.stderr);
    let lines = bed.list(&[]).await;
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["state"], "rejected");
    bed.tells_nothing(&format!("{lines:?}"));
    let shown = bed
        .shop
        .ingest(&["orders", "show", &ids[0].to_string()])
        .await;
    assert!(shown.stdout.contains("no such customer"), "{shown:?}");
    assert!(shown.stdout.contains("Musterweg"), "{shown:?}");
    let status = bed.shop.ingest(&["status"]).await.stdout;
    assert!(status.contains("REJECTED    2"), "{status}");
    // It is not sent again by itself.
    bed.merchant.feels(Mood::Takes);
    assert_eq!(bed.deliver().await.code, Some(0));
    assert_eq!(bed.merchant.sent().len(), 2);
    let retried = bed
        .shop
        .ingest(&["orders", "retry", "--all-rejected"])
        .await;
    assert!(retried.stdout.contains("2 orders"), "{retried:?}");
    assert_eq!(bed.deliver().await.code, Some(0));
    assert_eq!(bed.merchant.taken().len(), 2);
    let again = bed
        .shop
        .ingest(&["orders", "retry", &ids[0].to_string()])
        .await;
    assert_eq!(again.code, Some(2));
    assert!(again.stderr.contains("delivered already"), "{again:?}");
    let unknown = orders::fresh_id().to_string();
    for (id, rule) in [
        (unknown.as_str(), "no order"),
        ("../HEAD", "not the id of an order"),
    ] {
        let shown = bed.shop.ingest(&["orders", "show", id]).await;
        assert_eq!(shown.code, Some(2));
        assert!(shown.stderr.contains(rule), "{shown:?}");
    }
}

#[tokio::test]
async fn a_body_stays_as_it_was_first_mapped() {
    let map = "[orders.map]\nref = \".id\"\n\"customer.mail\" = \".customer.email\"\nphone = \".customer.phone\"\n\
               total = \".totals.total | tonumber\"\nshop = '\"one\"'\n";
    let bed = Bed::new(map).await;
    let id = orders::accept(&bed.store, 1)[0].to_string();
    bed.merchant.feels(Mood::TakesAnd(Response::status(500)));
    assert_eq!(bed.deliver().await.code, Some(3));
    bed.shop
        .reconfigure(|text| text.replace("\"one\"", "\"two\""));
    let refused = bed.shop.ingest(&["orders", "retry", &id, "--remap"]).await;
    assert_eq!(refused.code, Some(2), "{refused:?}");
    bed.merchant.feels(Mood::Answers(Response::status(400)));
    assert_eq!(bed.deliver().await.code, Some(3));
    let first = &bed.merchant.sent()[0].body;
    let mapped: Value = serde_json::from_slice(first).unwrap();
    let expected =
        json!({"ref": id, "customer": {"mail": "ada@example.org"}, "total": 1.00, "shop": "one"});
    assert_eq!(mapped["total"].as_f64(), Some(1.0));
    assert_eq!(
        (
            &mapped["ref"],
            &mapped["customer"],
            &mapped["shop"],
            mapped.get("phone")
        ),
        (
            &expected["ref"],
            &expected["customer"],
            &expected["shop"],
            None
        )
    );
    assert_eq!(bed.merchant.mixed_up(), [""; 0]);
    // The merchant said no, so that it may be said in other words.
    bed.merchant.feels(Mood::Takes);
    let retried = bed.shop.ingest(&["orders", "retry", &id, "--remap"]).await;
    assert_eq!(retried.code, Some(0), "{retried:?}");
    assert_eq!(bed.deliver().await.code, Some(0));
    let last: Value = serde_json::from_slice(&bed.merchant.sent()[2].body).unwrap();
    assert_eq!(last["shop"], "two");
}

#[tokio::test]
async fn a_mapping_that_fails_refuses_the_order_and_tells_nobody() {
    let bed = Bed::new("map_file = \"order.jq\"").await;
    let program = bed.shop.folder().join("order.jq");
    std::fs::write(&program, "error(.customer.email)").unwrap();
    let id = orders::accept(&bed.store, 1)[0];
    let ended = bed.deliver().await;
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.stderr.contains("mapping"), "{ended:?}");
    bed.tells_nothing(&ended.stderr);
    assert_eq!(bed.merchant.sent().len(), 0);
    // A text is sent as it is.
    std::fs::write(&program, r#""<order id=\"\(.id)\"/>""#).unwrap();
    bed.shop
        .ingest(&["orders", "retry", "--all-rejected"])
        .await;
    assert_eq!(bed.deliver().await.code, Some(0));
    let body = bed.merchant.sent()[0].body.clone();
    assert_eq!(body, format!("<order id=\"{id}\"/>"));
    std::fs::write(&program, "no_such_filter").unwrap();
    let wrong = bed.deliver().await;
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
    assert!(wrong.stderr.contains("no_such_filter"), "{wrong:?}");
}

#[tokio::test]
async fn what_lets_us_in_goes_to_the_endpoint_and_into_no_log() {
    let secrets = ["a-secret-token", "a-secret-key"];
    let bed = Bed::new(
        "auth = { kind = \"bearer\", token = \"a-secret-token\" }\nheaders = { X-Key = \"a-secret-key\" }\nmethod = \"PUT\"",
    )
    .await;
    orders::accept(&bed.store, 1);
    // Back ends repeat what they were sent.
    let echo = json!({"error": "Bearer a-secret-token with a-secret-key is unknown"});
    let refusal = Response::json(&echo).with_status(401);
    bed.merchant.feels(Mood::Answers(refusal));
    let ended = bed.deliver().await;
    let sent = &bed.merchant.sent()[0];
    assert_eq!(sent.method, "PUT");
    assert_eq!(sent.headers["authorization"], "Bearer a-secret-token");
    assert_eq!(sent.headers["x-key"], "a-secret-key");
    let id = bed.store.orders(OrderState::Rejected).unwrap()[0].to_string();
    let shown = bed.shop.ingest(&["orders", "show", &id]).await;
    assert!(shown.stdout.contains("is unknown"), "{shown:?}");
    for secret in secrets {
        assert!(!format!("{ended:?}{shown:?}").contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_login_that_ended_is_asked_for_once_more() {
    let bed = Bed::new(
        "auth = { kind = \"login\", url = \"LOGIN\", fields = { user = \"u\", password = \"a-secret-password\" }, token_at = \"/token\" }",
    )
    .await;
    bed.shop.fill_in("LOGIN", merchant::LOGIN);
    orders::accept(&bed.store, 1);
    bed.merchant.feels(Mood::Answers(Response::status(401)));
    let ended = bed.deliver().await;
    assert_eq!(ended.code, Some(3), "{ended:?}");
    let tokens: Vec<_> = bed.merchant.sent();
    let tokens: Vec<_> = tokens
        .iter()
        .map(|sent| &sent.headers["authorization"])
        .collect();
    assert_eq!(tokens, ["Bearer token-number-1", "Bearer token-number-2"]);
    assert_eq!(bed.merchant.logins(), 2);
    assert_eq!(bed.merchant.mixed_up(), [""; 0]);
}

#[tokio::test]
async fn without_an_endpoint_orders_wait_and_status_says_so() {
    let shop = ShopBuilder::of(vec![documents::product("1", "Thing", "9.90")]).start();
    let store = Store::open("store", shop.folder(), "demo").unwrap();
    let quiet = shop.ingest(&["status"]).await.stdout;
    assert!(!quiet.contains("orders"), "{quiet}");
    orders::accept(&store, 2);
    shop.once().await;
    let told = shop.ingest(&["status"]).await.stdout;
    assert!(told.contains("waiting     2, the oldest since"), "{told}");
    assert!(told.contains("NOT DELIVERED"), "{told}");
    let status: Value =
        serde_json::from_str(&shop.ingest(&["status", "--json"]).await.stdout).unwrap();
    assert_eq!(status["orders"]["waiting"], 2);
    let ended = shop.ingest(&["orders", "deliver"]).await;
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains("[orders]"), "{ended:?}");
    assert_eq!(store.orders(OrderState::New).unwrap().len(), 2);
}

#[tokio::test]
async fn a_second_click_that_came_late_is_dropped() {
    let bed = Bed::new("").await;
    let id = orders::accept(&bed.store, 1)[0];
    assert_eq!(bed.deliver().await.code, Some(0));
    // The look was before filing, the write after it.
    let late = bed.store.order_file(OrderState::New, id);
    std::fs::write(
        &late,
        orders::order(id, "thing-number-1", 2).encode().unwrap(),
    )
    .unwrap();
    assert_eq!(bed.deliver().await.code, Some(0));
    assert!(!late.exists());
    assert_eq!(bed.merchant.sent().len(), 1);
    let (_, bytes) = bed.store.order(id).unwrap().unwrap();
    assert_eq!(Order::decode(&bytes).unwrap().lines[0].quantity, 1);
}

#[tokio::test]
async fn old_orders_go_and_no_personal_data_stays() {
    let bed = Bed::new("keep_delivered_days = 1").await;
    let old = OrderId::new(1_700_000_000_000, 1);
    let order = orders::order(old, "thing-number-1", 1).encode().unwrap();
    bed.store.accept_orders(&[(old, order)]);
    bed.store
        .file_order(old, OrderState::New, OrderState::Done)
        .unwrap();
    orders::accept(&bed.store, 1);
    assert_eq!(bed.deliver().await.code, Some(0));
    assert_eq!(bed.store.order(old).unwrap(), None);
    assert_eq!(bed.store.orders(OrderState::Done).unwrap().len(), 1);
}

#[tokio::test]
async fn what_became_of_an_order_is_kept_beside_it() {
    let bed = Bed::new("receipt_at = \"/number\"\n[source.progress]\nprovides = \"orders\"\nurl = \"PROGRESS\"\nschedule = \"@daily\"\nformat = \"ndjson\"").await;
    bed.shop.fill_in("PROGRESS", PROGRESS);
    let ids = orders::accept(&bed.store, 3);
    let [first, second, third] = [0, 1, 2].map(|place| ids[place]);
    assert_eq!(bed.deliver().await.code, Some(0));
    let at = "2026-03-02T16:30:00Z";
    let says = |documents: &[Value]| {
        let response = Response::ndjson(documents);
        bed.shop.backend.respond_with(PROGRESS, response);
    };
    says(&[
        json!({"type": "order_status", "id": first.to_string(), "state": "confirmed", "at": at}),
        json!({"type": "order_status", "number": format!("SO-{second}"), "state": "shipped", "at": at,
            "carrier": "DHL", "tracking_number": "1Z", "tracking_url": "https://track.example/1Z"}),
        json!({"type": "order_status", "id": "#1001", "state": "shipped", "at": at}),
        json!({"type": "order_status", "number": "SO-of-another-channel", "state": "shipped", "at": at}),
    ]);
    bed.shop.once().await;
    let known = |id: OrderId| bed.store.order_status(id).unwrap();
    assert_eq!(known(first).unwrap().state, OrderProgress::Confirmed);
    let shipped = known(second).unwrap();
    assert_eq!(shipped.state, OrderProgress::Shipped);
    assert_eq!(shipped.tracking_url.unwrap(), "https://track.example/1Z");
    assert_eq!(known(third), None);
    assert_eq!(bed.store.all_beside(Beside::Status).unwrap().len(), 2);
    // It is no part of the shop, and nothing holds a feed that forgets old orders.
    let manifest: Value = serde_json::from_slice(&bed.shop.newest_manifest()).unwrap();
    assert_eq!(manifest["sources"].as_object().unwrap().len(), 1);
    says(&[json!({"type": "order_status", "id": first.to_string(), "state": "shipped", "at": at})]);
    bed.shop.once().await;
    assert_eq!(known(first).unwrap().state, OrderProgress::Shipped);
    assert_eq!(known(second).unwrap().state, OrderProgress::Shipped);
    says(&[json!({"type": "order_status", "id": "#1002", "state": "confirmed", "at": at})]);
    bed.shop.once().await;
    assert_eq!(known(first).unwrap().state, OrderProgress::Shipped);
    let last: Value = serde_json::from_slice(&bed.shop.newest_manifest()).unwrap();
    assert_eq!(last["generation"], manifest["generation"]);
    let shown = bed
        .shop
        .ingest(&["orders", "show", &first.to_string()])
        .await;
    assert!(
        shown.stdout.contains("shipped since 2026-03-02"),
        "{shown:?}"
    );
    // What is wrong is refused by itself.
    says(&[json!({"type": "order_status", "id": third.to_string(), "state": "lost", "at": at})]);
    bed.shop.once().await;
    assert_eq!(known(third), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_sends_refused_orders_again_at_the_desk() {
    for (screen, scripts) in [(Screen::Phone, true), (Screen::Desktop, false)] {
        let mut bed = Bed::new("").await;
        bed.merchant.feels(Mood::Answers(
            Response::json(&json!({"error": "closed on <b>Sundays</b>"})).with_status(400),
        ));
        bed.shop.run_ingest();
        let ids = orders::accept(&bed.store, 2);
        bed.until_filed(&ids, OrderState::Rejected).await;
        let browser = Browser::open(screen, scripts).await;
        browser.go(&bed.shop.desk_url("/orders")).await;
        in_order(&browser, "orders", "rejected").await;
        let text = browser.value("document.body.innerText").await;
        let text = text.as_str().unwrap_or_default();
        assert!(text.contains("The merchant refused 2 orders"), "{text}");
        assert!(text.contains("status 400"), "{text}");
        bed.tells_nothing(text);
        // A page of another site cannot press the button.
        let path = format!("/orders/{}/retry", ids[0]);
        let foreign = bed
            .shop
            .client()
            .post(bed.shop.desk_url(&path))
            .send()
            .await;
        assert_eq!(foreign.unwrap().status(), 403);
        bed.merchant.feels(Mood::Takes);
        browser
            .click(&format!("form[action='{path}'] button"))
            .await;
        bed.until_filed(&ids[..1], OrderState::Done).await;
        in_order(&browser, "orders", "one sent again").await;
        browser.go(&bed.shop.desk_url("/orders")).await;
        browser.click("form[action='/orders/retry'] button").await;
        bed.until_filed(&ids, OrderState::Done).await;
        browser.go(&bed.shop.desk_url("/orders")).await;
        in_order(&browser, "orders", "none").await;
        let metrics = bed
            .shop
            .client()
            .get(bed.shop.desk_url("/metrics"))
            .send()
            .await;
        let metrics = metrics.unwrap().text().await.unwrap();
        for line in [
            "frontage_ingest_orders_waiting 0",
            "frontage_ingest_orders_rejected 0",
            "frontage_ingest_orders_oldest_waiting_seconds 0",
        ] {
            assert!(metrics.contains(line), "{metrics}");
        }
    }
}

#[tokio::test]
async fn what_was_ordered_is_gone_from_the_shop_until_the_back_end_knows() {
    let mut bed = Bed::new("").await;
    bed.shop.once().await;
    let before = bed.shop.parts();
    assert_eq!(bed.stock(), (Some(5), Availability::InStock));
    bed.order("1", 2);
    bed.shop.once().await;
    assert_eq!(bed.stock(), (Some(3), Availability::InStock));
    bed.order("1", 9);
    bed.order("no-such-variant", 1);
    bed.shop.once().await;
    assert_eq!(bed.stock(), (Some(0), Availability::OutOfStock));
    assert_eq!(bed.shop.parts().0, before.0, "the catalog is what it was");
    let why = bed.shop.ingest(&["why", "1.stock"]).await.stdout;
    assert!(
        why.contains("less 11 in orders") && why.contains(": 0 in the shop"),
        "{why}"
    );
    let again = bed.shop.ingest(&["once"]).await;
    assert!(again.stdout.contains("nothing to publish"), "{again:?}");
    // What the merchant refused takes nothing.
    bed.merchant.feels(Mood::Answers(Response::status(400)));
    assert_eq!(bed.deliver().await.code, Some(3));
    bed.shop.once().await;
    assert_eq!(bed.stock(), (Some(5), Availability::InStock));
    bed.shop
        .ingest(&["orders", "retry", "--all-rejected"])
        .await;
    bed.merchant.feels(Mood::Takes);
    // The back end knows of an order from its next feed on; nobody polls here, and the daemon heeds orders by itself.
    bed.shop
        .reconfigure(|text| text.replace("\"* * * * * *\"", "\"@monthly\""));
    bed.shop.run_ingest();
    bed.until_stock(0).await;
    let ids = bed.store.orders(OrderState::New).unwrap();
    bed.until_filed(&ids, OrderState::Done).await;
    let back = async || {
        bed.shop.once().await;
        bed.stock().0 == Some(5)
    };
    assert!(bed.shop.comes_to_pass(back).await, "{:?}", bed.stock());
    let shipped = bed.shop.parts();
    assert_eq!(shipped, before);
    bed.merchant.feels(Mood::Answers(Response::status(503)));
    bed.order("1", 1);
    bed.until_stock(4).await;
    assert_ne!(bed.shop.parts().1, shipped.1);
}

/// A shop with an order endpoint.
struct Bed {
    shop: Shop,
    merchant: Arc<Merchant>,
    store: Store,
}

impl Bed {
    /// With these keys, and tables after them, in `[orders]`.
    async fn new(keys: &str) -> Self {
        let table = format!("[orders]\nurl = \"ORDERS\"\n{keys}\n");
        let shop = ShopBuilder::of(vec![documents::product("1", "Thing", "9.90")])
            .ingest(&table)
            .desk("")
            .start();
        shop.fill_in("ORDERS", merchant::ORDERS);
        let merchant = Arc::new(Merchant::new(Mood::Takes, Duration::from_secs(1)));
        shop.backend.play(merchant.clone());
        let store = Store::open("store", shop.folder(), "demo").expect("a store");
        Self {
            shop,
            merchant,
            store,
        }
    }

    async fn deliver(&self) -> Ended {
        self.shop.ingest(&["orders", "deliver"]).await
    }

    async fn list(&self, states: &[&str]) -> Vec<Value> {
        let words = [&["orders", "list", "--json"], states].concat();
        let ended = self.shop.ingest(&words).await;
        let lines = ended.stdout.lines();
        let line = |line| serde_json::from_str(line).expect("a line of JSON");
        lines.map(line).collect()
    }

    async fn until_filed(&self, ids: &[OrderId], state: OrderState) {
        let is_filed = |id: &OrderId| self.store.order_file(state, *id).exists();
        self.shop
            .until("the orders are filed", async |_| {
                ids.iter().all(is_filed).then_some(())
            })
            .await;
    }

    fn order(&self, variant: &str, quantity: u32) {
        let id = orders::fresh_id();
        let order = orders::order(id, variant, quantity);
        let batch = [(id, order.encode().expect("an order is JSON"))];
        assert!(self.store.accept_orders(&batch)[0].is_ok());
    }

    /// Quantity and availability of the one product, as the shop shows them.
    fn stock(&self) -> (Option<i64>, Availability) {
        let generation = self.shop.published();
        let variant = generation.catalog.variant_by_id("1").expect("a variant");
        let offer = generation.offers.variant(variant.row);
        (offer.quantity, offer.availability)
    }

    async fn until_stock(&self, quantity: i64) {
        self.shop
            .until("the stock changes", async |_| {
                (self.stock().0 == Some(quantity)).then_some(())
            })
            .await;
    }

    fn tells_nothing(&self, text: &str) {
        for secret in PERSONAL {
            assert!(!text.contains(secret), "`{secret}` in {text}");
        }
    }
}
