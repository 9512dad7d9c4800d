//! What is current: one line that names a manifest and its checksum, and who may name the next.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;

use super::StoreError;

/// Digits of a generation's number in a manifest's name, so that names sort like numbers.
const GENERATION_DIGITS: usize = 12;

/// What `HEAD` says: the current manifest and its checksum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The manifest's file name.
    pub manifest: String,
    /// BLAKE3 of the manifest's bytes.
    pub checksum: String,
    /// How often the right to publish went from one writer to another before; 0 is not written.
    pub epoch: u64,
}

/// What tells one `HEAD` from the next without reading it: it is replaced by a rename, so each is a file of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeadStamp {
    inode: u64,
    changed_at: (i64, i64),
}

/// The name of a stored manifest, taken apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ManifestName {
    /// The generation's number.
    pub generation: u64,
    /// The file name.
    pub name: String,
}

impl HeadStamp {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self {
            inode: metadata.ino(),
            changed_at: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

impl Head {
    /// One line: name, space, checksum, and the epoch if there is one.
    pub fn encode(&self) -> String {
        match self.epoch {
            0 => format!("{} {}\n", self.manifest, self.checksum),
            epoch => format!("{} {} {epoch}\n", self.manifest, self.checksum),
        }
    }

    /// Reads the line.
    ///
    /// # Errors
    /// It is not a manifest's name, a checksum, and perhaps a number.
    pub fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
        let text = String::from_utf8_lossy(bytes);
        let damaged = || StoreError::Head(text.chars().take(200).collect());
        let (name, checksum) = text
            .strip_suffix('\n')
            .and_then(|line| line.split_once(' '))
            .ok_or_else(damaged)?;
        ManifestName::parse(name).ok_or_else(damaged)?;
        let (checksum, epoch) = match checksum.split_once(' ') {
            Some((checksum, epoch)) => (checksum, epoch.parse().map_err(|_| damaged())?),
            None => (checksum, 0),
        };
        if checksum.len() != 64 || !checksum.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(damaged());
        }
        Ok(Self {
            manifest: name.to_owned(),
            checksum: checksum.to_owned(),
            epoch,
        })
    }
}

impl ManifestName {
    /// The name of the manifest that a writer publishes for a generation.
    pub(super) fn file_name(generation: u64, writer: &str) -> String {
        format!("{generation:0GENERATION_DIGITS$}-{writer}.json")
    }

    pub(super) fn parse(name: &str) -> Option<Self> {
        let (digits, writer) = name.strip_suffix(".json")?.split_once('-')?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if digits.len() != GENERATION_DIGITS || writer.is_empty() || !writer.bytes().all(plain) {
            return None;
        }
        Some(Self {
            generation: digits.parse().ok()?,
            name: name.to_owned(),
        })
    }
}
