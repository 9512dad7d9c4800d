//! Words in the place of codes: what attribute documents say of values that products and variants only name.
//!
//! A back end that numbers its values ("52" is Gray) says once what each number means. Everything behind this sees the
//! words: pages, search, and the values that listings are narrowed by, whose addresses are made of their labels.

use std::collections::HashMap;
use std::sync::Arc;

use frontage_shared::model::slug;

use crate::wire::{
    AttributeDefinition, AttributeKind, AttributeValue, OptionValue, Product, ProductOption, Short,
    ValueDefinition, Variant,
};

/// What attribute documents say of values.
#[derive(Debug, Default)]
pub(super) struct Labels {
    /// By the slug of the attribute's code, as everywhere else.
    pub(super) attributes: HashMap<String, Arc<AttributeDefinition>>,
    /// The attribute's code by the code of a value; the first by their codes where several have it.
    of_values: HashMap<String, String>,
    /// The same by codes as they were asked for: products name few, and each of them often.
    asked: hashbrown::HashMap<String, Option<Arc<AttributeDefinition>>>,
}

impl Labels {
    pub(super) fn new(definitions: &[AttributeDefinition]) -> Self {
        let mut labels = Self::default();
        for definition in definitions {
            for value in definition.values.keys() {
                let attribute = labels.of_values.entry(value.clone());
                attribute.or_insert_with(|| definition.code.clone());
            }
            let key = slug::from_text(&definition.code);
            labels.attributes.insert(key, Arc::new(definition.clone()));
        }
        labels
    }

    /// Completes the options of a product by what its variants choose, and names what has no name of its own.
    pub(super) fn name(&mut self, product: &mut Product, variants: &mut [Variant]) {
        for variant in variants.iter_mut() {
            for value in std::mem::take(&mut variant.option_values) {
                // A value that no attribute has says nothing that could be shown.
                if let Some(attribute) = self.of_values.get(value.as_str()) {
                    let code = attribute.as_str().into();
                    variant.options.entry(code).or_insert(value);
                }
            }
        }
        product.options = complete_options(std::mem::take(&mut product.options), variants);
        for option in &mut product.options {
            let Some(definition) = self.attribute(&option.code) else {
                continue;
            };
            let defined = |text: &Option<String>| text.as_deref().map(Short::from);
            option.name = option.name.take().or_else(|| defined(&definition.label));
            for value in &mut option.values {
                let Some(known) = definition.values.get(value.code.as_str()) else {
                    continue;
                };
                value
                    .name
                    .get_or_insert_with(|| known.label.as_str().into());
                value.swatch = value.swatch.take().or_else(|| defined(&known.swatch));
            }
        }
        for attribute in &mut product.attributes {
            if let Some(definition) = self.attribute(&attribute.code) {
                named(&mut attribute.value, definition);
            }
        }
    }

    /// What an attribute is, by its code.
    pub(super) fn attribute(&mut self, code: &str) -> Option<&AttributeDefinition> {
        if self.attributes.is_empty() {
            return None;
        }
        let attributes = &self.attributes;
        let asked = self.asked.entry_ref(code);
        let defined = asked.or_insert_with(|| attributes.get(&slug::from_text(code)).cloned());
        defined.as_deref()
    }
}

/// Puts labels in the place of codes; what has no label stays.
fn named(value: &mut AttributeValue, definition: &AttributeDefinition) {
    let code = match value {
        _ if definition.values.is_empty() => return,
        AttributeValue::Text(text) => text.trim().to_owned(),
        AttributeValue::Number(number) => number.to_string(),
        AttributeValue::Boolean(_) => return,
        AttributeValue::List(items) => {
            items.iter_mut().for_each(|item| named(item, definition));
            return;
        }
    };
    let text = |defined: &ValueDefinition| AttributeValue::Text(defined.label.as_str().into());
    if let Some(defined) = definition.values.get(&code) {
        *value = text(defined);
    } else if definition.kind == Some(AttributeKind::Multiselect) {
        // "50,53" where each part is a code.
        let parts = code
            .split(',')
            .map(|part| definition.values.get(part.trim()));
        if let Some(parts) = parts.collect::<Option<Vec<_>>>() {
            *value = AttributeValue::List(parts.into_iter().map(text).collect());
        }
    }
}

/// The product's own definitions, completed by what its variants use.
fn complete_options(mut options: Vec<ProductOption>, variants: &[Variant]) -> Vec<ProductOption> {
    for (code, value) in variants.iter().flat_map(|variant| &variant.options) {
        let at = options
            .iter()
            .position(|option| option.code == *code)
            .unwrap_or_else(|| {
                options.push(ProductOption {
                    code: code.clone(),
                    ..ProductOption::default()
                });
                options.len() - 1
            });
        let Some(option) = options.get_mut(at) else {
            continue;
        };
        if option.values.iter().all(|known| known.code != *value) {
            option.values.push(OptionValue {
                code: value.clone(),
                ..OptionValue::default()
            });
        }
    }
    options.retain(|option| !option.values.is_empty());
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels() -> Labels {
        let documents = r##"[
            {"code": "color", "label": "Colour", "values": {"52": {"label": "Gray", "swatch": "#808080"}, "53": {"label": "Red"}}},
            {"code": "activity", "kind": "multiselect", "values": {"8": {"label": "Gym"}, "9": {"label": "Hike"}}}]"##;
        let documents: Vec<AttributeDefinition> = serde_json::from_str(documents).unwrap();
        Labels::new(&documents)
    }

    fn named_product(product: &str, variants: &str) -> (serde_json::Value, Vec<Variant>) {
        let mut product: Product = serde_json::from_str(product).unwrap();
        let mut variants: Vec<Variant> = serde_json::from_str(variants).unwrap();
        labels().name(&mut product, &mut variants);
        (serde_json::to_value(product).unwrap(), variants)
    }

    #[test]
    fn codes_get_their_labels_and_own_names_stay() {
        let product = r#"{"id": "a", "name": "A", "options": [{"code": "color", "values": [{"code": "53", "name": "Cherry"}]}],
            "attributes": [{"code": "Color", "value": 52}, {"code": "activity", "value": "9,8"},
                {"code": "activity", "value": "9,77"}, {"code": "other", "value": "52"}]}"#;
        let variants = r#"[{"id": "1", "options": {"color": "52"}}, {"id": "2", "option_values": ["53", "404"]}]"#;
        let (product, variants) = named_product(product, variants);
        let wanted = serde_json::json!([{"code": "color", "name": "Colour", "values": [
            {"code": "53", "name": "Cherry"}, {"code": "52", "name": "Gray", "swatch": "#808080"}]}]);
        assert_eq!(product["options"], wanted);
        let values: Vec<_> = product["attributes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["value"].clone())
            .collect();
        let wanted = serde_json::json!(["Gray", ["Hike", "Gym"], "9,77", "52"]);
        assert_eq!(serde_json::Value::from(values), wanted);
        assert_eq!(
            variants[1].options.get("color").map(Short::as_str),
            Some("53")
        );
        assert_eq!(variants[1].options.len(), 1);
    }
}
