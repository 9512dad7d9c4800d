//! Texts that documents lack in a language of the shop: operators are told how many, and which.

use frontage_tests::shop::ShopBuilder;
use serde_json::Value;

use crate::translations::{LANGUAGES, catalog};

#[tokio::test]
async fn operators_are_told_which_texts_a_language_lacks() {
    let shop = ShopBuilder::of(catalog()).shop(LANGUAGES).start();
    shop.once().await;
    let status = shop.ingest(&["status", "--json"]).await;
    let status: Value = serde_json::from_str(&status.stdout).expect("JSON");
    let told = |locale: &str| -> Vec<String> {
        let all = status["untranslated"].as_array().expect("a list");
        let found = all
            .iter()
            .find(|one| one["locale"] == locale)
            .expect("the language");
        let lacks = found["lacks"].as_array().expect("a list").iter();
        lacks
            .map(|lack| {
                let text = |key: &str| lack[key].as_str().unwrap_or_default().to_owned();
                let (missing, of) = (&lack["missing"], &lack["of"]);
                format!(
                    "{} {} {missing}/{of} {}",
                    text("kind"),
                    text("field"),
                    lack["examples"]
                )
            })
            .collect()
    };
    assert_eq!(
        told("de"),
        [
            "product name 1/2 [\"plate\"]",
            "product description 1/2 [\"plate\"]"
        ]
    );
    assert_eq!(
        told("ar"),
        [
            "product name 1/2 [\"plate\"]",
            "product description 2/2 [\"mug\",\"plate\"]",
            "category name 1/2 [\"kitchen/mugs\"]",
            "page title 1/1 [\"delivery\"]",
            "page body 1/1 [\"delivery\"]",
        ]
    );
    let said = shop.ingest(&["status"]).await.stdout;
    let line = "untranslated in de\n  product name: 1 of 2 (plate)\n";
    assert!(said.contains(line), "{said}");
}
