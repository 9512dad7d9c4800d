//! **validate**: only documents that keep every rule go on, cleaned of what is not safe in a page.
//!
//! A document is accepted or refused as a whole, and every one is counted: what was read is what was accepted, refused,
//! repeated or left out. A refusal names source, record, key, pointer, rule and value.

mod clean;
mod documents;
mod error;
mod report;
mod rules;
mod schemas;

#[cfg(test)]
mod tests;

pub use documents::{Examined, Validation, examine};
pub use error::ValidateError;
pub use report::{Group, Quarantined, Report};
