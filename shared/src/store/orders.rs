//! The order book of one shop: orders that wait for delivery, that were delivered, that the merchant refused.
//!
//! An order is one file named by its id. It is written once and its bytes never change; filing it is a rename. Two
//! rules keep it from being there twice: an order is only accepted while no folder has its name, and whoever delivers
//! drops a waiting order that was filed before (the shopper's second click can arrive between look and write).

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::shop::Place;
use super::{Beside, Store, StoreError};
use crate::order::OrderId;

/// How many files of a batch are synced at once; file systems make one commit of them.
const SYNCED_AT_ONCE: usize = 16;
/// Behind the name of a file that is not whole yet.
pub(super) const STAGED: &str = ".staged";

/// Where an order is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum OrderState {
    /// Accepted, not yet delivered.
    New,
    /// The merchant has it.
    Done,
    /// The merchant refused it; somebody must look.
    Rejected,
}

/// What tells whether orders came, went, or changed since. Equal ones say that nothing did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OrdersStamp(Stamp);

#[derive(Clone, PartialEq, Eq, Debug)]
enum Stamp {
    /// When the entries of each folder changed last.
    Folders(Vec<Option<SystemTime>>),
    /// What waits, how many changes this process made, and whether the bucket could be asked.
    Bucket(Vec<OrderId>, u64, bool),
}

impl OrdersStamp {
    /// Whether something else can no longer look the same: clocks of file systems tick as coarsely as `tick`, so what
    /// changed shortly before `at` may have changed once more since.
    pub fn is_settled(&self, at: SystemTime, tick: Duration) -> bool {
        match &self.0 {
            Stamp::Folders(times) => times.iter().flatten().all(|time| *time + tick < at),
            Stamp::Bucket(_, _, is_known) => *is_known,
        }
    }

    /// Whether statuses may differ from those of an earlier stamp, made at `at`.
    pub fn has_new_statuses(&self, before: &Self, at: SystemTime, tick: Duration) -> bool {
        match (&self.0, &before.0) {
            (Stamp::Folders(now), Stamp::Folders(was)) => {
                let last = now.last().copied().flatten();
                was.last() != now.last() || last.is_some_and(|time| time + tick >= at)
            }
            _ => self != before,
        }
    }
}

/// What became of an order that was to be accepted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Accepted {
    /// It is durable.
    Now,
    /// An order of this id was accepted before; that one counts.
    Before,
}

/// Why an order is not known to be accepted.
#[derive(Debug, thiserror::Error)]
pub enum NotAccepted {
    /// It is not in the store and will not come to be there, unless it is sent again.
    #[error(transparent)]
    Refused(StoreError),
    /// It may be in the store: nobody could find out. Sent again under the same id, it counts once.
    #[error("whether it was accepted is not known: {0}")]
    Unsettled(StoreError),
}

impl OrderState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::New, Self::Done, Self::Rejected];

    /// The folder's name, and the word for operators.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Done => "done",
            Self::Rejected => "rejected",
        }
    }
}

impl Store {
    /// Makes orders durable, all with one commit of the file system where it can. Waits for the disk.
    ///
    /// Each order has an outcome of its own. What a folder refuses is not accepted: its file is not there, or cannot be
    /// relied on to be there after a crash and is taken away again. Of a bucket that does not answer nobody may know. Whoever
    /// tries again does so under the same id: should the order have got through all the same, it is found and counts once.
    pub fn accept_orders(
        &self,
        batch: &[(OrderId, Vec<u8>)],
    ) -> Vec<Result<Accepted, NotAccepted>> {
        if let Place::Bucket(bucket) = &self.place {
            return self.accept_in_bucket(bucket, batch);
        }
        let folder = self.order_folder(OrderState::New);
        if let Err(error) = create_durably(&folder) {
            let failed = |_| Err(refused(&folder, io::Error::from(error.kind())));
            return batch.iter().map(failed).collect();
        }
        let mut outcomes: Vec<_> = thread::scope(|scope| {
            let mut outcomes = Vec::with_capacity(batch.len());
            for some in batch.chunks(SYNCED_AT_ONCE) {
                let writing = some.iter().map(|(id, bytes)| {
                    let file = self.order_file(OrderState::New, *id);
                    scope.spawn(move || stage(&file, bytes).map(|staged| (staged, file)))
                });
                let writing: Vec<_> = writing.collect();
                outcomes.extend(writing.into_iter().zip(some).map(|(one, (id, _))| {
                    let (staged, file) = one
                        .join()
                        .unwrap_or_else(|_| Err(io::Error::other("writing it failed by a bug")))
                        .map_err(|error| refused(&self.order_file(OrderState::New, *id), error))?;
                    self.enter(*id, &staged, &file)
                }));
            }
            outcomes
        });
        if let Err(error) = sync_folder(&folder) {
            self.take_back(batch, &mut outcomes, &error);
        }
        outcomes
    }

