//! A list of products with its filters, as category, brand and search pages show it.

use std::fmt::Display;
use std::ops::Range;

use super::card::{Card, Image};
use super::format::{Amount, Number};
use super::json_ld::Json;
use super::listing::Found;
use super::view::View;
use super::words::Words;
use super::{filters, variants};
use crate::route::{Listing, Route, Sort};

/// Products on one page of a list.
pub(crate) const PAGE_SIZE: usize = 24;
/// How much of a description stands on a card of a list.
const SUMMARY_CHARS: usize = 200;
/// Cards whose pictures may be on the first screen.
const EAGER_CARDS: usize = 4;

/// What a list shows. Templates read it as `results`.
pub(crate) struct Results<'a> {
    /// Path of the listing without a query: where its form goes.
    pub(crate) action: String,
    /// Search words; empty outside search.
    pub(crate) query: &'a str,
    /// Products in the whole list, and those before this page.
    pub(crate) total: usize,
    pub(crate) start: usize,
    /// "1,204 products".
    pub(crate) summary: String,
    /// What else to know about the list; empty for nothing.
    pub(crate) remark: String,
    /// "Showing 1–24 of 1,204".
    pub(crate) shown: String,
    pub(crate) sorts: Vec<SortChoice>,
    pub(crate) facets: Vec<Facet<'a>>,
    pub(crate) price: Option<PriceRange<'a>>,
    pub(crate) stock: Option<StockFilter>,
    pub(crate) rating: Option<RatingFilter>,
    /// How many filters are active.
    pub(crate) filter_count: usize,
    /// Each active filter, with the way out of it.
    pub(crate) chips: Vec<Chip>,
    pub(crate) clear_href: String,
    pub(crate) cards: Vec<Card<'a>>,
    /// Whether cards stand one below the other.
    pub(crate) as_list: bool,
    pub(crate) paging: Option<Paging>,
    /// What to say if there are no cards.
    pub(crate) nothing: &'static str,
    /// The same list with one filter less, where that finds something.
    pub(crate) relaxed: Vec<Relaxed>,
}

impl Results<'_> {
    /// Whether there is anything to filter by.
    pub(crate) fn has_filters(&self) -> bool {
        !self.facets.is_empty()
            || self.price.is_some()
            || self.stock.is_some()
            || self.rating.is_some()
    }

    /// The picture that stands for the list.
    pub(crate) fn first_image(&self) -> Option<Image<'_>> {
        self.cards.iter().find_map(|card| card.image)
    }

    /// Adds what is on this page to structured data.
    pub(crate) fn as_data(&self, view: &View<'_>, json: &mut Json) {
        json.item("ItemList", |list| {
            list.number("numberOfItems", self.total);
            list.list("itemListElement", |items| {
                for (position, card) in (self.start + 1..).zip(&self.cards) {
                    items.item("ListItem", |item| {
                        item.number("position", position);
                        item.text("name", card.name);
                        item.text("url", &view.absolute(&card.href));
                    });
                }
            });
        });
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
    pub(crate) unit: &'a str,
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

/// The filter by rating.
pub(crate) struct RatingFilter {
    pub(crate) choices: Vec<RatingChoice>,
}

/// So many stars or more.
pub(crate) struct RatingChoice {
    pub(crate) stars: u8,
    pub(crate) words: String,
    pub(crate) count: Number,
    pub(crate) checked: bool,
}

impl RatingFilter {
    /// Whether one of them is chosen.
    pub(crate) fn is_set(&self) -> bool {
        self.choices.iter().any(|choice| choice.checked)
    }
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

/// The positions in the list that a page shows.
pub(crate) fn positions(listing: &Listing, total: usize) -> Range<usize> {
    let start = PAGE_SIZE * (listing.page as usize - 1).min(total / PAGE_SIZE);
    start..(start + PAGE_SIZE).min(total)
}

/// Builds what a list shows out of what was found; `shown` are the products on this page, in order.
pub(crate) fn build<'a>(
    view: &View<'a>,
    route: &'a Route,
    listing: &'a Listing,
    found: &Found,
    shown: &[u32],
    hidden: Option<u32>,
) -> Results<'a> {
    let total = found.total;
    let start = positions(listing, total).start;
    let mut cards = view.cards(shown.iter().copied(), EAGER_CARDS);
    if !listing.facets.is_empty() {
        for (card, row) in cards.iter_mut().zip(shown) {
            variants::as_filtered(view, card, *row, &listing.facets);
        }
    }
    if listing.as_list {
        for (card, row) in cards.iter_mut().zip(shown) {
            let product = view.catalog.product(*row);
            let about = product.map_or("", |product| {
                super::text::or(product.short_description(), product.description())
            });
            card.summary = super::text::plain(about, SUMMARY_CHARS);
        }
    }
    let number = |count: usize| view.locale.number(count as u64);
    let bounds: [&dyn Display; 3] = [
        &number(start + 1),
        &number(start + cards.len()),
        &number(total),
    ];
    let shown = view.words.shown.fill(&bounds);
    let active = filters::chips(view, route, listing);
    let relaxed = if cards.is_empty() {
        filters::relaxed(view, route, listing, found)
    } else {
        Vec::new()
    };
    Results {
        action: view.href(&route.with_listing(Listing::new())),
        query: &listing.q,
        total,
        start,
        summary: view.count(&view.words.products, total, &[]),
        remark: String::new(),
        shown,
        sorts: sorts(view, route, listing),
        facets: filters::facets(view, listing, found, hidden),
        price: filters::price(view, listing, found),
        stock: filters::stock(view, listing, found),
        rating: filters::rating(view, listing, found),
        filter_count: active.len(),
        chips: active,
        clear_href: view.href(&route.with_listing(listing.without_filters())),
        cards,
        as_list: listing.as_list,
        paging: paging(|route| view.href(route), route, listing, total),
        nothing: if listing.is_filtered() {
            &view.words.nothing_filtered
        } else {
            &view.words.nothing_here
        },
        relaxed,
    }
}

