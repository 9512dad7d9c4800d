//! The store of one shop: reading what is current, writing what will be.
//!
//! Names are never reused and bytes never changed; only `HEAD` is replaced.

use std::io;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    Error, ObjectMeta, ObjectStore, ObjectStoreExt as _, PutMode, PutOptions, UpdateVersion,
};

use super::alone;
use super::bucket::{self, Bucket};
use super::copy::{self, Durability};
use super::transfer::{COMPRESSED, part_name};
use super::{Conditions, Head, HeadStamp, ManifestName, StoreError, StoreLocation, StoreOptions};
use crate::manifest::{Manifest, PartEntry};
use crate::snapshot::layout::PartKind;

/// Every write is staged under the part's name with this behind it, as the folder store does; see `is_leftover`.
const STAGED: &str = "#0";

/// The store of one shop.
#[derive(Clone, Debug)]
pub struct Store {
    pub(super) objects: Arc<dyn ObjectStore>,
    /// `shops/<shop>` below the store's root.
    pub(super) prefix: Path,
    pub(super) place: Place,
}

/// What a store can do beyond keeping objects depends on where it is.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// The same place as a folder: written with files of our own, locked, and cleaned up after a writer that was killed.
    Folder(PathBuf),
    /// What is known of the bucket.
    Bucket(Arc<Bucket>),
}

impl Store {
    /// Opens the store of a shop whose location needs no options. Relative paths start from `base`.
    ///
    /// # Errors
    /// The location will not do.
    pub fn open(location: &str, base: &FilePath, shop: &str) -> Result<Self, StoreError> {
        let place = StoreLocation::parse(location, StoreOptions::default(), base);
        let place = place.map_err(|problems| StoreError::Location {
            location: location.to_owned(),
            reason: problems
                .first()
                .map(|problem| problem.rule.clone())
                .unwrap_or_default(),
        })?;
        Self::at(&place, shop)
    }

    /// Opens the store of a shop. A folder need not exist yet; reading from it then finds nothing. A bucket is not asked
    /// for anything.
    ///
    /// # Errors
    /// The location will not do, or a file with a key of the bucket cannot be read.
    pub fn at(location: &StoreLocation, shop: &str) -> Result<Self, StoreError> {
        let path = match location {
            StoreLocation::Folder(path) => path,
            StoreLocation::Bucket(place) => {
                let prefix = Path::from(format!("{}/shops/{shop}", place.prefix));
                return Ok(Self {
                    objects: bucket::client(place)?,
                    prefix,
                    place: Place::Bucket(Arc::default()),
                });
            }
        };
        let refused = |reason: String| StoreError::Location {
            location: location.to_string(),
            reason,
        };
        let root = std::path::absolute(path).map_err(|error| refused(error.to_string()))?;
        let folder = root.join("shops").join(shop);
        let prefix =
            Path::from_absolute_path(&folder).map_err(|error| refused(error.to_string()))?;
        Ok(Self {
            objects: Arc::new(LocalFileSystem::new().with_fsync(true)),
            prefix,
            place: Place::Folder(folder),
        })
    }

    /// The shop's folder; none in a bucket.
    pub fn as_folder(&self) -> Option<&FilePath> {
        match &self.place {
            Place::Folder(folder) => Some(folder),
            Place::Bucket(_) => None,
        }
    }

    /// The shop's folder, for those who know that it is one: in a bucket it is a path to nowhere.
    pub fn folder(&self) -> &FilePath {
        self.as_folder().unwrap_or(FilePath::new("/nonexistent"))
    }

