//! What each document field holds, read from the schemas, and how a value is made to fit.
//!
//! A mapping says where a value comes from, not how it is spelt: a number becomes text where a document has text, a
//! single value becomes a list where it has a list, and what is empty is left out. Nothing is guessed beyond that.

use super::decimal;
use crate::schema;
use crate::wire::Kind;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What a place in a document holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    /// A text; white space around it goes, and a number is written out as it came.
    Text,
    /// A number, also when it comes as text.
    Number,
    /// Yes or no, also as `"true"`, `"false"`, 1 or 0.
    Boolean,
    /// A list; a single value becomes one.
    List(Box<Shape>),
    /// Named fields.
    Object {
        fields: BTreeMap<String, Shape>,
        /// Fields without which an entry of a list is left out, when they came out empty.
        needed: Vec<String>,
    },
    /// Any names, one shape.
    Map(Box<Shape>),
    /// A text, number, boolean or list.
    Value,
    /// Whatever it is.
    Anything,
}

static SHAPES: LazyLock<BTreeMap<Kind, Shape>> = LazyLock::new(|| {
    Kind::ALL
        .into_iter()
        .map(|kind| (kind, read(schema::document(kind), schema::document(kind))))
        .collect()
});

impl Shape {
    /// The shape of a document.
    pub(super) fn of(kind: Kind) -> &'static Self {
        &SHAPES[&kind]
    }

    /// The shape of a field, by its name or index.
    pub(super) fn field(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object { fields, .. } => fields.get(name),
            Self::List(item) => name
                .bytes()
                .all(|byte| byte.is_ascii_digit())
                .then_some(item),
            Self::Map(item) => Some(item),
            Self::Anything => Some(self),
            Self::Text | Self::Number | Self::Boolean | Self::Value => None,
        }
    }
}

fn read(root: &Value, schema: &Value) -> Shape {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let target = schema::resolve(root, reference).expect("references were resolved by a test");
        let root = if reference.starts_with('#') {
            root
        } else {
            schema::common()
        };
        return read(root, target);
    }
    match schema.get("type") {
        Some(Value::String(kind)) => match kind.as_str() {
            "integer" | "number" => Shape::Number,
            "boolean" => Shape::Boolean,
            "array" => Shape::List(Box::new(
                schema
                    .get("items")
                    .map_or(Shape::Anything, |items| read(root, items)),
            )),
            "object" => object(root, schema),
            _ => Shape::Text,
        },
        Some(_) => Shape::Value,
        // `enum` and `const` without a type are texts throughout.
        None => Shape::Text,
    }
}

fn object(root: &Value, schema: &Value) -> Shape {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return match schema.get("additionalProperties") {
            Some(item @ Value::Object(_)) => Shape::Map(Box::new(read(root, item))),
            _ => Shape::Anything,
        };
    };
    let fields = properties
        .iter()
        .map(|(name, property)| (name.clone(), read(root, property)))
        .collect();
    let required = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    // A variant without an id is a mistake to hear of; an attribute without a value is only an absent attribute.
    let needed = required
        .filter_map(Value::as_str)
        .filter(|name| !matches!(*name, "id" | "code"));
    Shape::Object {
        fields,
        needed: needed.map(str::to_owned).collect(),
    }
}

/// The document that a mapping meant; what is no object, or of no known type, is left for validation to refuse.
pub(super) fn document(value: Value) -> Value {
    let kind = value
        .get("type")
        .and_then(Value::as_str)
        .and_then(Kind::parse);
    match kind {
        Some(kind) => settle(value, Shape::of(kind)).unwrap_or_else(|| Value::Object(Map::new())),
        None => value,
    }
}

/// The value without fields that hold nothing.
pub(super) fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.into_iter().filter(|(_, value)| !value.is_null());
            let kept = kept.map(|(name, value)| (name, without_nulls(value)));
            Value::Object(kept.collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_nulls).collect()),
        other => other,
    }
}

/// The value as its place wants it; `None` when there is nothing in it.
fn settle(value: Value, shape: &Shape) -> Option<Value> {
    match (shape, value) {
        (_, Value::Null) => None,
        (Shape::Text, Value::Number(number)) => {
            Some(Value::String(decimal::plain(number.as_str())))
        }
        (Shape::Number, Value::String(text)) => match text.trim() {
            "" => None,
            trimmed => Some(
                serde_json::from_str(trimmed)
                    .map_or_else(|_| Value::String(trimmed.to_owned()), Value::Number),
            ),
        },
        (Shape::Boolean, Value::String(text)) => match text.trim() {
            "" => None,
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            other => Some(Value::String(other.to_owned())),
        },
        (Shape::Boolean, Value::Number(number)) => Some(match number.as_str() {
            "0" => Value::Bool(false),
            "1" => Value::Bool(true),
            _ => Value::Number(number),
        }),
        (Shape::Anything, value) => (!is_empty(&value)).then_some(value),
        (Shape::List(item), Value::Array(items)) => list(items, item),
        (Shape::Value, Value::Array(items)) => list(items, &Shape::Value),
        (Shape::List(item), single) => list(vec![single], item),
        (Shape::Object { fields, .. }, Value::Object(given)) => {
            object_of(given, |name| fields.get(name))
        }
        (Shape::Map(item), Value::Object(given)) => object_of(given, |_| Some(item)),
        (_, Value::String(text)) => trimmed(text),
        (_, other) => (!is_empty(&other)).then_some(other),
    }
}

