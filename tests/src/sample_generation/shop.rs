//! A shop as plain data: everything a generation can say, with rows where the format has rows.
//!
//! Everything is in the order of the file, so that comparing two shops compares orders too.

pub use frontage_shared::snapshot::offers::VariantOffer as Offer;
use frontage_shared::snapshot::routes::RouteKind;
use frontage_shared::totals::Terms;

use super::content::{BundleItem, PageSection, Rating};
use super::languages::Language;
use super::prices::SamplePrices;
use super::stock::SampleStock;
use super::tiers::SampleTier;

/// A whole shop.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields are those of the format, which has a document of its own"
)]
pub struct Shop {
    pub id: String,
    pub name: String,
    pub tagline: String,
    pub description: String,
    pub email: String,
    pub locale: String,
    pub currency: String,
    pub products: Vec<Product>,
    pub categories: Vec<Category>,
    pub brands: Vec<Brand>,
    pub pages: Vec<Page>,
    pub facets: Vec<Facet>,
    pub former_paths: Vec<FormerPath>,
    pub origins: Vec<String>,
    /// None if they say nothing.
    pub terms: Option<Terms>,
    pub languages: Vec<Language>,
    /// None if there is only the shop's own list, in which nothing changes.
    pub prices: Option<SamplePrices>,
    /// Languages by number, paths below their kinds, ids, instants, and whether they lead nowhere.
    pub left_paths: Vec<(u32, RouteKind, String, String, i64, bool)>,
    /// From, to, instant.
    pub redirects: Vec<(String, String, i64)>,
    /// Hashes and instants: of products, categories, brands and pages.
    pub content_changes: Vec<(u64, i64)>,
    pub sections: Vec<PageSection>,
    pub ratings: Vec<Rating>,
    pub bundles: Vec<BundleItem>,
    pub local_stock: Vec<SampleStock>,
    pub tiers: Vec<SampleTier>,
    /// Row of a variant, days until it leaves.
    pub lead_times: Vec<(u32, u16)>,
}

impl Shop {
    /// The same, whenever it was made: without the instants at which prices ended, paths were left and content changed.
    pub fn without_instants(mut self) -> Self {
        for (.., until, _) in self.prices.iter_mut().flat_map(|prices| &mut prices.past) {
            *until = 0;
        }
        for (.., since, _) in &mut self.left_paths {
            *since = 0;
        }
        for (_, at) in &mut self.content_changes {
            *at = 0;
        }
        self
    }
}

/// A product, in the order of ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields are those of the format, which has a document of its own"
)]
pub struct Product {
    pub id: String,
    pub slug: String,
    pub name: String,
    pub short_description: String,
    pub description: String,
    pub seo_title: String,
    pub seo_description: String,
    pub brand: Option<u32>,
    pub primary_category: Option<u32>,
    pub categories: Vec<u32>,
    pub options: Vec<ProductOption>,
    pub variants: Vec<Variant>,
    pub attributes: Vec<Attribute>,
    pub media: Vec<Medium>,
    /// (product, relation)
    pub related: Vec<(u32, u32)>,
    pub facet_values: Vec<u32>,
    pub is_listed: bool,
    pub is_searchable: bool,
    pub is_indexable: bool,
    pub condition: u32,
    pub created_at: Option<i64>,
    pub updated_at: Option<i64>,
    /// By name, newest, featured.
    pub ranks: [u32; 3],
}

/// A variant of a product.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields are those of the format, which has a document of its own"
)]
pub struct Variant {
    pub id: String,
    pub sku: String,
    pub gtin: String,
    pub mpn: String,
    pub name: String,
    /// For each option of the product, the index of the value.
    pub values: Vec<u32>,
    pub media: Vec<Medium>,
    /// Millionths, how many, of which unit.
    pub measure: Option<(u64, u32, String)>,
    pub offer: Offer,
    pub tax_class: Option<String>,
    /// Grams.
    pub weight: Option<u32>,
}

/// An option of a product.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields are those of the format, which has a document of its own"
)]
pub struct ProductOption {
    pub code: String,
    pub name: String,
    pub values: Vec<OptionValue>,
}

/// A value of an option.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields are those of the format, which has a document of its own"
)]
pub struct OptionValue {
    pub code: String,
    pub name: String,
    pub swatch: String,
}

/// A property of a product, with the definition it refers to.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[expect(
    missing_docs,
    reason = "the fields are those of the format, which has a document of its own"
)]
pub struct Attribute {
    pub code: String,
    pub label: String,
    pub group: String,
    pub unit: String,
    pub value: String,
}

/// An image or other medium.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields are those of the format, which has a document of its own"
)]
pub struct Medium {
    pub url: String,
    pub alt: String,
    pub size: Option<(u32, u32)>,
    pub is_image: bool,
}

/// A category, in pre-order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields are those of the format, which has a document of its own"
)]
pub struct Category {
    pub id: String,
    pub name: String,
    pub path: String,
    pub description: String,
    pub seo_title: String,
    pub seo_description: String,
    pub parent: Option<u32>,
    pub depth: u32,
    pub products: Vec<u32>,
    pub media: Vec<Medium>,
    pub is_indexable: bool,
    pub updated_at: Option<i64>,
}

/// A brand, in the order of slugs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields are those of the format, which has a document of its own"
)]
pub struct Brand {
    pub slug: String,
    pub name: String,
    pub products: Vec<u32>,
}

/// A content page, in the order of slugs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields are those of the format, which has a document of its own"
)]
pub struct Page {
    pub slug: String,
    pub id: String,
    pub title: String,
    pub body: String,
    pub seo_title: String,
    pub seo_description: String,
    pub kind: u32,
    pub is_indexable: bool,
    pub updated_at: Option<i64>,
}

/// A facet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields are those of the format, which has a document of its own"
)]
pub struct Facet {
    pub code: String,
    pub label: String,
    pub unit: String,
    pub is_brand: bool,
    pub values: Vec<FacetValue>,
}

/// A value of a facet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields are those of the format, which has a document of its own"
)]
pub struct FacetValue {
    pub code: String,
    pub label: String,
    pub swatch: String,
    pub products: Vec<u32>,
}

/// A path that something had once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(
    missing_docs,
    reason = "the fields are those of the format, which has a document of its own"
)]
pub struct FormerPath {
    pub kind: RouteKind,
    pub path: String,
    pub row: u32,
}
