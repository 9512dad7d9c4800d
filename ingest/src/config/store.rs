//! The keys `store`, `[store_options]` and `lease_ms`: where generations go, and who may publish there.

use std::time::Duration;

use frontage_shared::store::{StoreLocation, StoreOptions};
use toml::Value;

use super::load::{Check, short};

/// How long a lease may go without a renewal, unless the file says otherwise.
const LEASE: Duration = Duration::from_secs(10);
/// What is allowed, in milliseconds.
const LEASE_MS: std::ops::RangeInclusive<i64> = 300..=600_000;

impl Check<'_> {
    pub(super) fn store(
        &mut self,
        value: Option<Value>,
        options: Option<Value>,
    ) -> Option<StoreLocation> {
        let options = self.optional::<StoreOptions>("store_options", options)?;
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
