//! §2 Fixed-size little-endian records and the field types they are made of.
//!
//! Every field type knows how to check itself against the part it stands in, so a record that is defined is a
//! record that is verified; there is no second list to forget.

use zerocopy::little_endian::{I64, U16, U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use super::layout::NO_ROW;

/// Name, offset and size of a field, for the test that compares them with the document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FieldLayout {
    /// The field's name.
    pub name: &'static str,
    /// Bytes from the record's start.
    pub offset: usize,
    /// Bytes it takes.
    pub size: usize,
}

/// A fixed-size record of one section.
pub trait Record:
    FromBytes + IntoBytes + KnownLayout + Immutable + Unaligned + Copy + 'static
{
    /// The record's name in the document.
    const NAME: &'static str;
    /// The section whose records these are.
    const SECTION: u32;
    /// Its fields in file order.
    const FIELDS: &'static [FieldLayout];

    /// Checks every field; gives the first that breaks its rule, and the rule.
    ///
    /// # Errors
    /// (field, rule)
    fn check(&self, bounds: &Bounds<'_>) -> Result<(), (&'static str, &'static str)>;
}

/// What a field may refer to: the heaps and the sizes of all sections.
#[derive(Debug)]
pub struct Bounds<'a> {
    /// The heap of short texts.
    pub strings: &'a str,
    /// The heap of long texts.
    pub texts: &'a str,
    /// Records by section number.
    pub counts: &'a dyn Counts,
}

impl<'a> Bounds<'a> {
    /// Of sections whose records refer to other records and to no text.
    pub fn without_texts(counts: &'a dyn Counts) -> Self {
        Self {
            strings: "",
            texts: "",
            counts,
        }
    }
}

/// Gives the number of records of a section.
pub trait Counts: std::fmt::Debug {
    /// Records of the section, 0 if it is absent.
    fn count(&self, section: u32) -> u64;
}

/// A field type that can check itself.
pub trait Check {
    /// Checks the value against what the part holds.
    ///
    /// # Errors
    /// The rule that is broken, in words.
    fn check(&self, bounds: &Bounds<'_>) -> Result<(), &'static str>;
}

macro_rules! always_valid {
    ($($type:ty),*) => {
        $(impl Check for $type {
            fn check(&self, _: &Bounds<'_>) -> Result<(), &'static str> {
                Ok(())
            }
        })*
    };
}
always_valid!(U16, U32, U64, I64);

impl<const N: usize> Check for [u8; N] {
    fn check(&self, _: &Bounds<'_>) -> Result<(), &'static str> {
        Ok(())
    }
}

/// A text in the heap of short texts.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Default,
    FromBytes,
    IntoBytes,
    KnownLayout,
    Immutable,
    Unaligned,
)]
#[repr(C)]
pub struct StrRef {
    /// Bytes from the heap's start.
    pub offset: U32,
    /// Bytes.
    pub len: U32,
}

/// A text in the heap of long texts.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Default,
    FromBytes,
    IntoBytes,
    KnownLayout,
    Immutable,
    Unaligned,
)]
#[repr(C)]
pub struct TextRef {
    /// Bytes from the heap's start.
    pub offset: U32,
    /// Bytes.
    pub len: U32,
}

/// Consecutive records of section `S`.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Default,
    FromBytes,
    IntoBytes,
    KnownLayout,
    Immutable,
    Unaligned,
)]
#[repr(C)]
pub struct List<const S: u32> {
    /// Row of the first record.
    pub first: U32,
    /// How many.
    pub count: U32,
}

/// A row of section `S`, or none.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned,
)]
#[repr(transparent)]
pub struct RowRef<const S: u32>(pub U32);

impl<const S: u32> List<S> {
    /// A list from the row where it starts and the row after its end.
    pub fn between(first: u32, end: u32) -> Self {
        Self {
            first: first.into(),
            count: end.saturating_sub(first).into(),
        }
    }

    /// The rows as a range.
    pub fn range(self) -> std::ops::Range<u32> {
        let first = self.first.get();
        first..first.saturating_add(self.count.get())
    }
}

impl<const S: u32> RowRef<S> {
    /// No row.
    pub const NONE: Self = Self(U32::from_bytes(NO_ROW.to_le_bytes()));

