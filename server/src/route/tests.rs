//! Addresses are parsed and printed: one canonical form each, and nothing else is a route.

use std::collections::BTreeMap;

use frontage_shared::model::money::Currency;

use super::{Listing, PriceBound, Route, RouteError, Sort};

/// Whatever is sent, the printed route must parse to itself and be canonical.
#[track_caller]
fn check(target: &str, canonical_url: &str) {
    let parsed = Route::parse(target).unwrap_or_else(|error| panic!("{target}: {error}"));
    assert_eq!(parsed.route.to_string(), canonical_url, "{target}");
    let again = Route::parse(canonical_url).unwrap();
    assert!(again.canonical, "{canonical_url} is not canonical");
    assert_eq!(again.route, parsed.route);
    if target == canonical_url {
        assert!(parsed.canonical, "{target}");
    }
}

#[track_caller]
fn redirects(target: &str, canonical_url: &str) {
    check(target, canonical_url);
    assert!(
        !Route::parse(target).unwrap().canonical,
        "{target} should redirect"
    );
}

#[track_caller]
fn refused(target: &str, expected: RouteError) {
    assert_eq!(Route::parse(target), Err(expected), "{target:?}");
}

const MALFORMED_PATH: RouteError = RouteError::Malformed("a path is percent-encoded UTF-8");

#[test]
fn every_kind_of_address_prints_as_it_parses() {
    for url in [
        "/",
        "/c/home/chairs",
        "/c/m%C3%B6bel/st%C3%BChle?sort=price-asc&f.color=blue&f.color=red&f.size=xl&price-min=10&price-max=99.5&stock=in&page=3",
        "/p/%E8%8C%B6%E7%A2%97-%E9%9D%92",
        "/p/shirt?variant=42-xl",
        "/p/shirt?color=red&size=xl",
        "/b/acme?page=2",
        "/search",
        "/search?q=red+shoe&sort=name",
        "/search?q=%26%3D%2B%25+%23",
        "/pages/imprint",
        "/partials/offer/shirt?variant=42",
        "/partials/suggest",
        "/partials/suggest?q=red+sh",
        "/partials/recent?p=shirt&p=caf%C3%A9",
        "/p/shirt?part=buybox",
        "/p/shirt?variant=42&size=xl&part=offer",
        "/p/shirt?part=sleeve",
        "/partials?u=%2Fp%2Fshirt%3Fpart%3Dbuybox&u=%2Fpartials%2Fcart",
        "/wishlist?notice=full&shared=AAAA",
        "/compare?notice=full",
        "/lists",
        "/assets/0123abcd/shop.css",
        "/sitemap.xml",
        "/sitemaps/12.xml",
        "/robots.txt",
    ] {
        check(url, url);
    }
}

#[test]
fn other_spellings_redirect_to_the_one_address() {
    redirects("/p/shirt/", "/p/shirt");
    redirects("//p//shirt", "/p/shirt");
    redirects("/c/a/../b/./c", "/c/b/c");
    redirects("/c/a/%2e%2e/b", "/c/b");
    redirects("//evil.example/../p/x", "/p/x");
    redirects("/..", "/");
    redirects("/?utm_source=mail", "/");
    redirects("/p/shirt?", "/p/shirt");
    redirects("/search?page=2&q=lamp", "/search?q=lamp&page=2");
    redirects("/search?q=++red%0A%00shoe+", "/search?q=red+shoe");
    redirects(
        "/search?q=lamp&sort=relevance&page=1&price-min=&stock=",
        "/search?q=lamp",
    );
    redirects(
        "/p/shirt?part=related&variant=7",
        "/p/shirt?variant=7&part=related",
    );
    redirects(
        "/partials/recent?p=a&p=b&p=a&p=&x=1",
        "/partials/recent?p=a&p=b",
    );
    redirects(
        "/partials?u=/p/a/%3Fpart=offer",
        "/partials?u=%2Fp%2Fa%3Fpart%3Doffer",
    );
    redirects("/compare?shared=AAAA", "/compare");
    redirects("/c/a?sort=featured", "/c/a");
    redirects("/c/a?sort=relevance", "/c/a");
    redirects("/c/a?q=lamp", "/c/a");
    redirects("/c/a?page=0&page=-1&page=x", "/c/a");
    redirects(
        "/c/a?f.size=m&f.color=red&f.color=red&f.=x&f.y=",
        "/c/a?f.color=red&f.size=m",
    );
    redirects(
        "/c/a?price-min=012,50&price-max=free",
        "/c/a?price-min=12.5",
    );
    redirects(
        "/p/shirt?size=xl&color=red&variant=7",
        "/p/shirt?variant=7&color=red&size=xl",
    );
}

