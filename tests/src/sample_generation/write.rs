//! From a shop to the bytes of both parts, through the tables that ingest fills too.

use std::collections::BTreeMap;
use std::io::Cursor;

use frontage_shared::snapshot::categories::{self, BrandRecord, CategoryRecord, PageRecord};
use frontage_shared::snapshot::facets::{
    AttributeRecord, AttributeValueRecord, FacetRecord, FacetValueRecord, RankRecord,
};
use frontage_shared::snapshot::layout::section;
use frontage_shared::snapshot::measures::MeasureRecord;
use frontage_shared::snapshot::offers::OffersTables;
use frontage_shared::snapshot::price_lists::PriceTables;
use frontage_shared::snapshot::products::{
    self, MediaRecord, OptionRecord, OptionValueRecord, ProductRecord, RelatedRecord, ShopRecord,
    VariantRecord,
};
use frontage_shared::snapshot::record::{List, RowRef, StrRef, TextRef};
use frontage_shared::snapshot::routes::{RouteKind, RouteRecord, hash};
use frontage_shared::snapshot::tables::{CatalogTables, variant_key_record};
use frontage_shared::snapshot::terms::{Goods, TermsTables};
use frontage_shared::snapshot::text::{TextDocument, TextIndexBuilder};

use super::shop::{Attribute, Medium, Product, ProductOption, Shop, Variant};
use super::{Parts, content, languages, ledger, prices, stock, tiers};

/// The least tantivy accepts.
const TEXT_INDEX_BUDGET_BYTES: usize = 15_000_000;

impl Shop {
    /// Writes both parts.
    ///
    /// # Panics
    /// The shop is not one that the format can hold; samples always are.
    pub fn write(&self) -> Parts {
        let mut writer = Writer::default();
        writer.shop(self);
        let attributes = writer.attributes(self);
        let mut text =
            TextIndexBuilder::new(TEXT_INDEX_BUDGET_BYTES).expect("the budget is enough");
        for (row, product) in (0..).zip(&self.products) {
            writer.product(row, product, &attributes);
            text.add(&document(product))
                .expect("the index is in memory");
        }
        writer.content(self);
        content::write(self, &mut writer);
        writer.facets(self);
        writer.routes(self);
        writer.skus(self);
        writer.tables.text_files = text.finish().expect("the index is in memory");
        languages::write(self, &mut writer.tables, TEXT_INDEX_BUDGET_BYTES);
        ledger::write(self, &mut writer.tables);
        let catalog = writer
            .tables
            .write(Cursor::new(Vec::new()))
            .expect("memory does not fail")
            .into_inner();
        let offers = self.offers(*blake3::hash(&catalog).as_bytes());
        Parts { catalog, offers }
    }

    fn offers(&self, catalog: [u8; 32]) -> Vec<u8> {
        let mut next = 0;
        let mut rows = Vec::new();
        for product in &self.products {
            let first = next;
            next += count(&product.variants);
            rows.push(first..next);
        }
        let variants = self.products.iter().flat_map(|product| &product.variants);
        let tables = OffersTables {
            catalog,
            documents: *blake3::hash(self.id.as_bytes()).as_bytes(),
            variants: variants.map(|variant| variant.offer).collect(),
            products: rows,
            terms: self.terms(),
            prices: PriceTables {
                tiers: tiers::tables(self),
                ..prices::tables(self)
            },
            locations: stock::tables(self),
            lead_times: stock::lead_times(self),
        };
        tables
            .write(Cursor::new(Vec::new()))
            .expect("memory does not fail")
            .into_inner()
    }

    fn terms(&self) -> TermsTables {
        let variants = self.products.iter().flat_map(|product| &product.variants);
        let mut classes: Vec<String> = Vec::new();
        let mut number = |class: &String| {
            let known = classes.iter().position(|known| known == class);
            let at = known.unwrap_or_else(|| {
                classes.push(class.clone());
                classes.len() - 1
            });
            u32::try_from(at).expect("a few classes")
        };
        let goods = variants.map(|variant| Goods {
            weight: variant.weight,
            tax_class: variant.tax_class.as_ref().map(&mut number),
        });
        let goods = goods.collect();
        TermsTables {
            terms: self.terms.clone().unwrap_or_default(),
            goods,
            classes,
        }
    }
}

