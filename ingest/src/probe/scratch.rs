//! What was looked at, as a page in a file of its own, which is gone when the probe ends.

use crate::fetch::RawPage;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::sync::atomic::{AtomicU32, Ordering};

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A page in a temporary file.
pub(super) struct Scratch {
    pub(super) page: RawPage,
}

impl Scratch {
    /// Writes it; nobody else may read it, for it may hold what a back end shows to few.
    pub(super) fn new(bytes: &[u8], url: &str) -> io::Result<Self> {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("frontage-probe-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        let scratch = Self {
            page: RawPage {
                url: url.to_owned(),
                file: path,
                bytes: bytes.len() as u64,
            },
        };
        file.write_all(bytes)?;
        Ok(scratch)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed now is in a folder that is emptied by others.
        let _ = std::fs::remove_file(&self.page.file);
    }
}
