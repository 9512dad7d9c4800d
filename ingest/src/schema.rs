//! The schemas of feed 1, embedded: what validation enforces and what mapping converts towards.
//!
//! The files under `schemas/` are the only statement of what a document is; nothing here repeats them.

use crate::wire::Kind;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What the other schemas refer to, under this name.
pub const COMMON_NAME: &str = "common.schema.json";

static COMMON: LazyLock<Value> =
    LazyLock::new(|| parse(include_str!("../../schemas/common.schema.json")));
static DOCUMENTS: LazyLock<BTreeMap<Kind, Value>> = LazyLock::new(|| {
    let text = |kind| match kind {
        Kind::Product => include_str!("../../schemas/product.schema.json"),
        Kind::Variant => include_str!("../../schemas/variant.schema.json"),
        Kind::Offer => include_str!("../../schemas/offer.schema.json"),
        Kind::Category => include_str!("../../schemas/category.schema.json"),
        Kind::Page => include_str!("../../schemas/page.schema.json"),
        Kind::Attribute => include_str!("../../schemas/attribute.schema.json"),
        Kind::Placement => include_str!("../../schemas/placement.schema.json"),
        Kind::Review => include_str!("../../schemas/review.schema.json"),
        Kind::Redirect => include_str!("../../schemas/redirect.schema.json"),
        Kind::Synonym => include_str!("../../schemas/synonym.schema.json"),
        Kind::Promotion => include_str!("../../schemas/promotion.schema.json"),
        Kind::DeliveryMethod => include_str!("../../schemas/delivery_method.schema.json"),
        Kind::Tax => include_str!("../../schemas/tax.schema.json"),
        Kind::Delete => include_str!("../../schemas/delete.schema.json"),
        Kind::OrderStatus => include_str!("../../schemas/order_status.schema.json"),
    };
    Kind::ALL
        .into_iter()
        .map(|kind| (kind, parse(text(kind))))
        .collect()
});

/// The definitions all schemas share.
pub fn common() -> &'static Value {
    &COMMON
}

/// The schema of a document.
pub fn document(kind: Kind) -> &'static Value {
    &DOCUMENTS[&kind]
}

/// What a `$ref` found in `schema` refers to.
pub fn resolve<'a>(schema: &'a Value, reference: &str) -> Option<&'a Value> {
    let (file, pointer) = reference.split_once('#')?;
    match file {
        "" => schema.pointer(pointer),
        COMMON_NAME => common().pointer(pointer),
        _ => None,
    }
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).expect("the embedded schemas are JSON, as a test has it")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    match value {
                        Value::String(reference) if name == "$ref" => found.push(reference.clone()),
                        other => references(other, found),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }

    #[test]
    fn a_variant_has_the_same_fields_wherever_it_stands() {
        let inside = &document(Kind::Product)["$defs"]["variant"]["properties"];
        let mut apart = document(Kind::Variant)["properties"].clone();
        let fields = apart.as_object_mut().unwrap();
        assert!(fields.remove("type").is_some() && fields.remove("product_id").is_some());
        assert_eq!(apart, *inside);
    }

    #[test]
    fn every_reference_stays_inside_the_folder() {
        for schema in Kind::ALL.map(document).into_iter().chain([common()]) {
            let mut found = Vec::new();
            references(schema, &mut found);
            for reference in found {
                assert!(resolve(schema, &reference).is_some(), "{reference}");
            }
        }
    }
}
