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

/// How often the line for people is looked at.
const STATUS_PERIOD: Duration = Duration::from_secs(1);

/// What a manager is told about.
pub trait Watched: Sync {
    /// What the process is at, for people.
    fn line(&self) -> String;

    /// Looks, within so long, whether the process is alive. Where something stands still it says so in the log, if it
    /// `was_alive` at the look before: news is told once.
    fn is_alive(&self, within: Duration, was_alive: bool) -> impl Future<Output = bool> + Send;
}

/// Says that the process is ready, and from then on what it is at, and that it is alive as often as the manager wants to
/// hear it.
pub async fn watch(watched: &impl Watched) {
    let first = line_of(watched);
    status(&first);
    ready();
    let telling = tell_status(first, watched);
    match heartbeat() {
        Some(every) => drop(tokio::join!(telling, beat(every, watched))),
        None => telling.await,
    }
}

async fn beat(every: Duration, watched: &impl Watched) {
    let mut was_alive = true;
    loop {
        was_alive = watched.is_alive(every, was_alive).await;
        if was_alive {
            alive();
        }
        // A look may take as long as a whole period: two of them are what the manager waits for.
        tokio::time::sleep(every / 2).await;
    }
}

async fn tell_status(mut told: String, watched: &impl Watched) {
    loop {
        tokio::time::sleep(STATUS_PERIOD).await;
        let line = line_of(watched);
        if line != told {
            status(&line);
            told = line;
        }
    }
}

/// The manager takes one line.
fn line_of(watched: &impl Watched) -> String {
    watched.line().replace('\n', " ")
}

fn tell(states: &[NotifyState<'_>]) {
    // A manager that is gone need not be told, and nothing here depends on it.
    let _ = sd_notify::notify(states);
}
