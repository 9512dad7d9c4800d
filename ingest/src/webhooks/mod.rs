//! **webhooks**: other systems are told what changed in the shop and in its orders.
//!
//! For each receiver there is a folder of events, written before they are sent and sent in their order until they are
//! taken. They are made of what is durable anyway: of published generations, each compared with the one before, and of
//! the order book. How far that is stands in a file that is written last, so whatever instant the process ends in, an
//! event is sent twice rather than not at all.
//!
//! Events name orders and what was bought, and nobody who bought it.

mod book; // what operators see and do
mod event; // kinds of events, and how one is written
mod generation; // events of what was published
mod generations; // which generations, compared with which
mod orders; // events of orders
mod outbox; // the files of one receiver
mod work; // making and sending

use std::path::PathBuf;

use frontage_shared::store::StoreError;

pub use book::{EventLine, Receiver, Replayed, list, receivers, replay, replay_since};
pub use event::{Event, EventKind};
pub use outbox::EventState;
pub use work::{Told, once, run};

use crate::cycle::CycleError;
use crate::feed::FeedError;
use crate::lock::LockError;
use crate::operate::OperateError;
use crate::publish::PublishError;

/// Events cannot be made, sent, listed or sent again.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// There is nobody to tell.
    #[error("the configuration has no [webhook.NAME], so nobody is told of anything")]
    NotConfigured,
    /// Two processes would send every event twice.
    #[error("another frontage-ingest tells `{0}` already; what is replayed is sent by it")]
    AlreadyRunning(String),
    /// No receiver has an event of this id.
    #[error("there is no event `{0}`; `webhooks list --sent` names those that are kept")]
    Unknown(String),
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file says how far a receiver is, and cannot be read.
    #[error(
        "{path} is damaged ({reason}), so nobody knows what was told; whoever deletes it has the receiver told of what comes from now on"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file cannot be replaced.
    #[error(transparent)]
    File(#[from] FeedError),
    /// The lock cannot be used.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A generation cannot be opened.
    #[error(transparent)]
    Cycle(Box<CycleError>),
    /// What is no instant.
    #[error(transparent)]
    Operate(Box<OperateError>),
    /// A thread of the program ended early.
    #[error("a bug: {0}")]
    Bug(String),
}

impl WebhookError {
    /// Whether a generation is not in the store any more, or no longer as it was written, so that waiting does not help.
    fn is_gone(&self) -> bool {
        let of_cycle = |error: &CycleError| match error {
            // The next cycle repairs it.
            CycleError::Publish(PublishError::Store(StoreError::Head(_))) => false,
            CycleError::Publish(error) => error.is_damage(),
            _ => false,
        };
        match self {
            Self::Cycle(error) => of_cycle(error),
            Self::Operate(error) => match &**error {
                OperateError::NoGeneration { .. } => true,
                OperateError::Cycle(error) => of_cycle(error),
                _ => false,
            },
            _ => false,
        }
    }
}

impl From<CycleError> for WebhookError {
    fn from(error: CycleError) -> Self {
        Self::Cycle(Box::new(error))
    }
}

impl From<OperateError> for WebhookError {
    fn from(error: OperateError) -> Self {
        Self::Operate(Box::new(error))
    }
}
