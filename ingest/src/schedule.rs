//! When: the daemon. Each source has its own clock; a slow one never delays a fast one.
//!
//! The clock is read only here. Every outcome is logged once, here, as one line.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use frontage_shared::daemon::supervisor;
use frontage_shared::manifest::Manifest;
use frontage_shared::store::{Conditions, Fence};
use rand::RngExt as _;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::announce;
use crate::bell::{Bell, Bells, Ring};
use crate::canary;
use crate::config::Source;
use crate::cycle::{self, Context, CycleError, Outcome, ShopOutcome};
use crate::dates::Dates;
use crate::deliver;
use crate::desk::{Desk, DeskError};
use crate::fleet;
use crate::flip::Flip;
use crate::history::{Run, RunResult};
use crate::lease::LeaseError;
use crate::lock;
use crate::plan::Plan;
use crate::vitals::Vitals;
use crate::webhooks;

/// The wall clock is asked again after this long, so that a machine that slept or was set right runs what is due.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// What starts the first cycle; also what the daemon's signs of life call it.
const START: &str = "start";

/// Why it ends: the name of a signal, or that none can be caught.
type Signal = std::io::Result<&'static str>;

/// The daemon cannot start.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleError {
    /// Two daemons on one state folder would poll everything twice.
    #[error("another frontage-ingest runs on {0}")]
    AlreadyRunning(String),
    /// The lock file cannot be used.
    #[error(transparent)]
    Lock(#[from] lock::LockError),
    /// A signal handler cannot be installed.
    #[error("signals: {0}")]
    Signal(std::io::Error),
    /// The operator's desk cannot be opened.
    #[error(transparent)]
    Desk(#[from] DeskError),
}

/// The wall clock.
#[expect(clippy::disallowed_methods, reason = "this is where the clock is read")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// Publishes whenever this daemon may, and stands by whenever another one does, until asked to stop.
///
/// # Errors
/// Another daemon runs on this state folder, the desk's address is taken, or signals cannot be caught.
pub async fn run(context: Context) -> Result<(), ScheduleError> {
    let state = context.config.state.clone();
    let Some(_only_one) = lock::try_hold(&state.join("daemon.lock"))? else {
        return Err(ScheduleError::AlreadyRunning(state.display().to_string()));
    };
    let context = Context {
        lease: context.lease.impatient(),
        ..context
    };
    let (stop, stopped) = watch::channel(false);
    let bells = Bells::of(
        context
            .config
            .sources
            .iter()
            .map(|source| source.name.as_str()),
    );
    let mut tasks = JoinSet::new();
    let signals = async {
        let signal = frontage_shared::daemon::shutdown::requested().await;
        if let Ok(signal) = &signal {
            supervisor::stopping();
            tracing::info!(signal, "stopping");
        }
        signal
    };
    if let Some(settings) = context.config.desk.clone() {
        let desk = Desk::open(context.clone(), settings, bells.clone()).await?;
        tasks.spawn(desk.serve(stopped.clone()));
    }
    tasks.spawn(hear_hang_ups(stopped));
    tokio::pin!(signals);
    let vitals = context.vitals.clone();
    let telling = tokio::spawn(async move { supervisor::watch(&vitals).await });
    let signal = loop {
        let fence = tokio::select! {
            signal = &mut signals => break signal,
            fence = stand_by(&context) => fence,
        };
        let daemon = Daemon {
            context: &context,
            bells: &bells,
        };
        if let Some(signal) = daemon.publish(&fence, signals.as_mut()).await {
            context.lease.release(&fence).await;
            break signal;
        }
    };
    // Only fails when nothing listens any more, and then there is nobody to stop.
    let _ = stop.send(true);
    tasks.join_all().await;
    telling.abort();
    signal.map(drop).map_err(ScheduleError::Signal)
}

/// Waits until this daemon may publish. What stands in the way is told once.
async fn stand_by(context: &Context) -> Fence {
    let mut told = None;
    loop {
        match context.lease.try_hold().await {
            Ok(fence) => return fence,
            Err(error) => {
                let news = error.to_string();
                if told.as_ref() != Some(&news) {
                    match &error {
                        LeaseError::Standby { .. } => {
                            context.vitals.says(news.clone());
                            tracing::info!("{news}");
                        }
                        _ => tracing::error!(%error, "cannot ask who publishes; it is tried again"),
                    }
                    told = Some(news);
                }
            }
        }
        tokio::time::sleep(context.lease.step()).await;
    }
}

/// What the daemon does while it may publish.
struct Daemon<'a> {
    context: &'a Context,
    bells: &'a Bells,
}

