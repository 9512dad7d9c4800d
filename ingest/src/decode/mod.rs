//! **decode**: bytes to JSON records, one at a time.
//!
//! Memory holds one record, never a page, whatever the page is packed in and whatever its format.
//! Numbers keep their digits. Depth, size and number of records are bounded.

mod array;
mod changed; // the lines by which a feed differs from the one before
mod counted;
mod element; // the value of an XML record
mod error;
mod flaw;
mod lines;
mod outline;
mod records;
mod rows;
mod scan;
mod stretch; // part of a page, looked at piece by piece
mod text;
mod unpack;
mod xml;

#[cfg(test)]
mod dialect_tests;
#[cfg(test)]
mod tests;

pub use changed::{Changed, changed};
pub use error::{DecodeError, Place};
pub use flaw::Flaw;
pub use outline::{Seen, Unpacked, outline, unpacked};
pub use records::{Line, Origin, Raw, Record, Records, records};
pub use unpack::is_plain_lines;
