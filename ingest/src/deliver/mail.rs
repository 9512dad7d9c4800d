//! A mail to the shopper for each order that was accepted: once, and again only if the process ended in between.
//!
//! Mail waits in a queue of its own beside the orders, so that neither a mail server that is down keeps an order from
//! the merchant, nor the other way round. Addresses are never logged, and neither is what mail servers say, because they
//! repeat them.

use std::time::{Duration, SystemTime};

use frontage_shared::order::{Address, Order, OrderId};
use frontage_shared::store::{Beside, Store};
use frontage_shared::withdrawal::Withdrawal;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use serde::{Deserialize, Serialize};

use super::{DeliverError, clock, in_background};
use crate::config::{Mail, Orders};
use crate::cycle::Context;
use crate::fetch::ORDER_BACKOFF;
use crate::schedule;

/// A mail server is slow on purpose sometimes.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A mail that is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Waiting {
    /// Unix milliseconds.
    since_ms: i64,
    /// How often it was tried.
    count: u32,
    /// Unix milliseconds.
    next_ms: i64,
}

/// What a mail is about.
enum Letter {
    Order(Box<Order>),
    Withdrawal(Box<Withdrawal>),
}

impl Letter {
    /// What stored bytes are; none if they are damaged.
    fn decode(bytes: &[u8]) -> Option<Self> {
        let order = || Order::decode(bytes).ok().map(Box::new).map(Self::Order);
        let withdrawal = Withdrawal::decode(bytes)
            .ok()
            .map(Box::new)
            .map(Self::Withdrawal);
        withdrawal.or_else(order)
    }

    fn id(&self) -> &str {
        match self {
            Self::Order(order) => &order.id,
            Self::Withdrawal(withdrawal) => &withdrawal.id,
        }
    }

    fn email(&self) -> &str {
        match self {
            Self::Order(order) => &order.customer.email,
            Self::Withdrawal(withdrawal) => &withdrawal.email,
        }
    }

    /// Subject and text, with their places still in them.
    fn templates<'m>(&self, mail: &'m Mail) -> (&'m str, &'m str) {
        match self {
            Self::Order(order) => mail.for_locale(&order.locale),
            Self::Withdrawal(withdrawal) => mail.for_withdrawal(&withdrawal.locale),
        }
    }

    /// What stands in a place; nothing, if there is no such place.
    fn said(&self, place: &str) -> String {
        match self {
            Self::Order(order) => said_of_order(order, place),
            Self::Withdrawal(withdrawal) => said_of_withdrawal(withdrawal, place),
        }
    }
}

/// Why a mail was not sent.
enum Unsent {
    /// It is tried again.
    Later(&'static str),
    /// It never will be.
    Never(&'static str),
}

/// Puts the mail about an order in the queue, unless it is there or was sent.
pub(super) fn enqueue(store: &Store, settings: &Orders, id: OrderId) -> Result<(), DeliverError> {
    let is_known =
        || -> Result<bool, DeliverError> {
            Ok(store.beside(id, Beside::Mail)?.is_some()
                || store.beside(id, Beside::Mailed)?.is_some())
        };
    if settings.mail.is_none() || is_known()? {
        return Ok(());
    }
    let now_ms = schedule::now().timestamp_millis();
    let waiting = Waiting {
        since_ms: now_ms,
        count: 0,
        next_ms: now_ms,
    };
    Ok(store.write_beside(id, Beside::Mail, &waiting)?)
}

/// Sends what is due, one after the other.
///
/// # Errors
/// The store cannot be read or written.
pub(super) async fn send_due(context: Context, settings: &Orders) -> Result<(), DeliverError> {
    let Some(mail) = &settings.mail else {
        return Ok(());
    };
    let store = context.store.clone();
    let queue = in_background(move || due(&store)).await?;
    for (id, waiting, letter) in queue {
        let sent = send(mail, &letter).await;
        let (store, keep_on) = (context.store.clone(), settings.retry_for);
        in_background(move || settle(&store, (id, waiting), sent, keep_on)).await?;
    }
    Ok(())
}

/// Mails that are due, with their orders.
fn due(store: &Store) -> Result<Vec<(OrderId, Waiting, Letter)>, DeliverError> {
    let now_ms = schedule::now().timestamp_millis();
    let mut queue = Vec::new();
    for id in store.all_beside(Beside::Mail)? {
        let waiting: Option<Waiting> = store.read_beside(id, Beside::Mail)?;
        let Some(waiting) = waiting else {
            continue;
        };
        let next_ms = clock::next_at(waiting.next_ms, now_ms);
        if next_ms < waiting.next_ms {
            // Written down, since this queue is read anew every time.
            let sooner = Waiting { next_ms, ..waiting };
            store.write_beside(id, Beside::Mail, &sooner)?;
        }
        if next_ms > now_ms {
            continue;
        }
        let order = store.order(id)?;
        match order.and_then(|(_, bytes)| Letter::decode(&bytes)) {
            Some(letter) => queue.push((id, waiting, letter)),
            None => store.drop_beside(id, Beside::Mail)?,
        }
    }
    Ok(queue)
}

async fn send(mail: &Mail, letter: &Letter) -> Result<(), Unsent> {
    let message = message(mail, letter)?;
    let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&mail.smtp)
        .map_err(|_| Unsent::Later("the mail server's address is wrong"))?
        .timeout(Some(TIMEOUT))
        .build();
    match transport.send(message).await {
        Ok(_) => Ok(()),
        Err(error) if error.is_permanent() => Err(Unsent::Never("the mail server refuses it")),
        Err(error) if error.is_transient() => Err(Unsent::Later("the mail server is busy")),
        Err(error) if error.is_timeout() => Err(Unsent::Later("the mail server does not answer")),
        Err(_) => Err(Unsent::Later("the mail server cannot be reached")),
    }
}

fn message(mail: &Mail, letter: &Letter) -> Result<Message, Unsent> {
    let to = letter
        .email()
        .parse()
        .map_err(|_| Unsent::Never("there is no such address"))?;
    let (subject, text) = letter.templates(mail);
    // The same for a mail that is sent twice, so that whoever reads it sees one.
    let name = format!("<{}@{}>", letter.id(), mail.from.email.domain());
    Message::builder()
        .from(mail.from.clone())
        .to(Mailbox::new(None, to))
        .message_id(Some(name))
        .date(SystemTime::from(schedule::now()))
        .subject(filled(subject, letter).replace(['\r', '\n'], " "))
        .header(ContentType::TEXT_PLAIN)
        .body(filled(text, letter))
        .map_err(|_| Unsent::Never("it cannot be written"))
}

/// A text with what is said in its places. What a shopper wrote is not looked into for places.
fn filled(template: &str, letter: &Letter) -> String {
    let mut pieces = template.split('{');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once('}').unwrap_or((piece, ""));
        text += &letter.said(name);
        text += rest;
    }
    text
}

