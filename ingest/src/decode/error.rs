//! Why pages could not be read as records.
//!
//! Every variant says which page, where in it, and what was expected there.

use std::fmt;
use std::path::PathBuf;

/// A place in a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The page's address.
    pub page: String,
    /// From 1.
    pub line: u64,
    /// Bytes before it in the page, decompressed.
    pub byte: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} line {}, byte {}", self.page, self.line, self.byte)
    }
}

/// Why pages could not be read as records.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The page's file cannot be read.
    #[error("cannot read the spooled page {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is nothing in the page.
    #[error("{page} is empty; expected {expected}")]
    Empty {
        /// The page's address.
        page: String,
        /// What should be there.
        expected: String,
    },
    /// Something else than expected.
    #[error("{place}: expected {expected}, got {got}")]
    Unexpected {
        /// Where.
        place: Place,
        /// What should be there.
        expected: String,
        /// What is there.
        got: String,
    },
    /// The page ends in the middle.
    #[error("{place}: the page ends here, but {expected} is still to come; it was cut off")]
    CutOff {
        /// Where.
        place: Place,
        /// What should be there.
        expected: String,
    },
    /// The pointer leads nowhere.
    #[error("{page} has nothing at `{pointer}` (records): {detail}")]
    NoRecords {
        /// The page's address.
        page: String,
        /// The configured pointer.
        pointer: String,
        /// What is missing or in the way.
        detail: String,
    },
    /// Not UTF-8.
    #[error(
        "{place}: not UTF-8; the back end must send JSON as UTF-8, whatever charset it declares"
    )]
    Charset {
        /// Where.
        place: Place,
    },
    /// Not JSON.
    #[error("{place}: record {record} is not JSON: {message}")]
    Syntax {
        /// Where the record is wrong.
        place: Place,
        /// Its number, from 0.
        record: u64,
        /// What is wrong.
        message: String,
    },
    /// Nested too deep.
    #[error("{place}: nested deeper than {max_depth} (max_depth)")]
    TooDeep {
        /// Where.
        place: Place,
        /// The limit.
        max_depth: usize,
    },
    /// A record is too large.
    #[error("{place}: record {record} is larger than {max_record_bytes} bytes (max_record_bytes)")]
    TooLarge {
        /// Where it begins.
        place: Place,
        /// Its number, from 0.
        record: u64,
        /// The limit.
        max_record_bytes: usize,
    },
    /// Too many records.
    #[error("{page}: more than {max_records} records (max_records)")]
    TooMany {
        /// The page with the first record too many.
        page: String,
        /// The limit.
        max_records: u64,
    },
    /// The `feed` and `end` lines do not fit what is between them.
    #[error("{page}: {message}; the feed is not complete and is refused as a whole")]
    Container {
        /// The page's address.
        page: String,
        /// What does not fit.
        message: String,
    },
}
