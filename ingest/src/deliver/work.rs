//! Which order is sent next: those that are due, the longest due first, so many at a time.
//!
//! The store is the queue. It is looked at every second; what is remembered here is only when each order is due.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use frontage_shared::order::OrderId;
use frontage_shared::store::{Beside, OrderState, Store};
use serde::Serialize;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use super::attempts::Attempts;
use super::send::{self, Ended};
use super::{DeliverError, clock, in_background, mail, tidy};
use crate::config::Orders;
use crate::cycle::Context;
use crate::lock::{self, LockError};
use crate::schedule;

/// How soon a new order is seen.
const LOOK: Duration = Duration::from_secs(1);
/// Every how many looks it is told that orders cannot be delivered: once a minute.
const TELL_EVERY: u32 = 60;
/// How often what is no longer needed is removed.
const TIDY: Duration = Duration::from_secs(600);
/// How soon it is tried again what failed on the store.
const AGAIN_MS: i64 = 10_000;

/// What one pass over all waiting orders did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Delivered {
    /// Orders that the merchant has now.
    pub delivered: u64,
    /// Orders that still wait.
    pub waiting: u64,
    /// Orders that were rejected.
    pub rejected: u64,
}

impl Delivered {
    /// 0, or 3 if an order could not be delivered.
    pub fn exit_code(&self) -> u8 {
        if self.waiting + self.rejected == 0 {
            0
        } else {
            3
        }
    }
}

impl std::fmt::Display for Delivered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (delivered, waiting, rejected) = (self.delivered, self.waiting, self.rejected);
        writeln!(
            f,
            "{delivered} delivered, {waiting} still waiting, {rejected} rejected"
        )
    }
}

/// Delivers orders until the daemon stops. Without `[orders]` they wait, and nothing is done here.
pub async fn run(context: Context, mut stopped: watch::Receiver<bool>) {
    let Some(mut work) = Work::new(&context) else {
        return;
    };
    let _lock = tokio::select! {
        _ = stopped.changed() => return,
        lock = turn(&context) => lock,
    };
    let mut ticks = tokio::time::interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut tidying = tokio::time::interval(TIDY);
    tidying.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = stopped.changed() => break,
            _ = ticks.tick() => work.look(false).await,
            _ = tidying.tick() => work.tidy().await,
            Some(ended) = work.under_way.join_next() => work.note(ended),
            Some(ended) = work.mailing.join_next() => work.mailed(ended),
        }
        work.begin();
        work.mail();
    }
    // What is under way may end; what does not is sent again by whoever delivers next.
    let patience = work.settings.request.timeout;
    let _ = tokio::time::timeout(patience, work.finish()).await;
}

/// Tries every waiting order once, whenever it is due.
///
/// # Errors
/// Nothing says where orders go, another process delivers, or the store cannot be read.
pub async fn once(context: &Context) -> Result<Delivered, DeliverError> {
    let mut work = Work::new(context).ok_or(DeliverError::NotConfigured)?;
    let _lock = match context.store.delivery_lock() {
        Some(lock) => Some(try_turn(context, &lock)?.ok_or(DeliverError::AlreadyRunning)?),
        None => {
            context.lease.hold().await?;
            None
        }
    };
    work.look(true).await;
    work.begin();
    while let Some(ended) = work.under_way.join_next().await {
        work.note(ended);
        work.begin();
    }
    work.mail();
    while let Some(ended) = work.mailing.join_next().await {
        work.mailed(ended);
    }
    work.tidy().await;
    match work.broken.take() {
        Some(error) => Err(error),
        None => Ok(work.done),
    }
}

/// Waits until nobody else delivers orders of this store, and keeps others from it until what it gives is dropped. A lock
/// that cannot be used may well be usable later, when a disk has room again. In a bucket there is no file to lock: whoever
/// may publish delivers, and if that should be two for an instant, both send the same under the same key.
async fn turn(context: &Context) -> Option<File> {
    let mut looks: u32 = 0;
    loop {
        let is_told = looks.is_multiple_of(TELL_EVERY);
        let lock = context.store.delivery_lock()?;
        match try_turn(context, &lock) {
            Ok(Some(file)) => return Some(file),
            Ok(None) if is_told => tracing::warn!(
                lock = %lock.display(),
                "another frontage-ingest delivers the orders of this store; this one goes on when it ends"
            ),
            Err(error) if is_told => {
                tracing::error!(%error, "orders are not delivered; it is tried again every second");
            }
            Ok(None) | Err(_) => {}
        }
        looks = looks.wrapping_add(1);
        tokio::time::sleep(LOOK).await;
    }
}

