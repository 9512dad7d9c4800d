//! Notice, copy, verify, warm and swap generations; keep the old one on any failure.
//!
//! What is mapped lies in a private folder, was hashed while it was written and verified before the first request saw
//! it; a restart serves it at once and verifies it again meanwhile. Nothing that happens to the store disturbs what is
//! being served.

/// The private folder of verified copies.
mod cache;

/// Verifying what is served already.
mod doubt;

/// What is on trial elsewhere.
mod hold;

/// Work that gives way to requests.
mod leisure;

/// Map, verify, warm.
mod open;

/// The loop: look, take, wait.
mod poll;

/// What the loop knows, for operators.
mod report;

#[cfg(test)]
mod tests;

pub use cache::Cache;
pub use poll::Watch;
pub(crate) use poll::{jittered, now};
pub use report::{Rejection, Report, ReportView};

use frontage_shared::snapshot::SnapshotError;
use frontage_shared::store::StoreError;

/// Why a generation in the store was not taken into service.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The store cannot be asked.
    #[error("the store cannot be read: {0}")]
    Look(#[source] StoreError),
    /// There was a generation, and now there is not even a HEAD: emptied, not mounted, or elsewhere.
    #[error("the store holds no generation any more; is it the right folder, and is it mounted?")]
    Empty,
    /// What HEAD names is no manifest of this shop that follows the current one.
    #[error("the manifest is refused: {0}")]
    Manifest(String),
    /// A part could not be copied whole.
    #[error("part {part} cannot be copied: {reason}")]
    Copy {
        /// The part's file name.
        part: String,
        /// What went wrong.
        reason: String,
    },
    /// A copied part does not open, or the two do not belong together.
    #[error("the parts do not open: {0}")]
    Open(#[source] SnapshotError),
    /// A copied part is damaged inside.
    #[error("the parts are damaged: {0}")]
    Verify(#[source] SnapshotError),
    /// A page of the generation cannot be made.
    #[error("the page {url} cannot be made: {reason}")]
    Warm {
        /// The page's address.
        url: String,
        /// What went wrong.
        reason: String,
    },
}

impl WatchError {
    /// The stage that failed, for logs and metric labels.
    pub fn stage(&self) -> &'static str {
        match self {
            Self::Look(_) | Self::Empty => "look",
            Self::Manifest(_) => "manifest",
            Self::Copy { .. } => "copy",
            Self::Open(_) => "open",
            Self::Verify(_) => "verify",
            Self::Warm { .. } => "warm",
        }
    }
}
