//! `check` can never disagree with `once`: whatever a back end sends, what the one foretells is what the other does.
//!
//! Feeds change at random, from seeds that are printed; each step is checked, run, compared, and sometimes decided on.

use frontage_tests::backend::Response;
use frontage_tests::documents;
use frontage_tests::shop::{CATALOG, Shop, ShopBuilder};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

const SEEDS: [u64; 4] = [1, 2, 3, 4];
const STEPS: usize = 14;

#[tokio::test]
async fn what_a_check_foretells_is_what_happens() {
    let mut seen = std::collections::BTreeMap::<String, usize>::new();
    for seed in SEEDS {
        let mut random = StdRng::seed_from_u64(seed);
        let keeping = match seed % 2 {
            0 => "grace = 2\nkeep_last_good = true",
            _ => "",
        };
        let shop = ShopBuilder::of(documents::shop(30))
            .catalog_source(keeping)
            .ingest(
                "[source.catalog.contract.fields]\nslug = \"discard_value\"\nbrand = \"freeze\"",
            )
            .start();
        let mut feed = documents::shop(30);
        for step in 0..STEPS {
            let changed = change(&mut random, &mut feed);
            let case = format!("seed {seed}, step {step}, {changed}");
            if changed != "garbage" {
                shop.sends(&feed);
            } else {
                let garbage = Response::ok("application/x-ndjson", "{\"type\": \"prod\n[");
                shop.backend.respond_with(CATALOG, garbage);
            }
            let told = agree(&shop, &case).await;
            *seen.entry(told).or_default() += 1;
            decide(&shop, &mut random, &case).await;
        }
    }
    println!("runs that were foretold: {seen:?}");
    for result in ["accepted", "held", "failed"] {
        assert!(
            seen.get(result) > Some(&2),
            "the seeds cover every result: {seen:?}"
        );
    }
}

/// Checks, runs, and compares all that both say. Gives the result.
async fn agree(shop: &Shop, case: &str) -> String {
    let before = generation(shop).await;
    let checked = shop.ingest(&["check", "--json"]).await;
    let report: Value = serde_json::from_str(&checked.stdout)
        .unwrap_or_else(|error| panic!("{case}: {error} in {}{}", checked.stdout, checked.stderr));
    let ran = shop.ingest(&["once", "--json"]).await;
    assert_eq!(checked.code, ran.code, "{case}: {report} {}", ran.stdout);
    let lines: Vec<Value> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect();
    let (foretold, run) = (&report["sources"][0]["run"], &lines[0]);
    // What the back end did not send again is not read again; what is held or published says the same.
    if run["result"] != "unchanged" && run["records"] != 0 {
        for field in [
            "result",
            "stage",
            "records",
            "documents",
            "refused",
            "reasons",
            "hash",
        ] {
            assert_eq!(
                foretold[field], run[field],
                "{case}: {field}: {foretold} {run}"
            );
        }
    }
    let after = generation(shop).await;
    let pinned = report["pinned"].is_u64();
    if run["result"] == "held" {
        assert_eq!(before, after, "{case}: a held feed changes nothing");
        foretells_approval(shop, &report, case).await;
    } else if before != after {
        assert!(!pinned, "{case}");
        assert_eq!(report["counts"], lines[1]["counts"], "{case}");
        if let Some(before) = before {
            assert_eq!(report["diff"], diff(shop, before, &report).await, "{case}");
        }
    } else if !pinned {
        assert!(
            report["counts"].is_null(),
            "{case}: nothing was published: {report}"
        );
    }
    run["result"].as_str().unwrap_or_default().to_owned()
}