    /// Undoes what a folder that could not be synced may lose. What was there before may have been promised to somebody, so
    /// it stays; only whoever sent it again learns that nobody knows.
    fn take_back(
        &self,
        batch: &[(OrderId, Vec<u8>)],
        outcomes: &mut [Result<Accepted, NotAccepted>],
        error: &io::Error,
    ) {
        let mut removed = BTreeSet::new();
        for ((id, _), outcome) in batch.iter().zip(outcomes) {
            let file = self.order_file(OrderState::New, *id);
            let reason = || io::Error::from(error.kind());
            match outcome {
                Ok(Accepted::Now) => {
                    let _ = fs::remove_file(&file);
                    removed.insert(*id);
                    *outcome = Err(refused(&file, reason()));
                }
                // The second of two clicks is not thanked for what the first one could not do.
                Ok(Accepted::Before) if removed.contains(id) => {
                    *outcome = Err(refused(&file, reason()));
                }
                Ok(Accepted::Before) if file.exists() => {
                    *outcome = Err(NotAccepted::Unsettled(not_written(&file, reason())));
                }
                Ok(Accepted::Before) | Err(_) => {}
            }
        }
    }

    /// Gives a staged order its name, unless that is taken.
    fn enter(&self, id: OrderId, staged: &Path, file: &Path) -> Result<Accepted, NotAccepted> {
        let filed = [OrderState::Done, OrderState::Rejected];
        let is_filed = filed
            .into_iter()
            .any(|state| self.order_file(state, id).exists());
        let entered = match is_filed {
            true => Ok(Accepted::Before),
            false => match fs::hard_link(staged, file) {
                Ok(()) => Ok(Accepted::Now),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Accepted::Before),
                Err(error) => Err(refused(file, error)),
            },
        };
        // What stays behind is cleaned by whoever delivers.
        let _ = fs::remove_file(staged);
        entered
    }

    /// An order and where it is; none if there is no such order.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn order(&self, id: OrderId) -> Result<Option<(OrderState, Vec<u8>)>, StoreError> {
        // An order moves away from `new` only, so whoever misses it there finds it in what is looked at next.
        for state in OrderState::ALL {
            let found = match &self.place {
                Place::Folder(_) => read_if_there(&self.order_file(state, id))?,
                Place::Bucket(_) => self.object(self.order_object(state.name(), id))?,
            };
            if let Some(bytes) = found {
                return Ok(Some((state, bytes)));
            }
        }
        Ok(None)
    }

    /// Whether an order is in one state, without reading it.
    ///
    /// # Errors
    /// The store cannot be asked.
    pub fn has_order(&self, id: OrderId, state: OrderState) -> Result<bool, StoreError> {
        match &self.place {
            Place::Folder(_) => Ok(self.order_file(state, id).exists()),
            Place::Bucket(_) => self.has_object(self.order_object(state.name(), id)),
        }
    }

    /// What tells whether orders or their statuses changed. In a bucket, changes to orders that do not wait are only seen
    /// if this process made them: it is the one that files them. Waits for the store.
    pub fn orders_stamp(&self) -> OrdersStamp {
        match &self.place {
            Place::Folder(_) => {
                let folders = OrderState::ALL.map(|state| self.order_folder(state));
                let status = self.beside_folder(Beside::Status);
                let time = |folder: &PathBuf| fs::metadata(folder).ok()?.modified().ok();
                let times = folders.iter().chain([&status]).map(time);
                OrdersStamp(Stamp::Folders(times.collect()))
            }
            Place::Bucket(bucket) => {
                let changes = bucket.changes();
                let waiting = self.orders(OrderState::New);
                let is_known = waiting.is_ok();
                OrdersStamp(Stamp::Bucket(
                    waiting.unwrap_or_default(),
                    changes,
                    is_known,
                ))
            }
        }
    }

    /// The orders in one state, oldest first.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn orders(&self, state: OrderState) -> Result<Vec<OrderId>, StoreError> {
        if let Place::Bucket(_) = &self.place {
            return self.ids_in_bucket(state.name(), None);
        }
        ids_in(&self.order_folder(state))
    }

    /// Files an order: a rename, durable when this returns.
    ///
    /// # Errors
    /// It is not there, or the folders cannot be written; the order is in one of the two then.
    pub fn file_order(
        &self,
        id: OrderId,
        from: OrderState,
        to: OrderState,
    ) -> Result<(), StoreError> {
        if let Place::Bucket(bucket) = &self.place {
            return self.file_in_bucket(bucket, id, from, to);
        }
        let (old, new) = (self.order_file(from, id), self.order_file(to, id));
        let filed = create_durably(&self.order_folder(to))
            .and_then(|()| fs::rename(&old, &new))
            .and_then(|()| sync_folder(&self.order_folder(to)))
            .and_then(|()| sync_folder(&self.order_folder(from)));
        filed.map_err(|source| StoreError::Io {
            action: format!("moving {} to {}", old.display(), new.display()),
            source,
        })
    }

    /// The file that whoever delivers orders holds a lock on. It lies where the orders are, so that two deliverers meet
    /// there whatever else they have of their own. None in a bucket: whoever may publish delivers there.
    pub fn delivery_lock(&self) -> Option<PathBuf> {
        Some(self.as_folder()?.join("orders.lock"))
    }

    /// The folder of orders in one state.
    pub fn order_folder(&self, state: OrderState) -> PathBuf {
        self.folder().join("orders").join(state.name())
    }

    /// The file of an order in one state, whether it is there or not.
    pub fn order_file(&self, state: OrderState, id: OrderId) -> PathBuf {
        self.order_folder(state).join(format!("{id}.json"))
    }
}

