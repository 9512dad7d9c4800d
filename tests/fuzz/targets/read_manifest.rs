//! Any bytes as a manifest and as HEAD; what is accepted must say the same after being written again.
#![no_main]

use frontage_shared::manifest::Manifest;
use frontage_shared::store::Head;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(manifest) = Manifest::decode(data) {
        let bytes = manifest.encode().expect("what was read can be written");
        let again = Manifest::decode(&bytes).expect("what was written can be read");
        assert_eq!(manifest, again);
    }
    if let Ok(head) = Head::decode(data) {
        assert_eq!(Head::decode(head.encode().as_bytes()).ok(), Some(head));
    }
});
