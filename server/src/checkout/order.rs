//! An order, of a priced cart and a form without faults.

use frontage_shared::order::{
    Customer, Order, OrderDelivery, OrderDiscount, OrderKind, OrderLine, OrderTax, OrderTotals,
    Payment, PaymentState,
};
use frontage_shared::totals::{ChosenDelivery, Totals};

use super::fields::Fields;
use super::ticket::Ticket;
use crate::cart::{Line, Priced};
use crate::page::format::iso_instant;

/// What an order needs to know besides cart and form.
pub struct Occasion<'a> {
    /// The form's ticket: its id is the order's.
    pub ticket: Ticket,
    /// The shop's id.
    pub shop: &'a str,
    /// The generation that priced it.
    pub generation: u64,
    /// The language the shopper read.
    pub locale: &'a str,
    /// The customer group whose prices the shopper saw.
    pub group: Option<&'a str>,
    /// What the shopper reads for a tax.
    pub tax_name: &'a str,
    /// Unix seconds.
    pub now: i64,
}

/// The order that this form places.
pub fn of(occasion: &Occasion<'_>, priced: &Priced<'_>, fields: &Fields) -> Order {
    let totals = &priced.totals;
    let shipping = fields.shipping.to_address();
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Order {
        kind: OrderKind::Order,
        id: occasion.ticket.id.to_string(),
        shop: occasion.shop.to_owned(),
        placed_at: iso_instant(occasion.now),
        generation: occasion.generation,
        locale: occasion.locale.to_owned(),
        currency: totals.currency.code().to_owned(),
        priced_by: priced.by.unwrap_or_default(),
        customer_group: occasion.group.map(str::to_owned),
        customer: Customer {
            email: fields.email.clone(),
            phone: some(&fields.phone),
            vat_id: some(&fields.vat_id),
        },
        billing: match fields.other_billing {
            true => fields.billing.to_address(),
            false => shipping.clone(),
        },
        shipping,
        lines: priced.lines.iter().map(|part| line(part, totals)).collect(),
        discounts: discounts(totals),
        delivery: delivery(totals),
        taxes: taxes(totals, occasion.tax_name),
        prices_include_tax: totals.prices_include_tax,
        totals: sums(totals),
        payment: Payment {
            method: fields.payment.clone(),
            state: PaymentState::Due,
            reference: None,
        },
        note: some(&fields.note),
        newsletter: fields.newsletter,
    }
}

fn line(line: &Line<'_>, totals: &Totals) -> OrderLine {
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    OrderLine {
        product_id: line.product.id().to_owned(),
        variant_id: line.variant.id().to_owned(),
        sku: some(line.variant.sku()),
        name: line.product.name().to_owned(),
        variant_name: some(&line.variant_name()),
        quantity: line.item.quantity,
        unit_price: decimal(totals, line.price.unwrap_or_default()),
        subtotal: decimal(totals, line.total.subtotal),
        discount: decimal(totals, line.total.discount),
        total: decimal(totals, line.total.total),
        tax_rate: line.total.tax_rate.map(|rate| rate.to_string()),
    }
}

fn discounts(totals: &Totals) -> Vec<OrderDiscount> {
    let effective = totals
        .discounts
        .iter()
        .filter(|discount| discount.amount > 0);
    effective
        .map(|discount| OrderDiscount {
            rule: discount.promotion.clone(),
            code: discount.coupon.clone(),
            name: discount.name.clone(),
            amount: decimal(totals, discount.amount),
        })
        .collect()
}

fn delivery(totals: &Totals) -> Option<OrderDelivery> {
    let ChosenDelivery::Method(method) = &totals.chosen_delivery else {
        return None;
    };
    Some(OrderDelivery {
        method: method.id.clone(),
        name: method.name.clone(),
        price: decimal(totals, method.full_price),
        discount: decimal(totals, method.full_price - method.price),
        total: decimal(totals, method.price),
        tax_rate: None,
    })
}

fn taxes(totals: &Totals, name: &str) -> Vec<OrderTax> {
    let taxes = totals.taxes.iter();
    taxes
        .map(|tax| OrderTax {
            name: name.to_owned(),
            rate: tax.rate.to_string(),
            net: decimal(totals, tax.net),
            amount: decimal(totals, tax.tax),
        })
        .collect()
}

fn sums(totals: &Totals) -> OrderTotals {
    let (full_delivery, off_delivery) = match &totals.chosen_delivery {
        ChosenDelivery::Method(method) => (method.full_price, method.full_price - method.price),
        _ => (0, 0),
    };
    OrderTotals {
        subtotal: decimal(totals, totals.subtotal),
        discount: decimal(totals, totals.discount.saturating_add(off_delivery)),
        delivery: decimal(totals, full_delivery),
        tax: decimal(totals, totals.tax),
        total: decimal(totals, totals.total),
    }
}

fn decimal(totals: &Totals, minor: i64) -> String {
    totals.money(minor).to_string()
}