/// What a check says of a held feed is what approving it does; then the shop is taken back to where it was.
async fn foretells_approval(shop: &Shop, report: &Value, case: &str) {
    let Some(before) = generation(shop)
        .await
        .filter(|_| !report["pinned"].is_u64())
    else {
        return;
    };
    let hash = report["sources"][0]["run"]["hash"]
        .as_str()
        .expect("a hash");
    let copy = tempfile::tempdir().expect("a folder");
    copy_folder(shop.folder(), copy.path());
    let approved = shop.ingest(&["approve", hash, "--json"]).await;
    assert_eq!(approved.code, Some(0), "{case}: {}", approved.stderr);
    let published: Value = serde_json::from_str(&approved.stdout).expect("JSON");
    if published["generation"].is_u64() {
        assert_eq!(report["counts"], published["counts"], "{case}");
        assert_eq!(report["diff"], diff(shop, before, report).await, "{case}");
    } else {
        assert!(report["counts"].is_null(), "{case}: {published} {report}");
    }
    for folder in ["store", "ingest"] {
        std::fs::remove_dir_all(shop.folder().join(folder)).expect("a folder goes");
    }
    copy_folder(copy.path(), shop.folder());
}

/// What an operator may do next.
async fn decide(shop: &Shop, random: &mut StdRng, case: &str) {
    let status: Value =
        serde_json::from_str(&shop.ingest(&["status", "--json"]).await.stdout).expect("JSON");
    let held = status["sources"][0]["held"]["hash"].as_str();
    if let Some(hash) = held.filter(|_| random.random_bool(0.4)) {
        assert_eq!(
            shop.ingest(&["approve", hash]).await.code,
            Some(0),
            "{case}"
        );
    }
    let is_pinned = status["live"]["pinned"] == true;
    if is_pinned && random.random_bool(0.6) {
        assert_eq!(shop.ingest(&["unpin"]).await.code, Some(0), "{case}");
    } else if !is_pinned && status["live"].is_object() && random.random_bool(0.1) {
        assert_eq!(shop.ingest(&["pin"]).await.code, Some(0), "{case}");
    }
}

/// Changes the feed as back ends do, well and badly; says how.
fn change(random: &mut StdRng, feed: &mut Vec<Value>) -> &'static str {
    let products = 2..feed.len();
    let any = |random: &mut StdRng| random.random_range(products.clone());
    match random.random_range(0..12) {
        0 => "nothing",
        1 => {
            let at = any(random);
            feed[at]["name"] = json!(format!("Name {}", random.random_range(0..1000)));
            "renamed"
        }
        2 => {
            for product in &mut feed[2..] {
                product["prices"][0]["amount"] =
                    json!(format!("{}.50", random.random_range(1..40)));
            }
            "new prices"
        }
        3 => {
            feed.truncate(2 + products.len() * 9 / 10);
            "a few removed"
        }
        4 => {
            feed.truncate(2 + products.len() / 2);
            "half removed"
        }
        5 => {
            let id = format!("n{}", random.random_range(0..10_000));
            feed.push(documents::product(&id, &format!("New {id}"), "5.00"));
            "added"
        }
        6 => {
            let at = any(random);
            feed[at]["name"] = json!(17);
            "one broken"
        }
        7 => {
            let at = any(random);
            feed[at]["slug"] = json!("not/a/slug");
            "a wrong slug"
        }
        8 => {
            let at = any(random);
            feed[at]["brand"] = json!(["not", "a", "brand"]);
            "a frozen field broken"
        }
        9 => {
            *feed = documents::shop(30);
            "as at first"
        }
        10 => {
            let again = feed[any(random)].clone();
            feed.push(again);
            "one twice"
        }
        _ => "garbage",
    }
}

/// The diff from a generation to the current one, under the number that the check foretold.
async fn diff(shop: &Shop, before: u64, report: &Value) -> Value {
    let ended = shop.ingest(&["diff", &before.to_string(), "--json"]).await;
    let mut diff: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    diff["to"] = report["diff"]["to"].clone();
    diff
}

async fn generation(shop: &Shop) -> Option<u64> {
    let status = shop.ingest(&["status", "--json"]).await.stdout;
    let status: Value = serde_json::from_str(&status).expect("JSON");
    status["live"]["generation"].as_u64()
}

/// Copies store and state.
fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}
