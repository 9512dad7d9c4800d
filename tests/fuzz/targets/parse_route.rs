//! Any request target as a route; the canonical address of a route must be the canonical address of itself, or a
//! browser would be sent in circles.
#![no_main]

use frontage_server::route::Route;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|target: &str| {
    let Ok(parsed) = Route::parse(target) else {
        return;
    };
    let again = Route::parse(&parsed.url).expect("a canonical address is an address");
    assert!(again.canonical, "{:?} is not canonical", parsed.url);
    assert_eq!(again.url, parsed.url);
});
