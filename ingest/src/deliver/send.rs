//! One attempt to deliver one order: what is sent, and what becomes of the order.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use frontage_shared::order::OrderId;
use frontage_shared::order_status::OrderReceipt;
use frontage_shared::stock_request::StockRequest;
use frontage_shared::store::{Beside, OrderState, Store};
use frontage_shared::withdrawal::Withdrawal;
use serde_json::Value;

use super::attempts::{Attempts, Failure, FailureKind};
use super::verdict::{self, Reason, Verdict};
use super::{DeliverError, clock, in_background, mail};
use crate::config::{Mapping, Orders};
use crate::cycle::Context;
use crate::decode::{Origin, Record};
use crate::fetch::{self, ORDER_BACKOFF, Parcel};
use crate::map::{MapError, Mapper};
use crate::schedule;

/// What became of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ended {
    /// The merchant has it.
    Delivered { status: u16, attempts: u32 },
    /// It is tried again at this instant, Unix milliseconds.
    Later { next_ms: i64 },
    /// Somebody has to look.
    Rejected,
    /// It was filed before, or is not there any more.
    Gone,
}

/// What is to be done with a waiting order.
enum Ready {
    Send {
        body: Vec<u8>,
        before: Before,
        what: What,
    },
    Settled(Ended),
}

/// What lies among the orders.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Order,
    Withdrawal,
    StockRequest,
}

impl What {
    /// What stored bytes are; damaged ones are told of as orders.
    fn of(bytes: &[u8]) -> Self {
        if Withdrawal::decode(bytes).is_ok() {
            Self::Withdrawal
        } else if StockRequest::decode(bytes).is_ok() {
            Self::StockRequest
        } else {
            Self::Order
        }
    }
}

/// Attempts before this one.
#[derive(Clone, Copy)]
struct Before {
    since_ms: i64,
    count: u32,
    /// Whether one of them may have arrived, also before the order was put back.
    may_have_arrived: bool,
}

/// Tries once to deliver an order.
///
/// # Errors
/// The store cannot be read or written; the order is where it was.
pub(super) async fn order(
    context: &Context,
    settings: &Orders,
    id: OrderId,
) -> Result<Ended, DeliverError> {
    let (shared, orders) = (context.clone(), settings.clone());
    let ready = in_background(move || prepare(&shared, &orders, id)).await?;
    let (body, before, request) = match ready {
        Ready::Settled(ended) => return Ok(ended),
        Ready::Send { body, before, what } => match what {
            What::Order => (body, before, &settings.request),
            What::Withdrawal => (body, before, &settings.withdrawals),
            What::StockRequest => (body, before, &settings.stock_requests),
        },
    };
    let key = id.to_string();
    let parcel = Parcel {
        method: &settings.method,
        idempotency_key: &key,
        signature: None,
        body: &body,
    };
    let now = SystemTime::from(schedule::now());
    let sent = fetch::send(&context.client, request, parcel, now).await;
    let verdict = verdict::of(settings, sent);
    let (store, retry_for) = (context.store.clone(), settings.retry_for);
    in_background(move || settle(&store, id, before, verdict, retry_for)).await
}

/// Finds out whether an order is still to be sent, and freezes what is.
fn prepare(context: &Context, settings: &Orders, id: OrderId) -> Result<Ready, DeliverError> {
    let store = &context.store;
    // A rejected one beside it is being brought back, or was just rejected: in a bucket that is two steps. To send it once
    // more under its key does no harm; to drop it would.
    if store.has_order(id, OrderState::Done)? {
        store.drop_double(id)?;
        return Ok(Ready::Settled(Ended::Gone));
    }
    let Some((OrderState::New, order)) = store.order(id)? else {
        return Ok(Ready::Settled(Ended::Gone));
    };
    let what = What::of(&order);
    // When to write about stock is the merchant's to know.
    if what != What::StockRequest {
        mail::enqueue(store, settings, id)?;
    }
    let now = schedule::now();
    let attempts: Option<Attempts> = store.read_beside(id, Beside::Attempts)?;
    let before = Before {
        since_ms: attempts
            .as_ref()
            .map_or_else(|| now.timestamp_millis(), |attempts| attempts.since_ms),
        count: attempts.map_or(0, |attempts| attempts.count),
        may_have_arrived: store.beside(id, Beside::Sent)?.is_some(),
    };
    // The process ended between the merchant's answer and filing.
    if let Some(ended) = received(store, id)? {
        return Ok(Ready::Settled(ended));
    }
    let body = match store.beside(id, Beside::Body)? {
        Some(body) => body,
        // What is said by law goes as it was said, and the mapping is one of orders.
        None if what != What::Order => store.put_beside_once(id, Beside::Body, &order)?,
        None => match body_of(context, settings, order) {
            // Should somebody else deliver as well, both send the same.
            Ok(body) => store.put_beside_once(id, Beside::Body, &body)?,
            Err(verdict) => {
                let ended = settle(store, id, before, verdict, settings.retry_for)?;
                return Ok(Ready::Settled(ended));
            }
        },
    };
    if !before.may_have_arrived {
        // Before it is sent: the process may end while it is on its way.
        store.put_beside(id, Beside::Sent, b"true")?;
    }
    Ok(Ready::Send { body, before, what })
}

