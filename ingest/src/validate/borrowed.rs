//! A JSON text as a tree that borrows from it: what validation asks, without copying what it only looks at.
//!
//! Nearly every document of a feed is sound, and is kept as a typed document, not as a tree. Members lie in the order of
//! the text; of two with one name the last one counts, as everywhere. Whatever the text does not hold as the tree needs
//! it lies in an arena, which is emptied for the next text: a tree of a hundred lists and objects costs no allocation.

use std::borrow::Cow;
use std::fmt;

use bumpalo::Bump;
use jsonschema::JsonType;
use jsonschema::json::{Array, Json, JsonNumber, Node as JsonNode, NodeIdentity, Object};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

/// How serde_json hands over a number whose digits it keeps: as an object with this one member.
const NUMBER: &str = "$serde_json::private::Number";

/// A value of a JSON text.
#[derive(Clone, Copy, Debug)]
pub(super) enum Borrowed<'t> {
    Null,
    Boolean(bool),
    Number(Digits<'t>),
    Text(&'t str),
    Array(&'t [Self]),
    Object(&'t [Member<'t>]),
}

/// A name and its value.
type Member<'t> = (&'t str, Borrowed<'t>);

/// A number as it is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Digits<'t>(&'t str);

impl<'t> Borrowed<'t> {
    /// The value of a JSON text; what it needs beside the text lies in `arena`.
    pub(super) fn read(text: &'t str, arena: &'t Bump) -> Result<Self, serde_json::Error> {
        let mut from = serde_json::Deserializer::from_str(text);
        let mut reader = Reader {
            arena,
            items: Vec::with_capacity(EXPECTED),
            members: Vec::with_capacity(EXPECTED),
        };
        let tree = reader.deserialize(&mut from)?;
        from.end()?;
        Ok(tree)
    }

    /// The last member of an object with a name.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => member(members, name),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub(super) fn as_text(&self) -> Option<&'t str> {
        match *self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether objects and arrays lie in each other deeper than allowed.
    pub(super) fn is_deeper(&self, allowed: usize) -> bool {
        match *self {
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

impl Digits<'_> {
    /// The number as serde_json has it.
    pub(super) fn number(self) -> Result<Number, serde_json::Error> {
        self.0.parse()
    }
}

fn member<'m, 't>(members: &'m [Member<'t>], name: &str) -> Option<&'m Borrowed<'t>> {
    let found = members.iter().rev().find(|(known, _)| *known == name);
    found.map(|(_, value)| value)
}

/// Items or members that are under way at once, as a rule.
const EXPECTED: usize = 64;

/// Reads a tree. What is under way lies on two stacks, so that a finished list is copied into the arena once.
struct Reader<'t> {
    arena: &'t Bump,
    items: Vec<Borrowed<'t>>,
    members: Vec<Member<'t>>,
}

impl<'t> Reader<'t> {
    fn number(&self, digits: fmt::Arguments<'_>) -> Borrowed<'t> {
        let digits = bumpalo::format!(in self.arena, "{}", digits);
        Borrowed::Number(Digits(digits.into_bump_str()))
    }
}

impl<'de: 't, 't> DeserializeSeed<'de> for &mut Reader<'t> {
    type Value = Borrowed<'t>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de: 't, 't> Visitor<'de> for &mut Reader<'t> {
    type Value = Borrowed<'t>;

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
        Ok(self.number(format_args!("{value}")))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(self.number(format_args!("{value}")))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Borrowed::Text(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Borrowed::Text(self.arena.alloc_str(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let start = self.items.len();
        while let Some(item) = items.next_element_seed(&mut *self)? {
            self.items.push(item);
        }
        let all = self
            .arena
            .alloc_slice_copy(self.items.get(start..).unwrap_or_default());
        self.items.truncate(start);
        Ok(Borrowed::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let start = self.members.len();
        while let Some(name) = members.next_key_seed(Name(self.arena))? {
            if name == NUMBER && self.members.len() == start {
                let digits: String = members.next_value()?;
                return Ok(self.number(format_args!("{digits}")));
            }
            let value = members.next_value_seed(&mut *self)?;
            self.members.push((name, value));
        }
        let all = self
            .arena
            .alloc_slice_copy(self.members.get(start..).unwrap_or_default());
        self.members.truncate(start);
        Ok(Borrowed::Object(all))
    }
}

/// Reads a member's name, borrowed where it has no escapes.
struct Name<'t>(&'t Bump);

impl<'de: 't, 't> DeserializeSeed<'de> for Name<'t> {
    type Value = &'t str;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_str(self)
    }
}

impl<'de: 't, 't> Visitor<'de> for Name<'t> {
    type Value = &'t str;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(text)
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(self.0.alloc_str(text))
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
        f(&Borrowed::Text(text))
    }
}

