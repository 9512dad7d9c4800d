//! What the back end has to serve: a generated catalogue or a real data set.

use std::path::Path;

use crate::catalogue::product::Lifecycle;
use crate::catalogue::variant::Offer;
use crate::catalogue::{Catalogue, Dice};

pub use super::files::DataError;
use super::files::Records;

/// A data set.
#[derive(Debug)]
pub enum Data {
    /// Products that are made when asked for.
    Generated(Catalogue),
    /// Records read from files.
    Records(Records),
}

impl Data {
    /// A generated catalogue of so many products.
    pub fn generated(count: u64) -> Self {
        Self::Generated(Catalogue::new(count))
    }

    /// The data set in a folder or file.
    pub fn open(path: &Path) -> Result<Self, DataError> {
        Records::open(path).map(Self::Records)
    }

    /// How many products there are.
    pub fn count(&self) -> u64 {
        match self {
            Self::Generated(catalogue) => catalogue.count(),
            Self::Records(records) => u64::try_from(records.len()).unwrap_or(u64::MAX),
        }
    }

    /// What distinguishes this data from any other, as part of an ETag.
    pub(super) fn identity(&self) -> String {
        match self {
            Self::Generated(catalogue) => catalogue.identity(),
            Self::Records(records) => records.identity().to_owned(),
        }
    }

    /// Article number and opening offer of everything that is on sale.
    pub(super) fn offers(
        self: std::sync::Arc<Self>,
    ) -> Box<dyn Iterator<Item = (String, Offer)> + Send> {
        match &*self {
            Self::Generated(catalogue) => {
                let on_sale = catalogue
                    .products()
                    .filter(|product| product.lifecycle() == Lifecycle::Active);
                Box::new(
                    on_sale
                        .flat_map(|product| product.variants())
                        .map(|variant| (variant.sku, variant.offer)),
                )
            }
            Self::Records(records) => {
                let count = records.len();
                Box::new((0..count).filter_map(move |index| match &*self {
                    Self::Records(records) => records.offer(index),
                    Self::Generated(_) => None,
                }))
            }
        }
    }

    /// The opening offer of some article, and what it is called.
    pub(super) fn any(&self, dice: &mut Dice) -> Option<(String, String, Offer)> {
        let index = dice.below(self.count());
        match self {
            Self::Generated(catalogue) => {
                let product = catalogue
                    .product(index)
                    .filter(|product| product.lifecycle() == Lifecycle::Active)?;
                let variants = product.variants();
                let variant = dice.pick(&variants);
                Some((variant.sku.clone(), product.name(), variant.offer.clone()))
            }
            Self::Records(records) => {
                let index = usize::try_from(index).ok()?;
                let (sku, offer) = records.offer(index)?;
                Some((sku, records.name(index), offer))
            }
        }
    }

    /// The article that changes with every tick, for somebody to watch.
    pub fn showcase(&self) -> Option<(String, String, Offer)> {
        match self {
            Self::Generated(catalogue) => {
                let product = catalogue.product(0)?;
                let variant = product.variants().into_iter().next()?;
                Some((variant.sku, product.name(), variant.offer))
            }
            Self::Records(records) => {
                let (sku, offer) = records.offer(0)?;
                Some((sku, records.name(0), offer))
            }
        }
    }
}
