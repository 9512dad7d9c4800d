//! Events of orders: what the order book says now and what was told before.
//!
//! The order book is the truth, and a log beside the events says what of it was told. The log is written after the
//! events: whatever instant the process ends in, something is told again rather than not at all.

use std::collections::HashMap;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use frontage_shared::order::{Order, OrderId};
use frontage_shared::order_status::OrderStatus;
use frontage_shared::store::{Beside, OrderState, OrdersStamp, Store};
use serde_json::{Map, Value, json};

use super::WebhookError;
use super::event::{Event, EventKind};
use super::generation::Put;
use super::outbox;
use crate::deliver::Attempts;
use crate::feed;

/// Clocks of file systems are coarse: what was written within this time before a look may have been missed by it.
const TICK: Duration = Duration::from_secs(1);

/// What was told of one order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Told {
    /// Where it was.
    state: Option<OrderState>,
    /// A mark of what the merchant said of it.
    status: Option<String>,
}

/// Follows the order book for one receiver.
#[derive(Debug)]
pub(super) struct Follower {
    store: Store,
    log: PathBuf,
    told: HashMap<OrderId, Told>,
    /// Whether the receiver was known before: of what is there already, a new one is not told.
    is_known: bool,
    /// When it was looked last, and what was there.
    looked: Option<(SystemTime, OrdersStamp)>,
    /// Lines that wait for their events to be durable.
    lines: String,
}

impl Follower {
    /// Reads what was told before.
    pub(super) fn open(store: &Store, log: &Path) -> Result<Self, WebhookError> {
        let text = outbox::read(log)?;
        let mut told: HashMap<OrderId, Told> = HashMap::new();
        let lines = text.as_deref().unwrap_or_default();
        for line in String::from_utf8_lossy(lines).lines() {
            // A line that was cut off is told again.
            if let Some((id, word)) = line.split_once(' ')
                && let Ok(id) = id.parse::<OrderId>()
            {
                told.entry(id).or_default().note(word);
            }
        }
        Ok(Self {
            store: store.clone(),
            log: log.to_owned(),
            told,
            is_known: text.is_some(),
            looked: None,
            lines: String::new(),
        })
    }

    /// Makes the events of what is new. [`Follower::keep`] has to follow.
    pub(super) fn events(
        &mut self,
        occasion: &Occasion<'_>,
        now: SystemTime,
        put: Put<'_>,
    ) -> Result<(), WebhookError> {
        let stamp = self.store.orders_stamp();
        let is_same = (self.looked.as_ref())
            .is_some_and(|(at, before)| *before == stamp && stamp.is_settled(*at, TICK));
        if is_same {
            return Ok(());
        }
        let is_status_new = (self.looked.as_ref())
            .is_none_or(|(at, before)| stamp.has_new_statuses(before, *at, TICK));
        let mut there = HashMap::new();
        for state in OrderState::ALL {
            for id in self.store.orders(state)? {
                // An order moves away from `new`, so where it is found last is where it is.
                there.insert(id, state);
            }
        }
        let mut changed: Vec<(OrderId, OrderState)> = there
            .iter()
            .filter(|(id, state)| self.told.get(id).and_then(|told| told.state) != Some(**state))
            .map(|(id, state)| (*id, *state))
            .collect();
        changed.sort_unstable_by_key(|(id, _)| *id);
        for (id, state) in changed {
            self.moved(id, state, occasion, put)?;
        }
        if is_status_new {
            for id in self.store.all_beside(Beside::Status)? {
                if there.contains_key(&id) {
                    self.status(id, occasion, put)?;
                }
            }
        }
        self.told.retain(|id, _| there.contains_key(id));
        self.looked = Some((now, stamp));
        Ok(())
    }

    /// Keeps what was told, once the events are durable.
    pub(super) fn keep(&mut self) -> Result<(), WebhookError> {
        if !self.is_known {
            // All that is there, and no longer what is not: the log begins anew.
            let mut text = String::new();
            for (id, told) in &self.told {
                text += &told.lines(*id);
            }
            feed::replace(&self.log, text.as_bytes())?;
            self.is_known = true;
        } else if !self.lines.is_empty() {
            let failed = outbox::failed(&self.log);
            let mut file = File::options()
                .append(true)
                .create(true)
                .open(&self.log)
                .map_err(&failed)?;
            file.write_all(self.lines.as_bytes())
                .and_then(|()| file.sync_data())
                .map_err(&failed)?;
        }
        self.lines.clear();
        Ok(())
    }

    /// Writes the log anew without orders that are not there any more. After a look.
    pub(super) fn tidy(&mut self) -> Result<(), WebhookError> {
        let is_settled = self.is_known && self.lines.is_empty() && self.looked.is_some();
        if is_settled {
            self.is_known = false;
            self.keep()?;
        }
        Ok(())
    }

