//! **fetch**: the pages of a source, from its back end into files.
//!
//! One request at a time, one origin only, every size and every wait bounded, and memory that does not grow with the
//! feed: pages go to the spool folder as they arrive.

mod ask;
mod body;
mod client;
mod error;
mod expand;
mod folder;
mod gate;
mod link;
mod login;
mod page;
mod retry;
mod secrets;
mod validators;
mod walk;

#[cfg(test)]
mod tests;

pub use client::Client;
pub use error::FetchError;
pub(crate) use link::next as next_link;
pub use validators::{PageValidators, Validators, prune, request_hash};
pub use walk::{Fetched, Progress, RawFeed, RawPage, all};
