//! Where parts, manifests and orders live: a folder, or a bucket behind the same interface.
//!
//! Parts and manifests are written once under a name that is never reused, so readers need no locks. In a folder every
//! write is a temporary file, synced, renamed, the folder synced: a crash leaves the old name or the new. In a bucket a
//! write is there when it was acknowledged, and `HEAD` is replaced on the condition that it is the one that was seen.

mod alone; // comparing and replacing a file in a folder
mod beside; // small files beside an order
mod bucket; // how a bucket is reached
mod bucket_accept; // how an order comes into a bucket
mod bucket_orders; // orders in a bucket
mod conditions; // whether a bucket honours conditions
mod copy; // hashing while copying
mod current; // what is current in a bucket, and publishing
mod error; // why the store could not do what was asked
mod fleet; // which server serves what
mod head; // what is current, and how manifests are named
mod lease; // who may publish
mod location; // where a store is
mod orders; // orders of one shop, by state
mod shop; // the store of one shop
mod transfer; // parts to and from a bucket

#[cfg(test)]
mod tests;

pub use beside::Beside;
pub use conditions::Conditions;
pub use current::Fence;
pub use error::StoreError;
pub use fleet::Heartbeat;
pub use head::{Head, HeadStamp, ManifestName};
pub use lease::{Lease, LeaseVersion};
pub use location::{BucketLocation, LocationProblem, Service, StoreLocation, StoreOptions};
pub use orders::{Accepted, NotAccepted, OrderState, OrdersStamp};
pub use shop::Store;
