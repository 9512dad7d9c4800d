//! ERPNext: lists of twenty names unless more is asked for, and documents with their child tables one by one.

use serde_json::{Map, Value, json};

use super::{Api, Asked, is_after, is_like, refusal, slice};
use crate::backend::script::Response;

/// A site with the documents of a few types.
#[derive(Debug, Default)]
pub struct Erpnext {
    /// Types, such as `Item Price`, with all of their documents.
    pub types: Vec<(&'static str, Vec<Value>)>,
}

impl Api for Erpnext {
    fn answer(&self, asked: &Asked) -> Option<Response> {
        let path = asked.path.strip_prefix("/api/resource/")?;
        if asked.header("authorization") != Some("token k3y:s3cret") {
            return Some(refusal(401, &json!({"exc_type": "AuthenticationError"})));
        }
        let decoded = |text: &str| {
            let plus = text.replace('+', "%2B");
            let mut pairs = url::form_urlencoded::parse(plus.as_bytes());
            pairs
                .next()
                .map_or(String::new(), |(name, _)| name.into_owned())
        };
        let (doctype, name) = path.split_once('/').unwrap_or((path, ""));
        let (doctype, name) = (decoded(doctype), decoded(name));
        let (_, documents) = self.types.iter().find(|(known, _)| *known == doctype)?;
        if name.is_empty() {
            return Some(list(asked, documents));
        }
        Some(
            match documents.iter().find(|document| document["name"] == name) {
                Some(document) => Response::json(&json!({"data": document})),
                None => refusal(404, &json!({"exc_type": "DoesNotExistError"})),
            },
        )
    }
}

fn list(asked: &Asked, documents: &[Value]) -> Response {
    let parsed =
        |name: &str| -> Option<Value> { serde_json::from_str(asked.parameter(name)?).ok() };
    let fields = parsed("fields").unwrap_or(json!(["name"]));
    let filters = parsed("filters").unwrap_or(json!([]));
    let filters: Vec<&Value> = filters.as_array().into_iter().flatten().collect();
    let is_known = |filter: &&Value| match filter[1].as_str() {
        Some(">") => filter[2]
            .as_str()
            .is_some_and(|since| is_like(since, "0000-00-00 00:00:00")),
        operator => operator == Some("="),
    };
    if !filters.iter().all(is_known) {
        let told = json!({"exc_type": "ValidationError", "exception": "Invalid filter"});
        return refusal(417, &told);
    }
    let is_meant = |document: &&Value| {
        filters.iter().all(|filter| {
            let field = filter[0].as_str().unwrap_or_default();
            match filter[2].as_str().filter(|_| filter[1] == ">") {
                Some(since) => is_after(document, field, since),
                None => document[field] == filter[2],
            }
        })
    };
    let found: Vec<&Value> = documents.iter().filter(is_meant).collect();
    let mut shown = Vec::new();
    for document in found {
        let mut row = Map::new();
        for field in fields
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
        {
            match document.get(field) {
                // Child tables are no part of a list.
                Some(value) if !value.is_array() => {
                    row.insert(field.to_owned(), value.clone());
                }
                _ => {
                    let told = json!({"exc_type": "DataError", "exception": format!("Field not permitted in query: {field}")});
                    return refusal(417, &told);
                }
            }
        }
        shown.push(Value::from(row));
    }
    let size = asked.number("limit_page_length").unwrap_or(20);
    let from = asked.number("limit_start").unwrap_or(0);
    Response::json(&json!({"data": slice(&shown, from, size)}))
}
