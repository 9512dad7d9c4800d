//! Real exports become shops: what `probe` proposes, a few edited lines, and every product, price and category is the
//! one that the raw file has.
//!
//! The data is not part of the repository; where it is missing, a test says so and ends. Each test states its edits as
//! (line as proposed, line or lines instead), and there are never more than ten.

mod attempt; // from a proposal and edits to what is sold
pub(crate) mod raw; // the files as they lie, read without the program's own readers

use frontage_shared::model::slug;
use serde_json::Value;

use self::attempt::{Attempt, Edits, Goods};
use self::raw::{json, list, raw, rows, text, unpacked};
use crate::budgets;

#[tokio::test]
async fn dummyjson_as_json() {
    let Some(bytes) = raw("dummyjson/products.json") else {
        return;
    };
    let document = json(&bytes);
    let mut goods = Goods::default();
    for product in list(document.get("products").unwrap_or(&document)) {
        goods.product(&text(&product["id"]), &text(&product["price"]));
        goods.path(&[&text(&product["category"])]);
    }
    let mut attempt = Attempt::new("dummyjson", "USD");
    attempt
        .source("products", "/products.json", bytes, &[])
        .await;
    attempt.gives(&goods).await;
}

#[tokio::test]
async fn bestbuy_as_json() {
    let Some(bytes) = raw("bestbuy-open-data/products-subset-typesense.json") else {
        return;
    };
    let mut goods = Goods::default();
    for product in list(&json(&bytes)) {
        // It has no ids: names make them, and of products of one name the first stays.
        let id = slug::from_text(&text(&product["name"]));
        goods.product(&id, &text(&product["price"]));
        let path: Vec<String> = list(&product["categories"]).iter().map(text).collect();
        goods.path(&path.iter().map(String::as_str).collect::<Vec<_>>());
    }
    let mut attempt = Attempt::new("bestbuy-open-data", "USD");
    attempt.source("products", "/products", bytes, &[]).await;
    let (shop, heaviest) = attempt.gives(&goods).await;
    budgets::nothing_moves(&shop, &heaviest).await;
}

/// Titles instead of model codes, and prices that are cents.
const ICECAT: &Edits = &[
    ("name = \".name | text\"", "name = \".title\""),
    (
        "\"prices.0.amount\" = \".price\"",
        "\"prices.0.amount\" = \".price | money_minor($currency)\"",
    ),
];

fn icecat(records: &[Value]) -> Goods {
    let mut goods = Goods::default();
    for record in records {
        let price = record["price"].as_i64().map(|cents| cents as f64 / 100.0);
        let price = price.map(|price| price.to_string()).unwrap_or_default();
        goods.product(&text(&record["id"]), &price);
    }
    goods
}

#[tokio::test]
async fn icecat_as_packed_json() {
    let Some(bytes) = raw("icecat-chorus-19k/1.json.gz") else {
        return;
    };
    let goods = icecat(list(&json(&unpacked(&bytes))));
    let mut attempt = Attempt::new("icecat-chorus-19k", "EUR");
    attempt
        .source("products", "/export/1.json.gz", bytes, ICECAT)
        .await;
    attempt.gives(&goods).await;
}

#[tokio::test]
async fn icecat_as_lines() {
    let mut lines = Vec::new();
    let mut records = Vec::new();
    for number in 1..=4 {
        let Some(bytes) = raw(&format!("icecat-chorus-19k/{number}.json.gz")) else {
            return;
        };
        for record in list(&json(&unpacked(&bytes))) {
            lines.extend_from_slice(record.to_string().as_bytes());
            lines.push(b'\n');
            records.push(record.clone());
        }
    }
    let mut attempt = Attempt::new("icecat-chorus-19k", "EUR");
    // The probe looks at 32 MiB at most, so the download is packed like the pages are.
    let packed = zstd::encode_all(lines.as_slice(), 1).expect("zstd");
    attempt
        .source("products", "/export/all.ndjson", packed, ICECAT)
        .await;
    attempt.gives(&icecat(&records)).await;
}