#[derive(Default)]
pub(super) struct Writer {
    pub(super) tables: CatalogTables,
}

/// Rows of attribute values by all that makes them different.
type AttributeRows = BTreeMap<Attribute, u32>;

impl Writer {
    pub(super) fn str(&mut self, text: &str) -> StrRef {
        self.tables.strings.string(text).expect("samples are small")
    }

    pub(super) fn text(&mut self, text: &str) -> TextRef {
        self.tables.texts.text(text).expect("samples are small")
    }

    fn shop(&mut self, shop: &Shop) {
        let record = ShopRecord {
            id: self.str(&shop.id),
            name: self.str(&shop.name),
            tagline: self.str(&shop.tagline),
            description: self.str(&shop.description),
            email: self.str(&shop.email),
            locale: self.str(&shop.locale),
            currency: self.str(&shop.currency),
            documents: *blake3::hash(shop.name.as_bytes()).as_bytes(),
        };
        self.tables.shop.push(record);
        for origin in &shop.origins {
            let origin = self.str(origin);
            self.tables.origins.push(origin);
        }
    }

    /// Definitions by code, and each distinct value once.
    fn attributes(&mut self, shop: &Shop) -> AttributeRows {
        let mut rows = AttributeRows::new();
        let mut definition: Option<String> = None;
        let all: std::collections::BTreeSet<&Attribute> = shop
            .products
            .iter()
            .flat_map(|product| &product.attributes)
            .collect();
        for (row, attribute) in (0..).zip(all) {
            if definition.as_ref() != Some(&attribute.code) {
                definition = Some(attribute.code.clone());
                let record = AttributeRecord {
                    code: self.str(&attribute.code),
                    label: self.str(&attribute.label),
                    group: self.str(&attribute.group),
                    unit: self.str(&attribute.unit),
                };
                self.tables.attributes.push(record);
            }
            let record = AttributeValueRecord {
                attribute: RowRef::new(Some(count(&self.tables.attributes) - 1)),
                label: self.str(&attribute.value),
            };
            self.tables.attribute_values.push(record);
            rows.insert(attribute.clone(), row);
        }
        rows
    }

    fn product(&mut self, row: u32, product: &Product, attributes: &AttributeRows) {
        let first_value = count(&self.tables.option_values);
        let options = self.options(&product.options);
        let variants = self.variants(row, product, first_value);
        let attributes: Vec<u32> = product
            .attributes
            .iter()
            .map(|attribute| attributes[attribute])
            .collect();
        let record = ProductRecord {
            id: self.str(&product.id),
            slug: self.str(&product.slug),
            name: self.str(&product.name),
            short_description: self.text(&product.short_description),
            description: self.text(&product.description),
            seo_title: self.str(&product.seo_title),
            seo_description: self.str(&product.seo_description),
            brand: RowRef::new(product.brand),
            primary_category: RowRef::new(product.primary_category),
            categories: rows(&mut self.tables.product_categories, &product.categories),
            options,
            variants,
            attributes: rows(&mut self.tables.product_attributes, &attributes),
            media: self.media(&product.media),
            related: self.related(&product.related),
            facet_values: rows(&mut self.tables.product_facets, &product.facet_values),
            flags: (bit(!product.is_listed, products::NOT_LISTED)
                | bit(!product.is_searchable, products::NOT_SEARCHABLE)
                | bit(!product.is_indexable, products::NOINDEX))
            .into(),
            condition: product.condition.into(),
            created_at: product.created_at.unwrap_or(0).into(),
            updated_at: product.updated_at.unwrap_or(0).into(),
        };
        self.tables.products.push(record);
        let [name, newest, featured] = product.ranks.map(Into::into);
        self.tables.ranks.push(RankRecord {
            name,
            newest,
            featured,
        });
    }

