//! Price and stock of one variant, as records have them and as pages read them.

use super::availability::Availability;
use super::offers::{NO_PRICE, NO_QUANTITY, VariantOfferRecord};
use super::price_lists::Prices;

/// Price and stock of a variant as pages read them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VariantOffer {
    /// Minor units, if it has a price.
    pub price: Option<i64>,
    /// The higher price before.
    pub compare_at: Option<i64>,
    /// Whole units on hand, if known.
    pub quantity: Option<i64>,
    /// Unix seconds when it can be delivered again.
    pub available_at: Option<i64>,
    /// Whether it can be had.
    pub availability: Availability,
}

impl Default for VariantOffer {
    fn default() -> Self {
        Self {
            price: None,
            compare_at: None,
            quantity: None,
            available_at: None,
            availability: Availability::NotStated,
        }
    }
}

impl VariantOffer {
    /// What it costs.
    pub fn prices(self) -> Prices {
        Prices {
            price: self.price,
            compare_at: self.compare_at,
        }
    }

    pub(super) fn to_record(self) -> VariantOfferRecord {
        VariantOfferRecord {
            price: self.price.unwrap_or(NO_PRICE).into(),
            compare_at: self.compare_at.unwrap_or(0).into(),
            quantity: self.quantity.unwrap_or(NO_QUANTITY).into(),
            available_at: self.available_at.unwrap_or(0).into(),
            availability: self.availability.number().into(),
        }
    }

    pub(super) fn from_record(record: &VariantOfferRecord) -> Self {
        Self {
            price: Some(record.price.get()).filter(|&price| price >= 0),
            compare_at: Some(record.compare_at.get()).filter(|&price| price > 0),
            quantity: Some(record.quantity.get()).filter(|&quantity| quantity >= 0),
            available_at: Some(record.available_at.get()).filter(|&at| at != 0),
            availability: Availability::from_number(record.availability.get()),
        }
    }
}
