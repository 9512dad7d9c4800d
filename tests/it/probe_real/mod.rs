//! Real exports become shops: what `probe` proposes, a few edited lines, and every product, price and category is the
//! one that the raw file has.
//!
//! The data is not part of the repository; where it is missing, a test says so and ends. Each test states its edits as
//! (line as proposed, line or lines instead), and there are never more than ten.

mod raw; // the files as they lie, read without the program's own readers

use std::collections::{BTreeMap, BTreeSet};

use frontage_shared::manifest::Manifest;
use frontage_shared::model::slug;
use frontage_shared::snapshot::Generation;
use frontage_tests::backend::Response;
use frontage_tests::documents;
use frontage_tests::shop::{Shop, ShopBuilder};
use serde_json::Value;

use self::raw::{cents, json, list, raw, rows, text, unpacked};

const MOST_EDITS: usize = 10;

/// What a shop sells: products with their prices in cents, if they have one, and the ids of categories.
#[derive(Debug, Default, PartialEq, Eq)]
struct Goods {
    products: BTreeMap<String, Option<i64>>,
    categories: BTreeSet<String>,
}

type Edits = [(&'static str, &'static str)];

/// A shop that is put together from what `probe` proposes.
struct Attempt {
    shop: Shop,
    set: &'static str,
    edited: usize,
    formats: Vec<String>,
}

impl Attempt {
    fn new(set: &'static str, currency: &str) -> Self {
        let shop = ShopBuilder::of(documents::shop(1)).start();
        let text = format!(
            "store = \"store\"\nstate = \"ingest\"\n\n[shop]\nid = \"demo\"\nname = \"Test\"\ncurrency = \"{currency}\"\nlocale = \"en\"\n"
        );
        std::fs::write(shop.folder().join("ingest.toml"), text).expect("a configuration");
        Self {
            shop,
            set,
            edited: 0,
            formats: Vec::new(),
        }
    }

    /// Serves the bytes, probes their address, and edits what came of it.
    async fn source(&mut self, name: &str, path: &str, bytes: Vec<u8>, edits: &Edits) {
        let served = Response::ok("application/octet-stream", bytes);
        self.shop.backend.respond_with(path, served);
        let config = self.shop.folder().join("ingest.toml");
        let target = self.shop.backend.url(path);
        let write = config.to_str().expect("a path");
        let arguments = ["probe", &target, "--json", "--write", write, "--name", name];
        let probed = self.shop.ingest(&arguments).await;
        assert_eq!(probed.code, Some(0), "{}{}", probed.stdout, probed.stderr);
        let proposal: Value = serde_json::from_str(&probed.stdout).expect("JSON");
        let preset = proposal["preset"]
            .as_str()
            .map(|name| format!("preset {name}"));
        let format = proposal["format"].as_str().unwrap_or_default().to_owned();
        self.formats.push(preset.unwrap_or(format));
        for (old, new) in edits {
            self.edit(name, old, new);
        }
    }

    /// Replaces a line that is there once, in the source's part of the configuration or in its program.
    fn edit(&mut self, name: &str, old: &str, new: &str) {
        let places = ["ingest.toml".to_owned(), format!("{name}.jq")];
        let mut found = 0;
        for place in places {
            let path = self.shop.folder().join(place);
            let Ok(text) = std::fs::read_to_string(&path) else {
                continue;
            };
            let begin = text.find(&format!("[source.{name}]")).unwrap_or(0);
            let (before, part) = text.split_at(begin);
            let lines: Vec<&str> = part.lines().collect();
            let here = lines.iter().filter(|line| line.trim() == old).count();
            found += here;
            let lines: Vec<&str> = lines
                .into_iter()
                .map(|line| if line.trim() == old { new } else { line })
                .collect();
            if here > 0 {
                let text = format!("{before}{}\n", lines.join("\n"));
                std::fs::write(path, text).expect("a file");
            }
        }
        assert_eq!(found, 1, "{}: `{old}` is there {found} times", self.set);
        self.edited += new.lines().filter(|line| line.trim() != old).count().max(1);
    }

