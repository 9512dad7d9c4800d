//! Choosing a variant: each option with its values, where each value leads, and what it would mean.
//!
//! A value leads to the variant that has it and otherwise equals the one shown. If there is none, it leads to the
//! nearest one that has it, and says so. All of that is told by one pass over the variants, however many there are; a
//! product with very many of them gets lists in a form instead of links, so that its page never prints the matrix.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use frontage_shared::model::slug;
use frontage_shared::snapshot::products::{OptionValue, Product, ProductOption, Variant};

use super::card::Card;
use super::product::{Choice, OptionChoice, State};
use super::view::{View, colour};
use crate::cart;
use crate::route::Route;

/// Variants up to which values are links.
const LINKED_VARIANTS: usize = 60;
/// Values of one option up to which they are links.
const LINKED_VALUES: usize = 30;
/// Values of all options up to which they are lists; of an option that has no room among them, one is typed.
const LISTED_VALUES: usize = 600;
/// Values of one option looked at for a card.
const MAX_VALUES: usize = 250;
/// Options of a product looked at, and values of each: more than any document may have.
const MOST_OPTIONS: usize = 64;
const MOST_VALUES: usize = 10_000;

/// Whether a product is one of several variants.
pub(crate) fn are_several(product: &Product<'_>) -> bool {
    product.variant_rows().len() > 1
}

/// The page that shows a variant: that of its product, where there is no other.
pub(crate) fn route(product: &Product<'_>, variant: &Variant<'_>) -> Route {
    match are_several(product) {
        true => Route::variant(product.slug(), variant.id()),
        false => Route::product(product.slug()),
    }
}

/// What a variant is called where its product is not named beside it.
pub(crate) fn full_name(product: &Product<'_>, variant: &Variant<'_>) -> String {
    let own = match are_several(product) {
        true => cart::variant_name(variant),
        false => String::new(),
    };
    match own.as_str() {
        "" => product.name().to_owned(),
        own => format!("{}, {own}", product.name()),
    }
}

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
    let leads = Leads::of(view, product, &own);
    let mut room = LISTED_VALUES;
    let options = product.options().take(MOST_OPTIONS).enumerate();
    let options = options.map(|(index, option)| {
        let of = option.value_rows().len();
        let as_list = count > LINKED_VARIANTS || of > LINKED_VALUES;
        let is_typed = of > room;
        room -= if is_typed { 0 } else { of };
        let held = option.values().find(|value| own.contains(&value.row));
        let choice = |value: OptionValue<'a>| {
            let (lead, state) = match leads.get(value.row) {
                _ if held.is_some_and(|held| held.row == value.row) => {
                    (Some(chosen.row), State::Chosen)
                }
                // A value that no variant has cannot be chosen at all.
                None => return None,
                Some(lead) => (Some(lead.row).filter(|_| !as_list), lead.state()),
            };
            let variant = lead.and_then(|row| view.catalog.variant(row));
            let href = |variant: Variant<'a>| view.href(&self::route(product, &variant));
            Some(Choice {
                code: value.code(),
                name: value.name(),
                href: variant.map_or_else(String::new, href),
                swatch: colour(value.swatch()),
                state,
            })
        };
        let values = option.values().take(if is_typed { 0 } else { of });
        OptionChoice {
            index,
            code: option.code(),
            name: option.name(),
            chosen: held.map_or("", |held| held.name()),
            chosen_code: held.map_or("", |held| held.code()),
            as_list,
            typed_of: is_typed.then_some(of),
            values: values.filter_map(choice).collect(),
        }
    });
    options.collect()
}

