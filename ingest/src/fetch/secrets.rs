//! What lets ingest in must not come back: back ends repeat it in error pages, in redirects and in links.

use super::error::shown;
use super::login::Pass;
use crate::config::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::cmp::Reverse;
use url::{Url, form_urlencoded};

/// What is shorter is a version number or the name of a scheme.
const LEAST: usize = 7;

/// What a request carries to be let in, in every way that a back end may repeat it.
pub(super) struct Secrets<'a> {
    pub(super) request: &'a Request,
    /// The whole before its parts.
    texts: Vec<String>,
}

impl<'a> Secrets<'a> {
    pub(super) fn of(request: &'a Request, pass: Option<&Pass>) -> Self {
        let pass = pass.and_then(|pass| pass.value.to_str().ok());
        let headers = request.headers.values().map(String::as_str).chain(pass);
        let query = request.secret_query.iter().map(|(_, value)| value);
        let mut texts: Vec<String> = Vec::new();
        for value in headers {
            texts.push(value.to_owned());
            // Behind the scheme, in a cookie, and what `Basic` only wraps up.
            texts.extend(value.split([' ', ';', '=']).map(str::to_owned));
            let wrapped = value.strip_prefix("Basic ");
            let both = wrapped.and_then(|wrapped| STANDARD.decode(wrapped).ok());
            let both = both.and_then(|both| String::from_utf8(both).ok());
            let password = both.as_deref().and_then(|both| both.split_once(':'));
            texts.extend(password.map(|(_, password)| password.to_owned()));
        }
        // The name of a database, say, may be a header and a part of every address: that is no secret.
        let address = shown(&request.url);
        texts.retain(|text| text.len() >= LEAST && !address.contains(text.as_str()));
        texts.extend(query.filter(|text| !text.is_empty()).cloned());
        let encoded = |text: &String| form_urlencoded::byte_serialize(text.as_bytes()).collect();
        let encoded: Vec<String> = texts.iter().map(encoded).collect();
        texts.extend(encoded);
        texts.sort_by_key(|text| Reverse(text.len()));
        Self { request, texts }
    }

    /// A text without them.
    pub(super) fn taken_out(&self, text: &str) -> String {
        let texts = self.texts.iter();
        texts.fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
    }

    /// An address without the parameters that hold them, as it is remembered and shown; nothing where they stand anywhere
    /// else in it.
    pub(super) fn bare(&self, mut url: Url) -> Option<Url> {
        let known = &self.request.secret_query;
        let holds = |text: &str| self.texts.iter().any(|secret| text.contains(secret));
        let is_secret = |name: &str, value: &str| {
            known.iter().any(|(known, _)| known == name) || holds(name) || holds(value)
        };
        if url
            .query_pairs()
            .any(|(name, value)| is_secret(&name, &value))
        {
            let kept: Vec<(String, String)> = url
                .query_pairs()
                .filter(|(name, value)| !is_secret(name, value))
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect();
            url.set_query(None);
            if !kept.is_empty() {
                url.query_pairs_mut().extend_pairs(kept);
            }
        }
        // User and password of the address itself belong there.
        (!holds(&shown(&url))).then_some(url)
    }
}
