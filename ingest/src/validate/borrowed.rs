//! A JSON text as a tree that borrows from it: what validation asks, without copying what it only looks at.
//!
//! Nearly every document of a feed is sound, and is kept as a typed document, not as a tree. Members lie in the order of
//! the text; of two with one name the last one counts, as everywhere.

use std::borrow::Cow;
use std::fmt;

use jsonschema::JsonType;
use jsonschema::json::{Array, Json, Node as JsonNode, NodeIdentity, Object};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

/// How serde_json hands over a number whose digits it keeps: as an object with this one member.
const NUMBER: &str = "$serde_json::private::Number";

/// A value of a JSON text.
#[derive(Debug)]
pub(super) enum Borrowed<'t> {
    Null,
    Boolean(bool),
    Number(Number),
    Text(Cow<'t, str>),
    Array(Vec<Self>),
    Object(Vec<(Cow<'t, str>, Self)>),
}

impl<'t> Borrowed<'t> {
    /// The last member of an object with a name.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => member(members, name),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether objects and arrays lie in each other deeper than allowed.
    pub(super) fn is_deeper(&self, allowed: usize) -> bool {
        match self {
            Self::Array(_) | Self::Object(_) if allowed == 0 => true,
            Self::Array(items) => items.iter().any(|item| item.is_deeper(allowed - 1)),
            Self::Object(members) => {
                let mut values = members.iter().map(|(_, value)| value);
                values.any(|value| value.is_deeper(allowed - 1))
            }
            _ => false,
        }
    }
}

fn member<'m, 't>(
    members: &'m [(Cow<'t, str>, Borrowed<'t>)],
    name: &str,
) -> Option<&'m Borrowed<'t>> {
    let found = members.iter().rev().find(|(known, _)| known == name);
    found.map(|(_, value)| value)
}

impl<'de: 't, 't> Deserialize<'de> for Borrowed<'t> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Tree)
    }
}

struct Tree;

impl<'de> Visitor<'de> for Tree {
    type Value = Borrowed<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Borrowed::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Borrowed::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Borrowed::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Borrowed::Number(value.into()))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Borrowed::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Borrowed::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element()? {
            all.push(item);
        }
        Ok(Borrowed::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some(Name(name)) = members.next_key()? {
            if name == NUMBER && all.is_empty() {
                let digits: String = members.next_value()?;
                return digits.parse().map(Borrowed::Number).map_err(Error::custom);
            }
            all.push((name, members.next_value()?));
        }
        Ok(Borrowed::Object(all))
    }
}

/// A member's name, borrowed where it has no escapes.
struct Name<'t>(Cow<'t, str>);

impl<'de: 't, 't> Deserialize<'de> for Name<'t> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match from.deserialize_str(Tree)? {
            Borrowed::Text(text) => Ok(Self(text)),
            _ => Err(D::Error::custom("a member's name is a text")),
        }
    }
}

/// The tree as jsonschema looks at it.
pub(super) struct BorrowedJson;

impl Json for BorrowedJson {
    type Node<'a> = &'a Borrowed<'a>;
    type PreparedKey = String;
    type StringBuffer = ();
    const KEYS_PER_LOOKUP: usize = 2;
    const ACYCLIC: bool = true;

    fn prepare_key(key: &str) -> String {
        key.to_owned()
    }

    fn with_string_node<T>(
        (): &mut (),
        text: &str,
        f: impl for<'a> FnOnce(&'a Borrowed<'a>) -> T,
    ) -> T {
        f(&Borrowed::Text(Cow::Borrowed(text)))
    }
}

