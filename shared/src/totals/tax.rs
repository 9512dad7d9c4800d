//! The tax of every line and of delivery, by the rates of the destination.

use std::collections::BTreeMap;

use super::basket::Basket;
use super::split::{half_up, split};
use super::terms::{Rate, Rounding, TaxRate, Taxes};
use super::total::{Goods, TaxTotal};

/// The taxes of a basket.
pub(super) struct Taxed {
    /// By rate, the highest first.
    pub(super) totals: Vec<TaxTotal>,
    /// The rate of each line.
    pub(super) rates: Vec<Option<Rate>>,
    /// The tax of each line.
    pub(super) line_taxes: Vec<i64>,
}

/// The rates of the lines and of delivery: they depend on the destination, and on no discount.
pub(super) struct Rates {
    lines: Vec<Option<Rate>>,
    delivery: Option<Rate>,
}

impl Rates {
    pub(super) fn of(taxes: &Taxes, basket: &Basket, goods: &Goods<'_>) -> Self {
        let place = Place::of(taxes, basket);
        let mut known: BTreeMap<&str, Option<Rate>> = BTreeMap::new();
        let mut rate = |class| {
            *known
                .entry(class)
                .or_insert_with(|| place.rate(taxes, class))
        };
        let default_class = taxes.default_class.as_str();
        let mut rate_or = |class| match class {
            "" => rate(default_class),
            class => rate(class),
        };
        let lines = goods.lines.iter();
        Self {
            delivery: rate_or(&taxes.delivery_class),
            lines: lines.map(|line| rate_or(&line.tax_class)).collect(),
        }
    }
}

/// Taxes what is left of the lines, and delivery.
///
/// Amounts beyond 64 bits stop at the largest; the total built from them is refused.
pub(super) fn of(taxes: &Taxes, rates: &Rates, left: &[i64], delivery: i64) -> Taxed {
    // Delivery is one more amount behind the lines; without it there is nothing to state a rate for.
    let mut amounts = left.to_vec();
    let mut amount_rates = rates.lines.clone();
    if delivery > 0 {
        amounts.push(delivery);
        amount_rates.push(rates.delivery);
    }
    let mut by_rate: BTreeMap<Rate, Vec<usize>> = BTreeMap::new();
    for (index, rate) in amount_rates.iter().enumerate() {
        if let Some(rate) = rate {
            by_rate.entry(*rate).or_default().push(index);
        }
    }
    let mut all_taxes = vec![0_i64; amounts.len()];
    let mut totals = Vec::with_capacity(by_rate.len());
    for (rate, members) in by_rate.into_iter().rev() {
        let members_amounts: Vec<i64> = members
            .iter()
            .filter_map(|&index| amounts.get(index).copied())
            .collect();
        let sum = |amounts: &[i64]| {
            amounts
                .iter()
                .fold(0_i64, |sum, &one| sum.saturating_add(one))
        };
        let shares = match taxes.rounding {
            Rounding::PerLine => members_amounts
                .iter()
                .map(|&amount| tax(amount, rate, taxes.prices_include_tax))
                .collect(),
            Rounding::PerTotal => split(
                tax(sum(&members_amounts), rate, taxes.prices_include_tax),
                &members_amounts,
            ),
        };
        let (gross, tax) = (sum(&members_amounts), sum(&shares));
        let within = if taxes.prices_include_tax { tax } else { 0 };
        totals.push(TaxTotal {
            rate,
            net: gross - within,
            tax,
        });
        for (index, share) in members.into_iter().zip(shares) {
            if let Some(place) = all_taxes.get_mut(index) {
                *place = share;
            }
        }
    }
    all_taxes.truncate(left.len());
    Taxed {
        totals,
        rates: rates.lines.clone(),
        line_taxes: all_taxes,
    }
}

/// The tax within an amount, or on top of it, rounded half up.
fn tax(amount: i64, rate: Rate, included: bool) -> i64 {
    let (part, full) = (
        i128::from(rate.millionths),
        i128::from(Rate::FULL.millionths),
    );
    let whole = if included { full + part } else { full };
    i64::try_from(half_up(i128::from(amount) * part, whole)).unwrap_or(i64::MAX)
}

/// Where the goods are taxed.
struct Place<'a> {
    country: &'a str,
    region: &'a str,
}

impl<'a> Place<'a> {
    fn of(taxes: &'a Taxes, basket: &'a Basket) -> Self {
        match basket.destination.country.trim() {
            "" => Self {
                country: &taxes.default_country,
                region: "",
            },
            country => Self {
                country,
                region: basket.destination.region.trim(),
            },
        }
    }

    /// The rate of a class here: the region's before the country's, the lowest if a shop states several.
    fn rate(&self, taxes: &Taxes, class: &str) -> Option<Rate> {
        let here = |rate: &&TaxRate| {
            rate.class == class
                && rate.country.eq_ignore_ascii_case(self.country)
                && rate
                    .region
                    .as_ref()
                    .is_none_or(|region| region.eq_ignore_ascii_case(self.region))
        };
        let rates = taxes.rates.iter().filter(here);
        rates
            .min_by_key(|rate| (rate.region.is_none(), rate.rate))
            .map(|rate| rate.rate)
    }
}
