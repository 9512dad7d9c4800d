//! The catalog part: opening, verifying, and the way in for readers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use ownedbytes::OwnedBytes;
use xxhash_rust::xxh3::xxh3_64;

use super::SnapshotError;
use super::categories::{Brand, BrandRecord, Category, CategoryRecord, ContentPage, PageRecord};
use super::facets::{
    AttributeRecord, AttributeValue, AttributeValueRecord, Facet, FacetRecord, FacetValue,
    FacetValueRecord, RankRecord, TextFileRecord,
};
use super::layout::{PartKind, section};
use super::part::{Part, Rows};
use super::products::{
    Media, MediaRecord, OptionRecord, OptionValue, OptionValueRecord, Product, ProductRecord,
    RelatedRecord, ShopRecord, Variant, VariantKeyRecord, VariantRecord,
};
use super::record::{Bounds, Counts as _, List, Record, RowRef, StrRef};
use super::routes::{RouteKind, RouteRecord};
use super::text::{Hits, TextError, TextIndex};

/// The slow half of a shop.
#[derive(Debug)]
pub struct Catalog {
    part: Part,
    /// Opened at first use; verifying uses it, so a served catalog has it open.
    text: OnceLock<Result<TextIndex, String>>,
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
    /// Opens a catalog part without reading more than its header and table.
    ///
    /// # Errors
    /// The bytes are not a catalog part.
    pub fn open(bytes: OwnedBytes) -> Result<Self, SnapshotError> {
        Ok(Self {
            part: Part::open(bytes, PartKind::Catalog)?,
            text: OnceLock::new(),
        })
    }

