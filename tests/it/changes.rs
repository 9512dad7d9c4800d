//! Sources that are asked for what changed: since when, what comes of it, and when they are asked for everything again.

use frontage_tests::backend::Response;
use frontage_tests::documents;
use frontage_tests::shop::{CATALOG, Shop, ShopBuilder};
use serde_json::{Value, json};

const CHANGES: &str = "changes = { query = { changed_after = \"{since}\" }, format = \"epoch\", overlap_ms = 60000, full = \"0 0 1 1 *\" }\n";

/// What the catalog was asked for, a query a request.
fn asked(shop: &Shop) -> Vec<String> {
    let requests = shop.backend.requests().into_iter();
    let queries = requests.filter_map(|seen| seen.target.strip_prefix(CATALOG).map(str::to_owned));
    queries.collect()
}

fn since(query: &str) -> i64 {
    let text = query.strip_prefix("?changed_after=");
    text.and_then(|text| text.parse().ok())
        .unwrap_or_else(|| panic!("asked with {query}"))
}

#[tokio::test]
async fn a_list_that_is_completed_may_end_with_an_empty_page() {
    let shop = ShopBuilder::of(documents::shop(1))
        .catalog_source(
            "records = \"/items\"\nnext = \"/next\"\n\
             expand = { url = \"details/{/id}\", into = \"\" }\n",
        )
        .without_offers()
        .start();
    shop.reconfigure(|text| text.replace("format = \"ndjson\"", "format = \"json\""));
    let products = [1, 2].map(|number| {
        documents::product(
            &format!("p{number}"),
            &format!("Thing number {number}"),
            "5.00",
        )
    });
    for product in &products {
        let path = format!("/feed/details/{}", product["id"].as_str().expect("an id"));
        shop.backend.respond_with(&path, Response::json(product));
    }
    let first = json!({"items": [{"id": "p1"}, {"id": "p2"}], "next": "/feed/last"});
    shop.backend.respond_with(CATALOG, Response::json(&first));
    let last = json!({"items": []});
    shop.backend
        .respond_with("/feed/last", Response::json(&last));
    let once = shop.once().await;
    assert!(once.stdout.contains("2 records"), "{}", once.stdout);
}

async fn last_run(shop: &Shop) -> Value {
    let history = shop.history().await;
    let last = history.last().expect("a run");
    serde_json::from_str(last).expect("a run")
}

#[tokio::test]
async fn after_the_first_run_only_changes_are_asked_for() {
    let mut shop = ShopBuilder::of(documents::shop(20))
        .catalog_source(CHANGES)
        .start();
    shop.open().await;
    let generation = shop.generation().await;
    assert_eq!(asked(&shop), [""]);
    let first = last_run(&shop).await;
    assert_eq!(first.get("changes_since"), None);

    let dearer = documents::product("p3", "Thing number 3", "88.40");
    shop.sends(&[dearer, documents::gone("p7")]);
    shop.once().await;
    shop.until_generation(generation + 1).await;
    assert!(shop.get("/p/thing-number-3").await.body.contains("88.40"));
    assert_eq!(shop.get("/p/thing-number-4").await.status, 200);
    assert_ne!(shop.get("/p/thing-number-7").await.status, 200);
    let second = last_run(&shop).await;
    let started = |run: &Value| run["started_at"].as_i64().expect("a time");
    assert_eq!(since(&asked(&shop)[1]), started(&first) - 60);
    assert_eq!(second["changes_since"], started(&first) - 60);

    // Nothing new is no feed without documents, and what is remembered goes on.
    shop.sends(&[]);
    shop.once().await;
    let third = last_run(&shop).await;
    assert_eq!(third["result"], "unchanged");
    assert_eq!(third["changes_since"], started(&second) - 60);
    assert_eq!(shop.generation().await, generation + 1);

    // A run that fails moves nothing.
    shop.backend
        .respond_with(CATALOG, frontage_tests::backend::Response::status(404));
    assert_eq!(shop.ingest(&["once"]).await.code, Some(3));
    shop.sends(&[]);
    shop.once().await;
    assert_eq!(last_run(&shop).await["changes_since"], started(&third) - 60);
}

