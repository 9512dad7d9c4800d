//! What is current in a bucket, and the instant of publishing, wherever the store is.
//!
//! Where conditions are honoured `HEAD` is replaced only by a writer that saw the one it replaces, and that holds the
//! lease of the highest epoch. Where they are not, the newest manifest whose parts are there is current.

use std::path::Path as FilePath;
use std::sync::Arc;

use futures_util::TryStreamExt as _;
use object_store::path::Path;
use object_store::{Error, GetOptions, ObjectStore as _, PutMode, PutOptions, UpdateVersion};

use super::bucket::Bucket;
use super::copy::Durability;
use super::shop::{Place, failed_on, in_background};
use super::{Conditions, Head, ManifestName, Store, StoreError};
use crate::manifest::Manifest;

/// The name of what says which manifest is current.
const HEAD: &str = "HEAD";

/// What a writer was allowed to publish with: whoever came after it shuts it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence {
    /// Who writes.
    pub holder: String,
    /// How often the right to publish went from one writer to another before.
    pub epoch: u64,
}

impl Store {
    /// Writes a manifest and makes it current: the instant of publishing. `current` is what it follows.
    ///
    /// # Errors
    /// The store failed, or somebody else may publish by now; what was current stays.
    pub async fn publish(
        &self,
        manifest: &Manifest,
        current: Option<&Manifest>,
        fence: &Fence,
    ) -> Result<Head, StoreError> {
        self.check_fence(fence).await?;
        let head = self.put_manifest(manifest).await?;
        let published = match &self.place {
            Place::Folder(folder) => self.replace_in_folder(folder, &head, current, fence).await,
            Place::Bucket(_) if self.conditions().await? == Conditions::Ignored => Ok(()),
            Place::Bucket(_) => self.replace_in_bucket(&head, current).await,
        };
        if let Err(error) = published {
            if matches!(error, StoreError::Fenced { .. }) {
                // It never was current and never will be; who reads the list should not wonder.
                let _ = self.remove_manifest(&head.manifest).await;
            }
            return Err(error);
        }
        Ok(head)
    }

    /// Writes the epoch of a new holder into `HEAD`, so that whoever held the lease before cannot replace it any more.
    ///
    /// # Errors
    /// The store failed, or there is a holder after this one.
    pub async fn seal(&self, fence: &Fence) -> Result<(), StoreError> {
        let Place::Bucket(_) = &self.place else {
            // In a folder the lease itself is looked at in the same instant.
            return Ok(());
        };
        if self.conditions().await? == Conditions::Ignored {
            return Ok(());
        }
        // Each turn that fails is one publish of the former holder, and it makes no more after the one it has begun.
        for _ in 0..16 {
            let Some((head, version)) = self.read_head().await? else {
                return Ok(());
            };
            if head.epoch == fence.epoch {
                return Ok(());
            }
            if head.epoch > fence.epoch {
                return Err(fenced(format!("HEAD is of epoch {}", head.epoch)));
            }
            let sealed = Head {
                epoch: fence.epoch,
                ..head
            };
            if self.swap_head(&sealed, Some(version)).await? {
                return Ok(());
            }
        }
        Err(fenced(
            "HEAD changes faster than it can be sealed".to_owned(),
        ))
    }

    async fn replace_in_folder(
        &self,
        folder: &FilePath,
        head: &Head,
        current: Option<&Manifest>,
        fence: &Fence,
    ) -> Result<(), StoreError> {
        let bytes = head.encode().into_bytes();
        let alone = Self::alone_in(folder, HEAD, bytes, Durability::Synced).await?;
        if let Some((lease, _)) = self.lease().await?
            && (lease.holder != fence.holder || lease.epoch != fence.epoch)
        {
            return Err(fenced(format!("{} may publish now", lease.holder)));
        }
        let seen = match self.head().await {
            Err(error) if error.is_damage() => None,
            seen => seen?,
        };
        if let Some(seen) = seen {
            follows(&seen, current, head.epoch)?;
        }
        match in_background("writing HEAD".to_owned(), || alone.replace()).await? {
            true => Ok(()),
            false => Err(fenced("this writer was taken for stalled".to_owned())),
        }
    }

    async fn replace_in_bucket(
        &self,
        head: &Head,
        current: Option<&Manifest>,
    ) -> Result<(), StoreError> {
        let seen = self.read_head().await?;
        if let Some((seen, _)) = &seen {
            follows(seen, current, head.epoch)?;
        }
        if self
            .swap_head(head, seen.map(|(_, version)| version))
            .await?
        {
            return Ok(());
        }
        // An answer that got lost on the way looks like somebody else's.
        match self.read_head().await? {
            Some((now, _)) if now == *head => Ok(()),
            _ => Err(fenced("HEAD was replaced by somebody else".to_owned())),
        }
    }

    /// `HEAD` as the bucket has it now, whole or not at all.
    async fn read_head(&self) -> Result<Option<(Head, UpdateVersion)>, StoreError> {
        match self.read_versioned(&self.head_path()).await? {
            Some((bytes, version)) => Ok(Some((Head::decode(&bytes)?, version))),
            None => Ok(None),
        }
    }

    /// Replaces `HEAD` if it is still that one; whether it was.
    async fn swap_head(
        &self,
        head: &Head,
        after: Option<UpdateVersion>,
    ) -> Result<bool, StoreError> {
        let path = self.head_path();
        self.swap_object(&path, head.encode().into_bytes(), after)
            .await
    }

