//! Whoever searches by another word for a thing finds the thing.

use frontage_tests::shop::{Shop, ShopBuilder};
use serde_json::{Value, json};

fn documents(synonyms: &[Value]) -> Vec<Value> {
    let price = json!([{"amount": "8.00", "currency": "EUR"}]);
    let product = |id: &str, name: &str, german: &str, description: &str| {
        json!({"type": "product", "id": id, "slug": id, "name": name, "prices": price, "description": description,
            "translations": {"de": {"name": german, "slug": id}}})
    };
    let mut documents = vec![
        product("oslo", "Oslo sofa", "Sofa Oslo", "<p>Three seats.</p>"),
        product("cover", "Cover", "Bezug", "<p>Fits every sofa.</p>"),
        product("pixel", "Smartphone 5", "Smartphone 5", "<p>Rings.</p>"),
        product("case", "Case", "Hülle", "<p>For the iPhone.</p>"),
    ];
    documents.extend_from_slice(synonyms);
    documents
}

/// Slugs of the products that a search finds, best match first.
async fn found(shop: &Shop, path: &str) -> Vec<String> {
    let page = shop.get(path).await.body;
    let list = page
        .split_once("class=\"found\"")
        .map_or("", |(_, list)| list);
    let links = list.split("<h3><a href=\"").skip(1);
    links
        .filter_map(|link| link.split('"').next()?.rsplit('/').next())
        .map(str::to_owned)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thing_is_found_by_its_other_names() {
    let synonyms = [
        json!({"type": "synonym", "id": "sofa", "words": ["sofa", "couch", "love seat"]}),
        json!({"type": "synonym", "id": "phone", "words": ["iphone"], "finds": ["smartphone"]}),
        json!({"type": "synonym", "id": "handy", "words": ["Handy", "Smartphone"], "language": "de"}),
    ];
    let mut shop = ShopBuilder::of(documents(&synonyms))
        .shop("locales = [\"de\"]")
        .start();
    shop.open().await;
    for (path, expected) in [
        ("/search?q=sofa", &["oslo", "cover"][..]),
        ("/search?q=couch", &["oslo", "cover"]),
        ("/search?q=Love%20Seat%20oslo", &["oslo"]),
        ("/search?q=iphone", &["pixel", "case"]),
        ("/search?q=smartphone", &["pixel"]),
        ("/de/search?q=handy", &["pixel"]),
        ("/search?q=handy", &[]),
    ] {
        assert_eq!(found(&shop, path).await, expected, "{path}");
    }
    let suggested = shop.get("/partials/suggest?q=couc").await.body;
    assert!(suggested.contains("Oslo sofa"), "{suggested}");

    // Words that are taken back find nothing any more, though no product changed.
    let mut changed = synonyms;
    changed[0]["words"] = json!(["sofa", "settee"]);
    shop.sends(&documents(&changed));
    shop.once().await;
    shop.until_generation(2).await;
    assert_eq!(found(&shop, "/search?q=couch").await, Vec::<String>::new());
    assert_eq!(found(&shop, "/search?q=settee").await, ["oslo", "cover"]);
}
