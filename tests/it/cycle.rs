//! One cycle after another: what a change at the back end does to the shop, and what it does not.

use frontage_tests::backend::Response;
use frontage_tests::documents;
use frontage_tests::shop::{CATALOG, OFFERS, Shop, ShopBuilder};
use serde_json::{Value, json};

/// The manifest of the current generation, as the store has it.
fn manifest(shop: &Shop) -> Value {
    serde_json::from_slice(&shop.newest_manifest()).expect("JSON")
}

#[tokio::test]
async fn the_same_feed_is_published_once() {
    let shop = ShopBuilder::of(documents::shop(5)).start();
    let first = shop.once().await;
    let before = manifest(&shop);
    let second = shop.once().await;
    assert_eq!(manifest(&shop), before, "{}{}", first.stdout, second.stdout);
    let statuses: Vec<u16> = shop
        .backend
        .requests()
        .iter()
        .map(|seen| seen.status)
        .collect();
    assert_eq!(
        statuses,
        [200, 304],
        "the second cycle asks whether anything changed"
    );
}

#[tokio::test]
async fn the_same_documents_give_the_same_shop_on_another_machine() {
    let (one, other) = (
        ShopBuilder::of(documents::shop(30)).start(),
        ShopBuilder::of(documents::shop(30)).start(),
    );
    one.once().await;
    other.once().await;
    for part in ["catalog", "offers"] {
        let hash = |shop: &Shop| manifest(shop)[part]["hash"].as_str().map(str::to_owned);
        assert!(hash(&one).is_some(), "{part}");
        assert_eq!(hash(&one), hash(&other), "{part}");
    }
}

#[tokio::test]
async fn a_price_goes_from_the_back_end_to_every_place_that_shows_it() {
    let mut shop = ShopBuilder::generated(40).start();
    shop.open().await;
    let (sku, _) = shop.backend.offers().next().expect("an offer");
    shop.backend
        .set_price(&sku, 123_457)
        .expect("the article exists");
    let before = shop.generation().await;
    let catalog = manifest(&shop)["catalog"].clone();
    shop.once().await;
    shop.until_generation(before + 1).await;
    assert_eq!(
        manifest(&shop)["catalog"],
        catalog,
        "only the offers part is built anew"
    );
    let number = sku.split('-').next().expect("an article number");
    let path = path_of_product(&shop, number).await;
    let page = shop.get(&format!("{path}?variant={sku}")).await;
    assert_eq!(page.status, 200);
    assert!(
        page.body.contains("1,234.57")
            || page.body.contains("1.234,57")
            || page.body.contains("1234.57")
    );
    assert!(
        page.body.contains("\"price\":\"1234.57\"") || page.body.contains("\"price\":1234.57"),
        "JSON-LD: {}",
        json_ld(&page.body)
    );
    let slug = path.strip_prefix("/p/").expect("a product's path");
    let partial = shop
        .get(&format!("/partials/offer/{slug}?variant={sku}"))
        .await;
    assert_eq!((partial.status, partial.generation()), (200, before + 1));
    assert!(
        partial.body.contains("234.57") || partial.body.contains("234,57"),
        "{}",
        partial.body
    );
}

