//! Choosing a variant: each option with its values, where each value leads, and what it would mean.
//!
//! A value leads to the variant that has it and otherwise equals the one shown. If there is none, it leads to the
//! nearest one that has it, and says so. A product with very many variants gets lists in a form instead of links, so
//! that its page never prints the whole matrix.

use std::collections::{BTreeMap, BTreeSet};

use frontage_shared::model::slug;
use frontage_shared::snapshot::products::{OptionValue, Product, ProductOption, Variant};

use super::card::Card;
use super::product::{Choice, OptionChoice, State};
use super::view::{self, View, colour};
use crate::route::Route;

/// Variants up to which values are links.
const LINKED_VARIANTS: usize = 60;
/// Values of one option up to which they are links.
const LINKED_VALUES: usize = 30;
/// Values of all options up to which they are lists; of an option that has no room among them, one is typed.
const LISTED_VALUES: usize = 600;
/// Values of one option looked at for a card.
const MAX_VALUES: usize = 250;

/// The options of a product as the shown variant has them.
pub(crate) fn choices<'a>(
    view: &View<'a>,
    product: &Product<'a>,
    chosen: &Variant<'a>,
) -> Vec<OptionChoice<'a>> {
    let count = product.variant_rows().len();
    if count < 2 {
        return Vec::new();
    }
    let own: Vec<u32> = chosen.value_rows().collect();
    let matrix = if count <= LINKED_VARIANTS {
        matrix(view, product)
    } else {
        Vec::new()
    };
    let mut room = LISTED_VALUES;
    let options = product.options().enumerate().map(|(index, option)| {
        let count = option.values().count();
        let as_list = matrix.is_empty() || count > LINKED_VALUES;
        let is_typed = count > room;
        room -= if is_typed { 0 } else { count };
        let held = option.values().find(|value| own.contains(&value.row));
        let shown = if is_typed { 0 } else { count };
        let values = option.values().take(shown).map(|value| {
            let (href, state) = if held.is_some_and(|held| held.row == value.row) {
                (
                    Route::variant(product.slug(), chosen.id()).href(),
                    State::Chosen,
                )
            } else if as_list {
                (String::new(), State::Free)
            } else {
                lead(product, &matrix, &own, held.map(|held| held.row), value.row)
            };
            Choice {
                code: value.code(),
                name: value.name(),
                href,
                swatch: colour(value.swatch()),
                state,
            }
        });
        // A value that no variant has cannot be chosen at all.
        let values = values
            .filter(|choice| as_list || choice.state == State::Chosen || !choice.href.is_empty());
        OptionChoice {
            index,
            code: option.code(),
            name: option.name(),
            chosen: held.map_or("", |held| held.name()),
            chosen_code: held.map_or("", |held| held.code()),
            as_list,
            typed_of: is_typed.then_some(count),
            values: values.collect(),
        }
    });
    options.collect()
}

/// The variant that has the chosen values. Those named count most; the variant shown before decides the others.
///
/// All variants are looked at, but only their rows of values: sixty thousand take less time than a page.
pub(crate) fn by_options<'a>(
    view: &View<'a>,
    product: &Product<'a>,
    before: Option<&str>,
    named: &BTreeMap<String, String>,
) -> Option<Variant<'a>> {
    let before = before.and_then(|id| by_id(view, product, id));
    let wanted: Vec<Option<u32>> = product
        .options()
        .map(|option| named_value(&option, named).map(|value| value.row))
        .collect();
    if wanted.iter().all(Option::is_none) {
        return before;
    }
    let previous: Vec<u32> = before
        .map(|variant| variant.value_rows().collect())
        .unwrap_or_default();
    let mut best: Option<(Fit, Variant<'a>)> = None;
    for variant in product.variants() {
        let (mut matching, mut kept) = (0, 0);
        // A variant's values stand in the order of the options.
        for (index, row) in variant.value_rows().enumerate() {
            matching += u32::from(wanted.get(index) == Some(&Some(row)));
            kept += u32::from(previous.get(index) == Some(&row));
        }
        let can_be_ordered = || {
            let offer = view.offers.variant(variant.row);
            offer.availability.can_be_ordered()
        };
        // Among equals the first: its offer is read only where it can decide.
        let best_so_far = best.as_ref().map(|(fit, _)| *fit);
        if best_so_far.is_none_or(|best| (matching, kept) >= (best.matching, best.kept)) {
            let fit = Fit {
                matching,
                kept,
                can_be_ordered: can_be_ordered(),
            };
            if best_so_far.is_none_or(|best| fit > best) {
                best = Some((fit, variant));
            }
        }
    }
    best.map(|(_, variant)| variant)
}

