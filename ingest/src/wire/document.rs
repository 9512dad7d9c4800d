//! A document of any kind: reading, writing and naming it.
//!
//! Reading and writing are inverse to each other, and equal documents write equal bytes.

use super::{
    AttributeDefinition, Category, DeliveryMethod, Offer, OrderStatus, Page, Placement, Product,
    Promotion, Redirect, Review, Synonym, Tax, Variant,
};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::fmt;

/// One document of a feed: the unit that is validated, cached, compared and merged.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Document {
    /// Something a shop sells.
    Product(Box<Product>),
    /// A buyable unit of a product that another document describes.
    Variant(Box<Variant>),
    /// Price and stock of one variant, from a source that knows nothing else about it.
    Offer(Offer),
    /// A node of the category tree.
    Category(Category),
    /// A page of text.
    Page(Page),
    /// What an attribute code means.
    Attribute(AttributeDefinition),
    /// A product in a category, from a source that keeps both apart.
    Placement(Placement),
    /// What a shopper says about a product.
    Review(Review),
    /// Where an address leads that is not the shop's own doing.
    Redirect(Redirect),
    /// Words by which shoppers look for the same.
    Synonym(Synonym),
    /// A rule that makes a cart cheaper.
    Promotion(Box<Promotion>),
    /// A way to bring the goods to the shopper.
    DeliveryMethod(Box<DeliveryMethod>),
    /// Rates of tax, and how the shop is taxed.
    Tax(Tax),
    /// A document that is gone, in a feed of changes.
    Delete(Delete),
    /// What became of an order.
    #[serde(rename = "order_status")]
    OrderStatus(OrderStatus),
}

/// A document that is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delete {
    /// What it was.
    pub of: Kind,
    /// Its key; of a variant, its id; of a placement, the category's.
    pub id: String,
    /// Of a variant or placement: the product it belonged to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_id: Option<String>,
    /// When, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

impl Delete {
    /// The key of the document that is gone.
    pub fn deleted_key(&self) -> String {
        match (self.of, &self.product_id) {
            (Kind::Variant | Kind::Placement, Some(product_id)) => {
                variant_key(product_id, &self.id)
            }
            _ => self.id.clone(),
        }
    }
}

/// Between the two halves of a variant's key. Ids hold no control character, so that this one keeps the variants of a
/// product together, and in the order of the products' ids.
const BETWEEN_IDS: char = '\u{1f}';

/// The key of a variant in a document of its own; of a placement, with the category's id.
pub fn variant_key(product_id: &str, id: &str) -> String {
    format!("{product_id}{BETWEEN_IDS}{id}")
}

/// The product and the variant that a [`variant_key`] names.
pub fn variant_key_ids(key: &str) -> (&str, &str) {
    key.split_once(BETWEEN_IDS).unwrap_or((key, ""))
}

/// The `type` of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// See [`Document::Product`].
    Product,
    /// See [`Document::Variant`].
    Variant,
    /// See [`Document::Offer`].
    Offer,
    /// See [`Document::Category`].
    Category,
    /// See [`Document::Page`].
    Page,
    /// See [`Document::Attribute`].
    Attribute,
    /// See [`Document::Placement`].
    Placement,
    /// See [`Document::Review`].
    Review,
    /// See [`Document::Redirect`].
    Redirect,
    /// See [`Document::Synonym`].
    Synonym,
    /// See [`Document::Promotion`].
    Promotion,
    /// See [`Document::DeliveryMethod`].
    DeliveryMethod,
    /// See [`Document::Tax`].
    Tax,
    /// See [`Document::Delete`].
    Delete,
    /// See [`Document::OrderStatus`].
    #[serde(rename = "order_status")]
    OrderStatus,
}

impl Kind {
    /// Every kind, in the order they are listed in reports.
    pub const ALL: [Self; 15] = [
        Self::Product,
        Self::Variant,
        Self::Offer,
        Self::Category,
        Self::Page,
        Self::Attribute,
        Self::Placement,
        Self::Review,
        Self::Redirect,
        Self::Synonym,
        Self::Promotion,
        Self::DeliveryMethod,
        Self::Tax,
        Self::Delete,
        Self::OrderStatus,
    ];

    /// The kinds of terms: what decides what a cart costs besides its prices.
    pub const TERMS: [Self; 3] = [Self::Promotion, Self::DeliveryMethod, Self::Tax];

    /// Whether documents of this kind are terms.
    pub fn is_terms(self) -> bool {
        Self::TERMS.contains(&self)
    }

    /// Whether its documents stand in the fast half of a feed by themselves.
    pub fn is_fast(self) -> bool {
        self == Self::Offer || self.is_terms()
    }

