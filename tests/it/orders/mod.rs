//! Promise 13, on the way to the merchant: an accepted order is delivered, once per key, whatever the merchant does.
//!
//! The tests accept orders as the server does, and look at what the merchant's endpoint was sent.

mod after; // what an order leads to besides
mod bed; // a shop with an order endpoint
mod turns; // one deliverer after the other

use std::time::Duration;

use frontage_shared::order::{Order, OrderId};
use frontage_shared::store::{Beside, OrderState, Store};
use frontage_tests::backend::Response;
use frontage_tests::backend::merchant::{self, Mood};
use frontage_tests::documents;
use frontage_tests::orders;
use frontage_tests::shop::ShopBuilder;
use frontage_tests::soak::soak_order_kills;
use serde_json::{Value, json};

use self::bed::Bed;

#[test]
fn kills_at_random_instants_lose_and_double_nothing() {
    let outcome = soak_order_kills(30, |line| println!("{line}"))
        .expect("shops whose servers and deliverers are killed");
    println!("{}: {}", outcome.value, outcome.name);
    assert!(outcome.pass, "{}: {:#?}", outcome.name, outcome.details);
}

#[tokio::test]
async fn the_daemon_delivers_what_was_accepted() {
    let mut bed = Bed::new("receipt_at = \"/number\"").await;
    bed.shop.run_ingest();
    let ids = orders::accept(&bed.store, 3);
    bed.until_filed(&ids, OrderState::Done).await;
    bed.shop
        .until("all is told", async |shop| {
            let logs = shop.logs();
            ids.iter()
                .all(|id| logs.contains(&id.to_string()))
                .then_some(())
        })
        .await;
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
    // A refusal now says nothing of the attempt before it, not even after the order was put back.
    for words in [&["orders", "retry", &id][..], &["orders", "deliver"]] {
        bed.shop.ingest(words).await;
    }
    let refused = bed.shop.ingest(&["orders", "retry", &id, "--remap"]).await;
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert_eq!(bed.merchant.mixed_up(), [""; 0]);
}

#[tokio::test]
async fn what_the_merchant_only_refused_may_be_said_in_other_words() {
    let bed = Bed::new("[orders.map]\nref = \".id\"\nshop = '\"one\"'\n").await;
    let id = orders::accept(&bed.store, 1)[0].to_string();
    bed.merchant.feels(Mood::Answers(Response::status(400)));
    assert_eq!(bed.deliver().await.code, Some(3));
    bed.shop
        .reconfigure(|text| text.replace("\"one\"", "\"two\""));
    bed.merchant.feels(Mood::Takes);
    let retried = bed.shop.ingest(&["orders", "retry", &id, "--remap"]).await;
    assert_eq!(retried.code, Some(0), "{retried:?}");
    assert_eq!(bed.deliver().await.code, Some(0));
    let last: Value = serde_json::from_slice(&bed.merchant.sent()[1].body).unwrap();
    assert_eq!(last["shop"], "two");
    assert_eq!(bed.store.all_beside(Beside::Sent).unwrap(), []);
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
async fn a_damaged_note_about_one_order_stops_nothing() {
    let bed = Bed::new("").await;
    orders::accept(&bed.store, 2);
    let ids = bed.store.orders(OrderState::New).unwrap();
    bed.merchant.feels(Mood::TakesAnd(Response::status(500)));
    assert_eq!(bed.deliver().await.code, Some(3));
    bed.store
        .put_beside(ids[0], Beside::Attempts, b"{")
        .unwrap();
    bed.store.put_beside(ids[1], Beside::Receipt, b"").unwrap();
    bed.merchant.feels(Mood::Takes);
    bed.shop.once().await;
    assert_eq!(bed.deliver().await.code, Some(0));
    assert_eq!(bed.store.orders(OrderState::Done).unwrap(), ids);
    assert_eq!(bed.merchant.mixed_up(), [""; 0]);
}
