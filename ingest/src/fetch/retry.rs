//! When to ask again.
//!
//! Pauses are random between zero and a growing bound, so that clients that failed together do not return together.

use reqwest::header::{HeaderMap, RETRY_AFTER};
use std::time::{Duration, SystemTime};

/// How pauses grow.
#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    /// Bound of the first pause; each further one has twice the bound.
    first: Duration,
    /// No bound is longer.
    last: Duration,
    /// A back end may ask for patience, and is not believed beyond this.
    longest_asked: Duration,
}

/// Between two requests for a page: nothing stops a source for the day.
pub(super) const PAGES: Backoff = Backoff {
    first: Duration::from_millis(500),
    last: Duration::from_secs(30),
    longest_asked: Duration::from_secs(300),
};

/// Between two attempts to deliver an order, which go on for days.
pub const ORDERS: Backoff = Backoff {
    first: Duration::from_secs(1),
    last: Duration::from_secs(3_600),
    longest_asked: Duration::from_secs(6 * 3_600),
};

impl Backoff {
    /// No pause is longer.
    pub fn longest(self) -> Duration {
        self.last.max(self.longest_asked)
    }

    /// How long to wait after failure number `failures` (from 0); `random` is in 0..1.
    pub fn pause(self, failures: u32, retry_after: Option<Duration>, random: f64) -> Duration {
        let bound = self
            .first
            .saturating_mul(1_u32.checked_shl(failures).unwrap_or(u32::MAX))
            .min(self.last);
        let jittered = bound.mul_f64(random.clamp(0.0, 1.0));
        retry_after.map_or(jittered, |asked| {
            asked.min(self.longest_asked).max(jittered)
        })
    }
}

/// What `Retry-After` asks for: seconds, also with a fraction, or a date.
pub(super) fn asked_for(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str, now: SystemTime) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, text.parse().unwrap());
        asked_for(&headers, now)
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        assert_eq!(asked("7", now), Some(Duration::from_secs(7)));
        assert_eq!(asked("2.5", now), Some(Duration::from_millis(2500)));
        assert_eq!(
            asked("Sun, 09 Sep 2001 01:47:40 GMT", now),
            Some(Duration::from_secs(60))
        );
        assert_eq!(
            asked("Sun, 09 Sep 2001 01:00:00 GMT", now),
            Some(Duration::ZERO)
        );
        for nonsense in ["soon", "-3", "inf", "nan"] {
            assert_eq!(asked(nonsense, now), None, "{nonsense}");
        }
    }

    #[test]
    fn pauses_grow_are_bounded_and_respect_what_was_asked() {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        for (backoff, failures, asked, random, wanted) in [
            (PAGES, 0, None, 1.0, PAGES.first),
            (PAGES, 2, None, 0.5, Duration::from_secs(1)),
            (PAGES, 40, None, 1.0, PAGES.last),
            (PAGES, 3, None, 0.0, Duration::ZERO),
            (PAGES, 0, seconds(9), 0.3, Duration::from_secs(9)),
            (PAGES, 0, seconds(90_000), 0.3, PAGES.longest_asked),
            (ORDERS, 40, None, 1.0, ORDERS.last),
            (ORDERS, 1, seconds(7_200), 1.0, Duration::from_secs(7_200)),
            (ORDERS, 1, seconds(90_000), 1.0, ORDERS.longest_asked),
        ] {
            assert_eq!(backoff.pause(failures, asked, random), wanted);
        }
    }
}
