//! Sections of pages: what home and landing pages are made of.

use super::Media;
use serde::{Deserialize, Serialize};

/// A section of a page.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// What it shows.
    pub kind: SectionKind,
    /// Its heading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Sanitised HTML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Its picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Media>,
    /// Its button.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<SectionLink>,
    /// Products to show, by their ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub product_ids: Vec<String>,
    /// Categories to show, by their ids; for a query, the one that its products are in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub category_ids: Vec<String>,
    /// Brand of the products of a query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// Whether a query finds reduced products only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_sale: Option<bool>,
    /// Whether a query finds only what can be had now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_stock: Option<bool>,
    /// Order of a query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<SectionSort>,
    /// Most products shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// What a section shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SectionKind {
    /// Text.
    #[default]
    Text,
    /// Heading, text, picture and button, large.
    Hero,
    /// Certain products.
    Products,
    /// Products that meet conditions.
    Query,
    /// Categories as tiles.
    Categories,
}

/// Order of a query.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SectionSort {
    /// The shop's own.
    #[default]
    Featured,
    /// Latest first.
    Newest,
    /// Best rated first.
    Rating,
}

/// The button of a section.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SectionLink {
    /// A path of the shop or a whole address.
    pub href: String,
    /// What stands on it.
    pub label: String,
}
