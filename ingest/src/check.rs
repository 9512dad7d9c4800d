//! `check`: the same pipeline as a cycle, minus the publishing, so that it cannot lie.
//!
//! It works on a copy of the feed cache, fetches anew whatever a cycle would ask for, and leaves nothing behind but a scratch folder.

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use frontage_shared::manifest::{Counts, Manifest};
use frontage_shared::snapshot::{Generation, SnapshotError, mapped};
use serde::Serialize;

use crate::board::Board;
use crate::config::{Config, Recordings, Source};
use crate::cycle::{self, Build, Built, Context, CycleError, Purpose};
use crate::feed::{Feed, FeedFolder, SourceCache};
use crate::harvest;
use crate::history::RunResult;
use crate::inspect::RunLine;
use crate::lock;
use crate::merge::Conflicts;
use crate::operate::{self, Diff};
use crate::publish::{self, PublishError};
use crate::told;
use crate::validate::{self, Known};

/// What a check found.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Each source: how its run ended, and what was refused.
    pub sources: Vec<SourceReport>,
    /// Conflicts between documents: how many, and some of them.
    pub conflicts: (u64, Vec<String>),
    /// What would be published; nothing if the documents are those of the current generation.
    pub counts: Option<Counts>,
    /// What publishing would change.
    pub diff: Option<Diff>,
    /// The generation that an operator pinned; nothing is published over it.
    pub pinned: Option<u64>,
}

/// What a check found of one source.
#[derive(Debug, Serialize)]
pub struct SourceReport {
    run: RunLine,
    refusals: Option<validate::Report>,
}

/// Checks the given sources against the current generation.
///
/// # Errors
/// The store or the scratch folder cannot be used, or the documents cannot be compiled.
pub async fn run(context: &Context, sources: &[&Source], now: i64) -> Result<Report, CycleError> {
    let current = context.store.current().await?;
    let scratch = Scratch::new(&context.config.state)?;
    let trial = trial(context, &scratch, |_, cache| cache.accepted)?;
    let mut reports = Vec::new();
    for source in sources {
        let locked = (*source, harvest::hold(&trial, source).await);
        let harvest = harvest::run(&trial, locked, current.as_ref(), "check", now).await;
        approve_for_trial(&trial, source)?;
        reports.push(SourceReport {
            run: RunLine(harvest.run),
            refusals: harvest.report,
        });
    }
    let change = change(&trial, current.as_ref(), now).await?;
    Ok(Report {
        sources: reports,
        conflicts: (change.conflicts.count, change.conflicts.samples),
        counts: change.counts,
        diff: change.diff,
        pinned: current
            .filter(|current| current.pinned)
            .map(|current| current.generation),
    })
}

/// What publishing would do.
#[derive(Debug)]
pub struct Change {
    /// What would be published; nothing if the documents are those of the current generation.
    pub counts: Option<Counts>,
    /// What publishing would change; nothing if there is no generation yet.
    pub diff: Option<Diff>,
    /// Conflicts between documents.
    pub conflicts: Conflicts,
}

/// What approving the held feed with this hash would do, worked out by the code that would do it. Fetches nothing.
/// `None` when the source holds another feed by now, or none.
///
/// # Errors
/// The store or the scratch folder cannot be used, or the documents cannot be compiled.
pub async fn held(
    context: &Context,
    source: &Source,
    hash: &str,
    now: i64,
) -> Result<Option<Change>, CycleError> {
    let current = context.store.current().await?;
    let scratch = Scratch::new(&context.config.state)?;
    let trial = trial(context, &scratch, |other, cache| {
        if other.name != source.name {
            return cache.accepted;
        }
        let held = cache.held.filter(|held| held.hash == hash)?;
        Some(held.feed)
    })?;
    let copied = FeedFolder::open(&trial.config.state, &source.name)?.load()?;
    if copied.accepted.is_none() {
        return Ok(None);
    }
    change(&trial, current.as_ref(), now).await.map(Some)
}

async fn change(
    trial: &Context,
    current: Option<&Manifest>,
    now: i64,
) -> Result<Change, CycleError> {
    let (built, conflicts) = match cycle::build(trial, current, Purpose::Look, now).await? {
        Build::Unchanged => (None, Conflicts::default()),
        Build::Waiting(conflicts) => (None, conflicts),
        Build::Ready(built, conflicts) => (Some(*built), conflicts),
    };
    let counts = built.as_ref().map(|built| built.offers.0.counts);
    let diff = match (&built, current) {
        (Some(built), Some(current)) => Some(compare(trial, current, built).await?),
        _ => None,
    };
    Ok(Change {
        counts,
        diff,
        conflicts,
    })
}

/// A folder for one trial, removed when it is over.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
    /// Held while the trial lasts, so that another one can tell what a killed one left behind.
    _lock: File,
}

impl Scratch {
    /// Makes one below the state folder.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn new(state: &Path) -> Result<Self, CycleError> {
        static TRIALS: AtomicU64 = AtomicU64::new(0);
        let folder = state.join("check");
        std::fs::create_dir_all(&folder).map_err(failed(&folder))?;
        for entry in std::fs::read_dir(&folder).map_err(failed(&folder))? {
            let path = entry.map_err(failed(&folder))?.path();
            if path.join(Self::LOCK).is_file() && lock::try_hold(&path.join(Self::LOCK))?.is_some()
            {
                std::fs::remove_dir_all(&path).map_err(failed(&path))?;
            }
        }
        let number = TRIALS.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).map_err(failed(&path))?;
        let lock = lock::hold_now(&path.join(Self::LOCK))?;
        Ok(Self { path, _lock: lock })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    const LOCK: &str = "trial.lock";
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.path) {
            tracing::warn!(%error, path = %self.path.display(), "cannot remove the folder of a trial");
        }
    }
}