#[tokio::test]
async fn akeneo_as_csv() {
    let (Some(products), Some(categories)) = (
        raw("akeneo-icecat-demo/products.csv"),
        raw("akeneo-icecat-demo/categories.csv"),
    ) else {
        return;
    };
    let mut goods = Goods::default();
    for row in rows(&products, ';') {
        goods.product(&row["sku"], &row["price-EUR"]);
        for code in row["categories"].split(',').filter(|code| !code.is_empty()) {
            goods.path(&[code]);
        }
    }
    for row in rows(&categories, ';') {
        goods.path(&[&row["code"]]);
    }
    let mut attempt = Attempt::new("akeneo-icecat-demo", "EUR");
    let edits = [
        // Twelve T-shirts have no name.
        (
            "name: .name,",
            "name: (if .name == \"\" then .\"description-en_US-print\" else .name end),",
        ),
        // Lines end with a backslash and an n.
        (
            "description: .\"description-en_US-mobile\",",
            "description: (.\"description-en_US-ecommerce\" | gsub(\"\\\\\\\\n\"; \"<br>\")),",
        ),
    ];
    attempt
        .source("products", "/products.csv", products, &edits)
        .await;
    let edits = [
        (
            "type = '\"product\"'",
            "type = '\"category\"'\nparent_id = \".parent | slug\"",
        ),
        ("id = \".code\"", "id = \".code | slug\""),
        // One category has no name in English.
        (
            "name = '.\"label-en_US\"'",
            "name = 'if .\"label-en_US\" == \"\" then .code else .\"label-en_US\" end'",
        ),
        (
            "csv = { separator = \";\" }",
            "csv = { separator = \";\" }\npriority = 10",
        ),
    ];
    attempt
        .source("tree", "/categories.csv", categories, &edits)
        .await;
    attempt.gives(&goods).await;
}

#[tokio::test]
async fn magento_as_csv() {
    let Some(bytes) = raw("magento2-luma/ConfigurableSampleData/fixtures/products.csv") else {
        return;
    };
    let mut goods = Goods::default();
    for row in rows(&bytes, ',') {
        if row["product_type"] != "configurable" {
            continue;
        }
        for _ in row["configurable_variations"].split('|') {
            goods.variant(&row["sku"], &row["price"]);
        }
        for path in row["categories"].split(',') {
            let path: Vec<&str> = path.split('/').skip(1).collect();
            goods.path(&path);
        }
    }
    let mut attempt = Attempt::new("magento2-luma", "USD");
    let edits = [
        // Sizes and colours are taken from a column of the product; the root of the tree is no category of the shop.
        (
            "[.categories // \"\" | split(\",\")[] | split_path(\"/\") // empty] as $paths",
            "select(.product_type == \"configurable\") | [.categories | split(\",\")[] | split_path(\"/\")[1:] | select(length > 0)] as $paths",
        ),
        (
            "media: [{url: .base_image}],",
            "media: [{url: (\"https://magento.example/media/catalog/product\" + .base_image)}],",
        ),
        (
            "  }",
            "  }, (. as $product | .configurable_variations | split(\"|\")[] | [split(\",\")[] | split(\"=\") | {key: .[0], value: .[1]}] | from_entries\n\
             | {type: \"variant\", product_id: $product.sku, id: .sku, sku: .sku, options: del(.sku), prices: [{amount: $product.price, currency: $currency}]})",
        ),
    ];
    attempt
        .source("products", "/export/products.csv", bytes, &edits)
        .await;
    let (shop, heaviest) = attempt.gives(&goods).await;
    budgets::nothing_moves(&shop, &heaviest).await;
}

