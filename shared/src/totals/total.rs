//! The total of a basket, from its lines to the amount to pay.
//!
//! In this order: subtotals, promotions on goods, delivery for the goods as discounted, tax on what is left of both.
//! Lines are reckoned with in an order of their own, so that the order in the cart never moves a cent.

use std::cmp::Reverse;

use super::basket::{Basket, Line};
use super::delivery;
use super::discount;
use super::judge::{self, Candidate, Verdicts};
use super::tax;
use super::terms::{PickupLocation, Rate, Stacking, Terms};
use crate::model::money::{Currency, Money};

/// What a basket costs. Amounts are minor units of `currency`, and none is negative.
///
/// `total = subtotal - discount + delivery`, plus `tax` if prices do not include it. `discount` is the sum of the
/// discounts on goods and of those of the lines; what a promotion takes off delivery is in `delivery` already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totals {
    /// The currency of all amounts.
    pub currency: Currency,
    /// One for each line of the basket, in its order.
    pub lines: Vec<LineTotal>,
    /// What applied, in the order it applied.
    pub discounts: Vec<Discount>,
    /// Coupons that did nothing, and why, in the order given.
    pub refused_coupons: Vec<RefusedCoupon>,
    /// The methods that reach the destination, in the shop's order.
    pub delivery_options: Vec<DeliveryOption>,
    /// The method that is reckoned with.
    pub chosen_delivery: ChosenDelivery,
    /// Tax by rate, the highest first. A rate of 0 is listed if the shop states it.
    pub taxes: Vec<TaxTotal>,
    /// Whether the amounts include the tax.
    pub prices_include_tax: bool,
    /// Sum of the lines before discounts.
    pub subtotal: i64,
    /// What promotions take off the lines.
    pub discount: i64,
    /// What the chosen delivery costs.
    pub delivery: i64,
    /// Sum of the taxes.
    pub tax: i64,
    /// The amount to pay.
    pub total: i64,
}

impl Totals {
    /// What an empty basket costs where the shop has no terms.
    pub fn nothing(currency: Currency) -> Self {
        Self {
            currency,
            lines: Vec::new(),
            discounts: Vec::new(),
            refused_coupons: Vec::new(),
            delivery_options: Vec::new(),
            chosen_delivery: ChosenDelivery::NotNeeded,
            taxes: Vec::new(),
            prices_include_tax: false,
            subtotal: 0,
            discount: 0,
            delivery: 0,
            tax: 0,
            total: 0,
        }
    }

    /// An amount of this answer with its currency.
    pub fn money(&self, minor: i64) -> Money {
        Money {
            minor,
            currency: self.currency,
        }
    }
}

/// What a line costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineTotal {
    /// Price times quantity.
    pub subtotal: i64,
    /// What promotions take off.
    pub discount: i64,
    /// What is left.
    pub total: i64,
    /// The rate of its tax; none if no rate fits.
    pub tax_rate: Option<Rate>,
    /// Its tax, within `total` if prices include it, else on top.
    pub tax: i64,
}

/// A promotion that applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discount {
    /// Id of the promotion.
    pub promotion: String,
    /// As shoppers see it.
    pub name: String,
    /// The code that turned it on, as the shop spells it.
    pub coupon: Option<String>,
    /// What it takes off; for free delivery what the chosen method would cost, 0 while none is chosen.
    pub amount: i64,
    /// Whether it is taken off delivery instead of goods.
    pub on_delivery: bool,
}

/// A coupon that did nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedCoupon {
    /// The code as given.
    pub code: String,
    /// Why.
    pub reason: CouponRefusal,
}

/// Why a coupon does nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CouponRefusal {
    /// The shop has no such code.
    Unknown,
    /// It does not apply yet.
    NotYet {
        /// Unix seconds when it will.
        from: i64,
    },
    /// It no longer applies.
    Expired {
        /// Unix seconds since when.
        until: i64,
    },
    /// It is for other customers.
    OtherCustomers,
    /// Nothing in the cart is what it is for.
    NothingQualifies,
    /// The qualifying lines come to too little.
    BelowMinimum {
        /// Minor units that are missing.
        missing: i64,
    },
    /// Too few units qualify.
    TooFew {
        /// Units that are missing.
        missing: u64,
    },
    /// It does not apply beside another promotion, which goes before it.
    ExcludedBy {
        /// Name of the other promotion.
        name: String,
    },
}

