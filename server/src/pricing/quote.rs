//! A cart as the merchant prices it.

use std::sync::Arc;

use frontage_shared::totals::Totals;

/// The merchant's answer, sound and to this very cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// What one of each line costs, in the order of the lines that can be bought.
    pub(crate) lines: Vec<QuotedLine>,
    /// All sums.
    pub(crate) totals: Totals,
    /// What the merchant has to say to the shopper.
    pub(crate) messages: Vec<String>,
    /// Codes that do nothing.
    pub(crate) refused_codes: Vec<RefusedCode>,
}

/// A line as the merchant prices it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct QuotedLine {
    /// The variant's id.
    pub(crate) variant: String,
    /// How many it is priced for.
    pub(crate) quantity: u32,
    /// Minor units for one.
    pub(crate) unit_price: i64,
}

/// A code that does nothing, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RefusedCode {
    pub(crate) code: String,
    pub(crate) reason: String,
}

/// What came of asking the merchant.
#[derive(Clone, Debug)]
pub enum Quoted {
    /// An answer.
    Merchant(Arc<Quote>),
    /// None; the catalog's prices stand in, and everybody is told.
    Fallback,
    /// None, and nothing can be ordered without.
    Refused,
}
