//! The order book in a bucket: the same names as in a folder, and durable when the bucket has acknowledged a write.
//!
//! How an order comes in is told in `bucket_accept`. There is no rename. Filing writes the order where it goes before it is removed where it was, so it may be seen in both
//! for an instant and after a crash; whoever delivers drops a waiting order that is filed.

use std::time::SystemTime;

use object_store::path::Path;
use object_store::{Error, ObjectMeta, ObjectStoreExt as _};

use super::bucket::{Bucket, wait};
use super::shop::failed_on;
use super::{OrderState, Store, StoreError};
use crate::order::OrderId;

impl Store {
    /// Where a file of an order lies, in a bucket.
    pub(super) fn order_object(&self, folder: &str, id: OrderId) -> Path {
        self.orders_prefix(folder).join(format!("{id}.json"))
    }

    pub(super) fn orders_prefix(&self, folder: &str) -> Path {
        self.prefix.clone().join("orders").join(folder)
    }

    pub(super) fn file_in_bucket(
        &self,
        bucket: &Bucket,
        id: OrderId,
        from: OrderState,
        to: OrderState,
    ) -> Result<(), StoreError> {
        let (store, old) = (self.clone(), self.order_object(from.name(), id));
        let new = self.order_object(to.name(), id);
        let filed = wait(async move {
            let bytes = store.read(&old).await?;
            let failed = failed_on(format!("writing {new}"));
            store
                .objects
                .put(&new, bytes.into())
                .await
                .map_err(failed)?;
            store.remove_if_there(&old).await
        });
        bucket.note_change();
        filed
    }

    /// The bytes of an object; none if it is not there, or keeps a place empty.
    pub(super) fn object(&self, path: Path) -> Result<Option<Vec<u8>>, StoreError> {
        let store = self.clone();
        wait(async move {
            match store.read(&path).await {
                Ok(bytes) => Ok(Some(bytes.to_vec()).filter(|bytes| !bytes.is_empty())),
                Err(error) if error.is_not_found() => Ok(None),
                Err(error) => Err(error),
            }
        })
    }

    pub(super) fn has_object(&self, path: Path) -> Result<bool, StoreError> {
        let store = self.clone();
        wait(async move { store.is_object(&path).await })
    }

    /// Whether something is there that does not only keep a place empty.
    pub(super) async fn is_object(&self, path: &Path) -> Result<bool, StoreError> {
        let found = self.meta(path).await?;
        Ok(found.is_some_and(|object| object.size > 0))
    }

    /// What the bucket knows of an object; none if it is not there.
    pub(super) async fn meta(&self, path: &Path) -> Result<Option<ObjectMeta>, StoreError> {
        match self.objects.head(path).await {
            Ok(object) => Ok(Some(object)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed_on(format!("reading {path}"))(error)),
        }
    }

    pub(super) fn put_object(
        &self,
        bucket: &Bucket,
        path: Path,
        bytes: Vec<u8>,
    ) -> Result<(), StoreError> {
        let store = self.clone();
        let written = wait(async move {
            let failed = failed_on(format!("writing {path}"));
            store
                .objects
                .put(&path, bytes.into())
                .await
                .map_err(failed)?;
            Ok(())
        });
        bucket.note_change();
        written
    }

    /// Writes an object unless it is there; gives what is there then.
    pub(super) fn put_object_once(
        &self,
        bucket: &Bucket,
        path: Path,
        bytes: Vec<u8>,
    ) -> Result<Vec<u8>, StoreError> {
        let store = self.clone();
        let is_strict = !bucket.ignores_conditions();
        let written = wait(async move {
            // The condition is for two that write in the same instant, where the bucket keeps to it.
            let is_written = match store.is_object(&path).await? {
                true => false,
                false if is_strict => store.swap_object(&path, bytes.clone(), None).await?,
                false => {
                    let failed = failed_on(format!("writing {path}"));
                    let put = store.objects.put(&path, bytes.clone().into()).await;
                    put.map_err(failed)?;
                    true
                }
            };
            match is_written {
                true => Ok(bytes),
                false => Ok(store.read(&path).await?.to_vec()),
            }
        });
        bucket.note_change();
        written
    }

    pub(super) fn drop_object(&self, bucket: &Bucket, path: Path) -> Result<(), StoreError> {
        let store = self.clone();
        let removed = wait(async move { store.remove_if_there(&path).await });
        bucket.note_change();
        removed
    }

    /// The orders that have an object in a folder, written since an instant if one is given, oldest first.
    pub(super) fn ids_in_bucket(
        &self,
        folder: &str,
        since: Option<SystemTime>,
    ) -> Result<Vec<OrderId>, StoreError> {
        let (store, prefix) = (self.clone(), self.orders_prefix(folder));
        wait(async move {
            let objects = store.listed(&prefix).await?;
            let is_wanted = |object: &&ObjectMeta| {
                let is_new = |since| SystemTime::from(object.last_modified) >= since;
                object.size > 0 && since.is_none_or(is_new)
            };
            let mut ids: Vec<OrderId> =
                objects.iter().filter(is_wanted).filter_map(id_of).collect();
            ids.sort_unstable();
            Ok(ids)
        })
    }
}

/// The order whose name an object has.
pub(super) fn id_of(object: &ObjectMeta) -> Option<OrderId> {
    let name = object.location.filename()?;
    name.strip_suffix(".json")?.parse().ok()
}
