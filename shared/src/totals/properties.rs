//! What holds for every basket under all terms, hostile ones included.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::model::money::Currency;

fn price() -> impl Strategy<Value = i64> {
    prop_oneof![
        8 => 0..50_000_i64,
        1 => Just(0_i64),
        1 => 0..i64::MAX / 4,
    ]
}

fn name() -> impl Strategy<Value = String> {
    select(vec!["a", "b", "c", "d"]).prop_map(str::to_owned)
}

fn names() -> impl Strategy<Value = Vec<String>> {
    vec(name(), 0..3)
}

fn rate() -> impl Strategy<Value = Rate> {
    prop_oneof![0..=1_000_000_u32, any::<u32>()].prop_map(|millionths| Rate { millionths })
}

fn selection() -> impl Strategy<Value = Selection> {
    (names(), names(), names()).prop_map(|(categories, brands, products)| Selection {
        categories,
        brands,
        products,
    })
}

fn action() -> impl Strategy<Value = Action> {
    let per = select(vec![Per::Cart, Per::Item]);
    prop_oneof![
        rate().prop_map(Action::PercentOff),
        (price(), per).prop_map(|(amount, per)| Action::AmountOff { amount, per }),
        (0..4_u32, 0..3_u32, rate()).prop_map(|(buy, get, rate)| Action::BuyGet { buy, get, rate }),
        names().prop_map(|methods| Action::FreeDelivery { methods }),
    ]
}

fn promotion() -> impl Strategy<Value = Promotion> {
    let who = (names(), names(), option::of(0..4_u32));
    let when = (option::of(0..9_i64), option::of(0..9_i64));
    let what = (
        action(),
        selection(),
        prop_oneof![3 => Just(Selection::default()), 1 => selection()],
    );
    let least = (0..3_000_i64, 0..3_u32, 0..3_i32, any::<bool>());
    (0..1_000_u32, who, when, what, least).prop_map(|(id, who, when, what, least)| Promotion {
        coupons: who.0,
        customer_groups: who.1,
        max_uses: who.2,
        active_from: when.0,
        active_until: when.1,
        applies_to: what.1,
        except: what.2,
        minimum_subtotal: least.0,
        minimum_quantity: least.1,
        priority: least.2,
        stacking: if least.3 {
            Stacking::Combinable
        } else {
            Stacking::Exclusive
        },
        ..Promotion::new(&id.to_string(), &format!("Promotion {id}"), what.0)
    })
}

fn delivery_method() -> impl Strategy<Value = DeliveryMethod> {
    let band =
        (option::of(0..100_000_u64), price()).prop_map(|(up_to, price)| Band { up_to, price });
    let basis = select(vec![Basis::OrderValue, Basis::Weight, Basis::Items]);
    let free_from = option::of(0..100_000_i64);
    (name(), names(), basis, vec(band, 0..4), free_from).prop_map(
        |(id, countries, basis, bands, free_from)| DeliveryMethod {
            name: id.clone(),
            id,
            description: String::new(),
            position: 0,
            countries,
            postcodes: Vec::new(),
            except_postcodes: Vec::new(),
            basis,
            bands,
            free_from,
            locations: Vec::new(),
        },
    )
}

fn taxes() -> impl Strategy<Value = Taxes> {
    let one =
        (name(), name(), option::of(name()), rate()).prop_map(|(class, country, region, rate)| {
            TaxRate {
                class,
                country,
                region,
                rate,
            }
        });
    let rounding = select(vec![Rounding::PerLine, Rounding::PerTotal]);
    (any::<bool>(), rounding, name(), name(), vec(one, 0..6)).prop_map(
        |(prices_include_tax, rounding, class, country, rates)| Taxes {
            prices_include_tax,
            rounding,
            default_class: class.clone(),
            delivery_class: class,
            default_country: country,
            rates,
        },
    )
}

fn line() -> impl Strategy<Value = Line> {
    let what = (name(), name(), names(), names(), name());
    (price(), 0..=9_999_u32, option::of(any::<u32>()), what).prop_map(
        |(unit_price, quantity, weight, what)| Line {
            unit_price,
            quantity,
            variant: what.0,
            product: what.1,
            categories: what.2,
            brands: what.3,
            tax_class: what.4,
            weight,
        },
    )
}

fn terms() -> impl Strategy<Value = Terms> {
    (
        vec(promotion(), 0..6),
        vec(delivery_method(), 0..4),
        taxes(),
    )
        .prop_map(|(promotions, delivery_methods, taxes)| Terms {
            promotions,
            delivery_methods,
            taxes,
        })
}

fn basket() -> impl Strategy<Value = Basket> {
    let place = (prop_oneof![Just(String::new()), name()], name());
    (
        vec(line(), 0..8),
        names(),
        place,
        option::of(name()),
        option::of(name()),
        0..9_i64,
    )
        .prop_map(
            |(lines, coupons, (country, region), delivery_method, customer_group, now)| Basket {
                lines,
                coupons,
                destination: Destination {
                    country,
                    region,
                    postcode: String::new(),
                },
                delivery_method,
                customer_group,
                now,
            },
        )
}

fn currency() -> impl Strategy<Value = Currency> {
    select(vec!["EUR", "JPY", "KWD"]).prop_map(|code| Currency::parse(code).unwrap())
}

/// The same basket and terms with every list in another order must give the same answer.
fn check_turned(mut terms: Terms, mut basket: Basket, by: usize) -> Result<(), TestCaseError> {
    // Two promotions of one id, or methods, are told apart by nothing but their order.
    terms.promotions.sort_by(|one, other| one.id.cmp(&other.id));
    terms.promotions.dedup_by(|one, other| one.id == other.id);
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
    fn a_coupon_is_applied_or_refused(terms in terms(), basket in basket()) {
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
