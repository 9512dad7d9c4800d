//! Categories, pages of text, and what every document may carry: status, media, words for search engines.
//!
//! Fields stand in the order of the schemas.

use super::{CategoryTranslation, PageTranslation, Section, Translations};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// A node of the category tree.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Category {
    /// The merchant's id; the document's key.
    pub id: String,
    /// What shoppers call it.
    pub name: String,
    /// The category above; absent at the top.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<String>,
    /// Its segment in addresses; derived from the name when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// Its place among its siblings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<i64>,
    /// Whether it is part of the shop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Sanitised HTML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its pictures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Media>,
    /// What search engines are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seo: Option<Seo>,
    /// The category that takes its place once it is not active any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<String>,
    /// What it says in other languages, by their tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub translations: Translations<CategoryTranslation>,
    /// RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<String>,
    /// Whatever else the merchant sends.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub custom: BTreeMap<String, Value>,
}

/// A page of text.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// The merchant's id; the document's key.
    pub id: String,
    /// The last segment of its address.
    pub slug: String,
    /// Its heading.
    pub title: String,
    /// Sanitised HTML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// What it is made of below its text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<Section>,
    /// What sort of text it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<PageKind>,
    /// Whether it is part of the shop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// The instant from which it is part of the shop, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publish_from: Option<String>,
    /// The instant from which it is not any more, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publish_until: Option<String>,
    /// RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_at: Option<String>,
    /// RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<String>,
    /// What search engines are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seo: Option<Seo>,
    /// The page that takes its place once it is not active any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<String>,
    /// What it says in other languages, by their tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub translations: Translations<PageTranslation>,
}

/// Where an address leads that is not the shop's own doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redirect {
    /// The merchant's id; the document's key.
    pub id: String,
    /// The address, from the root of the shop.
    pub from: String,
    /// Where it leads: an address from the root of the shop, or a whole one.
    pub to: String,
}

/// Words by which shoppers look for the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Synonym {
    /// The merchant's id; the document's key.
    pub id: String,
    /// What shoppers type.
    pub words: Vec<String>,
    /// What they find by it besides what is called so; absent where all of `words` find each other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub finds: Vec<String>,
    /// The language in which it is so; the shop's own when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// What sort of text a page is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PageKind {
    /// About us, contact.
    #[default]
    Page,
    /// A story.
    Article,
    /// Terms, privacy, returns.
    Policy,
    /// Questions and answers.
    Faq,
    /// The home page of the shop.
    Home,
}

/// Whether a thing is part of the shop.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Part of the shop; what a document without a status means.
    #[default]
    Active,
    /// Not yet.
    Draft,
    /// No longer.
    Archived,
}

/// A picture, video, model or document.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Media {
    /// Where it lies: http, https or root-relative.
    pub url: String,
    /// What it is; an image when absent.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<MediaKind>,
    /// What it shows, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alt: Option<String>,
    /// Width in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Height in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
}

/// What a medium is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MediaKind {
    /// A picture.
    #[default]
    Image,
    /// A moving picture.
    Video,
    /// A 3D model.
    Model,
    /// A document to download.
    Document,
}

/// What search engines are told.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Seo {
    /// The title of the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The description in results.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether to stay out of results.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noindex: Option<bool>,
}
