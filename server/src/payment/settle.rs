//! What becomes of an order when the provider has told something: by a webhook, or because the shopper came back.
//!
//! It is safe to be told the same any number of times, in any order, by several servers at once: an order is accepted
//! once, and what was accepted stays.

use std::sync::atomic::Ordering;

use frontage_shared::order::{Order, OrderId, PaymentState};
use frontage_shared::store::{Accepted, Beside, StoreError};
use tracing::{error, info, warn};

use super::pending::Pending;
use super::{Progress, Report};
use crate::checkout::Checkout;
use crate::metrics::Metrics;
use crate::page::format::iso_instant;

/// What became of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Settled {
    /// The order is durable, now or since before.
    Accepted,
    /// Nothing changed: it is not paid yet.
    Waits,
    /// The payment will not come, and nothing is ordered.
    Ended,
    /// What was paid is not what was ordered, or nobody knows the order: somebody must look.
    Mismatch,
    /// The store cannot be read or written; it has to be told again.
    NotStored,
    /// Nobody knows whether the order was stored; whoever asked asks again.
    NotKnown,
}

/// What is known of an order.
enum Known {
    Pending(Box<Pending>),
    Accepted(Box<Order>),
    Nothing,
}

/// Does what a report asks for.
pub async fn settle(checkout: &Checkout, metrics: &Metrics, report: &Report, now: i64) -> Settled {
    let id = report.order;
    if report.progress == Progress::Open {
        return Settled::Waits;
    }
    let settled = match known(checkout, id).await {
        Err(error) => {
            error!(order = %id, %error, "a payment was told of, and its order cannot be read");
            Settled::NotStored
        }
        Ok(Known::Accepted(order)) => before(&order, report),
        Ok(Known::Pending(pending)) => match differs(&pending, report) {
            Some(what) => mismatch(report, what),
            None => apply(checkout, metrics, *pending, report, now).await,
        },
        Ok(Known::Nothing) => match report.progress {
            Progress::Paid => mismatch(report, "no such order waits for a payment"),
            _ => Settled::Ended,
        },
    };
    if settled == Settled::Mismatch {
        metrics.payment_mismatches.fetch_add(1, Ordering::Relaxed);
    }
    settled
}

/// The waiting order is looked for first: one that is accepted meanwhile is there before it stops waiting.
async fn known(checkout: &Checkout, id: OrderId) -> Result<Known, StoreError> {
    let store = checkout.store.clone();
    in_background(move || {
        let pending = Pending::read(&store, id)?;
        let accepted = store.order(id)?;
        let order = accepted.map(|(_, bytes)| Order::decode(&bytes)).transpose();
        let order = order.map_err(|error| StoreError::Io {
            action: format!("reading order {id}"),
            source: error.into(),
        })?;
        Ok(match (order, pending) {
            (Some(order), _) => Known::Accepted(Box::new(order)),
            (None, Some(pending)) => Known::Pending(Box::new(pending)),
            (None, None) => Known::Nothing,
        })
    })
    .await
}

/// The order was accepted before; that it was paid must be in it.
fn before(order: &Order, report: &Report) -> Settled {
    let payment = &order.payment;
    let is_known = payment.state == PaymentState::Paid && payment.reference == report.reference;
    match report.progress {
        Progress::Paid if !is_known => {
            mismatch(report, "the order was accepted with another payment")
        }
        _ => Settled::Accepted,
    }
}

/// How a report does not fit the order that waits.
fn differs(pending: &Pending, report: &Report) -> Option<&'static str> {
    let session = pending.session.as_ref();
    if session.is_some_and(|session| session.id != report.session) {
        return Some("it is another session than the order's");
    }
    if report.amount != pending.amount {
        return Some("the amount is not the order's total");
    }
    (report.currency != pending.order.currency).then_some("the currency is not the order's")
}

fn mismatch(report: &Report, what: &'static str) -> Settled {
    error!(
        order = %report.order, session = report.session, amount = report.amount, currency = report.currency,
        "a payment does not fit and nothing was ordered: {what}"
    );
    Settled::Mismatch
}

async fn apply(
    checkout: &Checkout,
    metrics: &Metrics,
    mut pending: Pending,
    report: &Report,
    now: i64,
) -> Settled {
    let (id, store) = (report.order, checkout.store.clone());
    let stored = match report.progress {
        Progress::Paid => {
            pending
                .order
                .payment
                .reference
                .clone_from(&report.reference);
            return accept_paid(checkout, metrics, pending.order, id, now).await;
        }
        Progress::Failed => {
            info!(order = %id, "a payment failed, and its order is not placed");
            pending.failed = true;
            in_background(move || pending.write(&store, id)).await
        }
        _ => {
            info!(order = %id, "nobody paid in time, and the order is not placed");
            in_background(move || store.drop_beside(id, Beside::Pending)).await
        }
    };
    match stored {
        Ok(()) => Settled::Ended,
        Err(error) => {
            error!(order = %id, %error, "what became of a payment cannot be stored");
            Settled::NotStored
        }
    }
}

/// Makes a paid order durable, and stops its waiting after that.
pub(crate) async fn accept_paid(
    checkout: &Checkout,
    metrics: &Metrics,
    mut order: Order,
    id: OrderId,
    now: i64,
) -> Settled {
    order.payment.state = PaymentState::Paid;
    order.placed_at = iso_instant(now);
    let Ok(bytes) = order.encode() else {
        return Settled::NotStored;
    };
    match checkout.book.accept(id, bytes).await {
        Ok(accepted) => {
            if accepted == Accepted::Now {
                metrics.orders.fetch_add(1, Ordering::Relaxed);
                info!(order = %id, "an order was paid and accepted");
            }
            let store = checkout.store.clone();
            // One that stays is of no harm: the accepted order is what counts, and both are removed together.
            if let Err(error) = in_background(move || store.drop_beside(id, Beside::Pending)).await
            {
                warn!(order = %id, %error, "an order that was accepted still waits in the store");
            }
            Settled::Accepted
        }
        Err(error) => {
            metrics.orders_refused.fetch_add(1, Ordering::Relaxed);
            error!(order = %id, %error, "an order was paid and cannot be stored yet");
            match error.is_unsettled() {
                true => Settled::NotKnown,
                false => Settled::NotStored,
            }
        }
    }
}

/// Waits for the store where that holds up nobody.
pub(crate) async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let ended = tokio::task::spawn_blocking(work).await;
    ended.unwrap_or_else(|stopped| {
        Err(StoreError::Io {
            action: "working in the background".to_owned(),
            source: std::io::Error::other(stopped),
        })
    })
}
