//! Whose a field is when several sources bring the same document.
//!
//! A field belongs to the source that names it in `owns`; else to the first source, by precedence, that states it.
//! What a document says in another language is a field of its own for each language.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// What a source may say in documents that others bring, too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Say {
    /// Sources with a higher one come first; among equals, the first by name.
    pub priority: i64,
    /// Fields that are taken from this source whenever it states them.
    pub owns: Vec<String>,
}

/// What one source says of a document.
#[derive(Clone, Debug)]
pub struct Version<'a> {
    /// The source.
    pub source: &'a str,
    /// What it may say.
    pub say: &'a Say,
    /// Its document.
    pub fields: Map<String, Value>,
}

/// A document of several sources.
#[derive(Debug, Default, PartialEq)]
pub struct Together {
    /// The fields.
    pub fields: Map<String, Value>,
    /// For each field, which of the versions it comes from.
    pub origin: BTreeMap<String, usize>,
    /// Fields that sources of the same rank state differently, so that only their names decide.
    pub disputed: Vec<String>,
}

/// Puts versions together; they come in the order of precedence.
pub fn together(versions: &[Version<'_>]) -> Together {
    let mut together = Together::default();
    let names = versions.iter().flat_map(|version| version.fields.keys());
    for name in names {
        if together.fields.contains_key(name) {
            continue;
        }
        let mut stated = versions
            .iter()
            .enumerate()
            .filter_map(|(place, version)| Some((place, version, version.fields.get(name)?)));
        let owner = stated.clone().find(|(_, version, _)| version.say.has(name));
        let Some((place, winner, value)) = owner.or_else(|| stated.clone().next()) else {
            continue;
        };
        let is_disputed = owner.is_none()
            && stated.any(|(_, version, other)| {
                version.say.priority == winner.say.priority && other != value
            });
        if is_disputed {
            together.disputed.push(name.clone());
        }
        together.origin.insert(name.clone(), place);
        together.fields.insert(name.clone(), value.clone());
    }
    together
}

/// The field that holds what a document says in other languages.
const TRANSLATIONS: &str = "translations";

/// The fields of a document, with each language of its translations a field of its own: `translations.de`.
pub fn spread(mut fields: Map<String, Value>) -> Map<String, Value> {
    match fields.remove(TRANSLATIONS) {
        Some(Value::Object(languages)) => {
            let languages = languages.into_iter();
            fields.extend(languages.map(|(tag, own)| (language_field(&tag), own)));
        }
        Some(other) => drop(fields.insert(TRANSLATIONS.to_owned(), other)),
        None => {}
    }
    fields
}

/// The fields of a document again, its languages in one.
pub fn gathered(fields: Map<String, Value>) -> Map<String, Value> {
    let mut gathered = Map::new();
    let mut languages = Map::new();
    for (name, value) in fields {
        match name
            .strip_prefix(TRANSLATIONS)
            .and_then(|rest| rest.strip_prefix('.'))
        {
            Some(tag) => drop(languages.insert(tag.to_owned(), value)),
            None => drop(gathered.insert(name, value)),
        }
    }
    if !languages.is_empty() {
        gathered.insert(TRANSLATIONS.to_owned(), Value::Object(languages));
    }
    gathered
}

/// Back ends spell a tag in several ways: `pt_BR`, `pt-br`.
fn language_field(tag: &str) -> String {
    format!("{TRANSLATIONS}.{}", tag.replace('_', "-").to_lowercase())
}

impl Say {
    /// Whether a field is the source's own: by its name, or as one of all languages.
    pub fn has(&self, field: &str) -> bool {
        self.owns.iter().any(|own| {
            own == field
                || (own == TRANSLATIONS && field.starts_with("translations."))
                || own
                    .strip_prefix("translations.")
                    .is_some_and(|tag| language_field(tag) == field)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn version<'a>(source: &'a str, say: &'a Say, fields: Value) -> Version<'a> {
        let fields = fields.as_object().unwrap().clone();
        Version {
            source,
            say,
            fields,
        }
    }

    #[test]
    fn each_field_is_its_owners_or_of_the_first_that_states_it() {
        let pim = Say {
            priority: 5,
            owns: vec![],
        };
        let reviews = Say {
            priority: 0,
            owns: vec!["rating".to_owned(), "video".to_owned()],
        };
        let erp = Say::default();
        let together = together(&[
            version("pim", &pim, json!({"id": "1", "name": "Mug", "rating": 1})),
            version(
                "erp",
                &erp,
                json!({"id": "1", "name": "MUG 0.3", "weight": 3}),
            ),
            version(
                "reviews",
                &reviews,
                json!({"id": "1", "rating": 5, "weight": 4}),
            ),
        ]);
        assert_eq!(
            Value::Object(together.fields),
            json!({"id": "1", "name": "Mug", "rating": 5, "weight": 3})
        );
        assert_eq!(
            (together.origin["rating"], together.origin["weight"]),
            (2, 1)
        );
        assert_eq!(together.disputed, ["weight"]);
    }

    #[test]
    fn each_language_is_merged_by_itself() {
        let erp = Say {
            priority: 5,
            owns: vec![],
        };
        let agency = Say {
            priority: 0,
            owns: vec!["translations.pt-BR".to_owned()],
        };
        let of = |value: Value| spread(value.as_object().unwrap().clone());
        let version = |source, say, value| Version {
            source,
            say,
            fields: of(value),
        };
        let together = together(&[
            version(
                "erp",
                &erp,
                json!({"id": "1", "translations": {"de": {"name": "Tasse"}, "pt_BR": {"name": "x"}}}),
            ),
            version(
                "agency",
                &agency,
                json!({"id": "1", "translations": {"de": {"name": "Becher"}, "pt-br": {"name": "Caneca"}, "fr": {"name": "Mug"}}}),
            ),
        ]);
        let expected = json!({"id": "1", "translations": {"de": {"name": "Tasse"}, "fr": {"name": "Mug"}, "pt-br": {"name": "Caneca"}}});
        assert_eq!(Value::Object(gathered(together.fields)), expected);
        assert_eq!(together.origin["translations.fr"], 1);
    }
}
