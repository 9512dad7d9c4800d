//! What a visitor asked of a list of products: words, filters, order, page.
//!
//! A `Listing` is always in canonical form: empty values, unknown orders and page 1 do not exist in it. It knows
//! nothing of a catalog, so a facet or value that the shop does not have may stand in it; pages drop those.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use frontage_shared::model::money::Currency;

use super::encoding;

/// Longest search text kept, in characters; the rest is dropped.
const MAX_QUERY_CHARS: usize = 120;
/// Longest facet code or value kept, in bytes.
const MAX_FACET_BYTES: usize = 200;
/// Most facet values kept over all facets.
const MAX_FACET_VALUES: usize = 48;
/// Highest page number that is a page number.
const MAX_PAGE: u32 = 1_000_000;

/// The query of a category, brand or search page.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Listing {
    /// The words searched for; empty everywhere but on a search page.
    pub q: String,
    /// The order asked for; `None` is the page's own default order.
    pub sort: Option<Sort>,
    /// The page, counted from 1.
    pub page: u32,
    /// Chosen value codes by facet code. Values of one facet widen, facets narrow.
    pub facets: BTreeMap<String, BTreeSet<String>>,
    /// Lowest price wanted.
    pub price_min: Option<PriceBound>,
    /// Highest price wanted.
    pub price_max: Option<PriceBound>,
    /// Only what can be had now.
    pub in_stock: bool,
    /// Only what is rated with so many stars or more, from 1 to 4.
    pub rating: Option<u8>,
    /// One below the other, with more about each, instead of a grid.
    pub as_list: bool,
}

/// The order of a listing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Sort {
    /// Best match first: what a search does unless told otherwise.
    Relevance,
    /// The merchant's own order: what a category does unless told otherwise.
    Featured,
    /// Cheapest first.
    PriceAsc,
    /// Dearest first.
    PriceDesc,
    /// By name.
    Name,
    /// Latest first.
    Newest,
    /// Best rated first; what nobody has rated stays last.
    Rating,
}

/// A price typed into a filter: a plain decimal without needless zeros.
///
/// The currency is the catalog's business, so the text becomes minor units only when a page is built.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct PriceBound(String);

impl Listing {
    /// The listing nobody has asked anything of: first page, default order, no filter.
    pub fn new() -> Self {
        Self {
            q: String::new(),
            sort: None,
            page: 1,
            facets: BTreeMap::new(),
            price_min: None,
            price_max: None,
            in_stock: false,
            rating: None,
            as_list: false,
        }
    }

    /// A search for these words.
    pub fn search(words: &str) -> Self {
        Self {
            q: tidy_words(words),
            ..Self::new()
        }
    }

    /// The same list with one facet value chosen if it was not, dropped if it was; back on page 1.
    #[must_use]
    pub fn with_facet_toggled(&self, code: &str, value: &str) -> Self {
        let mut next = self.clone();
        next.page = 1;
        let values = next.facets.entry(code.to_owned()).or_default();
        if !values.remove(value) {
            values.insert(value.to_owned());
        }
        if values.is_empty() {
            next.facets.remove(code);
        }
        next
    }

    /// The same list without any choice in one facet; back on page 1.
    #[must_use]
    pub fn without_facet(&self, code: &str) -> Self {
        let mut next = self.clone();
        next.page = 1;
        next.facets.remove(code);
        next
    }

    /// The same list and filters at another page.
    #[must_use]
    pub fn with_page(&self, page: u32) -> Self {
        Self {
            page: page.clamp(1, MAX_PAGE),
            ..self.clone()
        }
    }

    /// The same filters in another order, `None` for the default; back on page 1.
    #[must_use]
    pub fn with_sort(&self, sort: Option<Sort>) -> Self {
        Self {
            sort,
            page: 1,
            ..self.clone()
        }
    }

    /// The same list with other price bounds; back on page 1.
    #[must_use]
    pub fn with_price(&self, min: Option<PriceBound>, max: Option<PriceBound>) -> Self {
        Self {
            price_min: min,
            price_max: max,
            page: 1,
            ..self.clone()
        }
    }

    /// The same list, showing only what can be had now or everything; back on page 1.
    #[must_use]
    pub fn with_in_stock(&self, in_stock: bool) -> Self {
        Self {
            in_stock,
            page: 1,
            ..self.clone()
        }
    }

    /// The same list, showing only what is rated with so many stars, or everything; back on page 1.
    #[must_use]
    pub fn with_rating(&self, rating: Option<u8>) -> Self {
        Self {
            rating,
            page: 1,
            ..self.clone()
        }
    }

    /// The same words and order, every filter dropped; back on page 1.
    #[must_use]
    pub fn without_filters(&self) -> Self {
        Self {
            q: self.q.clone(),
            sort: self.sort,
            as_list: self.as_list,
            ..Self::new()
        }
    }

    /// Whether a facet value is chosen.
    pub fn has_facet(&self, code: &str, value: &str) -> bool {
        self.facets
            .get(code)
            .is_some_and(|values| values.contains(value))
    }

    /// Whether anything narrows the list besides the search words.
    pub fn is_filtered(&self) -> bool {
        !self.facets.is_empty()
            || self.price_min.is_some()
            || self.price_max.is_some()
            || self.in_stock
            || self.rating.is_some()
    }

