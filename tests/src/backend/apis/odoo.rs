//! Odoo: JSON-2 with a bearer key, and JSON-RPC with a session, where an error is an answer like any other.

use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value, json};

use super::{Api, Asked, is_after, is_like, refusal, slice};
use crate::backend::script::Response;

/// A session that nobody ends.
const FOREVER: u32 = u32::MAX;

/// A database with a few models.
#[derive(Debug)]
pub struct Odoo {
    /// The key or password of its only user.
    pub key: String,
    /// Names of models with all of their records; a relation is an object, or a list of objects.
    pub models: Vec<(&'static str, Vec<Value>)>,
    /// How many calls a session is good for.
    calls: u32,
    session: Mutex<Session>,
}

/// The one session that is good, by its number, and how often it was used.
#[derive(Debug, Default)]
struct Session {
    number: u32,
    calls: u32,
}

impl Api for Odoo {
    fn answer(&self, asked: &Asked) -> Option<Response> {
        if let Some(call) = asked.path.strip_prefix("/json/2/") {
            return Some(self.json_2(asked, call));
        }
        match asked.path.as_str() {
            "/web/session/authenticate" => Some(self.authenticate(&asked.json())),
            "/web/dataset/call_kw" => Some(self.call_kw(asked)),
            _ => None,
        }
    }
}

impl Odoo {
    /// A database whose only user has this key.
    pub fn new(key: &str, models: Vec<(&'static str, Vec<Value>)>) -> Self {
        Self {
            key: key.to_owned(),
            models,
            calls: FOREVER,
            session: Mutex::default(),
        }
    }

    /// The same with sessions that end after so many calls.
    #[must_use]
    pub fn with_short_sessions(self, calls: u32) -> Self {
        Self { calls, ..self }
    }

    fn json_2(&self, asked: &Asked, call: &str) -> Response {
        let key = asked.header("authorization").unwrap_or_default();
        let (scheme, key) = key.split_once(' ').unwrap_or_default();
        if !scheme.eq_ignore_ascii_case("bearer") || key != self.key {
            let body =
                json!({"name": "werkzeug.exceptions.Unauthorized", "message": "Invalid apikey"});
            return refusal(401, &body);
        }
        let is_json = asked.header("content-type") == Some("application/json");
        let Some(model) = call
            .strip_suffix("/web_search_read")
            .filter(|_| is_json && asked.method == "POST")
        else {
            return refusal(404, &json!({"name": "werkzeug.exceptions.NotFound"}));
        };
        match self.web_search_read(model, &asked.json()) {
            Ok(found) => Response::json(&found),
            Err(message) => refusal(
                422,
                &json!({"name": "builtins.ValueError", "message": message}),
            ),
        }
    }

    fn authenticate(&self, body: &Value) -> Response {
        let params = &body["params"];
        if params["db"] != "prod" || params["password"] != self.key.as_str() {
            let error = json!({"code": 200, "message": "Odoo Server Error", "data": {"name": "odoo.exceptions.AccessDenied"}});
            return Response::json(&json!({"jsonrpc": "2.0", "id": null, "error": error}));
        }
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        session.number += 1;
        session.calls = 0;
        let cookie = format!("{}; HttpOnly; Path=/", session.cookie());
        Response::json(&json!({"jsonrpc": "2.0", "id": null, "result": {"uid": 2}}))
            .header("set-cookie", &cookie)
    }

    fn call_kw(&self, asked: &Asked) -> Response {
        let failed = |code: u32, message: &str| {
            Response::json(
                &json!({"jsonrpc": "2.0", "id": 1, "error": {"code": code, "message": message}}),
            )
        };
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        if session.number == 0
            || session.calls >= self.calls
            || asked.header("cookie") != Some(&session.cookie())
        {
            return failed(100, "Odoo Session Expired");
        }
        session.calls += 1;
        drop(session);
        let params = &asked.json()["params"];
        if params["method"] != "web_search_read" || params["args"] != json!([]) {
            return failed(200, "Odoo Server Error");
        }
        match self.web_search_read(
            params["model"].as_str().unwrap_or_default(),
            &params["kwargs"],
        ) {
            Ok(found) => Response::json(&json!({"jsonrpc": "2.0", "id": 1, "result": found})),
            Err(message) => failed(200, &message),
        }
    }

    fn web_search_read(&self, model: &str, wanted: &Value) -> Result<Value, String> {
        let known = self.models.iter().find(|(name, _)| *name == model);
        let (_, records) = known.ok_or(format!("the model {model} does not exist"))?;
        for needed in ["domain", "specification", "offset", "limit"] {
            if wanted[needed].is_null() {
                return Err(format!("missing a required argument: '{needed}'"));
            }
        }
        // Without an order, pages may overlap.
        if wanted["order"] != "id" {
            return Err("this test wants a stable order".to_owned());
        }
        let records = self.found(records, &wanted["domain"])?;
        let number = |name: &str| {
            wanted[name]
                .as_u64()
                .and_then(|it| usize::try_from(it).ok())
        };
        let (from, limit) = (number("offset").unwrap_or(0), number("limit").unwrap_or(80));
        let shown: Result<Vec<Value>, String> = slice(&records, from, limit)
            .iter()
            .map(|record| read(record, &wanted["specification"]))
            .collect();
        let shown = shown?;
        // Only a full page makes Odoo count.
        let length = match shown.len() {
            0 => 0,
            len if len == limit => records.len(),
            len => from + len,
        };
        Ok(json!({"length": length, "records": shown}))
    }

    /// The records of a domain, all of whose terms hold; archived ones only where it speaks of them.
    fn found(&self, records: &[Value], domain: &Value) -> Result<Vec<Value>, String> {
        let terms = domain.as_array().ok_or("a domain is a list")?;
        let mut found = Vec::new();
        for record in records {
            let mut is_meant =
                record["active"] != json!(false) || terms.iter().any(|term| term[0] == "active");
            for term in terms {
                is_meant &= self.holds(record, term)?;
            }
            if is_meant {
                found.push(record.clone());
            }
        }
        Ok(found)
    }

    fn holds(&self, record: &Value, term: &Value) -> Result<bool, String> {
        let field = term[0].as_str().unwrap_or_default();
        match (term[1].as_str(), &term[2]) {
            (Some("="), wanted) => Ok(match field.split_once('.') {
                Some(("product_tmpl_id", field)) => {
                    let id = &record["product_tmpl_id"]["id"];
                    let mut models = self.models.iter();
                    let model = models.find(|(name, _)| *name == "product.template");
                    let mut templates = model.into_iter().flat_map(|(_, records)| records);
                    templates.any(|it| it["id"] == *id && it[field] == *wanted)
                }
                _ => record[field] == *wanted,
            }),
            (Some("in"), Value::Array(wanted)) => Ok(wanted.contains(&record[field])),
            (Some(">"), Value::String(since)) if is_like(since, "0000-00-00 00:00:00") => {
                Ok(is_after(record, field, since))
            }
            _ => Err(format!("Invalid domain term {term}")),
        }
    }
}

impl Session {
    fn cookie(&self) -> String {
        format!("session_id=5e551{}", self.number)
    }
}

/// The fields of a record that are asked for, and its id.
fn read(record: &Value, specification: &Value) -> Result<Value, String> {
    let mut shown = Map::new();
    shown.insert("id".to_owned(), record["id"].clone());
    for (name, wanted) in specification.as_object().into_iter().flatten() {
        let value = record.get(name).ok_or(format!("Invalid field '{name}'"))?;
        let inner = wanted.get("fields");
        let related = |one: &Value| match inner {
            Some(fields) => read(one, fields),
            None => Ok(one["id"].clone()),
        };
        let value = match value {
            Value::Object(_) => related(value)?,
            Value::Array(many) => many
                .iter()
                .map(related)
                .collect::<Result<Vec<Value>, String>>()?
                .into(),
            plain => plain.clone(),
        };
        shown.insert(name.clone(), value);
    }
    Ok(shown.into())
}
