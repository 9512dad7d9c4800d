//! What can only be written when every product is known: ranks, brands, listings, related products, routes.

use std::collections::BTreeMap;

use frontage_shared::manifest::Counts;
use frontage_shared::model::collation::Collation;
use frontage_shared::model::slug;
use frontage_shared::snapshot::categories::{self, BrandRecord, CategoryRecord, PageRecord};
use frontage_shared::snapshot::facets::RankRecord;
use frontage_shared::snapshot::layout::section;
use frontage_shared::snapshot::products::RelatedRecord;
use frontage_shared::snapshot::record::{List, RowRef, StrRef};
use frontage_shared::snapshot::routes::RouteKind;
use frontage_shared::snapshot::tables::CatalogTables;

use super::facet_attributes::Stated;
use super::facets::row_count;
use super::products::{Related, Tables};
use super::routes::ProductSlugs;
use super::{CompileError, seconds};
use crate::dates::{self, Dates};
use crate::half_hash::Known;
use crate::merge::{Conflicts, MergeError};
use crate::threads;
use crate::wire::{Page, PageKind, Redirect, Review};

/// Names that are worth a thread.
const NAMES_A_THREAD: usize = 10_000;
/// Relations that are worth a thread.
const RELATIONS_A_THREAD: usize = 10_000;
/// Media origins beyond this many would make the security policy longer than the page.
const MAX_ORIGINS: usize = 16;

