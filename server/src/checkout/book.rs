//! Orders made durable, several with one commit of the disk.
//!
//! One thread writes. While it waits for the disk, orders queue up; it takes all of them with the next commit, so the
//! rate of orders is not that of the disk's commits.

use std::thread;

use frontage_shared::order::OrderId;
use frontage_shared::store::{Accepted, Store, StoreError};
use tokio::sync::{mpsc, oneshot};
use tracing::error;

/// Orders that may wait for the disk; one more is refused.
const MOST_WAITING: usize = 4_096;
/// Orders of one commit.
const MOST_AT_ONCE: usize = 256;

/// Where orders become durable.
pub struct Book {
    waiting: mpsc::Sender<Entry>,
}

struct Entry {
    id: OrderId,
    bytes: Vec<u8>,
    told: oneshot::Sender<Result<Accepted, StoreError>>,
}

/// Why an order is not accepted. It is not in the store, and the shopper may try again.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// More orders wait than can be written.
    #[error("{MOST_WAITING} orders wait for the disk already")]
    Busy,
    /// The disk or the store refused.
    #[error(transparent)]
    Store(StoreError),
    /// The thread that writes has ended.
    #[error("nobody writes orders any more")]
    Closed,
}

impl Book {
    /// Opens the book and starts its thread, which ends with the book.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn open(store: Store) -> std::io::Result<Self> {
        let (waiting, queue) = mpsc::channel(MOST_WAITING);
        thread::Builder::new()
            .name("orders".to_owned())
            .spawn(move || write(&store, queue))?;
        Ok(Self { waiting })
    }

    /// Makes an order durable. Whoever stops waiting for the answer may find it accepted all the same.
    ///
    /// # Errors
    /// It is not accepted.
    pub async fn accept(&self, id: OrderId, bytes: Vec<u8>) -> Result<Accepted, BookError> {
        let (told, answer) = oneshot::channel();
        let entry = Entry { id, bytes, told };
        self.waiting
            .try_send(entry)
            .map_err(|refused| match refused {
                mpsc::error::TrySendError::Full(_) => BookError::Busy,
                mpsc::error::TrySendError::Closed(_) => BookError::Closed,
            })?;
        match answer.await {
            Ok(outcome) => outcome.map_err(BookError::Store),
            Err(_) => Err(BookError::Closed),
        }
    }
}

fn write(store: &Store, mut queue: mpsc::Receiver<Entry>) {
    let mut entries = Vec::with_capacity(MOST_AT_ONCE);
    while queue.blocking_recv_many(&mut entries, MOST_AT_ONCE) > 0 {
        let (batch, told): (Vec<_>, Vec<_>) = entries
            .drain(..)
            .map(|entry| ((entry.id, entry.bytes), entry.told))
            .unzip();
        let outcomes = store.accept_orders(&batch);
        for (((id, _), told), outcome) in batch.iter().zip(told).zip(outcomes) {
            if let Err(error) = &outcome {
                error!(order = %id, %error, "an order could not be accepted; the shopper was told so");
            }
            // A shopper who went away finds the order by sending the form again.
            let _ = told.send(outcome);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use frontage_shared::store::OrderState;

    #[tokio::test]
    async fn many_orders_at_once_are_all_durable_and_each_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open("store", folder.path(), "demo").unwrap();
        let book = std::sync::Arc::new(Book::open(store.clone()).unwrap());
        let submit = |number: u64| {
            let book = std::sync::Arc::clone(&book);
            let id = OrderId::new(1_000, u128::from(number / 2));
            tokio::spawn(async move { book.accept(id, b"{}".to_vec()).await.unwrap() })
        };
        let submitted: Vec<_> = (0..200).map(submit).collect();
        let mut now = 0;
        for one in submitted {
            now += usize::from(one.await.unwrap() == Accepted::Now);
        }
        assert_eq!(now, 100);
        assert_eq!(store.orders(OrderState::New).unwrap().len(), 100);
    }
}
