//! Mapping a file into memory: the only unsafe act of the project.

use std::fs::File;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::Path;

use memmap2::MmapOptions;
use ownedbytes::OwnedBytes;

use super::SnapshotError;

/// Maps a part that nobody will modify.
///
/// # Errors
/// The file cannot be opened or mapped.
pub fn map(path: &Path) -> Result<OwnedBytes, SnapshotError> {
    map_range(path, 0..u64::MAX)
}

/// Maps some bytes of a file that nobody will modify, as many of them as there are. What is mapped and was looked at
/// counts as memory in use, so that who looks at a large file once does it piece by piece.
///
/// # Errors
/// The file cannot be opened or mapped.
pub fn map_range(path: &Path, range: Range<u64>) -> Result<OwnedBytes, SnapshotError> {
    let failed = |source| SnapshotError::Io {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(failed)?;
    let end = file.metadata().map_err(failed)?.len().min(range.end);
    let length = end.saturating_sub(range.start);
    if length == 0 {
        return Ok(OwnedBytes::empty());
    }
    let length = usize::try_from(length).map_err(|_| failed(ErrorKind::FileTooLarge.into()))?;
    let mut options = MmapOptions::new();
    options.offset(range.start).len(length);
    // SAFETY: A mapped file must not change while it is mapped. Parts get their name by a rename after they were
    // written and synced, and are never opened for writing again; clean-up unlinks names, which leaves the mapped
    // file whole. The server maps only files of its private cache folder, never those of the store, so that nobody
    // else has a reason to touch them; docs/operations.md tells operators not to.
    #[expect(unsafe_code, reason = "mapping a file is the one unsafe act here")]
    let map = unsafe { options.map(&file) }.map_err(failed)?;
    Ok(OwnedBytes::new(map))
}
