//! The table `[canary]`: how long a new catalog is on trial, and what it may cost.

use std::time::Duration;

use serde::Deserialize;
use toml::Value;

use super::load::Check;

/// How long a new catalog is on trial, and what it may cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Canary {
    /// How long servers that are no canaries wait for a new catalog.
    pub hold: Duration,
    /// Fewer requests say nothing.
    pub min_requests: u64,
    /// By how many percent of all requests errors (5xx) may exceed what is usual.
    pub max_errors_percent: f64,
    /// By how many percent of all requests pages that are not there (404, 410) may exceed what is usual.
    pub max_missing_percent: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CanaryTable {
    #[serde(default = "hold_ms")]
    hold_ms: u64,
    #[serde(default = "min_requests")]
    min_requests: u64,
    #[serde(default = "max_errors_percent")]
    max_errors_percent: f64,
    #[serde(default = "max_missing_percent")]
    max_missing_percent: f64,
}

fn hold_ms() -> u64 {
    120_000
}

fn min_requests() -> u64 {
    200
}

fn max_errors_percent() -> f64 {
    1.0
}

fn max_missing_percent() -> f64 {
    5.0
}

/// Longer is no trial but a shop that is behind.
const LONGEST_HOLD_MS: u64 = 3_600_000;

impl Check<'_> {
    /// The trial of new catalogs; none, when the file has no such table.
    pub(super) fn canary(&mut self, value: Option<Value>) -> Option<Option<Canary>> {
        if value.is_none() {
            return Some(None);
        }
        let table: CanaryTable = self.table("canary", value)?;
        let before = self.problems.len();
        if !(1_000..=LONGEST_HOLD_MS).contains(&table.hold_ms) {
            let rule = format!("expected 1000 to {LONGEST_HOLD_MS}");
            self.problem("canary.hold_ms", rule, table.hold_ms);
        }
        self.at_least("canary.min_requests", table.min_requests, 1);
        for (key, percent) in [
            ("max_errors_percent", table.max_errors_percent),
            ("max_missing_percent", table.max_missing_percent),
        ] {
            if !(0.0..=100.0).contains(&percent) {
                let rule = "expected a percentage from 0 to 100";
                self.problem(format!("canary.{key}"), rule, percent);
            }
        }
        (self.problems.len() == before).then_some(Some(Canary {
            hold: Duration::from_millis(table.hold_ms),
            min_requests: table.min_requests,
            max_errors_percent: table.max_errors_percent,
            max_missing_percent: table.max_missing_percent,
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use frontage_shared::daemon::places::Places;

    use super::*;

    #[test]
    fn the_table_is_enough_and_every_mistake_is_named_at_once() {
        let read = |text: &str| {
            let mut check = Check {
                folder: Path::new("/nowhere"),
                places: Places::of(Path::new("ingest.toml"), text),
                problems: Vec::new(),
            };
            let value = text.parse::<toml::Table>().unwrap();
            let canary = check.canary(Some(Value::Table(value)));
            let keys = check.problems.iter().map(|problem| problem.key.clone());
            (canary, keys.collect::<Vec<_>>())
        };
        let (canary, problems) = read("");
        assert_eq!(problems, [""; 0]);
        assert_eq!(canary.unwrap().unwrap().hold, Duration::from_secs(120));
        let bad = "hold_ms = 10\nmin_requests = 0\nmax_errors_percent = 101.0\nmax_missing_percent = -1.0";
        let wanted = [
            "canary.hold_ms",
            "canary.min_requests",
            "canary.max_errors_percent",
            "canary.max_missing_percent",
        ];
        assert_eq!(read(bad), (None, wanted.map(str::to_owned).to_vec()));
        assert_eq!(read("share = 0.1").1, ["canary.share"]);
    }
}