    /// Adds lines that nothing proposed.
    fn write_more(&mut self, place: &str, lines: &str) {
        let path = self.shop.folder().join(place);
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        std::fs::write(path, format!("{text}{lines}")).expect("a file");
        self.edited += lines.lines().filter(|line| !line.trim().is_empty()).count();
    }

    /// Publishes, and compares what is sold with what the raw file has.
    async fn gives(self, expected: &Goods) {
        assert!(
            self.edited <= MOST_EDITS,
            "{}: {} lines",
            self.set,
            self.edited
        );
        let once = self.shop.ingest(&["once"]).await;
        assert_eq!(once.code, Some(0), "{}{}", once.stdout, once.stderr);
        let manifest = Manifest::decode(&self.shop.newest_manifest()).expect("a manifest");
        let parts = self.shop.store().join("parts");
        let generation = Generation::map(manifest, &parts).expect("both parts");
        let mut sold = Goods::default();
        for product in generation.catalog.products() {
            let prices = generation.offers.product(product.row).prices;
            // A price of zero means none.
            let price = prices.map(|(lowest, _)| lowest).filter(|price| *price > 0);
            sold.products.insert(product.id().to_owned(), price);
        }
        for category in generation.catalog.categories() {
            sold.categories.insert(category.id().to_owned());
        }
        assert_eq!(&sold, expected, "{}\n{}", self.set, once.stdout);
        println!(
            "probe: {} ({}), {} edited lines, {} products, {} of them with a price, {} categories",
            self.set,
            self.formats.join(" and "),
            self.edited,
            sold.products.len(),
            sold.products.values().flatten().count(),
            sold.categories.len()
        );
    }
}

impl Goods {
    fn product(&mut self, id: &str, price: &str) {
        let price = cents(price).filter(|price| *price > 0);
        self.products.entry(id.to_owned()).or_insert(price);
    }

    /// A path of categories, and all above it.
    fn path(&mut self, path: &[&str]) {
        for depth in 1..=path.len() {
            self.categories
                .insert(slug::from_text(&path[..depth].join("/")));
        }
    }
}

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
    attempt.gives(&goods).await;
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
        goods.product(&row["sku"], &row["price"]);
        for path in row["categories"].split(',') {
            let path: Vec<&str> = path.split('/').skip(1).collect();
            goods.path(&path);
        }
    }
    let mut attempt = Attempt::new("magento2-luma", "USD");
    let edits = [
        // The sizes and colours are rows of their own; the root of the tree is no category of the shop.
        (
            "[.categories // \"\" | split(\",\")[] | split_path(\"/\") // empty] as $paths",
            "select(.product_type == \"configurable\") | [.categories | split(\",\")[] | split_path(\"/\")[1:] | select(length > 0)] as $paths",
        ),
        (
            "media: [{url: .base_image}],",
            "media: [{url: (\"https://magento.example/media/catalog/product\" + .base_image)}],",
        ),
    ];
    attempt
        .source("products", "/export/products.csv", bytes, &edits)
        .await;
    attempt.gives(&goods).await;
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
    attempt.gives(&goods).await;
}

