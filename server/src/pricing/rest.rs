//! The memory of failures: an API that does not work is left alone for a while, so that shoppers do not wait for it.

use std::time::Duration;

use tokio::time::Instant;

/// Failures in a row after which it is left alone.
const MOST_FAILURES: u32 = 3;
/// The first pause; it doubles with each further failure.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How an API did lately.
#[derive(Debug, Default)]
pub(crate) struct Rest {
    /// In a row.
    failures: u32,
    /// Nothing is asked before.
    until: Option<Instant>,
    /// One question went ahead after a pause.
    is_trying: bool,
}

impl Rest {
    /// Whether it may be asked. After a pause, one question goes ahead and the others wait for what becomes of it.
    pub(crate) fn may_ask(&mut self, now: Instant) -> bool {
        match self.until {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                self.until = Some(now + self.pause());
                self.is_trying = true;
                true
            }
        }
    }

    /// Whether it is left alone at this instant.
    pub(crate) fn is_resting(&self, now: Instant) -> bool {
        self.until.is_some_and(|until| now < until)
    }

    /// A question was answered; whether that is news.
    pub(crate) fn worked(&mut self) -> bool {
        let was_resting = self.until.is_some();
        *self = Self::default();
        was_resting
    }

    /// A question was not answered. Those that were asked together fail together, and count once.
    pub(crate) fn failed(&mut self, now: Instant) {
        if self.is_resting(now) && !self.is_trying {
            return;
        }
        self.is_trying = false;
        self.failures = self.failures.saturating_add(1);
        if self.failures >= MOST_FAILURES {
            self.until = Some(now + self.pause());
        }
    }

    fn pause(&self) -> Duration {
        let doublings = self.failures.saturating_sub(MOST_FAILURES).min(8);
        (FIRST_PAUSE * (1 << doublings)).min(LONGEST_PAUSE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_is_left_alone_longer_and_longer_and_tried_once_in_between() {
        let start = Instant::now();
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        let mut rest = Rest::default();
        for _ in 0..MOST_FAILURES {
            assert!(rest.may_ask(start));
            rest.failed(start);
        }
        assert!(!rest.may_ask(start));
        assert!(rest.may_ask(at(1)), "one tries");
        assert!(!rest.may_ask(at(1)), "and the others do not");
        rest.failed(at(1));
        assert!(!rest.may_ask(at(2)) && rest.may_ask(at(3)));
        // Nobody waited for that answer: the next one tries after the same pause.
        assert!(!rest.may_ask(at(4)) && rest.may_ask(at(5)));
        assert!(rest.worked() && !rest.worked());
        assert!(rest.may_ask(at(5)) && rest.may_ask(at(5)));
        for _ in 0..100 {
            rest.failed(at(5));
        }
        assert!(
            !rest.may_ask(at(5)) && rest.may_ask(at(6)),
            "failing together is failing once"
        );
        let mut now = 6;
        for _ in 0..100 {
            rest.failed(at(now));
            now += LONGEST_PAUSE.as_secs();
            assert!(rest.may_ask(at(now)));
        }
        rest.failed(at(now));
        assert!(!rest.may_ask(at(now + 29)) && rest.may_ask(at(now + 30)));
    }
}
