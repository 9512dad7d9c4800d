//! Making events and sending them, for one receiver after the other's clock.
//!
//! The order book and the store are looked at every second. Events are sent in their order: one that is not taken keeps
//! the later ones of its receiver waiting, and none of another's.

use std::collections::HashSet;
use std::fs::File;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use frontage_shared::signature;
use frontage_shared::snapshot::Generation;
use reqwest::Method;
use serde::Serialize;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::WebhookError;
use super::event::Event;
use super::orders::{self, Follower};
use super::outbox::{Entry, EventState, Head, Outbox};
use crate::config::Webhook;
use crate::cycle::Context;
use crate::deliver::{Attempts, Failure, FailureKind, clock, rfc3339, why_unanswered};
use crate::fetch::{self, Answer, FetchError, ORDER_BACKOFF, Parcel};
use crate::lock;
use crate::schedule;

/// How soon something new is seen.
const LOOK: Duration = Duration::from_secs(1);
/// Every how many looks it is told that a receiver cannot be told anything: once a minute.
const TELL_EVERY: u32 = 60;
/// How often what is no longer needed is removed, in looks.
const TIDY_EVERY: u32 = 600;
/// What was sent is kept for so long, and no more of it than this.
const KEEP_SENT: (Duration, usize) = (Duration::from_secs(7 * 86_400), 10_000);
/// The same for what was given up.
const KEEP_FAILED: (Duration, usize) = (Duration::from_secs(30 * 86_400), 10_000);
/// So many events are sent before it is looked for new ones.
const MOST_AT_ONCE: usize = 100;

/// What one pass over all receivers did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Told {
    /// Events that receivers took.
    pub sent: u64,
    /// Events that wait.
    pub waiting: u64,
}

impl std::fmt::Display for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{} sent, {} still waiting", self.sent, self.waiting)
    }
}

/// Tells all receivers until the daemon stops.
pub async fn run(context: Context, stopped: watch::Receiver<bool>) {
    let mut tasks = JoinSet::new();
    for hook in context.config.webhooks.clone() {
        tasks.spawn(follow(context.clone(), Arc::new(hook), stopped.clone()));
    }
    tasks.join_all().await;
}

/// Makes and sends what there is, once.
///
/// # Errors
/// There is no receiver, another process tells one, or a file cannot be read or written.
pub async fn once(context: &Context) -> Result<Told, WebhookError> {
    let mut told = Told::default();
    if context.config.webhooks.is_empty() {
        return Err(WebhookError::NotConfigured);
    }
    for hook in &context.config.webhooks {
        let outbox = Outbox::of(&context.config.state, &hook.name);
        outbox.make()?;
        let _lock = lock::try_hold(&outbox.lock_file())?
            .ok_or_else(|| WebhookError::AlreadyRunning(hook.name.clone()))?;
        let mut worker = Worker::new(context.clone(), Arc::new(hook.clone()), outbox)?;
        worker.make().await?;
        // Whoever asks now does not want to wait for the next attempt.
        worker.outbox.forget_head()?;
        while worker.send().await? {}
        told.sent += worker.sent;
        told.waiting += worker.outbox.list(EventState::Waiting)?.len() as u64;
    }
    Ok(told)
}

/// One receiver, until the daemon stops.
async fn follow(context: Context, hook: Arc<Webhook>, mut stopped: watch::Receiver<bool>) {
    let following = async {
        let mut looks: u32 = 0;
        let mut worker = None;
        loop {
            let looked = look(&context, &hook, &mut worker, looks).await;
            match looked {
                Ok(true) => continue,
                Ok(false) => {}
                // A full disk is told of once a minute, not every second.
                Err(error) if looks.is_multiple_of(TELL_EVERY) => {
                    tracing::error!(webhook = hook.name, %error, "events wait");
                }
                Err(_) => {}
            }
            looks = looks.wrapping_add(1);
            tokio::time::sleep(LOOK).await;
        }
    };
    // An event that is on its way is sent again by whoever is next.
    tokio::select! {
        () = following => {}
        _ = stopped.changed() => {}
    }
}

