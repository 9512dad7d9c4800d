//! How fast an origin is asked: one gate for each, which all requests to it go through.

use crate::config::{Quota, Reset, Throttle};
use reqwest::header::{HeaderMap, HeaderName};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::sync::Notify;
use tokio::time::Instant;
use url::Url;

/// A back end may ask for patience, but not stop a source for the day.
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// How long a quota that does not say when it is filled again is left alone.
const USUAL_WAIT: Duration = Duration::from_secs(1);

/// The gates, by origin.
#[derive(Debug, Default)]
pub(super) struct Gates(Mutex<HashMap<String, Arc<Gate>>>);

impl Gates {
    pub(super) fn of(&self, url: &Url) -> Arc<Gate> {
        let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let origin = url.origin().ascii_serialization();
        Arc::clone(gates.entry(origin).or_default())
    }
}

/// What is known of the requests to one origin.
#[derive(Debug, Default)]
pub(super) struct Gate {
    state: Mutex<State>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct State {
    last: Option<Instant>,
    /// The back end wants to be left alone until then.
    closed_until: Option<Instant>,
    under_way: usize,
}

/// A request that is under way, until this is dropped.
pub(super) struct UnderWay<'a>(&'a Gate);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.state().under_way -= 1;
        self.0.freed.notify_waiters();
    }
}

impl Gate {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until one more request may be sent.
    pub(super) async fn enter(&self, throttle: Option<&Throttle>) -> UnderWay<'_> {
        loop {
            let freed = self.freed.notified();
            tokio::pin!(freed);
            // Before looking, so that nothing is missed between the look and the wait.
            freed.as_mut().enable();
            match self.try_enter(throttle, Instant::now()) {
                Ok(()) => return UnderWay(self),
                Err(Some(at)) => tokio::time::sleep_until(at).await,
                Err(None) => freed.await,
            }
        }
    }

    /// Enters, or says when it is worth trying again: at an instant, or when a request is done.
    fn try_enter(&self, throttle: Option<&Throttle>, now: Instant) -> Result<(), Option<Instant>> {
        let mut state = self.state();
        let is_full = |most: usize| state.under_way >= most;
        if throttle
            .and_then(|throttle| throttle.connections)
            .is_some_and(is_full)
        {
            return Err(None);
        }
        let rate = throttle.and_then(|throttle| throttle.max_per_second);
        let paced = state
            .last
            .zip(rate)
            .map(|(last, rate)| last + Duration::from_secs_f64(1.0 / rate));
        let earliest = state.closed_until.max(paced);
        if let Some(at) = earliest.filter(|at| *at > now) {
            return Err(Some(at));
        }
        state.last = Some(now);
        state.under_way += 1;
        Ok(())
    }

    /// Leaves the back end alone for a while.
    pub(super) fn close(&self, wait: Duration) {
        let until = Instant::now() + wait.min(LONGEST_WAIT);
        let mut state = self.state();
        state.closed_until = state.closed_until.max(Some(until));
    }

    /// Takes note of what an answer says is left.
    pub(super) fn told(&self, throttle: Option<&Throttle>, headers: &HeaderMap, now: SystemTime) {
        if let Some(wait) = throttle.and_then(|throttle| wait(throttle, headers, now)) {
            tracing::debug!(
                stage = "fetch",
                wait_ms = wait.as_millis(),
                "the back end's quota is used up"
            );
            self.close(wait);
        }
    }
}

