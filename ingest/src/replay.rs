//! `replay`: a recorded run once more, offline, by the code that ran it.
//!
//! The feed that comes out is compared with the one of then. It differs only if the mapping, the schemas or the program
//! changed since, or if the mapping depends on something else than its record; which of these, the answer says.

use std::fmt;

use indicatif::ProgressBar;
use serde::Serialize;

use crate::board::Board;
use crate::check::Scratch;
use crate::config::Source;
use crate::cycle::{Context, CycleError};
use crate::feed::{FeedError, FeedFolder};
use crate::harvest::HarvestError;
use crate::history::{self, HistoryError};
use crate::pipeline::{self, Job};
use crate::recipe;
use crate::record::{self, RecordError};
use crate::told;
use crate::validate::{Known, Report};

/// A run cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// There is no such recording, or it is damaged.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The run history cannot be read.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// The scratch folder cannot be used.
    #[error(transparent)]
    Cycle(#[from] CycleError),
    /// The feed cannot be written.
    #[error(transparent)]
    Feed(#[from] FeedError),
}

/// What came of a replay.
#[derive(Debug, Serialize)]
pub struct Replay {
    /// The recording.
    pub run: String,
    /// Hash of the feed that was built now, as `approve` takes it; nothing if building it failed.
    pub hash: Option<String>,
    /// Hash of the feed that was built then; nothing if that failed, or if the history has forgotten it.
    pub recorded_hash: Option<String>,
    /// Whether both are the same.
    pub same: bool,
    /// Whether mapping, schemas and program are those of then.
    pub same_recipe: bool,
    /// Why building it failed, in a sentence with its stage.
    pub failure: Option<String>,
    /// What became of the records.
    pub report: Option<Report>,
}

/// Replays a recorded run. Nothing is fetched, and nothing but a scratch folder is written.
///
/// # Errors
/// There is no such recording, it is damaged, or files cannot be written.
pub async fn run(context: &Context, wanted: &str) -> Result<Replay, ReplayError> {
    let config = &context.config;
    let recording = record::find(&config.state, &config.sources, wanted)?;
    let Some(source) = config.source(&recording.source) else {
        // Recordings are looked for under the sources that there are.
        return Err(unknown(wanted).into());
    };
    let recorded_hash = history::read(&config.state)?
        .into_iter()
        .rev()
        .find(|run| run.recording.as_deref() == Some(wanted))
        .and_then(|run| run.hash);
    let scratch = Scratch::new(&config.state)?;
    let pages = record::unpack(&config.state, &recording, &scratch.path().join("pages"))?;
    let folder = FeedFolder::open(scratch.path(), &source.name)?;
    let job = Job {
        source: source.clone(),
        shop: config.shop.clone(),
        pages,
        quarantine: told::quarantine_file(scratch.path(), source),
        known: Known::default(),
        draft: folder.draft("replay", context.config.shop.currency),
        bar: ProgressBar::hidden(),
        doing: Board::default()
            .begin(&source.name, "replay", recording.started_at)
            .doing(),
        is_delta: recording.is_delta,
    };
    let built = tokio::task::spawn_blocking(move || pipeline::run(job)).await;
    let built = built.unwrap_or_else(|panic| Err(HarvestError::Panic(panic.to_string())));
    let (hash, report, failure) = match built {
        Ok(reading) if reading.is_delta => {
            let failure =
                "at merge: the run brought changes only; the feed that they change is not recorded";
            (None, Some(reading.report), Some(failure.to_owned()))
        }
        Ok(reading) => {
            let feed = folder.write_draft(reading.draft, recording.started_at)?;
            (Some(feed.content_hash()), Some(reading.report), None)
        }
        Err(error) => (None, None, Some(format!("at {}: {error}", error.stage()))),
    };
    Ok(Replay {
        run: recording.id,
        same: hash == recorded_hash,
        hash,
        recorded_hash,
        same_recipe: recording.recipe == recipe(source, context),
        failure,
        report,
    })
}

fn recipe(source: &Source, context: &Context) -> String {
    recipe::of(source, &context.config.shop)
}

fn unknown(wanted: &str) -> RecordError {
    RecordError::Unknown {
        wanted: wanted.to_owned(),
        kept: Vec::new(),
    }
}

impl Replay {
    /// As documented for the command line.
    pub fn exit_code(&self) -> u8 {
        match (self.same, &self.failure) {
            (true, None) => 0,
            (_, Some(_)) => 3,
            (false, None) => 1,
        }
    }
}

impl fmt::Display for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(report) = &self.report {
            write!(f, "{report}")?;
        }
        let shown = |hash: &Option<String>| hash.clone().unwrap_or_else(|| "no feed".to_owned());
        match &self.failure {
            Some(failure) => writeln!(f, "{} gives no feed: {failure}", self.run)?,
            None => writeln!(f, "{} gives the feed {}", self.run, shown(&self.hash))?,
        }
        match self.same {
            true => writeln!(f, "the same as then")?,
            false => writeln!(f, "then it was {}", shown(&self.recorded_hash))?,
        }
        if !self.same_recipe {
            writeln!(f, "the mapping, the schemas or this program changed since")?;
        }
        Ok(())
    }
}
