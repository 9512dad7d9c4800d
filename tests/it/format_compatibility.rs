//! Files of released format versions still open, and say what they said when they were written.
//!
//! `tests/snapshots/v<major>.<minor>.catalog` and `.offers` are the frozen files of a version, and `.txt` is what they
//! say. They are never written again: a build that cannot read them cannot roll a shop back to yesterday's generation.
//! `UPDATE_SNAPSHOTS=1` writes the files of a version that has none yet.

use std::path::{Path, PathBuf};

use frontage_shared::snapshot::layout::{MAJOR, MINOR, section};
use frontage_shared::snapshot::routes::RouteKind;
use frontage_tests::corruption::seal;
use frontage_tests::corruption::walk::walk_everything;
use frontage_tests::sample_generation::{Parts, Scale, Shop};

/// Every version ever released, oldest first.
const RELEASED: &[&str] = &[
    "v1.0", "v1.1", "v1.2", "v1.3", "v1.4", "v1.5", "v1.6", "v1.7", "v1.8",
];

#[test]
fn files_of_every_released_version_open() {
    freeze_if_asked();
    for version in RELEASED {
        let generation = frozen(version)
            .open()
            .unwrap_or_else(|error| panic!("{version}: {error}"));
        generation
            .verify()
            .unwrap_or_else(|error| panic!("{version}: {error}"));
        let path = file(version, "txt");
        let expected = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let read = said(&Shop::read(&generation));
        for (number, (expected, read)) in (1..).zip(expected.lines().zip(read.lines())) {
            assert_eq!(expected, read, "{version}.txt, line {number}");
        }
        assert_eq!(
            expected.lines().count(),
            read.lines().count(),
            "{version}.txt"
        );
        walk_everything(&generation);
    }
}

/// Known values, written down by hand: the comparison above would not notice if samples and readers changed together.
#[test]
fn version_1_0_says_what_it_said() {
    let generation = frozen("v1.0").open().expect("v1.0 opens");
    let catalog = &generation.catalog;
    assert_eq!((catalog.product_count(), catalog.variant_count()), (6, 18));
    assert_eq!(
        (catalog.shop().name, catalog.shop().currency),
        ("size лампа it's blue lamp", "EUR")
    );
    let shelf = catalog
        .product_by_id("a.b_8f0a2fabe8f801a5")
        .expect("the third product");
    assert_eq!((shelf.row, shelf.name()), (2, "it's blue shelf 10 cm a/b"));
    let former = catalog
        .route(RouteKind::Product, "former/xfe2f817233dbea12")
        .expect("a former path");
    assert_eq!((former.row, former.former), (4, true));
    let search = |query| {
        let found = catalog.search(query).expect("the text index opens");
        (found.rows.iter().collect::<Vec<_>>(), found.fuzzy)
    };
    // The first product is blue too, but not to be found.
    assert_eq!(search("blue"), (vec![2, 4, 5], false));
    assert_eq!(search("Shelf BLUE"), (vec![2, 5], false));
    assert_eq!(search("tur"), (vec![1, 2, 3, 5], false));
    assert_eq!(search("shlef"), (vec![1, 2, 5], true));
}

/// What a later minor version may do to a file: longer records, sections of its own, a number and bits of its own.
#[test]
fn files_of_a_later_minor_version_are_read() {
    let shop = Shop::random(7, Scale::small());
    let parts = shop.write();
    let catalog = grown(&parts.catalog);
    let mut offers = grown(&parts.offers);
    // The pair is held together by the hash of the catalog's bytes, which are others now.
    let meta = seal::place(&offers, section::OFFERS_META).start;
    offers[meta..meta + 32].copy_from_slice(blake3::hash(&catalog).as_bytes());
    seal::reseal(&mut offers);
    let grown = Parts { catalog, offers };
    let generation = grown.open().expect("a later minor version opens");
    generation.verify().expect("a later minor version is whole");
    assert_eq!(shop, Shop::read(&generation));
    assert_eq!(walk_everything(&generation), walk_everything(&generation));
    assert!(generation.catalog.part().file_length() > parts.catalog.len() as u64);
}

