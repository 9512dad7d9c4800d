//! How a source lets ingest in: by what every request carries, or by what ingest first has to ask for.
//!
//! A secret may stand in the file, and better does not: `{ env = "NAME" }` and `{ file = "path" }` name where it is.
//! Both are read when the configuration is; no message ever repeats a secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use toml::{Table, Value};

use super::load::{Check, short};
use super::login::Login;
use frontage_shared::daemon::credentials;

/// What a request carries to be let in.
#[derive(Default)]
pub(super) struct Credentials {
    /// A header and its value.
    pub(super) header: Option<(String, String)>,
    /// Query parameters.
    pub(super) query: Vec<(String, String)>,
    /// What has to be asked for first.
    pub(super) login: Option<Login>,
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
            (_, _, Some(file)) => self
                .handed_file(file)
                .map(|text| text.trim_end_matches(['\r', '\n']).to_owned()),
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

    /// What a file holds that is named in the configuration, perhaps one that the service manager hands over.
    pub(super) fn handed_file(&self, file: &str) -> Result<String, String> {
        let path = credentials::locate(self.folder, file)
            .map_err(|error| format!("the file `{file}` {error}"))?;
        std::fs::read_to_string(path)
            .map_err(|error| format!("cannot read the file `{file}`: {error}"))
    }

    /// A table as JSON: secrets are read, tables stay tables.
    fn secret_json(&mut self, key: &str, value: &Value) -> Option<serde_json::Value> {
        let is_place = |table: &Table| {
            table.len() == 1 && (table.contains_key("env") || table.contains_key("file"))
        };
        match value {
            Value::Integer(number) => Some((*number).into()),
            Value::Boolean(yes) => Some((*yes).into()),
            Value::Table(table) if !is_place(table) => {
                let mut object = serde_json::Map::new();
                for (name, value) in table {
                    let value = self.secret_json(&format!("{key}.{name}"), value);
                    object.extend(value.map(|value| (name.clone(), value)));
                }
                Some(object.into())
            }
            _ => self.secret_text(key, value).map(Into::into),
        }
    }

    /// The table `auth` of a source.
    pub(super) fn auth(&mut self, key: &str, value: Option<Value>) -> Option<Credentials> {
        let Some(value) = value else {
            return Some(Credentials::default());
        };
        let table: Table = self.table(key, Some(value))?;
        let before = self.problems.len();
        let mut keys = Keys {
            check: self,
            key: key.to_owned(),
            table,
        };
        let kind = keys.text("kind").unwrap_or_default();
        let credentials = keys.credentials(&kind);
        keys.finish(&kind);
        credentials.filter(|_| self.problems.len() == before)
    }
}

/// The keys of a table whose meaning depends on its kind: taken one by one, and what is left belongs to another kind.
pub(super) struct Keys<'c, 'f> {
    pub(super) check: &'c mut Check<'f>,
    pub(super) key: String,
    table: Table,
}

impl Keys<'_, '_> {
    fn credentials(&mut self, kind: &str) -> Option<Credentials> {
        let bearing = |name: &str, value: String| Credentials {
            header: Some((name.to_owned(), value)),
            ..Credentials::default()
        };
        match kind {
            "none" => Some(Credentials::default()),
            "basic" => {
                let user = self.secret("user");
                // Some back ends take a key as the user, and no password.
                let password = self.secret_or_empty("password");
                let both = STANDARD.encode(format!("{}:{}", user?, password?));
                Some(bearing("authorization", format!("Basic {both}")))
            }
            "bearer" => {
                let token = self.secret("token")?;
                Some(bearing("authorization", format!("Bearer {token}")))
            }
            "header" => {
                let name = self.text_or("name", "authorization");
                let prefix = self.text_or("prefix", "");
                let value = self.secret("value");
                Some(bearing(&name?, format!("{}{}", prefix?, value?)))
            }
            "query" => Some(Credentials {
                query: self.secrets("params")?,
                ..Credentials::default()
            }),
            "oauth2" => self.oauth2().map(Credentials::asking),
            "login" => self.login().map(Credentials::asking),
            other => {
                let kinds = "expected none, basic, bearer, header, query, oauth2 or login";
                self.problem("kind", kinds, other);
                self.table.clear();
                None
            }
        }
    }

    fn finish(self, kind: &str) {
        for (name, _) in self.table {
            let rule = format!("is no key of kind = \"{kind}\"");
            self.check.problem(format!("{}.{name}", self.key), rule, "");
        }
    }

    pub(super) fn problem(&mut self, name: &str, rule: impl ToString, value: impl ToString) {
        self.check
            .problem(format!("{}.{name}", self.key), rule, value);
    }

    /// A secret that has to be there.
    pub(super) fn secret(&mut self, name: &str) -> Option<String> {
        let value = self.table.remove(name);
        if value.is_none() {
            self.problem(name, "missing", "");
        }
        self.check
            .secret_text(&format!("{}.{name}", self.key), &value?)
    }

    /// A secret that may be missing or empty.
    pub(super) fn secret_or_empty(&mut self, name: &str) -> Option<String> {
        match self.table.get(name) {
            None => Some(String::new()),
            Some(Value::String(text)) if text.is_empty() => {
                self.table.remove(name);
                Some(String::new())
            }
            Some(_) => self.secret(name),
        }
    }

    /// A table of names and secrets.
    pub(super) fn secrets(&mut self, name: &str) -> Option<Vec<(String, String)>> {
        let table = match self.table.remove(name) {
            None => return Some(Vec::new()),
            Some(Value::Table(table)) => table,
            Some(_) => {
                self.problem(name, "expected a table of names and texts", "");
                return None;
            }
        };
        let key = format!("{}.{name}", self.key);
        let read = |(name, value): (String, Value)| {
            let secret = self.check.secret_text(&format!("{key}.{name}"), &value);
            secret.map(|secret| (name, secret))
        };
        let all: Vec<Option<(String, String)>> = table.into_iter().map(read).collect();
        all.into_iter().collect()
    }

    /// A table of names and texts, tables and secrets, as JSON.
    pub(super) fn secret_tree(&mut self, name: &str) -> Option<serde_json::Value> {
        let value = self.table.remove(name);
        if !matches!(value, Some(Value::Table(_))) {
            self.problem(name, "expected a table of names and texts", "");
        }
        let key = format!("{}.{name}", self.key);
        self.check.secret_json(&key, &value?)
    }

    /// A text that is no secret.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        let text = self.optional(name);
        if let Ok(None) = text {
            self.problem(name, "missing: a text", "");
        }
        text.ok().flatten()
    }

    /// A text that is no secret, and what it is when it is not there.
    pub(super) fn text_or(&mut self, name: &str, default: &str) -> Option<String> {
        let text = self.optional(name).ok()?;
        Some(text.unwrap_or_else(|| default.to_owned()))
    }

    /// A text that is no secret and may be missing; an error is told.
    pub(super) fn optional(&mut self, name: &str) -> Result<Option<String>, ()> {
        match self.table.remove(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => {
                self.problem(name, "expected a text", short(&other));
                Err(())
            }
        }
    }
}

impl Credentials {
    fn asking(login: Login) -> Self {
        Self {
            login: Some(login),
            ..Self::default()
        }
    }
}
