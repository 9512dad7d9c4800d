//! Which server serves which generation, as the servers say in the store.
//!
//! Ages are told by the clock of whoever asks. A server that was not heard of for some of its own intervals is silent: it
//! may be down, or cannot reach the store; what it serves is not known.

use std::fmt;

use frontage_shared::store::{Heartbeat, Store, StoreError};
use frontage_shared::trial::Showing;
use serde::Serialize;

use crate::cycle::{Context, CycleError};
use crate::status::time;

/// A server that was not heard of for so many of its intervals is silent.
const SILENT_AFTER: i64 = 3;
/// What is silent for longer is a server that was taken away.
const GONE_AFTER_SECONDS: i64 = 7 * 24 * 60 * 60;

/// All servers that were heard of.
#[derive(Clone, Debug, Serialize)]
pub struct Fleet {
    /// The generation that is published, if any.
    pub published: Option<u64>,
    /// When, Unix seconds.
    pub published_at: Option<i64>,
    /// The servers, by name.
    pub servers: Vec<Server>,
}

/// One server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Server {
    /// Its name.
    pub name: String,
    /// Where it listens.
    pub address: String,
    /// Its version.
    pub version: String,
    /// The generation that it serves, if any.
    pub generation: Option<u64>,
    /// Since when, Unix seconds.
    pub since: Option<i64>,
    /// How many generations it is behind what is published.
    pub behind: Option<u64>,
    /// How long it took the published generation into service after it was published, in seconds; none while it is behind.
    pub lag_seconds: Option<i64>,
    /// How long ago it was heard of, in seconds.
    pub heard_seconds: i64,
    /// Whether that is too long ago.
    pub silent: bool,
    /// How it does with its catalog, if it says so.
    pub showing: Option<Showing>,
}

/// Reads what the servers said.
///
/// # Errors
/// The store cannot be read.
pub async fn read(context: &Context, now: i64) -> Result<Fleet, CycleError> {
    let current = context.store.current().await?;
    let published = current
        .as_ref()
        .map(|current| (current.generation, current.created_at));
    let heard = context.store.heartbeats().await?;
    let servers = heard.into_iter().map(|heard| server(heard, published, now));
    Ok(Fleet {
        published: published.map(|(generation, _)| generation),
        published_at: published.map(|(_, at)| at),
        servers: servers
            .filter(|server| server.heard_seconds < GONE_AFTER_SECONDS)
            .collect(),
    })
}

/// Forgets servers that were taken away; gives how many.
///
/// # Errors
/// The store cannot be read or written.
pub async fn forget_gone(store: &Store, now: i64) -> Result<usize, StoreError> {
    let mut forgotten = 0;
    for gone in store.heartbeats().await? {
        if now.saturating_sub(gone.at) >= GONE_AFTER_SECONDS {
            store.drop_heartbeat(&gone.server).await?;
            forgotten += 1;
        }
    }
    Ok(forgotten)
}

fn server(heard: Heartbeat, published: Option<(u64, i64)>, now: i64) -> Server {
    let heard_seconds = now.saturating_sub(heard.at).max(0);
    let behind = published
        .zip(heard.generation)
        .map(|((published, _), served)| published.saturating_sub(served));
    let lag_seconds = published
        .zip(heard.since)
        .filter(|_| behind == Some(0))
        .map(|((_, published_at), since)| since.saturating_sub(published_at).max(0));
    Server {
        silent: is_silent(&heard, now),
        name: heard.server,
        address: heard.address,
        version: heard.version,
        generation: heard.generation,
        since: heard.since,
        behind,
        lag_seconds,
        heard_seconds,
        showing: heard.showing,
    }
}

/// Whether a server was not heard of for too long.
pub fn is_silent(heard: &Heartbeat, now: i64) -> bool {
    let interval = i64::try_from(heard.interval_ms.div_ceil(1_000)).unwrap_or(i64::MAX);
    now.saturating_sub(heard.at) > interval.saturating_mul(SILENT_AFTER)
}

impl Server {
    /// How it stands, in words.
    pub fn standing(&self) -> String {
        if self.silent {
            return "SILENT".to_owned();
        }
        let standing = match self.behind {
            None => "serves nothing".to_owned(),
            Some(0) => "current".to_owned(),
            Some(1) => "1 generation behind".to_owned(),
            Some(many) => format!("{many} generations behind"),
        };
        let is_canary = self
            .showing
            .as_ref()
            .is_some_and(|showing| showing.is_canary);
        match is_canary {
            true => format!("{standing}, canary"),
            false => standing,
        }
    }
}

impl fmt::Display for Fleet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.published.zip(self.published_at) {
            Some((generation, at)) => {
                writeln!(f, "published   generation {generation} of {}", time(at))?
            }
            None => writeln!(f, "published   nothing yet")?,
        }
        if self.servers.is_empty() {
            return writeln!(
                f,
                "no server was heard of; they say what they serve with heartbeat_ms in [fleet]"
            );
        }
        for server in &self.servers {
            let generation = server
                .generation
                .map_or_else(|| "-".to_owned(), |generation| generation.to_string());
            let lag = server
                .lag_seconds
                .map_or_else(String::new, |lag| format!(", taken after {lag} s"));
            writeln!(
                f,
                "{:<20} {:<21} {generation:>8}  {}{lag}, heard of {} s ago",
                server.name,
                server.address,
                server.standing(),
                server.heard_seconds
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(generation: Option<u64>, at: i64) -> Heartbeat {
        Heartbeat {
            server: "one".into(),
            address: "10.0.0.7:80".into(),
            version: "0".into(),
            generation,
            since: Some(1_005),
            at,
            interval_ms: 10_000,
            showing: None,
        }
    }

    #[test]
    fn a_server_is_current_behind_or_silent() {
        let published = Some((7, 1_000));
        let current = server(heard(Some(7), 1_090), published, 1_100);
        assert_eq!((current.behind, current.lag_seconds), (Some(0), Some(5)));
        assert_eq!(current.standing(), "current");
        let behind = server(heard(Some(5), 1_090), published, 1_100);
        assert_eq!((behind.behind, behind.lag_seconds), (Some(2), None));
        assert_eq!(behind.standing(), "2 generations behind");
        let empty = server(heard(None, 1_090), published, 1_100);
        assert_eq!(empty.standing(), "serves nothing");
        let silent = server(heard(Some(7), 1_069), published, 1_100);
        assert!(silent.silent);
        assert_eq!(silent.standing(), "SILENT");
        // A clock that runs ahead of ours was heard of just now.
        assert_eq!(server(heard(None, 2_000), None, 1_100).heard_seconds, 0);
    }

    #[tokio::test]
    async fn who_was_silent_for_a_week_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open("store", folder.path(), "demo").unwrap();
        for (name, at) in [("gone", 1_000), ("there", 1_001)] {
            let heartbeat = Heartbeat {
                server: name.into(),
                ..heard(None, at)
            };
            store.put_heartbeat(&heartbeat).await.unwrap();
        }
        let now = 1_000 + GONE_AFTER_SECONDS;
        assert_eq!(forget_gone(&store, now).await.unwrap(), 1);
        let left = store.heartbeats().await.unwrap();
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].server, "there");
    }
}