impl Tables<'_> {
    /// Resolves what had to wait, writes the remaining tables and gives all of them.
    pub(super) fn finish(
        mut self,
        pages: Vec<Page>,
        reviews: impl Iterator<Item = Result<Review, MergeError>>,
        redirects: &[Redirect],
        conflicts: &mut Conflicts,
    ) -> Result<(CatalogTables, Counts, Dates), CompileError> {
        // What products were looked up in as they came would lie beside all that is made of them now.
        self.variant_ids = hashbrown::HashSet::new();
        self.attribute_values = Known::default();
        self.slugs = ProductSlugs::new(None);
        self.text.end()?;
        self.finish_attributes()?;
        let Sorted {
            featured,
            skus,
            stated,
        } = self.ranks();
        self.finish_related(conflicts)?;
        self.finish_bundles(conflicts);
        let brand_slugs = self.finish_brands(&featured)?;
        self.finish_categories(&featured)?;
        self.languages.categories(&mut self.tables, &self.tree)?;
        self.finish_reviews(reviews, conflicts)?;
        self.finish_pages(pages, conflicts)?;
        let facets = std::mem::take(&mut self.facets);
        let definitions = &self.labels.attributes;
        facets.finish(self.config, definitions, stated, &mut self.tables)?;
        self.languages.words(&mut self.tables)?;
        self.finish_routes(&brand_slugs)?;
        self.finish_redirects(redirects, conflicts)?;
        for origin in self.origins.all.iter().take(MAX_ORIGINS) {
            let origin = self.tables.strings.string(origin)?;
            self.tables.origins.push(origin);
        }
        self.finish_skus(skus, conflicts);
        self.tables.text_files = self.text.finish()?;
        self.tables.locales = self.languages.finish(conflicts)?;
        let counts = Counts {
            products: row_count(&self.tables.products),
            variants: row_count(&self.tables.variants),
            categories: row_count(&self.tables.categories),
            pages: row_count(&self.tables.pages),
        };
        for shop in &mut self.tables.shop {
            shop.documents = dates::catalog_hash(shop.documents, self.dates.last);
        }
        Ok((self.tables, counts, self.dates))
    }

    /// Fills the ranks, and puts in order what needs nothing but products and their variants. Names take as long as all
    /// the others, so these follow each other: what they need meanwhile lies beside everything else there is.
    fn ranks(&mut self) -> Sorted {
        let products = &self.tables.products;
        let created = |row: u32| {
            let product = products.get(row as usize);
            std::cmp::Reverse(product.map_or(0, |product| product.created_at.get()))
        };
        let has_image = |row: u32| self.has_image.get(row as usize) == Some(&true);
        let places = &self.places;
        let others = || {
            let newest = positions(products.len(), created);
            // As the merchant places them, then those with a picture, the newest first.
            let featured = positions(products.len(), |row| {
                (places.in_lists(row), !has_image(row), created(row))
            });
            (newest, featured)
        };
        let (by_name, ((newest, featured), skus, stated)) = std::thread::scope(|scope| {
            let beside = scope.spawn(|| {
                let others = others();
                let skus = Skus::of(&self.tables);
                (others, skus, Stated::gather(&self.tables))
            });
            let by_name = self.positions_by_name();
            (by_name, threads::ended(beside.join()))
        });
        let all = by_name.iter().zip(&newest).zip(&featured);
        self.tables.ranks = all
            .map(|((&name, &newest), &featured)| RankRecord {
                name: name.into(),
                newest: newest.into(),
                featured: featured.into(),
            })
            .collect();
        Sorted {
            featured,
            skus,
            stated,
        }
    }

    /// The rank of each product by its name.
    fn positions_by_name(&self) -> Vec<u32> {
        let products = &self.tables.products;
        let name = |row: u32| {
            let product = products.get(row as usize);
            product.map_or("", |product| self.tables.strings.get(product.name))
        };
        let collation = Collation::of(&self.config.shop.locale);
        by_name(&collation, row_count(products), name)
    }

    fn finish_attributes(&mut self) -> Result<(), CompileError> {
        let mut order: Vec<usize> = (0..self.attribute_list.len()).collect();
        order.sort_by(|&a, &b| self.attribute_list[a].0.cmp(&self.attribute_list[b].0));
        let mut rows = vec![0_u32; order.len()];
        for (row, &index) in (0..).zip(&order) {
            rows[index] = row;
            self.tables.attributes.push(self.attribute_list[index].1);
        }
        for value in &mut self.tables.attribute_values {
            let row = value
                .attribute
                .get()
                .and_then(|index| rows.get(index as usize).copied());
            value.attribute = RowRef::new(row);
        }
        Ok(())
    }

    fn finish_related(&mut self, conflicts: &mut Conflicts) -> Result<(), CompileError> {
        let Related { ids, all } = std::mem::take(&mut self.related);
        let id_of = |at: usize, end: usize| {
            let before = at.checked_sub(1).and_then(|before| all.get(before));
            let start = before.map_or(0, |&(_, end, _)| end);
            ids.get(start..end).unwrap_or_default()
        };
        // Each is looked for in all of the products.
        let rows = threads::each(&all, RELATIONS_A_THREAD, |at, &(_, end, _)| {
            self.row_of(id_of(at, end))
        });
        for (at, (&(owner, end, relation), row)) in all.iter().zip(rows).enumerate() {
            let Some(other) = row.filter(|&other| other != owner) else {
                let id = id_of(at, end);
                if !self.inactive.contains(id) {
                    conflicts
                        .add(|| format!("a product is related to `{id}`, which does not exist"));
                }
                continue;
            };
            let at = row_count(&self.tables.related);
            self.tables.related.push(RelatedRecord {
                product: RowRef::new(Some(other)),
                relation: relation.into(),
            });
            if let Some(product) = self.tables.products.get_mut(owner as usize) {
                let first = if product.related.range().is_empty() {
                    at
                } else {
                    product.related.first.get()
                };
                product.related = List::between(first, at + 1);
            }
        }
        Ok(())
    }

    /// The row of a product; they are sorted by id.
    pub(super) fn row_of(&self, id: &str) -> Option<u32> {
        let products = &self.tables.products;
        let found =
            products.binary_search_by(|product| self.tables.strings.get(product.id).cmp(id));
        found.ok().and_then(|row| u32::try_from(row).ok())
    }

    /// A brand; they are sorted by slug.
    pub(super) fn brand(&self, slug: &str) -> Option<&BrandRecord> {
        let brands = &self.tables.brands;
        let found = brands.binary_search_by(|brand| self.tables.strings.get(brand.slug).cmp(slug));
        brands.get(found.ok()?)
    }

    fn finish_brands(&mut self, featured: &[u32]) -> Result<Vec<String>, CompileError> {
        let mut by_slug: BTreeMap<String, (String, Vec<u32>)> = BTreeMap::new();
        for (name, products) in std::mem::take(&mut self.brands) {
            let base = Some(slug::from_text(&name))
                .filter(|slug| !slug.is_empty())
                .unwrap_or_else(|| "brand".to_owned());
            // Spellings that differ only in case or accents are one brand.
            let entry = by_slug.entry(base).or_insert_with(|| (name, Vec::new()));
            entry.1.extend(products);
        }
        for (row, (slug, (name, mut products))) in (0..).zip(by_slug.clone()) {
            for &product in &products {
                if let Some(product) = self.tables.products.get_mut(product as usize) {
                    product.brand = RowRef::new(Some(row));
                }
            }
            products.sort_by_key(|&product| featured.get(product as usize).copied());
            let record = BrandRecord {
                slug: self.tables.strings.string(&slug)?,
                name: self.tables.strings.string(&name)?,
                products: self.listing(&products),
            };
            self.tables.brands.push(record);
        }
        Ok(by_slug.into_keys().collect())
    }

    fn finish_categories(&mut self, featured: &[u32]) -> Result<(), CompileError> {
        let tree = std::mem::take(&mut self.tree);
        let listings = std::mem::take(&mut self.listings);
        for (category, (node, mut products)) in (0..).zip(tree.nodes.iter().zip(listings)) {
            products.sort_by_cached_key(|&product| {
                let rank = featured.get(product as usize).copied();
                (self.places.in_category(category, product), rank)
            });
            let seo = node.document.seo.clone().unwrap_or_default();
            let first_child = row_count(&self.tables.children);
            self.tables
                .children
                .extend(node.children.iter().map(|&child| RowRef::new(Some(child))));
            let record = CategoryRecord {
                id: self.tables.strings.string(&node.document.id)?,
                name: self.tables.strings.string(&node.document.name)?,
                path: self.tables.strings.string(&node.path)?,
                description: self
                    .tables
                    .texts
                    .text(node.document.description.as_deref().unwrap_or_default())?,
                seo_title: self
                    .tables
                    .strings
                    .string(seo.title.as_deref().unwrap_or_default())?,
                seo_description: self
                    .tables
                    .strings
                    .string(seo.description.as_deref().unwrap_or_default())?,
                parent: RowRef::new(node.parent),
                children: List::between(first_child, row_count(&self.tables.children)),
                products: self.listing(&products),
                media: self.media(&node.document.media)?,
                depth: node.depth.into(),
                flags: if seo.noindex.unwrap_or(false) {
                    categories::NOINDEX
                } else {
                    0
                }
                .into(),
                updated_at: seconds(node.document.updated_at.as_deref()).into(),
            };
            self.tables.categories.push(record);
        }
        self.tree = tree;
        Ok(())
    }

    fn listing(&mut self, products: &[u32]) -> List<{ section::LISTINGS }> {
        let first = row_count(&self.tables.listings);
        self.tables
            .listings
            .extend(products.iter().map(|&product| RowRef::new(Some(product))));
        List::between(first, row_count(&self.tables.listings))
    }

    fn finish_pages(
        &mut self,
        pages: Vec<Page>,
        conflicts: &mut Conflicts,
    ) -> Result<(), CompileError> {
        let mut by_slug: BTreeMap<String, Page> = BTreeMap::new();
        for page in &pages {
            self.succeeds(RouteKind::Page, &page.id, page.replaced_by.as_deref());
        }
        for page in pages {
            if !self.dates.admit_page(&page, self.now) {
                continue;
            }
            if let Some(other) = by_slug.get(&page.slug) {
                conflicts.add(|| {
                    format!(
                        "pages `{}` and `{}` share the slug `{}`; the first stays",
                        other.id, page.id, page.slug
                    )
                });
                continue;
            }
            by_slug.insert(page.slug.clone(), page);
        }
        for (row, page) in (0..).zip(by_slug.into_values()) {
            self.languages.page(&mut self.tables, row, &page)?;
            self.page_sections(row, &page, conflicts)?;
            let seo = page.seo.unwrap_or_default();
            let strings = &mut self.tables.strings;
            let record = PageRecord {
                slug: strings.string(&page.slug)?,
                id: strings.string(&page.id)?,
                title: strings.string(&page.title)?,
                body: self
                    .tables
                    .texts
                    .text(page.body.as_deref().unwrap_or_default())?,
                seo_title: strings.string(seo.title.as_deref().unwrap_or_default())?,
                seo_description: strings.string(seo.description.as_deref().unwrap_or_default())?,
                kind: page_kind(page.kind).into(),
                flags: if seo.noindex.unwrap_or(false) {
                    categories::NOINDEX
                } else {
                    0
                }
                .into(),
                updated_at: seconds(page.updated_at.as_deref().or(page.published_at.as_deref()))
                    .into(),
            };
            self.tables.pages.push(record);
        }
        Ok(())
    }

    fn finish_skus(&mut self, skus: Skus, conflicts: &mut Conflicts) {
        self.tables.skus = skus.sorted;
        let strings = &self.tables.strings;
        for (one, other) in skus.alike {
            let (Some((sku, one, owner)), Some((_, other, product))) =
                (variant(&self.tables, one), variant(&self.tables, other))
            else {
                continue;
            };
            let [sku, one, owner, other, product] =
                [sku, one, owner, other, product].map(|at| strings.get(at));
            conflicts.add(|| {
                format!("variants `{one}` of product `{owner}` and `{other}` of product `{product}` have the SKU `{sku}`; an offer by SKU counts for both")
            });
        }
    }
}

