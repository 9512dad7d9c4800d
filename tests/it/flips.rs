//! Pins with an end: what is live stays until then, what came meanwhile is ready, and takes its place by itself.

use std::time::SystemTime;

use frontage_tests::documents;
use frontage_tests::shop::{Shop, ShopBuilder};
use serde_json::Value;

/// So many seconds from now.
pub(crate) fn later(seconds: u64) -> u64 {
    let now = SystemTime::UNIX_EPOCH.elapsed();
    now.expect("a clock").as_secs() + seconds
}

/// An instant as commands and documents take it.
pub(crate) fn instant(seconds: u64) -> String {
    let seconds = i64::try_from(seconds).expect("an instant");
    chrono::DateTime::from_timestamp(seconds, 0)
        .expect("an instant")
        .to_rfc3339()
}

async fn pin(shop: &Shop, until: u64) {
    let ended = shop.ingest(&["pin", "--until", &instant(until)]).await;
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
}

/// The end of the pin, as if it had come.
fn ends_now(shop: &Shop) {
    let path = shop.folder().join("ingest/flip.json");
    let text = std::fs::read(&path).expect("the end of a pin");
    let mut flip: Value = serde_json::from_slice(&text).expect("JSON");
    flip["at"] = 1.into();
    std::fs::write(&path, flip.to_string()).expect("a file");
}

fn parts(shop: &Shop) -> usize {
    let folder = shop.store().join("parts");
    std::fs::read_dir(folder).expect("a folder").count()
}

/// Files that wait for the end.
fn folder(shop: &Shop) -> usize {
    let folder = shop.folder().join("ingest/ready");
    std::fs::read_dir(folder).expect("a folder").count()
}

fn newest(shop: &Shop) -> Value {
    serde_json::from_slice(&shop.newest_manifest()).expect("a manifest")
}

fn dearer() -> Vec<Value> {
    with_price("88.40")
}

/// The shop with another price for one product.
fn with_price(price: &str) -> Vec<Value> {
    let mut documents = documents::shop(10);
    documents.retain(|document| document["id"] != "p3");
    documents.push(documents::product("p3", "Thing number 3", price));
    documents
}

#[tokio::test]
async fn what_came_while_a_pin_held_is_ready_and_takes_its_place_when_it_ends() {
    let mut shop = ShopBuilder::of(documents::shop(10)).start();
    shop.open().await;
    pin(&shop, later(3600)).await;
    let (pinned, before) = (shop.parts(), parts(&shop));
    shop.sends(&dearer());
    let told = shop.once().await.stdout;
    let until = "is pinned; nothing is published over it until 20";
    assert!(told.contains(until), "{told}");
    assert_eq!(shop.parts(), pinned);
    assert!(!shop.get("/p/thing-number-3").await.body.contains("88.40"));
    // Both parts of what comes next are in the store already.
    assert!(parts(&shop) > before);
    let ready = shop.folder().join("ingest/ready/ready.json");
    let made = std::fs::metadata(&ready)
        .expect("it is ready")
        .modified()
        .expect("a time");
    shop.once().await;
    let again = std::fs::metadata(&ready)
        .expect("it is ready")
        .modified()
        .expect("a time");
    assert_eq!(made, again, "what is ready is not made again");
    // Something newer takes the place of what was ready, here and in the store.
    let (stored, waiting) = (parts(&shop), folder(&shop));
    shop.sends(&with_price("77.70"));
    shop.once().await;
    assert_eq!((parts(&shop), folder(&shop)), (stored, waiting));
    shop.sends(&dearer());
    shop.once().await;

    ends_now(&shop);
    let stored = parts(&shop);
    let told = shop.once().await.stdout;
    assert!(told.contains("published generation 3"), "{told}");
    let manifest = newest(&shop);
    assert_eq!(
        (&manifest["reason"], &manifest["pinned"]),
        (&"flip".into(), &false.into())
    );
    assert_eq!(
        parts(&shop),
        stored,
        "nothing was left to put into the store"
    );
    shop.until_generation(3).await;
    assert!(shop.get("/p/thing-number-3").await.body.contains("88.40"));
    assert!(!shop.folder().join("ingest/ready").exists());
    assert!(!shop.folder().join("ingest/flip.json").exists());
    // The next cycle has nothing to add.
    assert!(shop.once().await.stdout.contains("nothing to publish"));
}

#[tokio::test]
async fn what_is_taken_back_before_the_end_does_not_go_live() {
    let shop = ShopBuilder::of(documents::shop(10)).start();
    shop.once().await;
    let before = shop.parts();
    pin(&shop, later(3600)).await;
    shop.sends(&dearer());
    shop.once().await;
    shop.sends(&documents::shop(10));
    shop.once().await;
    ends_now(&shop);
    shop.once().await;
    assert_eq!(newest(&shop)["pinned"], false);
    assert_eq!(shop.parts(), before);
}

#[tokio::test]
async fn the_daemon_ends_a_pin_by_itself_and_not_before() {
    let mut shop = ShopBuilder::of(documents::shop(10)).start();
    shop.open().await;
    let end = later(5);
    pin(&shop, end).await;
    shop.sends(&dearer());
    shop.run_ingest();
    shop.until_generation(3).await;
    let manifest = newest(&shop);
    assert_eq!(manifest["reason"], "flip");
    let created = manifest["created_at"].as_u64().expect("a time");
    assert!(created >= end, "{created} is before {end}");
    assert!(shop.get("/p/thing-number-3").await.body.contains("88.40"));
}

#[tokio::test]
async fn a_pin_that_ends_with_nothing_new_is_only_let_go_of() {
    let mut shop = ShopBuilder::of(documents::shop(10)).start();
    shop.open().await;
    let before = shop.parts();
    pin(&shop, later(3600)).await;
    ends_now(&shop);
    shop.once().await;
    assert_eq!(shop.parts(), before);
    assert_eq!(newest(&shop)["pinned"], false);
}

#[tokio::test]
async fn ends_in_the_past_are_refused_and_unpin_forgets_the_end() {
    let mut shop = ShopBuilder::of(documents::shop(10)).start();
    shop.open().await;
    for (until, told) in [
        ("2020-01-01T00:00:00Z", "has passed"),
        ("soon", "is no instant"),
    ] {
        let ended = shop.ingest(&["pin", "--until", until]).await;
        assert_eq!(ended.code, Some(2), "{}", ended.stderr);
        assert!(ended.stderr.contains(told), "{}", ended.stderr);
    }
    pin(&shop, later(3600)).await;
    let unpinned = shop.ingest(&["unpin"]).await;
    assert_eq!(unpinned.code, Some(0), "{}", unpinned.stderr);
    assert!(!shop.folder().join("ingest/flip.json").exists());
    shop.sends(&dearer());
    assert!(shop.once().await.stdout.contains("published generation 4"));
}
