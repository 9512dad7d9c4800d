//! Every way a file is refused. Each variant names the place, what was expected and what was found.

use std::path::PathBuf;

/// Why bytes are not a part that may be served.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The file could not be read at all.
    #[error("cannot read {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Shorter than the smallest part, or cut off.
    #[error("truncated: {expected} bytes expected, {got} found")]
    Truncated {
        /// Bytes the file must have.
        expected: u64,
        /// Bytes it has.
        got: u64,
    },
    /// The first or last eight bytes are not ours.
    #[error("not a Frontage part: bad {place} magic")]
    Magic {
        /// `header` or `trailer`.
        place: &'static str,
    },
    /// Written by a format this build cannot read.
    #[error("format version {got} cannot be read; this build reads {expected}")]
    Version {
        /// Major version of this build.
        expected: u16,
        /// Major version in the file.
        got: u16,
    },
    /// The file uses features that a reader must understand and this one does not.
    #[error("the file needs features this build does not know (bits {0:#x})")]
    UnknownFeatures(u64),
    /// A catalog where offers were expected, or the other way round.
    #[error("expected {expected}, found part kind {got}")]
    Kind {
        /// The kind asked for.
        expected: &'static str,
        /// The kind in the header.
        got: u32,
    },
    /// A stored checksum does not match the bytes.
    #[error("checksum of {place} is {got:016x}, {expected:016x} was written")]
    Checksum {
        /// `header`, `section table` or the section's name.
        place: &'static str,
        /// The stored checksum.
        expected: u64,
        /// The checksum of the bytes as they are.
        got: u64,
    },
    /// A header or table field that contradicts the layout rules.
    #[error("{place}: {rule} ({got})")]
    Layout {
        /// The header field or section.
        place: &'static str,
        /// The rule that is broken.
        rule: &'static str,
        /// The value found.
        got: u64,
    },
    /// A section that every part of this kind must have.
    #[error("section {0} is missing")]
    MissingSection(&'static str),
    /// A heap is not UTF-8.
    #[error("section {section} is not UTF-8 at byte {at}")]
    NotUtf8 {
        /// The heap's name.
        section: &'static str,
        /// Valid bytes before the first bad one.
        at: u64,
    },
    /// A field of a record breaks its rule.
    #[error("section {section}, row {row}, field {field}: {rule}")]
    Field {
        /// The section's name.
        section: &'static str,
        /// The record's row.
        row: u32,
        /// The field's name.
        field: &'static str,
        /// The rule that is broken.
        rule: &'static str,
    },
    /// Rows that must be sorted or aligned are not.
    #[error("section {section}, row {row}: {rule}")]
    Order {
        /// The section's name.
        section: &'static str,
        /// The first row out of place.
        row: u32,
        /// The rule that is broken.
        rule: &'static str,
    },
    /// The text index does not open or does not match its own checksums.
    #[error("text index: {0}")]
    TextIndex(String),
    /// Two parts that do not belong together.
    #[error("the offers part was built for catalog {expected}, not for {got}")]
    Mismatch {
        /// The catalog hash in the offers part.
        expected: String,
        /// The hash of the catalog at hand.
        got: String,
    },
    /// The file's content is not what its name says.
    #[error("the file's BLAKE3 is {got}, its name says {expected}")]
    Name {
        /// The hash in the name.
        expected: String,
        /// The hash of the bytes.
        got: String,
    },
}
