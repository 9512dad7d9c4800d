//! PrestaShop's own sample shop: seven products with forty-five combinations, prices net of tax with six decimals.

use std::collections::BTreeMap;
use std::sync::Arc;

use frontage_tests::backend::apis::prestashop::Prestashop;
use serde_json::{Value, json};

use super::prestashop::shop_of_all;
use super::{nothing_refused, page};
use crate::probe_real::raw::raw;

/// Attributes and texts of an element.
type Element = BTreeMap<String, String>;

/// Elements of a name, read in the plainest way there is.
fn elements(file: &str, name: &str) -> Option<Vec<Element>> {
    let text = String::from_utf8(raw(&format!("prestashop16-fashion/{file}"))?).expect("text");
    let mut found = Vec::new();
    for part in text.split(&format!("<{name} ")).skip(1) {
        let (head, rest) = part.split_once('>').expect("the end of a tag");
        let mut element = Element::new();
        for pair in head.trim_end_matches('/').split("\" ") {
            if let Some((key, value)) = pair.split_once("=\"") {
                let value = value.trim_end().trim_end_matches('"');
                element.insert(key.trim().to_owned(), value.to_owned());
            }
        }
        let inside = rest.split(&format!("</{name}>")).next().unwrap_or_default();
        for child in inside.split('<').filter(|child| !child.starts_with('/')) {
            if let Some((key, value)) = child.split_once('>') {
                let value = value
                    .replace("&lt;", "<")
                    .replace("&gt;", ">")
                    .replace("&amp;", "&");
                element.entry(key.to_owned()).or_insert(value);
            }
        }
        found.push(element);
    }
    Some(found)
}

/// Everything that the sample shop has.
struct Fashion {
    products: Vec<Element>,
    combinations: Vec<Element>,
    chosen: Vec<Element>,
    stock: Vec<Element>,
    categories: Vec<Element>,
    placed: Vec<Element>,
    groups: Vec<Element>,
    values: Vec<Element>,
    reductions: Vec<Element>,
}

impl Fashion {
    fn read() -> Option<Self> {
        let data = |name: &str| elements(&format!("data/{name}.xml"), name);
        // What is said in English goes to what is the same in all languages.
        let said = |name: &str| -> Option<Vec<Element>> {
            let mut all = data(name)?;
            for words in elements(&format!("langs/en/data/{name}.xml"), name)? {
                if let Some(one) = all.iter_mut().find(|one| one["id"] == words["id"]) {
                    one.extend(words);
                }
            }
            Some(all)
        };
        Some(Self {
            products: said("product")?,
            combinations: data("product_attribute")?,
            chosen: data("product_attribute_combination")?,
            stock: data("stock_available")?,
            categories: said("category")?,
            placed: data("category_product")?,
            groups: said("attribute_group")?,
            values: said("attribute")?,
            reductions: data("specific_price")?,
        })
    }

    /// In percent.
    fn reduction(&self, product: &str) -> i64 {
        let own = self
            .reductions
            .iter()
            .find(|one| one["id_product"] == product);
        own.map_or(0, |one| one["reduction"][2..4].parse().expect("two digits"))
    }

    fn api(&self) -> Prestashop {
        let records =
            |one: &'static str, many: &'static str, records: Vec<Value>| (many, one, records);
        Prestashop {
            authorization: "Basic UzNDUkVUS0VZOg==".to_owned(),
            tax: 20,
            resources: vec![
                records("product", "products", self.products.iter().map(|one| self.product(one)).collect()),
                records("combination", "combinations", self.combinations.iter().map(|one| self.combination(one)).collect()),
                records("category", "categories", self.categories.iter().map(|one| self.category(one)).collect()),
                records("stock_available", "stock_availables", self.stock.iter().map(|one| json!(one)).enumerate().map(numbered).collect()),
                records("product_option", "product_options", self.groups.iter().map(|one| json!(one)).enumerate().map(numbered).collect()),
                records("product_option_value", "product_option_values", self.values.iter().map(|one| {
                    json!({"id": number(&self.values, &one["id"]), "id_attribute_group": number(&self.groups, &one["id_attribute_group"]).to_string(),
                        "color": one["color"], "name": one["name"]})
                }).collect()),
                records("product_feature", "product_features", vec![json!({"id": 1, "name": "None", "position": "0"})]),
                records("product_feature_value", "product_feature_values", Vec::new()),
            ],
        }
    }

