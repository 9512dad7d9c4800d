//! When a source's next run begins: its schedule, its blackouts, and what became of runs that could not begin.
//!
//! Everything is a function of the instants given; the clock is read by the caller.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::calendar;
use crate::config::{Missed, Source};

/// A source's plan.
#[derive(Debug, Clone, Copy)]
pub struct Plan<'a> {
    source: &'a Source,
    zone: Tz,
}

impl<'a> Plan<'a> {
    /// The plan of a source, in the time zone of its shop.
    pub fn new(source: &'a Source, zone: Tz) -> Self {
        Self { source, zone }
    }

    /// When the next scheduled run begins. `handled` is the instant up to which everything due has been run: a run
    /// covers whatever was due before it began.
    ///
    /// With `missed = "once"` all that was due in the meantime, while another run took long, a blackout lasted or the
    /// machine slept, is run once as soon as may be. With `"skip"` it is left out.
    pub fn next(&self, handled: DateTime<Utc>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let due = |after| {
            calendar::next(&self.source.schedule, self.zone, after).map(|at| at.with_timezone(&Utc))
        };
        let mut at = due(handled)?;
        loop {
            if at < now {
                match self.source.missed {
                    Missed::Once => return self.allowed(now),
                    Missed::Skip => at = due(now)?,
                }
            }
            let allowed = self.allowed(at)?;
            if allowed == at || self.source.missed == Missed::Once {
                return Some(allowed);
            }
            // What is due at the very end of a blackout is not missed.
            at = due(allowed - chrono::Duration::nanoseconds(1))?;
        }
    }

    /// The first instant from `at` on that is in no blackout.
    pub fn allowed(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        calendar::after_blackouts(&self.source.blackouts, self.zone, at)
    }

    /// What is to be known of the plan beside its schedule, in sentences without an end.
    pub fn rules(&self) -> Vec<String> {
        let mut rules = Vec::new();
        if !self.source.jitter.is_zero() {
            let most = self.source.jitter.as_millis();
            rules.push(format!("begins up to {most} ms later, at random"));
        }
        for blackout in &self.source.blackouts {
            rules.push(format!("does not begin {blackout}"));
        }
        rules.push(match self.source.missed {
            Missed::Once => "runs that were missed are run once".to_owned(),
            Missed::Skip => "runs that were missed are left out".to_owned(),
        });
        rules
    }

    /// The next scheduled runs, if none takes long.
    pub fn upcoming(&self, now: DateTime<Utc>, count: usize) -> Vec<DateTime<Tz>> {
        let mut handled = now;
        let mut found = Vec::new();
        while found.len() < count
            && let Some(next) = self.next(handled, handled)
        {
            found.push(next.with_timezone(&self.zone));
            handled = next;
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::{self, Config};

    fn config(keys: &str) -> Config {
        let text = format!(
            "store = \"s\"\nstate = \"t\"\n[shop]\nid = \"s\"\nname = \"S\"\ncurrency = \"EUR\"\ntime_zone = \"Europe/Berlin\"\n\
             [source.x]\nprovides = \"offers\"\nurl = \"https://shop.example/stock\"\n{keys}"
        );
        config::from_text(&text, Path::new("ingest.toml"), Path::new("/tmp")).unwrap()
    }

    #[track_caller]
    fn check(keys: &str, handled: &str, now: &str, expected: &str) {
        let config = config(keys);
        let plan = Plan::new(&config.sources[0], config.shop.time_zone);
        let next = plan.next(handled.parse().unwrap(), now.parse().unwrap());
        assert_eq!(next, Some(expected.parse().unwrap()));
    }

    #[test]
    fn missed_runs_are_run_once_or_left_out() {
        let hourly = "schedule = \"@hourly\"\n";
        check(
            hourly,
            "2026-11-25T10:00:01Z",
            "2026-11-25T10:00:09Z",
            "2026-11-25T11:00:00Z",
        );
        check(
            hourly,
            "2026-11-25T10:00:01Z",
            "2026-11-25T11:00:00Z",
            "2026-11-25T11:00:00Z",
        );
        check(
            hourly,
            "2026-11-25T10:00:01Z",
            "2026-11-25T14:30:00Z",
            "2026-11-25T14:30:00Z",
        );
        let skip = "schedule = \"@hourly\"\nmissed = \"skip\"\n";
        check(
            skip,
            "2026-11-25T10:00:01Z",
            "2026-11-25T14:30:00Z",
            "2026-11-25T15:00:00Z",
        );
    }

    #[test]
    fn a_blackout_moves_a_run_to_its_end_or_leaves_it_out() {
        let keys = "schedule = \"*/20 * * * *\"\nblackout = [\"22:00-23:00\", \"23:00-23:30\"]\n";
        check(
            keys,
            "2026-11-25T20:40:00Z",
            "2026-11-25T20:40:00Z",
            "2026-11-25T22:30:00Z",
        );
        check(
            keys,
            "2026-11-25T22:30:00Z",
            "2026-11-25T22:30:00Z",
            "2026-11-25T22:40:00Z",
        );
        let skip = format!("{keys}missed = \"skip\"\n");
        check(
            &skip,
            "2026-11-25T20:40:00Z",
            "2026-11-25T20:40:00Z",
            "2026-11-25T22:40:00Z",
        );
    }

    #[test]
    fn what_comes_is_listed_as_it_will_be() {
        let config = config("schedule = \"30 2 * * *\"\nblackout = [\"Sun 02:00-05:00\"]\n");
        let plan = Plan::new(&config.sources[0], config.shop.time_zone);
        let times: Vec<_> = plan
            .upcoming("2026-03-27T12:00:00Z".parse().unwrap(), 3)
            .iter()
            .map(DateTime::to_rfc3339)
            .collect();
        assert_eq!(
            times,
            [
                "2026-03-28T02:30:00+01:00",
                "2026-03-29T05:00:00+02:00",
                "2026-03-30T02:30:00+02:00"
            ]
        );
    }
}
