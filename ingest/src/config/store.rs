//! The keys `store`, `[store_options]` and `lease_ms`: where generations go, and who may publish there.

use std::path::PathBuf;
use std::time::Duration;

use frontage_shared::store::{StoreLocation, StoreOptions};
use serde::Deserialize;
use toml::Value;

use super::load::{Check, short};

/// How long a lease may go without a renewal, unless the file says otherwise.
const LEASE: Duration = Duration::from_secs(10);
/// What is allowed, in milliseconds.
const LEASE_MS: std::ops::RangeInclusive<i64> = 300..=600_000;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct StoreOptionsTable {
    endpoint: String,
    region: String,
    path_style: bool,
    allow_http: bool,
    account: String,
    access_key_id_file: PathBuf,
    secret_key_file: PathBuf,
    service_account_file: PathBuf,
    ca_file: PathBuf,
}

impl Check<'_> {
    pub(super) fn store(
        &mut self,
        value: Option<Value>,
        options: Option<Value>,
    ) -> Option<StoreLocation> {
        let table = self.optional::<StoreOptionsTable>("store_options", options)?;
        let text = match value {
            Some(Value::String(text)) if !text.is_empty() => text,
            Some(other) => {
                self.problem(
                    "store",
                    "expected a folder or the URL of a bucket",
                    short(&other),
                );
                return None;
            }
            None => {
                self.problem("store", "missing: a folder or the URL of a bucket", "");
                return None;
            }
        };
        let options = StoreOptions {
            endpoint: table.endpoint,
            region: table.region,
            path_style: table.path_style,
            allow_http: table.allow_http,
            account: table.account,
            access_key_id_file: table.access_key_id_file,
            secret_key_file: table.secret_key_file,
            service_account_file: table.service_account_file,
            ca_file: table.ca_file,
        };
        match StoreLocation::parse(&text, options, self.folder) {
            Ok(place) => Some(place),
            Err(problems) => {
                for problem in problems {
                    self.problem(problem.key, problem.rule, problem.value);
                }
                None
            }
        }
    }

    pub(super) fn lease(&mut self, value: Option<Value>) -> Option<Duration> {
        let Some(value) = value else {
            return Some(LEASE);
        };
        let millis = value
            .as_integer()
            .filter(|millis| LEASE_MS.contains(millis));
        let millis = millis.and_then(|millis| u64::try_from(millis).ok());
        if millis.is_none() {
            let rule = "expected milliseconds from 300 to 600000";
            self.problem("lease_ms", rule, short(&value));
        }
        millis.map(Duration::from_millis)
    }
}
