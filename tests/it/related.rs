//! What stands beside a product: what goes with it, and what is like it, each under a heading of its own.

use frontage_tests::shop::ShopBuilder;
use serde_json::{Value, json};

/// Headings of the rows of products on a page, with the products below each.
fn rows(page: &str) -> Vec<(String, Vec<String>)> {
    let mut rows = Vec::new();
    for section in page.split("<section aria-labelledby=\"").skip(1) {
        let Some((id, section)) = section.split_once('"') else {
            continue;
        };
        if !["goes-with", "related"].contains(&id) {
            continue;
        }
        let links = section.split("<h3><a href=\"/p/").skip(1);
        let slugs = links.filter_map(|link| link.split('"').next());
        let heading = section.split(['<', '>']).nth(3).unwrap_or_default();
        rows.push((heading.to_owned(), slugs.map(str::to_owned).collect()));
    }
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_with_a_product_stands_apart_from_what_is_like_it() {
    let product = |id: &str, related: Value| {
        json!({"type": "product", "id": id, "slug": id, "name": id, "category_ids": ["lamps"], "related": related,
            "prices": [{"amount": "8.00", "currency": "EUR"}]})
    };
    let to = |relation: &str, id: &str| json!({"relation": relation, "product_id": id});
    let mut shop = ShopBuilder::of(vec![
        json!({"type": "category", "id": "lamps", "slug": "lamps", "name": "Lamps"}),
        product(
            "lamp",
            json!([
                to("substitute", "torch"),
                to("consumable", "bulb"),
                to("accessory", "shade")
            ]),
        ),
        product("torch", json!([to("cross_sell", "bulb")])),
        product(
            "bulb",
            json!([to("related", "torch"), to("upsell", "lamp")]),
        ),
        product("shade", json!([])),
    ])
    .start();
    shop.open().await;
    let named = |heading: &str, slugs: &[&str]| {
        let slugs = slugs.iter().map(|&slug| slug.to_owned());
        (heading.to_owned(), slugs.collect::<Vec<_>>())
    };
    let lamp = rows(&shop.get("/p/lamp").await.body);
    assert_eq!(
        lamp,
        [
            named("Goes well with it", &["bulb", "shade"]),
            named("Instead of it", &["torch"])
        ]
    );
    assert_eq!(rows(&shop.get("/p/lamp?part=related").await.body), lamp);
    let bulb = rows(&shop.get("/p/bulb").await.body);
    assert_eq!(bulb, [named("You may also like", &["torch", "lamp"])]);

    // Neighbours fill in where the merchant names nothing that is like it, but not with what stands there already.
    let mut torch = rows(&shop.get("/p/torch").await.body);
    torch.iter_mut().for_each(|(_, slugs)| slugs.sort());
    assert_eq!(
        torch,
        [
            named("Goes well with it", &["bulb"]),
            named("More like this", &["lamp", "shade"])
        ]
    );
}
