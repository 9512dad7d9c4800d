//! §12 Sections of pages: what home and landing pages are made of; version 1.4 added them.
//!
//! What a section picks is resolved when the part is written; prices and stock decide at the request which of the
//! candidates of a query are shown.

use zerocopy::little_endian::U32;

use super::SnapshotError;
use super::catalog::Catalog;
use super::categories::{Category, ContentPage};
use super::layout::section;
use super::products::Media;
use super::record::{Bounds, List, RowRef, StrRef, TextRef, record};
use super::verify::sorted;

record! {
    /// A section of a page.
    pub struct PageSectionRecord in section::PAGE_SECTIONS {
        /// The page; the sort key.
        page: RowRef<{ section::PAGES }>,
        /// BCP 47 tag of the language it is for; empty for the shop's own, and for those that have none.
        language: StrRef,
        /// 0 text, 1 hero, 2 products, 3 query, 4 categories.
        kind: U32,
        /// Bits: 0 reduced products only, 1 only what can be had now.
        flags: U32,
        /// Most products shown.
        limit: U32,
        /// Heading.
        title: StrRef,
        /// Sanitised HTML.
        body: TextRef,
        /// Where its button leads: a path of the shop or a whole address.
        href: StrRef,
        /// What stands on the button.
        label: StrRef,
        /// Its picture.
        media: List<{ section::MEDIA }>,
        /// Products to show, or candidates of a query, in order.
        products: List<{ section::SECTION_PRODUCTS }>,
        /// Categories to show, in order.
        categories: List<{ section::SECTION_CATEGORIES }>,
    }
}

/// Section flag: reduced products only.
pub const ON_SALE: u32 = 1;
/// Section flag: only what can be had now.
pub const IN_STOCK: u32 = 2;

/// What a section shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SectionKind {
    /// Text.
    Text,
    /// Who we are, large.
    Hero,
    /// Certain products.
    Products,
    /// Products that meet conditions.
    Query,
    /// Categories as tiles.
    Categories,
}

/// A section as pages read it.
#[derive(Clone, Copy)]
pub struct PageSection<'a> {
    catalog: &'a Catalog,
    record: &'a PageSectionRecord,
}

impl SectionKind {
    /// The number in the record.
    pub fn number(self) -> u32 {
        match self {
            Self::Text => 0,
            Self::Hero => 1,
            Self::Products => 2,
            Self::Query => 3,
            Self::Categories => 4,
        }
    }
}

impl<'a> PageSection<'a> {
    /// What it shows; what this version does not know is text.
    pub fn kind(&self) -> SectionKind {
        match self.record.kind.get() {
            1 => SectionKind::Hero,
            2 => SectionKind::Products,
            3 => SectionKind::Query,
            4 => SectionKind::Categories,
            _ => SectionKind::Text,
        }
    }

    /// Whether it shows reduced products only.
    pub fn is_on_sale(&self) -> bool {
        self.record.flags.get() & ON_SALE != 0
    }

    /// Whether it shows only what can be had now.
    pub fn is_in_stock(&self) -> bool {
        self.record.flags.get() & IN_STOCK != 0
    }

    /// Most products shown.
    pub fn limit(&self) -> u32 {
        self.record.limit.get()
    }

    /// Heading; may be empty.
    pub fn title(&self) -> &'a str {
        self.catalog.part.str(self.record.title)
    }

    /// Sanitised HTML; may be empty.
    pub fn body(&self) -> &'a str {
        self.catalog.part.text(self.record.body)
    }

    /// Where its button leads; may be empty.
    pub fn href(&self) -> &'a str {
        self.catalog.part.str(self.record.href)
    }

    /// What stands on the button; may be empty.
    pub fn label(&self) -> &'a str {
        self.catalog.part.str(self.record.label)
    }

    /// Its pictures.
    pub fn media(&self) -> impl Iterator<Item = Media<'a>> + use<'a> {
        self.catalog.media(self.record.media)
    }

    /// Rows of the products to show, or of the candidates of a query.
    pub fn products(&self) -> impl Iterator<Item = u32> + use<'a> {
        let rows = self
            .catalog
            .part
            .list::<RowRef<{ section::PRODUCTS }>, _>(self.record.products);
        rows.iter().filter_map(|row| row.get())
    }

    /// The categories to show.
    pub fn categories(&self) -> impl Iterator<Item = Category<'a>> + use<'a> {
        let catalog = self.catalog;
        let rows = catalog
            .part
            .list::<RowRef<{ section::CATEGORIES }>, _>(self.record.categories);
        rows.iter().filter_map(|row| catalog.category(row.get()?))
    }
}

impl<'a> ContentPage<'a> {
    /// Its sections in the language of the catalog; those of the shop's own language where it has none.
    pub fn sections(&self) -> Vec<PageSection<'a>> {
        let catalog = self.catalog;
        let rows = catalog.rows::<PageSectionRecord>();
        let first = rows.partition_point(|section| section.page.0.get() < self.row);
        let own = rows.slice(first..rows.len()).iter();
        let own = own.take_while(|section| section.page.get() == Some(self.row));
        let all: Vec<_> = own.map(|record| PageSection { catalog, record }).collect();
        let tag = catalog.shop().locale;
        let language = |section: &PageSection<'_>| catalog.part.str(section.record.language);
        let local = all.iter().any(|section| language(section) == tag);
        let wanted = if local { tag } else { "" };
        all.into_iter()
            .filter(|section| language(section) == wanted)
            .collect()
    }
}

impl Catalog {
    /// Every field, where the sections are there.
    pub(super) fn verify_section_records(&self, bounds: &Bounds<'_>) -> Result<(), SnapshotError> {
        let part = &self.part;
        if part.has(section::PAGE_SECTIONS) {
            part.verify_rows::<PageSectionRecord>(section::PAGE_SECTIONS, bounds)?;
        }
        if part.has(section::SECTION_PRODUCTS) {
            let id = section::SECTION_PRODUCTS;
            part.verify_rows::<RowRef<{ section::PRODUCTS }>>(id, bounds)?;
        }
        if part.has(section::SECTION_CATEGORIES) {
            let id = section::SECTION_CATEGORIES;
            part.verify_rows::<RowRef<{ section::CATEGORIES }>>(id, bounds)?;
        }
        Ok(())
    }

    /// Sections are found by the row of their page.
    pub(super) fn verify_page_sections(&self) -> Result<(), SnapshotError> {
        let pages = self.rows::<PageSectionRecord>();
        let pages = pages.iter().map(|section| section.page.0.get());
        sorted(section::PAGE_SECTIONS, pages, false)
    }
}
