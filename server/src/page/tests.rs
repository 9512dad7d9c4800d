//! Every page over a real generation: what it shows, what it escapes, what it refuses.

use std::time::{Duration, UNIX_EPOCH};

use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::locales::LocaleIndex;

use super::fixture::{HOSTILE, generation, generation_of};
use super::*;
use crate::cache_policy::CachePolicy;
use crate::route::Route;

static PLAIN: std::sync::LazyLock<crate::theme::Theme> =
    std::sync::LazyLock::new(crate::theme::Theme::plain);

fn context() -> Context<'static> {
    Context {
        base_url: "https://shop.example",
        theme: &PLAIN,
        resizer: None,
        policies: None,
        sells: false,
        takes_withdrawals: false,
        takes_stock_requests: false,
        locale: LocaleIndex::OWN,
        now: UNIX_EPOCH + Duration::from_secs(1_795_000_000),
        redirects_settle: 0,
        time_zone: crate::zone::Zone::UTC,
        quoted: None,
    }
}

fn get(generation: &Generation, address: &str) -> Page {
    let parsed = Route::parse(address).unwrap();
    assert!(parsed.canonical, "{address}");
    build(&parsed.route, generation, &context())
}

#[track_caller]
fn has(page: &Page, parts: &[&str]) {
    for part in parts {
        assert!(page.body.contains(part), "no {part} in {}", page.body);
    }
}

/// What structured data says, parsed.
fn data(page: &Page) -> serde_json::Value {
    let (_, after) = page
        .body
        .split_once("<script type=\"application/ld+json\">")
        .unwrap();
    let (json, _) = after.split_once("</script>").unwrap();
    serde_json::from_str(json).unwrap()
}

#[test]
fn the_home_page_leads_into_the_shop() {
    let page = get(&generation(), "/");
    assert_eq!((page.status, page.kind), (200, Kind::Home));
    has(
        &page,
        &[
            "Things that last · Haus &amp; Hof",
            "href=\"/c/lamps\"",
            "href=\"/p/shelf-00\"",
            "href=\"/b/nordhem\"",
            "href=\"/pages/delivery\"",
        ],
    );
    has(
        &page,
        &["<link rel=\"canonical\" href=\"https://shop.example/\">"],
    );
}

#[test]
fn a_category_counts_pages_and_breadcrumbs() {
    let shop = generation();
    let first = get(&shop, "/c/shelves");
    has(
        &first,
        &[
            "60 products",
            "Showing 1–24 of 60",
            "rel=\"next\" href=\"/c/shelves?page=2\"",
            "href=\"https://shop.example/c/shelves\"",
        ],
    );
    let last = get(&shop, "/c/shelves?page=3");
    has(
        &last,
        &[
            "Showing 49–60 of 60",
            "rel=\"prev\" href=\"/c/shelves?page=2\"",
            "https://shop.example/c/shelves?page=3",
        ],
    );
    assert_eq!(get(&shop, "/c/shelves?page=4").status, 404);
    let inner = get(&shop, "/c/lamps/reading");
    has(
        &inner,
        &[
            "<a href=\"/c/lamps\">Lamps</a>",
            "<li aria-current=\"page\">Reading lamps</li>",
        ],
    );
    assert_eq!(
        data(&inner)["@graph"][0]["itemListElement"][2]["item"],
        "https://shop.example/c/lamps/reading"
    );
}

#[test]
fn a_filtered_list_is_not_for_indexes_and_can_be_unfiltered() {
    let shop = generation();
    let page = get(&shop, "/b/nordhem?sort=price-desc&price-max=10.2");
    assert!(
        page.noindex && !page.body.contains("rel=\"canonical\""),
        "one or the other"
    );
    has(
        &page,
        &[
            "noindex",
            "22 products",
            "Up to €10.20",
            "href=\"/b/nordhem?sort=price-desc\"",
        ],
    );
    let (first, _) = page.body.split_once("Oak shelf 20<").unwrap();
    assert!(!first.contains("Oak shelf 19<"), "the dearest stands first");
    assert_eq!(get(&shop, "/search?q=lamp&f.finish=ink-blue").status, 200);
    let blue = get(&shop, "/c/lamps?f.finish=ink-blue");
    has(&blue, &["href=\"/p/lamp?variant=lamp-3\"", "1 product"]);
    let unknown = get(&shop, "/c/lamps?f.brand=nobody&f.finish=brass&f.nothing=x");
    assert_eq!(
        (unknown.status, unknown.location.as_deref()),
        (302, Some("/c/lamps?f.finish=brass"))
    );
}

#[test]
fn what_stands_in_the_way_is_offered_to_go() {
    let page = get(&generation(), "/c/lamps?f.finish=ink-blue&price-max=5");
    has(
        &page,
        &[
            "No product has all of these properties",
            "Any price",
            "0 products",
        ],
    );
    assert_eq!(page.status, 200);
}

