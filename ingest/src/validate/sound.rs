//! Documents without a fault, read straight from their text.
//!
//! Nearly every record of a feed of documents is one. Whatever is not plainly sound goes the way that can say why, or
//! that mends it; so nothing here ever refuses a document.

use bumpalo::Bump;

use super::borrowed::Borrowed;
use super::{clean, rules, schemas};
use crate::config::{Provides, Source};
use crate::wire::{Document, Kind};

/// The document that a text holds, if it keeps every rule that a document can keep alone, and nothing in it must be
/// cleaned but its HTML.
pub(super) fn document(source: &Source, text: &str, arena: &Bump) -> Option<Document> {
    if source.contract.schema.is_some() || clean::text_may_hold_control(text) {
        return None;
    }
    let tree = Borrowed::read(text, arena).ok()?;
    let kind = Kind::parse(tree.get("type")?.as_text()?)?;
    let is_sound = kind != Kind::Delete
        && is_brought(source.provides, kind)
        && !tree.is_deeper(source.limits.max_depth)
        && schemas::is_valid(kind, &tree);
    if !is_sound {
        return None;
    }
    let mut document = Document::read(kind, &tree).ok()?;
    rules::check(&document).ok()?;
    clean::html_fields(&mut document);
    Some(document)
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
