//! The documents of feed 1 as Rust types: a mirror of `schemas/`, after validation has let a document through.
//!
//! Serialising one gives its canonical JSON: `type` first, then the schema's field order, absent fields left out,
//! free-form objects sorted by key. Equal documents give equal bytes, so a hash of the bytes is a hash of the content.
//! Money stays decimal text here; it becomes minor units only when a catalog is compiled.

mod attribute;
mod content;
mod document;
mod measure;
mod offer;
mod order_status;
mod product;
mod review;
mod section;
mod terms;
mod translation;

/// A text of mostly a few letters, of which documents have very many: up to 24 bytes of it lie where it lies.
pub type Short = compact_str::CompactString;

pub use attribute::{
    Attribute, AttributeDefinition, AttributeKind, AttributeValue, ValueDefinition,
};
pub use content::{Category, Media, MediaKind, Page, PageKind, Redirect, Seo, Status, Synonym};
pub use document::{Delete, Document, Kind, variant_key, variant_key_ids};
pub use measure::{Measure, Unit};
pub use offer::{Availability, LocalAvailability, LocationStock, Offer, Price, PriceTier, Stock};
pub use order_status::OrderStatus;
pub use product::{
    BundleItem, Condition, OptionValue, Placement, Product, ProductOption, Related, Relation,
    Variant, Visibility,
};
pub use review::Review;
pub use section::{Section, SectionKind, SectionLink, SectionSort};
pub use terms::{
    Action, ActionKind, Band, Basis, DeliveryMethod, Location, Per, Postcodes, Promotion, Rounding,
    Selection, Tax, TaxRate, Weight, WeightUnit, millionths,
};
pub use translation::{
    AttributeTranslation, CategoryTranslation, OptionTranslation, PageTranslation,
    ProductTranslation, PropertyTranslation, SeoTranslation, Translations, VariantTranslation,
};