/// What is put in order as soon as all products are known.
struct Sorted {
    /// Each product's position in the shop's own order.
    featured: Vec<u32>,
    skus: Skus,
    stated: Stated,
}

/// Variants by their SKUs.
struct Skus {
    sorted: Vec<RowRef<{ section::VARIANTS }>>,
    /// Neighbours that have the same.
    alike: Vec<(RowRef<{ section::VARIANTS }>, RowRef<{ section::VARIANTS }>)>,
}

impl Skus {
    fn of(tables: &CatalogTables) -> Self {
        let sku = |row| variant(tables, row).map_or("", |(sku, ..)| tables.strings.get(sku));
        let mut sorted = tables.skus.clone();
        sorted.sort_by_cached_key(|&row| (first_bytes(sku(row)), row.get()));
        for alike in sorted.chunk_by_mut(|&a, &b| first_bytes(sku(a)) == first_bytes(sku(b))) {
            alike.sort_by_key(|&row| (sku(row), row.get()));
        }
        let pairs = sorted.windows(2).map(|pair| (pair[0], pair[1]));
        let alike = pairs.filter(|&(one, other)| sku(one) == sku(other));
        Self {
            alike: alike.collect(),
            sorted,
        }
    }
}

/// SKU, id and product of a variant.
fn variant(
    tables: &CatalogTables,
    row: RowRef<{ section::VARIANTS }>,
) -> Option<(StrRef, StrRef, StrRef)> {
    let variant = tables.variants.get(row.get()? as usize)?;
    let product = tables.products.get(variant.product.get()? as usize)?;
    Some((variant.sku, variant.id, product.id))
}

