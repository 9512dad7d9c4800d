//! What the sources of lines and pages send when nobody disturbs them.

use frontage_tests::backend::{Backend, Response};
use frontage_tests::documents;
use frontage_tests::shop::{CATALOG, OFFERS};
use serde_json::{Value, json};

use super::bed::LISTED;

/// Products of the source of lines, each with an offer in the source of offers.
pub(super) const PRODUCTS: usize = 40;
/// Products on each of the three pages of the paged source.
pub(super) const ON_A_PAGE: usize = 10;

/// Lets all three sources say what they should. With a suffix the products of lines have another name.
pub(super) fn behave(backend: &Backend, suffix: &str) {
    backend.respond_with(CATALOG, Response::ndjson(&products(suffix)));
    backend.respond_with(OFFERS, Response::ndjson(&offers()));
    let next = |page: usize| format!("{LISTED}?page={page}");
    backend.respond_with(LISTED, page(1, Some(&next(2))));
    backend.respond_with(&next(2), page(2, Some(&next(3))));
    backend.respond_with(&next(3), page(3, None));
}

/// Lets all three sources say only half of it.
pub(super) fn halve(backend: &Backend) {
    let half = |documents: Vec<Value>| Response::ndjson(&documents[..PRODUCTS / 2]);
    backend.respond_with(CATALOG, half(products("")));
    backend.respond_with(OFFERS, half(offers()));
    backend.respond_with(LISTED, page(1, None));
}

/// What the source of lines sends.
pub(super) fn products(suffix: &str) -> Vec<Value> {
    let mut documents = documents::shop(PRODUCTS);
    for product in documents
        .iter_mut()
        .filter(|document| document["type"] == "product")
    {
        product["slug"] = json!(format!(
            "thing-number-{}",
            &product["id"].as_str().unwrap_or_default()[1..]
        ));
        product["name"] = json!(format!(
            "{}{suffix}",
            product["name"].as_str().unwrap_or_default()
        ));
    }
    documents
}

/// What stands on a page of the paged source, from 1.
pub(super) fn listed(page: usize) -> Vec<Value> {
    let first = (page - 1) * ON_A_PAGE + 1;
    let product = |number: usize| {
        documents::product(
            &format!("l{number}"),
            &format!("Listed number {number}"),
            "20.00",
        )
    };
    (first..first + ON_A_PAGE).map(product).collect()
}

/// A page of the paged source.
pub(super) fn page(number: usize, next: Option<&str>) -> Response {
    let response = Response::json(&json!({"data": listed(number)}));
    match next {
        Some(next) => response.header("link", &format!("<{next}>; rel=\"next\"")),
        None => response,
    }
}

/// What the source of offers sends.
pub(super) fn offers() -> Vec<Value> {
    (1..=PRODUCTS)
        .map(|number| documents::offer(&format!("p{number}"), &format!("{}.50", 9 + number), 5))
        .collect()
}

/// One JSON value a line, without the validators of [`Response::ndjson`].
pub(super) fn lines(documents: &[Value]) -> String {
    documents
        .iter()
        .map(|document| format!("{document}\n"))
        .collect()
}

/// A body that says it is lines.
pub(super) fn ndjson(body: impl Into<bytes::Bytes>) -> Response {
    Response::ok("application/x-ndjson", body)
}