/// What is sent of an order. A mapping that cannot be used at all is no fault of the order.
fn body_of(context: &Context, settings: &Orders, order: Vec<u8>) -> Result<Vec<u8>, Verdict> {
    if settings.mapping == Mapping::None {
        return Ok(order);
    }
    let refused = |detail: String| Verdict::Refused(Reason::new(FailureKind::Mapping, detail));
    let value = serde_json::from_slice(&order)
        .map_err(|error| refused(format!("the stored order is damaged: {error}")))?;
    let record = Record {
        origin: Origin {
            page: "order".into(),
            record: 0,
            line: 1,
        },
        value,
        flaw: None,
    };
    let mapped = Mapper::of_orders(settings, &context.config.shop)
        .and_then(|mapper| mapper.map(vec![record]));
    let mapped = mapped.map_err(|error| match error {
        MapError::Timeout { .. } | MapError::Crashed { .. } => refused(error.to_string()),
        _ => Verdict::Later(Reason::new(FailureKind::Mapping, error.to_string()), None),
    })?;
    let values = mapped.into_iter().next().map(|mapped| mapped.documents);
    let mut values = match values {
        Some(Ok(values)) => values,
        Some(Err(refusal)) => return Err(refused(refusal.to_string())),
        None => Vec::new(),
    };
    match values.pop() {
        // Endpoints that take no JSON get the text that the mapping wrote.
        Some(Value::String(text)) => Ok(text.into_bytes()),
        Some(value) => Ok(value.to_string().into_bytes()),
        None => Err(refused("the mapping makes nothing of the order".to_owned())),
    }
}

/// Does with an order what the answer means.
fn settle(
    store: &Store,
    id: OrderId,
    before: Before,
    verdict: Verdict,
    retry_for: Duration,
) -> Result<Ended, DeliverError> {
    let now = schedule::now();
    let attempts = before.count.saturating_add(1);
    let is_nothing_there = !before.may_have_arrived && !verdict.may_have_arrived();
    let (reason, retry_after) = match verdict {
        Verdict::Taken { status, number } => {
            let receipt = OrderReceipt {
                delivered_at: rfc3339(now),
                status,
                attempts,
                number,
            };
            store.put_order_receipt(id, &receipt)?;
            file(store, id)?;
            return Ok(Ended::Delivered { status, attempts });
        }
        Verdict::Later(reason, retry_after) => (reason, Some(retry_after)),
        Verdict::Refused(reason) => (reason, None),
    };
    if is_nothing_there {
        store.drop_beside(id, Beside::Sent)?;
    }
    // What another attempt brought is worth more than a refusal of this one.
    if let Some(ended) = received(store, id)? {
        return Ok(ended);
    }
    let now_ms = now.timestamp_millis();
    let tried_for = clock::tried_for(before.since_ms, now_ms);
    let pause = retry_after
        .filter(|_| tried_for < retry_for)
        .map(|asked| ORDER_BACKOFF.pause(before.count, asked, rand::random()));
    let gave_up = retry_after.is_some() && pause.is_none();
    let next_ms = pause.map_or(now_ms, |pause| clock::after(now_ms, pause));
    let failed = Attempts {
        since_ms: before.since_ms.min(now_ms),
        count: attempts,
        next_ms,
        last: Failure {
            at_ms: now_ms,
            what: if gave_up {
                FailureKind::GaveUp
            } else {
                reason.what
            },
            status: reason.status,
            detail: reason.detail,
        },
    };
    store.write_beside(id, Beside::Attempts, &failed)?;
    tell(id, &failed, pause);
    if pause.is_some() {
        return Ok(Ended::Later { next_ms });
    }
    store.file_order(id, OrderState::New, OrderState::Rejected)?;
    Ok(Ended::Rejected)
}

/// Files an order that has a receipt already, whoever wrote it.
fn received(store: &Store, id: OrderId) -> Result<Option<Ended>, DeliverError> {
    let Some(receipt) = store.order_receipt(id)? else {
        return Ok(None);
    };
    file(store, id)?;
    Ok(Some(Ended::Delivered {
        status: receipt.status,
        attempts: receipt.attempts,
    }))
}

/// Files a delivered order, whose receipt is on disk.
fn file(store: &Store, id: OrderId) -> Result<(), DeliverError> {
    store.file_order(id, OrderState::New, OrderState::Done)?;
    for what in [Beside::Attempts, Beside::Sent, Beside::Body] {
        store.drop_beside(id, what)?;
    }
    Ok(())
}

/// One line for a failure; an endpoint that is down for days is told of less and less.
fn tell(id: OrderId, failed: &Attempts, pause: Option<Duration>) {
    let (attempt, why) = (failed.count, failed.last.in_short());
    match pause {
        None => tracing::error!(
            order = %id,
            attempt,
            why,
            "order rejected; `frontage-ingest orders show {id}` says what was answered, `orders retry {id}` sends it again"
        ),
        Some(pause) => {
            let wait_ms = pause.as_millis();
            if attempt.is_power_of_two() {
                tracing::warn!(order = %id, attempt, why, wait_ms, "order not delivered, it is sent again");
            } else {
                tracing::debug!(order = %id, attempt, why, wait_ms, "order not delivered, it is sent again");
            }
        }
    }
}

/// An instant as bodies that are sent have it.
pub(crate) fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