/// Makes and sends what there is; whether more waits.
async fn look(
    context: &Context,
    hook: &Arc<Webhook>,
    holder: &mut Option<(Worker, File)>,
    looks: u32,
) -> Result<bool, WebhookError> {
    let worker = match holder {
        Some((worker, _)) => worker,
        None => {
            let outbox = Outbox::of(&context.config.state, &hook.name);
            outbox.make()?;
            let Some(lock) = lock::try_hold(&outbox.lock_file())? else {
                return Err(WebhookError::AlreadyRunning(hook.name.clone()));
            };
            let worker = Worker::new(context.clone(), Arc::clone(hook), outbox)?;
            &mut holder.insert((worker, lock)).0
        }
    };
    let made = worker.make().await;
    if looks.is_multiple_of(TIDY_EVERY) {
        worker.tidy()?;
    }
    // What waits is sent, whatever keeps new events from being made.
    let more = worker.send().await?;
    if made.is_err() {
        // What was made of it is found by looking at the folder.
        *holder = None;
    }
    made.map(|()| more)
}

/// Makes and sends the events of one receiver. Whoever has one holds its lock.
pub(super) struct Worker {
    pub(super) context: Context,
    pub(super) hook: Arc<Webhook>,
    pub(super) outbox: Outbox,
    orders: Option<Follower>,
    /// The number of the next event.
    pub(super) next: u64,
    /// Events that a process before this one may have made without noting it.
    made: HashSet<String>,
    /// The generation that was told last, to be compared with the next.
    pub(super) last: Option<Arc<Generation>>,
    sent: u64,
}

impl Worker {
    fn new(context: Context, hook: Arc<Webhook>, outbox: Outbox) -> Result<Self, WebhookError> {
        let (mut next, mut made) = (0, HashSet::new());
        for state in EventState::ALL {
            for entry in outbox.list(state)? {
                next = next.max(entry.number);
                made.insert(entry.id);
            }
        }
        let orders = Follower::open(&context.store, &outbox.told_file())?;
        Ok(Self {
            context,
            hook,
            outbox,
            orders: Some(orders),
            next: next + 1,
            made,
            last: None,
            sent: 0,
        })
    }

    /// Makes events of what happened since, unless too many wait: then it is done later, in fewer events.
    async fn make(&mut self) -> Result<(), WebhookError> {
        if self.outbox.list(EventState::Waiting)?.len() >= self.hook.max_waiting {
            return Ok(());
        }
        // Orders do not wait for a generation that cannot be opened.
        let of_generations = self.make_of_generations().await;
        self.make_of_orders().await?;
        of_generations?;
        self.made.clear();
        Ok(())
    }

    async fn make_of_orders(&mut self) -> Result<(), WebhookError> {
        let mut follower = match self.orders.take() {
            Some(follower) => follower,
            None => Follower::open(&self.context.store, &self.outbox.told_file())?,
        };
        let (wanted, shop) = (
            self.hook.events.clone(),
            self.context.config.shop.id.clone(),
        );
        let mut writer = self.writer();
        let now = schedule::now();
        let followed = in_background(move || {
            let occasion = orders::Occasion {
                wanted: &wanted,
                shop: &shop,
                created_at: &rfc3339(now),
            };
            follower.events(&occasion, SystemTime::from(now), &mut |event| {
                writer.put(&event)
            })?;
            follower.keep()?;
            Ok((follower, writer.next))
        });
        let (follower, next) = followed.await?;
        (self.orders, self.next) = (Some(follower), next);
        Ok(())
    }

    pub(super) fn writer(&self) -> Writer {
        Writer {
            outbox: self.outbox.clone(),
            made: self.made.clone(),
            next: self.next,
        }
    }

    fn tidy(&mut self) -> Result<(), WebhookError> {
        let now = SystemTime::from(schedule::now());
        self.outbox.prune(EventState::Sent, KEEP_SENT, now)?;
        self.outbox.prune(EventState::Failed, KEEP_FAILED, now)?;
        self.orders.as_mut().map_or(Ok(()), Follower::tidy)
    }

    /// Sends what waits, in order, until one is not taken; whether more waits that may be sent.
    async fn send(&mut self) -> Result<bool, WebhookError> {
        let waiting = self.outbox.list(EventState::Waiting)?;
        let count = waiting.len();
        for entry in waiting.into_iter().take(MOST_AT_ONCE) {
            let head = self.outbox.head()?.filter(|head| head.event == entry.id);
            let now_ms = schedule::now().timestamp_millis();
            let is_early = head
                .as_ref()
                .is_some_and(|head| clock::next_at(head.attempts.next_ms, now_ms) > now_ms);
            if is_early {
                return Ok(false);
            }
            let Some(body) = self.outbox.read(EventState::Waiting, &entry)? else {
                continue;
            };
            match self.attempt(&entry, &body).await {
                Ok(()) => {
                    let (from, to) = (EventState::Waiting, EventState::Sent);
                    self.outbox.move_to(&entry, from, to)?;
                    self.outbox.forget_head()?;
                    self.sent += 1;
                    tracing::debug!(webhook = self.hook.name, event = entry.id, "event sent");
                }
                Err((failure, asked)) => {
                    self.not_taken(&entry, head, failure, asked)?;
                    return Ok(false);
                }
            }
        }
        Ok(count > MOST_AT_ONCE)
    }

