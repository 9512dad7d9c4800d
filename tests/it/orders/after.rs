//! What an order leads to besides its delivery: stock, mail, news of it, and work for operators.

use frontage_shared::order::OrderId;
use frontage_shared::order_status::OrderProgress;
use frontage_shared::snapshot::offers::Availability;
use frontage_shared::store::{Beside, OrderState};
use frontage_tests::backend::Response;
use frontage_tests::backend::merchant::Mood;
use frontage_tests::browser::{Browser, Screen};
use frontage_tests::documents;
use frontage_tests::mail_server::MailServer;
use frontage_tests::orders;
use serde_json::{Value, json};

use super::bed::Bed;
use crate::browser::in_order;

/// Where a source of what became of orders is.
const PROGRESS: &str = "/export/progress";

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
async fn a_shopper_is_written_to_once_in_the_language_of_the_order() {
    let server = MailServer::start().expect("a mail server");
    let mail = format!(
        "[orders.mail]\nsmtp = \"{}\"\nfrom = \"Test shop <orders@shop.example>\"\n\
         subject = {{ de = \"Ihre Bestellung {{id}}\" }}\ntext = {{ de = \"Danke!\\n{{lines}}\\n{{total}} {{currency}}\\n{{shipping}}\" }}",
        server.url()
    );
    let bed = Bed::new(&mail).await;
    // Neither waits for the other: the merchant is down, and then the mail server is.
    bed.merchant.feels(Mood::Answers(Response::status(500)));
    let first = orders::fresh_id();
    let mut german = orders::order(first, "1", 2);
    german.locale = "de-AT".to_owned();
    german.lines[0].name = "Tasse {id}\r\nBcc: x@y.example".to_owned();
    bed.store
        .accept_orders(&[(first, german.encode().unwrap())]);
    assert_eq!(bed.deliver().await.code, Some(3));
    assert_eq!(bed.deliver().await.code, Some(3));
    let mails = server.mails();
    assert_eq!(mails.len(), 1, "{mails:?}");
    for wanted in [
        "To: ada@example.org",
        "From: \"Test shop\" <orders@shop.example>",
        &format!("Subject: Ihre Bestellung {first}"),
        &format!("Message-ID: <{first}@shop.example>"),
        "Danke!",
        "2.00 EUR",
        "10115 Berlin",
    ] {
        assert!(mails[0].contains(wanted), "no `{wanted}` in {}", mails[0]);
    }
    let head = mails[0].split("\n\n").next().unwrap();
    assert!(!head.contains("Bcc"), "{head}");
    bed.merchant.feels(Mood::Takes);
    server.says(Some("451 later, ada@example.org"));
    let second = orders::accept(&bed.store, 1)[0];
    let ended = bed.deliver().await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.contains("mail not sent"), "{ended:?}");
    bed.tells_nothing(&ended.stderr);
    assert_eq!(bed.store.all_beside(Beside::Mail).unwrap(), [second]);
    server.says(None);
    let goes = async || {
        bed.deliver().await;
        server.mails().len() == 2
    };
    assert!(bed.shop.comes_to_pass(goes).await);
    assert!(server.mails()[1].contains(&format!("Subject: Your order {second}")));
    // What never can be sent is given up, and the order goes its way.
    server.says(Some("550 no such user ada@example.org"));
    let third = orders::accept(&bed.store, 1)[0];
    let ended = bed.deliver().await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.contains("given up"), "{ended:?}");
    bed.tells_nothing(&ended.stderr);
    let tries = server.tries();
    bed.deliver().await;
    assert_eq!(server.tries(), tries);
    assert_eq!(bed.store.order(third).unwrap().unwrap().0, OrderState::Done);
    assert_eq!(
        bed.store.all_beside(Beside::Mailed).unwrap(),
        [first, second]
    );
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
    // A back end that says the same once more may not have counted the order yet.
    bed.shop.once().await;
    bed.shop.once().await;
    assert_eq!(bed.stock().0, Some(0));
    let back = async || {
        let mut thing = documents::product("1", "Thing", "9.90");
        thing["stock"]["quantity"] = json!(6);
        bed.shop.sends(&[thing.clone()]);
        bed.shop.once().await;
        thing["stock"]["quantity"] = json!(5);
        bed.shop.sends(&[thing]);
        bed.shop.once().await;
        bed.stock().0 == Some(5)
    };
    assert!(bed.shop.comes_to_pass(back).await, "{:?}", bed.stock());
    let shipped = bed.shop.parts();
    bed.merchant.feels(Mood::Answers(Response::status(503)));
    bed.order("1", 1);
    bed.until_stock(4).await;
    assert_ne!(bed.shop.parts().1, shipped.1);
}