/// How many pages a list has; an empty one has one.
pub(crate) fn page_count(total: usize) -> u32 {
    u32::try_from(total.div_ceil(PAGE_SIZE).max(1)).unwrap_or(u32::MAX)
}

/// The order a list is in.
pub(crate) fn sort_of(route: &Route, listing: &Listing) -> Sort {
    listing.sort.unwrap_or_else(|| route.default_sort())
}

fn sorts(view: &View<'_>, route: &Route, listing: &Listing) -> Vec<SortChoice> {
    let current = sort_of(route, listing);
    let offered = Sort::ALL
        .into_iter()
        .filter(|&sort| sort != Sort::Relevance || route.default_sort() == sort)
        .filter(|&sort| sort != Sort::Rating || view.catalog.rating_count() > 0);
    offered
        .map(|sort| SortChoice {
            code: sort.code(),
            name: sort_name(view.words, sort),
            current: sort == current,
        })
        .collect()
}

fn sort_name(words: &'static Words, sort: Sort) -> &'static str {
    match sort {
        Sort::Relevance => &words.sort_relevance,
        Sort::Featured => &words.sort_featured,
        Sort::PriceAsc => &words.sort_price_asc,
        Sort::PriceDesc => &words.sort_price_desc,
        Sort::Name => &words.sort_name,
        Sort::Newest => &words.sort_newest,
        Sort::Rating => &words.sort_rating,
    }
}

/// First, last, and those around the current page.
/// `href` writes the path of a route.
pub(crate) fn paging(
    href: impl Fn(&Route) -> String,
    route: &Route,
    listing: &Listing,
    total: usize,
) -> Option<Paging> {
    let last = page_count(total);
    if last < 2 {
        return None;
    }
    let current = listing.page;
    let href = |page: u32| href(&route.with_listing(listing.with_page(page)));
    let mut numbers = vec![1, last];
    numbers.extend(current.saturating_sub(2)..=current.saturating_add(2));
    numbers.retain(|page| (1..=last).contains(page));
    numbers.sort_unstable();
    numbers.dedup();
    let mut before = 0;
    let pages = numbers.into_iter().map(|number| PageLink {
        number,
        href: href(number),
        current: number == current,
        after_gap: number - std::mem::replace(&mut before, number) > 1,
    });
    Some(Paging {
        pages: pages.collect(),
        prev: (current > 1).then(|| href(current - 1)),
        next: (current < last).then(|| href(current + 1)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(page: u32, total: usize, expected: &str) {
        let listing = Listing::new().with_page(page);
        let shown = paging(Route::href, &Route::category("a"), &listing, total);
        let text = shown.map_or(String::new(), |paging| {
            let step = |step: &Option<String>| step.as_deref().unwrap_or("-").to_owned();
            let pages = paging.pages.iter().map(|page| {
                let gap = if page.after_gap { "… " } else { "" };
                if page.current {
                    format!("{gap}[{}]", page.number)
                } else {
                    format!("{gap}{}", page.number)
                }
            });
            let pages = pages.collect::<Vec<_>>().join(" ");
            format!("{} | {pages} | {}", step(&paging.prev), step(&paging.next))
        });
        assert_eq!(text, expected);
    }

    #[test]
    fn paging_shows_ends_and_neighbours() {
        check(1, 24, "");
        check(1, 25, "- | [1] 2 | /c/a?page=2");
        check(
            5,
            24 * 10,
            "/c/a?page=4 | 1 … 3 4 [5] 6 7 … 10 | /c/a?page=6",
        );
        check(2, 24 * 3, "/c/a | 1 [2] 3 | /c/a?page=3");
        check(10, 24 * 10, "/c/a?page=9 | 1 … 8 9 [10] | -");
    }
}
