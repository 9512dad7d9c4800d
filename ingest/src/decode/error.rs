//! Why pages could not be read as records.
//!
//! Every variant says which page, where in it, and what was expected there.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

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
    /// Not JSON, or whatever the format is.
    #[error("{place}: record {record} is not {format}: {message}")]
    Syntax {
        /// Where the record is wrong.
        place: Place,
        /// Its number, from 0.
        record: u64,
        /// What it should be.
        format: &'static str,
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
    /// Not text in the encoding it should be in.
    #[error(
        "{place}: what stands here is not {encoding}; is `encoding` right? Files of Windows programs are often windows-1252"
    )]
    NotText {
        /// Where.
        place: Place,
        /// The encoding.
        encoding: &'static str,
    },
    /// A zero byte, which stands in no text.
    #[error(
        "{place}: a zero byte stands here, which no text has; is `encoding` right? UTF-16 without a byte order mark looks like this"
    )]
    ZeroByte {
        /// Where.
        place: Place,
    },
    /// A zip archive that cannot be used.
    #[error("{page} is a zip archive, and {message}")]
    Archive {
        /// The page's address.
        page: String,
        /// What is wrong.
        message: String,
    },
    /// Packed data that is damaged or cut off.
    #[error("{page} cannot be unpacked as {packed}, it is damaged or cut off: {message}")]
    Damaged {
        /// The page's address.
        page: String,
        /// What it is packed in.
        packed: &'static str,
        /// What is wrong.
        message: String,
    },
    /// A page is too large, unpacked.
    #[error("{page} is larger than {max_page_bytes} bytes when it is unpacked (max_page_bytes)")]
    PageTooLarge {
        /// The page's address.
        page: String,
        /// The limit.
        max_page_bytes: u64,
    },
    /// All pages together are too large, unpacked.
    #[error(
        "the pages up to {page} are larger than {max_run_bytes} bytes when they are unpacked (max_run_bytes)"
    )]
    RunTooLarge {
        /// The page's address.
        page: String,
        /// The limit.
        max_run_bytes: u64,
    },
    /// A page is packed suspiciously well.
    #[error(
        "{page} is more than {max_ratio} times larger when it is unpacked (max_ratio), as nothing but a bomb is"
    )]
    Ratio {
        /// The page's address.
        page: String,
        /// The limit.
        max_ratio: u64,
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

/// Why the reader below a parser wants no more; it travels inside an [`io::Error`].
#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum Stop {
    #[error("the record is too large")]
    RecordTooLarge,
    #[error("the page is too large")]
    PageTooLarge(u64),
    #[error("the run is too large")]
    RunTooLarge(u64),
    #[error("the ratio is too large")]
    Ratio(u64),
    #[error("damaged {packed}: {message}")]
    Damaged {
        packed: &'static str,
        message: String,
    },
    #[error("not {encoding}")]
    NotText {
        encoding: &'static str,
        byte: u64,
        line: u64,
    },
    #[error("a zero byte")]
    ZeroByte { byte: u64, line: u64 },
}

impl Stop {
    /// The reason inside an error of a reader, unless the disk is the reason.
    pub(super) fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }
}

impl From<Stop> for io::Error {
    fn from(stop: Stop) -> Self {
        Self::other(stop)
    }
}

/// What an error of a reader says about the page.
pub(super) fn stopped((page, file): (&str, &Path), error: &io::Error) -> DecodeError {
    let page = page.to_owned();
    match Stop::of(error).cloned() {
        Some(Stop::PageTooLarge(max_page_bytes)) => DecodeError::PageTooLarge {
            page,
            max_page_bytes,
        },
        Some(Stop::RunTooLarge(max_run_bytes)) => DecodeError::RunTooLarge {
            page,
            max_run_bytes,
        },
        Some(Stop::Ratio(max_ratio)) => DecodeError::Ratio { page, max_ratio },
        Some(Stop::Damaged { packed, message }) => DecodeError::Damaged {
            page,
            packed,
            message,
        },
        Some(Stop::NotText {
            encoding,
            byte,
            line,
        }) => DecodeError::NotText {
            place: Place { page, line, byte },
            encoding,
        },
        Some(Stop::ZeroByte { byte, line }) => DecodeError::ZeroByte {
            place: Place { page, line, byte },
        },
        // A record that is too large is told with its number, where that is known.
        Some(Stop::RecordTooLarge) | None => DecodeError::Read {
            path: file.to_owned(),
            source: io::Error::new(error.kind(), error.to_string()),
        },
    }
}