/// The orders that have a file in a folder, oldest first.
pub(super) fn ids_in(folder: &Path) -> Result<Vec<OrderId>, StoreError> {
    let failed = |source| StoreError::Io {
        action: format!("listing {}", folder.display()),
        source,
    };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut ids = Vec::new();
    for entry in entries {
        let name = entry.map_err(failed)?.file_name();
        let id = name.to_str().and_then(|name| name.strip_suffix(".json"));
        ids.extend(id.and_then(|id| id.parse::<OrderId>().ok()));
    }
    ids.sort_unstable();
    Ok(ids)
}

/// Writes a file beside its final name and waits until the disk has it.
pub(super) fn stage(file: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    // Two machines, two processes or two clicks in one batch may write the same order in the same instant, and what one
    // of them has named already must not be cut off by the other.
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let instant = UNIX_EPOCH.elapsed().unwrap_or_default().as_nanos();
    let own = format!("{}-{number}-{instant}{STAGED}", std::process::id());
    let staged = file.with_extension(own);
    let write = || {
        let mut options = OpenOptions::new();
        let mut target = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&staged)?;
        let folder = file.parent().unwrap_or(Path::new("/"));
        target.set_permissions(readable_in(folder)?)?;
        target.write_all(bytes)?;
        target.sync_all()
    };
    match write() {
        Ok(()) => Ok(staged),
        Err(error) => {
            let _ = fs::remove_file(&staged);
            Err(error)
        }
    }
}

/// Who may enter a folder of orders may read what is in it, and nobody else, whatever the umask of the daemon that
/// writes: the two daemons are different users.
fn readable_in(folder: &Path) -> io::Result<Permissions> {
    let mode = fs::metadata(folder)?.permissions().mode();
    Ok(Permissions::from_mode(mode & 0o660))
}

/// Makes a folder, and the names of it and of its parents last.
pub(super) fn create_durably(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    for parent in folder.ancestors().skip(1).take(3) {
        sync_folder(parent)?;
    }
    Ok(())
}

pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// The bytes of a file; none if it is not there.
pub(super) fn read_if_there(file: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    match fs::read(file) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(StoreError::Io {
            action: format!("reading {}", file.display()),
            source,
        }),
    }
}