/// A delivery method that reaches the destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryOption {
    /// The merchant's id.
    pub id: String,
    /// As shoppers see it.
    pub name: String,
    /// Lead time and the like, in words.
    pub description: String,
    /// What it costs.
    pub price: i64,
    /// What it would cost without promotions.
    pub full_price: i64,
    /// Where to collect, if it is a pickup.
    pub locations: Vec<PickupLocation>,
}

/// Which delivery the total reckons with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChosenDelivery {
    /// The shop has no methods: delivery is not charged.
    NotNeeded,
    /// None was chosen yet.
    NotChosen,
    /// The chosen one does not exist or does not reach the destination.
    NotAvailable,
    /// One of the options.
    Method(DeliveryOption),
}

/// Tax at one rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaxTotal {
    /// The rate.
    pub rate: Rate,
    /// What is taxed, without the tax.
    pub net: i64,
    /// The tax.
    pub tax: i64,
}

/// Why a basket has no total.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TotalsError {
    /// A price below zero.
    #[error("line {line} has a negative price ({price})")]
    NegativePrice {
        /// Position of the line in the basket.
        line: usize,
        /// The price in minor units.
        price: i64,
    },
    /// More than 64 bits of minor units hold.
    #[error("the cart comes to more than {} minor units", i64::MAX)]
    TooLarge,
}

/// The lines in an order of their own, and what they come to.
pub(super) struct Goods<'a> {
    pub(super) lines: Vec<&'a Line>,
    pub(super) subtotals: Vec<i64>,
    /// Position in the basket of each.
    positions: Vec<usize>,
}

/// What a basket costs under the shop's terms.
///
/// # Errors
/// A price is negative, or the total does not fit 64 bits. Nothing is ever cut or wrapped.
pub fn total(terms: &Terms, basket: &Basket, currency: Currency) -> Result<Totals, TotalsError> {
    let goods = Goods::of(basket)?;
    let verdicts = judge::all(terms, basket, &goods);
    let shop = Shop {
        terms,
        basket,
        rates: tax::Rates::of(&terms.taxes, basket, &goods),
        goods: &goods,
        currency,
    };
    let mut best: Option<(Totals, Vec<&Candidate<'_>>)> = None;
    for plan in plans(&verdicts.candidates) {
        let totals = shop.apply(&plan)?;
        if best
            .as_ref()
            .is_none_or(|(known, _)| totals.total < known.total)
        {
            best = Some((totals, plan));
        }
    }
    let (mut totals, plan) = match best {
        Some(best) => best,
        None => (shop.apply(&[])?, Vec::new()),
    };
    totals.refused_coupons = refused(basket, &verdicts, &plan, &totals.discounts);
    Ok(totals)
}

/// The sets of promotions that may apply together: all combinable ones, and each exclusive one alone. Only those
/// with the highest priority are left; of these the cheapest for the shopper wins, the earlier among equals.
fn plans<'c, 'a>(candidates: &'c [Candidate<'a>]) -> Vec<Vec<&'c Candidate<'a>>> {
    let (exclusive, combinable): (Vec<_>, Vec<_>) = candidates
        .iter()
        .partition(|candidate| candidate.promotion.stacking == Stacking::Exclusive);
    let mut plans = Vec::with_capacity(exclusive.len() + 1);
    if !combinable.is_empty() {
        plans.push(combinable);
    }
    plans.extend(exclusive.into_iter().map(|candidate| vec![candidate]));
    // Candidates are sorted by priority, so the first of a plan has its highest.
    let priority = |plan: &[&Candidate<'_>]| plan.first().map(|first| first.promotion.priority);
    let highest = plans.iter().filter_map(|plan| priority(plan)).max();
    plans.retain(|plan| priority(plan) == highest);
    plans
}

/// A basket in a shop, before any promotion.
struct Shop<'a> {
    terms: &'a Terms,
    basket: &'a Basket,
    rates: tax::Rates,
    goods: &'a Goods<'a>,
    currency: Currency,
}

