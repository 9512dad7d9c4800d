//! Price and stock of one variant: a block of the product page, and the partial that refreshes it.
//!
//! Both are the same template over the same view model, so they cannot disagree.

use sailfish::TemplateSimple;

use super::card::{Price, Stock};

/// Price and stock. Templates read it as `offer`.
pub(crate) struct Offer {
    /// Where the block is refreshed from.
    pub(crate) href: String,
    pub(crate) price: Option<Price>,
    pub(crate) stock: Stock,
}

/// The partial with price and stock.
#[derive(TemplateSimple)]
#[template(path = "offer.stpl", rm_whitespace = true)]
pub(crate) struct OfferPartial {
    pub(crate) offer: Offer,
}
