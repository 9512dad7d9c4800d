//! Every template with made-up data: a place to look at pages, and a test that hostile text stays text.
//!
//! The pages land in `target/pages/`, where a browser can open them.

use std::path::PathBuf;

use frontage_shared::model::money::{Currency, Money};
use sailfish::TemplateSimple;

use super::card::{Card, Image, Level, Price, Stock, Swatches};
use super::category::CategoryPage;
use super::content::ContentPage;
use super::error::ErrorPage;
use super::format::Locale;
use super::frame::{Frame, Indexing, Link, ShopNames};
use super::home::{Department, HomePage, Showcase};
use super::offer::Offer;
use super::product::{AttributeGroup, AttributeRow, Choice, OptionChoice, ProductPage, State};
use super::results::{
    Chip, Facet, FacetValue, PageLink, Paging, PriceRange, Relaxed, Results, SortChoice, StockFilter,
};
use super::search::{Help, SearchPage};

const PRODUCTS: [(&str, &str, i64, i64); 12] = [
    ("Aalto linen armchair", "Nordhem", 34_900, 0),
    ("Brass reading lamp", "Lumen & Sohn", 12_950, 15_900),
    ("Stoneware mug, set of four", "Töpferei Kiel", 4_800, 0),
    ("Walnut side table with drawer", "Nordhem", 21_900, 0),
    ("Merino throw", "Fjellull", 8_990, 11_990),
    ("Cast-iron casserole 4.5 l", "Ferrum", 18_900, 0),
    ("Oak shelf, three boards", "Nordhem", 15_900, 0),
    ("Waxed-canvas rucksack 22 l", "Halden", 13_900, 0),
    ("Porcelain teapot", "Töpferei Kiel", 6_450, 0),
    ("Wool rug 170 × 240 cm", "Fjellull", 52_900, 61_900),
    ("Chef’s knife 20 cm", "Ferrum", 9_900, 0),
    ("Adjustable desk lamp with a very long name that wraps over several lines", "Lumen & Sohn", 7_990, 0),
];
const HOSTILE: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&amp;\u{2028}";
const IMAGES: [&str; 6] =
    ["img/1.svg", "img/2.svg", "img/3.svg", "img/4.svg", "img/5.svg", "img/6.svg"];

fn amount(minor: i64) -> super::format::Amount {
    Locale::of("en").amount(Money { minor, currency: Currency::parse("EUR").unwrap() })
}

fn image(index: usize) -> Image<'static> {
    Image { url: IMAGES[index % IMAGES.len()], alt: "", width: 800, height: 800 }
}

fn link<'a>(name: &'a str, href: &str) -> Link<'a> {
    Link { name, href: href.to_owned(), current: false }
}

fn card(index: usize) -> Card<'static> {
    let (name, brand, now, was) = PRODUCTS[index % PRODUCTS.len()];
    Card {
        href: format!("/p/{index}"),
        name,
        brand,
        image: (index != 7).then(|| image(index)),
        price: Some(Price { now: amount(now), from: index.is_multiple_of(4), was: (was > 0).then(|| amount(was)) }),
        stock: match index {
            5 => Some(Stock { level: Level::None, words: "Out of stock".into() }),
            8 => Some(Stock { level: Level::Some, words: "Only 2 left".into() }),
            _ => None,
        },
        choices: if index.is_multiple_of(4) { "6 colours".into() } else { String::new() },
        swatches: (index.is_multiple_of(4)).then(|| Swatches { colours: vec!["#d8c7a3", "#2f5d46", "#24395c", "#ffffff"], more: 2 }),
        eager: index < 4,
    }
}

