//! A new catalog is shown by a few servers first: one that breaks pages goes no further, a good one goes everywhere, and
//! nothing waits for those who say nothing.

use std::cell::RefCell;
use std::collections::BTreeSet;

use frontage_tests::another::Another;
use frontage_tests::documents;
use frontage_tests::shop::{Shop, ShopBuilder};
use serde_json::{Value, json};

/// Longer than any test takes.
const NEVER: u64 = 3_600_000;
/// Requests that a verdict needs.
const ENOUGH: usize = 60;

/// A shop whose own server waits, as one of many.
fn builder(hold_ms: u64) -> ShopBuilder {
    ShopBuilder::of(documents::shop(12))
        .ingest("[guard]\nmax_removed_percent = 100.0\nmax_category_removed_percent = 100.0")
        .ingest(&format!(
            "[canary]\nhold_ms = {hold_ms}\nmin_requests = {ENOUGH}"
        ))
        .server("[fleet]\nname = \"many\"\nheartbeat_ms = 100")
}

/// Starts a server beside it that takes new catalogs at once.
async fn canary(shop: &Shop) -> Another {
    let canary = Another::start(shop, "first", |text| {
        text.replace("\"many\"", "\"first\"") + "\n[canary]\nrole = \"canary\"\n"
    });
    shop.until("the canary serves", async |shop| {
        let page = shop.client().get(canary.url("/")).send().await.ok()?;
        (page.status() == 200).then_some(())
    })
    .await;
    canary
}

async fn generation_of(shop: &Shop, canary: &Another) -> u64 {
    let page = shop.client().get(canary.url("/"));
    shop.request(page).await.generation()
}

/// The status of a product's page at the canary.
async fn at_canary(shop: &Shop, canary: &Another, path: &str) -> u16 {
    let page = shop.client().get(canary.url(path));
    shop.request(page).await.status
}

fn manifest(shop: &Shop) -> Value {
    serde_json::from_slice(&shop.newest_manifest()).expect("a manifest")
}

/// The same shop with other products: nothing is where it was.
fn other_products() -> Vec<Value> {
    let mut documents = documents::shop(12);
    for document in &mut documents {
        if document["type"] == "product" {
            let id = format!("other-{}", document["id"].as_str().expect("an id"));
            document["name"] = json!(format!("Other {id}"));
            document["sku"] = json!(id);
            document["id"] = json!(id);
        }
    }
    documents
}

/// The same shop with another text.
fn other_text(text: &str) -> Vec<Value> {
    let mut documents = documents::shop(12);
    documents[2]["description"] = json!(format!("<p>{text}</p>"));
    documents
}

#[tokio::test]
async fn a_catalog_that_loses_its_pages_goes_no_further_than_the_canaries() {
    let mut shop = builder(NEVER).start();
    shop.open().await;
    let canary = canary(&shop).await;
    for _ in 0..ENOUGH {
        assert_eq!(at_canary(&shop, &canary, "/p/thing-number-1").await, 200);
    }
    shop.run_ingest();
    shop.sends(&other_products());
    shop.until("the canary shows the new catalog", async |shop| {
        (generation_of(shop, &canary).await == 2).then_some(())
    })
    .await;
    assert_eq!(manifest(&shop)["trial"]["base"], 1);
    for _ in 0..ENOUGH {
        assert_eq!(shop.get("/p/thing-number-2").await.status, 200);
        at_canary(&shop, &canary, "/p/thing-number-2").await;
    }
    let seen = RefCell::new(BTreeSet::new());
    shop.until("ingest goes back", async |shop| {
        let generation = shop.generation().await;
        seen.borrow_mut().insert(generation);
        at_canary(shop, &canary, "/p/thing-number-2").await;
        (manifest(shop)["reason"] == "canary").then_some(())
    })
    .await;
    let seen = seen.into_inner();
    // Ingest may have gone back, to generation 3, just before the last look.
    assert!(!seen.contains(&2), "{seen:?}");
    assert!(seen.contains(&1), "{seen:?}");
    // Everybody is back, and stays there until an operator says so.
    shop.until_generation(3).await;
    shop.until("the canary went back", async |shop| {
        (generation_of(shop, &canary).await == 3).then_some(())
    })
    .await;
    assert_eq!(at_canary(&shop, &canary, "/p/thing-number-1").await, 200);
    assert_eq!(manifest(&shop)["pinned"], true);
    let said = shop.ingest(&["status"]).await.stdout;
    assert!(said.contains("REFUSED     generation 2"), "{said}");
    assert!(said.contains("answered with 404 or 410"), "{said}");
    let fleet = shop.ingest(&["fleet"]).await.stdout;
    assert!(fleet.contains("canary"), "{fleet}");
    let logs = shop.logs();
    assert!(logs.contains("was refused by the canaries"), "{logs}");
}

#[tokio::test]
async fn a_good_catalog_goes_everywhere_and_prices_wait_for_nobody() {
    let mut shop = builder(8_000).start();
    shop.open().await;
    let canary = canary(&shop).await;
    shop.sends(&other_text("Better than before."));
    shop.once().await;
    shop.until("the canary shows the new catalog", async |shop| {
        (generation_of(shop, &canary).await == 2).then_some(())
    })
    .await;
    // Nobody judges where no daemon runs; what is on trial goes out when its time is over.
    let status = shop.status().await;
    assert_eq!(status["generation"]["number"], 1, "{status}");
    assert_eq!(status["on_trial_elsewhere"], 2);
    shop.until_generation(2).await;
    assert!(shop.status().await["on_trial_elsewhere"].is_null());
    let mut cheaper = other_text("Better than before.");
    cheaper[3]["prices"][0]["amount"] = json!("1.00");
    shop.sends(&cheaper);
    shop.once().await;
    let manifest = manifest(&shop);
    assert_eq!(
        (&manifest["generation"], manifest.get("trial")),
        (&json!(3), None)
    );
    shop.until_generation(3).await;
}

#[tokio::test]
async fn without_a_canary_a_catalog_goes_out_when_its_time_is_over() {
    let mut shop = builder(3_000).start();
    shop.open().await;
    shop.run_ingest();
    shop.sends(&other_text("Nobody looked at this first."));
    shop.until_generation(2).await;
    let logs = shop.logs();
    assert!(logs.contains("is on trial elsewhere"), "{logs}");
    assert_eq!(manifest(&shop)["reason"], "cycle");
}

#[tokio::test]
async fn what_operators_decide_is_not_waited_for() {
    let mut shop = builder(NEVER).start();
    shop.open().await;
    let canary = canary(&shop).await;
    shop.sends(&other_text("On trial for an hour."));
    shop.once().await;
    shop.until("the canary shows the new catalog", async |shop| {
        (generation_of(shop, &canary).await == 2).then_some(())
    })
    .await;
    // An operator is sure: the same parts, without a trial.
    assert_eq!(shop.ingest(&["pin"]).await.code, Some(0));
    shop.until_generation(3).await;
    let ended = shop.ingest(&["rollback", "1"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    shop.until_generation(4).await;
}
