//! What is known of an order beside the order itself: small files named by its id, each replaced as a whole.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::orders::{
    STAGED, create_durably, ids_in, not_written, read_if_there, stage, sync_folder,
};
use super::shop::Place;
use super::{OrderState, Store, StoreError};
use crate::order::OrderId;
use crate::order_status::{OrderReceipt, OrderStatus};

/// A file beside an order.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Beside {
    /// What is sent to the merchant: mapped once, so that it is the same however often it is sent.
    Body,
    /// How sending it went so far.
    Attempts,
    /// That it was sent and may have arrived, whatever was answered since: nothing else may go under its key.
    Sent,
    /// What the merchant answered when it took the order.
    Receipt,
    /// What the merchant's feed says became of it.
    Status,
    /// The order itself, as long as it waits to be paid: nobody delivers it, and it is no order yet.
    Pending,
    /// A mail to the shopper that is to be sent.
    Mail,
    /// That it was sent, and when.
    Mailed,
}

impl Beside {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Body,
        Self::Attempts,
        Self::Sent,
        Self::Receipt,
        Self::Status,
        Self::Pending,
        Self::Mail,
        Self::Mailed,
    ];

    fn folder(self) -> &'static str {
        match self {
            Self::Body => "bodies",
            Self::Attempts => "attempts",
            Self::Sent => "sent",
            Self::Receipt => "receipts",
            Self::Status => "status",
            Self::Pending => "pending",
            Self::Mail => "mail",
            Self::Mailed => "mailed",
        }
    }
}

