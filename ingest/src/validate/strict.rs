//! A deserializer that takes nothing for granted: what a type does not name, and what is null, is an error.
//!
//! Types of documents are lenient, because documents are read again after they were checked. A document that is read
//! before that must show all that its schema would refuse.

use serde::de::{
    DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor,
    value::BorrowedStrDeserializer,
};

/// The member of a document that its type does not have.
const TYPE: &str = "type";

/// Reads what it holds without leniency.
pub(super) struct Strict<'n, 'de, D> {
    from: D,
    /// Of the document itself: where the names of its members go.
    names: Option<&'n mut Vec<&'de str>>,
}

impl<'n, 'de, D: Deserializer<'de>> Strict<'n, 'de, D> {
    /// A whole document, whose members are told in `names`: of what is empty nobody can tell later whether it was there.
    pub(super) fn document(from: D, names: &'n mut Vec<&'de str>) -> Self {
        let names = Some(names);
        Self { from, names }
    }

    fn inside(from: D) -> Self {
        Self { from, names: None }
    }
}

/// What holds nothing else is read as it is.
macro_rules! as_it_is {
    ($($name:ident)*) => {
        $(fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.from.$name(visitor)
        })*
    };
}

/// What holds something else is looked through.
macro_rules! looked_through {
    ($($name:ident($($argument:ident: $type:ty),*))*) => {
        $(fn $name<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            let names = self.names;
            self.from.$name($($argument,)* Through { visitor, names })
        })*
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Strict<'_, 'de, D> {
    type Error = D::Error;

    as_it_is! {
        deserialize_any deserialize_bool deserialize_char deserialize_str deserialize_string
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_f32 deserialize_f64
        deserialize_bytes deserialize_byte_buf deserialize_unit deserialize_identifier
    }

    looked_through! {
        deserialize_option() deserialize_seq() deserialize_map()
        deserialize_unit_struct(name: &'static str)
        deserialize_newtype_struct(name: &'static str)
        deserialize_tuple(len: usize)
        deserialize_tuple_struct(name: &'static str, len: usize)
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
    }

    /// Words only: JSON could say one as an object as well.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.from.deserialize_str(Word(visitor))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, D::Error> {
        Err(D::Error::custom("nothing is known of this member"))
    }
}

/// One of an enumeration.
struct Word<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for Word<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.expecting(f)
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<V::Value, E> {
        self.0.visit_enum(word.into_deserializer())
    }
}

/// Whatever looks at what is in a container, strictly.
struct Through<'n, 'de, V> {
    visitor: V,
    names: Option<&'n mut Vec<&'de str>>,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Through<'_, 'de, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_some(Strict::inside(from))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, from: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_newtype_struct(Strict::inside(from))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_seq(Items(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<V::Value, A::Error> {
        let names = self.names;
        self.visitor.visit_map(Members { members, names })
    }
}

struct Items<A>(A);

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Items<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        self.0.next_element_seed(Seed(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

struct Members<'n, 'de, A> {
    members: A,
    names: Option<&'n mut Vec<&'de str>>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Members<'_, 'de, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        let Some(names) = &mut self.names else {
            return self.members.next_key_seed(seed);
        };
        while let Some(name) = self.members.next_key::<&'de str>()? {
            if name == TYPE && names.contains(&TYPE) {
                return Err(A::Error::duplicate_field(TYPE));
            }
            names.push(name);
            if name != TYPE {
                let name = BorrowedStrDeserializer::<A::Error>::new(name);
                return seed.deserialize(name).map(Some);
            }
            self.members.next_value::<&'de str>()?;
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.members.next_value_seed(Seed(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.members.size_hint()
    }
}

/// Reads what it stands for strictly.
struct Seed<S>(S);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Seed<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(Strict::inside(from))
    }
}
