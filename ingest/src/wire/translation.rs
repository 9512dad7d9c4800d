//! What documents say in a shop's further languages.
//!
//! Translations stand in a document by language tag. Whatever is absent is shown as the document says it itself.

use super::{AttributeValue, Section};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Translations of a document, by language tag as the merchant spells it.
pub type Translations<T> = BTreeMap<String, T>;

/// A product in another language.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ProductTranslation {
    /// What shoppers call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The last segment of its address; derived from the name when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// Sanitised HTML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Sanitised HTML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub short_description: Option<String>,
    /// Its options, by their codes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, OptionTranslation>,
    /// Its properties, by their codes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, PropertyTranslation>,
    /// What its media show, by their addresses.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub alts: BTreeMap<String, String>,
    /// What search engines are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seo: Option<SeoTranslation>,
}

/// An option of a product in another language.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OptionTranslation {
    /// Its name on the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Names of its choices, by their codes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, String>,
}

/// A property of a product in another language.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PropertyTranslation {
    /// Its name on the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The heading it stands under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// What it is; of a list, as many as there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<AttributeValue>,
}

/// A variant in another language.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct VariantTranslation {
    /// Its name, when the options do not say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What its media show, by their addresses.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub alts: BTreeMap<String, String>,
}

/// A category in another language.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CategoryTranslation {
    /// What shoppers call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its segment in addresses; derived from the name when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// Sanitised HTML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What its media show, by their addresses.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub alts: BTreeMap<String, String>,
    /// What search engines are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seo: Option<SeoTranslation>,
}

/// A page of text in another language.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PageTranslation {
    /// The last segment of its address; derived from the title when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// Its heading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Sanitised HTML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Its sections; all of them, or none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<Section>,
    /// What search engines are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seo: Option<SeoTranslation>,
}

/// What an attribute code means in another language.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AttributeTranslation {
    /// Its name on the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The heading it stands under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Names of its values, by their codes or by what the shop's own language calls them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, String>,
}

/// What search engines are told in another language.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SeoTranslation {
    /// The title of the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The description in results.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}
