//! A cart seen against the current generation: names, prices, stock, what changed since the shopper looked.

use frontage_shared::model::money::Currency;
use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::offers::{Availability, VariantOffer};
use frontage_shared::snapshot::products::{Product, Variant};
use frontage_shared::totals::{self, Basket, Destination, LineTotal, Totals, TotalsError};

use super::{Cart, Item};

/// A cart with everything known about it.
pub struct Priced<'a> {
    /// What is still in the shop, in the order of the cart.
    pub lines: Vec<Line<'a>>,
    /// Lines whose variant the shop no longer has. Nothing is known of them any more but that they were there.
    pub gone: usize,
    /// What it costs; lines that cannot be bought count nothing.
    pub totals: Totals,
}

/// One line of it.
pub struct Line<'a> {
    /// What the cookie says.
    pub item: Item,
    /// Whose variant it is.
    pub product: Product<'a>,
    /// What is bought.
    pub variant: Variant<'a>,
    /// The price of one now, minor units.
    pub price: Option<i64>,
    /// The price that the shopper saw last, if it was another one.
    pub was: Option<i64>,
    /// Why it cannot be bought like this.
    pub problem: Option<Problem>,
    /// Its sums; nothing for a line that cannot be bought.
    pub total: LineTotal,
}

/// Why a line cannot be bought.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Problem {
    /// There is none left.
    SoldOut,
    /// There will be no more of it.
    Discontinued,
    /// The price is on request.
    NoPrice,
    /// There are fewer than wanted.
    OnlyLeft(u32),
}

/// What the price of a cart depends on besides its lines.
#[derive(Clone, Default, Debug)]
pub struct Choice {
    /// Where it goes, as far as that is known.
    pub destination: Destination,
    /// The delivery method's id, if one was chosen.
    pub delivery: Option<String>,
    /// The instant, Unix seconds.
    pub now: i64,
}

impl<'a> Priced<'a> {
    /// Prices a cart from a generation; names are those of `catalog`, the generation's in one of its languages.
    ///
    /// # Errors
    /// It comes to more than can be counted.
    pub fn of(
        cart: &Cart,
        generation: &'a Generation,
        catalog: &'a Catalog,
        currency: Currency,
        choice: &Choice,
    ) -> Result<Self, TotalsError> {
        let lines: Vec<_> = cart
            .items
            .iter()
            .filter_map(|item| Line::of(*item, catalog, generation))
            .collect();
        let bought = lines.iter().filter(|line| line.problem.is_none());
        let reckoned = bought
            .filter_map(|line| totals::Line::of(generation, line.variant.row, line.item.quantity));
        let basket = Basket {
            lines: reckoned.collect(),
            coupons: cart.coupons.clone(),
            destination: choice.destination.clone(),
            delivery_method: choice.delivery.clone(),
            customer_group: None,
            now: choice.now,
        };
        let totals = totals::total(generation.terms(), &basket, currency)?;
        let mut priced = Self {
            gone: cart.items.len() - lines.len(),
            lines,
            totals,
        };
        let mut sums = priced.totals.lines.iter();
        for line in priced
            .lines
            .iter_mut()
            .filter(|line| line.problem.is_none())
        {
            line.total = sums.next().copied().unwrap_or_default();
        }
        Ok(priced)
    }

    /// Whether it can be ordered as it is.
    pub fn can_be_ordered(&self) -> bool {
        !self.lines.is_empty()
            && self.gone == 0
            && self.lines.iter().all(|line| line.problem.is_none())
    }

    /// Whether nothing is left to show.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.gone == 0
    }
}

impl<'a> Line<'a> {
    fn of(item: Item, catalog: &'a Catalog, generation: &Generation) -> Option<Self> {
        let variant = catalog.variant_by_key(item.key)?;
        let product = variant.product()?;
        let offer = generation.offers.variant(variant.row);
        Some(Self {
            item,
            product,
            price: offer.price,
            was: item
                .seen
                .filter(|seen| offer.price.is_some_and(|price| price != *seen)),
            problem: problem(&offer, item.quantity),
            variant,
            total: LineTotal::default(),
        })
    }

    /// What tells the variant from the product's others, in words; empty if it has none.
    pub fn variant_name(&self) -> String {
        if !self.variant.name().is_empty() {
            return self.variant.name().to_owned();
        }
        let values: Vec<&str> = self.variant.values().map(|value| value.name()).collect();
        values.join(", ")
    }
}

fn problem(offer: &VariantOffer, quantity: u32) -> Option<Problem> {
    match offer.availability {
        Availability::OutOfStock => return Some(Problem::SoldOut),
        Availability::Discontinued => return Some(Problem::Discontinued),
        _ => {}
    }
    if offer.price.is_none() {
        return Some(Problem::NoPrice);
    }
    match (offer.availability, offer.quantity) {
        (Availability::InStock, Some(left)) if left < i64::from(quantity) => {
            match u32::try_from(left) {
                Ok(left @ 1..) => Some(Problem::OnlyLeft(left)),
                _ => Some(Problem::SoldOut),
            }
        }
        _ => None,
    }
}
