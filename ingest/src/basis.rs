//! What the published offers part was compiled from, kept so that the next one need only look at what changed.
//!
//! It only saves time: without it, or with one of another generation, all offers are read again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::feed::{FeedError, FeedFolder, Half, MappedHalf, boot, replace};
use crate::merge::Reserved;

/// Says which halves these are.
const FILE: &str = "basis.json";

/// The offers halves of a generation and what was counted in them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Basis {
    /// Hash of the offers part.
    pub part: String,
    /// The half of each source.
    pub halves: BTreeMap<String, BasisHalf>,
    /// What was counted.
    pub tally: Tally,
    /// What orders had taken from stock.
    #[serde(default)]
    pub reserved: Reserved,
    /// The start of the machine in which it was kept; [`Basis::keep`] fills it in.
    #[serde(default)]
    pub boot: Option<String>,
}

/// A source's offers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BasisHalf {
    /// Whether the source is one of offers, so that what it says wins.
    pub is_stated: bool,
    /// The half.
    pub half: Half,
}

/// What compiling offers counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// Variants and SKUs that sources of offers speak of.
    pub stated: usize,
    /// Variants of the catalog that they speak of.
    pub used: usize,
}

impl Basis {
    /// The basis of an offers part, if it is at hand and whole: halves are not waited for until they are on disk.
    pub fn load(state: &Path, part: &str) -> Option<Self> {
        let text = std::fs::read(folder(state).join(FILE)).ok()?;
        let basis: Self = serde_json::from_slice(&text).ok()?;
        let basis = Some(basis).filter(|basis| basis.part == part)?;
        if basis.boot.as_deref() != boot::id() {
            let mut halves = basis.halves.values().map(|half| &half.half);
            let torn = halves.find(|half| !boot::is_whole(&half_path(state, half), &half.hash));
            if let Some(half) = torn {
                let half = &half.hash;
                tracing::warn!(
                    half,
                    "offers of the published generation were not on disk yet when the machine stopped; all are read again"
                );
                return None;
            }
        }
        Some(basis)
    }

    /// A half of it.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn map(state: &Path, half: &Half) -> Result<MappedHalf, FeedError> {
        MappedHalf::open(&half_path(state, half))
    }

    /// Keeps the halves that a published offers part was compiled from, and forgets those of the one before.
    /// Where it fails, the next compile reads all offers.
    pub fn keep(&self, state: &Path) {
        if let Err(error) = self.save(state) {
            tracing::warn!(%error, "cannot keep the offers of the published generation; the next cycle reads all");
        }
    }

    fn save(&self, state: &Path) -> Result<(), FeedError> {
        let folder = folder(state);
        let failed = |source| FeedError::Io {
            path: folder.clone(),
            source,
        };
        std::fs::create_dir_all(&folder).map_err(failed)?;
        let mut kept = vec![folder.join(FILE)];
        for (source, half) in &self.halves {
            let name = half_path(state, &half.half);
            // What has that name already may be torn, and the half of the feed was looked at when it was loaded. That
            // one may be gone by now, if the source brought another feed.
            let linked = FeedFolder::open(state, source)?.link(&half.half, &name);
            if linked.is_err() && !boot::is_whole(&name, &half.half.hash) {
                return linked;
            }
            kept.push(name);
        }
        let kept_now = Self {
            boot: boot::id().map(str::to_owned),
            ..self.clone()
        };
        let text = serde_json::to_vec_pretty(&kept_now).map_err(|error| FeedError::Damaged {
            path: folder.clone(),
            reason: error.to_string(),
        })?;
        replace(&folder.join(FILE), &text)?;
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if !kept.contains(&path) {
                std::fs::remove_file(&path).map_err(failed)?;
            }
        }
        Ok(())
    }
}

/// What was being written: a note of the basis, or a half that was getting its name.
pub fn part_files(state: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder(state)).into_iter().flatten();
    let paths = entries.flatten().map(|entry| entry.path());
    paths
        .filter(|path| path.extension().is_some_and(|end| end == "part"))
        .collect()
}

fn folder(state: &Path) -> PathBuf {
    state.join("basis")
}

fn half_path(state: &Path, half: &Half) -> PathBuf {
    folder(state).join(format!("{}.ndjson", half.hash))
}
