//! Orders as the server accepts them, for tests that have no shopper.

use std::time::{SystemTime, UNIX_EPOCH};

use frontage_shared::order::{
    Address, Customer, Order, OrderId, OrderKind, OrderLine, OrderTotals, Payment, PaymentState,
};
use frontage_shared::store::{Accepted, Store};

/// What stands in every order and must stand in no log.
pub const PERSONAL: [&str; 3] = ["ada@example.org", "Ada Example", "Musterweg"];

/// An id of this instant.
#[expect(
    clippy::disallowed_methods,
    reason = "orders of tests are of today, as those of shoppers"
)]
pub fn fresh_id() -> OrderId {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.expect("the clock is past 1970");
    OrderId::new(
        u64::try_from(now.as_millis()).expect("the clock is before the year 10000"),
        rand::random(),
    )
}

/// An order of so many of one variant.
pub fn order(id: OrderId, variant: &str, quantity: u32) -> Order {
    let home = Address {
        name: "Ada Example".to_owned(),
        line1: "Musterweg 1".to_owned(),
        postcode: Some("10115".to_owned()),
        city: "Berlin".to_owned(),
        country: "DE".to_owned(),
        ..Address::default()
    };
    let total = format!("{quantity}.00");
    Order {
        kind: OrderKind::Order,
        id: id.to_string(),
        shop: "demo".to_owned(),
        placed_at: placed_at(id),
        generation: 1,
        locale: "en".to_owned(),
        currency: "EUR".to_owned(),
        priced_by: Default::default(),
        customer_group: None,
        customer: Customer {
            email: "ada@example.org".to_owned(),
            ..Customer::default()
        },
        billing: home.clone(),
        shipping: home,
        lines: vec![OrderLine {
            product_id: variant.to_owned(),
            variant_id: variant.to_owned(),
            sku: None,
            name: "Thing".to_owned(),
            variant_name: None,
            quantity,
            unit_price: "1.00".to_owned(),
            subtotal: total.clone(),
            discount: "0.00".to_owned(),
            total: total.clone(),
            tax_rate: None,
        }],
        discounts: Vec::new(),
        delivery: None,
        taxes: Vec::new(),
        prices_include_tax: true,
        totals: OrderTotals {
            subtotal: total.clone(),
            discount: "0.00".to_owned(),
            delivery: "0.00".to_owned(),
            tax: "0.00".to_owned(),
            total,
        },
        payment: Payment {
            method: "invoice".to_owned(),
            state: PaymentState::Due,
            reference: None,
        },
        note: None,
        newsletter: false,
    }
}

/// Accepts so many orders, as the server does, and gives their ids.
///
/// # Panics
/// One of them is not accepted.
pub fn accept(store: &Store, count: u32) -> Vec<OrderId> {
    let batch: Vec<(OrderId, Vec<u8>)> = (0..count)
        .map(|_| {
            let id = fresh_id();
            let order = order(id, "thing-number-1", 1);
            (id, order.encode().expect("an order is JSON"))
        })
        .collect();
    for outcome in store.accept_orders(&batch) {
        assert!(matches!(outcome, Ok(Accepted::Now)), "{outcome:?}");
    }
    batch.into_iter().map(|(id, _)| id).collect()
}

fn placed_at(id: OrderId) -> String {
    let at = i64::try_from(id.minted_ms()).unwrap_or_default();
    let at = chrono::DateTime::from_timestamp_millis(at).unwrap_or_default();
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