#[test]
fn a_product_shows_each_variant_and_what_each_choice_means() {
    let shop = generation();
    let page = get(&shop, "/p/lamp");
    has(
        &page,
        &[
            "€129.50",
            "<span class=\"vh\">Was </span>€159.00",
            "Only 3 left",
            "SKU-lamp-1",
            "142 cm",
        ],
    );
    has(
        &page,
        &[
            "data-partial=\"/partials/offer/lamp\"",
            "class=\"choice sold\" href=\"/p/lamp?variant=lamp-2\"",
            "class=\"choice free\" href=\"/p/lamp?variant=lamp-3\"",
        ],
    );
    assert!(
        !page.body.contains("javascript:"),
        "an address a browser would run"
    );
    let blue = get(&shop, "/p/lamp?variant=lamp-3");
    has(
        &blue,
        &[
            "class=\"choice else\" href=\"/p/lamp?variant=lamp-2\"",
            "<link rel=\"canonical\" href=\"https://shop.example/p/lamp\">",
        ],
    );
    assert!(page.body.len() < 30 * 1024);
}

#[test]
fn data_for_robots_says_what_shoppers_see() {
    let shop = generation();
    let group = &data(&get(&shop, "/p/lamp?variant=lamp-2"))["@graph"][0];
    assert_eq!(group["@type"], "ProductGroup");
    let variant = &group["hasVariant"][0];
    assert_eq!(variant["offers"]["price"], "119.00");
    assert_eq!(
        variant["offers"]["availability"],
        "https://schema.org/OutOfStock"
    );
    assert_eq!(
        variant["offers"]["url"],
        "https://shop.example/p/lamp?variant=lamp-2"
    );
    assert_eq!(group["hasVariant"].as_array().unwrap().len(), 3);
    assert_eq!(group["image"][0], "https://shop.example/media/lamp.svg");
    let mug = get(&shop, "/p/mug");
    let product = &data(&mug)["@graph"][0];
    assert_eq!(
        (product["@type"].as_str(), product["name"].as_str()),
        (Some("Product"), Some(HOSTILE))
    );
    assert_eq!(product["offers"]["price"], "9.90");
    assert_eq!(mug.body.matches("<script").count(), 2, "ours, and the data");
}

#[test]
fn another_spelling_of_a_former_name_is_one_redirect_away() {
    let shop = generation();
    for (address, place) in [
        ("/p/old-lamp/", "/p/lamp"),
        (
            "//p/./old-lamp?variant=lamp-2&variant=lamp-3",
            "/p/lamp?variant=lamp-3",
        ),
        ("/c/lamps/?page=1", "/c/lamps"),
    ] {
        let parsed = Route::parse(address).unwrap();
        assert!(!parsed.canonical, "{address}");
        assert_eq!(settled(&parsed, &shop), place, "{address}");
        assert_eq!(get(&shop, place).status, 200, "{place}");
    }
}

#[test]
fn options_and_former_names_lead_to_the_page_itself() {
    let shop = generation();
    let location = |address: &str| {
        let page = get(&shop, address);
        (page.status, page.location.unwrap_or_default())
    };
    assert_eq!(
        location("/p/lamp?finish=blue"),
        (302, "/p/lamp?variant=lamp-3".to_owned())
    );
    assert_eq!(
        location("/p/lamp?finish=brass&stand=table"),
        (302, "/p/lamp?variant=lamp-2".to_owned())
    );
    assert_eq!(location("/p/lamp?nothing=x"), (302, "/p/lamp".to_owned()));
    assert_eq!(
        location("/p/lamp?variant=gone"),
        (302, "/p/lamp".to_owned())
    );
    assert_eq!(location("/p/lamp?variant=mug"), (302, "/p/lamp".to_owned()));
    assert_eq!(location("/p/old-lamp"), (308, "/p/lamp".to_owned()));
    assert_eq!(
        location("/p/old-lamp?variant=lamp-2"),
        (308, "/p/lamp?variant=lamp-2".to_owned())
    );
}

#[test]
fn the_partial_is_the_block_of_the_page() {
    let shop = generation();
    let partial = get(&shop, "/partials/offer/lamp?variant=lamp-2");
    assert_eq!(
        (partial.kind, partial.cache, partial.noindex),
        (Kind::Offer, CachePolicy::Partial, true)
    );
    has(
        &get(&shop, "/p/lamp?variant=lamp-2"),
        &[partial.body.trim()],
    );
    assert!(
        partial.body.contains("€119.00")
            && partial.body.contains("Out of stock")
            && !partial.body.contains("<html")
    );
    assert_eq!(get(&shop, "/partials/offer/lamp?variant=gone").status, 404);
}