#[tokio::test]
async fn saleor_as_json() {
    let Some(bytes) = raw("saleor-populatedb/populatedb_data.json") else {
        return;
    };
    let mut goods = Goods::default();
    let document = json(&bytes);
    for record in list(&document) {
        let fields = &record["fields"];
        let is_in_dollars = fields["currency"] == "USD";
        match record["model"].as_str() {
            Some("product.productchannellisting") if is_in_dollars => {
                goods.product(
                    &text(&fields["product"]),
                    &text(&fields["discounted_price_amount"]),
                );
            }
            Some("product.category") => drop(goods.categories.insert(text(&record["pk"]))),
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
        ("}", "})"),
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
        "select(.model == \"product.productchannellisting\" and .fields.currency == $currency) | {type: \"offer\", variant_id: .fields.product, prices: [{amount: .fields.discounted_price_amount, currency: $currency}]}\n",
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
    let bytes = answer.to_string().into_bytes();
    attempt
        .source("products", "/admin/products.json", bytes, &[])
        .await;
    assert_eq!(attempt.formats, ["preset shopify"]);
    // Its only price is zero, which would be held.
    attempt.write_more("ingest.toml", "[guard]\nmax_zero_price_percent = 100\n");
    attempt.gives(&goods).await;
}

/// What stands before the product: its variants.
const SPREE_VARIANTS: &str = r#"(select(.name == "" and .currency == $currency) | {
  type: "variant", product_id: .slug, id: .sku, sku: .sku,
  options: ([[.option1_name, .option1_value], [.option2_name, .option2_value]] | map(select(.[0] != "") | {key: (.[0] | slug), value: .[1]}) | from_entries),
  prices: [{amount: .price, currency: $currency}],
  stock: {availability: (if .inventory_count != "0" then "in_stock" else "out_of_stock" end), quantity: .inventory_count}
}),
(select(.name != "")"#;

#[tokio::test]
async fn spree_as_csv() {
    let Some(bytes) = raw("spree-sample/products.csv") else {
        return;
    };
    let mut goods = Goods::default();
    for row in rows(&bytes, ',') {
        // The row that names a product has no price; those below it are its variants.
        if row["name"].is_empty() && row["currency"] != "USD" {
            // The same in euros, once more.
            continue;
        }
        if row["name"].is_empty() {
            let price = cents(&row["price"]).expect("a price");
            let lowest = goods.products.get_mut(&row["slug"]).expect("its product");
            *lowest = Some(lowest.map_or(price, |lowest| lowest.min(price)));
        } else {
            goods.product(&row["slug"], &row["price"]);
            goods.path(&row["category1"].split(" -> ").collect::<Vec<_>>());
        }
    }
    let mut attempt = Attempt::new("spree-sample", "USD");
    let edits = [
        ("select(.name != null and .name != \"\")", SPREE_VARIANTS),
        (
            "prices: [{amount: .price, compare_at: .compare_at_price, currency: $currency}],",
            "options: [],",
        ),
    ];
    attempt
        .source("products", "/export/products.csv", bytes, &edits)
        .await;
    attempt.write_more("products.jq", ")\n");
    attempt.gives(&goods).await;
}

#[tokio::test]
async fn vendure_as_csv() {
    let Some(bytes) = raw("vendure-products/products.csv") else {
        return;
    };
    let mut goods = Goods::default();
    for row in rows(&bytes, ',')
        .iter()
        .filter(|row| !row["name"].is_empty())
    {
        goods.product(&row["sku"], &row["price"]);
        let facets = row["facets"].split('|');
        goods.path(
            &facets
                .filter_map(|facet| facet.strip_prefix("category:"))
                .collect::<Vec<_>>(),
        );
    }
    let mut attempt = Attempt::new("vendure-products", "USD");
    let edits = [(
        "| [.facets | split_path(\"|\") // empty] as $paths",
        "| [[.facets | split(\"|\")[] | select(startswith(\"category:\")) | ltrimstr(\"category:\")] | select(length > 0)] as $paths",
    )];
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
        goods.product(
            &row["ID"],
            if sale.is_empty() {
                &row["Regular price"]
            } else {
                sale
            },
        );
        let path: Vec<&str> = row["Categories"]
            .split(" > ")
            .filter(|name| !name.is_empty())
            .collect();
        goods.path(&path);
    }
    let mut attempt = Attempt::new("woocommerce-sample", "USD");
    attempt
        .source("products", "/export/products.csv", bytes, &[])
        .await;
    attempt.gives(&goods).await;
}
