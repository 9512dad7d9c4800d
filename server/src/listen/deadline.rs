//! How long a connection may stay in which phase.
//!
//! The phases of one connection form a circle: first byte, header, busy, flushing, idle, header again. Each begins with
//! its own deadline, which trickling bytes do not extend; only HTTP/2, where bytes are not messages, skips from idle
//! to busy. The clock is shared between the socket, which enforces it, and the requests, which move it on.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::config::Limits;

/// The slowest client that a large response waits for.
const MIN_BYTES_PER_SECOND: u64 = 8 * 1024;
/// A large response gets at most this many times the usual time.
const MAX_WRITE_FACTOR: u32 = 10;
/// Idle connections end sooner when nearly all places are taken.
const CROWDED_IDLE: Duration = Duration::from_secs(1);

/// The deadline of one connection.
pub(super) struct Clock {
    limits: Arc<Limits>,
    state: Mutex<State>,
    /// Told by the socket when a deadline has passed, because the protocol may not act on a failed read at once.
    expired: Notify,
}

struct State {
    phase: Phase,
    /// When the current phase is too long.
    deadline: Instant,
    /// Requests whose response has not been handed to the connection whole.
    in_flight: u32,
    /// Known from the first request on.
    http2: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Connected, nothing heard.
    FirstByte,
    /// Something of a request heard.
    Header,
    /// At least one request is being answered.
    Busy,
    /// All answers are with the connection, and not all with the client.
    Flushing,
    /// Waiting for the next request.
    Idle,
}

/// A request being answered; dropped when its response is with the connection.
pub(super) struct InFlight {
    clock: Arc<Clock>,
}

impl Clock {
    /// A connection made at `now`.
    pub(super) fn start(limits: Arc<Limits>, now: Instant) -> Arc<Self> {
        let deadline = now + limits.first_byte;
        let state = State {
            phase: Phase::FirstByte,
            deadline,
            in_flight: 0,
            http2: false,
        };
        Arc::new(Self {
            limits,
            state: Mutex::new(state),
            expired: Notify::new(),
        })
    }

    /// The instant the connection ends unless its phase does before.
    pub(super) fn deadline(&self) -> Instant {
        self.state().deadline
    }

