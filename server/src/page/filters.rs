//! The filters of a list: what was asked for in terms of rows, and what to offer.

use std::fmt::Display;

use frontage_shared::snapshot::facets::Facet as CatalogFacet;

use super::listing::{Filters, Found};
use super::results::{
    Chip, Facet, FacetValue, PriceRange, RatingChoice, RatingFilter, Relaxed, StockFilter,
};
use super::view::{View, colour};
use crate::route::{Listing, PriceBound, Route};

/// Most facets offered at once.
const MAX_FACETS: usize = 12;
/// Values of a facet shown before "more".
const SHOWN_VALUES: usize = 10;
/// Values of a facet offered at all.
const MAX_VALUES: usize = 100;
/// Facets unfolded from the start.
const OPEN_FACETS: usize = 4;

/// What was asked for, in rows.
pub(crate) fn resolve(view: &View<'_>, listing: &Listing) -> Filters {
    let facets = listing.facets.iter().filter_map(|(code, values)| {
        let facet = facet_by_code(view, code)?;
        let chosen: Vec<u32> = values
            .iter()
            .filter_map(|value| Some(facet.value(value)?.row))
            .collect();
        (!chosen.is_empty()).then_some((facet.value_rows(), chosen))
    });
    let bound = |bound: &Option<PriceBound>| bound.as_ref().map(|bound| bound.minor(view.currency));
    Filters {
        facets: facets.collect(),
        price_min: bound(&listing.price_min),
        price_max: bound(&listing.price_max),
        in_stock: listing.in_stock,
        rating: listing.rating,
    }
}

/// The same listing without what this catalog does not know; `None` if it knows everything.
pub(crate) fn cleaned(view: &View<'_>, listing: &Listing) -> Option<Listing> {
    let mut clean = listing.clone();
    clean.facets.retain(|code, values| {
        if let Some(facet) = facet_by_code(view, code) {
            values.retain(|value| facet.value(value).is_some());
        } else {
            values.clear();
        }
        !values.is_empty()
    });
    if let (Some(min), Some(max)) = (&clean.price_min, &clean.price_max)
        && min.minor(view.currency) > max.minor(view.currency)
    {
        std::mem::swap(&mut clean.price_min, &mut clean.price_max);
    }
    (clean != *listing).then_some(clean)
}

/// The facets to offer, most widespread first as the catalog orders them; `hidden` is left out.
pub(crate) fn facets<'a>(
    view: &View<'a>,
    listing: &Listing,
    found: &Found,
    hidden: Option<u32>,
) -> Vec<Facet<'a>> {
    let held = |row: u32| found.held.get(row as usize).copied().unwrap_or(0);
    let mut offered: Vec<(u64, CatalogFacet<'a>)> = Vec::new();
    for facet in view
        .catalog
        .facets()
        .filter(|facet| Some(facet.row) != hidden)
    {
        let chosen = listing.facets.contains_key(facet.code());
        let values = facet.value_rows().filter(|&row| held(row) > 0).count();
        let spread: u64 = facet.value_rows().map(|row| u64::from(held(row))).sum();
        // One value that everything has, or no value at all, narrows nothing.
        let narrows = values > 1 || values == 1 && spread < u64::from(found.candidates);
        if chosen || narrows {
            offered.push((if chosen { u64::MAX } else { spread }, facet));
        }
    }
    if offered.len() > MAX_FACETS {
        offered.sort_by_key(|&(spread, _)| std::cmp::Reverse(spread));
        offered.truncate(MAX_FACETS);
        offered.sort_by_key(|(_, facet)| facet.row);
    }
    let facets = offered.into_iter().enumerate();
    facets
        .map(|(index, (_, facet))| offer(view, listing, found, &facet, index < OPEN_FACETS))
        .collect()
}

fn offer<'a>(
    view: &View<'a>,
    listing: &Listing,
    found: &Found,
    facet: &CatalogFacet<'a>,
    open: bool,
) -> Facet<'a> {
    let count_of = |counts: &[u32], row: u32| counts.get(row as usize).copied().unwrap_or(0);
    let code = facet.code();
    let mut rows: Vec<(bool, u32, u32)> = facet
        .values()
        .map(|value| {
            (
                listing.has_facet(code, value.code()),
                count_of(&found.held, value.row),
                value.row,
            )
        })
        .filter(|&(checked, held, _)| checked || held > 0)
        .collect();
    let chosen = rows.iter().filter(|(checked, ..)| *checked).count();
    // The chosen and the most common values are in sight, in the catalog's order; the others follow.
    rows.sort_by_key(|&(checked, held, row)| (!checked, std::cmp::Reverse(held), row));
    rows.truncate(MAX_VALUES);
    let in_sight = if rows.len() <= SHOWN_VALUES + 2 {
        rows.len()
    } else {
        SHOWN_VALUES.max(chosen)
    };
    let mut folded = rows.split_off(in_sight.min(rows.len()));
    rows.sort_by_key(|&(.., row)| row);
    folded.sort_by_key(|&(.., row)| row);
    let values = |rows: &[(bool, u32, u32)]| -> Vec<FacetValue<'a>> {
        let known = rows
            .iter()
            .filter_map(|&(checked, _, row)| Some((checked, view.catalog.facet_value(row)?)));
        known
            .map(|(checked, value)| FacetValue {
                code: value.code(),
                name: value.label(),
                unit: facet.unit(),
                count: view
                    .locale
                    .number(u64::from(count_of(&found.counts, value.row))),
                checked,
                swatch: colour(value.swatch()),
            })
            .collect()
    };
    Facet {
        code,
        name: label(view, facet),
        open: open || chosen > 0,
        chosen,
        values: values(&rows),
        more: values(&folded),
    }
}

