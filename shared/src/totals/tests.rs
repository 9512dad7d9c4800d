//! Totals with numbers one can follow, rule by rule; the properties hold for all the others.

use super::*;
use crate::model::money::Currency;

fn line(variant: &str, unit_price: i64, quantity: u32) -> Line {
    Line {
        variant: variant.to_owned(),
        product: variant.to_owned(),
        unit_price,
        quantity,
        ..Line::default()
    }
}

fn in_category(line: Line, category: &str) -> Line {
    Line {
        categories: vec![category.to_owned()],
        ..line
    }
}

fn basket(lines: &[Line]) -> Basket {
    Basket {
        lines: lines.to_vec(),
        now: 1_000,
        ..Basket::default()
    }
}

fn with_coupon(basket: Basket, code: &str) -> Basket {
    Basket {
        coupons: vec![code.to_owned()],
        ..basket
    }
}

fn promotions(promotions: &[Promotion]) -> Terms {
    Terms {
        promotions: promotions.to_vec(),
        ..Terms::default()
    }
}

fn coupon(code: &str, promotion: Promotion) -> Promotion {
    Promotion {
        coupons: vec![code.to_owned()],
        ..promotion
    }
}

fn percent(id: &str, percent: u32) -> Promotion {
    Promotion::new(id, id, Action::PercentOff(Rate::percent(percent)))
}

fn method(id: &str, bands: &[(Option<u64>, i64)]) -> DeliveryMethod {
    let bands = bands.iter().map(|&(up_to, price)| Band { up_to, price });
    DeliveryMethod {
        id: id.to_owned(),
        name: id.to_owned(),
        description: String::new(),
        position: 0,
        countries: Vec::new(),
        postcodes: Vec::new(),
        except_postcodes: Vec::new(),
        basis: Basis::OrderValue,
        bands: bands.collect(),
        free_from: None,
        locations: Vec::new(),
    }
}

fn euros(terms: &Terms, basket: &Basket) -> Totals {
    total(terms, basket, Currency::EUR).unwrap()
}

#[track_caller]
fn check_refusal(terms: &Terms, basket: &Basket, reason: CouponRefusal) {
    let totals = euros(terms, basket);
    let refused: Vec<_> = totals
        .refused_coupons
        .iter()
        .map(|one| &one.reason)
        .collect();
    assert_eq!(refused, [&reason], "{totals:?}");
}

#[test]
fn a_shop_without_terms_sums_the_lines() {
    let totals = euros(
        &Terms::default(),
        &basket(&[line("a", 250, 2), line("b", 99, 1)]),
    );
    assert_eq!((totals.subtotal, totals.total), (599, 599));
    assert_eq!((totals.discount, totals.delivery, totals.tax), (0, 0, 0));
    assert_eq!(totals.chosen_delivery, ChosenDelivery::NotNeeded);
    assert!(totals.taxes.is_empty() && totals.discounts.is_empty());
    assert_eq!(euros(&Terms::default(), &Basket::default()).total, 0);
}

/// The worked example of `docs/promotions.md`.
pub(crate) fn worked_example() -> (Terms, Basket) {
    let tax = |class: &str, percent| TaxRate {
        class: class.to_owned(),
        country: "DE".to_owned(),
        region: None,
        rate: Rate::percent(percent),
    };
    let socks = Action::BuyGet {
        buy: 2,
        get: 1,
        rate: Rate::FULL,
    };
    let terms = Terms {
        promotions: vec![
            coupon("WELCOME10", percent("10 % off", 10)),
            Promotion {
                applies_to: Selection {
                    categories: vec!["socks".to_owned()],
                    ..Selection::default()
                },
                priority: 10,
                ..Promotion::new("Three socks for two", "Three socks for two", socks)
            },
        ],
        delivery_methods: vec![DeliveryMethod {
            free_from: Some(10_000),
            ..method("standard", &[(Some(5_000), 490), (None, 390)])
        }],
        taxes: Taxes {
            prices_include_tax: true,
            default_class: "standard".to_owned(),
            rates: vec![tax("standard", 19), tax("reduced", 7)],
            ..Taxes::default()
        },
    };
    let tea = Line {
        tax_class: "reduced".to_owned(),
        ..line("Tea", 890, 1)
    };
    let basket = Basket {
        destination: Destination {
            country: "DE".to_owned(),
            ..Destination::default()
        },
        delivery_method: Some("standard".to_owned()),
        ..with_coupon(
            basket(&[
                line("Mug", 1250, 2),
                tea,
                in_category(line("Socks", 999, 3), "socks"),
            ]),
            "welcome10",
        )
    };
    (terms, basket)
}

