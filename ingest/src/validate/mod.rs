//! **validate**: only documents that keep every rule go on, cleaned of what is not safe in a page.
//!
//! A document is accepted or refused as a whole, unless its source's contract says otherwise, and every one is counted:
//! what was read is what was accepted, refused, repeated or left out. A refusal names source, record, key, pointer, rule and value.

mod borrowed; // a JSON text as a tree
mod clean;
mod contract;
mod documents;
mod error;
mod known;
mod plain; // what keeps its schema at first sight
mod report;
mod rules;
mod schemas;
mod sound; // documents without a fault
mod strict; // reading without leniency
mod terms;
mod typed; // a document from its tree

#[cfg(test)]
mod contract_tests;
#[cfg(test)]
mod tests;

pub use documents::{Examined, Validation, examine, examine_text};
pub use error::ValidateError;
pub use known::Known;
pub use report::{Group, Quarantined, Report, outcome};