    fn product(&self, one: &Element) -> Value {
        let placed = self
            .placed
            .iter()
            .filter(|placed| placed["id_product"] == one["id"]);
        let placed = placed.map(|placed| match placed["id_category"].as_str() {
            "2" => json!({"id": "2"}),
            name => json!({"id": (number(&self.categories, name) + 2).to_string()}),
        });
        let mut record = json!(one);
        record["id"] = json!(number(&self.products, &one["id"]));
        record["id_category_default"] =
            json!((number(&self.categories, &one["id_category_default"]) + 2).to_string());
        record["manufacturer_name"] = json!("Fashion Manufacturer");
        record["reduction"] = json!(self.reduction(&one["id"]));
        record["associations"] =
            json!({"categories": placed.collect::<Vec<_>>(), "images": [], "product_features": []});
        record
    }

    fn combination(&self, one: &Element) -> Value {
        let chosen = self
            .chosen
            .iter()
            .filter(|chosen| chosen["id_product_attribute"] == one["id"]);
        let values = chosen
            .map(|chosen| json!({"id": number(&self.values, &chosen["id_attribute"]).to_string()}));
        let mut record = json!(one);
        record["id"] = json!(number(&self.combinations, &one["id"]));
        record["id_product"] = json!(number(&self.products, &one["id_product"]).to_string());
        record["associations"] = json!({"product_option_values": values.collect::<Vec<_>>()});
        record
    }

    fn category(&self, one: &Element) -> Value {
        let parent = match one["id_parent"].as_str() {
            "Home" => 2,
            name => number(&self.categories, name) + 2,
        };
        json!({"id": number(&self.categories, &one["id"]) + 2, "id_parent": parent.to_string(), "active": one["active"], "level_depth": "2",
            "name": one["name"], "link_rewrite": one["link_rewrite"], "description": one["description"]})
    }
}

/// The number that the shop's database gave it: its place.
fn number(all: &[Element], id: &str) -> usize {
    let place = all.iter().position(|one| one["id"] == id);
    place.unwrap_or_else(|| panic!("there is no {id}")) + 1
}

fn numbered((place, mut record): (usize, Value)) -> Value {
    record["id"] = json!(place + 1);
    record
}

#[tokio::test]
async fn the_sample_shop() {
    let Some(fashion) = Fashion::read() else {
        return;
    };
    let mut shop = shop_of_all("S3CRETKEY", "");
    shop.backend.play(Arc::new(fashion.api()));
    shop.open().await;
    nothing_refused(&shop);
    let generation = shop.published();
    assert_eq!(
        generation.catalog.products().count(),
        fashion.products.len()
    );
    for one in &fashion.combinations {
        let product = &fashion.products[number(&fashion.products, &one["id_product"]) - 1];
        let numbers = (
            number(&fashion.products, &product["id"]),
            number(&fashion.combinations, &one["id"]),
        );
        let id = format!("{}-{}", numbers.0, numbers.1);
        let variant = generation.catalog.variant_by_id(&id);
        let variant = variant.unwrap_or_else(|| panic!("{id} is missing"));
        assert_eq!(
            variant
                .product()
                .map(|product| product.name().to_owned())
                .as_ref(),
            Some(&product["name"])
        );
        let offer = generation.offers.variant(variant.row);
        let net: f64 = product["price"].parse().expect("a number");
        let impact: f64 = one["price"].parse().expect("a number");
        let left = 1.0 - fashion.reduction(&product["id"]) as f64 / 100.0;
        let cents = ((net + impact) * 1.2 * left * 100.0).round();
        assert_eq!(offer.price.map(|price| price as f64), Some(cents), "{id}");
        let (first, second) = (numbers.0.to_string(), numbers.1.to_string());
        let mut stock = fashion.stock.iter();
        let stock =
            stock.find(|row| row["id_product"] == first && row["id_product_attribute"] == second);
        let quantity = stock.and_then(|row| row["quantity"].parse().ok());
        assert_eq!(offer.quantity, quantity, "{id}");
        let words: Vec<&str> = variant.values().map(|value| value.name()).collect();
        let chosen = fashion
            .chosen
            .iter()
            .filter(|chosen| chosen["id_product_attribute"] == one["id"]);
        for chosen in chosen {
            let value = &fashion.values[number(&fashion.values, &chosen["id_attribute"]) - 1];
            assert!(
                words.contains(&value["name"].as_str()),
                "{} of {id}: {words:?}",
                value["name"]
            );
        }
    }
    for product in generation.catalog.products() {
        page(&shop, &format!("/p/{}", product.slug())).await;
    }
    let count = fashion.combinations.len();
    println!("prestashop: {count} combinations of the sample shop are as its files have them");
}
