//! The sums under a cart, a checkout and an order: one look for all three.

use frontage_shared::order::PricedBy;
use frontage_shared::snapshot::Generation;
use frontage_shared::totals::{ChosenDelivery, Totals};

use super::view::View;
use crate::cart::Priced;

/// The sums. Templates read it as `sums`.
pub(crate) struct Sums {
    /// Everything before the total.
    pub(crate) rows: Vec<Sum>,
    pub(crate) total: String,
    /// What is said below the total: which taxes are in it.
    pub(crate) notes: Vec<String>,
}

/// One sum and its name.
pub(crate) struct Sum {
    pub(crate) name: String,
    pub(crate) amount: String,
}

/// A line of what is bought. Templates read a list of them as `bought`.
pub(crate) struct Bought {
    pub(crate) name: String,
    pub(crate) variant: String,
    pub(crate) quantity: String,
    pub(crate) sum: String,
}

/// A sentence about the prices. Templates read a list of them as `remarks`.
pub(crate) struct Remark {
    pub(crate) text: String,
    /// Whether something is otherwise than it should be.
    pub(crate) is_problem: bool,
}

/// What is to be known about the prices of a cart: where they come from, if that is not what is usual, and what the
/// merchant says.
pub(crate) fn remarks(view: &View<'_>, priced: &Priced<'_>) -> Vec<Remark> {
    let problem = |text: &str| Remark {
        text: text.to_owned(),
        is_problem: true,
    };
    let mut remarks = Vec::new();
    match priced.by {
        Some(PricedBy::Catalog | PricedBy::Merchant) => {}
        Some(PricedBy::Fallback) => remarks.push(problem(&view.words.prices_of_catalog)),
        None => remarks.push(problem(&view.words.prices_unknown)),
    }
    let messages = priced.quote.iter().flat_map(|quote| &quote.messages);
    remarks.extend(messages.map(|message| Remark {
        text: message.clone(),
        is_problem: false,
    }));
    remarks
}

/// The sums of a cart.
pub(crate) fn of(view: &View<'_>, totals: &Totals) -> Sums {
    let words = view.words;
    let amount = |minor: i64| view.amount(minor).to_string();
    let mut rows = vec![Sum {
        name: words.subtotal.clone(),
        amount: amount(totals.subtotal),
    }];
    let on_goods = totals
        .discounts
        .iter()
        .filter(|discount| !discount.on_delivery && discount.amount > 0);
    rows.extend(on_goods.map(|discount| Sum {
        name: discount.name.clone(),
        amount: amount(-discount.amount),
    }));
    match &totals.chosen_delivery {
        ChosenDelivery::NotNeeded => {}
        ChosenDelivery::NotChosen | ChosenDelivery::NotAvailable => rows.push(Sum {
            name: words.delivery.clone(),
            amount: from_price(view, totals),
        }),
        ChosenDelivery::Method(method) => rows.push(Sum {
            name: words.delivery_by.fill(&[&method.name]),
            amount: price(view, method.price),
        }),
    }
    let mut sums = Sums {
        rows,
        total: amount(totals.total),
        notes: Vec::new(),
    };
    for tax in &totals.taxes {
        let rate = tax.rate.to_string();
        sums.tax(view, totals.prices_include_tax, &rate, amount(tax.tax));
    }
    sums
}

impl Sums {
    /// The tax of one rate, in per cent: told as a part of the total, or as a sum of its own.
    pub(crate) fn tax(&mut self, view: &View<'_>, is_included: bool, rate: &str, amount: String) {
        let words = view.words;
        let rate = view.locale.decimal(rate);
        match is_included {
            true => self.notes.push(words.tax_included.fill(&[&amount, &rate])),
            false => self.rows.push(Sum {
                name: words.tax_at.fill(&[&rate]),
                amount,
            }),
        }
    }
}

/// What delivery costs, in words if it is nothing.
pub(crate) fn price(view: &View<'_>, minor: i64) -> String {
    match minor {
        0 => view.words.free_of_charge.clone(),
        some => view.amount(some).to_string(),
    }
}

/// Whether the shop has codes to redeem.
pub(crate) fn has_coupons(generation: &Generation) -> bool {
    let promotions = &generation.terms().promotions;
    promotions
        .iter()
        .any(|promotion| !promotion.coupons.is_empty())
}

/// What delivery costs at least, while none is chosen.
fn from_price(view: &View<'_>, totals: &Totals) -> String {
    let cheapest = totals
        .delivery_options
        .iter()
        .map(|option| option.price)
        .min();
    match cheapest {
        None => view.words.at_checkout.clone(),
        Some(0) => view.words.free_of_charge.clone(),
        Some(least) => format!("{} {}", view.words.from, view.amount(least)),
    }
}
