//! One source in full: its runs, what was refused and why, when it runs next. And the refused records one by one.

use std::io::{BufRead as _, BufReader};

use hyper::StatusCode;
use sailfish::TemplateSimple;

use super::chart::{Chart, eventful};
use super::frame::Frame;
use super::text::{self, Pill, When, pill, when};
use super::{Built, Visit, render};
use crate::config::Source;
use crate::cycle::CycleError;
use crate::desk::wire::segment;
use crate::history::{self, Run, RunResult};
use crate::plan::Plan;
use crate::schedule;
use crate::told;
use crate::validate::{Quarantined, Report};

const CHART_HEIGHT: u64 = 90;
/// Runs in the table.
const RUNS: usize = 30;
const UPCOMING: usize = 5;
/// Refused records on a page.
const REFUSED: usize = 100;

#[derive(TemplateSimple)]
#[template(path = "source.stpl")]
struct SourcePage<'a> {
    frame: Frame<'a>,
    name: &'a str,
    href: String,
    provides: &'static str,
    address: String,
    schedule: String,
    rules: Vec<String>,
    upcoming: Vec<When>,
    records: Chart,
    durations: Chart,
    lines: Vec<Line>,
    report: Option<Report>,
    held: Option<String>,
}

/// A run in the table.
struct Line {
    at: When,
    pill: Pill,
    trigger: String,
    records: String,
    documents: String,
    refused: String,
    bytes: String,
    duration: String,
    why: String,
    recording: String,
}

#[derive(TemplateSimple)]
#[template(path = "refused.stpl")]
struct RefusedPage<'a> {
    frame: Frame<'a>,
    name: &'a str,
    href: String,
    /// Number of the first one shown, from 0.
    from: usize,
    total: usize,
    records: Vec<Quarantined>,
    earlier: Option<usize>,
    later: Option<usize>,
}

/// A source's page.
pub(in crate::desk) async fn source(visit: &Visit<'_>, name: &str) -> Built {
    let context = &visit.state.context;
    let Some(source) = context.config.source(name) else {
        return Ok(None);
    };
    let at = |seconds| when(seconds, context.config.shop.time_zone, visit.now);
    let runs = history::read(&context.config.state).map_err(CycleError::from)?;
    let own: Vec<&Run> = runs.iter().filter(|run| run.source == name).collect();
    let shown = eventful(&own);
    let title = |run: &Run| at(run.started_at).clock;
    let cache = crate::feed::FeedFolder::open(&context.config.state, name)
        .and_then(|folder| folder.load())
        .map_err(CycleError::from)?;
    let page = SourcePage {
        frame: Frame::new(visit, name, "overview"),
        name: &source.name,
        href: format!("/sources/{}", segment(name)),
        provides: source.provides.as_str(),
        address: address(source),
        schedule: source.schedule.to_string(),
        rules: Plan::new(source, context.config.shop.time_zone).rules(),
        upcoming: schedule::upcoming(context, source, UPCOMING)
            .iter()
            .map(|next| at(next.timestamp()))
            .collect(),
        records: Chart::of(
            "Records",
            CHART_HEIGHT,
            &shown,
            |run| run.records,
            text::count,
            title,
        ),
        durations: Chart::of(
            "Durations",
            CHART_HEIGHT,
            &shown,
            |run| run.duration_ms,
            text::duration,
            title,
        ),
        lines: told(&own)
            .map(|run| line(run, at(run.started_at)))
            .collect(),
        report: Report::kept(&told::report_file(&context.config.state, source)),
        held: cache
            .held
            .map(|held| format!("/held/{}", segment(&held.hash))),
    };
    Ok(Some(render(StatusCode::OK, page)))
}

/// Where it is polled, without user, password and query, any of which may be a secret.
fn address(source: &Source) -> String {
    let mut url = source.request.url.clone();
    let has_query = url.query().is_some();
    url.set_query(None);
    // An address without a host has neither, and then there is nothing to remove.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    format!("{url}{}", if has_query { "?…" } else { "" })
}

/// The latest run, and before it those that had news, failed, or were asked for by somebody, the latest first.
fn told<'a>(own: &'a [&Run]) -> impl Iterator<Item = &'a Run> {
    let latest = own.len().saturating_sub(1);
    let is_told = move |(place, run): &(usize, &&Run)| {
        *place == latest
            || run.records > 0
            || run.result == RunResult::Failed
            || run.trigger != "schedule"
    };
    let all = own.iter().enumerate().filter(is_told);
    all.rev().take(RUNS).map(|(_, run)| *run)
}

fn line(run: &Run, at: When) -> Line {
    Line {
        at,
        pill: pill(Some(run.result)),
        trigger: run.trigger.clone(),
        records: text::count(run.records),
        documents: text::count(run.documents),
        refused: text::count(run.refused),
        bytes: text::bytes(run.bytes),
        duration: text::duration(run.duration_ms),
        recording: run.recording.clone().unwrap_or_default(),
        why: match &run.stage {
            Some(stage) => format!("at {stage}: {}", run.reasons.join("; ")),
            None => run.reasons.join("; "),
        },
    }
}

/// The refused records of a source's last run that had something to read.
pub(in crate::desk) async fn refused(visit: &Visit<'_>, name: &str, from: Option<&str>) -> Built {
    let config = &visit.state.context.config;
    let Some(source) = config.source(name) else {
        return Ok(None);
    };
    let from: usize = from.and_then(|from| from.parse().ok()).unwrap_or(0);
    // Without a file nothing was refused yet. A line that is being written is read the next time.
    let all: Vec<String> = std::fs::File::open(told::quarantine_file(&config.state, source))
        .map(|file| BufReader::new(file).lines().map_while(Result::ok).collect())
        .unwrap_or_default();
    let parse = |line: &String| serde_json::from_str::<Quarantined>(line).ok();
    let page = RefusedPage {
        frame: Frame::new(visit, &format!("Refused records of {name}"), "overview"),
        name: &source.name,
        href: format!("/sources/{}", segment(name)),
        from,
        total: all.len(),
        records: all
            .iter()
            .skip(from)
            .take(REFUSED)
            .filter_map(parse)
            .collect(),
        earlier: (from > 0).then(|| from.saturating_sub(REFUSED)),
        later: (from + REFUSED < all.len()).then_some(from + REFUSED),
    };
    Ok(Some(render(StatusCode::OK, page)))
}
