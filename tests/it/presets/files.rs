//! Files that follow a convention: CSV with well-known columns, BMEcat.

use frontage_tests::backend::Response;
use serde_json::json;

use super::{nothing_refused, page, refused, seen, shop_with, source, stated};

#[tokio::test]
async fn csv_with_groups_and_paths() {
    let mut shop = shop_with(&source(
        "table",
        "csv",
        "/export.csv",
        "csv = { separator = \";\" }\nvars = { decimal = \",\" }",
    ));
    let rows = "Article Number;Title;Group;Description;Brand;Price;Old price;Currency;Qty;Availability;Category;Images;EAN;Option: Size;attribute_Material;Published\n\
        TEE-S;Linen tee;TEE;<p>Soft.</p>;Weber;1.249,00;1.299,00;;3;;Clothes > Tees|Summer;https://cdn.example/a.jpg|https://cdn.example/b.jpg;4006381333931;S;Linen;yes\n\
        TEE-M;;TEE;;;39,90;;EUR;0;;;;;M;;\n\
        MUG;Mug;;;;12,90;;;;Out of stock;Kitchen;;;0.3 l;Stoneware;\n\
        OLD;Old mug;;;;1,00;;;1;;;;;;;no\n";
    shop.backend
        .respond_with("/export.csv", Response::ok("text/csv", rows));
    shop.open().await;
    nothing_refused(&shop);
    assert_eq!(stated(&shop, "TEE", "name").await, "Linen tee");
    assert_eq!(stated(&shop, "TEE", "brand").await, "Weber");
    assert_eq!(
        stated(&shop, "TEE", "category_ids").await,
        json!(["clothes-tees", "summer"])
    );
    assert_eq!(
        stated(&shop, "TEE", "media").await[1]["url"],
        "https://cdn.example/b.jpg"
    );
    assert_eq!(seen(&shop, "TEE", "TEE-S.prices").await, "1249.00 EUR");
    assert_eq!(
        stated(&shop, "TEE", "TEE-S.prices").await[0]["compare_at"],
        "1299.00"
    );
    assert_eq!(seen(&shop, "TEE", "TEE-M.prices").await, "39.90 EUR");
    assert_eq!(
        stated(&shop, "TEE", "TEE-M.stock").await,
        json!({"availability": "out_of_stock", "quantity": 0.0})
    );
    assert_eq!(
        stated(&shop, "TEE", "TEE-M.options").await,
        json!({"size": "M"})
    );
    assert_eq!(
        stated(&shop, "TEE", "attributes").await,
        json!([{"code": "material", "label": "Material", "value": "Linen"}])
    );
    assert_eq!(
        stated(&shop, "MUG", "MUG.stock").await,
        json!({"availability": "out_of_stock"})
    );
    let tee = page(&shop, "/p/linen-tee").await;
    assert!(tee.contains("Size") && tee.contains("1,249.00"), "{tee}");
    let below = page(&shop, "/c/clothes").await;
    assert!(below.contains("Tees"), "{below}");
    assert_eq!(shop.get("/p/old-mug").await.status, 404);
}

#[tokio::test]
async fn csv_takes_no_sale_price_that_is_none() {
    let mut shop = shop_with(&source("table", "csv", "/export.csv", ""));
    let rows = "id,name,price,sale price,old price,sale from,Date sale price ends\n\
        below,Below,10.00,8.00,12.00,,\nsame,Same,10.00,10.00,12.00,,\ndearer,Dearer,10.00,11.00,,,\n\
        nothing,Nothing,10.00,0.00,,,\nalone,Alone,,8.00,,,\nonly,Only,0.00,8.00,,,\n\
        over,Over,10.00,8.00,,2020-01-01,2020-01-31\nnow,Now,10.00,8.00,,2020-01-01,2099-01-31\n";
    shop.backend
        .respond_with("/export.csv", Response::ok("text/csv", rows));
    shop.open().await;
    nothing_refused(&shop);
    for (id, paid, said) in [
        ("below", "8.00", json!("12.00")),
        ("same", "10.00", json!("12.00")),
        ("dearer", "10.00", json!(null)),
        ("nothing", "10.00", json!(null)),
        ("alone", "8.00", json!(null)),
        ("only", "8.00", json!(null)),
        ("over", "10.00", json!(null)),
        ("now", "8.00", json!(null)),
    ] {
        let prices = stated(&shop, id, &format!("{id}.prices")).await;
        assert_eq!(prices[0]["compare_at"], said, "{id}");
        let seen = seen(&shop, id, &format!("{id}.prices")).await;
        assert_eq!(seen, format!("{paid} EUR"), "{id}");
    }
    let now = stated(&shop, "now", "now.prices").await;
    assert_eq!(now[0]["sale_until"], "2099-01-31T23:59:59Z");
    let below = page(&shop, "/p/below").await;
    assert!(
        below.contains("10.00") && !below.contains("12.00"),
        "{below}"
    );
}

