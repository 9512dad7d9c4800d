//! The table `[indexnow]`: which search engines are told what changed.

use std::time::Duration;

use serde::Deserialize;
use toml::Value;
use url::Url;

use super::load::Check;

/// Who is told, and as whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexNow {
    /// The shop's public origin, without a slash at its end.
    pub site: String,
    /// What the shop proves itself with: the server shows it at `/<key>.txt`.
    pub key: String,
    /// Where changed addresses are sent.
    pub endpoint: Url,
    /// The shortest time between two lists.
    pub every: Duration,
    /// How often a list is sent again before it is given up.
    pub retries: u32,
    /// How long one answer may take.
    pub timeout: Duration,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IndexNowTable {
    site: String,
    key: String,
    #[serde(default = "endpoint")]
    endpoint: String,
    #[serde(default = "every_s")]
    every_s: u64,
    #[serde(default = "retries")]
    retries: u32,
    #[serde(default = "timeout_ms")]
    timeout_ms: u64,
}

fn endpoint() -> String {
    "https://api.indexnow.org/indexnow".to_owned()
}

fn every_s() -> u64 {
    600
}

fn retries() -> u32 {
    5
}

fn timeout_ms() -> u64 {
    30_000
}

impl Check<'_> {
    /// Who is told what changed; `None` inside when the file has no such table.
    pub(super) fn indexnow(&mut self, value: Option<Value>) -> Option<Option<IndexNow>> {
        if value.is_none() {
            return Some(None);
        }
        let before = self.problems.len();
        let table: IndexNowTable = self.table("indexnow", value)?;
        let site = origin(&table.site);
        if site.is_none() {
            let rule = "expected the shop's public origin such as https://shop.example, as base_url of the server";
            self.problem("indexnow.site", rule, &table.site);
        }
        // As the protocol wants it (indexnow.org, 2026).
        let is_key = (8..=128).contains(&table.key.len())
            && table
                .key
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !is_key {
            let rule =
                "expected 8 to 128 letters, digits and dashes, as indexnow_key of the server";
            self.problem("indexnow.key", rule, &table.key);
        }
        let endpoint = Url::parse(&table.endpoint).ok();
        let endpoint =
            endpoint.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if endpoint.is_none() {
            self.problem(
                "indexnow.endpoint",
                "expected an address with https",
                &table.endpoint,
            );
        }
        if table.timeout_ms == 0 {
            self.problem("indexnow.timeout_ms", "must not be 0", table.timeout_ms);
        }
        if table.retries > 20 {
            self.problem("indexnow.retries", "must be at most 20", table.retries);
        }
        (self.problems.len() == before).then_some(Some(IndexNow {
            site: site?,
            key: table.key,
            endpoint: endpoint?,
            every: Duration::from_secs(table.every_s),
            retries: table.retries,
            timeout: Duration::from_millis(table.timeout_ms),
        }))
    }
}

/// An address that is an origin and nothing more.
fn origin(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    let is_bare = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    (is_web && is_bare).then(|| url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn an_origin_is_a_scheme_and_a_host() {
        assert_eq!(
            origin("https://shop.example/").as_deref(),
            Some("https://shop.example")
        );
        assert_eq!(
            origin("http://127.0.0.1:8080").as_deref(),
            Some("http://127.0.0.1:8080")
        );
        for text in [
            "shop.example",
            "ftp://shop.example",
            "https://shop.example/de",
            "https://u:p@shop.example",
        ] {
            assert_eq!(origin(text), None, "{text}");
        }
    }
}
