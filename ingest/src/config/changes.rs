//! Sources that can be asked for what changed since the last run.

use chrono::format::{Item, StrftimeItems};
use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use std::time::Duration;

use super::file::SourceTable;
use super::load::Check;
use super::settings::Request;
use crate::cron_text;

/// How a source is asked for what changed.
#[derive(Debug, Clone)]
pub struct Changes {
    /// Parameters of the query, beside the source's own or in their place.
    pub query: Vec<(String, String)>,
    /// The body, in the place of the source's own.
    pub body: Option<String>,
    /// How the back end writes an instant.
    pub format: SinceFormat,
    /// The zone of its clock, for instants without one.
    pub time_zone: Option<Tz>,
    /// How much earlier than the last run began it is asked for: clocks differ, and what is saved appears later.
    pub overlap: Duration,
    /// When it is asked for everything all the same, in the shop's time zone: few back ends tell what is gone.
    pub full: cron::Schedule,
}

/// How a back end writes an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SinceFormat {
    /// `2026-11-26T07:30:00Z`.
    Rfc3339,
    /// Seconds since 1970.
    Epoch,
    /// Milliseconds since 1970.
    EpochMs,
    /// A pattern of strftime.
    Pattern(String),
}

impl Changes {
    /// The request for what changed since then; `zone` is the shop's.
    pub fn since(&self, request: &Request, since: DateTime<Utc>, zone: Tz) -> Request {
        let text = match &self.format {
            SinceFormat::Rfc3339 => since.to_rfc3339_opts(SecondsFormat::Secs, true),
            SinceFormat::Epoch => since.timestamp().to_string(),
            SinceFormat::EpochMs => since.timestamp_millis().to_string(),
            SinceFormat::Pattern(pattern) => {
                let local = since.with_timezone(&self.time_zone.unwrap_or(zone));
                local.format(pattern).to_string()
            }
        };
        let is_own = |name: &String| self.query.iter().any(|(own, _)| own == name);
        let others = request.query.iter().filter(|(name, _)| !is_own(name));
        let own = self.query.iter();
        let own = own.map(|(name, value)| (name.clone(), value.replace("{since}", &text)));
        let body = self
            .body
            .as_ref()
            .map(|body| body.replace("{since}", &text));
        Request {
            query: others.cloned().chain(own).collect(),
            body: body.or_else(|| request.body.clone()),
            ..request.clone()
        }
    }
}

impl Check<'_> {
    /// The table `changes`; `Some(None)` without one.
    pub(super) fn changes(&mut self, key: &str, table: &SourceTable) -> Option<Option<Changes>> {
        let Some(changes) = &table.changes else {
            return Some(None);
        };
        let key = format!("{key}.changes");
        let before = self.problems.len();
        let query = self.query(&format!("{key}.query"), changes.query.as_ref());
        let mut texts = query.iter().map(|(_, value)| value).chain(&changes.body);
        if !texts.any(|text| text.contains("{since}")) {
            let rule =
                "needs {since} in a value of `query` or in `body`, or nobody knows since when";
            self.problem(&key, rule, "");
        }
        if changes.body.is_some() && table.body.is_none() {
            self.problem(
                format!("{key}.body"),
                "needs `body` in the source as well",
                "",
            );
        }
        let format = match changes.format.as_str() {
            "rfc3339" => SinceFormat::Rfc3339,
            "epoch" => SinceFormat::Epoch,
            "epoch_ms" => SinceFormat::EpochMs,
            pattern => {
                let mut items = StrftimeItems::new(pattern);
                if !pattern.contains('%') || items.any(|item| item == Item::Error) {
                    let expected =
                        "expected rfc3339, epoch, epoch_ms, or a pattern such as %Y-%m-%d %H:%M:%S";
                    self.problem(format!("{key}.format"), expected, pattern);
                }
                SinceFormat::Pattern(pattern.to_owned())
            }
        };
        let time_zone = changes.time_zone.as_ref();
        let time_zone =
            time_zone.and_then(|name| self.time_zone(&format!("{key}.time_zone"), name));
        let full = cron_text::parse(&changes.full);
        if let Err(error) = &full {
            self.problem(format!("{key}.full"), error, &changes.full);
        }
        let changes = Changes {
            query,
            body: changes.body.clone(),
            format,
            time_zone,
            overlap: Duration::from_millis(changes.overlap_ms),
            full: full.ok()?,
        };
        (self.problems.len() == before).then_some(Some(changes))
    }
}
