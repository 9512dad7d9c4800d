//! Feeds of changes: what they say is in the shop, what they do not mention stays, and the guard holds them, too.

use frontage_tests::documents;
use frontage_tests::shop::ShopBuilder;
use serde_json::Value;

#[tokio::test]
async fn changes_are_applied_to_what_came_before() {
    let mut shop = ShopBuilder::of(documents::shop(20)).start();
    shop.open().await;
    let before = shop.generation().await;
    let dearer = documents::product("p3", "Thing number 3", "88.40");
    let new = documents::product("p99", "Thing number 99", "5.00");
    shop.sends(&documents::delta(&[
        dearer.clone(),
        new.clone(),
        documents::gone("p7"),
    ]));
    shop.once().await;
    shop.until_generation(before + 1).await;
    assert!(shop.get("/p/thing-number-3").await.body.contains("88.40"));
    assert_eq!(shop.get("/p/thing-number-99").await.status, 200);
    assert_eq!(shop.get("/p/thing-number-4").await.status, 200);
    assert_ne!(shop.get("/p/thing-number-7").await.status, 200);

    // A full feed that says the same is nothing new.
    let mut full = documents::shop(20);
    full.retain(|document| document["id"] != "p7" && document["id"] != "p3");
    full.extend([dearer, new]);
    let after = shop.parts();
    shop.sends(&full);
    shop.once().await;
    assert_eq!(shop.parts(), after);
}

#[tokio::test]
async fn changes_that_take_too_much_are_held_and_none_is_lost_meanwhile() {
    let mut shop = ShopBuilder::of(documents::shop(20)).start();
    shop.open().await;
    let before = shop.generation().await;
    let many: Vec<Value> = (1..=10)
        .map(|number| documents::gone(&format!("p{number}")))
        .collect();
    shop.sends(&documents::delta(&many));
    let held = shop.ingest(&["once"]).await;
    assert_eq!(held.code, Some(4), "{}{}", held.stdout, held.stderr);
    // While it waits, another change comes; approving means both.
    shop.sends(&documents::delta(&[documents::product(
        "p15",
        "Thing number 15",
        "88.40",
    )]));
    let held = shop.ingest(&["once"]).await;
    assert_eq!(held.code, Some(4), "{}{}", held.stdout, held.stderr);
    assert_eq!(shop.get("/p/thing-number-1").await.status, 200);
    let status = shop.ingest(&["status", "--json"]).await;
    let status: Value =
        serde_json::from_str(status.stdout.lines().next().expect("a line")).expect("a status");
    let hash = status["sources"][0]["held"]["hash"].clone();
    let approved = shop
        .ingest(&["approve", hash.as_str().expect("a hash")])
        .await;
    assert_eq!(
        approved.code,
        Some(0),
        "{}{}",
        approved.stdout,
        approved.stderr
    );
    shop.until_generation(before + 1).await;
    assert_ne!(shop.get("/p/thing-number-1").await.status, 200);
    assert!(shop.get("/p/thing-number-15").await.body.contains("88.40"));
}

#[tokio::test]
async fn changes_need_something_to_change_and_full_feeds_delete_nothing() {
    let shop = ShopBuilder::of(documents::delta(&documents::shop(3))).start();
    let first = shop.ingest(&["once"]).await;
    assert_eq!(first.code, Some(3), "{}{}", first.stdout, first.stderr);
    assert!(
        first.stdout.contains("brings changes only"),
        "{}",
        first.stdout
    );
    let mut full = documents::shop(3);
    shop.sends(&full);
    shop.once().await;
    full.push(documents::gone("p1"));
    shop.sends(&full);
    let refused = shop.ingest(&["once"]).await;
    assert_eq!(
        refused.code,
        Some(3),
        "{}{}",
        refused.stdout,
        refused.stderr
    );
    assert!(refused.stdout.contains("`delete`"), "{}", refused.stdout);
}
