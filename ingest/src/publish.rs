//! **publish**: two finished parts become a generation, in an order that leaves the old or the new one at any instant.
//!
//! Verify with the reader's own code, copy the parts into the store under their hashes, write the manifest under a
//! new name, and only then point `HEAD` at it. Nothing that exists is ever changed.

use std::fs::File;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use frontage_shared::manifest::{Counts, Manifest, PartEntry, SourceState};
use frontage_shared::snapshot::layout::PartKind;
use frontage_shared::snapshot::{Generation, SnapshotError, mapped};
use frontage_shared::store::{Fence, Store, StoreError};
use frontage_shared::trial::Trial;
use std::collections::BTreeMap;

use crate::lock::{self, LockError};
use crate::verified::Verified;

/// Everything that makes a generation, but its number.
#[derive(Debug)]
pub struct Candidate {
    /// The slow half and where its file lies.
    pub catalog: (PartEntry, PathBuf),
    /// The fast half and where its file lies.
    pub offers: (PartEntry, PathBuf),
    /// How much it holds.
    pub counts: Counts,
    /// Last good run of each source.
    pub sources: BTreeMap<String, SourceState>,
    /// `cycle`, `approve`, `rollback`, `pin`, `unpin` or `flip`.
    pub reason: &'static str,
    /// Whether later cycles must not publish over it.
    pub pinned: bool,
    /// Whose part the servers' spans are that take it into service, if it is traced.
    pub traceparent: Option<String>,
    /// How long a catalog that is new is on trial, in milliseconds, if it is to be.
    pub hold_ms: Option<u64>,
}

/// Publishing failed; the old generation stays.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The finished parts do not pass the reader's own checks.
    #[error("the candidate does not pass verification: {0}")]
    Verify(#[from] SnapshotError),
    /// The lock that keeps two from copying the same part cannot be used.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A local copy of a part cannot be made.
    #[error("local copy {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
}

impl PublishError {
    /// What becomes of an error of the file system at a path.
    pub fn at(path: &Path) -> impl Fn(std::io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io {
            path: path.clone(),
            source,
        }
    }

    /// Whether something stored is missing, damaged or from another time, so that waiting does not help.
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Store(error) => error.is_damage(),
            Self::Verify(_) => true,
            Self::Lock(_) | Self::Io { .. } => false,
        }
    }
}

/// Publishes a candidate over the current generation, if there is one, and gives its manifest.
///
/// Parts that `verified` knows are not read again, and those that were read are added to it; the caller saves it.
///
/// # Errors
/// Verification or the store failed; the current generation stays current.
pub async fn generation(
    store: &Store,
    shop: &str,
    current: Option<&Manifest>,
    candidate: Candidate,
    verified: &mut Verified,
    (fence, now): (&Fence, i64),
) -> Result<Manifest, PublishError> {
    let manifest = prepare(store, shop, current, &candidate, verified, (fence, now)).await?;
    store.publish(&manifest, current, fence).await?;
    Ok(manifest)
}

/// Everything of [`generation`] but what shoppers see: checks the candidate, and puts its parts into the store. Gives the
/// manifest that would be published now.
///
/// # Errors
/// Verification or the store failed.
pub async fn prepare(
    store: &Store,
    shop: &str,
    current: Option<&Manifest>,
    candidate: &Candidate,
    verified: &mut Verified,
    (fence, now): (&Fence, i64),
) -> Result<Manifest, PublishError> {
    let newest = store.manifests().await?.last().map(|name| name.generation);
    let manifest = Manifest {
        version: 1,
        shop: shop.to_owned(),
        // A number once written to disk is never used again, even if its publish did not get as far as HEAD.
        generation: newest
            .max(current.map(|current| current.generation))
            .map_or(1, |newest| newest + 1),
        previous: current.map(|current| current.generation),
        catalog: candidate.catalog.0.clone(),
        offers: candidate.offers.0.clone(),
        created_at: now,
        writer: fence.holder.clone(),
        epoch: fence.epoch,
        pinned: candidate.pinned,
        reason: candidate.reason.to_owned(),
        sources: candidate.sources.clone(),
        counts: candidate.counts,
        trial: candidate.hold_ms.and_then(|hold_ms| {
            let catalog = &candidate.catalog.0.hash;
            Trial::next(current, catalog, hold_ms, now)
        }),
        traceparent: candidate.traceparent.clone(),
        checksum: String::new(),
    };
    let files = [&candidate.catalog.1, &candidate.offers.1];
    verify(manifest.clone(), files, verified.knows(files[0])).await?;
    for (part, file) in manifest.parts().into_iter().zip(files) {
        put_part(store, part, file, verified).await?;
    }
    Ok(manifest)
}

