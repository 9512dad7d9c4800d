//! A cart seen against the current generation: names, prices, stock, what changed since the shopper looked.

use std::sync::Arc;

use frontage_shared::model::money::Currency;
use frontage_shared::order::PricedBy;
use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::offers::{Availability, VariantOffer};
use frontage_shared::snapshot::products::{Product, Variant};
use frontage_shared::totals::{self, Basket, Destination, LineTotal, Totals};

use super::{Cart, Item};
use crate::pricing::{Quote, Quoted};

/// A cart with everything known about it.
pub struct Priced<'a> {
    /// What is still in the shop, in the order of the cart.
    pub lines: Vec<Line<'a>>,
    /// Lines whose variant the shop no longer has. Nothing is known of them any more but that they were there.
    pub gone: usize,
    /// What it costs; lines that cannot be bought count nothing.
    pub totals: Totals,
    /// Who says so; none while nobody can, and then it cannot be ordered.
    pub by: Option<PricedBy>,
    /// What the merchant answered, if these are the merchant's prices.
    pub quote: Option<Arc<Quote>>,
}

/// One line of it.
pub struct Line<'a> {
    /// What the cookie says.
    pub item: Item,
    /// Whose variant it is.
    pub product: Product<'a>,
    /// What is bought.
    pub variant: Variant<'a>,
    /// The price of one now, where so many are bought; minor units.
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
pub struct Choice<'q> {
    /// Where it goes, as far as that is known.
    pub destination: Destination,
    /// The delivery method's id, if one was chosen.
    pub delivery: Option<String>,
    /// Whether the first method on offer is taken where none was chosen, or none that is on offer.
    pub or_first: bool,
    /// The instant, Unix seconds.
    pub now: i64,
    /// What came of asking the merchant for prices, if it was asked.
    pub quoted: Option<&'q Quoted>,
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
        choice: &Choice<'_>,
    ) -> Self {
        let is_comparable = cart.is_in(currency);
        let of = |item: &Item| Line::of(*item, catalog, generation, is_comparable);
        let mut lines: Vec<_> = cart.items.iter().filter_map(of).collect();
        let reckon = |lines: &[Line<'_>]| {
            let basket = basket(cart, lines, (generation, catalog.group()), choice);
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
        let mut priced = Self {
            gone: cart.items.len() - lines.len(),
            lines,
            totals,
            by: Some(PricedBy::Catalog),
            quote: None,
        };
        match choice.quoted {
            None => {}
            Some(Quoted::Merchant(quote)) => priced.take(quote),
            Some(Quoted::Fallback) => priced.by = Some(PricedBy::Fallback),
            Some(Quoted::Refused) => priced.by = None,
        }
        priced
    }

    /// Puts the merchant's prices in the place of the catalog's.
    fn take(&mut self, quote: &Arc<Quote>) {
        let bought = |line: &&mut Line<'_>| line.problem.is_none();
        let fits = |line: &Line<'_>, quoted: &crate::pricing::quote::QuotedLine| {
            line.variant.id() == quoted.variant && line.item.quantity == quoted.quantity
        };
        let mut lines: Vec<_> = self.lines.iter_mut().filter(bought).collect();
        let is_for_this = lines.len() == quote.lines.len()
            && lines
                .iter()
                .zip(&quote.lines)
                .all(|(line, quoted)| fits(line, quoted));
        if !is_for_this {
            // The price of another cart is none of this one.
            self.by = None;
            return;
        }
        let quoted = quote.lines.iter().zip(&quote.totals.lines);
        for (line, (quoted, total)) in lines.iter_mut().zip(quoted) {
            // Who buys for less than they saw need not be told line by line.
            let seen = line.was.or(line.price);
            line.was = seen.filter(|seen| *seen < quoted.unit_price);
            line.price = Some(quoted.unit_price);
            line.total = *total;
        }
        self.totals = quote.totals.clone();
        self.by = Some(PricedBy::Merchant);
        self.quote = Some(Arc::clone(quote));
    }

    /// Whether it can be ordered as it is.
    pub fn can_be_ordered(&self) -> bool {
        self.by.is_some() && self.is_for_sale()
    }

    /// Whether everything in it can be bought, whatever it costs.
    pub fn is_for_sale(&self) -> bool {
        !self.lines.is_empty()
            && self.gone == 0
            && self.lines.iter().all(|line| line.problem.is_none())
    }

    /// What tells these prices from others: articles, quantities, what one costs, in which currency, and who says so.
    pub fn prices_digest(&self) -> String {
        let mut hasher = xxhash_rust::xxh3::Xxh3::new();
        hasher.update(self.totals.currency.code().as_bytes());
        hasher.update(&[self.by.map_or(u8::MAX, |by| by as u8)]);
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
        // What was seen was the price of one where so many are bought, so that is what it is compared with.
        let price = generation.offers.unit_price(variant.row, item.quantity);
        Some(Self {
            item,
            product,
            price,
            was: item
                .seen
                .filter(|_| is_comparable)
                .filter(|seen| price.is_some_and(|price| price != *seen)),
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
fn basket(
    cart: &Cart,
    lines: &[Line<'_>],
    (generation, group): (&Generation, Option<&str>),
    choice: &Choice<'_>,
) -> Basket {
    let bought = lines.iter().filter(|line| line.problem.is_none());
    let reckoned = bought
        .filter_map(|line| totals::Line::of(generation, line.variant.row, line.item.quantity));
    Basket {
        lines: reckoned.collect(),
        coupons: cart.coupons.clone(),
        destination: choice.destination.clone(),
        delivery_method: choice.delivery.clone(),
        first_delivery: choice.or_first,
        customer_group: group.map(str::to_owned),
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
