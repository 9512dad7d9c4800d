//! §5 Products, variants, options and media: the records, and the views that pages read them through.

use zerocopy::little_endian::{I64, U32, U64};

use super::catalog::Catalog;
use super::categories::{Brand, Category};
use super::facets::AttributeValue;
use super::layout::section;
use super::record::{List, RowRef, StrRef, TextRef, record};

/// Product flag: absent from listings.
pub const NOT_LISTED: u32 = 1;
/// Product flag: absent from search.
pub const NOT_SEARCHABLE: u32 = 1 << 1;
/// Product flag: search engines are told not to index the page.
pub const NOINDEX: u32 = 1 << 2;

record! {
    /// What the shop is: one record.
    pub struct ShopRecord in section::SHOP {
        /// The shop's id, as in the store's folder names.
        id: StrRef,
        /// The name shoppers see.
        name: StrRef,
        /// One line under the name.
        tagline: StrRef,
        /// A sentence or two for search engines and the home page.
        description: StrRef,
        /// Where shoppers write to.
        email: StrRef,
        /// BCP 47 tag of the content's language.
        locale: StrRef,
        /// ISO 4217 code of all prices.
        currency: StrRef,
        /// BLAKE3 over all documents this part was compiled from; equal documents need no new part.
        documents: [u8; 32],
    }
}

record! {
    /// A product: what a product page shows.
    pub struct ProductRecord in section::PRODUCTS {
        /// The merchant's id; the sort key.
        id: StrRef,
        /// URL segment, unique among products.
        slug: StrRef,
        /// The name shoppers see.
        name: StrRef,
        /// A few sentences, sanitised HTML.
        short_description: TextRef,
        /// The whole description, sanitised HTML.
        description: TextRef,
        /// Title for search engines, if it differs from the name.
        seo_title: StrRef,
        /// Description for search engines.
        seo_description: StrRef,
        /// Who makes it.
        brand: RowRef<{ section::BRANDS }>,
        /// The category of the breadcrumb.
        primary_category: RowRef<{ section::CATEGORIES }>,
        /// All categories it was put in.
        categories: List<{ section::PRODUCT_CATEGORIES }>,
        /// What varies.
        options: List<{ section::OPTIONS }>,
        /// What can be bought; at least one.
        variants: List<{ section::VARIANTS }>,
        /// Properties for the table and the facets.
        attributes: List<{ section::PRODUCT_ATTRIBUTES }>,
        /// Images first.
        media: List<{ section::MEDIA }>,
        /// Other products to show.
        related: List<{ section::RELATED }>,
        /// Values of facets, for counting.
        facet_values: List<{ section::PRODUCT_FACETS }>,
        /// Bits: [`NOT_LISTED`], [`NOT_SEARCHABLE`], [`NOINDEX`].
        flags: U32,
        /// 0 new, 1 refurbished, 2 used.
        condition: U32,
        /// Unix seconds, 0 if the merchant does not say.
        created_at: I64,
        /// Unix seconds, 0 if the merchant does not say.
        updated_at: I64,
    }
}

record! {
    /// A buyable unit.
    pub struct VariantRecord in section::VARIANTS {
        /// The merchant's id, unique in the shop.
        id: StrRef,
        /// Stock keeping unit.
        sku: StrRef,
        /// 8, 12, 13 or 14 digits.
        gtin: StrRef,
        /// Manufacturer's part number.
        mpn: StrRef,
        /// A name of its own, if it has one.
        name: StrRef,
        /// The product it belongs to.
        product: RowRef<{ section::PRODUCTS }>,
        /// One value for each option of the product, in the options' order.
        values: List<{ section::VARIANT_VALUES }>,
        /// Images of this variant alone.
        media: List<{ section::MEDIA }>,
    }
}

record! {
    /// A stable key for carts and links, from the variant's id.
    pub struct VariantKeyRecord in section::VARIANT_KEYS {
        /// XXH3-64 of the id; the sort key, then the row.
        key: U64,
        /// The variant.
        variant: RowRef<{ section::VARIANTS }>,
    }
}

