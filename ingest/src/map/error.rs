//! Why a mapping cannot be used, and why one record could not be mapped.
//!
//! The first ends a run, the second only refuses a record.

use crate::decode::{Flaw, Origin};
use serde_json::{Value, json};
use std::fmt;
use std::time::Duration;

/// Why a mapping cannot be used, or not any longer.
#[derive(Debug, thiserror::Error)]
pub enum MapError {
    /// An expression or a program is wrong.
    #[error("the mapping of source `{source_name}` is wrong at {place}: {message}")]
    Compile {
        /// The source.
        source_name: String,
        /// The field, or the file and line.
        place: String,
        /// What is wrong.
        message: String,
    },
    /// One record took too long.
    #[error(
        "the mapping of source `{source_name}` did not finish {origin} within {limit:?} (map_timeout_ms); does it loop? \
         Its thread cannot be stopped and runs on until the daemon restarts"
    )]
    Timeout {
        /// The source.
        source_name: String,
        /// The record.
        origin: Origin,
        /// The limit.
        limit: Duration,
    },
    /// Too many mappings of earlier runs still loop.
    #[error(
        "{stuck} mapping threads of earlier runs still loop; correct the mapping and restart the daemon"
    )]
    Stuck {
        /// How many.
        stuck: usize,
    },
    /// The thread of the mapping is gone.
    #[error(
        "the mapping of source `{source_name}` crashed; this is a bug of the program, not of the data"
    )]
    Crashed {
        /// The source.
        source_name: String,
    },
    /// The thread of the mapping could not be started.
    #[error("cannot start the mapping thread: {0}")]
    Thread(std::io::Error),
}

/// Why one record gave no documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The document field whose expression failed; absent for whole programs.
    pub field: Option<String>,
    /// What failed.
    pub message: String,
    /// What names the document, as far as a field map tells: its type, id and the like.
    pub about: Option<Box<Value>>,
}

impl Refusal {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            field: None,
            message: message.into(),
            about: None,
        }
    }

    /// A record that was wrong before it could be mapped.
    pub(super) fn of(flaw: Flaw) -> Self {
        let about = flaw.key.map(|key| Box::new(json!({"id": key})));
        Self {
            about,
            ..Self::new(flaw.message)
        }
    }

    pub(super) fn at(field: &str, message: impl Into<String>) -> Self {
        Self {
            field: Some(field.to_owned()),
            message: message.into(),
            about: None,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            Some(field) => write!(f, "{field}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}
