//! What operators do at the desk, and what came of it.
//!
//! An action goes on by itself when the browser that asked for it goes away, and can be looked at afterwards.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use frontage_shared::order::OrderId;
use frontage_shared::store::{OrderState, Store};

use super::State;
use crate::bell::Ring;
use crate::cycle::ShopOutcome;
use crate::deliver::{self, DeliverError};
use crate::inspect::{NotPublished, PublishedLine};
use crate::operate;

/// Actions that can be looked at afterwards; the log keeps them all.
const REMEMBERED: usize = 100;
/// An answer waits this long for its action before it says that it goes on.
const PATIENCE: Duration = Duration::from_secs(3);

/// Something an operator asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Action {
    /// Publish the held feed with this hash.
    Approve(String),
    /// Go back to this generation, and stay there.
    Rollback(u64),
    /// Stay at the current generation.
    Pin,
    /// Publish again.
    Unpin,
    /// Look at this source now.
    Run(String),
    /// Send this order again.
    Retry(OrderId),
    /// Send every rejected order again.
    RetryRejected,
}

/// An action that was asked for.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) number: u64,
    pub(super) action: Action,
    /// Unix seconds.
    pub(super) at: i64,
    pub(super) outcome: Outcome,
}

/// How far an action is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It goes on.
    Running,
    /// It was done; this is what happened.
    Done(String),
    /// It was not done, and this is why; the shop is what it was.
    Refused(String),
}

/// The latest actions.
#[derive(Debug, Default)]
pub(super) struct Actions {
    records: Mutex<(u64, VecDeque<Record>)>,
}

impl Actions {
    /// The latest actions, the latest first.
    pub(super) fn latest(&self) -> Vec<Record> {
        self.lock().1.iter().rev().cloned().collect()
    }

    /// The action with this number.
    pub(super) fn get(&self, number: u64) -> Option<Record> {
        let records = self.lock();
        let found = records.1.iter().find(|record| record.number == number);
        found.cloned()
    }

    fn add(&self, action: Action, at: i64) -> u64 {
        let mut records = self.lock();
        records.0 += 1;
        let number = records.0;
        records.1.push_back(Record {
            number,
            action,
            at,
            outcome: Outcome::Running,
        });
        if records.1.len() > REMEMBERED {
            records.1.pop_front();
        }
        number
    }

    fn finish(&self, number: u64, outcome: Outcome) {
        let mut records = self.lock();
        if let Some(record) = records.1.iter_mut().find(|record| record.number == number) {
            record.outcome = outcome;
        }
    }

    fn lock(&self) -> MutexGuard<'_, (u64, VecDeque<Record>)> {
        // Whatever panicked left whole records.
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Begins an action and waits a little for it; gives its number.
pub(super) async fn start(state: &Arc<State>, action: Action, now: i64) -> u64 {
    let number = state.actions.add(action.clone(), now);
    let shared = Arc::clone(state);
    let task = tokio::spawn(async move {
        let outcome = perform(&shared, &action, now).await;
        match &outcome {
            Outcome::Refused(why) => tracing::warn!(?action, why, "refused at the desk"),
            Outcome::Done(what) => tracing::info!(?action, what, "done at the desk"),
            Outcome::Running => {}
        }
        shared.actions.finish(number, outcome);
    });
    // Otherwise it is done, or goes on by itself.
    if let Ok(Err(panic)) = tokio::time::timeout(PATIENCE, task).await {
        let why = format!("a bug: {panic}");
        state.actions.finish(number, Outcome::Refused(why));
    }
    number
}

async fn perform(state: &State, action: &Action, now: i64) -> Outcome {
    let context = &state.context;
    let published = match action {
        Action::Approve(hash) => match operate::approve(context, hash, now).await {
            Ok(ShopOutcome::Published(manifest)) => Ok(*manifest),
            Ok(other) => {
                let why = NotPublished::of(&other).to_string();
                return Outcome::Done(format!("the feed is accepted; {}", why.trim_end()));
            }
            Err(error) => Err(error),
        },
        Action::Rollback(generation) => operate::rollback(context, *generation, now).await,
        Action::Pin => operate::pin(context, None, now).await,
        Action::Unpin => operate::unpin(context, now).await,
        Action::Retry(id) => return retried(context.store.clone(), Some(*id)).await,
        Action::RetryRejected => return retried(context.store.clone(), None).await,
        Action::Run(source) => {
            return match state.bells.get(source) {
                Some(bell) => {
                    bell.ring(Ring::Operator);
                    Outcome::Done(format!("{source} is asked for now"))
                }
                None => Outcome::Refused(format!("there is no source `{source}`")),
            };
        }
    };
    match published {
        Ok(manifest) => Outcome::Done(PublishedLine(manifest).to_string().trim_end().to_owned()),
        Err(error) => Outcome::Refused(error.to_string()),
    }
}

/// Sends an order again as it was, or every rejected one. In a bucket each takes a while, so that it goes on beside.
async fn retried(store: Store, id: Option<OrderId>) -> Outcome {
    let retried = tokio::task::spawn_blocking(move || -> Result<_, DeliverError> {
        let ids = match id {
            Some(id) => vec![id],
            None => store.orders(OrderState::Rejected)?,
        };
        deliver::retry(&store, &ids, false)
    });
    match retried.await {
        Ok(Ok(retried)) => Outcome::Done(retried.to_string().trim_end().to_owned()),
        Ok(Err(error)) => Outcome::Refused(error.to_string()),
        Err(panic) => Outcome::Refused(panic.to_string()),
    }
}
