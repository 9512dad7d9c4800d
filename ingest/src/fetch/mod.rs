//! **fetch**: the pages of a source, from its back end into files.
//!
//! One page after another, one origin only (but for where a token comes from), every size and every wait bounded, and
//! memory that does not grow with the feed: pages go to the spool folder as they arrive. Only what completes the records
//! of a list is asked for several at a time, a record each.

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
mod send;
mod validators;
mod walk;

#[cfg(test)]
mod tests;

pub use client::Client;
pub use error::FetchError;
pub(crate) use link::next as next_link;
pub(crate) use page::says_nothing;
pub use retry::ORDERS as ORDER_BACKOFF;
pub use send::{Answer, Parcel, send};
pub use validators::{PageValidators, Validators, prune, request_hash};
pub use walk::{Fetched, Progress, RawFeed, RawPage, all};
