//! One cycle of ingest: the stages from a poll to a published generation.
//!
//! A source that fails or is held keeps its last good feed, and the others go on. The published shop changes in one
//! instant at the very end, or not at all.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use frontage_shared::manifest::Manifest;
use frontage_shared::store::{Store, StoreError};
use frontage_shared::trace::{Span, Tracer};
use futures_util::stream::{self, StreamExt as _};
use tokio::task::JoinSet;

use crate::basis;
use crate::board::Board;
pub use crate::build::{Build, Purpose, build};
pub use crate::built::Built;
use crate::compile::CompileError;
use crate::config::{Config, Provides, Source};
use crate::conflicts;
use crate::counters::Counters;
use crate::deliver;
use crate::feed::{Feed, FeedError, FeedFolder};
use crate::fetch::{Client, FetchError};
use crate::harvest::{self, Harvest, HarvestError};
use crate::history::{self, HistoryError, Run, RunResult};
use crate::lease::{Keeper, LeaseError};
use crate::lock::{self, LockError};
use crate::merge::{Conflicts, MergeError, Merged};
use crate::publish::PublishError;
use crate::record::Recorder;
use crate::release;
use crate::telemetry;
use crate::untranslated;
use crate::verified::{self, Verified};
use crate::vitals::Vitals;
use crate::webhooks::WebhookError;

/// Sources that are read side by side; each holds a run of lines in memory.
const SOURCES_AT_ONCE: usize = 2;
/// How long sources that are read stay locked for others that are not, before they are recorded and let go of.
const PATIENCE: Duration = Duration::from_secs(10);

/// What every cycle needs.
#[derive(Clone, Debug)]
pub struct Context {
    /// What the operator wrote.
    pub config: Arc<Config>,
    /// Where generations go.
    pub store: Store,
    /// Whether they may go there.
    pub lease: Keeper,
    /// Talks to back ends.
    pub client: Client,
    /// Whether somebody watches a terminal.
    pub show_progress: bool,
    /// What is under way, for the operator's desk.
    pub board: Board,
    /// What was done since the process started, for monitors.
    pub counters: Counters,
    /// Whether the daemon's clocks move, for the service manager.
    pub vitals: Vitals,
    /// Whose part the spans are that are begun with this.
    pub tracer: Tracer,
}

/// What a cycle did.
#[derive(Debug)]
pub struct Outcome {
    /// The run of each source.
    pub runs: Vec<Run>,
    /// What became of the shop.
    pub shop: ShopOutcome,
    /// Conflicts between documents.
    pub conflicts: Conflicts,
}

/// What became of the shop.
#[derive(Debug)]
pub enum ShopOutcome {
    /// A new generation.
    Published(Box<Manifest>),
    /// The documents are those of the current generation.
    Unchanged,
    /// An operator pinned the current generation: until `unpin`, or until an instant.
    Pinned {
        /// The generation.
        generation: u64,
        /// When the pin ends by itself, Unix seconds.
        until: Option<i64>,
    },
    /// No product has arrived yet, or a source's cache must be rebuilt first.
    Waiting,
}

impl ShopOutcome {
    /// One word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Published(_) => "published",
            Self::Unchanged => "unchanged",
            Self::Pinned { .. } => "pinned",
            Self::Waiting => "waiting",
        }
    }
}

