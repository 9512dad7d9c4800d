//! Texts made fit for a page: no control characters, no unsafe HTML.
//!
//! Identifiers are not touched: what must match elsewhere is refused rather than changed.

use crate::html;
use crate::wire::Document;
use serde_json::Value;

/// Fields that name something; their schema refuses control characters.
const IDENTIFIERS: [&str; 10] = [
    "id",
    "code",
    "sku",
    "slug",
    "variant_id",
    "product_id",
    "parent_id",
    "primary_category_id",
    "category_ids",
    "options",
];

/// Removes control characters from every text that is no identifier. Line breaks and tabs stay.
pub(super) fn control_characters(value: &mut Value) {
    match value {
        Value::String(text) if text.contains(is_control) => {
            text.retain(|character| !is_control(character))
        }
        Value::Array(items) => items.iter_mut().for_each(control_characters),
        Value::Object(fields) => {
            for (name, value) in fields {
                if !IDENTIFIERS.contains(&name.as_str()) {
                    control_characters(value);
                }
            }
        }
        _ => {}
    }
}

fn is_control(character: char) -> bool {
    // U+FFFE and U+FFFF are no characters; the directional overrides turn the text around them.
    (character.is_control() && !matches!(character, '\n' | '\r' | '\t'))
        || matches!(character, '\u{fffe}' | '\u{ffff}' | '\u{202d}' | '\u{202e}')
}

/// Removes from the HTML fields what is not safe in a page; a field that was nothing else is gone.
pub(super) fn html_fields(document: &mut Document) {
    let fields: [Option<&mut Option<String>>; 2] = match document {
        Document::Product(product) => [
            Some(&mut product.description),
            Some(&mut product.short_description),
        ],
        Document::Category(category) => [Some(&mut category.description), None],
        Document::Page(page) => [Some(&mut page.body), None],
        Document::Offer(_) | Document::Attribute(_) => [None, None],
    };
    for field in fields.into_iter().flatten() {
        if let Some(text) = field.take() {
            let safe = html::safe(&text);
            *field = (!safe.trim().is_empty()).then_some(safe);
        }
    }
}
