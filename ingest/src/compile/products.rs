//! One product after another into the tables, in the order of their ids.
//!
//! What refers to things that are only complete at the end — brands, attributes, other products — is noted as an
//! index or an id and resolved in `finish`.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::facets::AttributeRecord;
use frontage_shared::snapshot::layout::section;
use frontage_shared::snapshot::products::{
    MediaRecord, NOINDEX, NOT_LISTED, NOT_SEARCHABLE, ProductRecord, ShopRecord,
};
use frontage_shared::snapshot::record::{List, RowRef, StrRef};
use frontage_shared::snapshot::routes::RouteKind;
use frontage_shared::snapshot::tables::CatalogTables;
use frontage_shared::snapshot::text_heap::TextHeap;
use xxhash_rust::xxh3::xxh3_128;

use super::categories::Tree;
use super::facets::{FacetBuilder, Origin, Statement, row_count};
use super::labels::Labels;
use super::languages::Languages;
use super::places::Places;
use super::routes::{ProductSlugs, Successors};
use super::synonyms::Synonyms;
use super::text::TextThreads;
use super::{CompileError, seconds};
use crate::config::Config;
use crate::dates::Dates;
use crate::half_hash::Known;
use crate::merge::{Conflicts, Merged};
use crate::wire::{
    AttributeDefinition, BundleItem, Condition, Kind, Media, MediaKind, Product, Relation, Status,
    Synonym, Variant, Visibility,
};

/// Tables in the making.
pub(super) struct Tables<'a> {
    pub(super) config: &'a Config,
    pub(super) previous: Option<&'a Catalog>,
    pub(super) tables: CatalogTables,
    pub(super) tree: Tree,
    pub(super) slugs: ProductSlugs<'a>,
    pub(super) facets: FacetBuilder,
    pub(super) text: TextThreads,
    pub(super) labels: Labels,
    pub(super) languages: Languages<'a>,
    /// Attribute codes in the order they were met; rows are sorted by code only at the end.
    pub(super) attributes: hashbrown::HashMap<String, u32>,
    pub(super) attribute_list: Vec<(String, AttributeRecord)>,
    /// Rows of distinct values, by the attribute's index and the value.
    pub(super) attribute_values: Known<u32>,
    /// Brand names with the rows of their products.
    pub(super) brands: BTreeMap<String, Vec<u32>>,
    /// Products by category row, subtree included.
    pub(super) listings: Vec<Vec<u32>>,
    /// Places that the merchant gave to products, in all lists and in single categories.
    pub(super) places: Places,
    /// Hashes of the variants' ids: by accident no two are alike.
    pub(super) variant_ids: hashbrown::HashSet<u128>,
    /// Ids of drafts and archived products: being related to one is no mistake.
    pub(super) inactive: HashSet<String>,
    pub(super) related: Related,
    /// Row of each product that is a bundle, and what it consists of.
    pub(super) bundles: Vec<(u32, Vec<BundleItem>)>,
    /// Products with a picture of their own, by row.
    pub(super) has_image: Vec<bool>,
    pub(super) origins: Origins,
    /// What takes the place of what is not active any more.
    pub(super) successors: Successors,
    /// When this generation is made, Unix seconds.
    pub(super) now: i64,
    /// When documents come and go by themselves.
    pub(super) dates: Dates,
}

/// Relations that are resolved at the end, when all products are known.
#[derive(Debug, Default)]
pub(super) struct Related {
    /// Ids of the other products, one after another.
    pub(super) ids: String,
    /// Row of the list's owner, where the id ends, relation.
    pub(super) all: Vec<(u32, usize, u32)>,
}

/// Where media come from.
#[derive(Debug, Default)]
pub(super) struct Origins {
    /// Beginnings of addresses that were looked at.
    known: hashbrown::HashSet<String>,
    pub(super) all: BTreeSet<String>,
}

impl Origins {
    fn note(&mut self, address: &str) {
        let mut slashes = address.match_indices('/').map(|(at, _)| at);
        let end = slashes.nth(2).unwrap_or(address.len());
        let begin = address.get(..end).unwrap_or(address);
        if self.known.contains(begin) {
            return;
        }
        if let Ok(url) = url::Url::parse(address) {
            self.all.insert(url.origin().ascii_serialization());
            self.known.insert(begin.to_owned());
        }
    }
}

