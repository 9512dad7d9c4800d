//! Business Central, API v2.0: `@odata.nextLink` with a skip token, and a page size that only the `Prefer` header sets.

use serde_json::{Value, json};

use super::{Api, Asked, refusal, slice};
use crate::backend::script::Response;

/// The company whose items there are.
pub const COMPANY: &str = "5a6ab0ba-2b1d-4c63-a0a4-bd1f5a3c8a01";

/// What the token is good for.
pub const SCOPE: &str = "https://api.businesscentral.dynamics.com/.default";

/// One company's items and their categories.
#[derive(Debug)]
pub struct BusinessCentral {
    /// What a request has to bear.
    pub token: String,
    /// With `itemVariants`, which come along only when they are asked for.
    pub items: Vec<Value>,
    /// Categories.
    pub categories: Vec<Value>,
}

impl Api for BusinessCentral {
    fn answer(&self, asked: &Asked) -> Option<Response> {
        if asked.path == "/tenant/oauth2/v2.0/token" {
            return Some(self.token(asked));
        }
        let base = format!("/v2.0/tenant/production/api/v2.0/companies({COMPANY})/");
        let records = match asked.path.strip_prefix(&base)? {
            "items" => &self.items,
            "itemCategories" => &self.categories,
            _ => return None,
        };
        if asked.header("authorization") != Some(&format!("Bearer {}", self.token)) {
            let error =
                json!({"error": {"code": "Authentication_InvalidCredentials", "message": "no"}});
            return Some(refusal(401, &error));
        }
        if asked.method != "GET" {
            return Some(refusal(
                405,
                &json!({"error": {"code": "BadRequest_MethodNotAllowed"}}),
            ));
        }
        let preferred = asked.header("prefer").and_then(|text| {
            text.split(',')
                .find_map(|part| part.trim().strip_prefix("odata.maxpagesize="))?
                .parse()
                .ok()
        });
        let size: usize = preferred.unwrap_or(20_000);
        let from = asked.number("$skiptoken").unwrap_or(0);
        let expands = asked.parameter("$expand") == Some("itemVariants");
        let shown = slice(records, from, size)
            .iter()
            .cloned()
            .map(|mut record| {
                if !expands && let Some(fields) = record.as_object_mut() {
                    fields.remove("itemVariants");
                }
                record
            });
        let mut body = json!({
            "@odata.context": format!("{}{base}$metadata#items", asked.origin),
            "value": shown.collect::<Vec<Value>>(),
        });
        if from + size < records.len() {
            let expand = if expands { "$expand=itemVariants&" } else { "" };
            let next = format!(
                "{}{}?{expand}$skiptoken={}",
                asked.origin,
                asked.path,
                from + size
            );
            body["@odata.nextLink"] = json!(next);
        }
        Some(Response::json(&body))
    }
}

impl BusinessCentral {
    fn token(&self, asked: &Asked) -> Response {
        let form: Vec<(String, String)> = url::form_urlencoded::parse(&asked.body)
            .into_owned()
            .collect();
        let wanted = [
            ("grant_type", "client_credentials"),
            ("client_id", "frontage"),
            ("client_secret", "5ecret"),
            ("scope", SCOPE),
        ];
        let is_known = wanted.iter().all(|(name, value)| {
            let mut found = form.iter().filter(|(known, _)| known == name);
            found.next().is_some_and(|(_, given)| given == value)
        });
        if asked.method != "POST" || !is_known {
            return refusal(401, &json!({"error": "invalid_client"}));
        }
        Response::json(
            &json!({"token_type": "Bearer", "expires_in": 3599, "access_token": self.token}),
        )
    }
}
