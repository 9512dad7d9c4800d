//! §7 The category tree, brands and content pages.
//!
//! Categories stand in pre-order, so that a subtree is a run of rows; listings include the products of subtrees.

use zerocopy::little_endian::{I64, U32};

use super::catalog::Catalog;
use super::layout::section;
use super::products::{Media, texts};
use super::record::{List, RowRef, StrRef, TextRef, record};

record! {
    /// A category.
    pub struct CategoryRecord in section::CATEGORIES {
        /// The merchant's id.
        id: StrRef,
        /// The name shoppers see.
        name: StrRef,
        /// Slugs from the root, joined by `/`; unique.
        path: StrRef,
        /// Sanitised HTML.
        description: TextRef,
        /// Title for search engines, if it differs from the name.
        seo_title: StrRef,
        /// Description for search engines.
        seo_description: StrRef,
        /// The category above.
        parent: RowRef<{ section::CATEGORIES }>,
        /// Categories below, in order.
        children: List<{ section::CHILDREN }>,
        /// Listed products of the whole subtree, in the shop's order.
        products: List<{ section::LISTINGS }>,
        /// Images.
        media: List<{ section::MEDIA }>,
        /// Distance from the root.
        depth: U32,
        /// Bit 0: search engines are told not to index the page.
        flags: U32,
        /// Unix seconds, 0 if the merchant does not say.
        updated_at: I64,
    }
}

record! {
    /// A brand, made from the products that name it.
    pub struct BrandRecord in section::BRANDS {
        /// URL segment; the sort key.
        slug: StrRef,
        /// As the products spell it.
        name: StrRef,
        /// Its listed products, in the shop's order.
        products: List<{ section::LISTINGS }>,
    }
}

record! {
    /// A content page.
    pub struct PageRecord in section::PAGES {
        /// URL segment; the sort key.
        slug: StrRef,
        /// The merchant's id.
        id: StrRef,
        /// Heading.
        title: StrRef,
        /// Sanitised HTML.
        body: TextRef,
        /// Title for search engines, if it differs from the heading.
        seo_title: StrRef,
        /// Description for search engines.
        seo_description: StrRef,
        /// 0 page, 1 article, 2 policy, 3 FAQ, 4 home page.
        kind: U32,
        /// Bit 0: search engines are told not to index the page.
        flags: U32,
        /// Unix seconds, 0 if the merchant does not say.
        updated_at: I64,
    }
}

/// Category and page flag: search engines are told not to index the page.
pub const NOINDEX: u32 = 1;

/// A category as pages read it.
#[derive(Clone, Copy)]
pub struct Category<'a> {
    pub(super) catalog: &'a Catalog,
    /// Its row.
    pub row: u32,
    pub(super) record: &'a CategoryRecord,
}

/// A brand as pages read it.
#[derive(Clone, Copy)]
pub struct Brand<'a> {
    pub(super) catalog: &'a Catalog,
    /// Its row.
    pub row: u32,
    pub(super) record: &'a BrandRecord,
}

/// A content page as pages read it.
#[derive(Clone, Copy)]
pub struct ContentPage<'a> {
    pub(super) catalog: &'a Catalog,
    /// Its row.
    pub row: u32,
    pub(super) record: &'a PageRecord,
}

texts!(Category {
    /// The merchant's id.
    id via str,
    /// The name shoppers see.
    name via str as CategoryName,
    /// Slugs from the root, joined by `/`.
    path via str as CategoryPath,
    /// Sanitised HTML.
    description via text as CategoryDescription,
    /// Title for search engines; empty if the name does.
    seo_title via str as CategorySeoTitle,
    /// Description for search engines; may be empty.
    seo_description via str as CategorySeoDescription,
});

texts!(Brand {
    /// URL segment.
    slug via str,
    /// As the products spell it.
    name via str,
});

texts!(ContentPage {
    /// URL segment.
    slug via str as PageSlug,
    /// The merchant's id.
    id via str,
    /// Heading.
    title via str as PageTitle,
    /// Sanitised HTML.
    body via text as PageBody,
    /// Title for search engines; empty if the heading does.
    seo_title via str as PageSeoTitle,
    /// Description for search engines; may be empty.
    seo_description via str as PageSeoDescription,
});

impl<'a> Category<'a> {
    /// The path in the shop's own language.
    pub fn own_path(&self) -> &'a str {
        self.catalog.part().str(self.record.path)
    }

    /// The category above.
    pub fn parent(&self) -> Option<Category<'a>> {
        // Pre-order: a parent stands before its children. Anything else in a damaged file would be a cycle.
        let parent = self
            .record
            .parent
            .get()
            .filter(|&parent| parent < self.row)?;
        self.catalog.category(parent)
    }

    /// From the root down to this category.
    pub fn breadcrumb(&self) -> Vec<Category<'a>> {
        let mut trail: Vec<_> = std::iter::successors(Some(*self), Category::parent).collect();
        trail.reverse();
        trail
    }

    /// Categories below, in order.
    pub fn children(&self) -> impl Iterator<Item = Category<'a>> + use<'a> {
        let (catalog, above) = (self.catalog, self.row);
        let rows = catalog
            .part()
            .list::<RowRef<{ section::CATEGORIES }>, _>(self.record.children);
        // As for the parent: going down must come to an end, whatever the file says.
        rows.iter()
            .filter_map(move |row| catalog.category(row.get().filter(|&row| row > above)?))
    }

    /// Rows of the listed products of the whole subtree, in the shop's order.
    pub fn products(&self) -> impl ExactSizeIterator<Item = u32> + Clone + use<'a> {
        self.catalog.listing(self.record.products)
    }

    /// Images and other media.
    pub fn media(&self) -> impl ExactSizeIterator<Item = Media<'a>> + use<'a> {
        self.catalog.media(self.record.media)
    }

    /// Distance from the root.
    pub fn depth(&self) -> u32 {
        self.record.depth.get()
    }

    /// Whether search engines may index its page.
    pub fn is_indexable(&self) -> bool {
        self.record.flags.get() & NOINDEX == 0
    }

    /// Unix seconds of the last change by the merchant's word.
    pub fn updated_at(&self) -> Option<i64> {
        Some(self.record.updated_at.get()).filter(|&at| at != 0)
    }
}

impl<'a> Brand<'a> {
    /// Rows of its listed products, in the shop's order.
    pub fn products(&self) -> impl ExactSizeIterator<Item = u32> + Clone + use<'a> {
        self.catalog.listing(self.record.products)
    }
}

impl ContentPage<'_> {
    /// The kind as documents name it: `page`, `article`, `policy`, `faq` or `home`.
    pub fn kind(&self) -> &'static str {
        match self.record.kind.get() {
            1 => "article",
            2 => "policy",
            3 => "faq",
            4 => "home",
            _ => "page",
        }
    }

    /// Whether search engines may index it.
    pub fn is_indexable(&self) -> bool {
        self.record.flags.get() & NOINDEX == 0
    }

    /// Unix seconds of the last change by the merchant's word.
    pub fn updated_at(&self) -> Option<i64> {
        Some(self.record.updated_at.get()).filter(|&at| at != 0)
    }
}