fn frame<'a>(title: &str, crumbs: &[(&'a str, &str)], nav: &[&'a str]) -> Frame<'a> {
    let last = crumbs.len().saturating_sub(1);
    Frame {
        lang: "en",
        title: format!("{title} · Haus & Hof"),
        description: "Furniture, lamps and tableware that last.".into(),
        indexing: Indexing::Canonical("http://127.0.0.1:8080/".into()),
        prev: None,
        next: None,
        og_type: "website",
        og_image: None,
        json_ld: String::new(),
        css_href: "shop.css",
        js_href: "shop.js",
        icon_href: "favicon.svg",
        shop: ShopNames { name: "Haus & Hof", tagline: "Things that last, for the whole house", email: "help@shop.example" },
        query: "",
        nav_title: "Departments",
        nav: nav
            .iter()
            .enumerate()
            .map(|(index, name)| Link { name, href: format!("/c/{index}"), current: index == 1 && last > 0 })
            .collect(),
        crumbs: crumbs
            .iter()
            .enumerate()
            .map(|(index, (name, href))| Link { name, href: (*href).to_owned(), current: index == last })
            .collect(),
        pages: vec![link("Delivery and returns", "/pages/a"), link("Contact", "/pages/b"), link("Terms", "/pages/c"), link("Privacy", "/pages/d")],
    }
}

const NAV: [&str; 8] =
    ["Furniture", "Lamps & lighting", "Kitchen", "Tableware", "Textiles", "Outdoor", "Bath", "Storage"];

fn departments() -> Vec<Department<'static>> {
    NAV.iter()
        .enumerate()
        .map(|(index, name)| Department {
            href: format!("/c/{index}"),
            name,
            image: Some(image(index)),
            count: Some(Locale::of("en").number(137 * index as u64 + 1)),
        })
        .collect()
}

fn facet(code: &'static str, name: &'static str, values: &[(&'static str, Option<&'static str>, u64)]) -> Facet<'static> {
    let mut all: Vec<_> = values
        .iter()
        .enumerate()
        .map(|(index, &(name, swatch, count))| FacetValue {
            code: name,
            name,
            unit: "",
            count: Locale::of("en").number(count),
            checked: index == 1 && code == "colour",
            swatch,
        })
        .collect();
    let more = all.split_off(all.len().min(6));
    Facet { code, name, open: code != "material", chosen: usize::from(code == "colour"), values: all, more }
}

fn results<'a>(query: &'a str, cards: Vec<Card<'a>>) -> Results<'a> {
    let page = |number: u32, after_gap| PageLink { number, href: format!("?page={number}"), current: number == 2, after_gap };
    Results {
        action: "/c/lamps".into(),
        query,
        summary: "1,204 products".into(),
        remark: String::new(),
        shown: "Showing 25–48 of 1,204".into(),
        sorts: [("featured", "Featured"), ("price-asc", "Price, low to high"), ("newest", "Newest")]
            .iter()
            .map(|&(code, name)| SortChoice { code, name, current: false })
            .collect(),
        facets: vec![
            facet("brand", "Brand", &[("Nordhem", None, 312), ("Lumen & Sohn", None, 240), ("Töpferei Kiel", None, 0), ("Fjellull", None, 96), ("Ferrum", None, 41), ("Halden", None, 22), ("Sund", None, 12), ("Vik", None, 2)]),
            facet("colour", "Colour", &[("Sand", Some("#d8c7a3"), 211), ("Forest green", Some("#2f5d46"), 88), ("Ink blue", Some("#24395c"), 54), ("White", Some("#ffffff"), 33)]),
            facet("material", "Material", &[("Oak", None, 90), ("Brass", None, 14)]),
        ],
        price: Some(PriceRange { currency: "EUR", min: "", max: "250", low: amount(990), high: amount(249_900) }),
        stock: Some(StockFilter { checked: true, count: Locale::of("en").number(1_102) }),
        filter_count: 3,
        chips: ["Colour: Forest green", "Up to €250.00", "In stock"]
            .iter()
            .map(|label| Chip { label: (*label).to_owned(), href: "/c/lamps".into() })
            .collect(),
        clear_href: "/c/lamps".into(),
        cards,
        paging: Some(Paging {
            prev: Some("?".into()),
            next: Some("?page=3".into()),
            pages: vec![page(1, false), page(2, false), page(3, false), page(4, false), page(51, true)],
        }),
        nothing: "No product has all of these properties.".into(),
        relaxed: vec![Relaxed { words: "Without “Up to €250.00”".into(), href: "/c/lamps".into(), count: Locale::of("en").number(12) }],
    }
}

fn choice(name: &'static str, swatch: Option<&'static str>, state: State) -> Choice<'static> {
    Choice { code: name, name, href: "?variant=1".into(), swatch, state }
}