/// The rank of each row when rows are sorted by a key; rows break ties.
fn positions<K: Ord>(count: usize, key: impl Fn(u32) -> K) -> Vec<u32> {
    let mut order: Vec<u32> = (0..u32::try_from(count).unwrap_or(u32::MAX)).collect();
    order.sort_by_cached_key(|&row| (key(row), row));
    ranks_of(order.into_iter())
}

/// The rank of each row by its name; rows break ties. Where the starts of the names' keys differ, nothing else is looked
/// at.
pub(super) fn by_name<'n>(
    collation: &Collation,
    rows: u32,
    name: impl Fn(u32) -> &'n str + Sync,
) -> Vec<u32> {
    let rows: Vec<u32> = (0..rows).collect();
    let mut order = threads::each(&rows, NAMES_A_THREAD, |_, &row| {
        (collation.start(name(row)), row)
    });
    order.sort_unstable_by(|(start_a, a), (start_b, b)| {
        let by_start = start_a.cmp(start_b);
        let by_name = || collation.compare(name(*a), name(*b));
        by_start.then_with(by_name).then(a.cmp(b))
    });
    ranks_of(order.into_iter().map(|(_, row)| row))
}

/// The place of each row in an order.
fn ranks_of(order: impl ExactSizeIterator<Item = u32>) -> Vec<u32> {
    let mut positions = vec![0; order.len()];
    for (position, row) in (0..).zip(order) {
        if let Some(place) = positions.get_mut(row as usize) {
            *place = position;
        }
    }
    positions
}

/// The first bytes of a text, so that numbers compare as the texts do unless they are equal.
fn first_bytes(text: &str) -> u64 {
    let mut first = [0; 8];
    first
        .iter_mut()
        .zip(text.bytes())
        .for_each(|(to, from)| *to = from);
    first
        .iter()
        .fold(0, |number, &byte| number << 8 | u64::from(byte))
}

fn page_kind(kind: Option<PageKind>) -> u32 {
    match kind.unwrap_or_default() {
        PageKind::Page => 0,
        PageKind::Article => 1,
        PageKind::Policy => 2,
        PageKind::Faq => 3,
        PageKind::Home => 4,
    }
}
