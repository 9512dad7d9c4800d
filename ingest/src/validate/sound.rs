//! Documents without a fault, read straight from their text.
//!
//! Nearly every record of a feed of documents is one. Whatever is not plainly sound goes the way that can say why, or
//! that mends it; so nothing here ever refuses a document.

use bumpalo::Bump;

use super::borrowed::Borrowed;
use super::{clean, plain, rules, schemas};
use crate::config::{Provides, Source};
use crate::wire::{Document, Kind};

/// The document that a text holds, if it keeps every rule that a document can keep alone, and nothing in it must be
/// cleaned but its HTML.
pub(super) fn document(source: &Source, text: &str, arena: &Bump) -> Option<Document> {
    if source.contract.schema.is_some() || clean::text_may_hold_control(text) {
        return None;
    }
    let mut document = match from_text(source, text) {
        Some(document) => document,
        None => from_tree(source, text, arena)?,
    };
    rules::check(&document).ok()?;
    clean::html_fields(&mut document);
    Some(document)
}

/// One that plainly keeps its schema.
fn from_text(source: &Source, text: &str) -> Option<Document> {
    let kind = plain::kind(text)?;
    let is_looked_at = is_brought(source.provides, kind) && source.limits.max_depth >= plain::DEPTH;
    is_looked_at.then(|| plain::document(kind, text))?
}

/// One of which the schema itself says that it is kept.
fn from_tree(source: &Source, text: &str, arena: &Bump) -> Option<Document> {
    let tree = Borrowed::read(text, arena).ok()?;
    let kind = Kind::parse(tree.get("type")?.as_text()?)?;
    let is_sound = kind != Kind::Delete
        && is_brought(source.provides, kind)
        && !tree.is_deeper(source.limits.max_depth)
        && schemas::is_valid(kind, &tree);
    is_sound.then(|| Document::read(kind, &tree).ok())?
}

/// Whether a source may bring documents of a kind.
pub(super) fn is_brought(provides: Provides, kind: Kind) -> bool {
    match provides {
        Provides::Offers => kind == Kind::Offer,
        Provides::Terms => kind.is_terms(),
        Provides::Orders => kind == Kind::OrderStatus,
        Provides::Catalog => !kind.is_fast() && kind != Kind::OrderStatus,
    }
}
