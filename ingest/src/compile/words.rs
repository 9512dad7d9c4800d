//! What search knows about a product: plain words out of names, attributes and sanitised HTML.

use frontage_shared::snapshot::text::TextDocument;

use crate::wire::{AttributeValue, Product, Short};

/// Words of a description beyond this many bytes do not help anybody find it.
const MAX_DESCRIPTION_BYTES: usize = 8_192;

/// Title, body and codes of a product; `categories` are the names of all it stands in.
pub(super) fn of<'a>(product: &Product, categories: impl Iterator<Item = &'a str>) -> TextDocument {
    let mut body = String::new();
    let mut add = |text: &str| {
        body.push_str(text);
        body.push(' ');
    };
    product.brand.as_deref().into_iter().for_each(&mut add);
    categories.for_each(&mut add);
    product.tags.iter().for_each(|tag| add(tag));
    for value in product.options.iter().flat_map(|option| &option.values) {
        add(value.name.as_deref().unwrap_or(&value.code));
    }
    for attribute in &product.attributes {
        each_text(&attribute.value, &mut add);
    }
    for html in [&product.short_description, &product.description]
        .into_iter()
        .flatten()
    {
        add(&plain(html));
    }
    let variant_codes = product
        .variants
        .iter()
        .flat_map(|variant| [&variant.sku, &variant.gtin, &variant.mpn]);
    let codes = variant_codes
        .chain([&product.sku, &product.gtin, &product.mpn])
        .flatten()
        .chain([&product.id])
        .map(Short::to_string);
    TextDocument {
        title: product.name.clone(),
        body,
        codes: codes.collect(),
    }
}

/// Each value of an attribute as a shopper reads it.
pub(super) fn value_texts(value: &AttributeValue) -> Vec<String> {
    let mut texts = Vec::new();
    each_text(value, &mut |text| texts.push(text.to_owned()));
    texts
}

/// The same, one after another.
pub(super) fn each_text(value: &AttributeValue, take: &mut impl FnMut(&str)) {
    match value {
        AttributeValue::Text(text) => take(text.trim()),
        AttributeValue::Number(number) => take(number_text(number.as_str())),
        AttributeValue::Boolean(true) => take("Yes"),
        AttributeValue::Boolean(false) => take("No"),
        AttributeValue::List(items) => items.iter().for_each(|item| each_text(item, take)),
    }
}

/// `6.0` reads `6`, `2.50` reads `2.5`; exponents stay as they are.
fn number_text(number: &str) -> &str {
    if number.contains('.') && !number.contains(['e', 'E']) {
        return number.trim_end_matches('0').trim_end_matches('.');
    }
    number
}

/// Sanitised HTML without its tags; tags separate words.
fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len().min(MAX_DESCRIPTION_BYTES));
    let mut in_tag = false;
    for character in html.chars() {
        match character {
            '<' => in_tag = true,
            '>' if in_tag => {
                in_tag = false;
                text.push(' ');
            }
            _ if in_tag => {}
            other => text.push(other),
        }
        if text.len() >= MAX_DESCRIPTION_BYTES {
            break;
        }
    }
    for (entity, character) in [
        ("&nbsp;", " "),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&amp;", "&"),
    ] {
        if text.contains(entity) {
            text = text.replace(entity, character);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_separate_words_and_entities_become_characters() {
        assert_eq!(
            plain("<p>one</p><p>two &amp; <b>three</b></p>")
                .split_whitespace()
                .collect::<Vec<_>>(),
            ["one", "two", "&", "three"]
        );
        assert!(plain(&"word ".repeat(10_000)).len() <= MAX_DESCRIPTION_BYTES + 4);
    }

    #[test]
    fn numbers_read_as_people_write_them() {
        for (number, text) in [
            ("6.0", "6"),
            ("2.50", "2.5"),
            ("23000", "23000"),
            ("100", "100"),
            ("1e3", "1e3"),
        ] {
            assert_eq!(number_text(number), text);
        }
    }
}