    /// A reference to a row, or none.
    pub fn new(row: Option<u32>) -> Self {
        row.map_or(Self::NONE, |row| Self(row.into()))
    }

    /// The row, if there is one.
    pub fn get(self) -> Option<u32> {
        let row = self.0.get();
        (row != NO_ROW).then_some(row)
    }
}

fn check_text(heap: &str, offset: U32, len: U32) -> Result<(), &'static str> {
    let start = offset.get() as usize;
    let end = start.saturating_add(len.get() as usize);
    match heap.get(start..end) {
        Some(_) => Ok(()),
        None => Err("text lies outside its heap or splits a character"),
    }
}

impl Check for StrRef {
    fn check(&self, bounds: &Bounds<'_>) -> Result<(), &'static str> {
        check_text(bounds.strings, self.offset, self.len)
    }
}

impl Check for TextRef {
    fn check(&self, bounds: &Bounds<'_>) -> Result<(), &'static str> {
        check_text(bounds.texts, self.offset, self.len)
    }
}

impl<const S: u32> Check for List<S> {
    fn check(&self, bounds: &Bounds<'_>) -> Result<(), &'static str> {
        let end = u64::from(self.first.get()).saturating_add(u64::from(self.count.get()));
        if end <= bounds.counts.count(S) {
            Ok(())
        } else {
            Err("list reaches past its section")
        }
    }
}

impl<const S: u32> Check for RowRef<S> {
    fn check(&self, bounds: &Bounds<'_>) -> Result<(), &'static str> {
        match self.get() {
            Some(row) if u64::from(row) >= bounds.counts.count(S) => Err("row does not exist"),
            _ => Ok(()),
        }
    }
}

/// Defines a record: the struct, its field table for the document's test, and its check.
macro_rules! record {
    (
        $(#[$meta:meta])*
        pub struct $name:ident in $section:path {
            $($(#[$field_meta:meta])* $field:ident : $type:ty),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, zerocopy::FromBytes, zerocopy::IntoBytes, zerocopy::KnownLayout,
            zerocopy::Immutable, zerocopy::Unaligned,
        )]
        #[repr(C)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)*
        }

        impl $crate::snapshot::record::Record for $name {
            const NAME: &'static str = stringify!($name);
            const SECTION: u32 = $section;
            const FIELDS: &'static [$crate::snapshot::record::FieldLayout] = &[
                $($crate::snapshot::record::FieldLayout {
                    name: stringify!($field),
                    offset: std::mem::offset_of!($name, $field),
                    size: size_of::<$type>(),
                },)*
            ];

            fn check(
                &self,
                bounds: &$crate::snapshot::record::Bounds<'_>,
            ) -> Result<(), (&'static str, &'static str)> {
                $($crate::snapshot::record::Check::check(&self.$field, bounds)
                    .map_err(|rule| (stringify!($field), rule))?;)*
                Ok(())
            }
        }
    };
}
pub(crate) use record;

/// Item sections hold bare rows of section `S`; the section they lie in is named where they are read.
impl<const S: u32> Record for RowRef<S> {
    const NAME: &'static str = "RowRef";
    const SECTION: u32 = 0;
    const FIELDS: &'static [FieldLayout] = &[FieldLayout {
        name: "row",
        offset: 0,
        size: 4,
    }];

    fn check(&self, bounds: &Bounds<'_>) -> Result<(), (&'static str, &'static str)> {
        match self.get() {
            Some(_) => Check::check(self, bounds).map_err(|rule| ("row", rule)),
            None => Err(("row", "an item must name a row")),
        }
    }
}

/// Sections of bare texts.
impl Record for StrRef {
    const NAME: &'static str = "StrRef";
    const SECTION: u32 = 0;
    const FIELDS: &'static [FieldLayout] = &[
        FieldLayout {
            name: "offset",
            offset: 0,
            size: 4,
        },
        FieldLayout {
            name: "len",
            offset: 4,
            size: 4,
        },
    ];

    fn check(&self, bounds: &Bounds<'_>) -> Result<(), (&'static str, &'static str)> {
        Check::check(self, bounds).map_err(|rule| ("text", rule))
    }
}
