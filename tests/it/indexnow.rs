//! Search engines are told which pages changed, each list once, and can look at the key.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use frontage_tests::backend::Response;
use frontage_tests::backend::apis::{Api, Asked};
use frontage_tests::documents;
use frontage_tests::shop::{Shop, ShopBuilder};
use frontage_tests::stripe::now;
use serde_json::{Value, json};

use crate::flips::instant;

const KEY: &str = "abcdef-0123456789";

/// A search engine that keeps the lists it takes.
#[derive(Debug, Default)]
struct SearchEngine {
    lists: Mutex<Vec<Value>>,
    /// What it answers first, before it takes lists.
    refusals: Mutex<VecDeque<u16>>,
}

impl Api for SearchEngine {
    fn answer(&self, asked: &Asked) -> Option<Response> {
        if asked.path != "/indexnow" || asked.method != "POST" {
            return None;
        }
        if let Some(status) = self.refusals.lock().expect("a lock").pop_front() {
            return Some(Response::status(status));
        }
        self.lists.lock().expect("a lock").push(asked.json());
        Some(Response::status(202))
    }
}

impl SearchEngine {
    fn lists(&self) -> Vec<Value> {
        self.lists.lock().expect("a lock").clone()
    }
}

fn open() -> (Shop, Arc<SearchEngine>) {
    let shop = ShopBuilder::of(documents::shop(4))
        .ingest(&format!(
            "[indexnow]\nsite = \"https://shop.example\"\nkey = \"{KEY}\"\nendpoint = \"ENDPOINT\"\nevery_s = 0\n"
        ))
        .server(&format!("indexnow_key = \"{KEY}\""))
        .start();
    shop.fill_in("ENDPOINT", "/indexnow");
    let engine = Arc::new(SearchEngine::default());
    shop.backend.play(Arc::clone(&engine) as Arc<dyn Api>);
    (shop, engine)
}

/// What ingest remembers of what it told.
fn announced(shop: &Shop) -> Value {
    let text = std::fs::read_to_string(shop.folder().join("ingest/announced.json"));
    text.ok()
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}

async fn until_announced(shop: &Shop, generation: u64) -> Value {
    let what = format!("generation {generation} is announced");
    shop.until(&what, async |shop| {
        let announced = announced(shop);
        (announced["generation"] == generation).then_some(announced)
    })
    .await
}

#[tokio::test]
async fn search_engines_are_told_what_changed_and_nothing_else() {
    let (mut shop, engine) = open();
    engine.refusals.lock().expect("a lock").extend([503, 429]);
    shop.once().await;
    shop.run_ingest();
    until_announced(&shop, 1).await;
    assert!(
        engine.lists().is_empty(),
        "a new shop is found by its sitemap"
    );

    let mut documents = documents::shop(4);
    // p1 costs more, p2 has other stock, p3 is not to be indexed any more, p4 has another slug; p5 is new.
    documents[2]["prices"][0]["amount"] = json!("99.00");
    documents[3]["stock"]["quantity"] = json!(77);
    documents[4]["seo"] = json!({"noindex": true});
    documents[5]["slug"] = json!("renamed-thing");
    documents.push(documents::product("p5", "Thing number 5", "5.00"));
    shop.sends(&documents);
    let told = until_announced(&shop, 2).await;
    let lists = engine.lists();
    assert_eq!(lists.len(), 1, "{lists:?}");
    let list = &lists[0];
    assert_eq!(
        (&list["host"], &list["key"], &list["keyLocation"]),
        (
            &json!("shop.example"),
            &json!(KEY),
            &json!(format!("https://shop.example/{KEY}.txt"))
        )
    );
    let mut addresses: Vec<&str> = list["urlList"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    addresses.sort_unstable();
    let page = |path: &str| format!("https://shop.example{path}");
    let expected = [
        page("/c/things"),
        page("/p/renamed-thing"),
        page("/p/thing-number-1"),
        page("/p/thing-number-3"),
        page("/p/thing-number-4"),
        page("/p/thing-number-5"),
    ];
    assert_eq!(addresses, expected);
    assert_eq!(told["addresses"], 6, "{told}");

    // A list that is refused for good is given up, and said to be.
    engine.refusals.lock().expect("a lock").push_back(403);
    documents[2]["prices"][0]["amount"] = json!("98.00");
    shop.sends(&documents);
    let told = until_announced(&shop, 3).await;
    assert_eq!(
        (&told["failures"], &told["addresses"]),
        (&json!(1), &json!(6))
    );
    let why = told["trouble"].as_str().unwrap_or_default();
    assert!(why.contains("403") && why.contains("indexnow_key"), "{why}");
    assert_eq!(engine.lists().len(), 1);
    println!("lists taken: 1, given up: 1, addresses: 6");
}

#[tokio::test]
async fn the_key_can_be_looked_at() {
    let (mut shop, _) = open();
    shop.open().await;
    let file = shop.get(&format!("/{KEY}.txt")).await;
    assert_eq!((file.status, file.body.as_str()), (200, KEY));
    assert!(file.header("content-type").starts_with("text/plain"));
    assert_eq!(shop.get("/abcdef-0000000000.txt").await.status, 404);
}

/// A sale that begins by itself, in the currency of one language, changes the pages of that language and no others.
#[tokio::test]
async fn a_sale_that_begins_by_itself_is_told() {
    let mut documents = documents::shop(2);
    let begins = now() + 15;
    documents[2]["prices"] = json!([
        {"amount": "12.90", "currency": "EUR"},
        {"amount": "13.00", "currency": "CHF", "sale_price": "9.00", "sale_from": instant(begins)},
    ]);
    let mut shop = ShopBuilder::of(documents)
        .shop("locales = [\"de\"]\ncurrencies = { de = \"CHF\" }")
        .ingest(&format!(
            "[indexnow]\nsite = \"https://shop.example\"\nkey = \"{KEY}\"\nendpoint = \"ENDPOINT\"\nevery_s = 0\n"
        ))
        .start();
    shop.fill_in("ENDPOINT", "/indexnow");
    let engine = Arc::new(SearchEngine::default());
    shop.backend.play(Arc::clone(&engine) as Arc<dyn Api>);
    shop.once().await;
    shop.run_ingest();
    let first = until_announced(&shop, 1).await;
    assert_eq!(first["changes_at"], begins, "{first}");
    let list = shop
        .until("the sale is told", async |_| {
            engine.lists().first().cloned()
        })
        .await;
    assert_eq!(
        list["urlList"],
        json!(["https://shop.example/de/p/thing-number-1"])
    );
    let told = announced(&shop);
    assert_eq!(told["generation"], 1, "{told}");
}