/// Where a part lies in a store that is a folder.
pub fn stored(store: &Store, (kind, entry): (PartKind, &PartEntry)) -> PathBuf {
    store.folder().join("parts").join(entry.file_name(kind))
}

/// Puts a part whose file was found whole into the store, unless it is known to be there.
///
/// # Errors
/// The store failed.
pub async fn put_part(
    store: &Store,
    (kind, entry): (PartKind, &PartEntry),
    file: &Path,
    verified: &mut Verified,
) -> Result<(), PublishError> {
    verified.add(file);
    let stored = stored(store, (kind, entry));
    if !verified.knows(&stored) {
        store.put_part(kind, entry, file).await?;
        verified.add(&stored);
    }
    Ok(())
}

/// A local copy of a stored part, in `folder` under its own name, compared with its hash unless `verified` knows it.
/// Whoever wants the same part meanwhile waits for the one copy.
///
/// # Errors
/// The store failed or its copy is damaged.
pub async fn local_copy(
    store: &Store,
    folder: &Path,
    (kind, entry): (PartKind, &PartEntry),
    verified: &Verified,
) -> Result<PathBuf, PublishError> {
    let path = folder.join(entry.file_name(kind));
    if verified.knows(&path) {
        return Ok(path);
    }
    std::fs::create_dir_all(folder).map_err(PublishError::at(&path))?;
    let _lock = hold_folder(folder).await?;
    if hash_of(&path).is_some_and(|hash| hash == entry.hash) {
        return Ok(path);
    }
    copied(store, (kind, entry), &path).await?;
    Ok(path)
}

/// Whether [`settle`] has nothing to do for a part, which is nearly always so.
pub fn is_settled(store: &Store, folder: &Path, part: (PartKind, &PartEntry)) -> bool {
    let local = folder.join(part.1.file_name(part.0));
    !half_copied(&local).exists() && !is_same(&local, &stored(store, part))
}

/// Leaves the local parts of what is published as they are to be: nothing is half copied, and no file is the stored one by
/// another name, so that damage of one of them is not damage of both.
///
/// # Errors
/// The store failed, a part is damaged, or a copy cannot be made.
pub async fn settle(
    store: &Store,
    folder: &Path,
    parts: &[(PartKind, &PartEntry)],
    verified: &mut Verified,
) -> Result<(), PublishError> {
    let _lock = hold_folder(folder).await?;
    for &(kind, entry) in parts {
        let local = folder.join(entry.file_name(kind));
        // What a process that was killed had copied; whoever copies holds the folder.
        let _ = std::fs::remove_file(half_copied(&local));
        let stored = stored(store, (kind, entry));
        if !is_same(&local, &stored) {
            continue;
        }
        let is_known = verified.knows(&local);
        copied(store, (kind, entry), &local).await?;
        verified.add(&local);
        // It lost a name since it was read as the other, and nothing else.
        if is_known {
            verified.add(&stored);
        }
        verified.save();
    }
    Ok(())
}

/// Where a part lies until it is copied.
fn half_copied(path: &Path) -> PathBuf {
    path.with_extension("part")
}

fn is_same(one: &Path, other: &Path) -> bool {
    let inode = |path| std::fs::metadata(path).map(|of| (of.dev(), of.ino()));
    matches!((inode(one), inode(other)), (Ok(one), Ok(other)) if one == other)
}

/// Copies a part out of the store, to where a copy that failed is not mistaken for a good one.
async fn copied(
    store: &Store,
    (kind, entry): (PartKind, &PartEntry),
    path: &Path,
) -> Result<(), PublishError> {
    let part = half_copied(path);
    if let Err(error) = store.copy_part(kind, entry, &part).await {
        // Failing to remove it changes nothing.
        let _ = std::fs::remove_file(&part);
        return Err(error.into());
    }
    std::fs::rename(&part, path).map_err(PublishError::at(path))
}

/// Removes every file of a folder but these.
///
/// # Errors
/// The folder cannot be read, or a file not removed.
pub fn keep_only(folder: &Path, kept: &[PathBuf]) -> Result<(), PublishError> {
    for entry in std::fs::read_dir(folder).map_err(PublishError::at(folder))? {
        let path = entry.map_err(PublishError::at(folder))?.path();
        if !kept.contains(&path) {
            std::fs::remove_file(&path).map_err(PublishError::at(&path))?;
        }
    }
    Ok(())
}

