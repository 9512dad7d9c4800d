//! One shop in several languages: each page in each of them, linked with the others, and never mixed up.

use std::collections::{BTreeMap, BTreeSet};

use frontage_tests::browser::{Browser, Screen};
use frontage_tests::documents;
use frontage_tests::shop::{Page, Shop, ShopBuilder};
use serde_json::{Value, json};

pub(crate) const LANGUAGES: &str = "locale = \"en\"\nlocales = [\"de\", \"ar\"]\ntagline = \"Plain things\"\n\
                         translations.de = { tagline = \"Schlichte Dinge\" }";

/// A page of each kind in English, German and Arabic.
const PLACES: [[&str; 3]; 7] = [
    ["/", "/de/", "/ar/"],
    ["/c/kitchen", "/de/c/kueche", "/ar/c/مطبخ"],
    ["/c/kitchen/mugs", "/de/c/kueche/tassen", "/ar/c/مطبخ/mugs"],
    ["/p/stone-mug", "/de/p/steintasse", "/ar/p/كوب-حجري"],
    ["/p/plain-plate", "/de/p/plain-plate", "/ar/p/plain-plate"],
    [
        "/pages/delivery",
        "/de/pages/lieferung",
        "/ar/pages/delivery",
    ],
    ["/b/nordhem", "/de/b/nordhem", "/ar/b/nordhem"],
];

pub(crate) fn catalog() -> Vec<Value> {
    let mut kitchen = documents::category();
    kitchen["id"] = json!("kitchen");
    kitchen["name"] = json!("Kitchen");
    kitchen["translations"] = json!({"de": {"name": "Küche", "description": "<p>Alles zum Kochen.<script>x()</script></p>"}, "ar": {"name": "مطبخ"}});
    let mugs = json!({"type": "category", "id": "mugs", "name": "Mugs", "parent_id": "kitchen",
        "translations": {"de": {"name": "Tassen"}}});
    let delivery = json!({"type": "page", "id": "delivery", "slug": "delivery", "title": "Delivery", "body": "<p>Three days.</p>",
        "translations": {"de": {"title": "Lieferung", "body": "<p>Drei Tage.</p>"}}});
    let glaze = json!({"type": "attribute", "code": "glaze", "label": "Glaze", "filterable": true,
        "values": {"1": {"label": "Matt"}, "2": {"label": "Shiny"}},
        "translations": {"de": {"label": "Glasur", "values": {"1": "Matt", "2": "Glänzend"}}, "ar": {"label": "تزجيج"}}});
    let mut plate = documents::product("plate", "Plain plate", "9.50");
    plate["category_ids"] = json!(["kitchen"]);
    plate["brand"] = json!("Nordhem");
    plate["attributes"] = json!([{"code": "glaze", "value": "1"}]);
    vec![kitchen, mugs, delivery, glaze, mug("Steintasse"), plate]
}

fn mug(german: &str) -> Value {
    json!({
        "type": "product", "id": "mug", "name": "Stone mug", "brand": "Nordhem", "category_ids": ["mugs"],
        "description": "<p>Fired twice.</p>",
        "seo": {"title": "Stone mug for tea"},
        "media": [{"url": "/mug.jpg", "alt": "A mug"}],
        "attributes": [{"code": "glaze", "value": "2"}, {"code": "care", "label": "Care", "value": "Wash by hand"}],
        "options": [{"code": "size", "name": "Size", "values": [{"code": "s", "name": "Small"}, {"code": "l", "name": "Large"}]}],
        "variants": [
            {"id": "mug-s", "sku": "M-1", "options": {"size": "s"}, "prices": [{"amount": "1210.50", "currency": "EUR"}],
             "stock": {"availability": "in_stock", "quantity": 50}, "translations": {"de": {"name": "Steintasse, klein"}}},
            {"id": "mug-l", "sku": "M-2", "options": {"size": "l"}, "prices": [{"amount": "1310.50", "currency": "EUR"}]},
        ],
        "translations": {
            "de": {
                "name": german, "description": "<p onclick=\"x()\">Zweimal gebrannt.</p>",
                "options": {"size": {"name": "Größe", "values": {"s": "Klein", "l": "Groß"}}},
                "attributes": {"care": {"label": "Pflege", "value": "Von Hand spülen"}},
                "alts": {"/mug.jpg": "Eine Tasse"},
            },
            "ar": {"name": "كوب حجري"},
            "it": {"name": "Tazza"},
        },
    })
}