#[test]
fn an_encoding_a_proxy_may_change_is_served_and_not_redirected() {
    for url in [
        "/p/caf%c3%a9",
        "/p/%73hirt",
        "/search?q=red%20shoe",
        "/search?q=~",
    ] {
        assert!(Route::parse(url).unwrap().canonical, "{url}");
    }
    assert_eq!(
        Route::parse("/p/%73hirt").unwrap().route,
        Route::product("shirt")
    );
}

#[test]
fn broken_addresses_are_refused_and_foreign_ones_not_found() {
    refused("", RouteError::Malformed("a path starts with a slash"));
    refused("*", RouteError::Malformed("a path starts with a slash"));
    for path in [
        "/p/%",
        "/p/%4",
        "/p/%zz",
        "/p/%ff",
        "/p/a%00b",
        "/p/%0d%0aSet-Cookie:x",
        "/c/%C0%AF",
    ] {
        refused(path, MALFORMED_PATH);
    }
    for path in [
        "/x",
        "/p",
        "/c",
        "/p/a/b",
        "/p/a%2Fb",
        "/p/a%5Cb",
        "/p/a%20b",
        "/sitemaps/0.xml",
        "/sitemaps/07.xml",
        "/P/shirt",
    ] {
        refused(path, RouteError::NotFound);
    }
    refused(&format!("/p/{}", "a".repeat(201)), RouteError::NotFound);
    refused(&format!("/c/{}", "a/".repeat(40)), RouteError::NotFound);
    refused(
        &format!("/search?q={}", "a".repeat(9000)),
        RouteError::TooLong,
    );
    refused(
        &format!("/search?{}", "a&".repeat(200)),
        RouteError::Malformed("too many parameters"),
    );
}

#[test]
fn long_and_odd_queries_are_cut_to_size() {
    let parsed = Route::parse(&format!("/search?q={}", "ä+".repeat(500))).unwrap();
    let words = &parsed.route.listing().unwrap().q;
    assert!(words.chars().count() <= 120 && !parsed.canonical);
    check(&parsed.route.href(), &parsed.route.href());
    let many: Vec<String> = (0..90).map(|number| format!("f.size={number}")).collect();
    let parsed = Route::parse(&format!("/c/a?{}", many.join("&"))).unwrap();
    assert_eq!(parsed.route.listing().unwrap().facets["size"].len(), 48);
    check("/search?q=100%", "/search?q=100%25");
    check("/search?q=caf%E9", "/search?q=caf%EF%BF%BD");
}

/// The characters and words that matter to the parser.
const ALPHABET: &[&str] = &[
    "/",
    "?",
    "&",
    "=",
    "%",
    "+",
    ".",
    "..",
    "a",
    "ö",
    "%2F",
    "%C3%A9",
    "%00",
    "p",
    "c",
    "search",
    "q",
    "f.",
    "f.x",
    "page",
    "2",
    "sort",
    "name",
    "price-min",
    "1,5",
    "variant",
    "stock",
    "in",
    "b",
    "pages",
    " ",
    "\"",
    "<",
    "partials/offer/",
    "#",
];

