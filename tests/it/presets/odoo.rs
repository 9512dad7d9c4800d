//! Odoo: `false` for nothing, relations by specification, pages in the body, errors with status 200.

use std::sync::Arc;

use frontage_tests::backend::apis::odoo::Odoo;
use frontage_tests::shop::Shop;
use serde_json::{Value, json};

use super::{
    EARLIER, LATER, last_run, nothing_refused, only_changes, page, recognised, seen, shop_with,
    source, stated, with,
};

fn eur() -> Value {
    json!({"id": 125, "name": "EUR"})
}

fn desk() -> Value {
    let line = |id: u32, name: &str, values: Value| json!({"id": id, "attribute_id": {"id": id, "name": name, "create_variant": "always"}, "value_ids": values});
    json!({"id": 9, "name": "Customizable Desk", "default_code": false, "barcode": false, "description_sale": "160 x 80 cm\n<solid>",
        "list_price": 750.0, "currency_id": eur(), "categ_id": {"id": 4}, "active": true, "sale_ok": true, "image_128": "12.30 Kb",
        "create_date": "2026-01-01 08:00:00", "write_date": "2026-10-02 08:30:00",
        "attribute_line_ids": [
            line(1, "Legs", json!([{"id": 1, "name": "Steel", "html_color": false}, {"id": 2, "name": "Aluminium", "html_color": "#C0C0C0"}])),
            line(3, "Warranty", json!([{"id": 5, "name": "5 years", "html_color": false}]))]})
}

fn lamp() -> Value {
    json!({"id": 10, "name": "Lamp", "default_code": "LAMP", "barcode": "4006381333931", "description_sale": false, "list_price": 40.05,
        "currency_id": false, "categ_id": false, "active": true, "sale_ok": true, "image_128": false, "create_date": "2026-01-01 08:00:00",
        "write_date": "2026-10-02 08:30:00", "attribute_line_ids": []})
}

fn variant(id: u32, product: u32, price: Value, quantity: f64, legs: &str) -> Value {
    let values = match legs {
        "" => json!([]),
        legs => json!([{"id": id, "name": legs, "attribute_id": {"id": 1, "name": "Legs"}}]),
    };
    json!({"id": id, "product_tmpl_id": {"id": product}, "default_code": format!("SKU-{id}"), "barcode": false, "active": true, "type": "consu",
        "is_storable": true, "lst_price": price, "currency_id": eur(), "free_qty": quantity, "sale_delay": 0, "image_variant_128": false,
        "write_date": "2026-10-02 08:30:00", "product_template_variant_value_ids": values})
}

fn odoo() -> Odoo {
    let mut setup = variant(14, 10, json!(40.05), 0.0, "");
    setup["is_storable"] = json!(false);
    setup["sale_delay"] = json!(2.5);
    let mut steel = variant(10, 9, json!(750.4), 8.0, "Steel");
    steel["sale_delay"] = json!(14);
    let models = vec![
        ("product.template", vec![desk(), lamp()]),
        (
            "product.product",
            vec![
                // The id of another product's: both count apart.
                steel,
                variant(12, 9, json!(800.4), -3.0, "Aluminium"),
                setup,
            ],
        ),
        (
            "product.category",
            vec![
                json!({"id": 1, "name": "All", "parent_id": false}),
                json!({"id": 4, "name": "Desks", "parent_id": {"id": 1}}),
            ],
        ),
    ];
    Odoo::new("0d00-key", models)
}

async fn is_a_shop(mut shop: Shop) -> Shop {
    shop.backend.play(Arc::new(odoo()));
    shop.open().await;
    nothing_refused(&shop);
    assert_eq!(stated(&shop, "9", "name").await, "Customizable Desk");
    assert_eq!(
        stated(&shop, "9", "short_description").await,
        "160 x 80 cm<br>&lt;solid&gt;"
    );
    assert_eq!(stated(&shop, "9", "category_ids").await, json!(["4"]));
    assert_eq!(
        stated(&shop, "9", "options").await,
        json!([{"code": "legs", "name": "Legs", "values": [{"code": "Steel", "name": "Steel"},
            {"code": "Aluminium", "name": "Aluminium", "swatch": "#C0C0C0"}]}])
    );
    assert_eq!(
        stated(&shop, "9", "attributes").await,
        json!([{"code": "warranty", "label": "Warranty", "value": "5 years"}])
    );
    assert_eq!(seen(&shop, "9", "9-10.prices").await, "750.40 EUR");
    assert_eq!(seen(&shop, "9", "9-12.prices").await, "800.40 EUR");
    assert_eq!(
        stated(&shop, "9", "9-10.options").await,
        json!({"legs": "Steel"})
    );
    assert_eq!(
        stated(&shop, "9", "9-12.stock").await,
        json!({"availability": "out_of_stock", "quantity": -3.0})
    );
    assert_eq!(
        stated(&shop, "10", "10-14.stock").await,
        json!({"availability": "in_stock", "lead_time_days": 3})
    );
    assert_eq!(
        stated(&shop, "9", "9-10.stock").await,
        json!({"availability": "in_stock", "quantity": 8.0, "lead_time_days": 14})
    );
    assert_eq!(stated(&shop, "10", "gtin").await, "4006381333931");
    let desk = page(&shop, "/p/customizable-desk").await;
    assert!(
        desk.contains("Aluminium") && desk.contains("750.40"),
        "{desk}"
    );
    let all = page(&shop, "/c/all").await;
    assert!(all.contains("Desks"), "{all}");
    shop
}