    /// The name of the deadline that is running.
    pub(super) fn name(&self) -> &'static str {
        match self.state().phase {
            Phase::FirstByte => "first_byte",
            Phase::Header => "header",
            Phase::Busy | Phase::Flushing => "write",
            Phase::Idle => "idle",
        }
    }

    /// A deadline has passed: ends [`Clock::expired`].
    pub(super) fn expire(&self) {
        self.expired.notify_one();
    }

    /// Waits until a deadline has passed.
    pub(super) async fn expired(&self) {
        self.expired.notified().await;
    }

    /// Whether it has spoken HTTP/2.
    pub(super) fn is_http2(&self) -> bool {
        self.state().http2
    }

    /// Bytes came from the client.
    pub(super) fn bytes_read(&self, now: Instant) {
        let mut state = self.state();
        let request_begins = match state.phase {
            Phase::FirstByte => true,
            Phase::Idle => !state.http2,
            Phase::Header | Phase::Busy | Phase::Flushing => false,
        };
        if request_begins {
            state.enter(Phase::Header, now + self.limits.header);
        }
    }

    /// A request's headers are complete. While it lives, the client owes a body and has to take a response.
    pub(super) fn request_begins(self: &Arc<Self>, http2: bool, now: Instant) -> InFlight {
        let mut state = self.state();
        state.http2 = http2;
        state.in_flight += 1;
        state.enter_at_least(Phase::Busy, now + self.limits.body + self.limits.write);
        drop(state);
        InFlight {
            clock: Arc::clone(self),
        }
    }

    /// Everything handed to the connection has gone out.
    pub(super) fn flushed(&self, crowded: bool, now: Instant) {
        let mut state = self.state();
        if state.phase == Phase::Flushing {
            let idle = if crowded {
                self.limits.idle.min(CROWDED_IDLE)
            } else {
                self.limits.idle
            };
            state.enter(Phase::Idle, now + idle);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl InFlight {
    /// The response is known: from here the client has time in proportion to its length.
    pub(super) fn response_begins(&self, length: usize, now: Instant) {
        let write = self.clock.limits.write;
        let extra =
            Duration::from_secs(u64::try_from(length).unwrap_or(u64::MAX) / MIN_BYTES_PER_SECOND);
        let limit = (write + extra).min(write * MAX_WRITE_FACTOR);
        let mut state = self.clock.state();
        if state.in_flight == 1 {
            state.enter(Phase::Busy, now + limit);
        } else {
            state.enter_at_least(Phase::Busy, now + limit);
        }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut state = self.clock.state();
        state.in_flight -= 1;
        if state.in_flight == 0 {
            state.phase = Phase::Flushing;
        }
    }
}

impl State {
    fn enter(&mut self, phase: Phase, deadline: Instant) {
        self.phase = phase;
        self.deadline = deadline;
    }

    /// A second request on an HTTP/2 connection must not shorten what the first was given.
    fn enter_at_least(&mut self, phase: Phase, deadline: Instant) {
        let running = self.phase == Phase::Busy;
        self.enter(
            phase,
            if running {
                self.deadline.max(deadline)
            } else {
                deadline
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A different time for each phase, so that a deadline tells its phase.
    fn limits() -> Arc<Limits> {
        let seconds = Duration::from_secs;
        Arc::new(Limits {
            first_byte: seconds(1),
            header: seconds(2),
            body: seconds(3),
            write: seconds(4),
            idle: seconds(50),
            drain: seconds(6),
            max_connections: 1,
            max_header_bytes: 8192,
            max_body_bytes: 0,
            cart_changes_per_minute: 0,
            orders_per_minute: 0,
            withdrawals_per_minute: 0,
        })
    }

    #[track_caller]
    fn left(clock: &Clock, now: Instant, name: &str, seconds: u64) {
        assert_eq!(clock.name(), name);
        assert_eq!(clock.deadline() - now, Duration::from_secs(seconds));
    }

    #[test]
    fn a_connection_goes_round_the_circle() {
        let now = Instant::now();
        let clock = Clock::start(limits(), now);
        left(&clock, now, "first_byte", 1);
        clock.bytes_read(now);
        left(&clock, now, "header", 2);
        clock.bytes_read(now + Duration::from_secs(1));
        left(&clock, now, "header", 2);
        let request = clock.request_begins(false, now);
        left(&clock, now, "write", 7);
        request.response_begins(80 * 1024, now);
        left(&clock, now, "write", 14);
        clock.flushed(false, now);
        left(&clock, now, "write", 14);
        drop(request);
        left(&clock, now, "write", 14);
        clock.flushed(false, now);
        left(&clock, now, "idle", 50);
        clock.bytes_read(now);
        left(&clock, now, "header", 2);
    }

    #[test]
    fn frames_without_a_request_do_not_keep_an_http2_connection() {
        let now = Instant::now();
        let clock = Clock::start(limits(), now);
        clock.bytes_read(now);
        let (first, second) = (
            clock.request_begins(true, now),
            clock.request_begins(true, now),
        );
        first.response_begins(100 << 20, now);
        left(&clock, now, "write", 40);
        second.response_begins(0, now);
        left(&clock, now, "write", 40);
        drop((first, second));
        clock.flushed(false, now);
        clock.bytes_read(now + Duration::from_secs(20));
        left(&clock, now, "idle", 50);
    }

    #[test]
    fn a_crowd_shortens_idling() {
        let now = Instant::now();
        let clock = Clock::start(limits(), now);
        drop(clock.request_begins(false, now));
        clock.flushed(true, now);
        left(&clock, now, "idle", 1);
    }
}
