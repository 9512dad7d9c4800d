//! What a shopper bought, as the server writes it down and as the merchant's order endpoint receives it.
//!
//! An order is written once, when the shopper submits it, and never changed: delivery sends these bytes, or what a
//! mapping makes of them. Its shape for others is `schemas/order.schema.json`; the two are kept alike by a test.
//! Amounts are exact decimals of the order's currency, as texts ([`Money`](crate::model::money::Money) prints them).

use std::fmt;
use std::str::FromStr;

use crate::stored;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

/// An order's name: a ULID, 26 characters that sort by when they were minted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct OrderId(Ulid);

/// A text is not an order's name.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "`{0}` is not the id of an order: 26 letters and digits, such as 01JDKX5V3Q8YB2M4N6P7R9STVW"
)]
pub struct OrderIdError(String);

impl OrderId {
    /// An id for an order of this instant, Unix milliseconds, with 80 random bits.
    pub fn new(unix_ms: u64, random: u128) -> Self {
        Self(Ulid::from_parts(unix_ms, random))
    }

    /// When it was minted, Unix milliseconds.
    pub fn minted_ms(self) -> u64 {
        self.0.timestamp_ms()
    }
}

impl FromStr for OrderId {
    type Err = OrderIdError;

    /// Reads the one canonical spelling: an order has one file name.
    fn from_str(text: &str) -> Result<Self, OrderIdError> {
        let id = Ulid::from_string(text).ok().map(Self);
        id.filter(|id| id.to_string() == text)
            .ok_or_else(|| OrderIdError(text.to_owned()))
    }
}

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Always `order`.
    #[serde(rename = "type")]
    pub kind: OrderKind,
    /// A ULID, 26 characters: minted when the checkout form was shown, so that a form sent twice is one order.
    pub id: String,
    /// The shop's id.
    pub shop: String,
    /// When it was accepted, RFC 3339 in UTC.
    pub placed_at: String,
    /// The generation whose prices it has.
    pub generation: u64,
    /// The language the shopper read, a BCP 47 tag.
    pub locale: String,
    /// ISO 4217 code of every amount.
    pub currency: String,
    /// Who said what it costs.
    #[serde(default)]
    pub priced_by: PricedBy,
    /// The customer group whose prices the shopper saw; none for everybody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_group: Option<String>,
    /// Who bought.
    pub customer: Customer,
    /// Where the invoice goes.
    pub billing: Address,
    /// Where the goods go.
    pub shipping: Address,
    /// What was bought, in the order of the cart.
    pub lines: Vec<OrderLine>,
    /// What was taken off, rule by rule; the amounts are in the lines' `discount` or in the delivery's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<OrderDiscount>,
    /// How it is sent; none for goods that are not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<OrderDelivery>,
    /// The tax in it, rate by rate; empty where the shop states none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<OrderTax>,
    /// Whether prices of lines and delivery hold the tax already.
    pub prices_include_tax: bool,
    /// The sums.
    pub totals: OrderTotals,
    /// How it is paid.
    pub payment: Payment,
    /// What the shopper wants to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Whether the shopper asked for news by mail.
    #[serde(default)]
    pub newsletter: bool,
}

/// Tells an order from other documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderKind {
    /// The only kind.
    #[default]
    Order,
}

/// Who said what an order costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PricedBy {
    /// The generation: prices and terms of the merchant's feeds.
    #[default]
    Catalog,
    /// The merchant's pricing API.
    Merchant,
    /// The generation, because the pricing API gave no answer; the shopper was told.
    Fallback,
}

/// Who bought.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    /// Where mail about the order goes.
    pub email: String,
    /// With country code, as the shopper wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The number a business gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat_id: Option<String>,
}

/// Where something goes. Which fields are asked for depends on the country.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Given and family name as written on a letter.
    pub name: String,
    /// A company, if it goes to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// Street and number.
    pub line1: String,
    /// Whatever else the postman needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<String>,
    /// None in countries without postcodes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postcode: Option<String>,
    /// Town or city.
    pub city: String,
    /// State, province or prefecture, where addresses need one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// ISO 3166-1 alpha-2 code.
    pub country: String,
}

/// One line of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderLine {
    /// The product's id.
    pub product_id: String,
    /// The variant's id; for a product without variants, the product's id again.
    pub variant_id: String,
    /// The merchant's stock keeping unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// The product's name as the shopper read it.
    pub name: String,
    /// What tells the variant from the product's others, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant_name: Option<String>,
    /// How many; at least 1.
    pub quantity: u32,
    /// The price of one.
    pub unit_price: String,
    /// Quantity times unit price.
    pub subtotal: String,
    /// What the rules took off this line.
    pub discount: String,
    /// Subtotal less discount.
    pub total: String,
    /// Per cent, as in `19` or `5.5`, where the shop states taxes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_rate: Option<String>,
}

/// What one rule took off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderDiscount {
    /// The rule's id in its feed.
    pub rule: String,
    /// The code that the shopper gave, if the rule needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What the shopper read.
    pub name: String,
    /// How much; never negative.
    pub amount: String,
}

/// How an order is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderDelivery {
    /// The method's id in its feed.
    pub method: String,
    /// What the shopper read.
    pub name: String,
    /// What it costs before rules take anything off.
    pub price: String,
    /// What rules took off.
    pub discount: String,
    /// Price less discount.
    pub total: String,
    /// Per cent, where the shop states taxes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_rate: Option<String>,
}

/// The tax of one rate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderTax {
    /// What the shopper read, such as `VAT`.
    pub name: String,
    /// Per cent.
    pub rate: String,
    /// The amount taxed, without the tax.
    pub net: String,
    /// The tax.
    pub amount: String,
}

/// The sums of an order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderTotals {
    /// All lines before anything is taken off.
    pub subtotal: String,
    /// Everything taken off, lines and delivery together.
    pub discount: String,
    /// The delivery's price before anything is taken off.
    pub delivery: String,
    /// All taxes; part of the total where prices include them, else added to it.
    pub tax: String,
    /// What is to be paid.
    pub total: String,
}

/// How an order is paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    /// `invoice`, `cash_on_delivery`, `stripe` or another adapter's name.
    pub method: String,
    /// Whether the money is there.
    pub state: PaymentState,
    /// The provider's own name for the payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// Whether the money is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    /// It is paid later, or on the way.
    Due,
    /// The provider has it.
    Paid,
}

impl Order {
    /// The bytes that are stored: one JSON object and a line's end.
    ///
    /// # Errors
    /// None in practice; whatever the serializer says.
    pub fn encode(&self) -> Result<Vec<u8>, serde_json::Error> {
        stored::bytes(self)
    }

    /// Reads what [`Order::encode`] wrote.
    ///
    /// # Errors
    /// It is not such an object.
    pub fn decode(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_has_one_name() {
        let id = OrderId::new(1_764_000_000_000, 7);
        assert_eq!(id.to_string().parse::<OrderId>(), Ok(id));
        assert_eq!(id.minted_ms(), 1_764_000_000_000);
        for other in [
            "",
            "../../etc/passwd",
            &id.to_string().to_lowercase(),
            "8ZZZZZZZZZZZZZZZZZZZZZZZZZ",
        ] {
            assert!(other.parse::<OrderId>().is_err(), "{other}");
        }
    }
}
