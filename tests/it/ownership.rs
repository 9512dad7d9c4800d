//! Two systems know the same product: each field comes from the one that owns it, and `why` tells.

use frontage_tests::backend::Response;
use frontage_tests::documents;
use frontage_tests::shop::ShopBuilder;
use serde_json::{Value, json};

const TEXTS: &str = "/export/texts";

#[tokio::test]
async fn each_field_comes_from_its_owner_and_why_says_so() {
    let pim = json!({"type": "product", "id": "p1", "name": "Stoneware mug", "description": "<p>Fired at 1,250 °C.</p>", "tags": ["pim"]});
    let mut builder = ShopBuilder::of(documents::shop(3));
    let address = "URL_OF_TEXTS";
    builder = builder.ingest(&format!(
        "[source.texts]\nprovides = \"catalog\"\nformat = \"ndjson\"\nurl = \"{address}\"\nschedule = \"* * * * * *\"\npriority = -1\nowns = [\"name\"]\n"
    ));
    let mut shop = builder.start();
    shop.backend.respond_with(TEXTS, Response::ndjson(&[pim]));
    shop.fill_in(address, TEXTS);
    shop.open().await;

    // The name is the texts' own; the description is of the source that comes first; tags only one of them states.
    let page = shop.get("/p/stoneware-mug").await;
    assert_eq!(page.status, 200);
    assert!(
        page.body.contains("All about Thing number 1."),
        "{}",
        page.body
    );
    assert!(!page.body.contains("Fired at"));

    let why = shop.ingest(&["why", "p1", "--json"]).await;
    assert_eq!(why.code, Some(0), "{}{}", why.stdout, why.stderr);
    let why: Value = serde_json::from_str(&why.stdout).expect("JSON");
    assert_eq!(why["published"], "Stoneware mug");
    let field = |name: &str| {
        let fields = why["fields"].as_array().expect("fields");
        fields
            .iter()
            .find(|field| field["name"] == name)
            .expect("the field")
            .clone()
    };
    let name = field("name");
    assert_eq!(name["stated"][0]["source"], "texts");
    assert_eq!(name["stated"][0]["reason"], "owns the field");
    assert_eq!(name["stated"][1]["source"], "catalog");
    assert_eq!(name["stated"][1]["value"], "Thing number 1");
    assert_eq!(name["stated"][1]["reason"], "overridden");
    assert_eq!(field("description")["stated"][0]["source"], "catalog");
    assert_eq!(field("tags")["stated"][0]["source"], "texts");
    assert_eq!(field("p1.prices")["published"], "10.50 EUR");

    let price = shop.ingest(&["why", "p1.price"]).await;
    assert_eq!(price.code, Some(0), "{}", price.stderr);
    assert!(
        price.stdout.contains("p1.prices: 10.50 EUR in the shop"),
        "{}",
        price.stdout
    );
    for (wanted, told) in [("nothing", "no accepted feed"), ("p1.colour", "stated are")] {
        let unknown = shop.ingest(&["why", wanted]).await;
        assert_eq!(unknown.code, Some(2), "{wanted}");
        assert!(unknown.stderr.contains(told), "{}", unknown.stderr);
    }
}