#[tokio::test]
async fn json_2() {
    let auth = "auth = { kind = \"bearer\", token = \"0d00-key\" }\n";
    // One record a page, so that there are several.
    let keys = |rest: &str| format!("{auth}paging = {{ size = 1 }}\n{rest}");
    let base = |model: &str| format!("/json/2/{model}/web_search_read");
    let vars = "vars = { base_url = \"https://erp.example\" }";
    let shop = shop_with(
        &[
            source("products", "odoo", &base("product.template"), &keys(vars)),
            source(
                "variants",
                "odoo-variants",
                &base("product.product"),
                &keys(""),
            ),
            source(
                "groups",
                "odoo-categories",
                &base("product.category"),
                &keys(""),
            ),
        ]
        .concat(),
    );
    let shop = is_a_shop(shop).await;
    let picture = stated(&shop, "9", "media").await;
    assert_eq!(
        picture[0]["url"],
        "https://erp.example/web/image/product.template/9/image_1024?unique=2026-10-02-08-30-00"
    );
    let why = shop.ingest(&["why", "10", "--json"]).await.stdout;
    assert!(!why.contains("\"media\""), "{why}");
}

fn login(password: &str) -> String {
    format!(
        "auth = {{ kind = \"login\", url = \"BACKEND/web/session/authenticate\", fields = {{ jsonrpc = \"2.0\", method = \"call\", \
         params = {{ db = \"prod\", login = \"shop\", password = \"{password}\" }} }} }}\n"
    )
}

fn rpc(password: &str) -> Shop {
    let auth = login(password);
    let path = "/web/dataset/call_kw";
    shop_with(
        &[
            source("products", "odoo-rpc", path, &auth),
            source("variants", "odoo-rpc-variants", path, &auth),
            source("groups", "odoo-rpc-categories", path, &auth),
        ]
        .concat(),
    )
}

#[tokio::test]
async fn json_rpc() {
    is_a_shop(rpc("0d00-key")).await;
}

/// A database before and after three of its products changed: one is dearer, one archived, and one not sold any more.
fn changing(is_after: bool) -> Odoo {
    let product = |id: u32, name: &str, changed: &str, more: Value| {
        let own = json!({"id": id, "name": name, "write_date": changed.replace('T', " ")});
        with(with(lamp(), &own), &more)
    };
    let (changed, price) = if is_after {
        (LATER, 19.5)
    } else {
        (EARLIER, 18.0)
    };
    let mut products = vec![
        product(1, "Chair", changed, json!({"list_price": price})),
        product(2, "Stool", changed, json!({"active": !is_after})),
        product(3, "Bench", changed, json!({"sale_ok": !is_after})),
    ];
    // So many that two of them may go without anybody's asking.
    products.extend((20..30).map(|id| product(id, &format!("Shelf {id}"), EARLIER, json!({}))));
    for product in &mut products {
        product["barcode"] = json!(false);
        product["default_code"] = json!(format!("SKU-{}", product["id"]));
    }
    // Each has a variant, that of what is archived not yet.
    let variants = products.iter().map(|product| {
        let id = product["id"].as_u64().and_then(|id| u32::try_from(id).ok());
        variant(
            id.expect("an id") + 500,
            id.expect("an id"),
            product["list_price"].clone(),
            4.0,
            "",
        )
    });
    let variants = variants.collect();
    Odoo::new(
        "0d00-key",
        vec![
            ("product.template", products),
            ("product.product", variants),
        ],
    )
}

