//! What operators do, and what they are told: approve, roll back, look, and lose the state folder.
//!
//! Every command is run as an operator runs it; what it leaves behind is read from the store and from the pages.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::time::SystemTime;

use frontage_tests::backend::Response;
use frontage_tests::documents;
use frontage_tests::shop::{CATALOG, Ended, Shop, ShopBuilder};
use serde_json::{Value, json};

/// Where a second source of products is.
const MORE: &str = "/export/more";

#[tokio::test]
async fn an_empty_feed_is_published_when_an_operator_says_so_and_not_before() {
    let empty = [
        (
            CATALOG,
            "catalog",
            Response::ok("application/x-ndjson", "{}"),
            "1 of 1 records were refused",
        ),
        (
            MORE,
            "more",
            Response::ok("application/json", "[]"),
            "the feed has no documents at all",
        ),
    ];
    for (path, source, answer, reason) in empty {
        let mut shop = with_a_second_source();
        shop.open().await;
        let before = (head(&shop), shop.get("/p/thing-number-1").await.body);
        shop.backend.respond_with(path, answer);
        for _ in 0..2 {
            expect(&shop.ingest(&["once"]).await, 4, "held");
        }
        assert_eq!(
            (head(&shop), shop.get("/p/thing-number-1").await.body),
            before,
            "{source}"
        );
        let status = json(&shop.ingest(&["status", "--json"]).await);
        let held = held(&status, source);
        assert!(held["reasons"].to_string().contains(reason), "{held}");
        let told = shop.ingest(&["status"]).await.stdout;
        assert!(told.contains(reason) && told.contains("approve"), "{told}");

        let hash = held["hash"].as_str().expect("a hash");
        let refused = shop.ingest(&["approve", "0123456789abcdef"]).await;
        expect(&refused, 2, hash);
        assert_eq!(head(&shop), before.0, "a wrong hash approves nothing");
        expect(
            &shop.ingest(&["approve", hash]).await,
            0,
            "published generation 2",
        );
        shop.until_generation(2).await;
        let (things, others) = (
            shop.get("/p/thing-number-1").await.status,
            shop.get("/p/other-1").await.status,
        );
        assert_eq!(
            (things, others),
            if source == "more" {
                (200, 410)
            } else {
                (410, 200)
            }
        );
        expect(&shop.ingest(&["approve", hash]).await, 2, "nothing is held");
    }
}

#[tokio::test]
async fn an_approval_waits_for_the_run_of_its_source_alone_and_keeps_nobody_waiting() {
    let shop = with_a_second_source();
    shop.once().await;
    shop.backend
        .respond_with(MORE, Response::ok("application/json", "[]"));
    expect(&shop.ingest(&["once"]).await, 4, "held");
    let status = json(&shop.ingest(&["status", "--json"]).await);
    let held = held(&status, "more");
    let command = ["approve", held["hash"].as_str().expect("a hash")];
    // As runs of both sources hold them, for as long as their back ends take.
    let lock = |source: &str| {
        let path = shop.folder().join("ingest/feeds").join(source).join("lock");
        let lock = File::create(&path).expect("a lock file");
        lock.try_lock().expect("the lock");
        lock.set_modified(SystemTime::UNIX_EPOCH).expect("a time");
        lock
    };
    let (_other, own) = (lock("catalog"), lock("more"));
    let meanwhile = async {
        shop.until("the approval waits for its source", async |_| {
            let touched = own.metadata().expect("a file").modified().expect("a time");
            (touched > SystemTime::UNIX_EPOCH).then_some(())
        })
        .await;
        expect(&shop.ingest(&["pin"]).await, 0, "generation 2");
        expect(&shop.ingest(&["unpin"]).await, 0, "generation 3");
        own.unlock().expect("unlocked");
    };
    let (approved, ()) = tokio::join!(shop.ingest(&command), meanwhile);
    expect(&approved, 0, "published generation 4");
}

