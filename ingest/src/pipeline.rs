//! The stages decode, map and validate of one source, on all cores.
//!
//! One thread cuts pages into records, several map and examine them, and one puts the results back into the order of
//! the feed before anything is counted or compared: whatever the threads do, the outcome is that of one thread.
//! Memory holds a few batches and one run of lines, never a feed.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use bumpalo::Bump;
use indicatif::{HumanCount, ProgressBar, ProgressStyle};

use crate::board::Doing;
use crate::config::{Format, Mapping, Shop, Source};
use crate::decode::{self, DecodeError, Raw, Record, Records};
use crate::feed::{Draft, Lines};
use crate::fetch::RawPage;
use crate::harvest::HarvestError;
use crate::map::Mapper;
use crate::threads::{self, breathe};
use crate::validate::{self, Examined, Known, Report, ValidateError, Validation};
use crate::wire::Document;

/// Records that go from thread to thread at once, unless they are large.
const BATCH_RECORDS: usize = 64;
/// Bytes of records that make a batch, however few they are.
const BATCH_BYTES: usize = 512 << 10;
/// Batches that may wait for each worker.
const WAITING: usize = 4;
/// More threads than this wait for the one that puts things in order.
const MAX_WORKERS: usize = 8;

/// What there is to read, and where to.
pub struct Job {
    /// Whose pages these are.
    pub source: Source,
    /// The shop they are for.
    pub shop: Shop,
    /// The pages.
    pub pages: Vec<RawPage>,
    /// Where refused records are written.
    pub quarantine: PathBuf,
    /// What is refused of the published feed.
    pub known: Known,
    /// Where lines go.
    pub draft: Draft,
    /// What somebody may be looking at.
    pub bar: ProgressBar,
    /// What the operator's desk shows.
    pub doing: Arc<Doing>,
    /// Whether the back end was only asked for what changed.
    pub is_delta: bool,
}

/// What was read.
#[derive(Debug)]
pub struct Reading {
    /// The lines.
    pub draft: Draft,
    /// What became of the records.
    pub report: Report,
    /// Whether these are only changes: asked for, or announced by the feed.
    pub is_delta: bool,
}

/// Consecutive records of a feed.
struct Batch {
    number: u64,
    /// An error ends the feed, in a batch of its own.
    records: Result<Vec<Raw>, DecodeError>,
    /// What the records take in their pages.
    bytes: usize,
}

/// A batch after the workers.
struct Done {
    /// None if the mapping cannot be used at all, whatever the records say.
    number: Option<u64>,
    records: Result<Vec<Examined<Lines>>, HarvestError>,
    bytes: usize,
}

/// Reads all pages.
///
/// # Errors
/// The bytes are no records, the mapping fails as a whole, or a file cannot be written.
pub fn run(job: Job) -> Result<Reading, HarvestError> {
    let Job {
        source,
        shop,
        mut pages,
        quarantine,
        known,
        draft,
        bar,
        doing,
        is_delta,
    } = job;
    // Where nothing changed, or a list had no records to complete, nothing is what is expected.
    let has_lines = matches!(source.decoding.format, Format::Ndjson | Format::Csv);
    if has_lines && (is_delta || source.request.expand.is_some()) {
        pages.retain(|page| page.bytes > 0);
    }
    if let Some(folder) = quarantine.parent() {
        std::fs::create_dir_all(folder).map_err(|source| ValidateError::Quarantine {
            path: quarantine.clone(),
            source,
        })?;
    }
    let progress = Shown::new(
        bar,
        &source.name,
        pages.iter().map(|page| page.bytes).sum(),
        doing,
    );
    let validation = Validation::start(&source, Some(&quarantine), known)?;
    let workers = threads::count().min(MAX_WORKERS);
    let (to_workers, batches) = sync_channel(workers * WAITING);
    let (to_order, done) = sync_channel(workers * WAITING);
    // Only workers hold it, so that the reader sees when the last of them is gone.
    let batches = Arc::new(Mutex::new(batches));
    std::thread::scope(|scope| {
        let (source, shop, pages) = (&source, &shop, &pages);
        let cutting = named("decode")
            .spawn_scoped(scope, move || cut(source, pages, &to_workers))
            .map_err(HarvestError::Thread)?;
        for _ in 0..workers {
            let (batches, to_order) = (Arc::clone(&batches), to_order.clone());
            named("examine")
                .spawn_scoped(scope, move || work(source, shop, &batches, &to_order))
                .map_err(HarvestError::Thread)?;
        }
        drop((batches, to_order));
        let (draft, report) = in_order(done, validation, draft, progress)?;
        let announced = cutting.join();
        let announced = announced.map_err(|_| HarvestError::Panic("decode".to_owned()))?;
        Ok(Reading {
            draft,
            report,
            is_delta: is_delta || announced,
        })
    })
}

/// A thread that says in a list of threads what it does.
fn named(what: &str) -> std::thread::Builder {
    std::thread::Builder::new().name(what.to_owned())
}

