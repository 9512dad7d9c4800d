//! Damaged files are refused, by name and without a panic.
//!
//! The story behind it: a disk, a copy over the network or a careless tool changes bytes, and a shop must go on with
//! the generation it has. Nothing damaged may be served, and nothing that a file says may end the process.

use std::ops::Range;

use frontage_shared::snapshot::SnapshotError;
use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::layout::{
    HEADER_LEN, HeaderRecord, SECTION_LEN, SectionRecord, section,
};
use frontage_shared::snapshot::offers::Offers;
use frontage_shared::snapshot::record::Record;
use frontage_tests::corruption::{Outcome, seal, soak_corruption, soak_forged_text, soak_resealed};
use frontage_tests::sample_generation::{self, Scale, Shop};
use ownedbytes::OwnedBytes;

/// Random flips of the everyday run; the soak runs a million, and `FORMAT_SOAK=50` makes this one do so.
const FLIPS: u64 = 20_000;
/// Random changes with recomputed checksums, each followed by reading everything.
const RESEALED: u64 = 4_000;
/// The same for the text index and its own checksums.
const FORGED: u64 = 1_000;

#[derive(Clone, Copy, PartialEq, Debug)]
enum Sealed {
    /// The change alone.
    No,
    /// The change, and the checksums of header and table to match.
    Yes,
}

/// Field, what is written over its first bytes, sealed, what the error must say.
type Case = (&'static str, &'static [u8], Sealed, &'static str);

const HEADER_CASES: &[Case] = &[
    ("magic", b"X", Sealed::No, "bad header magic"),
    ("magic", b"X", Sealed::Yes, "bad header magic"),
    (
        "major",
        &[2, 0],
        Sealed::No,
        "format version 2 cannot be read",
    ),
    (
        "major",
        &[2, 0],
        Sealed::Yes,
        "format version 2 cannot be read",
    ),
    ("minor", &[9, 0], Sealed::No, "checksum of header"),
    ("kind", &[2], Sealed::No, "checksum of header"),
    (
        "kind",
        &[2],
        Sealed::Yes,
        "expected catalog, found part kind 2",
    ),
    (
        "kind",
        &[77],
        Sealed::Yes,
        "expected catalog, found part kind 77",
    ),
    ("must_understand", &[2], Sealed::No, "checksum of header"),
    (
        "must_understand",
        &[2],
        Sealed::Yes,
        "features this build does not know (bits 0x2)",
    ),
    ("may_ignore", &[1], Sealed::No, "checksum of header"),
    ("file_length", &[1], Sealed::No, "checksum of header"),
    ("file_length", &[1], Sealed::Yes, "truncated"),
    (
        "section_count",
        &[255, 255],
        Sealed::No,
        "checksum of header",
    ),
    (
        "section_count",
        &[1],
        Sealed::Yes,
        "section does not start where",
    ),
    (
        "section_count",
        &[255, 0, 0, 0],
        Sealed::Yes,
        "too many sections (255)",
    ),
    (
        "section_count",
        &[255, 255, 255, 255],
        Sealed::Yes,
        "too many sections (4294967295)",
    ),
    ("reserved", &[1], Sealed::No, "checksum of header"),
    ("reserved", &[1], Sealed::Yes, "reserved must be zero (1)"),
    (
        "table_checksum",
        &[1, 2, 3],
        Sealed::No,
        "checksum of header",
    ),
    (
        "header_checksum",
        &[1, 2, 3],
        Sealed::No,
        "checksum of header",
    ),
];

/// The entry of STRINGS, the second of the table.
const ENTRY_CASES: &[Case] = &[
    ("id", &[1], Sealed::No, "checksum of section table"),
    (
        "id",
        &[1],
        Sealed::Yes,
        "SHOP: sections must be in ascending order (1)",
    ),
    (
        "id",
        &[128],
        Sealed::Yes,
        "section number is too large (128)",
    ),
    ("record_size", &[2], Sealed::No, "checksum of section table"),
    (
        "record_size",
        &[0],
        Sealed::Yes,
        "STRINGS: length must be record size times count",
    ),
    (
        "record_size",
        &[2],
        Sealed::Yes,
        "STRINGS: length must be record size times count",
    ),
    ("count", &[1, 2, 3], Sealed::No, "checksum of section table"),
    (
        "count",
        &[1, 2, 3],
        Sealed::Yes,
        "STRINGS: length must be record size times count",
    ),
    ("offset", &[1], Sealed::No, "checksum of section table"),
    (
        "offset",
        &[1],
        Sealed::Yes,
        "STRINGS: section does not start where the one before it ends",
    ),
    ("length", &[1], Sealed::No, "checksum of section table"),
    (
        "length",
        &[1, 2],
        Sealed::Yes,
        "STRINGS: length must be record size times count",
    ),
    ("checksum", &[1], Sealed::No, "checksum of section table"),
    ("checksum", &[1, 2, 3], Sealed::Yes, "checksum of STRINGS"),
];

#[test]
fn every_field_of_the_header_is_guarded() {
    check_cases::<HeaderRecord>(HEADER_CASES, 0);
}

#[test]
fn every_field_of_the_section_table_is_guarded() {
    check_cases::<SectionRecord>(ENTRY_CASES, len(HEADER_LEN + SECTION_LEN));
}

#[test]
fn what_a_later_minor_version_may_change_is_accepted() {
    let whole = sample_generation::small();
    for (field, value) in [
        ("minor", &[9_u8, 0][..]),
        ("may_ignore", &[1, 2, 3, 4, 5, 6, 7, 8]),
    ] {
        let mut changed = whole.clone();
        write_field::<HeaderRecord>(&mut changed.catalog, 0, field, value);
        seal::reseal_header(&mut changed.catalog);
        let catalog = Catalog::open(OwnedBytes::new(changed.catalog)).expect(field);
        catalog.verify().expect(field);
    }
}

#[test]
fn a_length_that_wraps_around_is_refused() {
    let mut parts = sample_generation::small();
    let entry = len(HEADER_LEN + SECTION_LEN);
    let huge = (u64::MAX - 3).to_le_bytes();
    write_field::<SectionRecord>(&mut parts.catalog, entry, "count", &huge);
    write_field::<SectionRecord>(&mut parts.catalog, entry, "length", &huge);
    seal::reseal_header(&mut parts.catalog);
    let error = Catalog::open(OwnedBytes::new(parts.catalog)).expect_err("no file is that long");
    assert_eq!(
        error.to_string(),
        "STRINGS: section reaches past the end of the file (18446744073709551612)"
    );
}

#[test]
fn every_flipped_bit_of_header_and_table_is_refused() {
    let whole = sample_generation::small();
    let mut flips = 0;
    for (name, bytes, sections) in [
        ("catalog", &whole.catalog, 30),
        ("offers", &whole.offers, 6),
    ] {
        for at in 0..len(HEADER_LEN + sections * SECTION_LEN) {
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1 << bit;
                assert!(
                    open_part(name, damaged).is_err(),
                    "{name}: byte {at}, bit {bit} is not guarded"
                );
                flips += 1;
            }
        }
    }
    println!("{flips} bits of headers and tables flipped, accepted 0");
}

