//! What a promotion takes off which line. It never takes more than a line still costs.

use super::judge::Candidate;
use super::split::{half_up, share, split};
use super::terms::{Action, Per, Rate};
use super::total::Goods;

/// Takes a promotion's discount off what is left of the lines, and gives its sum.
pub(super) fn take(candidate: &Candidate<'_>, goods: &Goods<'_>, left: &mut [i64]) -> i64 {
    let lines = &candidate.lines;
    let max_uses = candidate.promotion.max_uses.map_or(u64::MAX, u64::from);
    let left_of = |index: &usize| left.get(*index).copied().unwrap_or(0);
    let shares = match candidate.promotion.action {
        Action::PercentOff(rate) => {
            let left: Vec<i64> = lines.iter().map(left_of).collect();
            // The lines sum to an i64, so the share does too.
            let amount = portion(left.iter().sum(), rate);
            split(amount, &left)
        }
        Action::AmountOff {
            amount,
            per: Per::Cart,
        } => {
            let left: Vec<i64> = lines.iter().map(left_of).collect();
            split(amount.min(left.iter().sum()), &left)
        }
        Action::AmountOff {
            amount,
            per: Per::Item,
        } => {
            let units = units(goods, lines.iter().copied(), max_uses);
            let off = |(units, index)| capped(amount, units).min(left_of(index));
            units.into_iter().zip(lines).map(off).collect()
        }
        Action::BuyGet { buy, get, rate } => {
            let quantity = units(goods, lines.iter().copied(), u64::MAX);
            let all = quantity
                .iter()
                .fold(0_u64, |sum, &units| sum.saturating_add(units));
            let sets = all / (u64::from(buy) + u64::from(get)).max(1);
            let cheaper = sets.min(max_uses).saturating_mul(get.into()).min(all);
            // Lines stand from dear to cheap; the cheapest units are given away.
            let mut units = units(goods, lines.iter().rev().copied(), cheaper);
            units.reverse();
            let off = |((units, quantity), index)| {
                portion_of_units(left_of(index), rate, units, quantity)
            };
            units
                .into_iter()
                .zip(quantity)
                .zip(lines)
                .map(off)
                .collect()
        }
        Action::FreeDelivery { .. } => return 0,
    };
    let mut taken = 0_i64;
    for (&index, share) in lines.iter().zip(shares) {
        if let Some(left) = left.get_mut(index) {
            let share = share.clamp(0, *left);
            *left -= share;
            taken += share;
        }
    }
    taken
}

/// How many units of each line count if at most `most` do, first come, first served.
fn units(goods: &Goods<'_>, lines: impl Iterator<Item = usize>, most: u64) -> Vec<u64> {
    let mut free = most;
    let count = |index: usize| {
        let quantity = goods.lines.get(index).map_or(0, |line| line.quantity);
        let units = free.min(quantity.into());
        free -= units;
        units
    };
    lines.map(count).collect()
}

fn capped(amount: i64, units: u64) -> i64 {
    let units = i64::try_from(units).unwrap_or(i64::MAX);
    amount.max(0).saturating_mul(units)
}

/// A share of an amount, rounded half up and never more than all of it.
fn portion(amount: i64, rate: Rate) -> i64 {
    let rate = rate.min(Rate::FULL);
    let off = share(amount, rate.millionths.into(), Rate::FULL.millionths.into());
    i64::try_from(off).map_or(amount, |off| off.min(amount))
}

/// A share of what some units of a line still cost, rounded half up once.
fn portion_of_units(left: i64, rate: Rate, units: u64, quantity: u64) -> i64 {
    let rate = rate.min(Rate::FULL);
    // 63, 32 and 20 bits: units of a line are 32 bits, and a rate is at most a million.
    let part = i128::from(units) * i128::from(rate.millionths);
    let whole = i128::from(quantity) * i128::from(Rate::FULL.millionths);
    let off = half_up(i128::from(left) * part, whole);
    i64::try_from(off).map_or(left, |off| off.min(left))
}
