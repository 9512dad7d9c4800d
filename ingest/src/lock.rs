//! File locks between processes: one run of a source at a time, one publish at a time.
//!
//! A lock is held until its file is closed, so the operating system releases it when a process dies.

use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long to wait before asking again.
const PAUSE: Duration = Duration::from_millis(50);

/// A lock file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("lock {path}: {source}")]
pub struct LockError {
    path: PathBuf,
    source: std::io::Error,
}

/// Waits until nobody else holds the lock, and holds it until the file is dropped.
///
/// # Errors
/// The file cannot be made or locked.
pub async fn hold(path: &Path) -> Result<File, LockError> {
    loop {
        match try_hold(path)? {
            Some(file) => return Ok(file),
            None => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// Holds the lock of a file that nobody else knows of.
///
/// # Errors
/// The file cannot be made, or somebody knows of it.
pub fn hold_now(path: &Path) -> Result<File, LockError> {
    try_hold(path)?.ok_or_else(|| LockError {
        path: path.to_owned(),
        source: ErrorKind::WouldBlock.into(),
    })
}

/// Why a lock that was made cannot be used; nothing is made or locked. Who may not write the file may still look at what
/// others do, so that is no reason.
pub fn obstacle(path: &Path) -> Option<LockError> {
    let source = File::options().write(true).open(path).err()?;
    let is_for_others = matches!(
        source.kind(),
        ErrorKind::NotFound | ErrorKind::PermissionDenied
    );
    (!is_for_others).then(|| LockError {
        path: path.to_owned(),
        source,
    })
}

/// Holds the lock if nobody else does.
///
/// # Errors
/// The file cannot be made or locked.
pub fn try_hold(path: &Path) -> Result<Option<File>, LockError> {
    let failed = |source| LockError {
        path: path.to_owned(),
        source,
    };
    let file = File::create(path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}
