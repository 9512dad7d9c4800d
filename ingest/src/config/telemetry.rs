//! The table `[telemetry]`: where traces go, and how many are made.

use std::collections::BTreeMap;
use std::fmt;

use frontage_shared::trace::{Share, address, goes_in_the_clear};
use reqwest::header::{HeaderName, HeaderValue};
use serde::Deserialize;
use toml::Value;

use super::load::Check;

/// Where spans go, and how many are made. The values of headers are secrets, and are shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Telemetry {
    /// The whole address that batches are posted to.
    pub endpoint: String,
    /// Names and values of headers that each batch carries.
    pub headers: Vec<(String, String)>,
    /// What the collector calls this daemon.
    pub service: String,
    /// How many of the traces that begin here are made.
    pub sample: Share,
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&str> = self.headers.iter().map(|(name, _)| &**name).collect();
        f.debug_struct("Telemetry")
            .field("endpoint", &self.endpoint)
            .field("headers", &headers)
            .field("service", &self.service)
            .field("sample", &self.sample)
            .finish()
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TelemetryTable {
    #[serde(default)]
    endpoint: String,
    #[serde(default)]
    headers: BTreeMap<String, Value>,
    #[serde(default = "service")]
    service: String,
    #[serde(default = "all")]
    sample: f64,
}

fn service() -> String {
    "frontage-ingest".to_owned()
}

fn all() -> f64 {
    1.0
}

impl Check<'_> {
    /// Where traces go; nowhere, when the file names no endpoint.
    pub(super) fn telemetry(&mut self, value: Option<Value>) -> Option<Option<Telemetry>> {
        if value.is_none() {
            return Some(None);
        }
        let table: TelemetryTable = self.table("telemetry", value)?;
        let before = self.problems.len();
        let endpoint = match table.endpoint.as_str() {
            "" => None,
            text => match address(text).map(|address| (url::Url::parse(&address), address)) {
                Ok((Ok(_), address)) => Some(address),
                Ok((Err(error), _)) => {
                    self.problem("telemetry.endpoint", error, text);
                    None
                }
                Err(rule) => {
                    self.problem("telemetry.endpoint", rule, text);
                    None
                }
            },
        };
        let sample = Share::of(table.sample);
        if sample.is_none() {
            self.problem(
                "telemetry.sample",
                "expected a share from 0 to 1",
                table.sample,
            );
        }
        if table.service.trim().is_empty() {
            self.problem("telemetry.service", "must not be empty", "");
        }
        let headers = self.telemetry_headers(&table.headers);
        if !headers.is_empty() && endpoint.as_deref().is_some_and(goes_in_the_clear) {
            let rule = "must be https, or of this machine, where headers carry secrets";
            self.problem("telemetry.endpoint", rule, &table.endpoint);
        }
        if self.problems.len() > before {
            return None;
        }
        Some(endpoint.map(|endpoint| Telemetry {
            endpoint,
            headers,
            service: table.service,
            sample: sample.unwrap_or(Share::NONE),
        }))
    }

    fn telemetry_headers(&mut self, headers: &BTreeMap<String, Value>) -> Vec<(String, String)> {
        let mut read = Vec::new();
        for (name, value) in headers {
            let key = format!("telemetry.headers.{name}");
            if name.parse::<HeaderName>().is_err() {
                self.problem(&key, "is no name of a header", "");
            }
            let Some(value) = self.secret_text(&key, value) else {
                continue;
            };
            if HeaderValue::from_str(&value).is_err() {
                self.problem(&key, "holds what no header may", "");
            }
            read.push((name.clone(), value));
        }
        read
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use frontage_shared::daemon::places::Places;

    use super::*;

    fn read(text: &str) -> (Option<Option<Telemetry>>, Vec<String>) {
        let mut check = Check {
            folder: Path::new("/nowhere"),
            places: Places::of(Path::new("ingest.toml"), text),
            problems: Vec::new(),
        };
        let value = text.parse::<toml::Table>().unwrap();
        let settings = check.telemetry(Some(Value::Table(value)));
        let keys = check.problems.iter().map(|problem| problem.key.clone());
        (settings, keys.collect())
    }

    #[test]
    fn an_endpoint_is_all_that_is_needed_and_none_is_nothing() {
        let (settings, problems) = read("endpoint = \"http://127.0.0.1:4318\"");
        assert_eq!(problems, [""; 0]);
        let settings = settings.unwrap().unwrap();
        assert_eq!(settings.endpoint, "http://127.0.0.1:4318/v1/traces");
        assert_eq!(settings.service, "frontage-ingest");
        assert_eq!(settings.sample, Share::ALL);
        assert_eq!(read("sample = 0.5").0, Some(None));
    }

    #[test]
    fn every_mistake_is_named_at_once_and_no_secret_is() {
        let text =
            "endpoint = \"ftp://x\"\nsample = 2.0\nservice = \" \"\nheaders = { \"a b\" = \"x\" }";
        let (settings, problems) = read(text);
        assert!(settings.is_none());
        assert_eq!(
            problems,
            [
                "telemetry.endpoint",
                "telemetry.sample",
                "telemetry.service",
                "telemetry.headers.a b"
            ]
        );
        let clear = "endpoint = \"http://c.example:4318\"\nheaders = { x = \"very-secret\" }";
        assert_eq!(read(clear).1, ["telemetry.endpoint"]);
        assert_eq!(read("endpoint = \"http://c.example:4318\"").1, [""; 0]);
        let settings = read("endpoint = \"https://c.example\"\nheaders = { x = \"very-secret\" }");
        assert!(!format!("{:?}", settings.0.unwrap()).contains("very-secret"));
        assert_eq!(read("endpoints = \"\"").1, ["telemetry.endpoints"]);
    }
}
