//! Promise 1: a bad feed never reaches shoppers.
//!
//! Every feed of the table is sent to a shop that is open, to one where another feed waits for an operator, to one whose
//! ingest forgot everything, and, where it is bad by itself, to one that has never published. Each time nothing is
//! published, `status` says why, and the page is the same.

/// The shops that suffer, and what must hold of them afterwards.
mod bed;
/// The second half: feeds that arrive, and say what they should not.
mod content;
/// XML files that are not what they should be.
mod elements;
/// What the sources of files send when nobody disturbs them.
mod files;
/// Packed files that are not what they should be.
mod packed;
/// CSV files that are not what they should be.
mod rows;
/// What the sources of lines and pages send when nobody disturbs them.
mod said;
/// The table's first half: feeds that do not arrive as they should.
mod transport;
