//! Records of several kinds in one page: one field then says which kind each is.

use super::columns::step;
use super::fields::{self, Meaning};
use super::roles::Taste;
use serde_json::Value;
use std::collections::BTreeMap;

/// Fields that may say it.
const FIELDS: [&str; 10] = [
    "model",
    "type",
    "kind",
    "_type",
    "_index",
    "object",
    "entity",
    "entity_type",
    "__typename",
    "record_type",
];
/// More are no kinds.
const MOST: usize = 50;
/// Records that are kept of each.
const SAMPLE: usize = 200;

/// The kinds of records, by each field that may say them.
#[derive(Default)]
pub(super) struct Kinds {
    count: usize,
    fields: BTreeMap<&'static str, Field>,
}

#[derive(Default)]
struct Field {
    count: usize,
    kinds: BTreeMap<String, Vec<Value>>,
}

impl Kinds {
    /// Notes a record.
    pub(super) fn add(&mut self, record: &Value) {
        self.count += 1;
        for name in FIELDS {
            let Some(kind) = record.get(name).and_then(Value::as_str) else {
                continue;
            };
            let field = self.fields.entry(name).or_default();
            field.count += 1;
            let is_kind =
                kind.len() <= 80 && (field.kinds.len() < MOST || field.kinds.contains_key(kind));
            if !is_kind {
                continue;
            }
            let records = field.kinds.entry(kind.to_owned()).or_default();
            if records.len() < SAMPLE {
                records.push(record.clone());
            }
        }
    }

    /// The kind that is products, when all records together are none: its condition and its first records.
    pub(super) fn best(self, all: &Meaning, taste: &Taste) -> Option<(String, Vec<Value>)> {
        let is_split = !all.only.is_empty() || all.variants.is_some();
        if all.is_usable() && !all.are_offers && !is_split {
            return None;
        }
        let count = self.count;
        let whole = self
            .fields
            .into_iter()
            .filter(|(_, field)| field.count == count && field.kinds.len() > 1);
        let kinds = whole.flat_map(|(name, field)| {
            let kinds = field.kinds.into_iter();
            kinds.map(move |(kind, records)| (name, kind, records))
        });
        let usable = kinds.filter_map(|(name, kind, records)| {
            let meaning = fields::recognise(&records, taste);
            let last = kind.rsplit(|next: char| !next.is_alphanumeric()).next();
            let is_called = last.is_some_and(|last| {
                matches!(
                    last.to_lowercase().as_str(),
                    "product" | "products" | "article" | "item"
                )
            });
            let condition = format!("{} == {}", step(name)?, Value::from(kind));
            let is_product = meaning.is_usable() && !meaning.are_offers;
            let rate = (is_called, meaning.known());
            is_product.then_some((rate, condition, records))
        });
        let best = usable.max_by(|one, other| one.0.cmp(&other.0));
        best.map(|(_, condition, records)| (condition, records))
    }
}
