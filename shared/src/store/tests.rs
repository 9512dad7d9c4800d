//! Publishing and reading through a real folder.

use std::collections::BTreeMap;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::manifest::{Counts, Manifest, PartEntry};
use crate::snapshot::layout::PartKind;

fn entry(bytes: &[u8]) -> PartEntry {
    PartEntry {
        hash: blake3::hash(bytes).to_hex().to_string(),
        length: bytes.len() as u64,
    }
}

fn manifest(generation: u64) -> Manifest {
    Manifest {
        version: 1,
        shop: "demo".into(),
        generation,
        previous: None,
        catalog: entry(b"catalog"),
        offers: entry(b"offers"),
        created_at: 0,
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

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open("store", folder.path(), "demo").unwrap();
    (folder, store)
}

#[tokio::test]
async fn what_is_published_is_found_again() {
    let (folder, store) = store();
    assert_eq!(store.current().await.unwrap(), None);
    let file = folder.path().join("scratch");
    std::fs::write(&file, b"catalog").unwrap();
    store
        .put_part(PartKind::Catalog, &entry(b"catalog"), &file)
        .await
        .unwrap();
    for generation in [1, 2] {
        let head = store.put_manifest(&manifest(generation)).await.unwrap();
        store.put_head(&head).await.unwrap();
    }
    assert_eq!(store.current().await.unwrap().unwrap().generation, 2);
    let names: Vec<_> = store
        .manifests()
        .await
        .unwrap()
        .iter()
        .map(|name| name.generation)
        .collect();
    assert_eq!(names, [1, 2]);
    assert_eq!(
        store.parts().await.unwrap(),
        [entry(b"catalog").file_name(PartKind::Catalog)]
    );
}

#[tokio::test]
async fn a_manifest_name_is_never_reused() {
    let (_folder, store) = store();
    store.put_manifest(&manifest(1)).await.unwrap();
    let error = store.put_manifest(&manifest(1)).await.unwrap_err();
    assert!(matches!(error, StoreError::Objects { .. }), "{error}");
}

#[tokio::test]
async fn a_part_with_another_content_is_not_kept() {
    let (folder, store) = store();
    let file = folder.path().join("scratch");
    std::fs::write(&file, b"something else").unwrap();
    let error = store
        .put_part(PartKind::Catalog, &entry(b"catalog"), &file)
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Part { .. }), "{error}");
    std::fs::write(&file, b"catalog").unwrap();
    store
        .put_part(PartKind::Catalog, &entry(b"catalog"), &file)
        .await
        .unwrap();
    assert!(
        store
            .part_is_whole(PartKind::Catalog, &entry(b"catalog"))
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn a_file_is_linked_into_the_store_if_it_looks_like_one_that_was_made_there() {
    let (folder, store) = store();
    let file = folder.path().join("scratch");
    std::fs::write(&file, b"catalog").unwrap();
    let (kind, entry) = (PartKind::Catalog, entry(b"catalog"));
    let mode = std::fs::metadata(&file).unwrap().permissions();
    for (is_alike, permissions) in [(false, Permissions::from_mode(0o600)), (true, mode)] {
        std::fs::set_permissions(&file, permissions).unwrap();
        assert_eq!(
            store.link_part(kind, &entry, &file).await.unwrap(),
            is_alike
        );
        assert_eq!(store.part_is_whole(kind, &entry).await.is_ok(), is_alike);
    }
    // A part that is damaged is replaced, and nothing stays beside it.
    let stored = store.folder().join("parts").join(entry.file_name(kind));
    std::fs::remove_file(&stored).unwrap();
    std::fs::write(&stored, b"damaged").unwrap();
    // The second time, the file has that name already.
    for _ in 0..2 {
        assert!(store.link_part(kind, &entry, &file).await.unwrap());
        assert!(store.part_is_whole(kind, &entry).await.unwrap());
        assert_eq!(store.parts().await.unwrap(), [entry.file_name(kind)]);
    }
}

#[tokio::test]
async fn a_changed_manifest_is_refused() {
    let (_folder, store) = store();
    let head = store.put_manifest(&manifest(1)).await.unwrap();
    store.put_head(&head).await.unwrap();
    let path = store.folder().join("manifests").join(&head.manifest);
    let text = std::fs::read_to_string(&path)
        .unwrap()
        .replace("\"pinned\": false", "\"pinned\": true ");
    std::fs::write(&path, text).unwrap();
    let error = store.current().await.unwrap_err();
    assert!(matches!(error, StoreError::Checksum { .. }), "{error}");
}

#[tokio::test]
async fn leftovers_of_a_killed_writer_go_and_nothing_else() {
    let (_folder, store) = store();
    let head = store.put_manifest(&manifest(1)).await.unwrap();
    store.put_head(&head).await.unwrap();
    std::fs::write(store.folder().join("HEAD#1"), b"half").unwrap();
    std::fs::write(store.folder().join("manifests").join("x.json#12"), b"half").unwrap();
    assert_eq!(store.remove_leftovers().unwrap(), 2);
    assert_eq!(store.current().await.unwrap().unwrap().generation, 1);
}

#[tokio::test]
async fn a_damaged_head_is_pointed_at_the_newest_whole_generation() {
    let (folder, store) = store();
    let file = folder.path().join("scratch");
    for (kind, bytes) in [
        (PartKind::Catalog, b"catalog".as_slice()),
        (PartKind::Offers, b"offers"),
    ] {
        std::fs::write(&file, bytes).unwrap();
        store.put_part(kind, &entry(bytes), &file).await.unwrap();
    }
    for generation in [1, 2] {
        let head = store.put_manifest(&manifest(generation)).await.unwrap();
        store.put_head(&head).await.unwrap();
    }
    std::fs::write(
        store
            .folder()
            .join("manifests")
            .join("000000000002-test.json"),
        b"{",
    )
    .unwrap();
    let error = store.current().await.unwrap_err();
    assert!(error.is_damage(), "{error}");
    assert_eq!(store.repair_head().await.unwrap().unwrap().generation, 1);
    assert_eq!(store.current().await.unwrap().unwrap().generation, 1);
}

#[test]
fn heads_that_are_no_heads_are_refused() {
    for bytes in [
        "",
        "x",
        "000000000001-a.json",
        "../../etc/passwd 00\n",
        "000000000001-a.json zz\n",
    ] {
        assert!(Head::decode(bytes.as_bytes()).is_err(), "{bytes:?}");
    }
}