#[tokio::test]
async fn an_archived_product_takes_its_variants_with_it() {
    let auth = "auth = { kind = \"bearer\", token = \"0d00-key\" }";
    let path = |model: &str| format!("/json/2/{model}/web_search_read");
    let sources = [
        source("products", "odoo", &path("product.template"), auth),
        source("variants", "odoo-variants", &path("product.product"), auth),
    ];
    let mut shop = shop_with(&sources.concat());
    shop.backend.play(Arc::new(changing(false)));
    shop.open().await;
    page(&shop, "/p/stool").await;
    shop.backend.play_instead(Arc::new(changing(true)));
    only_changes(&shop, "products", 3).await;
    assert_eq!(last_run(&shop, "variants").await.get("changes_since"), None);
    assert_eq!(seen(&shop, "1", "1-501.prices").await, "19.50 EUR");
    for gone in ["/p/stool", "/p/bench"] {
        assert_ne!(shop.get(gone).await.status, 200, "{gone}");
    }
}

async fn changes_arrive(mut shop: Shop) {
    shop.backend.play(Arc::new(changing(false)));
    shop.open().await;
    for path in ["/p/stool", "/p/bench"] {
        page(&shop, path).await;
    }
    shop.backend.play_instead(Arc::new(changing(true)));
    only_changes(&shop, "products", 3).await;
    assert_eq!(seen(&shop, "1", "1.prices").await, "19.50 EUR");
    page(&shop, "/p/shelf-20").await;
    for gone in ["/p/stool", "/p/bench"] {
        assert_ne!(shop.get(gone).await.status, 200, "{gone}");
    }
}

#[tokio::test]
async fn changes_are_asked_for_with_what_is_archived() {
    let auth = "auth = { kind = \"bearer\", token = \"0d00-key\" }\npaging = { size = 2 }";
    let path = "/json/2/product.template/web_search_read";
    changes_arrive(shop_with(&source("products", "odoo", path, auth))).await;
    let path = "/web/dataset/call_kw";
    let sources = source("products", "odoo-rpc", path, &login("0d00-key"));
    changes_arrive(shop_with(&sources)).await;
}

#[tokio::test]
async fn a_time_that_is_written_otherwise_is_refused() {
    let auth =
        "auth = { kind = \"bearer\", token = \"0d00-key\" }\nchanges = { format = \"epoch\" }";
    let path = "/json/2/product.template/web_search_read";
    let shop = shop_with(&source("products", "odoo", path, auth));
    shop.backend.play(Arc::new(odoo()));
    shop.once().await;
    let again = shop.ingest(&["once"]).await;
    let told = format!("{}{}", again.stdout, again.stderr);
    assert!(again.code != Some(0) && told.contains("422"), "{told}");
}

#[tokio::test]
async fn a_session_that_ends_is_opened_again() {
    let shop = rpc("0d00-key");
    shop.backend.play(Arc::new(odoo().with_short_sessions(1)));
    let mut once = shop.ingest(&["once", "products"]).await;
    for _ in 0..2 {
        assert_eq!(once.code, Some(0), "{}{}", once.stdout, once.stderr);
        once = shop.ingest(&["once", "products", "variants"]).await;
    }
    let asked = shop.backend.requests();
    let opened = asked
        .iter()
        .filter(|seen| seen.target.ends_with("/authenticate"));
    assert!(opened.count() > 3, "{asked:?}");
}

#[tokio::test]
async fn an_error_of_status_200_is_an_error() {
    let shop = rpc("wrong");
    shop.backend.play(Arc::new(odoo()));
    let once = shop.ingest(&["once"]).await;
    assert_ne!(once.code, Some(0), "{}{}", once.stdout, once.stderr);

    let other = rpc("0d00-key");
    let mut without = odoo();
    without
        .models
        .retain(|(name, _)| *name != "product.product");
    other.backend.play(Arc::new(without));
    let once = other.ingest(&["once"]).await;
    let told = format!("{}{}", once.stdout, once.stderr);
    assert!(
        told.contains("the model product.product does not exist"),
        "{told}"
    );
}

#[tokio::test]
async fn probe_knows_it() {
    let shop = rpc("0d00-key");
    let products = json!({"length": 2, "records": [desk(), lamp()]});
    assert_eq!(recognised(&shop, &products).await, "odoo");
    let variants = json!({"jsonrpc": "2.0", "id": 1, "result": {"length": 1, "records": [variant(1, 2, json!(3), 4.0, "Steel")]}});
    assert_eq!(recognised(&shop, &variants).await, "odoo-rpc-variants");
}
