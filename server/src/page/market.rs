//! Random shops of any size as real generations, for tests of lists: everything a list looks at, and nothing else.
//!
//! The same seed gives the same shop. What is in it stays at hand as plain data, to count in it the slow way.

use std::io::Cursor;

use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::categories::CategoryRecord;
use frontage_shared::snapshot::facets::{FacetRecord, FacetValueRecord, RankRecord};
use frontage_shared::snapshot::offers::{Availability, OffersTables, VariantOffer};
use frontage_shared::snapshot::products::{ProductRecord, ShopRecord, VariantRecord};
use frontage_shared::snapshot::record::{List, RowRef, StrRef, TextRef};
use frontage_shared::snapshot::reviews::{RatingRecord, ReviewRecord};
use frontage_shared::snapshot::routes::{RouteKind, RouteRecord, hash};
use frontage_shared::snapshot::tables::{CatalogTables, variant_key_record};
use frontage_shared::snapshot::text::{TextDocument, TextIndexBuilder};
use ownedbytes::OwnedBytes;

use super::fixture;

/// Words that names are made of.
const WORDS: [&str; 8] = [
    "lamp", "shelf", "table", "oak", "brass", "blue", "large", "kite",
];

/// A product as plain data.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) name: String,
    /// Facet values by row, ascending.
    pub(super) values: Vec<u32>,
    pub(super) price: Option<i64>,
    pub(super) in_stock: bool,
    /// Hundredths of stars, if anybody rated it.
    pub(super) average: Option<u32>,
    /// Positions by name, newest and featured.
    pub(super) ranks: [u32; 3],
}

/// A shop as plain data. Its one category is `/c/all`.
#[derive(Debug)]
pub(super) struct Market {
    pub(super) items: Vec<Item>,
    /// Rows of the values of each facet.
    pub(super) facets: Vec<std::ops::Range<u32>>,
    /// Products of the category, in its order.
    pub(super) listed: Vec<u32>,
}

/// Numbers that look random and are the same every time.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn below(&mut self, end: u32) -> u32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 >> 33) % u64::from(end.max(1))).unwrap()
    }

    pub(super) fn percent(&mut self, share: u32) -> bool {
        self.below(100) < share
    }

    fn shuffled(&mut self, count: u32) -> Vec<u32> {
        let mut rows: Vec<u32> = (0..count).collect();
        for at in (1..count).rev() {
            rows.swap(at as usize, self.below(at + 1) as usize);
        }
        rows
    }
}

impl Market {
    pub(super) fn random(seed: u64, products: u32) -> Self {
        let mut dice = Dice(seed);
        let mut end = 0;
        let sizes = [4, 1, 9, 30].map(|size| size + dice.below(3));
        let facets: Vec<_> = sizes
            .map(|size| {
                end += size;
                end - size..end
            })
            .into();
        let ranks = [(); 3].map(|()| dice.shuffled(products));
        let items = (0..products as usize)
            .map(|row| Item {
                name: [(); 3].map(|()| WORDS[dice.below(8) as usize]).join(" "),
                values: facets
                    .iter()
                    .flat_map(|facet| Self::some_of(&mut dice, facet.clone()))
                    .collect(),
                // Many share a price, some have none.
                price: dice.percent(90).then(|| i64::from(dice.below(50)) * 100),
                in_stock: dice.percent(70),
                average: dice.percent(60).then(|| 100 + dice.below(401)),
                ranks: [ranks[0][row], ranks[1][row], ranks[2][row]],
            })
            .collect();
        let mut listed = dice.shuffled(products);
        let share = 50 + 50 * dice.below(2);
        listed.retain(|_| dice.percent(share));
        Self {
            items,
            facets,
            listed,
        }
    }

    /// None, one or two values, the first ones more often.
    fn some_of(dice: &mut Dice, facet: std::ops::Range<u32>) -> Vec<u32> {
        let one = |dice: &mut Dice| {
            let end = dice.below(u32::try_from(facet.len()).unwrap()) + 1;
            facet.start + dice.below(end)
        };
        let mut values: Vec<u32> = (0..dice.below(3)).map(|_| one(dice)).collect();
        values.sort_unstable();
        values.dedup();
        values
    }

    pub(super) fn generation(&self) -> Generation {
        let mut tables = CatalogTables::default();
        let mut text = TextIndexBuilder::new(15_000_000).unwrap();
        let shop = ShopRecord {
            id: string(&mut tables, "market"),
            name: string(&mut tables, "Market"),
            tagline: StrRef::default(),
            description: StrRef::default(),
            email: StrRef::default(),
            locale: string(&mut tables, "en"),
            currency: string(&mut tables, "EUR"),
            documents: [1; 32],
        };
        tables.shop.push(shop);
        for (row, item) in (0..).zip(&self.items) {
            add_product(&mut tables, row, item);
            text.add(&TextDocument {
                title: item.name.clone(),
                body: "for every day".to_owned(),
                codes: vec![format!("sku-{row}")],
            })
            .unwrap();
        }
        self.add_facets(&mut tables);
        self.add_category(&mut tables);
        tables.text_files = text.finish().unwrap();
        let catalog = tables.write(Cursor::new(Vec::new())).unwrap().into_inner();
        let offers = self.offers(&catalog);
        let manifest = fixture::manifest("market", 1, &catalog, &offers);
        let (catalog, offers) = (OwnedBytes::new(catalog), OwnedBytes::new(offers));
        let generation = Generation::open(manifest, catalog, offers).unwrap();
        generation.verify().unwrap();
        generation
    }