    fn options(&mut self, options: &[ProductOption]) -> List<{ section::OPTIONS }> {
        let first = count(&self.tables.options);
        for option in options {
            let first = count(&self.tables.option_values);
            for value in &option.values {
                let record = OptionValueRecord {
                    code: self.str(&value.code),
                    name: self.str(&value.name),
                    swatch: self.str(&value.swatch),
                };
                self.tables.option_values.push(record);
            }
            let record = OptionRecord {
                code: self.str(&option.code),
                name: self.str(&option.name),
                values: List::between(first, count(&self.tables.option_values)),
            };
            self.tables.options.push(record);
        }
        List::between(first, count(&self.tables.options))
    }

    fn variants(
        &mut self,
        product: u32,
        owner: &Product,
        first_value: u32,
    ) -> List<{ section::VARIANTS }> {
        let first = count(&self.tables.variants);
        for variant in &owner.variants {
            let mut base = first_value;
            let mut values = Vec::new();
            for (value, option) in variant.values.iter().zip(&owner.options) {
                values.push(base + value);
                base += count(&option.values);
            }
            let record = self.variant(product, variant, &values);
            let row = count(&self.tables.variants);
            if let Some((content, per, unit)) = &variant.measure {
                let measure = MeasureRecord {
                    variant: RowRef::new(Some(row)),
                    content: (*content).into(),
                    per: (*per).into(),
                    unit: self.str(unit),
                };
                self.tables.measures.push(measure);
            }
            let key = variant_key_record(&variant.id, row);
            self.tables.variant_keys.push(key);
            self.tables.variants.push(record);
        }
        List::between(first, count(&self.tables.variants))
    }

    fn variant(&mut self, product: u32, variant: &Variant, values: &[u32]) -> VariantRecord {
        VariantRecord {
            id: self.str(&variant.id),
            sku: self.str(&variant.sku),
            gtin: self.str(&variant.gtin),
            mpn: self.str(&variant.mpn),
            name: self.str(&variant.name),
            product: RowRef::new(Some(product)),
            values: rows(&mut self.tables.variant_values, values),
            media: self.media(&variant.media),
        }
    }

    pub(super) fn media(&mut self, media: &[Medium]) -> List<{ section::MEDIA }> {
        let first = count(&self.tables.media);
        for medium in media {
            let (width, height) = medium.size.unwrap_or_default();
            let record = MediaRecord {
                url: self.str(&medium.url),
                alt: self.str(&medium.alt),
                width: width.into(),
                height: height.into(),
                kind: u32::from(!medium.is_image).into(),
            };
            self.tables.media.push(record);
        }
        List::between(first, count(&self.tables.media))
    }

    fn related(&mut self, related: &[(u32, u32)]) -> List<{ section::RELATED }> {
        let first = count(&self.tables.related);
        for &(product, relation) in related {
            let record = RelatedRecord {
                product: RowRef::new(Some(product)),
                relation: relation.into(),
            };
            self.tables.related.push(record);
        }
        List::between(first, count(&self.tables.related))
    }

    fn content(&mut self, shop: &Shop) {
        for (row, category) in (0..).zip(&shop.categories) {
            let below: Vec<u32> = (0..)
                .zip(&shop.categories)
                .filter(|(_, other)| other.parent == Some(row))
                .map(|(child, _)| child)
                .collect();
            let record = CategoryRecord {
                id: self.str(&category.id),
                name: self.str(&category.name),
                path: self.str(&category.path),
                description: self.text(&category.description),
                seo_title: self.str(&category.seo_title),
                seo_description: self.str(&category.seo_description),
                parent: RowRef::new(category.parent),
                children: rows(&mut self.tables.children, &below),
                products: rows(&mut self.tables.listings, &category.products),
                media: self.media(&category.media),
                depth: category.depth.into(),
                flags: bit(!category.is_indexable, categories::NOINDEX).into(),
                updated_at: category.updated_at.unwrap_or(0).into(),
            };
            self.tables.categories.push(record);
        }
        for brand in &shop.brands {
            let record = BrandRecord {
                slug: self.str(&brand.slug),
                name: self.str(&brand.name),
                products: rows(&mut self.tables.listings, &brand.products),
            };
            self.tables.brands.push(record);
        }
        for page in &shop.pages {
            let record = PageRecord {
                slug: self.str(&page.slug),
                id: self.str(&page.id),
                title: self.str(&page.title),
                body: self.text(&page.body),
                seo_title: self.str(&page.seo_title),
                seo_description: self.str(&page.seo_description),
                kind: page.kind.into(),
                flags: bit(!page.is_indexable, categories::NOINDEX).into(),
                updated_at: page.updated_at.unwrap_or(0).into(),
            };
            self.tables.pages.push(record);
        }
    }

