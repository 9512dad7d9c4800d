//! What merchants' feeds say became of orders, kept beside the orders for whoever asks.
//!
//! A feed may well speak of orders of other channels, or of ones that were removed long ago; those are passed over.
//! What a feed does not mention any more stays as it was said last.

use std::collections::HashMap;

use frontage_shared::order::OrderId;
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
        if store.order_status(id)?.as_ref() != Some(&status) {
            store.put_order_status(id, &status)?;
            news += 1;
        }
    }
    Ok(news)
}

/// Orders by the merchant's number.
type Numbers = HashMap<String, OrderId>;

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
    Ok(number.and_then(|number| numbers.get(number)).copied())
}

fn by_number(store: &Store) -> Result<Numbers, StoreError> {
    let mut numbers = Numbers::new();
    for id in store.all_beside(Beside::Receipt)? {
        let number = store.order_receipt(id)?.and_then(|receipt| receipt.number);
        numbers.extend(number.map(|number| (number, id)));
    }
    Ok(numbers)
}

impl From<FeedError> for DeliverError {
    fn from(error: FeedError) -> Self {
        Self::Feed(Box::new(error))
    }
}