#[tokio::test]
async fn prestashop_as_xml() {
    let (Some(products), Some(texts)) = (
        raw("prestashop16-fashion/data/product.xml"),
        raw("prestashop16-fashion/langs/en/data/product.xml"),
    ) else {
        return;
    };
    let mut goods = Goods::default();
    let raw_text = String::from_utf8(products.clone()).expect("UTF-8");
    for element in raw_text.split("<product ").skip(1) {
        let attribute = |name: &str| {
            let (_, after) = element
                .split_once(&format!("{name}=\""))
                .expect("an attribute");
            after.split('"').next().expect("its value").to_owned()
        };
        goods.product(&attribute("id"), &attribute(" price"));
        goods.path(&[&attribute("id_category_default")]);
    }
    let mut attempt = Attempt::new("prestashop16-fashion", "EUR");
    let edits = [
        // Prices without tax have six decimals; quantities of products are zero, for combinations have them.
        (
            "prices: [{amount: .\"@price\", currency: $currency}],",
            "prices: [{amount: (.\"@price\" | tonumber * 100 | round / 100), currency: $currency}],",
        ),
        (
            "stock: {availability: (if ((.\"@quantity\" | tonumber? // null) // 0) > 0 then \"in_stock\" else \"out_of_stock\" end), quantity: (.\"@quantity\" | tonumber? // null)},",
            "stock: {availability: \"in_stock\"},",
        ),
        (
            "name: .[$depth],",
            "name: (.[$depth] | gsub(\"_\"; \" \")),",
        ),
    ];
    attempt
        .source("products", "/product.xml", products, &edits)
        .await;
    let edits = [(
        "records = \"/entity_product/product\"",
        "records = \"/entity_product/product\"\npriority = 10",
    )];
    attempt
        .source("texts", "/en/product.xml", texts, &edits)
        .await;
    let (shop, heaviest) = attempt.gives(&goods).await;
    budgets::nothing_moves(&shop, &heaviest).await;
}

#[tokio::test]
async fn saleor_as_json() {
    let Some(bytes) = raw("saleor-populatedb/populatedb_data.json") else {
        return;
    };
    let mut goods = Goods::default();
    let document = json(&bytes);
    let price_of = |variant: &Value| {
        let listing = list(&document).iter().find(|listing| {
            listing["model"] == "product.productvariantchannellisting"
                && listing["fields"]["variant"] == *variant
                && listing["fields"]["currency"] == "USD"
        });
        listing
            .map(|listing| text(&listing["fields"]["price_amount"]))
            .unwrap_or_default()
    };
    for record in list(&document) {
        let (key, fields) = (&record["pk"], &record["fields"]);
        match record["model"].as_str() {
            Some("product.product") => drop(goods.products.entry(text(key)).or_default()),
            Some("product.productvariant") => {
                goods.variant(&text(&fields["product"]), &price_of(key))
            }
            Some("product.category") => drop(goods.categories.insert(text(key))),
            _ => {}
        }
    }
    let mut attempt = Attempt::new("saleor-populatedb", "USD");
    let edits = [
        (
            "select(.model == \"product.product\")",
            "(select(.model == \"product.category\") | {type: \"category\", id: .pk, name: .fields.name, parent_id: .fields.parent}), (select(.model == \"product.product\")",
        ),
        ("id: .pk,", "id: .pk, category_ids: [.fields.category],"),
        (
            "  }",
            "  }), (select(.model == \"product.productvariant\") | {type: \"variant\", product_id: .fields.product, id: .pk, sku: .fields.sku, name: .fields.name})",
        ),
    ];
    attempt
        .source("products", "/dump.json", bytes, &edits)
        .await;
    // Prices stand in other records of the same file.
    let prices = format!(
        "[source.prices]\nprovides = \"offers\"\nurl = \"{}\"\nschedule = \"0 * * * *\"\nmap_file = \"prices.jq\"\n",
        attempt.shop.backend.url("/dump.json")
    );
    attempt.write_more("ingest.toml", &prices);
    attempt.write_more(
        "prices.jq",
        "select(.model == \"product.productvariantchannellisting\" and .fields.currency == $currency) | {type: \"offer\", variant_id: .fields.variant, prices: [{amount: .fields.price_amount, currency: $currency}]}\n",
    );
    attempt.gives(&goods).await;
}

