//! Other systems are told what happens: in order, signed, again until they take it, whatever instant a process ends in.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use frontage_shared::manifest::Manifest;
use frontage_shared::snapshot::layout::PartKind;
use frontage_shared::store::Store;
use frontage_tests::backend::Response;
use frontage_tests::backend::merchant::{Merchant, Mood, Sent};
use frontage_tests::catalogue::Dice;
use frontage_tests::documents::{category, product};
use frontage_tests::orders::{self, PERSONAL};
use frontage_tests::shop::{Shop, ShopBuilder};
use frontage_tests::stripe;
use serde_json::{Value, json};

use crate::flips::instant;

const SECRET: &str = "0123456789abcdef";
const PATH: &str = "/in/frontage";
/// Longer than a receiver is waited for.
const TOO_LONG: Duration = Duration::from_millis(800);

struct Bed {
    shop: Shop,
    receiver: Arc<Merchant>,
    store: Store,
}

impl Bed {
    /// A shop of some products that are published, and a receiver that knows of nothing so far.
    async fn new(keys: &str, products: Vec<Value>) -> Self {
        Self::of(keys, ShopBuilder::of(products)).await
    }

    async fn of(keys: &str, builder: ShopBuilder) -> Self {
        let table = format!(
            "[guard]\nmax_removed_percent = 100\nmax_median_price_shift_percent = 100\n[retention]\ngenerations = 100\n\
             [webhook.other]\nurl = \"RECEIVER\"\nsecret = \"{SECRET}\"\ntimeout_ms = 400\n{keys}\n"
        );
        let shop = builder.ingest(&table).desk("").start();
        shop.fill_in("RECEIVER", PATH);
        let receiver = Arc::new(Merchant::at(PATH, Mood::Takes, TOO_LONG));
        shop.backend.play(receiver.clone());
        let store = Store::open("store", shop.folder(), "demo").expect("a store");
        shop.once().await;
        let bed = Self {
            shop,
            receiver,
            store,
        };
        assert_eq!(
            bed.send().await,
            (Some(0), "0 sent, 0 still waiting\n".to_owned())
        );
        bed
    }

    async fn send(&self) -> (Option<i32>, String) {
        let ended = self.shop.ingest(&["webhooks", "send"]).await;
        assert_eq!(
            ended
                .stderr
                .lines()
                .filter(|line| line.contains("ERROR"))
                .count(),
            0,
            "{}",
            ended.stderr
        );
        (ended.code, ended.stdout)
    }

    async fn publish(&self, products: &[Value]) {
        self.shop.sends(products);
        self.shop.once().await;
    }

    /// What came, in the order in which it came.
    fn events(&self) -> Vec<Value> {
        let events = self.receiver.sent().into_iter();
        events.map(|sent| event(&sent)).collect()
    }

