//! How sending an order went so far. It lies beside the order until the merchant has it.

use serde::{Deserialize, Serialize};

/// How sending an order went so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attempts {
    /// When it was first tried, or put back by an operator; Unix milliseconds.
    pub since_ms: i64,
    /// How often it was tried since then.
    pub count: u32,
    /// When it is tried next; Unix milliseconds.
    pub next_ms: i64,
    /// Why the last attempt failed.
    pub last: Failure,
}

/// Why an attempt failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// Unix milliseconds.
    pub at_ms: i64,
    /// In a word that may be logged.
    pub what: FailureKind,
    /// The status of the answer, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// What was said. It may repeat what was sent, so it is for operators and never logged.
    pub detail: String,
}

/// Why an attempt failed, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The answer has a status that is no success.
    Status,
    /// There was no answer in time.
    Timeout,
    /// There was no connection, or it broke before the answer.
    Connection,
    /// What lets us in could not be had.
    Login,
    /// The answer is a page for people, such as a login form.
    WebPage,
    /// The answer tells an error where errors stand, or cannot be read although it should be.
    ToldError,
    /// The mapping makes nothing of the order.
    Mapping,
    /// It was tried for as long as it may be.
    GaveUp,
}

impl FailureKind {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Timeout => "timeout",
            Self::Connection => "connection",
            Self::Login => "login",
            Self::WebPage => "web page",
            Self::ToldError => "error in the answer",
            Self::Mapping => "mapping",
            Self::GaveUp => "gave up",
        }
    }
}

impl Failure {
    /// In words that may be logged and listed.
    pub fn in_short(&self) -> String {
        match self.status {
            Some(status) if self.what == FailureKind::Status => format!("status {status}"),
            Some(status) => format!("{}, status {status}", self.what.as_str()),
            None => self.what.as_str().to_owned(),
        }
    }
}
