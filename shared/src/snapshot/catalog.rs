//! The catalog part: opening, verifying, and the way in for readers.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use ownedbytes::OwnedBytes;
use xxhash_rust::xxh3::xxh3_64;

use super::SnapshotError;
use super::categories::{Brand, BrandRecord, Category, CategoryRecord, ContentPage, PageRecord};
use super::facets::{
    AttributeRecord, AttributeValue, AttributeValueRecord, Facet, FacetRecord, FacetValue,
    FacetValueRecord, ProductFacets, RankRecord, TextFileRecord,
};
use super::layout::{PartKind, section, to_usize};
use super::locales::{Field, Local};
use super::part::{Part, Rows};
use super::products::{
    Media, MediaRecord, OptionValue, OptionValueRecord, Product, ProductRecord, ShopRecord,
    Variant, VariantKeyRecord, VariantRecord,
};
use super::record::{List, Record, RowRef, StrRef};
use super::row_set::RowSet;
use super::search::{Hits, Spelling};
use super::text::{TextError, TextIndex};

/// An index of one segment has about ten files.
const MAX_TEXT_FILES: u32 = 64;
/// A file's name is the segment's, 32 digits, and an extension.
const MAX_TEXT_FILE_NAME: usize = 100;

/// The slow half of a shop.
pub struct Catalog {
    pub(super) part: Part,
    /// Opened at first use; verifying opens it, after its checksums were compared.
    text: OnceLock<Result<TextIndex, String>>,
    /// Made at first use: one bit for each product that search may show.
    searchable: OnceLock<RowSet>,
    /// Made at first use: rows of the categories without a parent.
    roots: OnceLock<Vec<u32>>,
    /// What a reader keeps beside it.
    kept: OnceLock<Box<dyn Any + Send + Sync>>,
    /// Made at first use: products with one star or more, two or more, and so on to four.
    pub(super) rated: OnceLock<[RowSet; 4]>,
    /// The further language that texts are read in; none for the shop's own.
    pub(super) local: Option<Local>,
    /// The same part in the shop's further languages.
    pub(super) locales: Vec<Catalog>,
}

/// What is made at first use says nothing that is not in the part.
impl std::fmt::Debug for Catalog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Catalog")
            .field("part", &self.part)
            .field("local", &self.local)
            .field("locales", &self.locales)
            .finish_non_exhaustive()
    }
}

/// The shop's own record as pages read it.
#[derive(Clone, Copy, Debug)]
pub struct ShopInfo<'a> {
    /// The shop's id, as in the store's folder names.
    pub id: &'a str,
    /// The name shoppers see.
    pub name: &'a str,
    /// One line under the name; may be empty.
    pub tagline: &'a str,
    /// A sentence or two; may be empty.
    pub description: &'a str,
    /// Where shoppers write to; may be empty.
    pub email: &'a str,
    /// BCP 47 tag of the content's language.
    pub locale: &'a str,
    /// ISO 4217 code of all prices.
    pub currency: &'a str,
}

impl Catalog {
    /// Opens a catalog part without reading more than its header, its table and what names its languages.
    ///
    /// # Errors
    /// The bytes are not a catalog part.
    pub fn open(bytes: OwnedBytes) -> Result<Self, SnapshotError> {
        let part = Part::open(bytes, PartKind::Catalog)?;
        let mut catalog = Self::of(part, None);
        let locales = Local::all(&catalog.part);
        catalog.locales = locales
            .map(|local| Self::of(catalog.part.clone(), Some(local)))
            .collect();
        Ok(catalog)
    }

    fn of(part: Part, local: Option<Local>) -> Self {
        Self {
            part,
            text: OnceLock::new(),
            searchable: OnceLock::new(),
            roots: OnceLock::new(),
            kept: OnceLock::new(),
            rated: OnceLock::new(),
            local,
            locales: Vec::new(),
        }
    }

    /// The part's sections, for inspection.
    pub fn part(&self) -> &Part {
        &self.part
    }

