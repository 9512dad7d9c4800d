//! The order book as operators see it, and what they may do with it.
//!
//! Only `show` tells what is in an order; lists have ids, times and words.

use std::fmt;

use frontage_shared::order::OrderId;
use frontage_shared::order_status::{OrderReceipt, OrderStatus};
use frontage_shared::store::{Beside, OrderState, Store, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::DeliverError;
use super::attempts::Attempts;
use crate::lock;
use crate::status::time;

/// How many orders wait, and how long the oldest has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// Whether the configuration says where orders go.
    pub delivers: bool,
    /// Why nobody can deliver all the same, if that can be seen.
    pub obstacle: Option<String>,
    /// Orders that the merchant does not have yet.
    pub waiting: u64,
    /// Orders that the merchant refused.
    pub rejected: u64,
    /// When the oldest waiting order was minted, Unix seconds.
    pub oldest: Option<i64>,
}

/// One order in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrderLine {
    /// Its id.
    pub id: String,
    /// `order` or `withdrawal`; `damaged` if it cannot be told.
    pub kind: &'static str,
    /// `new`, `done` or `rejected`.
    pub state: &'static str,
    /// When it was minted, Unix seconds.
    pub minted_at: i64,
    /// How often it was sent in vain since it was accepted or put back.
    pub failed_attempts: u32,
    /// Why the last attempt failed.
    pub failure: Option<String>,
    /// When it is sent next, Unix seconds; only of an order that waits.
    pub next_at: Option<i64>,
}

/// All there is of one order. It holds personal data.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OrderPage {
    /// As in the list.
    #[serde(flatten)]
    pub line: OrderLine,
    /// What the order endpoint said to the last attempt that failed.
    pub answer: Option<String>,
    /// The merchant's receipt.
    pub receipt: Option<OrderReceipt>,
    /// What became of it since.
    pub status: Option<OrderStatus>,
    /// The order; a text if its file is damaged.
    pub order: Value,
}

/// Orders that are sent again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Retried {
    /// Their ids.
    pub retried: Vec<String>,
}

/// How many orders wait.
///
/// # Errors
/// The store cannot be read.
pub fn waiting(store: &Store, delivers: bool) -> Result<Waiting, StoreError> {
    let new = store.orders(OrderState::New)?;
    Ok(Waiting {
        delivers,
        obstacle: store
            .delivery_lock()
            .filter(|_| delivers)
            .and_then(|lock| lock::obstacle(&lock))
            .map(|error| error.to_string()),
        waiting: new.len() as u64,
        rejected: store.orders(OrderState::Rejected)?.len() as u64,
        oldest: new.first().map(|id| minted_at(*id)),
    })
}

/// The orders of some states, of each the oldest so many, with the states in the order given.
///
/// # Errors
/// The store cannot be read.
pub fn list(
    store: &Store,
    states: &[OrderState],
    most: usize,
) -> Result<Vec<OrderLine>, StoreError> {
    let mut lines = Vec::new();
    for state in states {
        for id in store.orders(*state)?.into_iter().take(most) {
            let stored = store.order(id)?;
            let kind = kind(stored.as_ref().map_or(&[], |(_, bytes)| bytes));
            lines.push(line(*state, id, kind, attempts(store, id)?.as_ref()));
        }
    }
    Ok(lines)
}

/// All there is of one order.
///
/// # Errors
/// There is no such order, or the store cannot be read.
pub fn show(store: &Store, id: OrderId) -> Result<OrderPage, DeliverError> {
    let (state, bytes) = store.order(id)?.ok_or(DeliverError::Unknown(id))?;
    let attempts = attempts(store, id)?;
    let damaged = || Value::from(String::from_utf8_lossy(&bytes).into_owned());
    Ok(OrderPage {
        line: line(state, id, kind(&bytes), attempts.as_ref()),
        answer: attempts.map(|attempts| attempts.last.detail),
        receipt: store.order_receipt(id)?,
        status: store.order_status(id)?,
        order: serde_json::from_slice(&bytes).unwrap_or_else(|_| damaged()),
    })
}

