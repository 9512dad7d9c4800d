//! Search engines are told which pages changed (IndexNow): what differs between the generation that they were told of
//! last and the one that is live.
//!
//! It runs beside the cycles and never holds one up. A list that is refused is told once and given up; what changes
//! later makes another one. The first generation that is seen is only remembered: a new shop is found by its sitemap.

mod changed;
mod submit;

use std::path::{Path, PathBuf};
use std::time::Duration;

use frontage_shared::snapshot::Generation;
use frontage_shared::store::StoreError;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::config::IndexNow;
use crate::cycle::Context;
use crate::feed::{self, FeedError};
use crate::fetch::FetchError;
use crate::operate::{self, OperateError};
use crate::schedule;

/// How soon a new generation is seen.
const LOOK: Duration = Duration::from_secs(2);

/// What search engines know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announced {
    /// The generation that they were told of last.
    pub generation: u64,
    /// When, Unix seconds.
    pub at: i64,
    /// When prices of that generation change next by themselves, Unix seconds; none if they do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes_at: Option<i64>,
    /// Addresses that they took since this state folder exists.
    pub addresses: u64,
    /// Lists that were given up.
    pub failures: u64,
    /// Why, the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

/// Nobody could be told.
#[derive(Debug, thiserror::Error)]
pub enum AnnounceError {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A generation cannot be opened.
    #[error(transparent)]
    Open(#[from] OperateError),
    /// What is remembered cannot be written.
    #[error(transparent)]
    Remember(#[from] FeedError),
    /// There is no client.
    #[error(transparent)]
    Client(#[from] FetchError),
    /// The list cannot be written.
    #[error("the list cannot be written: {0}")]
    Json(#[from] serde_json::Error),
    /// The list was not taken.
    #[error("the list is not taken: {0}")]
    Refused(String),
    /// A thread of the program ended early.
    #[error("a bug: {0}")]
    Bug(String),
}

impl Announced {
    /// What is remembered, if anything is.
    pub fn load(state: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(file(state)).ok()?).ok()
    }

    fn keep(&self, state: &Path) -> Result<(), AnnounceError> {
        Ok(feed::replace(
            &file(state),
            &serde_json::to_vec_pretty(self)?,
        )?)
    }
}

fn file(state: &Path) -> PathBuf {
    state.join("announced.json")
}

/// Tells what changed, until asked to stop.
pub async fn run(context: Context, settings: IndexNow, mut stopped: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = stopped.changed() => return,
        }
        let told = tokio::select! {
            told = step(&context, &settings) => told,
            // What was not told now is told by the next process.
            _ = stopped.changed() => return,
        };
        match told {
            Ok(None) => {}
            Ok(Some(addresses)) => {
                tracing::info!(addresses, "search engines were told what changed");
            }
            Err(error) => tracing::warn!(%error, "search engines were not told what changed"),
        }
    }
}

/// Looks once; gives how many addresses were told, if it was time to tell any.
///
/// # Errors
/// They were not taken, and are given up.
async fn step(context: &Context, settings: &IndexNow) -> Result<Option<u64>, AnnounceError> {
    let state = &context.config.state;
    let Some(current) = context.store.current().await? else {
        return Ok(None);
    };
    let now = schedule::now().timestamp();
    let Some(before) = Announced::load(state) else {
        let live = operate::open(context, current.generation).await?;
        let first = Announced {
            generation: current.generation,
            at: now,
            changes_at: live.at(now).changes_at(),
            ..Announced::default()
        };
        return first.keep(state).map(|()| None);
    };
    let every = i64::try_from(settings.every.as_secs()).unwrap_or(i64::MAX);
    // A clock that was set back is no reason to wait.
    let is_early = (0..every).contains(&now.saturating_sub(before.at));
    let has_flipped = before.changes_at.is_some_and(|at| at <= now);
    let is_same = before.generation == current.generation && !has_flipped;
    if is_same || is_early {
        return Ok(None);
    }
    let (from, to) = ((before.generation, before.at), (current.generation, now));
    let told = tell(context, settings, from, to).await;
    let mut after = Announced {
        generation: current.generation,
        at: now,
        changes_at: None,
        ..before
    };
    match &told {
        Ok((addresses, changes_at)) => {
            after.addresses += addresses;
            after.changes_at = *changes_at;
            after.trouble = None;
        }
        Err(error) => {
            after.failures += 1;
            after.trouble = Some(error.to_string());
        }
    }
    after.keep(state)?;
    told.map(|(addresses, _)| Some(addresses))
}

/// Tells what differs between two generations, each as it was or is at an instant; gives how many addresses, and when
/// prices of the second change next by themselves.
async fn tell(
    context: &Context,
    settings: &IndexNow,
    (from, told_at): (u64, i64),
    (to, now): (u64, i64),
) -> Result<(u64, Option<i64>), AnnounceError> {
    let from = operate::open(context, from).await?.at(told_at);
    let to = operate::open(context, to).await?.at(now);
    let changes_at = to.changes_at();
    let addresses = changed_in_background(from, to, settings.site.clone()).await?;
    submit::all(&context.client, settings, &addresses).await?;
    Ok((addresses.len() as u64, changes_at))
}

/// Comparing large shops takes seconds, on a thread that answers nobody.
async fn changed_in_background(
    from: Generation,
    to: Generation,
    site: String,
) -> Result<Vec<String>, AnnounceError> {
    let work = move || changed::addresses(&from, &to, &site);
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|stopped| AnnounceError::Bug(stopped.to_string()))
}
