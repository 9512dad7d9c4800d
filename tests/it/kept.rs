//! Documents that a feed does not mention any more, or breaks, stay as long as their source wants that, and no longer.

use frontage_shared::snapshot::offers::VariantOffer;
use frontage_tests::backend::Response;
use frontage_tests::documents;
use frontage_tests::shop::{CATALOG, Shop, ShopBuilder};
use serde_json::{Value, json};

/// The documents of a shop without some products.
fn without(products: &[&str]) -> Vec<Value> {
    let mut feed = documents::shop(20);
    feed.retain(|document| products.iter().all(|id| document["id"] != *id));
    feed
}

/// A shop in which one product is broken.
fn broken(product: &str) -> Vec<Value> {
    let mut feed = documents::shop(20);
    for document in feed.iter_mut().filter(|document| document["id"] == product) {
        document["name"] = json!(17);
    }
    feed
}

/// How many documents are kept that are not mentioned, and that are refused; and as `check` would have it.
async fn kept(shop: &Shop) -> (u64, u64) {
    let status = shop.ingest(&["status", "--json"]).await;
    let status: Value = serde_json::from_str(&status.stdout).expect("a status");
    let kept = &status["sources"][0]["kept"];
    let count = |name: &str| kept[name].as_u64().expect("a count");
    (count("missing"), count("refused"))
}

async fn is_there(shop: &Shop, product: &str) -> bool {
    let why = shop.ingest(&["why", product, "--json"]).await;
    match why.code {
        Some(0) => {
            let why: Value = serde_json::from_str(&why.stdout).expect("an answer");
            why["published"].is_string()
        }
        _ => false,
    }
}

#[tokio::test]
async fn a_document_that_is_not_mentioned_goes_after_its_grace() {
    let mut shop = ShopBuilder::of(documents::shop(20))
        .catalog_source("grace = 2")
        .start();
    shop.open().await;
    let all = shop.parts();
    shop.sends(&without(&["p3", "p5"]));
    let first = shop.once().await;
    assert!(
        first.stdout.contains("nothing to publish"),
        "{}",
        first.stdout
    );
    assert_eq!((kept(&shop).await, shop.parts()), ((2, 0), all.clone()));
    assert_eq!(shop.get("/p/thing-number-3").await.status, 200);
    let why = shop.ingest(&["why", "p3.name"]).await.stdout;
    assert!(
        why.contains("kept, not mentioned by the latest feed"),
        "{why}"
    );
    let status = shop.ingest(&["status"]).await.stdout;
    assert!(
        status.contains("2 that the feed does not mention any more"),
        "{status}"
    );

    // One of them returns; the other is missed a second time, and a third time in a feed that stayed the same.
    shop.sends(&without(&["p3"]));
    let checked = shop.ingest(&["check"]).await.stdout;
    assert!(
        checked.contains("1  kept that the feed does not mention any more"),
        "{checked}"
    );
    shop.once().await;
    assert_eq!((kept(&shop).await, shop.parts()), ((1, 0), all));
    let why = shop.ingest(&["why", "p3.name"]).await.stdout;
    assert!(
        why.contains("kept, not mentioned by 2 feeds in a row"),
        "{why}"
    );
    let before = shop.generation().await;
    let last = shop.once().await;
    assert!(
        last.stdout.contains("published generation"),
        "{}",
        last.stdout
    );
    shop.until_generation(before + 1).await;
    assert_eq!(kept(&shop).await, (0, 0));
    assert_ne!(shop.get("/p/thing-number-3").await.status, 200);
    assert_eq!(shop.get("/p/thing-number-5").await.status, 200);
    // From here on nothing is missed, and the feed need not be read again.
    let quiet = shop.once().await;
    assert!(quiet.stdout.contains("unchanged"), "{}", quiet.stdout);
}

#[tokio::test]
async fn without_grace_it_goes_at_once_and_a_deletion_has_none() {
    let shop = ShopBuilder::of(documents::shop(20)).start();
    shop.once().await;
    shop.sends(&without(&["p3"]));
    shop.once().await;
    assert!(!is_there(&shop, "p3").await);

    let shop = ShopBuilder::of(documents::shop(20))
        .catalog_source("grace = 9")
        .start();
    shop.once().await;
    shop.sends(&without(&["p3", "p4"]));
    shop.once().await;
    shop.sends(&documents::delta(&[
        documents::gone("p3"),
        documents::gone("p7"),
    ]));
    shop.once().await;
    assert_eq!(kept(&shop).await, (1, 0));
    let mut there = Vec::new();
    for id in ["p3", "p4", "p7", "p8"] {
        there.push(is_there(&shop, id).await);
    }
    assert_eq!(there, [false, true, false, true]);
    // A change of a document that was not mentioned mentions it.
    let dearer = documents::product("p4", "Thing number 4", "88.40");
    shop.sends(&documents::delta(&[dearer]));
    shop.once().await;
    assert_eq!(kept(&shop).await, (0, 0));
}

#[tokio::test]
async fn half_a_feed_is_held_whatever_the_grace_and_little_by_little_is_not() {
    let shop = ShopBuilder::of(documents::shop(20))
        .catalog_source("grace = 9")
        .start();
    shop.once().await;
    let before = shop.parts();
    let half = documents::shop(10);
    shop.sends(&half);
    let held = shop.ingest(&["once"]).await;
    assert_eq!(held.code, Some(4), "{}{}", held.stdout, held.stderr);
    assert!(
        held.stdout
            .contains("10 of 20 documents of kind product would go"),
        "{}",
        held.stdout
    );
    // Each of these misses no more than a feed may, though together they miss half.
    for missing in [17, 14, 12, 11] {
        shop.sends(&documents::shop(missing));
        let ended = shop.once().await;
        assert!(
            ended.stdout.contains("nothing to publish"),
            "{}",
            ended.stdout
        );
    }
    assert_eq!((kept(&shop).await, shop.parts()), ((9, 0), before));
}