impl Report {
    /// As documented for the command line: a failed source, else a held one, else nothing.
    pub fn exit_code(&self) -> u8 {
        let any = |result| {
            self.sources
                .iter()
                .any(|source| source.run.0.result == result)
        };
        match (any(RunResult::Failed), any(RunResult::Held)) {
            (true, _) => 3,
            (false, true) => 4,
            (false, false) => 0,
        }
    }
}

/// A shop whose state folder holds the chosen feed of each source as its accepted one, and nothing that would make a
/// fetch conditional.
fn trial(
    context: &Context,
    scratch: &Scratch,
    choose: impl Fn(&Source, SourceCache) -> Option<Feed>,
) -> Result<Context, CycleError> {
    let config = Config {
        state: scratch.path.clone(),
        recordings: Recordings {
            runs: 0,
            ..context.config.recordings
        },
        ..(*context.config).clone()
    };
    for source in &config.sources {
        copy_feed(context, &config, source, &choose)?;
    }
    Ok(Context {
        config: config.into(),
        board: Board::default(),
        ..context.clone()
    })
}

/// Copies the chosen feed. A run that ends meanwhile replaces files; then the new ones are copied.
fn copy_feed(
    context: &Context,
    trial: &Config,
    source: &Source,
    choose: impl Fn(&Source, SourceCache) -> Option<Feed>,
) -> Result<(), CycleError> {
    const ATTEMPTS: u32 = 5;
    let (from, to) = (
        FeedFolder::open(&context.config.state, &source.name)?,
        FeedFolder::open(&trial.state, &source.name)?,
    );
    let mut attempt = 0;
    loop {
        attempt += 1;
        let cache = from.load()?;
        let recipe = cache.recipe.clone();
        // While a later feed is held, changes apply to that one, which is not what is tried here.
        let mark = cache.mark.clone().filter(|_| cache.held.is_none());
        let Some(feed) = choose(source, cache) else {
            return Ok(());
        };
        match from.copy_halves(&feed, &to) {
            Ok(()) => {
                let (from, into) = (
                    told::quarantine(&context.config.state),
                    told::quarantine(&trial.state),
                );
                Known::copy(&from, &into, &source.name, &feed.content_hash());
                let copied = SourceCache {
                    accepted: Some(feed),
                    recipe,
                    mark,
                    ..SourceCache::default()
                };
                return Ok(to.save(&copied)?);
            }
            Err(error) if attempt >= ATTEMPTS => return Err(error.into()),
            Err(_) => {}
        }
    }
}

/// A held feed is compiled like any other here, so that the diff shows what approving it would do.
fn approve_for_trial(trial: &Context, source: &Source) -> Result<(), CycleError> {
    let folder = FeedFolder::open(&trial.config.state, &source.name)?;
    let mut cache = folder.load()?;
    if let Some(held) = cache.held.take() {
        cache.accepted = Some(held.feed);
        folder.save(&cache)?;
    }
    Ok(())
}

async fn compare(context: &Context, current: &Manifest, built: &Built) -> Result<Diff, CycleError> {
    let from = publish::opened(
        &context.store,
        &context.parts_folder(),
        current,
        &context.verified(),
    )
    .await?;
    let next = Manifest {
        generation: current.generation + 1,
        catalog: built.catalog.0.clone(),
        offers: built.offers.0.entry.clone(),
        ..current.clone()
    };
    let open = || -> Result<Generation, SnapshotError> {
        let to = Generation::open(
            next,
            mapped::map(&built.catalog.1)?,
            mapped::map(&built.offers.1)?,
        )?;
        to.verify()?;
        Ok(to)
    };
    let to = open().map_err(PublishError::from)?;
    Ok(operate::diff(&from, &to))
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> CycleError {
    let path = path.to_owned();
    move |source| {
        PublishError::Io {
            path: path.clone(),
            source,
        }
        .into()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for source in &self.sources {
            source.run.fmt(f)?;
            if let Some(refusals) = &source.refusals {
                writeln!(f, "{refusals}")?;
            }
        }
        if self.conflicts.0 > 0 {
            writeln!(f, "{} conflicts between documents", self.conflicts.0)?;
            self.conflicts
                .1
                .iter()
                .try_for_each(|sample| writeln!(f, "  {sample}"))?;
        }
        if let Some(pinned) = self.pinned {
            writeln!(
                f,
                "generation {pinned} is pinned; nothing is published over it until `unpin`"
            )?;
        }
        match (&self.counts, &self.diff) {
            (None, _) => writeln!(f, "nothing would be published"),
            (Some(_), Some(diff)) => write!(f, "publishing would change this:\n{diff}"),
            (Some(counts), None) => writeln!(
                f,
                "this would be the first generation: {} products, {} variants, {} categories, {} pages",
                counts.products, counts.variants, counts.categories, counts.pages
            ),
        }
    }
}