#[tokio::test]
async fn the_daemon_brings_a_change_to_shoppers_by_itself() {
    let mut shop = ShopBuilder::of(documents::shop(5)).start();
    shop.run_ingest();
    shop.serve().await;
    let before = shop.generation().await;
    let mut changed = documents::shop(5);
    changed[2]["prices"][0]["amount"] = json!("77.77");
    shop.sends(&changed);
    shop.until("the new price is on the page", async |shop| {
        let page = shop.get("/p/thing-number-1").await;
        (page.body.contains("77.77") && page.generation() > before).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_feed_that_lost_its_half_waits_for_approval() {
    let mut shop = ShopBuilder::of(documents::shop(20)).start();
    shop.open().await;
    let before = shop.get("/c/things").await;
    shop.sends(&documents::shop(10));
    let held = shop.ingest(&["once"]).await;
    assert_eq!(held.code, Some(4), "{}{}", held.stdout, held.stderr);
    assert_eq!(shop.get("/c/things").await.body, before.body);
    let status = json_lines(&shop.ingest(&["status", "--json"]).await.stdout);
    let waiting = &status[0]["sources"][0]["held"];
    assert!(
        waiting["reasons"][0]
            .as_str()
            .is_some_and(|reason| reason.contains("10 of 20")),
        "{waiting}"
    );
    let approved = shop
        .ingest(&["approve", waiting["hash"].as_str().expect("a hash")])
        .await;
    assert_eq!(
        approved.code,
        Some(0),
        "{}{}",
        approved.stdout,
        approved.stderr
    );
    shop.until_generation(before.generation() + 1).await;
    assert_eq!(shop.get("/p/thing-number-20").await.status, 410);
    assert_eq!(shop.get("/p/thing-number-10").await.status, 200);
}

#[tokio::test]
async fn a_rollback_stays_until_it_is_unpinned() {
    let mut shop = ShopBuilder::of(documents::shop(5)).start();
    shop.open().await;
    let old = shop.get("/p/thing-number-1").await;
    let mut changed = documents::shop(5);
    changed[2]["name"] = json!("Thing with a new name");
    shop.sends(&changed);
    shop.once().await;
    shop.until_generation(2).await;
    let rolled = shop.ingest(&["rollback", "1"]).await;
    assert_eq!(rolled.code, Some(0), "{}{}", rolled.stdout, rolled.stderr);
    shop.until_generation(3).await;
    changed[3]["name"] = json!("Another new name");
    shop.sends(&changed);
    for _ in 0..3 {
        shop.once().await;
    }
    let now = shop.get("/p/thing-number-1").await;
    assert_eq!((now.generation(), now.status), (3, 200));
    assert!(now.body.contains("Thing number 1") && old.body.contains("Thing number 1"));
    let unpinned = shop.ingest(&["unpin"]).await;
    assert_eq!(
        unpinned.code,
        Some(0),
        "{}{}",
        unpinned.stdout,
        unpinned.stderr
    );
    shop.once().await;
    shop.until("the latest names are served", async |shop| {
        shop.get("/c/things")
            .await
            .body
            .contains("Another new name")
            .then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_bad_record_is_refused_and_the_rest_goes_on() {
    let mut shop = ShopBuilder::of(documents::shop(30)).start();
    let mut spoilt = documents::shop(30);
    spoilt[4]["name"] = json!(17);
    spoilt[5]["prices"][0]["amount"] = json!("12,50");
    shop.sends(&spoilt);
    let checked = shop.ingest(&["check", "--json"]).await;
    assert_eq!(
        checked.code,
        Some(0),
        "{}{}",
        checked.stdout,
        checked.stderr
    );
    let report = json_lines(&checked.stdout).remove(0);
    let run = &report["sources"][0]["run"];
    assert_eq!(
        (&run["records"], &run["documents"], &run["refused"]),
        (&json!(32), &json!(30), &json!(2)),
        "{report}"
    );
    assert!(
        !shop.store().join("HEAD").exists(),
        "a check publishes nothing"
    );
    shop.open().await;
    assert_eq!(shop.get("/p/thing-number-1").await.status, 200);
    assert_eq!(shop.get("/p/thing-number-3").await.status, 404);
}

#[tokio::test]
async fn a_back_end_that_is_down_changes_nothing() {
    let mut shop = ShopBuilder::generated(20).start();
    shop.open().await;
    let before = shop.get("/").await;
    shop.backend.respond_with(OFFERS, Response::status(503));
    let failed = shop.ingest(&["once"]).await;
    assert_eq!(failed.code, Some(3), "{}{}", failed.stdout, failed.stderr);
    let status = json_lines(&shop.ingest(&["status", "--json"]).await.stdout).remove(0);
    let stock = status["sources"]
        .as_array()
        .expect("sources")
        .iter()
        .find(|source| source["source"] == "stock");
    assert!(
        stock.expect("the source")["last_run"]["reasons"]
            .to_string()
            .contains("503"),
        "{status}"
    );
    assert_eq!(shop.get("/").await.body, before.body);
}

#[tokio::test]
async fn one_source_failing_does_not_hold_up_another() {
    let mut shop = ShopBuilder::generated(20).start();
    shop.open().await;
    let (sku, _) = shop.backend.offers().next().expect("an offer");
    shop.backend.set_price(&sku, 4242);
    shop.backend.respond_with(CATALOG, Response::status(500));
    assert_eq!(shop.ingest(&["once"]).await.code, Some(3));
    shop.until_generation(2).await;
}

#[tokio::test]
async fn operators_can_look_into_what_was_published() {
    let shop = ShopBuilder::of(documents::shop(5)).start();
    shop.once().await;
    let mut changed = documents::shop(5);
    changed[2]["prices"][0]["amount"] = json!("11.11");
    shop.sends(&changed);
    shop.once().await;
    for entry in std::fs::read_dir(shop.store().join("parts"))
        .expect("parts")
        .flatten()
    {
        let path = entry.path().display().to_string();
        for command in ["verify", "inspect"] {
            let ended = shop.ingest(&[command, &path, "--json"]).await;
            assert_eq!(
                ended.code,
                Some(0),
                "{command}: {}{}",
                ended.stdout,
                ended.stderr
            );
            assert!(!json_lines(&ended.stdout).is_empty());
        }
    }
    let diff = json_lines(&shop.ingest(&["diff", "1", "2", "--json"]).await.stdout).remove(0);
    assert!(
        diff.to_string().contains("11.11")
            || diff.to_string().contains("1111")
            || diff["prices"] == 1,
        "{diff}"
    );
    let history = json_lines(&shop.ingest(&["history", "--json"]).await.stdout);
    assert_eq!(
        history.iter().map(|run| &run["result"]).collect::<Vec<_>>(),
        ["accepted", "accepted"]
    );
    let generations = shop.ingest(&["generations", "--json"]).await.stdout;
    assert_eq!(
        generations.matches("\"generation\"").count(),
        2,
        "{generations}"
    );
}

/// Finds a product's page by its article number, through the sitemap-free way that shoppers take: search.
async fn path_of_product(shop: &Shop, number: &str) -> String {
    let product = frontage_tests::catalogue::Catalogue::new(40)
        .by_number(number)
        .expect("the product");
    let query: String = url::form_urlencoded::byte_serialize(product.name().as_bytes()).collect();
    let found = shop.get(&format!("/search?q={query}")).await;
    frontage_tests::demo::tour::first_link(&found.body, "/p/")
        .expect("the product is found by its name")
}

fn json_ld(html: &str) -> &str {
    html.find("application/ld+json")
        .map_or("", |at| &html[at..html.len().min(at + 2000)])
}

fn json_lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}