#[tokio::test]
async fn changes_asked_for_end_where_a_full_feed_ends() {
    let shop = ShopBuilder::of(documents::shop(20))
        .catalog_source(CHANGES)
        .start();
    shop.once().await;
    let renamed = documents::product("p3", "Another thing", "7.00");
    shop.sends(std::slice::from_ref(&renamed));
    shop.once().await;
    let by_changes = shop.parts();

    // Another question is no base for changes: everything is asked for, and gives the same bytes.
    let mut full = documents::shop(20);
    full.retain(|document| document["id"] != "p3");
    full.push(renamed);
    shop.sends(&full);
    shop.reconfigure(|text| text.replace("overlap_ms", "time_zone = \"Asia/Tokyo\", overlap_ms"));
    shop.once().await;
    assert_eq!(asked(&shop).last().expect("a request"), "");
    assert_eq!(shop.parts(), by_changes);
}

#[tokio::test]
async fn a_trial_asks_like_a_run_and_is_told_so_when_it_is_replayed() {
    let shop = ShopBuilder::of(documents::shop(5))
        .catalog_source(CHANGES)
        .start();
    shop.once().await;
    shop.sends(&[documents::product("p3", "Thing number 3", "88.40")]);
    let check = shop.ingest(&["check", "--json"]).await;
    assert_eq!(check.code, Some(0), "{}{}", check.stdout, check.stderr);
    let asked_by_check = asked(&shop)[1].clone();
    shop.once().await;
    assert_eq!(asked(&shop)[2], asked_by_check);
    let run = last_run(&shop).await;
    let foretold: Value =
        serde_json::from_str(check.stdout.lines().next().expect("a line")).expect("a report");
    let hash = foretold["sources"][0]["run"]["hash"].clone();
    assert_eq!(hash, run["hash"], "{foretold}");

    let recording = run["recording"].as_str().expect("a recording");
    let replay = shop.ingest(&["replay", recording]).await;
    assert!(replay.stdout.contains("changes only"), "{}", replay.stdout);
}

/// A feed that was held for what it refused must not go live because the next run refuses nothing.
#[tokio::test]
async fn while_a_feed_is_held_everything_is_asked_for() {
    let shop = ShopBuilder::of(documents::shop(20))
        .catalog_source(CHANGES)
        .start();
    shop.once().await;
    let mut broken = documents::shop(20);
    for document in &mut broken {
        if matches!(
            document["id"].as_str(),
            Some("p3" | "p4" | "p5" | "p6" | "p7")
        ) {
            document["name"] = json!(7);
        }
    }
    // Another question, so that everything is asked for, and too much of it is refused.
    shop.reconfigure(|text| text.replace("overlap_ms", "time_zone = \"Asia/Tokyo\", overlap_ms"));
    shop.sends(&broken);
    assert_eq!(shop.ingest(&["once"]).await.code, Some(4));
    shop.sends(&[]);
    assert_ne!(shop.ingest(&["once"]).await.code, Some(0));
    assert_eq!(asked(&shop).last().expect("a request"), "");
    shop.sends(&documents::shop(20));
    shop.once().await;
    assert_eq!(asked(&shop).last().expect("a request"), "");
    shop.sends(&[]);
    shop.once().await;
    since(asked(&shop).last().expect("a request"));
}

/// Changes say nothing of the records that were refused before: these are no news in the next full run.
#[tokio::test]
async fn refusals_of_a_full_run_stay_known_while_changes_come() {
    let mut documents = documents::shop(20);
    documents[4]["name"] = json!(7);
    let budget = "[source.catalog.guard]\nmax_new_invalid_percent = 0.0\n";
    let shop = ShopBuilder::of(documents.clone())
        .catalog_source(CHANGES)
        .ingest(budget)
        .start();
    shop.once().await;
    let quarantine = shop.folder().join("ingest/quarantine/catalog.ndjson");
    let refused = std::fs::read_to_string(&quarantine).expect("a file");
    assert!(!refused.is_empty());
    shop.sends(&[]);
    shop.once().await;
    shop.sends(&[documents::product("p9", "Thing number 9", "88.40")]);
    shop.once().await;
    assert_eq!(
        std::fs::read_to_string(&quarantine).expect("a file"),
        refused
    );

    documents.retain(|document| document["id"] != "p9");
    documents.push(documents::product("p9", "Thing number 9", "88.40"));
    shop.reconfigure(|text| text.replace("full = \"0 0 1 1 *\"", "time_zone = \"Asia/Tokyo\""));
    shop.sends(&documents);
    shop.once().await;
    assert_eq!(asked(&shop).last().expect("a request"), "");
}