/// How long to wait after an answer, if its headers say that the quota is used up.
fn wait(throttle: &Throttle, headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    match throttle.quota.as_ref()? {
        Quota::Remaining { header, reset } => {
            let left = number(headers, header)?;
            // Whatever it is, it is compared with a small whole number.
            if left > throttle.keep_free as f64 {
                return None;
            }
            let reset = reset.as_ref();
            let reset =
                reset.and_then(|(header, unit)| until(number(headers, header)?, *unit, now));
            Some(reset.unwrap_or(USUAL_WAIT))
        }
        Quota::Used(header) => {
            let (used, all) = headers.get(header)?.to_str().ok()?.split_once('/')?;
            let used: u64 = used.trim().parse().ok()?;
            let all: u64 = all.trim().parse().ok()?;
            (all.saturating_sub(used) <= throttle.keep_free).then_some(USUAL_WAIT)
        }
    }
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Option<f64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

fn until(reset: f64, unit: Reset, now: SystemTime) -> Option<Duration> {
    let seconds = match unit {
        Reset::Seconds => reset,
        Reset::Milliseconds => reset / 1000.0,
        Reset::Epoch => {
            let now = now.duration_since(SystemTime::UNIX_EPOCH).ok()?;
            reset - now.as_secs_f64()
        }
    };
    Duration::try_from_secs_f64(seconds.max(0.0)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throttle() -> Throttle {
        Throttle {
            max_per_second: None,
            connections: None,
            quota: None,
            keep_free: 1,
        }
    }

    #[test]
    fn requests_keep_their_distance() {
        let (gate, now) = (Gate::default(), Instant::now());
        let slow = Throttle {
            max_per_second: Some(4.0),
            ..throttle()
        };
        let later = |ms: u64| now + Duration::from_millis(ms);
        assert_eq!(gate.try_enter(Some(&slow), now), Ok(()));
        assert_eq!(
            gate.try_enter(Some(&slow), later(100)),
            Err(Some(later(250)))
        );
        assert_eq!(gate.try_enter(Some(&slow), later(250)), Ok(()));
        // Another source of the same origin waits for nobody, and is waited for.
        assert_eq!(gate.try_enter(None, later(300)), Ok(()));
        assert_eq!(
            gate.try_enter(Some(&slow), later(500)),
            Err(Some(later(550)))
        );
    }

    #[tokio::test]
    async fn only_so_many_are_under_way() {
        let gate = Gate::default();
        let two = Throttle {
            connections: Some(2),
            ..throttle()
        };
        let first = gate.enter(Some(&two)).await;
        let _second = gate.enter(Some(&two)).await;
        assert_eq!(gate.try_enter(Some(&two), Instant::now()), Err(None));
        let third = gate.enter(Some(&two));
        tokio::pin!(third);
        assert!(futures_util::poll!(&mut third).is_pending());
        drop(first);
        third.await;
        assert_eq!(gate.state().under_way, 1);
    }

    #[test]
    fn a_quota_that_is_used_up_closes_the_gate() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000);
        let remaining = |unit| Throttle {
            quota: Some(Quota::Remaining {
                header: HeaderName::from_static("x-left"),
                reset: Some((HeaderName::from_static("x-reset"), unit)),
            }),
            ..throttle()
        };
        let used = Throttle {
            quota: Some(Quota::Used(HeaderName::from_static("x-left"))),
            ..throttle()
        };
        for (throttle, left, reset, wanted) in [
            (remaining(Reset::Seconds), "2", "7", None),
            (remaining(Reset::Seconds), "1", "7", Some(7_000)),
            (remaining(Reset::Milliseconds), "0", "250", Some(250)),
            (remaining(Reset::Epoch), "0", "1030", Some(30_000)),
            (remaining(Reset::Epoch), "0", "900", Some(0)),
            (remaining(Reset::Seconds), "0", "soon", Some(1_000)),
            (remaining(Reset::Seconds), "many", "7", None),
            (used.clone(), "38/40", "", None),
            (used.clone(), "39/40", "", Some(1_000)),
            (used, "40", "", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("x-left", left.parse().unwrap());
            headers.insert("x-reset", reset.parse().unwrap());
            let wait = wait(&throttle, &headers, now);
            assert_eq!(wait, wanted.map(Duration::from_millis), "{left} {reset}");
        }
    }

    #[test]
    fn a_closed_gate_opens_again_and_never_waits_for_a_day() {
        let gate = Gate::default();
        gate.close(Duration::from_secs(86_400));
        gate.close(Duration::from_secs(1));
        let now = Instant::now();
        let at = gate.try_enter(None, now).unwrap_err().unwrap();
        assert!(at > now + Duration::from_secs(200) && at <= now + LONGEST_WAIT);
        assert_eq!(gate.try_enter(None, at), Ok(()));
    }
}