/// Random bytes over the characters that matter: no panic, and printing is a fixed point.
#[test]
fn printing_is_a_fixed_point_for_any_input() {
    let mut state: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut next = |bound: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % bound
    };
    let mut parsed_count = 0;
    for _ in 0..50_000 {
        let prefixes = [
            "/",
            "/p/",
            "/c/",
            "/search?",
            "/b/x?",
            "/c/x?f.",
            "/partials/recent?p=",
            "/partials?u=/p/x%3Fpart=offer%26",
        ];
        let prefix = prefixes[next(prefixes.len())];
        let tail: String = (0..next(12))
            .map(|_| ALPHABET[next(ALPHABET.len())])
            .collect();
        let target = format!("{prefix}{tail}");
        let Ok(parsed) = Route::parse(&target) else {
            continue;
        };
        parsed_count += 1;
        let url = parsed.route.to_string();
        assert!(
            url.is_ascii() && url.starts_with('/') && !url.starts_with("//"),
            "{target:?} -> {url:?}"
        );
        assert!(
            !url.bytes()
                .any(|byte| byte.is_ascii_control() || b" \"<>\\".contains(&byte)),
            "{url:?}"
        );
        let again = Route::parse(&url).unwrap();
        assert!(again.canonical, "{target:?} -> {url:?} would loop");
        assert_eq!(again.route, parsed.route, "{target:?}");
    }
    assert!(
        parsed_count > 10_000,
        "the generator found only {parsed_count} routes"
    );
}

#[test]
fn listings_derive_the_next_listing() {
    let listing = Listing::search("lamp")
        .with_facet_toggled("color", "red")
        .with_page(4);
    let route = Route::search(listing.clone());
    assert_eq!(route.href(), "/search?q=lamp&f.color=red&page=4");
    let hrefs = |next: Listing| route.with_listing(next).href();
    assert_eq!(
        hrefs(listing.with_facet_toggled("color", "blue")),
        "/search?q=lamp&f.color=blue&f.color=red"
    );
    assert_eq!(
        hrefs(listing.with_facet_toggled("color", "red")),
        "/search?q=lamp"
    );
    assert_eq!(
        hrefs(listing.with_sort(Some(Sort::PriceDesc))),
        "/search?q=lamp&sort=price-desc&f.color=red"
    );
    assert_eq!(
        hrefs(listing.with_sort(Some(Sort::Relevance))),
        "/search?q=lamp&f.color=red"
    );
    assert_eq!(
        hrefs(listing.with_in_stock(true).without_filters()),
        "/search?q=lamp"
    );
    assert!(listing.has_facet("color", "red") && listing.is_filtered());
    assert_eq!(
        Route::category("a/b")
            .with_listing(Listing::new().with_page(0))
            .href(),
        "/c/a/b"
    );
}

#[test]
fn price_bounds_become_minor_units_of_any_currency() {
    let minor = |text: &str, code: &str| {
        PriceBound::parse(text).map(|b| b.minor(Currency::parse(code).unwrap()))
    };
    assert_eq!(minor("12,5", "EUR"), Some(1250));
    assert_eq!(minor(".5", "EUR"), Some(50));
    assert_eq!(minor("١٢٫٥", "EUR"), Some(1250));
    assert_eq!(minor("۱۲", "EUR"), Some(1200));
    assert_eq!(minor("0012.3456", "JPY"), Some(12));
    assert_eq!(
        minor("999999999999.9999", "CLF"),
        Some(9_999_999_999_999_999)
    );
    for text in [
        "",
        ".",
        "-1",
        "1.2.3",
        "1e3",
        "1.23456",
        "1234567890123",
        "三",
    ] {
        assert_eq!(minor(text, "EUR"), None, "{text:?}");
    }
}

#[test]
fn chosen_options_are_kept_for_the_page_to_resolve() {
    let Route::Product {
        options, variant, ..
    } = Route::parse("/p/x?size=l&color=red&size=m").unwrap().route
    else {
        panic!("not a product");
    };
    assert_eq!(variant, None);
    assert_eq!(
        options,
        BTreeMap::from([("color".into(), "red".into()), ("size".into(), "m".into())])
    );
}
