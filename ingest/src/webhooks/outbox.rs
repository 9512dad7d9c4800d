//! The files of one receiver: events that wait in order, that were sent, that were given up, and how far it is.
//!
//! An event is one file, written once and moved by renames. Its name begins with a number that grows, so that a folder
//! in the order of its names is in the order of what happened.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::WebhookError;
use super::event::Event;
use crate::deliver::Attempts;
use crate::feed;

/// Digits of the number before an event's id.
const DIGITS: usize = 12;

/// Where an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventState {
    /// It waits to be sent.
    Waiting,
    /// The receiver did not take it for as long as it is tried.
    Failed,
    /// The receiver has it.
    Sent,
}

impl EventState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Failed, Self::Sent];

    /// The folder's name, and the word for operators.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Failed => "failed",
            Self::Sent => "sent",
        }
    }
}

/// An event's file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub(super) number: u64,
    pub(super) id: String,
}

impl Entry {
    fn file_name(&self) -> String {
        format!("{:0DIGITS$}-{}.json", self.number, self.id)
    }

    fn of_name(name: &str) -> Option<Self> {
        let (number, id) = name.strip_suffix(".json")?.split_once('-')?;
        Some(Self {
            number: number.parse().ok()?,
            id: id.to_owned(),
        })
    }
}

/// How far events of generations are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cursor {
    /// The last generation whose events are in the folder; none before the first.
    pub(super) generation: Option<u64>,
    /// Up to which instant it was told what changes in it by itself, Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) at: Option<i64>,
    /// When prices change in it next by themselves, if they do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) changes_at: Option<i64>,
}

/// How sending the first of the waiting events went so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    /// The event.
    pub(super) event: String,
    pub(super) attempts: Attempts,
}

/// The files of one receiver.
#[derive(Debug, Clone)]
pub(super) struct Outbox {
    folder: PathBuf,
}

impl Outbox {
    /// The files of the receiver of this name; nothing is made yet.
    pub(super) fn of(state: &Path, name: &str) -> Self {
        Self {
            folder: state.join("webhooks").join(name),
        }
    }

    /// Makes the folders.
    pub(super) fn make(&self) -> Result<(), WebhookError> {
        for state in EventState::ALL {
            let folder = self.folder_of(state);
            fs::create_dir_all(&folder).map_err(failed(&folder))?;
        }
        Ok(())
    }

    /// Events in one state, in the order in which they happened.
    pub(super) fn list(&self, state: EventState) -> Result<Vec<Entry>, WebhookError> {
        let folder = self.folder_of(state);
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(&folder)(error)),
        };
        let mut found = Vec::new();
        for entry in entries {
            let name = entry.map_err(failed(&folder))?.file_name();
            found.extend(name.to_str().and_then(Entry::of_name));
        }
        found.sort();
        Ok(found)
    }

    /// Puts an event behind those that wait; it is durable when this returns.
    pub(super) fn put(&self, number: u64, event: &Event) -> Result<(), WebhookError> {
        let bytes = serde_json::to_vec(event).map_err(|error| WebhookError::Io {
            path: self.folder.clone(),
            source: error.into(),
        })?;
        let id = event.id.clone();
        self.write(EventState::Waiting, &Entry { number, id }, &bytes)
    }

    /// The bytes of an event, which are sent as they are; none if it was moved away.
    pub(super) fn read(
        &self,
        state: EventState,
        entry: &Entry,
    ) -> Result<Option<Vec<u8>>, WebhookError> {
        read(&self.file(state, entry))
    }

    /// When an event got where it is; now, if it is not there any more.
    pub(super) fn since(&self, state: EventState, entry: &Entry, now: SystemTime) -> SystemTime {
        let metadata = fs::metadata(self.file(state, entry));
        let at = metadata.and_then(|metadata| metadata.modified());
        at.unwrap_or(now)
    }

    /// Puts an event elsewhere. Its file is written anew, so that [`Outbox::since`] says when.
    pub(super) fn move_to(
        &self,
        entry: &Entry,
        from: EventState,
        to: EventState,
    ) -> Result<(), WebhookError> {
        let Some(bytes) = self.read(from, entry)? else {
            return Ok(());
        };
        self.write(to, entry, &bytes)?;
        self.remove(from, entry)
    }

    /// Removes events that have been in a state for longer than this, and the oldest of those that are more than `most`.
    pub(super) fn prune(
        &self,
        state: EventState,
        (keep, most): (Duration, usize),
        now: SystemTime,
    ) -> Result<(), WebhookError> {
        let entries = self.list(state)?;
        let surplus = entries.len().saturating_sub(most);
        for (rank, entry) in entries.iter().enumerate() {
            let age = now.duration_since(self.since(state, entry, now));
            if rank < surplus || age.is_ok_and(|age| age > keep) {
                self.remove(state, entry)?;
            }
        }
        Ok(())
    }

    /// How far events of generations are; none before anything was done for this receiver.
    ///
    /// A damaged file is an error: a receiver that looked new would not be told of what happened meanwhile.
    pub(super) fn cursor(&self) -> Result<Option<Cursor>, WebhookError> {
        let path = self.folder.join("cursor.json");
        let parsed = read(&path)?.map(|bytes| serde_json::from_slice(&bytes));
        parsed.transpose().map_err(|error| WebhookError::Damaged {
            path,
            reason: error.to_string(),
        })
    }

    pub(super) fn set_cursor(&self, cursor: Cursor) -> Result<(), WebhookError> {
        self.replace_json("cursor.json", &cursor)
    }

    /// How sending went so far, if the last attempt failed.
    pub(super) fn head(&self) -> Result<Option<Head>, WebhookError> {
        read_json(&self.head_file())
    }

    pub(super) fn set_head(&self, head: &Head) -> Result<(), WebhookError> {
        self.replace_json("attempts.json", head)
    }

    /// Whatever waits is sent at once.
    pub(super) fn forget_head(&self) -> Result<(), WebhookError> {
        removed(&self.head_file())
    }

    /// What was told of orders, a line a change.
    pub(super) fn told_file(&self) -> PathBuf {
        self.folder.join("told.log")
    }

    /// The file whose holder makes and sends events.
    pub(super) fn lock_file(&self) -> PathBuf {
        self.folder.join("lock")
    }

    fn head_file(&self) -> PathBuf {
        self.folder.join("attempts.json")
    }

    fn folder_of(&self, state: EventState) -> PathBuf {
        self.folder.join(state.name())
    }

    fn file(&self, state: EventState, entry: &Entry) -> PathBuf {
        self.folder_of(state).join(entry.file_name())
    }

    fn write(&self, state: EventState, entry: &Entry, bytes: &[u8]) -> Result<(), WebhookError> {
        feed::replace(&self.file(state, entry), bytes)?;
        synced(&self.folder_of(state))
    }

    fn remove(&self, state: EventState, entry: &Entry) -> Result<(), WebhookError> {
        removed(&self.file(state, entry))
    }

    fn replace_json(&self, name: &str, value: &impl Serialize) -> Result<(), WebhookError> {
        let path = self.folder.join(name);
        let bytes = serde_json::to_vec(value).map_err(|error| failed(&path)(error.into()))?;
        feed::replace(&path, &bytes)?;
        synced(&self.folder)
    }
}