impl Daemon<'_> {
    /// Polls every source once, then each on its schedule, until asked to stop or until another daemon publishes. A cycle
    /// under way is finished first. Gives the signal, if that is what ended it.
    async fn publish(
        &self,
        fence: &Fence,
        mut signals: Pin<&mut impl Future<Output = Signal>>,
    ) -> Option<Signal> {
        let context = self.context;
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        // A set ends its tasks with the scope that needs them.
        let mut keeper = JoinSet::new();
        let (lease, held) = (context.lease.clone(), fence.clone());
        keeper.spawn(async move { lease.keep(&held).await });
        let lost = async {
            if let Some(Ok(lost)) = keeper.join_next().await {
                tracing::warn!("{lost}");
            }
        };
        tokio::pin!(lost);
        let all: Vec<&Source> = context.config.sources.iter().collect();
        tracing::info!(sources = all.len(), store = %context.config.store, epoch = fence.epoch, "started; polling every source once");
        if context.store.known_conditions() == Some(Conditions::Ignored) {
            tracing::warn!(store = %context.config.store, "the bucket ignores conditional writes: readers take the newest manifest, and only one daemon may publish");
        }
        if let Err(error) = fleet::forget_gone(&context.store, now().timestamp()).await {
            tracing::debug!(%error, "servers that are no more are still listed");
        }
        self.begin(&mut tasks, &stopped);
        let began = now();
        let vitals = &context.vitals;
        vitals.says(format!("{} sources, polling each once", all.len()));
        let fetches = all.iter().map(|source| source.request.deadline).sum();
        vitals.runs(START, fetches);
        let ended = tokio::select! {
            signal = &mut signals => Some(Some(signal)),
            () = &mut lost => Some(None),
            outcome = cycle::run(context, &all, START, began.timestamp()) => {
                log(outcome.as_ref(), &mut None, vitals);
                None
            }
        };
        vitals.ends(START);
        if let Some(why) = ended {
            return why;
        }
        for source in context.config.sources.clone() {
            let follower = Follower {
                context: context.clone(),
                source: Arc::new(source),
                bells: self.bells.clone(),
                stopped: stopped.clone(),
            };
            vitals.waits(&follower.source.name);
            tasks.spawn(follower.follow(began));
        }
        let signal = tokio::select! {
            signal = &mut signals => Some(signal),
            () = &mut lost => None,
        };
        // Only fails when nothing listens any more, and then there is nobody to stop.
        let _ = stop.send(true);
        tasks.join_all().await;
        all.iter().for_each(|source| vitals.ends(&source.name));
        signal
    }

    /// What goes on beside the polls.
    fn begin(&self, tasks: &mut JoinSet<()>, stopped: &watch::Receiver<bool>) {
        let context = self.context;
        tasks.spawn(deliver::run(context.clone(), stopped.clone()));
        tasks.spawn(webhooks::run(context.clone(), stopped.clone()));
        if let Some(settings) = context.config.indexnow.clone() {
            tasks.spawn(announce::run(context.clone(), settings, stopped.clone()));
        }
        tasks.spawn(heed_orders(context.clone(), stopped.clone()));
        tasks.spawn(canary::run(context.clone(), stopped.clone()));
        tasks.spawn(end_pins(context.clone(), stopped.clone()));
        tasks.spawn(keep_dates(context.clone(), stopped.clone()));
    }
}

/// SIGHUP would end the process; a shop's configuration is read when it starts.
async fn hear_hang_ups(mut stopped: watch::Receiver<bool>) {
    let Ok(mut hang_ups) = signal(SignalKind::hangup()) else {
        return;
    };
    loop {
        tokio::select! {
            _ = hang_ups.recv() => {
                tracing::warn!("a shop's configuration is read at its start; restart the daemon to have it read again");
            }
            _ = stopped.changed() => return,
        }
    }
}

/// Ends pins that have an end, in the second in which they do.
async fn end_pins(context: Context, mut stopped: watch::Receiver<bool>) {
    /// How soon a pin is seen that another process made.
    const LOOK: Duration = Duration::from_secs(1);
    /// How soon it is tried again what failed.
    const AGAIN: Duration = Duration::from_secs(10);
    let mut told = None;
    let mut pause = LOOK;
    loop {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stopped.changed() => return,
        }
        pause = LOOK;
        let Some(flip) = Flip::load(&context.config.state) else {
            continue;
        };
        let left = flip.at.saturating_mul(1000) - now().timestamp_millis();
        if left > 0 {
            pause = LOOK.min(Duration::from_millis(left.unsigned_abs()));
            continue;
        }
        let outcome = cycle::run(&context, &[], "flip", now().timestamp()).await;
        log(outcome.as_ref(), &mut told, &context.vitals);
        match outcome {
            Err(_) => pause = AGAIN,
            // Somebody let go of the pin before its end, and nobody took the end away. Another end may stand there by now.
            Ok(outcome) if !matches!(outcome.shop, ShopOutcome::Published(_)) => {
                let lock = context.lock().await;
                if lock.is_ok() && Flip::load(&context.config.state) == Some(flip) {
                    Flip::forget(&context.config.state);
                }
            }
            Ok(_) => {}
        }
    }
}

