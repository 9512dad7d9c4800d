//! Times that were written down, read by a clock that may have been set since.
//!
//! What lies in the future was written before the clock was set back. It must neither end an order's patience nor keep
//! it waiting for years.

use std::time::Duration;

use crate::fetch::ORDER_BACKOFF;

/// How long something has been tried; nothing, if the clock says that it has not begun yet. Unix milliseconds.
pub(crate) fn tried_for(since_ms: i64, now_ms: i64) -> Duration {
    let passed = now_ms.saturating_sub(since_ms);
    Duration::from_millis(u64::try_from(passed).unwrap_or(0))
}

/// When something is tried next that was to be tried at an instant: no pause is longer than the longest one. Unix
/// milliseconds.
pub(crate) fn next_at(next_ms: i64, now_ms: i64) -> i64 {
    next_ms.min(after(now_ms, ORDER_BACKOFF.longest()))
}

/// The instant after a pause. Unix milliseconds.
pub(crate) fn after(now_ms: i64, pause: Duration) -> i64 {
    now_ms.saturating_add(i64::try_from(pause.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_764_000_000_000;

    #[test]
    fn a_clock_that_was_set_back_ends_no_patience() {
        assert_eq!(tried_for(NOW - 1_500, NOW), Duration::from_millis(1_500));
        for since in [NOW, NOW + 1, NOW + 400 * 86_400_000, i64::MAX] {
            assert_eq!(tried_for(since, NOW), Duration::ZERO, "{since}");
        }
    }

    #[test]
    fn no_pause_is_longer_than_the_longest() {
        let longest = 6 * 3_600_000;
        for (written, wanted) in [
            (0, 0),
            (NOW + longest, NOW + longest),
            (NOW + longest + 1, NOW + longest),
            (i64::MAX, NOW + longest),
        ] {
            assert_eq!(next_at(written, NOW), wanted, "{written}");
        }
    }
}
