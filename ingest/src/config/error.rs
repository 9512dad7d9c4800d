//! Why a configuration is refused.
//!
//! Every problem names the key, the rule and the value it found.

use std::fmt;
use std::path::PathBuf;

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is not there or not readable.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("the configuration is not TOML:\n  {message}")]
    Syntax {
        /// What is wrong, with file and line.
        message: String,
    },
    /// The file is TOML, but not ours.
    #[error("{path} has {} problem(s):{}", problems.len(), lines(problems))]
    Problems {
        /// The file.
        path: PathBuf,
        /// All of them.
        problems: Vec<Problem>,
    },
}

impl ConfigError {
    /// What is wrong with the keys; empty when the file could not be read at all.
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Problems { problems, .. } => problems,
            Self::Read { .. } | Self::Syntax { .. } => &[],
        }
    }
}

/// One thing to correct in a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The key, with the tables it stands in: `source.products.url`.
    pub key: String,
    /// What is expected there.
    pub rule: String,
    /// What was found; empty when the key is missing.
    pub value: String,
    /// File and line of the key, or of the table that it should stand in.
    pub place: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.place, self.key, self.rule)?;
        if !self.value.is_empty() {
            write!(f, " (got `{}`)", self.value)?;
        }
        Ok(())
    }
}

fn lines(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(|problem| format!("\n  {problem}"))
        .collect()
}
