//! Bars over time, drawn as SVG by the template.
//!
//! A bar that means trouble differs by its shape, not by its colour alone.

use crate::history::{Run, RunResult};

/// Runs that fit.
pub(super) const MOST_BARS: usize = 60;
const STEP: u64 = 10;
const BAR_WIDTH: u64 = 7;

/// A chart of some runs, the latest at the right.
#[derive(Debug)]
pub(super) struct Chart {
    /// What it shows, in a sentence.
    pub(super) label: String,
    pub(super) bars: Vec<Bar>,
    /// In units of the drawing.
    pub(super) width: u64,
    pub(super) height: u64,
    /// What the highest bar stands for.
    pub(super) top: String,
}

/// A bar; positions in units of the drawing.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bar {
    pub(super) x: u64,
    pub(super) y: u64,
    pub(super) width: u64,
    pub(super) height: u64,
    pub(super) class: &'static str,
    pub(super) title: String,
}

/// The runs that a chart shows: those that had something to read, or failed.
pub(super) fn eventful<'a>(runs: &[&'a Run]) -> Vec<&'a Run> {
    let all: Vec<&Run> = runs
        .iter()
        .filter(|run| run.records > 0 || run.result == RunResult::Failed)
        .copied()
        .collect();
    all[all.len().saturating_sub(MOST_BARS)..].to_vec()
}

impl Chart {
    /// One bar a run; `title` says what a bar stands for.
    pub(super) fn of(
        what: &str,
        height: u64,
        runs: &[&Run],
        value: impl Fn(&Run) -> u64,
        shown: impl Fn(u64) -> String,
        title: impl Fn(&Run) -> String,
    ) -> Self {
        let most = runs.iter().map(|run| value(run)).max().unwrap_or(0);
        // Few bars are drawn at the right, where the latest is, at the width that many have.
        let places = (runs.len() as u64).max(20);
        let first = places - runs.len() as u64;
        let bar = |(place, run): (u64, &&Run)| {
            let tall = (value(run) * (height - 2))
                .checked_div(most)
                .unwrap_or(0)
                .max(2);
            Bar {
                x: (first + place) * STEP,
                y: height - tall,
                width: BAR_WIDTH,
                height: tall,
                class: class(run.result),
                title: format!("{}: {}", title(run), shown(value(run))),
            }
        };
        let latest = runs.last().map_or(0, |run| value(run));
        Self {
            label: match runs.len() {
                0 => format!("{what}: no run yet"),
                count => format!(
                    "{what} of the last {count} runs that had news: at most {}, the latest {}",
                    shown(most),
                    shown(latest)
                ),
            },
            bars: (0..).zip(runs).map(bar).collect(),
            width: places * STEP,
            height,
            top: shown(most),
        }
    }
}

fn class(result: RunResult) -> &'static str {
    match result {
        RunResult::Accepted | RunResult::Unchanged => "good",
        RunResult::Held => "warn",
        RunResult::Failed => "bad",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(records: u64, result: RunResult) -> Run {
        Run {
            source: "products".to_owned(),
            trigger: "schedule".to_owned(),
            started_at: 0,
            duration_ms: 1,
            result,
            stage: None,
            reasons: Vec::new(),
            changes_since: None,
            bytes: 0,
            records,
            documents: 0,
            refused: 0,
            hash: None,
            recording: None,
        }
    }

    #[test]
    fn bars_are_as_tall_as_their_values_and_none_is_invisible() {
        let runs = [
            run(0, RunResult::Unchanged),
            run(100, RunResult::Accepted),
            run(50, RunResult::Held),
            run(0, RunResult::Failed),
        ];
        let all: Vec<&Run> = runs.iter().collect();
        let shown = eventful(&all);
        let chart = Chart::of(
            "Records",
            42,
            &shown,
            |run| run.records,
            |n| n.to_string(),
            |_| "then".to_owned(),
        );
        let heights: Vec<u64> = chart.bars.iter().map(|bar| bar.height).collect();
        assert_eq!(heights, [40, 20, 2]);
        assert_eq!(
            chart.bars[2].x + STEP,
            chart.width,
            "the latest is at the right"
        );
        assert_eq!(chart.bars[1].title, "then: 50");
        assert_eq!(
            Chart::of(
                "Records",
                42,
                &[],
                |_| 0,
                |n| n.to_string(),
                |_| String::new()
            )
            .label,
            "Records: no run yet"
        );
    }
}
