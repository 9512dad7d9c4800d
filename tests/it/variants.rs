//! Variants and categories of products in documents of their own: the shop is the same as if they stood inside of these.

use frontage_tests::backend::Response;
use frontage_tests::documents;
use frontage_tests::shop::ShopBuilder;
use serde_json::{Value, json};

fn variant(product: &str, size: &str, amount: &str) -> Value {
    json!({
        "type": "variant",
        "product_id": product,
        "id": format!("{product}-{size}"),
        "sku": format!("{product}-{size}"),
        "options": {"size": size},
        "prices": [{"amount": amount, "currency": "EUR"}],
        "stock": {"availability": "in_stock", "quantity": 3},
    })
}

/// A product whose price and stock stand on its variants.
fn parent(id: &str) -> Value {
    let mut product = documents::product(id, &format!("Parent {id}"), "1.00");
    let fields = product.as_object_mut().expect("an object");
    fields.remove("prices");
    fields.remove("stock");
    fields.remove("sku");
    product
}

fn with_variants(mut product: Value, variants: &[Value]) -> Value {
    let inside = |variant: &Value| {
        let mut variant = variant.clone();
        let fields = variant.as_object_mut().expect("an object");
        fields.remove("type");
        fields.remove("product_id");
        variant
    };
    product["variants"] = variants.iter().map(inside).collect();
    product
}

/// A page of one of several shops, without what tells which one.
fn without_port(page: &str) -> String {
    let mut parts = page.split("http://127.0.0.1:");
    let mut text = parts.next().unwrap_or_default().to_owned();
    text.extend(parts.map(|part| part.trim_start_matches(|c: char| c.is_ascii_digit())));
    text
}

#[tokio::test]
async fn apart_or_inside_is_the_same_shop() {
    // Ids that sort between each other: a product's variants stay together whatever follows its id.
    let ids = ["a", "a 1", "a-1", "b"];
    let sizes = [("s", "5.00"), ("m", "6.00"), ("l", "7.00")];
    let variants_of = |id: &str| sizes.map(|(size, amount)| variant(id, size, amount));
    let mut apart = documents::shop(2);
    let mut inside = documents::shop(2);
    for id in ids {
        // Before and after their products, in any order.
        let [small, medium, large] = variants_of(id);
        apart.extend([large, parent(id), medium, small]);
        inside.push(with_variants(parent(id), &{
            let mut sorted = variants_of(id);
            sorted.sort_by_key(|variant| variant["id"].to_string());
            sorted
        }));
    }
    let mut one = ShopBuilder::of(inside).start();
    let mut other = ShopBuilder::of(apart).start();
    one.open().await;
    other.open().await;
    let slugs = ids.map(|id| format!("/p/parent-{}", id.replace(' ', "-")));
    let mut paths: Vec<String> = slugs.to_vec();
    paths.extend(["/c/things", "/search?q=parent", "/p/parent-b?variant=b-m"].map(str::to_owned));
    for path in paths {
        let (a, b) = (one.get(&path).await, other.get(&path).await);
        assert_eq!(a.status, b.status, "{path}");
        assert_eq!(without_port(&a.body), without_port(&b.body), "{path}");
    }
    assert!(other.get("/p/parent-b").await.body.contains("5.00"));

    let why = other.ingest(&["why", "b-m", "--json"]).await;
    let why: Value = serde_json::from_str(&why.stdout).expect("JSON");
    let fields = why["fields"].as_array().expect("fields");
    let named = |name: &str| fields.iter().find(|field| field["name"] == name).cloned();
    let price = named("b-m.prices").expect("a price");
    assert_eq!(price["published"], "6.00 EUR");
    let options = named("b-m.options").expect("options");
    assert_eq!(options["stated"][0]["value"], json!({"size": "m"}));
}

#[tokio::test]
async fn what_does_not_belong_anywhere_is_told_and_left_out() {
    let mut feed = documents::shop(2);
    feed.extend([
        parent("a"),
        variant("a", "s", "5.00"),
        variant("0", "s", "5.00"),
        variant("zz", "s", "5.00"),
        with_variants(parent("c"), &[variant("c", "s", "8.00")]),
        variant("c", "s", "9.00"),
    ]);
    let mut shop = ShopBuilder::of(feed).start();
    let told = shop.ingest(&["check"]).await.stdout;
    for sentence in [
        "variant `0-s` belongs to product `0`, which no source brings; it is left out",
        "variant `zz-s` belongs to product `zz`, which no source brings; it is left out",
        "variant `c-s` stands inside of product `c` and in a document of its own; the one inside counts for all but price and stock",
    ] {
        assert!(told.contains(sentence), "{sentence} in {told}");
    }
    shop.open().await;
    let page = shop.get("/p/parent-a").await.body;
    assert!(page.contains("5.00"), "{page}");
}