fn trimmed(text: String) -> Option<Value> {
    match text.trim() {
        "" => None,
        trimmed if trimmed.len() == text.len() => Some(Value::String(text)),
        trimmed => Some(Value::String(trimmed.to_owned())),
    }
}

fn list(items: Vec<Value>, shape: &Shape) -> Option<Value> {
    let needed: &[String] = if let Shape::Object { needed, .. } = shape {
        needed
    } else {
        &[]
    };
    let entry = |item: Value| {
        let asked: Vec<bool> = needed.iter().map(|name| item.get(name).is_some()).collect();
        let settled = settle(item, shape)?;
        let lost = needed
            .iter()
            .zip(asked)
            .any(|(name, asked)| asked && settled.get(name).is_none());
        (!lost).then_some(settled)
    };
    let items: Vec<Value> = items.into_iter().filter_map(entry).collect();
    (!items.is_empty()).then_some(Value::Array(items))
}

fn object_of<'a>(
    given: Map<String, Value>,
    shape: impl Fn(&str) -> Option<&'a Shape>,
) -> Option<Value> {
    // A field nobody knows stays as it is, so that validation can name it.
    let settled = given.into_iter().filter_map(|(name, value)| {
        let value = match shape(&name) {
            Some(shape) => settle(value, shape)?,
            None => Some(value).filter(|value| !value.is_null())?,
        };
        Some((name, value))
    });
    let object: Map<String, Value> = settled.collect();
    (!object.is_empty()).then_some(Value::Object(object))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(given: &str, expected: &str) {
        let given = serde_json::from_str(given).unwrap();
        assert_eq!(serde_json::to_string(&document(given)).unwrap(), expected);
    }

    #[test]
    fn values_are_spelt_as_their_place_wants() {
        check(
            r#"{"type":"product","id":4711,"name":" Mug ","tags":"red","prices":{"amount":59.90,"currency":"EUR","compare_at":1e2}}"#,
            r#"{"id":"4711","name":"Mug","prices":[{"amount":"59.90","compare_at":"100","currency":"EUR"}],"tags":["red"],"type":"product"}"#,
        );
        check(
            r#"{"type":"offer","variant_id":"1","stock":{"availability":"in_stock","quantity":"12.5"}}"#,
            r#"{"stock":{"availability":"in_stock","quantity":12.5},"type":"offer","variant_id":"1"}"#,
        );
        check(
            r#"{"type":"product","id":"1","name":"a","seo":{"noindex":"true"},"variants":[{"id":1,"default":1,"options":{"size":42}}]}"#,
            r#"{"id":"1","name":"a","seo":{"noindex":true},"type":"product","variants":[{"default":true,"id":"1","options":{"size":"42"}}]}"#,
        );
    }

    #[test]
    fn what_is_empty_is_left_out() {
        check(
            r#"{"type":"product","id":"1","name":"a","brand":"","slug":null,"tags":["",null],"seo":{"title":" "},"custom":{},
               "media":[{"url":null,"alt":"x"},{"url":"/a.png","alt":""}],"attributes":[{"code":"c","value":""},{"code":"d","value":[""]},{"code":"e","value":0}]}"#,
            r#"{"attributes":[{"code":"e","value":0}],"id":"1","media":[{"url":"/a.png"}],"name":"a","type":"product"}"#,
        );
    }

    #[test]
    fn mistakes_stay_visible() {
        check(
            r#"{"type":"product","id":"1","name":true,"desciption":"","variants":[{"id":"","sku":"x"}],"media":[{"alt":"no url asked for"}]}"#,
            r#"{"desciption":"","id":"1","media":[{"alt":"no url asked for"}],"name":true,"type":"product","variants":[{"sku":"x"}]}"#,
        );
        check(
            r#"{"type":"brand","id":null}"#,
            r#"{"id":null,"type":"brand"}"#,
        );
        check("17", "17");
    }

    #[test]
    fn what_is_custom_is_left_alone() {
        check(
            r#"{"type":"category","id":"1","name":"a","custom":{"a":null,"b":[1,"",{"c":" "}],"n":1.50}}"#,
            r#"{"custom":{"a":null,"b":[1,"",{"c":" "}],"n":1.50},"id":"1","name":"a","type":"category"}"#,
        );
    }
}