fn refused(file: &Path, source: io::Error) -> NotAccepted {
    NotAccepted::Refused(not_written(file, source))
}

pub(super) fn not_written(file: &Path, source: io::Error) -> StoreError {
    StoreError::Io {
        action: format!("writing {}", file.display()),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u64) -> OrderId {
        OrderId::new(1_764_000_000_000 + number, 1)
    }

    fn store(folder: &Path) -> Store {
        Store::open("store", folder, "demo").unwrap()
    }

    #[test]
    fn a_batch_is_accepted_and_each_order_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(folder.path());
        let batch: Vec<_> = (0..40).map(|number| (id(number), vec![b'x'; 9])).collect();
        let first = store.accept_orders(&batch);
        assert!(first.iter().all(|one| matches!(one, Ok(Accepted::Now))));
        let again = store.accept_orders(&[(id(7), b"other".to_vec())]);
        assert!(matches!(again[0], Ok(Accepted::Before)));
        assert_eq!(store.orders(OrderState::New).unwrap().len(), 40);
        assert_eq!(
            store.order(id(7)).unwrap(),
            Some((OrderState::New, vec![b'x'; 9]))
        );
        let names = fs::read_dir(store.order_folder(OrderState::New))
            .unwrap()
            .count();
        assert_eq!(names, 40, "something staged was left");
    }

    #[test]
    fn a_filed_order_is_not_accepted_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(folder.path());
        for (number, state) in [(1, OrderState::Done), (2, OrderState::Rejected)] {
            store.accept_orders(&[(id(number), b"{}".to_vec())]);
            store
                .file_order(id(number), OrderState::New, state)
                .unwrap();
            let again = store.accept_orders(&[(id(number), b"{}".to_vec())]);
            assert!(matches!(again[0], Ok(Accepted::Before)));
            assert_eq!(store.order(id(number)).unwrap().unwrap().0, state);
        }
        assert_eq!(store.orders(OrderState::New).unwrap(), []);
        assert_eq!(store.order(id(9)).unwrap(), None);
    }

    #[test]
    fn what_cannot_be_synced_is_taken_back_and_what_was_promised_stays() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(folder.path());
        let one = |number| (id(number), b"{}".to_vec());
        store.accept_orders(&[one(1), one(2)]);
        store
            .file_order(id(2), OrderState::New, OrderState::Done)
            .unwrap();
        let batch = [one(1), one(2), one(3), one(3)];
        let mut outcomes = store.accept_orders(&batch);
        let failed = io::Error::from(io::ErrorKind::StorageFull);
        store.take_back(&batch, &mut outcomes, &failed);
        assert!(matches!(outcomes[0], Err(NotAccepted::Unsettled(_))));
        assert!(matches!(outcomes[1], Ok(Accepted::Before)));
        assert!(matches!(outcomes[2], Err(NotAccepted::Refused(_))));
        assert!(matches!(outcomes[3], Err(NotAccepted::Refused(_))));
        assert_eq!(store.orders(OrderState::New).unwrap(), [id(1)]);
    }

    #[test]
    fn an_order_can_be_read_by_whoever_may_enter_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(folder.path());
        let new = store.order_folder(OrderState::New);
        fs::create_dir_all(&new).unwrap();
        for (number, (rights, expected)) in [(0o700, 0o600), (0o770, 0o660), (0o755, 0o640)]
            .into_iter()
            .enumerate()
        {
            fs::set_permissions(&new, Permissions::from_mode(rights)).unwrap();
            let id = id(number as u64);
            store.accept_orders(&[(id, b"{}".to_vec())]);
            let file = store.order_file(OrderState::New, id);
            let mode = fs::metadata(file).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, expected, "{rights:o}");
        }
    }

    #[test]
    fn a_store_that_cannot_be_written_refuses_each_order() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("store/shops/demo")).unwrap();
        fs::write(folder.path().join("store/shops/demo/orders"), "in the way").unwrap();
        let outcomes = store(folder.path()).accept_orders(&[(id(1), b"{}".to_vec())]);
        let error = outcomes[0].as_ref().unwrap_err().to_string();
        assert!(
            error.starts_with("writing ") && error.contains("orders/new"),
            "{error}"
        );
    }
}
