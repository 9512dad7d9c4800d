//! An address becomes a shop: `probe` proposes a source, and with what it proposes a cycle publishes products.

use std::path::{Path, PathBuf};

use frontage_tests::backend::Response;
use frontage_tests::documents;
use frontage_tests::shop::{Shop, ShopBuilder};
use serde_json::{Value, json};

const EXPORT: &str = "/api/articles";

/// A configuration with a shop and a source that is going to be replaced by the proposal.
fn bare(shop: &Shop) -> PathBuf {
    let path = shop.folder().join("fresh.toml");
    let text = "# Our shop.\nstore = \"fresh-store\"\nstate = \"fresh-state\"\n\n[shop]\nid = \"demo\"\nname = \"Kontor\" # the sign\ncurrency = \"EUR\"\n";
    std::fs::write(&path, text).expect("a file");
    path
}

/// Runs `probe --write` and then `once` with the outcome, and gives what that prints.
async fn connect(shop: &Shop, target: &str, config: &Path) -> (Value, String) {
    let config = config.to_str().expect("a path");
    let probed = shop
        .ingest(&[
            "probe", target, "--json", "--write", config, "--name", "articles",
        ])
        .await;
    assert_eq!(probed.code, Some(0), "{}{}", probed.stdout, probed.stderr);
    let proposal = serde_json::from_str(&probed.stdout).expect("JSON");
    let output = tokio::process::Command::new(frontage_tests::shop::binary("frontage-ingest"))
        .args(["once", "--config", config])
        .output()
        .await
        .expect("the command starts");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}");
    (proposal, told)
}

#[tokio::test]
async fn an_unknown_address_becomes_a_shop() {
    let shop = ShopBuilder::of(documents::shop(1)).start();
    let article = |number: u32| {
        json!({"Artikelnummer": format!("A{number}"), "Bezeichnung": format!("Becher {number}"), "VKPreis": format!("{number},90"),
            "EAN": "4006381333931", "Bild": "https://img.example.com/a.jpg", "Bestand": number % 3, "Langtext": "<p>Gebrannt.</p>"})
    };
    let articles: Vec<Value> = (1..=12).map(article).collect();
    let body = json!({"meta": {"total": 12}, "data": {"articles": articles}});
    shop.backend.respond_with(EXPORT, Response::json(&body));
    let config = bare(&shop);
    let (proposal, told) = connect(&shop, &shop.backend.url(EXPORT), &config).await;
    assert_eq!(proposal["records"], "/data/articles");
    assert_eq!(proposal["documents"][0]["prices"][0]["amount"], "1.90");
    assert_eq!(
        (&proposal["tried"], &proposal["passed"]),
        (&json!(12), &json!(12))
    );
    assert!(told.contains("12 products"), "{told}");
    let text = std::fs::read_to_string(&config).expect("a file");
    assert!(
        text.starts_with("# Our shop.") && text.contains("# the sign"),
        "{text}"
    );

    // What is there already is not touched, and no name becomes anything else.
    for (name, told) in [
        ("articles", "already"),
        ("x]\nstore = \"y", "expected lower-case"),
    ] {
        let config = config.to_str().expect("a path");
        let target = shop.backend.url(EXPORT);
        let refused = shop
            .ingest(&["probe", &target, "--write", config, "--name", name])
            .await;
        assert_eq!(refused.code, Some(2), "{}", refused.stderr);
        assert!(refused.stderr.contains(told), "{}", refused.stderr);
    }
    assert_eq!(std::fs::read_to_string(&config).expect("a file"), text);
}

#[tokio::test]
async fn pages_that_an_answer_counts_are_all_read() {
    let shop = ShopBuilder::of(documents::shop(1)).start();
    let page = |page: u32, from: u32, to: u32| {
        let article = |number| json!({"sku": format!("A{number}"), "name": format!("Becher {number}"), "price": "3.90"});
        let articles: Vec<Value> = (from..=to).map(article).collect();
        json!({"data": articles, "meta": {"current_page": page, "per_page": 10, "total": 23}})
    };
    shop.backend
        .respond_with(EXPORT, Response::json(&page(1, 1, 10)));
    for (query, answer) in [
        ("page=1&per_page=10", page(1, 1, 10)),
        ("page=2&per_page=10", page(2, 11, 20)),
        ("page=3&per_page=10", page(3, 21, 23)),
    ] {
        let path = format!("{EXPORT}?{query}");
        shop.backend.respond_with(&path, Response::json(&answer));
    }
    let config = bare(&shop);
    let (proposal, told) = connect(&shop, &shop.backend.url(EXPORT), &config).await;
    assert!(
        proposal["unsure"]
            .to_string()
            .contains("`page` and `per_page` is a guess"),
        "{proposal}"
    );
    assert!(told.contains("23 products"), "{told}");
}

#[tokio::test]
async fn a_file_in_a_folder_becomes_a_shop_and_is_followed() {
    let shop = ShopBuilder::of(documents::shop(1)).start();
    let file = shop.folder().join("export [1].csv");
    let rows = |price: &str| format!("sku;name;price\nA1;Becher;{price}\nA2;Teller;4,50\n");
    std::fs::write(&file, rows("3,90")).expect("a file");
    let config = bare(&shop);
    let (proposal, told) = connect(&shop, file.to_str().expect("a path"), &config).await;
    assert!(told.contains("2 products"), "{told}");
    assert_eq!(proposal["documents"][0]["prices"][0]["amount"], "3.90");
    let again = || async {
        let config = config.to_str().expect("a path");
        let output = tokio::process::Command::new(frontage_tests::shop::binary("frontage-ingest"))
            .args(["once", "--config", config])
            .output();
        String::from_utf8_lossy(&output.await.expect("the command starts").stdout).into_owned()
    };
    assert!(again().await.contains("unchanged"));
    std::fs::write(&file, rows("3,95")).expect("a file");
    let told = again().await;
    assert!(told.contains("published generation 2"), "{told}");
}

#[tokio::test]
async fn what_is_no_feed_is_told_and_proposes_nothing() {
    let shop = ShopBuilder::of(documents::shop(1)).start();
    shop.backend
        .respond_with("/login", Response::ok("text/html", "<html>log in</html>"));
    shop.backend
        .respond_with("/empty", Response::json(&json!({"articles": []})));
    shop.backend
        .respond_with("/away", Response::redirect(302, "http://127.0.0.2:1/"));
    for (path, told) in [
        ("/login", "HTML page"),
        ("/empty", "looks like the id"),
        ("/away", "302"),
        ("/nothing", "404"),
    ] {
        let ended = shop.ingest(&["probe", &shop.backend.url(path)]).await;
        assert_eq!(
            ended.code,
            Some(3),
            "{path}: {}{}",
            ended.stdout,
            ended.stderr
        );
        assert!(ended.stderr.contains(told), "{path}: {}", ended.stderr);
    }
}
