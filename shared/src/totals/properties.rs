//! What holds for every basket under all terms, hostile ones included.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::strategies::{action, basket, price, terms};
use super::*;
use crate::model::money::Currency;

fn currency() -> impl Strategy<Value = Currency> {
    select(vec!["EUR", "JPY", "KWD"]).prop_map(|code| Currency::parse(code).unwrap())
}

/// Leaves one promotion of each id, as a catalog does: two are told apart by nothing but their order.
fn leave_one_of_each_id(promotions: &mut Vec<Promotion>) {
    promotions.sort_by(|one, other| one.id.cmp(&other.id));
    promotions.dedup_by(|one, other| one.id == other.id);
}

/// The same basket and terms with every list in another order must give the same answer.
fn check_turned(mut terms: Terms, mut basket: Basket, by: usize) -> Result<(), TestCaseError> {
    leave_one_of_each_id(&mut terms.promotions);
    // The same of methods.
    let methods = &mut terms.delivery_methods;
    methods.sort_by(|one, other| one.id.cmp(&other.id));
    methods.dedup_by(|one, other| one.id == other.id);
    let straight = total(&terms, &basket, Currency::EUR);
    let lines = basket.lines.len();
    basket.lines.reverse();
    basket.lines.rotate_left(by.min(lines));
    basket.coupons.reverse();
    terms.promotions.reverse();
    terms.delivery_methods.reverse();
    terms.taxes.rates.reverse();
    match (straight, total(&terms, &basket, Currency::EUR)) {
        (Ok(straight), Ok(turned)) => {
            prop_assert_eq!(straight.total, turned.total);
            prop_assert_eq!(straight.discounts, turned.discounts);
            prop_assert_eq!(straight.taxes, turned.taxes);
            prop_assert_eq!(straight.delivery_options, turned.delivery_options);
        }
        (Err(TotalsError::TooLarge), Err(TotalsError::TooLarge)) => {}
        (one, other) => prop_assert!(false, "{:?} and {:?}", one, other),
    }
    Ok(())
}

proptest! {
    #[test]
    fn totals_add_up(terms in terms(), basket in basket(), currency in currency()) {
        let Ok(totals) = total(&terms, &basket, currency) else {
            return Ok(());
        };
        let sum = |of: fn(&LineTotal) -> i64| totals.lines.iter().map(of).sum::<i64>();
        for (line, total) in basket.lines.iter().zip(&totals.lines) {
            prop_assert_eq!(total.subtotal, line.unit_price * i64::from(line.quantity));
            prop_assert_eq!(total.subtotal - total.discount, total.total);
            prop_assert!((0..=total.subtotal).contains(&total.discount));
            prop_assert!(total.tax >= 0);
        }
        prop_assert_eq!(sum(|line| line.subtotal), totals.subtotal);
        prop_assert_eq!(sum(|line| line.discount), totals.discount);
        let on_goods = totals.discounts.iter().filter(|discount| !discount.on_delivery);
        prop_assert_eq!(on_goods.map(|discount| discount.amount).sum::<i64>(), totals.discount);
        prop_assert!(totals.discounts.iter().all(|discount| discount.amount >= 0));
        prop_assert_eq!(totals.taxes.iter().map(|tax| tax.tax).sum::<i64>(), totals.tax);
        prop_assert!(totals.taxes.iter().all(|tax| tax.net >= 0 && tax.tax >= 0));
        let delivery_tax = totals.tax - sum(|line| line.tax);
        prop_assert!(delivery_tax >= 0 && (delivery_tax == 0 || totals.delivery > 0));
        let on_top = if totals.prices_include_tax { 0 } else { totals.tax };
        prop_assert_eq!(totals.total, totals.subtotal - totals.discount + totals.delivery + on_top);
        prop_assert!(totals.delivery >= 0 && totals.total >= 0);
        if let ChosenDelivery::Method(option) = &totals.chosen_delivery {
            prop_assert_eq!(option.price, totals.delivery);
            prop_assert!(totals.delivery_options.contains(option));
            let freed = totals.discounts.iter().filter(|discount| discount.on_delivery);
            prop_assert_eq!(
                freed.map(|discount| discount.amount).sum::<i64>(),
                option.full_price - option.price
            );
        } else {
            prop_assert_eq!(totals.delivery, 0);
        }
    }

    #[test]
    fn a_coupon_is_applied_or_refused(mut terms in terms(), basket in basket()) {
        leave_one_of_each_id(&mut terms.promotions);
        let Ok(totals) = total(&terms, &basket, Currency::EUR) else {
            return Ok(());
        };
        for code in &basket.coupons {
            let applied = totals.discounts.iter().any(|discount| {
                terms.promotions.iter().any(|promotion| {
                    promotion.id == discount.promotion && promotion.has_coupon(code)
                })
            });
            let refused = totals.refused_coupons.iter().filter(|one| one.code == *code).count();
            prop_assert_eq!(usize::from(!applied), refused, "{}", code);
        }
    }

    #[test]
    fn order_changes_nothing(terms in terms(), basket in basket(), by in 0..8_usize) {
        check_turned(terms, basket, by)?;
    }

    /// Cents decide here: small prices, promotions that split them, and a rate for every class.
    #[test]
    fn order_moves_no_cent(
        actions in vec(action(), 1..4),
        rates in vec(0..400_000_u32, 4),
        basket in basket(),
        by in 1..8_usize,
    ) {
        let promotion = |(id, action)| Promotion::new(&format!("p{id}"), "P", action);
        let rate = |(class, millionths): (&str, u32)| TaxRate {
            class: class.to_owned(),
            country: "a".to_owned(),
            region: None,
            rate: Rate { millionths },
        };
        let terms = Terms {
            promotions: (0..).zip(actions).map(promotion).collect::<Vec<_>>(),
            delivery_methods: Vec::new(),
            taxes: Taxes {
                default_country: "a".to_owned(),
                rates: ["a", "b", "c", "d"].into_iter().zip(rates).map(rate).collect(),
                ..Taxes::default()
            },
        };
        let lines = basket.lines.into_iter().map(|line| Line {
            unit_price: line.unit_price % 4,
            quantity: line.quantity % 3,
            ..line
        });
        let basket = Basket { lines: lines.collect(), ..Basket::default() };
        check_turned(terms, basket, by)?;
    }

    #[test]
    fn shares_sum_to_what_was_split(amount in 0..i64::MAX, weights in vec(price(), 1..20)) {
        let shares = split::split(amount, &weights);
        prop_assert_eq!(shares.iter().sum::<i64>(), amount);
        let whole: i128 = weights.iter().map(|&weight| i128::from(weight)).sum();
        if i128::from(amount) <= whole {
            prop_assert!(shares.iter().zip(&weights).all(|(share, weight)| share <= weight));
        }
    }
}
