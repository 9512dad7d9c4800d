//! The field map: document field on the left, expression on the right.
//!
//! A field is a dotted path into the document; a number in it is a place in a list (`media.0.url`).

use super::error::Refusal;
use super::expression::{self, Expression};
use super::shape::Shape;
use crate::wire::Kind;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A field map, checked.
#[derive(Debug)]
pub(super) struct FieldMap {
    fields: Vec<Field>,
    /// Objects inside the document that some expression of a record fills; if none of those does, the object stays out,
    /// whatever constants (a currency, say) would be in it.
    filled: BTreeSet<Vec<String>>,
}

#[derive(Debug)]
struct Field {
    name: String,
    path: Vec<String>,
    expression: Expression,
}

/// Runs the jq filter of a field on a record.
pub(super) type RunJq<'a> = dyn Fn(&str, &Value) -> Result<Value, Refusal> + 'a;

impl FieldMap {
    /// Reads a field map that makes documents; an error is the field and what is wrong with it.
    pub(super) fn parse(
        map: &BTreeMap<String, String>,
        vars: &BTreeMap<String, Value>,
    ) -> Result<Self, (String, String)> {
        let parsed = Self::free(map, vars)?;
        check_names(&parsed.fields)?;
        Ok(parsed)
    }

    /// Reads a field map that makes whatever it says.
    pub(super) fn free(
        map: &BTreeMap<String, String>,
        vars: &BTreeMap<String, Value>,
    ) -> Result<Self, (String, String)> {
        let mut fields: Vec<Field> = Vec::new();
        for (name, text) in map {
            let path: Vec<String> = name.split('.').map(str::to_owned).collect();
            if path.iter().any(String::is_empty) {
                return Err((name.clone(), "an empty name between dots".to_owned()));
            }
            if let Some(other) = fields
                .iter()
                .find(|other| path.starts_with(&other.path) || other.path.starts_with(&path))
            {
                return Err((
                    name.clone(),
                    format!("`{}` already sets all of this", other.name),
                ));
            }
            fields.push(Field {
                name: name.clone(),
                path,
                expression: Expression::parse(text, vars),
            });
        }
        let is_filled = |field: &&Field| {
            field.path.len() > 1 && !matches!(field.expression, Expression::Constant(_))
        };
        let filled = fields
            .iter()
            .filter(is_filled)
            .map(|field| parent(&field.path).to_vec())
            .collect();
        Ok(Self { fields, filled })
    }

    /// The fields that need jq, with their filters.
    pub(super) fn jq(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields
            .iter()
            .filter_map(|field| match &field.expression {
                Expression::Jq(filter) => Some((field.name.as_str(), filter.as_str())),
                Expression::Constant(_) | Expression::Path(_) => None,
            })
    }

    /// The document the record gives.
    pub(super) fn document(&self, record: &Value, run_jq: &RunJq<'_>) -> Result<Value, Refusal> {
        let mut values: Vec<Value> = Vec::with_capacity(self.fields.len());
        let mut alive: BTreeSet<&[String]> = BTreeSet::new();
        for field in &self.fields {
            let value = match &field.expression {
                Expression::Constant(value) => value.clone(),
                Expression::Path(path) => expression::follow(record, path)
                    .map_err(|message| Refusal::at(&field.name, message))?
                    .clone(),
                Expression::Jq(_) => run_jq(&field.name, record)?,
            };
            let says_something =
                !value.is_null() && value.as_str().is_none_or(|text| !text.trim().is_empty());
            if says_something && !matches!(field.expression, Expression::Constant(_)) {
                alive.insert(parent(&field.path));
            }
            values.push(value);
        }
        let mut document = Value::Object(Map::new());
        for (field, value) in self.fields.iter().zip(values) {
            let group = parent(&field.path);
            if !self.filled.contains(group) || alive.contains(group) {
                put(&mut document, &field.path, value);
            }
        }
        Ok(document)
    }

    /// Only what names the document, where that can be told.
    pub(super) fn name(&self, record: &Value, run_jq: &RunJq<'_>) -> Value {
        let mut document = Value::Object(Map::new());
        for field in self
            .fields
            .iter()
            .filter(|field| NAMES.contains(&field.name.as_str()))
        {
            let value = match &field.expression {
                Expression::Constant(value) => Some(value.clone()),
                Expression::Path(path) => expression::follow(record, path).ok().cloned(),
                Expression::Jq(_) => run_jq(&field.name, record).ok(),
            };
            put(&mut document, &field.path, value.unwrap_or_default());
        }
        document
    }
}

fn parent(path: &[String]) -> &[String] {
    path.split_last().map_or(&[], |(_, parent)| parent)
}

