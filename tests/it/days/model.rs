//! What a back end knows, how it changes from day to day, and what must come of that; worked out without the programs.

use std::collections::{BTreeMap, BTreeSet};

use frontage_shared::model::slug;
use frontage_tests::catalogue::{Catalogue, Dice, document};
use frontage_tests::documents;
use serde_json::{Value, json};

/// Whatever is derived at random is derived from this.
const SEED: u64 = 7;

/// A shop as its back end knows it. Products say nothing of prices and stock; offers do, by SKU.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Model {
    pub(super) products: BTreeMap<String, Value>,
    /// Categories, attributes and pages.
    pub(super) rest: Vec<Value>,
    pub(super) offers: BTreeMap<String, Value>,
}

/// What a comparison of two days has to say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Expected {
    pub(super) added: BTreeSet<String>,
    pub(super) removed: BTreeSet<String>,
    pub(super) changed: BTreeSet<String>,
    pub(super) prices: BTreeSet<String>,
    pub(super) stock: BTreeSet<String>,
    /// Addresses that are gone.
    pub(super) vanished: BTreeSet<String>,
}

impl Model {
    /// The generated catalogue.
    pub(super) fn generated(products: u64) -> Self {
        let lines = document::feed(Catalogue::new(products), "http://127.0.0.1:1".to_owned());
        let documents = lines.map(|line| serde_json::from_str::<Value>(&line).expect("a document"));
        Self::of(documents)
    }

    /// Of documents in which prices and stock stand in the products.
    pub(super) fn of(documents: impl Iterator<Item = Value>) -> Self {
        let mut model = Self::default();
        for document in documents {
            match document["type"].as_str() {
                Some("product") => model.add(document),
                Some("feed" | "end") => {}
                _ => model.rest.push(document),
            }
        }
        model
    }

    fn add(&mut self, mut product: Value) {
        if matches!(product["status"].as_str(), Some("draft" | "archived")) {
            return;
        }
        let id = product["id"].as_str().expect("an id").to_owned();
        let name = product["name"].as_str().expect("a name");
        // So that addresses follow names, whatever other products are called.
        product["slug"] = json!(format!("{}-{id}", slug::from_text(name)));
        for unit in units(&mut product) {
            let fields = unit.as_object_mut().expect("an object");
            let (prices, stock) = (fields.remove("prices"), fields.remove("stock"));
            let Some(sku) = unit["sku"].as_str() else {
                continue;
            };
            let offer = json!({"type": "offer", "sku": sku, "prices": prices, "stock": stock});
            self.offers.insert(sku.to_owned(), offer);
        }
        self.products.insert(id, product);
    }

    /// The documents of the source of the catalog.
    pub(super) fn catalog(&self) -> Vec<Value> {
        self.rest
            .iter()
            .chain(self.products.values())
            .cloned()
            .collect()
    }

    /// The documents of the source of offers.
    pub(super) fn stock(&self) -> Vec<Value> {
        self.offers.values().cloned().collect()
    }

    /// Some products by their ids, in random order.
    fn some(&self, topic: &str, day: u64, count: usize) -> Vec<String> {
        let mut ids: Vec<String> = self.products.keys().cloned().collect();
        Dice::new(SEED, topic, day).shuffle(&mut ids);
        ids.truncate(count);
        ids
    }

    /// New products, each like one that there is.
    pub(super) fn grow(&mut self, day: u64, count: usize) {
        for id in self.some("new", day, count) {
            let mut product = self.products[&id].clone();
            let new = format!("{id}-n{day}");
            product["id"] = json!(new);
            product["slug"] = json!(format!(
                "{}-n{day}",
                product["slug"].as_str().expect("a slug")
            ));
            for unit in units(&mut product) {
                for name in ["id", "sku"] {
                    let value = unit[name].as_str().map(|value| format!("{value}-n{day}"));
                    unit[name] = if name == "id" && unit["id"] == new.as_str() {
                        json!(new)
                    } else {
                        json!(value)
                    };
                }
                let sku = unit["sku"].as_str().expect("an article number");
                let known = sku.strip_suffix(&format!("-n{day}")).expect("a suffix");
                let mut offer = self.offers[known].clone();
                offer["sku"] = json!(sku);
                self.offers.insert(sku.to_owned(), offer);
            }
            self.products.insert(new, product);
        }
    }

    /// Products go, but no brand with them.
    pub(super) fn shrink(&mut self, day: u64, count: usize) {
        let mut gone = 0;
        for id in self.some("gone", day, self.products.len()) {
            let brand = &self.products[&id]["brand"];
            let others = self
                .products
                .values()
                .filter(|product| product["brand"] == *brand);
            if gone == count || others.count() < 3 {
                continue;
            }
            let mut product = self.products.remove(&id).expect("a product");
            for unit in units(&mut product) {
                self.offers.remove(unit["sku"].as_str().unwrap_or_default());
            }
            gone += 1;
        }
    }

    /// Products are called something else, and have another address. Gives the addresses from before, and those now.
    pub(super) fn rename(&mut self, day: u64, count: usize) -> Vec<(String, String)> {
        let ids = self.some("name", day, count);
        ids.iter().map(|id| self.rename_one(id, day)).collect()
    }