/// What becomes of an error of the file system at a path.
pub(super) fn failed(path: &Path) -> impl Fn(io::Error) -> WebhookError + use<> {
    let path = path.to_owned();
    move |source| WebhookError::Io {
        path: path.clone(),
        source,
    }
}

/// Waits until the disk has the names in a folder.
fn synced(folder: &Path) -> Result<(), WebhookError> {
    let file = File::open(folder).map_err(failed(folder))?;
    file.sync_all().map_err(failed(folder))
}

/// The bytes of a file; none if it is not there.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, WebhookError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(path)(error)),
    }
}

/// What a file says; none if it is not there or damaged, which costs a repetition at most.
fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, WebhookError> {
    let bytes = read(path)?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

fn removed(path: &Path) -> Result<(), WebhookError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(path)(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhooks::event::EventKind;

    fn event(id: &str) -> Event {
        Event {
            id: id.to_owned(),
            kind: EventKind::StockOut,
            shop: "s".to_owned(),
            created_at: "2026-01-01T00:00:00Z".to_owned(),
            about: serde_json::Map::new(),
        }
    }

    #[test]
    fn events_stay_in_order_and_move_whole() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Outbox::of(folder.path(), "x");
        assert_eq!(outbox.list(EventState::Waiting).unwrap(), []);
        outbox.make().unwrap();
        for number in [2, 10, 1] {
            outbox
                .put(number, &event(&format!("g{number}.a-b")))
                .unwrap();
        }
        let waiting = outbox.list(EventState::Waiting).unwrap();
        let ids: Vec<&str> = waiting.iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(ids, ["g1.a-b", "g2.a-b", "g10.a-b"]);
        let bytes = outbox.read(EventState::Waiting, &waiting[0]).unwrap();
        outbox
            .move_to(&waiting[0], EventState::Waiting, EventState::Sent)
            .unwrap();
        assert_eq!(outbox.read(EventState::Waiting, &waiting[0]).unwrap(), None);
        assert_eq!(outbox.read(EventState::Sent, &waiting[0]).unwrap(), bytes);
        assert_eq!(outbox.list(EventState::Waiting).unwrap().len(), 2);
    }

    #[test]
    fn a_damaged_cursor_is_not_one_of_somebody_new() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Outbox::of(folder.path(), "x");
        outbox.make().unwrap();
        assert_eq!(outbox.cursor().unwrap(), None);
        let cursor = Cursor {
            generation: Some(7),
            ..Cursor::default()
        };
        outbox.set_cursor(cursor).unwrap();
        assert_eq!(outbox.cursor().unwrap(), Some(cursor));
        for damaged in ["", "{\"generation\":", "[]"] {
            std::fs::write(folder.path().join("webhooks/x/cursor.json"), damaged).unwrap();
            let error = outbox.cursor().unwrap_err().to_string();
            assert!(error.contains("cursor.json"), "{error}");
        }
    }

    #[test]
    fn what_is_kept_is_bounded_in_time_and_number() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Outbox::of(folder.path(), "x");
        outbox.make().unwrap();
        for number in 0..5 {
            outbox.put(number, &event(&format!("g{number}"))).unwrap();
        }
        let day = Duration::from_secs(86_400);
        let now = SystemTime::UNIX_EPOCH + day * 30_000;
        let state = EventState::Waiting;
        let written = outbox.since(state, &outbox.list(state).unwrap()[0], now);
        outbox.prune(state, (day, 3), written).unwrap();
        let left = outbox.list(state).unwrap();
        assert_eq!(left.first().map(|entry| entry.number), Some(2));
        outbox.prune(state, (day, 3), written + 2 * day).unwrap();
        assert_eq!(outbox.list(state).unwrap(), []);
    }
}
