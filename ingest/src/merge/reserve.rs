//! What orders took that the stock in the feeds cannot know of yet.
//!
//! A back end counts an order from when it has it. So an order takes from the stock of a source while it waits for
//! delivery, and after that until the source brought other prices or stock than before. A source that says the same once
//! more may not know of the order yet, so that is no sign; but one whose stock never changes must not keep an order
//! reserved for good, so it ends after `reserve_hours`. A rejected order takes nothing: somebody has to decide what
//! becomes of it.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use chrono::DateTime;
use frontage_shared::order::{Order, OrderId, OrderLine};
use frontage_shared::store::{OrderState, Store};
use serde_json::Value;

use super::{MergeError, Merged, is_stated};
use crate::config::{Config, RESERVE_FOR};
use crate::feed::MappedHalf;
use crate::schedule;
use crate::wire::Kind;

/// How many of each variant are reserved.
pub type Reserved = BTreeMap<String, u64>;

/// The offers of a source, and since when they are as they are.
struct Read {
    /// Whether it is a source of offers.
    is_stated: bool,
    offers_since: i64,
    offers: MappedHalf,
}

impl Merged {
    /// The same, with what orders took from stock.
    ///
    /// # Errors
    /// Orders or the feed cache cannot be read.
    pub fn less_orders(mut self, config: &Config, store: &Store) -> Result<Self, MergeError> {
        self.reserved = self.taken(config, store)?;
        if !self.reserved.is_empty() {
            let mut hasher = blake3::Hasher::new();
            hasher.update(&self.offers_hash);
            for (variant, quantity) in &self.reserved {
                hasher.update(format!("{variant} {quantity}\n").as_bytes());
            }
            self.offers_hash = *hasher.finalize().as_bytes();
        }
        Ok(self)
    }

    fn taken(&self, config: &Config, store: &Store) -> Result<Reserved, MergeError> {
        let mut reserved = Reserved::new();
        let oldest = self.feeds.values().map(|(_, feed)| feed.offers_since);
        let Some(oldest) = oldest.min() else {
            return Ok(reserved);
        };
        let longest = config.orders.as_ref().map(|orders| orders.reserve_for);
        let longest = longest.unwrap_or(RESERVE_FOR).as_secs();
        let over = schedule::now().timestamp().saturating_sub_unsigned(longest);
        // From when the back end may know of an order. One may be filed between the two looks: its receipt counts.
        let mut known_from: BTreeMap<OrderId, i64> = BTreeMap::new();
        for id in store.orders(OrderState::New)? {
            known_from.insert(id, i64::MAX);
        }
        for id in store.received_since(instant(oldest.max(over)))? {
            let receipt = store.order_receipt(id)?;
            let at = receipt.map(|receipt| receipt.delivered_at);
            let at = at.and_then(|at| DateTime::parse_from_rfc3339(&at).ok());
            let at = at.map(|at| at.timestamp()).filter(|at| *at > over);
            match at {
                Some(at) => known_from.insert(id, at),
                None => known_from.remove(&id),
            };
        }
        if known_from.is_empty() {
            return Ok(reserved);
        }
        let sources = self.read_offers(config)?;
        for (id, known_from) in known_from {
            let order = store
                .order(id)?
                .filter(|(state, _)| *state != OrderState::Rejected);
            let Some(order) = order.and_then(|(_, bytes)| Order::decode(&bytes).ok()) else {
                continue;
            };
            for line in &order.lines {
                if stock_since(&sources, line)?.is_some_and(|since| known_from >= since) {
                    *reserved.entry(line.variant_id.clone()).or_default() +=
                        u64::from(line.quantity);
                }
            }
        }
        Ok(reserved)
    }

    /// The offers of all sources, in the order in which the last that states stock counts.
    fn read_offers(&self, config: &Config) -> Result<Vec<Read>, MergeError> {
        let mut sources = Vec::new();
        for (source, (folder, feed)) in &self.feeds {
            sources.push(Read {
                is_stated: is_stated(config, source),
                offers_since: feed.offers_since,
                offers: folder.map(&feed.offers)?,
            });
        }
        Ok(sources)
    }
}

/// Since when the source that counts for the stock of a line says what it says; none where no quantity is stated.
fn stock_since(sources: &[Read], line: &OrderLine) -> Result<Option<i64>, MergeError> {
    let by_sku = line.sku.as_ref().map(|sku| format!("sku:{sku}"));
    let ranks = [
        (true, Some(line.variant_id.as_str())),
        (true, by_sku.as_deref()),
        (false, Some(line.variant_id.as_str())),
    ];
    for (is_stated, key) in ranks {
        let Some(key) = key else { continue };
        for source in sources.iter().rev() {
            if source.is_stated != is_stated {
                continue;
            }
            for offer in source.offers.find(Kind::Offer, key)?.iter().rev() {
                let offer: Value = serde_json::from_str(&offer.json).unwrap_or_default();
                if let Some(stock) = offer.get("stock") {
                    return Ok(stock.get("quantity").map(|_| source.offers_since));
                }
            }
        }
    }
    Ok(None)
}

fn instant(seconds: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}