#[test]
fn the_worked_example_comes_out_as_written() {
    let (terms, basket) = worked_example();
    let totals = euros(&terms, &basket);
    let discounts: Vec<_> = totals
        .discounts
        .iter()
        .map(|discount| (&*discount.name, discount.amount))
        .collect();
    assert_eq!(discounts, [("Three socks for two", 999), ("10 % off", 539)]);
    let lines: Vec<_> = totals
        .lines
        .iter()
        .map(|line| (line.subtotal, line.discount, line.total, line.tax))
        .collect();
    assert_eq!(
        lines,
        [
            (2500, 250, 2250, 359),
            (890, 89, 801, 52),
            (2997, 1199, 1798, 287)
        ]
    );
    assert_eq!((totals.subtotal, totals.discount), (6387, 1538));
    assert_eq!(
        (totals.delivery, totals.tax, totals.total),
        (490, 776, 5339)
    );
    let taxes: Vec<_> = totals
        .taxes
        .iter()
        .map(|tax| (tax.rate.to_string(), tax.net, tax.tax))
        .collect();
    assert_eq!(
        taxes,
        [("19".to_owned(), 3814, 724), ("7".to_owned(), 749, 52)]
    );
}

/// The numbers in the document are those that come out.
#[test]
fn the_document_says_what_comes_out() {
    let document = include_str!("../../../docs/promotions.md");
    let (terms, basket) = worked_example();
    let totals = euros(&terms, &basket);
    let money = |minor| totals.money(minor).to_string();
    let mut rows: Vec<Vec<String>> = Vec::new();
    for (line, total) in basket.lines.iter().zip(&totals.lines) {
        let amounts = [total.subtotal, total.discount, total.total, total.tax].map(money);
        let mut row = vec![line.product.clone(), money(line.unit_price)];
        row.push(line.quantity.to_string());
        row.extend(amounts);
        rows.push(row);
    }
    let mut amount = |name: &str, minor| rows.push(vec![name.to_owned(), money(minor)]);
    amount("Subtotal", totals.subtotal);
    for discount in &totals.discounts {
        amount(&discount.name, discount.amount);
    }
    amount("Delivery", totals.delivery);
    for tax in &totals.taxes {
        amount(&format!("Tax at {} %", tax.rate), tax.tax);
    }
    amount("Total", totals.total);
    for row in rows {
        let row = format!("| {} |", row.join(" | "));
        assert!(document.lines().any(|line| line == row), "{row}");
    }
}

#[test]
fn an_amount_off_never_exceeds_what_it_is_for() {
    let off = |amount, per| Promotion::new("off", "Off", Action::AmountOff { amount, per });
    let cart = basket(&[line("a", 300, 2), line("b", 100, 1)]);
    assert_eq!(euros(&promotions(&[off(500, Per::Cart)]), &cart).total, 200);
    assert_eq!(euros(&promotions(&[off(5_000, Per::Cart)]), &cart).total, 0);
    // 150 off each of two, and 100 off the third, which costs no more.
    assert_eq!(euros(&promotions(&[off(150, Per::Item)]), &cart).total, 300);
    let once = Promotion {
        max_uses: Some(1),
        ..off(150, Per::Item)
    };
    assert_eq!(euros(&promotions(&[once]), &cart).total, 550);
}

#[test]
fn the_cheapest_units_are_given_away() {
    let action = Action::BuyGet {
        buy: 2,
        get: 1,
        rate: Rate::FULL,
    };
    let promotion = Promotion::new("3for2", "Three for two", action);
    let cart = basket(&[line("a", 1000, 4), line("b", 700, 1), line("c", 500, 1)]);
    assert_eq!(
        euros(&promotions(std::slice::from_ref(&promotion)), &cart).discount,
        1200
    );
    let once = Promotion {
        max_uses: Some(1),
        ..promotion
    };
    assert_eq!(
        euros(&promotions(std::slice::from_ref(&once)), &cart).discount,
        500
    );
    let two = with_coupon(basket(&[line("a", 1000, 2)]), "three");
    check_refusal(
        &promotions(&[coupon("THREE", once)]),
        &two,
        CouponRefusal::TooFew { missing: 1 },
    );
}

