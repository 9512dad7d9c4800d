//! What a machine that lost its power leaves behind.
//!
//! Halves are gigabytes in a large shop, and can be had again from the back end. So nobody waits until they are on disk:
//! a process that is killed loses nothing, and after the machine was started anew they are compared with their hashes
//! before anything is made of them.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::publish;

/// Where Linux says which start of the machine this is.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

static ID: LazyLock<Option<String>> = LazyLock::new(|| {
    let id = std::fs::read_to_string(BOOT_ID).ok()?;
    Some(id.trim().to_owned()).filter(|id| !id.is_empty())
});

/// Names this start of the machine; nothing where the system does not tell.
pub(crate) fn id() -> Option<&'static str> {
    ID.as_deref()
}

/// Files that were read and found whole: they are named by their content and never modified.
static WHOLE: LazyLock<Mutex<HashSet<PathBuf>>> = LazyLock::new(Mutex::default);

/// Whether a file is what its hash says. It is read once in the life of the program.
pub(crate) fn is_whole(path: &Path, hash: &str) -> bool {
    let known = || WHOLE.lock().unwrap_or_else(PoisonError::into_inner);
    if known().contains(path) {
        return true;
    }
    let is_whole = publish::hash_of(path).is_some_and(|found| found == hash);
    if is_whole {
        known().insert(path.to_owned());
    }
    is_whole
}
