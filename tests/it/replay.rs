//! A recorded run gives the same feed again, offline, and says so when it does not.

use std::path::Path;

use frontage_tests::backend::Response;
use frontage_tests::documents;
use frontage_tests::shop::{CATALOG, Ended, Shop, ShopBuilder};
use serde_json::{Value, json};

const SECRET: &str = "the-secret-of-the-back-end";

#[tokio::test]
async fn a_run_is_replayed_offline_and_gives_the_same_feed() {
    let shop = ShopBuilder::generated(60)
        .catalog_source(&format!("headers = {{ X-Key = \"{SECRET}\" }}"))
        .start();
    shop.once().await;
    let recordings = recordings(&shop).await;
    assert_eq!(
        recordings.len(),
        2,
        "both sources are recorded: {recordings:?}"
    );
    shop.backend.forget_requests();
    for (id, hash) in &recordings {
        let replayed = shop.ingest(&["replay", id, "--json"]).await;
        let replay = json(&replayed);
        assert_eq!(replayed.code, Some(0), "{replay}");
        assert_eq!(
            (&replay["hash"], &replay["same"], &replay["same_recipe"]),
            (&json!(hash), &json!(true), &json!(true))
        );
    }
    assert_eq!(shop.backend.requests().len(), 0, "nothing is asked");
    let told = shop.ingest(&["replay", &recordings[0].0]).await.stdout;
    assert!(told.contains("the same as then"), "{told}");
    assert!(
        !holds(&shop.folder().join("ingest"), SECRET),
        "a recording holds no credentials"
    );

    // Another mapping gives another feed, and the answer says that it is the mapping.
    shop.reconfigure(|text| {
        text.replace(
        "[source.stock]",
        "[source.catalog.map]\ntype = \".type\"\nid = \".id\"\nname = \".name\"\n\n[source.stock]",
    )
    });
    let catalog = &recordings
        .iter()
        .find(|(id, _)| id.starts_with("catalog"))
        .expect("a run")
        .0;
    let changed = shop.ingest(&["replay", catalog, "--json"]).await;
    let replay = json(&changed);
    assert_eq!(changed.code, Some(1), "{replay}");
    assert_eq!(
        (&replay["same"], &replay["same_recipe"]),
        (&json!(false), &json!(false))
    );
}

#[tokio::test]
async fn what_could_not_be_read_can_be_looked_into_and_the_oldest_runs_go() {
    let shop = ShopBuilder::of(documents::shop(3))
        .ingest("[recordings]\nruns = 2")
        .start();
    shop.once().await;
    let (first, _) = recordings(&shop).await.remove(0);
    shop.backend.respond_with(
        CATALOG,
        Response::ok("application/x-ndjson", "{\"type\":\"pro"),
    );
    let failed = shop.ingest(&["once"]).await;
    assert_eq!(failed.code, Some(3), "{}", failed.stdout);
    let broken = recordings(&shop)
        .await
        .pop()
        .expect("the failed run is recorded")
        .0;
    let replayed = shop.ingest(&["replay", &broken, "--json"]).await;
    let replay = json(&replayed);
    assert_eq!(replayed.code, Some(3), "{replay}");
    assert!(
        replay["failure"].to_string().contains("at decode"),
        "{replay}"
    );
    assert_eq!(
        (&replay["hash"], &replay["same"]),
        (&Value::Null, &json!(true))
    );

    shop.sends(&documents::shop(4));
    shop.once().await;
    let gone = shop.ingest(&["replay", &first]).await;
    assert_eq!(gone.code, Some(2));
    assert!(
        gone.stderr.contains(&broken),
        "what there is, is named: {}",
        gone.stderr
    );
    assert_eq!(shop.ingest(&["replay", &broken]).await.code, Some(3));
}

/// Recorded runs of the history with their hashes, oldest first.
async fn recordings(shop: &Shop) -> Vec<(String, String)> {
    let history = shop.history().await;
    let runs = history
        .iter()
        .map(|line| serde_json::from_str::<Value>(line).expect("a run"));
    let named = runs.filter_map(|run| {
        let hash = run["hash"].as_str().unwrap_or_default().to_owned();
        Some((run["recording"].as_str()?.to_owned(), hash))
    });
    named.collect()
}

/// Whether any file below holds the text, compressed ones unpacked.
fn holds(folder: &Path, text: &str) -> bool {
    std::fs::read_dir(folder)
        .expect("a folder")
        .flatten()
        .any(|entry| {
            let path = entry.path();
            if path.is_dir() {
                return holds(&path, text);
            }
            let mut bytes = std::fs::read(&path).expect("a file");
            if path.extension().is_some_and(|end| end == "zst") {
                bytes = zstd::decode_all(bytes.as_slice()).expect("a compressed page");
            }
            bytes
                .windows(text.len())
                .any(|window| window == text.as_bytes())
        })
}

fn json(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout)
        .unwrap_or_else(|error| panic!("{error} in {}{}", ended.stdout, ended.stderr))
}
