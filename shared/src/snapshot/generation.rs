//! Both parts of a generation and its manifest, opened as one: what a request takes once and renders everything from.

use std::path::Path;
use std::sync::Arc;

use ownedbytes::OwnedBytes;

use super::SnapshotError;
use super::catalog::Catalog;
use super::layout::PartKind;
use super::locales::LocaleIndex;
use super::mapped;
use super::offers::{Offers, Span};
use crate::manifest::{Manifest, PartEntry};
use crate::model::money::Currency;
use crate::totals::Terms;

/// One published state of a shop.
#[derive(Debug)]
pub struct Generation {
    /// What defines it.
    pub manifest: Manifest,
    /// The slow half; generations that differ in price and stock alone share it as it was opened.
    pub catalog: Arc<Catalog>,
    /// The fast half, in the shop's own price list unless this is a generation of [`Generation::others`].
    pub offers: Offers,
    /// The same generation in its further price lists, in their order.
    others: Vec<Generation>,
}

impl Generation {
    /// Opens both parts from bytes. Cheap; see [`Generation::verify`].
    ///
    /// # Errors
    /// A part does not open, or the two do not belong together.
    pub fn open(
        manifest: Manifest,
        catalog: OwnedBytes,
        offers: OwnedBytes,
    ) -> Result<Self, SnapshotError> {
        Self::join(
            manifest,
            Arc::new(Catalog::open(catalog)?),
            Offers::open(offers)?,
        )
    }

    /// Joins parts that are open already. Cheap: nothing of the catalog is read but its counts.
    ///
    /// # Errors
    /// The two do not belong together.
    pub fn join(
        manifest: Manifest,
        catalog: Arc<Catalog>,
        offers: Offers,
    ) -> Result<Self, SnapshotError> {
        let generation = Self {
            manifest,
            catalog,
            offers,
            others: Vec::new(),
        };
        let (expected, got) = (
            hex(&generation.offers.catalog_hash()),
            generation.manifest.catalog.hash.clone(),
        );
        if expected != got {
            return Err(SnapshotError::Mismatch { expected, got });
        }
        let counts = (
            generation.catalog.variant_count(),
            generation.catalog.product_count(),
        );
        if counts
            != (
                generation.offers.variant_count(),
                generation.offers.product_count(),
            )
        {
            return Err(SnapshotError::Order {
                section: "VARIANT_OFFERS",
                row: counts.0,
                rule: "one offer for each variant and product",
            });
        }
        Ok(generation.with_others())
    }

    /// Opens the further price lists.
    fn with_others(mut self) -> Self {
        let lists = 1..self.offers.list_count();
        let others = lists.filter_map(|list| {
            Some(Self {
                manifest: self.manifest.clone(),
                catalog: Arc::clone(&self.catalog),
                offers: self.offers.in_list(list)?,
                others: Vec::new(),
            })
        });
        self.others = others.collect();
        self
    }

    /// The same generation as of an instant: with the prices that hold then. Takes as long as much has changed since
    /// its offers were made.
    pub fn at(&self, now: i64) -> Self {
        let others = self.others.iter();
        Self {
            manifest: self.manifest.clone(),
            catalog: Arc::clone(&self.catalog),
            offers: self.offers.at(&self.catalog, now),
            others: others.map(|other| other.at(now)).collect(),
        }
    }

    /// Makes what is otherwise made at first use, in all price lists.
    pub fn make_ready(&self) {
        for generation in std::iter::once(self).chain(&self.others) {
            generation.offers.make_ready();
        }
    }

    /// Between which instants nothing in it changes.
    pub fn span(&self) -> Span {
        self.offers.span()
    }

    /// When something in it changes next by itself, Unix seconds; none if nothing will.
    pub fn changes_at(&self) -> Option<i64> {
        Some(self.span().until).filter(|&until| until != i64::MAX)
    }

    /// The same generation in its further price lists.
    pub fn others(&self) -> &[Generation] {
        &self.others
    }

    /// The same generation in the price list of one of the shop's languages.
    pub fn in_locale(&self, locale: LocaleIndex) -> &Self {
        let wanted = self.catalog.currency_of(locale);
        let group = self.catalog.in_locale(locale).and_then(Catalog::group);
        if wanted.is_none() && group.is_none() {
            return self;
        }
        let currency = wanted.unwrap_or_else(|| self.currency());
        let mut others = self.others.iter();
        let found = others.find(|other| {
            other.offers.currency() == Some(currency) && other.offers.group() == group
        });
        found.unwrap_or(self)
    }

    /// Maps both parts from a folder where they lie under their names.
    ///
    /// # Errors
    /// A file cannot be mapped, a part does not open, or the two do not belong together.
    pub fn map(manifest: Manifest, folder: &Path) -> Result<Self, SnapshotError> {
        let catalog = mapped::map(&folder.join(manifest.catalog.file_name(PartKind::Catalog)))?;
        Self::map_offers(manifest, Arc::new(Catalog::open(catalog)?), folder)
    }

    /// Maps the offers part from a folder and joins it with a catalog that is open already.
    ///
    /// # Errors
    /// The file cannot be mapped, does not open, or does not belong to this catalog.
    pub fn map_offers(
        manifest: Manifest,
        catalog: Arc<Catalog>,
        folder: &Path,
    ) -> Result<Self, SnapshotError> {
        let offers = mapped::map(&folder.join(manifest.offers.file_name(PartKind::Offers)))?;
        Self::join(manifest, catalog, Offers::open(offers)?)
    }

    /// Reads every byte of both parts once and checks all that readers rely on.
    ///
    /// # Errors
    /// The first damage found.
    pub fn verify(&self) -> Result<(), SnapshotError> {
        self.catalog.verify()?;
        self.verify_offers()
    }

    /// The same on the caller's thread alone, which leaves the other cores to those who serve.
    ///
    /// # Errors
    /// The first damage found.
    pub fn verify_in_turn(&self) -> Result<(), SnapshotError> {
        self.catalog.verify_in_turn()?;
        self.verify_offers()
    }

    fn verify_offers(&self) -> Result<(), SnapshotError> {
        self.offers.verify()?;
        match Currency::parse(self.catalog.shop().currency) {
            Ok(_) => Ok(()),
            Err(_) => Err(SnapshotError::Field {
                section: "SHOP",
                row: 0,
                field: "currency",
                rule: "must be an ISO 4217 code",
            }),
        }
    }

    /// The generation's number.
    pub fn number(&self) -> u64 {
        self.manifest.generation
    }

    /// The shop's promotions, delivery methods and taxes.
    pub fn terms(&self) -> &Terms {
        self.offers.terms()
    }

    /// The currency of its price list. Verified generations always have one; others fall back to euros.
    pub fn currency(&self) -> Currency {
        let own = || Currency::parse(self.catalog.shop().currency).unwrap_or(Currency::EUR);
        self.offers.currency().unwrap_or_else(own)
    }
}

/// Compares a file's bytes with the BLAKE3 in its entry.
///
/// # Errors
/// They differ.
pub fn check_name(entry: &PartEntry, bytes: &[u8]) -> Result<(), SnapshotError> {
    let got = blake3::hash(bytes).to_hex().to_string();
    if got == entry.hash {
        Ok(())
    } else {
        Err(SnapshotError::Name {
            expected: entry.hash.clone(),
            got,
        })
    }
}

/// Lower-case hexadecimal of a hash.
pub fn hex(hash: &[u8; 32]) -> String {
    blake3::Hash::from_bytes(*hash).to_hex().to_string()
}
