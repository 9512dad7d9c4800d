//! A list of products with its filters, as category, brand and search pages show it.

use super::card::Card;
use super::format::{Amount, Number};

/// What a list shows. Templates read it as `results`.
pub(crate) struct Results<'a> {
    /// Path of the listing without a query: where its form goes.
    pub(crate) action: String,
    /// Search words; empty outside search.
    pub(crate) query: &'a str,
    /// "1,204 products".
    pub(crate) summary: String,
    /// "Showing 1–24 of 1,204".
    pub(crate) shown: String,
    pub(crate) sorts: Vec<SortChoice>,
    pub(crate) facets: Vec<Facet<'a>>,
    pub(crate) price: Option<PriceRange<'a>>,
    pub(crate) stock: Option<StockFilter>,
    /// How many filters are active.
    pub(crate) filter_count: usize,
    /// Each active filter, with the way out of it.
    pub(crate) chips: Vec<Chip>,
    pub(crate) clear_href: String,
    pub(crate) cards: Vec<Card<'a>>,
    pub(crate) paging: Option<Paging>,
    /// What to say if there are no cards.
    pub(crate) nothing: String,
    /// The same list with one filter less, where that finds something.
    pub(crate) relaxed: Vec<Relaxed>,
}

impl Results<'_> {
    /// Whether there is anything to filter by.
    pub(crate) fn has_filters(&self) -> bool {
        !self.facets.is_empty() || self.price.is_some() || self.stock.is_some()
    }
}

/// An order on offer.
pub(crate) struct SortChoice {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) current: bool,
}

/// One thing to filter by.
pub(crate) struct Facet<'a> {
    pub(crate) code: &'a str,
    pub(crate) name: &'a str,
    pub(crate) open: bool,
    pub(crate) chosen: usize,
    /// The values most products have, and the chosen ones.
    pub(crate) values: Vec<FacetValue<'a>>,
    /// The others, folded away.
    pub(crate) more: Vec<FacetValue<'a>>,
}

/// A value to filter by.
pub(crate) struct FacetValue<'a> {
    pub(crate) code: &'a str,
    pub(crate) name: &'a str,
    /// Products that would be shown with it.
    pub(crate) count: Number,
    pub(crate) checked: bool,
    /// A colour as `#rrggbb`, checked to be one.
    pub(crate) swatch: Option<&'a str>,
}

/// The filter by price.
pub(crate) struct PriceRange<'a> {
    pub(crate) currency: &'a str,
    pub(crate) min: &'a str,
    pub(crate) max: &'a str,
    /// The lowest and highest price in the list, as hints.
    pub(crate) low: Amount,
    pub(crate) high: Amount,
}

/// The filter for what can be had now.
pub(crate) struct StockFilter {
    pub(crate) checked: bool,
    pub(crate) count: Number,
}

/// An active filter and the list without it.
pub(crate) struct Chip {
    pub(crate) label: String,
    pub(crate) href: String,
}

/// A list that finds more than this one.
pub(crate) struct Relaxed {
    pub(crate) words: String,
    pub(crate) href: String,
    pub(crate) count: Number,
}

/// Links to the other pages of the list.
pub(crate) struct Paging {
    pub(crate) prev: Option<String>,
    pub(crate) next: Option<String>,
    pub(crate) pages: Vec<PageLink>,
}

/// A link to one page of the list.
pub(crate) struct PageLink {
    pub(crate) number: u32,
    pub(crate) href: String,
    pub(crate) current: bool,
    /// Whether pages are left out before this one.
    pub(crate) after_gap: bool,
}
