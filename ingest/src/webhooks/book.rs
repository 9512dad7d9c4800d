//! What operators see of events, and how they have some sent again.

use std::fmt;
use std::path::Path;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::WebhookError;
use super::event::Event;
use super::outbox::{Entry, EventState, Outbox};
use crate::config::Webhook;
use crate::schedule;

/// How far one receiver is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Receiver {
    /// Its name in the configuration.
    pub webhook: String,
    /// Events that wait.
    pub waiting: u64,
    /// Events that were given up.
    pub failed: u64,
    /// Since when the oldest waiting event waits, Unix seconds.
    pub oldest: Option<i64>,
    /// How often the first of them was tried in vain.
    pub failed_attempts: u32,
    /// Why the last attempt failed, in short.
    pub failure: Option<String>,
    /// What was answered then.
    pub answer: Option<String>,
    /// When it is tried next, Unix seconds.
    pub next_at: Option<i64>,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventLine {
    /// Whom it is for.
    pub webhook: String,
    /// Its id.
    pub event: String,
    /// `waiting`, `failed` or `sent`.
    pub state: &'static str,
    /// Since when, Unix seconds.
    pub since: i64,
}

/// Events that are sent again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Replayed {
    /// How many.
    pub replayed: u64,
}

/// How far each receiver is.
///
/// # Errors
/// The state folder cannot be read.
pub fn receivers(state: &Path, hooks: &[Webhook]) -> Result<Vec<Receiver>, WebhookError> {
    let one = |hook: &Webhook| {
        let outbox = Outbox::of(state, &hook.name);
        let waiting = outbox.list(EventState::Waiting)?;
        let first = waiting.first();
        let head = outbox.head()?;
        let head = head.filter(|head| first.is_some_and(|first| first.id == head.event));
        let attempts = head.map(|head| head.attempts);
        Ok(Receiver {
            webhook: hook.name.clone(),
            waiting: waiting.len() as u64,
            failed: outbox.list(EventState::Failed)?.len() as u64,
            oldest: first.map(|first| since(&outbox, EventState::Waiting, first)),
            failed_attempts: attempts.as_ref().map_or(0, |attempts| attempts.count),
            failure: attempts.as_ref().map(|attempts| attempts.last.in_short()),
            next_at: attempts.as_ref().map(|attempts| attempts.next_ms / 1_000),
            answer: attempts.map(|attempts| attempts.last.detail),
        })
    };
    hooks.iter().map(one).collect()
}

/// Events in some states, with the states in the order given.
///
/// # Errors
/// The state folder cannot be read.
pub fn list(
    state: &Path,
    hooks: &[Webhook],
    states: &[EventState],
) -> Result<Vec<EventLine>, WebhookError> {
    let mut lines = Vec::new();
    for hook in hooks {
        let outbox = Outbox::of(state, &hook.name);
        for state in states {
            for entry in outbox.list(*state)? {
                lines.push(EventLine {
                    webhook: hook.name.clone(),
                    state: state.name(),
                    since: since(&outbox, *state, &entry),
                    event: entry.id,
                });
            }
        }
    }
    Ok(lines)
}

/// Has events sent again, whether they were given up, were sent, or wait for their next attempt.
///
/// # Errors
/// No receiver has such an event, or its file cannot be moved.
pub fn replay(state: &Path, hooks: &[Webhook], ids: &[String]) -> Result<Replayed, WebhookError> {
    let mut replayed = 0;
    for id in ids {
        let now = replay_those(state, hooks, EventState::ALL, |_, _, entry| {
            Ok(entry.id == *id)
        })?;
        if now == 0 {
            return Err(WebhookError::Unknown(id.clone()));
        }
        replayed += now;
    }
    Ok(Replayed { replayed })
}

/// Has all events sent again that were made since an instant, Unix seconds, and are kept.
///
/// # Errors
/// A file cannot be read or moved.
pub fn replay_since(state: &Path, hooks: &[Webhook], at: i64) -> Result<Replayed, WebhookError> {
    let was_made_since = |event: &Event| {
        let made = DateTime::parse_from_rfc3339(&event.created_at);
        made.is_ok_and(|made| made.timestamp() >= at)
    };
    let states = [EventState::Failed, EventState::Sent];
    let replayed = replay_those(state, hooks, states, |outbox, state, entry| {
        let bytes = outbox.read(state, entry)?;
        let event = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Ok(event.as_ref().is_some_and(was_made_since))
    })?;
    Ok(Replayed { replayed })
}

fn replay_those(
    state: &Path,
    hooks: &[Webhook],
    states: impl IntoIterator<Item = EventState> + Clone,
    is_wanted: impl Fn(&Outbox, EventState, &Entry) -> Result<bool, WebhookError>,
) -> Result<u64, WebhookError> {
    let mut replayed = 0;
    for hook in hooks {
        let outbox = Outbox::of(state, &hook.name);
        let before = replayed;
        for state in states.clone() {
            for entry in outbox.list(state)? {
                if is_wanted(&outbox, state, &entry)? {
                    // An event keeps its number, so it comes before what happened since.
                    if state != EventState::Waiting {
                        outbox.move_to(&entry, state, EventState::Waiting)?;
                    }
                    replayed += 1;
                }
            }
        }
        if replayed > before {
            outbox.forget_head()?;
        }
    }
    Ok(replayed)
}

fn since(outbox: &Outbox, state: EventState, entry: &Entry) -> i64 {
    let now = SystemTime::from(schedule::now());
    DateTime::<Utc>::from(outbox.since(state, entry, now)).timestamp()
}

impl fmt::Display for EventLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = crate::status::time(self.since);
        writeln!(
            f,
            "{:<12} {:<8} {at}  {}",
            self.webhook, self.state, self.event
        )
    }
}

impl fmt::Display for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (waiting, failed) = (self.waiting, self.failed);
        write!(
            f,
            "webhook {}: {waiting} waiting, {failed} given up",
            self.webhook
        )?;
        if let Some(failure) = &self.failure {
            let times = self.failed_attempts;
            write!(f, "; failed {times} time(s), last: {failure}")?;
        }
        writeln!(f)
    }
}

impl fmt::Display for Replayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} event(s) are sent again", self.replayed)
    }
}