/// Where the type is the same for every record, a misspelt field is found before the first record.
fn check_names(fields: &[Field]) -> Result<(), (String, String)> {
    let Some(kind) = fields.iter().find(|field| field.name == "type") else {
        return Err((
            "type".to_owned(),
            "missing: what document a record becomes, such as '\"product\"'".to_owned(),
        ));
    };
    let Expression::Constant(kind) = &kind.expression else {
        return Ok(());
    };
    let Some(kind) = kind.as_str().and_then(Kind::parse) else {
        let names = Kind::ALL.map(Kind::as_str).join(", ");
        return Err((
            "type".to_owned(),
            format!("{kind} is no document; there are {names}"),
        ));
    };
    for field in fields {
        let mut shape = Shape::of(kind);
        for name in &field.path {
            shape = shape.field(name).ok_or_else(|| {
                (
                    field.name.clone(),
                    format!(
                        "a {kind} has no such field (`{name}`); `custom` takes what has no field"
                    ),
                )
            })?;
        }
    }
    Ok(())
}

/// The fields that documents are named by.
const NAMES: [&str; 6] = ["type", "id", "code", "variant_id", "sku", "product_id"];

/// Sets the value at the path, making objects and lists on the way; the paths of a map never cross.
fn put(target: &mut Value, path: &[String], value: Value) {
    let Some((name, rest)) = path.split_first() else {
        *target = value;
        return;
    };
    if let Some(index) = index(name) {
        if !target.is_array() {
            *target = Value::Array(Vec::new());
        }
        if let Value::Array(items) = target {
            if items.len() <= index {
                items.resize(index + 1, Value::Null);
            }
            put(&mut items[index], rest, value);
        }
    } else {
        if !target.is_object() {
            *target = Value::Object(Map::new());
        }
        if let Value::Object(fields) = target {
            put(
                fields.entry(name.clone()).or_insert(Value::Null),
                rest,
                value,
            );
        }
    }
}

/// A place in a list, within reason.
fn index(name: &str) -> Option<usize> {
    let digits =
        !name.is_empty() && name.len() <= 3 && name.bytes().all(|byte| byte.is_ascii_digit());
    if digits { name.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn map(fields: &[(&str, &str)]) -> Result<FieldMap, (String, String)> {
        let fields = fields
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect();
        FieldMap::parse(&fields, &BTreeMap::new())
    }

    fn no_jq(_: &str, _: &Value) -> Result<Value, Refusal> {
        panic!("no jq here")
    }

    #[test]
    fn fields_make_a_document() {
        let map = map(&[
            ("type", "\"product\""),
            ("id", ".sku"),
            ("name", ".title"),
            ("seo.title", ".meta.title"),
            ("prices.0.amount", ".price"),
            ("prices.0.currency", "\"EUR\""),
            ("media.1.url", ".image"),
        ])
        .unwrap();
        let record = json!({"sku": 5, "title": "Mug", "meta": {"title": "A mug"}, "price": 8, "image": "/mug.jpg"});
        let expected = json!({"type": "product", "id": 5, "name": "Mug", "seo": {"title": "A mug"},
            "prices": [{"amount": 8, "currency": "EUR"}], "media": [null, {"url": "/mug.jpg"}]});
        assert_eq!(map.document(&record, &no_jq).unwrap(), expected);
        // Without a price there is no currency either.
        let expected = json!({"type": "product", "id": 5, "name": "Mug"});
        assert_eq!(
            map.document(&json!({"sku": 5, "title": "Mug", "price": ""}), &no_jq)
                .unwrap(),
            expected
        );
        let refusal = map
            .document(&json!({"sku": 5, "meta": "x"}), &no_jq)
            .unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "seo.title: a text has no field `title`"
        );
    }

    #[test]
    fn mistakes_are_found_before_the_first_record() {
        for (fields, wrong) in [
            (vec![("id", ".id")], "type"),
            (vec![("type", "\"brand\"")], "type"),
            (
                vec![("type", "\"product\""), ("desciption", ".x")],
                "desciption",
            ),
            (
                vec![("type", "\"product\""), ("seo.titel", ".x")],
                "seo.titel",
            ),
            (
                vec![("type", "\"product\""), ("prices.amount", ".x")],
                "prices.amount",
            ),
            (
                vec![("type", "\"product\""), ("seo", ".x"), ("seo.title", ".x")],
                "seo.title",
            ),
            (vec![("type", "\"product\""), ("seo.", ".x")], "seo."),
            (
                vec![("type", "\"product\""), ("translations.de.price", ".x")],
                "translations.de.price",
            ),
        ] {
            assert_eq!(map(&fields).unwrap_err().0, wrong);
        }
        map(&[("type", ".kind"), ("whatever", ".x")]).unwrap();
        map(&[("type", "\"product\""), ("custom.erp.row", ".x")]).unwrap();
        let translated = [
            ("type", "\"product\""),
            ("translations.de.name", ".name_de"),
            ("translations.pt-BR.seo.title", ".pt"),
            ("translations.de.options.size.values.s", ".small_de"),
        ];
        let map = map(&translated).unwrap();
        let record = json!({"name_de": "Tasse", "small_de": "klein"});
        let expected = json!({"type": "product", "translations": {"de": {"name": "Tasse", "options": {"size": {"values": {"s": "klein"}}}}}});
        assert_eq!(map.document(&record, &no_jq).unwrap(), expected);
    }
}