fn try_turn(context: &Context, file: &Path) -> Result<Option<File>, LockError> {
    // Before the first publish there may be no folder yet; if it cannot be made, the lock says so.
    let _ = std::fs::create_dir_all(context.store.folder());
    lock::try_hold(file)
}

/// An attempt that ended.
type Outcome = (OrderId, Result<Ended, DeliverError>);

struct Work {
    context: Context,
    settings: Arc<Orders>,
    /// When each waiting order is due, Unix milliseconds.
    due: HashMap<OrderId, i64>,
    /// What is due now, in order.
    queue: VecDeque<OrderId>,
    sending: HashSet<OrderId>,
    under_way: JoinSet<Outcome>,
    /// Whoever writes to shoppers, at most one.
    mailing: JoinSet<Result<(), DeliverError>>,
    done: Delivered,
    /// Whether there may be something to write to shoppers.
    is_mail_due: bool,
    /// Why the store cannot be read or written, as far as it was told.
    broken: Option<DeliverError>,
}

impl Work {
    fn new(context: &Context) -> Option<Self> {
        Some(Self {
            settings: Arc::new(context.config.orders.clone()?),
            context: context.clone(),
            due: HashMap::new(),
            queue: VecDeque::new(),
            sending: HashSet::new(),
            under_way: JoinSet::new(),
            mailing: JoinSet::new(),
            done: Delivered::default(),
            is_mail_due: false,
            broken: None,
        })
    }

    /// Looks which orders wait, and lines up those that are due, or all of them.
    async fn look(&mut self, all: bool) {
        let (store, known) = (self.context.store.clone(), std::mem::take(&mut self.due));
        let now = schedule::now().timestamp_millis();
        match in_background(move || waiting(&store, &known, now)).await {
            Ok(due) => {
                self.due = due;
                // A failure of single orders is told where it happens.
                self.broken = None;
            }
            Err(error) => self.fails(error),
        }
        self.is_mail_due = true;
        let ready = self.due.iter().filter(|(id, at)| {
            let is_due = all || **at <= now;
            is_due && !self.sending.contains(id)
        });
        let mut ready: Vec<(i64, OrderId)> = ready.map(|(id, at)| (*at, *id)).collect();
        ready.sort_unstable();
        self.queue = ready.into_iter().map(|(_, id)| id).collect();
    }

    /// Begins to send what is lined up, as far as there is room.
    fn begin(&mut self) {
        while self.under_way.len() < self.settings.max_in_flight {
            let Some(id) = self.queue.pop_front() else {
                return;
            };
            let (context, settings) = (self.context.clone(), Arc::clone(&self.settings));
            self.sending.insert(id);
            self.under_way.spawn(async move {
                let ended = send::order(&context, &settings, id).await;
                (id, ended)
            });
        }
    }

    /// Takes note of an attempt that ended.
    fn note(&mut self, ended: Result<Outcome, tokio::task::JoinError>) {
        let (id, ended) = match ended {
            Ok(outcome) => outcome,
            Err(stopped) => {
                // Which order it was is found out when nothing is under way any more.
                tracing::error!(%stopped, "an attempt to deliver an order ended by a bug");
                if self.under_way.is_empty() {
                    self.sending.clear();
                }
                return;
            }
        };
        self.sending.remove(&id);
        match ended {
            Ok(Ended::Delivered { status, attempts }) => {
                self.done.delivered += 1;
                self.due.remove(&id);
                tracing::info!(order = %id, status, attempts, "order delivered");
            }
            Ok(Ended::Later { next_ms }) => {
                self.done.waiting += 1;
                self.due.insert(id, next_ms);
            }
            Ok(Ended::Rejected) => {
                self.done.rejected += 1;
                self.due.remove(&id);
            }
            Ok(Ended::Gone) => {
                self.due.remove(&id);
            }
            Err(error) => {
                self.done.waiting += 1;
                let now = schedule::now().timestamp_millis();
                self.due.insert(id, now + AGAIN_MS);
                self.fails(error);
            }
        }
    }

