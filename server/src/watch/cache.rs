//! The private folder of verified copies.
//!
//! A part gets its name by a rename after its hash was checked, and is never written again. `current.json` names the
//! generation that was served last, so that a restart needs neither store nor network. All of it may be deleted.

use std::collections::HashSet;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use frontage_shared::manifest::{Manifest, PartEntry};
use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::layout::{MAJOR, MINOR, PartKind};
use frontage_shared::store::Store;
use tracing::warn;

use super::WatchError;

/// The manifest served last.
const CURRENT: &str = "current.json";
/// Which files were verified, by which build, since the machine was started.
const VERIFIED: &str = "verified";
/// What differs after a restart of the machine, which may have lost what was not written out yet.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

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

    /// Notes that the parts of a manifest, as they lie here, were verified.
    ///
    /// # Errors
    /// The folder cannot be read or written.
    pub fn note_verified(&self, manifest: &Manifest) -> io::Result<()> {
        let note = self.note(manifest)?;
        let temporary = self.folder.join(".verified.tmp");
        std::fs::write(&temporary, note)?;
        std::fs::rename(&temporary, self.folder.join(VERIFIED))
    }

    /// Whether the parts of a manifest were verified and are the same files as then.
    pub fn was_verified(&self, manifest: &Manifest) -> bool {
        let noted = std::fs::read_to_string(self.folder.join(VERIFIED));
        let now = self.note(manifest);
        noted.is_ok_and(|noted| now.is_ok_and(|now| noted == now))
    }

    /// What a file is known by without reading it, for each part; the first lines say who verified and when.
    fn note(&self, manifest: &Manifest) -> io::Result<String> {
        let mut note = format!(
            "frontage-server {} format {MAJOR}.{MINOR}\n{}",
            env!("CARGO_PKG_VERSION"),
            std::fs::read_to_string(BOOT_ID)?
        );
        for (kind, entry) in manifest.parts() {
            let name = entry.file_name(kind);
            let file = std::fs::metadata(self.folder.join(&name))?;
            let (length, inode) = (file.len(), file.ino());
            let (seconds, nanos) = (file.mtime(), file.mtime_nsec());
            note.push_str(&format!("{name} {length} {inode} {seconds}.{nanos:09}\n"));
        }
        Ok(note)
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

    /// Maps the parts of a manifest. Cheap; verification is the caller's. Without the catalog part if it is open
    /// already.
    ///
    /// # Errors
    /// A part is missing or does not open.
    pub fn map(
        &self,
        manifest: &Manifest,
        open: Option<Arc<Catalog>>,
    ) -> Result<Generation, WatchError> {
        let mapped = match open {
            Some(catalog) => Generation::map_offers(manifest.clone(), catalog, &self.folder),
            None => Generation::map(manifest.clone(), &self.folder),
        };
        mapped.map_err(WatchError::Open)
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
        let mut wanted: HashSet<String> = HashSet::from([CURRENT.to_owned(), VERIFIED.to_owned()]);
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
        let copied = store.copy_part(kind, entry, &temporary).await;
        let result = copied.map_err(|error| error.to_string()).and_then(|()| {
            let named = std::fs::rename(&temporary, self.folder.join(&name));
            named.map_err(|error| error.to_string())
        });
        if result.is_err() {
            // What is left of it is in nobody's way: the next copy overwrites it.
            let _ = tokio::fs::remove_file(&temporary).await;
        }
        result.map_err(|reason| WatchError::Copy { part: name, reason })
    }

    fn remove(&self, name: &str) {
        if let Err(error) = std::fs::remove_file(self.folder.join(name))
            && error.kind() != io::ErrorKind::NotFound
        {
            warn!(file = name, %error, "cannot remove a file of the cache");
        }
    }
}
