//! A product with sixty thousand variants: its page stays small, and every choice leads where it must.
//!
//! What each choice must lead to is found here by trying every variant, in the plainest way.

use std::io::Cursor;

use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::facets::RankRecord;
use frontage_shared::snapshot::locales::LocaleIndex;
use frontage_shared::snapshot::offers::{Availability, OffersTables, VariantOffer};
use frontage_shared::snapshot::products::{
    OptionRecord, OptionValueRecord, ProductRecord, ShopRecord, VariantRecord,
};
use frontage_shared::snapshot::record::{List, RowRef, StrRef, TextRef};
use frontage_shared::snapshot::routes::{RouteKind, RouteRecord, hash};
use frontage_shared::snapshot::tables::{CatalogTables, variant_key_record};
use frontage_shared::snapshot::text::{TextDocument, TextIndexBuilder};
use ownedbytes::OwnedBytes;

use super::{Context, Page, build, fixture};
use crate::route::Route;

/// Values of each option.
const SIZES: [u32; 3] = [100, 60, 11];
/// Where the values of each option begin.
const STARTS: [u32; 3] = [0, 100, 160];
const MOST_BYTES: usize = 100 << 10;

/// Whether there is such a variant: nearly all there could be.
fn exists([a, b, c]: [u32; 3]) -> bool {
    (a * 7 + b * 3 + c) % 11 != 0
}

/// Whether it can be had.
fn is_free([a, b, c]: [u32; 3]) -> bool {
    (a + b + c) % 4 != 0
}

fn all() -> impl Iterator<Item = [u32; 3]> {
    let [sizes, colours, grades] = SIZES;
    let pairs = (0..sizes).flat_map(move |a| (0..colours).map(move |b| (a, b)));
    let all = pairs.flat_map(move |(a, b)| (0..grades).map(move |c| [a, b, c]));
    all.filter(|&values| exists(values))
}

fn id([a, b, c]: [u32; 3]) -> String {
    format!("v-{a}-{b}-{c}")
}

/// The variant to which changing one value must lead.
fn expected(before: [u32; 3], option: usize, value: u32) -> [u32; 3] {
    let mut wanted = before;
    wanted[option] = value;
    let mut best: Option<((usize, bool), [u32; 3])> = None;
    for variant in all().filter(|variant| variant[option] == value) {
        let same = (0..3).filter(|&at| variant[at] == wanted[at]).count();
        let fit = (same, is_free(variant));
        if best.is_none_or(|(best, _)| best < fit) {
            best = Some((fit, variant));
        }
    }
    best.unwrap().1
}

fn text(tables: &mut CatalogTables, text: &str) -> StrRef {
    tables.strings.string(text).unwrap()
}

fn generation() -> Generation {
    let mut tables = CatalogTables::default();
    let empty = text(&mut tables, "");
    let shop = ShopRecord {
        id: text(&mut tables, "haus"),
        name: text(&mut tables, "Haus"),
        tagline: empty,
        description: empty,
        email: empty,
        locale: text(&mut tables, "en"),
        currency: text(&mut tables, "EUR"),
        documents: [1; 32],
    };
    tables.shop.push(shop);
    for (option, code) in ["size", "colour", "grade"].into_iter().enumerate() {
        let record = OptionRecord {
            code: text(&mut tables, code),
            name: text(&mut tables, code),
            values: List::between(STARTS[option], STARTS[option] + SIZES[option]),
        };
        tables.options.push(record);
        for value in 0..SIZES[option] {
            let record = OptionValueRecord {
                code: text(&mut tables, &value.to_string()),
                name: text(&mut tables, &format!("{code} {value}")),
                swatch: empty,
            };
            tables.option_values.push(record);
        }
    }
    let mut offers = Vec::new();
    for (row, values) in (0..).zip(all()) {
        let first = row * 3;
        let rows = values.iter().zip(STARTS);
        let rows = rows.map(|(value, start)| RowRef::new(Some(value + start)));
        tables.variant_values.extend(rows);
        let record = VariantRecord {
            id: text(&mut tables, &id(values)),
            sku: empty,
            gtin: empty,
            mpn: empty,
            name: empty,
            product: RowRef::new(Some(0)),
            values: List::between(first, first + 3),
            media: List::default(),
        };
        tables.variants.push(record);
        tables
            .variant_keys
            .push(variant_key_record(&id(values), row));
        offers.push(VariantOffer {
            price: Some(1000),
            availability: match is_free(values) {
                true => Availability::InStock,
                false => Availability::OutOfStock,
            },
            ..VariantOffer::default()
        });
    }
    product(&mut tables);
    seal(tables, offers)
}

