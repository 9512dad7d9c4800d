//! What is remembered of a fetch, so that the next one can ask "has it changed?".
//!
//! A page's file is named by the hash of its content and never modified, so a remembered page is either whole or absent.

use super::error::{FetchError, shown};
use super::walk::RawPage;
use crate::config::Request;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// The pages of a source as they were when it was last fetched with success.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    /// Hash of what was asked: with another URL or other headers, nothing remembered here applies.
    pub request: String,
    /// The pages in order.
    pub pages: Vec<PageValidators>,
}

/// One page as it was.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageValidators {
    /// The address asked for, without user and password; behind `#` a place in the list, if that stands in the body.
    pub url: String,
    /// Its `ETag`, if it had one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// Its `Last-Modified`, if it had one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
    /// BLAKE3 of its decompressed content; names its file.
    pub hash: String,
    /// Its decompressed size.
    pub bytes: u64,
    /// The address of the page after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl Validators {
    /// One hash over the content of all pages: equal hashes mean the same feed, whatever its addresses.
    pub fn body_hash(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for page in &self.pages {
            hasher.update(page.hash.as_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }

    /// The pages and where they lie.
    pub fn raw(&self, spool: &Path) -> Vec<RawPage> {
        let raw = |page: &PageValidators| RawPage {
            url: page.url.clone(),
            file: page.file(spool),
            bytes: page.bytes,
        };
        self.pages.iter().map(raw).collect()
    }

    pub(super) fn page(&self, url: &str) -> Option<&PageValidators> {
        self.pages.iter().find(|page| page.url == url)
    }
}

impl PageValidators {
    /// Where the content lies.
    pub fn file(&self, spool: &Path) -> PathBuf {
        spool.join(format!("{}.page", self.hash))
    }

    /// Whether the back end can be asked if this page changed, and its content is there if it did not.
    pub(super) fn is_reusable(&self, spool: &Path) -> bool {
        (self.etag.is_some() || self.last_modified.is_some())
            && std::fs::metadata(self.file(spool)).is_ok_and(|file| file.len() == self.bytes)
    }

    /// Whether the content is what was remembered; a damaged file is removed.
    pub(super) fn is_intact(&self, spool: &Path) -> bool {
        let path = self.file(spool);
        let intact = std::fs::File::open(&path).is_ok_and(|file| {
            let mut hasher = blake3::Hasher::new();
            hasher.update_reader(file).is_ok() && hasher.finalize().to_hex().as_str() == self.hash
        });
        if !intact {
            // It is of no use either way; if it cannot be removed, fetching it again replaces it.
            let _ = std::fs::remove_file(&path);
        }
        intact
    }
}

/// Names what is asked, without giving it away.
pub fn request_hash(request: &Request) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut add = |part: &str| {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    };
    add(&shown(&request.url));
    add(&format!(
        "{:?}",
        (
            &request.next,
            &request.query,
            &request.body,
            &request.paging,
            &request.expand,
            &request.error_at
        )
    ));
    if let Some(files) = &request.files {
        add(&format!("{:?}", (&files.pattern, files.pick)));
    }
    add(request.accept_language.as_deref().unwrap_or_default());
    if let Some(changes) = &request.changes {
        let asked = (
            &changes.query,
            &changes.body,
            &changes.format,
            changes.time_zone,
        );
        add(&format!("{asked:?}"));
    }
    if let Some(login) = &request.login {
        add(&login.identity().to_hex());
    }
    let query = request
        .secret_query
        .iter()
        .map(|(name, value)| (name, value));
    for (name, value) in request.headers.iter().chain(query) {
        add(name);
        add(value);
    }
    hasher.finalize().to_hex().to_string()
}

/// Removes every spooled page that none of `keep` mentions. Call it when the new validators are safely stored.
pub fn prune(spool: &Path, keep: &[&Validators]) -> Result<(), FetchError> {
    let kept: HashSet<PathBuf> = keep
        .iter()
        .flat_map(|validators| &validators.pages)
        .map(|page| page.file(spool))
        .collect();
    let failed = |path: &Path, source| FetchError::Spool {
        path: path.to_owned(),
        source,
    };
    for entry in std::fs::read_dir(spool).map_err(|error| failed(spool, error))? {
        let path = entry.map_err(|error| failed(spool, error))?.path();
        let ours = path
            .extension()
            .is_some_and(|extension| extension == "page" || extension == "part");
        if ours && !kept.contains(&path) {
            std::fs::remove_file(&path).map_err(|error| failed(&path, error))?;
        }
    }
    Ok(())
}