    /// The product at this address is called something else once more.
    pub(super) fn rename_again(&mut self, address: &str, day: u64) -> (String, String) {
        let mut products = self.products.iter();
        let found = products.find(|(_, product)| path(product) == address);
        let id = found.expect("a product with this address").0.clone();
        self.rename_one(&id, day)
    }

    fn rename_one(&mut self, id: &str, day: u64) -> (String, String) {
        let product = self.products.get_mut(id).expect("a product");
        let before = path(product);
        let name = product["name"].as_str().expect("a name");
        let name: String = name.chars().take(200).collect();
        product["slug"] = json!(format!("{}-{id}-{day}", slug::from_text(&name)));
        product["name"] = json!(format!("{name} of day {day}"));
        (before, path(product))
    }

    /// Prices rise by a tenth.
    pub(super) fn reprice(&mut self, day: u64, every: u64) {
        for (sku, offer) in &mut self.offers {
            let price = &mut offer["prices"][0]["amount"];
            let digits = price.as_str().expect("an amount").replace('.', "");
            let cents: i64 = digits.parse().expect("a number");
            if Dice::new(SEED, sku, day).below(every) == 0 {
                *price = json!(document::decimal(cents + cents / 10 + 1));
                // What it cost before a sale is of no interest here.
                offer["prices"][0]
                    .as_object_mut()
                    .expect("a price")
                    .remove("compare_at");
            }
        }
    }

    /// Stock comes in.
    pub(super) fn restock(&mut self, day: u64, every: u64) {
        for (sku, offer) in &mut self.offers {
            if Dice::new(SEED + 1, sku, day).below(every) == 0 {
                let quantity = offer["stock"]["quantity"].as_i64().unwrap_or(0) + 3;
                offer["stock"] = json!({"availability": "in_stock", "quantity": quantity});
            }
        }
    }

    /// The export stopped half way.
    pub(super) fn half(&self) -> Self {
        let half = self.products.len() / 2;
        Self {
            products: self.products.clone().into_iter().take(half).collect(),
            ..self.clone()
        }
    }

    /// Every value of a product stands one column too far to the right.
    pub(super) fn shifted(&self) -> Self {
        let shift = |(id, product): (&String, &Value)| {
            let mut shifted = product.clone();
            shifted["slug"] = product["name"].clone();
            shifted["name"] = product["brand"].clone();
            shifted["brand"] = product["category_ids"][0].clone();
            (id.clone(), shifted)
        };
        Self {
            products: self.products.iter().map(shift).collect(),
            ..self.clone()
        }
    }

    /// What has to be said of the way from another day to this one.
    pub(super) fn since(&self, before: &Self) -> Expected {
        let mut expected = Expected::default();
        for (id, product) in &before.products {
            match self.products.get(id) {
                None => {
                    expected.removed.insert(id.clone());
                    expected.vanished.insert(path(product));
                }
                Some(now) if now != product => drop(expected.changed.insert(id.clone())),
                Some(_) => {}
            }
        }
        let new = self
            .products
            .keys()
            .filter(|id| !before.products.contains_key(*id));
        expected.added = new.cloned().collect();
        for (sku, offer) in &self.offers {
            let Some(was) = before.offers.get(sku) else {
                continue;
            };
            if offer["prices"][0]["amount"] != was["prices"][0]["amount"] {
                expected.prices.insert(sku.clone());
            }
            if offer["stock"] != was["stock"] {
                expected.stock.insert(sku.clone());
            }
        }
        expected
    }
}

/// The variants of a product, or itself where it has none.
fn units(product: &mut Value) -> Vec<&mut Value> {
    match product["variants"]
        .as_array()
        .is_some_and(|all| !all.is_empty())
    {
        true => product["variants"]
            .as_array_mut()
            .expect("a list")
            .iter_mut()
            .collect(),
        false => vec![product],
    }
}

fn path(product: &Value) -> String {
    format!("/p/{}", product["slug"].as_str().expect("a slug"))
}

/// What changed between what was said and what is to be said, as a feed of changes.
pub(super) fn delta(before: &[Value], now: &[Value]) -> Vec<Value> {
    let (before, now) = (keyed(before), keyed(now));
    let changed = now
        .iter()
        .filter(|(name, document)| before.get(*name) != Some(*document));
    let mut changes: Vec<Value> = changed.map(|(_, document)| (*document).clone()).collect();
    let gone = before.keys().filter(|name| !now.contains_key(*name));
    changes.extend(gone.map(|(kind, id)| json!({"type": "delete", "of": kind, "id": id})));
    documents::delta(&changes)
}

/// Documents by kind and key.
fn keyed(documents: &[Value]) -> BTreeMap<(String, String), &Value> {
    let key = |document: &Value| {
        let kind = document["type"].as_str().expect("a type").to_owned();
        let key = match kind.as_str() {
            "offer" => format!("sku:{}", document["sku"].as_str().expect("a SKU")),
            "attribute" => document["code"].as_str().expect("a code").to_owned(),
            _ => document["id"].as_str().expect("an id").to_owned(),
        };
        (kind, key)
    };
    documents
        .iter()
        .map(|document| (key(document), document))
        .collect()
}
