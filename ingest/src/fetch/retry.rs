//! When to ask again.
//!
//! Pauses are random between zero and a growing bound, so that clients that failed together do not return together.

use reqwest::header::{HeaderMap, RETRY_AFTER};
use std::time::{Duration, SystemTime};

const FIRST_BOUND: Duration = Duration::from_millis(500);
const LAST_BOUND: Duration = Duration::from_secs(30);
/// A back end may ask for patience, but not stop a source for the day.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(300);

/// How long to wait after failure number `failures` (from 0); `random` is in 0..1.
pub(super) fn pause(failures: u32, retry_after: Option<Duration>, random: f64) -> Duration {
    let bound = FIRST_BOUND
        .saturating_mul(1_u32.checked_shl(failures).unwrap_or(u32::MAX))
        .min(LAST_BOUND);
    let jittered = bound.mul_f64(random.clamp(0.0, 1.0));
    retry_after.map_or(jittered, |asked| {
        asked.min(LONGEST_RETRY_AFTER).max(jittered)
    })
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
        assert_eq!(pause(0, None, 1.0), FIRST_BOUND);
        assert_eq!(pause(2, None, 0.5), Duration::from_secs(1));
        assert_eq!(pause(40, None, 1.0), LAST_BOUND);
        assert_eq!(pause(3, None, 0.0), Duration::ZERO);
        assert_eq!(
            pause(0, Some(Duration::from_secs(9)), 0.3),
            Duration::from_secs(9)
        );
        assert_eq!(
            pause(0, Some(Duration::from_secs(90_000)), 0.3),
            LONGEST_RETRY_AFTER
        );
    }
}
