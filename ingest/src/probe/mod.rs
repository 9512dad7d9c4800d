//! **probe**: looks at an unknown file or address once, and proposes a source for it.
//!
//! What it looks at is bounded in bytes, time, depth and fields; nothing it reads is run. What it proposes goes through
//! the configuration's own checks, the real mapper and the real validator before anyone sees it.

mod categories;
mod columns; // what stands in them
mod fields; // what it means
mod kinds;
mod look; // the bytes of a file or an address
mod mapping; // how that is written
mod paging; // how the pages behind are asked for
mod propose;
mod records; // where the records are
mod roles;
mod scratch; // as a page in a file
mod shape; // what they are: packed, format, dialect
mod values;
mod variants;
mod write;

pub use propose::{Proposal, propose};
pub use write::write;

use std::path::PathBuf;

/// A probe gave no proposal, or it could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// The name cannot be that of a source.
    #[error("--name {name}: {}", crate::config::NAME_RULE)]
    Name {
        /// As given.
        name: String,
    },
    /// Neither a file nor an address that can be looked at.
    #[error("{target}: {problem}")]
    Look {
        /// What was asked for, without credentials.
        target: String,
        /// What is wrong.
        problem: String,
    },
    /// No records, or none that could be products.
    #[error("no products found: {0}")]
    Records(String),
    /// The proposal does not pass the checks of a configuration.
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
    /// The mapping does not compile or hangs.
    #[error(transparent)]
    Map(#[from] crate::map::MapError),
    /// The validation failed.
    #[error(transparent)]
    Validate(#[from] crate::validate::ValidateError),
    /// A file of that name is there.
    #[error("{path} is there already; choose another --name")]
    FileExists {
        /// The jq program.
        path: PathBuf,
    },
    /// A source of that name is there.
    #[error("{path} has a source `{name}` already; choose another --name")]
    Exists {
        /// The configuration.
        path: PathBuf,
        /// The name.
        name: String,
    },
    /// The configuration is wrong already, or would be with the proposed source.
    #[error("{path} was left as it is: {problem}")]
    Unsound {
        /// The configuration.
        path: PathBuf,
        /// What is wrong, or would be.
        problem: String,
    },
    /// The configuration cannot be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// The configuration.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl ProbeError {
    /// As documented for the command line.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Look { .. } | Self::Records(_) | Self::Map(_) => 3,
            Self::Name { .. }
            | Self::Config(_)
            | Self::Exists { .. }
            | Self::FileExists { .. }
            | Self::Unsound { .. }
            | Self::Write { .. } => 2,
            Self::Validate(_) => 5,
        }
    }
}
