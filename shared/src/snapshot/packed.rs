//! A directory for tantivy over slices of the mapped part: everything can be read, nothing written.

use std::io;
use std::path::Path;
use std::sync::Arc;

use ownedbytes::OwnedBytes;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    Directory, DirectoryLock, FileHandle, Lock, WatchCallback, WatchHandle, WritePtr,
};

/// tantivy's list of files it may delete; here it only serves its checksum test.
const MANAGED_FILE: &str = ".managed.json";

/// A read-only directory over slices of the mapped part.
#[derive(Clone, Debug)]
pub(super) struct PackedDirectory {
    files: Arc<[(String, OwnedBytes)]>,
}

impl PackedDirectory {
    /// Files by name; their bytes stay where they are.
    pub(super) fn new(files: Vec<(String, OwnedBytes)>) -> Self {
        Self {
            files: files.into(),
        }
    }

    fn file(&self, path: &Path) -> Option<OwnedBytes> {
        let name = path.to_str()?;
        self.files
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, bytes)| bytes.clone())
    }
}

fn read_only() -> io::Error {
    io::Error::new(
        io::ErrorKind::ReadOnlyFilesystem,
        "a packed index is never written",
    )
}

impl Directory for PackedDirectory {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        let bytes = self
            .file(path)
            .ok_or_else(|| OpenReadError::FileDoesNotExist(path.to_owned()))?;
        Ok(Arc::new(bytes))
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        Ok(self.file(path).is_some())
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        if path == Path::new(MANAGED_FILE) {
            let names: Vec<_> = self.files.iter().map(|(name, _)| name).collect();
            return serde_json::to_vec(&names).map_err(|error| {
                OpenReadError::wrap_io_error(io::Error::other(error), path.to_owned())
            });
        }
        let bytes = self
            .file(path)
            .ok_or_else(|| OpenReadError::FileDoesNotExist(path.to_owned()))?;
        Ok(bytes.to_vec())
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        Err(DeleteError::IoError {
            io_error: Arc::new(read_only()),
            filepath: path.to_owned(),
        })
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        Err(OpenWriteError::wrap_io_error(read_only(), path.to_owned()))
    }

    fn atomic_write(&self, _: &Path, _: &[u8]) -> io::Result<()> {
        Err(read_only())
    }

    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    /// Nobody writes, so every lock is free.
    fn acquire_lock(&self, _: &Lock) -> Result<DirectoryLock, LockError> {
        Ok(DirectoryLock::from(Box::new(())))
    }

    fn watch(&self, _: WatchCallback) -> tantivy::Result<WatchHandle> {
        Ok(WatchHandle::empty())
    }
}
