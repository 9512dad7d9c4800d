//! Where parts and manifests live: a folder today, a bucket by the same interface later.
//!
//! Everything but `HEAD` is written once under a name that is never reused, so readers need no locks. Every write is
//! a temporary file in the same folder, synced, renamed, the folder synced: a crash leaves the old name or the new.

mod beside; // small files beside an order
mod copy; // hashing while copying
mod error; // why the store could not do what was asked
mod head; // what is current, and how manifests are named
mod orders; // orders of one shop, by state
mod shop; // the store of one shop

#[cfg(test)]
mod tests;

pub use beside::Beside;
pub use error::StoreError;
pub use head::{Head, HeadStamp, ManifestName};
pub use orders::{Accepted, OrderState};
pub use shop::Store;