    async fn attempt(&self, entry: &Entry, body: &[u8]) -> Result<(), (Failure, Option<Duration>)> {
        let now = schedule::now();
        let signature = signature::signature(&self.hook.secret, now.timestamp(), body);
        let parcel = Parcel {
            method: &Method::POST,
            idempotency_key: &entry.id,
            signature: Some(&signature),
            body,
        };
        let now = SystemTime::from(now);
        let sent = fetch::send(&self.context.client, &self.hook.request, parcel, now).await;
        taken(sent)
    }

    /// Notes that the first of the waiting events was not taken, and gives up those that waited for too long.
    fn not_taken(
        &self,
        entry: &Entry,
        head: Option<Head>,
        failure: Failure,
        asked: Option<Duration>,
    ) -> Result<(), WebhookError> {
        let (now_ms, webhook) = (failure.at_ms, self.hook.name.as_str());
        let why = failure.in_short();
        let before = head.map(|head| head.attempts);
        let failures = before.as_ref().map_or(0, |before| before.count);
        let pause = ORDER_BACKOFF.pause(failures, asked, rand::random());
        let attempts = Attempts {
            since_ms: before.map_or(now_ms, |before| before.since_ms.min(now_ms)),
            count: failures.saturating_add(1),
            next_ms: clock::after(now_ms, pause),
            last: failure,
        };
        let (attempt, wait_ms) = (attempts.count, pause.as_millis());
        if attempt.is_power_of_two() {
            let event = &entry.id;
            tracing::warn!(
                webhook,
                event,
                attempt,
                why,
                wait_ms,
                "event not taken, it is sent again"
            );
        }
        let event = entry.id.clone();
        self.outbox.set_head(&Head { event, attempts })?;
        let mut given_up = 0_u64;
        for entry in self.outbox.list(EventState::Waiting)? {
            let since = self.outbox.since(
                EventState::Waiting,
                &entry,
                SystemTime::from(schedule::now()),
            );
            let since_ms = DateTime::<Utc>::from(since).timestamp_millis();
            if clock::tried_for(since_ms, now_ms) < self.hook.retry_for {
                break;
            }
            let (from, to) = (EventState::Waiting, EventState::Failed);
            self.outbox.move_to(&entry, from, to)?;
            given_up += 1;
        }
        if given_up > 0 {
            tracing::error!(
                webhook,
                given_up,
                why,
                "events were given up; `frontage-ingest webhooks replay` sends them again"
            );
        }
        Ok(())
    }
}

/// Writes events that are not there yet.
pub(super) struct Writer {
    outbox: Outbox,
    made: HashSet<String>,
    pub(super) next: u64,
}

impl Writer {
    pub(super) fn put(&mut self, event: &Event) -> Result<(), WebhookError> {
        if !self.made.contains(&event.id) {
            self.outbox.put(self.next, event)?;
            self.next += 1;
        }
        Ok(())
    }
}

/// Whether an answer says that the event was taken: any status 2xx does, and nothing else.
fn taken(sent: Result<Answer, FetchError>) -> Result<(), (Failure, Option<Duration>)> {
    let failure = |what, status, detail| Failure {
        at_ms: schedule::now().timestamp_millis(),
        what,
        status,
        detail,
    };
    match sent {
        Ok(answer) if (200..=299).contains(&answer.status) => Ok(()),
        Ok(answer) => {
            let status = Some(answer.status);
            let failure = failure(FailureKind::Status, status, answer.excerpt);
            Err((failure, answer.retry_after))
        }
        Err(error) => Err((
            failure(why_unanswered(&error), None, error.to_string()),
            None,
        )),
    }
}

/// Waits for work on files on a thread that answers nobody.
pub(super) async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, WebhookError> + Send + 'static,
) -> Result<T, WebhookError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|stopped| Err(WebhookError::Bug(stopped.to_string())))
}
