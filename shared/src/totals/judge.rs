//! Which promotions may apply to a basket, and why the others may not.
//!
//! Whether a promotion may apply is decided on the cart before any discount, so no promotion makes another one fail
//! its minimum.

use super::basket::{Basket, Line};
use super::terms::{Action, Promotion, Selection, Terms, same_code};
use super::total::{CouponRefusal, Discount, Goods};

/// A promotion whose conditions hold.
pub(super) struct Candidate<'a> {
    pub(super) promotion: &'a Promotion,
    /// The code that turned it on, as the shop spells it.
    coupon: Option<&'a str>,
    /// The lines that qualify, as positions in the goods.
    pub(super) lines: Vec<usize>,
}

/// What became of every promotion that was asked for.
pub(super) struct Verdicts<'a> {
    /// By priority, the highest first, then by id.
    pub(super) candidates: Vec<Candidate<'a>>,
    /// Promotions with codes that were given and whose conditions do not hold, in the same order.
    refused: Vec<(&'a Promotion, CouponRefusal)>,
}

/// Judges all promotions.
pub(super) fn all<'a>(terms: &'a Terms, basket: &Basket, goods: &Goods<'_>) -> Verdicts<'a> {
    let mut verdicts = Verdicts {
        candidates: Vec::new(),
        refused: Vec::new(),
    };
    for promotion in &terms.promotions {
        let coupon = match coupon_of(promotion, &basket.coupons) {
            Asked::No => continue,
            Asked::Always => None,
            Asked::With(code) => Some(code),
        };
        match qualifying(promotion, basket, goods) {
            Ok(lines) => verdicts.candidates.push(Candidate {
                promotion,
                coupon,
                lines,
            }),
            Err(reason) => verdicts.refused.push((promotion, reason)),
        }
    }
    let order = |promotion: &'a Promotion| (std::cmp::Reverse(promotion.priority), &*promotion.id);
    verdicts
        .candidates
        .sort_by_key(|candidate| order(candidate.promotion));
    verdicts
        .refused
        .sort_by_key(|&(promotion, _)| order(promotion));
    verdicts
}

enum Asked<'a> {
    No,
    Always,
    With(&'a str),
}

fn coupon_of<'a>(promotion: &'a Promotion, given: &[String]) -> Asked<'a> {
    if promotion.coupons.is_empty() {
        return Asked::Always;
    }
    if given.is_empty() {
        return Asked::No;
    }
    let is_given = |code: &&String| given.iter().any(|other| same_code(other, code));
    match promotion.coupons.iter().filter(is_given).min() {
        Some(code) => Asked::With(code),
        None => Asked::No,
    }
}

/// The lines that qualify, if all conditions hold.
fn qualifying(
    promotion: &Promotion,
    basket: &Basket,
    goods: &Goods<'_>,
) -> Result<Vec<usize>, CouponRefusal> {
    if let Some(from) = promotion.active_from.filter(|&from| basket.now < from) {
        return Err(CouponRefusal::NotYet { from });
    }
    if let Some(until) = promotion.active_until.filter(|&until| basket.now >= until) {
        return Err(CouponRefusal::Expired { until });
    }
    let groups = &promotion.customer_groups;
    let in_group = |group: &String| groups.contains(group);
    if !groups.is_empty() && !basket.customer_group.as_ref().is_some_and(in_group) {
        return Err(CouponRefusal::OtherCustomers);
    }
    let has = |&(_, line): &(usize, &&Line)| {
        line.quantity > 0 && meets(&promotion.applies_to, line) && !names(&promotion.except, line)
    };
    let lines: Vec<usize> = goods
        .lines
        .iter()
        .enumerate()
        .filter(has)
        .map(|(index, _)| index)
        .collect();
    if lines.is_empty() {
        return Err(CouponRefusal::NothingQualifies);
    }
    let subtotal: i64 = at(&goods.subtotals, &lines).sum();
    if subtotal < promotion.minimum_subtotal {
        return Err(CouponRefusal::BelowMinimum {
            missing: promotion.minimum_subtotal - subtotal,
        });
    }
    let quantities = goods.lines.iter().map(|line| u64::from(line.quantity));
    let quantities: Vec<u64> = quantities.collect();
    let units = at(&quantities, &lines).fold(0_u64, u64::saturating_add);
    let needed = match promotion.action {
        Action::BuyGet { buy, get, .. } => u64::from(buy) + u64::from(get),
        _ => 0,
    };
    let needed = needed.max(promotion.minimum_quantity.into());
    if units < needed {
        return Err(CouponRefusal::TooFew {
            missing: needed - units,
        });
    }
    Ok(lines)
}