impl Store {
    /// What the merchant's feed says became of an order; none if it says nothing yet.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn order_status(&self, id: OrderId) -> Result<Option<OrderStatus>, StoreError> {
        self.read_beside(id, Beside::Status)
    }

    /// Keeps what the merchant's feed says became of an order; durable when this returns.
    ///
    /// # Errors
    /// The file cannot be written; what was known before stays.
    pub fn put_order_status(&self, id: OrderId, status: &OrderStatus) -> Result<(), StoreError> {
        self.write_beside(id, Beside::Status, status)
    }

    /// What the merchant answered when it took the order; none before that.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn order_receipt(&self, id: OrderId) -> Result<Option<OrderReceipt>, StoreError> {
        self.read_beside(id, Beside::Receipt)
    }

    /// Keeps what the merchant answered when it took the order; durable when this returns.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn put_order_receipt(&self, id: OrderId, receipt: &OrderReceipt) -> Result<(), StoreError> {
        self.write_beside(id, Beside::Receipt, receipt)
    }

    /// A file beside an order as JSON; none if it is not there. A damaged one counts as not there: all of them can be
    /// done without, and one order must not stop the others.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read_beside<T: DeserializeOwned>(
        &self,
        id: OrderId,
        what: Beside,
    ) -> Result<Option<T>, StoreError> {
        let bytes = self.beside(id, what)?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// Writes a file beside an order as JSON; durable when this returns.
    ///
    /// # Errors
    /// It cannot be written; what was there before stays.
    pub fn write_beside(
        &self,
        id: OrderId,
        what: Beside,
        value: &impl Serialize,
    ) -> Result<(), StoreError> {
        let bytes = serde_json::to_vec_pretty(value).map_err(|error| StoreError::Io {
            action: format!("writing {} of {id}", what.folder()),
            source: error.into(),
        })?;
        self.put_beside(id, what, &bytes)
    }

    /// The bytes of a file beside an order; none if it is not there.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn beside(&self, id: OrderId, what: Beside) -> Result<Option<Vec<u8>>, StoreError> {
        if let Place::Bucket(_) = &self.place {
            return self.object(self.order_object(what.folder(), id));
        }
        read_if_there(&self.beside_file(id, what))
    }

    /// Replaces a file beside an order as a whole; durable when this returns.
    ///
    /// # Errors
    /// It cannot be written; what was there before stays.
    pub fn put_beside(&self, id: OrderId, what: Beside, bytes: &[u8]) -> Result<(), StoreError> {
        if let Place::Bucket(bucket) = &self.place {
            let path = self.order_object(what.folder(), id);
            return self.put_object(bucket, path, bytes.to_vec());
        }
        let (folder, file) = (self.beside_folder(what), self.beside_file(id, what));
        let written = create_durably(&folder)
            .and_then(|()| stage(&file, bytes))
            .and_then(|staged| fs::rename(staged, &file))
            .and_then(|()| sync_folder(&folder));
        written.map_err(|source| not_written(&file, source))
    }

    /// Writes a file beside an order unless there is one; durable when this returns. Gives what is there then.
    ///
    /// # Errors
    /// It cannot be written, or what is there not be read.
    pub fn put_beside_once(
        &self,
        id: OrderId,
        what: Beside,
        bytes: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        if let Place::Bucket(bucket) = &self.place {
            let path = self.order_object(what.folder(), id);
            return self.put_object_once(bucket, path, bytes.to_vec());
        }
        let (folder, file) = (self.beside_folder(what), self.beside_file(id, what));
        let written = create_durably(&folder)
            .and_then(|()| stage(&file, bytes))
            .and_then(|staged| {
                let linked = fs::hard_link(&staged, &file);
                // What stays behind is cleaned by whoever delivers.
                let _ = fs::remove_file(staged);
                match linked {
                    Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
                    _ => sync_folder(&folder),
                }
            })
            .and_then(|()| fs::read(&file));
        written.map_err(|source| not_written(&file, source))
    }

    /// Removes a file beside an order, if it is there.
    ///
    /// # Errors
    /// It is there and cannot be removed.
    pub fn drop_beside(&self, id: OrderId, what: Beside) -> Result<(), StoreError> {
        if let Place::Bucket(bucket) = &self.place {
            return self.drop_object(bucket, self.order_object(what.folder(), id));
        }
        remove(self.beside_file(id, what))
    }

    /// The orders that have such a file, oldest first.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn all_beside(&self, what: Beside) -> Result<Vec<OrderId>, StoreError> {
        if let Place::Bucket(_) = &self.place {
            return self.ids_in_bucket(what.folder(), None);
        }
        ids_in(&self.beside_folder(what))
    }

    /// Orders whose receipt was written since an instant, oldest first.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn received_since(&self, since: SystemTime) -> Result<Vec<OrderId>, StoreError> {
        if let Place::Bucket(_) = &self.place {
            return self.ids_in_bucket(Beside::Receipt.folder(), Some(since));
        }
        let mut ids = self.all_beside(Beside::Receipt)?;
        ids.retain(|id| {
            let written = fs::metadata(self.beside_file(*id, Beside::Receipt));
            written
                .and_then(|metadata| metadata.modified())
                .is_ok_and(|at| at >= since)
        });
        Ok(ids)
    }

    /// Removes an order from one state, and all that is beside it.
    ///
    /// # Errors
    /// A file cannot be removed; the order is there until all that is beside it is gone.
    pub fn remove_order(&self, id: OrderId, state: OrderState) -> Result<(), StoreError> {
        for what in Beside::ALL {
            self.drop_beside(id, what)?;
        }
        self.drop_order(id, state)
    }

    /// Removes a waiting order that was filed before: the shopper's second click came between look and write.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn drop_double(&self, id: OrderId) -> Result<(), StoreError> {
        self.drop_order(id, OrderState::New)
    }

    fn drop_order(&self, id: OrderId, state: OrderState) -> Result<(), StoreError> {
        if let Place::Bucket(bucket) = &self.place {
            return self.drop_object(bucket, self.order_object(state.name(), id));
        }
        remove(self.order_file(state, id))
    }

    /// Removes files that a killed writer of orders left behind and that are older than this; gives how many.
    ///
    /// # Errors
    /// A folder cannot be read or a file not removed.
    pub fn remove_stale_orders(&self, age: Duration, now: SystemTime) -> Result<usize, StoreError> {
        if let Place::Bucket(_) = &self.place {
            // Nothing has a name there before it is whole.
            return Ok(0);
        }
        let states = OrderState::ALL.map(|state| self.order_folder(state));
        let mut removed = 0;
        for folder in states
            .into_iter()
            .chain(Beside::ALL.map(|what| self.beside_folder(what)))
        {
            let failed = |source| StoreError::Io {
                action: format!("cleaning {}", folder.display()),
                source,
            };
            let entries = match fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(failed(error)),
            };
            for entry in entries {
                let entry = entry.map_err(failed)?;
                if !entry.file_name().to_string_lossy().ends_with(STAGED) {
                    continue;
                }
                // Whoever writes it may be done by now.
                let Ok(written) = entry.metadata().and_then(|metadata| metadata.modified()) else {
                    continue;
                };
                if now.duration_since(written).is_ok_and(|old| old >= age) {
                    remove(entry.path())?;
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }

    /// The folder of such files.
    pub fn beside_folder(&self, what: Beside) -> PathBuf {
        self.folder().join("orders").join(what.folder())
    }

    fn beside_file(&self, id: OrderId, what: Beside) -> PathBuf {
        self.beside_folder(what).join(format!("{id}.json"))
    }
}

fn remove(file: PathBuf) -> Result<(), StoreError> {
    match fs::remove_file(&file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(StoreError::Io {
            action: format!("removing {}", file.display()),
            source: error,
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order_status::OrderProgress;

    fn id(number: u64) -> OrderId {
        OrderId::new(1_764_000_000_000 + number, 1)
    }

    fn status(state: OrderProgress) -> OrderStatus {
        OrderStatus {
            number: Some("SO-17".to_owned()),
            state,
            at: "2026-03-01T08:00:00Z".to_owned(),
            carrier: None,
            tracking_number: None,
            tracking_url: None,
            note: None,
        }
    }

    #[test]
    fn what_was_written_first_stays() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open("store", folder.path(), "demo").unwrap();
        let put = |bytes: &[u8]| store.put_beside_once(id(1), Beside::Body, bytes).unwrap();
        assert_eq!(put(b"first"), b"first");
        assert_eq!(put(b"second"), b"first");
        assert_eq!(
            store.beside(id(1), Beside::Body).unwrap().unwrap(),
            b"first"
        );
        let files = fs::read_dir(store.beside_folder(Beside::Body)).unwrap();
        assert_eq!(files.count(), 1, "something staged was left");
    }

    #[test]
    fn a_status_is_replaced_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open("store", folder.path(), "demo").unwrap();
        assert_eq!(store.order_status(id(1)).unwrap(), None);
        for state in [OrderProgress::Confirmed, OrderProgress::Shipped] {
            store.put_order_status(id(1), &status(state)).unwrap();
            assert_eq!(store.order_status(id(1)).unwrap(), Some(status(state)));
        }
        assert_eq!(store.all_beside(Beside::Status).unwrap(), [id(1)]);
        store.put_beside(id(1), Beside::Status, b"{}").unwrap();
        assert_eq!(store.order_status(id(1)).unwrap(), None, "it is damaged");
    }

    #[test]
    fn a_removed_order_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open("store", folder.path(), "demo").unwrap();
        store.accept_orders(&[(id(1), b"{}".to_vec())]);
        for what in Beside::ALL {
            store.put_beside(id(1), what, b"{}").unwrap();
        }
        store
            .file_order(id(1), OrderState::New, OrderState::Done)
            .unwrap();
        store.remove_order(id(1), OrderState::Done).unwrap();
        assert_eq!(store.order(id(1)).unwrap(), None);
        for what in Beside::ALL {
            assert_eq!(store.all_beside(what).unwrap(), []);
        }
    }

    #[test]
    fn only_old_leftovers_go() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open("store", folder.path(), "demo").unwrap();
        store.accept_orders(&[(id(1), b"{}".to_vec())]);
        let left = store.order_folder(OrderState::New).join("x.1-1.staged");
        fs::write(&left, "").unwrap();
        let written = fs::metadata(&left).unwrap().modified().unwrap();
        let day = Duration::from_secs(86_400);
        assert_eq!(store.remove_stale_orders(day, written).unwrap(), 0);
        assert_eq!(store.remove_stale_orders(day, written + day).unwrap(), 1);
        assert!(!left.exists());
        assert_eq!(store.orders(OrderState::New).unwrap(), [id(1)]);
    }
}
