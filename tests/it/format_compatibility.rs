//! Files of released format versions still open, and say what they said when they were written.
//!
//! `tests/snapshots/v<major>.<minor>.catalog` and `.offers` are the frozen files of a version. They are never written
//! again: a build that cannot read them cannot roll a shop back to yesterday's generation.
//! `UPDATE_SNAPSHOTS=1` writes the files of a version that has none yet.

use std::path::{Path, PathBuf};

use frontage_shared::snapshot::layout::{MAJOR, MINOR};
use frontage_tests::corruption::walk::walk_everything;
use frontage_tests::sample_generation::{Parts, Scale, Shop};

/// The seed of the shop that is frozen. Never change it: the frozen files are of this shop.
const SEED: u64 = 1;

/// Every version ever released, oldest first.
const RELEASED: &[&str] = &["v1.0"];

#[test]
fn files_of_every_released_version_open() {
    freeze_if_asked();
    for version in RELEASED {
        let parts = frozen(version);
        let generation = parts.open().unwrap_or_else(|error| panic!("{version}: {error}"));
        generation.verify().unwrap_or_else(|error| panic!("{version}: {error}"));
        assert_eq!(Shop::random(SEED, Scale::small()), Shop::read(&generation), "{version}");
        walk_everything(&generation);
    }
}

/// Known values, written down by hand: the comparison above would not notice if samples and readers changed together.
#[test]
fn version_1_0_says_what_it_said() {
    let generation = frozen("v1.0").open().expect("v1.0 opens");
    let catalog = &generation.catalog;
    assert_eq!((catalog.product_count(), catalog.variant_count()), (6, 0));
}

#[test]
fn the_current_version_is_frozen() {
    let current = format!("v{MAJOR}.{MINOR}");
    assert_eq!(RELEASED.last(), Some(&current.as_str()), "a new version needs frozen files of its own");
}

fn freeze_if_asked() {
    let current = RELEASED.last().expect("a first version");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_none() || file(current, "catalog").exists() {
        return;
    }
    let parts = Shop::random(SEED, Scale::small()).write();
    std::fs::create_dir_all(folder()).expect("a folder beside this package");
    std::fs::write(file(current, "catalog"), &parts.catalog).expect("a file in it");
    std::fs::write(file(current, "offers"), &parts.offers).expect("another");
}

fn frozen(version: &str) -> Parts {
    let read = |extension| {
        let path = file(version, extension);
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    Parts { catalog: read("catalog"), offers: read("offers") }
}

fn file(version: &str, extension: &str) -> PathBuf {
    folder().join(format!("{version}.{extension}"))
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots")
}
