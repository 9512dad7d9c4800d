//! Where in a TOML file a key stands, so that a problem with it can be found by its line.

use std::path::Path;

use toml::de::{DeTable, DeValue};

/// The text of a configuration file, to look keys up in.
#[derive(Clone, Copy, Debug)]
pub struct Places<'a> {
    path: &'a Path,
    text: &'a str,
}

impl<'a> Places<'a> {
    /// A file by its name and its text.
    pub fn of(path: &'a Path, text: &'a str) -> Self {
        Self { path, text }
    }

    /// `file:line` of a key with the tables it stands in (`source.stock.url`), or of the innermost of those tables that
    /// is there; the file alone where nothing of it is.
    pub fn of_key(&self, key: &str) -> String {
        let place = DeTable::parse(self.text).ok();
        let at = place.and_then(|table| find(table.get_ref(), key));
        match at {
            Some(at) => self.at(at),
            None => self.path.display().to_string(),
        }
    }

    /// What is no TOML, as one line with its place.
    pub fn of_syntax(&self, error: &toml::de::Error) -> String {
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        match error.span() {
            Some(span) => format!("{}: {message}", self.at(span.start)),
            None => format!("{}: {message}", self.path.display()),
        }
    }

    fn at(&self, offset: usize) -> String {
        let before = self.text.as_bytes().get(..offset).unwrap_or_default();
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        format!("{}:{line}", self.path.display())
    }
}

/// Where the last part of a key begins that is there.
fn find(table: &DeTable<'_>, key: &str) -> Option<usize> {
    // A key may have dots of its own; the longest one that fits is meant.
    let fitting = table.iter().filter_map(|(name, value)| {
        let rest = key.strip_prefix(name.get_ref().as_ref())?;
        let is_whole = rest.is_empty() || rest.starts_with(['.', '[']);
        is_whole.then_some((name, value, rest))
    });
    let (name, value, rest) = fitting.max_by_key(|(name, ..)| name.get_ref().len())?;
    let deeper = match value.get_ref() {
        DeValue::Table(table) => find(table, rest.trim_start_matches('.')),
        DeValue::Array(items) => {
            let (number, rest) = index(rest)?;
            let item = items.get(number)?;
            let inside = item.get_ref().as_table();
            let inside = inside.and_then(|table| find(table, rest.trim_start_matches('.')));
            inside.or(Some(item.span().start))
        }
        _ => None,
    };
    deeper.or(Some(name.span().start))
}

/// `[3].rest` as 3 and the rest.
fn index(text: &str) -> Option<(usize, &str)> {
    let (number, rest) = text.strip_prefix('[')?.split_once(']')?;
    Some((number.parse().ok()?, rest))
}

/// What serde says about a table, and the key inside it that it means, if it says that.
pub fn serde_key(error: &toml::de::Error) -> Option<String> {
    let message = error.message();
    let quoted = |text: &str| text.split('`').nth(1).map(str::to_owned);
    if message.starts_with("unknown field `") {
        return quoted(message);
    }
    // The path of nested keys stands only in the whole text, as its last line.
    let text = error.to_string();
    let last = text.trim_end().lines().last()?;
    last.strip_prefix("in `").and_then(|_| quoted(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "store = \"s\"\n\n[source.stock]\nurl = \"u\"\nheaders = { \"x.y\" = 1 }\n\n[[rule]]\na = 1\n[[rule]]\na = 2\n";

    #[test]
    fn keys_are_found_by_line_and_missing_ones_by_their_table() {
        let places = Places::of(Path::new("ingest.toml"), TEXT);
        for (key, place) in [
            ("store", "ingest.toml:1"),
            ("source", "ingest.toml:3"),
            ("source.stock.url", "ingest.toml:4"),
            ("source.stock.schedule", "ingest.toml:3"),
            ("source.stock.headers.x.y", "ingest.toml:5"),
            ("source.stockings", "ingest.toml:3"),
            ("rule[1].a", "ingest.toml:10"),
            ("shop", "ingest.toml"),
        ] {
            assert_eq!(places.of_key(key), place, "{key}");
        }
    }

    #[test]
    fn what_is_no_toml_has_a_line_and_what_serde_refuses_a_key() {
        let text = "a = 1\nb = = 2\n";
        let error = text.parse::<toml::Table>().unwrap_err();
        let places = Places::of(Path::new("server.toml"), text);
        let said = places.of_syntax(&error);
        assert!(said.starts_with("server.toml:2: "), "{said}");

        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Inner {
            #[expect(dead_code, reason = "only its type matters")]
            number: u32,
        }
        let refused = |text: &str| {
            let table: toml::Table = text.parse().unwrap();
            let error = toml::Value::Table(table).try_into::<Inner>().unwrap_err();
            serde_key(&error)
        };
        assert_eq!(refused("numbre = 1").as_deref(), Some("numbre"));
        assert_eq!(refused("number = \"x\"").as_deref(), Some("number"));
        assert_eq!(refused(""), None);
    }
}