record! {
    /// Something that varies, such as colour.
    pub struct OptionRecord in section::OPTIONS {
        /// As in URLs and forms.
        code: StrRef,
        /// As shoppers see it.
        name: StrRef,
        /// Possible values in order.
        values: List<{ section::OPTION_VALUES }>,
    }
}

record! {
    /// A value of an option, such as red.
    pub struct OptionValueRecord in section::OPTION_VALUES {
        /// As in URLs and forms.
        code: StrRef,
        /// As shoppers see it.
        name: StrRef,
        /// `#rrggbb`, or empty.
        swatch: StrRef,
    }
}

record! {
    /// An image, a video or a document.
    pub struct MediaRecord in section::MEDIA {
        /// Absolute, or relative to the shop's root.
        url: StrRef,
        /// What it shows, for those who do not see it.
        alt: StrRef,
        /// Pixels, 0 if unknown.
        width: U32,
        /// Pixels, 0 if unknown.
        height: U32,
        /// 0 image, 1 video, 2 model, 3 document.
        kind: U32,
    }
}

record! {
    /// A product that goes with another.
    pub struct RelatedRecord in section::RELATED {
        /// The other product.
        product: RowRef<{ section::PRODUCTS }>,
        /// 0 related, 1 upsell, 2 cross-sell, 3 accessory, 4 spare part, 5 consumable, 6 substitute,
        /// 7 part of a bundle, 8 part of a group.
        relation: U32,
    }
}

/// A product as pages read it.
#[derive(Clone, Copy)]
pub struct Product<'a> {
    pub(super) catalog: &'a Catalog,
    /// Its row, which the offers part shares.
    pub row: u32,
    pub(super) record: &'a ProductRecord,
}

/// A variant as pages read it.
#[derive(Clone, Copy)]
pub struct Variant<'a> {
    pub(super) catalog: &'a Catalog,
    /// Its row, which the offers part shares.
    pub row: u32,
    pub(super) record: &'a VariantRecord,
}

/// An option as pages read it.
#[derive(Clone, Copy)]
pub struct ProductOption<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) row: u32,
    pub(super) record: &'a OptionRecord,
}

/// An option value as pages read it.
#[derive(Clone, Copy)]
pub struct OptionValue<'a> {
    pub(super) catalog: &'a Catalog,
    /// Its row; variants refer to values by row.
    pub row: u32,
    pub(super) record: &'a OptionValueRecord,
}

/// A medium as pages read it.
#[derive(Clone, Copy)]
pub struct Media<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) row: u32,
    pub(super) record: &'a MediaRecord,
}

