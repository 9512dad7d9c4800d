//! What a page holds, for those who do not know it yet: its bytes unpacked, and the elements of XML by their paths.

use super::error::{DecodeError, stopped};
use super::text;
use super::unpack;
use super::xml::{self, Elements};
use crate::config::Source;
use crate::fetch::RawPage;
use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

/// More paths than this are no structure.
const MAX_PATHS: usize = 2000;

/// One stream of a page: the page itself, or a file of an archive.
pub struct Unpacked {
    /// The page's address, and the name inside the archive after a `!`.
    pub name: String,
    /// Its bytes; limits of the source end it.
    pub stream: Box<dyn Read + Send>,
}

/// Elements of one path.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    /// How many there are.
    pub count: u64,
    /// Whether some of them hold attributes or elements, not only text.
    pub has_parts: bool,
}

/// The streams that a page consists of.
///
/// # Errors
/// The page cannot be read, or is an archive that cannot be used.
pub fn unpacked(raw: &RawPage, source: &Source) -> Result<Vec<Unpacked>, DecodeError> {
    let counter = Arc::default();
    unpack::entries(raw, &source.decoding)?
        .into_iter()
        .map(|entry| {
            Ok(Unpacked {
                stream: entry.open(&source.limits, &counter)?,
                name: entry.name,
            })
        })
        .collect()
}

/// The elements of an XML page, or of the first file of an archive, by their paths from the root.
///
/// # Errors
/// It is no XML.
pub fn outline(raw: &RawPage, source: &Source) -> Result<BTreeMap<String, Seen>, DecodeError> {
    let Some(entry) = unpack::entries(raw, &source.decoding)?.into_iter().next() else {
        return Ok(BTreeMap::new());
    };
    let stream = entry.open(&source.limits, &Arc::default())?;
    let stream = text::utf8(stream, source.decoding.encoding, xml::declared)
        .map_err(|error| stopped(entry.place(), &error))?;
    let xml = &source.decoding.xml;
    Elements::open(stream, entry, "/", xml, &source.limits).outline(MAX_PATHS)
}
