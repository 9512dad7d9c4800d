//! The immutable files of a shop.
//!
//! A part is one self-describing file: a header, a table of sections, the sections, a trailer. `docs/snapshot-format.md`
//! is the normative text; a test compares its field tables with the records here. Any bytes may be opened: the
//! readers answer with an error or with nothing, never with a panic, an outsized allocation or a read out of bounds.

#![deny(clippy::indexing_slicing)]

/// §1 Every constant: magic, version, alignment, the numbers of the sections.
pub mod layout;

/// §2 Records and the field types they are made of, each of which can check itself.
pub mod record;

/// §3 Opening and verifying a file of sections.
pub mod part;

/// §3 Writing a file of sections.
pub mod write;

/// Sets of rows, while a request is answered.
pub mod row_set;

/// §4 The heap of short texts.
pub mod heap;
/// §4 The heap of long texts.
pub mod text_heap;

/// §5 Products, variants, options and media.
pub mod products;

/// §5 How much variants hold, for their prices per unit.
pub mod measures;

/// Sections of home and landing pages.
pub mod page_sections;

/// What shoppers say about products.
pub mod reviews;

/// §15 What bundles consist of.
pub mod bundles;

/// §6 Attributes and the facets made of them.
pub mod facets;

/// §7 The category tree, brands and content pages.
pub mod categories;

/// §8 From a URL path to what it shows.
pub mod routes;

/// A read-only directory over slices of the mapped part.
mod packed;

/// §13 Paths that were left, redirects, and when content changed.
pub mod ledger;

/// §9 The text index, opened over the mapped bytes.
pub mod text;

/// §9 The text index, built segment by segment.
mod text_build;
/// §9 How texts become words.
mod text_words;

/// §9 Which products a query finds, and how well they fit.
pub mod search;

/// The catalog part: the slow half of a shop.
pub mod catalog;

/// §3 What must hold in a catalog part beyond its fields.
mod verify;

/// What a further language is written from.
pub mod local_tables;

/// §11 What must hold of further languages beyond their fields.
mod local_verify;

/// Everything a catalog part is written from, table by table.
pub mod tables;

/// §11 Texts in a shop's further languages.
pub mod locales;

/// §10 The offers part: the fast half, price and stock.
pub mod offers;
mod variant_offer; // price and stock of one variant

/// §10 Whether something can be had.
mod availability;

/// §10 Everything an offers part is written from.
mod offer_tables;

/// §10 What follows for products from the prices of their variants.
mod price_order;

/// §12 Price lists in further currencies, prices that will be, prices that were.
pub mod price_lists;

/// §12 What prices are at an instant.
mod moments;

/// §12 The lowest price of 30 days.
pub mod past_prices;

/// §10 Terms, and tax class and weight of every variant.
pub mod terms;

/// §10 The bytes of terms.
mod terms_bytes;

/// §16 Where variants are in stock.
pub mod location_stock;

/// §17 What one unit costs where many are bought.
pub mod tiers;

/// §18 How many days variants need until they leave.
pub mod lead_times;

/// Both parts and their manifest, opened as one.
pub mod generation;

/// Every way a file is refused.
pub mod error;

/// Mapping a file: the only unsafe act of the project.
pub mod mapped;

pub use error::SnapshotError;
pub use generation::Generation;