/// The same part as a later version might write it: every record eight bytes longer, and a section nobody knows.
fn grown(part: &[u8]) -> Vec<u8> {
    const NEW_SECTION: u32 = 100;
    let entries = part[64..].chunks_exact(40).zip(seal::sections(part));
    let number = |entry: &[u8], at: usize| {
        u32::from_le_bytes(entry[at..at + 4].try_into().expect("four bytes"))
    };
    let mut sections: Vec<(u32, u32, Vec<u8>)> = entries
        .map(|(entry, (start, end))| match number(entry, 4) {
            1 => (number(entry, 0), 1, part[start..end].to_vec()),
            size => {
                let longer = |record: &[u8]| [record, &[0xa5; 8]].concat();
                let records = part[start..end].chunks_exact(size as usize);
                (
                    number(entry, 0),
                    size + 8,
                    records.flat_map(longer).collect(),
                )
            }
        })
        .collect();
    sections.push((NEW_SECTION, 3, b"abcdef".to_vec()));
    let mut body = vec![0; (64 + sections.len() * 40).next_multiple_of(64)];
    body[..64].copy_from_slice(&part[..64]);
    for (index, (id, size, bytes)) in sections.iter().enumerate() {
        let (offset, length) = (body.len() as u64, bytes.len() as u64);
        let entry = &mut body[64 + index * 40..];
        entry[..4].copy_from_slice(&id.to_le_bytes());
        entry[4..8].copy_from_slice(&size.to_le_bytes());
        entry[8..16].copy_from_slice(&(length / u64::from(*size)).to_le_bytes());
        entry[16..24].copy_from_slice(&offset.to_le_bytes());
        entry[24..32].copy_from_slice(&length.to_le_bytes());
        body.extend_from_slice(bytes);
        body.resize(body.len().next_multiple_of(64), 0);
    }
    body.extend_from_slice(&part[part.len() - 16..]);
    body[10] = 9; // minor
    body[24] = 0xff; // may_ignore
    let length = body.len() as u64;
    body[32..40].copy_from_slice(&length.to_le_bytes());
    body[40..44].copy_from_slice(&u32::try_from(sections.len()).expect("a few").to_le_bytes());
    seal::reseal(&mut body);
    body
}

#[test]
fn the_current_version_is_frozen() {
    let current = format!("v{MAJOR}.{MINOR}");
    assert_eq!(
        RELEASED.last(),
        Some(&current.as_str()),
        "a new version needs frozen files of its own"
    );
}

fn freeze_if_asked() {
    let current = RELEASED.last().expect("a first version");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_none() || file(current, "catalog").exists() {
        return;
    }
    let shop = Shop::random(1, Scale::small());
    let parts = shop.write();
    std::fs::create_dir_all(folder()).expect("a folder beside this package");
    for (extension, bytes) in [("catalog", &parts.catalog), ("offers", &parts.offers)] {
        std::fs::write(file(current, extension), bytes).expect("a file in it");
    }
    std::fs::write(file(current, "txt"), said(&shop)).expect("a file in it");
}

/// One value a line, for people and for differences; what a version does not have is not said.
fn said(shop: &Shop) -> String {
    let whole = format!("{shop:#?}\n");
    let later = [
        "measure: None,",
        "tax_class: None,",
        "weight: None,",
        "terms: None,",
        "languages: [],",
        "currency: \"\",",
        "prices: None,",
        "group: \"\",",
        "left_paths: [],",
        "redirects: [],",
        "content_changes: [],",
        "sections: [],",
        "ratings: [],",
        "bundles: [],",
        "local_stock: [],",
        "tiers: [],",
        "lead_times: [],",
    ];
    let lines = whole.lines().filter(|line| !later.contains(&line.trim()));
    lines.map(|line| format!("{line}\n")).collect()
}

fn frozen(version: &str) -> Parts {
    let read = |extension| {
        let path = file(version, extension);
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    Parts {
        catalog: read("catalog"),
        offers: read("offers"),
    }
}

fn file(version: &str, extension: &str) -> PathBuf {
    folder().join(format!("{version}.{extension}"))
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots")
}
