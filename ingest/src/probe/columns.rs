//! Records turned on their side: what stands at each path, and what the path may be called.

use frontage_shared::model::money::Currency;
use serde_json::Value;
use std::collections::BTreeMap;

/// Fields of a record that are looked at.
const MOST: usize = 400;
/// Deeper things are parts of parts.
const MAX_DEPTH: usize = 4;

/// Two-letter codes that end the name of a column in one language of several.
const LANGUAGES: &str = "en de fr es it nl pt pl sv da fi cs sk hu ro tr ru uk";

/// What stands at one path in records.
#[derive(Debug)]
pub(super) struct Column<'a> {
    /// As in a mapping; in lists the first place.
    pub(super) path: String,
    /// What it is called: by its whole path, by its last step, and by what comes before a language or currency.
    pub(super) names: [Option<String>; 3],
    /// The language that its name ends with.
    pub(super) language: Option<String>,
    /// The currency that its name ends with.
    pub(super) currency: Option<String>,
    /// Values that say something.
    pub(super) values: Vec<&'a Value>,
}

impl Column<'_> {
    /// Whether it stands in a list of each record.
    pub(super) fn is_in_list(&self) -> bool {
        self.path.contains("[0]")
    }
}

/// Values by path, down to objects in records and the first ones of lists; nothing and empty texts do not count.
pub(super) fn columns<'a>(records: &[&'a Value]) -> Vec<Column<'a>> {
    let mut found: BTreeMap<String, Column<'a>> = BTreeMap::new();
    for record in records {
        walk(record, &mut Vec::new(), &mut found);
    }
    found.into_values().collect()
}

/// A step of a path: a name, or the first place of a list.
#[derive(Clone, Copy)]
enum Step<'a> {
    Name(&'a str),
    First,
}

fn walk<'a>(value: &'a Value, path: &mut Vec<Step<'a>>, found: &mut BTreeMap<String, Column<'a>>) {
    match value {
        Value::Null => {}
        Value::String(text) if text.trim().is_empty() => {}
        Value::Object(members) if path.len() < MAX_DEPTH => {
            for (name, value) in members.iter().take(MOST) {
                if step(name).is_some() {
                    path.push(Step::Name(name));
                    walk(value, path, found);
                    path.pop();
                }
            }
        }
        _ if path.is_empty() => {}
        other => {
            add(other, path, found);
            if let Value::Array(items) = other
                && path.len() < MAX_DEPTH
                && let Some(first) = items.first()
            {
                path.push(Step::First);
                walk(first, path, found);
                path.pop();
            }
        }
    }
}

fn add<'a>(value: &'a Value, path: &[Step<'a>], found: &mut BTreeMap<String, Column<'a>>) {
    let text: String = path
        .iter()
        .map(|next| match next {
            Step::Name(name) => step(name).unwrap_or_default(),
            Step::First => "[0]".to_owned(),
        })
        .collect();
    if let Some(column) = found.get_mut(&text) {
        column.values.push(value);
    } else if found.len() < MOST {
        let column = named(text.clone(), path, value);
        found.insert(text, column);
    }
}

fn named<'a>(text: String, path: &[Step<'_>], value: &'a Value) -> Column<'a> {
    let is_said = |name: &&str| *name != "#text";
    let steps: Vec<&str> = path
        .iter()
        .filter_map(|next| match next {
            Step::Name(name) => Some(*name),
            Step::First => None,
        })
        .filter(is_said)
        .collect();
    let last = steps.last().copied().unwrap_or_default();
    let (head, language, currency) = ending(last);
    Column {
        path: text,
        names: [
            Some(normal(&steps.concat())),
            (steps.len() > 1).then(|| normal(last)),
            head,
        ],
        language,
        currency,
        values: vec![value],
    }
}

/// `description-en_US-print` is a description in English, `price-EUR` a price in euros.
fn ending(name: &str) -> (Option<String>, Option<String>, Option<String>) {
    let words: Vec<&str> = name
        .split(|next: char| !next.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    for (at, word) in words.iter().enumerate().skip(1) {
        let head = || Some(normal(&words[..at].concat()));
        let lower = word.to_ascii_lowercase();
        if LANGUAGES.split(' ').any(|language| language == lower) {
            return (head(), Some(lower), None);
        }
        let upper = word.to_ascii_uppercase();
        if word.len() == 3 && Currency::parse(&upper).is_ok() {
            return (head(), None, Some(upper));
        }
    }
    (None, None, None)
}

/// A name as a step of a path. Names that are more than words are left alone.
pub(super) fn step(name: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let starts_well = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    if starts_well && name.bytes().all(plain) && name.len() <= 80 {
        return Some(format!(".{name}"));
    }
    let is_word = |next: char| next.is_alphanumeric() || " _-:@.#()/?%+&".contains(next);
    (!name.is_empty() && name.len() <= 80 && name.chars().all(is_word))
        .then(|| format!(".\"{name}\""))
}

/// A name without anything but letters and digits.
pub(super) fn normal(name: &str) -> String {
    name.chars()
        .filter(|next| next.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn columns_have_several_names() {
        let record = json!({"id": 1, "images": [{"src": "/a"}], "price-EUR": "1", "Name (de)": "a", "sku": {"#text": "x", "@kind": "y"}});
        let columns = columns(&[&record]);
        let of = |path: &str| columns.iter().find(|column| column.path == path);
        let source = of(".images[0].src").unwrap();
        assert_eq!(source.names[0].as_deref(), Some("imagessrc"));
        assert_eq!(source.names[1].as_deref(), Some("src"));
        let price = of(".\"price-EUR\"").unwrap();
        assert_eq!(price.names[2].as_deref(), Some("price"));
        assert_eq!(price.currency.as_deref(), Some("EUR"));
        let name = of(".\"Name (de)\"").unwrap();
        assert_eq!(
            (name.names[2].as_deref(), name.language.as_deref()),
            (Some("name"), Some("de"))
        );
        assert_eq!(
            of(".sku.\"#text\"").unwrap().names[0].as_deref(),
            Some("sku")
        );
    }

    #[test]
    fn names_that_are_more_than_words_are_no_steps() {
        assert_eq!(step("\\(1)"), None);
        assert_eq!(step("na\"me | halt"), None);
        assert_eq!(step("g:id").as_deref(), Some(".\"g:id\""));
    }
}
