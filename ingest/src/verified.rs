//! Which files were read from end to end and found whole, so that a price change does not read a catalog again.
//!
//! A file is known only while its file system says of it what it said then: length, inode, and when its content and
//! its inode last changed. Whoever writes to a file in place changes these, and it is read again.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::feed::replace;

const FILE: &str = "verified.json";

/// The files of a shop that are known to be whole, by path.
#[derive(Debug)]
pub struct Verified {
    path: PathBuf,
    files: BTreeMap<PathBuf, Stamp>,
}

/// What the file system says of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stamp {
    length: u64,
    inode: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

/// Where a record lies that is being written.
pub fn part_file(state: &Path) -> PathBuf {
    state.join(FILE).with_extension("part")
}

impl Verified {
    /// Knows nothing, for an operator who wants everything read.
    pub fn nothing(state: &Path) -> Self {
        Self {
            path: state.join(FILE),
            files: BTreeMap::new(),
        }
    }

    /// What is known below a state folder. A record that is missing or damaged means that nothing is.
    pub fn load(state: &Path) -> Self {
        let path = state.join(FILE);
        let files = std::fs::read(&path)
            .ok()
            .and_then(|text| serde_json::from_slice(&text).ok())
            .unwrap_or_default();
        Self { path, files }
    }

    /// Whether a file was found whole and has not been touched since.
    pub fn knows(&self, file: &Path) -> bool {
        let known = self.files.get(file);
        known.is_some_and(|known| stamp(file).is_some_and(|stamp| stamp == *known))
    }

    /// Remembers that a file was found whole, as it is now.
    pub fn add(&mut self, file: &Path) {
        if let Some(stamp) = stamp(file) {
            self.files.insert(file.to_owned(), stamp);
        }
    }

    /// Writes the record, without files that are gone. It only saves time, so a failure is told and nothing else.
    pub fn save(&mut self) {
        self.files.retain(|file, _| {
            !matches!(file.symlink_metadata(), Err(error) if error.kind() == ErrorKind::NotFound)
        });
        let saved = serde_json::to_vec_pretty(&self.files)
            .map_err(|error| error.to_string())
            .and_then(|text| replace(&self.path, &text).map_err(|error| error.to_string()));
        if let Err(error) = saved {
            tracing::warn!(%error, "cannot remember which files are whole; the next cycle reads them again");
        }
    }
}

fn stamp(file: &Path) -> Option<Stamp> {
    let metadata = std::fs::metadata(file).ok()?;
    Some(Stamp {
        length: metadata.len(),
        inode: metadata.ino(),
        modified: (metadata.mtime(), metadata.mtime_nsec()),
        changed: (metadata.ctime(), metadata.ctime_nsec()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_until_it_is_touched() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("part");
        let put = |text: &str| std::fs::write(&file, text).unwrap();
        put("whole");
        let mut verified = Verified::load(folder.path());
        assert!(!verified.knows(&file));
        verified.add(&file);
        verified.save();
        let verified = Verified::load(folder.path());
        assert!(verified.knows(&file));
        put("other, longer");
        assert!(!verified.knows(&file));
        std::fs::write(folder.path().join(FILE), "{").unwrap();
        assert!(!Verified::load(folder.path()).knows(&file));
    }

    #[test]
    fn another_file_of_the_same_length_is_not_known() {
        let folder = tempfile::tempdir().unwrap();
        let (file, other) = (folder.path().join("part"), folder.path().join("other"));
        std::fs::write(&file, "whole").unwrap();
        std::fs::write(&other, "wrong").unwrap();
        let mut verified = Verified::load(folder.path());
        verified.add(&file);
        std::fs::rename(&other, &file).unwrap();
        assert!(!verified.knows(&file));
    }
}