impl Shop<'_> {
    /// The totals if these promotions apply, and no others.
    fn apply(&self, plan: &[&Candidate<'_>]) -> Result<Totals, TotalsError> {
        let taxes = &self.terms.taxes;
        let mut left = self.goods.subtotals.clone();
        let mut discounts = Vec::with_capacity(plan.len());
        for candidate in plan {
            let on_delivery = candidate.frees_delivery();
            let amount = discount::take(candidate, self.goods, &mut left);
            if amount > 0 || on_delivery {
                discounts.push(candidate.discount(amount, on_delivery));
            }
        }
        let (options, chosen_delivery) =
            delivery::options(self.terms, self.basket, self.goods, &left, plan);
        if let ChosenDelivery::Method(option) = &chosen_delivery {
            delivery::credit(plan, option, &mut discounts);
        }
        let delivery = match &chosen_delivery {
            ChosenDelivery::Method(option) => option.price,
            _ => 0,
        };
        let taxed = tax::of(taxes, &self.rates, &left, delivery);
        let goods_total: i128 = left.iter().map(|&total| i128::from(total)).sum();
        let tax: i128 = taxed.totals.iter().map(|total| i128::from(total.tax)).sum();
        let on_top = if taxes.prices_include_tax { 0 } else { tax };
        let total = goods_total + i128::from(delivery) + on_top;
        let subtotal: i64 = self.goods.subtotals.iter().sum();
        Ok(Totals {
            currency: self.currency,
            lines: self.goods.in_order_of_basket(&left, &taxed),
            discounts,
            refused_coupons: Vec::new(),
            delivery_options: options,
            chosen_delivery,
            taxes: taxed.totals,
            prices_include_tax: taxes.prices_include_tax,
            subtotal,
            discount: subtotal - left.iter().sum::<i64>(),
            delivery,
            tax: narrow(tax)?,
            total: narrow(total)?,
        })
    }
}

/// Every code that turned nothing on, once, with the reason of its first promotion.
fn refused(
    basket: &Basket,
    verdicts: &Verdicts<'_>,
    plan: &[&Candidate<'_>],
    discounts: &[Discount],
) -> Vec<RefusedCoupon> {
    let mut refused: Vec<RefusedCoupon> = Vec::new();
    for code in &basket.coupons {
        let known = |other: &RefusedCoupon| super::terms::same_code(&other.code, code);
        if refused.iter().any(known) {
            continue;
        }
        if let Some(reason) = verdicts.refusal(code, plan, discounts) {
            refused.push(RefusedCoupon {
                code: code.clone(),
                reason,
            });
        }
    }
    refused
}

fn narrow(amount: i128) -> Result<i64, TotalsError> {
    i64::try_from(amount).map_err(|_| TotalsError::TooLarge)
}

impl<'a> Goods<'a> {
    fn of(basket: &'a Basket) -> Result<Self, TotalsError> {
        let mut order: Vec<(usize, &Line)> = basket.lines.iter().enumerate().collect();
        // Dear lines first: that is where a limited number of uses is worth most to the shopper.
        order.sort_by_key(|&(_, line)| (Reverse(line.unit_price), line));
        let mut subtotals = Vec::with_capacity(order.len());
        let mut sum = 0_i64;
        for &(position, line) in &order {
            if line.unit_price < 0 {
                return Err(TotalsError::NegativePrice {
                    line: position,
                    price: line.unit_price,
                });
            }
            let subtotal = line
                .unit_price
                .checked_mul(line.quantity.into())
                .ok_or(TotalsError::TooLarge)?;
            sum = sum.checked_add(subtotal).ok_or(TotalsError::TooLarge)?;
            subtotals.push(subtotal);
        }
        Ok(Self {
            positions: order.iter().map(|&(position, _)| position).collect(),
            lines: order.into_iter().map(|(_, line)| line).collect(),
            subtotals,
        })
    }

    fn in_order_of_basket(&self, left: &[i64], taxed: &tax::Taxed) -> Vec<LineTotal> {
        let mut lines = vec![LineTotal::default(); self.lines.len()];
        for (index, &position) in self.positions.iter().enumerate() {
            let at = |amounts: &[i64]| amounts.get(index).copied().unwrap_or(0);
            let (subtotal, total) = (at(&self.subtotals), at(left));
            if let Some(line) = lines.get_mut(position) {
                *line = LineTotal {
                    subtotal,
                    discount: subtotal - total,
                    total,
                    tax_rate: taxed.rates.get(index).copied().flatten(),
                    tax: at(&taxed.line_taxes),
                };
            }
        }
        lines
    }
}
