//! A good generation, changed in places, with every checksum recomputed: what lies behind the checksums.
//!
//! The first byte says which file is changed and whether tantivy's own checksums are recomputed too; then follow
//! changes of seven bytes: a place in 32 bits, how many bytes, and up to two of them with a filler.
#![no_main]

#[path = "common/panics.rs"]
mod panics;
#[path = "../../src/corruption/seal.rs"]
mod seal;
#[path = "../../src/corruption/walk.rs"]
mod walk;

use std::collections::BTreeMap;

use frontage_shared::manifest::{Counts, Manifest, PartEntry};
use frontage_shared::snapshot::Generation;
use libfuzzer_sys::fuzz_target;
use ownedbytes::OwnedBytes;

const CATALOG: &[u8] = include_bytes!("../../snapshots/v1.0.catalog");
const OFFERS: &[u8] = include_bytes!("../../snapshots/v1.0.offers");
/// Where the offers part says which catalog it belongs to: its first section, behind header and table.
const CATALOG_HASH: std::ops::Range<usize> = 256..288;

fuzz_target!(init: panics::keep_quiet(), |data: &[u8]| panics::run(|| attempt(data)));

fn attempt(data: &[u8]) {
    let Some((&choice, changes)) = data.split_first() else {
        return;
    };
    let (mut catalog, mut offers) = (CATALOG.to_vec(), OFFERS.to_vec());
    let damaged = if choice & 1 == 0 {
        &mut catalog
    } else {
        &mut offers
    };
    for change in changes.chunks_exact(7) {
        let at = u32::from_le_bytes([change[0], change[1], change[2], change[3]]) as usize
            % damaged.len();
        let bytes = [change[5], change[6], change[6], change[6]];
        let count = usize::from(change[4] % 4) + 1;
        damaged[at..]
            .iter_mut()
            .zip(bytes)
            .take(count)
            .for_each(|(byte, new)| *byte = new);
    }
    if choice & 2 == 0 {
        seal::reseal_text_index(&mut catalog);
    }
    seal::reseal(&mut catalog);
    seal::reseal(&mut offers);
    let manifest = manifest(&offers);
    if let Ok(generation) =
        Generation::open(manifest, OwnedBytes::new(catalog), OwnedBytes::new(offers))
    {
        let _ = generation.verify();
        walk::walk_everything(&generation);
    }
}

/// Names the catalog that the offers part names, so that the two are opened as a pair whatever was changed.
fn manifest(offers: &[u8]) -> Manifest {
    let hash = offers.get(CATALOG_HASH).unwrap_or_default();
    let entry = |hash: String| PartEntry { hash, length: 0 };
    Manifest {
        version: 1,
        shop: "sample".to_owned(),
        generation: 1,
        previous: None,
        catalog: entry(hash.iter().map(|byte| format!("{byte:02x}")).collect()),
        offers: entry("0".repeat(64)),
        created_at: 0,
        writer: "fuzz".to_owned(),
        epoch: 0,
        pinned: false,
        reason: "cycle".to_owned(),
        sources: BTreeMap::new(),
        counts: Counts::default(),
        trial: None,
        traceparent: None,
        checksum: String::new(),
    }
}
