//! The shop's terms: its promotions, delivery methods and taxes, as owned values.
//!
//! A shop without any has `Terms::default()`: no discount, no delivery cost, no tax, and the total is the sum of the
//! lines. The order of the lists never matters.

/// Everything that decides what a cart costs besides its prices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// What makes a cart cheaper.
    pub promotions: Vec<Promotion>,
    /// The ways to the shopper; none means that delivery is not charged and need not be chosen.
    pub delivery_methods: Vec<DeliveryMethod>,
    /// The taxes; without rates none is charged or shown.
    pub taxes: Taxes,
}

/// A share in millionths: 19 % is 190 000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate {
    /// Millionths of the whole.
    pub millionths: u32,
}

/// A rule that makes a cart cheaper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promotion {
    /// The merchant's id.
    pub id: String,
    /// As shoppers see it.
    pub name: String,
    /// Any one of these codes turns it on, whatever their case; without codes it applies by itself.
    pub coupons: Vec<String>,
    /// Unix seconds from which it applies.
    pub active_from: Option<i64>,
    /// Unix seconds from which it no longer applies.
    pub active_until: Option<i64>,
    /// Minor units: what the qualifying lines must come to before any discount; 0 without a minimum.
    pub minimum_subtotal: i64,
    /// How many units must qualify; 0 without a minimum.
    pub minimum_quantity: u32,
    /// Lines that qualify.
    pub applies_to: Selection,
    /// Lines that do not, even if `applies_to` has them. Empty excludes nothing.
    pub except: Selection,
    /// Customer groups it is for; none means everybody.
    pub customer_groups: Vec<String>,
    /// What it gives.
    pub action: Action,
    /// Whether others may apply beside it.
    pub stacking: Stacking,
    /// The higher goes first.
    pub priority: i32,
    /// How often it counts in one cart: sets of buy-X-get-Y, units of an amount off per item. Others count once.
    pub max_uses: Option<u32>,
}

/// Some of the lines, by what they hold.
///
/// As a condition, a line must be in each list that is not empty. As an exception, one list is enough.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Category ids; the categories above those of a product count as its own.
    pub categories: Vec<String>,
    /// Slugs or names of brands.
    pub brands: Vec<String>,
    /// Product ids.
    pub products: Vec<String>,
}

/// What a promotion gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// A share of what the qualifying lines come to.
    PercentOff(Rate),
    /// A fixed amount.
    AmountOff {
        /// Minor units.
        amount: i64,
        /// Once, or for each unit.
        per: Per,
    },
    /// Of every `buy + get` qualifying units, `get` are cheaper: the cheapest in the cart.
    BuyGet {
        /// Units paid in full.
        buy: u32,
        /// Units made cheaper.
        get: u32,
        /// How much cheaper; `Rate::FULL` makes them free.
        rate: Rate,
    },
    /// Delivery costs nothing.
    FreeDelivery {
        /// Ids of the methods it is for; none means all.
        methods: Vec<String>,
    },
}

/// What an amount off counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    /// Once, split over the qualifying lines.
    Cart,
    /// For each qualifying unit.
    Item,
}

/// Whether promotions apply together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stacking {
    /// Beside all others that are combinable.
    Combinable,
    /// Alone.
    Exclusive,
}

/// A way to bring the goods to the shopper, or the shopper to the goods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryMethod {
    /// The merchant's id.
    pub id: String,
    /// As shoppers see it.
    pub name: String,
    /// Lead time and the like, in words.
    pub description: String,
    /// Its place among the methods, ascending; ids break ties.
    pub position: i32,
    /// ISO 3166 codes of the countries it reaches; none means all.
    pub countries: Vec<String>,
    /// Postcodes it reaches; none means all.
    pub postcodes: Vec<Postcodes>,
    /// Postcodes it does not reach.
    pub except_postcodes: Vec<Postcodes>,
    /// What the bands measure.
    pub basis: Basis,
    /// Prices; beyond the last band the method is not offered.
    pub bands: Vec<Band>,
    /// Minor units: free for goods worth at least this after discounts.
    pub free_from: Option<i64>,
    /// Where to collect, if it is a pickup.
    pub locations: Vec<PickupLocation>,
}

