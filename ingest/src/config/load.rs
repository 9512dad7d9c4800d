//! From a TOML file to a checked configuration.
//!
//! Each table is read on its own and every rule is tried, so that one pass finds all problems.

use super::error::{ConfigError, Problem};
use super::file::{
    BudgetTable, FacetsTable, GuardTable, RecordingsTable, RetentionTable, ShopTable,
};
use super::settings::{Budget, Config, Facets, Guard, Recordings, Retention, Shop};
use chrono_tz::Tz;
use frontage_shared::daemon::places::{Places, serde_key};
use frontage_shared::model::money::Currency;
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};
use std::time::Duration;
use toml::{Table, Value};

/// Reads and checks the file, and the jq programs it names. Relative paths are relative to the file.
pub fn load(path: &Path) -> Result<Config, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read {
        path: path.to_owned(),
        source,
    })?;
    let folder = std::path::absolute(path)
        .map_err(|source| ConfigError::Read {
            path: path.to_owned(),
            source,
        })?
        .parent()
        .map_or_else(|| PathBuf::from("/"), Path::to_owned);
    from_text(&text, path, &folder)
}

/// Checks a configuration text; `path` is for messages, `folder` is what relative paths start from.
pub fn from_text(text: &str, path: &Path, folder: &Path) -> Result<Config, ConfigError> {
    let places = Places::of(path, text);
    let table: Table = text
        .parse()
        .map_err(|error: toml::de::Error| ConfigError::Syntax {
            message: places.of_syntax(&error),
        })?;
    let mut check = Check {
        folder,
        places,
        problems: Vec::new(),
    };
    match check.config(table) {
        Some(config) if check.problems.is_empty() => Ok(config),
        _ => Err(ConfigError::Problems {
            path: path.to_owned(),
            problems: check.problems,
        }),
    }
}

/// Collects problems; a check that fails records one and yields `None`.
pub(super) struct Check<'a> {
    pub(super) folder: &'a Path,
    pub(super) places: Places<'a>,
    pub(super) problems: Vec<Problem>,
}