#[tokio::test]
async fn csv_says_what_it_does_not_understand() {
    let shop = shop_with(&source("table", "csv", "/export.csv", ""));
    let rows = "id,name,price,availability\na,A,\"12,90\",yes\nb,B,12.90,perhaps\nc,C,12.90,yes\n";
    shop.backend
        .respond_with("/export.csv", Response::ok("text/csv", rows));
    let held = shop.ingest(&["once"]).await;
    assert_eq!(held.code, Some(4), "{}{}", held.stdout, held.stderr);
    let refused = refused(&shop);
    for told in [
        "`12,90` is not a decimal with `.`",
        "availability `perhaps` is none that is known",
    ] {
        assert!(refused.contains(told), "{told}: {refused}");
    }
}

/// A catalogue of BMEcat 2005 with its namespace, texts in two languages, and prices of several kinds.
fn catalogue() -> String {
    let price = |kind: &str, amount: &str, from: u32| {
        format!(
            "<PRODUCT_PRICE price_type=\"{kind}\"><PRICE_AMOUNT>{amount}</PRICE_AMOUNT><PRICE_CURRENCY>EUR</PRICE_CURRENCY>\
             <LOWER_BOUND>{from}</LOWER_BOUND></PRODUCT_PRICE>"
        )
    };
    let product = |number: &str, name: &str, per: u32, prices: &str, rest: &str| {
        format!(
            "<PRODUCT mode=\"new\"><SUPPLIER_PID>{number}</SUPPLIER_PID><PRODUCT_DETAILS>\
             <DESCRIPTION_SHORT lang=\"eng\">{name} in English</DESCRIPTION_SHORT><DESCRIPTION_SHORT lang=\"deu\">{name}</DESCRIPTION_SHORT>\
             <DESCRIPTION_LONG lang=\"deu\">&lt;b&gt;Geschmiedet&lt;/b&gt;.</DESCRIPTION_LONG>\
             <INTERNATIONAL_PID type=\"gtin\">4006381333931</INTERNATIONAL_PID><MANUFACTURER_PID>M-{number}</MANUFACTURER_PID>\
             <MANUFACTURER_NAME>Weber</MANUFACTURER_NAME><KEYWORD>Werkzeug</KEYWORD></PRODUCT_DETAILS>{rest}\
             <PRODUCT_ORDER_DETAILS><ORDER_UNIT>C62</ORDER_UNIT><PRICE_QUANTITY>{per}</PRICE_QUANTITY></PRODUCT_ORDER_DETAILS>\
             <PRODUCT_PRICE_DETAILS>{prices}</PRODUCT_PRICE_DETAILS></PRODUCT>"
        )
    };
    let group = |kind: &str, id: &str, name: &str, parent: &str| {
        format!(
            "<CATALOG_STRUCTURE type=\"{kind}\"><GROUP_ID>{id}</GROUP_ID><GROUP_NAME lang=\"deu\">{name}</GROUP_NAME>\
             <PARENT_ID>{parent}</PARENT_ID><GROUP_ORDER>1</GROUP_ORDER></CATALOG_STRUCTURE>"
        )
    };
    let features = "<PRODUCT_FEATURES><REFERENCE_FEATURE_SYSTEM_NAME>ETIM-8.0</REFERENCE_FEATURE_SYSTEM_NAME>\
        <FEATURE><FNAME>Länge</FNAME><FVALUE>180</FVALUE><FUNIT>mm</FUNIT></FEATURE>\
        <FEATURE><FNAME>Farbe</FNAME><FVALUE>rot</FVALUE><FVALUE>schwarz</FVALUE></FEATURE></PRODUCT_FEATURES>";
    let media = "<MIME_INFO><MIME><MIME_TYPE>application/pdf</MIME_TYPE><MIME_SOURCE>a.pdf</MIME_SOURCE></MIME>\
        <MIME><MIME_TYPE>image/jpeg</MIME_TYPE><MIME_SOURCE>back.jpg</MIME_SOURCE><MIME_ORDER>2</MIME_ORDER></MIME>\
        <MIME><MIME_TYPE>image/jpeg</MIME_TYPE><MIME_SOURCE>front.jpg</MIME_SOURCE><MIME_ORDER>1</MIME_ORDER></MIME></MIME_INFO>\
        <PRODUCT_REFERENCE type=\"accessories\"><PROD_ID_TO>S1</PROD_ID_TO></PRODUCT_REFERENCE>";
    let placements: String = [("Z1", "3"), ("S1", "2"), ("S2", "1")]
        .map(|(product, group)| {
            format!("<PRODUCT_TO_CATALOGGROUP_MAP><PROD_ID>{product}</PROD_ID><CATALOG_GROUP_ID>{group}</CATALOG_GROUP_ID></PRODUCT_TO_CATALOGGROUP_MAP>")
        })
        .concat();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><BMECAT version=\"2005\" xmlns=\"http://www.bmecat.org/bmecat/2005\"><HEADER/><T_NEW_CATALOG>\
         <CATALOG_GROUP_SYSTEM>{}{}{}</CATALOG_GROUP_SYSTEM>{}{}{}{}</T_NEW_CATALOG></BMECAT>",
        group("root", "1", "Katalog", "0"),
        group("node", "2", "Werkzeug", "1"),
        group("leaf", "3", "Zangen", "2"),
        product(
            "Z1",
            "Zange",
            1,
            &[
                price("net_list", "20.00", 1),
                price("gros_list", "23.80", 10),
                price("gros_list", "24.90", 1)
            ]
            .concat(),
            &[features, media].concat()
        ),
        product("S1", "Schrauben", 100, &price("gros_list", "12.00", 1), ""),
        product("S2", "Stifte", 1000, &price("gros_list", "12.50", 1), ""),
        placements
    )
}

