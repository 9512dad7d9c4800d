//! **deliver**: orders from the store to the merchant's order endpoint.
//!
//! An order is sent until the merchant takes it, always with the same key and the same bytes, so that the merchant can
//! tell a repetition from a second order. It is filed only when the answer is on disk: whatever instant the process ends
//! in, an order is sent again rather than lost. Each order has its own clock; one that the endpoint does not take keeps
//! no other waiting. One process delivers at a time.
//!
//! Orders hold personal data. Nothing of an order but its id is ever logged.

mod attempts; // how sending an order went so far
mod book; // what operators see and do
pub(crate) mod clock; // times that were written down, and clocks that were set
mod mail; // what shoppers are written
mod progress; // what became of orders since
mod send; // one attempt
mod tidy; // what is kept, and what goes
mod verdict; // what an answer means
mod work; // which order next

#[cfg(test)]
mod schema_tests;

pub use attempts::{Attempts, Failure, FailureKind};
pub use book::{OrderLine, OrderPage, Retried, Waiting, answer, list, retry, show, waiting};
pub use progress::follow;
pub(crate) use send::rfc3339;
pub(crate) use verdict::why_unanswered;
pub use work::{Delivered, once, run};

use frontage_shared::order::{OrderId, OrderIdError};
use frontage_shared::store::StoreError;

use crate::feed::FeedError;
use crate::lock::LockError;

/// Orders cannot be delivered, listed or put back.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    /// The configuration has no `[orders]`.
    #[error("the configuration has no [orders], so nothing says where orders go")]
    NotConfigured,
    /// Two processes would send every order twice.
    #[error(
        "another frontage-ingest delivers already; `orders retry` makes it try at once what it waits to try"
    )]
    AlreadyRunning,
    /// The lock that keeps two deliverers apart cannot be used.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The store cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A text is no order's id.
    #[error(transparent)]
    Id(#[from] OrderIdError),
    /// There is no such order.
    #[error("there is no order {0}; `orders list` names those that wait or were rejected")]
    Unknown(OrderId),
    /// The merchant has it.
    #[error("order {0} is delivered already")]
    Delivered(OrderId),
    /// Other bytes under the same key could be taken for another order.
    #[error(
        "order {0} may have arrived, so it is only sent again as it was; --remap is for orders that were refused"
    )]
    MayHaveArrived(OrderId),
    /// What a feed says of orders cannot be read.
    #[error(transparent)]
    Feed(Box<FeedError>),
    /// A thread of the program ended early.
    #[error("a bug: {0}")]
    Bug(String),
}

/// Waits for work on files on a thread that answers nobody.
async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, DeliverError> + Send + 'static,
) -> Result<T, DeliverError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|stopped| Err(DeliverError::Bug(stopped.to_string())))
}
