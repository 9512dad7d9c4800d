//! What compiling made: two finished parts, and what is to be remembered of them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use frontage_shared::manifest::{PartEntry, SourceState};
use frontage_shared::snapshot::layout::PartKind;
use serde::{Deserialize, Serialize};

use crate::basis::{Basis, BasisHalf, Tally};
use crate::compile::Compiled;
use crate::merge::Reserved;
use crate::publish::Candidate;

/// Both parts of the next generation, as files.
#[derive(Debug, Serialize, Deserialize)]
pub struct Built {
    /// The slow half.
    pub catalog: (PartEntry, PathBuf),
    /// The fast half.
    pub offers: (Compiled, PathBuf),
    pub(crate) sources: BTreeMap<String, SourceState>,
    /// What the fast half was compiled from, and what was counted in it.
    pub(crate) halves: BTreeMap<String, BasisHalf>,
    pub(crate) tally: Tally,
    #[serde(default)]
    pub(crate) reserved: Reserved,
}

impl Built {
    /// As it is published.
    pub fn candidate(&self, reason: &'static str) -> Candidate {
        Candidate {
            catalog: self.catalog.clone(),
            counts: self.offers.0.counts,
            offers: (self.offers.0.entry.clone(), self.offers.1.clone()),
            sources: self.sources.clone(),
            reason,
            pinned: false,
            traceparent: None,
            hold_ms: None,
        }
    }

    /// Both parts and where their files lie.
    pub fn parts(&mut self) -> [(PartKind, &PartEntry, &mut PathBuf); 2] {
        let (catalog, offers) = (&mut self.catalog, &mut self.offers);
        [
            (PartKind::Catalog, &catalog.0, &mut catalog.1),
            (PartKind::Offers, &offers.0.entry, &mut offers.1),
        ]
    }

    /// What the fast half was compiled from, and what was counted in it.
    pub fn basis(&self) -> Basis {
        Basis {
            part: self.offers.0.entry.hash.clone(),
            halves: self.halves.clone(),
            tally: self.tally,
            reserved: self.reserved.clone(),
            boot: None,
        }
    }
}
