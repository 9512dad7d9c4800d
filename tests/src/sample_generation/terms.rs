//! Terms from a seed: every kind of promotion, method and rate, with absent and empty values among them.

use frontage_shared::totals::{
    Action, Band, Basis, DeliveryMethod, Per, PickupLocation, Postcodes, Promotion, Rate, Rounding,
    Selection, Stacking, TaxRate, Taxes, Terms,
};

use crate::catalogue::Dice;

const CLASSES: [&str; 4] = ["standard", "reduced", "zéro", "книги"];

/// The terms of a shop; none for some seeds.
pub(super) fn random(seed: u64) -> Option<Terms> {
    let mut random = Random(Dice::new(seed, "terms", 0));
    random.0.percent(90).then(|| Terms {
        promotions: (0..7).map(|number| random.promotion(number)).collect(),
        delivery_methods: (0..3).map(|number| random.method(number)).collect(),
        taxes: random.taxes(),
    })
}

/// Tax class and grams of a variant, each perhaps.
pub(super) fn random_goods(seed: u64, variant: u64) -> (Option<String>, Option<u32>) {
    let mut random = Random(Dice::new(seed, "goods", variant));
    let class = random.maybe(|random| (*random.0.pick(&CLASSES)).to_owned());
    (class, random.maybe(|random| random.below(40_000)))
}

struct Random(Dice);

impl Random {
    fn below(&mut self, end: u32) -> u32 {
        u32::try_from(self.0.below(end.into())).unwrap_or(0)
    }

    fn maybe<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.0.percent(50).then(|| value(self))
    }

    fn amount(&mut self) -> i64 {
        self.0.range(0, 50_000)
    }

    fn rate(&mut self) -> Rate {
        Rate {
            millionths: self.below(1_000_001),
        }
    }

    fn texts(&mut self, word: &str) -> Vec<String> {
        (0..self.below(3))
            .map(|number| format!("{word} {number} ü"))
            .collect()
    }

    fn selection(&mut self) -> Selection {
        Selection {
            categories: self.texts("category"),
            brands: self.texts("brand"),
            products: self.texts("product"),
        }
    }

    fn promotion(&mut self, number: u32) -> Promotion {
        let action = match number % 4 {
            0 => Action::PercentOff(self.rate()),
            1 => Action::AmountOff {
                amount: self.amount(),
                per: *self.0.pick(&[Per::Cart, Per::Item]),
            },
            2 => Action::BuyGet {
                buy: self.below(4),
                get: 1 + self.below(2),
                rate: self.rate(),
            },
            _ => Action::FreeDelivery {
                methods: self.texts("method"),
            },
        };
        Promotion {
            id: format!("promotion-{number}"),
            name: self.texts("Offer").join(", "),
            coupons: self.texts("CODE"),
            active_from: self.maybe(|random| random.amount()),
            active_until: self.maybe(|random| random.amount()),
            minimum_subtotal: self.amount(),
            minimum_quantity: self.below(4),
            applies_to: self.selection(),
            except: self.selection(),
            customer_groups: self.texts("group"),
            action,
            stacking: *self.0.pick(&[Stacking::Combinable, Stacking::Exclusive]),
            priority: i32::try_from(self.0.range(-9, 9)).unwrap_or(0),
            max_uses: self.maybe(|random| 1 + random.below(5)),
        }
    }

    fn postcodes(&mut self) -> Vec<Postcodes> {
        let mut one = || Postcodes {
            from: self.below(90).to_string(),
            to: self.maybe(|random| random.below(99).to_string()),
        };
        vec![one(), one()]
    }

    fn method(&mut self, number: u32) -> DeliveryMethod {
        let band = |random: &mut Self| Band {
            up_to: random.maybe(|random| random.0.below(90_000)),
            price: random.amount(),
        };
        let location = |number: u32| PickupLocation {
            id: number.to_string(),
            name: format!("Shop {number}"),
            address: "1 Straße".to_owned(),
        };
        DeliveryMethod {
            id: format!("method {number}"),
            name: self.texts("Parcel").join(" "),
            description: self.texts("days").join(" to "),
            position: i32::try_from(self.0.range(-3, 3)).unwrap_or(0),
            countries: self.texts("country"),
            postcodes: self.postcodes(),
            except_postcodes: Vec::new(),
            basis: *self
                .0
                .pick(&[Basis::OrderValue, Basis::Weight, Basis::Items]),
            bands: (0..self.below(4)).map(|_| band(self)).collect(),
            free_from: self.maybe(Self::amount),
            locations: (0..self.below(3)).map(location).collect(),
        }
    }

    fn taxes(&mut self) -> Taxes {
        let rate = |random: &mut Self, class: &str| TaxRate {
            class: class.to_owned(),
            country: (*random.0.pick(&["DE", "FR", "US"])).to_owned(),
            region: random.maybe(|random| random.below(9).to_string()),
            rate: random.rate(),
        };
        Taxes {
            prices_include_tax: self.0.percent(50),
            rounding: *self.0.pick(&[Rounding::PerLine, Rounding::PerTotal]),
            default_class: CLASSES[0].to_owned(),
            delivery_class: self.maybe(|_| CLASSES[1].to_owned()).unwrap_or_default(),
            default_country: self.maybe(|_| "DE".to_owned()).unwrap_or_default(),
            rates: CLASSES.iter().map(|class| rate(self, class)).collect(),
        }
    }
}