/// Compiles again, in the second in which a document comes into the shop or goes by itself.
async fn keep_dates(context: Context, mut stopped: watch::Receiver<bool>) {
    /// How soon an instant is seen that another process found.
    const LOOK: Duration = Duration::from_secs(1);
    /// How soon it is tried again what failed.
    const AGAIN: Duration = Duration::from_secs(10);
    let mut told = None;
    let (mut handled, mut failed, mut pause) = (None, None, LOOK);
    loop {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stopped.changed() => return,
        }
        pause = LOOK;
        // What a pin keeps from being published would be found again at every look.
        let next = Dates::next(&context.config.state).filter(|&at| handled != Some(at));
        // Where compiling went well and publishing did not, a later instant is remembered already.
        let Some(next) = failed.or(next) else {
            continue;
        };
        let left = next.saturating_mul(1000) - now().timestamp_millis();
        if left > 0 {
            pause = LOOK.min(Duration::from_millis(left.unsigned_abs()));
            continue;
        }
        let outcome = cycle::run(&context, &[], "dates", now().timestamp()).await;
        log(outcome.as_ref(), &mut told, &context.vitals);
        match outcome {
            Ok(_) => (handled, failed) = (Some(next), None),
            Err(_) => (failed, pause) = (Some(next), AGAIN),
        }
    }
}

/// Takes what was ordered from the stock that the shop shows, and gives it back when it is known to the back end.
async fn heed_orders(context: Context, mut stopped: watch::Receiver<bool>) {
    /// How soon an order is seen; also the shortest time between two cycles for orders.
    const LOOK: Duration = Duration::from_secs(3);
    let look = async || {
        let store = context.store.clone();
        let looked = tokio::task::spawn_blocking(move || store.orders_stamp());
        looked.await.ok()
    };
    let (mut seen, mut told, mut looks) = (look().await, None, 0_u32);
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = stopped.changed() => return,
        }
        let now_there = look().await;
        if now_there != seen {
            // Clocks of file systems are coarse: what came in the same tick is found by looking once more.
            (seen, looks) = (now_there, 2);
        }
        if looks == 0 {
            continue;
        }
        looks -= 1;
        let outcome = cycle::run(&context, &[], "orders", now().timestamp()).await;
        log(outcome.as_ref(), &mut told, &context.vitals);
    }
}

/// The next instants at which a source's runs begin, in its shop's time zone.
pub fn upcoming(context: &Context, source: &Source, count: usize) -> Vec<DateTime<chrono_tz::Tz>> {
    Plan::new(source, context.config.shop.time_zone).upcoming(now(), count)
}

/// One source's loop: nothing else in the process runs the source once it has begun.
struct Follower {
    context: Context,
    source: Arc<Source>,
    bells: Bells,
    stopped: watch::Receiver<bool>,
}

impl Follower {
    /// Runs the source whenever it is due or asked for. `handled` is the instant up to which everything due was run.
    async fn follow(mut self, mut handled: DateTime<Utc>) {
        let mut told = None;
        let bells = self.bells.clone();
        let Some(bell) = bells.get(&self.source.name) else {
            return;
        };
        while let Some(trigger) = self.wait(bell, handled).await {
            handled = now();
            // Whoever rang until here is answered by this run; whoever rings from now on by the next.
            bell.answer();
            self.context
                .vitals
                .runs(&self.source.name, self.source.request.deadline);
            let outcome =
                cycle::run(&self.context, &[&self.source], trigger, handled.timestamp()).await;
            log(outcome.as_ref(), &mut told, &self.context.vitals);
            if *self.stopped.borrow() {
                return;
            }
        }
    }

