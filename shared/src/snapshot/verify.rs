//! Verifying a catalog: every byte is read once, and all that readers rely on is checked.
//!
//! What is checked here need not be checked again by a page; what is not checked here, no page may rely on.

use std::cmp::Ordering;
use std::panic::resume_unwind;
use std::path::Path;
use std::thread::ScopedJoinHandle;

use super::SnapshotError;
use super::catalog::{Catalog, variant_key};
use super::categories::{BrandRecord, CategoryRecord, PageRecord};
use super::facets::{
    AttributeRecord, AttributeValueRecord, FacetCodeRecord, FacetListRecord, FacetRecord,
    FacetValueRecord, RankRecord, TextFileRecord,
};
use super::layout::section;
use super::mapped;
use super::measures::MeasureRecord;
use super::part::Rows;
use super::products::{
    MediaRecord, OptionRecord, OptionValueRecord, ProductRecord, RelatedRecord, ShopRecord,
    VariantKeyRecord, VariantRecord,
};
use super::record::{Bounds, Counts as _, RowRef, StrRef};
use super::routes::{self, RouteKind, RouteRecord};

/// Keys of variants that are in memory at a time, 8 MiB.
const KEYS_AT_A_TIME: u32 = 1 << 20;

/// Something that readers rely on.
type Check = fn(&Catalog) -> Result<(), SnapshotError>;

impl Catalog {
    /// What is checked of the bytes once they are known to be those that were written.
    const CONTENT: [Check; 4] = [
        Self::verify_records,
        Self::verify_lookups,
        Self::verify_lists,
        Self::verify_text,
    ];

    /// Reads every byte once and checks all that readers rely on.
    ///
    /// # Errors
    /// The first damage found.
    pub fn verify(&self) -> Result<(), SnapshotError> {
        self.part.verify_bytes()?;
        // What jumps about in the part waits for memory most of the time, so it goes well beside what reads in order.
        std::thread::scope(|scope| {
            let text = scope.spawn(|| self.verify_text());
            let lookups = scope.spawn(|| self.verify_lookups());
            let records = self.verify_records();
            let lists = self.verify_lists();
            records?;
            joined(lookups)?;
            lists?;
            joined(text)
        })
    }

    /// The same on the caller's thread, one thing after the other: it takes up to twice as long, and leaves the other cores to
    /// those who serve.
    ///
    /// # Errors
    /// The first damage found.
    pub fn verify_in_turn(&self) -> Result<(), SnapshotError> {
        self.part.verify_bytes()?;
        Self::CONTENT.iter().try_for_each(|check| check(self))
    }

    /// The same for a file: sections are read to be hashed, not mapped, and beside that one thing after the other is checked,
    /// each on a mapping of its own. What was read of a mapping counts as memory of the process until it goes, and whoever has
    /// just made a catalog has tables to hold.
    ///
    /// # Errors
    /// The file cannot be mapped or read, or the first damage found.
    pub fn verify_file(path: &Path) -> Result<(), SnapshotError> {
        let open = || Self::open(mapped::map(path)?);
        let checks = Self::CONTENT;
        std::thread::scope(|scope| {
            let bytes = scope.spawn(|| open()?.part.verify_file_bytes(path));
            let content = scope.spawn(|| checks.iter().try_for_each(|check| check(&open()?)));
            // Damage says more than what came of it, a panic included.
            joined(bytes)?;
            joined(content)
        })
    }

