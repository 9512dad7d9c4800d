//! PrestaShop's webservice: XML unless JSON is asked for, only ids unless all is, one parameter for place and number,
//! and an empty list where an object without members is meant.

use serde_json::{Map, Value, json};

use super::{Api, Asked, is_number, slice};
use crate::backend::script::Response;

/// A shop with its resources.
#[derive(Debug)]
pub struct Prestashop {
    /// `Basic` and the key with no password, in Base64.
    pub authorization: String,
    /// Names of resources, of one of them, and their records.
    pub resources: Vec<(&'static str, &'static str, Vec<Value>)>,
    /// What is added to a net price, in percent.
    pub tax: i64,
}

impl Api for Prestashop {
    fn answer(&self, asked: &Asked) -> Option<Response> {
        let path = asked.path.strip_prefix("/api/")?;
        if asked.header("authorization") != Some(&self.authorization) {
            let denied = Response::ok("text/html", "").with_status(401);
            return Some(denied.header(
                "www-authenticate",
                "Basic realm=\"Welcome to PrestaShop Webservice\"",
            ));
        }
        if asked.parameter("output_format") != Some("JSON") {
            return Some(Response::ok("text/xml", "<prestashop></prestashop>"));
        }
        let (name, id) = path.split_once('/').unwrap_or((path, ""));
        let (_, one, records) = self.resources.iter().find(|(known, ..)| *known == name)?;
        if !id.is_empty() {
            let record = records.iter().find(|record| is_number(&record["id"], id))?;
            let priced = self.priced(record.clone(), asked);
            return Some(Response::json(&json!({ *one: priced })));
        }
        let filters = asked.query.iter().filter_map(|(key, value)| {
            let field = key.strip_prefix("filter[")?.strip_suffix(']')?;
            Some((field, value.as_str()))
        });
        let filters: Vec<(&str, &str)> = filters.collect();
        let found = records.iter().filter(|record| {
            let is_it = |(field, value): &(&str, &str)| record[field].as_str() == Some(value);
            filters.iter().all(is_it)
        });
        let found: Vec<Value> = found.cloned().collect();
        let shown = self.list(&found, asked);
        // PHP has one word for a list and an object without members.
        Some(match shown.is_empty() {
            true => Response::json(&json!([])),
            false => Response::json(&json!({ name: shown })),
        })
    }
}

impl Prestashop {
    fn list(&self, found: &[Value], asked: &Asked) -> Vec<Value> {
        let (from, len) = match asked.parameter("limit").map(|limit| limit.split_once(',')) {
            None => (0, found.len()),
            Some(Some((from, len))) => (from.parse().unwrap_or(0), len.parse().unwrap_or(0)),
            Some(None) => (0, 0),
        };
        // Without an order, pages may overlap; this test wants one where there are pages.
        if asked.parameter("limit").is_some() && asked.parameter("sort") != Some("[id_ASC]") {
            return Vec::new();
        }
        let is_full = asked.parameter("display") == Some("full");
        let shown = slice(found, from, len).iter();
        shown
            .map(|record| match is_full {
                true => record.clone(),
                false => json!({"id": record["id"]}),
            })
            .collect()
    }

    /// A product with the prices that were asked for. Lists ignore the wish.
    fn priced(&self, mut record: Value, asked: &Asked) -> Value {
        let mut names: Vec<&str> = Vec::new();
        for (key, _) in &asked.query {
            if let Some((name, _)) = key
                .strip_prefix("price[")
                .and_then(|rest| rest.split_once(']'))
            {
                names.push(name);
            }
        }
        let micro = |value: &Value| -> i64 {
            let text = value.as_str().unwrap_or("0").replace('.', "");
            text.parse().unwrap_or(0)
        };
        let mut prices = Map::new();
        for name in names {
            let of = |key: &str| {
                asked
                    .parameter(&format!("price[{name}][{key}]"))
                    .unwrap_or("")
            };
            let combinations = self
                .resources
                .iter()
                .find(|(known, ..)| *known == "combinations");
            let combination = combinations.and_then(|(_, _, all)| {
                all.iter()
                    .find(|one| is_number(&one["id"], of("product_attribute")))
            });
            let mut amount = micro(&record["price"]);
            amount += combination.map_or(0, |one| micro(&one["price"]));
            let tax = if of("use_tax") == "1" { self.tax } else { 0 };
            let reduction = match of("use_reduction") {
                "0" => 0,
                _ => record["reduction"].as_i64().unwrap_or(0),
            };
            let amount = amount * (100 + tax) * (100 - reduction) / 10_000;
            let cents = (amount + 5000) / 10_000;
            prices.insert(
                name.to_owned(),
                json!(format!("{}.{:02}0000", cents / 100, cents % 100)),
            );
        }
        if let Some(fields) = record.as_object_mut() {
            fields.extend(prices);
        }
        record
    }
}
