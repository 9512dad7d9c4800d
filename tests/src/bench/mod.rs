//! What `make bench` measures, and with what.
//!
//! Everything that is measured runs as a process of its own, built as it is shipped; only the load and the feeds come
//! from this program. A figure that cannot be had is a figure that fails.

/// Carts and orders.
pub mod buying;
/// How figures grow with the catalogue, as a plot and as a table.
pub mod curve;
/// Whole cycles of ingest.
pub mod cycles;
/// Feeds on disk, and a back end that only sends them.
pub mod feeds;
/// What is to be measured, what it was, and whether that is good enough.
pub mod figures;
/// The comparator: hyper answering with fixed bytes.
pub mod fixed;
/// One product with sixty thousand variants.
pub mod giant;
/// The folder, the configuration and the programs of one shop.
pub mod ground;
/// Items of an ERP that a preset knows.
pub mod items;
/// A client that keeps many connections busy.
pub mod load;
/// The other comparator: nginx with the same pages as files.
pub mod nginx;
/// Pages under load, beside fixed bytes.
pub mod pages;
/// Daemons as processes, and what the kernel knows of them.
pub mod process;
/// Every figure, with its unit and its budget.
pub mod rows;
/// Opening a generation, and swapping it under load.
pub mod swaps;
/// The addresses that are asked for.
pub mod targets;
