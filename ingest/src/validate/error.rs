//! Why validation could not be done at all; a bad document is no error, it is counted.
//!
//! What an operator can do about it is in the message.

use std::path::PathBuf;

/// Why validation could not be done.
#[derive(Debug, thiserror::Error)]
pub enum ValidateError {
    /// The quarantine file cannot be written.
    #[error(
        "cannot write the quarantine file {path}: {source}; is the disk full, or the state folder not writable?"
    )]
    Quarantine {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}
