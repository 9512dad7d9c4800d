//! Amounts as Stripe counts them: whole numbers of a unit that is not always the currency's smallest one.

use frontage_shared::model::money::{Currency, Money};
use frontage_shared::order::Order;

/// Charged in whole units.
const WHOLE: &str = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF";
/// Written with two decimals that must be zero.
const WHOLE_IN_HUNDREDTHS: &str = "ISK UGX";
/// Written with three decimals, of which the last must be zero.
const THOUSANDTHS: &str = "BHD JOD KWD OMR TND";

/// Longest name of an item; Stripe takes 250 characters.
const MOST_NAME_CHARS: usize = 200;
/// Most items of a session.
const MOST_ITEMS: usize = 100;

/// Why an amount cannot be paid.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AmountError {
    /// The provider does not know the currency.
    #[error("{0} cannot be paid in")]
    Currency(String),
    /// The amount has finer parts than the provider takes.
    #[error("{amount} {currency} cannot be paid: its last digits must be zero")]
    TooFine {
        /// The amount.
        amount: String,
        /// The currency's code.
        currency: String,
    },
    /// It is no amount.
    #[error("`{0}` is not an amount")]
    NotAnAmount(String),
}

/// An item of a bill.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Item {
    /// What the shopper reads.
    pub name: String,
    /// All of it, in the provider's units.
    pub amount: i64,
}

/// A decimal of an order in Stripe's units.
///
/// # Errors
/// Stripe cannot take exactly this amount.
pub fn of(amount: &str, code: &str) -> Result<i64, AmountError> {
    let currency = Currency::parse(code).map_err(|_| AmountError::Currency(code.to_owned()))?;
    let not_an_amount = |_| AmountError::NotAnAmount(amount.to_owned());
    let minor = Money::parse_decimal(amount, currency)
        .map_err(not_an_amount)?
        .minor;
    let is_in = |codes: &str| codes.split(' ').any(|known| known == code);
    // How many decimals Stripe's unit has, and what an amount must be a multiple of.
    let (decimals, step) = match currency.exponent() {
        _ if is_in(WHOLE) => (0, 1),
        _ if is_in(WHOLE_IN_HUNDREDTHS) => (2, 100),
        3 if is_in(THOUSANDTHS) => (3, 10),
        2 => (2, 1),
        _ => return Err(AmountError::Currency(code.to_owned())),
    };
    let too_fine = || AmountError::TooFine {
        amount: amount.to_owned(),
        currency: code.to_owned(),
    };
    let exponent = u32::from(currency.exponent());
    let units = match decimals >= exponent {
        true => minor.checked_mul(10_i64.pow(decimals - exponent)),
        false => {
            let parts = 10_i64.pow(exponent - decimals);
            (minor % parts == 0).then_some(minor / parts)
        }
    };
    units.filter(|units| units % step == 0).ok_or_else(too_fine)
}

/// What the provider's page lists: each line, the delivery and added taxes. One item for the whole order where these
/// do not add up to its total in the provider's units, or are too many.
///
/// # Errors
/// Stripe cannot take exactly the order's total.
pub fn items(order: &Order) -> Result<Vec<Item>, AmountError> {
    let total = of(&order.totals.total, &order.currency)?;
    let listed = listed(order).filter(|items| {
        let sum = items
            .iter()
            .try_fold(0_i64, |sum, item| sum.checked_add(item.amount));
        sum == Some(total) && items.len() <= MOST_ITEMS
    });
    Ok(listed.unwrap_or_else(|| {
        vec![Item {
            name: order.id.clone(),
            amount: total,
        }]
    }))
}

fn listed(order: &Order) -> Option<Vec<Item>> {
    let item = |name: String, amount: &str| {
        let name = name.chars().take(MOST_NAME_CHARS).collect();
        let amount = of(amount, &order.currency).ok()?;
        Some(Item { name, amount })
    };
    let lines = order.lines.iter().map(|line| {
        let variant = line.variant_name.as_deref().unwrap_or_default();
        let name = format!("{} × {} {variant}", line.quantity, line.name);
        item(name.trim_end().to_owned(), &line.total)
    });
    let delivery = order
        .delivery
        .iter()
        .filter(|delivery| {
            delivery
                .total
                .bytes()
                .any(|byte| (b'1'..=b'9').contains(&byte))
        })
        .map(|delivery| item(delivery.name.clone(), &delivery.total));
    let taxes = order
        .taxes
        .iter()
        .filter(|_| !order.prices_include_tax)
        .map(|tax| item(format!("{} {} %", tax.name, tax.rate), &tax.amount));
    lines.chain(delivery).chain(taxes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_in_units_of_stripe() {
        for (amount, code, units) in [
            ("12.90", "EUR", 1290),
            ("500", "JPY", 500),
            ("500", "ISK", 50_000),
            ("500", "UGX", 50_000),
            ("500.00", "MGA", 500),
            ("1.230", "KWD", 1230),
            ("12.90", "HUF", 1290),
            ("0.00", "EUR", 0),
        ] {
            assert_eq!(of(amount, code), Ok(units), "{amount} {code}");
        }
        let too_fine = |amount: &str, currency: &str| AmountError::TooFine {
            amount: amount.to_owned(),
            currency: currency.to_owned(),
        };
        assert_eq!(of("1.234", "KWD"), Err(too_fine("1.234", "KWD")));
        assert_eq!(of("500.50", "MGA"), Err(too_fine("500.50", "MGA")));
        for code in ["IQD", "LYD", "CLF", "ABC"] {
            let unknown = AmountError::Currency(code.to_owned());
            assert_eq!(of("1", code), Err(unknown), "{code}");
        }
        assert!(matches!(of("x", "EUR"), Err(AmountError::NotAnAmount(_))));
    }
}
