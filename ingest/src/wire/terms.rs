//! What decides what a cart costs besides its prices: promotions, delivery methods and taxes.
//!
//! Fields stand in the order of the schemas; amounts and rates are decimal text.

use serde::{Deserialize, Serialize};

use super::Status;

/// A rule that makes a cart cheaper.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Promotion {
    /// The merchant's id; the document's key.
    pub id: String,
    /// As shoppers see it.
    pub name: String,
    /// Whether it is part of the shop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// ISO 4217 code of its amounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// What it gives.
    pub action: Action,
    /// Codes of which any one turns it on; without them it applies by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coupons: Vec<String>,
    /// RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_from: Option<String>,
    /// RFC 3339: when it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_until: Option<String>,
    /// What the qualifying lines must come to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_subtotal: Option<String>,
    /// How many units must qualify.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_quantity: Option<u32>,
    /// Lines that qualify; all when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applies_to: Option<Selection>,
    /// Lines that do not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub except: Option<Selection>,
    /// Customer groups it is for; everybody when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub customer_groups: Vec<String>,
    /// Whether it applies alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclusive: Option<bool>,
    /// The higher goes first; 0 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<i32>,
    /// How often it counts in one cart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_uses: Option<u32>,
}

/// What a promotion gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// Which of them.
    pub kind: ActionKind,
    /// Per cent off; of buy-X-get-Y all of it when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent: Option<String>,
    /// The amount off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    /// What the amount counts for; the cart when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per: Option<Per>,
    /// Units paid in full.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buy: Option<u32>,
    /// Units made cheaper.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub get: Option<u32>,
    /// Delivery methods that are free; all when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub method_ids: Vec<String>,
}

/// The kinds of action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    /// A share off.
    PercentOff,
    /// A fixed amount off.
    AmountOff,
    /// Some of many cheaper.
    BuyGet,
    /// Delivery for nothing.
    FreeDelivery,
}

/// What an amount off counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// The cart.
    Cart,
    /// Each qualifying unit.
    Item,
}

/// Some lines of a cart, by what they hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// Categories, with all below them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub category_ids: Vec<String>,
    /// Brands by name or slug.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub brands: Vec<String>,
    /// Products.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub product_ids: Vec<String>,
}

/// A way to bring the goods to the shopper, or the shopper to the goods.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeliveryMethod {
    /// The merchant's id; the document's key.
    pub id: String,
    /// As shoppers see it.
    pub name: String,
    /// Whether it is part of the shop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Lead time and the like, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its place among the methods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<i32>,
    /// ISO 4217 code of its amounts.
    pub currency: String,
    /// ISO 3166 codes of the countries it reaches; all when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<String>,
    /// Postcodes it reaches; all when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub postcodes: Vec<Postcodes>,
    /// Postcodes it does not reach.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except_postcodes: Vec<Postcodes>,
    /// What the bands measure; the value of the order when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// Its prices.
    pub bands: Vec<Band>,
    /// The value of an order from which it is free.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub free_from: Option<String>,
    /// Where orders are collected, if it is a pickup.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<Location>,
}

/// What the bands of a delivery method measure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The goods after discounts.
    #[default]
    OrderValue,
    /// Kilograms.
    Weight,
    /// Units.
    Items,
}

/// A price up to a limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Band {
    /// The last value it is for; without end when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub up_to: Option<String>,
    /// What delivery costs.
    pub price: String,
}

/// Postcodes by how they start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Postcodes {
    /// The first beginning.
    pub from: String,
    /// The last one; `from` alone when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// Where orders are collected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// The merchant's id.
    pub id: String,
    /// As shoppers see it.
    pub name: String,
    /// In one line.
    pub address: String,
}

/// Rates of tax, and how the shop is taxed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tax {
    /// The merchant's id; the document's key.
    pub id: String,
    /// Whether prices include the tax.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prices_include_tax: Option<bool>,
    /// Where a tax is rounded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounding: Option<Rounding>,
    /// The class of products that name none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_class: Option<String>,
    /// The class of delivery.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_class: Option<String>,
    /// ISO 3166 code of the country to reckon with while the destination is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_country: Option<String>,
    /// The rates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rates: Vec<TaxRate>,
}

/// Where a tax is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// For each line.
    Line,
    /// Once for each rate.
    Total,
}

/// The rate of a class in a country or region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxRate {
    /// The class.
    pub class: String,
    /// ISO 3166 code.
    pub country: String,
    /// A region of the country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Per cent.
    pub percent: String,
}

/// How much one unit weighs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weight {
    /// How much, as a decimal, in `unit`.
    pub value: String,
    /// What the value is in.
    pub unit: WeightUnit,
}

/// A unit of weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WeightUnit {
    /// Gram.
    G,
    /// Kilogram.
    Kg,
    /// Pound.
    Lb,
    /// Ounce.
    Oz,
}

impl Weight {
    /// Whole grams, rounded up; `None` if they do not fit 31 bits.
    pub fn grams(&self) -> Option<u32> {
        // A pound is 453.59237 grams and has sixteen ounces; 6.25 µg go into all of them.
        let in_hundred_thousandths: u128 = match self.unit {
            WeightUnit::G => 16 * 100_000,
            WeightUnit::Kg => 16 * 100_000_000,
            WeightUnit::Lb => 16 * 45_359_237,
            WeightUnit::Oz => 45_359_237,
        };
        let millionths = millionths(&self.value)?;
        let grams = millionths
            .checked_mul(in_hundred_thousandths)?
            .div_ceil(16 * 100_000 * 1_000_000);
        u32::try_from(grams).ok().filter(|&grams| grams < 1 << 31)
    }
}

/// A decimal of at most six places in millionths.
pub fn millionths(decimal: &str) -> Option<u128> {
    let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, ""));
    if fraction.len() > 6 {
        return None;
    }
    format!("{whole}{fraction:0<6}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_whole_grams_rounded_up() {
        let grams = |value: &str, unit| {
            let value = value.to_owned();
            Weight { value, unit }.grams()
        };
        assert_eq!(grams("1.25", WeightUnit::Kg), Some(1_250));
        assert_eq!(grams("0.0001", WeightUnit::Kg), Some(1));
        assert_eq!(grams("0", WeightUnit::G), Some(0));
        assert_eq!(grams("100", WeightUnit::Lb), Some(45_360));
        assert_eq!(grams("16", WeightUnit::Oz), Some(454));
        assert_eq!(grams("3000000", WeightUnit::Kg), None);
    }
}