fn said_of_order(order: &Order, place: &str) -> String {
    let totals = &order.totals;
    match place {
        "id" => order.id.clone(),
        "lines" => lines(order),
        "subtotal" => totals.subtotal.clone(),
        "discount" => totals.discount.clone(),
        "delivery" => totals.delivery.clone(),
        "tax" => totals.tax.clone(),
        "total" => totals.total.clone(),
        "currency" => order.currency.clone(),
        "shipping" => address(&order.shipping),
        _ => String::new(),
    }
}

fn said_of_withdrawal(withdrawal: &Withdrawal, place: &str) -> String {
    match place {
        "id" => withdrawal.id.clone(),
        "received_at" => withdrawal.received_at.clone(),
        "order_number" => withdrawal.order_number.clone(),
        "name" => withdrawal.name.clone(),
        "email" => withdrawal.email.clone(),
        "articles" => withdrawal.articles.clone().unwrap_or_default(),
        "date" => withdrawal.date.clone().unwrap_or_default(),
        _ => String::new(),
    }
}

fn lines(order: &Order) -> String {
    let line = |line: &frontage_shared::order::OrderLine| {
        let variant = line.variant_name.iter().map(|name| format!(" ({name})"));
        let variant: String = variant.collect();
        let (quantity, name, total) = (line.quantity, &line.name, &line.total);
        format!("{quantity} × {name}{variant}: {total} {}", order.currency)
    };
    let lines: Vec<String> = order.lines.iter().map(line).collect();
    lines.join("\n")
}

fn address(address: &Address) -> String {
    let town: Vec<&str> = [address.postcode.as_deref(), Some(address.city.as_str())]
        .into_iter()
        .flatten()
        .collect();
    let town = town.join(" ");
    let lines = [
        Some(address.name.as_str()),
        address.company.as_deref(),
        Some(address.line1.as_str()),
        address.line2.as_deref(),
        Some(town.as_str()),
        address.region.as_deref(),
        Some(address.country.as_str()),
    ];
    let lines: Vec<&str> = lines.into_iter().flatten().collect();
    lines.join("\n")
}

/// Takes note of what became of a mail.
fn settle(
    store: &Store,
    (id, waiting): (OrderId, Waiting),
    sent: Result<(), Unsent>,
    keep_on: Duration,
) -> Result<(), DeliverError> {
    let now_ms = schedule::now().timestamp_millis();
    let attempt = waiting.count.saturating_add(1);
    let tried_for = clock::tried_for(waiting.since_ms, now_ms);
    match sent {
        Ok(()) => {
            store.write_beside(id, Beside::Mailed, &now_ms)?;
            tracing::info!(order = %id, attempt, "the shopper was written to");
        }
        Err(Unsent::Later(why)) if tried_for < keep_on => {
            let pause = ORDER_BACKOFF.pause(waiting.count, None, rand::random());
            let wait_ms = pause.as_millis();
            let next = Waiting {
                since_ms: waiting.since_ms.min(now_ms),
                count: attempt,
                next_ms: clock::after(now_ms, pause),
            };
            store.write_beside(id, Beside::Mail, &next)?;
            if attempt.is_power_of_two() {
                tracing::warn!(order = %id, attempt, why, wait_ms, "mail not sent, it is tried again");
            }
            return Ok(());
        }
        Err(Unsent::Later(why) | Unsent::Never(why)) => {
            tracing::error!(order = %id, attempt, why, "mail not sent, and given up");
        }
    }
    Ok(store.drop_beside(id, Beside::Mail)?)
}
