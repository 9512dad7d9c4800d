//! A shop speaks its shoppers' language everywhere: on every page, in its partials and on its error pages.

use std::collections::BTreeMap;

use frontage_tests::browser::{Browser, Screen};
use frontage_tests::documents;
use frontage_tests::shop::ShopBuilder;
use serde_json::json;

/// Every language, how it writes the price of the first thing, and the direction it is written in.
const LOCALES: [(&str, &str, &str); 9] = [
    ("en", "€1,210.50", "ltr"),
    ("de", "1.210,50\u{a0}€", "ltr"),
    ("fr", "1\u{202f}210,50\u{a0}€", "ltr"),
    ("es", "1210,50\u{a0}€", "ltr"),
    ("it", "1210,50\u{a0}€", "ltr"),
    ("nl", "€\u{a0}1.210,50", "ltr"),
    ("pl", "1210,50\u{a0}€", "ltr"),
    ("sv", "1\u{a0}210,50\u{a0}€", "ltr"),
    ("ar-AE", "\u{200f}1,210.50\u{a0}€", "rtl"),
];

/// Pages of every kind, errors included.
const PATHS: [&str; 9] = [
    "/",
    "/c/things",
    "/c/things?price-min=1200&stock=in",
    "/c/things?price-min=9000",
    "/p/thing-number-1201",
    "/search?q=thing",
    "/search?q=zzzzzz",
    "/pages/about",
    "/no/such/page",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_in_the_language_of_the_shop() {
    let english = messages("en");
    for (locale, price, direction) in LOCALES {
        let mut documents = documents::shop(30);
        let mut dear = documents::product("p1201", "Thing number 1201", "1210.50");
        dear["stock"]["quantity"] = json!(50);
        documents.push(dear);
        documents.push(sold_out());
        let builder = ShopBuilder::of(documents).shop(&format!("locale = \"{locale}\""));
        let mut shop = builder.start();
        shop.open().await;
        let language = locale.split('-').next().unwrap_or_default();
        let own = messages(language);
        let foreign: Vec<&String> = english
            .iter()
            .filter(|(id, text)| own.get(*id) != Some(*text))
            .map(|(_, text)| text)
            .collect();
        assert!(locale == "en" || foreign.len() > 60, "{locale}");
        let browser = match locale {
            "en" | "de" | "ar-AE" => Some(Browser::open(Screen::Phone, true).await),
            _ => None,
        };
        for path in PATHS {
            let page = shop.get(path).await;
            assert!(
                page.body.contains(&format!("<html lang=\"{locale}\"")),
                "{locale}: {path}"
            );
            let rtl = page.body.contains("dir=\"rtl\"");
            assert_eq!(rtl, direction == "rtl", "{locale}: {path}");
            for text in &foreign {
                let shown = [format!(">{text}<"), format!("\"{text}\"")];
                let found = shown.iter().find(|shown| page.body.contains(*shown));
                assert_eq!(found, None, "{locale}: {path}");
            }
            if let Some(browser) = &browser {
                browser.go(&shop.url(path)).await;
                let overflow = "document.documentElement.scrollWidth - window.innerWidth";
                let overflow = browser.value(overflow).await;
                assert!(
                    overflow.as_i64() <= Some(0),
                    "{locale}: {path} is {overflow} pixels too wide"
                );
            }
        }
        let product = shop.get("/p/thing-number-1201").await;
        assert!(
            product.body.contains(price),
            "{locale}: {price} in {}",
            product.body
        );
        let partial = shop.get("/partials/offer/thing-number-1201").await;
        assert!(
            partial.body.contains(price) && partial.body.contains(&own["in-stock"]),
            "{locale}"
        );
        let gone = shop.get("/partials/offer/sold-out").await;
        assert!(
            gone.body.contains(&own["out-of-stock"]),
            "{locale}: {}",
            gone.body
        );
    }
    println!("languages with every page in them: {}", LOCALES.len());
}

fn sold_out() -> serde_json::Value {
    let mut product = documents::product("p0", "Sold out", "3.00");
    product["stock"] = json!({"availability": "out_of_stock"});
    product
}

/// The messages of a language that are one text without values.
fn messages(language: &str) -> BTreeMap<String, String> {
    let path = format!(
        "{}/../server/locales/{language}.ftl",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(&path).expect("a file of messages");
    let plain = text.lines().filter_map(|line| line.split_once(" = "));
    plain
        .filter(|(id, text)| !id.contains([' ', '#']) && !text.contains('{'))
        .map(|(id, text)| (id.to_owned(), text.to_owned()))
        .collect()
}
