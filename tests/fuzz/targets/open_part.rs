//! Any bytes as a part: opening, verifying and reading must end with an error or an answer.
#![no_main]

#[path = "common/panics.rs"]
mod panics;
#[expect(dead_code, reason = "parts are walked one by one here, not as a generation")]
#[path = "../../src/corruption/walk.rs"]
mod walk;

use std::hash::DefaultHasher;

use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::offers::Offers;
use libfuzzer_sys::fuzz_target;
use ownedbytes::OwnedBytes;

fuzz_target!(init: panics::keep_quiet(), |data: &[u8]| panics::run(|| attempt(data)));

fn attempt(data: &[u8]) {
    let mut said = DefaultHasher::new();
    if let Ok(catalog) = Catalog::open(OwnedBytes::new(data.to_vec())) {
        let _ = catalog.verify();
        walk::catalog(&catalog, &mut said);
    }
    if let Ok(offers) = Offers::open(OwnedBytes::new(data.to_vec())) {
        let _ = offers.verify();
        walk::offers(&offers, &mut said);
    }
}
