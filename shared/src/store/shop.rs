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
use object_store::{ObjectStore, ObjectStoreExt as _, PutMode, PutOptions};

use super::copy::{self, Durability};
use super::{Head, HeadStamp, ManifestName, StoreError};
use crate::manifest::{Manifest, PartEntry};
use crate::snapshot::layout::PartKind;

/// Every write is staged under the part's name with this behind it, as the folder store does; see `is_leftover`.
const STAGED: &str = "#0";

/// The store of one shop.
#[derive(Clone, Debug)]
pub struct Store {
    objects: Arc<dyn ObjectStore>,
    /// `shops/<shop>` below the store's root.
    prefix: Path,
    /// The same place as a folder, for cleaning up what a killed writer left.
    folder: PathBuf,
}

impl Store {
    /// Opens the store of a shop. The folder need not exist yet; reading from it then finds nothing.
    ///
    /// `location` is `file:///absolute/folder`, an absolute path, or a path relative to `base`.
    ///
    /// # Errors
    /// The location is of a kind this build cannot use.
    pub fn open(location: &str, base: &FilePath, shop: &str) -> Result<Self, StoreError> {
        let refused = |reason: String| StoreError::Location {
            location: location.to_owned(),
            reason,
        };
        let path = match location.split_once("://") {
            Some(("file", path)) if path.starts_with('/') => PathBuf::from(path),
            Some((scheme, _)) => {
                return Err(refused(format!(
                    "`{scheme}` is not `file`, or the path is not absolute"
                )));
            }
            None => base.join(location),
        };
        let root = std::path::absolute(&path).map_err(|error| refused(error.to_string()))?;
        let folder = root.join("shops").join(shop);
        let prefix =
            Path::from_absolute_path(&folder).map_err(|error| refused(error.to_string()))?;
        Ok(Self {
            objects: Arc::new(LocalFileSystem::new().with_fsync(true)),
            prefix,
            folder,
        })
    }

    /// The shop's folder.
    pub fn folder(&self) -> &FilePath {
        &self.folder
    }

    /// What is current; none before the first publish.
    ///
    /// # Errors
    /// The store cannot be read, or `HEAD` is damaged.
    pub async fn head(&self) -> Result<Option<Head>, StoreError> {
        match self.read(&self.prefix.clone().join("HEAD")).await {
            Ok(bytes) => Head::decode(&bytes).map(Some),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What tells one `HEAD` from the next without reading it; none if it is not there or cannot be asked.
    pub async fn head_stamp(&self) -> Option<HeadStamp> {
        let metadata = tokio::fs::metadata(self.folder.join("HEAD")).await.ok()?;
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
                self.put_head(&Head {
                    manifest: name.name,
                    checksum,
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
        let bytes = self.read(&self.manifest_path(name)).await?;
        decode_manifest(name, &bytes)
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
        self.list("parts").await
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
        if self.part_is_whole(kind, entry).await.unwrap_or(false) {
            return Ok(());
        }
        let (name, to) = self.part_file(kind, entry);
        let (from, entry_too) = (file.to_owned(), entry.clone());
        let action = format!("writing {}", to.display());
        in_background(action, move || {
            let staged = to.with_file_name(format!("{}{STAGED}", entry_too.hash));
            copy::into_folder(&from, &staged, &to, &entry_too)
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

    /// Whether the stored part's bytes are what its name says.
    ///
    /// # Errors
    /// It is not there or cannot be read.
    pub async fn part_is_whole(
        &self,
        kind: PartKind,
        entry: &PartEntry,
    ) -> Result<bool, StoreError> {
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
        let options = PutOptions {
            mode: PutMode::Create,
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
        })
    }

    /// Makes a manifest current. This is the instant of publishing.
    ///
    /// # Errors
    /// The store failed; the old manifest stays current.
    pub async fn put_head(&self, head: &Head) -> Result<(), StoreError> {
        let path = self.prefix.clone().join("HEAD");
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
        self.remove(self.part_path(name)).await
    }

    /// Removes temporary files of writers that were killed; gives how many. Only the one writer may call this.
    ///
    /// # Errors
    /// A folder cannot be read or a file not removed.
    pub fn remove_leftovers(&self) -> Result<usize, StoreError> {
        let mut removed = 0;
        for folder in [
            self.folder.clone(),
            self.folder.join("parts"),
            self.folder.join("manifests"),
        ] {
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
                if is_leftover(&entry.file_name().to_string_lossy()) {
                    std::fs::remove_file(entry.path()).map_err(failed)?;
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }

    async fn read(&self, path: &Path) -> Result<Bytes, StoreError> {
        let failed = failed_on(format!("reading {path}"));
        self.objects
            .get(path)
            .await
            .map_err(&failed)?
            .bytes()
            .await
            .map_err(failed)
    }

    async fn list(&self, folder: &str) -> Result<Vec<String>, StoreError> {
        let path = self.prefix.clone().join(folder);
        let failed = failed_on(format!("listing {path}"));
        let objects: Vec<_> = self
            .objects
            .list(Some(&path))
            .try_collect()
            .await
            .map_err(failed)?;
        Ok(objects
            .iter()
            .filter_map(|object| object.location.filename().map(str::to_owned))
            .collect())
    }

    async fn remove(&self, path: Path) -> Result<(), StoreError> {
        let failed = failed_on(format!("removing {path}"));
        self.objects.delete(&path).await.map_err(failed)
    }

    fn manifest_path(&self, name: &str) -> Path {
        self.prefix.clone().join("manifests").join(name)
    }

    /// Name and place of a part.
    fn part_file(&self, kind: PartKind, entry: &PartEntry) -> (String, PathBuf) {
        let name = entry.file_name(kind);
        let file = self.folder.join("parts").join(&name);
        (name, file)
    }

    fn part_path(&self, name: &str) -> Path {
        self.prefix.clone().join("parts").join(name)
    }
}

fn decode_manifest(name: &str, bytes: &[u8]) -> Result<Manifest, StoreError> {
    Manifest::decode(bytes).map_err(|source| StoreError::Manifest {
        name: name.to_owned(),
        source,
    })
}

fn failed_on(action: String) -> impl Fn(object_store::Error) -> StoreError {
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
async fn in_background<T: Send + 'static>(
    action: String,
    act: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, StoreError> {
    let done = tokio::task::spawn_blocking(act).await;
    done.unwrap_or_else(|stopped| Err(io::Error::other(stopped)))
        .map_err(|source| StoreError::Io { action, source })
}
