//! German words for the catalogue, for the shop that speaks two languages.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// German by English words.
#[derive(Debug, Deserialize)]
pub struct German {
    /// Names of departments.
    pub departments: BTreeMap<String, String>,
    /// Names of properties and options.
    pub properties: BTreeMap<String, String>,
    /// Their values.
    pub words: BTreeMap<String, String>,
}

impl German {
    /// The words.
    pub fn get() -> &'static Self {
        static WORDS: LazyLock<German> = LazyLock::new(|| {
            toml::from_str(include_str!("german.toml")).expect("the file of words is whole")
        });
        &WORDS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn every_department_has_a_german_name() {
        let known = &German::get().departments;
        for category in Catalogue::new(10).categories() {
            assert!(known.contains_key(category.name), "{}", category.name);
        }
    }
}