#[tokio::test]
async fn changes_touch_one_variant_alone() {
    let mut feed = documents::shop(2);
    let own_name = json!({"type": "variant", "product_id": "a", "id": "a", "options": {"size": "xl"},
        "prices": [{"amount": "44.00", "currency": "EUR"}]});
    feed.extend([
        parent("a"),
        variant("a", "s", "5.00"),
        variant("a", "m", "6.00"),
        own_name.clone(),
        variant("a", "l", "7.00"),
        variant("a", "xs", "8.00"),
    ]);
    let mut shop = ShopBuilder::of(feed).start();
    shop.open().await;
    let first = shop.generation().await;
    // The product comes again; a variant goes, another one gets a price.
    let mut renamed = parent("a");
    renamed["name"] = json!("Parent renamed");
    renamed["slug"] = json!("parent-a");
    let gone = json!({"type": "delete", "of": "variant", "product_id": "a", "id": "a-s"});
    shop.sends(&documents::delta(&[
        renamed.clone(),
        gone,
        variant("a", "m", "6.60"),
    ]));
    shop.once().await;
    shop.until_generation(first + 1).await;
    let page = shop.get("/p/parent-a").await.body;
    assert!(
        page.contains("Parent renamed") && page.contains("6.60") && page.contains("44.00"),
        "{page}"
    );
    assert!(!page.contains("5.00"), "{page}");
    let changed = shop.newest_manifest();

    let mut full = documents::shop(2);
    full.extend([
        renamed,
        variant("a", "m", "6.60"),
        own_name,
        variant("a", "l", "7.00"),
        variant("a", "xs", "8.00"),
    ]);
    shop.sends(&full);
    shop.once().await;
    assert_eq!(
        String::from_utf8_lossy(&shop.newest_manifest()),
        String::from_utf8_lossy(&changed),
        "the full feed says nothing new"
    );
}

#[tokio::test]
async fn rows_of_a_table_become_products_and_their_variants() {
    let rows = "handle;title;size;sku;price\n\
        mug;Stoneware mug;0.3 l;MUG-3;12,90\n\
        ;;0.5 l;MUG-5;14,90\n\
        plate;Plate;;PLATE;9,00\n\
        plate;Plate, again;large;PLATE-L;11,00\n";
    let map = r#"
        {type: "product", id: .handle, name: .title},
        {type: "variant", product_id: .handle, id: .sku, sku: .sku, options: {size: .size},
         prices: [{amount: (.price | dec(",")), currency: $currency}]}
    "#;
    let mut shop = ShopBuilder::of(documents::shop(2))
        .ingest(
            "[source.rows]\nprovides = \"catalog\"\nformat = \"csv\"\nurl = \"URL_OF_ROWS\"\nschedule = \"@daily\"\n\
             map_file = \"rows.jq\"\nduplicates = \"first\"\ncsv = { separator = \";\", fill_down = [\"handle\", \"title\"] }\n",
        )
        .start();
    shop.backend
        .respond_with("/export/rows.csv", Response::ok("text/csv", rows));
    std::fs::write(shop.folder().join("rows.jq"), map).expect("a mapping");
    shop.fill_in("URL_OF_ROWS", "/export/rows.csv");
    shop.open().await;
    let page = shop.get("/p/stoneware-mug").await.body;
    assert!(page.contains("12.90") && page.contains("14.90"), "{page}");
    // A row that says something else about the plate adds a variant, and nothing to the plate.
    let page = shop.get("/p/plate").await.body;
    assert!(
        page.contains("<h1>Plate</h1>") || page.contains(">Plate<"),
        "{page}"
    );
    assert!(page.contains("9.00") && page.contains("11.00"), "{page}");
    assert_eq!(shop.get("/p/plate-again").await.status, 404);
}