#[tokio::test]
async fn the_last_good_version_stays_while_a_record_is_refused() {
    let mut shop = ShopBuilder::of(documents::shop(20))
        .catalog_source("keep_last_good = true")
        .start();
    shop.open().await;
    let all = offers(&shop);
    for feeds in 1..=3 {
        let mut feed = broken("p4");
        feed[8]["stock"]["quantity"] = json!(100 + feeds);
        shop.sends(&feed);
        shop.once().await;
        assert_eq!(kept(&shop).await, (0, 1), "feed {feeds}");
        assert!(is_there(&shop, "p4").await, "feed {feeds}");
    }
    let why = shop.ingest(&["why", "p4.name"]).await.stdout;
    assert!(
        why.contains("kept, refused in what was sent by 3 feeds in a row"),
        "{why}"
    );
    let checked = shop.ingest(&["check"]).await.stdout;
    assert!(
        checked.contains("1  kept as they were, because they are refused now"),
        "{checked}"
    );
    assert!(checked.contains("1    refused"), "{checked}");
    // A record that is not there any more is not refused, and has no grace.
    shop.sends(&without(&["p4"]));
    shop.once().await;
    assert!(!is_there(&shop, "p4").await);
    shop.sends(&documents::shop(20));
    shop.once().await;
    shop.sends(&broken("p4"));
    shop.once().await;
    assert_eq!(offers(&shop), all, "the same prices and stock as at first");
}

/// Prices and stock of everything.
fn offers(shop: &Shop) -> Vec<(String, VariantOffer)> {
    let generation = shop.published();
    let variants = generation
        .catalog
        .products()
        .flat_map(|product| product.variants());
    variants
        .map(|variant| {
            (
                variant.id().to_owned(),
                generation.offers.variant(variant.row),
            )
        })
        .collect()
}

#[tokio::test]
async fn what_the_mapping_refuses_is_known_by_its_id() {
    let shop = ShopBuilder::of(Vec::new())
        .catalog_source(
            "keep_last_good = true\nmap = { type = '\"product\"', id = \".no\", name = \".title\", \
             \"prices.0.amount\" = '.price | dec(\",\")', \"prices.0.currency\" = \"$currency\" }",
        )
        .start();
    let records = |price: &str| -> Vec<Value> {
        let price = |number: u32| if number == 4 { price } else { "9,50" };
        (1..=20)
            .map(|number| json!({"no": format!("p{number}"), "title": format!("Thing {number}"), "price": price(number)}))
            .collect()
    };
    let send = |price: &str| {
        shop.backend
            .respond_with(CATALOG, Response::ndjson(&records(price)))
    };
    send("12,00");
    shop.once().await;
    let before = shop.parts();
    send("on request");
    shop.once().await;
    assert_eq!((kept(&shop).await, shop.parts()), ((0, 1), before));
    let checked = shop.ingest(&["check"]).await.stdout;
    assert!(checked.contains("p4: /prices/0/amount"), "{checked}");
}

/// A record that was deleted between the list that names it and its details is refused like one that breaks a rule: by
/// name, within the budget, while the others go on.
#[tokio::test]
async fn a_record_that_was_deleted_behind_its_list_is_refused_by_name() {
    let shop = ShopBuilder::of(documents::shop(5)).start();
    let url = shop.backend.url("/list");
    shop.reconfigure(|text| {
        format!(
            "{text}\n[source.more]\nprovides = \"catalog\"\nurl = \"{url}\"\nschedule = \"0 0 * * *\"\nformat = \"json\"\n\
             records = \"/items\"\nexpand = {{ url = \"details/{{/id}}\", into = \"\" }}\nretries = 0\n"
        )
    });
    let ids: Vec<String> = (1..=40).map(|number| format!("o{number}")).collect();
    let items: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
    let list = Response::json(&json!({"items": items}));
    shop.backend.respond_with("/list", list);
    for id in &ids {
        let product = documents::product(id, &format!("Other {id}"), "30.00");
        shop.backend
            .respond_with(&format!("/details/{id}"), Response::json(&product));
    }
    shop.backend
        .respond_with("/details/o7", Response::status(404));
    let done = shop.once().await;
    assert!(done.stdout.contains("44 products"), "{}", done.stdout);
    let quarantine = shop.folder().join("ingest/quarantine/more.ndjson");
    let refused = std::fs::read_to_string(quarantine).expect("a file");
    let refused: Value = serde_json::from_str(&refused).expect("one line of JSON");
    assert_eq!(refused["key"], "o7");
    assert_eq!(
        refused["message"],
        "the list names it, but its details answered 404"
    );
    let told = shop.ingest(&["check", "more"]).await.stdout;
    assert!(
        told.contains("o7") && told.contains("answered 404"),
        "{told}"
    );

    // Too many are as wrong as too many broken records, and all of them are a wrong address.
    for id in &ids[10..30] {
        shop.backend
            .respond_with(&format!("/details/{id}"), Response::status(410));
    }
    assert_eq!(shop.ingest(&["once", "more"]).await.code, Some(4));
    for id in &ids {
        shop.backend
            .respond_with(&format!("/details/{id}"), Response::status(404));
    }
    assert_eq!(shop.ingest(&["once", "more"]).await.code, Some(3));
}
