//! Promises 5, 9 and 15: whatever happens to the store, what is served stays whole, and `/status` says what is wrong.
//!
//! Damage is done before the server can have seen what is damaged, to every kind of file, and each time the next good
//! generation is taken as if nothing had happened.

use std::path::Path;

use frontage_shared::manifest::Manifest;
use frontage_shared::snapshot::layout::PartKind;
use frontage_tests::backend::Response;
use frontage_tests::shop::{CATALOG, Page, Shop, ShopBuilder};
use frontage_tests::soak::publisher::{Publisher, flip_a_bit};
use frontage_tests::soak::{soak_store_damage, stamped};
use serde_json::Value;

/// Something done to a file.
type Damage = fn(&Path);

/// Something done to a manifest, given another shop's.
type Forgery = fn(&mut Manifest, &Manifest);

/// A shop that serves generation 2, and the one who publishes the next.
async fn open() -> (Shop, Publisher) {
    let mut shop = ShopBuilder::of(stamped::feed(1, 1)).start();
    let publisher = Publisher::take_over(&shop).await.expect("a store");
    shop.serve().await;
    shop.until_generation(2).await;
    // It is served before that is noted, and a server that is killed in between begins with nothing.
    shop.until("the server notes what it serves", async |shop| {
        let note = std::fs::read(shop.folder().join("server/demo/current.json")).ok()?;
        let noted = Manifest::decode(&note).ok()?;
        (noted.generation == 2).then_some(())
    })
    .await;
    (shop, publisher)
}

#[tokio::test]
async fn a_damaged_part_is_refused_and_told() {
    let (shop, publisher) = open().await;
    let damages: [(&str, Damage); 4] = [
        ("a flipped bit", |path| flip_a_bit(path).expect("a part")),
        ("cut", |path| {
            cut(path, path.metadata().expect("a part").len() / 2)
        }),
        ("longer", |path| append(path)),
        ("missing", |path| {
            std::fs::remove_file(path).expect("a part")
        }),
    ];
    let mut number = 3;
    for kind in [PartKind::Catalog, PartKind::Offers] {
        for (what, damage) in &damages {
            let before = shop.get(stamped::PRODUCT).await;
            let manifest = publisher.stage_anew(number).await.expect("a store");
            let part = publisher.part_path(kind, &manifest);
            damage(&part);
            let head = publisher.point_to(&manifest).await.expect("a store");
            let rejection = rejection(&shop, &head.manifest).await;
            let case = format!("{kind:?}, {what}: {rejection}");
            assert_eq!(rejection["stage"], "copy", "{case}");
            let name = part
                .file_name()
                .expect("a part has a name")
                .to_string_lossy();
            assert!(text(&rejection["reason"]).contains(&*name), "{case}");
            unchanged(&shop, &before, &case).await;
            recovers(&shop, &publisher, number + 1).await;
            number += 2;
        }
    }
}

#[tokio::test]
async fn a_wrong_manifest_is_refused_and_told() {
    let (shop, publisher) = open().await;
    let other = publisher.stage(3).await.expect("a store");
    let wrong: [(&str, &str, Forgery); 3] = [
        ("manifest", "is of shop `other`", |manifest, _| {
            manifest.shop = "other".to_owned();
        }),
        ("manifest", "is older than", |manifest, _| {
            manifest.generation = 1;
            manifest.created_at = 1;
            manifest.writer = "stale".to_owned();
        }),
        ("open", "was built for catalog", |manifest, other| {
            manifest.catalog = other.catalog.clone();
        }),
    ];
    let mut number = 4;
    for (stage, reason, change) in wrong {
        let before = shop.get(stamped::PRODUCT).await;
        let mut manifest = publisher.stage(number).await.expect("a store");
        change(&mut manifest, &other);
        let head = publisher.point_to(&manifest).await.expect("a store");
        let rejection = rejection(&shop, &head.manifest).await;
        assert_eq!(rejection["stage"], stage, "{rejection}");
        assert!(text(&rejection["reason"]).contains(reason), "{rejection}");
        unchanged(&shop, &before, reason).await;
        recovers(&shop, &publisher, number + 2).await;
        number += 4;
    }
}

#[tokio::test]
async fn a_damaged_manifest_is_refused_and_told() {
    let (shop, publisher) = open().await;
    let damages: [(&str, &str, Damage); 3] = [
        ("a flipped bit", "BLAKE3", |path| {
            flip_a_bit(path).expect("a manifest")
        }),
        ("cut", "BLAKE3", |path| cut(path, 40)),
        ("HEAD points nowhere", "not found", |path| {
            std::fs::remove_file(path).expect("a manifest");
        }),
    ];
    let mut number = 3;
    for (what, reason, damage) in damages {
        let before = shop.get(stamped::PRODUCT).await;
        let manifest = publisher.stage(number).await.expect("a store");
        let store = &publisher.store;
        let head = store.put_manifest(&manifest).await.expect("a store");
        damage(&store.folder().join("manifests").join(&head.manifest));
        store.put_head(&head).await.expect("a store");
        let rejection = rejection(&shop, &head.manifest).await;
        let case = format!("{what}: {rejection}");
        assert_eq!(rejection["stage"], "manifest", "{case}");
        assert!(text(&rejection["reason"]).contains(reason), "{case}");
        unchanged(&shop, &before, &case).await;
        recovers(&shop, &publisher, number + 1).await;
        number += 2;
    }
}