#[test]
fn a_refused_coupon_says_why() {
    let cart = with_coupon(basket(&[line("a", 4_000, 1)]), " ten ");
    let refused = |promotion: Promotion, reason| {
        check_refusal(&promotions(&[coupon("TEN", promotion)]), &cart, reason);
    };
    check_refusal(&Terms::default(), &cart, CouponRefusal::Unknown);
    let ten = || percent("10 % off", 10);
    let from = Promotion {
        active_from: Some(1_001),
        ..ten()
    };
    refused(from, CouponRefusal::NotYet { from: 1_001 });
    let until = Promotion {
        active_until: Some(1_000),
        ..ten()
    };
    refused(until, CouponRefusal::Expired { until: 1_000 });
    let minimum = Promotion {
        minimum_subtotal: 5_000,
        ..ten()
    };
    refused(minimum, CouponRefusal::BelowMinimum { missing: 1_000 });
    let quantity = Promotion {
        minimum_quantity: 3,
        ..ten()
    };
    refused(quantity, CouponRefusal::TooFew { missing: 2 });
    let group = Promotion {
        customer_groups: vec!["trade".to_owned()],
        ..ten()
    };
    refused(group, CouponRefusal::OtherCustomers);
    let excluded = Promotion {
        except: Selection {
            products: vec!["a".to_owned()],
            ..Selection::default()
        },
        ..ten()
    };
    refused(excluded, CouponRefusal::NothingQualifies);
}

#[test]
fn of_exclusive_promotions_the_best_for_the_shopper_applies() {
    let exclusive = |promotion| Promotion {
        stacking: Stacking::Exclusive,
        ..promotion
    };
    let automatic = percent("5 % off", 5);
    let cart = with_coupon(basket(&[line("a", 1_000, 1)]), "C");
    let better = coupon("C", exclusive(percent("20 % off", 20)));
    assert_eq!(
        euros(&promotions(&[automatic.clone(), better]), &cart).total,
        800
    );
    let worse = coupon("C", exclusive(percent("3 % off", 3)));
    let terms = promotions(&[automatic.clone(), worse.clone()]);
    assert_eq!(euros(&terms, &cart).total, 950);
    let name = "5 % off".to_owned();
    check_refusal(&terms, &cart, CouponRefusal::ExcludedBy { name });
    // Priority goes before what is best.
    let first = Promotion {
        priority: 1,
        ..worse
    };
    assert_eq!(
        euros(&promotions(&[automatic.clone(), first]), &cart).total,
        970
    );
    // Combinable ones take from what is left: 1000, 950, 855.
    let ten = coupon("C", percent("then 10 % off", 10));
    assert_eq!(euros(&promotions(&[automatic, ten]), &cart).total, 855);
}

#[test]
fn a_promotion_reaches_only_the_lines_it_names() {
    let branded = Line {
        brands: vec!["acme".to_owned(), "ACME Corp".to_owned()],
        ..in_category(line("a", 1_000, 1), "shirts")
    };
    let cart = basket(&[branded, in_category(line("b", 1_000, 1), "shirts")]);
    let names = |categories: &[&str], brands: &[&str]| {
        let owned = |list: &[&str]| list.iter().map(|&one| one.to_owned()).collect();
        let promotion = Promotion {
            applies_to: Selection {
                categories: owned(categories),
                brands: owned(brands),
                products: Vec::new(),
            },
            ..percent("half", 50)
        };
        euros(&promotions(&[promotion]), &cart).discount
    };
    assert_eq!(names(&["shirts"], &[]), 1_000);
    assert_eq!(names(&["shirts", "hats"], &["ACME Corp"]), 500);
    assert_eq!(names(&["hats"], &["acme"]), 0);
}

#[test]
fn delivery_depends_on_place_and_parcel() {
    let german = DeliveryMethod {
        countries: vec!["DE".to_owned()],
        except_postcodes: vec![Postcodes {
            from: "274".to_owned(),
            to: Some("275".to_owned()),
        }],
        basis: Basis::Weight,
        ..method("parcel", &[(Some(31_500), 990), (Some(5_000), 490)])
    };
    let terms = Terms {
        delivery_methods: vec![german, method("anywhere", &[(None, 2_000)])],
        ..Terms::default()
    };
    let prices = |country: &str, postcode: &str, grams| {
        let cart = Basket {
            destination: Destination {
                country: country.to_owned(),
                region: String::new(),
                postcode: postcode.to_owned(),
            },
            ..basket(&[Line {
                weight: Some(grams),
                ..line("a", 100, 2)
            }])
        };
        let totals = euros(&terms, &cart);
        let options = totals.delivery_options;
        options
            .into_iter()
            .map(|option| option.price)
            .collect::<Vec<_>>()
    };
    assert_eq!(prices("de", "20095", 2_500), [2_000, 490]);
    assert_eq!(prices("DE", "", 2_501), [2_000, 990]);
    assert_eq!(prices("DE", "", 16_000), [2_000]);
    assert_eq!(prices("DE", "27498", 10), [2_000]);
    assert_eq!(prices("", "", 10), [2_000]);
}

