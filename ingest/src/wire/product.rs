//! Products and their variants.
//!
//! Fields stand in the order of `schemas/product.schema.json`.

use super::{
    Attribute, Measure, Media, Price, ProductTranslation, Seo, Short, Status, Stock, Translations,
    VariantTranslation, Weight,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// One thing in a bundle.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleItem {
    /// The product.
    pub product_id: String,
    /// Which variant of it; any when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant_id: Option<String>,
    /// How many of it; one when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<u32>,
}

/// Where a product may be met.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// In listings and in search; what a document without a visibility means.
    #[default]
    Everywhere,
    /// In listings only.
    Catalog,
    /// In search only.
    Search,
    /// By its own address only.
    Hidden,
}

/// Something a shop sells.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Product {
    /// The merchant's id; the document's key.
    pub id: Short,
    /// What shoppers call it.
    pub name: String,
    /// The last segment of its address; derived from the name when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<Short>,
    /// Whether it is part of the shop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// The instant from which it is part of the shop, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publish_from: Option<Short>,
    /// The instant from which it is not any more, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publish_until: Option<Short>,
    /// Where it may be met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
    /// Sanitised HTML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Sanitised HTML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub short_description: Option<String>,
    /// The brand's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brand: Option<Short>,
    /// Ids of the categories that list it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub category_ids: Vec<Short>,
    /// The category its breadcrumb runs through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary_category_id: Option<Short>,
    /// Its place in lists that are in the shop's own order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<i64>,
    /// The same in single categories, by their ids.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub category_positions: BTreeMap<String, i64>,
    /// Free words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Short>,
    /// New, refurbished or used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    /// GTIN of a product without variants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gtin: Option<Short>,
    /// Manufacturer's part number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mpn: Option<Short>,
    /// Stock keeping unit of a product without variants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<Short>,
    /// How much a product without variants holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measure: Option<Measure>,
    /// Its tax class, and that of variants that state none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_class: Option<Short>,
    /// How much one unit weighs, and one of variants that do not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<Weight>,
    /// What a shopper chooses between.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<ProductOption>,
    /// The buyable units; without any, the product itself is the one unit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<Variant>,
    /// Its properties.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Attribute>,
    /// Its images, videos and documents, in the order to show them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Media>,
    /// Products that go with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<Related>,
    /// What it consists of, if it is sold as a set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bundle: Vec<BundleItem>,
    /// What search engines are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seo: Option<Seo>,
    /// The product that takes its place once it is not active any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<Short>,
    /// What it says in other languages, by their tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub translations: Translations<ProductTranslation>,
    /// Prices of a product without variants.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prices: Vec<Price>,
    /// Stock of a product without variants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stock: Option<Stock>,
    /// RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Short>,
    /// RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Short>,
    /// Whatever else the merchant sends.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub custom: BTreeMap<String, Value>,
}

/// The state of a thing sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Condition {
    /// Never used.
    New,
    /// Used, then restored.
    Refurbished,
    /// Used.
    Used,
}

/// One thing a shopper chooses, such as a colour.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ProductOption {
    /// Its name in variants and links.
    pub code: Short,
    /// Its name on the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Short>,
    /// The choices, in the order to show them.
    pub values: Vec<OptionValue>,
}

/// One choice of an option.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OptionValue {
    /// Its name in variants and links.
    pub code: Short,
    /// Its name on the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Short>,
    /// A colour (`#rrggbb`) or the URL of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub swatch: Option<Short>,
}

/// A buyable unit of a product.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// In a document of its own: the product it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_id: Option<Short>,
    /// The merchant's id, unique in the shop.
    pub id: Short,
    /// Stock keeping unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<Short>,
    /// Global trade item number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gtin: Option<Short>,
    /// Manufacturer's part number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mpn: Option<Short>,
    /// How much it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measure: Option<Measure>,
    /// Its tax class; the product's when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_class: Option<Short>,
    /// How much one unit weighs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<Weight>,
    /// Its name, when the options do not say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Short>,
    /// Its place among the variants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<i64>,
    /// Whether it is the one shown first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<bool>,
    /// Whether it is part of the shop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Option code to value code.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<Short, Short>,
    /// Value codes of which attribute documents say the option.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub option_values: Vec<Short>,
    /// Its prices.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prices: Vec<Price>,
    /// Its stock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stock: Option<Stock>,
    /// Its own pictures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Media>,
    /// What it says in other languages, by their tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub translations: Translations<VariantTranslation>,
    /// Whatever else the merchant sends.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub custom: BTreeMap<String, Value>,
}

/// A product that goes with this one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Related {
    /// How it goes with it.
    pub relation: Relation,
    /// The other product's id.
    pub product_id: Short,
}

/// How a product goes with another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// Somehow.
    Related,
    /// A better one.
    Upsell,
    /// Often bought together.
    CrossSell,
    /// Used with it.
    Accessory,
    /// Repairs it.
    SparePart,
    /// Used up by it.
    Consumable,
    /// Instead of it.
    Substitute,
    /// Part of this bundle.
    BundleItem,
    /// Part of this group.
    GroupedItem,
}

/// A product in a category, in a document of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placement {
    /// The product.
    pub product_id: Short,
    /// The category that lists it.
    pub category_id: Short,
    /// Its place there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<i64>,
    /// Whether the product's breadcrumb runs through it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary: Option<bool>,
}