impl<'a> Tables<'a> {
    pub(super) fn start(
        config: &'a Config,
        texts: TextHeap,
        documents: [u8; 32],
        (previous, now): (Option<&'a Catalog>, i64),
        tree: Tree,
        (definitions, synonyms): (&[AttributeDefinition], &[Synonym]),
    ) -> Result<Self, CompileError> {
        let mut tables = CatalogTables {
            texts,
            ..CatalogTables::default()
        };
        let shop = &config.shop;
        let strings = &mut tables.strings;
        let record = ShopRecord {
            id: strings.string(&shop.id)?,
            name: strings.string(&shop.name)?,
            tagline: strings.string(shop.tagline.as_deref().unwrap_or_default())?,
            description: strings.string(shop.description.as_deref().unwrap_or_default())?,
            email: strings.string(shop.email.as_deref().unwrap_or_default())?,
            locale: strings.string(&shop.locale)?,
            currency: strings.string(shop.currency.code())?,
            documents,
        };
        tables.shop.push(record);
        let listings = tree.nodes.iter().map(|_| Vec::new()).collect();
        let names = tree.nodes.iter().map(|node| node.document.name.clone());
        let text = TextThreads::new(names, Synonyms::of(synonyms, &shop.locale, None));
        let documents = (definitions, synonyms);
        let languages = Languages::start(shop, previous, &tree, documents, &mut tables.strings)?;
        Ok(Self {
            config,
            previous,
            tables,
            tree,
            slugs: ProductSlugs::new(previous),
            facets: FacetBuilder::default(),
            text,
            labels: Labels::new(definitions),
            languages,
            attributes: hashbrown::HashMap::new(),
            attribute_list: Vec::new(),
            attribute_values: Known::default(),
            brands: BTreeMap::new(),
            listings,
            places: Places::default(),
            variant_ids: hashbrown::HashSet::new(),
            inactive: HashSet::new(),
            related: Related::default(),
            bundles: Vec::new(),
            has_image: Vec::new(),
            origins: Origins::default(),
            successors: Successors::new(),
            now,
            dates: Dates::default(),
        })
    }

    /// Makes room for what is surely coming, so that large tables are not copied while they grow.
    pub(super) fn make_room(&mut self, merged: &Merged) {
        // Half of what documents hold is markup of their own, or long texts.
        let bytes = usize::try_from(merged.catalog_bytes() / 2).unwrap_or(0);
        let products = usize::try_from(merged.documents(Kind::Product)).unwrap_or(0);
        self.tables.strings.make_room(bytes, 8 * products);
        let tables = &mut self.tables;
        // Without as much room they grow as they must.
        let _ = tables.products.try_reserve_exact(products);
        let _ = tables.variants.try_reserve_exact(2 * products);
        let _ = tables.media.try_reserve_exact(3 * products);
        let _ = tables.product_attributes.try_reserve_exact(32 * products);
    }

    /// Adds the next product, unless it is a draft, archived, not published now, or has no variant left to sell.
    pub(super) fn add(
        &mut self,
        mut product: Product,
        conflicts: &mut Conflicts,
    ) -> Result<(), CompileError> {
        let successor = product.replaced_by.as_deref();
        self.succeeds(RouteKind::Product, &product.id, successor);
        if !self.is_in_the_shop(&product) {
            self.inactive.insert(product.id.into_string());
            return Ok(());
        }
        let mut variants = self.sellable_variants(&mut product, conflicts);
        if variants.is_empty() {
            let id = &product.id;
            conflicts.add(|| format!("product `{id}` has no active variant and is left out"));
            return Ok(());
        }
        let row = row_count(&self.tables.products);
        let slug = self
            .slugs
            .assign(&product.id, product.slug.as_deref(), &product.name);
        if product.slug.as_deref().is_some_and(|wanted| wanted != slug) {
            conflicts.add(|| self.slug_taken(&product, &slug));
        }
        let category_rows = self.category_rows(&product, conflicts);
        let flags = flags(&product);
        let in_path = self.in_path(&category_rows);
        if flags & NOT_LISTED == 0 {
            self.list(row, &product, &in_path);
        }
        self.labels.name(&mut product, &mut variants);
        let (options, variant_rows) = self.options_and_variants(&product, &variants, row)?;
        let record = ProductRecord {
            id: self.tables.strings.string(&product.id)?,
            slug: self.tables.strings.string(&slug)?,
            name: self.tables.strings.string(&product.name)?,
            short_description: self
                .tables
                .texts
                .text(product.short_description.as_deref().unwrap_or_default())?,
            description: self
                .tables
                .texts
                .text(product.description.as_deref().unwrap_or_default())?,
            seo_title: self.seo(&product, |seo| seo.title.as_deref())?,
            seo_description: self.seo(&product, |seo| seo.description.as_deref())?,
            brand: RowRef::NONE,
            primary_category: RowRef::new(self.primary_category(&product, &category_rows)),
            categories: self.product_categories(&category_rows),
            options,
            variants: variant_rows,
            attributes: self.product_attributes(&product.attributes)?,
            media: self.media(&product.media)?,
            related: List::default(),
            facet_values: List::default(),
            flags: flags.into(),
            condition: condition(product.condition).into(),
            created_at: seconds(product.created_at.as_deref()).into(),
            updated_at: seconds(product.updated_at.as_deref()).into(),
        };
        self.tables.products.push(record);
        // Search knows products by the codes of their variants, too.
        product.variants = variants;
        self.languages
            .product(&mut self.tables, row, &product, &in_path)?;
        self.index(row, product, in_path)
    }

    /// Whether a product is active, and published now.
    fn is_in_the_shop(&mut self, product: &Product) -> bool {
        self.dates.admit_product(product, self.now)
    }

    /// Notes what takes the place of something.
    pub(super) fn succeeds(&mut self, kind: RouteKind, id: &str, successor: Option<&str>) {
        if let Some(successor) = successor {
            let key = (kind, id.to_owned());
            self.successors.insert(key, successor.to_owned());
        }
    }

    /// Who has the slug that a product asks for.
    fn slug_taken(&self, product: &Product, got: &str) -> String {
        let (id, wanted) = (&product.id, product.slug.as_deref().unwrap_or_default());
        let strings = &self.tables.strings;
        let mut products = self.tables.products.iter();
        match products.find(|other| strings.get(other.slug) == wanted) {
            Some(other) => {
                let other = strings.get(other.id);
                format!(
                    "products `{other}` and `{id}` both ask for the slug `{wanted}`; `{id}` gets `{got}`"
                )
            }
            None => format!(
                "product `{id}` asks for the slug `{wanted}`, which another product has had; it gets `{got}`"
            ),
        }
    }

    /// Which product has a variant of this id already.
    fn owner_of_variant(&self, id: &str) -> &str {
        let strings = &self.tables.strings;
        let mut variants = self.tables.variants.iter();
        variants
            .find(|variant| strings.get(variant.id) == id)
            .and_then(|variant| self.tables.products.get(variant.product.get()? as usize))
            .map_or("", |product| strings.get(product.id))
    }

    /// Active variants with ids that are new, in the shop's order; a product without variants is its own variant.
    fn sellable_variants(
        &mut self,
        product: &mut Product,
        conflicts: &mut Conflicts,
    ) -> Vec<Variant> {
        let mut variants = std::mem::take(&mut product.variants);
        if variants.is_empty() {
            variants.push(Variant {
                id: product.id.as_str().into(),
                sku: product.sku.clone(),
                gtin: product.gtin.clone(),
                mpn: product.mpn.clone(),
                measure: product.measure.clone(),
                ..Variant::default()
            });
        }
        variants.retain(|variant| variant.status.unwrap_or_default() == Status::Active);
        let mut ids = std::mem::take(&mut self.variant_ids);
        variants.retain(|variant| {
            let is_new = ids.insert(xxh3_128(variant.id.as_bytes()));
            if !is_new {
                conflicts.add(|| {
                    let (id, owner) = (&variant.id, self.owner_of_variant(&variant.id));
                    let product = &product.id;
                    format!("variant `{id}` of product `{product}` exists already in product `{owner}` and is left out")
                });
            }
            is_new
        });
        self.variant_ids = ids;
        variants.sort_by_key(|variant| {
            (
                !variant.default.unwrap_or(false),
                variant.position.unwrap_or(i64::MAX),
            )
        });
        variants
    }

    fn category_rows(&self, product: &Product, conflicts: &mut Conflicts) -> Vec<u32> {
        let mut rows = Vec::new();
        for id in product
            .category_ids
            .iter()
            .chain(&product.primary_category_id)
        {
            match self.tree.rows.get(id.as_str()) {
                Some(&row) if !rows.contains(&row) => rows.push(row),
                Some(_) => {}
                None => conflicts.add(|| {
                    format!(
                        "product `{}` names a category `{id}` that does not exist",
                        product.id
                    )
                }),
            }
        }
        rows
    }

    /// The merchant's choice, else the deepest category, which says most about the product.
    fn primary_category(&self, product: &Product, rows: &[u32]) -> Option<u32> {
        let chosen = product
            .primary_category_id
            .as_deref()
            .and_then(|id| self.tree.rows.get(id).copied());
        let depth = |row: &u32| {
            self.tree
                .nodes
                .get(*row as usize)
                .map_or(0, |node| node.depth)
        };
        chosen.or_else(|| rows.iter().copied().rev().max_by_key(depth))
    }

    fn product_categories(&mut self, rows: &[u32]) -> List<{ section::PRODUCT_CATEGORIES }> {
        let first = row_count(&self.tables.product_categories);
        self.tables
            .product_categories
            .extend(rows.iter().map(|&row| RowRef::new(Some(row))));
        List::between(first, row_count(&self.tables.product_categories))
    }

    fn list(&mut self, row: u32, product: &Product, in_path: &[u32]) {
        self.places.note(row, product, &self.tree);
        for &category in in_path {
            if let Some(listing) = self.listings.get_mut(category as usize) {
                listing.push(row);
            }
        }
        if let Some(brand) = brand_name(product) {
            self.brands.entry(brand.to_owned()).or_default().push(row);
        }
    }

    /// The categories that a product stands in, and all above them.
    fn in_path(&self, category_rows: &[u32]) -> Vec<u32> {
        let rows = category_rows.iter();
        let mut rows: Vec<u32> = rows
            .flat_map(|&category| self.tree.with_ancestors(category))
            .collect();
        rows.sort_unstable();
        rows.dedup();
        rows
    }

    fn seo(
        &mut self,
        product: &Product,
        field: fn(&crate::wire::Seo) -> Option<&str>,
    ) -> Result<StrRef, CompileError> {
        Ok(self
            .tables
            .strings
            .string(product.seo.as_ref().and_then(field).unwrap_or_default())?)
    }

    pub(super) fn media(
        &mut self,
        media: &[Media],
    ) -> Result<List<{ section::MEDIA }>, CompileError> {
        let first = row_count(&self.tables.media);
        let is_image = |medium: &&Media| medium.kind.unwrap_or_default() == MediaKind::Image;
        let (images, others): (Vec<_>, Vec<_>) = media.iter().partition(is_image);
        for medium in images.into_iter().chain(others) {
            self.origins.note(&medium.url);
            let record = MediaRecord {
                url: self.tables.strings.string(&medium.url)?,
                alt: self
                    .tables
                    .strings
                    .string(medium.alt.as_deref().unwrap_or_default())?,
                width: medium.width.unwrap_or(0).into(),
                height: medium.height.unwrap_or(0).into(),
                kind: media_kind(medium.kind).into(),
            };
            self.tables.media.push(record);
        }
        Ok(List::between(first, row_count(&self.tables.media)))
    }

    /// What is known of a product outside its record: search, sorting, brand facet, related products.
    fn index(
        &mut self,
        row: u32,
        mut product: Product,
        in_path: Vec<u32>,
    ) -> Result<(), CompileError> {
        if let Some(brand) = brand_name(&product) {
            let statement = Statement {
                origin: Origin::Brand,
                code: "brand",
                label: "Brand",
                value: brand,
                swatch: "",
            };
            self.facets.add(row, &statement);
        }
        let mut media = product.media.iter();
        let has_image = media.any(|medium| medium.kind.unwrap_or_default() == MediaKind::Image);
        self.has_image.push(has_image);
        for related in &product.related {
            self.related.ids.push_str(&related.product_id);
            let (end, relation) = (self.related.ids.len(), relation(related.relation));
            self.related.all.push((row, end, relation));
        }
        if !product.bundle.is_empty() {
            self.bundles
                .push((row, std::mem::take(&mut product.bundle)));
        }
        Ok(self.text.add(product, in_path)?)
    }
}

pub(super) fn heap_text(tables: &CatalogTables, at: StrRef) -> String {
    tables.strings.get(at).to_owned()
}

fn brand_name(product: &Product) -> Option<&str> {
    product
        .brand
        .as_deref()
        .map(str::trim)
        .filter(|brand| !brand.is_empty())
}

fn flags(product: &Product) -> u32 {
    let visibility = match product.visibility.unwrap_or_default() {
        Visibility::Everywhere => 0,
        Visibility::Catalog => NOT_SEARCHABLE,
        Visibility::Search => NOT_LISTED,
        Visibility::Hidden => NOT_LISTED | NOT_SEARCHABLE,
    };
    let noindex = product
        .seo
        .as_ref()
        .and_then(|seo| seo.noindex)
        .unwrap_or(false);
    visibility | if noindex { NOINDEX } else { 0 }
}

fn condition(condition: Option<Condition>) -> u32 {
    match condition {
        None | Some(Condition::New) => 0,
        Some(Condition::Refurbished) => 1,
        Some(Condition::Used) => 2,
    }
}

fn media_kind(kind: Option<MediaKind>) -> u32 {
    match kind.unwrap_or_default() {
        MediaKind::Image => 0,
        MediaKind::Video => 1,
        MediaKind::Model => 2,
        MediaKind::Document => 3,
    }
}

fn relation(relation: Relation) -> u32 {
    match relation {
        Relation::Related => 0,
        Relation::Upsell => 1,
        Relation::CrossSell => 2,
        Relation::Accessory => 3,
        Relation::SparePart => 4,
        Relation::Consumable => 5,
        Relation::Substitute => 6,
        Relation::BundleItem => 7,
        Relation::GroupedItem => 8,
    }
}
