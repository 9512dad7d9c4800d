//! How an order comes into a bucket, so that the shopper is told the truth whatever happens to a request on its way.
//!
//! A write that failed may have arrived all the same, and may arrive yet. So whoever could not write looks again. If
//! the order is not there, an empty object takes its name: what is still under way wants that name free, and is refused
//! from then on. An empty object is no order to anybody; sent again, the order takes its place. The outcome stays open,
//! and that is said, where the bucket does not answer at all, where it knows no conditions, and where what failed was to
//! take the place of an empty object: all of those look alike, so nothing tells a late write from one in time.

use futures_util::stream::{self, StreamExt as _};
use object_store::{Error, ObjectMeta, ObjectStore as _, PutMode, PutOptions, UpdateVersion};

use super::bucket::{Bucket, wait};
use super::bucket_orders::id_of;
use super::shop::{Place, failed_on};
use super::{Accepted, NotAccepted, OrderState, Store, StoreError};
use crate::order::OrderId;

/// Orders of a batch that are written at a time.
const WRITTEN_AT_ONCE: usize = 16;

impl Store {
    /// Accepts orders, each with an outcome of its own. They are written side by side.
    pub(super) fn accept_in_bucket(
        &self,
        bucket: &Bucket,
        batch: &[(OrderId, Vec<u8>)],
    ) -> Vec<Result<Accepted, NotAccepted>> {
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
                    Err(NotAccepted::Unsettled(StoreError::Io {
                        action: "writing an order".to_owned(),
                        source: std::io::Error::other(reason.clone()),
                    }))
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
    ) -> Result<Accepted, NotAccepted> {
        // As long as nothing is sent, nothing can be accepted.
        let empty = match self.look(id).await.map_err(NotAccepted::Refused)? {
            Found::Order => return Ok(Accepted::Before),
            Found::Empty(object) => Some(object),
            Found::Nothing => None,
        };
        // Where a bucket ignores conditions, two clicks in the same instant may both be told "now"; the order is one all
        // the same, as both write it under its one name.
        let mode = match (is_strict, empty) {
            (false, _) => PutMode::Overwrite,
            (true, None) => PutMode::Create,
            (true, Some(object)) => PutMode::Update(UpdateVersion {
                e_tag: object.e_tag,
                version: object.version,
            }),
        };
        let wants_free_name = matches!(mode, PutMode::Create);
        match self.put_as_new(id, bytes, mode).await {
            Ok(()) => Ok(Accepted::Now),
            Err(error) => self.settle(id, error, wants_free_name).await,
        }
    }

    /// Finds out what became of an order whose write failed, and where that write wants a free name, sees to it that it
    /// finds none any more.
    async fn settle(
        &self,
        id: OrderId,
        failed: Error,
        wants_free_name: bool,
    ) -> Result<Accepted, NotAccepted> {
        let failed = failed_on(format!("writing order {id}"))(failed);
        match self.look(id).await {
            Ok(Found::Order) => return Ok(Accepted::Before),
            Ok(_) if wants_free_name => {}
            Ok(_) | Err(_) => return Err(NotAccepted::Unsettled(failed)),
        }
        let taken = self.put_as_new(id, Vec::new(), PutMode::Create).await;
        match (taken, self.look(id).await) {
            (_, Ok(Found::Order)) => Ok(Accepted::Before),
            (Ok(()), _) | (_, Ok(Found::Empty(_))) => Err(NotAccepted::Refused(failed)),
            (Err(_), Ok(Found::Nothing) | Err(_)) => Err(NotAccepted::Unsettled(failed)),
        }
    }

    async fn put_as_new(&self, id: OrderId, bytes: Vec<u8>, mode: PutMode) -> Result<(), Error> {
        let path = self.order_object(OrderState::New.name(), id);
        let options = PutOptions::from(mode);
        let put = self.objects.put_opts(&path, bytes.into(), options).await;
        put.map(|_| ())
    }

    /// What has an order's name, in any state.
    async fn look(&self, id: OrderId) -> Result<Found, StoreError> {
        let new = self.order_object(OrderState::New.name(), id);
        let found = self.meta(&new).await?;
        if found.as_ref().is_some_and(|object| object.size > 0) {
            return Ok(Found::Order);
        }
        for state in [OrderState::Done, OrderState::Rejected] {
            if self.is_object(&self.order_object(state.name(), id)).await? {
                return Ok(Found::Order);
            }
        }
        Ok(found.map_or(Found::Nothing, Found::Empty))
    }

    /// Removes what keeps the names of orders that were refused, for ids minted before an instant: long enough ago that
    /// nobody sends such an order any more. Gives how many. There are none in a folder.
    ///
    /// # Errors
    /// The bucket cannot be listed or written.
    pub fn remove_empty_orders(&self, minted_before_ms: u64) -> Result<usize, StoreError> {
        let Place::Bucket(_) = &self.place else {
            return Ok(0);
        };
        let (store, prefix) = (self.clone(), self.orders_prefix(OrderState::New.name()));
        wait(async move {
            let mut removed = 0;
            for object in store.listed(&prefix).await? {
                let is_old = id_of(&object).is_some_and(|id| id.minted_ms() < minted_before_ms);
                if object.size == 0 && is_old {
                    store.remove_if_there(&object.location).await?;
                    removed += 1;
                }
            }
            Ok(removed)
        })
    }
}

/// What has an order's name.
enum Found {
    Order,
    /// An order was refused, and may be sent again.
    Empty(ObjectMeta),
    Nothing,
}
