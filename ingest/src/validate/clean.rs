//! Texts made fit for a page: no control characters, no unsafe HTML.
//!
//! Identifiers are not touched: what must match elsewhere is refused rather than changed.

use std::borrow::Cow;

use crate::html;
use crate::wire::Document;
use serde_json::Value;

/// Fields that name something; their schema refuses control characters.
const IDENTIFIERS: [&str; 19] = [
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
    "tax_class",
    "class",
    "default_class",
    "delivery_class",
    "coupons",
    "customer_groups",
    "product_ids",
    "method_ids",
    "region",
];

/// Removes control characters from every text that is no identifier. Line breaks and tabs stay.
pub(super) fn control_characters(value: &mut Value) {
    match value {
        Value::String(text) if holds_control(text) => {
            text.retain(|character| !is_control(character))
        }
        Value::Array(items) => items.iter_mut().for_each(control_characters),
        Value::Object(fields) => {
            for (name, value) in fields {
                // Most values have nothing to remove, whatever they are called.
                let is_settled = match value {
                    Value::String(text) => !holds_control(text),
                    Value::Array(_) | Value::Object(_) => false,
                    Value::Null | Value::Bool(_) | Value::Number(_) => true,
                };
                if !is_settled && !IDENTIFIERS.contains(&name.as_str()) {
                    control_characters(value);
                }
            }
        }
        _ => {}
    }
}

/// Whether a text holds a control character. Every text of every document is asked, so bytes are looked at without
/// decoding them.
fn holds_control(text: &str) -> bool {
    let bytes = text.as_bytes();
    // All of them at once, without a branch for each.
    let is_low =
        |byte: u8| (byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) | (byte == 0x7f);
    if bytes
        .iter()
        .fold(false, |found, &byte| found | is_low(byte))
    {
        return true;
    }
    // The first bytes of U+0080 to U+009F, of U+202D and U+202E, and of U+FFFE and U+FFFF.
    memchr::memchr3_iter(0xc2, 0xe2, 0xef, bytes).any(|at| {
        matches!(
            bytes.get(at..),
            Some(
                [0xc2, 0x80..=0x9f, ..]
                    | [0xe2, 0x80, 0xad | 0xae, ..]
                    | [0xef, 0xbf, 0xbe | 0xbf, ..]
            )
        )
    })
}

/// Whether a JSON text may hold a control character that is to be removed, as it is or as an escape.
pub(super) fn text_may_hold_control(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_harmless = |byte: &u8| matches!(byte, b'"' | b'\\' | b'/' | b'n' | b'r' | b't');
    let is_suspect = |at: usize| !bytes.get(at + 1).is_some_and(is_harmless);
    let mut escape = 0;
    while let Some(at) = bytes
        .get(escape..)
        .and_then(|rest| memchr::memchr(b'\\', rest))
    {
        if is_suspect(escape + at) {
            return true;
        }
        escape += at + 2;
    }
    holds_control(text)
}

fn is_control(character: char) -> bool {
    // U+FFFE and U+FFFF are no characters; the directional overrides turn the text around them.
    (character.is_control() && !matches!(character, '\n' | '\r' | '\t'))
        || matches!(character, '\u{fffe}' | '\u{ffff}' | '\u{202d}' | '\u{202e}')
}

/// Removes from the HTML fields what is not safe in a page; a field that was nothing else is gone.
pub(super) fn html_fields(document: &mut Document) {
    match document {
        Document::Product(product) => {
            clean(&mut product.description);
            clean(&mut product.short_description);
            for own in product.translations.values_mut() {
                clean(&mut own.description);
                clean(&mut own.short_description);
            }
        }
        Document::Category(category) => {
            clean(&mut category.description);
            let translations = category.translations.values_mut();
            translations.for_each(|own| clean(&mut own.description));
        }
        Document::Page(page) => {
            clean(&mut page.body);
            page.sections
                .iter_mut()
                .for_each(|one| clean(&mut one.body));
            for own in page.translations.values_mut() {
                clean(&mut own.body);
                own.sections.iter_mut().for_each(|one| clean(&mut one.body));
            }
        }
        Document::Variant(_)
        | Document::Offer(_)
        | Document::Attribute(_)
        | Document::Placement(_)
        | Document::Review(_)
        | Document::Redirect(_)
        | Document::Synonym(_)
        | Document::Promotion(_)
        | Document::DeliveryMethod(_)
        | Document::Tax(_)
        | Document::OrderStatus(_)
        | Document::Delete(_) => {}
    }
}

fn clean(field: &mut Option<String>) {
    let Some(text) = field else { return };
    if let Cow::Owned(safe) = html::safe(text) {
        *text = safe;
    }
    if text.trim().is_empty() {
        *field = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_control_character_is_overlooked() {
        let mut text = String::new();
        for character in '\0'..=char::MAX {
            text.clear();
            text.push('a');
            text.push(character);
            assert_eq!(
                is_control(character),
                holds_control(&text),
                "{:x}",
                u32::from(character)
            );
        }
        assert!(text_may_hold_control(r#"{"a": "\u0001"}"#));
        assert!(text_may_hold_control(r#"{"a": "x\\\b"}"#));
        assert!(!text_may_hold_control(r#"{"a": "x\\b \" \n"}"#));
        assert!(text_may_hold_control("{\"a\": \"x\u{202e}\"}"));
        assert!(!text_may_hold_control("{\"a\": \"12 £ – “x”\"}"));
        assert!(!holds_control("Käse,\tBrot\r\nund Żur"));
    }
}
