//! Where a variant is in stock, among the places at which orders are collected.
//!
//! What delivery methods say of a place, its name and address, and what offers say of the stock there are joined by the
//! place's id. A place of which only one of the two is known is not shown.

use std::borrow::Cow;
use std::collections::BTreeMap;

use frontage_shared::snapshot::location_stock::{LocalAvailability, LocalStock};
use frontage_shared::totals::PickupLocation;

use super::card::{Level, Stock};
use super::offer::FEW;
use super::view::View;
use crate::cart::Priced;

/// Places up to which the list stands open.
const OPEN: usize = 4;
/// Most places in the list: the rest is a number.
const MOST: usize = 40;

/// The places where a variant can be collected, or could.
pub(crate) struct Places {
    pub(crate) all: Vec<Place>,
    /// How many have it, of how many, in words; none where the list is short enough to stand open.
    pub(crate) sum: Option<String>,
    /// How many more there are, in words.
    pub(crate) more: Option<String>,
}

/// A place.
pub(crate) struct Place {
    pub(crate) name: String,
    pub(crate) stock: Stock,
}

/// The places whose stock of a variant is known, each once, in the order of the delivery methods; where they are many,
/// those that have it come first.
pub(crate) fn of_variant(view: &View<'_>, row: u32) -> Option<Places> {
    let mut stock: BTreeMap<&str, LocalStock> = view.offers.locations(row).collect();
    if stock.is_empty() {
        return None;
    }
    let methods = view.generation.terms().methods_in_order().into_iter();
    let places = methods.flat_map(|method| &method.locations);
    let known = places.filter_map(|place| Some((place, stock.remove(&*place.id)?)));
    let mut known: Vec<(&PickupLocation, LocalStock)> = known.collect();
    let count = known.len();
    let having = known.iter().filter(|(_, stock)| stock.has(1)).count();
    let is_long = count > OPEN;
    if is_long {
        known.sort_by_key(|(_, stock)| !stock.has(1));
    }
    let number = |count: usize| view.locale.number(count as u64);
    let places = known.into_iter().take(MOST).map(|(place, stock)| Place {
        name: place.name.clone(),
        stock: in_words(view, stock),
    });
    let sum = || {
        let words = &view.words.in_stock_at;
        words.fill(&[&number(having), &number(count)])
    };
    let more = count.checked_sub(MOST).filter(|&more| more > 0);
    Some(Places {
        all: places.collect(),
        sum: is_long.then(sum),
        more: more.map(|more| view.words.more_values.fill(&[&number(more)])),
    })
    .filter(|places| !places.all.is_empty())
}

fn in_words(view: &View<'_>, stock: LocalStock) -> Stock {
    let words = view.words;
    let few = stock.quantity.filter(|&left| i64::from(left) <= FEW);
    let (level, words) = match (stock.availability, few) {
        _ if !stock.has(1) => (Level::None, words.out_of_stock.as_str().into()),
        (_, Some(left)) => {
            let said = view.count(&words.only_left, left as usize, &[]);
            (Level::Some, Cow::Owned(said))
        }
        (LocalAvailability::InStock, None) => (Level::Good, words.in_stock.as_str().into()),
        (_, None) => (Level::Some, words.few_left.as_str().into()),
    };
    Stock { level, words }
}

/// What cannot be collected at a place, in a sentence; none if all of it can, as far as is known.
pub(crate) fn lacking(
    view: &View<'_>,
    priced: &Priced<'_>,
    place: &PickupLocation,
) -> Option<String> {
    let mut names = Vec::new();
    for line in &priced.lines {
        let here = view.offers.stock_at(line.variant.row, &place.id);
        if here.is_some_and(|stock| !stock.has(line.item.quantity)) {
            names.push(super::variants::full_name(&line.product, &line.variant));
        }
    }
    let said = || view.words.not_enough_here.fill(&[&names.join("; ")]);
    (!names.is_empty()).then(said)
}
