//! A cart seen against the current generation: names, prices, stock, what changed since the shopper looked.

use frontage_shared::model::money::Currency;
use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::offers::{Availability, VariantOffer};
use frontage_shared::snapshot::products::{Product, Variant};
use frontage_shared::totals::{self, Basket, Destination, LineTotal, Totals};

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
    /// Whether the first method on offer is taken where none was chosen, or none that is on offer.
    pub or_first: bool,
    /// The instant, Unix seconds.
    pub now: i64,
}

impl<'a> Priced<'a> {
    /// Prices a cart from a generation; names are those of `catalog`, the generation's in one of its languages.
    ///
    /// A cart that comes to more than can be counted has no line that can be bought.
    pub fn of(
        cart: &Cart,
        generation: &'a Generation,
        catalog: &'a Catalog,
        currency: Currency,
        choice: &Choice,
    ) -> Self {
        let is_comparable = cart.is_in(currency);
        let of = |item: &Item| Line::of(*item, catalog, generation, is_comparable);
        let mut lines: Vec<_> = cart.items.iter().filter_map(of).collect();
        let reckon = |lines: &[Line<'_>]| {
            let basket = basket(cart, lines, generation, choice);
            totals::total(generation.terms(), &basket, currency)
        };
        let totals = reckon(&lines).unwrap_or_else(|_| {
            for line in &mut lines {
                line.problem.get_or_insert(Problem::NoPrice);
            }
            Totals::nothing(currency)
        });
        let mut sums = totals.lines.iter();
        for line in lines.iter_mut().filter(|line| line.problem.is_none()) {
            line.total = sums.next().copied().unwrap_or_default();
        }
        Self {
            gone: cart.items.len() - lines.len(),
            lines,
            totals,
        }
    }

    /// Whether it can be ordered as it is.
    pub fn can_be_ordered(&self) -> bool {
        !self.lines.is_empty()
            && self.gone == 0
            && self.lines.iter().all(|line| line.problem.is_none())
    }

    /// What tells these prices from others: articles, quantities, what one costs, and in which currency.
    pub fn prices_digest(&self) -> String {
        let mut hasher = xxhash_rust::xxh3::Xxh3::new();
        hasher.update(self.totals.currency.code().as_bytes());
        for line in &self.lines {
            hasher.update(&line.item.key.to_le_bytes());
            hasher.update(&line.item.quantity.to_le_bytes());
            hasher.update(&line.price.unwrap_or(-1).to_le_bytes());
        }
        format!("{:016x}", hasher.digest())
    }
}

impl<'a> Line<'a> {
    fn of(
        item: Item,
        catalog: &'a Catalog,
        generation: &Generation,
        is_comparable: bool,
    ) -> Option<Self> {
        let variant = catalog.variant_by_key(item.key)?;
        let product = variant.product()?;
        let offer = generation.offers.variant(variant.row);
        Some(Self {
            item,
            product,
            price: offer.price,
            was: item
                .seen
                .filter(|_| is_comparable)
                .filter(|seen| offer.price.is_some_and(|price| price != *seen)),
            problem: problem(&offer, item.quantity),
            variant,
            total: LineTotal::default(),
        })
    }

    /// What tells the variant from the product's others, in words; empty if it has none.
    pub fn variant_name(&self) -> String {
        variant_name(&self.variant)
    }
}

/// What is reckoned with: the lines that can be bought.
fn basket(cart: &Cart, lines: &[Line<'_>], generation: &Generation, choice: &Choice) -> Basket {
    let bought = lines.iter().filter(|line| line.problem.is_none());
    let reckoned = bought
        .filter_map(|line| totals::Line::of(generation, line.variant.row, line.item.quantity));
    Basket {
        lines: reckoned.collect(),
        coupons: cart.coupons.clone(),
        destination: choice.destination.clone(),
        delivery_method: choice.delivery.clone(),
        first_delivery: choice.or_first,
        customer_group: None,
        now: choice.now,
    }
}

/// What tells a variant from its product's others, in words; empty if it has none.
pub(crate) fn variant_name(variant: &Variant<'_>) -> String {
    if !variant.name().is_empty() {
        return variant.name().to_owned();
    }
    let values: Vec<&str> = variant.values().map(|value| value.name()).collect();
    values.join(", ")
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