    /// Waits for the next run, and says what started it; `None` when the daemon stops.
    async fn wait(&mut self, bell: &Bell, handled: DateTime<Utc>) -> Option<&'static str> {
        let source = Arc::clone(&self.source);
        let plan = Plan::new(&source, self.context.config.shop.time_zone);
        let late = jitter(source.jitter);
        let due = plan.next(handled, now()).map(|at| at + late);
        let mut asked: Option<(Ring, DateTime<Utc>)> = None;
        loop {
            self.context.vitals.waits(&self.source.name);
            let now = now();
            let (at, trigger) = match (due, asked) {
                (Some(due), Some((ring, at))) if at < due => (Some(at), ring.trigger()),
                (Some(due), _) => (Some(due), "schedule"),
                (None, Some((ring, at))) => (Some(at), ring.trigger()),
                (None, None) => (None, ""),
            };
            if at.is_some_and(|at| at <= now) {
                return Some(trigger);
            }
            let pause = at.map_or(LONGEST_SLEEP, |at| {
                (at - now).to_std().unwrap_or_default().min(LONGEST_SLEEP)
            });
            tokio::select! {
                _ = self.stopped.changed() => return None,
                () = tokio::time::sleep(pause) => {}
                ring = bell.rung(asked.map(|(ring, _)| ring)) => {
                    asked = Some((ring, self.heard(&plan, ring)));
                }
            }
        }
    }

    /// When the run begins that somebody asked for just now. A back end waits for others to ask for the same run, and
    /// for the end of a blackout; an operator waits for nothing.
    fn heard(&self, plan: &Plan<'_>, ring: Ring) -> DateTime<Utc> {
        let settle = match (ring, &self.context.config.desk) {
            (Ring::Poke, Some(desk)) => desk.poke_settle,
            _ => return now(),
        };
        let at = now() + settle;
        plan.allowed(at).unwrap_or(at)
    }
}

fn jitter(most: Duration) -> Duration {
    most.mul_f64(rand::rng().random_range(0.0..=1.0))
}

/// How a source's last run ended and why, as far as it was told.
type Told = Option<(RunResult, Vec<String>)>;

/// One line for each source that did anything, one for the shop if it changed. What was told already is not told
/// again at every poll.
fn log(outcome: Result<&Outcome, &CycleError>, told: &mut Told, vitals: &Vitals) {
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error) => {
            vitals.says(format!("a cycle failed: {error}"));
            tracing::error!(%error, "cycle failed; the published shop stays as it is");
            return;
        }
    };
    for run in &outcome.runs {
        let news = (run.result, run.reasons.clone());
        if run.result == RunResult::Accepted || told.as_ref() != Some(&news) {
            log_run(run, vitals);
        }
        *told = Some(news);
    }
    if outcome.conflicts.count > 0 {
        let samples = outcome
            .conflicts
            .samples
            .iter()
            .take(3)
            .cloned()
            .collect::<Vec<_>>()
            .join("; ");
        tracing::warn!(
            count = outcome.conflicts.count,
            "conflicts between documents, such as: {samples}"
        );
    }
    match &outcome.shop {
        ShopOutcome::Published(manifest) => {
            let (number, products) = (manifest.generation, manifest.counts.products);
            vitals.says(format!(
                "published generation {number}, {products} products"
            ));
            log_published(manifest);
        }
        ShopOutcome::Unchanged => tracing::debug!("documents unchanged; nothing to publish"),
        ShopOutcome::Pinned { generation, .. } => {
            tracing::debug!(generation, "pinned; nothing is published over it")
        }
        ShopOutcome::Waiting => tracing::warn!(
            "nothing to publish yet: no product has arrived, or a source must deliver again first"
        ),
    }
}

fn log_published(manifest: &Manifest) {
    tracing::info!(
        shop.id = manifest.shop,
        snapshot.generation = manifest.generation,
        products = manifest.counts.products,
        variants = manifest.counts.variants,
        "published generation {}",
        manifest.generation
    );
}

fn log_run(run: &Run, vitals: &Vitals) {
    let (source, duration_ms, records, refused) =
        (&run.source, run.duration_ms, run.records, run.refused);
    let reasons = run.reasons.join("; ");
    match run.result {
        RunResult::Unchanged => tracing::debug!(source, duration_ms, "source unchanged"),
        RunResult::Accepted => {
            tracing::info!(
                source,
                duration_ms,
                records,
                documents = run.documents,
                refused,
                bytes = run.bytes,
                "source accepted"
            );
        }
        RunResult::Held => {
            vitals.says(format!("source {source} is held: {reasons}"));
            let hash = run.hash.as_deref().unwrap_or_default();
            tracing::warn!(
                source,
                duration_ms,
                hash,
                "source held: {reasons}; `frontage-ingest approve {hash}` publishes it"
            );
        }
        RunResult::Failed => {
            vitals.says(format!("source {source} failed: {reasons}"));
            let stage = run.stage.as_deref().unwrap_or_default();
            tracing::error!(
                source,
                duration_ms,
                stage,
                "source failed, its last good feed stays: {reasons}"
            );
        }
    }
}
