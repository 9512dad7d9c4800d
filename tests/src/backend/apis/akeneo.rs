//! Akeneo: a token for a user and a client, at most a hundred records a page, and cursors that nobody can guess.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Api, Asked, is_like, refusal, slice};
use crate::backend::script::Response;

/// A PIM with what its tests need.
#[derive(Debug, Default)]
pub struct Akeneo {
    /// Products, variants included.
    pub products: Vec<Value>,
    /// Product models.
    pub models: Vec<Value>,
    /// Categories.
    pub categories: Vec<Value>,
    /// Attributes.
    pub attributes: Vec<Value>,
    /// Options of all attributes.
    pub options: Vec<Value>,
}

const TOKEN: &str =
    "NzFiYTM4ZTEwMjcwZTcyZWIzZTA0NmY3NjE3MTIyMjM1Y2NlMmNlNWEyMTAzY2UzYmY0YWIxYmUzNTkyMDcyNQ";

impl Api for Akeneo {
    fn answer(&self, asked: &Asked) -> Option<Response> {
        if asked.path == "/api/oauth/v1/token" {
            return Some(token(asked));
        }
        let path = asked.path.strip_prefix("/api/rest/v1/")?;
        if asked.header("authorization") != Some(&format!("Bearer {TOKEN}")) {
            let body = json!({"code": 401, "message": "Authentication is required"});
            return Some(refusal(401, &body));
        }
        let all = |records: &[Value]| records.to_vec();
        Some(match path {
            "products-uuid" => match self.searched(asked) {
                Some(found) => list(asked, &found, true),
                None => refusal(
                    422,
                    &json!({"code": 422, "message": "Filter on property is not supported"}),
                ),
            },
            "product-models" => list(asked, &all(&self.models), true),
            "categories" => list(asked, &all(&self.categories), false),
            "attributes" => list(asked, &self.typed(asked), false),
            _ => self.options_of(path, asked)?,
        })
    }
}

impl Akeneo {
    /// All products, those below a model, or those that changed.
    fn searched(&self, asked: &Asked) -> Option<Vec<Value>> {
        let Some(search) = asked.parameter("search") else {
            return Some(self.products.clone());
        };
        let search: Value = serde_json::from_str(search).ok()?;
        if let Some(filter) = search.get("updated") {
            return self.updated_after(&filter[0]);
        }
        let filter = &search["parent"][0];
        let top = filter["value"]
            .as_str()
            .filter(|_| filter["operator"] == "=")?;
        let is_below = |product: &&Value| {
            let mut at = product["parent"].as_str();
            while let Some(code) = at {
                if code == top {
                    return true;
                }
                let parent = self.models.iter().find(|model| model["code"] == code);
                at = parent.and_then(|parent| parent["parent"].as_str());
            }
            false
        };
        Some(self.products.iter().filter(is_below).cloned().collect())
    }

    /// The products that changed after the instant of a filter, as the server's clock has it, which runs in UTC.
    fn updated_after(&self, filter: &Value) -> Option<Vec<Value>> {
        let since = filter["value"].as_str()?;
        if filter["operator"] != ">" || !is_like(since, "0000-00-00 00:00:00") {
            return None;
        }
        let since = since.replace(' ', "T");
        let is_later = |product: &&Value| {
            let updated = product["updated"].as_str();
            updated.is_some_and(|updated| updated > since.as_str())
        };
        Some(self.products.iter().filter(is_later).cloned().collect())
    }

    /// All attributes, or those of some types.
    fn typed(&self, asked: &Asked) -> Vec<Value> {
        let search = asked.parameter("search").unwrap_or("{}");
        let search: Value = serde_json::from_str(search).unwrap_or_default();
        let types = search["type"][0]["value"].as_array();
        let is_meant =
            |attribute: &&Value| types.is_none_or(|types| types.contains(&attribute["type"]));
        self.attributes.iter().filter(is_meant).cloned().collect()
    }

    fn options_of(&self, path: &str, asked: &Asked) -> Option<Response> {
        let code = path.strip_prefix("attributes/")?.strip_suffix("/options")?;
        let attribute = self
            .attributes
            .iter()
            .find(|attribute| attribute["code"] == code)?;
        let kind = attribute["type"].as_str().unwrap_or_default();
        if !kind.ends_with("select") {
            let message = format!("Attribute \"{code}\" does not support options.");
            return Some(refusal(404, &json!({"code": 404, "message": message})));
        }
        let own = self
            .options
            .iter()
            .filter(|option| option["attribute"] == code);
        let own: Vec<Value> = own.cloned().collect();
        Some(list(asked, &own, false))
    }
}

fn token(asked: &Asked) -> Response {
    let client = format!("Basic {}", STANDARD.encode("client:5ecret"));
    let wanted = json!({"grant_type": "password", "username": "frontage", "password": "pa55word"});
    if asked.header("authorization") != Some(&client) || asked.json() != wanted {
        let body =
            json!({"code": 422, "message": "No user found for the given username and password"});
        return refusal(422, &body);
    }
    Response::json(
        &json!({"access_token": TOKEN, "expires_in": 3600, "token_type": "bearer", "scope": null, "refresh_token": "x"}),
    )
}

/// A page, by number or by a cursor.
fn list(asked: &Asked, records: &[Value], may_search_after: bool) -> Response {
    let limit = asked.number("limit").unwrap_or(10);
    if limit > 100 {
        let body = json!({"code": 422, "message": "You cannot request more than 100 items."});
        return refusal(422, &body);
    }
    let by_cursor = may_search_after && asked.parameter("pagination_type") == Some("search_after");
    let cursor = |place: usize| STANDARD.encode(format!("after-{place}"));
    let from = match by_cursor {
        true => {
            let given = asked.parameter("search_after");
            let place =
                given.map(|given| (0..=records.len()).find(|&place| cursor(place) == given));
            place.flatten().unwrap_or(0)
        }
        false => (asked.number("page").unwrap_or(1) - 1) * limit,
    };
    let shown = slice(records, from, limit);
    let mut body = json!({
        "_links": {"self": {"href": format!("{}{}", asked.origin, asked.path)}},
        "_embedded": {"items": shown},
    });
    if from + shown.len() < records.len() {
        let mut next = url::Url::parse(&format!("{}{}", asked.origin, asked.path))
            .expect("the origin of a listener and a path are an address");
        let kept = asked
            .query
            .iter()
            .filter(|(name, _)| name != "page" && name != "search_after");
        next.query_pairs_mut().extend_pairs(kept);
        match by_cursor {
            true => next
                .query_pairs_mut()
                .append_pair("search_after", &cursor(from + limit)),
            false => next
                .query_pairs_mut()
                .append_pair("page", &(from / limit + 2).to_string()),
        };
        body["_links"]["next"] = json!({"href": next.to_string()});
    }
    Response::json(&body)
}
