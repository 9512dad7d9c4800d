//! A server beside a store that breaks in every way: what is served stays, and the reason is told.

use std::sync::Arc;

use frontage_shared::snapshot::layout::{ALIGNMENT, HEADER_LEN, PartKind, SECTION_LEN};

use crate::live::Serving;
use crate::testing::{Bench, Process, damage};

impl Process {
    fn generation(&self) -> Option<u64> {
        self.shop
            .live
            .load()
            .as_ref()
            .map(|serving| serving.generation.number())
    }

    fn serving(&self) -> Arc<Serving> {
        self.shop.live.load().clone().expect("nothing is served")
    }

    #[track_caller]
    fn rejected(&self, stage: &str, reason: &str) {
        let rejection = self
            .report
            .view()
            .last_rejection
            .expect("nothing was refused");
        assert_eq!(rejection.stage, stage, "{}", rejection.reason);
        assert!(rejection.reason.contains(reason), "{}", rejection.reason);
    }
}

fn cached_files(bench: &Bench) -> Vec<String> {
    let entries = std::fs::read_dir(bench.cache_folder()).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_published_generation_is_served_and_followed() {
    let bench = Bench::new();
    let mut process = bench.process();
    process.watch.look().await;
    assert_eq!(process.generation(), None);
    assert!(
        process
            .shop
            .live
            .why_none()
            .contains("nothing has been published")
    );

    let first = bench.publish(1, "One").await;
    process.watch.look().await;
    assert_eq!(process.generation(), Some(1));
    let serial = process.serving().serial;
    process.watch.look().await;
    assert_eq!(
        process.serving().serial,
        serial,
        "the same HEAD was taken twice"
    );

    let second = bench.publish(2, "Two").await;
    process.watch.look().await;
    assert_eq!(process.serving().generation.catalog.shop().name, "Two");
    // Two parts of the current generation, two of the one before, and two notes.
    assert_eq!(cached_files(&bench).len(), 6, "{:?}", cached_files(&bench));
    bench.publish(3, "Three").await;
    process.watch.look().await;
    let files = cached_files(&bench);
    assert!(
        !files.contains(&format!("{}.catalog", first.catalog.hash)),
        "{files:?}"
    );
    assert!(
        files.contains(&format!("{}.catalog", second.catalog.hash)),
        "{files:?}"
    );
    assert_eq!(process.report.view().last_rejection, None);
}

#[tokio::test]
async fn a_restart_without_the_store_serves_the_cached_generation() {
    let bench = Bench::new();
    bench.publish(1, "One").await;
    bench.process().watch.look().await;
    std::fs::remove_dir_all(bench.store.folder()).unwrap();

    let mut process = bench.process();
    process.watch.start_from_cache().await;
    assert_eq!(process.generation(), Some(1));
    process.watch.look().await;
    assert_eq!(process.generation(), Some(1));
}

#[tokio::test]
async fn a_restart_does_not_swap_to_what_it_serves_already() {
    let bench = Bench::new();
    bench.publish(1, "One").await;
    bench.process().watch.look().await;
    let mut process = bench.process();
    process.watch.start_from_cache().await;
    process.watch.look().await;
    assert_eq!(process.serving().serial, 1);
}

#[tokio::test]
async fn a_flipped_bit_in_the_store_keeps_the_old_generation() {
    let bench = Bench::new();
    bench.publish(1, "One").await;
    let mut process = bench.process();
    process.watch.look().await;

    let second = bench.put(2, "Two").await;
    let part = bench
        .store
        .folder()
        .join("parts")
        .join(format!("{}.catalog", second.catalog.hash));
    damage(&part);
    bench.point_to(&second).await;
    process.watch.look().await;
    assert_eq!(process.generation(), Some(1));
    process.rejected("copy", &second.catalog.hash);
    assert_eq!(process.shop.metrics.rejections_total(), 1);
    process.watch.look().await;
    assert_eq!(
        process.shop.metrics.rejections_total(),
        1,
        "a refused generation was tried again at once"
    );

    // The next publish is taken at once, whatever was refused before.
    bench.publish(3, "Three").await;
    process.watch.look().await;
    assert_eq!(process.generation(), Some(3));
}

#[tokio::test]
async fn a_missing_part_a_damaged_manifest_and_another_shop_are_refused() {
    let bench = Bench::new();
    bench.publish(1, "One").await;
    let mut process = bench.process();
    process.watch.look().await;

    let missing = bench.put(2, "Two").await;
    let parts = bench.store.folder().join("parts");
    std::fs::remove_file(parts.join(format!("{}.offers", missing.offers.hash))).unwrap();
    bench.point_to(&missing).await;
    process.watch.look().await;
    process.rejected("copy", &missing.offers.hash);

    let head = bench.point_to(&bench.put(3, "Three").await).await;
    damage(&bench.store.folder().join("manifests").join(&head.manifest));
    process.watch.look().await;
    process.rejected("manifest", "BLAKE3");

    let mut foreign = bench.put(4, "Four").await;
    foreign.shop = "other".to_owned();
    bench.point_to(&foreign).await;
    process.watch.look().await;
    process.rejected("manifest", "shop `other`");

    let mut mixed = bench.put(5, "Five").await;
    mixed.offers = bench.put(6, "Six").await.offers;
    bench.point_to(&mixed).await;
    process.watch.look().await;
    process.rejected("open", "catalog");

    assert_eq!(process.generation(), Some(1));
    std::fs::write(bench.store.folder().join("HEAD"), "nonsense").unwrap();
    process.watch.look().await;
    assert!(
        process
            .report
            .view()
            .store_trouble
            .unwrap()
            .contains("HEAD is damaged")
    );
    assert_eq!(process.generation(), Some(1));
}

#[tokio::test]
async fn an_older_generation_is_refused_unless_the_store_started_over() {
    let bench = Bench::new();
    bench.publish(5, "Five").await;
    let mut process = bench.process();
    process.watch.look().await;
    bench.publish(4, "Four").await;
    process.watch.look().await;
    process.rejected("manifest", "older");
    assert_eq!(process.generation(), Some(5));

    let mut anew = bench.put(1, "Anew").await;
    anew.created_at += 1_000_000;
    bench.point_to(&anew).await;
    process.watch.look().await;
    assert_eq!(process.generation(), Some(1));
}

#[tokio::test]
async fn a_damaged_cache_is_refused_and_fetched_again() {
    let bench = Bench::new();
    let manifest = bench.publish(1, "One").await;
    bench.process().watch.look().await;
    damage(
        &bench
            .cache_folder()
            .join(format!("{}.catalog", manifest.catalog.hash)),
    );

    let mut process = bench.process();
    process.watch.start_from_cache().await;
    assert_eq!(process.generation(), None, "a damaged part was served");
    process.watch.look().await;
    assert_eq!(process.generation(), Some(1));
    // Without a restart: parts that were here before are not trusted blindly either.
    let second = bench.put(2, "Two").await;
    let file = bench
        .cache_folder()
        .join(format!("{}.catalog", second.catalog.hash));
    std::fs::copy(
        bench
            .store
            .folder()
            .join("parts")
            .join(file.file_name().unwrap()),
        &file,
    )
    .unwrap();
    damage(&file);
    bench.point_to(&second).await;
    process.watch.look().await;
    assert_eq!(process.generation(), Some(2));
}

/// Flips a byte of a cached part as a disk would: without a trace in what the system knows of the file.
fn rot(bench: &Bench, name: &str, at: impl Fn(usize) -> usize) {
    let path = bench.cache_folder().join(name);
    let modified = std::fs::metadata(&path).unwrap().modified().unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let at = at(bytes.len());
    bytes[at] ^= 0x40;
    std::fs::write(&path, bytes).unwrap();
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(modified).unwrap();
}

/// Where a byte of a part lies that nobody looks at while opening it: the first record of both ends with the hash of its
/// documents.
fn unseen(kind: PartKind) -> usize {
    let table = HEADER_LEN + kind.written().count() as u64 * SECTION_LEN;
    usize::try_from(table.next_multiple_of(ALIGNMENT)).unwrap() + 60
}

/// Waits for the verification in the background, and lets the watch act on it.
async fn settled(process: &mut Process) {
    let patience = std::time::Duration::from_secs(20);
    let settled = async {
        while process.watch.doubt.is_some() {
            process.watch.settle().await;
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(patience, settled)
        .await
        .expect("verifying does not end");
}

#[tokio::test]
async fn a_start_from_the_cache_verifies_what_it_serves() {
    let bench = Bench::new();
    bench.publish(1, "One").await;
    bench.process().watch.look().await;
    let mut process = bench.process();
    process.watch.start_from_cache().await;
    assert!(process.watch.doubt.is_some(), "what was known was not used");
    settled(&mut process).await;
    assert_eq!(
        (process.generation(), process.serving().serial),
        (Some(1), 1)
    );
    assert_eq!(process.shop.metrics.rejections_total(), 0);
}

#[tokio::test]
async fn a_cache_that_rotted_between_stop_and_start_is_replaced_from_the_store() {
    let bench = Bench::new();
    let manifest = bench.publish(1, "One").await;
    for (kind, entry) in manifest.parts() {
        bench.process().watch.look().await;
        rot(&bench, &entry.file_name(kind), |_| unseen(kind));
        let mut process = bench.process();
        process.watch.start_from_cache().await;
        settled(&mut process).await;
        let serving = process.serving();
        assert_eq!((serving.generation.number(), serving.serial), (1, 2));
        assert!(serving.generation.verify().is_ok());
        process.rejected("verify", "checksum");
        assert_eq!(process.shop.metrics.rejections_total(), 1);
    }
}

#[tokio::test]
async fn a_rotten_cache_is_no_longer_served_when_the_store_is_away() {
    let bench = Bench::new();
    let manifest = bench.publish(1, "One").await;
    bench.process().watch.look().await;
    let name = format!("{}.catalog", manifest.catalog.hash);
    rot(&bench, &name, |_| unseen(PartKind::Catalog));
    let away = bench.folder.path().join("away");
    std::fs::rename(bench.store.folder(), &away).unwrap();
    let mut process = bench.process();
    process.watch.start_from_cache().await;
    settled(&mut process).await;
    assert_eq!(process.generation(), None);
    let why = process.shop.live.why_none();
    assert!(why.contains("damaged"), "{why}");

    std::fs::rename(&away, bench.store.folder()).unwrap();
    process.watch.look().await;
    assert_eq!(process.generation(), Some(1));
}

#[tokio::test]
async fn a_change_of_offers_shares_the_opened_catalog() {
    let bench = Bench::new();
    let first = bench.publish(1, "One").await;
    let mut process = bench.process();
    process.watch.look().await;
    let catalog = Arc::clone(&process.serving().generation.catalog);
    // Whoever read the catalog again would find that it is gone.
    let name = format!("{}.catalog", first.catalog.hash);
    let aside = bench.folder.path().join("aside");
    std::fs::rename(bench.cache_folder().join(&name), &aside).unwrap();
    std::fs::write(
        bench.cache_folder().join(&name),
        vec![0; usize::try_from(first.catalog.length).unwrap()],
    )
    .unwrap();
    let second = bench.reprice(2, &first).await;
    assert_eq!(second.catalog, first.catalog);
    assert_ne!(second.offers, first.offers);
    process.watch.look().await;
    assert_eq!(process.generation(), Some(2));
    assert!(Arc::ptr_eq(&catalog, &process.serving().generation.catalog));
}

#[tokio::test]
async fn what_happens_to_the_store_does_not_touch_what_is_served() {
    let bench = Bench::new();
    let manifest = bench.publish(1, "One").await;
    let mut process = bench.process();
    process.watch.look().await;
    let part = bench
        .store
        .folder()
        .join("parts")
        .join(format!("{}.catalog", manifest.catalog.hash));
    std::fs::write(&part, b"overwritten").unwrap();
    std::fs::remove_file(&part).unwrap();
    let serving = process.serving();
    assert!(serving.generation.verify().is_ok());
    assert_eq!(serving.generation.catalog.shop().name, "One");
}

#[tokio::test]
async fn a_retired_generation_is_dropped_when_its_last_reader_is_done() {
    let bench = Bench::new();
    bench.publish(1, "One").await;
    let mut process = bench.process();
    process.watch.look().await;
    let reader = process.serving();
    let retired = Arc::downgrade(&reader);
    bench.publish(2, "Two").await;
    process.watch.look().await;
    assert_eq!(reader.generation.catalog.shop().name, "One");
    drop(reader);
    let dropped = async {
        while retired.upgrade().is_some() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    let patience = std::time::Duration::from_secs(20);
    tokio::time::timeout(patience, dropped)
        .await
        .expect("the old generation is still mapped");
}
