//! A pin with an end: what is live stays until then, and what is ready takes its place in the same second.
//!
//! While such a pin holds, each cycle that brings something new compiles it, checks it and puts its parts into the store.
//! What is left for the instant itself is a manifest. Without what was made ready, the instant compiles like any cycle.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDateTime, TimeZone as _};
use chrono_tz::Tz;
use frontage_shared::manifest::{Manifest, PartEntry};
use frontage_shared::snapshot::layout::PartKind;
use serde::{Deserialize, Serialize};

use crate::cycle::{self, Build, Built, Context, CycleError, Purpose, ShopOutcome};
use crate::feed::{self, FeedError};
use crate::merge::Conflicts;
use crate::publish::{self, PublishError};
use crate::release;
use crate::retain;

/// When a pin ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flip {
    /// Unix seconds.
    pub at: i64,
    /// The pinned generation: with another one, nothing of this applies.
    pub generation: u64,
}

/// What takes the place of the pinned generation.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ready {
    /// The pinned generation: it is compared with that one, and takes its place alone.
    generation: u64,
    /// What it is made of: the hashes of all documents of the catalog and of the offers.
    documents: ([u8; 32], [u8; 32]),
    built: Built,
    conflicts: Conflicts,
}

impl Flip {
    /// When the pin ends that is remembered, if one is.
    pub fn load(state: &Path) -> Option<Self> {
        let text = std::fs::read(file(state)).ok()?;
        let flip = serde_json::from_slice(&text);
        if let Err(error) = &flip {
            tracing::warn!(%error, path = %file(state).display(), "the end of a pin is not understood; pin again");
        }
        flip.ok()
    }

    /// When the pin of this generation ends, if it does by itself.
    pub fn of(state: &Path, generation: u64) -> Option<Self> {
        Self::load(state).filter(|flip| flip.generation == generation)
    }

    /// Remembers it.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn keep(&self, state: &Path) -> Result<(), FeedError> {
        let path = file(state);
        let text = serde_json::to_vec_pretty(self).map_err(|error| FeedError::Damaged {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        feed::replace(&path, &text)
    }

    /// Forgets it, and what was made ready for it. What cannot be removed belongs to a generation that is not live any
    /// more.
    pub fn forget(state: &Path) {
        let _ = std::fs::remove_file(file(state));
        let _ = std::fs::remove_dir_all(folder(state));
    }
}

/// An instant as operators write it: with an offset, or in the time of the shop. Of a time that the clocks show twice, the
/// first.
pub fn parse(text: &str, zone: Tz) -> Option<i64> {
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Some(instant.timestamp());
    }
    let formats = [
        "%Y-%m-%dT%H:%M:%S",
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%d %H:%M",
    ];
    let parsed = |format: &&str| NaiveDateTime::parse_from_str(text, format).ok();
    let naive = formats.iter().find_map(parsed)?;
    Some(zone.from_local_datetime(&naive).earliest()?.timestamp())
}

/// An instant as it is told.
pub fn shown(seconds: i64) -> String {
    let instant = DateTime::from_timestamp(seconds, 0);
    instant.map_or_else(|| seconds.to_string(), |instant| instant.to_rfc3339())
}

fn file(state: &Path) -> PathBuf {
    state.join("flip.json")
}

fn folder(state: &Path) -> PathBuf {
    state.join("ready")
}

fn ready_file(state: &Path) -> PathBuf {
    folder(state).join("ready.json")
}

fn load_ready(state: &Path, generation: u64) -> Option<Ready> {
    let text = std::fs::read(ready_file(state)).ok()?;
    let ready: Ready = serde_json::from_slice(&text).ok()?;
    let files = [&ready.built.catalog.1, &ready.built.offers.1];
    let is_whole = files.iter().all(|file| file.is_file());
    (ready.generation == generation && is_whole).then_some(ready)
}

