//! Everything a catalog part is written from: one table a section, in the order of the file.

use std::io::{self, Seek, Write};

use xxhash_rust::xxh3::xxh3_64;

use super::bundles::BundleItemRecord;
use super::categories::{BrandRecord, CategoryRecord, PageRecord};
use super::facets::{
    AttributeRecord, AttributeValueRecord, FacetCodeRecord, FacetListRecord, FacetRecord,
    FacetValueRecord, RankRecord, TextFileRecord,
};
use super::heap::{Heap, HeapFull};
use super::layout::{ALIGNMENT, PartKind, section};
use super::ledger::{self, ContentChangeRecord, LeftPathRecord, RedirectRecord};
use super::local_tables::{LocalSections, LocalTables};
use super::measures::MeasureRecord;
use super::page_sections::PageSectionRecord;
use super::products::{
    MediaRecord, OptionRecord, OptionValueRecord, ProductRecord, RelatedRecord, ShopRecord,
    VariantKeyRecord, VariantRecord,
};
use super::record::{RowRef, StrRef};
use super::reviews::{RatingRecord, ReviewRecord};
use super::routes::RouteRecord;
use super::text::PackedFile;
use super::text_heap::TextHeap;
use super::verify::joined;
use super::write::PartWriter;

/// The tables of one catalog; whoever fills them keeps the orders that the format demands.
#[derive(Debug, Default)]
pub struct CatalogTables {
    /// Short texts.
    pub strings: Heap,
    /// Long texts.
    pub texts: TextHeap,
    /// Exactly one.
    pub shop: Vec<ShopRecord>,
    /// Sorted by id.
    pub products: Vec<ProductRecord>,
    /// Grouped by product.
    pub variants: Vec<VariantRecord>,
    /// Grouped by variant.
    pub variant_values: Vec<RowRef<{ section::OPTION_VALUES }>>,
    /// Sorted by key, then row.
    pub variant_keys: Vec<VariantKeyRecord>,
    /// Sorted by SKU.
    pub skus: Vec<RowRef<{ section::VARIANTS }>>,
    /// Grouped by product.
    pub options: Vec<OptionRecord>,
    /// Grouped by option.
    pub option_values: Vec<OptionValueRecord>,
    /// Sorted by code.
    pub attributes: Vec<AttributeRecord>,
    /// Any order.
    pub attribute_values: Vec<AttributeValueRecord>,
    /// Grouped by product.
    pub product_attributes: Vec<RowRef<{ section::ATTRIBUTE_VALUES }>>,
    /// Grouped by owner.
    pub media: Vec<MediaRecord>,
    /// Grouped by product.
    pub product_categories: Vec<RowRef<{ section::CATEGORIES }>>,
    /// Grouped by product.
    pub related: Vec<RelatedRecord>,
    /// Pre-order.
    pub categories: Vec<CategoryRecord>,
    /// Grouped by category.
    pub children: Vec<RowRef<{ section::CATEGORIES }>>,
    /// Grouped by category or brand.
    pub listings: Vec<RowRef<{ section::PRODUCTS }>>,
    /// Sorted by slug.
    pub brands: Vec<BrandRecord>,
    /// Sorted by slug.
    pub pages: Vec<PageRecord>,
    /// Sorted by hash, then path.
    pub routes: Vec<RouteRecord>,
    /// In the order to show them.
    pub facets: Vec<FacetRecord>,
    /// Grouped by facet.
    pub facet_values: Vec<FacetValueRecord>,
    /// Grouped by facet value, ascending.
    pub postings: Vec<RowRef<{ section::PRODUCTS }>>,
    /// Grouped by product, ascending.
    pub product_facets: Vec<RowRef<{ section::FACET_VALUES }>>,
    /// One for each product.
    pub ranks: Vec<RankRecord>,
    /// Sorted by name.
    pub text_files: Vec<PackedFile>,
    /// Sorted.
    pub origins: Vec<StrRef>,
    /// Sorted by variant.
    pub measures: Vec<MeasureRecord>,
    /// Sorted by page.
    pub page_sections: Vec<PageSectionRecord>,
    /// Grouped by section.
    pub section_products: Vec<RowRef<{ section::PRODUCTS }>>,
    /// Grouped by section.
    pub section_categories: Vec<RowRef<{ section::CATEGORIES }>>,
    /// Grouped by product.
    pub reviews: Vec<ReviewRecord>,
    /// Sorted by product.
    pub ratings: Vec<RatingRecord>,
    /// Sorted by product.
    pub bundle_items: Vec<BundleItemRecord>,
    /// The further languages, in the shop's order.
    pub locales: Vec<LocalTables>,
    /// Sorted when written.
    pub left_paths: Vec<LeftPathRecord>,
    /// Sorted when written.
    pub redirects: Vec<RedirectRecord>,
    /// Of products, categories, brands and pages; none at all if nothing is known.
    pub content_changes: Vec<ContentChangeRecord>,
}

