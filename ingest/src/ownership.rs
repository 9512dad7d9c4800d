//! Whose a field is when several sources bring the same document.
//!
//! A field belongs to the source that names it in `owns`; else to the first source, by precedence, that states it.

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
        let owner = stated
            .clone()
            .find(|(_, version, _)| version.say.owns.contains(name));
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
}