/// The variant that has the chosen values. A form sends the values of all its lists, so what differs from the variant
/// shown before counts most, then all that was named; the variant shown before decides the rest.
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
    let mut best: Option<(Likeness, (bool, Reverse<u32>))> = None;
    for (row, values) in product.variant_values() {
        let mut likeness = Likeness::default();
        // A variant's values stand in the order of the options.
        for (index, value) in values.enumerate() {
            let is_wanted = wanted.get(index) == Some(&Some(value));
            let is_kept = previous.get(index) == Some(&value);
            likeness.changed += u32::from(is_wanted && !is_kept);
            likeness.named += u32::from(is_wanted);
            likeness.kept += u32::from(is_kept);
        }
        // The offer is read only where it can decide.
        if best.is_some_and(|(best, _)| likeness < best) {
            continue;
        }
        let offer = view.offers.variant(row);
        let fit = (
            likeness,
            (offer.availability.can_be_ordered(), Reverse(row)),
        );
        if best.is_none_or(|best| fit > best) {
            best = Some(fit);
        }
    }
    let (_, (_, Reverse(row))) = best?;
    view.catalog.variant(row)
}

/// How well a variant fits what was asked for, in values that it has; what counts most comes first.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Likeness {
    /// Of those named and not of the variant shown before.
    changed: u32,
    named: u32,
    /// Of those of the variant shown before.
    kept: u32,
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
    card.href = view.href(&self::route(&product, &best));
    let own = view.picture(best.media(), "");
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

/// Where each value leads that the shown variant does not have.
struct Leads {
    /// For each option the rows of its values, and the lead of each.
    options: Vec<(Range<u32>, Vec<Option<Lead>>)>,
}

/// The variant that a value leads to.
#[derive(Clone, Copy)]
struct Lead {
    /// How many of the shown variant's other values it has.
    shared: usize,
    /// Whether those are all of them.
    is_in_combination: bool,
    can_be_ordered: bool,
    row: u32,
}

impl Lead {
    fn state(self) -> State {
        match (self.is_in_combination, self.can_be_ordered) {
            (false, _) => State::Elsewhere,
            (true, false) => State::SoldOut,
            (true, true) => State::Free,
        }
    }
}

impl Leads {
    /// Looks at every variant once. They come in the order of their rows, and the first of equals stays.
    fn of(view: &View<'_>, product: &Product<'_>, own: &[u32]) -> Self {
        // What a file says of its size must not decide how much memory is asked for.
        let options = product.options().take(MOST_OPTIONS).map(|option| {
            let rows = option.value_rows();
            let leads = vec![None; rows.len().min(MOST_VALUES)];
            (rows, leads)
        });
        let mut leads = Self {
            options: options.collect(),
        };
        for (row, values) in product.variant_values() {
            let shared = values.clone().filter(|value| own.contains(value)).count();
            let mut offer = None;
            for value in values.filter(|value| !own.contains(value)) {
                let Some((rows, lead)) = leads.place(value) else {
                    continue;
                };
                // The offer is read only where it can decide.
                let is_better = lead.is_none_or(|lead| {
                    shared > lead.shared || (shared == lead.shared && !lead.can_be_ordered)
                });
                if !is_better {
                    continue;
                }
                let can_be_ordered = *offer
                    .get_or_insert_with(|| view.offers.variant(row).availability.can_be_ordered());
                if lead.is_some_and(|lead| shared == lead.shared) && !can_be_ordered {
                    continue;
                }
                let others = own.iter().filter(|value| !rows.contains(value)).count();
                *lead = Some(Lead {
                    shared,
                    is_in_combination: shared == others,
                    can_be_ordered,
                    row,
                });
            }
        }
        leads
    }

    fn place(&mut self, value: u32) -> Option<(Range<u32>, &mut Option<Lead>)> {
        let mut options = self.options.iter_mut();
        let (rows, leads) = options.find(|(rows, _)| rows.contains(&value))?;
        let lead = leads.get_mut((value - rows.start) as usize)?;
        Some((rows.clone(), lead))
    }

    fn get(&self, value: u32) -> Option<Lead> {
        let mut options = self.options.iter();
        let (rows, leads) = options.find(|(rows, _)| rows.contains(&value))?;
        *leads.get((value - rows.start) as usize)?
    }
}
