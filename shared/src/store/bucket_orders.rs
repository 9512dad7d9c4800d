//! The order book in a bucket: the same names as in a folder, and durable when the bucket has acknowledged a write.
//!
//! There is no rename. Filing writes the order where it goes before it is removed where it was, so it may be seen in both
//! for an instant and after a crash; whoever delivers drops a waiting order that is filed.

use std::time::SystemTime;

use futures_util::stream::{self, StreamExt as _};
use object_store::path::Path;
use object_store::{Error, ObjectMeta, ObjectStore as _, ObjectStoreExt as _, PutMode, PutOptions};

use super::bucket::{Bucket, wait};
use super::shop::failed_on;
use super::{Accepted, OrderState, Store, StoreError};
use crate::order::OrderId;

/// Orders of a batch that are written at a time.
const WRITTEN_AT_ONCE: usize = 16;

impl Store {
    /// Where a file of an order lies, in a bucket.
    pub(super) fn order_object(&self, folder: &str, id: OrderId) -> Path {
        self.orders_prefix(folder).join(format!("{id}.json"))
    }

    fn orders_prefix(&self, folder: &str) -> Path {
        self.prefix.clone().join("orders").join(folder)
    }

    /// Accepts orders, each with an outcome of its own. They are written side by side.
    pub(super) fn accept_in_bucket(
        &self,
        bucket: &Bucket,
        batch: &[(OrderId, Vec<u8>)],
    ) -> Vec<Result<Accepted, StoreError>> {
        let (store, own) = (self.clone(), batch.to_vec());
        let is_strict = !bucket.ignores_conditions();
        let written = wait(async move {
            let writing = own.into_iter().map(|(id, bytes)| {
                let store = store.clone();
                async move { store.accept_one(id, bytes, is_strict).await }
            });
            Ok(stream::iter(writing)
                .buffered(WRITTEN_AT_ONCE)
                .collect::<Vec<_>>()
                .await)
        });
        bucket.note_change();
        match written {
            Ok(outcomes) => outcomes,
            Err(error) => {
                let reason = error.to_string();
                let failed = |_| {
                    Err(StoreError::Io {
                        action: "writing an order".to_owned(),
                        source: std::io::Error::other(reason.clone()),
                    })
                };
                batch.iter().map(failed).collect()
            }
        }
    }

    async fn accept_one(
        &self,
        id: OrderId,
        bytes: Vec<u8>,
        is_strict: bool,
    ) -> Result<Accepted, StoreError> {
        for state in [OrderState::New, OrderState::Done, OrderState::Rejected] {
            if self.is_object(&self.order_object(state.name(), id)).await? {
                return Ok(Accepted::Before);
            }
        }
        let path = self.order_object(OrderState::New.name(), id);
        // Where a bucket ignores conditions, two clicks in the same instant may both be told "now"; the order is one all
        // the same, as both write it under its one name.
        let mode = match is_strict {
            true => PutMode::Create,
            false => PutMode::Overwrite,
        };
        let options = PutOptions::from(mode);
        match self.objects.put_opts(&path, bytes.into(), options).await {
            Ok(_) => Ok(Accepted::Now),
            Err(Error::AlreadyExists { .. }) => Ok(Accepted::Before),
            Err(error) => Err(failed_on(format!("writing {path}"))(error)),
        }
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

    /// The bytes of an object; none if it is not there.
    pub(super) fn object(&self, path: Path) -> Result<Option<Vec<u8>>, StoreError> {
        let store = self.clone();
        wait(async move {
            match store.read(&path).await {
                Ok(bytes) => Ok(Some(bytes.to_vec())),
                Err(error) if error.is_not_found() => Ok(None),
                Err(error) => Err(error),
            }
        })
    }

    pub(super) fn has_object(&self, path: Path) -> Result<bool, StoreError> {
        let store = self.clone();
        wait(async move { store.is_object(&path).await })
    }

    async fn is_object(&self, path: &Path) -> Result<bool, StoreError> {
        match self.objects.head(path).await {
            Ok(_) => Ok(true),
            Err(Error::NotFound { .. }) => Ok(false),
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
            let is_new = |object: &&ObjectMeta| {
                since.is_none_or(|since| SystemTime::from(object.last_modified) >= since)
            };
            let mut ids: Vec<OrderId> = objects
                .iter()
                .filter(is_new)
                .filter_map(|object| {
                    object
                        .location
                        .filename()?
                        .strip_suffix(".json")?
                        .parse()
                        .ok()
                })
                .collect();
            ids.sort_unstable();
            Ok(ids)
        })
    }
}