    fn moved(
        &mut self,
        id: OrderId,
        state: OrderState,
        occasion: &Occasion<'_>,
        put: Put<'_>,
    ) -> Result<(), WebhookError> {
        if self.is_known
            && let Some(order) = self.order(id)?
        {
            let is_new = self.told.get(&id).is_none_or(|told| told.state.is_none());
            if is_new {
                let kind = EventKind::OrderAccepted;
                occasion.put(kind, format!("{id}.{}", kind.name()), about(&order), put)?;
            }
            match state {
                OrderState::New => {}
                OrderState::Done => {
                    let kind = EventKind::OrderDelivered;
                    let mut about = about(&order);
                    if let Some(receipt) = self.store.order_receipt(id)? {
                        about["order"]["number"] = receipt.number.into();
                        about["order"]["delivered_at"] = receipt.delivered_at.into();
                    }
                    occasion.put(kind, format!("{id}.{}", kind.name()), about, put)?;
                }
                OrderState::Rejected => {
                    let kind = EventKind::OrderRejected;
                    let attempts: Option<Attempts> =
                        self.store.read_beside(id, Beside::Attempts)?;
                    let mut about = about(&order);
                    let at_ms = attempts.as_ref().map_or(0, |attempts| attempts.last.at_ms);
                    let why = attempts.map(|attempts| attempts.last.in_short());
                    about["order"]["failure"] = why.into();
                    occasion.put(kind, format!("{id}.{}.{at_ms}", kind.name()), about, put)?;
                }
            }
        }
        self.say(id, state.name());
        Ok(())
    }

    fn status(
        &mut self,
        id: OrderId,
        occasion: &Occasion<'_>,
        put: Put<'_>,
    ) -> Result<(), WebhookError> {
        let Some(status) = self.store.order_status(id)? else {
            return Ok(());
        };
        let mark = mark_of(&status);
        let told = self.told.get(&id).and_then(|told| told.status.as_deref());
        if told == Some(&mark) {
            return Ok(());
        }
        if self.is_known {
            let kind = EventKind::OrderStatus;
            let mut order = json!({"id": id.to_string()});
            order["status"] = serde_json::to_value(&status).unwrap_or_default();
            let about = Map::from_iter([("order".to_owned(), order)]);
            occasion.put(kind, format!("{id}.{}.{mark}", kind.name()), about, put)?;
        }
        self.say(id, &format!("status:{mark}"));
        Ok(())
    }

    fn say(&mut self, id: OrderId, word: &str) {
        self.told.entry(id).or_default().note(word);
        self.lines += &format!("{id} {word}\n");
    }

    /// The order; none if its file is damaged or was moved away meanwhile.
    fn order(&self, id: OrderId) -> Result<Option<Order>, WebhookError> {
        let order = self.store.order(id)?;
        Ok(order.and_then(|(_, bytes)| Order::decode(&bytes).ok()))
    }
}

impl Told {
    fn note(&mut self, word: &str) {
        match word.strip_prefix("status:") {
            Some(mark) => self.status = Some(mark.to_owned()),
            None => {
                let state = OrderState::ALL
                    .into_iter()
                    .find(|state| state.name() == word);
                self.state = state.or(self.state);
            }
        }
    }

    fn lines(&self, id: OrderId) -> String {
        let state = self.state.map(|state| format!("{id} {}\n", state.name()));
        let status = self.status.as_ref();
        let status = status.map(|mark| format!("{id} status:{mark}\n"));
        state.unwrap_or_default() + &status.unwrap_or_default()
    }
}

/// What all events of one look have in common.
pub(super) struct Occasion<'a> {
    pub(super) wanted: &'a [EventKind],
    pub(super) shop: &'a str,
    /// RFC 3339.
    pub(super) created_at: &'a str,
}

impl Occasion<'_> {
    fn put(
        &self,
        kind: EventKind,
        id: String,
        about: Map<String, Value>,
        put: Put<'_>,
    ) -> Result<(), WebhookError> {
        if !self.wanted.contains(&kind) {
            return Ok(());
        }
        put(Event {
            id,
            kind,
            shop: self.shop.to_owned(),
            created_at: self.created_at.to_owned(),
            about,
        })
    }
}

/// What a receiver learns of an order: what was bought for how much, and nothing of who bought it.
fn about(order: &Order) -> Map<String, Value> {
    let lines = order.lines.iter().map(|line| {
        json!({
            "product_id": line.product_id,
            "variant_id": line.variant_id,
            "sku": line.sku,
            "quantity": line.quantity,
            "total": line.total,
        })
    });
    let order = json!({
        "id": order.id,
        "placed_at": order.placed_at,
        "locale": order.locale,
        "currency": order.currency,
        "total": order.totals.total,
        "payment": {"method": order.payment.method, "state": order.payment.state},
        "lines": lines.collect::<Vec<_>>(),
    });
    Map::from_iter([("order".to_owned(), order)])
}

/// Tells one status from another.
fn mark_of(status: &OrderStatus) -> String {
    let bytes = serde_json::to_vec(status).unwrap_or_default();
    blake3::hash(&bytes).to_hex()[..16].to_owned()
}
