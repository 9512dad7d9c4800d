//! What is counted of a feed, so that the guard need not read the one before to know what it held.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use frontage_shared::model::money::Currency;
use serde::{Deserialize, Serialize};

use super::Line;
use crate::wire::{Document, Kind, Offer, Price, Short, Status};

/// Counts over the lines of a feed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// The shop's currency when this was counted; amounts in others were not looked at.
    pub currency: String,
    /// Lines in the shop by kind: drafts and archived documents are in a feed, but not in the shop.
    pub shown: BTreeMap<Kind, u64>,
    /// Offers with a price in the shop's currency.
    pub priced: u64,
    /// Offers with such a price above zero.
    pub positive: u64,
    /// Products in the shop by the id of a category that they name or are placed in.
    pub categories: BTreeMap<String, u64>,
}

/// What is counted of one line.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// Its kind.
    pub kind: Kind,
    /// Whether it is in the shop.
    pub is_shown: bool,
    /// Whether it is in the shop at times only.
    pub has_window: bool,
    /// The least that is to be paid in the shop's currency, whenever that is: a sale may begin before anybody looks at it.
    /// A float will do: only shares and medians come of it.
    pub amount: Option<f64>,
    /// Whether it has a price in any currency.
    pub is_priced: bool,
    /// The categories that a product names, or is placed in.
    pub category_ids: Vec<Short>,
}

impl Summary {
    /// Nothing counted yet.
    pub fn new(currency: Currency) -> Self {
        Self {
            currency: currency.code().to_owned(),
            ..Self::default()
        }
    }

    /// Counts a line.
    pub fn add(&mut self, facts: &Facts) {
        let (priced, positive) = facts.prices();
        self.priced += priced;
        self.positive += positive;
        if !facts.is_shown {
            return;
        }
        *self.shown.entry(facts.kind).or_default() += 1;
        for id in &facts.category_ids {
            match self.categories.get_mut(id.as_str()) {
                Some(products) => *products += 1,
                None => drop(self.categories.insert(id.to_string(), 1)),
            }
        }
    }

    /// Takes back what [`add`](Self::add) counted.
    pub fn remove(&mut self, facts: &Facts) {
        let (priced, positive) = facts.prices();
        self.priced = self.priced.saturating_sub(priced);
        self.positive = self.positive.saturating_sub(positive);
        if !facts.is_shown {
            return;
        }
        take_one(&mut self.shown, &facts.kind);
        for id in &facts.category_ids {
            take_one(&mut self.categories, id.as_str());
        }
    }

    /// The same counts, seen from a shop with this currency.
    pub fn seen_in(&self, currency: Currency) -> Self {
        let is_same = self.currency == currency.code();
        let of_prices = |count| if is_same { count } else { 0 };
        Self {
            currency: currency.code().to_owned(),
            priced: of_prices(self.priced),
            positive: of_prices(self.positive),
            ..self.clone()
        }
    }
}

/// The least that is paid by a price: in its sale if it has one, or where many are bought. Of what is free of charge
/// nothing is less.
fn least(price: &Price) -> Option<f64> {
    let amount: f64 = price.amount.parse().ok()?;
    let tiers = price.tiers.iter().map(|tier| &tier.amount);
    let others = price.sale_price.iter().chain(tiers);
    let others = others.filter_map(|other| other.parse().ok());
    let paid = others.filter(|&other: &f64| other > 0.0);
    Some(paid.fold(amount, f64::min))
}

/// A count that falls to zero is no longer there, as if it had never been.
fn take_one<K: Ord + Borrow<Q>, Q: Ord + ?Sized>(counts: &mut BTreeMap<K, u64>, key: &Q) {
    match counts.get_mut(key) {
        Some(count) if *count > 1 => *count -= 1,
        _ => drop(counts.remove(key)),
    }
}

