//! Where variants are in stock, by the ids that delivery methods give the places where orders are collected.

use std::collections::BTreeSet;

use frontage_shared::snapshot::location_stock::{LocalAvailability, LocalStock, LocationTables};
use frontage_shared::snapshot::offers::{Offers, OffersTables};
use frontage_shared::totals::Terms;

use super::offers::whole_units;
use crate::merge::{Conflicts, Stated};
use crate::wire::{self, LocationStock};

/// Notes what is stated of a variant.
pub(super) fn note(tables: &mut LocationTables, row: u32, stated: Option<Stated<'_>>) {
    for place in stated.map_or(&[][..], |stated| stated.locations) {
        tables.add(row, &place.id, stock(place));
    }
}

/// What a published part says of the variants that are as they were.
pub(super) fn kept(published: &Offers, is_kept: impl Fn(u32) -> bool) -> LocationTables {
    let mut tables = LocationTables::default();
    for (row, id, stock) in published.all_locations().filter(|(row, ..)| is_kept(*row)) {
        tables.add(row, id, stock);
    }
    tables
}

/// What is said to be there and counts none is not there: nobody should go there for it.
fn stock(place: &LocationStock) -> LocalStock {
    let quantity = place.quantity.map(whole_units);
    let quantity = quantity.map(|units| u32::try_from(units).unwrap_or(u32::MAX - 1));
    let stated = match place.availability {
        Some(wire::LocalAvailability::OutOfStock) => LocalAvailability::OutOfStock,
        Some(wire::LocalAvailability::LimitedAvailability) => LocalAvailability::Limited,
        Some(wire::LocalAvailability::InStock) | None => LocalAvailability::InStock,
    };
    let availability = match quantity {
        Some(0) => LocalAvailability::OutOfStock,
        _ => stated,
    };
    LocalStock {
        availability,
        quantity,
    }
}

/// Places that no delivery method has are most often a mistake in an id, and shoppers see nothing of their stock.
pub(super) fn tell_strays(tables: &OffersTables, conflicts: &mut Conflicts) {
    let further = tables.prices.lists.iter().map(|list| &list.terms);
    let places = std::iter::once(&tables.terms.terms)
        .chain(further)
        .flat_map(pickup_ids);
    let places: BTreeSet<&str> = places.collect();
    for (id, variants) in tables.locations.used() {
        if !places.contains(id) {
            conflicts.add(|| {
                format!("offers state the stock of {variants} variants at location `{id}`, which no active delivery method has among its `locations`; it is not shown")
            });
        }
    }
}

/// The ids of all places where orders are collected.
fn pickup_ids(terms: &Terms) -> impl Iterator<Item = &str> {
    let methods = terms.delivery_methods.iter();
    methods.flat_map(|method| method.locations.iter().map(|place| place.id.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_says_whether_it_is_there_where_no_word_does() {
        let of = |json: serde_json::Value| {
            let stock = stock(&serde_json::from_value(json).unwrap());
            (stock.availability, stock.quantity)
        };
        use LocalAvailability::{InStock, Limited, OutOfStock};
        let cases = [
            (
                serde_json::json!({"id": "a", "quantity": 3.7}),
                (InStock, Some(3)),
            ),
            (
                serde_json::json!({"id": "a", "quantity": -2}),
                (OutOfStock, Some(0)),
            ),
            (
                serde_json::json!({"id": "a", "availability": "limited_availability"}),
                (Limited, None),
            ),
            (
                serde_json::json!({"id": "a", "availability": "in_stock", "quantity": 0}),
                (OutOfStock, Some(0)),
            ),
            (
                serde_json::json!({"id": "a", "availability": "out_of_stock", "quantity": 4}),
                (OutOfStock, Some(4)),
            ),
        ];
        for (document, expected) in cases {
            assert_eq!(of(document.clone()), expected, "{document}");
        }
    }
}