#[tokio::test]
async fn a_damaged_head_is_told() {
    let (shop, publisher) = open().await;
    let head = publisher.store.folder().join("HEAD");
    let damages: [(&str, Damage); 5] = [
        ("HEAD is damaged", |path| write(path, "nonsense")),
        ("HEAD is damaged", |path| write(path, "")),
        ("HEAD is damaged", |path| cut(path, 50)),
        ("HEAD is damaged", |path| {
            write(path, "../../etc/passwd 00\n")
        }),
        ("no generation any more", |path| {
            std::fs::remove_file(path).expect("HEAD")
        }),
    ];
    for (number, (reason, damage)) in (3..).zip(damages) {
        let before = shop.get(stamped::PRODUCT).await;
        damage(&head);
        let trouble = shop
            .until(reason, async |shop| {
                let trouble = shop.status().await["store"]["trouble"].clone();
                trouble.is_string().then_some(trouble)
            })
            .await;
        assert!(text(&trouble).contains(reason), "{trouble}");
        unchanged(&shop, &before, reason).await;
        recovers(&shop, &publisher, number).await;
    }
}

#[test]
fn files_of_the_store_that_are_hit_while_being_served_harm_nobody() {
    let outcome = soak_store_damage(120).expect("a shop to damage");
    println!("{}: {}", outcome.value, outcome.name);
    assert!(outcome.pass, "{}: {:#?}", outcome.name, outcome.details);
}

#[tokio::test]
async fn a_start_without_store_and_back_end_serves_what_was_served() {
    let (mut shop, publisher) = open().await;
    let before = shop.get(stamped::PRODUCT).await;
    shop.kill("frontage-server");
    let (store, away) = (shop.folder().join("store"), shop.folder().join("away"));
    std::fs::rename(&store, &away).expect("a folder of our own");
    shop.backend.respond_with(CATALOG, Response::status(503));
    shop.serve().await;
    unchanged(&shop, &before, "without a store").await;
    let status = shop.status().await;
    assert_eq!(status["generation"]["number"], 2, "{status}");
    assert!(
        status["generation"]["age_seconds"].is_number(),
        "its age is told: {status}"
    );
    std::fs::rename(&away, &store).expect("a folder of our own");
    recovers(&shop, &publisher, 3).await;
}

#[tokio::test]
async fn a_damaged_copy_of_the_server_is_fetched_again() {
    let (mut shop, publisher) = open().await;
    let before = shop.get(stamped::PRODUCT).await;
    let damages: [(&str, Damage); 4] = [
        ("a flipped bit", |path| flip_a_bit(path).expect("a copy")),
        ("cut", |path| cut(path, 100)),
        ("empty", |path| cut(path, 0)),
        ("overwritten", |path| write(path, "something else")),
    ];
    for (what, damage) in damages {
        for file in cached(&shop) {
            shop.kill("frontage-server");
            let whole = std::fs::read(&file).expect("a copy");
            damage(&file);
            shop.serve().await;
            unchanged(&shop, &before, &format!("{what}: {}", file.display())).await;
            if file.extension().is_some_and(|kind| kind != "json") {
                assert_eq!(std::fs::read(&file).expect("a copy"), whole, "{what}");
            }
        }
    }
    recovers(&shop, &publisher, 3).await;
}

#[tokio::test]
async fn without_store_and_copy_the_server_says_why_it_has_nothing() {
    let (mut shop, _) = open().await;
    let before = shop.get(stamped::PRODUCT).await;
    shop.kill("frontage-server");
    let (store, away) = (shop.folder().join("store"), shop.folder().join("away"));
    std::fs::rename(&store, &away).expect("a folder of our own");
    cached(&shop)
        .iter()
        .for_each(|file| flip_a_bit(file).expect("a copy"));
    shop.start_server();
    shop.until("the server says that it has nothing", async |shop| {
        let response = shop.client().get(shop.url("/")).send().await.ok()?;
        (response.status() == 503).then_some(())
    })
    .await;
    let status = shop.status().await;
    assert_eq!(status["ready"], false, "{status}");
    assert!(!text(&status["not_ready_because"]).is_empty(), "{status}");
    std::fs::rename(&away, &store).expect("a folder of our own");
    shop.until_generation(2).await;
    unchanged(&shop, &before, "the store is back").await;
}

/// What `/status` says about the refusal of this manifest, once it does.
async fn rejection(shop: &Shop, manifest: &str) -> Value {
    shop.until(&format!("{manifest} is refused"), async |shop| {
        let rejection = shop.status().await["last_rejection"].clone();
        (rejection["manifest"] == manifest).then_some(rejection)
    })
    .await
}

/// The page is served as before, to the last byte.
async fn unchanged(shop: &Shop, before: &Page, case: &str) {
    let after = shop.get(stamped::PRODUCT).await;
    let told = (after.status, after.generation(), &after.body);
    assert_eq!(told, (200, before.generation(), &before.body), "{case}");
}

/// The next good generation is taken, and nothing is wrong with the store any more.
async fn recovers(shop: &Shop, publisher: &Publisher, number: u64) {
    publisher.publish(number).await.expect("a store");
    shop.until_generation(number).await;
    let status = shop.status().await;
    assert_eq!(status["store"]["trouble"], Value::Null, "{status}");
}

/// The server's own copies, and the note which of them to begin with.
fn cached(shop: &Shop) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(shop.folder().join("server/demo")).expect("a cache");
    let files: Vec<_> = entries
        .map(|entry| entry.expect("a cache").path())
        .collect();
    assert!(files.len() >= 3, "{files:?}");
    files
}

fn cut(path: &Path, length: u64) {
    let file = std::fs::OpenOptions::new().write(true).open(path);
    file.and_then(|file| file.set_len(length))
        .expect("a file of our own can be cut");
}

fn append(path: &Path) {
    let mut bytes = std::fs::read(path).expect("a file of our own");
    bytes.extend(b"more");
    std::fs::write(path, bytes).expect("a file of our own");
}

fn write(path: &Path, content: &str) {
    std::fs::write(path, content).expect("a file of our own");
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
