//! Frontage's ingest: polls a merchant's back ends and publishes what they say as a shop.
//!
//! The stages, in the order data flows through them; each takes the previous one's type and returns another.

pub mod config; // what the operator wrote
pub mod cron_text; // schedules as text: five or six fields
pub mod fetch; // 1 pages of a source, into files
pub mod decode; // 2 bytes to records, bounded in size and depth
pub mod wire; // the documents every stage after `map` speaks of