/// Has orders sent again at once: rejected ones, and waiting ones that wait for their next attempt.
///
/// What is sent is what was sent before. With `remap` it is mapped anew, which only a refused order may be of which no attempt
/// may have arrived: of any other one the merchant may have the former bytes under the same key. Nothing is done if one of them cannot be.
///
/// # Errors
/// An order is not there, was delivered, or may not be mapped anew; or the store failed.
pub fn retry(store: &Store, ids: &[OrderId], remap: bool) -> Result<Retried, DeliverError> {
    let mut found = Vec::new();
    for id in ids {
        let (state, _) = store.order(*id)?.ok_or(DeliverError::Unknown(*id))?;
        if state == OrderState::Done {
            return Err(DeliverError::Delivered(*id));
        }
        // One attempt that was refused says nothing of those before it.
        let may_change =
            state == OrderState::Rejected && store.beside(*id, Beside::Sent)?.is_none();
        if remap && !may_change {
            return Err(DeliverError::MayHaveArrived(*id));
        }
        found.push((*id, state));
    }
    for (id, state) in &found {
        // Whoever delivers takes an order without attempts as due.
        store.drop_beside(*id, Beside::Attempts)?;
        if remap {
            store.drop_beside(*id, Beside::Body)?;
        }
        if *state == OrderState::Rejected {
            store.file_order(*id, OrderState::Rejected, OrderState::New)?;
        }
    }
    let retried = found.iter().map(|(id, _)| id.to_string()).collect();
    Ok(Retried { retried })
}

/// What the order endpoint said to the last attempt that failed. It may repeat what was sent.
///
/// # Errors
/// The store cannot be read.
pub fn answer(store: &Store, id: OrderId) -> Result<Option<String>, StoreError> {
    let attempts = attempts(store, id)?;
    Ok(attempts.map(|attempts| attempts.last.detail))
}

fn attempts(store: &Store, id: OrderId) -> Result<Option<Attempts>, StoreError> {
    store.read_beside(id, Beside::Attempts)
}

/// What a file of the order book is, by its own word.
fn kind(bytes: &[u8]) -> &'static str {
    #[derive(Deserialize)]
    struct Typed {
        #[serde(rename = "type")]
        kind: String,
    }
    let typed: Result<Typed, _> = serde_json::from_slice(bytes);
    match typed.as_ref().map(|typed| typed.kind.as_str()) {
        Ok("order") => "order",
        Ok("withdrawal") => "withdrawal",
        Ok("stock_request") => "stock_request",
        _ => "damaged",
    }
}

fn line(
    state: OrderState,
    id: OrderId,
    kind: &'static str,
    attempts: Option<&Attempts>,
) -> OrderLine {
    let waits = attempts.filter(|_| state == OrderState::New);
    OrderLine {
        id: id.to_string(),
        kind,
        state: state.name(),
        minted_at: minted_at(id),
        failed_attempts: attempts.map_or(0, |attempts| attempts.count),
        failure: attempts.map(|attempts| attempts.last.in_short()),
        next_at: waits.map(|attempts| attempts.next_ms / 1_000),
    }
}

fn minted_at(id: OrderId) -> i64 {
    i64::try_from(id.minted_ms() / 1_000).unwrap_or(i64::MAX)
}

impl fmt::Display for OrderLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = time(self.minted_at);
        write!(f, "{} {:<10} {:<8} {at}", self.id, self.kind, self.state)?;
        if let Some(failure) = &self.failure {
            let times = self.failed_attempts;
            write!(f, "  failed {times} time(s), last: {failure}")?;
        }
        if let Some(next) = self.next_at {
            write!(f, "; next at {}", time(next))?;
        }
        writeln!(f)
    }
}

impl fmt::Display for OrderPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.line.fmt(f)?;
        if let Some(answer) = &self.answer {
            writeln!(f, "answer: {answer}")?;
        }
        if let Some(receipt) = &self.receipt {
            let number = receipt.number.as_deref().unwrap_or("none told");
            let (at, status) = (&receipt.delivered_at, receipt.status);
            writeln!(f, "delivered {at} with status {status}; number: {number}")?;
        }
        if let Some(status) = &self.status {
            writeln!(f, "{} since {}", status.state.as_str(), status.at)?;
        }
        writeln!(f, "{:#}", self.order)
    }
}

impl fmt::Display for Retried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.retried.len() {
            0 => writeln!(f, "no order to send again"),
            1 => writeln!(f, "1 order is sent again"),
            many => writeln!(f, "{many} orders are sent again"),
        }
    }
}
