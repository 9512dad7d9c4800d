//! Terms and baskets of any kind, for properties: sound ones, hostile ones, and many that touch each other.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

pub(crate) fn price() -> impl Strategy<Value = i64> {
    prop_oneof![
        8 => 0..50_000_i64,
        1 => Just(0_i64),
        1 => 0..i64::MAX / 4,
    ]
}

pub(crate) fn name() -> impl Strategy<Value = String> {
    select(vec!["a", "b", "c", "d"]).prop_map(str::to_owned)
}

pub(crate) fn names() -> impl Strategy<Value = Vec<String>> {
    vec(name(), 0..3)
}

pub(crate) fn rate() -> impl Strategy<Value = Rate> {
    prop_oneof![0..=1_000_000_u32, any::<u32>()].prop_map(|millionths| Rate { millionths })
}

pub(crate) fn selection() -> impl Strategy<Value = Selection> {
    (names(), names(), names()).prop_map(|(categories, brands, products)| Selection {
        categories,
        brands,
        products,
    })
}

pub(crate) fn action() -> impl Strategy<Value = Action> {
    let per = select(vec![Per::Cart, Per::Item]);
    prop_oneof![
        rate().prop_map(Action::PercentOff),
        (price(), per).prop_map(|(amount, per)| Action::AmountOff { amount, per }),
        (0..4_u32, 0..3_u32, rate()).prop_map(|(buy, get, rate)| Action::BuyGet { buy, get, rate }),
        names().prop_map(|methods| Action::FreeDelivery { methods }),
    ]
}

pub(crate) fn promotion() -> impl Strategy<Value = Promotion> {
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

pub(crate) fn delivery_method() -> impl Strategy<Value = DeliveryMethod> {
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

pub(crate) fn taxes() -> impl Strategy<Value = Taxes> {
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

pub(crate) fn line() -> impl Strategy<Value = Line> {
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

pub(crate) fn terms() -> impl Strategy<Value = Terms> {
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

pub(crate) fn basket() -> impl Strategy<Value = Basket> {
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
                first_delivery: false,
                customer_group,
                now,
            },
        )
}
