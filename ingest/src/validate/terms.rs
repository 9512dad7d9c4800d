//! The rules for promotions, delivery methods and taxes that a schema cannot say.

use frontage_shared::model::money::{Currency, Money};

use super::rules::Fault;
use crate::wire::{Basis, DeliveryMethod, Promotion, Tax, Weight, millionths};

/// A hundred per cent, in millionths of a per cent.
const ALL: u128 = 100_000_000;

pub(super) fn check_promotion(promotion: &Promotion) -> Result<(), Fault> {
    let action = &promotion.action;
    let amounts = [
        ("/action/amount", action.amount.as_ref()),
        ("/minimum_subtotal", promotion.minimum_subtotal.as_ref()),
    ];
    let mut amounts = amounts
        .into_iter()
        .filter_map(|(pointer, amount)| Some((pointer, amount?)))
        .peekable();
    match (&promotion.currency, amounts.peek()) {
        (Some(code), _) => {
            let currency = currency(code)?;
            amounts.try_for_each(|(pointer, amount)| money(pointer, amount, currency))?;
        }
        (None, Some((pointer, amount))) => {
            let message = "an amount needs the currency of its promotion";
            return Err(Fault::new(*pointer, "currency", message, *amount));
        }
        (None, None) => {}
    }
    match &action.percent {
        Some(percent) => check_percent("/action/percent", percent, 1),
        None => Ok(()),
    }
}

pub(super) fn check_method(method: &DeliveryMethod) -> Result<(), Fault> {
    let currency = currency(&method.currency)?;
    if let Some(free_from) = &method.free_from {
        money("/free_from", free_from, currency)?;
    }
    for (number, band) in method.bands.iter().enumerate() {
        let pointer = |field: &str| format!("/bands/{number}/{field}");
        money(&pointer("price"), &band.price, currency)?;
        let Some(up_to) = &band.up_to else { continue };
        // Grams are thousandths of a kilogram; units are whole.
        let (unit, words) = match method.basis.unwrap_or_default() {
            Basis::OrderValue => {
                money(&pointer("up_to"), up_to, currency)?;
                continue;
            }
            Basis::Weight => (1_000, "kilograms with at most three decimals"),
            Basis::Items => (1_000_000, "a whole number"),
        };
        if millionths(up_to).is_none_or(|value| value % unit != 0) {
            let message = format!("the limit of a band is {words} here");
            return Err(Fault::new(pointer("up_to"), "band", message, up_to));
        }
    }
    Ok(())
}

pub(super) fn check_tax(tax: &Tax) -> Result<(), Fault> {
    let mut rates = tax.rates.iter().enumerate();
    rates.try_for_each(|(number, rate)| {
        check_percent(&format!("/rates/{number}/percent"), &rate.percent, 0)
    })
}

pub(super) fn check_weight(prefix: &str, weight: Option<&Weight>) -> Result<(), Fault> {
    match weight {
        Some(weight) if weight.grams().is_none() => Err(Fault::new(
            format!("{prefix}/weight/value"),
            "weight",
            "more than a scale can tell",
            &weight.value,
        )),
        _ => Ok(()),
    }
}

fn check_percent(pointer: &str, percent: &str, least: u128) -> Result<(), Fault> {
    match millionths(percent) {
        Some(share) if (least..=ALL).contains(&share) => Ok(()),
        _ => Err(Fault::new(
            pointer,
            "percent",
            match least {
                0 => "expected 0 to 100 per cent",
                _ => "expected more than 0 and at most 100 per cent",
            },
            percent,
        )),
    }
}

fn currency(code: &str) -> Result<Currency, Fault> {
    Currency::parse(code)
        .map_err(|error| Fault::new("/currency", "currency", error.to_string(), code))
}

fn money(pointer: &str, amount: &str, currency: Currency) -> Result<(), Fault> {
    Money::parse_decimal(amount, currency)
        .map(drop)
        .map_err(|error| Fault::new(pointer, "money", error.to_string(), amount))
}