    fn offers(&self, catalog: &[u8]) -> Vec<u8> {
        let offer = |item: &Item| VariantOffer {
            price: item.price,
            availability: match item.in_stock {
                true => Availability::InStock,
                false => Availability::Backorder,
            },
            ..VariantOffer::default()
        };
        let tables = OffersTables {
            catalog: *blake3::hash(catalog).as_bytes(),
            documents: [2; 32],
            variants: self.items.iter().map(offer).collect(),
            products: (0..)
                .zip(&self.items)
                .map(|(row, _)| row..row + 1)
                .collect(),
            terms: Default::default(),
            prices: Default::default(),
            locations: Default::default(),
            lead_times: Vec::new(),
        };
        tables.write(Cursor::new(Vec::new())).unwrap().into_inner()
    }

    fn add_facets(&self, tables: &mut CatalogTables) {
        for (row, values) in (0..).zip(&self.facets) {
            for value in values.clone() {
                let first = count(&tables.postings);
                let products = (0..).zip(&self.items);
                let having = products.filter(|(_, item)| item.values.contains(&value));
                tables
                    .postings
                    .extend(having.map(|(row, _)| RowRef::new(Some(row))));
                let record = FacetValueRecord {
                    code: string(tables, &format!("v{value}")),
                    label: string(tables, &format!("Value {value}")),
                    swatch: StrRef::default(),
                    facet: RowRef::new(Some(row)),
                    products: List::between(first, count(&tables.postings)),
                };
                tables.facet_values.push(record);
            }
            let record = FacetRecord {
                code: string(tables, &format!("facet-{row}")),
                label: string(tables, &format!("Facet {row}")),
                unit: StrRef::default(),
                values: List::between(values.start, values.end),
                kind: 2.into(),
            };
            tables.facets.push(record);
        }
    }

    fn add_category(&self, tables: &mut CatalogTables) {
        let rows = self.listed.iter().map(|&row| RowRef::new(Some(row)));
        tables.listings.extend(rows);
        let record = CategoryRecord {
            id: string(tables, "all"),
            name: string(tables, "All"),
            path: string(tables, "all"),
            description: TextRef::default(),
            seo_title: StrRef::default(),
            seo_description: StrRef::default(),
            parent: RowRef::NONE,
            children: List::default(),
            products: List::between(0, count(&self.listed)),
            media: List::default(),
            depth: 0.into(),
            flags: 0.into(),
            updated_at: 0.into(),
        };
        tables.categories.push(record);
        add_route(tables, RouteKind::Category, "all", 0);
    }
}

fn add_product(tables: &mut CatalogTables, row: u32, item: &Item) {
    let id = format!("p{row:07}");
    let first = count(&tables.product_facets);
    let values = item.values.iter().map(|&value| RowRef::new(Some(value)));
    tables.product_facets.extend(values);
    let record = ProductRecord {
        id: string(tables, &id),
        slug: string(tables, &id),
        name: string(tables, &item.name),
        short_description: TextRef::default(),
        description: TextRef::default(),
        seo_title: StrRef::default(),
        seo_description: StrRef::default(),
        brand: RowRef::NONE,
        primary_category: RowRef::new(Some(0)),
        categories: List::default(),
        options: List::default(),
        variants: List::between(row, row + 1),
        attributes: List::default(),
        media: List::default(),
        related: List::default(),
        facet_values: List::between(first, count(&tables.product_facets)),
        flags: 0.into(),
        condition: 0.into(),
        created_at: 0.into(),
        updated_at: 0.into(),
    };
    tables.products.push(record);
    let variant = VariantRecord {
        id: string(tables, &id),
        sku: StrRef::default(),
        gtin: StrRef::default(),
        mpn: StrRef::default(),
        name: StrRef::default(),
        product: RowRef::new(Some(row)),
        values: List::default(),
        media: List::default(),
    };
    tables.variants.push(variant);
    tables.variant_keys.push(variant_key_record(&id, row));
    if let Some(average) = item.average {
        add_rating(tables, row, average);
    }
    let [name, newest, featured] = item.ranks.map(Into::into);
    tables.ranks.push(RankRecord {
        name,
        newest,
        featured,
    });
    add_route(tables, RouteKind::Product, &id, row);
}

fn add_rating(tables: &mut CatalogTables, row: u32, average: u32) {
    let first = count(&tables.reviews);
    tables.reviews.push(ReviewRecord {
        product: RowRef::new(Some(row)),
        rating: (average / 10).into(),
        created_at: 0.into(),
        flags: 0.into(),
        language: StrRef::default(),
        author: StrRef::default(),
        title: StrRef::default(),
        body: TextRef::default(),
        answer: TextRef::default(),
    });
    let none = || 0.into();
    tables.ratings.push(RatingRecord {
        product: RowRef::new(Some(row)),
        rank: count(&tables.ratings).into(),
        average: average.into(),
        reviews: List::between(first, first + 1),
        stars_1: none(),
        stars_2: none(),
        stars_3: none(),
        stars_4: none(),
        stars_5: none(),
    });
}

fn add_route(tables: &mut CatalogTables, kind: RouteKind, path: &str, row: u32) {
    let record = RouteRecord {
        hash: hash(kind, path).into(),
        path: string(tables, path),
        kind: kind.number().into(),
        row: row.into(),
        former: 0.into(),
    };
    tables.routes.push(record);
}

fn string(tables: &mut CatalogTables, text: &str) -> StrRef {
    tables.strings.string(text).unwrap()
}

fn count<T>(rows: &[T]) -> u32 {
    u32::try_from(rows.len()).unwrap()
}
