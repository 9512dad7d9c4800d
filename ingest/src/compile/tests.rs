//! From documents to an opened catalog and back, through real files.

use std::collections::BTreeMap;
use std::path::Path;

use frontage_shared::snapshot::mapped;
use frontage_shared::snapshot::offers::{Availability, Offers};
use frontage_shared::snapshot::routes::RouteKind;
use serde_json::{Value, json};

use super::*;
use crate::feed::FeedFolder;
use crate::wire::Document;
use frontage_shared::model::money::Currency;

struct Shop {
    folder: tempfile::TempDir,
    config: Config,
}

impl Shop {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let text = r#"
            store = "store"
            state = "state"
            [shop]
            id = "demo"
            name = "Demo"
            currency = "EUR"
            [source.products]
            provides = "catalog"
            url = "http://127.0.0.1:1/"
            schedule = "* * * * *"
            [source.stock]
            provides = "offers"
            url = "http://127.0.0.1:1/"
            schedule = "* * * * *"
        "#;
        let config = crate::config::from_text(text, Path::new("test.toml"), folder.path()).unwrap();
        Self { folder, config }
    }

    fn merged(&self, products: &[Value], stock: &[Value]) -> Merged {
        let feed = |source: &str, documents: &[Value]| {
            let documents = documents
                .iter()
                .map(|document| Document::from_value(document.clone()).unwrap())
                .collect();
            FeedFolder::open(&self.config.state, source)
                .unwrap()
                .write(documents, Currency::EUR, 1)
                .unwrap()
        };
        let feeds = BTreeMap::from([
            ("products".to_owned(), feed("products", products)),
            ("stock".to_owned(), feed("stock", stock)),
        ]);
        Merged::new(&self.config, feeds).unwrap()
    }

    fn catalog(
        &self,
        products: &[Value],
        previous: Option<&Catalog>,
    ) -> (Catalog, Conflicts, Compiled) {
        let mut conflicts = Conflicts::default();
        let file = self.folder.path().join("catalog");
        // A file that an earlier catalog still has mapped must not be written again.
        let _ = std::fs::remove_file(&file);
        let merged = self.merged(products, &[]);
        let compiled =
            catalog(&self.config, &merged, (previous, 1), &mut conflicts, &file).unwrap();
        let opened = Catalog::open(mapped::map(&file).unwrap()).unwrap();
        opened.verify().unwrap();
        (opened, conflicts, compiled.compiled)
    }

    fn offers(
        &self,
        products: &[Value],
        stock: &[Value],
        (opened, compiled): (&Catalog, &Compiled),
    ) -> (Offers, Conflicts) {
        let merged = self.merged(products, stock);
        let mut conflicts = Conflicts::default();
        let file = self.folder.path().join("offers");
        let since = Since {
            now: 1,
            published: None,
        };
        offers(
            &self.config,
            (&merged, None),
            (opened, &compiled.entry),
            since,
            None,
            &mut conflicts,
            &file,
        )
        .unwrap();
        let offers = Offers::open(mapped::map(&file).unwrap()).unwrap();
        offers.verify().unwrap();
        (offers, conflicts)
    }
}

fn mug(id: &str, name: &str) -> Value {
    json!({"type": "product", "id": id, "name": name, "brand": "Clay & Co", "category_ids": ["mugs"],
        "attributes": [{"code": "material", "label": "Material", "value": "Stoneware"}]})
}

fn departments() -> Vec<Value> {
    vec![
        json!({"type": "category", "id": "kitchen", "name": "Kitchen"}),
        json!({"type": "category", "id": "mugs", "name": "Mugs", "parent_id": "kitchen"}),
    ]
}

fn with(documents: &[Value]) -> Vec<Value> {
    departments()
        .into_iter()
        .chain(documents.iter().cloned())
        .collect()
}

