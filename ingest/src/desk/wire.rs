//! Requests as the desk reads them, answers as it gives them.
//!
//! Every answer forbids scripts, frames and requests that are not the desk's own, and is kept by no cache.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http_body_util::Full;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, StatusCode};
use url::form_urlencoded;

/// A request, read to its end.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) path: String,
    query: Vec<(String, String)>,
    form: Vec<(String, String)>,
    headers: HeaderMap,
    /// The instant it is answered for.
    pub(super) now: DateTime<Utc>,
}

impl Request {
    pub(super) fn new(head: &hyper::http::request::Parts, body: &[u8], now: DateTime<Utc>) -> Self {
        let fields = |bytes: &[u8]| form_urlencoded::parse(bytes).into_owned().collect();
        let query = head.uri.query().unwrap_or_default();
        Self {
            method: head.method.clone(),
            path: head.uri.path().to_owned(),
            query: fields(query.as_bytes()),
            form: fields(body),
            headers: head.headers.clone(),
            now,
        }
    }

    /// A field of the query.
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        value(&self.query, name)
    }

    /// A field of the form that was sent.
    pub(super) fn form(&self, name: &str) -> Option<&str> {
        value(&self.form, name)
    }

    pub(super) fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// What follows `Bearer` in the header `Authorization`.
    pub(super) fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header(header::AUTHORIZATION)?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }

    pub(super) fn cookie(&self, name: &str) -> Option<&str> {
        let cookies = self.headers.get_all(header::COOKIE).iter();
        cookies
            .filter_map(|value| value.to_str().ok())
            .flat_map(|line| line.split(';'))
            .find_map(|cookie| cookie.trim().strip_prefix(name)?.strip_prefix('='))
    }

    /// Whether a browser says that a page of another origin sent it. Programs that are no browsers say nothing.
    pub(super) fn is_foreign(&self) -> bool {
        let fetch_site = HeaderName::from_static("sec-fetch-site");
        let is_other_site = self
            .header(fetch_site)
            .is_some_and(|site| !matches!(site, "same-origin" | "none"));
        let host = self.header(header::HOST).unwrap_or_default();
        let is_other_origin = self.header(header::ORIGIN).is_some_and(|origin| {
            // Behind a proxy that speaks TLS the scheme differs; host and port must not.
            origin
                .split_once("://")
                .is_none_or(|(_, authority)| authority != host)
        });
        is_other_site || is_other_origin
    }

    /// Whether the address is one that no other site's name can lead to: a number, or this machine's own name.
    pub(super) fn is_addressed_directly(&self) -> bool {
        let host = self.header(header::HOST).unwrap_or_default();
        let url = url::Url::parse(&format!("http://{host}/"));
        match url.as_ref().map(url::Url::host) {
            Ok(Some(url::Host::Ipv4(_) | url::Host::Ipv6(_))) => true,
            Ok(Some(url::Host::Domain(name))) => name == "localhost",
            _ => false,
        }
    }

    pub(super) fn is_over_tls(&self) -> bool {
        let origin = self.header(header::ORIGIN);
        origin.is_some_and(|origin| origin.starts_with("https://"))
    }
}

fn value<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut found = fields.iter().filter(|(field, _)| field == name);
    found.next().map(|(_, value)| value.as_str())
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    status: StatusCode,
    content_type: &'static str,
    body: Bytes,
    headers: Vec<(HeaderName, String)>,
    may_be_kept: bool,
}

impl Answer {
    /// A page.
    pub(super) fn page(status: StatusCode, html: String) -> Self {
        Self::new(status, "text/html; charset=utf-8", html)
    }

    /// A sentence, for programs.
    pub(super) fn text(status: StatusCode, text: &str) -> Self {
        Self::new(status, "text/plain; charset=utf-8", text.to_owned())
    }

    /// A file of ours, under an address that changes with it.
    pub(super) fn asset(content_type: &'static str, text: &'static str) -> Self {
        Self {
            may_be_kept: true,
            ..Self::new(StatusCode::OK, content_type, text)
        }
    }

    /// "See there": what follows a form.
    pub(super) fn see(path: &str) -> Self {
        Self::text(StatusCode::SEE_OTHER, "").with(header::LOCATION, path.to_owned())
    }

    pub(super) fn with(mut self, name: HeaderName, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    fn new(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            content_type,
            body: body.into(),
            headers: Vec::new(),
            may_be_kept: false,
        }
    }

    pub(super) fn into_response(self) -> hyper::Response<Full<Bytes>> {
        const ALWAYS: [(HeaderName, &str); 5] = [
            (
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; \
                 form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            ),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::X_FRAME_OPTIONS, "DENY"),
            // With "no-referrer" a browser would not name the origin of a form either.
            (header::REFERRER_POLICY, "same-origin"),
            (
                HeaderName::from_static("cross-origin-opener-policy"),
                "same-origin",
            ),
        ];
        let mut response = hyper::Response::new(Full::new(self.body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        for (name, value) in ALWAYS {
            headers.insert(name, HeaderValue::from_static(value));
        }
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(self.content_type),
        );
        let cache = match self.may_be_kept {
            true => "public, max-age=31536000, immutable",
            false => "no-store",
        };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        for (name, value) in self.headers {
            // Every value is made of our own characters and of names that were checked.
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.append(name, value);
            }
        }
        response
    }
}

/// A text as one piece of a path.
pub(super) fn segment(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}
