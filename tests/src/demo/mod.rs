//! The demo: three real processes that make a shop out of a back end, and a fourth that watches over them.

/// The demo with a bucket, and several daemons of each kind.
pub mod fleet;
/// Child processes that never outlive the demo.
pub mod guarded;
/// A demo that runs.
pub mod running;
/// What the environment says about the demo.
pub mod settings;
/// What to look at, found in the shop's own pages.
pub mod tour;