/// Makes ready what the accepted feeds say, unless it is already. The caller holds the lock.
///
/// # Errors
/// It cannot be compiled, checked or stored.
pub async fn prepare(
    context: &Context,
    pinned: &Manifest,
    now: i64,
) -> Result<Conflicts, CycleError> {
    let state = &context.config.state;
    let feeds = cycle::accepted_feeds(&context.config)?;
    let merged = cycle::merge(context, feeds, now).await?;
    let documents = (merged.catalog_hash, merged.offers_hash);
    let ready = load_ready(state, pinned.generation);
    if ready.is_some_and(|ready| ready.documents == documents) {
        return Ok(Conflicts::default());
    }
    let (mut built, conflicts) =
        match cycle::build(context, Some(pinned), Purpose::Publish, now).await? {
            Build::Ready(built, conflicts) => (*built, conflicts),
            Build::Waiting(conflicts) => return Ok(conflicts),
            Build::Unchanged => {
                // What was made ready has been taken back.
                take_back(&folder(state))?;
                return Ok(Conflicts::default());
            }
        };
    let mut verified = context.verified();
    let candidate = built.candidate("flip");
    let shop = &context.config.shop.id;
    let next = publish::prepare(
        &context.store,
        shop,
        Some(pinned),
        &candidate,
        &mut verified,
        now,
    )
    .await?;
    let scratch = context.scratch()?;
    let mut kept = vec![ready_file(state)];
    for (kind, entry, path) in built.parts() {
        // The catalog of the pinned generation may be kept; its file is where the next cycle looks for it.
        if path.starts_with(&scratch) {
            *path = moved(state, (kind, entry), path)?;
            verified.add(path);
        }
        kept.push(path.clone());
    }
    verified.save();
    let ready = Ready {
        generation: pinned.generation,
        documents,
        built,
        conflicts,
    };
    let text = serde_json::to_vec_pretty(&ready).map_err(|error| FeedError::Damaged {
        path: ready_file(state),
        reason: error.to_string(),
    })?;
    let folder = folder(state);
    std::fs::create_dir_all(&folder).map_err(PublishError::at(&folder))?;
    feed::replace(&ready_file(state), &text)?;
    // A pin may last for a week of stock feeds: what was ready before goes, here and in the store.
    publish::keep_only(&folder, &kept)?;
    retain::prune(
        &context.store,
        context.config.retention,
        (pinned, Some(&next)),
        now,
    )
    .await?;
    tracing::info!("the next generation is ready and waits for the pin to end");
    Ok(ready.conflicts)
}

/// Removes what is ready, if anything is.
fn take_back(folder: &Path) -> Result<(), PublishError> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(PublishError::at(folder)(error)),
        _ => Ok(()),
    }
}

/// Moves a finished file to where it waits.
fn moved(
    state: &Path,
    (kind, entry): (PartKind, &PartEntry),
    from: &Path,
) -> Result<PathBuf, PublishError> {
    let to = folder(state).join(entry.file_name(kind));
    std::fs::create_dir_all(folder(state)).map_err(PublishError::at(&to))?;
    std::fs::rename(from, &to).map_err(PublishError::at(&to))?;
    Ok(to)
}

/// Ends the pin: publishes what is ready, or else compiles what the accepted feeds say now. The caller holds the lock.
///
/// # Errors
/// It cannot be compiled or published; the pin still holds, and the next cycle tries again.
pub async fn publish(
    context: &Context,
    pinned: &Manifest,
    now: i64,
) -> Result<(ShopOutcome, Conflicts), CycleError> {
    let state = &context.config.state;
    // What is newer than that is compiled by the next cycle: the instant is not the time for it.
    let (built, conflicts) = match load_ready(state, pinned.generation) {
        Some(ready) => (Some(ready.built), ready.conflicts),
        None => match cycle::build(context, Some(pinned), Purpose::Publish, now).await? {
            Build::Ready(built, conflicts) => (Some(*built), conflicts),
            Build::Waiting(conflicts) => (None, conflicts),
            Build::Unchanged => (None, Conflicts::default()),
        },
    };
    let published = match built {
        Some(built) => {
            release::built_parts(context, Some(pinned), (built, &conflicts), "flip", now).await?
        }
        None => release::republish(context, pinned.clone(), "flip", false, now).await?,
    };
    Flip::forget(state);
    Ok((ShopOutcome::Published(Box::new(published)), conflicts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_have_an_offset_or_the_time_of_the_shop() {
        let berlin = Tz::Europe__Berlin;
        let at = |text: &str| parse(text, berlin).map(shown);
        let wanted = Some("2026-11-27T07:00:00+00:00".to_owned());
        for text in [
            "2026-11-27T08:00:00+01:00",
            "2026-11-27T07:00:00Z",
            "2026-11-27T08:00:00",
            "2026-11-27 08:00",
        ] {
            assert_eq!(at(text), wanted, "{text}");
        }
        // The clocks show half past two twice in October, and not at all in March.
        assert_eq!(
            at("2026-10-25 02:30"),
            Some("2026-10-25T00:30:00+00:00".to_owned())
        );
        assert_eq!(at("2026-03-29 02:30"), None);
        assert_eq!(at("tomorrow"), None);
    }
}