#[tokio::test]
async fn a_rollback_is_one_command_and_outlives_the_polls_of_the_daemon() {
    let mut shop = ShopBuilder::of(documents::shop(5)).start();
    shop.run_ingest();
    shop.serve().await;
    expect(
        &shop.ingest(&["run"]).await,
        2,
        "another frontage-ingest runs",
    );
    shop.sends(&renamed("Second name"));
    shop.until_generation(2).await;
    expect(
        &shop.ingest(&["rollback", "1"]).await,
        0,
        "published generation 3, pinned",
    );
    shop.until_generation(3).await;
    assert!(
        shop.get("/p/thing-number-1")
            .await
            .body
            .contains("Thing number 1")
    );
    for poll in 0..5 {
        shop.sends(&renamed(&format!("Name {poll}")));
        let runs = accepted_runs(&shop).await;
        shop.until("the daemon polls again", async |shop| {
            (accepted_runs(shop).await > runs).then_some(())
        })
        .await;
        let page = shop.get("/p/thing-number-1").await;
        assert_eq!(page.generation(), 3, "poll {poll}");
        assert!(
            page.body.contains("Thing number 1") && !page.body.contains("Name "),
            "poll {poll}"
        );
    }
    let status = json(&shop.ingest(&["status", "--json"]).await);
    assert_eq!(
        (&status["live"]["generation"], &status["live"]["pinned"]),
        (&json!(3), &json!(true))
    );
    expect(&shop.ingest(&["unpin"]).await, 0, "published generation 4");
    shop.until("the latest feed is served", async |shop| {
        let page = shop.get("/p/thing-number-1").await;
        (page.generation() >= 5 && page.body.contains("Name 4")).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_check_tells_everything_and_changes_nothing() {
    let mut shop = ShopBuilder::of(documents::shop(40)).start();
    shop.open().await;
    let mut spoilt = documents::shop(41);
    spoilt[4]["name"] = json!(17);
    spoilt[5]["name"] = json!(18);
    spoilt[6]["prices"][0]["amount"] = json!("12,50");
    spoilt[7]["prices"][0]["amount"] = json!("77.77");
    spoilt.push(spoilt[8].clone());
    shop.sends(&spoilt);
    let before = files(shop.folder());
    let checked = shop.ingest(&["check", "--json"]).await;
    expect(&checked, 0, "refusals");
    assert_eq!(
        files(shop.folder()),
        before,
        "a check leaves nothing behind"
    );
    let report = json(&checked);
    foretells(&report);
    let told = shop.ingest(&["check"]).await.stdout;
    assert!(
        told.contains("refused 2 × product /name")
            && told.contains("12,50")
            && told.contains("77.77"),
        "{told}"
    );
    assert_eq!(shop.generation().await, 1);
    // What the check foretold is what happens.
    expect(
        &shop.ingest(&["once"]).await,
        0,
        "published generation 2: 38 products",
    );
}

/// 44 records, of which 3 are refused and one came twice; what would change is told against generation 1.
fn foretells(report: &Value) {
    let refusals = &report["sources"][0]["refusals"];
    let count = |field: &str| refusals[field].as_u64().unwrap_or_default();
    assert_eq!(
        (
            count("records"),
            count("documents"),
            count("refused"),
            count("repeated")
        ),
        (44, 44, 3, 1),
        "{refusals}"
    );
    assert_eq!(accepted(refusals), 40, "{refusals}");
    let groups = refusals["groups"].as_array().expect("groups");
    let grouped: Vec<_> = groups
        .iter()
        .map(|group| (group["pointer"].as_str(), group["count"].as_u64()))
        .collect();
    assert_eq!(
        grouped,
        [
            (Some("/name"), Some(2)),
            (Some("/prices/*/amount"), Some(1))
        ],
        "{refusals}"
    );
    assert_eq!(
        (
            &groups[0]["samples"][0]["key"],
            &groups[1]["samples"][0]["value"]
        ),
        (&json!("p3"), &json!("12,50"))
    );
    let (diff, counts) = (&report["diff"], &report["counts"]);
    assert_eq!(
        (
            &diff["added"]["count"],
            &diff["removed"]["count"],
            &diff["prices"]["count"]
        ),
        (&json!(1), &json!(3), &json!(1)),
        "{diff}"
    );
    assert_eq!(counts["products"], 38, "{counts}");
}

#[tokio::test]
async fn every_command_speaks_json() {
    let shop = ShopBuilder::of(documents::shop(6)).start();
    for number in 1..=2 {
        shop.sends(&renamed(&format!("Name {number}")));
        speaks(&shop, 0, &["once"]).await;
    }
    for commands in [
        &["check"][..],
        &["status"],
        &["next", "3"],
        &["history"],
        &["generations"],
        &["diff", "1", "2"],
        &["diff", "1"],
    ] {
        speaks(&shop, 0, commands).await;
    }
    for entry in std::fs::read_dir(shop.store().join("parts"))
        .expect("parts")
        .flatten()
    {
        let path = entry.path().display().to_string();
        speaks(&shop, 0, &["verify", &path]).await;
        speaks(&shop, 0, &["inspect", &path]).await;
    }
    shop.sends(&documents::shop(1));
    let held = speaks(&shop, 4, &["once"]).await;
    speaks(
        &shop,
        0,
        &["approve", held[0]["hash"].as_str().expect("a hash")],
    )
    .await;
    let rolled = speaks(&shop, 0, &["rollback", "1"]).await;
    assert_eq!(
        (
            &rolled[0]["generation"],
            &rolled[0]["pinned"],
            &rolled[0]["reason"]
        ),
        (&json!(4), &json!(true), &json!("rollback"))
    );
    assert_eq!(speaks(&shop, 0, &["once"]).await[1]["outcome"], "pinned");
    assert_eq!(speaks(&shop, 0, &["unpin"]).await[0]["generation"], 5);
    let lines = speaks(&shop, 0, &["generations"]).await;
    let current: Vec<_> = lines[0]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|line| line["current"] == true)
        .collect();
    assert!(
        current.len() == 1 && current[0]["generation"] == 5,
        "{lines:?}"
    );
}

#[tokio::test]
async fn what_cannot_be_done_is_said_and_changes_nothing() {
    let shop = ShopBuilder::of(documents::shop(3)).start();
    expect(
        &shop.ingest(&["unpin"]).await,
        2,
        "nothing has been published yet",
    );
    expect(&shop.ingest(&["rollback", "1"]).await, 2, "it has none");
    shop.once().await;
    let before = files(&shop.store());
    expect(
        &shop.ingest(&["rollback", "7"]).await,
        2,
        "generation 7 is not in the store; it has 1",
    );
    expect(
        &shop.ingest(&["diff", "1", "9"]).await,
        2,
        "generation 9 is not in the store",
    );
    expect(
        &shop.ingest(&["unpin"]).await,
        2,
        "generation 1 is not pinned",
    );
    expect(
        &shop.ingest(&["once", "nothing"]).await,
        2,
        "the configuration has catalog",
    );
    expect(
        &shop.ingest(&["approve", "nothing"]).await,
        2,
        "nothing is held",
    );
    assert_eq!(files(&shop.store()), before);
    let part = std::fs::read_dir(shop.store().join("parts"))
        .expect("parts")
        .flatten()
        .next()
        .expect("a part");
    let mut bytes = std::fs::read(part.path()).expect("a part");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let copy = shop.folder().join(part.file_name());
    std::fs::write(&copy, bytes).expect("a copy");
    assert_eq!(
        shop.ingest(&["verify", &copy.display().to_string()])
            .await
            .code,
        Some(5)
    );
}

#[tokio::test]
async fn a_lost_state_folder_costs_nothing() {
    let mut shop = with_a_second_source();
    shop.open().await;
    shop.sends(&renamed("A name that is not its slug"));
    expect(&shop.ingest(&["once"]).await, 0, "published generation 2");
    shop.until_generation(2).await;
    let before = files(&shop.store());
    std::fs::remove_dir_all(shop.folder().join("ingest")).expect("the state folder");
    // A source that does not deliver must not take its products away.
    shop.backend.respond_with(MORE, Response::status(503));
    expect(&shop.ingest(&["once"]).await, 3, "answered 503");
    assert_eq!(files(&shop.store()), before);
    shop.backend.respond_with(MORE, others());
    expect(&shop.ingest(&["once"]).await, 0, "nothing to publish");
    assert_eq!(
        files(&shop.store()),
        before,
        "the same documents are the same shop"
    );
    let kept = shop.get("/p/thing-number-1").await;
    assert!(
        kept.status == 200 && kept.body.contains("A name that is not its slug"),
        "{}",
        kept.status
    );
    // The ledger of slugs is in the generation, not in the folder.
    shop.sends(&renamed("Yet another name"));
    expect(&shop.ingest(&["once"]).await, 0, "published generation 3");
    shop.until_generation(3).await;
    assert_eq!(
        (
            shop.get("/p/thing-number-1").await.status,
            shop.get("/p/other-3").await.status
        ),
        (200, 200)
    );
}

#[tokio::test]
async fn a_changed_slug_leaves_a_redirect_behind() {
    let with_slug = |slug: &str| {
        let mut documents = documents::shop(3);
        documents[2]["slug"] = json!(slug);
        documents
    };
    let mut shop = ShopBuilder::of(with_slug("first")).start();
    shop.open().await;
    for (number, slug) in ["second", "third"].iter().enumerate() {
        shop.sends(&with_slug(slug));
        shop.once().await;
        shop.until_generation(number as u64 + 2).await;
    }
    for former in ["/p/first", "/p/second"] {
        let page = shop.get(former).await;
        assert!(
            matches!(page.status, 301 | 302 | 308),
            "{former}: {}",
            page.status
        );
        assert!(
            page.header("location").ends_with("/p/third"),
            "{former}: {}",
            page.header("location")
        );
    }
    assert_eq!(shop.get("/p/third").await.status, 200);
    shop.sends(&with_slug("first"));
    shop.once().await;
    shop.until_generation(4).await;
    let (first, third) = (shop.get("/p/first").await, shop.get("/p/third").await);
    assert_eq!(first.status, 200, "a former slug can come back");
    assert!(
        third.header("location").ends_with("/p/first"),
        "{}",
        third.status
    );
}

#[tokio::test]
async fn a_source_that_fails_keeps_its_products_while_another_goes_on() {
    let mut shop = with_a_second_source();
    shop.open().await;
    shop.backend
        .respond_with(MORE, Response::ok("text/html", "<h1>Sign in</h1>"));
    shop.sends(&renamed("New name"));
    let ended = shop.ingest(&["once"]).await;
    expect(&ended, 3, "published generation 2: 10 products");
    assert!(
        ended.stdout.contains("answered with a web page"),
        "{}",
        ended.stdout
    );
    shop.until_generation(2).await;
    assert!(
        shop.get("/p/thing-number-1")
            .await
            .body
            .contains("New name")
    );
    assert_eq!(shop.get("/p/other-5").await.status, 200);
}

/// Five products as lines, five more as a plain list.
fn with_a_second_source() -> Shop {
    let shop = ShopBuilder::of(documents::shop(5)).start();
    let url = shop.backend.url(MORE);
    shop.reconfigure(|text| {
        format!(
            "{text}\n[source.more]\nprovides = \"catalog\"\nurl = \"{url}\"\nschedule = \"0 0 * * *\"\nformat = \"json\"\nretries = 0\n"
        )
    });
    shop.backend.respond_with(MORE, others());
    shop
}

fn others() -> Response {
    let products = (1..=5).map(|number| {
        documents::product(&format!("o{number}"), &format!("Other {number}"), "30.00")
    });
    Response::json(&Value::from(products.collect::<Vec<_>>()))
}

/// Five products, the first of which has this name; its slug is that of its first name.
fn renamed(name: &str) -> Vec<Value> {
    let mut documents = documents::shop(5);
    documents[2]["name"] = json!(name);
    documents
}

#[track_caller]
fn expect(ended: &Ended, code: i32, says: &str) {
    let said = format!("{}{}", ended.stdout, ended.stderr);
    assert_eq!(ended.code, Some(code), "{said}");
    assert!(said.contains(says), "`{says}` is not in: {said}");
}

/// Runs a command with `--json`; every line that it prints is JSON.
async fn speaks(shop: &Shop, code: i32, command: &[&str]) -> Vec<Value> {
    let ended = shop.ingest(&[command, &["--json"]].concat()).await;
    assert_eq!(
        ended.code,
        Some(code),
        "{command:?}: {}{}",
        ended.stdout,
        ended.stderr
    );
    let parse = |line: &str| {
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{command:?}: {error} in {line}"))
    };
    let lines: Vec<Value> = ended.stdout.lines().map(parse).collect();
    assert!(!lines.is_empty(), "{command:?} says nothing");
    lines
}

fn json(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout)
        .unwrap_or_else(|error| panic!("{error} in {}{}", ended.stdout, ended.stderr))
}

fn held(status: &Value, source: &str) -> Value {
    let sources = status["sources"].as_array().expect("a list of sources");
    sources
        .iter()
        .find(|found| found["source"] == source)
        .expect("the source")["held"]
        .clone()
}

fn accepted(refusals: &Value) -> u64 {
    refusals["accepted"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(_, count)| count.as_u64())
        .sum()
}

async fn accepted_runs(shop: &Shop) -> usize {
    let history = shop.history().await;
    history
        .iter()
        .filter(|line| line.contains("\"accepted\""))
        .count()
}

fn head(shop: &Shop) -> String {
    std::fs::read_to_string(shop.store().join("HEAD")).expect("a HEAD")
}

/// Every file below a folder with the hash of its content; logs of the daemons go on being written.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.ends_with("LEASE") {
            // Who may publish is no part of the shop, and is renewed all the time.
        } else if path.extension().is_none_or(|extension| extension != "log") {
            let hash = blake3::hash(&std::fs::read(&path).expect("a file")).to_string();
            found.insert(path.display().to_string(), hash);
        }
    }
    found
}
