//! Properties of products, and what their codes mean.
//!
//! A number keeps the digits it came with.

use super::{AttributeTranslation, Translations};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use std::collections::BTreeMap;

/// A property of a product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attribute {
    /// Names the property across products.
    pub code: String,
    /// Its name on the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The heading it stands under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// What it is.
    pub value: AttributeValue,
    /// The unit of a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// What an attribute says; numbers keep the digits they came with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeValue {
    /// Words.
    Text(String),
    /// A number, exactly as the back end wrote it.
    Number(serde_json::Number),
    /// Yes or no.
    Boolean(bool),
    /// Several texts or numbers.
    List(Vec<AttributeValue>),
}

impl AttributeValue {
    fn from_value(value: Value) -> Result<Self, &'static str> {
        match value {
            Value::String(text) => Ok(Self::Text(text)),
            Value::Number(number) => Ok(Self::Number(number)),
            Value::Bool(truth) => Ok(Self::Boolean(truth)),
            Value::Array(items) => items
                .into_iter()
                .map(Self::from_value)
                .collect::<Result<_, _>>()
                .map(Self::List),
            Value::Null | Value::Object(_) => {
                Err("an attribute value is a text, a number, a boolean or a list of them")
            }
        }
    }
}

impl<'de> Deserialize<'de> for AttributeValue {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::from_value(Value::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

impl Serialize for AttributeValue {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => to.serialize_str(text),
            Self::Number(number) => number.serialize(to),
            Self::Boolean(truth) => to.serialize_bool(*truth),
            Self::List(items) => items.serialize(to),
        }
    }
}

/// What an attribute code means, for products that only carry the code.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AttributeDefinition {
    /// The document's key.
    pub code: String,
    /// Its name on the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The heading it stands under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The unit of its numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// What its values are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<AttributeKind>,
    /// What the codes of its values mean.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, ValueDefinition>,
    /// What it says in other languages, by their tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub translations: Translations<AttributeTranslation>,
    /// Whether listings may be narrowed by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filterable: Option<bool>,
    /// Its place among the attributes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<i64>,
}

/// What the code of a value means.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ValueDefinition {
    /// Its name on the page.
    pub label: String,
    /// A colour (`#rrggbb`) or the URL of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub swatch: Option<String>,
}

/// What the values of an attribute are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AttributeKind {
    /// Free words.
    Text,
    /// Numbers.
    Number,
    /// Yes or no.
    Boolean,
    /// One of a list.
    Select,
    /// Some of a list.
    Multiselect,
    /// Dates.
    Date,
}
