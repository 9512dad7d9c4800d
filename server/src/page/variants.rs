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
/// Values of one option shown at all.
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
    let options = product.options().enumerate().map(|(index, option)| {
        let as_list = matrix.is_empty() || option.values().count() > LINKED_VALUES;
        let held = option.values().find(|value| own.contains(&value.row));
        let values = option.values().take(MAX_VALUES).map(|value| {
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
            values: values.collect(),
        }
    });
    options.collect()
}

/// The variant that has the chosen values. Those named count most; the variant shown before decides the others.
pub(crate) fn by_options<'a>(
    view: &View<'a>,
    product: &Product<'a>,
    before: Option<&str>,
    named: &BTreeMap<String, String>,
) -> Option<Variant<'a>> {
    let wanted: Vec<OptionValue<'a>> = product
        .options()
        .filter_map(|option| named_value(&option, named))
        .collect();
    let before = before.and_then(|id| by_id(view, product, id));
    if wanted.is_empty() {
        return before;
    }
    let previous: Vec<u32> = before
        .map(|variant| variant.value_rows().collect())
        .unwrap_or_default();
    let fit = |variant: &Variant<'_>| {
        let has = |row: u32| variant.value_rows().any(|own| own == row);
        let matching = wanted.iter().filter(|value| has(value.row)).count();
        let kept = previous.iter().filter(|&&row| has(row)).count();
        (
            matching,
            kept,
            view.offers
                .variant(variant.row)
                .availability
                .can_be_ordered(),
            std::cmp::Reverse(variant.row),
        )
    };
    product.variants().max_by_key(fit)
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
    let wanted = named.get(option.code())?;
    option.values().find(|value| value.code() == wanted)
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
