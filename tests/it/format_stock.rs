//! Damage in what an offers part says of stock at places is refused, by name.

use frontage_shared::snapshot::SnapshotError;
use frontage_shared::snapshot::layout::section;
use frontage_shared::snapshot::location_stock::LocationStockRecord;
use frontage_shared::snapshot::offers::Offers;
use frontage_shared::snapshot::record::Record as _;
use frontage_tests::corruption::seal;
use frontage_tests::sample_generation;
use ownedbytes::OwnedBytes;

#[test]
fn stock_at_places_is_checked() {
    let at = |field: &str| {
        let mut fields = LocationStockRecord::FIELDS.iter();
        fields
            .find(|known| known.name == field)
            .map_or(0, |known| known.offset)
    };
    let none = u32::MAX.to_le_bytes();
    let cases: [(u32, usize, &[u8], &str); 7] = [
        (section::LOCATION_IDS, 4, &[0xff], "LOCATION_IDS"),
        (
            section::LOCATIONS,
            0,
            &[0xff, 0xff],
            "LOCATIONS, row 0, field id: text lies outside its heap",
        ),
        (
            section::LOCATIONS,
            0,
            &[0, 0, 0, 0, 9, 0, 0, 0],
            "LOCATIONS, row 1: must ascend, each once",
        ),
        (
            section::LOCATION_STOCK,
            at("variant"),
            &[0xff, 0xff, 0, 0],
            "LOCATION_STOCK, row 0, field variant: row does not exist",
        ),
        (
            section::LOCATION_STOCK,
            at("location"),
            &[0xff, 0, 0, 0],
            "LOCATION_STOCK, row 0, field location: row does not exist",
        ),
        (
            section::LOCATION_STOCK,
            at("variant"),
            &[1, 0, 0, 0],
            "LOCATION_STOCK, row 1: must ascend, each once",
        ),
        (
            section::LOCATION_STOCK,
            at("location"),
            &none,
            "LOCATION_STOCK, row 1: must ascend, each once",
        ),
    ];
    for (id, at, value, expected) in cases {
        let mut parts = sample_generation::small();
        let start = seal::place(&parts.offers, id).start;
        parts.offers[start + at..start + at + value.len()].copy_from_slice(value);
        seal::reseal(&mut parts.offers);
        let error = verify(parts.offers).expect_err("changed");
        let error = error.to_string();
        assert!(
            error.contains(expected),
            "expected `{expected}`, got `{error}`"
        );
    }
}

fn verify(offers: Vec<u8>) -> Result<(), SnapshotError> {
    Offers::open(OwnedBytes::new(offers))?.verify()
}
