//! How a source lets ingest in: headers and query parameters that carry credentials.
//!
//! A secret may stand in the file, and better does not: `{ env = "NAME" }` and `{ file = "path" }` name where it is.
//! Both are read when the configuration is; no message ever repeats a secret.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use toml::Value;

use super::load::Check;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AuthTable {
    kind: String,
    user: Option<Value>,
    password: Option<Value>,
    token: Option<Value>,
    name: Option<String>,
    value: Option<Value>,
    #[serde(default)]
    prefix: String,
    params: Option<BTreeMap<String, Value>>,
}

/// What a request carries to be let in.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Credentials {
    /// A header and its value.
    pub(super) header: Option<(String, String)>,
    /// Query parameters.
    pub(super) query: Vec<(String, String)>,
}

impl Check<'_> {
    /// A text that may be a secret, from the file itself, an environment variable, or another file.
    pub(super) fn secret_text(&mut self, key: &str, value: &Value) -> Option<String> {
        let place = |name: &str| {
            let table = value.as_table().filter(|table| table.len() == 1)?;
            table.get(name)?.as_str()
        };
        let read = match (value.as_str(), place("env"), place("file")) {
            (Some(text), ..) => Ok(text.to_owned()),
            (_, Some(name), _) => std::env::var(name)
                .map_err(|_| format!("the environment variable `{name}` is not set to a text")),
            (_, _, Some(file)) => std::fs::read_to_string(self.folder.join(file))
                .map(|text| text.trim_end_matches(['\r', '\n']).to_owned())
                .map_err(|error| format!("cannot read the file `{file}`: {error}")),
            _ => Err(
                "expected a text, { env = \"NAME\" } or { file = \"path\" }; what stands there is not repeated"
                    .to_owned(),
            ),
        };
        match read {
            Ok(text) if text.is_empty() => self.problem(key, "is empty", ""),
            Ok(text) => return Some(text),
            Err(problem) => self.problem(key, problem, ""),
        }
        None
    }

    /// The table `auth` of a source.
    pub(super) fn auth(&mut self, key: &str, value: Option<Value>) -> Option<Credentials> {
        let Some(value) = value else {
            return Some(Credentials::default());
        };
        let table: AuthTable = self.table(key, Some(value))?;
        let before = self.problems.len();
        let needed = |given: &Option<Value>| given.clone().unwrap_or(Value::Boolean(false));
        let mut secret = |name: &str, given: &Option<Value>| {
            self.secret_text(&format!("{key}.{name}"), &needed(given))
        };
        let credentials = match table.kind.as_str() {
            "none" => Credentials::default(),
            "basic" => {
                let (user, password) = (
                    secret("user", &table.user),
                    secret("password", &table.password),
                );
                let both = format!("{}:{}", user?, password?);
                Credentials::bearing("authorization", format!("Basic {}", STANDARD.encode(both)))
            }
            "bearer" => {
                let token = secret("token", &table.token)?;
                Credentials::bearing("authorization", format!("Bearer {token}"))
            }
            "header" => {
                let value = secret("value", &table.value)?;
                let name = table.name.as_deref().unwrap_or("authorization");
                Credentials::bearing(name, format!("{}{value}", table.prefix))
            }
            "query" => {
                let mut query = Vec::new();
                for (name, value) in table.params.iter().flatten() {
                    let value = secret(&format!("params.{name}"), &Some(value.clone()))?;
                    query.push((name.clone(), value));
                }
                Credentials {
                    header: None,
                    query,
                }
            }
            other => {
                let kinds = "expected none, basic, bearer, header or query";
                self.problem(format!("{key}.kind"), kinds, other);
                return None;
            }
        };
        (self.problems.len() == before).then_some(credentials)
    }
}

impl Credentials {
    fn bearing(name: &str, value: String) -> Self {
        Self {
            header: Some((name.to_owned(), value)),
            query: Vec::new(),
        }
    }
}
