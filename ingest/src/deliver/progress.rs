//! What merchants' feeds say became of orders, kept beside the orders for whoever asks.
//!
//! A feed may well speak of orders of other channels, or of ones that were removed long ago; those are passed over.
//! What a feed does not mention any more stays as it was said last, and so does what it says of an earlier time. A number
//! that several orders have names none of them: nobody is told of somebody else's parcel.

use std::collections::HashMap;

use chrono::DateTime;
use frontage_shared::order::OrderId;
use frontage_shared::order_status;
use frontage_shared::store::{Beside, Store, StoreError};

use crate::config::{Provides, Source};
use crate::cycle::Context;
use crate::feed::{FeedError, FeedFolder};
use crate::history::{Run, RunResult};
use crate::wire::{Document, OrderStatus};

use super::{DeliverError, in_background};

/// Keeps what the accepted feed of a source of orders says, after a run of it. A failure fails the run; the next one
/// does it again.
pub async fn follow(context: &Context, source: &Source, run: &mut Run) {
    if source.provides != Provides::Orders || run.result == RunResult::Failed {
        return;
    }
    let (store, state) = (context.store.clone(), context.config.state.clone());
    let name = source.name.clone();
    let kept = in_background(move || {
        let folder = FeedFolder::open(&state, &name)?;
        keep(&store, &folder)
    });
    match kept.await {
        Ok(0) => {}
        Ok(orders) => tracing::info!(source = source.name, orders, "news of orders"),
        Err(error) => {
            run.result = RunResult::Failed;
            run.stage = Some("deliver".to_owned());
            run.reasons = vec![error.to_string()];
        }
    }
}

/// Keeps what is news, and gives of how many orders.
fn keep(store: &Store, folder: &FeedFolder) -> Result<u64, DeliverError> {
    let Some(feed) = folder.load()?.accepted else {
        return Ok(0);
    };
    let mut numbers = None;
    let mut news = 0;
    for line in folder.lines(&feed.catalog)? {
        let line = line?;
        let Ok(Document::OrderStatus(status)) = Document::from_json(&line.json) else {
            continue;
        };
        let Some(id) = order_of(store, &status, &mut numbers)? else {
            continue;
        };
        let status = status.kept();
        if is_news(store.order_status(id)?.as_ref(), &status) {
            store.put_order_status(id, &status)?;
            news += 1;
        }
    }
    Ok(news)
}

/// Whether something is said that was not known, and of no earlier time than what was.
fn is_news(known: Option<&order_status::OrderStatus>, said: &order_status::OrderStatus) -> bool {
    let Some(known) = known else { return true };
    let instant = |text: &str| DateTime::parse_from_rfc3339(text).ok();
    let is_older = instant(&known.at)
        .zip(instant(&said.at))
        .is_some_and(|(known, said)| said < known);
    known != said && !is_older
}

/// Orders by the merchant's number; more than one if the merchant gave it more than once.
type Numbers = HashMap<String, Vec<OrderId>>;

/// The order that a document speaks of, if it is one of this shop.
fn order_of(
    store: &Store,
    status: &OrderStatus,
    numbers: &mut Option<Numbers>,
) -> Result<Option<OrderId>, StoreError> {
    if let Some(id) = &status.id {
        let Ok(id) = id.parse::<OrderId>() else {
            return Ok(None);
        };
        return Ok(store.order(id)?.map(|_| id));
    }
    let numbers = match numbers {
        Some(numbers) => numbers,
        None => numbers.insert(by_number(store)?),
    };
    let number = status.number.as_ref();
    match number.and_then(|number| numbers.get(number)) {
        Some(ids) if ids.len() > 1 => {
            let orders: Vec<String> = ids.iter().map(ToString::to_string).collect();
            tracing::warn!(
                ?orders,
                "orders have the same number of the merchant's; what a feed says of that number is passed over"
            );
            Ok(None)
        }
        ids => Ok(ids.and_then(|ids| ids.first()).copied()),
    }
}

fn by_number(store: &Store) -> Result<Numbers, StoreError> {
    let mut numbers = Numbers::new();
    for id in store.all_beside(Beside::Receipt)? {
        let number = store.order_receipt(id)?.and_then(|receipt| receipt.number);
        if let Some(number) = number {
            numbers.entry(number).or_default().push(id);
        }
    }
    Ok(numbers)
}

impl From<FeedError> for DeliverError {
    fn from(error: FeedError) -> Self {
        Self::Feed(Box::new(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use frontage_shared::order_status::OrderReceipt;
    use serde_json::json;

    fn said(number: &str, at: &str) -> OrderStatus {
        let document = json!({"number": number, "state": "shipped", "at": at});
        serde_json::from_value(document).unwrap()
    }

    #[test]
    fn a_number_of_several_orders_names_none_of_them() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open("store", folder.path(), "demo").unwrap();
        let ids = [1, 2, 3].map(|random| OrderId::new(1_764_000_000_000, random));
        for (id, number) in ids.into_iter().zip(["SO-1", "SO-2", "SO-2"]) {
            let receipt = OrderReceipt {
                delivered_at: "2026-01-02T00:00:00Z".to_owned(),
                status: 201,
                attempts: 1,
                number: Some(number.to_owned()),
            };
            store.put_order_receipt(id, &receipt).unwrap();
        }
        let mut numbers = None;
        for (number, wanted) in [("SO-1", Some(ids[0])), ("SO-2", None), ("SO-3", None)] {
            let status = said(number, "2026-01-02T00:00:00Z");
            let found = order_of(&store, &status, &mut numbers).unwrap();
            assert_eq!(found, wanted, "{number}");
        }
    }

    #[test]
    fn what_is_said_of_an_earlier_time_is_no_news() {
        let known = said("SO-1", "2026-01-02T10:00:00+02:00").kept();
        assert!(is_news(None, &known));
        assert!(!is_news(Some(&known), &known));
        for (at, wanted) in [
            ("2026-01-02T07:59:59Z", false),
            ("2026-01-02T08:00:00Z", true),
            ("2026-01-02T09:00:00Z", true),
        ] {
            let status = said("SO-1", at).kept();
            assert_eq!(is_news(Some(&known), &status), wanted, "{at}");
        }
    }
}
