//! Names stand where readers of the language look for them, in lists and among brands.

use frontage_tests::shop::ShopBuilder;
use serde_json::json;

#[tokio::test]
async fn lists_by_name_and_brands_stand_in_the_order_of_the_language() {
    let thing = |id: &str, name: &str| {
        json!({"type": "product", "id": id, "slug": id, "name": name, "brand": name, "category_ids": ["all"],
            "prices": [{"amount": "8.00", "currency": "EUR"}], "translations": {"sv": {"name": name}}})
    };
    let mut shop = ShopBuilder::of(vec![
        json!({"type": "category", "id": "all", "slug": "all", "name": "Alles"}),
        thing("zebra", "Zebra"),
        thing("ahre", "Ähre"),
        thing("affe", "affe"),
        thing("ol", "Öl"),
        thing("m10", "M10"),
        thing("m2", "M2"),
    ])
    .shop("locale = \"de\"\nlocales = [\"sv\"]")
    .start();
    shop.open().await;
    for (prefix, wanted, letters) in [
        ("", ["affe", "Ähre", "M2", "M10", "Öl", "Zebra"], "A M O Z"),
        (
            "/sv",
            ["affe", "M2", "M10", "Zebra", "Ähre", "Öl"],
            "A M Z Ä Ö",
        ),
    ] {
        let list = shop.get(&format!("{prefix}/c/all?sort=name")).await.body;
        let link = format!("<h3><a href=\"{prefix}/p/");
        let links = list.split(&link).skip(1);
        let names: Vec<_> = links
            .filter_map(|link| link.split(['>', '<']).nth(1))
            .collect();
        assert_eq!(names, wanted, "{prefix}");
        let brands = shop.get(&format!("{prefix}/b")).await.body;
        let headings = brands.split("<h2 id=\"letter-").skip(1);
        let headings: Vec<_> = headings
            .filter_map(|one| one.split(['>', '<']).nth(1))
            .collect();
        assert_eq!(headings.join(" "), letters, "{prefix}");
    }
}