impl JsonNumber for Digits<'_> {
    fn as_u64(&self) -> Option<u64> {
        self.0.parse().ok()
    }

    fn as_i64(&self) -> Option<i64> {
        self.0.parse().ok()
    }

    fn as_f64(&self) -> Option<f64> {
        // What is too large for one is none, as with serde_json.
        self.0
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
    }

    fn as_str(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.0)
    }

    fn to_number(&self) -> Cow<'_, Number> {
        // What was read as a number is one.
        Cow::Owned(self.number().unwrap_or_else(|_| 0.into()))
    }
}

impl<'a> JsonNode<'a, BorrowedJson> for &'a Borrowed<'a> {
    type Object = &'a [Member<'a>];
    type Array = &'a [Borrowed<'a>];
    type Number = Digits<'a>;

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

    fn as_number(&self) -> Option<Digits<'a>> {
        match **self {
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
            Borrowed::Number(number) => Value::Number(number.to_number().into_owned()),
            Borrowed::Text(text) => Value::String((*text).to_owned()),
            Borrowed::Array(items) => Value::Array(items.iter().map(owned).collect()),
            Borrowed::Object(members) => {
                let members = members.iter();
                let members = members.map(|(name, value)| ((*name).to_owned(), owned(value)));
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

impl<'a> Object<'a, BorrowedJson> for &'a [Member<'a>] {
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
pub(super) struct Members<'a>(std::slice::Iter<'a, Member<'a>>);

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, &'a Borrowed<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, value)| (*name, value))
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
        let text = r#"{"a": [1, -2.50, 1e400, true, null], "b": {"c": "x\ny", "d": "plain"}, "\u00e9": []}"#;
        let arena = Bump::new();
        let tree = Borrowed::read(text, &arena).unwrap();
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!((&tree).to_value().as_ref(), &value);
        let plain = tree.get("b").and_then(|b| b.get("d")).unwrap();
        let plain = plain.as_text().unwrap().as_bytes().as_ptr_range();
        let whole = text.as_bytes().as_ptr_range();
        assert!(
            whole.start <= plain.start && plain.end <= whole.end,
            "a text without escapes is borrowed"
        );
        assert!(!tree.is_deeper(2));
        assert!(tree.is_deeper(1));
        assert!(Borrowed::read("{} x", &arena).is_err());
    }

    #[test]
    fn of_two_members_with_one_name_the_last_counts() {
        let arena = Bump::new();
        let tree = Borrowed::read(r#"{"a": "x", "a": "y"}"#, &arena).unwrap();
        assert_eq!(tree.get("a").and_then(Borrowed::as_text), Some("y"));
    }

    #[test]
    fn numbers_are_what_serde_json_says() {
        for text in [
            "0",
            "-0",
            "7",
            "-7",
            "18446744073709551615",
            "1.0",
            "1e3",
            "-2.50",
            "1e400",
            "1E-2",
        ] {
            let (digits, number) = (Digits(text), text.parse::<Number>().unwrap());
            assert_eq!(digits.as_u64(), JsonNumber::as_u64(&number), "{text}");
            assert_eq!(digits.as_i64(), JsonNumber::as_i64(&number), "{text}");
            assert_eq!(digits.as_f64(), JsonNumber::as_f64(&number), "{text}");
            assert_eq!(digits.to_number().as_ref(), &number, "{text}");
            assert_eq!(
                digits.is_written_as_integer(),
                number.is_written_as_integer(),
                "{text}"
            );
        }
    }
}
