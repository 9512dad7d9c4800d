//! What pages rely on in a shop's further languages is checked, by name, before a part is served.

use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::layout::section;
use frontage_shared::snapshot::locales::{LocalColumnRecord, LocalStringRecord, LocaleRecord};
use frontage_shared::snapshot::record::Record;
use frontage_shared::snapshot::routes::RouteRecord;
use frontage_tests::corruption::seal;
use frontage_tests::sample_generation;
use ownedbytes::OwnedBytes;

#[test]
fn damage_in_a_further_language_is_refused_by_name() {
    let never = [0xff; 4];
    check::<LocaleRecord>(section::LOCALES, "tag", &[0; 8], "must have a language tag");
    check::<LocaleRecord>(
        section::LOCALES,
        "columns",
        &never,
        "list reaches past its section",
    );
    check::<LocaleRecord>(
        section::LOCALES,
        "text_files",
        &never,
        "list reaches past its section",
    );
    check::<LocalColumnRecord>(
        section::LOCAL_COLUMNS,
        "field",
        &never,
        "LOCAL_COLUMNS, row 1: must ascend",
    );
    check::<LocalStringRecord>(
        section::LOCAL_STRINGS,
        "row",
        &never,
        "LOCAL_STRINGS, row 1: must ascend",
    );
    check::<LocalStringRecord>(
        section::LOCAL_STRINGS,
        "text",
        &never,
        "text lies outside its heap",
    );
    check::<RouteRecord>(
        section::LOCAL_ROUTES,
        "hash",
        &[0; 8],
        "LOCAL_ROUTES, row 0, field hash: must be that of kind and path",
    );
    check::<RouteRecord>(
        section::LOCAL_ROUTES,
        "row",
        &never,
        "LOCAL_ROUTES, row 0, field row: target does not exist",
    );
}

#[test]
fn a_damaged_index_of_a_further_language_is_refused() {
    let mut catalog = sample_generation::small().catalog;
    let place = seal::place(&catalog, section::LOCAL_TEXT_INDEX);
    assert!(
        !place.is_empty(),
        "the sample has no language with an index"
    );
    let at = place.start + place.len() / 2;
    catalog[at] ^= 1;
    seal::reseal(&mut catalog);
    let error = verify(catalog);
    assert!(error.contains("text index"), "{error}");
}

/// Damages a field of the first record of a section, with checksums to match.
#[track_caller]
fn check<T: Record>(id: u32, field: &str, value: &[u8], expected: &str) {
    let mut catalog = sample_generation::small().catalog;
    let known = T::FIELDS.iter().find(|known| known.name == field);
    let at = seal::place(&catalog, id).start + known.expect("a field of the record").offset;
    catalog[at..at + value.len()].copy_from_slice(value);
    seal::reseal(&mut catalog);
    let error = verify(catalog);
    assert!(error.contains(expected), "{field}: `{error}`");
}

fn verify(catalog: Vec<u8>) -> String {
    let catalog = Catalog::open(OwnedBytes::new(catalog)).expect("it opens");
    catalog.verify().expect_err("it is damaged").to_string()
}