async fn open() -> Shop {
    let mut shop = ShopBuilder::of(catalog()).shop(LANGUAGES).start();
    shop.open().await;
    shop
}

/// What stands between two texts, each time.
fn between<'p>(page: &'p str, before: &str, after: &str) -> Vec<&'p str> {
    let parts = page.split(before).skip(1);
    parts
        .filter_map(|part| Some(part.split_once(after)?.0))
        .collect()
}

/// The alternates that a page names: language to address.
fn alternates(page: &str) -> BTreeMap<String, String> {
    let links = between(page, "<link rel=\"alternate\" hreflang=\"", "\">");
    let pairs = links
        .iter()
        .filter_map(|link| link.split_once("\" href=\""));
    pairs
        .map(|(tag, url)| (tag.to_owned(), url.to_owned()))
        .collect()
}

fn path_of(shop: &Shop, url: &str) -> String {
    let path = url.strip_prefix(shop.url("").trim_end_matches('/'));
    path.unwrap_or_else(|| panic!("{url} is not of this shop"))
        .to_owned()
}

async fn get(shop: &Shop, path: &str) -> Page {
    let page = shop.get(path).await;
    assert_eq!(page.status, 200, "{path}");
    page
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_there_in_every_language_and_names_the_others() {
    let shop = open().await;
    let mut checked = 0;
    for place in PLACES {
        for (number, path) in place.iter().enumerate() {
            let page = get(&shop, path).await;
            let tag = ["en", "de", "ar"][number];
            assert!(
                page.body.contains(&format!("<html lang=\"{tag}\"")),
                "{path}"
            );
            assert_eq!(page.body.contains("dir=\"rtl\""), tag == "ar", "{path}");
            let named = alternates(&page.body);
            assert_eq!(named.len(), 4, "{path}: {named:?}");
            assert_eq!(named["x-default"], named["en"], "{path}");
            let canonical = between(&page.body, "<link rel=\"canonical\" href=\"", "\"");
            assert_eq!(canonical, [named[tag].as_str()], "{path}");
            for (other, url) in named.iter().filter(|(other, _)| *other != "x-default") {
                let back = get(&shop, &path_of(&shop, url)).await;
                assert_eq!(
                    alternates(&back.body),
                    named,
                    "{path}: {other} does not point back"
                );
                checked += 1;
            }
            let switch = &between(&page.body, "<nav class=\"languages\"", "</nav>")[0];
            let hrefs: Vec<&str> = between(switch, "<a href=\"", "\"");
            for (href, other) in hrefs.iter().zip(["en", "de", "ar"]) {
                assert_eq!(*href, path_of(&shop, &named[other]), "{path}");
            }
            assert_eq!(switch.matches("aria-current").count(), 1, "{path}");
        }
    }
    println!("alternates that point back: {checked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_link_leaves_the_language_but_the_switch() {
    let shop = open().await;
    let mut seen = BTreeSet::new();
    let mut todo = vec![
        "/de/".to_owned(),
        "/de/search?q=tasse".to_owned(),
        "/de/no/such/page".to_owned(),
    ];
    while let Some(path) = todo.pop() {
        if !seen.insert(path.clone()) || seen.len() > 60 {
            continue;
        }
        let page = shop.get(&path).await;
        let without_switch: String = page
            .body
            .split("<nav class=\"languages\"")
            .next()
            .unwrap_or_default()
            .to_owned();
        let (_, body) = without_switch.split_once("<body>").unwrap_or_default();
        for attribute in ["href=\"", "action=\"", "data-partial=\""] {
            for href in between(body, attribute, "\"") {
                let is_ours = href.starts_with('/') && !href.ends_with(".jpg");
                assert!(
                    !is_ours || href.starts_with("/de/"),
                    "{path} leads to {href}"
                );
                if is_ours {
                    todo.push(href.replace("&amp;", "&"));
                }
            }
        }
        for url in between(&page.body, "\"url\":\"", "\"")
            .into_iter()
            .chain(between(&page.body, "\"item\":\"", "\""))
        {
            assert!(path_of(&shop, url).starts_with("/de/"), "{path}: {url}");
        }
    }
    assert!(seen.len() > 10, "{seen:?}");
    println!("pages whose links keep their language: {}", seen.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_numbers_and_data_are_in_the_language_of_the_page() {
    let shop = open().await;
    let german = get(&shop, "/de/p/steintasse").await.body;
    for text in [
        "<h1>Steintasse",
        "1.210,50\u{a0}€",
        "Zweimal gebrannt.",
        "Größe",
        "Klein",
        "Glasur",
        "Glänzend",
        "Pflege",
        "Von Hand spülen",
        "alt=\"Eine Tasse\"",
        "Küche",
        "Tassen",
        "Auf Lager",
    ] {
        assert!(german.contains(text), "no {text} in {german}");
    }
    for foreign in [
        "onclick",
        "Stone mug",
        "Fired twice",
        "Kitchen",
        "Wash by hand",
        "In stock",
    ] {
        assert!(!german.contains(foreign), "{foreign} in {german}");
    }
    let kitchen = get(&shop, "/de/c/kueche").await.body;
    for text in [
        "<h1>Küche",
        "Alles zum Kochen.",
        "Glasur",
        "Glänzend",
        "f.glaze",
    ] {
        assert!(kitchen.contains(text), "no {text} in {kitchen}");
    }
    assert!(!kitchen.contains("x()"));
    assert!(get(&shop, "/de/").await.body.contains("Schlichte Dinge"));
    // What is not translated is as the shop's own language has it.
    assert!(
        get(&shop, "/de/p/plain-plate")
            .await
            .body
            .contains("<h1>Plain plate")
    );
    let arabic = get(&shop, "/ar/p/كوب-حجري").await.body;
    assert!(arabic.contains("<h1>كوب حجري") && arabic.contains("Fired twice."));
    let partial = get(&shop, "/de/partials/offer/steintasse?variant=mug-s")
        .await
        .body;
    assert!(
        partial.contains("1.210,50\u{a0}€") && partial.contains("Auf Lager"),
        "{partial}"
    );
    let english = get(&shop, "/p/stone-mug").await.body;
    assert!(english.contains("Stone mug for tea") && english.contains("€1,210.50"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_map_fills_languages_and_their_html_is_cleaned() {
    let row = |sku: &str, german: Value| {
        json!({"sku": sku, "title": format!("Mug {sku}"), "title_de": german, "price": "8.50",
            "text_de": "<p onclick=\"x()\">Aus Ton.</p><script>alert(1)</script>"})
    };
    let rows = vec![
        row("a", json!("Tasse")),
        row("b", json!(null)),
        row("c", json!("")),
    ];
    let map = r#"map = { type = '"product"', id = ".sku", name = ".title", "prices.0.amount" = ".price", "prices.0.currency" = "$currency", "translations.de.name" = ".title_de", "translations.de.description" = ".text_de" }"#;
    let builder = ShopBuilder::of(rows).shop("locales = [\"de\"]");
    let mut shop = builder.catalog_source(map).start();
    shop.open().await;
    let translated = get(&shop, "/de/p/tasse").await.body;
    assert!(translated.contains("<p>Aus Ton.</p>"), "{translated}");
    for path in ["/de/p/mug-b", "/de/p/mug-c"] {
        let page = get(&shop, path).await.body;
        assert!(
            page.contains("<h1>Mug ") && page.contains("Aus Ton."),
            "{path}"
        );
        assert!(
            !page.contains("onclick") && !page.contains("alert(1)"),
            "{path}"
        );
    }
    assert!(!get(&shop, "/p/mug-a").await.body.contains("Aus Ton."));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_switches_on_an_error_page_begins_anew() {
    let shop = open().await;
    for path in ["/de/p/nothing", "/de/no/such/page", "/de/c/kueche?page=9"] {
        let page = shop.get(path).await;
        assert_eq!(page.status, 404, "{path}");
        assert!(page.body.contains("<html lang=\"de\""), "{path}");
        let switch = &between(&page.body, "<nav class=\"languages\"", "</nav>")[0];
        assert_eq!(
            between(switch, "<a href=\"", "\""),
            ["/", "/de/", "/ar/"],
            "{path}"
        );
    }
    // The same documents give the same part, translations included.
    let other = open().await;
    assert_eq!(shop.parts().0, other.parts().0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_language_is_searched_by_its_own_words() {
    let shop = open().await;
    for (path, finds) in [
        ("/de/search?q=steintasse", true),
        ("/de/search?q=gebrannt", true),
        ("/de/search?q=gl%C3%A4nzend", true),
        ("/de/search?q=stone+mug", true),
        ("/de/search?q=M-1", true),
        ("/de/search?q=tassen", true),
        ("/search?q=steintasse", false),
        ("/search?q=stone", true),
        ("/search?q=M-2", true),
    ] {
        let page = get(&shop, path).await.body;
        let prefix = if path.starts_with("/de/") {
            "/de/p/steintasse"
        } else {
            "/p/stone-mug"
        };
        assert_eq!(
            page.contains(&format!("href=\"{prefix}\"")),
            finds,
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_changes_in_one_language_leads_on_in_that_one() {
    let shop = open().await;
    let mut documents = catalog();
    for document in &mut documents {
        if document["id"] == "mug" {
            document["translations"]["de"]["slug"] = json!("becher-aus-stein");
        }
    }
    shop.sends(&documents);
    let why = shop.ingest(&["why", "mug.translations.de", "--json"]).await;
    assert!(
        why.stdout.contains("Steintasse") && !why.stdout.contains("Tazza"),
        "{}",
        why.stdout
    );
    let all = shop.ingest(&["why", "mug.translations", "--json"]).await;
    assert!(
        all.stdout.contains("Steintasse") && all.stdout.contains("Tazza"),
        "{}",
        all.stdout
    );
    let told = shop.once().await.stdout;
    assert!(told.contains("1 documents say something in `it`"), "{told}");
    shop.until_generation(2).await;
    let moved = async |path: &str| {
        let page = shop.get(path).await;
        (page.status, page.header("location").to_owned())
    };
    let expected = |status| (status, "/de/p/becher-aus-stein".to_owned());
    assert_eq!(moved("/de/p/steintasse").await, expected(302));
    assert_eq!(moved("/de/p/stone-mug").await, expected(308));
    assert_eq!(shop.get("/p/stone-mug").await.status, 200);
    assert_eq!(shop.get("/p/steintasse").await.status, 404);
    // A new name changes no address.
    let last = documents
        .iter_mut()
        .find(|document| document["id"] == "mug");
    *last.expect("the mug") = mug("Becher");
    shop.sends(&documents);
    shop.once().await;
    shop.until_generation(3).await;
    let page = get(&shop, "/de/p/becher-aus-stein").await;
    assert!(page.body.contains("<h1>Becher"));
    assert_eq!(moved("/de/p/steintasse").await, expected(302));
    assert_eq!(moved("/de").await, (301, "/de/".to_owned()));
    for path in [
        "/fr/",
        "/DE/p/becher-aus-stein",
        "/de/robots.txt",
        "/de/de/",
    ] {
        assert_eq!(shop.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_names_one_thing_in_each_language() {
    let mut documents = documents::shop(4);
    // Twice the same German name, which is the English slug of another thing, too; and a translation that goes.
    for (number, german) in [
        (2, "Ding"),
        (3, "Ding"),
        (4, "Thing number 1"),
        (5, "Sache"),
    ] {
        documents[number]["translations"] = json!({"de": {"name": german}});
    }
    let mut shop = ShopBuilder::of(documents.clone())
        .shop("locales = [\"de\"]")
        .start();
    shop.open().await;
    let titles = async |paths: &[(&str, &str)]| {
        for (path, title) in paths {
            let page = get(&shop, path).await;
            assert!(
                page.body.contains(&format!("<h1>{title}</h1>")),
                "{path}: {}",
                page.body
            );
        }
    };
    titles(&[
        ("/de/p/ding", "Ding"),
        ("/de/p/ding-p2", "Ding"),
        ("/de/p/thing-number-1-p3", "Thing number 1"),
        ("/de/p/sache", "Sache"),
        ("/p/thing-number-1", "Thing number 1"),
    ])
    .await;
    // Without its translation a thing is where the shop's own language has it, and its former address leads there.
    documents[5] = documents::product("p4", "Thing number 4", "13.50");
    shop.sends(&documents);
    shop.once().await;
    shop.until_generation(2).await;
    titles(&[
        ("/de/p/thing-number-4", "Thing number 4"),
        ("/de/p/ding", "Ding"),
    ])
    .await;
    let moved = shop.get("/de/p/sache").await;
    assert_eq!(
        (moved.status, moved.header("location")),
        (302, "/de/p/thing-number-4")
    );
    // A language that the shop no longer has is no place.
    shop.reconfigure(|text| text.replace("locales = [\"de\"]\n", ""));
    shop.once().await;
    shop.until_generation(3).await;
    assert_eq!(shop.get("/de/").await.status, 404);
    for path in [
        "/",
        "/p/thing-number-1",
        "/c/things",
        "/sitemaps/1.xml",
        "/robots.txt",
    ] {
        let page = get(&shop, path).await.body;
        for trace in ["hreflang", "languages", "xhtml", "/de/"] {
            assert!(!page.contains(trace), "{path}: {trace}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sitemaps_feeds_and_robots_know_all_languages() {
    let shop = open().await;
    let index = get(&shop, "/sitemap.xml").await.body;
    let files: Vec<String> = between(&index, "<loc>", "</loc>")
        .iter()
        .map(|url| path_of(&shop, url))
        .collect();
    assert!(
        files.iter().any(|file| file.starts_with("/de/sitemaps/")),
        "{files:?}"
    );
    let mut listed = BTreeMap::new();
    for file in &files {
        let xml = get(&shop, file).await.body;
        for url in between(&xml, "<url>", "</url>") {
            let own = between(url, "<loc>", "</loc>")[0].to_owned();
            let links = between(url, "<xhtml:link rel=\"alternate\" hreflang=\"", "\"/>");
            let links: BTreeSet<String> = links.iter().map(|link| (*link).to_owned()).collect();
            assert_eq!(links.len(), 4, "{own}: {links:?}");
            listed.insert(own, links);
        }
    }
    for (own, links) in &listed {
        for link in links {
            let (_, other) = link.split_once("\" href=\"").expect("an address");
            assert_eq!(
                listed.get(other),
                Some(links),
                "{own} and {other} name different pages"
            );
        }
    }
    let german = shop.url("/de/p/steintasse");
    assert!(listed.contains_key(&german), "{listed:?}");
    let robots = get(&shop, "/robots.txt").await.body;
    for line in [
        "Disallow: /search\n",
        "Disallow: /de/search\n",
        "Disallow: /ar/partials\n",
    ] {
        assert!(robots.contains(line), "{robots}");
    }
    let feed = get(&shop, "/de/feeds/google.xml").await.body;
    assert!(feed.contains("<g:title>Steintasse"), "{feed}");
    assert!(feed.contains(&format!("<g:link>{german}")), "{feed}");
    assert!(
        feed.contains("Küche &gt; Tassen") && feed.contains("1210.50 EUR"),
        "{feed}"
    );
    let own = get(&shop, "/feeds/google.xml").await;
    assert!(own.body.contains("<g:title>Stone mug"));
    println!("addresses with alternates in sitemaps: {}", listed.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shopper_without_scripts_switches_and_stays() {
    let shop = open().await;
    for (screen, name) in [(Screen::Phone, "390"), (Screen::Desktop, "1280")] {
        let browser = Browser::open(screen, false).await;
        browser.go(&shop.url("/p/stone-mug")).await;
        for (tag, expected) in [
            ("de", "/de/p/steintasse"),
            ("en", "/p/stone-mug"),
            ("de", "/de/p/steintasse"),
        ] {
            browser
                .follow(&format!("nav.languages a[hreflang=\"{tag}\"]"))
                .await;
            arrives(&shop, &browser, expected).await;
        }
        browser.search_for("#q", "tasse").await;
        arrives(&shop, &browser, "/de/search?q=tasse").await;
        let lang = browser.value("document.documentElement.lang").await;
        assert_eq!(lang, "de");
        for place in PLACES {
            for path in place {
                browser.go(&shop.url(path)).await;
                let overflow = "document.documentElement.scrollWidth - window.innerWidth";
                let overflow = browser.value(overflow).await;
                assert!(
                    overflow.as_i64() <= Some(0),
                    "{path} is {overflow} pixels too wide"
                );
                keep(&browser, name, path).await;
            }
        }
    }
}

async fn arrives(shop: &Shop, browser: &Browser, path: &str) {
    let url = shop.url(path);
    let arrived = shop
        .comes_to_pass(async || browser.url().await == url)
        .await;
    assert!(arrived, "{} instead of {url}", browser.url().await);
}

/// Keeps a picture where somebody wants to look at it.
async fn keep(browser: &Browser, screen: &str, path: &str) {
    if let Some(folder) = std::env::var_os("PICTURES") {
        let name = path.trim_matches('/').replace('/', "-");
        let file = std::path::Path::new(&folder).join(format!("{screen}-{name}.png"));
        std::fs::write(file, browser.picture().await).expect("a picture is written");
    }
}
