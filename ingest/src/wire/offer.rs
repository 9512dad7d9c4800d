//! Prices and stock, inside products and as documents of their own.
//!
//! Amounts are decimal text: nothing here does arithmetic with money.

use serde::{Deserialize, Serialize};

use super::{Short, Weight};

/// Price and stock of one variant. It never creates a product, and it wins over what the product document says.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// The variant, by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant_id: Option<Short>,
    /// The variant, by stock keeping unit; ignored when `variant_id` is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<Short>,
    /// Its prices; absent leaves them as the catalog has them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prices: Vec<Price>,
    /// Its stock; absent leaves it as the catalog has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stock: Option<Stock>,
    /// Where it is in stock; absent leaves it as other offers have it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<LocationStock>,
    /// Its tax class; absent leaves it as the catalog has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_class: Option<Short>,
    /// How much one unit weighs; absent leaves it as the catalog has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<Weight>,
    /// RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<String>,
}

impl Offer {
    /// The variant id, or `sku:` and the stock keeping unit.
    pub fn key(&self) -> String {
        match (&self.variant_id, &self.sku) {
            (Some(id), _) => id.to_string(),
            (None, sku) => format!("sku:{}", sku.as_deref().unwrap_or_default()),
        }
    }
}

/// A price in one currency.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// What is paid: a decimal such as `12.90`.
    pub amount: Short,
    /// ISO 4217 code.
    pub currency: Short,
    /// The customer group that it is for; absent for everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<Short>,
    /// The price before a reduction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compare_at: Option<Short>,
    /// What is paid in a sale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sale_price: Option<Short>,
    /// RFC 3339: when the sale begins; it has begun if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sale_from: Option<Short>,
    /// RFC 3339: when the sale is over; it goes on if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sale_until: Option<Short>,
    /// What one costs where many are bought, in the order of quantities.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<PriceTier>,
}

/// What one costs from a quantity on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceTier {
    /// From how many of the variant on.
    pub min_quantity: u32,
    /// What is paid for one: a decimal such as `8.50`.
    pub amount: Short,
}

/// Whether a variant can be had, and how many of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stock {
    /// Whether it can be had.
    pub availability: Availability,
    /// How many; may be fractional, and negative where a back end counts open orders.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<f64>,
    /// RFC 3339: when a preorder or backorder arrives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub available_at: Option<String>,
    /// Days from the order until it leaves; 0 says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead_time_days: Option<u16>,
}

/// The stock of a variant at a place where orders are collected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LocationStock {
    /// The id of the place, as delivery methods have it.
    pub id: String,
    /// Whether it is there; the quantity says so if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability: Option<LocalAvailability>,
    /// How many are there; may be fractional, and negative where a back end counts open orders.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<f64>,
}

/// Whether a variant is at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LocalAvailability {
    /// There.
    InStock,
    /// There, but not for long.
    LimitedAvailability,
    /// Not there.
    OutOfStock,
}

/// Whether a variant can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// Ready to ship.
    InStock,
    /// Not to be had now.
    OutOfStock,
    /// Can be ordered, ships later.
    Backorder,
    /// Not released yet, can be ordered.
    Preorder,
    /// Made after the order.
    MadeToOrder,
    /// Will not come back.
    Discontinued,
}