#[test]
fn a_search_keeps_its_words_and_helps_when_it_finds_nothing() {
    let shop = generation();
    let found = get(&shop, "/search?q=shelf+12");
    has(
        &found,
        &[
            "1 product",
            "Oak shelf 12",
            "name=\"q\" type=\"search\" value=\"shelf 12\"",
            "noindex",
        ],
    );
    let similar = get(&shop, "/search?q=shelff");
    has(&similar, &["60 products", "similar to “shelff”"]);
    let nothing = get(&shop, "/search?q=shelf+zzzzzz");
    has(
        &nothing,
        &[
            "Nothing matches",
            "href=\"/search?q=shelf\"",
            "href=\"/c/lamps\"",
        ],
    );
    has(&get(&shop, "/search"), &["<h1>Search</h1>"]);
}

#[test]
fn missing_pages_suggest_what_was_meant() {
    let shop = generation();
    let page = get(&shop, "/p/brass-lamp-2019");
    assert_eq!((page.status, page.cache), (404, CachePolicy::Error));
    has(
        &page,
        &[
            "Perhaps you were looking for",
            "href=\"/p/lamp\"",
            "noindex",
        ],
    );
    for status in [400, 405, 500, 503] {
        let page = error(status, None, &context(), "");
        assert_eq!(page.status, status);
        has(&page, &["<h1>", "Go to the home page"]);
    }
}

#[test]
fn crawlers_learn_what_to_index() {
    let shop = generation();
    let index = get(&shop, "/sitemap.xml");
    has(
        &index,
        &[
            "<loc>https://shop.example/sitemaps/1.xml</loc>",
            "<loc>https://shop.example/sitemaps/4.xml</loc>",
        ],
    );
    has(
        &get(&shop, "/sitemaps/1.xml"),
        &[
            "<loc>https://shop.example/</loc>",
            "pages/delivery</loc><lastmod>1970-01-02T",
        ],
    );
    let products = get(&shop, "/sitemaps/4.xml");
    has(&products, &["/p/lamp</loc><lastmod>2000-02-29T"]);
    assert_eq!(products.body.matches("<url>").count(), 62);
    assert_eq!(get(&shop, "/sitemaps/5.xml").status, 404);
    let robots = get(&shop, "/robots.txt");
    has(
        &robots,
        &[
            "Disallow: /*?sort=",
            "Disallow: /*&f.",
            "Sitemap: https://shop.example/sitemap.xml",
        ],
    );
}

#[test]
fn a_content_page_says_when_it_changed() {
    let page = get(&generation(), "/pages/delivery");
    has(
        &page,
        &[
            "<em>parcels</em>",
            "January 2, 1970",
            "content=\"We send parcels.\"",
        ],
    );
}

/// Addresses of every kind of page, with everything a page can show on one of them.
const PAGES: [&str; 12] = [
    "/",
    "/c/lamps",
    "/c/lamps?f.finish=brass&price-max=500&stock=in",
    "/c/lamps?f.finish=ink-blue&price-max=5",
    "/b/nordhem?page=2",
    "/p/lamp",
    "/p/lamp?variant=lamp-3",
    "/p/mug",
    "/search?q=lamp",
    "/search?q=shelf+zzzzzz",
    "/pages/delivery",
    "/p/brass-lamp-2019",
];

#[test]
fn whatever_a_feed_says_stays_text() {
    let hostile =
        "\"'></option></title><script>alert(1)</script><img src=x onerror=alert(1)>&amp;\u{2028}";
    let (calm, attacked) = (generation_of("plain words "), generation_of(hostile));
    for address in PAGES {
        let (calm, attacked) = (get(&calm, address).body, get(&attacked, address).body);
        let tags = |body: &str| body.matches('<').count();
        assert_eq!(
            tags(&attacked),
            tags(&calm),
            "{address} gained or lost an element"
        );
        for forbidden in [
            "<img src=x",
            "alert(1)</script>",
            " style=",
            "\u{2028}</script>",
        ] {
            assert!(!attacked.contains(forbidden), "{forbidden} in {address}");
        }
    }
}

#[test]
fn pages_are_small_and_whole() {
    let shop = generation();
    for address in PAGES {
        let page = get(&shop, address);
        let body = page.body.trim_end();
        assert!(
            body.starts_with("<!DOCTYPE html>") && body.ends_with("</html>"),
            "{address}"
        );
        assert_eq!(body.matches("<h1").count(), 1, "{address}");
        assert_eq!(
            body.matches("rel=\"canonical\"").count() + body.matches("content=\"noindex").count(),
            1,
            "{address}"
        );
        if address.starts_with("/p/") {
            assert!(body.len() < 30 * 1024, "{address} has {} bytes", body.len());
        }
    }
}

#[test]
fn redirects_lead_to_their_end_and_never_round() {
    let generation = generation();
    let location = |target| {
        let page = redirected(target, std::iter::empty(), &generation, &context());
        page.and_then(|page| page.location)
    };
    for target in ["/round", "/and", "/round?x=1", "/and?y=1", "/third"] {
        assert_eq!(location(target), None, "{target}");
    }
    assert_eq!(location("/first").as_deref(), Some("/delivery"));
    assert_eq!(location("/second?z=1").as_deref(), Some("/delivery"));
    assert_eq!(location("/third?x=1").as_deref(), Some("/third"));
}