    /// Reads every byte once and checks all that readers rely on.
    ///
    /// # Errors
    /// The first damage found.
    pub fn verify(&self) -> Result<(), SnapshotError> {
        self.part.verify_bytes()?;
        let bounds = Bounds {
            strings: self.part.heap(section::STRINGS)?,
            texts: self.part.heap(section::TEXTS)?,
            counts: &self.part,
        };
        self.verify_records(&bounds)?;
        self.verify_lookups()?;
        self.verify_lists()?;
        self.verify_text()
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
        ShopInfo {
            id: text(|shop| shop.id),
            name: text(|shop| shop.name),
            tagline: text(|shop| shop.tagline),
            description: text(|shop| shop.description),
            email: text(|shop| shop.email),
            locale: text(|shop| shop.locale),
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

    /// The variant with a SKU; the first by id if the merchant gave it twice.
    pub fn variant_by_sku(&self, sku: &str) -> Option<Variant<'_>> {
        let rows = self
            .part
            .rows::<RowRef<{ section::VARIANTS }>>(section::SKUS);
        let sku_at = |row: &RowRef<{ section::VARIANTS }>| {
            row.get()
                .and_then(|row| self.variant(row))
                .map_or("", |v| v.sku())
        };
        let at = rows.partition_point(|row| sku_at(row) < sku);
        rows.get(at)
            .and_then(|row| self.variant(row.get()?))
            .filter(|variant| variant.sku() == sku && !sku.is_empty())
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
        self.categories().filter(|category| category.depth() == 0)
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

    /// All searchable products that match a query.
    ///
    /// # Errors
    /// The text index cannot be read.
    pub fn search(&self, query: &str) -> Result<Hits, SnapshotError> {
        let failed = |error: TextError| SnapshotError::TextIndex(error.to_string());
        let mut hits = self.text_index()?.search(query).map_err(failed)?;
        hits.hits.retain(|hit| {
            self.product(hit.product)
                .is_some_and(|product| product.is_searchable())
        });
        Ok(hits)
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
        let attribute = self
            .rows::<AttributeRecord>()
            .get(record.attribute.get()?)?;
        Some(AttributeValue {
            catalog: self,
            record,
            attribute,
        })
    }

    pub(super) fn media(
        &self,
        list: List<{ section::MEDIA }>,
    ) -> impl ExactSizeIterator<Item = Media<'_>> {
        self.part
            .list::<MediaRecord, _>(list)
            .iter()
            .map(|record| Media {
                catalog: self,
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

    fn rows<T: Record>(&self) -> Rows<'_, T> {
        self.part.rows(T::SECTION)
    }

    fn text_index(&self) -> Result<&TextIndex, SnapshotError> {
        self.text
            .get_or_init(|| self.open_text())
            .as_ref()
            .map_err(|error| SnapshotError::TextIndex(error.clone()))
    }

    fn open_text(&self) -> Result<TextIndex, String> {
        let bytes = self.part.section_owned(section::TEXT_INDEX);
        let mut files = Vec::new();
        for file in self.rows::<TextFileRecord>().iter() {
            let name = self.part.str(file.name).to_owned();
            let (start, length) = (file.offset.get() as usize, file.length.get() as usize);
            let end = start.checked_add(length).filter(|&end| end <= bytes.len());
            let Some(end) = end else {
                return Err(format!("file {name} lies outside its section"));
            };
            files.push((name, bytes.slice(start..end)));
        }
        // tantivy reads its own structures without checking every length; a damaged index may panic inside it.
        catch_unwind(AssertUnwindSafe(|| TextIndex::open(files)))
            .map_err(|_| "the index is damaged".to_owned())?
            .map_err(|error| error.to_string())
    }

    fn verify_records(&self, bounds: &Bounds<'_>) -> Result<(), SnapshotError> {
        let part = &self.part;
        part.verify_rows::<ShopRecord>(section::SHOP, bounds)?;
        part.verify_rows::<ProductRecord>(section::PRODUCTS, bounds)?;
        part.verify_rows::<VariantRecord>(section::VARIANTS, bounds)?;
        part.verify_rows::<RowRef<{ section::OPTION_VALUES }>>(section::VARIANT_VALUES, bounds)?;
        part.verify_rows::<VariantKeyRecord>(section::VARIANT_KEYS, bounds)?;
        part.verify_rows::<RowRef<{ section::VARIANTS }>>(section::SKUS, bounds)?;
        part.verify_rows::<OptionRecord>(section::OPTIONS, bounds)?;
        part.verify_rows::<OptionValueRecord>(section::OPTION_VALUES, bounds)?;
        part.verify_rows::<AttributeRecord>(section::ATTRIBUTES, bounds)?;
        part.verify_rows::<AttributeValueRecord>(section::ATTRIBUTE_VALUES, bounds)?;
        part.verify_rows::<RowRef<{ section::ATTRIBUTE_VALUES }>>(
            section::PRODUCT_ATTRIBUTES,
            bounds,
        )?;
        part.verify_rows::<MediaRecord>(section::MEDIA, bounds)?;
        part.verify_rows::<RowRef<{ section::CATEGORIES }>>(section::PRODUCT_CATEGORIES, bounds)?;
        part.verify_rows::<RelatedRecord>(section::RELATED, bounds)?;
        part.verify_rows::<CategoryRecord>(section::CATEGORIES, bounds)?;
        part.verify_rows::<RowRef<{ section::CATEGORIES }>>(section::CHILDREN, bounds)?;
        part.verify_rows::<RowRef<{ section::PRODUCTS }>>(section::LISTINGS, bounds)?;
        part.verify_rows::<BrandRecord>(section::BRANDS, bounds)?;
        part.verify_rows::<PageRecord>(section::PAGES, bounds)?;
        part.verify_rows::<RouteRecord>(section::ROUTES, bounds)?;
        part.verify_rows::<FacetRecord>(section::FACETS, bounds)?;
        part.verify_rows::<FacetValueRecord>(section::FACET_VALUES, bounds)?;
        part.verify_rows::<RowRef<{ section::PRODUCTS }>>(section::POSTINGS, bounds)?;
        part.verify_rows::<RowRef<{ section::FACET_VALUES }>>(section::PRODUCT_FACETS, bounds)?;
        part.verify_rows::<RankRecord>(section::RANKS, bounds)?;
        part.verify_rows::<TextFileRecord>(section::TEXT_FILES, bounds)?;
        part.verify_rows::<StrRef>(section::ORIGINS, bounds)
    }

    /// What is found by binary search must be sorted, and what is named must exist.
    fn verify_lookups(&self) -> Result<(), SnapshotError> {
        let one = self.part.count(section::SHOP);
        if one != 1 {
            return Err(SnapshotError::Layout {
                place: "SHOP",
                rule: "there must be one record",
                got: one,
            });
        }
        let text = |at| self.part.str(at);
        sorted(
            section::PRODUCTS,
            self.rows::<ProductRecord>()
                .iter()
                .map(|product| text(product.id)),
            true,
        )?;
        sorted(
            section::BRANDS,
            self.rows::<BrandRecord>()
                .iter()
                .map(|brand| text(brand.slug)),
            true,
        )?;
        sorted(
            section::PAGES,
            self.rows::<PageRecord>().iter().map(|page| text(page.slug)),
            true,
        )?;
        sorted(
            section::ATTRIBUTES,
            self.rows::<AttributeRecord>()
                .iter()
                .map(|attribute| text(attribute.code)),
            true,
        )?;
        let keys = self.rows::<VariantKeyRecord>();
        sorted(
            section::VARIANT_KEYS,
            keys.iter()
                .map(|entry| (entry.key.get(), entry.variant.0.get())),
            true,
        )?;
        let skus = self
            .part
            .rows::<RowRef<{ section::VARIANTS }>>(section::SKUS);
        sorted(
            section::SKUS,
            skus.iter()
                .map(|row| self.variant(row.0.get()).map_or("", |v| v.sku())),
            false,
        )?;
        let routes = self.rows::<RouteRecord>();
        sorted(
            section::ROUTES,
            routes
                .iter()
                .map(|route| (route.hash.get(), text(route.path))),
            true,
        )?;
        for (row, route) in (0..).zip(routes.iter()) {
            let known = RouteKind::from_number(route.kind.get());
            if known
                .is_none_or(|kind| u64::from(route.row.get()) >= self.part.count(kind.section()))
            {
                return Err(SnapshotError::Field {
                    section: "ROUTES",
                    row,
                    field: "row",
                    rule: "target does not exist",
                });
            }
        }
        Ok(())
    }

    /// Lists that rows own must lie one after another, and trees must be trees.
    fn verify_lists(&self) -> Result<(), SnapshotError> {
        let mut next_variant = 0;
        for product in self.products() {
            let range = product.variant_rows();
            if range.start != next_variant || range.is_empty() {
                return Err(order(
                    section::PRODUCTS,
                    product.row,
                    "variants must follow those of the product before, at least one",
                ));
            }
            next_variant = range.end;
            if let Some(stray) = range.clone().find(|&row| {
                self.rows::<VariantRecord>()
                    .get(row)
                    .and_then(|v| v.product.get())
                    != Some(product.row)
            }) {
                return Err(order(
                    section::VARIANTS,
                    stray,
                    "variant does not name its product",
                ));
            }
            if !product.facet_values().is_sorted() {
                return Err(order(
                    section::PRODUCTS,
                    product.row,
                    "facet values must ascend",
                ));
            }
        }
        if next_variant != self.variant_count() {
            return Err(order(
                section::VARIANTS,
                next_variant,
                "variant belongs to no product",
            ));
        }
        for (row, category) in (0..).zip(self.rows::<CategoryRecord>().iter()) {
            let parent = category.parent.get();
            let parent_depth = parent
                .and_then(|parent| self.category(parent))
                .map(|parent| parent.depth());
            if parent.is_some_and(|parent| parent >= row)
                || category.depth.get() != parent_depth.map_or(0, |depth| depth.saturating_add(1))
            {
                return Err(order(
                    section::CATEGORIES,
                    row,
                    "a parent stands before its children, one level up",
                ));
            }
        }
        for row in 0..self.facet_value_count() {
            if self
                .facet_value(row)
                .is_some_and(|value| !value.products().is_sorted())
            {
                return Err(order(section::FACET_VALUES, row, "postings must ascend"));
            }
        }
        if self.ranks().len() != self.product_count() {
            return Err(order(
                section::RANKS,
                self.ranks().len(),
                "one record for each product",
            ));
        }
        Ok(())
    }

    fn verify_text(&self) -> Result<(), SnapshotError> {
        let index = self.text_index()?;
        let damaged = catch_unwind(AssertUnwindSafe(|| index.damaged_files()))
            .map_err(|_| SnapshotError::TextIndex("the index is damaged".to_owned()))?
            .map_err(|error| SnapshotError::TextIndex(error.to_string()))?;
        if let Some(file) = damaged.iter().next() {
            return Err(SnapshotError::TextIndex(format!(
                "checksum of {} does not match",
                file.display()
            )));
        }
        if index.products() != u64::from(self.product_count()) {
            let message = format!(
                "{} products indexed, {} in the catalog",
                index.products(),
                self.product_count()
            );
            return Err(SnapshotError::TextIndex(message));
        }
        Ok(())
    }
}

/// The stable key of a variant.
pub fn variant_key(id: &str) -> u64 {
    xxh3_64(id.as_bytes())
}

fn order(id: u32, row: u32, rule: &'static str) -> SnapshotError {
    SnapshotError::Order {
        section: section::name(id),
        row,
        rule,
    }
}

fn sorted<T: PartialOrd>(
    id: u32,
    keys: impl Iterator<Item = T>,
    strictly: bool,
) -> Result<(), SnapshotError> {
    let mut last: Option<T> = None;
    for (row, key) in (0..).zip(keys) {
        let out_of_place = last.is_some_and(|last| if strictly { last >= key } else { last > key });
        if out_of_place {
            return Err(order(
                id,
                row,
                if strictly {
                    "must ascend, each once"
                } else {
                    "must ascend"
                },
            ));
        }
        last = Some(key);
    }
    Ok(())
}
