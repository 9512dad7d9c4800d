//! **decode**: bytes to JSON records, one at a time.
//!
//! Memory holds one record, never a page: a page is scanned for where records begin and end, and only a record is parsed.
//! Numbers keep their digits. Depth, size and number of records are bounded.

mod array;
mod changed; // the lines by which a feed differs from the one before
mod error;
mod lines;
mod records;
mod scan;

#[cfg(test)]
mod tests;

pub use changed::{Changed, changed};
pub use error::{DecodeError, Place};
pub use records::{Origin, Record, Records, records};
