//! A small but complete generation, made in memory without ingest.
//!
//! A [`Shop`] is plain data. It is written through the tables that ingest fills, and read back through the accessors
//! that pages use; what comes out must equal what went in. The same seed always gives the same shop.

/// The shop as plain data.
mod shop;

/// Shops from a seed.
mod random;

/// What it says besides its products.
mod content;

/// Its further languages.
mod languages;
mod ledger;
mod prices;
mod stock;
/// Terms from a seed.
mod terms;
mod tiers;

/// From a shop to the bytes of both parts.
mod write;

/// From an opened generation back to a shop.
mod read;

use std::collections::BTreeMap;

use frontage_shared::manifest::{Counts, Manifest, PartEntry};
use frontage_shared::snapshot::{Generation, SnapshotError};
use ownedbytes::OwnedBytes;

pub use content::{BundleItem, PageSection, Rating, Review};
pub use languages::Language;
pub use random::Scale;
pub use shop::{
    Attribute, Brand, Category, Facet, FacetValue, FormerPath, Medium, Offer, OptionValue, Page,
    Product, ProductOption, Shop, Variant,
};
pub use stock::SampleStock;
pub use tiers::SampleTier;

/// The bytes of both parts of a generation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// The catalog part.
    pub catalog: Vec<u8>,
    /// The offers part.
    pub offers: Vec<u8>,
}

/// A shop of a handful of products, for damaging: small, but with every kind of record.
pub fn small() -> Parts {
    Shop::random(1, Scale::small()).write()
}

impl Parts {
    /// A manifest that names these bytes.
    pub fn manifest(&self) -> Manifest {
        let entry = |bytes: &[u8]| PartEntry {
            hash: blake3::hash(bytes).to_hex().to_string(),
            length: bytes.len() as u64,
        };
        Manifest {
            version: 1,
            shop: "sample".to_owned(),
            generation: 1,
            previous: None,
            catalog: entry(&self.catalog),
            offers: entry(&self.offers),
            created_at: 1_700_000_000,
            writer: "test".to_owned(),
            epoch: 0,
            pinned: false,
            reason: "cycle".to_owned(),
            sources: BTreeMap::new(),
            counts: Counts::default(),
            trial: None,
            traceparent: None,
            checksum: String::new(),
        }
    }

    /// Opens both parts as a generation, without verifying it.
    ///
    /// # Errors
    /// The parts are refused.
    pub fn open(&self) -> Result<Generation, SnapshotError> {
        self.open_as(self.manifest())
    }

    /// Opens both parts under a manifest that may name other ones, without verifying anything.
    ///
    /// # Errors
    /// The parts are refused.
    pub fn open_as(&self, manifest: Manifest) -> Result<Generation, SnapshotError> {
        Generation::open(
            manifest,
            OwnedBytes::new(self.catalog.clone()),
            OwnedBytes::new(self.offers.clone()),
        )
    }
}
