//! What a shop promises, for search engines: how goods come back, what bringing them costs, whom to call; and that it
//! says nothing of what nobody stated.

use frontage_tests::backend::Response;
use frontage_tests::shop::{Shop, ShopBuilder};
use serde_json::{Value, json};

use crate::pages::json_ld;

const TERMS: &str = "/export/terms";
/// Bytes that a product page may have.
const MOST_BYTES: usize = 30 << 10;

fn shop_with(server: &str) -> Shop {
    let page =
        json!({"type": "page", "id": "r", "slug": "returns", "title": "Returns", "body": "x"});
    let lamps: Vec<Value> = (0..24)
        .map(|at| {
            json!({"id": format!("lamp-{at}"), "sku": format!("L{at}"), "options": {"size": format!("{at}")},
                "prices": [{"amount": if at == 0 { "149.00" } else { "20.00" }, "currency": "EUR"}]})
        })
        .collect();
    let sizes: Vec<Value> = (0..24)
        .map(|at| json!({"code": at.to_string(), "name": at.to_string()}))
        .collect();
    let lamp = json!({"type": "product", "id": "lamp", "slug": "lamp", "name": "Lamp",
        "options": [{"code": "size", "name": "Size", "values": sizes}], "variants": lamps});
    let mug = json!({"type": "product", "id": "mug", "slug": "mug", "name": "Mug",
        "prices": [{"amount": "9.90", "currency": "EUR"}]});
    let shop = ShopBuilder::of(vec![page, lamp, mug])
        .shop("email = \"post@shop.example\"")
        .ingest("[source.terms]\nprovides = \"terms\"\nformat = \"ndjson\"\nurl = \"URL_OF_TERMS\"\nschedule = \"@daily\"\n")
        .server(server)
        .start();
    let terms = [
        json!({"type": "delivery_method", "id": "a", "name": "Parcel", "description": "2 days", "currency": "EUR",
            "countries": ["DE", "AT", "JP"], "bands": [{"up_to": "50.00", "price": "4.90"}, {"price": "3.90"}],
            "free_from": "100.00"}),
        json!({"type": "delivery_method", "id": "b", "name": "By hand", "currency": "EUR", "countries": ["DE"],
            "postcodes": [{"from": "10"}], "bands": [{"price": "2.00"}]}),
        json!({"type": "delivery_method", "id": "c", "name": "Pickup", "currency": "EUR", "bands": [{"price": "0"}],
            "locations": [{"id": "1", "name": "Shop", "address": "Street 1"}]}),
    ];
    shop.backend.respond_with(TERMS, Response::ndjson(&terms));
    shop.fill_in("URL_OF_TERMS", TERMS);
    shop
}

/// The first node of a page.
async fn node(shop: &Shop, path: &str) -> Value {
    let page = shop.get(path).await;
    assert_eq!(page.status, 200, "{path}");
    assert!(page.body.len() <= MOST_BYTES, "{path}: {}", page.body.len());
    json_ld(&page.body)[0]["@graph"][0].clone()
}

/// Everything is stated.
async fn open() -> Shop {
    let mut shop = shop_with(
        r#"
        [checkout]
        methods = ["invoice"]
        countries = ["DE", "AT", "FR"]
        [returns]
        days = 30
        fees = "free"
        by = ["mail"]
        page = "returns"
        [contact]
        telephone = "+49 30 123456"
        "#,
    );
    shop.open().await;
    shop
}