fn product<'a>(name: &'a str) -> ProductPage<'a> {
    ProductPage {
        frame: frame(name, &[("Home", "/"), ("Lamps & lighting", "/c/1"), ("Reading lamps", "/c/1/2"), (name, "/p/1")], &NAV),
        images: (0..5).map(|index| Image { alt: name, ..image(index) }).collect(),
        brand: Some(link("Lumen & Sohn", "/b/lumen")),
        name,
        variant_name: "Brushed brass, floor stand",
        offer: Offer {
            href: "/partials/offer/brass-reading-lamp?variant=1".into(),
            price: Some(Price { now: amount(12_950), from: false, was: Some(amount(15_900)) }),
            stock: Stock { level: Level::Some, words: "Only 3 left".into() },
        },
        action: "/p/1".into(),
        options: vec![
            OptionChoice {
                index: 0, code: "finish", name: "Finish", chosen: "Brushed brass", chosen_code: "x", as_list: false,
                values: vec![choice("Brushed brass", Some("#b8963e"), State::Chosen), choice("Ink blue", Some("#24395c"), State::Free), choice("White", Some("#ffffff"), State::SoldOut), choice("Forest green", Some("#2f5d46"), State::Elsewhere)],
            },
            OptionChoice {
                index: 1, code: "stand", name: "Stand", chosen: "Floor", chosen_code: "x", as_list: false,
                values: vec![choice("Floor", None, State::Chosen), choice("Table", None, State::Free), choice("Clamp", None, State::SoldOut), choice("Wall", None, State::Elsewhere)],
            },
            OptionChoice {
                index: 2, code: "cable", name: "Cable length", chosen: "2 m", chosen_code: "2 m", as_list: true,
                values: vec![choice("2 m", None, State::Chosen), choice("3 m", None, State::Free)],
            },
        ],
        has_lists: true,
        has_sold_out: true,
        has_elsewhere: true,
        short_description: "<p>A warm, directed light for long evenings. The arm turns by 270° and stays where you put it.</p>",
        description: "<p>Turned from solid brass and brushed by hand, this lamp stands on a weighted foot that keeps it upright even with the arm fully stretched.</p><h3>What you get</h3><ul><li>Lamp with a 2 m fabric cable</li><li>Dimmable bulb, 2,700 K, replaceable</li></ul><p>Designed in Hamburg in 1958 and made in the same workshop ever since.</p>",
        codes: vec![("Article number", "LS-2041-BR"), ("GTIN", "4006381333931")],
        groups: vec![
            AttributeGroup { name: "Size and weight", rows: vec![AttributeRow { label: "Height", value: "142 cm".into() }, AttributeRow { label: "Weight", value: "3.4 kg".into() }] },
            AttributeGroup { name: "Light", rows: vec![AttributeRow { label: "Luminous flux", value: "470 lm".into() }, AttributeRow { label: "Colour temperature", value: "2,700 K".into() }, AttributeRow { label: "Dimmable", value: "Yes".into() }] },
        ],
        related_title: "Goes well with",
        related: (0..4).map(card).collect(),
    }
}

