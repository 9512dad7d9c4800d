//! The sample back end: an ERP that serves a catalogue over HTTP, for the demo, the tests and the benches.
//!
//! It behaves as the better ones do (pages, strong ETags, compression), unless a test scripts it to misbehave.

/// Stand-ins for well-known back ends.
pub mod apis;
/// What it has to serve: a generated catalogue or a real data set.
pub mod data;
/// Prices and stock, which move.
pub mod market;
/// Where orders are sent to.
pub mod merchant;
/// Answers that a test writes by hand, faults included.
pub mod script;
/// Starting and stopping it, and changing what it serves.
pub mod server;

mod answer;
mod conditions;
mod erp;
mod files;
mod gzip;
mod routes;
#[cfg(test)]
mod tests;
mod windows;

pub use data::Data;
pub use market::Change;
pub use merchant::{Merchant, Mood};
pub use script::Response;
pub use server::{Backend, Config, Seen};