#[test]
fn every_flipped_bit_of_padding_and_trailer_is_refused() {
    let whole = sample_generation::small();
    for (name, bytes) in [("catalog", &whole.catalog), ("offers", &whole.offers)] {
        let sections = seal::sections(bytes);
        let between = sections
            .iter()
            .zip(sections.iter().skip(1))
            .flat_map(|(one, next)| one.1..next.0);
        let last = sections.last().map_or(0, |last| last.1);
        for at in between.chain(last..bytes.len()) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x10;
            assert!(
                verify_part(name, damaged).is_err(),
                "{name}: byte {at} is not guarded"
            );
        }
    }
}

#[test]
fn every_truncation_is_refused() {
    let whole = sample_generation::small();
    for (name, bytes) in [("catalog", &whole.catalog), ("offers", &whole.offers)] {
        for length in 0..bytes.len() {
            let error = open_part(name, bytes[..length].to_vec()).expect_err("cut off");
            assert!(
                matches!(error, SnapshotError::Truncated { .. }),
                "{name}, {length} bytes: {error}"
            );
        }
        let mut longer = bytes.clone();
        longer.push(0);
        let error = open_part(name, longer).expect_err("too long");
        assert!(
            matches!(error, SnapshotError::Truncated { .. }),
            "{name}: {error}"
        );
    }
}

#[test]
fn truncations_with_a_matching_header_are_refused() {
    let whole = sample_generation::small();
    for (name, bytes) in [("catalog", &whole.catalog), ("offers", &whole.offers)] {
        let trailer = &bytes[bytes.len() - 16..];
        let lengths = (64..bytes.len())
            .step_by(64)
            .flat_map(|length| [length, length + 16]);
        for length in lengths.filter(|&length| length < bytes.len()) {
            let mut cut = bytes[..length].to_vec();
            cut[length - 16..].copy_from_slice(trailer);
            write_field::<HeaderRecord>(&mut cut, 0, "file_length", &(length as u64).to_le_bytes());
            seal::reseal(&mut cut);
            let refused = verify_part(name, cut).is_err();
            assert!(refused, "{name}: {length} bytes with a header to match");
        }
    }
}

#[test]
fn every_random_flip_is_refused() {
    let flips = FLIPS * factor();
    let outcome = soak_corruption(flips);
    println!(
        "{flips} random flips: accepted {}, panics {}",
        outcome.accepted, outcome.panics
    );
    assert_eq!(outcome, Outcome::default());
}

