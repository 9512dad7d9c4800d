//! Being let in by something that has to be asked for: an OAuth 2 token, a token of another kind, or cookies.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::fmt;
use url::Url;
use url::form_urlencoded::Serializer;

use super::auth::Keys;

/// A request whose answer lets ingest in.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// Where it is sent, by POST.
    pub url: Url,
    /// What it says, secrets included.
    pub body: String,
    /// How that is written.
    pub content_type: &'static str,
    /// Sent as `Authorization`, where the client names itself there.
    pub authorization: Option<String>,
    /// What the answer gives.
    pub take: Take,
}

/// What an answer gives, and how requests carry it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Take {
    /// A text in the answer, which is JSON.
    Token {
        /// JSON pointer to it.
        at: String,
        /// The header that carries it.
        header: String,
        /// What stands before it there.
        prefix: String,
    },
    /// Cookies.
    Cookies,
}

/// Where it goes may be seen, what it says may not.
impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("url", &self.url.as_str())
            .field("take", &self.take)
            .finish_non_exhaustive()
    }
}

impl Login {
    /// Names what is asked for, without giving it away: what is asked for alike gives the same.
    pub fn identity(&self) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        for part in [
            self.url.as_str(),
            &self.body,
            &format!("{:?}", self.take),
            self.authorization.as_deref().unwrap_or_default(),
        ] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.finalize()
    }
}

impl Keys<'_, '_> {
    /// `kind = "oauth2"`: RFC 6749, by client credentials or by a user's password.
    pub(super) fn oauth2(&mut self) -> Option<Login> {
        let url = self.address("token_url");
        let grant = self.text_or("grant", "client_credentials");
        let client_id = self.secret("client_id");
        let client_secret = self.secret("client_secret");
        let scope = self.text_or("scope", "");
        let client_auth = self.text_or("client_auth", "body");
        let send = self.text_or("send", "form");
        let params = self.secrets("params");
        let grant = grant?;
        let mut fields = serde_json::Map::new();
        let mut add =
            |name: &str, value: String| drop(fields.insert(name.to_owned(), value.into()));
        add("grant_type", grant.clone());
        match grant.as_str() {
            "client_credentials" => {}
            "password" => {
                let (user, password) = (self.secret("username"), self.secret("password"));
                add("username", user?);
                add("password", password?);
            }
            other => self.problem("grant", "expected client_credentials or password", other),
        }
        let (id, secret) = (client_id?, client_secret?);
        let authorization = match client_auth?.as_str() {
            "basic" => {
                // RFC 6749, section 2.3.1: each half is encoded like a form before both are joined.
                let encoded = |text: &str| -> String {
                    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
                };
                let both = format!("{}:{}", encoded(&id), encoded(&secret));
                Some(format!("Basic {}", STANDARD.encode(both)))
            }
            "body" => {
                add("client_id", id);
                add("client_secret", secret);
                None
            }
            other => {
                self.problem("client_auth", "expected basic or body", other);
                None
            }
        };
        if let Some(scope) = scope.filter(|scope| !scope.is_empty()) {
            add("scope", scope);
        }
        for (name, value) in params? {
            add(&name, value);
        }
        let (body, content_type) = self.written(&send?, &fields.into())?;
        Some(Login {
            url: url?,
            body,
            content_type,
            authorization,
            take: Take::Token {
                at: "/access_token".to_owned(),
                header: "authorization".to_owned(),
                prefix: "Bearer ".to_owned(),
            },
        })
    }

    /// `kind = "login"`: any request whose answer is a token or sets cookies.
    pub(super) fn login(&mut self) -> Option<Login> {
        let url = self.address("url");
        let send = self.text_or("send", "json");
        let fields = self.secret_tree("fields");
        let at = self.optional("token_at").ok()?;
        let take = match at {
            None => Take::Cookies,
            Some(at) => {
                if !at.is_empty() && !at.starts_with('/') {
                    let expected =
                        "expected a JSON pointer such as /token, or \"\" for the whole answer";
                    self.problem("token_at", expected, &at);
                }
                Take::Token {
                    at,
                    header: self.text_or("header", "authorization")?,
                    prefix: self.text_or("prefix", "Bearer ")?,
                }
            }
        };
        let (body, content_type) = self.written(&send?, &fields?)?;
        Some(Login {
            url: url?,
            body,
            content_type,
            authorization: None,
            take,
        })
    }

    fn address(&mut self, name: &str) -> Option<Url> {
        let text = self.text(name)?;
        let url = Url::parse(&text)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .filter(|url| url.username().is_empty() && url.password().is_none());
        if url.is_none() {
            let expected = "expected an http or https URL without user and password";
            // A password that stands there all the same is not repeated.
            self.problem(name, expected, "");
        }
        url
    }

    fn written(&mut self, send: &str, fields: &Value) -> Option<(String, &'static str)> {
        match send {
            "form" => {
                let mut form = Serializer::new(String::new());
                for (name, value) in fields.as_object().into_iter().flatten() {
                    match value {
                        Value::String(text) => drop(form.append_pair(name, text)),
                        Value::Number(_) | Value::Bool(_) => {
                            form.append_pair(name, &value.to_string());
                        }
                        _ => self.problem("fields", "a form has no tables in tables", name),
                    }
                }
                Some((form.finish(), "application/x-www-form-urlencoded"))
            }
            "json" => Some((fields.to_string(), "application/json")),
            other => {
                self.problem("send", "expected form or json", other);
                None
            }
        }
    }
}
