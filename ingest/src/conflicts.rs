//! Conflicts between the documents of the published generation, kept for whoever looks later.
//!
//! They are worked out when a generation is compiled, and nothing else depends on the file.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::merge::Conflicts;

/// The conflicts of a generation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptConflicts {
    /// The generation.
    pub generation: u64,
    /// How many there are.
    pub count: u64,
    /// Some of them, in sentences that name both sides.
    pub samples: Vec<String>,
}

/// Keeps what was found while a generation was compiled. Failing to is a warning and no more.
pub fn keep(state: &Path, generation: u64, conflicts: &Conflicts) {
    let found = KeptConflicts {
        generation,
        count: conflicts.count,
        samples: conflicts.samples.clone(),
    };
    let written = serde_json::to_vec(&found)
        .map_err(|error| error.to_string())
        .and_then(|text| {
            crate::feed::replace(&file(state), &text).map_err(|error| error.to_string())
        });
    if let Err(error) = written {
        tracing::warn!(
            error,
            "conflicts between documents are not kept for the desk"
        );
    }
}

/// What was kept last, if anything.
pub fn kept(state: &Path) -> Option<KeptConflicts> {
    serde_json::from_slice(&std::fs::read(file(state)).ok()?).ok()
}

/// Where they lie while they are being written.
pub fn part_file(state: &Path) -> PathBuf {
    file(state).with_extension("part")
}

fn file(state: &Path) -> PathBuf {
    state.join("conflicts.json")
}