/// A cycle failed; the published generation stays. Failures of single sources are in [`Outcome::runs`].
#[derive(Debug, thiserror::Error)]
pub enum CycleError {
    /// The lock that keeps writers apart cannot be used.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// Somebody else publishes.
    #[error(transparent)]
    Lease(#[from] LeaseError),
    /// The client could not be set up.
    #[error("fetch: {0}")]
    Fetch(#[from] FetchError),
    /// Documents could not be brought together.
    #[error("merge: {0}")]
    Merge(#[from] MergeError),
    /// The feed cache failed.
    #[error("merge: {0}")]
    Feed(#[from] FeedError),
    /// The parts could not be made.
    #[error("compile: {0}")]
    Compile(#[from] CompileError),
    /// The parts could not be published.
    #[error("publish: {0}")]
    Publish(#[from] PublishError),
    /// What is to be told to others cannot be read.
    #[error("webhooks: {0}")]
    Webhooks(Box<WebhookError>),
    /// The run history could not be written.
    #[error("publish: {0}")]
    History(#[from] HistoryError),
}

impl From<WebhookError> for CycleError {
    fn from(error: WebhookError) -> Self {
        Self::Webhooks(Box::new(error))
    }
}

impl From<StoreError> for CycleError {
    fn from(error: StoreError) -> Self {
        Self::Publish(error.into())
    }
}

/// Polls the given sources and publishes what changed.
///
/// # Errors
/// The shop could not be compiled or published; single sources fail inside [`Outcome::runs`].
pub async fn run(
    context: &Context,
    sources: &[&Source],
    trigger: &str,
    now: i64,
) -> Result<Outcome, CycleError> {
    let mut span = context.tracer.begin("cycle");
    span.set("frontage.trigger", trigger.to_owned());
    let outcome = stages(&context.within(&span), sources, trigger, now).await;
    match &outcome {
        Ok(outcome) => span.set("frontage.outcome", outcome.shop.word()),
        Err(error) => span.fail(error),
    }
    context.counters.cycle(&outcome);
    outcome
}

/// All of a cycle that shoppers wait for, and then the recordings of what was fetched, whatever became of it.
async fn stages(
    context: &Context,
    sources: &[&Source],
    trigger: &str,
    now: i64,
) -> Result<Outcome, CycleError> {
    let (mut recorders, mut recording) = (Vec::new(), JoinSet::new());
    let unrecorded = (&mut recorders, &mut recording);
    let outcome = released(context, sources, (trigger, now), unrecorded).await;
    for recorder in recorders {
        recorder.record().await;
    }
    recording.join_all().await;
    outcome
}

async fn released(
    context: &Context,
    sources: &[&Source],
    (trigger, now): (&str, i64),
    (recorders, recording): (&mut Vec<Recorder>, &mut JoinSet<()>),
) -> Result<Outcome, CycleError> {
    let published = {
        let _lock = context.lock().await?;
        context.current().await?
    };
    let (mut polled, mut waiting) = (Vec::new(), Vec::new());
    for (source, lock) in locked(context, sources).await {
        let since = (published.as_ref(), now);
        waiting.push(harvested(context, (source, lock), since, trigger));
        polled.push(source);
    }
    // While one source waits for its back end or its disk, another has the cores.
    let mut harvests = stream::iter(waiting).buffered(SOURCES_AT_ONCE);
    let mut runs = Vec::new();
    let mut polled = polled.into_iter();
    loop {
        let next = tokio::select! {
            next = harvests.next() => next,
            // Whoever wants a source that is done need not wait for one whose back end takes its time.
            () = tokio::time::sleep(PATIENCE), if !recorders.is_empty() => {
                for recorder in recorders.drain(..) {
                    recording.spawn(recorder.record());
                }
                continue;
            }
        };
        let (Some(harvest), Some(source)) = (next, polled.next()) else {
            break;
        };
        let mut run = harvest.run;
        recorders.extend(harvest.recorder);
        deliver::follow(context, source, &mut run).await;
        history::append(&context.config.state, &run)?;
        context.counters.run(&run);
        runs.push(run);
    }
    let _lock = context.lock().await?;
    let current = context.current().await?;
    let (shop, conflicts) = release::accepted(context, current.as_ref(), "cycle", now).await?;
    Ok(Outcome {
        runs,
        shop,
        conflicts,
    })
}

/// The sources, each once, with their locks. Some of these are held to the end of the cycle, and the one of all publishers
/// comes on top; so they are taken in the order of their names by everybody, and no two cycles wait for each other.
async fn locked<'a>(
    context: &Context,
    sources: &[&'a Source],
) -> Vec<(&'a Source, Result<File, HarvestError>)> {
    let names: BTreeMap<&str, &Source> = sources
        .iter()
        .map(|source| (source.name.as_str(), *source))
        .collect();
    let mut locks = BTreeMap::new();
    for (name, source) in names {
        locks.insert(name, harvest::hold(context, source).await);
    }
    let of = |source: &&'a Source| Some((*source, locks.remove(source.name.as_str())?));
    sources.iter().filter_map(of).collect()
}

/// The run of a source, as a span.
async fn harvested(
    context: &Context,
    (source, lock): (&Source, Result<File, HarvestError>),
    (published, now): (Option<&Manifest>, i64),
    trigger: &str,
) -> Harvest {
    let mut span = context.tracer.begin("source");
    let within = context.within(&span);
    let harvest = harvest::run(&within, (source, lock), published, trigger, now).await;
    let run = &harvest.run;
    span.set("frontage.source", source.name.clone());
    span.set("frontage.result", run.result.as_str());
    span.count("frontage.records", run.records);
    span.count("frontage.bytes", run.bytes);
    if run.result == RunResult::Failed {
        span.fail(&run.reasons.join("; "));
    }
    harvest
}

/// Feeds and open orders, as the shop is to be made of them.
///
/// # Errors
/// The feed cache or the orders cannot be read.
pub fn merged(context: &Context, feeds: BTreeMap<String, Feed>) -> Result<Merged, MergeError> {
    Merged::new(&context.config, feeds)?.less_orders(&context.config, &context.store)
}

/// The same at an instant, on a thread that answers nobody: a shop may have many orders, and each is a file.
///
/// # Errors
/// The feed cache or the orders cannot be read.
pub async fn merge(
    context: &Context,
    feeds: BTreeMap<String, Feed>,
    now: i64,
) -> Result<Merged, CycleError> {
    let context = context.clone();
    run_blocking(move || Ok(merged(&context, feeds)?.at(&context.config, now))).await
}

/// A source that the published shop is made of and whose documents are not at hand. Publishing without it would
/// remove all it brought. A source that is no longer configured is let go once every other one has delivered: only
/// then is it clear that it was removed, and not renamed while its back end was down.
pub(crate) fn missing_source<'a>(
    config: &Config,
    current: Option<&'a Manifest>,
    feeds: &BTreeMap<String, Feed>,
) -> Option<&'a str> {
    let all_delivered = parts_of_the_shop(config).all(|source| feeds.contains_key(&source.name));
    let is_missing = |name: &&str| match config.source(name) {
        Some(_) => !feeds.contains_key(*name),
        None => !all_delivered,
    };
    let mut names = current?.sources.keys().map(String::as_str);
    names.find(is_missing)
}

/// Sources that the shop is made of. What became of orders is told elsewhere.
fn parts_of_the_shop(config: &Config) -> impl Iterator<Item = &Source> {
    let sources = config.sources.iter();
    sources.filter(|source| source.provides != Provides::Orders)
}

/// The accepted feed of every configured source that has one.
///
/// # Errors
/// The feed cache cannot be read.
pub fn accepted_feeds(config: &Config) -> Result<BTreeMap<String, Feed>, FeedError> {
    let mut feeds = BTreeMap::new();
    for source in parts_of_the_shop(config) {
        if let Some(feed) = FeedFolder::open(&config.state, &source.name)?
            .load()?
            .accepted
        {
            feeds.insert(source.name.clone(), feed);
        }
    }
    Ok(feeds)
}

/// Opens the store and sets up the client. The folders are made if they are missing.
///
/// # Errors
/// A folder cannot be made, or the store's location cannot be used.
pub fn context(config: Config) -> Result<Context, CycleError> {
    let folder = |path: &Path| {
        std::fs::create_dir_all(path).map_err(|source| PublishError::Io {
            path: path.to_owned(),
            source,
        })
    };
    if let Some(store) = config.store.as_folder() {
        folder(store)?;
    }
    folder(&config.state)?;
    let store = Store::at(&config.store, &config.shop.id)?;
    let client = Client::new()?;
    Ok(Context {
        tracer: telemetry::start(&config, &client)?,
        lease: Keeper::new(store.clone(), &config.state, config.lease),
        config: Arc::new(config),
        store,
        client,
        show_progress: false,
        board: Board::default(),
        counters: Counters::default(),
        vitals: Vitals::default(),
    })
}

impl Context {
    /// The same, whose spans are parts of this one.
    #[must_use]
    pub fn within(&self, span: &Span) -> Self {
        Self {
            tracer: span.within(),
            ..self.clone()
        }
    }

    /// Holds the lock that keeps two publishers apart until the file is dropped. Waits for one that is under way. The
    /// lease of the store is held as well then, which keeps those apart that have no folder in common.
    ///
    /// Whoever holds both is the one writer, so this is when files go that a killed one left behind.
    ///
    /// # Errors
    /// The lock file cannot be used, somebody else publishes, or the store cannot be asked.
    pub async fn lock(&self) -> Result<File, CycleError> {
        let lock = lock::hold(&self.config.state.join("lock")).await?;
        self.lease.hold().await?;
        match self.store.remove_leftovers() {
            Ok(0) => {}
            Ok(files) => {
                tracing::info!(files, "removed temporary files of a writer that was killed")
            }
            // They cost space and nothing else; whatever is wrong will stop the publish by itself if it matters.
            Err(error) => {
                tracing::warn!(%error, "cannot remove temporary files of a writer that was killed")
            }
        }
        let state = &self.config.state;
        let leftovers = [
            verified::part_file(state),
            conflicts::part_file(state),
            untranslated::part_file(state),
        ];
        for leftover in leftovers.into_iter().chain(basis::part_files(state)) {
            // Whoever writes these files replaces what is there.
            let _ = std::fs::remove_file(leftover);
        }
        match std::fs::remove_dir_all(self.scratch_folder()) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                tracing::warn!(%error, "cannot remove files in the making of a cycle that was killed");
            }
            _ => {}
        }
        Ok(lock)
    }

    /// The current manifest. Where `HEAD` was damaged it is first repaired, so the caller holds the lock.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn current(&self) -> Result<Option<Manifest>, CycleError> {
        match self.store.current().await {
            Ok(current) => Ok(current),
            Err(error) if error.is_damage() => {
                let repaired = self.store.repair_head().await?;
                let generation = repaired.as_ref().map(|manifest| manifest.generation);
                tracing::warn!(%error, generation, "HEAD was damaged and now names the newest whole generation");
                Ok(repaired)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Local copies of the current generation's parts.
    pub fn parts_folder(&self) -> PathBuf {
        self.config.state.join("parts")
    }

    /// Which files were read and found whole.
    pub fn verified(&self) -> Verified {
        Verified::load(&self.config.state)
    }

    /// A folder for files in the making; whoever took the lock emptied it.
    pub fn scratch(&self) -> Result<PathBuf, CycleError> {
        let path = self.scratch_folder();
        match std::fs::create_dir_all(&path) {
            Ok(()) => Ok(path),
            Err(source) => Err(PublishError::Io { path, source }.into()),
        }
    }

    fn scratch_folder(&self) -> PathBuf {
        self.config.state.join("scratch")
    }
}

pub(crate) async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, CycleError> + Send + 'static,
) -> Result<T, CycleError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(panic) => {
            let path = "compile".to_owned();
            Err(CompileError::Io {
                path,
                source: std::io::Error::other(panic),
            }
            .into())
        }
    }
}

impl Outcome {
    /// Whether any source's run ended so.
    pub fn any(&self, result: RunResult) -> bool {
        self.runs.iter().any(|run| run.result == result)
    }
}