    /// What is current; none before the first publish.
    ///
    /// # Errors
    /// The store cannot be read, or `HEAD` is damaged.
    pub async fn head(&self) -> Result<Option<Head>, StoreError> {
        if let Place::Bucket(bucket) = &self.place {
            return self.bucket_head(bucket).await;
        }
        match self.read(&self.head_path()).await {
            Ok(bytes) => Head::decode(&bytes).map(Some),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What tells one `HEAD` from the next without reading it; none if it is not there, or cannot be had for nothing.
    pub async fn head_stamp(&self) -> Option<HeadStamp> {
        let file = self.as_folder()?.join("HEAD");
        let metadata = tokio::fs::metadata(file).await.ok()?;
        Some(HeadStamp::of(&metadata))
    }

    /// The manifest that `HEAD` names.
    ///
    /// # Errors
    /// It is not there, not readable, or not what `HEAD` promised.
    pub async fn manifest(&self, head: &Head) -> Result<Manifest, StoreError> {
        let bytes = self.read(&self.manifest_path(&head.manifest)).await?;
        let got = blake3::hash(&bytes).to_hex().to_string();
        if got != head.checksum {
            return Err(StoreError::Checksum {
                name: head.manifest.clone(),
                expected: head.checksum.clone(),
                got,
            });
        }
        decode_manifest(&head.manifest, &bytes)
    }

    /// The current manifest; none before the first publish.
    ///
    /// # Errors
    /// As [`Store::head`] and [`Store::manifest`].
    pub async fn current(&self) -> Result<Option<Manifest>, StoreError> {
        match self.head().await? {
            Some(head) => self.manifest(&head).await.map(Some),
            None => Ok(None),
        }
    }

    /// Points `HEAD` at the newest manifest that is whole and whose parts are there; for when `HEAD` or the manifest
    /// it names was damaged. Only the one writer may call this.
    ///
    /// # Errors
    /// The store cannot be read or written.
    pub async fn repair_head(&self) -> Result<Option<Manifest>, StoreError> {
        let parts = self.parts().await?;
        for name in self.manifests().await?.into_iter().rev() {
            let Ok(bytes) = self.read(&self.manifest_path(&name.name)).await else {
                continue;
            };
            let Ok(manifest) = Manifest::decode(&bytes) else {
                continue;
            };
            let is_there =
                |(kind, entry): &(PartKind, &PartEntry)| parts.contains(&entry.file_name(*kind));
            if manifest.parts().iter().all(is_there) {
                let checksum = blake3::hash(&bytes).to_hex().to_string();
                if self.known_conditions() == Some(Conditions::Ignored) {
                    return Ok(Some(manifest));
                }
                self.put_head(&Head {
                    manifest: name.name,
                    checksum,
                    epoch: manifest.epoch,
                })
                .await?;
                return Ok(Some(manifest));
            }
        }
        Ok(None)
    }

    /// A manifest by its file name.
    ///
    /// # Errors
    /// It is not there or not readable.
    pub async fn manifest_named(&self, name: &str) -> Result<Manifest, StoreError> {
        let Place::Bucket(bucket) = &self.place else {
            let bytes = self.read(&self.manifest_path(name)).await?;
            return decode_manifest(name, &bytes);
        };
        // A manifest never changes, and whoever tidies up reads all of a day after each publish.
        if let Some(manifest) = bucket.manifest(name) {
            return Ok(manifest);
        }
        let bytes = self.read(&self.manifest_path(name)).await?;
        let manifest = decode_manifest(name, &bytes)?;
        bucket.set_manifest(name, &manifest);
        Ok(manifest)
    }

    /// All manifests, oldest generation first.
    ///
    /// # Errors
    /// The store cannot be listed.
    pub async fn manifests(&self) -> Result<Vec<ManifestName>, StoreError> {
        let mut names: Vec<_> = self
            .list("manifests")
            .await?
            .iter()
            .filter_map(|name| ManifestName::parse(name))
            .collect();
        names.sort();
        Ok(names)
    }

    /// File names of all parts.
    ///
    /// # Errors
    /// The store cannot be listed.
    pub async fn parts(&self) -> Result<Vec<String>, StoreError> {
        let mut names = self.list("parts").await?;
        if self.as_folder().is_none() {
            names = names
                .iter()
                .map(|name| part_name(name).to_owned())
                .collect();
        }
        Ok(names)
    }

    /// Copies a part out of the store, comparing its bytes with its name on the way. The copy is as durable as the
    /// system makes it: a reader can always fetch it again.
    ///
    /// # Errors
    /// It is not there, cannot be read, is not what its name says, or the copy cannot be written; what was written of
    /// it is left to the caller.
    pub async fn copy_part(
        &self,
        kind: PartKind,
        entry: &PartEntry,
        to: &FilePath,
    ) -> Result<(), StoreError> {
        if let Place::Bucket(bucket) = &self.place {
            return self.download_part(bucket, (kind, entry), to).await;
        }
        let (name, from) = self.part_file(kind, entry);
        let (entry, to) = (entry.clone(), to.to_owned());
        let action = format!("copying {}", from.display());
        in_background(action, move || {
            copy::file(&from, &to, entry.length, Durability::AsItComes)
        })
        .await?
        .is_what_was_named(&name, &entry)
    }

    /// Copies a finished file into the store under its hash, then reads it back and compares.
    /// Does nothing if the same part is there already and whole.
    ///
    /// # Errors
    /// The file or the store failed; nothing refers to the part yet.
    pub async fn put_part(
        &self,
        kind: PartKind,
        entry: &PartEntry,
        file: &FilePath,
    ) -> Result<(), StoreError> {
        if let Place::Bucket(bucket) = &self.place {
            return self.upload_part(bucket, (kind, entry), file).await;
        }
        if self.part_is_whole(kind, entry).await.unwrap_or(false) {
            return Ok(());
        }
        let (name, to) = self.part_file(kind, entry);
        let (from, entry_too) = (file.to_owned(), entry.clone());
        let action = format!("writing {}", to.display());
        in_background(action, move || {
            copy::into_folder(&from, &staged(&to, &entry_too), &to, &entry_too)
        })
        .await?
        .is_what_was_named(&name, entry)?;
        match self.part_is_whole(kind, entry).await? {
            true => Ok(()),
            false => Err(StoreError::Part {
                name,
                got: "another content".to_owned(),
            }),
        }
    }

    /// Puts a finished file into the store under its hash without copying it: the file gets a second name there, if store
    /// and file allow that. Says whether it did; nothing has changed if not.
    ///
    /// The caller knows the file to be what its entry says, and never writes to it again. Damage of one is damage of the
    /// other, until one of them is a copy.
    ///
    /// # Errors
    /// The file or the store failed; nothing refers to the part yet.
    pub async fn link_part(
        &self,
        kind: PartKind,
        entry: &PartEntry,
        file: &FilePath,
    ) -> Result<bool, StoreError> {
        if let Place::Bucket(_) = &self.place {
            return Ok(false);
        }
        let (_, to) = self.part_file(kind, entry);
        let (from, entry) = (file.to_owned(), entry.clone());
        let action = format!("writing {}", to.display());
        in_background(action, move || {
            copy::link_into_folder(&from, &staged(&to, &entry), &to)
        })
        .await
    }

    /// Whether the stored part's bytes are what its name says.
    ///
    /// # Errors
    /// It is not there or cannot be read.
    pub async fn part_is_whole(
        &self,
        kind: PartKind,
        entry: &PartEntry,
    ) -> Result<bool, StoreError> {
        if let Place::Bucket(bucket) = &self.place {
            return self.check_part(bucket, (kind, entry)).await;
        }
        let (_, file) = self.part_file(kind, entry);
        let length = entry.length;
        let read = in_background(format!("reading {}", file.display()), move || {
            copy::read(&file, length)
        });
        Ok(read.await?.is(entry))
    }

    /// Writes a manifest under a new name and gives the `HEAD` that would make it current.
    ///
    /// # Errors
    /// The store failed, or the name is taken already.
    pub async fn put_manifest(&self, manifest: &Manifest) -> Result<Head, StoreError> {
        let name = ManifestName::file_name(manifest.generation, &manifest.writer);
        let bytes = manifest.encode().map_err(|source| StoreError::Manifest {
            name: name.clone(),
            source,
        })?;
        let checksum = blake3::hash(&bytes).to_hex().to_string();
        let path = self.manifest_path(&name);
        // The name is this writer's alone; a bucket that knows no conditions may refuse to be told one.
        let mode = match self.known_conditions() {
            Some(Conditions::Ignored) => PutMode::Overwrite,
            _ => PutMode::Create,
        };
        let options = PutOptions {
            mode,
            ..PutOptions::default()
        };
        let failed = failed_on(format!("writing {path}"));
        self.objects
            .put_opts(&path, bytes.into(), options)
            .await
            .map_err(failed)?;
        Ok(Head {
            manifest: name,
            checksum,
            epoch: manifest.epoch,
        })
    }

    /// Makes a manifest current, whatever was before it: to repair what was damaged. [`Store::publish`] looks first.
    ///
    /// # Errors
    /// The store failed; the old manifest stays current.
    pub async fn put_head(&self, head: &Head) -> Result<(), StoreError> {
        let path = self.head_path();
        let failed = failed_on(format!("writing {path}"));
        self.objects
            .put(&path, head.encode().into())
            .await
            .map_err(failed)?;
        Ok(())
    }

    /// Removes a manifest.
    ///
    /// # Errors
    /// The store failed.
    pub async fn remove_manifest(&self, name: &str) -> Result<(), StoreError> {
        self.remove(self.manifest_path(name)).await
    }

    /// Removes a part. Readers that have it open keep it.
    ///
    /// # Errors
    /// The store failed.
    pub async fn remove_part(&self, name: &str) -> Result<(), StoreError> {
        if self.as_folder().is_some() {
            return self.remove(self.part_path(name)).await;
        }
        let compressed = self.part_path(&format!("{name}{COMPRESSED}"));
        self.remove_if_there(&compressed).await?;
        self.remove_if_there(&self.part_path(name)).await
    }

    /// Removes temporary files of writers that were killed; gives how many. Only the one writer may call this.
    ///
    /// # Errors
    /// A folder cannot be read or a file not removed.
    pub fn remove_leftovers(&self) -> Result<usize, StoreError> {
        // In a bucket nothing has a name before it is whole.
        let Some(shop) = self.as_folder() else {
            return Ok(0);
        };
        let mut removed = 0;
        for folder in [shop.to_owned(), shop.join("parts"), shop.join("manifests")] {
            let failed = |source| StoreError::Io {
                action: format!("cleaning {}", folder.display()),
                source,
            };
            let entries = match std::fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => return Err(failed(error)),
            };
            for entry in entries {
                let entry = entry.map_err(failed)?;
                let name = entry.file_name().to_string_lossy().into_owned();
                if is_leftover(&name) {
                    std::fs::remove_file(entry.path()).map_err(failed)?;
                    removed += 1;
                } else if alone::is_cleared(&name) {
                    std::fs::remove_dir_all(entry.path()).map_err(failed)?;
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }

    pub(super) async fn read(&self, path: &Path) -> Result<Bytes, StoreError> {
        let failed = failed_on(format!("reading {path}"));
        self.objects
            .get(path)
            .await
            .map_err(&failed)?
            .bytes()
            .await
            .map_err(failed)
    }

    /// An object with what tells it from its next version; none if it is not there.
    pub(super) async fn read_versioned(
        &self,
        path: &Path,
    ) -> Result<Option<(Bytes, UpdateVersion)>, StoreError> {
        let failed = failed_on(format!("reading {path}"));
        let got = match self.objects.get(path).await {
            Ok(got) => got,
            Err(Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let version = UpdateVersion {
            e_tag: got.meta.e_tag.clone(),
            version: got.meta.version.clone(),
        };
        Ok(Some((got.bytes().await.map_err(failed)?, version)))
    }

    /// All objects below a path.
    pub(super) async fn listed(&self, path: &Path) -> Result<Vec<ObjectMeta>, StoreError> {
        let failed = failed_on(format!("listing {path}"));
        let objects = self.objects.list(Some(path)).try_collect().await;
        objects.map_err(failed)
    }

    async fn list(&self, folder: &str) -> Result<Vec<String>, StoreError> {
        let objects = self.listed(&self.prefix.clone().join(folder)).await?;
        Ok(objects
            .iter()
            .filter_map(|object| object.location.filename().map(str::to_owned))
            .collect())
    }

    async fn remove(&self, path: Path) -> Result<(), StoreError> {
        let failed = failed_on(format!("removing {path}"));
        self.objects.delete(&path).await.map_err(failed)
    }

    pub(super) fn manifest_path(&self, name: &str) -> Path {
        self.prefix.clone().join("manifests").join(name)
    }

    /// Name and place of a part.
    fn part_file(&self, kind: PartKind, entry: &PartEntry) -> (String, PathBuf) {
        let name = entry.file_name(kind);
        let file = self.folder().join("parts").join(&name);
        (name, file)
    }

    pub(super) fn part_path(&self, name: &str) -> Path {
        self.prefix.clone().join("parts").join(name)
    }
}

fn decode_manifest(name: &str, bytes: &[u8]) -> Result<Manifest, StoreError> {
    Manifest::decode(bytes).map_err(|source| StoreError::Manifest {
        name: name.to_owned(),
        source,
    })
}

/// Where a part lies until it has its name.
fn staged(file: &FilePath, entry: &PartEntry) -> PathBuf {
    file.with_file_name(format!("{}{STAGED}", entry.hash))
}

pub(super) fn failed_on(action: String) -> impl Fn(object_store::Error) -> StoreError {
    move |source| StoreError::Objects {
        action: action.clone(),
        source,
    }
}

/// The folder store stages every write as `<name>#<number>`.
fn is_leftover(name: &str) -> bool {
    name.rsplit_once('#').is_some_and(|(_, number)| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// Large files are read and written on a thread that answers no requests.
pub(super) async fn in_background<T: Send + 'static>(
    action: String,
    act: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, StoreError> {
    let done = tokio::task::spawn_blocking(act).await;
    done.unwrap_or_else(|stopped| Err(io::Error::other(stopped)))
        .map_err(|source| StoreError::Io { action, source })
}
