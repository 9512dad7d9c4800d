//! When: the daemon. Each source has its own clock; a slow one never delays a fast one.
//!
//! The clock is read only here and in `cli`. Every outcome is logged once, here, as one line.

use std::time::Duration;

use chrono::{DateTime, Utc};
use frontage_shared::manifest::Manifest;
use rand::RngExt as _;
use tokio::task::JoinSet;

use crate::config::Source;
use crate::cycle::{self, Context, CycleError, Outcome, ShopOutcome};
use crate::history::{Run, RunResult};
use crate::lock;

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
}

/// The wall clock.
#[expect(clippy::disallowed_methods, reason = "this is where the clock is read")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// Polls every source once, then each on its schedule, until asked to stop. A cycle under way is finished first.
///
/// # Errors
/// Another daemon runs, or signals cannot be caught.
pub async fn run(context: Context) -> Result<(), ScheduleError> {
    let state = context.config.state.clone();
    let Some(_only_one) = lock::try_hold(&state.join("daemon.lock"))? else {
        return Err(ScheduleError::AlreadyRunning(state.display().to_string()));
    };
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let signals = frontage_shared::daemon::shutdown::requested();
    let mut sources = JoinSet::new();
    let all: Vec<&Source> = context.config.sources.iter().collect();
    tracing::info!(sources = all.len(), store = %context.config.store.display(), "started; polling every source once");
    tokio::pin!(signals);
    tokio::select! {
        signal = &mut signals => return ended(signal),
        outcome = cycle::run(&context, &all, "start", now().timestamp()) => log(outcome.as_ref(), &mut None),
    }
    for source in context.config.sources.clone() {
        sources.spawn(follow(context.clone(), source, stopped.clone()));
    }
    let result = ended(signals.await);
    // Only fails when no source listens any more, and then there is nobody to stop.
    let _ = stop.send(true);
    sources.join_all().await;
    result
}

/// The next instants a source is due, in its shop's time zone.
pub fn upcoming(context: &Context, source: &Source, count: usize) -> Vec<DateTime<chrono_tz::Tz>> {
    source
        .schedule
        .after(&now().with_timezone(&context.config.shop.time_zone))
        .take(count)
        .collect()
}

/// One source's loop. A run that was missed because the one before took too long is run once, not many times.
async fn follow(context: Context, source: Source, mut stopped: tokio::sync::watch::Receiver<bool>) {
    let mut told = None;
    loop {
        let Some(next) = upcoming(&context, &source, 1).into_iter().next() else {
            return;
        };
        let wait = (next.with_timezone(&Utc) - now())
            .to_std()
            .unwrap_or_default()
            + jitter(source.jitter);
        tokio::select! {
            _ = stopped.changed() => return,
            () = tokio::time::sleep(wait) => {}
        }
        log(
            cycle::run(&context, &[&source], "schedule", now().timestamp())
                .await
                .as_ref(),
            &mut told,
        );
        if *stopped.borrow() {
            return;
        }
    }
}

fn jitter(most: Duration) -> Duration {
    most.mul_f64(rand::rng().random_range(0.0..=1.0))
}

fn ended(signal: std::io::Result<&'static str>) -> Result<(), ScheduleError> {
    let signal = signal.map_err(ScheduleError::Signal)?;
    tracing::info!(signal, "stopping");
    Ok(())
}

/// How a source's last run ended and why, as far as it was told.
type Told = Option<(RunResult, Vec<String>)>;

/// One line for each source that did anything, one for the shop if it changed. What was told already is not told
/// again at every poll.
fn log(outcome: Result<&Outcome, &CycleError>, told: &mut Told) {
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error) => {
            tracing::error!(%error, "cycle failed; the published shop stays as it is");
            return;
        }
    };
    for run in &outcome.runs {
        let news = (run.result, run.reasons.clone());
        if run.result == RunResult::Accepted || told.as_ref() != Some(&news) {
            log_run(run);
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
        ShopOutcome::Published(manifest) => log_published(manifest),
        ShopOutcome::Unchanged => tracing::debug!("documents unchanged; nothing to publish"),
        ShopOutcome::Pinned(generation) => {
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

fn log_run(run: &Run) {
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
            let hash = run.hash.as_deref().unwrap_or_default();
            tracing::warn!(
                source,
                duration_ms,
                hash,
                "source held: {reasons}; `frontage-ingest approve {hash}` publishes it"
            );
        }
        RunResult::Failed => {
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
