//! The demo looks like a shop: its back end says all that a shop has, and its configuration makes a shop of it.

use frontage_shared::snapshot::page_sections::SectionKind;
use frontage_tests::demo::running::Running;
use frontage_tests::demo::settings::Settings;
use frontage_tests::shop::ShopBuilder;

#[tokio::test]
async fn the_demo_shows_what_a_shop_has() {
    let mut shop = ShopBuilder::generated(600).start();
    let mut settings = Settings::read(|_| None).expect("settings");
    settings.backend = shop.backend.address();
    for (name, text) in settings.files(shop.folder()) {
        if name != "server.toml" {
            std::fs::write(shop.folder().join(name), text).expect("a configuration file");
        }
    }
    let once = shop.once().await;
    assert_eq!(once.code, Some(0), "{}{}", once.stdout, once.stderr);
    assert!(!once.stdout.contains("refused 1"), "{}", once.stdout);
    assert!(!once.stdout.contains("does not exist"), "{}", once.stdout);
    let generation = shop.published();
    let catalog = &generation.catalog;
    assert!(catalog.rating_count() > 200, "{}", catalog.rating_count());
    let home = catalog
        .pages()
        .find(|page| page.kind() == "home")
        .expect("a home page");
    let kinds: Vec<SectionKind> = home
        .sections()
        .iter()
        .map(|section| section.kind())
        .collect();
    for kind in [
        SectionKind::Hero,
        SectionKind::Text,
        SectionKind::Products,
        SectionKind::Query,
        SectionKind::Categories,
    ] {
        assert!(kinds.contains(&kind), "{kind:?}");
    }
    assert_eq!(
        catalog
            .pages()
            .filter(|page| page.kind() == "article")
            .count(),
        5
    );
    let sets: Vec<_> = catalog.bundles().collect();
    assert!(sets.iter().all(|set| set.bundle().count() == 3) && !sets.is_empty());
    let ends =
        (0..generation.offers.variant_count()).filter_map(|row| generation.offers.changes_at(row));
    assert!(ends.count() > 20, "sales that end by themselves");
    let places: Vec<_> = generation.offers.location_ids().collect();
    assert_eq!(
        places,
        ["B01", "B02", "B03"],
        "stock in the merchant's shops"
    );
    shop.serve().await;
    for (path, part) in [
        ("/", "<h1>Things worth keeping</h1>"),
        ("/", "Reduced right now"),
        ("/de/", "<h1>Dinge, die bleiben</h1>"),
        ("/pages/sale", "Kitchen"),
        ("/pages", "One good knife"),
        ("/p/desk-that-works", "In this set"),
    ] {
        let page = shop.get(path).await;
        assert!(page.body.contains(part), "{path}: {part} in {}", page.body);
    }
}

/// What some back end exports, with a semicolon and a comma in its numbers.
const EXPORT: &str = "\
Artikelnummer;Bezeichnung;Preis;Bestand;Marke;Warengruppe
T-100;Teekanne aus Steingut;39,90;12;Brunn;Kanne
T-200;Teekanne aus Glas;24,50;0;Brunn;Kanne
B-100;Becher mit Henkel;9,90;140;Brunn;Becher
B-200;Becher ohne Henkel;8,90;85;Ufer;Becher
B-300;Becher aus Emaille;12,00;31;Ufer;Becher
S-100;Schale, flach;17,00;9;Ufer;Schale
";

#[tokio::test]
async fn an_export_becomes_a_shop_without_anybody_saying_what_is_in_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let export = folder.path().join("artikel.csv");
    std::fs::write(&export, EXPORT).expect("a file");
    let export = export.display().to_string();
    let demo = Running::start(&[("DEMO_DATA", &export), ("DEMO_SECONDS", "300")])
        .await
        .expect("a shop of the export");
    let client = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    let found = client.get(format!("{}/search?q=teekanne", demo.shop));
    let found = found.send().await.expect("an answer").text().await;
    let found = found.expect("a page");
    demo.stop().await;
    for part in ["Teekanne aus Steingut", "Teekanne aus Glas", "39.90"] {
        assert!(found.contains(part), "{part} in {found}");
    }
    assert!(!found.contains("Becher mit Henkel"), "{found}");
}
