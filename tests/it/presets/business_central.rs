//! Business Central: pages by link, variants of an item, zero GUIDs and blocked items.

use std::sync::Arc;

use frontage_tests::backend::apis::business_central::{BusinessCentral, COMPANY, SCOPE};
use frontage_tests::shop::Shop;
use serde_json::{Value, json};

use super::{nothing_refused, page, recognised, seen, shop_with, source, stated};

const CHAIRS: &str = "8f5c1b7e-31b4-ec11-8bf1-000d3a3a0001";

fn item(number: &str, name: &str, price: Value, inventory: i64) -> Value {
    json!({"@odata.etag": "W/\"1\"", "id": format!("id-{number}"), "number": number, "displayName": name, "type": "Inventory",
        "itemCategoryId": CHAIRS, "itemCategoryCode": "CHAIR", "blocked": false, "gtin": "", "inventory": inventory,
        "unitPrice": price, "priceIncludesTax": true, "baseUnitOfMeasureCode": "PCS",
        "lastModifiedDateTime": "2026-10-01T08:00:00Z", "itemVariants": []})
}

fn api() -> BusinessCentral {
    let mut bicycle = item("1000", "Bicycle", json!(4000), 32);
    bicycle["gtin"] = json!("4006381333931");
    let mut chair = item("1964-S", "TOKYO Guest Chair", json!(190.1), 3);
    chair["itemVariants"] = json!([
        {"id": "v-blue", "itemId": "id-1964-S", "itemNumber": "1964-S", "code": "BLUE", "description": "Blue"},
        {"id": "v-none", "itemId": "id-1964-S", "itemNumber": "1964-S", "code": "NONE", "description": ""}]);
    let mut old = item("1001", "Old bicycle", json!(10), 0);
    old["blocked"] = json!(true);
    let mut service = item("1002", "Assembly", json!(25.5), 0);
    service["type"] = json!("Service");
    service["itemCategoryId"] = json!("00000000-0000-0000-0000-000000000000");
    BusinessCentral {
        token: "T0ken".to_owned(),
        items: vec![bicycle, chair, old, service],
        categories: vec![
            json!({"id": CHAIRS, "code": "CHAIR", "displayName": "Office chairs", "lastModifiedDateTime": "2026-10-01T08:00:00Z"}),
            json!({"id": "empty", "code": "MISC", "displayName": "", "lastModifiedDateTime": "2026-10-01T08:00:00Z"}),
        ],
    }
}

fn shop(secret: &str) -> Shop {
    let base = format!("/v2.0/tenant/production/api/v2.0/companies({COMPANY})");
    let auth = format!(
        "auth = {{ kind = \"oauth2\", token_url = \"BACKEND/tenant/oauth2/v2.0/token\", client_id = \"frontage\", \
         client_secret = \"{secret}\", scope = \"{SCOPE}\" }}
headers = {{ prefer = \"odata.maxpagesize=3\" }}"
    );
    let shop = shop_with(
        &[
            source("items", "business-central", &format!("{base}/items"), &auth),
            source(
                "groups",
                "business-central-categories",
                &format!("{base}/itemCategories"),
                &auth,
            ),
        ]
        .concat(),
    );
    shop.backend.play(Arc::new(api()));
    shop
}

#[tokio::test]
async fn items_become_products_with_their_variants() {
    let mut shop = shop("5ecret");
    shop.open().await;
    nothing_refused(&shop);
    assert_eq!(stated(&shop, "id-1000", "name").await, "Bicycle");
    assert_eq!(stated(&shop, "id-1000", "gtin").await, "4006381333931");
    assert_eq!(
        stated(&shop, "id-1000", "category_ids").await,
        json!([CHAIRS])
    );
    assert_eq!(
        seen(&shop, "id-1000", "id-1000.prices").await,
        "4000.00 EUR"
    );
    assert_eq!(seen(&shop, "id-1000", "id-1000.stock").await, "32");
    assert_eq!(
        seen(&shop, "id-1964-S", "v-blue.prices").await,
        "190.10 EUR"
    );
    let options = stated(&shop, "id-1964-S", "options").await;
    assert_eq!(
        options[0]["values"],
        json!([{"code": "BLUE", "name": "Blue"}, {"code": "NONE"}])
    );
    assert_eq!(
        stated(&shop, "id-1002", "id-1002.stock").await,
        json!({"availability": "in_stock"})
    );
    let why = shop.ingest(&["why", "id-1002", "--json"]).await.stdout;
    assert!(!why.contains("category_ids"), "{why}");

    let chair = page(&shop, "/p/tokyo-guest-chair").await;
    assert!(
        chair.contains("Blue") && chair.contains("190.10"),
        "{chair}"
    );
    page(&shop, "/c/office-chairs").await;
    assert_eq!(shop.get("/p/old-bicycle").await.status, 404);
    let pages = shop.backend.requests().into_iter();
    let expanded = pages.filter(|seen| seen.target.contains("/items?")).count();
    assert_eq!(expanded, 2, "four items, three a page");
}

#[tokio::test]
async fn without_its_secret_there_is_no_shop() {
    let shop = shop("wr0ng");
    let once = shop.ingest(&["once"]).await;
    assert_ne!(once.code, Some(0));
    let told = format!("{}{}", once.stdout, once.stderr);
    assert!(told.contains("401") && !told.contains("wr0ng"), "{told}");
}

#[tokio::test]
async fn probe_knows_it() {
    let shop = shop("5ecret");
    let items = json!({"@odata.context": "x", "value": api().items});
    assert_eq!(recognised(&shop, &items).await, "business-central");
    let categories = json!({"@odata.context": "x", "value": api().categories});
    assert_eq!(
        recognised(&shop, &categories).await,
        "business-central-categories"
    );
}
