//! A file that was just written is verified in steps, each on a mapping of its own, as strictly as a catalog that is open.

use frontage_shared::snapshot::catalog::Catalog;
use frontage_tests::corruption::seal;
use frontage_tests::sample_generation;
use ownedbytes::OwnedBytes;

#[test]
fn a_file_is_judged_like_a_catalog_that_is_open() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("some.catalog");
    let whole = sample_generation::small().catalog;
    let agree = |bytes: &[u8]| {
        std::fs::write(&file, bytes).expect("a file");
        let open = Catalog::open(OwnedBytes::new(bytes.to_vec()));
        let open = open.and_then(|catalog| catalog.verify());
        let of_file = Catalog::verify_file(&file);
        assert_eq!(format!("{open:?}"), format!("{of_file:?}"));
        of_file.is_ok()
    };
    assert!(agree(&whole));
    assert!(Catalog::verify_file(&folder.path().join("none")).is_err());
    let mut refused = 0;
    for (start, end) in seal::sections(&whole) {
        for (at, is_sealed) in [(start, false), (start, true), (end, false)] {
            let mut damaged = whole.clone();
            // What lies behind a section is padding, or the section that follows.
            let Some(byte) = damaged.get_mut(at) else {
                continue;
            };
            *byte ^= 0x80;
            if is_sealed {
                seal::reseal(&mut damaged);
            }
            let is_accepted = agree(&damaged);
            assert!(!is_accepted || is_sealed, "at {at}");
            refused += u32::from(!is_accepted);
        }
    }
    assert!(refused > 100, "{refused} were refused");
}