impl Facts {
    /// The facts of a document as it stands in a half.
    pub fn of(document: &Document, currency: Currency) -> Self {
        let (status, offer, category_ids): (_, Option<&Offer>, &[Short]) = match document {
            Document::Product(product) => (product.status, None, &product.category_ids),
            Document::Variant(variant) => (variant.status, None, &[]),
            Document::Offer(offer) => (None, Some(offer), &[]),
            Document::Category(category) => (category.status, None, &[]),
            Document::Page(page) => (page.status, None, &[]),
            Document::Placement(placement) => {
                (None, None, std::slice::from_ref(&placement.category_id))
            }
            Document::Review(review) => (review.status, None, &[]),
            Document::Promotion(promotion) => (promotion.status, None, &[]),
            Document::DeliveryMethod(method) => (method.status, None, &[]),
            Document::Attribute(_)
            | Document::Redirect(_)
            | Document::Synonym(_)
            | Document::Tax(_)
            | Document::Delete(_)
            | Document::OrderStatus(_) => (None, None, &[]),
        };
        let has_window = match document {
            Document::Product(product) => {
                product.publish_from.is_some() || product.publish_until.is_some()
            }
            Document::Page(page) => page.publish_from.is_some() || page.publish_until.is_some(),
            _ => false,
        };
        let prices = offer.map_or(&[][..], |offer| &offer.prices);
        let own = prices
            .iter()
            .find(|price| price.currency == currency.code());
        Self {
            kind: document.kind(),
            is_shown: !matches!(status, Some(Status::Draft | Status::Archived)),
            has_window,
            amount: own.and_then(least),
            is_priced: !prices.is_empty(),
            category_ids: category_ids.to_vec(),
        }
    }

    /// The facts of a line, if it can be read.
    pub fn read(line: &Line, currency: Currency) -> Option<Self> {
        let document = Document::from_json(&line.json).ok()?;
        Some(Self::of(&document, currency))
    }

    /// Prices, and prices above zero, that this line is counted for.
    fn prices(&self) -> (u64, u64) {
        let amount = self.amount;
        (
            u64::from(amount.is_some()),
            u64::from(amount.is_some_and(|amount| amount > 0.0)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Product;

    fn product(status: Option<Status>) -> Document {
        Document::Product(Box::new(Product {
            id: "a".into(),
            name: "A".to_owned(),
            status,
            category_ids: vec!["mugs".into()],
            ..Product::default()
        }))
    }

    fn offer(amount: &str) -> Document {
        Document::Offer(Offer {
            variant_id: Some("a".into()),
            prices: vec![Price {
                amount: amount.into(),
                currency: "EUR".into(),
                ..Price::default()
            }],
            ..Offer::default()
        })
    }

    #[test]
    fn what_a_price_comes_to_at_the_least_is_counted() {
        let least = |price: serde_json::Value| {
            let price: Price = serde_json::from_value(price).unwrap();
            super::least(&price)
        };
        let price = |more: serde_json::Value| {
            let mut price = serde_json::json!({"amount": "10.00", "currency": "EUR"});
            price
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            price
        };
        let tier = |amount: &str| serde_json::json!({"min_quantity": 5, "amount": amount});
        for (more, expected) in [
            (serde_json::json!({}), 10.0),
            (serde_json::json!({"sale_price": "8.00"}), 8.0),
            (serde_json::json!({"sale_price": "12.00"}), 10.0),
            (serde_json::json!({"sale_price": "0.00"}), 10.0),
            (
                serde_json::json!({"tiers": [tier("9.00"), tier("0.07")]}),
                0.07,
            ),
            (
                serde_json::json!({"sale_price": "8.00", "tiers": [tier("8.50")]}),
                8.0,
            ),
        ] {
            assert_eq!(least(price(more.clone())), Some(expected), "{more}");
        }
        let free =
            serde_json::json!({"amount": "0.00", "currency": "EUR", "tiers": [tier("1.00")]});
        assert_eq!(least(free), Some(0.0));
    }

    #[test]
    fn what_is_taken_back_leaves_no_trace() {
        let documents = [
            product(None),
            product(Some(Status::Draft)),
            offer("0.00"),
            offer("9.90"),
        ];
        let facts = documents.map(|document| Facts::of(&document, Currency::EUR));
        let mut summary = Summary::new(Currency::EUR);
        facts.iter().for_each(|facts| summary.add(facts));
        assert_eq!((summary.priced, summary.positive), (2, 1));
        assert_eq!(summary.shown[&Kind::Product], 1);
        assert_eq!(summary.categories["mugs"], 1);
        let dollars = Currency::parse("USD").unwrap();
        assert_eq!(summary.seen_in(dollars).priced, 0);
        facts.iter().for_each(|facts| summary.remove(facts));
        assert_eq!(summary, Summary::new(Currency::EUR));
    }
}
