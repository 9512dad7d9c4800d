//! Why the store could not do what was asked.

use crate::manifest::ManifestError;

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The location in the configuration is not one we can open.
    #[error("store `{location}` cannot be used: {reason}")]
    Location {
        /// As configured.
        location: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The folder or bucket refused.
    #[error("{action}: {source}")]
    Objects {
        /// What was being done, to what.
        action: String,
        /// What the store said.
        source: object_store::Error,
    },
    /// A file beside the store failed.
    #[error("{action}: {source}")]
    Io {
        /// What was being done, to what.
        action: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// `HEAD` is not a name and a checksum.
    #[error("HEAD is damaged: `{0}`")]
    Head(String),
    /// A manifest is not what `HEAD` promised.
    #[error("manifest {name}: BLAKE3 is {got}, HEAD says {expected}")]
    Checksum {
        /// The manifest's name.
        name: String,
        /// The checksum in `HEAD`.
        expected: String,
        /// The checksum of the bytes.
        got: String,
    },
    /// A manifest is damaged.
    #[error("manifest {name}: {source}")]
    Manifest {
        /// The manifest's name.
        name: String,
        /// What is wrong with it.
        source: ManifestError,
    },
    /// A part in the store is not what its name says.
    #[error("part {name} in the store has BLAKE3 {got}")]
    Part {
        /// The part's name.
        name: String,
        /// The hash of its bytes.
        got: String,
    },
    /// Another writer may publish by now.
    #[error("not published: {reason}")]
    Fenced {
        /// What shows it.
        reason: String,
    },
}

impl StoreError {
    /// Whether the thing is simply not there.
    pub fn is_not_found(&self) -> bool {
        match self {
            Self::Objects { source, .. } => {
                matches!(source, object_store::Error::NotFound { .. })
            }
            Self::Io { source, .. } => source.kind() == std::io::ErrorKind::NotFound,
            _ => false,
        }
    }

    /// Whether what is stored is not what was written, as opposed to the store being out of reach.
    pub fn is_damage(&self) -> bool {
        self.is_not_found()
            || matches!(
                self,
                Self::Head(_) | Self::Checksum { .. } | Self::Manifest { .. } | Self::Part { .. }
            )
    }
}
