//! What is to be priced: the lines of a cart and what else a price depends on.

/// A cart at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Basket {
    /// What is bought; their order changes nothing but the order of the answer.
    pub lines: Vec<Line>,
    /// Coupon codes as the shopper typed them; whoever takes them in limits how many.
    pub coupons: Vec<String>,
    /// Where it goes, as far as that is known.
    pub destination: Destination,
    /// Id of the delivery method that the shopper chose.
    pub delivery_method: Option<String>,
    /// Whether the first method on offer is taken, if none was chosen or the chosen one is not on offer.
    pub first_delivery: bool,
    /// The customer group of the shopper; none for guests.
    pub customer_group: Option<String>,
    /// Unix seconds.
    pub now: i64,
}

/// Units of one variant.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// Minor units for one; not negative.
    pub unit_price: i64,
    /// How many.
    pub quantity: u32,
    /// Id of the variant.
    pub variant: String,
    /// Id of its product.
    pub product: String,
    /// Ids of the product's categories and of all categories above them.
    pub categories: Vec<String>,
    /// Slug and name of its brand: a promotion may name either.
    pub brands: Vec<String>,
    /// Its tax class; empty means the default class.
    pub tax_class: String,
    /// Grams of one, if known.
    pub weight: Option<u32>,
}

/// Where the goods go; empty is unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Destination {
    /// ISO 3166 code of the country.
    pub country: String,
    /// Region in the country, as the rates name it.
    pub region: String,
    /// Postcode.
    pub postcode: String,
}
