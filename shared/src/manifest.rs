//! The small JSON file that defines a generation: which parts, of when, from what.
//!
//! A manifest is written once under a name that is never reused, and names its own checksum.

use std::collections::BTreeMap;

use crate::stored;
use serde::{Deserialize, Serialize};

use crate::snapshot::layout::PartKind;
use crate::trial::Trial;

/// A generation's definition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of this file's shape; 1.
    pub version: u32,
    /// The shop's id.
    pub shop: String,
    /// The generation's number, growing by one.
    pub generation: u64,
    /// The generation that was current before, if any.
    pub previous: Option<u64>,
    /// The slow half.
    pub catalog: PartEntry,
    /// The fast half.
    pub offers: PartEntry,
    /// When it was published, Unix seconds.
    pub created_at: i64,
    /// Which daemon published it.
    pub writer: String,
    /// How often the right to publish went from one daemon to another before; 0 is not written.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub epoch: u64,
    /// Ingest does not publish over a pinned generation.
    pub pinned: bool,
    /// Why it was published: `cycle`, `approve`, `rollback`, `pin`, `unpin`, `flip` or `canary`.
    pub reason: String,
    /// Last good run of each source.
    pub sources: BTreeMap<String, SourceState>,
    /// Products, variants, categories, pages.
    pub counts: Counts,
    /// The trial of the catalog; left out where it is not on trial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial: Option<Trial>,
    /// Whose part it is to take this into service, as W3C Trace Context writes it; left out where nothing is traced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// BLAKE3 of this file with this field empty.
    #[serde(default)]
    pub checksum: String,
}

/// A part of a generation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartEntry {
    /// BLAKE3 of the file, lower-case hexadecimal.
    pub hash: String,
    /// Bytes of the file.
    pub length: u64,
}

/// What a generation holds of one source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceState {
    /// When the source's data was fetched, Unix seconds.
    pub as_of: i64,
    /// Documents accepted.
    pub documents: u64,
}

/// How much a generation holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Products.
    pub products: u32,
    /// Variants.
    pub variants: u32,
    /// Categories.
    pub categories: u32,
    /// Content pages.
    pub pages: u32,
}

/// Why bytes are not a manifest.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// Not JSON of this shape.
    #[error("not a manifest: {0}")]
    Shape(#[from] serde_json::Error),
    /// Written by a later version.
    #[error("manifest version {0} cannot be read; this build reads 1")]
    Version(u32),
    /// The bytes changed after they were written.
    #[error("the manifest's checksum is {got}, it says {expected}")]
    Checksum {
        /// The checksum in the file.
        expected: String,
        /// The checksum of the file.
        got: String,
    },
    /// A part's hash is not 64 lower-case hexadecimal digits.
    #[error("`{0}` is not a part hash")]
    Hash(String),
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl PartEntry {
    /// The part's file name: hash and kind.
    pub fn file_name(&self, kind: PartKind) -> String {
        format!("{}.{}", self.hash, kind.extension())
    }
}

impl Manifest {
    /// The trial that its catalog still stands at this time, Unix seconds.
    pub fn trial_at(&self, now: i64) -> Option<&Trial> {
        self.trial.as_ref().filter(|trial| !trial.is_over(now))
    }

    /// The JSON of this manifest with its checksum set.
    ///
    /// # Errors
    /// Never for a manifest made of the types above; passed on all the same.
    pub fn encode(&self) -> Result<Vec<u8>, ManifestError> {
        let sealed = Self {
            checksum: self.digest()?,
            ..self.clone()
        };
        Ok(stored::bytes(&sealed)?)
    }

    /// Reads a manifest and checks that it is whole.
    ///
    /// # Errors
    /// It is not a manifest, not of this version, or was changed.
    pub fn decode(bytes: &[u8]) -> Result<Self, ManifestError> {
        let manifest: Self = serde_json::from_slice(bytes)?;
        if manifest.version != 1 {
            return Err(ManifestError::Version(manifest.version));
        }
        let got = manifest.digest()?;
        if got != manifest.checksum {
            return Err(ManifestError::Checksum {
                expected: manifest.checksum,
                got,
            });
        }
        for hash in [&manifest.catalog.hash, &manifest.offers.hash] {
            // Hashes become file names, so nothing else may pass.
            if hash.len() != 64
                || !hash
                    .bytes()
                    .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            {
                return Err(ManifestError::Hash(hash.clone()));
            }
        }
        Ok(manifest)
    }

    /// The parts with their kinds.
    pub fn parts(&self) -> [(PartKind, &PartEntry); 2] {
        [
            (PartKind::Catalog, &self.catalog),
            (PartKind::Offers, &self.offers),
        ]
    }

    fn digest(&self) -> Result<String, ManifestError> {
        let unsealed = Self {
            checksum: String::new(),
            ..self.clone()
        };
        Ok(blake3::hash(&serde_json::to_vec(&unsealed)?)
            .to_hex()
            .to_string())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn sample() -> Manifest {
        let part = |digit: &str| PartEntry {
            hash: digit.repeat(64),
            length: 1,
        };
        Manifest {
            version: 1,
            shop: "demo".into(),
            generation: 7,
            previous: Some(6),
            catalog: part("a"),
            offers: part("b"),
            created_at: 1_700_000_000,
            writer: "test".into(),
            epoch: 0,
            pinned: false,
            reason: "cycle".into(),
            sources: BTreeMap::new(),
            counts: Counts::default(),
            trial: None,
            traceparent: None,
            checksum: String::new(),
        }
    }

    #[test]
    fn a_manifest_survives_the_round_trip() {
        let bytes = sample().encode().unwrap();
        let read = Manifest::decode(&bytes).unwrap();
        assert_eq!(
            Manifest {
                checksum: String::new(),
                ..read
            },
            sample()
        );
    }

    #[test]
    fn every_changed_byte_is_noticed_or_means_the_same() {
        let bytes = sample().encode().unwrap();
        let read = Manifest::decode(&bytes).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            if let Ok(other) = Manifest::decode(&changed) {
                assert_eq!(other, read, "byte {at}");
            }
        }
    }

    #[test]
    fn a_hash_cannot_be_a_path() {
        let mut manifest = sample();
        manifest.catalog.hash = format!("../{}", "a".repeat(61));
        let error = Manifest::decode(&manifest.encode().unwrap()).unwrap_err();
        assert!(error.to_string().contains("not a part hash"), "{error}");
    }
}
