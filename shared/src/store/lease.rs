//! Who may publish: a small file that one writer keeps renewing, and the others watch.
//!
//! It is replaced only by whoever saw what it replaces. Clocks of different machines are not compared: a holder is taken
//! for dead when its lease did not change for an interval by the watcher's own clock.

use std::path::Path as FilePath;

use object_store::{ObjectStoreExt as _, UpdateVersion};
use serde::{Deserialize, Serialize};

use super::alone::Alone;
use super::copy::Durability;
use super::shop::{Place, failed_on, in_background};
use super::{Conditions, Store, StoreError};

/// The lease's name.
const LEASE: &str = "LEASE";

/// Who may publish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lease {
    /// The writer's id.
    pub holder: String,
    /// How often the right went from one writer to another: the fencing token.
    pub epoch: u64,
    /// How long it may go without a change before the holder counts as dead, in milliseconds.
    pub interval_ms: u64,
    /// How often it was renewed: each renewal differs from the one before.
    pub renewals: u64,
    /// When it was written, Unix seconds by the holder's clock; for people.
    pub at: i64,
    /// Whether the holder gave it back: anybody may take it at once.
    pub released: bool,
}

/// Which lease was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseVersion(Version);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Version {
    Bytes(Vec<u8>),
    Object(UpdateVersion, Vec<u8>),
}

impl Store {
    /// Who may publish; none if nobody ever did. A damaged lease is nobody's.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn lease(&self) -> Result<Option<(Lease, LeaseVersion)>, StoreError> {
        let path = self.prefix.clone().join(LEASE);
        let Some((bytes, object)) = self.read_versioned(&path).await? else {
            return Ok(None);
        };
        let bytes = bytes.to_vec();
        let lease = serde_json::from_slice(&bytes).unwrap_or_else(|_| Lease {
            holder: String::new(),
            epoch: 0,
            interval_ms: 0,
            renewals: 0,
            at: 0,
            released: true,
        });
        let version = match &self.place {
            Place::Folder(_) => Version::Bytes(bytes),
            Place::Bucket(_) => Version::Object(object, bytes),
        };
        Ok(Some((lease, LeaseVersion(version))))
    }

    /// Writes the lease if it is still the one that was seen; whether it was. Where a bucket ignores conditions it is
    /// written all the same if it looks like that: whoever writes looks again later.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn put_lease(
        &self,
        lease: &Lease,
        after: Option<&LeaseVersion>,
    ) -> Result<bool, StoreError> {
        let path = self.prefix.clone().join(LEASE);
        let bytes = serde_json::to_vec_pretty(lease).map_err(|error| StoreError::Io {
            action: format!("writing {path}"),
            source: error.into(),
        })?;
        match &self.place {
            Place::Folder(folder) => {
                // It is not waited for until the disk has it: one that is lost by a power cut is nobody's, and then nobody
                // holds it.
                let alone = Self::alone_in(folder, LEASE, bytes, Durability::AsItComes).await?;
                let now = self.lease().await?;
                if now.as_ref().map(|(_, version)| version) != after {
                    return Ok(false);
                }
                in_background(format!("writing {path}"), || alone.replace()).await
            }
            Place::Bucket(_) if self.conditions().await? == Conditions::Ignored => {
                let now = self.lease().await?;
                if now.as_ref().map(|(_, version)| version) != after {
                    return Ok(false);
                }
                let failed = failed_on(format!("writing {path}"));
                self.objects
                    .put(&path, bytes.into())
                    .await
                    .map_err(failed)?;
                Ok(true)
            }
            Place::Bucket(_) => {
                let after = after.and_then(|LeaseVersion(version)| match version {
                    Version::Object(object, _) => Some(object.clone()),
                    Version::Bytes(_) => None,
                });
                self.swap_object(&path, bytes, after).await
            }
        }
    }

    /// Waits until nobody else compares and replaces in this folder, and keeps others from it until what is given back is
    /// used to replace a file, or dropped.
    pub(super) async fn alone_in(
        folder: &FilePath,
        name: &'static str,
        bytes: Vec<u8>,
        durability: Durability,
    ) -> Result<Alone, StoreError> {
        let folder = folder.to_owned();
        in_background(format!("locking {}", folder.display()), move || {
            Alone::enter(&folder, name, &bytes, durability)
        })
        .await
    }
}