#[test]
fn what_is_accepted_after_a_change_with_matching_checksums_can_be_read() {
    let changes = RESEALED * factor();
    let outcome = soak_resealed(changes);
    println!(
        "{changes} changes with checksums to match: accepted {}, panics {}",
        outcome.accepted, outcome.panics
    );
    assert_eq!(outcome.panics, 0);
    // A change of a price or of a letter is lawful; if nothing were accepted, nothing behind the checksums was read.
    assert!(outcome.accepted > 0 && outcome.accepted < changes);
}

#[test]
fn a_field_that_refers_to_nothing_is_refused_by_name() {
    use frontage_shared::snapshot::products::{ProductRecord, VariantRecord};
    let never = u32::MAX - 1;
    let cases: [(u32, usize, &str, &str); 6] = [
        (
            section::PRODUCTS,
            offset::<ProductRecord>("name"),
            "PRODUCTS",
            "field name: text lies outside its heap",
        ),
        (
            section::PRODUCTS,
            offset::<ProductRecord>("description"),
            "PRODUCTS",
            "field description: text lies",
        ),
        (
            section::PRODUCTS,
            offset::<ProductRecord>("brand"),
            "PRODUCTS",
            "field brand: row does not exist",
        ),
        (
            section::PRODUCTS,
            offset::<ProductRecord>("media"),
            "PRODUCTS",
            "field media: list reaches past its section",
        ),
        (
            section::VARIANTS,
            offset::<VariantRecord>("product"),
            "VARIANTS",
            "field product: row does not exist",
        ),
        (
            section::PRODUCT_CATEGORIES,
            0,
            "PRODUCT_CATEGORIES",
            "field row: row does not exist",
        ),
    ];
    for (id, at, name, rule) in cases {
        let error = verify_changed(id, at, &never.to_le_bytes());
        assert_eq!(
            error.split(": ").next(),
            Some(&*format!("section {name}, row 0, field {}", field_of(rule))),
            "{error}"
        );
        assert!(
            error.contains(rule.split(": ").nth(1).unwrap_or_default()),
            "{error}"
        );
    }
}

#[test]
fn orders_that_lookups_rely_on_are_checked() {
    use frontage_shared::snapshot::categories::CategoryRecord;
    use frontage_shared::snapshot::products::VariantKeyRecord;
    use frontage_shared::snapshot::routes::RouteRecord;
    let last = u64::MAX.to_le_bytes();
    for (id, at, value, expected) in [
        (
            section::VARIANT_KEYS,
            offset::<VariantKeyRecord>("key"),
            &last[..],
            "VARIANT_KEYS, row 1: must ascend",
        ),
        (
            section::ROUTES,
            offset::<RouteRecord>("hash"),
            &last,
            "ROUTES, row 1: must ascend",
        ),
        (
            section::ROUTES,
            offset::<RouteRecord>("hash"),
            &[0; 8],
            "ROUTES, row 0, field hash: must be that of kind and",
        ),
        (
            section::ROUTES,
            offset::<RouteRecord>("kind"),
            &[9],
            "ROUTES, row 0, field row: target does not exist",
        ),
        (
            section::CATEGORIES,
            offset::<CategoryRecord>("depth"),
            &[3],
            "CATEGORIES, row 0: rows must be in pre-order",
        ),
        (
            section::CATEGORIES,
            offset::<CategoryRecord>("parent"),
            &[0, 0, 0, 0],
            "CATEGORIES, row 0: rows must be in",
        ),
    ] {
        let error = verify_changed(id, at, value);
        assert!(
            error.contains(expected),
            "expected `{expected}`, got `{error}`"
        );
    }
}

#[test]
fn a_tree_that_bites_its_tail_is_refused_and_ends() {
    let shop = Shop::random(
        5,
        Scale {
            categories: 12,
            ..Scale::small()
        },
    );
    let mut parts = shop.write();
    let Range { start, end } = seal::place(&parts.catalog, section::CHILDREN);
    assert!(end - start >= 8, "the sample needs children");
    // Every child becomes the first root.
    parts.catalog[start..end].fill(0);
    seal::reseal(&mut parts.catalog);
    let catalog =
        Catalog::open(OwnedBytes::new(parts.catalog.clone())).expect("header and table are whole");
    let error = catalog.verify().expect_err("a cycle").to_string();
    assert!(
        error.contains("CATEGORIES") && error.contains("a child names another parent"),
        "{error}"
    );
    assert!(
        catalog
            .categories()
            .all(|category| category.children().all(|child| child.row > category.row))
    );
}

