//! Orders made durable, several with one commit of the disk.
//!
//! One thread writes. While it waits for the disk, orders queue up; it takes all of them with the next commit, so the
//! rate of orders is not that of the disk's commits.

use std::collections::{HashSet, VecDeque};
use std::thread;

use frontage_shared::order::OrderId;
use frontage_shared::store::{Accepted, NotAccepted, Store, StoreError};
use tokio::sync::{mpsc, oneshot};
use tracing::error;

/// Orders that may wait for the disk; one more is refused.
const MOST_WAITING: usize = 4_096;
/// Orders of one commit.
const MOST_AT_ONCE: usize = 256;
/// Orders that are remembered to have been sent to the store; a few megabytes.
const MOST_REMEMBERED: usize = 65_536;

/// Where orders become durable.
pub struct Book {
    waiting: mpsc::Sender<Entry>,
}

struct Entry {
    id: OrderId,
    bytes: Vec<u8>,
    told: oneshot::Sender<Result<Accepted, NotAccepted>>,
}

/// Why an order is not known to be accepted. The shopper may try again in any case: under its id it counts once.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// More orders wait than can be written.
    #[error("{MOST_WAITING} orders wait for the disk already")]
    Busy,
    /// The disk or the store refused.
    #[error(transparent)]
    Refused(StoreError),
    /// The store took it or did not: nobody could find out.
    #[error("whether the store took it is not known: {0}")]
    Unsettled(StoreError),
    /// The thread that writes had ended before.
    #[error("nobody writes orders any more")]
    Closed,
    /// The thread that writes ended in the middle of it.
    #[error("whoever writes orders ended before it answered")]
    Lost,
}

impl BookError {
    /// Whether the order may be accepted all the same.
    pub fn is_unsettled(&self) -> bool {
        matches!(self, Self::Unsettled(_) | Self::Lost)
    }
}

impl From<NotAccepted> for BookError {
    fn from(error: NotAccepted) -> Self {
        match error {
            NotAccepted::Refused(error) => Self::Refused(error),
            NotAccepted::Unsettled(error) => Self::Unsettled(error),
        }
    }
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
    /// It is not accepted, or nobody knows.
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
            Ok(outcome) => Ok(outcome?),
            Err(_) => Err(BookError::Lost),
        }
    }
}

fn write(store: &Store, mut queue: mpsc::Receiver<Entry>) {
    let mut sent = Sent::default();
    let mut entries = Vec::with_capacity(MOST_AT_ONCE);
    while queue.blocking_recv_many(&mut entries, MOST_AT_ONCE) > 0 {
        let (batch, told): (Vec<_>, Vec<_>) = entries
            .drain(..)
            .map(|entry| ((entry.id, entry.bytes), entry.told))
            .unzip();
        let outcomes = store.accept_orders(&batch);
        for (((id, _), told), outcome) in batch.iter().zip(told).zip(outcomes) {
            let outcome = sent.judge(*id, outcome);
            if let Err(error) = &outcome {
                error!(order = %id, %error, "an order could not be accepted; the shopper was told so");
            }
            // A shopper who went away finds the order by sending the form again.
            let _ = told.send(outcome);
        }
    }
}

/// The orders that were sent to the store last and may be in it. Whoever sends one of them again while the store cannot
/// even be asked is not told that there is no such order.
#[derive(Default)]
struct Sent {
    ids: HashSet<OrderId>,
    by_age: VecDeque<OrderId>,
}

impl Sent {
    fn judge(
        &mut self,
        id: OrderId,
        outcome: Result<Accepted, NotAccepted>,
    ) -> Result<Accepted, NotAccepted> {
        match outcome {
            Err(NotAccepted::Refused(error)) if self.ids.contains(&id) => {
                Err(NotAccepted::Unsettled(error))
            }
            Err(NotAccepted::Refused(error)) => Err(NotAccepted::Refused(error)),
            outcome => {
                self.note(id);
                outcome
            }
        }
    }

    fn note(&mut self, id: OrderId) {
        if !self.ids.insert(id) {
            return;
        }
        self.by_age.push_back(id);
        if self.by_age.len() > MOST_REMEMBERED
            && let Some(oldest) = self.by_age.pop_front()
        {
            self.ids.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_that_may_be_there_is_not_called_refused() {
        let mut sent = Sent::default();
        let id = OrderId::new(1_000, 1);
        let refused = || {
            Err(NotAccepted::Refused(StoreError::Io {
                action: "writing".to_owned(),
                source: std::io::ErrorKind::StorageFull.into(),
            }))
        };
        let first = sent.judge(id, refused());
        assert!(matches!(first, Err(NotAccepted::Refused(_))));
        assert!(sent.judge(id, Ok(Accepted::Now)).is_ok());
        let again = sent.judge(id, refused());
        assert!(matches!(again, Err(NotAccepted::Unsettled(_))));
        for number in 0..MOST_REMEMBERED as u128 {
            let other = OrderId::new(2_000, number);
            assert!(sent.judge(other, Ok(Accepted::Now)).is_ok());
        }
        assert_eq!(sent.ids.len(), MOST_REMEMBERED);
        let forgotten = sent.judge(id, refused());
        assert!(matches!(forgotten, Err(NotAccepted::Refused(_))));
    }
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