/// The filter by price, if prices differ or one is set.
pub(crate) fn price<'a>(
    view: &View<'a>,
    listing: &'a Listing,
    found: &Found,
) -> Option<PriceRange<'a>> {
    let text = |bound: &'a Option<PriceBound>| bound.as_ref().map_or("", PriceBound::text);
    let (min, max) = (text(&listing.price_min), text(&listing.price_max));
    let is_set = !(min.is_empty() && max.is_empty());
    let (low, high) = found
        .prices
        .filter(|(low, high)| low < high || is_set)
        .or(is_set.then_some((0, 0)))?;
    Some(PriceRange {
        currency: view.shop.currency,
        min,
        max,
        low: view.amount(low),
        high: view.amount(high),
    })
}

/// The filter for stock, if it would change anything or is set.
pub(crate) fn stock(view: &View<'_>, listing: &Listing, found: &Found) -> Option<StockFilter> {
    let changes = (found.in_stock as usize) < found.total;
    let count = view.locale.number(u64::from(found.in_stock));
    (listing.in_stock || changes).then_some(StockFilter {
        checked: listing.in_stock,
        count,
    })
}

/// The filter by rating, if it would change anything or is set; the best first.
pub(crate) fn rating(view: &View<'_>, listing: &Listing, found: &Found) -> Option<RatingFilter> {
    let total = u32::try_from(found.total).unwrap_or(u32::MAX);
    let counts = (1..=4).zip(found.rated).rev();
    let wanted = |stars: u8| listing.rating == Some(stars);
    let choices: Vec<RatingChoice> = counts
        .filter(|&(stars, count)| wanted(stars) || count > 0)
        .map(|(stars, count)| RatingChoice {
            stars,
            words: stars_in_words(view, stars),
            count: view.locale.number(u64::from(count)),
            checked: wanted(stars),
        })
        .collect();
    // Where all are as good as each other, stars tell nothing apart.
    let narrows = found.rated.iter().any(|&count| (1..total).contains(&count));
    (listing.rating.is_some() || narrows).then_some(RatingFilter { choices })
}

fn stars_in_words(view: &View<'_>, stars: u8) -> String {
    let words = &view.words.stars_or_more;
    view.count(words, usize::from(stars), &[])
}

/// Each active filter in words, with the list without it.
pub(crate) fn chips(view: &View<'_>, route: &Route, listing: &Listing) -> Vec<Chip> {
    let to = |listing: Listing| view.href(&route.with_listing(listing));
    let mut chips = Vec::new();
    for (code, values) in &listing.facets {
        let Some(facet) = facet_by_code(view, code) else {
            continue;
        };
        for value in values {
            let Some(known) = facet.value(value) else {
                continue;
            };
            let shown = with_unit(known.label(), facet.unit());
            let label = view.words.facet_value.fill(&[&label(view, &facet), &shown]);
            chips.push(Chip {
                label,
                href: to(listing.with_facet_toggled(code, value)),
            });
        }
    }
    if let Some(label) = price_in_words(view, listing) {
        chips.push(Chip {
            label,
            href: to(listing.with_price(None, None)),
        });
    }
    if listing.in_stock {
        chips.push(Chip {
            label: view.words.in_stock.clone(),
            href: to(listing.with_in_stock(false)),
        });
    }
    if let Some(stars) = listing.rating {
        chips.push(Chip {
            label: stars_in_words(view, stars),
            href: to(listing.with_rating(None)),
        });
    }
    chips
}

/// The lists that one filter less would give, if they hold anything.
pub(crate) fn relaxed(
    view: &View<'_>,
    route: &Route,
    listing: &Listing,
    found: &Found,
) -> Vec<Relaxed> {
    let facets = listing.facets.keys().filter_map(|code| {
        let facet = facet_by_code(view, code)?;
        Some((
            view.words.any_facet.fill(&[&label(view, &facet)]),
            listing.without_facet(code),
        ))
    });
    let price = (view.words.any_price.clone(), listing.with_price(None, None));
    let stock = (
        view.words.also_out_of_stock.clone(),
        listing.with_in_stock(false),
    );
    let rating = (view.words.any_rating.clone(), listing.with_rating(None));
    let ways = facets.chain([price, stock, rating]).zip(&found.relaxed);
    ways.filter(|(_, more)| **more > 0)
        .map(|((words, listing), &more)| Relaxed {
            words,
            href: view.href(&route.with_listing(listing)),
            count: view.locale.number(u64::from(more)),
        })
        .collect()
}

/// What a facet is called. That of brands is ours, not the merchant's, unless an attribute of his names it.
fn label<'a>(view: &View<'a>, facet: &CatalogFacet<'a>) -> &'a str {
    match facet.label() {
        "Brand" if facet.is_brand() => &view.words.brand,
        named => named,
    }
}

/// The value as shoppers read it.
fn with_unit(label: &str, unit: &str) -> String {
    if unit.is_empty() {
        label.to_owned()
    } else {
        format!("{label} {unit}")
    }
}

fn price_in_words(view: &View<'_>, listing: &Listing) -> Option<String> {
    let amount = |bound: &PriceBound| view.amount(bound.minor(view.currency));
    Some(match (&listing.price_min, &listing.price_max) {
        (None, None) => return None,
        (Some(min), None) => view.words.price_from.fill(&[&amount(min)]),
        (None, Some(max)) => view.words.price_up_to.fill(&[&amount(max)]),
        (Some(min), Some(max)) => {
            let bounds: [&dyn Display; 2] = [&amount(min), &amount(max)];
            view.words.price_between.fill(&bounds)
        }
    })
}

fn facet_by_code<'a>(view: &View<'a>, code: &str) -> Option<CatalogFacet<'a>> {
    view.catalog.facets().find(|facet| facet.code() == code)
}