fn at<'v, T: Copy>(values: &'v [T], indexes: &'v [usize]) -> impl Iterator<Item = T> + 'v {
    indexes
        .iter()
        .filter_map(|&index| values.get(index).copied())
}

fn any_of(wanted: &[String], had: &[String]) -> bool {
    had.iter().any(|one| wanted.contains(one))
}

/// Whether a line is in each list that is not empty.
fn meets(selection: &Selection, line: &Line) -> bool {
    let Selection {
        categories,
        brands,
        products,
    } = selection;
    (products.is_empty() || products.contains(&line.product))
        && (brands.is_empty() || any_of(brands, &line.brands))
        && (categories.is_empty() || any_of(categories, &line.categories))
}

/// Whether a line is in any of the lists.
fn names(selection: &Selection, line: &Line) -> bool {
    selection.products.contains(&line.product)
        || any_of(&selection.brands, &line.brands)
        || any_of(&selection.categories, &line.categories)
}

impl Candidate<'_> {
    /// Whether it is taken off delivery instead of goods.
    pub(super) fn frees_delivery(&self) -> bool {
        matches!(self.promotion.action, Action::FreeDelivery { .. })
    }

    /// Whether it makes this method free.
    pub(super) fn frees(&self, method: &str) -> bool {
        match &self.promotion.action {
            Action::FreeDelivery { methods } => {
                methods.is_empty() || methods.iter().any(|id| id == method)
            }
            _ => false,
        }
    }

    /// The entry it gets in the answer.
    pub(super) fn discount(&self, amount: i64, on_delivery: bool) -> Discount {
        Discount {
            promotion: self.promotion.id.clone(),
            name: self.promotion.name.clone(),
            coupon: self.coupon.map(str::to_owned),
            amount,
            on_delivery,
        }
    }
}

impl Verdicts<'_> {
    /// Why a code did nothing; none if it did something.
    pub(super) fn refusal(
        &self,
        code: &str,
        plan: &[&Candidate<'_>],
        discounts: &[Discount],
    ) -> Option<CouponRefusal> {
        let applied = |promotion: &Promotion| {
            promotion.has_coupon(code)
                && discounts
                    .iter()
                    .any(|discount| discount.promotion == promotion.id)
        };
        if plan.iter().any(|candidate| applied(candidate.promotion)) {
            return None;
        }
        let mut candidates = self.candidates.iter().map(|candidate| candidate.promotion);
        let mut planned = plan.iter().map(|candidate| candidate.promotion);
        if let Some(promotion) = candidates.find(|promotion| promotion.has_coupon(code)) {
            // It may apply and did not: something goes before it, or left nothing to take.
            let in_plan = planned.clone().any(|other| other.id == promotion.id);
            return Some(match planned.next() {
                Some(other) if !in_plan => CouponRefusal::ExcludedBy {
                    name: other.name.clone(),
                },
                _ => CouponRefusal::NothingQualifies,
            });
        }
        let refused = self.refused.iter();
        let mut refused = refused.filter(|(promotion, _)| promotion.has_coupon(code));
        Some(
            refused
                .next()
                .map_or(CouponRefusal::Unknown, |(_, reason)| reason.clone()),
        )
    }
}