/// A shirt in two sizes, related to a mug.
fn shirt() -> Value {
    json!({"type": "product", "id": "9", "name": "Shirt", "category_ids": ["kitchen"],
        "options": [{"code": "size", "name": "Size", "values": [{"code": "s"}, {"code": "m", "name": "Medium"}]}],
        "variants": [{"id": "9-m", "sku": "SH-M", "options": {"size": "m"}, "default": true},
                     {"id": "9-s", "sku": "SH-S", "options": {"size": "s"}}],
        "media": [{"url": "https://img.example/shirt.jpg", "alt": "A shirt"}],
        "related": [{"relation": "related", "product_id": "1"}]})
}

#[test]
fn products_that_go_in_come_out() {
    let (catalog, conflicts, compiled) =
        Shop::new().catalog(&with(&[mug("1", "Blue Mug"), shirt()]), None);
    assert_eq!(conflicts.samples, Vec::<String>::new());
    assert_eq!(
        (
            compiled.counts.products,
            compiled.counts.variants,
            compiled.counts.categories
        ),
        (2, 3, 2)
    );

    let shirt = catalog.product_by_id("9").unwrap();
    let variants: Vec<_> = shirt
        .variants()
        .map(|variant| variant.sku().to_owned())
        .collect();
    assert_eq!(variants, ["SH-M", "SH-S"]);
    let values: Vec<_> = shirt
        .variants()
        .flat_map(|variant| {
            variant
                .values()
                .map(|value| value.name().to_owned())
                .collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(values, ["Medium", "s"]);
    assert_eq!(
        shirt
            .related()
            .map(|(product, _)| product.name().to_owned())
            .collect::<Vec<_>>(),
        ["Blue Mug"]
    );
    assert_eq!(
        catalog.media_origins().collect::<Vec<_>>(),
        ["https://img.example"]
    );
    assert_eq!(catalog.variant_by_sku("SH-S").unwrap().id(), "9-s");
    assert_eq!(
        catalog
            .variant_by_id("1")
            .unwrap()
            .product()
            .unwrap()
            .slug(),
        "blue-mug"
    );
}

#[test]
fn categories_search_and_facets_come_out() {
    let (catalog, _, _) = Shop::new().catalog(&with(&[mug("1", "Blue Mug"), shirt()]), None);
    let kitchen = catalog.root_categories().next().unwrap();
    assert_eq!(
        (
            kitchen.path(),
            kitchen.products().len(),
            kitchen.children().next().unwrap().path()
        ),
        ("kitchen", 2, "kitchen/mugs")
    );
    let crumbs: Vec<_> = catalog
        .product_by_id("1")
        .unwrap()
        .primary_category()
        .unwrap()
        .breadcrumb()
        .iter()
        .map(|c| c.name().to_owned())
        .collect();
    assert_eq!(crumbs, ["Kitchen", "Mugs"]);
    assert_eq!(catalog.search("stoneware").unwrap().rows.len(), 1);
    let facets: Vec<_> = catalog
        .facets()
        .map(|facet| facet.code().to_owned())
        .collect();
    assert_eq!(facets, ["brand", "size"]);
}

#[test]
fn lists_stand_as_the_merchant_places_them() {
    let placed = |id: &str, keys: Value| {
        let mut product = mug(id, id);
        let keys = keys.as_object().unwrap().clone();
        product.as_object_mut().unwrap().extend(keys);
        product
    };
    let placement = |id: &str, position: i64| json!({"type": "placement", "product_id": id, "category_id": "mugs", "position": position});
    let newer = json!({"created_at": "2026-01-01T00:00:00Z"});
    let (catalog, conflicts, _) = Shop::new().catalog(
        &with(&[
            placed("a", json!({})),
            placed("b", newer),
            placed("c", json!({"position": 2})),
            placed("d", json!({"position": 1})),
            placed("e", json!({"category_positions": {"mugs": 7}})),
            placed("f", json!({"position": 3})),
            placement("f", -1),
            placement("e", 99),
        ]),
        None,
    );
    assert_eq!(conflicts.samples, Vec::<String>::new());
    let names = |rows: Vec<u32>| {
        let name = |row: u32| catalog.product(row).unwrap().name().to_owned();
        rows.into_iter().map(name).collect::<Vec<_>>().join("")
    };
    let kitchen = catalog.root_categories().next().unwrap();
    let mugs = kitchen.children().next().unwrap();
    // In the category by their places in it; above it, where only that of all lists counts, by that.
    assert_eq!(names(mugs.products().collect()), "fedcba");
    assert_eq!(names(kitchen.products().collect()), "dcfbae");
    let mut featured: Vec<u32> = (0..6).collect();
    featured.sort_by_key(|&row| catalog.ranks().get(row).unwrap().featured.get());
    assert_eq!(names(featured), "dcfbae");
}

#[test]
fn the_same_documents_give_the_same_bytes() {
    let shop = Shop::new();
    let documents = with(&[mug("1", "Blue Mug"), mug("2", "Red Mug")]);
    let (_, _, first) = shop.catalog(&documents, None);
    let (_, _, second) = shop.catalog(&documents, None);
    assert_eq!(first.entry, second.entry);
}

#[test]
fn a_slug_stays_until_the_feed_changes_it_and_then_redirects() {
    let shop = Shop::new();
    let (first, _, _) = shop.catalog(&with(&[mug("1", "Blue Mug")]), None);
    let (renamed, _, _) = shop.catalog(
        &with(&[mug("1", "Azure Mug"), mug("0", "Blue Mug")]),
        Some(&first),
    );
    assert_eq!(renamed.product_by_id("1").unwrap().slug(), "blue-mug");
    assert_eq!(renamed.product_by_id("0").unwrap().slug(), "blue-mug-0");

    let mut moved = mug("1", "Azure Mug");
    moved["slug"] = json!("azure-mug");
    let (moved, _, _) = shop.catalog(&with(&[moved.clone()]), Some(&renamed));
    let former = moved.route(RouteKind::Product, "blue-mug").unwrap();
    assert!(former.former);
    assert_eq!(moved.product(former.row).unwrap().slug(), "azure-mug");
    assert_eq!(moved.route(RouteKind::Product, "blue-mug-0"), None);

    let (later, _, _) = shop.catalog(&with(&[mug("1", "Azure Mug")]), Some(&moved));
    assert!(
        later.route(RouteKind::Product, "blue-mug").unwrap().former,
        "redirects outlive generations"
    );
}

#[test]
fn what_does_not_fit_together_is_told_and_left_out() {
    let mut lost = mug("1", "Lost Mug");
    lost["category_ids"] = json!(["nowhere"]);
    let mut twin = mug("2", "Twin");
    twin["variants"] = json!([{"id": "1"}]);
    let mut draft = mug("3", "Draft");
    draft["status"] = json!("draft");
    let (catalog, conflicts, _) = Shop::new().catalog(&with(&[lost, twin, draft]), None);
    assert_eq!(catalog.product_count(), 1);
    let told = conflicts.samples.join("\n");
    for part in [
        "`nowhere` that does not exist",
        "variant `1` of product `2` exists already",
        "product `2` has no active variant",
    ] {
        assert!(told.contains(part), "{told}");
    }
}

#[test]
fn offers_follow_the_variants() {
    let shop = Shop::new();
    let mut priced = mug("1", "Blue Mug");
    priced["prices"] = json!([{"amount": "10.00", "currency": "EUR"}]);
    priced["sku"] = json!("MUG");
    let documents = with(&[priced, mug("2", "Free Mug")]);
    let (opened, _, compiled) = shop.catalog(&documents, None);
    let stock = [
        json!({"type": "offer", "sku": "MUG", "stock": {"availability": "in_stock", "quantity": 3.7}}),
        json!({"type": "offer", "variant_id": "2", "prices": [{"amount": "0.00", "currency": "EUR"}]}),
        json!({"type": "offer", "variant_id": "404", "prices": [{"amount": "1.00", "currency": "EUR"}]}),
    ];
    let (offers, conflicts) = shop.offers(&documents, &stock, (&opened, &compiled));
    let mug = offers.variant(opened.variant_by_id("1").unwrap().row);
    assert_eq!(
        (mug.price, mug.quantity, mug.availability),
        (Some(1000), Some(3), Availability::InStock)
    );
    assert_eq!(
        offers.variant(opened.variant_by_id("2").unwrap().row).price,
        None
    );
    assert_eq!(offers.price_order().collect::<Vec<_>>(), [0, 1]);
    assert!(
        conflicts
            .samples
            .iter()
            .any(|sample| sample.contains("1 offers name a variant")),
        "{:?}",
        conflicts.samples
    );
}

#[test]
fn sections_are_part_of_what_a_page_says() {
    let shop = Shop::new();
    let mut off = mug("3", "Red Mug");
    off["status"] = json!("archived");
    let page = |section: Value| {
        let front = json!({"type": "page", "id": "front", "slug": "front", "title": "Front", "sections": [section]});
        let about = json!({"type": "page", "id": "about", "slug": "about", "title": "About"});
        with(&[
            mug("1", "Blue Mug"),
            mug("2", "Green Mug"),
            off.clone(),
            about,
            front,
        ])
    };
    let contents = |section: Value| {
        let (catalog, conflicts, _) = shop.catalog(&page(section), None);
        let change = |row| {
            catalog
                .content_change(RouteKind::Page, row)
                .unwrap()
                .content
        };
        let pages = catalog
            .pages()
            .map(|page| (page.id().to_owned(), change(page.row)));
        let pages: BTreeMap<_, _> = pages.collect();
        (pages["about"], pages["front"], conflicts.samples)
    };
    let shows = |ids: &[&str]| json!({"kind": "products", "title": "New", "product_ids": ids});
    let (about, front, conflicts) = contents(shows(&["1", "3"]));
    // What is switched off exists, and what does not is told.
    assert_eq!(conflicts, Vec::<String>::new());
    assert_eq!(contents(shows(&["1"])), (about, front, Vec::new()));
    let others = [
        shows(&["1", "2"]),
        json!({"kind": "products", "title": "Old", "product_ids": ["1"]}),
        json!({"kind": "categories", "title": "New"}),
        json!({"kind": "text", "title": "New", "body": "<p>Hello</p>"}),
    ];
    for other in others {
        let (own_about, own_front, conflicts) = contents(other.clone());
        assert_eq!((own_about, conflicts.len()), (about, 0), "{other}");
        assert_ne!(own_front, front, "{other}");
    }
    let (.., conflicts) = contents(shows(&["4"]));
    assert!(conflicts[0].contains("product `4`"), "{conflicts:?}");
}

#[test]
fn what_a_product_says_of_itself_holds_for_its_variants() {
    let shop = Shop::new();
    let product = |id: &str, variants: Value| json!({"type": "product", "id": id, "name": id, "tax_class": id, "variants": variants});
    let documents = [
        json!({"type": "product", "id": "alone", "name": "Alone", "tax_class": "alone"}),
        product(
            "pair",
            json!([{"id": "p1"}, {"id": "p2", "tax_class": "own"}]),
        ),
        // One of its variants has the id that it has itself.
        product("twin", json!([{"id": "t1"}, {"id": "twin"}])),
    ];
    let (opened, _, compiled) = shop.catalog(&documents, None);
    let stock = [json!({"type": "offer", "variant_id": "twin", "tax_class": "stated"})];
    let (offers, _) = shop.offers(&documents, &stock, (&opened, &compiled));
    let class = |id: &str| offers.tax_class(opened.variant_by_id(id).unwrap().row);
    assert_eq!(
        ["alone", "p1", "p2", "t1", "twin"].map(class),
        ["alone", "pair", "own", "stated", "stated"]
    );
}