    /// Begins to write to shoppers, unless somebody does or there is nothing to write.
    fn mail(&mut self) {
        if !self.is_mail_due || self.settings.mail.is_none() || !self.mailing.is_empty() {
            return;
        }
        self.is_mail_due = false;
        let (context, settings) = (self.context.clone(), Arc::clone(&self.settings));
        self.mailing
            .spawn(async move { mail::send_due(context, &settings).await });
    }

    fn mailed(&mut self, ended: Result<Result<(), DeliverError>, tokio::task::JoinError>) {
        match ended {
            Ok(Ok(())) => {}
            Ok(Err(error)) => self.fails(error),
            Err(stopped) => tracing::error!(%stopped, "writing to shoppers ended by a bug"),
        }
    }

    async fn finish(&mut self) {
        while let Some(ended) = self.under_way.join_next().await {
            self.note(ended);
        }
    }

    async fn tidy(&mut self) {
        let (store, keep) = (self.context.store.clone(), self.settings.keep_delivered);
        let tidied = in_background(move || tidy::up(&store, keep, schedule::now())).await;
        if let Err(error) = tidied {
            self.fails(error);
        }
    }

    /// What is wrong with the store is told once, not every second.
    fn fails(&mut self, error: DeliverError) {
        let told = self.broken.as_ref().map(ToString::to_string);
        if told != Some(error.to_string()) {
            tracing::error!(%error, "orders wait: the store fails");
        }
        self.broken = Some(error);
    }
}

/// When each waiting order is due. An order without a file of attempts is due: it is new, or was put back by an operator.
fn waiting(
    store: &Store,
    known: &HashMap<OrderId, i64>,
    now_ms: i64,
) -> Result<HashMap<OrderId, i64>, DeliverError> {
    let tried: HashSet<OrderId> = store.all_beside(Beside::Attempts)?.into_iter().collect();
    let mut due = HashMap::new();
    for id in store.orders(OrderState::New)? {
        let at = match (tried.contains(&id), known.get(&id)) {
            (false, _) => i64::try_from(id.minted_ms()).map_or(now_ms, |minted| minted.min(now_ms)),
            (true, Some(at)) => clock::next_at(*at, now_ms),
            (true, None) => {
                let attempts: Option<Attempts> = store.read_beside(id, Beside::Attempts)?;
                attempts.map_or(0, |attempts| clock::next_at(attempts.next_ms, now_ms))
            }
        };
        due.insert(id, at);
    }
    Ok(due)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::attempts::FailureKind;
    use crate::deliver::{Attempts, Failure};

    #[test]
    fn a_clock_that_was_set_back_keeps_no_order_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open("store", folder.path(), "demo").unwrap();
        let year = 365 * 86_400_000;
        let now = 1_764_000_000_000;
        let [past, future, tried] = [now - 5, now + year, now + year + 1]
            .map(|minted| OrderId::new(u64::try_from(minted).unwrap(), 1));
        for id in [past, future, tried] {
            assert!(store.accept_orders(&[(id, b"{}".to_vec())])[0].is_ok());
        }
        let attempts = Attempts {
            since_ms: now + year,
            count: 1,
            next_ms: now + year + 1_000,
            last: Failure {
                at_ms: now + year,
                what: FailureKind::Timeout,
                status: None,
                detail: String::new(),
            },
        };
        store
            .write_beside(tried, Beside::Attempts, &attempts)
            .unwrap();
        let longest = now + 6 * 3_600_000;
        let due = HashMap::from([(past, now - 5), (future, now), (tried, longest)]);
        assert_eq!(waiting(&store, &HashMap::new(), now).unwrap(), due);
        let known = HashMap::from([(tried, now + year)]);
        assert_eq!(waiting(&store, &known, now).unwrap(), due);
    }
}
