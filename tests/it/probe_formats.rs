//! Every format that is decoded can be probed: small exports of our own making become shops without an edited line.

use frontage_tests::backend::Response;
use frontage_tests::documents;
use frontage_tests::shop::{Shop, ShopBuilder};
use serde_json::{Value, json};

/// A shop with a configuration that has no source yet.
fn bare(currency: &str) -> Shop {
    let shop = ShopBuilder::of(documents::shop(1)).start();
    let text = format!(
        "store = \"store\"\nstate = \"ingest\"\n\n[shop]\nid = \"demo\"\nname = \"Kontor\"\ncurrency = \"{currency}\"\n"
    );
    std::fs::write(shop.folder().join("ingest.toml"), text).expect("a configuration");
    shop
}

/// Probes a path of the back end and writes what comes of it into the configuration.
async fn probed(shop: &Shop, path: &str, name: &str) -> Value {
    let config = shop.folder().join("ingest.toml");
    let target = shop.backend.url(path);
    let write = config.to_str().expect("a path");
    let arguments = ["probe", &target, "--json", "--write", write, "--name", name];
    let probed = shop.ingest(&arguments).await;
    assert_eq!(probed.code, Some(0), "{}{}", probed.stdout, probed.stderr);
    serde_json::from_str(&probed.stdout).expect("JSON")
}

/// Serves, probes and publishes the bytes; gives the proposal and what is sold as `id: lowest price, categories`.
async fn sold(bytes: impl Into<Vec<u8>>) -> (Value, Vec<String>) {
    let shop = bare("EUR");
    let served = Response::ok("application/octet-stream", bytes.into());
    shop.backend.respond_with("/export", served);
    let proposal = probed(&shop, "/export", "products").await;
    shop.once().await;
    (proposal, goods(&shop))
}

fn goods(shop: &Shop) -> Vec<String> {
    let generation = shop.published();
    let mut goods = Vec::new();
    for product in generation.catalog.products() {
        let prices = generation.offers.product(product.row).prices;
        let price = prices.map_or(0, |(lowest, _)| lowest);
        let categories: Vec<&str> = product.categories().map(|one| one.id()).collect();
        goods.push(format!(
            "{}: {price} {}",
            product.id(),
            categories.join(" ")
        ));
    }
    goods.sort();
    goods
}

/// A zip archive of files that are stored as they are.
fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let number = |value: usize| u32::try_from(value).expect("small files").to_le_bytes();
    let short = |value: usize| u16::try_from(value).expect("small files").to_le_bytes();
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        let mut about = vec![20, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        about.extend(crc.sum().to_le_bytes());
        about.extend(number(bytes.len()));
        about.extend(number(bytes.len()));
        about.extend(short(name.len()));
        about.extend(short(0));
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&about);
        directory.extend([0; 10]);
        directory.extend(number(archive.len()));
        directory.extend(name.as_bytes());
        archive.extend(b"PK\x03\x04");
        archive.extend(&about);
        archive.extend(name.as_bytes());
        archive.extend(*bytes);
    }
    let start = archive.len();
    archive.extend(&directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend(short(files.len()));
    archive.extend(short(files.len()));
    archive.extend(number(directory.len()));
    archive.extend(number(start));
    archive.extend([0, 0]);
    archive
}

#[tokio::test]
async fn rows_of_a_windows_program() {
    let text = b"Artikelnummer;Bezeichnung;VK-Preis;Warengruppe;Bestand\r\n\
        7;Teek\xe4nnchen;\"1.249,00\";K\xfcche > Kannen;3\r\n8;Becher;9,90;K\xfcche;0\r\n";
    let (proposal, goods) = sold(*text).await;
    let table = proposal["table"].as_str().expect("a table");
    assert!(table.contains("encoding = \"windows-1252\""), "{table}");
    assert!(table.contains("csv = { separator = \";\" }"), "{table}");
    assert_eq!(proposal["documents"][0]["name"], "Teekännchen");
    assert_eq!(goods, ["7: 124900 kueche-kannen", "8: 990 kueche"]);
}

#[tokio::test]
async fn rows_between_tabs_in_an_archive() {
    let rows =
        "\u{feff}id\tname\tprice\tcategory\n1\tMug\t12.90\tHome|Mugs\n2\tPlate\t20\tHome|Plates\n";
    let archive = zipped(&[
        ("export/readme.pdf", b"not for machines"),
        ("export/products.tsv", rows.as_bytes()),
    ]);
    let (proposal, goods) = sold(archive).await;
    assert_eq!(proposal["format"], "tsv");
    let table = proposal["table"].as_str().expect("a table");
    assert!(table.contains("entries = \"*.tsv\""), "{table}");
    assert_eq!(goods, ["1: 1290 home-mugs", "2: 2000 home-plates"]);
}

#[tokio::test]
async fn sale_prices_that_are_none() {
    let rows = "id;name;price;sale_price\n1;Mug;12,90;9,90\n2;Plate;20,00;0,00\n\
        3;Bowl;20,00;25,00\n4;Jug;8,00;8,00\n5;Cup;7,00;\n6;Tray;;6,00\n";
    let (_, goods) = sold(rows).await;
    let expected = [
        "1: 990 ", "2: 2000 ", "3: 2000 ", "4: 800 ", "5: 700 ", "6: 600 ",
    ];
    assert_eq!(goods, expected);
}