/// How well a variant fits what was asked for; what counts most comes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Fit {
    matching: u32,
    kept: u32,
    can_be_ordered: bool,
}

/// The variant of this product with an id, without going through all of them.
pub(crate) fn by_id<'a>(view: &View<'a>, product: &Product<'a>, id: &str) -> Option<Variant<'a>> {
    view.catalog
        .variant_by_id(id)
        .filter(|variant| product.variant_rows().contains(&variant.row))
}

/// Makes a card in a filtered list show, and lead to, a variant that passes the filters.
pub(crate) fn as_filtered<'a>(
    view: &View<'a>,
    card: &mut Card<'a>,
    row: u32,
    facets: &BTreeMap<String, BTreeSet<String>>,
) {
    let Some(product) = view.catalog.product(row) else {
        return;
    };
    // A facet made of an option has the option's code, and the values' names as codes.
    let wanted = product.options().filter_map(|option| {
        let codes = facets.get(&slug::from_text(option.code()))?;
        let values = option.values().take(MAX_VALUES);
        let values = values.filter(|value| codes.contains(&slug::from_text(value.name())));
        Some(values.map(|value| value.row).collect::<Vec<u32>>())
    });
    let wanted: Vec<Vec<u32>> = wanted.filter(|rows| !rows.is_empty()).collect();
    let passes = |variant: &Variant<'_>| {
        let has = |rows: &Vec<u32>| variant.value_rows().any(|own| rows.contains(&own));
        wanted.iter().all(has)
    };
    let can_be_ordered = |variant: &Variant<'_>| {
        view.offers
            .variant(variant.row)
            .availability
            .can_be_ordered()
    };
    let mut passing = product.variants().take(MAX_VALUES).filter(passes);
    let Some(first) = passing.next().filter(|_| !wanted.is_empty()) else {
        return;
    };
    let best = Some(first)
        .into_iter()
        .chain(passing)
        .find(can_be_ordered)
        .unwrap_or(first);
    card.href = Route::variant(product.slug(), best.id()).href();
    let own = best.media().find_map(|media| view::image(&media, ""));
    card.image = own.or(card.image);
}

fn named_value<'a>(
    option: &ProductOption<'a>,
    named: &BTreeMap<String, String>,
) -> Option<OptionValue<'a>> {
    let wanted = named.get(option.code())?.trim();
    let by_code = option.values().find(|value| value.code() == wanted);
    // Where there are too many values for a list, a shopper types one as it is written on the page.
    by_code.or_else(|| {
        let folded = wanted.to_lowercase();
        option
            .values()
            .find(|value| value.name().to_lowercase() == folded)
    })
}

/// A variant, its option values, and whether it can be ordered.
struct Entry<'a> {
    variant: Variant<'a>,
    values: Vec<u32>,
    can_be_ordered: bool,
}

fn matrix<'a>(view: &View<'_>, product: &Product<'a>) -> Vec<Entry<'a>> {
    let entry = |variant: Variant<'a>| Entry {
        values: variant.value_rows().collect(),
        can_be_ordered: view
            .offers
            .variant(variant.row)
            .availability
            .can_be_ordered(),
        variant,
    };
    product.variants().map(entry).collect()
}

/// Where a value leads that the shown variant does not have.
fn lead(
    product: &Product<'_>,
    matrix: &[Entry<'_>],
    own: &[u32],
    held: Option<u32>,
    value: u32,
) -> (String, State) {
    let others: Vec<u32> = own
        .iter()
        .copied()
        .filter(|&row| Some(row) != held)
        .collect();
    let shared = |entry: &Entry<'_>| {
        others
            .iter()
            .filter(|row| entry.values.contains(row))
            .count()
    };
    let with_value = matrix.iter().filter(|entry| entry.values.contains(&value));
    let nearest = with_value.max_by_key(|entry| {
        (
            shared(entry),
            entry.can_be_ordered,
            std::cmp::Reverse(entry.variant.row),
        )
    });
    let Some(nearest) = nearest else {
        return (String::new(), State::Elsewhere);
    };
    let state = match (shared(nearest) == others.len(), nearest.can_be_ordered) {
        (false, _) => State::Elsewhere,
        (true, false) => State::SoldOut,
        (true, true) => State::Free,
    };
    (
        Route::variant(product.slug(), nearest.variant.id()).href(),
        state,
    )
}
