//! Times, counts and sizes as people read them.

use chrono::DateTime;
use chrono_tz::Tz;
use indicatif::{HumanBytes, HumanCount};

use crate::history::RunResult;

/// An instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct When {
    /// For programs.
    pub(super) iso: String,
    /// On the clock of the shop.
    pub(super) clock: String,
    /// As far from now.
    pub(super) distance: String,
}

/// An instant on the clock of the shop, Unix seconds.
pub(super) fn when(seconds: i64, zone: Tz, now: i64) -> When {
    let at = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    let at = at.with_timezone(&zone);
    When {
        iso: at.to_rfc3339(),
        clock: at.format("%a %-d %b %H:%M:%S").to_string(),
        distance: distance(seconds - now),
    }
}

fn distance(seconds: i64) -> String {
    let size = span(seconds.unsigned_abs());
    match seconds {
        -1..=1 => "now".to_owned(),
        2.. => format!("in {size}"),
        _ => format!("{size} ago"),
    }
}

fn span(seconds: u64) -> String {
    match seconds {
        0..100 => format!("{seconds} s"),
        100..6_000 => format!("{} min", (seconds + 30) / 60),
        6_000..172_800 => format!("{} h", (seconds + 1_800) / 3_600),
        _ => format!("{} days", (seconds + 43_200) / 86_400),
    }
}

/// Milliseconds.
pub(super) fn duration(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        _ => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1_000),
    }
}

/// With separators.
pub(super) fn count(number: u64) -> String {
    HumanCount(number).to_string()
}

/// In the unit that fits.
pub(super) fn bytes(number: u64) -> String {
    HumanBytes(number).to_string()
}

/// How a run ended: colour, sign and word, so that none of them is needed alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pill {
    pub(super) class: &'static str,
    pub(super) sign: &'static str,
    pub(super) word: &'static str,
}

/// The pill of a result; `None` is a source that never ran.
pub(super) fn pill(result: Option<RunResult>) -> Pill {
    let (class, sign, word) = match result {
        Some(RunResult::Accepted) => ("good", "✓", "accepted"),
        Some(RunResult::Unchanged) => ("calm", "=", "unchanged"),
        Some(RunResult::Held) => ("warn", "!", "held"),
        Some(RunResult::Failed) => ("bad", "×", "failed"),
        None => ("calm", "–", "never ran"),
    };
    Pill { class, sign, word }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_by_the_clock_of_the_shop_and_by_their_distance() {
        let at = when(1_790_000_000, Tz::Europe__Berlin, 1_790_000_125);
        assert_eq!(at.iso, "2026-09-21T16:13:20+02:00");
        assert_eq!(at.clock, "Mon 21 Sep 16:13:20");
        assert_eq!(at.distance, "2 min ago");
        assert_eq!(distance(7_200), "in 2 h");
        assert_eq!(distance(1), "now");
        assert_eq!(distance(-259_200), "3 days ago");
        assert_eq!(duration(6_307), "6.3 s");
        assert_eq!(duration(123_000), "2 min 3 s");
    }
}