    fn ids(&self) -> Vec<String> {
        let events = self.events().into_iter();
        events.map(|event| text(&event["id"])).collect()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// An event whose signature and key are right.
fn event(sent: &Sent) -> Value {
    let signature = sent.headers["frontage-signature"].to_str().expect("ASCII");
    let (instant, _) = signature
        .strip_prefix("t=")
        .and_then(|rest| rest.split_once(",v1="))
        .expect("an instant and a signature");
    let body = std::str::from_utf8(&sent.body).expect("an event is UTF-8");
    let instant = instant.parse().expect("seconds");
    assert_eq!(signature, stripe::sign(SECRET, instant, body));
    let event: Value = serde_json::from_slice(&sent.body).expect("an event is JSON");
    assert_eq!(event["id"], sent.key());
    event
}

fn shop(prices: &[(&str, &str)]) -> Vec<Value> {
    let products = prices.iter();
    let products = products.map(|(id, price)| product(id, &format!("Thing {id}"), price));
    [category()].into_iter().chain(products).collect()
}

#[tokio::test]
async fn a_receiver_learns_what_happened() {
    let bed = Bed::new("", shop(&[("a", "9.90"), ("b", "5.00"), ("c", "7.00")])).await;
    let mut changed = shop(&[("a", "9.90"), ("b", "4.50"), ("d", "1.00")]);
    changed[1]["name"] = json!("Another thing");
    changed[2]["stock"] = json!({"availability": "out_of_stock", "quantity": 0});
    bed.publish(&changed).await;
    let order = orders::accept(&bed.store, 1)[0];
    assert_eq!(
        bed.send().await,
        (Some(0), "7 sent, 0 still waiting\n".to_owned())
    );
    let events = bed.events();
    let by_kind: BTreeMap<String, &Value> = events
        .iter()
        .map(|event| (text(&event["type"]), event))
        .collect();
    let items = |kind: &str| by_kind[kind]["items"].clone();
    let added = json!([{"product_id": "d", "name": "Thing d", "path": "/p/thing-d"}]);
    assert_eq!(items("product.added"), added);
    assert_eq!(items("product.removed")[0]["product_id"], "c");
    assert_eq!(items("product.changed")[0]["name"], "Another thing");
    let moved = &items("price.changed")[0];
    assert_eq!(moved["sku"], "b");
    assert_eq!(
        moved["before"],
        json!({"amount": "5.00", "currency": "EUR"})
    );
    assert_eq!(moved["after"], json!({"amount": "4.50", "currency": "EUR"}));
    assert_eq!(items("stock.out")[0]["variant_id"], "b");
    let published = by_kind["generation.published"];
    assert_eq!(
        (&published["generation"], &published["compared_with"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(published["counts"]["price.changed"], 1);
    assert_eq!(published["counts"]["stock.back"], 0);
    assert_eq!(
        text(&events[5]["type"]),
        "generation.published",
        "it comes after what it tells of"
    );
    assert_eq!(by_kind["order.accepted"]["order"]["id"], order.to_string());
    assert_eq!(
        by_kind["order.accepted"]["order"]["lines"][0]["quantity"],
        1
    );
    for sent in bed.receiver.sent() {
        let body = String::from_utf8_lossy(&sent.body).into_owned();
        for personal in PERSONAL {
            assert!(!body.contains(personal), "{body}");
        }
    }
    // What is taken is not sent again, and what is as it was is told to nobody.
    assert_eq!(bed.send().await.1, "0 sent, 0 still waiting\n");
    assert_eq!(bed.events().len(), 7);
}

#[tokio::test]
async fn only_what_was_asked_for_is_told() {
    let bed = Bed::new(
        "events = [\"stock.*\"]",
        shop(&[("a", "9.90"), ("b", "5.00")]),
    )
    .await;
    let mut changed = shop(&[("a", "8.90"), ("b", "5.00")]);
    for back in [false, true] {
        let word = if back { "in_stock" } else { "out_of_stock" };
        changed[2]["stock"] = json!({"availability": word});
        bed.publish(&changed).await;
    }
    orders::accept(&bed.store, 1);
    bed.send().await;
    assert_eq!(bed.ids(), ["g2.stock.out.1", "g3.stock.back.1"]);
}

#[tokio::test]
async fn what_is_not_taken_waits_in_order_and_can_be_replayed() {
    let bed = Bed::new("events = [\"price.changed\"]", shop(&[("a", "9.00")])).await;
    bed.receiver.feels(Mood::Answers(Response::status(500)));
    for price in ["8.00", "7.00"] {
        bed.publish(&shop(&[("a", price)])).await;
        let (code, said) = bed.send().await;
        assert_eq!(code, Some(3), "{said}");
    }
    let status = bed.shop.ingest(&["status"]).await.stdout;
    let told = "webhook other: 2 waiting, 0 given up; failed 1 time(s), last: status 500";
    assert!(status.contains(told), "{status}");
    let waiting = bed.shop.ingest(&["webhooks", "list"]).await.stdout;
    assert_eq!(waiting.matches(" waiting ").count(), 2, "{waiting}");
    // The later one was never tried, because the first one was not taken.
    assert_eq!(bed.ids(), ["g2.price.changed.1", "g2.price.changed.1"]);
    bed.receiver.feels(Mood::Takes);
    assert_eq!(bed.send().await.1, "2 sent, 0 still waiting\n");
    let replayed = bed
        .shop
        .ingest(&["webhooks", "replay", "g2.price.changed.1"])
        .await;
    assert_eq!(
        replayed.stdout, "1 event(s) are sent again\n",
        "{}",
        replayed.stderr
    );
    bed.send().await;
    assert_eq!(
        bed.ids()[2..],
        [
            "g2.price.changed.1",
            "g3.price.changed.1",
            "g2.price.changed.1"
        ]
    );
    assert_eq!(
        bed.receiver.mixed_up(),
        Vec::<String>::new(),
        "a repetition has the same bytes"
    );
    let words = ["webhooks", "replay", "--since", "2020-01-01T00:00:00Z"];
    assert_eq!(
        bed.shop.ingest(&words).await.stdout,
        "2 event(s) are sent again\n"
    );
    let unknown = bed
        .shop
        .ingest(&["webhooks", "replay", "g9.price.changed.1"])
        .await;
    assert_eq!(unknown.code, Some(2), "{}", unknown.stderr);
}

#[tokio::test]
async fn no_more_events_wait_than_may_and_none_is_lost() {
    let keys = "events = [\"price.changed\", \"generation.published\"]\nmax_waiting = 2";
    let bed = Bed::new(keys, shop(&[("a", "9.00")])).await;
    bed.receiver.feels(Mood::Answers(Response::status(503)));
    for price in ["8.00", "7.00", "6.00", "5.00"] {
        bed.publish(&shop(&[("a", price)])).await;
        bed.send().await;
    }
    let waiting = bed.shop.ingest(&["webhooks", "list"]).await.stdout;
    assert_eq!(waiting.lines().count(), 2, "{waiting}");
    bed.receiver.feels(Mood::Takes);
    while bed.send().await.1 != "0 sent, 0 still waiting\n" {}
    let mut taken = bed.ids();
    taken.dedup();
    let wanted = (2..=5).flat_map(|number| {
        [
            format!("g{number}.price.changed.1"),
            format!("g{number}.generation.published"),
        ]
    });
    assert_eq!(taken, wanted.collect::<Vec<_>>());
}

#[tokio::test]
async fn a_generation_whose_parts_are_gone_is_told_with_the_next_one() {
    let keys = "events = [\"price.changed\", \"generation.published\", \"order.accepted\"]";
    let bed = Bed::new(keys, shop(&[("a", "9.00")])).await;
    bed.publish(&shop(&[("a", "8.00")])).await;
    let offers = bed.current().await.offers;
    bed.publish(&shop(&[("a", "7.00")])).await;
    let accepted = orders::accept(&bed.store, 1);
    let part = offers.file_name(PartKind::Offers);
    std::fs::remove_file(bed.store.folder().join("parts").join(part)).expect("a part");
    assert_eq!(bed.send().await.0, Some(0));
    let order = format!("{}.order.accepted", accepted[0]);
    assert_eq!(
        bed.ids(),
        ["g3.price.changed.1", "g3.generation.published", &order]
    );
    let told = &bed.events()[0];
    assert_eq!(told["compared_with"], 1);
    let item = &told["items"][0];
    let amounts = (&item["before"]["amount"], &item["after"]["amount"]);
    assert_eq!(amounts, (&json!("9.00"), &json!("7.00")));

    // A store that was emptied counts from 1 again, and its generations are told.
    let cursor = bed.shop.folder().join("ingest/webhooks/other/cursor.json");
    let text = std::fs::read_to_string(&cursor).expect("a cursor");
    std::fs::write(
        &cursor,
        text.replace("\"generation\": 3", "\"generation\": 300")
            .replace("\"generation\":3", "\"generation\":300"),
    )
    .expect("a cursor");
    assert_eq!(bed.send().await.1, "0 sent, 0 still waiting\n");
    bed.publish(&shop(&[("a", "6.00")])).await;
    bed.send().await;
    assert_eq!(
        bed.ids()[3..],
        ["g4.price.changed.1", "g4.generation.published"]
    );
}

#[tokio::test]
async fn a_process_that_ends_at_any_instant_loses_no_event() {
    let bed = Bed::new("", shop(&[("a", "100.00")])).await;
    bed.receiver
        .feels(Mood::Erratic(Dice::new(139, "receiver", 0)));
    let mut dice = Dice::new(139, "kills", 0);
    let mut accepted = Vec::new();
    for round in 0..15_u32 {
        bed.shop
            .sends(&shop(&[("a", &format!("{}.00", 99 - round))]));
        let mut daemon = bed.shop.own_ingest();
        tokio::time::sleep(Duration::from_millis(dice.below(1_500))).await;
        accepted.extend(orders::accept(&bed.store, 1));
        daemon.kill();
    }
    bed.receiver.feels(Mood::Takes);
    bed.shop.once().await;
    while bed.send().await != (Some(0), "0 sent, 0 still waiting\n".to_owned()) {}
    assert_eq!(bed.receiver.mixed_up(), Vec::<String>::new());
    let taken = bed.receiver.taken();
    for id in accepted {
        let key = format!("{id}.order.accepted");
        assert!(taken.contains_key(&key), "{key}");
    }
    // Every generation that was live was told, each compared with the one before, so the prices make a chain.
    let (mut manifest, mut after, mut told) = (bed.current().await, Value::Null, 0);
    while manifest.generation > 1 {
        let generation = manifest.generation;
        let published = format!("g{generation}.generation.published");
        assert!(taken.contains_key(&published), "{published}");
        if let Some(body) = taken.get(&format!("g{generation}.price.changed.1")) {
            let event: Value = serde_json::from_slice(body).expect("an event");
            let item = &event["items"][0];
            assert!(after.is_null() || item["after"] == after, "{event}");
            after = item["before"].clone();
            told += 1;
        }
        manifest = bed.manifest(manifest.previous.expect("an older one")).await;
    }
    assert_eq!(after["amount"], "100.00");
    println!("generations told across 15 kills: {told}, events lost: 0");
}

#[tokio::test]
async fn operators_see_who_was_not_told() {
    let mut bed = Bed::new("events = [\"price.changed\"]", shop(&[("a", "9.00")])).await;
    let rude = Response::ok("text/plain", "<b>go away</b>").with_status(500);
    bed.receiver.feels(Mood::Answers(rude));
    bed.publish(&shop(&[("a", "8.00")])).await;
    bed.shop.run_ingest();
    let page = bed
        .shop
        .until("the desk says so", async |shop| {
            let request = shop.client().get(shop.desk_url("/webhooks"));
            let page = request.send().await.ok()?.text().await.ok()?;
            page.contains("status 500").then_some(page)
        })
        .await;
    assert!(page.contains("&lt;b&gt;go away&lt;/b&gt;"), "{page}");
    let metrics = bed.shop.client().get(bed.shop.desk_url("/metrics"));
    let metrics = metrics.send().await.unwrap().text().await.unwrap();
    let line = "frontage_ingest_webhook_events_waiting{webhook=\"other\"} 1\n";
    assert!(metrics.contains(line), "{metrics}");
    assert!(!bed.shop.logs().contains("go away"));
    assert!(!bed.shop.logs().contains(SECRET));
}

impl Bed {
    async fn current(&self) -> Manifest {
        self.store
            .current()
            .await
            .expect("a store")
            .expect("a generation")
    }

    async fn manifest(&self, generation: u64) -> Manifest {
        let names = self.store.manifests().await.expect("a store");
        let name = names
            .iter()
            .rev()
            .find(|name| name.generation == generation);
        let name = name.unwrap_or_else(|| panic!("generation {generation} is gone"));
        self.store
            .manifest_named(&name.name)
            .await
            .expect("a manifest")
    }
}

/// Groups that pay in one currency have a price list each, and a price is compared with the one it takes the place of.
#[tokio::test]
async fn a_price_of_a_group_is_told_as_that_of_the_group() {
    let products = |vip: &str| {
        let mut products = shop(&[("a", "9.90"), ("b", "5.00")]);
        products[1]["prices"] = json!([
            {"amount": "9.90", "currency": "EUR"},
            {"amount": "8.00", "currency": "EUR", "group": "trade"},
            {"amount": vip, "currency": "EUR", "group": "vip"},
        ]);
        products
    };
    let markets = "locales = [\"de-x-trade\", \"de-x-vip\"]";
    let builder = ShopBuilder::of(products("7.00")).shop(markets);
    let bed = Bed::of("events = [\"price.changed\"]", builder).await;
    bed.publish(&products("6.50")).await;
    bed.send().await;
    let events = bed.events();
    assert_eq!(bed.ids(), ["g2.price.changed.1"]);
    assert_eq!(
        events[0]["items"],
        json!([{
            "product_id": "a", "variant_id": "a", "sku": "a", "customer_group": "vip", "quantity": 5,
            "before": {"amount": "7.00", "currency": "EUR"}, "after": {"amount": "6.50", "currency": "EUR"},
        }])
    );
}

/// A sale that begins by itself is told when it does, in its currency, though there is no new generation.
#[tokio::test]
async fn a_sale_that_begins_by_itself_is_told() {
    let begins = stripe::now() + 15;
    let mut products = shop(&[("a", "9.90"), ("b", "5.00")]);
    products[1]["prices"] = json!([
        {"amount": "9.90", "currency": "EUR"},
        {"amount": "11.00", "currency": "CHF", "sale_price": "8.00",
         "sale_from": instant(begins)},
    ]);
    let bed = Bed::of(
        "",
        ShopBuilder::of(products).shop("locales = [\"de\"]\ncurrencies = { de = \"CHF\" }"),
    )
    .await;
    assert!(stripe::now() < begins, "the shop was slow to open");
    bed.shop
        .until("the sale begins", async |_| {
            (stripe::now() >= begins).then_some(())
        })
        .await;
    assert_eq!(
        bed.send().await,
        (Some(0), "1 sent, 0 still waiting\n".to_owned())
    );
    let event = bed.events()[0].clone();
    assert_eq!(event["id"], format!("g1.{begins}.price.changed.1"));
    let item = &event["items"][0];
    assert_eq!(
        item["before"],
        json!({"amount": "11.00", "currency": "CHF"})
    );
    assert_eq!(item["after"], json!({"amount": "8.00", "currency": "CHF"}));
    assert_eq!(event["items"].as_array().map(Vec::len), Some(1));
    // It is told once.
    assert_eq!(
        bed.send().await,
        (Some(0), "0 sent, 0 still waiting\n".to_owned())
    );
}