#[tokio::test]
async fn shopify_by_its_preset() {
    let Some(bytes) = raw("shopify-rest-fixtures/product.json") else {
        return;
    };
    // The file is one product; products.json is a list of them.
    let product = json(&bytes)["product"].clone();
    let mut goods = Goods::default();
    goods.product(
        &text(&product["id"]),
        &text(&product["variants"][0]["price"]),
    );
    goods.path(&[&text(&product["product_type"])]);
    let answer = serde_json::json!({ "products": [product] });
    let mut attempt = Attempt::new("shopify-rest-fixtures", "USD");
    // The only price is zero, which would be taken for a price that was lost.
    let edits = [(
        "preset = \"shopify\"",
        "preset = \"shopify\"\nguard = { max_zero_price_percent = 100 }",
    )];
    let bytes = answer.to_string().into_bytes();
    attempt
        .source("products", "/admin/products.json", bytes, &edits)
        .await;
    assert_eq!(attempt.formats, ["preset shopify"]);
    attempt.gives(&goods).await;
}

#[tokio::test]
async fn spree_as_csv() {
    let Some(bytes) = raw("spree-sample/products.csv") else {
        return;
    };
    let mut goods = Goods::default();
    for row in rows(&bytes, ',') {
        if !row["name"].is_empty() {
            goods.path(&row["category1"].split(" -> ").collect::<Vec<_>>());
        } else if row["currency"] == "USD" {
            goods.variant(&row["slug"], &row["price"]);
        }
    }
    let mut attempt = Attempt::new("spree-sample", "USD");
    attempt
        .source("products", "/export/products.csv", bytes, &[])
        .await;
    attempt.gives(&goods).await;
}

#[tokio::test]
async fn vendure_as_csv() {
    let Some(bytes) = raw("vendure-products/products.csv") else {
        return;
    };
    let mut goods = Goods::default();
    let mut product = String::new();
    for row in rows(&bytes, ',') {
        if !row["slug"].is_empty() {
            product.clone_from(&row["slug"]);
        }
        goods.variant(&product, &row["price"]);
        let facets = row["facets"].split('|');
        let path = facets.filter_map(|facet| facet.strip_prefix("category:"));
        goods.path(&path.collect::<Vec<_>>());
    }
    let mut attempt = Attempt::new("vendure-products", "USD");
    let edits = [
        (
            "[.facets | split_path(\"|\") // empty] as $paths",
            "[[.facets | split(\"|\")[] | select(startswith(\"category:\")) | ltrimstr(\"category:\")] | select(length > 0)] as $paths",
        ),
        // Three variants have one number.
        ("id: .sku,", "id: (.sku + \" \" + .optionValues),"),
    ];
    attempt
        .source("products", "/export/products.csv", bytes, &edits)
        .await;
    attempt.gives(&goods).await;
}

#[tokio::test]
async fn woocommerce_as_csv() {
    let Some(bytes) = raw("woocommerce-sample/sample_products.csv") else {
        return;
    };
    let mut goods = Goods::default();
    for row in rows(&bytes, ',') {
        let sale = &row["Sale price"];
        let price = if sale.is_empty() {
            &row["Regular price"]
        } else {
            sale
        };
        let is_variation = row["Type"] == "variation";
        goods.variant(&row[if is_variation { "Parent" } else { "SKU" }], price);
        let path = row["Categories"]
            .split(" > ")
            .filter(|name| !name.is_empty());
        goods.path(&path.collect::<Vec<_>>());
    }
    let mut attempt = Attempt::new("woocommerce-sample", "USD");
    attempt
        .source("products", "/export/products.csv", bytes, &[])
        .await;
    attempt.gives(&goods).await;
}