/// Keeps others from making or removing local copies in a folder until the file is dropped.
///
/// # Errors
/// The lock file cannot be used.
pub async fn hold_folder(folder: &Path) -> Result<File, PublishError> {
    Ok(lock::hold(&folder.with_extension("lock")).await?)
}

/// A stored generation, opened from verified local copies of its parts in `folder`.
///
/// # Errors
/// The store failed, or a part is damaged.
pub async fn opened(
    store: &Store,
    folder: &Path,
    manifest: &Manifest,
    verified: &Verified,
) -> Result<Generation, PublishError> {
    for part in manifest.parts() {
        local_copy(store, folder, part, verified).await?;
    }
    Ok(Generation::map(manifest.clone(), folder)?)
}

/// A catalog that is known to be whole was verified before; offers are new each time, and small.
async fn verify(
    manifest: Manifest,
    [catalog, offers]: [&PathBuf; 2],
    is_catalog_known: bool,
) -> Result<(), PublishError> {
    let (catalog, offers) = (catalog.clone(), offers.clone());
    let checked = tokio::task::spawn_blocking(move || {
        let generation = Generation::open(manifest, mapped::map(&catalog)?, mapped::map(&offers)?)?;
        match is_catalog_known {
            true => generation.offers.verify(),
            false => generation.verify(),
        }
    });
    match checked.await {
        Ok(result) => Ok(result?),
        Err(panic) => {
            Err(SnapshotError::TextIndex(format!("verification itself failed: {panic}")).into())
        }
    }
}

/// The BLAKE3 of a file, if it can be read.
pub(crate) fn hash_of(path: &Path) -> Option<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(std::fs::File::open(path).ok()?).ok()?;
    Some(hasher.finalize().to_hex().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A store, and a part of it as a file.
    fn stored_part(root: &Path) -> (Store, PartEntry, PathBuf, Vec<u8>) {
        let location = root.join("store").display().to_string();
        let store = Store::open(&location, Path::new("/"), "shop").unwrap();
        let (file, bytes) = (root.join("offers"), vec![7; 300_000]);
        std::fs::write(&file, &bytes).unwrap();
        let entry = PartEntry {
            hash: blake3::hash(&bytes).to_hex().to_string(),
            length: bytes.len() as u64,
        };
        (store, entry, file, bytes)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn many_may_want_the_same_part_at_once() {
        let root = tempfile::tempdir().unwrap();
        let (store, entry, file, bytes) = stored_part(root.path());
        let kind = PartKind::Offers;
        store.put_part(kind, &entry, &file).await.unwrap();
        let folder = root.path().join("parts");
        let verified = Verified::nothing(root.path());
        let copies = (0..16).map(|_| local_copy(&store, &folder, (kind, &entry), &verified));
        for copy in futures_util::future::join_all(copies).await {
            assert_eq!(std::fs::read(copy.unwrap()).unwrap(), bytes);
        }
        let names = std::fs::read_dir(&folder).unwrap().count();
        assert_eq!(names, 1, "nothing is left behind but the part");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_part_that_was_linked_gets_a_copy_and_nothing_is_read_again() {
        let root = tempfile::tempdir().unwrap();
        let (store, entry, file, bytes) = stored_part(root.path());
        let part = (PartKind::Offers, &entry);
        assert!(store.link_part(part.0, &entry, &file).await.unwrap());
        let folder = root.path().join("parts");
        std::fs::create_dir(&folder).unwrap();
        let local = folder.join(entry.file_name(part.0));
        std::fs::rename(&file, &local).unwrap();
        let mut verified = Verified::nothing(root.path());
        verified.add(&local);
        let stored = stored(&store, part);
        assert!(is_same(&local, &stored));
        for _ in 0..2 {
            std::fs::write(half_copied(&local), b"ha").unwrap();
            settle(&store, &folder, &[part], &mut verified)
                .await
                .unwrap();
            assert!(!is_same(&local, &stored));
            assert!(verified.knows(&local) && verified.knows(&stored));
            let names = std::fs::read_dir(&folder).unwrap().count();
            assert_eq!(names, 1, "nothing is left behind but the part");
        }
        assert_eq!(std::fs::read(&local).unwrap(), bytes);
    }
}