/// Writing a catalog part failed.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A heap is full.
    #[error(transparent)]
    Heap(#[from] HeapFull),
    /// The sink failed.
    #[error("cannot write the part: {0}")]
    Io(#[from] io::Error),
}

impl CatalogTables {
    /// Writes the part and gives the sink back. Lookups that follow from the tables (variant keys, SKUs, routes)
    /// are sorted here.
    ///
    /// # Errors
    /// The sink failed or a heap is full.
    pub fn write<W: Write + Seek>(mut self, sink: W) -> Result<W, WriteError> {
        let changes = std::mem::take(&mut self.content_changes);
        self.write_with(sink, |_| changes)
    }

    /// The same, with content changes that are found while the rest is written: writing waits for fresh memory, and finding
    /// them reads everything but the lookups, which are sorted meanwhile.
    ///
    /// # Errors
    /// The sink failed or a heap is full.
    pub fn write_with<W: Write + Seek>(
        mut self,
        sink: W,
        changes: impl FnOnce(&Self) -> Vec<ContentChangeRecord> + Send,
    ) -> Result<W, WriteError> {
        let text_files = place_text(&mut self.strings, &self.text_files, &mut 0)?;
        let mut locales = std::mem::take(&mut self.locales);
        let local = LocalSections::lay_out(&mut locales, &mut self.strings)?;
        self.locales = locales;
        self.strings.end();
        let mut routes = std::mem::take(&mut self.routes);
        let mut keys = std::mem::take(&mut self.variant_keys);
        ledger::sort(&mut self.left_paths, &mut self.redirects, &self.strings);
        let tables = &self;
        std::thread::scope(|scope| {
            let keys = scope.spawn(move || {
                keys.sort_unstable_by_key(|entry| (entry.key.get(), entry.variant.0.get()));
                keys
            });
            let routes = scope.spawn(move || {
                sort_routes(&mut routes, &tables.strings);
                routes
            });
            let changes = scope.spawn(move || changes(tables));
            let mut writer = PartWriter::start(sink, PartKind::Catalog)?;
            tables.write_goods(&mut writer, || joined(keys))?;
            tables.write_lists(&mut writer, &text_files, || joined(routes))?;
            local.write(&mut writer)?;
            writer.rows(section::LEFT_PATHS, &tables.left_paths)?;
            writer.rows(section::REDIRECTS, &tables.redirects)?;
            writer.rows(section::CONTENT_CHANGES, &joined(changes))?;
            writer.rows(section::PAGE_SECTIONS, &tables.page_sections)?;
            writer.rows(section::SECTION_PRODUCTS, &tables.section_products)?;
            writer.rows(section::SECTION_CATEGORIES, &tables.section_categories)?;
            writer.rows(section::REVIEWS, &tables.reviews)?;
            writer.rows(section::RATINGS, &tables.ratings)?;
            writer.rows(section::BUNDLE_ITEMS, &tables.bundle_items)?;
            Ok(writer.finish()?)
        })
    }

    /// The sections of products and their variants.
    fn write_goods<W: Write + Seek>(
        &self,
        writer: &mut PartWriter<W>,
        variant_keys: impl FnOnce() -> Vec<VariantKeyRecord>,
    ) -> io::Result<()> {
        writer.rows(section::SHOP, &self.shop)?;
        writer.bytes(section::STRINGS, self.strings.as_bytes())?;
        writer.heap(section::TEXTS, &self.texts)?;
        writer.rows(section::PRODUCTS, &self.products)?;
        writer.rows(section::VARIANTS, &self.variants)?;
        writer.rows(section::VARIANT_VALUES, &self.variant_values)?;
        writer.rows(section::VARIANT_KEYS, &variant_keys())?;
        writer.rows(section::SKUS, &self.skus)?;
        writer.rows(section::OPTIONS, &self.options)?;
        writer.rows(section::OPTION_VALUES, &self.option_values)?;
        writer.rows(section::ATTRIBUTES, &self.attributes)?;
        writer.rows(section::ATTRIBUTE_VALUES, &self.attribute_values)?;
        writer.rows(section::PRODUCT_ATTRIBUTES, &self.product_attributes)?;
        writer.rows(section::MEDIA, &self.media)?;
        writer.rows(section::PRODUCT_CATEGORIES, &self.product_categories)?;
        writer.rows(section::RELATED, &self.related)
    }

    /// The sections by which products are found and listed.
    fn write_lists<W: Write + Seek>(
        &self,
        writer: &mut PartWriter<W>,
        text_files: &[TextFileRecord],
        routes: impl FnOnce() -> Vec<RouteRecord>,
    ) -> io::Result<()> {
        writer.rows(section::CATEGORIES, &self.categories)?;
        writer.rows(section::CHILDREN, &self.children)?;
        writer.rows(section::LISTINGS, &self.listings)?;
        writer.rows(section::BRANDS, &self.brands)?;
        writer.rows(section::PAGES, &self.pages)?;
        writer.rows(section::ROUTES, &routes())?;
        writer.rows(section::FACETS, &self.facets)?;
        writer.rows(section::FACET_VALUES, &self.facet_values)?;
        writer.rows(section::POSTINGS, &self.postings)?;
        writer.rows(section::PRODUCT_FACETS, &self.product_facets)?;
        writer.rows(section::RANKS, &self.ranks)?;
        writer.rows(section::TEXT_FILES, text_files)?;
        let files = self.text_files.iter();
        writer.files(section::TEXT_INDEX, files.map(|file| file.bytes.as_slice()))?;
        writer.rows(section::ORIGINS, &self.origins)?;
        let lists = self.products.iter().map(|product| FacetListRecord {
            values: product.facet_values,
        });
        writer.rows(section::FACET_LISTS, &lists.collect::<Vec<_>>())?;
        writer.rows(section::FACET_CODES, &self.facet_codes())?;
        writer.rows(section::MEASURES, &self.measures)
    }

    /// The facet values of products as short numbers; none at all if one of them is too large.
    fn facet_codes(&self) -> Vec<FacetCodeRecord> {
        let codes = self.product_facets.iter().map(|row| {
            let code = u16::try_from(row.0.get()).ok()?;
            Some(FacetCodeRecord { code: code.into() })
        });
        codes.collect::<Option<_>>().unwrap_or_default()
    }
}

/// Says where an index's files lie, one after another behind `end`, aligned like sections.
pub(super) fn place_text(
    strings: &mut Heap,
    files: &[PackedFile],
    end: &mut u64,
) -> Result<Vec<TextFileRecord>, WriteError> {
    let mut records = Vec::with_capacity(files.len());
    for file in files {
        let (offset, length) = (end.next_multiple_of(ALIGNMENT), file.bytes.len() as u64);
        records.push(TextFileRecord {
            name: strings.string(&file.name)?,
            offset: offset.into(),
            length: length.into(),
        });
        *end = offset + length;
    }
    Ok(records)
}

/// Puts routes into the order that finding them by their hashes needs.
pub(super) fn sort_routes(routes: &mut [RouteRecord], strings: &Heap) {
    routes.sort_by(|a, b| {
        (a.hash.get(), strings.get(a.path)).cmp(&(b.hash.get(), strings.get(b.path)))
    });
}

/// The key of a variant as the format defines it.
pub fn variant_key_record(id: &str, row: u32) -> VariantKeyRecord {
    VariantKeyRecord {
        key: xxh3_64(id.as_bytes()).into(),
        variant: RowRef::new(Some(row)),
    }
}