#[test]
fn free_delivery_frees_the_methods_it_names() {
    let free = Action::FreeDelivery {
        methods: vec!["standard".to_owned()],
    };
    let terms = Terms {
        delivery_methods: vec![
            method("express", &[(None, 1_290)]),
            method("standard", &[(None, 490)]),
        ],
        ..promotions(&[Promotion {
            minimum_subtotal: 10_000,
            ..Promotion::new("free", "Free delivery", free)
        }])
    };
    let cart = |price, chosen: Option<&str>| Basket {
        delivery_method: chosen.map(str::to_owned),
        ..basket(&[line("a", price, 1)])
    };
    assert_eq!(euros(&terms, &cart(9_999, Some("standard"))).delivery, 490);
    assert_eq!(
        euros(&terms, &cart(10_000, Some("express"))).delivery,
        1_290
    );
    let totals = euros(&terms, &cart(10_000, Some("standard")));
    assert_eq!((totals.delivery, totals.discount), (0, 0));
    assert_eq!(
        (totals.discounts[0].amount, totals.discounts[0].on_delivery),
        (490, true)
    );
    let open = euros(&terms, &cart(10_000, None));
    assert_eq!(open.chosen_delivery, ChosenDelivery::NotChosen);
    assert_eq!(open.delivery_options[1].price, 0);
    let unknown = euros(&terms, &cart(10_000, Some("drone")));
    assert_eq!(unknown.chosen_delivery, ChosenDelivery::NotAvailable);
    for chosen in [None, Some("drone"), Some("standard")] {
        let first = Basket {
            first_delivery: true,
            ..cart(10_000, chosen)
        };
        // Of what is on offer, the one that was chosen; else the first.
        let id = chosen.filter(|id| *id == "standard");
        let id = id.unwrap_or(open.delivery_options[0].id.as_str());
        assert_eq!(
            euros(&terms, &first),
            euros(&terms, &cart(10_000, Some(id)))
        );
    }
}

#[test]
fn tax_is_on_top_or_within_and_rounded_where_the_shop_says() {
    let rate = |region: Option<&str>, millionths| TaxRate {
        class: String::new(),
        country: "US".to_owned(),
        region: region.map(str::to_owned),
        rate: Rate { millionths },
    };
    let mut terms = Terms {
        taxes: Taxes {
            rates: vec![rate(None, 0), rate(Some("NY"), 88_750)],
            ..Taxes::default()
        },
        ..Terms::default()
    };
    let mut cart = basket(&[line("a", 199, 1), line("b", 199, 1), line("c", 199, 1)]);
    cart.destination.country = "US".to_owned();
    // 17.66 cents of tax each: 18 by line, 52.98 in total.
    cart.destination.region = "ny".to_owned();
    assert_eq!(euros(&terms, &cart).total, 597 + 54);
    terms.taxes.rounding = Rounding::PerTotal;
    let totals = euros(&terms, &cart);
    assert_eq!((totals.total, totals.tax), (597 + 53, 53));
    assert_eq!(totals.lines.iter().map(|line| line.tax).sum::<i64>(), 53);
    terms.taxes.prices_include_tax = true;
    let totals = euros(&terms, &cart);
    assert_eq!(
        (totals.total, totals.tax, totals.taxes[0].net),
        (597, 49, 548)
    );
    // The country's own rate is 0, and stated; elsewhere there is no rate at all.
    cart.destination.region = "OR".to_owned();
    assert_eq!(euros(&terms, &cart).taxes[0].net, 597);
    cart.destination.country = "FR".to_owned();
    assert!(euros(&terms, &cart).taxes.is_empty());
}

#[test]
fn what_64_bits_do_not_hold_is_refused() {
    let huge = basket(&[line("a", i64::MAX / 4, 9_999)]);
    let refused = total(&Terms::default(), &huge, Currency::EUR);
    assert_eq!(refused, Err(TotalsError::TooLarge));
    let negative = basket(&[line("a", 1, 1), line("b", -1, 1)]);
    assert_eq!(
        total(&Terms::default(), &negative, Currency::EUR),
        Err(TotalsError::NegativePrice { line: 1, price: -1 })
    );
}

#[test]
fn codes_are_the_same_whatever_their_case() {
    assert!(same("welcome10", " WELCOME10"));
    assert!(same("größe", "GRÖSSE"));
    assert!(!same("WELCOME1", "WELCOME10"));
}

fn same(one: &str, other: &str) -> bool {
    terms::same_code(one, other)
}
