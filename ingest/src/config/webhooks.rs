//! The tables `[webhook.NAME]`: who is told what happens, and of what.
//!
//! A receiver is reached with the keys that the order endpoint has, and they are checked by the same rules.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use toml::Value;

use super::file::ThrottleTable;
use super::load::{Check, NAME_RULE, is_name, short};
use super::orders::Reached;
use super::settings::Request;
use crate::webhooks::EventKind;

const DAY: u64 = 86_400;
/// Shorter secrets can be guessed.
const SHORTEST_SECRET: usize = 16;

/// Who is told what happens, and of what.
#[derive(Clone)]
pub struct Webhook {
    /// Names its files, and it in metrics.
    pub name: String,
    /// How it is reached; what sources need to read pages is not used.
    pub request: Request,
    /// What signs that which is sent.
    pub secret: String,
    /// What it is told of.
    pub events: Vec<EventKind>,
    /// How long an event is sent again and again before it is given up.
    pub retry_for: Duration,
    /// While so many events wait, no further ones are made.
    pub max_waiting: usize,
}

/// The secret is not shown.
impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook")
            .field("name", &self.name)
            .field("request", &self.request)
            .field("events", &self.events)
            .field("retry_for", &self.retry_for)
            .field("max_waiting", &self.max_waiting)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WebhookTable {
    url: String,
    secret: Value,
    #[serde(default = "events")]
    events: Vec<String>,
    #[serde(default)]
    headers: BTreeMap<String, Value>,
    auth: Option<Value>,
    throttle: Option<ThrottleTable>,
    proxy: Option<Value>,
    ca_file: Option<String>,
    #[serde(default = "timeout_ms")]
    timeout_ms: u64,
    #[serde(default = "retry_for_days")]
    retry_for_days: u64,
    #[serde(default = "max_waiting")]
    max_waiting: u64,
}

fn events() -> Vec<String> {
    vec!["*".to_owned()]
}

fn timeout_ms() -> u64 {
    10_000
}

fn retry_for_days() -> u64 {
    3
}

fn max_waiting() -> u64 {
    10_000
}

impl Check<'_> {
    /// Who is told what happens; nobody, when the file has no such table.
    pub(super) fn webhooks(&mut self, value: Option<Value>) -> Option<Vec<Webhook>> {
        let tables = match value {
            None => return Some(Vec::new()),
            Some(Value::Table(tables)) => tables,
            Some(other) => {
                let rule = "expected tables such as [webhook.automation]";
                self.problem("webhook", rule, short(&other));
                return None;
            }
        };
        let before = self.problems.len();
        let hooks = tables
            .into_iter()
            .filter_map(|(name, value)| self.webhook(name, value))
            .collect();
        (self.problems.len() == before).then_some(hooks)
    }

    fn webhook(&mut self, name: String, value: Value) -> Option<Webhook> {
        let key = format!("webhook.{name}");
        if !is_name(&name) {
            self.problem(&key, NAME_RULE, &name);
        }
        let table: WebhookTable = self.table(&key, Some(value))?;
        let before = self.problems.len();
        let secret = self.secret_text(&format!("{key}.secret"), &table.secret);
        if secret
            .as_ref()
            .is_some_and(|text| text.len() < SHORTEST_SECRET)
        {
            let rule = format!(
                "expected at least {SHORTEST_SECRET} characters; what stands there is not repeated"
            );
            self.problem(format!("{key}.secret"), rule, "");
        }
        let events = self.events(&format!("{key}.events"), &table.events);
        let retry_for = self.at_least(&format!("{key}.retry_for_days"), table.retry_for_days, 1);
        let max_waiting = self.at_least(&format!("{key}.max_waiting"), table.max_waiting, 1);
        let request = self.endpoint(Reached {
            key: &key,
            url: &table.url,
            headers: &table.headers,
            auth: table.auth,
            throttle: table.throttle.as_ref(),
            proxy: table.proxy.as_ref(),
            ca_file: table.ca_file.as_deref(),
            timeout_ms: table.timeout_ms,
            error_at: None,
        });
        let hook = Webhook {
            name,
            request: request?,
            secret: secret?,
            events,
            retry_for: Duration::from_secs(retry_for?.saturating_mul(DAY)),
            max_waiting: usize::try_from(max_waiting?).unwrap_or(usize::MAX),
        };
        (self.problems.len() == before).then_some(hook)
    }

    fn events(&mut self, key: &str, words: &[String]) -> Vec<EventKind> {
        let mut kinds = Vec::new();
        for word in words {
            let meant = EventKind::meant_by(word);
            if meant.is_empty() {
                let names = EventKind::ALL.map(EventKind::name).join(", ");
                let rule = format!("expected *, product.*, stock.*, order.*, or one of {names}");
                self.problem(key, rule, word);
            }
            kinds.extend(meant);
        }
        if words.is_empty() {
            self.problem(key, "must not be empty; leave it out for all events", "");
        }
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use frontage_shared::daemon::places::Places;

    use super::*;

    fn read(table: &str) -> (Option<Vec<Webhook>>, Vec<String>) {
        let mut check = Check {
            folder: Path::new("/nowhere"),
            places: Places::of(Path::new("ingest.toml"), table),
            problems: Vec::new(),
        };
        let value = table.parse::<toml::Table>().unwrap();
        let hooks = check.webhooks(Some(Value::Table(value)));
        let keys = check.problems.iter().map(|problem| problem.key.clone());
        (hooks, keys.collect())
    }

    const FINE: &str = "[x]\nurl = \"https://other.example/in\"\nsecret = \"0123456789abcdef\"\n";

    #[test]
    fn an_address_and_a_secret_are_all_that_is_needed() {
        let (hooks, problems) = read(FINE);
        assert_eq!(problems, [""; 0]);
        let hooks = hooks.unwrap();
        assert_eq!(hooks[0].events, EventKind::ALL);
        assert_eq!(hooks[0].retry_for, Duration::from_secs(3 * DAY));
        assert!(!format!("{hooks:?}").contains("0123456789abcdef"));
    }

    #[test]
    fn each_mistake_is_named() {
        for (keys, key) in [
            ("events = [\"price.moved\"]", "webhook.x.events"),
            ("events = []", "webhook.x.events"),
            ("retry_for_days = 0", "webhook.x.retry_for_days"),
            ("max_waiting = 0", "webhook.x.max_waiting"),
            ("timeout_ms = 0", "webhook.x.timeout_ms"),
            (
                "headers = { Frontage-Signature = \"1\" }",
                "webhook.x.headers",
            ),
            ("auth = { kind = \"bearer\" }", "webhook.x.auth.token"),
            ("no_such_key = 1", "webhook.x"),
        ] {
            let (hooks, problems) = read(&format!("{FINE}{keys}"));
            assert!(hooks.is_none(), "{keys}");
            assert_eq!(problems, [key], "{keys}");
        }
        for (table, key) in [
            (
                "[x]\nurl = \"ftp://x\"\nsecret = \"0123456789abcdef\"",
                "webhook.x.url",
            ),
            (
                "[x]\nurl = \"https://x.example\"\nsecret = \"short\"",
                "webhook.x.secret",
            ),
            ("\"a b\" = 1", "webhook.a b"),
        ] {
            let (hooks, problems) = read(table);
            assert!(hooks.is_none(), "{table}");
            assert_eq!(problems[0], key, "{table}");
        }
    }
}
