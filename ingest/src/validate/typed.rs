//! A typed document from the tree that was validated: the text is not read a second time.

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, Error as _, IntoDeserializer, Visitor};
use serde_json::Error;

use super::borrowed::Borrowed;

/// Numbers of a kind are whatever serde_json makes of the digits.
macro_rules! numbers {
    ($($name:ident)*) => {
        $(fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self {
                Borrowed::Number(digits) => digits.number()?.$name(visitor),
                _ => self.deserialize_any(visitor),
            }
        })*
    };
}

impl<'de> Deserializer<'de> for &'de Borrowed<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match *self {
            Borrowed::Null => visitor.visit_unit(),
            Borrowed::Boolean(value) => visitor.visit_bool(value),
            Borrowed::Number(digits) => digits.number()?.deserialize_any(visitor),
            Borrowed::Text(text) => visitor.visit_borrowed_str(text),
            Borrowed::Array(items) => {
                let mut items = SeqDeserializer::new(items.iter());
                let value = visitor.visit_seq(&mut items)?;
                items.end().map(|()| value)
            }
            Borrowed::Object(members) => {
                let members = members.iter().map(|(name, value)| (*name, value));
                let mut members = MapDeserializer::new(members);
                let value = visitor.visit_map(&mut members)?;
                members.end().map(|()| value)
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Borrowed::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    /// Documents have no variants with content; one that has goes the way that reads its text.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match *self {
            Borrowed::Text(text) => visitor.visit_enum(text.into_deserializer()),
            _ => Err(Error::custom(format_args!("no text for {name}"))),
        }
    }

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64
    }

    serde::forward_to_deserialize_any! {
        bool char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Error> for &'de Borrowed<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

#[cfg(test)]
mod tests {
    use bumpalo::Bump;

    use super::*;
    use crate::wire::{Document, Kind};

    /// Every example document that the schemas come with.
    fn examples() -> Vec<String> {
        let folder =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/examples/valid");
        let mut texts = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            texts.push(text);
        }
        texts
    }

    #[test]
    fn a_document_is_the_same_from_its_tree_and_from_its_text() {
        let mut compared = 0;
        for text in examples() {
            let arena = Bump::new();
            let Ok(tree) = Borrowed::read(&text, &arena) else {
                continue;
            };
            let Some(kind) = tree
                .get("type")
                .and_then(Borrowed::as_text)
                .and_then(Kind::parse)
            else {
                continue;
            };
            let of_text = Document::of_kind(kind, &text).map_err(|_| ());
            let of_tree = Document::read(kind, &tree).map_err(|_| ());
            assert_eq!(of_tree, of_text, "{text}");
            compared += usize::from(of_text.is_ok());
        }
        assert!(compared >= 20, "only {compared} examples");
    }
}