    fn facets(&mut self, shop: &Shop) {
        for (row, facet) in (0..).zip(&shop.facets) {
            let first = count(&self.tables.facet_values);
            for value in &facet.values {
                let record = FacetValueRecord {
                    code: self.str(&value.code),
                    label: self.str(&value.label),
                    swatch: self.str(&value.swatch),
                    facet: RowRef::new(Some(row)),
                    products: rows(&mut self.tables.postings, &value.products),
                };
                self.tables.facet_values.push(record);
            }
            let record = FacetRecord {
                code: self.str(&facet.code),
                label: self.str(&facet.label),
                unit: self.str(&facet.unit),
                values: List::between(first, count(&self.tables.facet_values)),
                kind: u32::from(!facet.is_brand).into(),
            };
            self.tables.facets.push(record);
        }
    }

    fn routes(&mut self, shop: &Shop) {
        let products = shop.products.iter().map(|product| &product.slug);
        let categories = shop.categories.iter().map(|category| &category.path);
        let brands = shop.brands.iter().map(|brand| &brand.slug);
        let pages = shop.pages.iter().map(|page| &page.slug);
        let mut all = Vec::new();
        all.extend(
            (0..)
                .zip(products)
                .map(|(row, path)| (RouteKind::Product, path, row, 0_u32)),
        );
        all.extend(
            (0..)
                .zip(categories)
                .map(|(row, path)| (RouteKind::Category, path, row, 0)),
        );
        all.extend(
            (0..)
                .zip(brands)
                .map(|(row, path)| (RouteKind::Brand, path, row, 0)),
        );
        all.extend(
            (0..)
                .zip(pages)
                .map(|(row, path)| (RouteKind::Page, path, row, 0)),
        );
        all.extend(
            shop.former_paths
                .iter()
                .map(|former| (former.kind, &former.path, former.row, 1)),
        );
        for (kind, path, row, former) in all {
            let record = RouteRecord {
                hash: hash(kind, path).into(),
                path: self.str(path),
                kind: kind.number().into(),
                row: row.into(),
                former: former.into(),
            };
            self.tables.routes.push(record);
        }
    }

    fn skus(&mut self, shop: &Shop) {
        let variants = shop.products.iter().flat_map(|product| &product.variants);
        let mut skus: Vec<(&str, u32)> = variants
            .zip(0..)
            .map(|(variant, row)| (variant.sku.as_str(), row))
            .collect();
        skus.retain(|(sku, _)| !sku.is_empty());
        skus.sort_unstable();
        self.tables.skus = skus
            .into_iter()
            .map(|(_, row)| RowRef::new(Some(row)))
            .collect();
    }
}

fn document(product: &Product) -> TextDocument {
    TextDocument {
        title: product.name.clone(),
        body: product.description.clone(),
        codes: product
            .variants
            .iter()
            .map(|variant| variant.sku.clone())
            .collect(),
    }
}

pub(super) fn rows<const ITEMS: u32, const OF: u32>(
    table: &mut Vec<RowRef<OF>>,
    rows: &[u32],
) -> List<ITEMS> {
    let first = count(table);
    table.extend(rows.iter().map(|&row| RowRef::new(Some(row))));
    List::between(first, count(table))
}

pub(super) fn count<T>(rows: &[T]) -> u32 {
    u32::try_from(rows.len()).expect("samples are small")
}

fn bit(is_set: bool, bit: u32) -> u32 {
    if is_set { bit } else { 0 }
}