impl Check<'_> {
    pub(super) fn problem(
        &mut self,
        key: impl Into<String>,
        rule: impl ToString,
        value: impl ToString,
    ) {
        let key = key.into();
        self.problems.push(Problem {
            place: self.places.of_key(&key),
            key,
            rule: rule.to_string(),
            value: value.to_string(),
        });
    }

    fn config(&mut self, mut table: Table) -> Option<Config> {
        let store = self.store(table.remove("store"), table.remove("store_options"));
        let lease = self.lease(table.remove("lease_ms"));
        let state = self.folder_path("state", table.remove("state"));
        let shop = self.table::<ShopTable>(
            "shop",
            table
                .remove("shop")
                .or_else(|| Some(Value::Table(Table::new()))),
        );
        let shop = shop.and_then(|shop| self.shop(shop));
        let guard = self.optional::<GuardTable>("guard", table.remove("guard"));
        let new_invalid = guard.and_then(|guard| {
            self.new_invalid(
                "guard",
                guard.max_new_invalid_percent,
                MAX_NEW_INVALID_PERCENT,
            )
        });
        let guard = guard.and_then(|guard| self.guard("guard", guard, GUARD));
        let retention = self.optional::<RetentionTable>("retention", table.remove("retention"));
        let retention = retention.and_then(|retention| self.retention(&retention));
        let facets = self.optional::<FacetsTable>("facets", table.remove("facets"));
        let facets = facets.and_then(|facets| self.facets(facets));
        let recordings = self.optional::<RecordingsTable>("recordings", table.remove("recordings"));
        let recordings = recordings.map(|table| Recordings {
            runs: table.runs,
            max_bytes: table.max_bytes,
        });
        let budget = self.optional::<BudgetTable>("budget", table.remove("budget"));
        let budget = budget.and_then(|budget| self.budget(&budget));
        let desk = self.desk(table.remove("desk"));
        let orders = self.orders(table.remove("orders"));
        let webhooks = self.webhooks(table.remove("webhook"));
        let indexnow = self.indexnow(table.remove("indexnow"));
        let canary = self.canary(table.remove("canary"));
        let telemetry = self.telemetry(table.remove("telemetry"));
        let budgets = (
            guard.unwrap_or(GUARD),
            new_invalid.unwrap_or(MAX_NEW_INVALID_PERCENT),
        );
        let sources = self.sources(table.remove("source"), budgets);
        for (key, value) in table {
            self.problem(
                &key,
                "unknown key; known are store, store_options, lease_ms, state, shop, source, guard, retention, recordings, budget, facets, desk, orders, webhook, indexnow, canary, telemetry",
                short(&value),
            );
        }
        Some(Config {
            store: store?,
            lease: lease?,
            state: state?,
            shop: shop?,
            sources: sources?,
            guard: guard?,
            retention: retention?,
            facets: facets?,
            recordings: recordings?,
            budget: budget?,
            desk: desk?,
            orders: orders?,
            webhooks: webhooks?,
            indexnow: indexnow?,
            canary: canary?,
            telemetry: telemetry?,
        })
    }

    pub(super) fn table<T: DeserializeOwned>(
        &mut self,
        key: &str,
        value: Option<Value>,
    ) -> Option<T> {
        match value?.try_into::<T>() {
            Ok(table) => Some(table),
            Err(error) => {
                let key = match serde_key(&error) {
                    Some(inside) => format!("{key}.{inside}"),
                    None => key.to_owned(),
                };
                self.problem(key, error.message(), "");
                None
            }
        }
    }

    pub(super) fn optional<T: DeserializeOwned + Default>(
        &mut self,
        key: &str,
        value: Option<Value>,
    ) -> Option<T> {
        if value.is_none() {
            Some(T::default())
        } else {
            self.table(key, value)
        }
    }

    fn folder_path(&mut self, key: &str, value: Option<Value>) -> Option<PathBuf> {
        match value {
            Some(Value::String(text)) if !text.is_empty() => Some(self.folder.join(text)),
            Some(other) => {
                self.problem(key, "expected the path of a folder", short(&other));
                None
            }
            None => {
                self.problem(key, "missing: the path of a folder", "");
                None
            }
        }
    }

    fn shop(&mut self, table: ShopTable) -> Option<Shop> {
        if !is_name(&table.id) {
            self.problem("shop.id", NAME_RULE, &table.id);
        }
        if table.name.trim().is_empty() {
            self.problem("shop.name", "must not be empty", &table.name);
        }
        let currency = match Currency::parse(&table.currency) {
            Ok(currency) => Some(currency),
            Err(error) => {
                self.problem("shop.currency", error, &table.currency);
                None
            }
        };
        let time_zone = self.time_zone("shop.time_zone", &table.time_zone);
        if !is_locale(&table.locale) || table.locale.to_ascii_lowercase().contains("-x-") {
            self.problem(
                "shop.locale",
                "expected a language tag such as en or de-AT",
                &table.locale,
            );
        }
        let translations = self.languages(&table.locale, &table.locales, table.translations);
        let currencies = self.currencies(&table.locales, table.currencies);
        if let Some(country) = &table.country
            && !(country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase()))
        {
            self.problem("shop.country", "expected two capitals such as DE", country);
        }
        if let Some(email) = &table.email
            && !email
                .split_once('@')
                .is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
        {
            self.problem(
                "shop.email",
                "expected an address such as shop@example.org",
                email,
            );
        }
        Some(Shop {
            id: table.id,
            name: table.name,
            currency: currency?,
            locale: table.locale,
            locales: table.locales,
            currencies,
            translations,
            time_zone: time_zone?,
            country: table.country,
            tagline: table.tagline,
            description: table.description,
            email: table.email,
        })
    }

    pub(super) fn guard(&mut self, key: &str, table: GuardTable, default: Guard) -> Option<Guard> {
        let before = self.problems.len();
        let mut percent = |name: &str, value: Option<f64>, default: f64| {
            let value = value.unwrap_or(default);
            if !(0.0..=100.0).contains(&value) {
                self.problem(
                    format!("{key}.{name}"),
                    "expected a percentage from 0 to 100",
                    value,
                );
            }
            value
        };
        let guard = Guard {
            max_removed_percent: percent(
                "max_removed_percent",
                table.max_removed_percent,
                default.max_removed_percent,
            ),
            max_zero_price_percent: percent(
                "max_zero_price_percent",
                table.max_zero_price_percent,
                default.max_zero_price_percent,
            ),
            max_median_price_shift_percent: percent(
                "max_median_price_shift_percent",
                table.max_median_price_shift_percent,
                default.max_median_price_shift_percent,
            ),
            max_invalid_percent: percent(
                "max_invalid_percent",
                table.max_invalid_percent,
                default.max_invalid_percent,
            ),
            max_category_removed_percent: percent(
                "max_category_removed_percent",
                table.max_category_removed_percent,
                default.max_category_removed_percent,
            ),
            min_category_products: table
                .min_category_products
                .unwrap_or(default.min_category_products),
        };
        (self.problems.len() == before).then_some(guard)
    }

    /// The budget for records that are refused and were not before.
    pub(super) fn new_invalid(
        &mut self,
        key: &str,
        value: Option<f64>,
        default: f64,
    ) -> Option<f64> {
        let value = value.unwrap_or(default);
        if !(0.0..=100.0).contains(&value) {
            self.problem(
                format!("{key}.max_new_invalid_percent"),
                "expected a percentage from 0 to 100",
                value,
            );
            return None;
        }
        Some(value)
    }

    fn retention(&mut self, table: &RetentionTable) -> Option<Retention> {
        let generations = self.at_least("retention.generations", u64::from(table.generations), 1);
        let hour = 3_600;
        Some(Retention {
            generations: generations.and(Some(table.generations))?,
            min_age: Duration::from_secs(table.min_age_hours.saturating_mul(hour)),
            manifests: Duration::from_secs(table.manifest_days.saturating_mul(24 * hour)),
        })
    }

    fn budget(&mut self, table: &BudgetTable) -> Option<Budget> {
        let key = "budget.memory_bytes";
        if let Some(bytes) = table.memory_bytes {
            self.at_least(key, bytes, LEAST_MEMORY_BYTES)?;
        }
        Some(Budget {
            memory_bytes: table.memory_bytes,
        })
    }

    fn facets(&mut self, table: FacetsTable) -> Option<Facets> {
        self.at_least("facets.max_values", u64::from(table.max_values), 1)?;
        Some(Facets {
            max_values: table.max_values,
            attributes: table.attributes,
        })
    }

    pub(super) fn time_zone(&mut self, key: &str, name: &str) -> Option<Tz> {
        let zone = name.parse().ok();
        if zone.is_none() {
            let expected = "expected an IANA time zone such as Europe/Berlin";
            self.problem(key, expected, name);
        }
        zone
    }

    /// A text, a whole number, or yes or no.
    pub(super) fn scalar(&mut self, key: &str, value: &Value) -> Option<serde_json::Value> {
        match value {
            Value::String(text) => Some(text.as_str().into()),
            Value::Integer(number) => Some((*number).into()),
            Value::Boolean(yes) => Some((*yes).into()),
            other => {
                let expected = "expected a text, a whole number, true or false";
                self.problem(key, expected, short(other));
                None
            }
        }
    }

    pub(super) fn one_of<T: Copy>(
        &mut self,
        key: &str,
        value: &str,
        choices: &[(&str, T)],
    ) -> Option<T> {
        let found = choices
            .iter()
            .find(|(name, _)| *name == value)
            .map(|(_, choice)| *choice);
        if found.is_none() {
            let names: Vec<String> = choices
                .iter()
                .map(|(name, _)| format!("\"{name}\""))
                .collect();
            self.problem(key, format!("expected {}", names.join(" or ")), value);
        }
        found
    }

    pub(super) fn at_least(&mut self, key: &str, value: u64, least: u64) -> Option<u64> {
        if value < least {
            self.problem(key, format!("expected at least {least}"), value);
            return None;
        }
        Some(value)
    }

    pub(super) fn duration(&mut self, key: &str, ms: u64) -> Option<Duration> {
        self.at_least(key, ms, 1).map(Duration::from_millis)
    }
}

/// What holds where the file says nothing.
const GUARD: Guard = Guard {
    max_removed_percent: 20.0,
    max_zero_price_percent: 5.0,
    max_median_price_shift_percent: 30.0,
    max_invalid_percent: 10.0,
    max_category_removed_percent: 80.0,
    min_category_products: 20,
};

/// With less a daemon does not even start.
const LEAST_MEMORY_BYTES: u64 = 64 << 20;

/// The same for records that are refused and were not before.
const MAX_NEW_INVALID_PERCENT: f64 = 10.0;

/// What [`is_name`] asks for, in words.
pub const NAME_RULE: &str =
    "expected lower-case letters, digits, - and _, at most 60, starting with a letter or digit";

/// Names become folders and log fields.
pub fn is_name(text: &str) -> bool {
    text.len() <= 60
        && text.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
        && text.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_')
        })
}

pub(super) fn is_locale(text: &str) -> bool {
    let mut parts = text.split('-');
    parts.next().is_some_and(|first| {
        matches!(first.len(), 2 | 3) && first.bytes().all(|byte| byte.is_ascii_alphabetic())
    }) && parts.all(|part| {
        (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

pub(super) fn short(value: &Value) -> String {
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    text.chars().take(80).collect()
}