#[tokio::test]
async fn codes_of_values_become_words() {
    let coded = |id: &str, options: Value, values: Value| {
        json!({"type": "variant", "product_id": "a", "id": id, "options": options, "option_values": values,
            "prices": [{"amount": "5.00", "currency": "EUR"}]})
    };
    let mut plain = documents::product("b", "Plain thing", "3.00");
    plain["attributes"] = json!([{"code": "color", "value": "52"}]);
    let definition = json!({"type": "attribute", "code": "color", "label": "Colour", "filterable": true,
        "values": {"52": {"label": "Gray", "swatch": "#808080"}, "53": {"label": "Red"}}});
    let mut feed = documents::shop(2);
    feed.extend([
        parent("a"),
        coded("a-1", json!({"color": "52"}), json!([])),
        coded("a-2", json!({}), json!(["53"])),
        plain,
        definition.clone(),
    ]);
    let mut shop = ShopBuilder::of(feed.clone()).start();
    shop.open().await;
    let page = shop.get("/p/parent-a").await.body;
    for word in ["Colour", "Gray", "Red", "#808080"] {
        assert!(page.contains(word), "{word} in {page}");
    }
    assert!(shop.get("/p/plain-thing").await.body.contains("Gray"));
    let listed = shop.get("/c/things?f.color=gray").await.body;
    assert!(
        listed.contains("Parent a") && listed.contains("Plain thing"),
        "{listed}"
    );
    assert!(!listed.contains("Thing number 1"), "{listed}");
    assert!(
        shop.get("/search?q=gray")
            .await
            .body
            .contains("Plain thing")
    );

    let published = async |name: &str| {
        let why = shop.ingest(&["why", name, "--json"]).await;
        let why: Value = serde_json::from_str(&why.stdout).expect("JSON");
        let field = why["fields"][0].clone();
        (
            field["published"].clone(),
            field["stated"][0]["value"].clone(),
        )
    };
    let wanted = (
        json!("Colour: Gray"),
        json!([{"code": "color", "value": "52"}]),
    );
    assert_eq!(published("b.attributes").await, wanted);
    let wanted = (json!("Red"), json!(["53"]));
    assert_eq!(published("a.option_values").await, wanted);

    // Another word for the same number changes what is shown, and nothing else.
    let first = shop.generation().await;
    let last = feed.len() - 1;
    feed[last]["values"]["52"]["label"] = json!("Grey");
    shop.sends(&feed);
    shop.once().await;
    shop.until_generation(first + 1).await;
    assert!(shop.get("/p/plain-thing").await.body.contains("Grey"));
    assert!(
        shop.get("/c/things?f.color=grey")
            .await
            .body
            .contains("Plain thing")
    );
}

#[tokio::test]
async fn products_are_placed_in_categories() {
    let place = |product: &str, category: &str| json!({"type": "placement", "product_id": product, "category_id": category});
    let mut loose = documents::product("b", "Loose thing", "3.00");
    loose
        .as_object_mut()
        .expect("an object")
        .remove("category_ids");
    let other = json!({"type": "category", "id": "other", "name": "Other"});
    let mut first = place("b", "things");
    first["primary"] = json!(true);
    let mut feed = documents::shop(2);
    feed.extend([
        loose,
        other,
        first,
        place("b", "other"),
        // Named by the product itself, too; of a product that nobody brings; in a category that is missing.
        place("p1", "things"),
        place("a", "things"),
        place("zz", "things"),
        place("p2", "nowhere"),
    ]);
    let mut shop = ShopBuilder::of(feed).start();
    let told = shop.ingest(&["check"]).await.stdout;
    for sentence in [
        "product `a`, which no source brings, is placed in category `things`",
        "product `zz`, which no source brings, is placed in category `things`",
        "product `p2` names a category `nowhere` that does not exist",
    ] {
        assert!(told.contains(sentence), "{sentence} in {told}");
    }
    shop.open().await;
    let first = shop.generation().await;
    for path in ["/c/things", "/c/other"] {
        assert!(shop.get(path).await.body.contains("Loose thing"), "{path}");
    }
    let crumbs = shop.get("/p/loose-thing").await.body;
    assert!(crumbs.contains("<a href=\"/c/things\">"), "{crumbs}");
    let why = shop.ingest(&["why", "b.category_ids", "--json"]).await;
    let why: Value = serde_json::from_str(&why.stdout).expect("JSON");
    let field = &why["fields"][0];
    assert_eq!(field["published"], "Other; Things");
    assert_eq!(field["stated"][0]["value"], json!(["other", "things"]));

    // A change takes it out of one of them.
    let gone = json!({"type": "delete", "of": "placement", "product_id": "b", "id": "other"});
    shop.sends(&documents::delta(&[gone]));
    shop.once().await;
    shop.until_generation(first + 1).await;
    assert!(!shop.get("/c/other").await.body.contains("Loose thing"));
    assert!(shop.get("/c/things").await.body.contains("Loose thing"));
}