    /// Reads the pairs of a query, dropping what means nothing. `default_sort` is the order that needs no parameter.
    pub(super) fn from_pairs(pairs: &[(String, String)], default_sort: Sort) -> Self {
        let mut listing = Self::new();
        let mut facet_values = 0;
        for (name, value) in pairs {
            match name.as_str() {
                "q" if default_sort == Sort::Relevance => listing.q = tidy_words(value),
                "sort" => listing.sort = Sort::parse(value),
                "page" => {
                    listing.page = value
                        .parse()
                        .ok()
                        .filter(|page| (1..=MAX_PAGE).contains(page))
                        .unwrap_or(1)
                }
                "price-min" => listing.price_min = PriceBound::parse(value),
                "price-max" => listing.price_max = PriceBound::parse(value),
                "stock" => listing.in_stock = value == "in",
                "rating" => {
                    let stars = value.parse().ok();
                    listing.rating = stars.filter(|stars| (1..=4).contains(stars));
                }
                "view" => listing.as_list = value == "list",
                facet => {
                    let Some(code) = facet.strip_prefix("f.").filter(|code| is_facet_text(code))
                    else {
                        continue;
                    };
                    if !is_facet_text(value) || facet_values == MAX_FACET_VALUES {
                        continue;
                    }
                    let new = listing
                        .facets
                        .entry(code.to_owned())
                        .or_default()
                        .insert(value.clone());
                    facet_values += usize::from(new);
                }
            }
        }
        listing.drop_default_sort(default_sort);
        listing
    }

    /// Relevance without words is no order, and the default order needs no parameter.
    pub(super) fn drop_default_sort(&mut self, default_sort: Sort) {
        let meaningless = self.sort == Some(Sort::Relevance) && default_sort != Sort::Relevance;
        if meaningless || self.sort == Some(default_sort) {
            self.sort = None;
        }
    }

    /// Writes the query: words, order, facets by code, price, stock, rating, view, page. This is the one canonical order.
    pub(super) fn write_query(&self, out: &mut impl fmt::Write) -> fmt::Result {
        let mut first = true;
        let mut pair = |name: &str, value: &str| encoding::write_pair(out, &mut first, name, value);
        if !self.q.is_empty() {
            pair("q", &self.q)?;
        }
        if let Some(sort) = self.sort {
            pair("sort", sort.code())?;
        }
        for (code, values) in &self.facets {
            for value in values {
                pair(&format!("f.{code}"), value)?;
            }
        }
        if let Some(bound) = &self.price_min {
            pair("price-min", bound.text())?;
        }
        if let Some(bound) = &self.price_max {
            pair("price-max", bound.text())?;
        }
        if self.in_stock {
            pair("stock", "in")?;
        }
        if let Some(stars) = self.rating {
            pair("rating", &stars.to_string())?;
        }
        if self.as_list {
            pair("view", "list")?;
        }
        if self.page > 1 {
            pair("page", &self.page.to_string())?;
        }
        Ok(())
    }
}

impl Sort {
    /// Every order, as a visitor should be offered them.
    pub const ALL: [Self; 7] = [
        Self::Relevance,
        Self::Featured,
        Self::PriceAsc,
        Self::PriceDesc,
        Self::Name,
        Self::Newest,
        Self::Rating,
    ];

    /// The value of the `sort` parameter.
    pub fn code(self) -> &'static str {
        match self {
            Self::Relevance => "relevance",
            Self::Featured => "featured",
            Self::PriceAsc => "price-asc",
            Self::PriceDesc => "price-desc",
            Self::Name => "name",
            Self::Newest => "newest",
            Self::Rating => "rating",
        }
    }

    /// Reads the value of the `sort` parameter.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.code() == code)
    }
}

impl PriceBound {
    /// Reads a plain decimal; a comma is taken as a point because half of Europe types it, and the digits of Arabic and
    /// Persian are taken as what they are.
    pub fn parse(text: &str) -> Option<Self> {
        let text: String = text.trim().chars().map(as_typed_elsewhere).collect();
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !digits(whole) || !digits(fraction) {
            return None;
        }
        let whole = whole.trim_start_matches('0');
        let fraction = fraction.trim_end_matches('0');
        if whole.len() > 12 || fraction.len() > 4 {
            return None;
        }
        let whole = if whole.is_empty() { "0" } else { whole };
        let point = if fraction.is_empty() { "" } else { "." };
        Some(Self(format!("{whole}{point}{fraction}")))
    }

    /// The text as it stands in a URL and in the form field.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The bound in minor units of a currency; decimals that the currency does not have are cut off.
    pub fn minor(&self, currency: Currency) -> i64 {
        let (whole, fraction) = self.0.split_once('.').unwrap_or((&self.0, ""));
        let padded = fraction
            .bytes()
            .chain(std::iter::repeat(b'0'))
            .take(usize::from(currency.exponent()));
        // At most 12 + 4 digits, so the arithmetic cannot overflow.
        whole
            .bytes()
            .chain(padded)
            .fold(0, |minor, digit| minor * 10 + i64::from(digit - b'0'))
    }
}

impl Default for Listing {
    fn default() -> Self {
        Self::new()
    }
}

/// One space between words, no control characters, bounded.
fn tidy_words(text: &str) -> String {
    let printable: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let joined = printable.split_whitespace().collect::<Vec<_>>().join(" ");
    joined
        .chars()
        .take(MAX_QUERY_CHARS)
        .collect::<String>()
        .trim_end()
        .to_owned()
}

/// A digit or decimal separator as the keyboards of other scripts have it.
fn as_typed_elsewhere(character: char) -> char {
    let zero = match character {
        ',' | '٫' => return '.',
        '٠'..='٩' => '٠',
        '۰'..='۹' => '۰',
        other => return other,
    };
    char::from_digit(u32::from(character) - u32::from(zero), 10).unwrap_or(character)
}

fn is_facet_text(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_FACET_BYTES && !text.chars().any(char::is_control)
}