fn product(tables: &mut CatalogTables) {
    let empty = text(tables, "");
    let variants = u32::try_from(tables.variants.len()).unwrap();
    let record = ProductRecord {
        id: text(tables, "bolt"),
        slug: text(tables, "bolt"),
        name: text(tables, "Bolt"),
        short_description: TextRef::default(),
        description: TextRef::default(),
        seo_title: empty,
        seo_description: empty,
        brand: RowRef::NONE,
        primary_category: RowRef::NONE,
        categories: List::default(),
        options: List::between(0, 3),
        variants: List::between(0, variants),
        attributes: List::default(),
        media: List::default(),
        related: List::default(),
        facet_values: List::default(),
        flags: 0.into(),
        condition: 0.into(),
        created_at: 0.into(),
        updated_at: 0.into(),
    };
    tables.products.push(record);
    let rank = RankRecord {
        name: 0.into(),
        newest: 0.into(),
        featured: 0.into(),
    };
    tables.ranks.push(rank);
    let route = RouteRecord {
        hash: hash(RouteKind::Product, "bolt").into(),
        path: text(tables, "bolt"),
        kind: RouteKind::Product.number().into(),
        row: 0.into(),
        former: 0.into(),
    };
    tables.routes.push(route);
}

fn seal(mut tables: CatalogTables, variants: Vec<VariantOffer>) -> Generation {
    let mut index = TextIndexBuilder::new(15_000_000).unwrap();
    index.add(&TextDocument::default()).unwrap();
    tables.text_files = index.finish().unwrap();
    let catalog = tables.write(Cursor::new(Vec::new())).unwrap().into_inner();
    let all = 0..u32::try_from(variants.len()).unwrap();
    let offers = OffersTables {
        catalog: *blake3::hash(&catalog).as_bytes(),
        documents: [2; 32],
        variants,
        products: vec![all],
        terms: Default::default(),
        prices: Default::default(),
        locations: Default::default(),
        lead_times: Vec::new(),
    };
    let offers = offers.write(Cursor::new(Vec::new())).unwrap().into_inner();
    let manifest = fixture::manifest("haus", 1, &catalog, &offers);
    let generation =
        Generation::open(manifest, OwnedBytes::new(catalog), OwnedBytes::new(offers)).unwrap();
    generation.verify().unwrap();
    generation
}

static PLAIN: std::sync::LazyLock<crate::theme::Theme> =
    std::sync::LazyLock::new(crate::theme::Theme::plain);

fn get(generation: &Generation, address: &str) -> Page {
    let route = Route::parse(address).unwrap().route;
    let ctx = Context {
        base_url: "https://shop.example",
        theme: &PLAIN,
        resizer: None,
        policies: None,
        sells: false,
        takes_withdrawals: false,
        takes_stock_requests: false,
        locale: LocaleIndex::OWN,
        now: crate::testing::noon(),
        redirects_settle: 0,
        time_zone: crate::zone::Zone::UTC,
        quoted: None,
    };
    build(&route, generation, &ctx)
}

#[test]
fn a_product_with_very_many_variants_has_a_small_page() {
    let shop = generation();
    let values = [42, 17, 5];
    assert!(shop.catalog.variant_count() > 59_000 && exists(values));
    let page = get(&shop, &format!("/p/bolt?variant={}", id(values)));
    assert_eq!(page.status, 200);
    assert!(page.body.len() <= MOST_BYTES, "{} bytes", page.body.len());
    assert_eq!(page.body.matches("<select").count(), 3);
    assert_eq!(page.body.matches(" selected>").count(), 3);
    let sent = format!(
        "<input type=\"hidden\" name=\"variant\" value=\"{}\">",
        id(values)
    );
    assert!(page.body.contains(&sent));
    for (option, code) in ["size", "colour", "grade"].into_iter().enumerate() {
        for value in 0..SIZES[option] {
            let mut other = values;
            other[option] = value;
            let remark = match (other == values, exists(other), is_free(other)) {
                (true, ..) => format!("\" selected>{code} {value}</option>"),
                (_, false, _) => format!("\">{code} {value} (changes the rest)</option>"),
                (_, true, false) => format!("\">{code} {value} (sold out)</option>"),
                (_, true, true) => format!("\">{code} {value}</option>"),
            };
            assert!(page.body.contains(&remark), "{remark}");
        }
    }
}

#[test]
fn every_choice_leads_to_the_nearest_variant_that_has_it() {
    let shop = generation();
    // Steps that are prime to the number of variants come by every kind of them.
    let some = all().step_by(2_477).enumerate();
    for (number, before) in some {
        let option = number % 3;
        let value = (before[option] + 1 + u32::try_from(number).unwrap()) % SIZES[option];
        let mut named = before;
        named[option] = value;
        let [size, colour, grade] = named;
        let address = format!(
            "/p/bolt?colour={colour}&grade={grade}&size={size}&variant={}",
            id(before)
        );
        let page = get(&shop, &Route::parse(&address).unwrap().url);
        let wanted = expected(before, option, value);
        assert_eq!(
            (page.status, page.location.as_deref()),
            (
                302,
                Some(format!("/p/bolt?variant={}", id(wanted)).as_str())
            ),
            "{before:?} with {named:?}"
        );
    }
}