#[tokio::test]
async fn bmecat_2005() {
    let vars = "vars = { price_type = \"gros_list\", language = \"deu\", media_url = \"https://cdn.example/\" }";
    let mut shop = shop_with(&source("catalogue", "bmecat", "/bmecat.xml", vars));
    shop.backend
        .respond_with("/bmecat.xml", Response::ok("application/xml", catalogue()));
    shop.open().await;
    nothing_refused(&shop);
    assert_eq!(stated(&shop, "Z1", "name").await, "Zange");
    assert_eq!(
        stated(&shop, "Z1", "description").await,
        "<b>Geschmiedet</b>."
    );
    assert_eq!(stated(&shop, "Z1", "mpn").await, "M-Z1");
    assert_eq!(stated(&shop, "Z1", "gtin").await, "4006381333931");
    assert_eq!(seen(&shop, "Z1", "Z1.prices").await, "24.90 EUR");
    assert_eq!(seen(&shop, "S1", "S1.prices").await, "0.12 EUR");
    // 1.25 cents are no amount of euros: there is no price instead of a wrong one.
    let why = shop.ingest(&["why", "S2", "--json"]).await.stdout;
    assert!(!why.contains("S2.prices"), "{why}");
    assert_eq!(
        stated(&shop, "Z1", "attributes").await,
        json!([{"code": "laenge", "label": "Länge", "value": "180", "unit": "mm"},
            {"code": "farbe", "label": "Farbe", "value": ["rot", "schwarz"]}])
    );
    let pictures = stated(&shop, "Z1", "media").await;
    assert_eq!(pictures[0]["url"], "https://cdn.example/front.jpg");
    assert_eq!(
        pictures[2],
        json!({"url": "https://cdn.example/a.pdf", "type": "document"})
    );
    assert_eq!(
        stated(&shop, "Z1", "related").await,
        json!([{"relation": "accessory", "product_id": "S1"}])
    );
    assert_eq!(seen(&shop, "Z1", "category_ids").await, "Zangen");
    assert_eq!(stated(&shop, "S1", "category_ids").await, json!(["2"]));
    let tools = page(&shop, "/c/werkzeug").await;
    assert!(
        tools.contains("Zangen") && tools.contains("Schrauben"),
        "{tools}"
    );
    let listed = page(&shop, "/c/werkzeug/zangen").await;
    assert!(
        listed.contains("Zange") && !listed.contains("Schrauben"),
        "{listed}"
    );
    let pliers = page(&shop, "/p/zange").await;
    assert!(pliers.contains("24.90"), "{pliers}");
}

