//! Suggestions, parts of product pages, and several fragments in one answer.

use frontage_tests::documents::{product, shop};
use frontage_tests::shop::ShopBuilder;
use frontage_tests::shopper::{Shopper, location};
use serde_json::json;

use crate::buying::{open, publish};

#[tokio::test]
async fn suggestions_continue_forgive_and_lead_somewhere() {
    let documents = vec![
        json!({"type": "category", "id": "things", "name": "Lampshades"}),
        product("a", "Reading lamp Ölund", "5.00"),
        product("b", "Lampholder", "6.00"),
        product("c", "Carpet", "7.00"),
    ];
    let mut shop = ShopBuilder::of(documents).start();
    shop.open().await;
    let page = shop.get("/partials/suggest?q=lam").await;
    assert_eq!(
        (page.status, page.header("cache-control")),
        (200, "public, no-cache")
    );
    for text in [
        "data-said=\"5 suggestions\"",
        "href=\"/search?q=lampholder\"",
        "href=\"/search?q=lamp\"",
        "href=\"/c/lampshades\"",
        "href=\"/p/reading-lamp-oelund\"",
        "€6.00",
        "href=\"/search?q=lam\"",
    ] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    let page = shop.get("/partials/suggest?q=reading+%C3%B6l").await;
    assert!(page.body.contains(">reading ölund</a>"), "{}", page.body);
    let page = shop.get("/partials/suggest?q=carpte").await;
    assert!(page.body.contains("href=\"/p/carpet\""), "{}", page.body);
    let page = shop.get("/partials/suggest?q=qqqqqq").await;
    assert!(
        page.status == 200 && !page.body.contains("<a "),
        "{}",
        page.body
    );
    assert_eq!(
        location(&shop.get("/partials/suggest?q=++lam&x=1").await),
        "/partials/suggest?q=lam"
    );
}

#[tokio::test]
async fn fragments_come_alone_and_together_from_one_generation() {
    let shop = open(shop(3)).await;
    let whole = shop.get("/p/thing-number-1").await.body;
    for (part, holds, lacks) in [
        ("buybox", "name=\"add\" value=\"p1\"", "<h1"),
        ("offer", "€10.50", "<form"),
        ("description", "All about Thing number 1.", "€"),
        ("related", "/p/thing-number-2", "All about"),
    ] {
        let page = shop.get(&format!("/p/thing-number-1?part={part}")).await;
        assert_eq!(page.header("cache-control"), "public, no-cache", "{part}");
        assert!(
            page.body.contains(holds) && !page.body.contains(lacks),
            "{part}: {}",
            page.body
        );
        assert!(
            whole.contains(page.body.trim()),
            "{part} is not what the page has"
        );
    }
    let gone = shop.get("/partials/recent?p=gone").await;
    assert_eq!((gone.status, gone.body.as_str()), (200, ""));
    // The page itself has no such part, so an option may have the name.
    assert!(shop.get("/p/thing-number-1?part=x").await.status == 302);

    let urls =
        "u=%2Fp%2Fthing-number-2%3Fpart%3Dbuybox&u=%2Fpartials%2Frecent%3Fp%3Dthing-number-3";
    let page = shop
        .get(&format!("/partials?{urls}&u=%2Fp%2Fgone%3Fpart%3Doffer"))
        .await;
    assert_eq!(
        (page.status, page.header("cache-control")),
        (200, "public, no-cache")
    );
    assert!(page.headers.contains_key("etag"));
    let starts: Vec<_> = page
        .body
        .match_indices("<template data-url=\"")
        .map(|(at, _)| at)
        .collect();
    assert_eq!(starts.len(), 3);
    assert!(page.body[starts[0]..starts[1]].contains("value=\"p2\""));
    assert!(page.body[starts[1]..starts[2]].contains("€12.50"));
    assert!(page.body[starts[2]..].contains("data-status=\"404\"></template>"));

    let mut ann = Shopper::new();
    ann.add(&shop, "p1", 7).await;
    let page = ann
        .get(&shop, &format!("/partials?{urls}&u=%2Fpartials%2Fcart"))
        .await;
    assert_eq!(page.header("cache-control"), "private, no-store");
    assert!(page.body.contains("</span>7</span>"), "{}", page.body);

    let nested = "/partials?u=%2Fpartials%3Fu%3D%252Fpartials%252Fcart";
    let many = format!("/partials?{}", ["u=%2Fpartials%2Fcart"; 21].join("&"));
    for refused in [
        nested,
        "/partials",
        &many,
        "/partials?u=%2F",
        "/partials?u=https%3A%2F%2Fx",
    ] {
        assert_eq!(shop.get(refused).await.status, 400, "{refused}");
    }
    assert_eq!(
        location(&shop.get("/partials?u=%2F%2Fpartials%2Fcart%2F&x=1").await),
        "/partials?u=%2Fpartials%2Fcart"
    );
}

/// While prices change all together, no answer has some of the old and some of the new ones.
#[tokio::test]
async fn several_fragments_never_mix_generations() {
    let priced = |amount: &str| {
        let mut documents = vec![frontage_tests::documents::category()];
        documents.extend(
            (1..=9).map(|n| product(&format!("p{n}"), &format!("Thing number {n}"), amount)),
        );
        documents
    };
    let shop = open(priced("10.00")).await;
    let urls: Vec<_> = (1..=9)
        .map(|n| format!("u=%2Fpartials%2Foffer%2Fthing-number-{n}"))
        .collect();
    let path = format!("/partials?{}", urls.join("&"));
    let asked = async {
        let mut seen = std::collections::BTreeSet::new();
        while seen.len() < 3 {
            let page = shop.get(&path).await;
            let cents: Vec<&str> = page
                .body
                .split("€1")
                .skip(1)
                .map(|rest| &rest[..4])
                .collect();
            assert_eq!(cents.len(), 9, "{}", page.body);
            assert!(cents.iter().all(|price| *price == cents[0]), "{cents:?}");
            seen.insert((page.generation(), cents[0].to_owned()));
        }
        seen.len()
    };
    let published = async {
        for amount in ["10.10", "10.20"] {
            publish(&shop, &priced(amount)).await;
        }
    };
    assert_eq!(tokio::join!(asked, published).0, 3);
}