    /// The kind as `type` spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Variant => "variant",
            Self::Offer => "offer",
            Self::Category => "category",
            Self::Page => "page",
            Self::Attribute => "attribute",
            Self::Placement => "placement",
            Self::Review => "review",
            Self::Redirect => "redirect",
            Self::Synonym => "synonym",
            Self::Promotion => "promotion",
            Self::DeliveryMethod => "delivery_method",
            Self::Tax => "tax",
            Self::Delete => "delete",
            Self::OrderStatus => "order_status",
        }
    }

    /// The kind that `type` names, if it is one of ours.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Document {
    /// What the document is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Product(_) => Kind::Product,
            Self::Variant(_) => Kind::Variant,
            Self::Offer(_) => Kind::Offer,
            Self::Category(_) => Kind::Category,
            Self::Page(_) => Kind::Page,
            Self::Attribute(_) => Kind::Attribute,
            Self::Placement(_) => Kind::Placement,
            Self::Review(_) => Kind::Review,
            Self::Redirect(_) => Kind::Redirect,
            Self::Synonym(_) => Kind::Synonym,
            Self::Promotion(_) => Kind::Promotion,
            Self::DeliveryMethod(_) => Kind::DeliveryMethod,
            Self::Tax(_) => Kind::Tax,
            Self::Delete(_) => Kind::Delete,
            Self::OrderStatus(_) => Kind::OrderStatus,
        }
    }

    /// What makes the document unique among its kind: an id, a code, for an offer the variant it speaks of, for a
    /// variant or placement [`variant_key`].
    pub fn key(&self) -> String {
        match self {
            Self::Product(product) => product.id.to_string(),
            Self::Variant(variant) => variant_key(
                variant.product_id.as_deref().unwrap_or_default(),
                &variant.id,
            ),
            Self::Offer(offer) => offer.key(),
            Self::Category(category) => category.id.clone(),
            Self::Page(page) => page.id.clone(),
            Self::Attribute(attribute) => attribute.code.clone(),
            Self::Placement(placement) => {
                variant_key(&placement.product_id, &placement.category_id)
            }
            Self::Review(review) => review.id.clone(),
            Self::Redirect(redirect) => redirect.id.clone(),
            Self::Synonym(synonym) => synonym.id.clone(),
            Self::Promotion(promotion) => promotion.id.clone(),
            Self::DeliveryMethod(method) => method.id.clone(),
            Self::Tax(tax) => tax.id.clone(),
            Self::OrderStatus(status) => status.key(),
            Self::Delete(delete) => format!("{} {}", delete.of, delete.deleted_key()),
        }
    }

    /// The canonical JSON of the document.
    pub fn to_json(&self) -> String {
        let mut bytes = Vec::new();
        self.push_json(&mut bytes);
        String::from_utf8(bytes).expect("JSON is written as UTF-8")
    }

    /// Adds the same to a text in the making.
    pub fn push_json(&self, text: &mut Vec<u8>) {
        serde_json::to_writer(text, self)
            .expect("a document has text keys and finite numbers only, so it always serialises");
    }

    /// Reads a document whose JSON has passed the schema.
    pub fn from_value(value: Value) -> Result<Self, serde_json::Error> {
        let kind: Tag = Tag::deserialize(&value)?;
        Self::read(kind.kind, value)
    }

    /// Reads a document back from its canonical JSON.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        let tag: Tag = serde_json::from_str(text)?;
        Self::of_kind(tag.kind, text)
    }

    /// Reads a document of a kind that is known back from its canonical JSON.
    pub fn of_kind(kind: Kind, text: &str) -> Result<Self, serde_json::Error> {
        let mut reader = serde_json::Deserializer::from_str(text);
        let document = Self::read(kind, &mut reader)?;
        reader.end()?;
        Ok(document)
    }

    /// Reads a document of a kind that is known from whatever holds its fields.
    pub fn read<'de, D: Deserializer<'de>>(kind: Kind, from: D) -> Result<Self, D::Error> {
        Ok(match kind {
            Kind::Product => Self::Product(Box::new(Product::deserialize(from)?)),
            Kind::Variant => Self::Variant(Box::new(Variant::deserialize(from)?)),
            Kind::Offer => Self::Offer(Offer::deserialize(from)?),
            Kind::Category => Self::Category(Category::deserialize(from)?),
            Kind::Page => Self::Page(Page::deserialize(from)?),
            Kind::Attribute => Self::Attribute(AttributeDefinition::deserialize(from)?),
            Kind::Placement => Self::Placement(Placement::deserialize(from)?),
            Kind::Review => Self::Review(Review::deserialize(from)?),
            Kind::Redirect => Self::Redirect(Redirect::deserialize(from)?),
            Kind::Synonym => Self::Synonym(Synonym::deserialize(from)?),
            Kind::Promotion => Self::Promotion(Box::new(Promotion::deserialize(from)?)),
            Kind::DeliveryMethod => {
                Self::DeliveryMethod(Box::new(DeliveryMethod::deserialize(from)?))
            }
            Kind::Tax => Self::Tax(Tax::deserialize(from)?),
            Kind::Delete => Self::Delete(Delete::deserialize(from)?),
            Kind::OrderStatus => Self::OrderStatus(OrderStatus::deserialize(from)?),
        })
    }
}

/// Not derived: an internally tagged enum buffers numbers in a way that loses their exact digits.
impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::from_value(Value::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

#[derive(Deserialize)]
struct Tag {
    #[serde(rename = "type")]
    kind: Kind,
}
