//! When the content of each page last changed: what tells one content from another, and the last generation's word.
//!
//! What counts is what a page says: its texts, pictures, choices and properties, in every language, and which products
//! a list has. Prices and stock do not: they change every minute and are told elsewhere.

use std::collections::HashMap;

use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::categories::CategoryRecord;
use frontage_shared::snapshot::layout::section;
use frontage_shared::snapshot::ledger::{ContentChange, ContentChangeRecord};
use frontage_shared::snapshot::products::ProductRecord;
use frontage_shared::snapshot::record::{List, StrRef, TextRef};
use frontage_shared::snapshot::routes::RouteKind;
use frontage_shared::snapshot::tables::CatalogTables;
use frontage_shared::snapshot::text_heap::TextHashes;
use xxhash_rust::xxh3::{Xxh3Default, xxh3_64, xxh3_64_with_seed};

use crate::threads;

/// A thread is worth it for so many rows.
const ROWS_A_THREAD: usize = 4_096;

/// A hash of a content in the making.
struct Content<'t> {
    tables: &'t CatalogTables,
    texts: &'t TextHashes,
    hasher: Xxh3Default,
}

impl<'t> Content<'t> {
    fn of(tables: &'t CatalogTables, texts: &'t TextHashes) -> Self {
        Self {
            tables,
            texts,
            hasher: Xxh3Default::new(),
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.hasher.update(&(bytes.len() as u64).to_le_bytes());
        self.hasher.update(bytes);
    }

    fn str(&mut self, at: StrRef) {
        self.bytes(self.tables.strings.get(at).as_bytes());
    }

    fn text(&mut self, at: TextRef) {
        self.hasher.update(&self.texts.of(at).to_le_bytes());
    }

    fn number(&mut self, number: u32) {
        self.hasher.update(&number.to_le_bytes());
    }

    fn media<const S: u32>(&mut self, list: List<S>) {
        for one in slice(&self.tables.media, list) {
            self.str(one.url);
            self.str(one.alt);
        }
    }

    fn product(&mut self, product: &ProductRecord) {
        for at in [
            product.id,
            product.slug,
            product.name,
            product.seo_title,
            product.seo_description,
        ] {
            self.str(at);
        }
        self.text(product.short_description);
        self.text(product.description);
        self.number(product.flags.get());
        self.number(product.condition.get());
        let brand = product.brand.get();
        if let Some(brand) = brand.and_then(|row| self.tables.brands.get(row as usize)) {
            self.str(brand.name);
        }
        for category in slice(&self.tables.product_categories, product.categories) {
            let row = category.get().map(|row| row as usize);
            if let Some(category) = row.and_then(|row| self.tables.categories.get(row)) {
                self.str(category.path);
                self.str(category.name);
            }
        }
        for option in slice(&self.tables.options, product.options) {
            self.str(option.name);
            for value in slice(&self.tables.option_values, option.values) {
                self.str(value.name);
                self.str(value.swatch);
            }
        }
        for variant in slice(&self.tables.variants, product.variants) {
            for at in [
                variant.id,
                variant.sku,
                variant.gtin,
                variant.mpn,
                variant.name,
            ] {
                self.str(at);
            }
            self.media(variant.media);
        }
        for value in slice(&self.tables.product_attributes, product.attributes) {
            let row = value.get().map(|row| row as usize);
            let Some(value) = row.and_then(|row| self.tables.attribute_values.get(row)) else {
                continue;
            };
            let row = value.attribute.get().map(|row| row as usize);
            if let Some(attribute) = row.and_then(|row| self.tables.attributes.get(row)) {
                self.str(attribute.label);
                self.str(attribute.unit);
            }
            self.str(value.label);
        }
        self.media(product.media);
    }

    /// What a bundle consists of. A product that is none is what it was before there were bundles.
    fn bundle(&mut self, product: usize) {
        let tables = self.tables;
        let product = u32::try_from(product).ok();
        let all = &tables.bundle_items;
        let first = all.partition_point(|one| one.product.get() < product);
        let own = all.get(first..).unwrap_or_default().iter();
        for one in own.take_while(|one| one.product.get() == product) {
            let row = one.item.get().map(|row| row as usize);
            if let Some(item) = row.and_then(|row| tables.products.get(row)) {
                self.str(item.id);
            }
            let row = one.variant.get().map(|row| row as usize);
            if let Some(variant) = row.and_then(|row| tables.variants.get(row)) {
                self.str(variant.id);
            }
            self.number(one.quantity.get());
        }
    }

    fn category(&mut self, category: &CategoryRecord) {
        for at in [
            category.id,
            category.path,
            category.name,
            category.seo_title,
            category.seo_description,
        ] {
            self.str(at);
        }
        self.text(category.description);
        self.media(category.media);
        self.listing(category.products);
    }

    /// What the sections of a page say and show, in all languages. A page without any is what it was before there were
    /// sections.
    fn sections(&mut self, page: usize) {
        let tables = self.tables;
        let page = u32::try_from(page).ok();
        let all = &tables.page_sections;
        let first = all.partition_point(|one| one.page.get() < page);
        let own = all.get(first..).unwrap_or_default().iter();
        for one in own.take_while(|one| one.page.get() == page) {
            for number in [one.kind, one.flags, one.limit] {
                self.number(number.get());
            }
            for at in [one.language, one.title, one.href, one.label] {
                self.str(at);
            }
            self.text(one.body);
            self.media(one.media);
            for product in slice(&tables.section_products, one.products) {
                let row = product.get().map(|row| row as usize);
                if let Some(product) = row.and_then(|row| tables.products.get(row)) {
                    self.str(product.id);
                }
            }
            for category in slice(&tables.section_categories, one.categories) {
                let row = category.get().map(|row| row as usize);
                if let Some(category) = row.and_then(|row| tables.categories.get(row)) {
                    self.str(category.path);
                    self.str(category.name);
                }
            }
        }
    }

    /// Which products a list has, in which order.
    fn listing<const S: u32>(&mut self, list: List<S>) {
        for row in slice(&self.tables.listings, list) {
            let row = row.get().map(|row| row as usize);
            if let Some(product) = row.and_then(|row| self.tables.products.get(row)) {
                self.str(product.id);
            }
        }
    }

    fn finish(&self) -> u64 {
        self.hasher.digest()
    }
}

/// A row of a page in the making: what its content comes to, what it is known by, and when the merchant says it changed.
type Row = (u64, StrRef, i64);

/// When each product, category, brand and page changed: now, if its content is another one than in the last generation.
pub(super) fn of(
    tables: &CatalogTables,
    (previous, now): (Option<&Catalog>, i64),
) -> Vec<ContentChangeRecord> {
    let known = Known::of(previous);
    let texts = &tables.texts.hashes();
    let heaps = (tables, texts);
    let products = &tables.products;
    let products = contents(heaps, section::PRODUCTS, products, |content, row, one| {
        content.product(one);
        content.bundle(row);
        (one.id, one.updated_at.get())
    });
    let categories = contents(
        heaps,
        section::CATEGORIES,
        &tables.categories,
        |content, _, one| {
            content.category(one);
            (one.id, one.updated_at.get())
        },
    );
    let brands = contents(heaps, section::BRANDS, &tables.brands, |content, _, one| {
        content.str(one.name);
        content.listing(one.products);
        (one.slug, 0)
    });
    let pages = contents(heaps, section::PAGES, &tables.pages, |content, row, one| {
        for at in [one.slug, one.title, one.seo_title, one.seo_description] {
            content.str(at);
        }
        content.text(one.body);
        content.sections(row);
        (one.id, one.updated_at.get())
    });
    let all = [
        (RouteKind::Product, products),
        (RouteKind::Category, categories),
        (RouteKind::Brand, brands),
        (RouteKind::Page, pages),
    ];
    let rows = all
        .into_iter()
        .flat_map(|(kind, rows)| rows.into_iter().map(move |row| (kind, row)));
    let record = |(kind, (content, id, told)): (RouteKind, Row)| ContentChangeRecord {
        content: content.into(),
        at: match known.find(kind, tables.strings.get(id)) {
            Some(before) if before.content == content => before.at,
            Some(_) => now,
            // What is met for the first time changed when the merchant says so, else when it came to the others.
            None if told > 0 && told <= now => told,
            None if known.anything() => now,
            None => 0,
        }
        .into(),
    };
    rows.map(record).collect()
}

/// What each row of a section says, in every language.
fn contents<T: Sync>(
    (tables, texts): (&CatalogTables, &TextHashes),
    id: u32,
    rows: &[T],
    say: impl Fn(&mut Content<'_>, usize, &T) -> (StrRef, i64) + Sync,
) -> Vec<Row> {
    let one = |at: usize, row: &T| {
        let mut content = Content::of(tables, texts);
        let (id, told) = say(&mut content, at, row);
        (content.finish(), id, told)
    };
    let mut all = threads::each(rows, ROWS_A_THREAD, one);
    for (number, language) in (1_u64..).zip(&tables.locales) {
        let strings = language.strings.iter();
        let strings = strings.map(|&(field, row, at)| {
            let text = tables.strings.get(at).as_bytes();
            (field, row, xxh3_64(text))
        });
        let long = language.texts.iter();
        let long = long.map(|&(field, row, at)| (field, row, texts.of(at)));
        for (field, row, hash) in strings.chain(long) {
            if field.section() == id
                && let Some((content, ..)) = all.get_mut(row as usize)
            {
                // A sum does not ask in which order texts came.
                let seed = (number << 32) | u64::from(field.number());
                let own = xxh3_64_with_seed(&hash.to_le_bytes(), seed);
                *content = content.wrapping_add(own);
            }
        }
    }
    all
}

/// What the last generation knew.
struct Known<'p> {
    previous: Option<&'p Catalog>,
    categories: HashMap<&'p str, u32>,
    brands: HashMap<&'p str, u32>,
    pages: HashMap<&'p str, u32>,
}

impl<'p> Known<'p> {
    fn of(previous: Option<&'p Catalog>) -> Self {
        let all = previous.into_iter();
        let categories = all.clone().flat_map(|one| one.categories());
        let brands = all.clone().flat_map(|one| one.brands());
        let pages = all.flat_map(|one| one.pages());
        Self {
            previous,
            categories: categories.map(|one| (one.id(), one.row)).collect(),
            brands: brands.map(|one| (one.slug(), one.row)).collect(),
            pages: pages.map(|one| (one.id(), one.row)).collect(),
        }
    }

    /// Whether anything is known at all.
    fn anything(&self) -> bool {
        let first = |previous: &Catalog| previous.content_change(RouteKind::Product, 0);
        self.previous.and_then(first).is_some()
    }

    fn find(&self, kind: RouteKind, id: &str) -> Option<ContentChange> {
        let previous = self.previous?;
        let row = match kind {
            RouteKind::Product => previous.product_by_id(id)?.row,
            RouteKind::Category => *self.categories.get(id)?,
            RouteKind::Brand => *self.brands.get(id)?,
            RouteKind::Page => *self.pages.get(id)?,
        };
        previous.content_change(kind, row)
    }
}

/// The rows of a list; none where it is wrong.
fn slice<T, const S: u32>(rows: &[T], list: List<S>) -> &[T] {
    let range = list.range();
    rows.get(range.start as usize..range.end as usize)
        .unwrap_or_default()
}
