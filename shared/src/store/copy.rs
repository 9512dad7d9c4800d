//! Copying parts: every byte is hashed on its way, so that a copy is known to be whole when it is done.
//!
//! All of it waits for the disk; callers run it on threads that answer no requests.

use std::fs::{File, Metadata};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use blake3::Hasher;

use super::StoreError;
use crate::manifest::PartEntry;

/// Bytes that are in memory at a time: few enough to stay in a core's own cache between reading, hashing and writing.
const CHUNK_BYTES: usize = 256 << 10;

/// Whether a copy must outlive a power cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Durability {
    /// Written out before it gets its name.
    Synced,
    /// When the system likes: it can be copied again.
    AsItComes,
}

/// What was read.
#[derive(Debug)]
pub(super) struct Content {
    hash: blake3::Hash,
    length: u64,
}

impl Content {
    /// Whether it is the part of this entry.
    pub(super) fn is(&self, entry: &PartEntry) -> bool {
        self.length == entry.length && self.hash.to_hex().as_str() == entry.hash
    }

    pub(super) fn is_what_was_named(
        &self,
        name: &str,
        entry: &PartEntry,
    ) -> Result<(), StoreError> {
        match self.is(entry) {
            true => Ok(()),
            false => Err(StoreError::Part {
                name: name.to_owned(),
                got: format!("{} over {} bytes", self.hash.to_hex(), self.length),
            }),
        }
    }
}

/// Copies a file, at most one byte more than `length`: enough to see that it is too long.
pub(super) fn file(
    from: &Path,
    to: &Path,
    length: u64,
    durability: Durability,
) -> io::Result<Content> {
    let source = File::open(from)?;
    let mut target = File::create(to)?;
    let content = each_chunk(source, length, |chunk| target.write_all(chunk))?;
    if durability == Durability::Synced {
        target.sync_all()?;
    }
    Ok(content)
}

/// Reads a file, at most one byte more than `length`.
pub(super) fn read(path: &Path, length: u64) -> io::Result<Content> {
    each_chunk(File::open(path)?, length, |_| Ok(()))
}

/// Copies a part to a folder under a name that nobody reads, and gives it its own when it is whole and durable.
pub(super) fn into_folder(
    from: &Path,
    staged: &Path,
    to: &Path,
    entry: &PartEntry,
) -> io::Result<Content> {
    std::fs::create_dir_all(folder_of(to))?;
    let copied = file(from, staged, entry.length, Durability::Synced);
    match copied {
        Ok(content) if content.is(entry) => {
            name(staged, to)?;
            Ok(content)
        }
        failed => {
            // What went wrong matters more than a failure to tidy up after it.
            let _ = std::fs::remove_file(staged);
            failed
        }
    }
}

/// Gives a file a second name in a folder, durably, if it is there like one that was made there: on the same file system,
/// with the same owner, group and permissions. Says whether it has the name now.
pub(super) fn link_into_folder(from: &Path, staged: &Path, to: &Path) -> io::Result<bool> {
    std::fs::create_dir_all(folder_of(to))?;
    let file = File::open(from)?;
    let made_there = File::create(staged)?.metadata()?;
    std::fs::remove_file(staged)?;
    // Systems that know no second names say so in many ways, and all of them can copy.
    if !are_alike(&file.metadata()?, &made_there) || std::fs::hard_link(from, staged).is_err() {
        return Ok(false);
    }
    let named = file.sync_all().and_then(|()| name(staged, to));
    // It is still there after a failure, and where both were names of one file already. Whoever writes to it next would write
    // to the file itself.
    let _ = std::fs::remove_file(staged);
    named.map(|()| true)
}

/// Gives a staged file its name, durably.
fn name(staged: &Path, to: &Path) -> io::Result<()> {
    std::fs::rename(staged, to)?;
    File::open(folder_of(to))?.sync_all()
}

fn folder_of(file: &Path) -> &Path {
    file.parent().unwrap_or(Path::new("/"))
}

fn are_alike(one: &Metadata, other: &Metadata) -> bool {
    let what = |of: &Metadata| (of.dev(), of.uid(), of.gid(), of.mode());
    what(one) == what(other)
}

/// Hashes what comes and hands it on, at most one byte more than `length`.
pub(super) fn each_chunk(
    source: impl io::Read,
    length: u64,
    mut take: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<Content> {
    let mut source = source.take(length.saturating_add(1));
    let mut hasher = Hasher::new();
    let mut buffer = vec![0; CHUNK_BYTES];
    loop {
        let got = source.read(&mut buffer)?;
        let chunk = buffer.get(..got).unwrap_or_default();
        if chunk.is_empty() {
            return Ok(Content {
                hash: hasher.finalize(),
                length: hasher.count(),
            });
        }
        hasher.update(chunk);
        take(chunk)?;
    }
}