    /// Each field on its own.
    fn verify_records(&self) -> Result<(), SnapshotError> {
        let part = &self.part;
        let bounds = &Bounds {
            strings: part.heap(section::STRINGS)?,
            texts: part.heap(section::TEXTS)?,
            counts: part,
        };
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
        part.verify_rows::<StrRef>(section::ORIGINS, bounds)?;
        part.verify_rows::<FacetListRecord>(section::FACET_LISTS, bounds)?;
        part.verify_rows::<FacetCodeRecord>(section::FACET_CODES, bounds)?;
        // Version 1.0 had no measures, neither it nor 1.1 had further languages, and 1.4 brought sections and reviews.
        self.verify_local_records(bounds)?;
        self.verify_section_records(bounds)?;
        self.verify_review_records(bounds)?;
        self.verify_bundle_records(bounds)?;
        self.verify_ledger(bounds)?;
        if part.has(section::MEASURES) {
            part.verify_rows::<MeasureRecord>(section::MEASURES, bounds)?;
        }
        Ok(())
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
        sorted(
            section::TEXT_FILES,
            self.rows::<TextFileRecord>()
                .iter()
                .map(|file| text(file.name)),
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
        self.verify_variant_keys(keys)?;
        self.verify_measures()?;
        self.verify_page_sections()?;
        self.verify_bundles()?;
        self.verify_ratings()?;
        self.verify_routes(section::ROUTES, self.rows::<RouteRecord>())?;
        self.verify_locales()
    }

    /// Measures are found by the row of their variant, and prices are divided by them.
    fn verify_measures(&self) -> Result<(), SnapshotError> {
        let measures = self.rows::<MeasureRecord>();
        let variants = measures.iter().map(|measure| measure.variant.0.get());
        sorted(section::MEASURES, variants, true)?;
        let is_empty =
            |measure: &MeasureRecord| measure.content.get() == 0 || measure.per.get() == 0;
        match (0..).zip(measures.iter()).find(|(_, one)| is_empty(one)) {
            Some((row, _)) => Err(order(section::MEASURES, row, "must hold something")),
            None => Ok(()),
        }
    }

    /// Every variant has its key, once: keys are distinct entries and as many as variants.
    fn verify_variant_keys(&self, keys: Rows<'_, VariantKeyRecord>) -> Result<(), SnapshotError> {
        if keys.len() != self.variant_count() {
            return Err(order(
                section::VARIANT_KEYS,
                keys.len(),
                "one entry for each variant",
            ));
        }
        // Entries stand in the order of their keys and variants in that of products: reading the variants in their own
        // order, some at a time, spares a walk through the whole part for each entry.
        let mut own: Vec<u64> = Vec::new();
        for start in (0..self.variant_count()).step_by(KEYS_AT_A_TIME as usize) {
            let end = start
                .saturating_add(KEYS_AT_A_TIME)
                .min(self.variant_count());
            let variants = (start..end).filter_map(|row| self.variant(row));
            own.clear();
            own.extend(variants.map(|variant| variant_key(variant.id())));
            for (row, entry) in (0..).zip(keys.iter()) {
                let Some(place) = entry.variant.0.get().checked_sub(start) else {
                    continue;
                };
                if place < KEYS_AT_A_TIME && own.get(place as usize) != Some(&entry.key.get()) {
                    return Err(order(
                        section::VARIANT_KEYS,
                        row,
                        "must be the key of its variant",
                    ));
                }
            }
        }
        Ok(())
    }

    pub(super) fn verify_routes(
        &self,
        id: u32,
        routes: Rows<'_, RouteRecord>,
    ) -> Result<(), SnapshotError> {
        let text = |at| self.part.str(at);
        sorted(
            id,
            routes.iter().map(|route| Place {
                hash: route.hash.get(),
                path: || text(route.path),
            }),
            true,
        )?;
        for (row, route) in (0..).zip(routes.iter()) {
            let known = RouteKind::from_number(route.kind.get());
            if known
                .is_none_or(|kind| u64::from(route.row.get()) >= self.part.count(kind.section()))
            {
                return Err(SnapshotError::Field {
                    section: section::name(id),
                    row,
                    field: "row",
                    rule: "target does not exist",
                });
            }
            if known.is_some_and(|kind| routes::hash(kind, text(route.path)) != route.hash.get()) {
                return Err(SnapshotError::Field {
                    section: section::name(id),
                    row,
                    field: "hash",
                    rule: "must be that of kind and path",
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
        self.verify_tree()?;
        self.verify_facet_lists()?;
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

    /// What counting reads says the same as the products.
    fn verify_facet_lists(&self) -> Result<(), SnapshotError> {
        let lists = self.rows::<FacetListRecord>();
        let products = self.rows::<ProductRecord>();
        if lists.len() != products.len() {
            return Err(order(
                section::FACET_LISTS,
                lists.len(),
                "one record for each product",
            ));
        }
        let pairs = lists.iter().zip(products.iter());
        match (0..)
            .zip(pairs)
            .find(|(_, (list, product))| list.values != product.facet_values)
        {
            Some((row, _)) => Err(order(
                section::FACET_LISTS,
                row,
                "must be the list in the product's record",
            )),
            None => self.verify_facet_codes(),
        }
    }

    fn verify_facet_codes(&self) -> Result<(), SnapshotError> {
        let codes = self.rows::<FacetCodeRecord>();
        let rows: Rows<'_, RowRef<{ section::FACET_VALUES }>> =
            self.part.rows(section::PRODUCT_FACETS);
        let mut pairs = codes.iter().zip(rows.iter());
        let same = pairs.all(|(code, row)| u32::from(code.code.get()) == row.0.get());
        if same && (codes.is_empty() || codes.len() == rows.len()) {
            return Ok(());
        }
        Err(order(
            section::FACET_CODES,
            codes.len(),
            "must be empty or say the same as PRODUCT_FACETS",
        ))
    }

    /// Rows are in pre-order, and parents and children agree: who walks the tree comes to an end.
    fn verify_tree(&self) -> Result<(), SnapshotError> {
        let mut above: Vec<u32> = Vec::new();
        for (row, category) in (0..).zip(self.rows::<CategoryRecord>().iter()) {
            let depth = category.depth.get() as usize;
            let is_below = depth <= above.len();
            above.truncate(depth);
            if !is_below || category.parent.get() != above.last().copied() {
                return Err(order(
                    section::CATEGORIES,
                    row,
                    "rows must be in pre-order: a parent before its children, one level up",
                ));
            }
            above.push(row);
            let children = self
                .part
                .list::<RowRef<{ section::CATEGORIES }>, _>(category.children);
            let strays = children
                .iter()
                .filter_map(|child| self.category(child.get()?))
                .any(|child| child.record.parent.get() != Some(row));
            if strays {
                return Err(order(
                    section::CATEGORIES,
                    row,
                    "a child names another parent",
                ));
            }
        }
        Ok(())
    }

    /// Checksums first; opening the index then compares its number of products. What search may show is noted now.
    fn verify_text(&self) -> Result<(), SnapshotError> {
        self.verify_text_files()?;
        self.searchable();
        self.text_index()?;
        self.locales().iter().try_for_each(Self::verify_text)
    }
}

/// Where a route belongs. Its path is only read if the hash does not tell.
struct Place<F> {
    hash: u64,
    path: F,
}

impl<'a, F: Fn() -> &'a str> PartialEq for Place<F> {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl<'a, F: Fn() -> &'a str> PartialOrd for Place<F> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        let by_hash = self.hash.cmp(&other.hash);
        Some(by_hash.then_with(|| (self.path)().cmp((other.path)())))
    }
}

/// What another thread found; its panic goes on here.
pub(super) fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}

pub(super) fn order(id: u32, row: u32, rule: &'static str) -> SnapshotError {
    SnapshotError::Order {
        section: section::name(id),
        row,
        rule,
    }
}

pub(super) fn sorted<T: PartialOrd>(
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
