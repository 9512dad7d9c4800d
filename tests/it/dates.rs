//! Products and pages that come into the shop and leave it by themselves, without a word from the back end.

use frontage_tests::shop::{Shop, ShopBuilder};
use serde_json::{Value, json};

use crate::flips::{instant, later};

/// How often the source of a test's shop is looked at.
const SCHEDULE: &str = "schedule = \"* * * * * *\"";

fn product(id: &str, from: Option<String>, until: Option<String>) -> Value {
    let mut document = json!({"type": "product", "id": id, "name": format!("Mug {id}"),
        "prices": [{"amount": "8.00", "currency": "EUR"}]});
    for (name, at) in [("publish_from", from), ("publish_until", until)] {
        if let Some(at) = at {
            document[name] = json!(at);
        }
    }
    document
}

async fn status(shop: &Shop, path: &str) -> u16 {
    shop.get(path).await.status
}

#[tokio::test]
async fn what_has_a_window_comes_and_goes_by_itself() {
    // Long enough for a slow machine to open the shop before, short enough to wait for.
    let (soon, later) = (instant(later(20)), instant(later(3_600)));
    let page = json!({"type": "page", "id": "event", "slug": "event", "title": "Event", "publish_until": soon});
    let mut shop = ShopBuilder::of(vec![
        product("always", None, None),
        product("soon", Some(soon.clone()), Some(later.clone())),
        product("leaving", None, Some(soon.clone())),
        product("later", Some(later.clone()), None),
        product("over", None, Some("2020-01-01T00:00:00Z".to_owned())),
        page,
    ])
    .start();
    // After its start nobody asks the back end again, so nothing but the instant brings a new generation.
    shop.reconfigure(|text| text.replace(SCHEDULE, "schedule = \"0 0 0 1 1 *\""));
    shop.open().await;
    shop.run_ingest();
    let first = shop.generation().await;
    let ingest = std::fs::read_to_string(shop.folder().join("ingest.toml")).expect("a file");
    assert!(!ingest.contains(SCHEDULE), "{ingest}");
    for (path, expected) in [
        ("/p/mug-always", 200),
        ("/p/mug-later", 404),
        ("/p/mug-over", 404),
    ] {
        assert_eq!(status(&shop, path).await, expected, "{path}");
    }
    assert_eq!(
        status(&shop, "/p/mug-soon").await,
        404,
        "the shop was slow to open"
    );
    assert_eq!(status(&shop, "/p/mug-leaving").await, 200);
    assert_eq!(status(&shop, "/pages/event").await, 200);
    shop.until("the window opens", async |shop| {
        (status(shop, "/p/mug-soon").await == 200).then_some(())
    })
    .await;
    assert_eq!(
        shop.generation().await,
        first + 1,
        "one generation for one instant"
    );
    assert_eq!(status(&shop, "/p/mug-leaving").await, 410);
    assert_eq!(status(&shop, "/pages/event").await, 410);
    assert_eq!(status(&shop, "/p/mug-later").await, 404);
}

/// Who takes over compiled nothing of what is published, and knows when it comes and goes all the same.
#[tokio::test]
async fn a_daemon_that_takes_over_knows_what_comes_and_goes() {
    let soon = instant(later(25));
    let mut shop = ShopBuilder::of(vec![
        product("always", None, None),
        product("soon", Some(soon.clone()), None),
        product("leaving", None, Some(soon)),
    ])
    .start();
    shop.reconfigure(|text| {
        let text = text.replace(SCHEDULE, "schedule = \"0 0 0 1 1 *\"");
        format!("lease_ms = 900\n{text}")
    });
    let second = std::fs::read_to_string(shop.folder().join("ingest.toml")).expect("a file");
    let second = second.replace("state = \"ingest\"", "state = \"ingest-2\"");
    std::fs::write(shop.folder().join("second.toml"), second).expect("a file");
    let mut first = shop.own_ingest_of("ingest.toml");
    shop.serve().await;
    let other = shop.own_ingest_of("second.toml");
    shop.until("the other one stands by", async |_| {
        other.log().contains("stands by").then_some(())
    })
    .await;
    assert_eq!(
        status(&shop, "/p/mug-soon").await,
        404,
        "the shop was slow to open"
    );
    let generation = shop.generation().await;
    first.kill();
    shop.until("the other one took over", async |_| {
        other.log().contains("took over").then_some(())
    })
    .await;
    shop.until("the window opens", async |shop| {
        (status(shop, "/p/mug-soon").await == 200).then_some(())
    })
    .await;
    assert_eq!(shop.generation().await, generation + 1);
    assert_eq!(status(&shop, "/p/mug-leaving").await, 410);
}

/// Nothing is published again while no instant passes, and what a command compiles is what the daemon would.
#[tokio::test]
async fn an_instant_that_has_not_come_makes_no_generation() {
    let shop = ShopBuilder::of(vec![
        product("always", None, None),
        product("over", None, Some("2020-01-01T00:00:00Z".to_owned())),
        product("later", Some(instant(later(3_600))), None),
    ])
    .start();
    shop.once().await;
    let manifest = shop.newest_manifest();
    for _ in 0..2 {
        let once = shop.once().await;
        assert_eq!(once.code, Some(0), "{}{}", once.stdout, once.stderr);
    }
    assert_eq!(shop.newest_manifest(), manifest);
    // As if the instant had come that was remembered: the documents are compiled again, and come to the same shop.
    let path = shop.folder().join("ingest/dates.json");
    let text = std::fs::read(&path).expect("what was found in the documents");
    let mut kept: Value = serde_json::from_slice(&text).expect("JSON");
    assert_eq!(kept["dates"]["last"], 1_577_836_800);
    kept["dates"]["next"] = 1_600_000_000.into();
    std::fs::write(&path, kept.to_string()).expect("a file");
    shop.once().await;
    let text = std::fs::read(&path).expect("it is found again");
    let kept: Value = serde_json::from_slice(&text).expect("JSON");
    assert!(
        kept["dates"]["next"].as_i64() > Some(1_700_000_000),
        "{kept}"
    );
    assert_eq!(shop.published().catalog.product_count(), 1);
}