#[tokio::test]
async fn probe_knows_bmecat() {
    let shop = shop_with(&source("catalogue", "bmecat", "/bmecat.xml", ""));
    shop.backend
        .respond_with("/bmecat.xml", Response::ok("application/xml", catalogue()));
    let probed = shop
        .ingest(&["probe", &shop.backend.url("/bmecat.xml"), "--json"])
        .await;
    assert!(
        probed.stdout.contains("\"preset\":\"bmecat\""),
        "{}{}",
        probed.stdout,
        probed.stderr
    );
}

#[tokio::test]
async fn bmecat_1_2_takes_the_only_kind_of_price() {
    let article = |number: &str, prices: &str| {
        format!(
            "<ARTICLE mode=\"new\"><SUPPLIER_AID>{number}</SUPPLIER_AID><ARTICLE_DETAILS><DESCRIPTION_SHORT>Zange {number}</DESCRIPTION_SHORT>\
             <EAN>4006381333931</EAN><MANUFACTURER_AID>M{number}</MANUFACTURER_AID></ARTICLE_DETAILS>\
             <ARTICLE_PRICE_DETAILS>{prices}</ARTICLE_PRICE_DETAILS></ARTICLE>"
        )
    };
    let price = |kind: &str, amount: &str| {
        format!(
            "<ARTICLE_PRICE price_type=\"{kind}\"><PRICE_AMOUNT>{amount}</PRICE_AMOUNT><PRICE_CURRENCY>EUR</PRICE_CURRENCY></ARTICLE_PRICE>"
        )
    };
    let catalogue = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><BMECAT version=\"1.2\"><T_NEW_CATALOG><CATALOG_GROUP_SYSTEM>\
         <CATALOG_STRUCTURE type=\"root\"><GROUP_ID>1</GROUP_ID><GROUP_NAME>Alles</GROUP_NAME><PARENT_ID>0</PARENT_ID></CATALOG_STRUCTURE>\
         <CATALOG_STRUCTURE type=\"leaf\"><GROUP_ID>2</GROUP_ID><GROUP_NAME>Zangen</GROUP_NAME><PARENT_ID>1</PARENT_ID></CATALOG_STRUCTURE>\
         </CATALOG_GROUP_SYSTEM>{}{}<ARTICLE_TO_CATALOGGROUP_MAP><ART_ID>A1</ART_ID><CATALOG_GROUP_ID>2</CATALOG_GROUP_ID>\
         </ARTICLE_TO_CATALOGGROUP_MAP></T_NEW_CATALOG></BMECAT>",
        article("A1", &price("net_list", "20.50")),
        article(
            "A2",
            &[price("net_list", "20.50"), price("nrp", "29.00")].concat()
        ),
    );
    let mut shop = shop_with(&source("catalogue", "bmecat", "/bmecat.xml", ""));
    shop.backend
        .respond_with("/bmecat.xml", Response::ok("application/xml", catalogue));
    shop.open().await;
    nothing_refused(&shop);
    assert_eq!(seen(&shop, "A1", "A1.prices").await, "20.50 EUR");
    assert_eq!(seen(&shop, "A1", "category_ids").await, "Zangen");
    assert_eq!(stated(&shop, "A1", "mpn").await, "MA1");
    // Which of two kinds is meant for shoppers is not guessed.
    let why = shop.ingest(&["why", "A2", "--json"]).await.stdout;
    assert!(!why.contains("A2.prices"), "{why}");
}
