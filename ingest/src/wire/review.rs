//! What a shopper says about a product.

use super::Status;
use serde::{Deserialize, Serialize};
use serde_json::Number;

/// A review.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// The merchant's id; the document's key.
    pub id: String,
    /// The product.
    pub product_id: String,
    /// Stars, from 1 to 5.
    pub rating: Number,
    /// Its heading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it says, without markup.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Who wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Whether the author is known to have bought the product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified: Option<bool>,
    /// The language it is written in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What the shop says to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// Whether it is part of the shop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
}
