//! The private folder of verified copies.
//!
//! A part gets its name by a rename after its hash was checked, and is never written again. `current.json` names the
//! generation that was served last, so that a restart needs neither store nor network. All of it may be deleted.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use frontage_shared::manifest::{Manifest, PartEntry};
use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::layout::PartKind;
use frontage_shared::store::Store;
use futures_util::TryStreamExt as _;
use tokio::io::{AsyncWriteExt as _, BufWriter};
use tracing::warn;

use super::WatchError;

/// The manifest served last.
const CURRENT: &str = "current.json";
/// Bytes gathered before a write.
const WRITE_BUFFER_BYTES: usize = 1 << 20;

/// A folder of one server alone.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// The cache of one shop in a server's folder; made if absent.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn open(folder: &Path, shop: &str) -> io::Result<Self> {
        let folder = folder.join(shop);
        std::fs::create_dir_all(&folder)?;
        Ok(Self { folder })
    }

    /// The manifest of the generation served last; `None` if there is none or it is damaged.
    pub fn current(&self) -> Option<Manifest> {
        let path = self.folder.join(CURRENT);
        let bytes = std::fs::read(&path).ok()?;
        match Manifest::decode(&bytes) {
            Ok(manifest) => Some(manifest),
            Err(error) => {
                warn!(path = %path.display(), %error, "the cache names no generation, looking in the store");
                None
            }
        }
    }

    /// Notes which generation a restart should begin with.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn set_current(&self, manifest: &Manifest) -> io::Result<()> {
        let bytes = manifest.encode().map_err(io::Error::other)?;
        let temporary = self.folder.join(".current.json.tmp");
        std::fs::write(&temporary, bytes)?;
        std::fs::rename(&temporary, self.folder.join(CURRENT))
    }

    /// Copies the parts of a manifest that are not here yet; says how many that were.
    ///
    /// # Errors
    /// A part is not in the store, is not what its name says, or cannot be written here.
    pub async fn fetch(&self, store: &Store, manifest: &Manifest) -> Result<usize, WatchError> {
        let mut copied = 0;
        for (kind, entry) in manifest.parts() {
            if !self.has(kind, entry) {
                self.copy(store, kind, entry).await?;
                copied += 1;
            }
        }
        Ok(copied)
    }

    /// Maps the parts of a manifest. Cheap; verification is the caller's.
    ///
    /// # Errors
    /// A part is missing or does not open.
    pub fn map(&self, manifest: &Manifest) -> Result<Generation, WatchError> {
        Generation::map(manifest.clone(), &self.folder).map_err(WatchError::Open)
    }

    /// Forgets the parts of a manifest that `served` does not need, so that they are fetched again.
    pub fn forget(&self, manifest: &Manifest, served: Option<&Manifest>) {
        let kept: Vec<String> = served
            .into_iter()
            .flat_map(Manifest::parts)
            .map(|(kind, entry)| entry.file_name(kind))
            .collect();
        for (kind, entry) in manifest.parts() {
            let name = entry.file_name(kind);
            if !kept.contains(&name) {
                self.remove(&name);
            }
        }
    }

    /// Removes everything that none of these manifests needs.
    pub fn keep_only<'a>(&self, manifests: impl Iterator<Item = &'a Manifest>) {
        let mut wanted: HashSet<String> = HashSet::from([CURRENT.to_owned()]);
        wanted.extend(
            manifests
                .flat_map(Manifest::parts)
                .map(|(kind, entry)| entry.file_name(kind)),
        );
        let Ok(entries) = std::fs::read_dir(&self.folder) else {
            return;
        };
        for name in entries
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok())
        {
            if !wanted.contains(&name) {
                self.remove(&name);
            }
        }
    }

    fn has(&self, kind: PartKind, entry: &PartEntry) -> bool {
        let path = self.folder.join(entry.file_name(kind));
        std::fs::metadata(path).is_ok_and(|metadata| metadata.len() == entry.length)
    }

    async fn copy(
        &self,
        store: &Store,
        kind: PartKind,
        entry: &PartEntry,
    ) -> Result<(), WatchError> {
        let name = entry.file_name(kind);
        let temporary = self.folder.join(format!(".{name}.tmp"));
        let result = async {
            self.copy_to(store, kind, entry, &temporary).await?;
            tokio::fs::rename(&temporary, self.folder.join(&name))
                .await
                .map_err(|error| error.to_string())
        };
        let result = result.await;
        if result.is_err() {
            // What is left of it is in nobody's way: the next copy overwrites it.
            let _ = tokio::fs::remove_file(&temporary).await;
        }
        result.map_err(|reason| WatchError::Copy { part: name, reason })
    }

    async fn copy_to(
        &self,
        store: &Store,
        kind: PartKind,
        entry: &PartEntry,
        path: &Path,
    ) -> Result<(), String> {
        let mut stream = store
            .part(kind, entry)
            .await
            .map_err(|error| error.to_string())?;
        let file = tokio::fs::File::create(path)
            .await
            .map_err(|error| error.to_string())?;
        let mut file = BufWriter::with_capacity(WRITE_BUFFER_BYTES, file);
        let mut hasher = blake3::Hasher::new();
        let mut length = 0;
        while let Some(chunk) = stream.try_next().await.map_err(|error| error.to_string())? {
            length += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
            if length > entry.length {
                return Err(format!(
                    "it is longer than the {} bytes of the manifest",
                    entry.length
                ));
            }
            hasher.update(&chunk);
            file.write_all(&chunk)
                .await
                .map_err(|error| error.to_string())?;
        }
        file.flush().await.map_err(|error| error.to_string())?;
        let got = hasher.finalize().to_hex();
        match got.as_str() == entry.hash && length == entry.length {
            true => Ok(()),
            false => Err(format!("its {length} bytes have the hash {got}")),
        }
    }

    fn remove(&self, name: &str) {
        if let Err(error) = std::fs::remove_file(self.folder.join(name))
            && error.kind() != io::ErrorKind::NotFound
        {
            warn!(file = name, %error, "cannot remove a file of the cache");
        }
    }
}
