//! Properties of products, and what their codes mean.
//!
//! A number keeps the digits it came with.

use super::{AttributeTranslation, Short, Translations};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Number;
use std::collections::BTreeMap;
use std::fmt;

/// A property of a product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attribute {
    /// Names the property across products.
    pub code: Short,
    /// Its name on the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<Short>,
    /// The heading it stands under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<Short>,
    /// What it is.
    pub value: AttributeValue,
    /// The unit of a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<Short>,
}

/// What an attribute says; numbers keep the digits they came with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeValue {
    /// Words.
    Text(Short),
    /// A number, exactly as the back end wrote it.
    Number(Number),
    /// Yes or no.
    Boolean(bool),
    /// Several texts or numbers.
    List(Vec<AttributeValue>),
}

impl<'de> Deserialize<'de> for AttributeValue {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Said)
    }
}

/// Reads a value.
struct Said;

impl<'de> Visitor<'de> for Said {
    type Value = AttributeValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an attribute value, which is a text, a number, a boolean or a list of them")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<AttributeValue, E> {
        Ok(AttributeValue::Text(text.into()))
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<AttributeValue, E> {
        Ok(AttributeValue::Boolean(truth))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<AttributeValue, E> {
        Ok(AttributeValue::Number(number.into()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<AttributeValue, E> {
        Ok(AttributeValue::Number(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<AttributeValue, E> {
        let number = Number::from_f64(number);
        let number = number.ok_or_else(|| E::custom("a number that is not finite"))?;
        Ok(AttributeValue::Number(number))
    }

    /// Numbers that keep their digits come so.
    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<AttributeValue, A::Error> {
        let number = Number::deserialize(MapAccessDeserializer::new(members));
        let number = number.map_err(|_| A::Error::invalid_type(Unexpected::Map, &self))?;
        Ok(AttributeValue::Number(number))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<AttributeValue, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(AttributeValue::List(list))
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