/// Getters of texts: name, heap accessor, and the field that translates it, if any does.
macro_rules! texts {
    ($view:ident { $($(#[$meta:meta])* $field:ident via $heap:ident $(as $translated:ident)?),* $(,)? }) => {
        impl<'a> $view<'a> {
            $($(#[$meta])* pub fn $field(&self) -> &'a str {
                $crate::snapshot::products::text_of!(self $field $heap $($translated)?)
            })*
        }
    };
}
pub(super) use texts;

/// The text of one field of a view.
macro_rules! text_of {
    ($view:ident $field:ident $heap:ident) => {
        $view.catalog.part().$heap($view.record.$field)
    };
    ($view:ident $field:ident str $translated:ident) => {{
        let field = $crate::snapshot::locales::Field::$translated;
        $view.catalog.str_in(field, $view.row, $view.record.$field)
    }};
    ($view:ident $field:ident text $translated:ident) => {{
        let field = $crate::snapshot::locales::Field::$translated;
        $view.catalog.text_in(field, $view.row, $view.record.$field)
    }};
}
pub(super) use text_of;

texts!(Product {
    /// The merchant's id.
    id via str,
    /// URL segment.
    slug via str as ProductSlug,
    /// The name shoppers see.
    name via str as ProductName,
    /// A few sentences, sanitised HTML.
    short_description via text as ProductShortDescription,
    /// The whole description, sanitised HTML.
    description via text as ProductDescription,
    /// Title for search engines; empty if the name does.
    seo_title via str as ProductSeoTitle,
    /// Description for search engines; empty if the merchant gave none.
    seo_description via str as ProductSeoDescription,
});

texts!(Variant {
    /// The merchant's id.
    id via str,
    /// Stock keeping unit; may be empty.
    sku via str,
    /// 8, 12, 13 or 14 digits, or empty.
    gtin via str,
    /// Manufacturer's part number; may be empty.
    mpn via str,
    /// A name of its own; may be empty.
    name via str as VariantName,
});

texts!(ProductOption {
    /// As in URLs and forms.
    code via str,
    /// As shoppers see it.
    name via str as OptionName,
});

texts!(OptionValue {
    /// As in URLs and forms.
    code via str,
    /// As shoppers see it.
    name via str as OptionValueName,
    /// `#rrggbb`, or empty.
    swatch via str,
});

texts!(Media {
    /// Absolute, or relative to the shop's root.
    url via str,
    /// What it shows; may be empty.
    alt via str as MediaAlt,
});

impl<'a> Product<'a> {
    /// Who makes it.
    pub fn brand(&self) -> Option<Brand<'a>> {
        self.catalog.brand(self.record.brand.get()?)
    }

    /// The category of the breadcrumb.
    pub fn primary_category(&self) -> Option<Category<'a>> {
        self.catalog.category(self.record.primary_category.get()?)
    }

    /// All categories it was put in.
    pub fn categories(&self) -> impl Iterator<Item = Category<'a>> + use<'a> {
        let catalog = self.catalog;
        let rows = catalog
            .part()
            .list::<RowRef<{ section::CATEGORIES }>, _>(self.record.categories);
        rows.iter()
            .filter_map(move |row| catalog.category(row.get()?))
    }

    /// What varies, in order.
    pub fn options(&self) -> impl ExactSizeIterator<Item = ProductOption<'a>> + use<'a> {
        let catalog = self.catalog;
        let records = catalog.part().list::<OptionRecord, _>(self.record.options);
        let rows = catalog.part().range(self.record.options);
        rows.zip(records.iter())
            .map(move |(row, record)| ProductOption {
                catalog,
                row,
                record,
            })
    }

    /// What can be bought, in the order the shop shows it; the first is the default.
    pub fn variants(&self) -> impl Iterator<Item = Variant<'a>> + Clone + use<'a> {
        let catalog = self.catalog;
        self.variant_rows()
            .filter_map(move |row| catalog.variant(row))
    }

    /// The row of each variant with the rows of its option values, in the options' order: for comparing very many.
    pub fn variant_values(
        &self,
    ) -> impl Iterator<Item = (u32, impl ExactSizeIterator<Item = u32> + Clone + use<'a>)> + use<'a>
    {
        let part = self.catalog.part();
        let items = part.rows::<RowRef<{ section::OPTION_VALUES }>>(section::VARIANT_VALUES);
        let records = self.catalog.rows::<VariantRecord>();
        let variants = records.slice(self.variant_rows());
        self.variant_rows()
            .zip(variants.iter())
            .map(move |(row, variant)| {
                let own = items.slice(variant.values.range());
                (row, own.iter().map(|value| value.0.get()))
            })
    }

    /// Rows of the variants, for reading the offers without looking at each variant.
    pub fn variant_rows(&self) -> std::ops::Range<u32> {
        self.catalog.part().range(self.record.variants)
    }

    /// Properties, in the order of the attributes' definitions.
    pub fn attributes(&self) -> impl Iterator<Item = AttributeValue<'a>> + use<'a> {
        let catalog = self.catalog;
        let rows = catalog
            .part()
            .list::<RowRef<{ section::ATTRIBUTE_VALUES }>, _>(self.record.attributes);
        rows.iter()
            .filter_map(move |row| catalog.attribute_value(row.get()?))
    }

    /// Images and other media, images first.
    pub fn media(&self) -> impl ExactSizeIterator<Item = Media<'a>> + use<'a> {
        self.catalog.media(self.record.media)
    }

    /// Other products to show, with the number of their relation (see [`RelatedRecord`]).
    pub fn related(&self) -> impl Iterator<Item = (Product<'a>, u32)> + use<'a> {
        let catalog = self.catalog;
        let rows = catalog.part().list::<RelatedRecord, _>(self.record.related);
        rows.iter().filter_map(move |related| {
            Some((
                catalog.product(related.product.get()?)?,
                related.relation.get(),
            ))
        })
    }

    /// Rows of the facet values it has, ascending.
    pub fn facet_values(&self) -> impl Iterator<Item = u32> + use<'a> {
        self.catalog
            .part()
            .list::<RowRef<{ section::FACET_VALUES }>, _>(self.record.facet_values)
            .iter()
            .filter_map(|row| row.get())
    }

    /// Whether it appears in listings.
    pub fn is_listed(&self) -> bool {
        self.record.flags.get() & NOT_LISTED == 0
    }

    /// Whether search finds it.
    pub fn is_searchable(&self) -> bool {
        self.record.flags.get() & NOT_SEARCHABLE == 0
    }

    /// Whether search engines may index its page.
    pub fn is_indexable(&self) -> bool {
        self.record.flags.get() & NOINDEX == 0
    }

    /// The condition as schema.org names it: `New`, `Refurbished` or `Used`.
    pub fn condition(&self) -> &'static str {
        match self.record.condition.get() {
            1 => "Refurbished",
            2 => "Used",
            _ => "New",
        }
    }

    /// Unix seconds of the last change by the merchant's word.
    pub fn updated_at(&self) -> Option<i64> {
        Some(self.record.updated_at.get()).filter(|&at| at != 0)
    }

    /// Unix seconds of creation by the merchant's word.
    pub fn created_at(&self) -> Option<i64> {
        Some(self.record.created_at.get()).filter(|&at| at != 0)
    }
}

impl<'a> Variant<'a> {
    /// The product it belongs to.
    pub fn product(&self) -> Option<Product<'a>> {
        self.catalog.product(self.record.product.get()?)
    }

    /// One value for each option of the product, in the options' order.
    pub fn values(&self) -> impl Iterator<Item = OptionValue<'a>> + use<'a> {
        let catalog = self.catalog;
        let rows = catalog
            .part()
            .list::<RowRef<{ section::OPTION_VALUES }>, _>(self.record.values);
        rows.iter()
            .filter_map(move |row| catalog.option_value(row.get()?))
    }

    /// Rows of its option values, in the options' order, for comparing without reading texts.
    pub fn value_rows(&self) -> impl ExactSizeIterator<Item = u32> + Clone + use<'a> {
        self.catalog
            .part()
            .list::<RowRef<{ section::OPTION_VALUES }>, _>(self.record.values)
            .iter()
            .map(|row| row.0.get())
    }

    /// Images of this variant alone; often none.
    pub fn media(&self) -> impl ExactSizeIterator<Item = Media<'a>> + use<'a> {
        self.catalog.media(self.record.media)
    }
}

impl<'a> ProductOption<'a> {
    /// Possible values in order.
    pub fn values(&self) -> impl Iterator<Item = OptionValue<'a>> + use<'a> {
        let catalog = self.catalog;
        self.value_rows()
            .filter_map(move |row| catalog.option_value(row))
    }

    /// Rows of the values.
    pub fn value_rows(&self) -> std::ops::Range<u32> {
        self.catalog.part().range(self.record.values)
    }
}

impl Media<'_> {
    /// Width and height in pixels, if known.
    pub fn size(&self) -> Option<(u32, u32)> {
        let size = (self.record.width.get(), self.record.height.get());
        (size.0 > 0 && size.1 > 0).then_some(size)
    }

    /// Whether it is an image.
    pub fn is_image(&self) -> bool {
        self.record.kind.get() == 0
    }

    /// Whether it is a video.
    pub fn is_video(&self) -> bool {
        self.record.kind.get() == 1
    }

    /// Whether it is a document, such as a manual.
    pub fn is_document(&self) -> bool {
        self.record.kind.get() == 3
    }
}