/// Countries that a part of structured data is for.
fn countries(node: &Value) -> Vec<String> {
    let regions = node["shippingDestination"].as_array().expect("regions");
    let codes = regions
        .iter()
        .filter_map(|region| region["addressCountry"].as_str());
    codes.map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_promised_stands_with_the_shop() {
    let shop = open().await;
    let store = node(&shop, "/").await;
    let contact = &store["contactPoint"];
    assert_eq!(contact["telephone"], "+4930123456", "{contact}");
    assert_eq!(contact["email"], "post@shop.example", "{contact}");
    let returns = &store["hasMerchantReturnPolicy"];
    assert_eq!(returns["merchantReturnDays"], 30, "{returns}");
    assert_eq!(returns["applicableCountry"], json!(["DE", "AT", "FR"]));
    assert_eq!(returns["returnFees"], "https://schema.org/FreeReturn");
    let link = returns["merchantReturnLink"].as_str().unwrap_or_default();
    assert!(link.ends_with("/pages/returns"), "{link}");
    let services = store["hasShippingService"].as_array().expect("services");
    // What goes to some postcodes only, or is fetched, is not told.
    assert_eq!(services.len(), 1, "{services:?}");
    let conditions = services[0]["shippingConditions"].as_array().unwrap();
    let told: Vec<_> = conditions
        .iter()
        .map(|condition| {
            let (value, rate) = (&condition["orderValue"], &condition["shippingRate"]);
            let text = |part: &Value| part.as_str().unwrap_or("-").to_owned();
            let ends = [text(&value["minValue"]), text(&value["maxValue"])];
            format!("{} to {} for {}", ends[0], ends[1], text(&rate["value"]))
        })
        .collect();
    let wanted = [
        "0.00 to 50.00 for 4.90",
        "50.01 to 99.99 for 3.90",
        "100.00 to - for 0.00",
    ];
    assert_eq!(told, wanted);
    assert_eq!(countries(&conditions[0]), ["DE", "AT"]);
    let home = shop.get("/").await.body;
    assert!(home.contains("<a href=\"tel:+4930123456\" dir=\"ltr\">+49 30 123456</a>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_promised_stands_with_each_offer_and_in_full_only_once() {
    let shop = open().await;
    let offer = &node(&shop, "/p/mug").await["offers"];
    assert_eq!(offer["hasMerchantReturnPolicy"]["merchantReturnDays"], 30);
    let detail = &offer["shippingDetails"][0];
    assert_eq!(detail["shippingRate"]["value"], "4.90", "{offer}");
    assert_eq!(detail["shippingRate"]["currency"], offer["priceCurrency"]);
    assert_eq!(countries(detail), ["DE", "AT"]);

    let lamp = node(&shop, "/p/lamp").await;
    let variants = lamp["hasVariant"].as_array().unwrap().iter();
    let offers: Vec<_> = variants.map(|one| &one["offers"]).collect();
    assert_eq!(offers.len(), 24);
    let in_full = |key: &str| {
        let all = offers.iter().map(|offer| offer[key].to_string());
        all.filter(|text| text.len() > 60).count()
    };
    // What is free from 100 euros on costs one price, what is below another.
    assert_eq!(in_full("hasMerchantReturnPolicy"), 1);
    assert_eq!(in_full("shippingDetails"), 2);
    let named = |offer: &Value| offer["shippingDetails"][0]["@id"].clone();
    let (dear, cheap): (Vec<&Value>, Vec<&Value>) =
        offers.iter().partition(|offer| offer["price"] == "149.00");
    assert_eq!(dear.len(), 1);
    let is_alike =
        |offer: &&Value| named(offer) == named(cheap[0]) && named(offer) != named(dear[0]);
    assert!(cheap.iter().all(is_alike));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_stated_is_not_told() {
    let mut shop = shop_with("[returns]\npage = \"not-there\"");
    shop.open().await;
    let store = node(&shop, "/").await;
    let offer = &node(&shop, "/p/mug").await["offers"];
    assert!(store.get("hasMerchantReturnPolicy").is_none(), "{store}");
    assert!(store.get("hasShippingService").is_none(), "{store}");
    assert!(offer.get("hasMerchantReturnPolicy").is_none(), "{offer}");
    assert!(offer.get("shippingDetails").is_none(), "{offer}");
    assert!(store["contactPoint"].get("telephone").is_none(), "{store}");
}
