//! Comparing and replacing a small file in a folder, without others in between and without waiting for the stalled.
//!
//! Who wants to be alone locks a file in a room, a folder below that of the shop, and puts what it wants to write there
//! before it looks at anything. Whoever waits too long for it clears the room away, and with it what was to be written: the
//! last step of the one that was stalled, in a stopped process or a paused machine, then finds nothing to move.

use std::fs::File;
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::copy::Durability;

/// The room's name.
const ROOM: &str = "publish";
/// What is locked in it.
const LOCK: &str = "lock";
/// Between two attempts to lock it.
const LOOK: Duration = Duration::from_millis(2);
/// Whoever is alone for longer is stalled; what is done meanwhile takes milliseconds.
const STALLED_AFTER: Duration = Duration::from_secs(2);

/// The right to replace one file of a folder, until it is used or dropped.
#[derive(Debug)]
pub(super) struct Alone {
    staged: Staged,
    place: PathBuf,
    durability: Durability,
    _lock: File,
}

impl Alone {
    /// Waits until nobody else compares and replaces here, and puts aside what this one wants to write under a name.
    pub(super) fn enter(
        folder: &Path,
        name: &str,
        bytes: &[u8],
        durability: Durability,
    ) -> io::Result<Self> {
        let room = folder.join(ROOM);
        loop {
            let Some(lock) = lock(folder, &room)? else {
                continue;
            };
            sweep(&room);
            let unique = format!("{name}.{:016x}", rand_word());
            let staged = Staged::write(room.join(unique), bytes, durability);
            // If the room is still the one that was locked, so was the one that this was put into.
            match (is_of(&room, &lock), staged) {
                (true, staged) => {
                    return Ok(Self {
                        staged: staged?,
                        place: folder.join(name),
                        durability,
                        _lock: lock,
                    });
                }
                (false, staged) => drop(staged),
            }
        }
    }

    /// Replaces the file; whether this one was still alone.
    pub(super) fn replace(self) -> io::Result<bool> {
        match std::fs::rename(&self.staged.0, &self.place) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            moved => moved?,
        }
        if self.durability == Durability::Synced {
            let folder = self.place.parent().unwrap_or(Path::new("/"));
            File::open(folder)?.sync_all()?;
        }
        Ok(true)
    }
}

/// A file that is gone when this is.
#[derive(Debug)]
struct Staged(PathBuf);

impl Staged {
    fn write(path: PathBuf, bytes: &[u8], durability: Durability) -> io::Result<Self> {
        let staged = Self(path);
        let mut file = File::create(&staged.0)?;
        file.write_all(bytes)?;
        if durability == Durability::Synced {
            file.sync_all()?;
        }
        Ok(staged)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // It was moved to its place, or nobody wants it any more.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Locks the room; `None` where it was cleared away meanwhile, so that the next one is to be tried.
fn lock(folder: &Path, room: &Path) -> io::Result<Option<File>> {
    make(folder, room)?;
    let opened = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(room.join(LOCK));
    let file = match opened {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let began = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(is_of(room, &file).then_some(file)),
            Err(std::fs::TryLockError::WouldBlock) => {}
            Err(std::fs::TryLockError::Error(error)) => return Err(error),
        }
        if !is_of(room, &file) {
            return Ok(None);
        }
        if began.elapsed() >= STALLED_AFTER {
            clear(folder, room)?;
            return Ok(None);
        }
        thread::sleep(LOOK);
    }
}

/// Moves a room away with all that is in it: whoever is in there cannot replace anything any more.
fn clear(folder: &Path, room: &Path) -> io::Result<()> {
    let away = folder.join(format!("{ROOM}.{:016x}", rand_word()));
    match std::fs::rename(room, &away) {
        // Another one did.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        moved => moved?,
    }
    // What is left of it harms nobody.
    let _ = std::fs::remove_dir_all(away);
    Ok(())
}

/// Whether a name is that of a room that was cleared away.
pub(super) fn is_cleared(name: &str) -> bool {
    let word = name
        .strip_prefix(ROOM)
        .and_then(|rest| rest.strip_prefix('.'));
    word.is_some_and(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Removes what writers that were killed have left in the room: nobody else puts anything there now.
fn sweep(room: &Path) {
    let entries = std::fs::read_dir(room).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name() != LOCK) {
        // What cannot be removed is in nobody's way.
        let _ = std::fs::remove_file(entry.path());
    }
}

/// Whether a lock is that of the room as it is now.
fn is_of(room: &Path, lock: &File) -> bool {
    let inode = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
    let now = std::fs::metadata(room.join(LOCK)).map(inode);
    let held = lock.metadata().map(inode);
    matches!((now, held), (Ok(now), Ok(held)) if now == held)
}

/// Makes the room and the folder of a shop, but not that of the store: one that is away is not to be there again half.
fn make(folder: &Path, room: &Path) -> io::Result<()> {
    for folder in [folder.parent(), Some(folder), Some(room)]
        .into_iter()
        .flatten()
    {
        match std::fs::create_dir(folder) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// A word that no other writer has.
fn rand_word() -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    RandomState::new().hash_one(std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn enter(folder: &Path, text: &str) -> Alone {
        Alone::enter(folder, "FILE", text.as_bytes(), Durability::AsItComes).unwrap()
    }

    fn text(folder: &Path) -> String {
        std::fs::read_to_string(folder.join("FILE")).unwrap()
    }

    #[test]
    fn nobody_waits_for_the_stalled_and_what_they_wanted_to_write_is_gone() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("shops/oak");
        std::fs::create_dir(root.path().join("shops")).unwrap();
        assert!(enter(&folder, "first").replace().unwrap());
        let stalled = enter(&folder, "stalled");
        let began = Instant::now();
        let second = enter(&folder, "second");
        assert!(began.elapsed() >= STALLED_AFTER, "it is waited for a while");
        // It wakes up before the other one is done, or after.
        assert!(!stalled.replace().unwrap());
        assert_eq!(text(&folder), "first");
        assert!(second.replace().unwrap());
        assert_eq!(text(&folder), "second");
        assert!(enter(&folder, "third").replace().unwrap());
        assert_eq!(text(&folder), "third");
        let left = |folder: &Path| std::fs::read_dir(folder).unwrap().count();
        assert_eq!((left(&folder), left(&folder.join(ROOM))), (2, 1));
    }

    #[test]
    fn what_a_killed_writer_left_is_swept_away() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("shop");
        std::fs::create_dir(&folder).unwrap();
        let killed = enter(&folder, "killed");
        let (staged, lock) = (killed.staged.0.clone(), killed._lock.try_clone().unwrap());
        std::mem::forget(killed);
        lock.unlock().unwrap();
        assert!(staged.is_file());
        assert!(enter(&folder, "next").replace().unwrap());
        assert!(!staged.exists());
    }

    #[test]
    fn many_replace_one_after_the_other() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("shop");
        std::fs::create_dir(&folder).unwrap();
        enter(&folder, "0").replace().unwrap();
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        let seen = loop {
                            let seen = text(&folder);
                            let next: u32 = seen.parse::<u32>().unwrap() + 1;
                            let alone = enter(&folder, &next.to_string());
                            // Compared, and then replaced, with nobody in between.
                            if text(&folder) == seen {
                                assert!(alone.replace().unwrap());
                                break seen;
                            }
                        };
                        assert!(!seen.is_empty());
                    }
                });
            }
        });
        assert_eq!(text(&folder), "160");
    }
}
