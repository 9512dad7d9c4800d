//! Mapping a file into memory: the only unsafe act of the project.

use std::fs::File;
use std::path::Path;

use memmap2::Mmap;
use ownedbytes::OwnedBytes;

use super::SnapshotError;

/// Maps a part that nobody will modify.
///
/// # Errors
/// The file cannot be opened or mapped.
pub fn map(path: &Path) -> Result<OwnedBytes, SnapshotError> {
    let failed = |source| SnapshotError::Io {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.len() == 0 {
        return Ok(OwnedBytes::empty());
    }
    // SAFETY: A mapped file must not change while it is mapped. Parts get their name by a rename after they were
    // written and synced, and are never opened for writing again; clean-up unlinks names, which leaves the mapped
    // file whole. The server maps only files of its private cache folder, never those of the store, so that nobody
    // else has a reason to touch them; docs/operations.md tells operators not to.
    #[expect(unsafe_code, reason = "mapping a file is the one unsafe act here")]
    let map = unsafe { Mmap::map(&file) }.map_err(failed)?;
    Ok(OwnedBytes::new(map))
}