    /// Writes an object if it is still that version, or not there; whether it was. Meaningless where conditions are ignored.
    pub(super) async fn swap_object(
        &self,
        path: &Path,
        bytes: Vec<u8>,
        after: Option<UpdateVersion>,
    ) -> Result<bool, StoreError> {
        let mode = after.map_or(PutMode::Create, PutMode::Update);
        let options = PutOptions::from(mode);
        match self.objects.put_opts(path, bytes.into(), options).await {
            Ok(_) => Ok(true),
            Err(
                Error::AlreadyExists { .. } | Error::Precondition { .. } | Error::NotFound { .. },
            ) => Ok(false),
            Err(error) => Err(failed_on(format!("writing {path}"))(error)),
        }
    }

    /// What is current in a bucket. `HEAD` is only sent if it is not the one that was seen last.
    pub(super) async fn bucket_head(
        &self,
        bucket: &Arc<Bucket>,
    ) -> Result<Option<Head>, StoreError> {
        let (path, known) = (self.head_path(), bucket.head());
        let options = GetOptions {
            if_none_match: known.as_ref().and_then(|(tag, _)| tag.clone()),
            ..GetOptions::default()
        };
        let failed = failed_on(format!("reading {path}"));
        match self.objects.get_opts(&path, options).await {
            Ok(got) => {
                let tag = got.meta.e_tag.clone();
                let head = Head::decode(&got.bytes().await.map_err(failed)?)?;
                bucket.set_head(tag, head.clone());
                bucket.set_noted(false);
                Ok(Some(head))
            }
            Err(Error::NotModified { .. }) => Ok(known.map(|(_, head)| head)),
            Err(Error::NotFound { .. }) => self.newest_if_noted().await,
            Err(error) => Err(failed(error)),
        }
    }

    /// The newest manifest that is whole and whose parts are there, in a bucket of which a writer noted that it ignores
    /// conditions. Never one before what was found last.
    pub(super) async fn newest_if_noted(&self) -> Result<Option<Head>, StoreError> {
        let Place::Bucket(bucket) = &self.place else {
            return Ok(None);
        };
        if !bucket.ignores_conditions() {
            if !self.is_noted().await? {
                return Ok(None);
            }
            bucket.set_noted(true);
        }
        // A tag means that it came from a HEAD, which is gone now.
        let known = bucket.head().filter(|(tag, _)| tag.is_none());
        let known = known.map(|(_, head)| head);
        let from = known.as_ref().map(|head| head.manifest.as_str());
        for name in self.manifests_after(from).await?.into_iter().rev() {
            if let Some(head) = self.whole(&name).await? {
                bucket.set_head(None, head.clone());
                return Ok(Some(head));
            }
        }
        Ok(known)
    }

    /// What `HEAD` would say of a manifest; none if it is damaged or its parts are not there.
    async fn whole(&self, name: &ManifestName) -> Result<Option<Head>, StoreError> {
        let bytes = match self.read(&self.manifest_path(&name.name)).await {
            Ok(bytes) => bytes,
            Err(error) if error.is_not_found() || error.is_damage() => return Ok(None),
            // One that cannot be read now may be the newest, and pinned.
            Err(error) => return Err(error),
        };
        let Ok(manifest) = Manifest::decode(&bytes) else {
            return Ok(None);
        };
        for (kind, entry) in manifest.parts() {
            if !self.has_part(kind, entry).await? {
                return Ok(None);
            }
        }
        Ok(Some(Head {
            manifest: name.name.clone(),
            checksum: blake3::hash(&bytes).to_hex().to_string(),
            epoch: manifest.epoch,
        }))
    }

    /// Names of manifests after one, oldest first.
    async fn manifests_after(&self, name: Option<&str>) -> Result<Vec<ManifestName>, StoreError> {
        let folder = self.prefix.clone().join("manifests");
        let failed = failed_on(format!("listing {folder}"));
        let listed = match name {
            Some(name) => self
                .objects
                .list_with_offset(Some(&folder), &self.manifest_path(name)),
            None => self.objects.list(Some(&folder)),
        };
        let objects: Vec<_> = listed.try_collect().await.map_err(failed)?;
        let mut names: Vec<_> = objects
            .iter()
            .filter_map(|object| ManifestName::parse(object.location.filename()?))
            .collect();
        names.sort();
        Ok(names)
    }

    /// Whether this writer may still publish, as far as can be seen. Where conditions are honoured the write itself tells.
    async fn check_fence(&self, fence: &Fence) -> Result<(), StoreError> {
        if self.conditions().await? == Conditions::Honoured {
            return Ok(());
        }
        match self.lease().await? {
            Some((lease, _)) if lease.holder != fence.holder => {
                Err(fenced(format!("{} may publish now", lease.holder)))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn head_path(&self) -> Path {
        self.prefix.clone().join(HEAD)
    }
}

/// Whether a writer that saw `current` may replace this `HEAD`.
fn follows(seen: &Head, current: Option<&Manifest>, epoch: u64) -> Result<(), StoreError> {
    if seen.epoch > epoch {
        return Err(fenced(format!(
            "HEAD is of epoch {}, this of {epoch}",
            seen.epoch
        )));
    }
    let name = current.map(|current| ManifestName::file_name(current.generation, &current.writer));
    match name.as_deref() == Some(seen.manifest.as_str()) {
        true => Ok(()),
        false => Err(fenced(format!("{} was published meanwhile", seen.manifest))),
    }
}

fn fenced(reason: String) -> StoreError {
    StoreError::Fenced { reason }
}
