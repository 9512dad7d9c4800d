//! Magento 2: a token that is the whole answer, search criteria in brackets, and the last page again behind the last one.

use serde_json::{Value, json};

use super::{Api, Asked, is_number, refusal, slice};
use crate::backend::script::Response;

const TOKEN: &str = "eyJraWQiOiIxIiwiYWxnIjoiSFMyNTYifQ.magento";

/// A shop.
#[derive(Debug, Default)]
pub struct Magento {
    /// Products, those that are not visible by themselves included.
    pub products: Vec<Value>,
    /// SKUs of configurable products, each with those of its children.
    pub children: Vec<(String, Vec<String>)>,
    /// Categories, the roots included.
    pub categories: Vec<Value>,
    /// Attributes of products.
    pub attributes: Vec<Value>,
    /// Rows of stock.
    pub source_items: Vec<Value>,
}

impl Api for Magento {
    fn answer(&self, asked: &Asked) -> Option<Response> {
        let path = asked.path.strip_prefix("/rest/default/V1/")?;
        if path == "integration/admin/token" {
            let wanted = json!({"username": "frontage", "password": "pa55word"});
            if asked.method != "POST" || asked.json() != wanted {
                let body = json!({"message": "The account sign-in was incorrect or your account is disabled temporarily."});
                return Some(refusal(401, &body));
            }
            return Some(Response::json(&json!(TOKEN)));
        }
        if asked.header("authorization") != Some(&format!("Bearer {TOKEN}")) {
            let body = json!({"message": "The consumer isn't authorized to access %resources."});
            return Some(refusal(401, &body));
        }
        let records = match path {
            "products" => &self.products,
            "categories/list" => &self.categories,
            "products/attributes" => &self.attributes,
            "inventory/source-items" => &self.source_items,
            path => return self.children_of(path),
        };
        Some(list(asked, records))
    }
}

impl Magento {
    fn children_of(&self, path: &str) -> Option<Response> {
        let sku = path
            .strip_prefix("configurable-products/")?
            .strip_suffix("/children")?;
        let sku = sku.replace("%20", " ").replace("%2F", "/");
        let (_, children) = self.children.iter().find(|(parent, _)| *parent == sku)?;
        let found = self.products.iter().filter(|product| {
            let is_it = |child: &String| product["sku"] == child.as_str();
            children.iter().any(is_it)
        });
        let without_gallery = found.cloned().map(|mut child| {
            if let Some(fields) = child.as_object_mut() {
                fields.remove("media_gallery_entries");
            }
            child
        });
        Some(Response::json(&without_gallery.collect()))
    }
}

fn list(asked: &Asked, records: &[Value]) -> Response {
    let filter = |part: &str| {
        asked.parameter(&format!(
            "searchCriteria[filter_groups][0][filters][0][{part}]"
        ))
    };
    let found: Vec<Value> = match (filter("field"), filter("value"), filter("condition_type")) {
        (Some(field), Some(value), Some("neq")) => {
            let others = records
                .iter()
                .filter(|record| !is_number(&record[field], value));
            others.cloned().collect()
        }
        _ => records.to_vec(),
    };
    if asked
        .parameter("searchCriteria[sortOrders][0][field]")
        .is_none()
    {
        return refusal(400, &json!({"message": "this test wants a stable order"}));
    }
    let size = asked
        .number("searchCriteria[pageSize]")
        .unwrap_or(found.len().max(1));
    let page = asked.number("searchCriteria[currentPage]").unwrap_or(1);
    let last = found.len().div_ceil(size).max(1);
    let from = (page.clamp(1, last) - 1) * size;
    Response::json(&json!({
        "items": slice(&found, from, size),
        "search_criteria": {"page_size": size, "current_page": page},
        "total_count": found.len(),
    }))
}
