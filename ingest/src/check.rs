//! `check`: the same pipeline as a cycle, minus the publishing, so that it cannot lie.
//!
//! It works on a copy of the feed cache, fetches everything anew, and leaves nothing behind but a scratch folder.

use std::fmt;
use std::path::Path;

use frontage_shared::manifest::{Counts, Manifest};
use frontage_shared::snapshot::{Generation, SnapshotError, mapped};
use serde::Serialize;

use crate::config::{Config, Source};
use crate::cycle::{self, Build, Built, Context, CycleError};
use crate::feed::FeedFolder;
use crate::harvest;
use crate::history::RunResult;
use crate::inspect::RunLine;
use crate::merge::Conflicts;
use crate::operate::{self, Diff};
use crate::publish::{self, PublishError};
use crate::validate;

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
    let scratch = context.config.state.join("check");
    let trial = Context {
        config: copy_state(&context.config, &scratch)?.into(),
        ..context.clone()
    };
    let mut reports = Vec::new();
    for source in sources {
        let (run, refusals) = harvest::run(&trial, source, current.as_ref(), "check", now).await;
        approve_for_trial(&trial, source)?;
        reports.push(SourceReport {
            run: RunLine(run),
            refusals,
        });
    }
    let (built, conflicts) = match cycle::build(&trial, current.as_ref()).await? {
        Build::Unchanged => (None, Conflicts::default()),
        Build::Waiting(conflicts) => (None, conflicts),
        Build::Ready(built, conflicts) => (Some(built), conflicts),
    };
    let counts = built.as_ref().map(|built| built.offers.0.counts);
    let diff = match (&built, &current) {
        (Some(built), Some(current)) => Some(compare(&trial, current, built).await?),
        _ => None,
    };
    std::fs::remove_dir_all(&scratch).map_err(failed(&scratch))?;
    Ok(Report {
        sources: reports,
        conflicts: (conflicts.count, conflicts.samples),
        counts,
        diff,
    })
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

/// A configuration whose state folder holds the accepted feeds and nothing that would make a fetch conditional.
fn copy_state(config: &Config, scratch: &Path) -> Result<Config, CycleError> {
    if scratch.exists() {
        std::fs::remove_dir_all(scratch).map_err(failed(scratch))?;
    }
    let trial = Config {
        state: scratch.to_owned(),
        ..config.clone()
    };
    for source in &config.sources {
        let (from, to) = (
            FeedFolder::open(&config.state, &source.name)?,
            FeedFolder::open(scratch, &source.name)?,
        );
        let mut cache = from.load()?;
        cache.validators = None;
        cache.held = None;
        if let Some(feed) = &cache.accepted {
            from.copy_halves(feed, &to)?;
        }
        to.save(&cache)?;
    }
    Ok(trial)
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
