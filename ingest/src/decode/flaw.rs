//! Records that must not be used, though what comes after them may be.

use serde_json::{Value, json};

/// The only member of a line that stands for a record which could not be completed.
const MARK: &str = "frontage:flaw";

/// Why a record must not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// What is wrong, in words.
    pub message: String,
    /// What the list calls the record, where nothing else is known of it.
    pub key: Option<String>,
}

impl Flaw {
    /// The line that stands for the record, in a list that ingest has completed.
    pub(crate) fn line(&self) -> Value {
        json!({MARK: {"message": self.message, "key": self.key}})
    }

    /// What a line of such a list stands for, if it is no record.
    pub(super) fn of(line: &Value) -> Option<Self> {
        let flaw = line.as_object().filter(|line| line.len() == 1)?.get(MARK)?;
        Some(Self {
            message: flaw["message"].as_str()?.to_owned(),
            key: flaw["key"].as_str().map(str::to_owned),
        })
    }
}

impl From<String> for Flaw {
    fn from(message: String) -> Self {
        Self { message, key: None }
    }
}
