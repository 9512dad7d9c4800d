//! The contract between the two daemons: what a shop is made of, how it lies in a file, where the files live.
//!
//! Nothing here talks to a network or reads the clock. `ingest` writes what this crate defines, `server` reads it,
//! and neither knows the other.

/// What a shop is made of, before it is laid out in a file: money, slugs, keys.
pub mod model;

/// What a cart costs: promotions, delivery and taxes applied to it.
pub mod totals;

/// The immutable files of a shop: writer and reader of every section side by side.
pub mod snapshot;

/// The small JSON file that defines a generation.
pub mod manifest;

/// Catalogs that some servers show first.
pub mod trial;

/// What a shopper bought.
pub mod order;

/// A shopper's withdrawal from a contract.
pub mod stock_request;
pub mod withdrawal;

/// What the merchant says about an order.
pub mod order_status;
mod stored; // how these are written down

/// The signature of what is sent to others.
pub mod signature;

/// Where parts and manifests live: a folder today, a bucket later.
pub mod store;

/// What any long-running process here needs: logging and an orderly end.
pub mod daemon;

/// What a daemon did and how long it took, for a collector of traces.
pub mod trace;