impl<'a> JsonNode<'a, BorrowedJson> for &'a Borrowed<'a> {
    type Object = &'a [(Cow<'a, str>, Borrowed<'a>)];
    type Array = &'a [Borrowed<'a>];
    type Number = &'a Number;

    fn as_object(&self) -> Option<Self::Object> {
        match self {
            Borrowed::Object(members) => Some(members),
            _ => None,
        }
    }

    fn as_array(&self) -> Option<Self::Array> {
        match self {
            Borrowed::Array(items) => Some(items),
            _ => None,
        }
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        self.as_text().map(Cow::Borrowed)
    }

    fn as_number(&self) -> Option<&'a Number> {
        match self {
            Borrowed::Number(number) => Some(number),
            _ => None,
        }
    }

    fn as_boolean(&self) -> Option<bool> {
        match self {
            Borrowed::Boolean(value) => Some(*value),
            _ => None,
        }
    }

    fn is_null(&self) -> bool {
        matches!(self, Borrowed::Null)
    }

    fn json_type(&self) -> JsonType {
        match self {
            Borrowed::Null => JsonType::Null,
            Borrowed::Boolean(_) => JsonType::Boolean,
            Borrowed::Number(_) => JsonType::Number,
            Borrowed::Text(_) => JsonType::String,
            Borrowed::Array(_) => JsonType::Array,
            Borrowed::Object(_) => JsonType::Object,
        }
    }

    fn string_length_within(&self, min: u64, max: u64) -> Option<bool> {
        let text = self.as_text()?;
        // A character takes one to four bytes, so most texts need not be counted.
        let (fewest, most) = (text.len().div_ceil(4) as u64, text.len() as u64);
        if most < min || fewest > max {
            return Some(false);
        }
        let is_sure = min <= fewest && most <= max;
        Some(is_sure || (min..=max).contains(&(text.chars().count() as u64)))
    }

    fn equals_value(&self, expected: &Value) -> bool {
        match (self, expected) {
            (Borrowed::Text(text), Value::String(expected)) => text == expected,
            (Borrowed::Text(_), _) | (_, Value::String(_)) => false,
            _ => jsonschema::json::cmp::equal(&self.to_value(), expected),
        }
    }

    fn to_value(&self) -> Cow<'a, Value> {
        let owned = |value: &'a Borrowed<'a>| value.to_value().into_owned();
        Cow::Owned(match self {
            Borrowed::Null => Value::Null,
            Borrowed::Boolean(value) => Value::Bool(*value),
            Borrowed::Number(number) => Value::Number(number.clone()),
            Borrowed::Text(text) => Value::String(text.clone().into_owned()),
            Borrowed::Array(items) => Value::Array(items.iter().map(owned).collect()),
            Borrowed::Object(members) => {
                let members = members.iter();
                let members =
                    members.map(|(name, value)| (name.clone().into_owned(), owned(value)));
                Value::Object(members.collect())
            }
        })
    }

    fn identity(&self) -> Option<NodeIdentity> {
        Some(NodeIdentity::new(
            std::ptr::from_ref::<Borrowed<'_>>(self) as usize
        ))
    }
}

impl<'a> Object<'a, BorrowedJson> for &'a [(Cow<'a, str>, Borrowed<'a>)] {
    type Node = &'a Borrowed<'a>;
    type MemberName = &'a str;
    type MembersIter = Members<'a>;

    fn len(&self) -> usize {
        <[_]>::len(self)
    }

    fn get(&self, key: &String) -> Option<&'a Borrowed<'a>> {
        member(self, key)
    }

    fn members(&self) -> Members<'a> {
        Members(self.iter())
    }
}

/// The members of an object.
pub(super) struct Members<'a>(std::slice::Iter<'a, (Cow<'a, str>, Borrowed<'a>)>);

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, &'a Borrowed<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, value)| (name.as_ref(), value))
    }
}

impl<'a> Array<'a, BorrowedJson> for &'a [Borrowed<'a>] {
    type Node = &'a Borrowed<'a>;
    type ElementsIter = std::slice::Iter<'a, Borrowed<'a>>;

    fn len(&self) -> usize {
        <[_]>::len(self)
    }

    fn elements(&self) -> Self::ElementsIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_reads_as_its_value() {
        let text =
            r#"{"a": [1, -2.50, 1e400, true, null], "b": {"c": "x\ny", "d": "plain"}, "é": []}"#;
        let tree: Borrowed<'_> = serde_json::from_str(text).unwrap();
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!((&tree).to_value().as_ref(), &value);
        let Some(Borrowed::Text(Cow::Borrowed("plain"))) = tree.get("b").and_then(|b| b.get("d"))
        else {
            panic!("a text without escapes is borrowed");
        };
        assert!(!tree.is_deeper(2));
        assert!(tree.is_deeper(1));
    }

    #[test]
    fn of_two_members_with_one_name_the_last_counts() {
        let tree: Borrowed<'_> = serde_json::from_str(r#"{"a": "x", "a": "y"}"#).unwrap();
        assert_eq!(tree.get("a").and_then(Borrowed::as_text), Some("y"));
    }
}
