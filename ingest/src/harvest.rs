//! The stages of one source: fetch, decode, map, validate, guard.
//!
//! Whatever happens is told by the [`Run`]; the feed cache changes only when a whole feed was judged.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use frontage_shared::manifest::Manifest;
use frontage_shared::snapshot::Generation;
use indicatif::ProgressBar;

use crate::board::Doing;
use crate::changes;
use crate::config::{Keeping, Provides, Source};
use crate::cycle::Context;
use crate::decode::DecodeError;
use crate::feed::{Feed, FeedError, FeedFolder, HeldFeed, Plain, SourceCache, Staying};
use crate::fetch::{self, FetchError, Fetched, Progress, RawFeed, Validators};
use crate::guard::{self, Movement, Published, Tally, Verdict};
use crate::history::{Run, RunResult};
use crate::lock::{self, LockError};
use crate::map::MapError;
use crate::pipeline::{self, Job, Reading};
use crate::publish::{self, PublishError};
use crate::recipe;
use crate::record::{self, Recorder};
use crate::reread::{self, Before};
use crate::told;
use crate::validate::{Report, ValidateError};

/// One stage of a source failed; its last good feed stays.
#[derive(Debug, thiserror::Error)]
pub enum HarvestError {
    /// The back end did not deliver.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The bytes are not records.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The mapping is wrong, hangs or crashes.
    #[error(transparent)]
    Map(#[from] MapError),
    /// The quarantine cannot be written.
    #[error(transparent)]
    Validate(#[from] ValidateError),
    /// The feed cache cannot be read or written.
    #[error(transparent)]
    Feed(#[from] FeedError),
    /// The published generation, which the feed must be compared with, is whole and cannot be opened.
    #[error("the published generation: {0}")]
    Published(#[from] PublishError),
    /// Changes came before there was anything to change.
    #[error(
        "the feed brings changes only, and no full feed came before it that was read in the same way; let the back end send one"
    )]
    NothingToChange,
    /// The lock of the source cannot be used.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The operating system has no thread left.
    #[error("cannot start a thread: {0}")]
    Thread(std::io::Error),
    /// A bug: reading the feed panicked.
    #[error("reading the feed failed: {0}")]
    Panic(String),
}

impl HarvestError {
    /// The verb of the stage that failed.
    pub fn stage(&self) -> &'static str {
        match self {
            Self::Fetch(_) => "fetch",
            Self::Decode(_) | Self::Thread(_) | Self::Panic(_) => "decode",
            Self::Map(_) => "map",
            Self::Validate(_) => "validate",
            Self::Feed(_) | Self::Lock(_) | Self::NothingToChange => "merge",
            Self::Published(_) => "guard",
        }
    }
}

/// What became of a poll.
#[derive(Debug)]
pub struct Harvest {
    /// What is told of it.
    pub run: Run,
    /// What became of the records, if there was something to read.
    pub report: Option<Report>,
    /// Records what was fetched, unless that is done. It keeps the source locked until then.
    pub recorder: Option<Recorder>,
}

/// Holds the lock of a source until the file is dropped: nobody else polls it meanwhile.
///
/// # Errors
/// The folder of the source or the lock cannot be made.
pub async fn hold(context: &Context, source: &Source) -> Result<File, HarvestError> {
    let folder = FeedFolder::open(&context.config.state, &source.name)?;
    Ok(lock::hold(&folder.lock_file()).await?)
}

/// Polls a source, whose lock [`hold`] gave, and judges what it brings.
pub async fn run(
    context: &Context,
    (source, lock): (&Source, Result<File, HarvestError>),
    published: Option<&Manifest>,
    trigger: &str,
    now: i64,
) -> Harvest {
    let began = Instant::now();
    let on_board = context.board.begin(&source.name, trigger, now);
    let doing = on_board.doing();
    let mut run = Run {
        source: source.name.clone(),
        trigger: trigger.to_owned(),
        started_at: now,
        duration_ms: 0,
        result: RunResult::Unchanged,
        stage: None,
        reasons: Vec::new(),
        changes_since: None,
        bytes: 0,
        records: 0,
        documents: 0,
        refused: 0,
        hash: None,
        recording: None,
    };
    let mut recorder = None;
    let telling = (&mut run, &doing, &mut recorder);
    let looked = match lock {
        Ok(lock) => look(context, (source, lock), published, now, telling).await,
        Err(error) => Err(error),
    };
    let report = match looked {
        Ok(report) => report,
        Err(error) => {
            run.result = RunResult::Failed;
            run.stage = Some(error.stage().to_owned());
            run.reasons = vec![error.to_string()];
            None
        }
    };
    run.duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Harvest {
        run,
        report,
        recorder,
    }
}

async fn look(
    context: &Context,
    (source, lock): (&Source, File),
    published: Option<&Manifest>,
    now: i64,
    (run, doing, recorder): (&mut Run, &Arc<Doing>, &mut Option<Recorder>),
) -> Result<Option<Report>, HarvestError> {
    let config = &context.config;
    let folder = FeedFolder::open(&config.state, &source.name)?;
    let lock = Arc::new(lock);
    record::remove_leftovers(&config.state, &source.name);
    let mut cache = folder.load()?;
    let recipe = recipe::of(source, &config.shop);
    let is_reusable = cache.recipe == recipe::judged(&recipe, source, &cache)
        && (cache.accepted.is_some() || cache.held.is_some());
    // A feed that stays the same says once more what it does not mention.
    let kept = cache.accepted.as_ref().map(Feed::kept_counts);
    let is_settled = kept.unwrap_or_default().missing == 0;
    let previous = cache.validators.clone();
    let zone = config.shop.time_zone;
    let since = changes::since(source, &cache, is_read_alike(&cache, &recipe), zone, now);
    run.changes_since = since;
    let previous = previous.filter(|_| is_reusable && is_settled && since.is_none());
    let asking = since.and_then(|since| changes::asking(source, since, zone));
    let asking = asking.as_ref().unwrap_or(source);
    let fetching = fetch(context, asking, previous.as_ref(), &folder, (now, doing));
    let fetched = context.tracer.around("fetch", fetching).await?;
    let report = match fetched {
        Fetched::Unchanged(validators) => {
            cache.validators = Some(validators);
            if let Some(accepted) = cache.accepted.as_mut().filter(|_| cache.held.is_none()) {
                accepted.as_of = now;
            }
            None
        }
        Fetched::Feed(raw) => {
            let telling = (&mut *run, Arc::clone(&lock));
            *recorder = Some(Recorder::of(config, source, &raw, &recipe, telling));
            let memory = (&folder, &mut cache);
            let since = (published, now);
            let raw = (raw, recipe.as_str());
            Some(read_and_judge(context, source, memory, raw, since, (run, doing)).await?)
        }
    };
    if let Some(held) = &cache.held {
        run.result = RunResult::Held;
        run.reasons.clone_from(&held.reasons);
        run.hash = Some(held.hash.clone());
    }
    cache.mark = changes::mark(source, cache.mark.as_ref(), since.is_none(), now);
    folder.save(&cache)?;
    let kept: Vec<&Validators> = cache.validators.iter().collect();
    if kept.is_empty()
        && let Some(recorder) = recorder.take()
    {
        // The pages that it reads go now.
        recorder.record().await;
    }
    fetch::prune(&folder.spool(), &kept)?;
    Ok(report)
}

/// Reads and judges what was fetched, and remembers what it was.
async fn read_and_judge(
    context: &Context,
    source: &Source,
    (folder, cache): (&FeedFolder, &mut SourceCache),
    (raw, recipe): (RawFeed, &str),
    (published, now): (Option<&Manifest>, i64),
    (run, doing): (&mut Run, &Arc<Doing>),
) -> Result<Report, HarvestError> {
    let config = &context.config;
    let memory = (folder, &mut *cache);
    let telling = (&mut *run, doing);
    let (report, candidate) = take(context, source, memory, (raw, recipe), now, telling).await?;
    // Before `judge`, which changes the cache. Only a feed of changes leans on what was refused before.
    let is_delta = run.changes_since.is_some();
    let before = is_delta.then(|| told::known(config, source, cache));
    let memory = (folder, &mut *cache);
    let judging = judge(context, source, memory, published, candidate, now);
    context.tracer.around("guard", judging).await?;
    // Changes say nothing of the records that were refused before.
    let refused = match &before {
        Some(before) => report.known.clone().with(before),
        None => report.known.clone(),
    };
    told::keep_known(config, source, &refused, cache)?;
    run.result = match is_delta && report.records == 0 {
        true => RunResult::Unchanged,
        false => RunResult::Accepted,
    };
    cache.recipe = recipe::judged(recipe, source, cache);
    Ok(report)
}

/// Reads what was fetched, and remembers what it was.
async fn take(
    context: &Context,
    source: &Source,
    (folder, cache): (&FeedFolder, &mut SourceCache),
    (raw, recipe): (RawFeed, &str),
    now: i64,
    (run, doing): (&mut Run, &Arc<Doing>),
) -> Result<(Report, Judged), HarvestError> {
    let config = &context.config;
    run.bytes = raw.wire_bytes;
    let told = told::files(&config.state, source, run.changes_since.is_some());
    let job = Job {
        source: source.clone(),
        shop: config.shop.clone(),
        pages: raw.pages,
        quarantine: told.0,
        known: told::known(config, source, cache),
        draft: folder.draft("all", config.shop.currency),
        bar: bar(context),
        doing: Arc::clone(doing),
        is_delta: run.changes_since.is_some(),
    };
    let base = Base {
        before: before(cache, recipe, &folder.spool()),
        latest: latest(cache, recipe),
        accepted: cache.accepted.clone(),
        is_read_alike: is_read_alike(cache, recipe),
    };
    let reading = read(job, base, folder.clone(), now);
    let read = context.tracer.around("decode map validate", reading).await;
    let Read {
        feed,
        mut report,
        movement,
        is_delta,
    } = read?;
    let held = cache.held.as_ref().map(|held| &held.feed);
    let feed = feed.after(held.or(cache.accepted.as_ref()));
    report.kept = feed.kept_counts();
    if report.records > 0 || run.changes_since.is_none() {
        report.keep(&told.1)?;
    }
    doing.judging();
    run.records = report.records;
    run.documents = report.accepted();
    run.refused = report.refused + report.unmapped;
    run.hash = Some(feed.content_hash());
    // What changed says nothing of whether the whole did.
    cache.validators = run.changes_since.is_none().then_some(raw.validators);
    cache.plain = (report.is_plain() && !is_delta).then_some(Plain {
        left_out: report.left_out,
    });
    // One bad record among two that changed is not half a shop.
    let unchanged = if is_delta { feed.documents() } else { 0 };
    let tally = Tally {
        records: unchanged + report.documents + report.unmapped,
        refused: run.refused,
        reasons: report.reasons(source.max_new_invalid_percent),
    };
    let judged = Judged {
        feed,
        movement,
        tally,
    };
    Ok((report, judged))
}

/// The published generation, for a source that it is made of and that the cache knows nothing of. One that is damaged
/// is not there any more; one that cannot be opened now can be later, and a feed that nobody compares must wait.
async fn forgotten(
    context: &Context,
    source: &Source,
    cache: &SourceCache,
    published: Option<&Manifest>,
) -> Result<Option<Generation>, HarvestError> {
    let Some(manifest) = published
        .filter(|manifest| cache.accepted.is_none() && manifest.sources.contains_key(&source.name))
    else {
        return Ok(None);
    };
    match publish::opened(
        &context.store,
        &context.parts_folder(),
        manifest,
        &context.verified(),
    )
    .await
    {
        Ok(generation) => Ok(Some(generation)),
        Err(error) if error.is_damage() => {
            let source = &source.name;
            tracing::warn!(source, %error, "the published generation is damaged; only document counts are compared");
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// Accepts the feed, or keeps it beside the accepted one until an operator decides or the source recovers.
async fn judge(
    context: &Context,
    source: &Source,
    (folder, cache): (&FeedFolder, &mut SourceCache),
    manifest: Option<&Manifest>,
    judged: Judged,
    now: i64,
) -> Result<(), HarvestError> {
    let Judged {
        feed,
        movement,
        tally,
    } = judged;
    if source.provides == Provides::Orders {
        // It is no part of the shop, so that there is nothing to compare it with: old orders leave its feed as they like.
        cache.accepted = Some(feed);
        cache.held = None;
        return Ok(());
    }
    let generation = forgotten(context, source, cache, manifest).await?;
    let published = Published {
        feed: cache.accepted.as_ref(),
        documents: manifest
            .and_then(|manifest| manifest.sources.get(&source.name))
            .map(|state| state.documents),
        generation: generation.as_ref(),
        movement: movement.as_ref(),
    };
    let currency = context.config.shop.currency;
    let verdict = guard::judge(&source.guard, currency, folder, published, feed, &tally)?;
    let held_before = cache.held.take();
    match verdict {
        Verdict::Accepted(accepted) => cache.accepted = Some(accepted.into_feed()),
        Verdict::Held { feed, reasons } => {
            let hash = feed.content_hash();
            let since = held_before
                .filter(|before| before.hash == hash)
                .map_or(now, |before| before.since);
            cache.held = Some(HeldFeed {
                feed,
                hash,
                reasons,
                since,
            });
        }
    }
    Ok(())
}

/// A progress bar, if anybody watches.
fn bar(context: &Context) -> ProgressBar {
    if context.show_progress {
        ProgressBar::new_spinner()
    } else {
        ProgressBar::hidden()
    }
}

async fn fetch(
    context: &Context,
    source: &Source,
    previous: Option<&Validators>,
    folder: &FeedFolder,
    (now, doing): (i64, &Arc<Doing>),
) -> Result<Fetched, FetchError> {
    let bar = bar(context);
    bar.enable_steady_tick(Duration::from_millis(100));
    bar.set_message(format!("{}: fetching", source.name));
    let shown = bar.clone();
    let name = source.name.clone();
    doing.fetching(0, 0);
    let doing = Arc::clone(doing);
    let progress = move |progress: Progress| {
        doing.fetching(progress.pages as u64, progress.bytes);
        shown.set_message(format!(
            "{name}: {} pages, {} bytes",
            progress.pages, progress.bytes
        ));
    };
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(now).unwrap_or(0));
    let fetched = fetch::all(
        &context.client,
        source,
        previous,
        &folder.spool(),
        at,
        &progress,
    )
    .await;
    bar.finish_and_clear();
    fetched
}

/// What was read.
struct Read {
    feed: Feed,
    report: Report,
    /// How it differs from the accepted feed, if that is known already.
    movement: Option<Movement>,
    /// Whether it was made of changes.
    is_delta: bool,
}

/// What a new feed may be made from.
struct Base {
    /// For feeds that hardly differ.
    before: Option<Before>,
    /// For changes: the latest feed, though it may be held, so that no change is lost while an operator thinks.
    latest: Option<Feed>,
    /// For documents that stay: the feed that the shop is made of.
    accepted: Option<Feed>,
    /// Whether that one was read in the same way.
    is_read_alike: bool,
}

impl Base {
    /// A full feed, with what stays of the one that the shop is made of.
    fn keep(
        &self,
        folder: &FeedFolder,
        (provides, keeping): (Provides, Keeping),
        said: Feed,
        report: &Report,
    ) -> Result<Feed, FeedError> {
        // What was read in another way may well stand in the feed, under another name.
        let grace = if self.is_read_alike { keeping.grace } else { 0 };
        let refused = &report.refused_names;
        match &self.accepted {
            Some(accepted) => {
                let staying = Staying::Full { grace, refused };
                folder.keep(accepted, said, provides, staying)
            }
            None => Ok(said),
        }
    }
}

fn latest(cache: &SourceCache, recipe: &str) -> Option<Feed> {
    let held = cache.held.as_ref().map(|held| &held.feed);
    let latest = held.or(cache.accepted.as_ref());
    latest.filter(|_| is_read_alike(cache, recipe)).cloned()
}

/// Whether the remembered feeds were read in the way of a recipe. By which limits one was held does not matter for that.
fn is_read_alike(cache: &SourceCache, recipe: &str) -> bool {
    cache.recipe.split(' ').next() == Some(recipe)
}

/// What the guard is asked about.
struct Judged {
    feed: Feed,
    movement: Option<Movement>,
    tally: Tally,
}

/// The accepted feed, if the pages that it was read from are at hand, it was without fault, and it would be read the
/// same way today.
fn before(cache: &SourceCache, recipe: &str, spool: &Path) -> Option<Before> {
    if cache.held.is_some() || cache.recipe != recipe {
        return None;
    }
    Some(Before {
        feed: cache.accepted.as_ref()?.said().clone(),
        plain: cache.plain?,
        pages: cache.validators.as_ref()?.raw(spool),
    })
}

/// Decode, map and validate, off the runtime's threads: what changed since the feed before, or all.
async fn read(job: Job, base: Base, folder: FeedFolder, now: i64) -> Result<Read, HarvestError> {
    let work = move || {
        let rules = (job.source.provides, job.source.keeping);
        let reread = match &base.before {
            Some(before) => reread::run(&job, before, &folder, now)?,
            None => None,
        };
        if let Some(reread) = reread {
            return Ok(Read {
                feed: base.keep(&folder, rules, reread.feed, &reread.report)?,
                report: reread.report,
                movement: Some(reread.movement),
                is_delta: false,
            });
        }
        let provides = job.source.provides;
        let page = job.pages.first().map(|page| page.url.clone());
        let Reading {
            draft,
            report,
            is_delta,
        } = pipeline::run(job)?;
        let feed = match (is_delta, &base.latest) {
            (true, Some(latest)) if report.records == 0 => Feed {
                as_of: now,
                ..latest.clone()
            },
            (true, Some(latest)) => {
                let deleted = &draft.deleted();
                let said = folder.apply(latest.said(), provides, draft, now)?.feed;
                folder.keep(latest, said, provides, Staying::Changes { deleted })?
            }
            (true, None) => return Err(HarvestError::NothingToChange),
            (false, _) if draft.deletes() => {
                return Err(HarvestError::Decode(DecodeError::Container {
                    page: page.unwrap_or_default(),
                    message: "a `delete` stands in a full feed; what that does not mention is gone anyway".to_owned(),
                }));
            }
            (false, _) => base.keep(&folder, rules, folder.write_draft(draft, now)?, &report)?,
        };
        Ok(Read {
            feed,
            report,
            movement: None,
            is_delta,
        })
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(panic) => Err(HarvestError::Panic(panic.to_string())),
    }
}