/// A price up to a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    /// The last value it is for: minor units, grams or units, as the basis says; none means without end.
    pub up_to: Option<u64>,
    /// Minor units.
    pub price: i64,
}

/// What the bands of a delivery method measure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Basis {
    /// Minor units of the goods after discounts, in the prices as they are shown.
    #[default]
    OrderValue,
    /// Grams; lines of unknown weight count nothing.
    Weight,
    /// Units.
    Items,
}

/// Postcodes by how they start.
///
/// Spaces and hyphens do not count, and letters count as capitals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Postcodes {
    /// The first beginning, such as `20` or `SW1`.
    pub from: String,
    /// The last beginning; without it, `from` alone.
    pub to: Option<String>,
}

/// Where a shopper collects an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PickupLocation {
    /// The merchant's id.
    pub id: String,
    /// As shoppers see it.
    pub name: String,
    /// In one line.
    pub address: String,
}

/// How the shop is taxed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taxes {
    /// Whether prices, delivery prices and amounts off include the tax.
    pub prices_include_tax: bool,
    /// Where a tax is rounded, half up.
    pub rounding: Rounding,
    /// The class of products that name none.
    pub default_class: String,
    /// The class of delivery; empty means the default class.
    pub delivery_class: String,
    /// ISO 3166 code of the country to reckon with while the destination is unknown; empty means no tax till then.
    pub default_country: String,
    /// The rates; where none fits, nothing is taxed.
    pub rates: Vec<TaxRate>,
}

/// Where a tax is rounded to minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rounding {
    /// For each line and for delivery.
    #[default]
    PerLine,
    /// Once for each rate, then split over its lines.
    PerTotal,
}

/// The rate of a class in a country or region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TaxRate {
    /// The class.
    pub class: String,
    /// ISO 3166 code.
    pub country: String,
    /// Only this region of the country; it goes before the rate of the country.
    pub region: Option<String>,
    /// How much.
    pub rate: Rate,
}

impl Rate {
    /// All of it.
    pub const FULL: Self = Self {
        millionths: 1_000_000,
    };

    /// A whole number of per cent.
    pub const fn percent(percent: u32) -> Self {
        Self {
            millionths: percent.saturating_mul(10_000),
        }
    }

    /// What [`Rate`] prints: per cent with at most four decimals, from 0 to 100; none for anything else.
    pub fn parse(percent: &str) -> Option<Self> {
        let (whole, decimals) = percent.split_once('.').unwrap_or((percent, "0"));
        let is_number = |part: &str, most| {
            (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !is_number(whole, 3) || !is_number(decimals, 4) {
            return None;
        }
        let millionths = format!("{whole}{decimals:0<4}").parse().ok()?;
        (millionths <= Self::FULL.millionths).then_some(Self { millionths })
    }
}

/// Per cent with as many decimals as needed: `19`, `8.875`.
impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, rest) = (self.millionths / 10_000, self.millionths % 10_000);
        if rest == 0 {
            return write!(f, "{whole}");
        }
        let decimals = format!("{rest:04}");
        write!(f, "{whole}.{}", decimals.trim_end_matches('0'))
    }
}

impl Promotion {
    /// A promotion for everybody, every line and all time that nothing else is known of.
    pub fn new(id: &str, name: &str, action: Action) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            coupons: Vec::new(),
            active_from: None,
            active_until: None,
            minimum_subtotal: 0,
            minimum_quantity: 0,
            applies_to: Selection::default(),
            except: Selection::default(),
            customer_groups: Vec::new(),
            action,
            stacking: Stacking::Combinable,
            priority: 0,
            max_uses: None,
        }
    }

    /// Whether this is one of its codes, whatever their case and the space around.
    pub fn has_coupon(&self, code: &str) -> bool {
        self.coupons.iter().any(|known| same_code(known, code))
    }
}

/// Whether two coupon codes are the same to a shopper: case and the space around them do not count.
pub fn same_code(one: &str, other: &str) -> bool {
    let capitals = |code: &str| {
        let letters: Vec<char> = code.trim().chars().flat_map(char::to_uppercase).collect();
        letters
    };
    // Most codes differ in their first byte; only those that could be equal are folded.
    one.trim().eq_ignore_ascii_case(other.trim())
        || (!(one.is_ascii() && other.is_ascii()) && capitals(one) == capitals(other))
}
