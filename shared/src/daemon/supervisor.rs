//! What a service manager is told: ready, reloading, alive, stopping, and a line for people.
//!
//! The manager is systemd, or whoever sets `NOTIFY_SOCKET` and speaks its protocol. Without one nothing is sent.

use std::time::Duration;

use sd_notify::NotifyState;

/// The process does what it is for, or does it again after [`reloading`].
pub fn ready() {
    tell(&[NotifyState::Ready]);
}

/// The configuration is being read again; [`ready`] ends it.
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        // Only managers that measure reloads need the instant.
        Err(_) => tell(&[NotifyState::Reloading]),
    }
}

/// The process is about to end.
pub fn stopping() {
    tell(&[
        NotifyState::Stopping,
        NotifyState::Status("finishing what is under way"),
    ]);
}

/// A line for people: what the process is at.
pub fn status(line: &str) {
    tell(&[NotifyState::Status(line)]);
}

/// The process is alive: whoever says so must have looked.
pub fn alive() {
    tell(&[NotifyState::Watchdog]);
}

/// How often the manager wants to hear that the process is alive: half of the time after which it ends it. `None` if it
/// does not want to hear it from this process.
pub fn heartbeat() -> Option<Duration> {
    let after = sd_notify::watchdog_enabled()?;
    (!after.is_zero()).then(|| after / 2)
}

fn tell(states: &[NotifyState<'_>]) {
    // A manager that is gone need not be told, and nothing here depends on it.
    let _ = sd_notify::notify(states);
}