/// Cuts the pages into batches of records, until the last one or until nobody wants more. Gives whether the feed
/// announced that it only brings changes.
fn cut(source: &Source, pages: &[RawPage], to_workers: &SyncSender<Batch>) -> bool {
    let mut records = decode::records(pages, source);
    // Records that are documents already are parsed by whoever examines them.
    let are_documents = matches!(source.mapping, Mapping::None);
    let mut number = 0;
    let mut send = |records, bytes| {
        let batch = Batch {
            number,
            records,
            bytes,
        };
        number += 1;
        to_workers.send(batch).is_ok()
    };
    let (mut batch, mut bytes) = (Vec::with_capacity(BATCH_RECORDS), 0);
    let next = |records: &mut Records| match are_documents {
        true => records.next_raw(),
        false => records.next().map(|record| record.map(Raw::Record)),
    };
    while let Some(record) = next(&mut records) {
        breathe();
        match record {
            Ok(record) => {
                bytes += records.record_bytes();
                batch.push(record);
            }
            Err(error) => {
                let _ = send(Ok(batch), bytes) && send(Err(error), 0);
                return records.is_delta();
            }
        }
        if batch.len() >= BATCH_RECORDS || bytes >= BATCH_BYTES {
            let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH_RECORDS));
            if !send(Ok(full), std::mem::take(&mut bytes)) {
                return records.is_delta();
            }
        }
    }
    let _ = send(Ok(batch), bytes);
    records.is_delta()
}

/// Maps and examines batches until there are no more, or until one fails.
fn work(
    source: &Source,
    shop: &Shop,
    batches: &Mutex<Receiver<Batch>>,
    to_order: &SyncSender<Done>,
) {
    let mapper = match Mapper::start(source, shop) {
        Ok(mapper) => mapper,
        Err(error) => {
            let _ = to_order.send(Done {
                number: None,
                records: Err(error.into()),
                bytes: 0,
            });
            return;
        }
    };
    let mut arena = Bump::new();
    let keep = |document| {
        let lines = Lines::of(document, shop.currency);
        let content = lines.content();
        (lines, content)
    };
    loop {
        let next = batches
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        let Ok(batch) = next else { return };
        let records = batch.records.map_err(HarvestError::from);
        let records =
            records.and_then(|records| examined(source, &mapper, records, &mut arena, keep));
        let failed = records.is_err();
        let done = Done {
            number: Some(batch.number),
            records,
            bytes: batch.bytes,
        };
        if to_order.send(done).is_err() || failed {
            return;
        }
    }
}

/// The documents of consecutive records, each judged by itself.
fn examined(
    source: &Source,
    mapper: &Mapper,
    records: Vec<Raw>,
    arena: &mut Bump,
    keep: impl Fn(Document) -> (Lines, u64),
) -> Result<Vec<Examined<Lines>>, HarvestError> {
    let mut all = Vec::with_capacity(records.len());
    let mut waiting = Vec::new();
    let map = |waiting: &mut Vec<Record>, all: &mut Vec<_>| {
        if !waiting.is_empty() {
            let mapped = mapper.map(std::mem::take(waiting))?.into_iter();
            all.extend(mapped.map(|mapped| {
                breathe();
                validate::examine(source, mapped, &keep)
            }));
        }
        Ok::<_, HarvestError>(())
    };
    for record in records {
        breathe();
        let line = match record {
            Raw::Record(record) => {
                waiting.push(record);
                continue;
            }
            Raw::Line(line) => line,
        };
        match validate::examine_text(source, (&line.text, &line.origin), arena, &keep) {
            Some(sound) => {
                map(&mut waiting, &mut all)?;
                all.push(sound);
            }
            None => waiting.push(line.record()?),
        }
    }
    map(&mut waiting, &mut all)?;
    Ok(all)
}

/// Takes batches as they are done, and counts, compares and keeps their documents in the order of the feed.
fn in_order(
    done: Receiver<Done>,
    mut validation: Validation,
    mut draft: Draft,
    mut progress: Shown,
) -> Result<(Draft, Report), HarvestError> {
    let mut early = BTreeMap::new();
    let mut next = 0;
    for batch in done {
        let Some(number) = batch.number else {
            batch.records?;
            continue;
        };
        early.insert(number, batch);
        while let Some(batch) = early.remove(&next) {
            next += 1;
            for examined in batch.records? {
                breathe();
                for lines in validation.admit(examined)? {
                    draft.add(&lines)?;
                }
            }
            progress.advance(batch.bytes, validation.report().records);
        }
    }
    Ok((draft, validation.finish()?))
}

/// What somebody at a terminal sees: how far it is, how fast, and how long it will take.
struct Shown {
    bar: ProgressBar,
    source: String,
    began: Instant,
    doing: Arc<Doing>,
}

impl Shown {
    fn new(bar: ProgressBar, source: &str, bytes: u64, doing: Arc<Doing>) -> Self {
        bar.set_length(bytes);
        if let Ok(style) = ProgressStyle::with_template(
            "{msg} {wide_bar} {percent:>3} % of {total_bytes}, {eta} left",
        ) {
            bar.set_style(style);
        }
        Self {
            bar,
            source: source.to_owned(),
            began: Instant::now(),
            doing,
        }
    }

    fn advance(&mut self, bytes: usize, records: u64) {
        self.doing.reading(bytes as u64, records);
        if self.bar.is_hidden() {
            return;
        }
        self.bar.inc(bytes as u64);
        let millis = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let rate = records.saturating_mul(1000) / millis.max(1);
        self.bar.set_message(format!(
            "{}: {} records, {}/s",
            self.source,
            HumanCount(records),
            HumanCount(rate)
        ));
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
