//! WooCommerce: ten records a page unless more are asked for, a hundred at most, and links to the next page.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Api, Asked, is_after, is_like, is_number, refusal, slice};
use crate::backend::script::Response;

/// A shop.
#[derive(Debug, Default)]
pub struct Woocommerce {
    /// Products of every status, with the ids of their variations.
    pub products: Vec<Value>,
    /// Variations of all products, each with its `parent_id`.
    pub variations: Vec<Value>,
    /// Product categories.
    pub categories: Vec<Value>,
}

impl Api for Woocommerce {
    fn answer(&self, asked: &Asked) -> Option<Response> {
        let path = asked.path.strip_prefix("/wp-json/wc/v3/")?;
        let basic = format!("Basic {}", STANDARD.encode("ck_key:cs_secret"));
        let by_query = asked.parameter("consumer_key") == Some("ck_key")
            && asked.parameter("consumer_secret") == Some("cs_secret");
        if asked.header("authorization") != Some(&basic) && !by_query {
            let body = json!({"code": "woocommerce_rest_cannot_view", "message": "Sorry, you cannot list resources.", "data": {"status": 401}});
            return Some(refusal(401, &body));
        }
        let has_status = |product: &&Value| match asked.parameter("status").unwrap_or("any") {
            "any" => true,
            status => product["status"] == status,
        };
        let records: Vec<Value> = match path {
            "products" => {
                let Some(changed) = changed(asked, &self.products) else {
                    let body = json!({"code": "rest_invalid_param", "message": "Invalid parameter(s): modified_after", "data": {"status": 400}});
                    return Some(refusal(400, &body));
                };
                changed.iter().filter(has_status).cloned().collect()
            }
            "products/categories" => self.categories.clone(),
            path => {
                let id = path
                    .strip_prefix("products/")?
                    .strip_suffix("/variations")?;
                let own = self.variations.iter();
                own.filter(|one| is_number(&one["parent_id"], id))
                    .cloned()
                    .collect()
            }
        };
        Some(list(asked, &records))
    }
}

/// What changed since the instant that is asked for; without one, everything.
fn changed(asked: &Asked, products: &[Value]) -> Option<Vec<Value>> {
    let Some(since) = asked.parameter("modified_after") else {
        return Some(products.to_vec());
    };
    // Without dates_are_gmt, it is the local time of a site that nobody knows here.
    if !is_like(since, "0000-00-00T00:00:00") || asked.parameter("dates_are_gmt") != Some("true") {
        return None;
    }
    let changed = products.iter();
    let changed = changed.filter(|product| is_after(product, "date_modified_gmt", since));
    Some(changed.cloned().collect())
}

fn list(asked: &Asked, records: &[Value]) -> Response {
    let size = asked.number("per_page").unwrap_or(10);
    if !(1..=100).contains(&size) {
        let body = json!({"code": "rest_invalid_param", "message": "Invalid parameter(s): per_page", "data": {"status": 400}});
        return refusal(400, &body);
    }
    let page = asked.number("page").unwrap_or(1).max(1);
    let pages = records.len().div_ceil(size);
    let shown = slice(records, (page - 1) * size, size);
    let answer = Response::json(&Value::from(shown.to_vec()))
        .header("x-wp-total", &records.len().to_string())
        .header("x-wp-totalpages", &pages.to_string());
    if page >= pages {
        return answer;
    }
    let mut next = url::Url::parse(&format!("{}{}", asked.origin, asked.path))
        .expect("the origin of a listener and a path are an address");
    let kept = asked.query.iter().filter(|(name, _)| name != "page");
    next.query_pairs_mut()
        .extend_pairs(kept)
        .append_pair("page", &(page + 1).to_string());
    answer.header("link", &format!("<{next}>; rel=\"next\""))
}
