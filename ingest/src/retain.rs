//! What is kept of the past: enough to go back, little enough to forget about the disk.
//!
//! The newest generations are kept whole. Of those younger than the configured age, one in ten minutes is: a stock
//! feed that changes every few seconds makes thousands of generations a day, and nobody goes back to a second.
//! Manifests, which are small, outlive their parts. The cost of a call depends on what is kept, not on all there was.

use std::collections::HashSet;
use std::time::Duration;

use frontage_shared::manifest::Manifest;
use frontage_shared::store::{ManifestName, Store, StoreError};

use crate::config::Retention;

/// Of generations older than the newest few, the last of each slot is kept.
const SLOT_SECONDS: i64 = 600;

/// Removes what is no longer kept; gives how many files went. `next`: a generation whose parts are in the store
/// already, though its manifest is not.
///
/// # Errors
/// The store cannot be listed or a file not removed; nothing that is kept depends on it.
pub async fn prune(
    store: &Store,
    retention: Retention,
    (current, next): (&Manifest, Option<&Manifest>),
    now: i64,
) -> Result<usize, StoreError> {
    // Parts first: what another writer brings while this one is held up is not even looked at.
    let parts = store.parts().await?;
    let names = store.manifests().await?;
    let mut kept_parts: HashSet<String> = parts_of(current).collect();
    kept_parts.extend(next.into_iter().flat_map(parts_of));
    let needed = needed(current);
    let is_older = |name: &&ManifestName| {
        needed.contains(&name.generation) && name.generation != current.generation
    };
    for name in names.iter().filter(is_older) {
        if let Ok(manifest) = store.manifest_named(&name.name).await {
            kept_parts.extend(parts_of(&manifest));
        }
    }
    let mut removed = 0;
    let mut last_slot = None;
    for (rank, name) in names.iter().rev().enumerate() {
        // A manifest that cannot be read names no parts worth keeping, but it is evidence: it stays.
        let Ok(manifest) = store.manifest_named(&name.name).await else {
            continue;
        };
        let is_new = rank < retention.generations as usize;
        if !is_new && now.saturating_sub(manifest.created_at) >= seconds(retention.min_age) {
            break;
        }
        let slot = manifest.created_at.div_euclid(SLOT_SECONDS);
        let is_last_of_slot = last_slot.replace(slot) != Some(slot);
        if is_new || is_last_of_slot || needed.contains(&manifest.generation) {
            kept_parts.extend(parts_of(&manifest));
        } else {
            store.remove_manifest(&name.name).await?;
            removed += 1;
        }
    }
    removed += forget(store, &names, retention, &needed, now).await?;
    let now_current = store.current().await?.map(|manifest| manifest.generation);
    if now_current != Some(current.generation) {
        // Somebody else publishes by now, and knows more of what is needed.
        return Ok(removed);
    }
    for part in parts {
        if !kept_parts.contains(&part) {
            store.remove_part(&part).await?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// Removes manifests past their age, the oldest first, up to the first that is not.
async fn forget(
    store: &Store,
    names: &[ManifestName],
    retention: Retention,
    needed: &[u64],
    now: i64,
) -> Result<usize, StoreError> {
    let mut removed = 0;
    let newest = names.len().saturating_sub(retention.generations as usize);
    for name in names
        .iter()
        .take(newest)
        .filter(|name| !needed.contains(&name.generation))
    {
        match store.manifest_named(&name.name).await {
            Ok(manifest)
                if now.saturating_sub(manifest.created_at) < seconds(retention.manifests) =>
            {
                break;
            }
            Ok(_) => {
                store.remove_manifest(&name.name).await?;
                removed += 1;
            }
            // Damaged, or removed a moment ago.
            Err(_) => {}
        }
    }
    Ok(removed)
}

/// Generations that somebody will want: what is current, what is gone back to if its catalog does not stand its trial, and
/// those that servers still wait for.
fn needed(current: &Manifest) -> Vec<u64> {
    let trial = current.trial.iter();
    let needed = trial.flat_map(|trial| {
        let earlier = trial.earlier.iter().map(|earlier| earlier.generation);
        earlier.chain([trial.base])
    });
    needed.chain([current.generation]).collect()
}

fn parts_of(manifest: &Manifest) -> impl Iterator<Item = String> {
    manifest
        .parts()
        .map(|(kind, entry)| entry.file_name(kind))
        .into_iter()
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use frontage_shared::manifest::{Counts, PartEntry};
    use frontage_shared::snapshot::layout::PartKind;

    use super::*;

    const NOW: i64 = 10_000_000;

    struct Kept {
        generations: Vec<u64>,
        parts: usize,
    }

    /// Publishes one generation for each age (seconds, oldest first), prunes, and tells what is left.
    async fn kept(ages: &[i64]) -> Kept {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open("store", folder.path(), "demo").unwrap();
        let mut current = None;
        for (generation, age) in (1..).zip(ages) {
            current = Some(publish(&store, folder.path(), generation, NOW - age).await);
        }
        let hours = |hours: u64| Duration::from_secs(hours * 3_600);
        let retention = Retention {
            generations: 3,
            min_age: hours(24),
            manifests: hours(48),
        };
        prune(&store, retention, (&current.unwrap(), None), NOW)
            .await
            .unwrap();
        let generations = store
            .manifests()
            .await
            .unwrap()
            .iter()
            .map(|name| name.generation)
            .collect();
        Kept {
            generations,
            parts: store.parts().await.unwrap().len(),
        }
    }

    async fn publish(
        store: &Store,
        folder: &std::path::Path,
        generation: u64,
        created_at: i64,
    ) -> Manifest {
        let bytes = format!("offers {generation}");
        let entry = |bytes: &str| PartEntry {
            hash: blake3::hash(bytes.as_bytes()).to_hex().to_string(),
            length: bytes.len() as u64,
        };
        let file = folder.join("scratch");
        for (kind, bytes) in [
            (PartKind::Catalog, "catalog"),
            (PartKind::Offers, bytes.as_str()),
        ] {
            std::fs::write(&file, bytes).unwrap();
            store.put_part(kind, &entry(bytes), &file).await.unwrap();
        }
        let manifest = Manifest {
            version: 1,
            shop: "demo".into(),
            generation,
            previous: None,
            catalog: entry("catalog"),
            offers: entry(&bytes),
            created_at,
            writer: "test".into(),
            epoch: 0,
            pinned: generation == 1,
            reason: "cycle".into(),
            sources: BTreeMap::new(),
            counts: Counts::default(),
            trial: None,
            traceparent: None,
            checksum: String::new(),
        };
        let head = store.put_manifest(&manifest).await.unwrap();
        store.put_head(&head).await.unwrap();
        manifest
    }

    #[tokio::test]
    async fn the_newest_generations_stay_however_old() {
        let kept = kept(&[900_000, 900_000, 900_000]).await;
        assert_eq!(
            (kept.generations.as_slice(), kept.parts),
            (&[1, 2, 3][..], 4)
        );
    }

    #[tokio::test]
    async fn a_busy_feed_keeps_one_generation_in_ten_minutes() {
        // Seven within a minute, an hour ago; then three now.
        let ages: Vec<i64> = (0..7)
            .map(|step| 3_600 - step * 5)
            .chain([10, 5, 0])
            .collect();
        let kept = kept(&ages).await;
        assert_eq!(
            (kept.generations.as_slice(), kept.parts),
            (&[7, 8, 9, 10][..], 5)
        );
    }

    #[tokio::test]
    async fn parts_go_before_manifests_and_manifests_go_at_last() {
        let day = 86_400;
        let kept = kept(&[3 * day, 3 * day, day + 3_600, 0, 0, 0]).await;
        assert_eq!(
            (kept.generations.as_slice(), kept.parts),
            (&[3, 4, 5, 6][..], 4)
        );
    }
}