    /// The shop itself.
    pub fn shop(&self) -> ShopInfo<'_> {
        let record = self.part.rows::<ShopRecord>(section::SHOP).get(0);
        let text = |pick: fn(&ShopRecord) -> StrRef| {
            record.map_or("", |record| self.part.str(pick(record)))
        };
        let local = |field| self.translated(field, 0);
        ShopInfo {
            id: text(|shop| shop.id),
            name: text(|shop| shop.name),
            tagline: local(Field::ShopTagline).unwrap_or_else(|| text(|shop| shop.tagline)),
            description: local(Field::ShopDescription)
                .unwrap_or_else(|| text(|shop| shop.description)),
            email: text(|shop| shop.email),
            locale: self.local_tag().unwrap_or_else(|| text(|shop| shop.locale)),
            currency: text(|shop| shop.currency),
        }
    }

    /// Hash over the documents this part was compiled from.
    pub fn documents_hash(&self) -> [u8; 32] {
        self.part
            .rows::<ShopRecord>(section::SHOP)
            .get(0)
            .map_or([0; 32], |shop| shop.documents)
    }

    /// How many products, listed or not.
    pub fn product_count(&self) -> u32 {
        self.rows::<ProductRecord>().len()
    }

    /// How many variants.
    pub fn variant_count(&self) -> u32 {
        self.rows::<VariantRecord>().len()
    }

    /// The product at a row.
    pub fn product(&self, row: u32) -> Option<Product<'_>> {
        Some(Product {
            catalog: self,
            row,
            record: self.rows::<ProductRecord>().get(row)?,
        })
    }

    /// All products in row order.
    pub fn products(&self) -> impl Iterator<Item = Product<'_>> {
        (0..)
            .zip(self.rows::<ProductRecord>().iter())
            .map(|(row, record)| Product {
                catalog: self,
                row,
                record,
            })
    }

    /// The product with the merchant's id.
    pub fn product_by_id(&self, id: &str) -> Option<Product<'_>> {
        let row = self
            .rows::<ProductRecord>()
            .partition_point(|product| self.part.str(product.id) < id);
        self.product(row).filter(|product| product.id() == id)
    }

    /// The variant at a row.
    pub fn variant(&self, row: u32) -> Option<Variant<'_>> {
        Some(Variant {
            catalog: self,
            row,
            record: self.rows::<VariantRecord>().get(row)?,
        })
    }

    /// The variant with the merchant's id.
    pub fn variant_by_id(&self, id: &str) -> Option<Variant<'_>> {
        let keys = self.rows::<VariantKeyRecord>();
        let wanted = variant_key(id);
        let start = keys.partition_point(|entry| entry.key.get() < wanted);
        keys.slice(start..keys.len())
            .iter()
            .take_while(|entry| entry.key.get() == wanted)
            .filter_map(|entry| self.variant(entry.variant.get()?))
            .find(|variant| variant.id() == id)
    }

    /// The variant with a stable key, as carts keep it; none if two variants of the shop should ever share one.
    pub fn variant_by_key(&self, key: u64) -> Option<Variant<'_>> {
        let keys = self.rows::<VariantKeyRecord>();
        let at = keys.partition_point(|entry| entry.key.get() < key);
        let is_wanted = |at: u32| keys.get(at).is_some_and(|entry| entry.key.get() == key);
        if !is_wanted(at) || is_wanted(at + 1) {
            return None;
        }
        self.variant(keys.get(at)?.variant.get()?)
    }

    /// The variant with a SKU; the first by id if the merchant gave it twice.
    pub fn variant_by_sku(&self, sku: &str) -> Option<Variant<'_>> {
        self.variants_by_sku(sku).next()
    }

    /// All variants with a SKU.
    pub fn variants_by_sku(&self, sku: &str) -> impl Iterator<Item = Variant<'_>> + use<'_> {
        let rows = self
            .part
            .rows::<RowRef<{ section::VARIANTS }>>(section::SKUS);
        let sku_at = |row: &RowRef<{ section::VARIANTS }>| {
            row.get()
                .and_then(|row| self.variant(row))
                .map_or("", |v| v.sku())
        };
        let first = rows.partition_point(|row| sku_at(row) < sku);
        let end = rows.partition_point(|row| sku_at(row) <= sku);
        // Nothing has the empty SKU, even if a variant without one stands here.
        let range = if sku.is_empty() { 0..0 } else { first..end };
        range.filter_map(move |at| self.variant(rows.get(at)?.get()?))
    }

    /// The category at a row.
    pub fn category(&self, row: u32) -> Option<Category<'_>> {
        Some(Category {
            catalog: self,
            row,
            record: self.rows::<CategoryRecord>().get(row)?,
        })
    }

    /// All categories in pre-order.
    pub fn categories(&self) -> impl Iterator<Item = Category<'_>> {
        (0..self.rows::<CategoryRecord>().len()).filter_map(|row| self.category(row))
    }

    /// Categories without a parent, in order.
    pub fn root_categories(&self) -> impl Iterator<Item = Category<'_>> {
        let roots = self.roots.get_or_init(|| {
            let roots = self.categories().filter(|category| category.depth() == 0);
            roots.map(|category| category.row).collect()
        });
        roots.iter().filter_map(|&row| self.category(row))
    }

    /// What a reader makes of this catalog in this language, once: it is kept for as long as the catalog is. There is
    /// room for one value; nothing, if it was made as another type before.
    pub fn kept<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> Option<&T> {
        let kept = self.kept.get_or_init(|| Box::new(make()));
        kept.downcast_ref()
    }

    /// The brand at a row.
    pub fn brand(&self, row: u32) -> Option<Brand<'_>> {
        Some(Brand {
            catalog: self,
            row,
            record: self.rows::<BrandRecord>().get(row)?,
        })
    }

    /// All brands by slug.
    pub fn brands(&self) -> impl Iterator<Item = Brand<'_>> {
        (0..self.rows::<BrandRecord>().len()).filter_map(|row| self.brand(row))
    }

    /// The content page at a row.
    pub fn page(&self, row: u32) -> Option<ContentPage<'_>> {
        Some(ContentPage {
            catalog: self,
            row,
            record: self.rows::<PageRecord>().get(row)?,
        })
    }

    /// All content pages by slug.
    pub fn pages(&self) -> impl Iterator<Item = ContentPage<'_>> {
        (0..self.rows::<PageRecord>().len()).filter_map(|row| self.page(row))
    }

    /// The facet at a row.
    pub fn facet(&self, row: u32) -> Option<Facet<'_>> {
        Some(Facet {
            catalog: self,
            row,
            record: self.rows::<FacetRecord>().get(row)?,
        })
    }

    /// All facets in the order to show them.
    pub fn facets(&self) -> impl Iterator<Item = Facet<'_>> {
        (0..self.rows::<FacetRecord>().len()).filter_map(|row| self.facet(row))
    }

    /// The facet value at a row.
    pub fn facet_value(&self, row: u32) -> Option<FacetValue<'_>> {
        Some(FacetValue {
            catalog: self,
            row,
            record: self.rows::<FacetValueRecord>().get(row)?,
        })
    }

    /// How many facet values there are in all, for counting in a flat array.
    pub fn facet_value_count(&self) -> u32 {
        self.rows::<FacetValueRecord>().len()
    }

    /// The facet values of products, for counting.
    pub fn product_facets(&self) -> ProductFacets<'_> {
        ProductFacets {
            lists: self.rows(),
            short: self.rows(),
            values: self.part.rows(section::PRODUCT_FACETS),
        }
    }

    /// Positions of products in the sort orders, by product row.
    pub fn ranks(&self) -> Rows<'_, RankRecord> {
        self.rows()
    }

    /// Origins of media (scheme, host, port), for the content security policy.
    pub fn media_origins(&self) -> impl Iterator<Item = &str> {
        self.part
            .rows::<StrRef>(section::ORIGINS)
            .iter()
            .map(|&origin| self.part.str(origin))
    }

    /// All searchable products that match a query; those with similar words if none has the words as typed.
    ///
    /// # Errors
    /// The text index cannot be read.
    pub fn search(&self, query: &str) -> Result<Hits, SnapshotError> {
        self.search_spelled(query, Spelling::Similar)
    }

    /// All searchable products that match a query.
    ///
    /// # Errors
    /// The text index cannot be read.
    pub fn search_spelled(&self, query: &str, spelling: Spelling) -> Result<Hits, SnapshotError> {
        let failed = |error: TextError| SnapshotError::TextIndex(error.to_string());
        let index = self.text_index()?;
        let mut hits = contained(|| index.search(query, spelling))?.map_err(failed)?;
        hits.rows.keep(self.searchable());
        Ok(hits)
    }

    /// Products that search may show.
    pub(super) fn searchable(&self) -> &RowSet {
        self.searchable.get_or_init(|| {
            let products = self.products().filter(|product| product.is_searchable());
            RowSet::of(self.product_count(), products.map(|product| product.row))
        })
    }

    pub(super) fn option_value(&self, row: u32) -> Option<OptionValue<'_>> {
        Some(OptionValue {
            catalog: self,
            row,
            record: self.rows::<OptionValueRecord>().get(row)?,
        })
    }

    pub(super) fn attribute_value(&self, row: u32) -> Option<AttributeValue<'_>> {
        let record = self.rows::<AttributeValueRecord>().get(row)?;
        let attribute_row = record.attribute.get()?;
        Some(AttributeValue {
            catalog: self,
            row,
            record,
            attribute_row,
            attribute: self.rows::<AttributeRecord>().get(attribute_row)?,
        })
    }

    pub(super) fn media(
        &self,
        list: List<{ section::MEDIA }>,
    ) -> impl ExactSizeIterator<Item = Media<'_>> {
        let records = self.part.list::<MediaRecord, _>(list);
        self.part
            .range(list)
            .zip(records.iter())
            .map(|(row, record)| Media {
                catalog: self,
                row,
                record,
            })
    }

    pub(super) fn listing(
        &self,
        list: List<{ section::LISTINGS }>,
    ) -> impl ExactSizeIterator<Item = u32> + Clone + use<'_> {
        self.part
            .list::<RowRef<{ section::PRODUCTS }>, _>(list)
            .iter()
            .map(|row| row.0.get())
    }

    pub(super) fn rows<T: Record>(&self) -> Rows<'_, T> {
        self.part.rows(T::SECTION)
    }

    pub(super) fn text_index(&self) -> Result<&TextIndex, SnapshotError> {
        self.text
            .get_or_init(|| self.open_text().map_err(|error| error.to_string()))
            .as_ref()
            .map_err(|error| SnapshotError::TextIndex(error.clone()))
    }

    /// Compares the checksums of the text index before any of its structures is read.
    pub(super) fn verify_text_files(&self) -> Result<(), SnapshotError> {
        let verified = contained(|| TextIndex::verify(self.text_files()?))?;
        verified.map_err(|error| SnapshotError::TextIndex(error.to_string()))
    }

    fn text_files(&self) -> Result<Vec<(String, OwnedBytes)>, TextError> {
        let local = self.local.as_ref().map(|local| local.record.text_files);
        let local = local.map(|files| self.part.list::<TextFileRecord, _>(files));
        // A language without an index of its own is searched in the shop's.
        let (records, bytes) = match local.filter(|files| !files.is_empty()) {
            Some(files) => (files, section::LOCAL_TEXT_INDEX),
            None => (self.rows::<TextFileRecord>(), section::TEXT_INDEX),
        };
        let bytes = self.part.section_owned(bytes);
        if records.len() > MAX_TEXT_FILES {
            return Err(TextError::Files(records.len()));
        }
        let mut files = Vec::new();
        for record in records.iter() {
            let name = self.part.str(record.name);
            let (start, length) = (record.offset.get(), record.length.get());
            let end = start
                .checked_add(length)
                .filter(|&end| end <= bytes.len() as u64);
            let Some(end) = end.filter(|_| name.len() <= MAX_TEXT_FILE_NAME) else {
                return Err(TextError::Place(
                    name.chars().take(MAX_TEXT_FILE_NAME).collect(),
                ));
            };
            files.push((name.to_owned(), bytes.slice(to_usize(start)..to_usize(end))));
        }
        Ok(files)
    }

    fn open_text(&self) -> Result<TextIndex, TextError> {
        let files = self.text_files()?;
        let index = contained(|| TextIndex::open(files)).map_err(|_| TextError::Panicked)??;
        match index.products() {
            products if products == u64::from(self.product_count()) => Ok(index),
            products => Err(TextError::Products {
                expected: self.product_count(),
                got: products,
            }),
        }
    }
}

/// tantivy reads its own structures without checking every length. Verifying compares its checksums before it reads
/// them, so only an index that rotted since or was damaged with checksums to match gets this far; a panic there must
/// not reach a caller.
fn contained<T>(act: impl FnOnce() -> T) -> Result<T, SnapshotError> {
    catch_unwind(AssertUnwindSafe(act))
        .map_err(|_| SnapshotError::TextIndex(TextError::Panicked.to_string()))
}

/// The stable key of a variant.
pub fn variant_key(id: &str) -> u64 {
    xxh3_64(id.as_bytes())
}
