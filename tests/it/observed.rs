//! What operators and monitors see: expositions that Prometheus takes, alerts and a dashboard of metrics that exist, and a
//! page for people.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use frontage_tests::shop::{Shop, ShopBuilder};
use frontage_tests::{documents, exposition};

/// A shop with everything that is measured: orders, a desk, crawlers, a held feed.
async fn open() -> Shop {
    let mut shop = ShopBuilder::of(documents::shop(4))
        .desk("")
        .ingest("[indexnow]\nsite = \"https://shop.example\"\nkey = \"abcdef-0123456789\"\nendpoint = \"http://127.0.0.1:9/\"")
        .server("[checkout]\nmethods = [\"invoice\"]\ncountries = [\"DE\"]")
        .start();
    shop.run_ingest();
    shop.serve().await;
    shop.until("ingest remembers what was live first", async |shop| {
        let page = shop
            .client()
            .get(shop.desk_url("/metrics"))
            .send()
            .await
            .ok()?;
        page.text()
            .await
            .ok()?
            .contains("indexnow_addresses_total")
            .then_some(())
    })
    .await;
    for path in [
        "/",
        "/c/things",
        "/p/thing-number-1",
        "/search?q=thing",
        "/nothing",
        "/cart",
    ] {
        shop.get(path).await;
    }
    shop
}

async fn expositions(shop: &Shop) -> [String; 2] {
    let server = shop.admin("/metrics").await.body;
    let desk = shop.client().get(shop.desk_url("/metrics"));
    [server, shop.request(desk).await.body]
}

#[tokio::test]
async fn both_daemons_write_what_prometheus_takes() {
    let shop = open().await;
    for text in expositions(&shop).await {
        assert_eq!(exposition::faults(&text), Vec::<String>::new(), "{text}");
        let lines = text.lines().filter(|line| !line.starts_with('#')).count();
        println!("samples: {lines}, faults: 0");
        match promtool(&["check", "metrics"], text.as_bytes()) {
            Some(said) => assert_eq!(said, "", "{text}"),
            None => println!("promtool is not installed; its opinion is left out"),
        }
    }
}

#[tokio::test]
async fn alerts_and_dashboard_ask_for_metrics_that_exist() {
    let shop = open().await;
    let mut known = BTreeSet::new();
    for text in expositions(&shop).await {
        known.extend(exposition::names(&text));
    }
    // Only there where TLS is spoken.
    known.insert("frontage_tls_certificate_not_after_timestamp_seconds".to_owned());
    for file in [
        "prometheus/alerts.yaml",
        "prometheus/alerts_test.yaml",
        "grafana/frontage.json",
    ] {
        let text = std::fs::read_to_string(config().join(file)).expect("a shipped file");
        let words = text.split(|sign: char| !(sign.is_ascii_alphanumeric() || sign == '_'));
        let asked: BTreeSet<&str> = words
            .filter(|word| word.starts_with("frontage_") || word.starts_with("process_"))
            .collect();
        assert!(asked.len() > 5, "{file} asks for {asked:?}");
        let missing: Vec<_> = asked
            .iter()
            .filter(|name| !known.contains(**name))
            .collect();
        assert!(missing.is_empty(), "{file} asks for {missing:?}");
    }
    let dashboard = std::fs::read(config().join("grafana/frontage.json")).expect("a shipped file");
    let dashboard: serde_json::Value = serde_json::from_slice(&dashboard).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    let ids: BTreeSet<_> = panels.iter().map(|panel| panel["id"].as_u64()).collect();
    assert_eq!(ids.len(), panels.len(), "every panel has an id of its own");
}

#[test]
fn alerts_fire_when_they_should() {
    let folder = config().join("prometheus");
    for arguments in [
        ["check", "rules", "alerts.yaml"],
        ["test", "rules", "alerts_test.yaml"],
    ] {
        let output = Command::new("promtool")
            .args(arguments)
            .current_dir(&folder)
            .output();
        let Ok(output) = output else {
            println!("promtool is not installed; alerts are not tried");
            return;
        };
        let said = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
    }
}

#[tokio::test]
async fn status_is_a_page_for_people_and_json_for_programs() {
    let shop = open().await;
    let ask = shop.client().get(shop.admin_url("/status"));
    let page = shop
        .request(ask.header("accept", "text/html,application/xhtml+xml"))
        .await;
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.body.contains("Serving generation 1"), "{}", page.body);
    assert_eq!(shop.status().await["generation"]["number"], 1);
}

/// What promtool says to a text; nothing where it is not installed. It says nothing if all is well.
fn promtool(arguments: &[&str], input: &[u8]) -> Option<String> {
    let mut child = Command::new("promtool")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(input).expect("promtool reads");
    drop(stdin);
    let output = child.wait_with_output().expect("promtool ends");
    let said = [output.stdout, output.stderr].concat();
    Some(String::from_utf8_lossy(&said).into_owned())
}

fn config() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../config")
}

#[tokio::test]
async fn operators_are_told_what_is_searched_for_in_vain() {
    let mut shop = ShopBuilder::generated(3)
        .server("searches_seen_at_least = 2")
        .start();
    shop.open().await;
    for address in [
        "/search?q=zzzyx",
        "/search?q=ZZZYX",
        "/search?q=once",
        "/search?q=zzzyx&view=list",
    ] {
        shop.get(address).await;
    }
    let robot = shop.client().get(shop.url("/search?q=zzzyx"));
    shop.request(robot.header("user-agent", "examplebot")).await;
    let report = shop.admin("/searches").await.json();
    let words = serde_json::json!([{"words": "zzzyx", "searches": 2, "found_nothing": 2}]);
    assert_eq!(report["words"], words, "{report}");
    assert_eq!(report["searches"], 3, "{report}");
    assert_eq!(report["seen_at_least"], 2, "{report}");
}