fn pages(text: &str) -> Vec<(&'static str, String)> {
    let lamps = &[("Home", "/"), ("Lamps & lighting", "/c/1")];
    let home = HomePage {
        frame: frame("Things that last", &[], &NAV),
        headline: "Things that last, for the whole house",
        description: "Furniture, lamps and tableware from small European workshops, made to be used every day and repaired when they break.",
        showcase: (0..3).map(|index| Showcase { href: "/p/1".into(), image: Image { alt: PRODUCTS[index].0, ..image(index) } }).collect(),
        departments: departments(),
        featured: (0..8).map(card).collect(),
        newest: (4..8).map(card).collect(),
        brands: ["Nordhem", "Lumen & Sohn", "Töpferei Kiel", "Fjellull", "Ferrum", "Halden"].iter().map(|name| link(name, "/b/x")).collect(),
    };
    let category = CategoryPage {
        frame: frame("Lamps", lamps, &NAV),
        name: "Lamps & lighting",
        description: "<p>Light to read, cook and sit by. Every lamp comes with a bulb you can replace.</p>",
        children: departments().split_off(2),
        results: results("", (0..12).map(card).collect()),
    };
    let mut hostile_card = card(1);
    hostile_card.name = text;
    hostile_card.brand = text;
    let search = SearchPage {
        frame: Frame { query: text, indexing: Indexing::NoIndex, ..frame(text, &[("Home", "/"), ("Search", "/search")], &NAV) },
        results: results(text, vec![hostile_card, card(2), card(3)]),
        help: None,
    };
    let nothing = SearchPage {
        frame: Frame { query: text, ..frame("Search", &[("Home", "/"), ("Search", "/search")], &NAV) },
        results: results(text, Vec::new()),
        help: Some(Help {
            relaxed: vec![Relaxed { words: text.to_owned(), href: "/search?q=lamp".into(), count: Locale::of("en").number(12) }],
            departments: departments(),
        }),
    };
    let empty = CategoryPage {
        frame: frame("Lamps", lamps, &NAV),
        name: text,
        description: "",
        children: Vec::new(),
        results: results("", Vec::new()),
    };
    let content = ContentPage {
        frame: frame(text, &[("Home", "/"), (text, "/pages/a")], &[text, "Lamps"]),
        title: "Delivery and returns",
        body: "<p>We send parcels every working day. If something is not as you expected, send it back within 30 days.</p><h2>Delivery</h2><p>Parcels up to 30 kg travel by post, everything larger by carrier; they call you beforehand.</p><table><tbody><tr><th>Parcel</th><td>€4.90</td></tr><tr><th>Carrier</th><td>€39.00</td></tr></tbody></table><h2>Returns</h2><ul><li>Write to us.</li><li>We send a label.</li></ul>",
        updated: Some(Locale::of("en").day(1_795_000_000)),
        updated_iso: super::format::iso_day(1_795_000_000),
    };
    let error = ErrorPage {
        frame: frame("Not found", &[], &NAV),
        status: 404,
        headline: "We cannot find this page",
        explanation: "The address may be mistyped, or what was here is no longer in the shop.",
        suggestions: (0..4).map(card).collect(),
        departments: departments(),
    };
    let plain = ProductPage {
        images: Vec::new(), options: Vec::new(), has_lists: false, has_sold_out: false, has_elsewhere: false, ..product("Plain product without pictures")
    };
    vec![
        ("home", home.render_once().unwrap()),
        ("category", category.render_once().unwrap()),
        ("empty", empty.render_once().unwrap()),
        ("search", search.render_once().unwrap()),
        ("nothing", nothing.render_once().unwrap()),
        ("product", product("Brass reading lamp").render_once().unwrap()),
        ("plain", plain.render_once().unwrap()),
        ("hostile", product(text).render_once().unwrap()),
        ("content", content.render_once().unwrap()),
        ("error", error.render_once().unwrap()),
    ]
}

#[test]
fn every_template_renders_and_its_size_is_bounded() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/pages");
    std::fs::create_dir_all(&folder).unwrap();
    let hostile = pages(HOSTILE).into_iter().filter(|(name, _)| ["hostile", "search"].contains(name));
    let hostile = hostile.map(|(name, html)| (if name == "search" { "hostile-search" } else { name }, html));
    for (name, html) in pages("reading lamp").into_iter().chain(hostile) {
        assert!(html.starts_with("<!DOCTYPE html>") && html.trim_end().ends_with("</html>"), "{name}");
        assert!(html.len() < 30 * 1024, "{name} has {} bytes", html.len());
        assert!(!html.contains(" style="), "{name} has an inline style, which the security policy forbids");
        std::fs::write(folder.join(name).with_extension("html"), html).unwrap();
    }
}

#[test]
fn hostile_text_stays_text() {
    for ((name, attacked), (_, normal)) in pages(HOSTILE).into_iter().zip(pages("reading lamp")) {
        let tags = |html: &str| html.matches('<').count();
        assert_eq!(tags(&attacked), tags(&normal), "{name} gained or lost an element");
        assert!(!attacked.contains("<img src=x") && !attacked.contains("alert(1)</script>"), "{name}");
    }
}