#[test]
fn a_list_of_four_billion_items_costs_nothing() {
    use frontage_shared::snapshot::facets::FacetRecord;
    use frontage_shared::snapshot::products::{OptionRecord, ProductRecord};
    for (id, at) in [
        (section::PRODUCTS, offset::<ProductRecord>("variants")),
        (section::OPTIONS, offset::<OptionRecord>("values")),
        (section::FACETS, offset::<FacetRecord>("values")),
    ] {
        let mut parts = sample_generation::small();
        let start = seal::place(&parts.catalog, id).start;
        parts.catalog[start + at + 4..start + at + 8].copy_from_slice(&u32::MAX.to_le_bytes());
        seal::reseal(&mut parts.catalog);
        let catalog =
            Catalog::open(OwnedBytes::new(parts.catalog)).expect("header and table are whole");
        assert!(catalog.verify().is_err());
        let variants = catalog
            .products()
            .map(|product| product.variants().count())
            .max();
        let options = catalog
            .products()
            .flat_map(|product| product.options().map(|it| it.values().count()).max())
            .max();
        let facets = catalog.facets().map(|facet| facet.value_rows().len()).max();
        let most = [variants, options, facets]
            .into_iter()
            .flatten()
            .max()
            .expect("something to count");
        assert!(
            most < 1_000,
            "{most} rows from a list that names more rows than there are"
        );
    }
}

/// tantivy trusts its files once their own checksums match, so damage that also matches those is the hardest case.
#[test]
fn a_text_index_forged_down_to_its_own_checksums_unwinds_into_nobody() {
    let changes = FORGED * factor();
    let outcome = soak_forged_text(changes);
    println!(
        "{changes} forged text indexes: accepted {}, panics {}",
        outcome.accepted, outcome.panics
    );
    assert_eq!(outcome.panics, 0);
    // If all were refused, nothing behind the checksums was read.
    assert!(outcome.accepted > 0 && outcome.accepted < changes);
}

/// How many times the everyday figures.
fn factor() -> u64 {
    std::env::var("FORMAT_SOAK").map_or(1, |factor| {
        factor.parse().expect("FORMAT_SOAK is a whole number")
    })
}

fn check_cases<T: Record>(cases: &[Case], base: usize) {
    for field in T::FIELDS {
        assert!(
            cases.iter().any(|case| case.0 == field.name),
            "{}.{} has no case",
            T::NAME,
            field.name
        );
    }
    for (field, value, sealed, expected) in cases {
        let mut parts = sample_generation::small();
        write_field::<T>(&mut parts.catalog, base, field, value);
        if *sealed == Sealed::Yes {
            seal::reseal_header(&mut parts.catalog);
        }
        let error = verify_part("catalog", parts.catalog)
            .expect_err(field)
            .to_string();
        assert!(
            error.contains(expected),
            "{} {sealed:?}: expected `{expected}`, got `{error}`",
            *field
        );
    }
}

fn open_part(name: &str, bytes: Vec<u8>) -> Result<(), SnapshotError> {
    match name {
        "catalog" => Catalog::open(OwnedBytes::new(bytes)).map(drop),
        _ => Offers::open(OwnedBytes::new(bytes)).map(drop),
    }
}

fn verify_part(name: &str, bytes: Vec<u8>) -> Result<(), SnapshotError> {
    match name {
        "catalog" => {
            let catalog = Catalog::open(OwnedBytes::new(bytes))?;
            let (verified, in_turn) = (catalog.verify(), catalog.verify_in_turn());
            assert_eq!(verified.is_ok(), in_turn.is_ok(), "two ways of one check");
            verified
        }
        _ => Offers::open(OwnedBytes::new(bytes))?.verify(),
    }
}

/// Writes over the first record of a section, seals the part, and gives what verifying says.
#[track_caller]
fn verify_changed(id: u32, at: usize, value: &[u8]) -> String {
    let mut parts = sample_generation::small();
    let Range { start, end } = seal::place(&parts.catalog, id);
    assert!(
        start + at + value.len() <= end,
        "{} is too short to be changed",
        section::name(id)
    );
    parts.catalog[start + at..start + at + value.len()].copy_from_slice(value);
    seal::reseal(&mut parts.catalog);
    verify_part("catalog", parts.catalog)
        .expect_err("changed")
        .to_string()
}

fn write_field<T: Record>(bytes: &mut [u8], base: usize, field: &str, value: &[u8]) {
    let at = base + offset::<T>(field);
    bytes[at..at + value.len()].copy_from_slice(value);
}

fn offset<T: Record>(field: &str) -> usize {
    let found = T::FIELDS.iter().find(|known| known.name == field);
    found
        .unwrap_or_else(|| panic!("{} has no field {field}", T::NAME))
        .offset
}

fn field_of(rule: &str) -> &str {
    rule.trim_start_matches("field ")
        .split(':')
        .next()
        .unwrap_or_default()
}

fn len(length: u64) -> usize {
    usize::try_from(length).expect("a length in a small file")
}