#[tokio::test]
async fn lines_in_zstd() {
    let lines = "{\"sku\":\"a\",\"title\":\"Mug\",\"price\":{\"amount\":\"8.50\",\"currency\":\"EUR\"}}\n\
        {\"sku\":\"b\",\"title\":\"Cup\",\"price\":{\"amount\":\"7.00\",\"currency\":\"EUR\"}}\n";
    let packed = zstd::encode_all(lines.as_bytes(), 1).expect("zstd");
    let (proposal, goods) = sold(packed).await;
    assert_eq!(proposal["format"], "ndjson");
    assert_eq!(goods, ["a: 850 ", "b: 700 "]);
}

#[tokio::test]
async fn a_catalogue_of_articles_in_xml() {
    let article = |number: u32, pictures: &str| {
        format!(
            "<ARTICLE mode=\"new\"><SUPPLIER_AID>{number}</SUPPLIER_AID><ARTICLE_DETAILS><DESCRIPTION_SHORT>Zange {number}</DESCRIPTION_SHORT>\
             <DESCRIPTION_LONG>Geschmiedet.</DESCRIPTION_LONG><EAN>4006381333931</EAN></ARTICLE_DETAILS>\
             <ARTICLE_PRICE_DETAILS><ARTICLE_PRICE price_type=\"net_list\"><PRICE_AMOUNT>{number}.50</PRICE_AMOUNT>\
             <PRICE_CURRENCY>EUR</PRICE_CURRENCY></ARTICLE_PRICE></ARTICLE_PRICE_DETAILS><MIME_INFO>{pictures}</MIME_INFO></ARTICLE>"
        )
    };
    let picture =
        |name: &str| format!("<MIME><MIME_SOURCE>https://img.example/{name}</MIME_SOURCE></MIME>");
    let catalogue = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><BMECAT version=\"1.2\"><HEADER><CATALOG><CATALOG_ID>K</CATALOG_ID></CATALOG></HEADER>\
         <T_NEW_CATALOG>{}{}</T_NEW_CATALOG></BMECAT>",
        article(1, &[picture("a.jpg"), picture("b.jpg")].concat()),
        article(2, &picture("c.jpg"))
    );
    let (proposal, goods) = sold(catalogue).await;
    assert_eq!(proposal["records"], "/BMECAT/T_NEW_CATALOG/ARTICLE");
    let pictures = proposal["documents"][0]["media"].as_array().map(Vec::len);
    assert_eq!(pictures, Some(2));
    assert_eq!(goods, ["1: 150 ", "2: 250 "]);
}

#[tokio::test]
async fn back_ends_that_are_known_get_their_preset() {
    let feed = "<rss version=\"2.0\" xmlns:g=\"http://base.google.com/ns/1.0\"><channel><title>Shop</title>\
        <item><g:id>M1</g:id><title>Mug</title><g:price>12.90 EUR</g:price><g:product_type>Home &gt; Mugs</g:product_type></item>\
        </channel></rss>";
    let (proposal, goods) = sold(feed).await;
    assert_eq!(proposal["preset"], "google-merchant");
    assert_eq!(goods, ["M1: 1290 home-mugs"]);
}

#[tokio::test]
async fn rows_of_variants_join_their_products() {
    let rows = "handle,title,size,sku,price\nmug,Stoneware mug,0.3 l,MUG-3,12.90\n,,0.5 l,MUG-5,14.90\nplate,Plate,,PLATE,9.00\n";
    let (proposal, goods) = sold(rows).await;
    let table = proposal["table"].as_str().expect("a table");
    assert!(table.contains("fill_down"), "{table}");
    assert_eq!(goods, ["mug: 1290 ", "plate: 900 "]);
}

#[tokio::test]
async fn pages_and_offers_are_seen() {
    let shop = bare("USD");
    let next = shop.backend.url("/api/2");
    let page = |ids: [u32; 2], next: Option<&str>| {
        let items = ids.map(
            |id| json!({"id": id, "name": format!("Mug {id}"), "price": "3.00", "currency": "USD"}),
        );
        Response::json(&json!({"items": items, "next": next, "total": 4}))
    };
    shop.backend.respond_with("/api", page([1, 2], Some(&next)));
    shop.backend.respond_with("/api/2", page([3, 4], None));
    let proposal = probed(&shop, "/api", "products").await;
    let table = proposal["table"].as_str().expect("a table");
    assert!(table.contains("next = \"/next\""), "{table}");
    // It was tried in the shop's own currency.
    assert_eq!(proposal["documents"][0]["prices"][0]["currency"], "USD");
    let stock = json!([{"id": 1, "price": 5, "qty": 2}, {"id": 4, "price": 6, "qty": 0}]);
    shop.backend.respond_with("/stock", Response::json(&stock));
    let offers = probed(&shop, "/stock", "stock").await;
    assert_eq!(offers["documents"][0]["type"], "offer");
    shop.once().await;
    assert_eq!(goods(&shop), ["1: 500 ", "2: 300 ", "3: 300 ", "4: 600 "]);
}
