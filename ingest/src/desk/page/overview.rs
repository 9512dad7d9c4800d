//! The first page: what is live, what waits for a decision, what runs, how each source fares.

use hyper::StatusCode;
use sailfish::TemplateSimple;

use super::chart::{Chart, eventful};
use super::frame::Frame;
use super::text::{self, Pill, When, pill, when};
use super::{Built, Visit, render};
use crate::conflicts::{self, KeptConflicts};
use crate::cycle::CycleError;
use crate::desk::wire::{Answer, segment};
use crate::fleet::{self, Server};
use crate::history::{self, Run};
use crate::inspect::{self, GenerationLine};
use crate::publisher::Publisher;
use crate::schedule;
use crate::status::{self, Live, SourceStatus};
use crate::untranslated::Untranslated;

/// Generations on the first page; the others have a page of their own.
const GENERATIONS: usize = 5;
const SPARK_HEIGHT: u64 = 28;

#[derive(TemplateSimple)]
#[template(path = "overview.stpl")]
struct Overview<'a> {
    frame: Frame<'a>,
    live: Option<(Live, When)>,
    doing: Doing,
    rows: Vec<Row>,
    waiting: Vec<Waiting>,
    failing: usize,
    generations: Vec<(GenerationLine, When)>,
    conflicts: Option<KeptConflicts>,
    untranslated: Vec<Untranslated>,
    publisher: Option<Publisher>,
    servers: Vec<Server>,
}

/// A source in the table.
struct Row {
    name: String,
    href: String,
    provides: &'static str,
    pill: Pill,
    last: Option<When>,
    why: String,
    records: String,
    refused: u64,
    duration: String,
    spark: Chart,
    next: Option<When>,
    as_of: Option<When>,
    is_asked_for: bool,
}

/// A held feed.
struct Waiting {
    source: String,
    href: String,
    since: When,
    reasons: Vec<String>,
}

/// What is under way, as the first page and its live part show it.
#[derive(TemplateSimple)]
#[template(path = "live.stpl")]
struct LivePart {
    doing: Doing,
}

struct Doing {
    runs: Vec<RunNow>,
    shop: Option<(&'static str, When)>,
}

/// A run that is under way.
struct RunNow {
    source: String,
    href: String,
    trigger: String,
    since: When,
    stage: &'static str,
    pages: String,
    bytes: String,
    records: String,
    /// Of what was fetched, how much is read.
    percent: Option<u64>,
}

/// The first page.
pub(in crate::desk) async fn overview(visit: &Visit<'_>) -> Built {
    let context = &visit.state.context;
    let status = status::read(context).await?;
    let runs = history::read(&context.config.state).map_err(CycleError::from)?;
    let zone = context.config.shop.time_zone;
    let latest = inspect::latest_generations(context, GENERATIONS).await?.0;
    let generations = latest.into_iter().rev();
    let now = schedule::now().timestamp();
    let fleet = fleet::read(context, now).await?;
    let rows: Vec<Row> = status
        .sources
        .iter()
        .map(|source| row(visit, source, &runs))
        .collect();
    let page = Overview {
        frame: Frame::new(visit, "Overview", "overview"),
        conflicts: conflicts::kept(&context.config.state).filter(|kept| kept.count > 0),
        untranslated: status.untranslated,
        live: status.live.map(|live| {
            let at = when(live.created_at, zone, visit.now);
            (live, at)
        }),
        doing: doing(visit),
        publisher: status.publisher.filter(|publisher| {
            // With one daemon there is nothing to tell.
            !publisher.is_this_one || publisher.epoch > 0 || publisher.single_writer
        }),
        servers: fleet.servers,
        failing: rows.iter().filter(|row| row.pill.class == "bad").count(),
        rows,
        waiting: status
            .sources
            .iter()
            .filter_map(|source| waiting(visit, source))
            .collect(),
        generations: generations
            .map(|line| {
                let at = when(line.created_at, zone, visit.now);
                (line, at)
            })
            .collect(),
    };
    Ok(Some(render(StatusCode::OK, page)))
}

/// The part of the first page that is asked for again and again.
pub(in crate::desk) fn live(visit: &Visit<'_>) -> Answer {
    render(
        StatusCode::OK,
        LivePart {
            doing: doing(visit),
        },
    )
}

fn row(visit: &Visit<'_>, source: &SourceStatus, runs: &[Run]) -> Row {
    let context = &visit.state.context;
    let at = |seconds| when(seconds, context.config.shop.time_zone, visit.now);
    let own: Vec<&Run> = runs
        .iter()
        .filter(|run| run.source == source.source)
        .collect();
    let shown = eventful(&own);
    let last = source.last_run.as_ref();
    // An unchanged run reads nothing; what the source holds is what the last one with news brought.
    let news = shown.iter().rev().find(|run| run.records > 0);
    let next = context
        .config
        .source(&source.source)
        .and_then(|source| schedule::upcoming(context, source, 1).first().copied());
    let title = |run: &Run| at(run.started_at).clock;
    Row {
        href: format!("/sources/{}", segment(&source.source)),
        name: source.source.clone(),
        provides: source.provides,
        pill: pill(last.map(|run| run.result)),
        last: last.map(|run| at(run.started_at)),
        why: last.map(|run| run.reasons.join("; ")).unwrap_or_default(),
        records: news.map_or_else(|| "–".to_owned(), |run| text::count(run.records)),
        refused: news.map_or(0, |run| run.refused),
        duration: last.map_or_else(String::new, |run| text::duration(run.duration_ms)),
        spark: Chart::of(
            "Records",
            SPARK_HEIGHT,
            &shown,
            |run| run.records,
            text::count,
            title,
        ),
        next: next.map(|next| at(next.timestamp())),
        as_of: source.as_of.map(at),
        is_asked_for: visit
            .state
            .bells
            .get(&source.source)
            .is_some_and(|bell| bell.pending().is_some()),
    }
}

fn waiting(visit: &Visit<'_>, source: &SourceStatus) -> Option<Waiting> {
    let held = source.held.as_ref()?;
    let zone = visit.state.context.config.shop.time_zone;
    Some(Waiting {
        source: source.source.clone(),
        href: format!("/held/{}", segment(&held.hash)),
        since: when(held.since, zone, visit.now),
        reasons: held.reasons.clone(),
    })
}

fn doing(visit: &Visit<'_>) -> Doing {
    let zone = visit.state.context.config.shop.time_zone;
    let (runs, shop) = visit.state.context.board.look();
    let run = |run: crate::board::Progress| RunNow {
        href: format!("/sources/{}", segment(&run.source)),
        source: run.source,
        trigger: run.trigger,
        since: when(run.since, zone, visit.now),
        stage: match run.stage {
            "wait" => "waits for its turn",
            "fetch" => "fetches",
            "map" => "reads and maps",
            _ => "compares with what is published",
        },
        pages: text::count(run.pages),
        bytes: text::bytes(run.bytes),
        records: text::count(run.records),
        percent: (run.records > 0 && run.bytes > 0)
            .then(|| (run.read_bytes * 100 / run.bytes).min(100)),
    };
    Doing {
        runs: runs.into_iter().map(run).collect(),
        shop: shop.map(|shop| {
            let what = match shop.stage {
                "compile" => "compares and compiles the shop",
                _ => "publishes a generation",
            };
            (what, when(shop.since, zone, visit.now))
        }),
    }
}
