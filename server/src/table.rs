//! Keys of a table, read one by one; what will not do is noted, and reading goes on with the default.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use frontage_shared::daemon::credentials;
use frontage_shared::trace::Share;
use toml::{Table, Value};

/// Reads keys out of a table, noting a problem and going on with the default where a value will not do.
pub(crate) struct Keys<'a> {
    /// What has not been read yet.
    pub(crate) table: Table,
    /// Put before a key's name in messages: `limits.`.
    prefix: &'static str,
    problems: &'a mut Vec<String>,
}

impl<'a> Keys<'a> {
    /// The keys of a table; `prefix` is put before their names in messages.
    pub(crate) fn of(table: Table, prefix: &'static str, problems: &'a mut Vec<String>) -> Self {
        Self {
            table,
            prefix,
            problems,
        }
    }
}

impl Keys<'_> {
    pub(crate) fn problem(&mut self, key: &str, message: impl fmt::Display) {
        self.problems
            .push(format!("`{}{key}` {message}", self.prefix));
    }

    pub(crate) fn text(&mut self, key: &str) -> Option<String> {
        match self.table.remove(key)? {
            Value::String(text) if !text.is_empty() => Some(text),
            other => {
                self.problem(key, format_args!("must be a text, got {other}"));
                None
            }
        }
    }

    pub(crate) fn number(
        &mut self,
        key: &str,
        default: u64,
        range: std::ops::RangeInclusive<u64>,
    ) -> u64 {
        let Some(value) = self.table.remove(key) else {
            return default;
        };
        let number = value
            .as_integer()
            .and_then(|number| u64::try_from(number).ok());
        match number.filter(|number| range.contains(number)) {
            Some(number) => number,
            None => {
                let (low, high) = range.into_inner();
                self.problem(
                    key,
                    format_args!("must be a whole number from {low} to {high}, got {value}"),
                );
                default
            }
        }
    }

    pub(crate) fn millis(
        &mut self,
        key: &str,
        default: u64,
        range: std::ops::RangeInclusive<u64>,
    ) -> Duration {
        Duration::from_millis(self.number(key, default, range))
    }

    /// A share of all, from 0 to 1.
    pub(crate) fn share(&mut self, key: &str, default: f64) -> Share {
        let value = self.table.remove(key).unwrap_or(Value::Float(default));
        let number = match &value {
            Value::Float(number) => Some(*number),
            Value::Integer(0) => Some(0.0),
            Value::Integer(1) => Some(1.0),
            _ => None,
        };
        number.and_then(Share::of).unwrap_or_else(|| {
            self.problem(
                key,
                format_args!("must be a share from 0 to 1, got {value}"),
            );
            Share::NONE
        })
    }

    pub(crate) fn size(
        &mut self,
        key: &str,
        default: u64,
        range: std::ops::RangeInclusive<u64>,
    ) -> usize {
        usize::try_from(self.number(key, default, range)).unwrap_or(usize::MAX)
    }

    /// A table of its own, whose keys are told with its name before them.
    pub(crate) fn table(&mut self, key: &'static str, prefix: &'static str) -> Keys<'_> {
        let table = match self.table.remove(key) {
            None => Table::new(),
            Some(Value::Table(table)) => table,
            Some(other) => {
                self.problem(key, format_args!("must be a table, got {other}"));
                Table::new()
            }
        };
        Keys::of(table, prefix, &mut *self.problems)
    }

    /// A text that may be empty, which is the same as leaving it out.
    pub(crate) fn optional(&mut self, key: &str) -> Option<String> {
        match self.table.get(key) {
            Some(Value::String(text)) if text.is_empty() => {
                self.table.remove(key);
                None
            }
            _ => self.text(key),
        }
    }

    /// A file; a credential of the service manager is located here, other paths are as they were written.
    pub(crate) fn file(&mut self, key: &str) -> Option<PathBuf> {
        let text = self.optional(key)?;
        credentials::locate(Path::new(""), &text)
            .inspect_err(|error| self.problem(key, format_args!("{error}, got \"{text}\"")))
            .ok()
    }

    /// A list of texts, each read by `read`; `what` they are is told where one will not do.
    pub(crate) fn list<T>(
        &mut self,
        key: &str,
        what: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        self.list_or(key, what, read).unwrap_or_default()
    }

    /// The same, telling an empty list from none.
    pub(crate) fn list_or<T>(
        &mut self,
        key: &str,
        what: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<Vec<T>> {
        let value = self.table.remove(key)?;
        let items = value.as_array().and_then(|items| {
            let read = |item: &Value| item.as_str().and_then(&read);
            items.iter().map(read).collect()
        });
        Some(items.unwrap_or_else(|| {
            self.problem(key, format_args!("must be a list of {what}, got {value}"));
            Vec::new()
        }))
    }

    pub(crate) fn boolean(&mut self, key: &str) -> bool {
        self.boolean_or(key, false)
    }

    pub(crate) fn boolean_or(&mut self, key: &str, default: bool) -> bool {
        match self.table.remove(key) {
            None => default,
            Some(Value::Boolean(value)) => value,
            Some(other) => {
                self.problem(key, format_args!("must be true or false, got {other}"));
                false
            }
        }
    }

    pub(crate) fn refuse_the_rest(&mut self) {
        for key in std::mem::take(&mut self.table).keys() {
            self.problem(
                key,
                "is not a key of the server; config/server.toml lists them all",
            );
        }
    }
}
