//! The table `[source.NAME.contract]`: what becomes of a document that breaks a rule, field by field, and the merchant's
//! own rules beside ours.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use jsonschema::{Draft, Validator};
use serde::{Deserialize, Serialize};

use super::load::Check;

/// What becomes of a value that breaks a rule.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum ContractMode {
    /// It is told and let through where that is possible: what only the merchant's own schema refuses stays, and a
    /// field that we do not know is left out. Anything else refuses the record.
    Evolve,
    /// Its record is refused, and the whole feed is held.
    Freeze,
    /// It is taken out of its document, which goes on if it is one without it.
    DiscardValue,
    /// Its record is refused.
    #[default]
    DiscardRecord,
}

/// What a source promises, and what becomes of it when it does not keep that.
#[derive(Debug, Clone, Default)]
pub struct Contract {
    /// The merchant's own schema for documents, beside ours.
    pub schema: Option<OwnSchema>,
    /// For fields that are not listed.
    pub otherwise: ContractMode,
    /// By field, as the names on the way to it. A field stands for all below it.
    pub fields: BTreeMap<Vec<String>, ContractMode>,
}

/// A merchant's own JSON Schema.
#[derive(Clone)]
pub struct OwnSchema {
    path: PathBuf,
    text: Arc<str>,
    validator: Arc<Validator>,
}

impl OwnSchema {
    /// What checks documents.
    pub fn validator(&self) -> &Validator {
        &self.validator
    }
}

impl fmt::Debug for OwnSchema {
    // What documents become depends on the text, and on nothing else of this.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OwnSchema").field(&self.text).finish()
    }
}

impl Contract {
    /// The mode of a place in a document; numbers in the pointer are places in lists and do not count.
    pub fn mode(&self, pointer: &str) -> ContractMode {
        if self.fields.is_empty() {
            return self.otherwise;
        }
        let names: Vec<String> = pointer
            .split('/')
            .skip(1)
            .filter(|name| name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_digit()))
            .map(|name| name.replace("~1", "/").replace("~0", "~"))
            .collect();
        let longest_first = (1..=names.len()).rev();
        longest_first
            .filter_map(|length| self.fields.get(&names[..length]))
            .next()
            .copied()
            .unwrap_or(self.otherwise)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ContractTable {
    schema_file: Option<String>,
    otherwise: Option<String>,
    fields: BTreeMap<String, String>,
}

const MODES: [(&str, ContractMode); 4] = [
    ("evolve", ContractMode::Evolve),
    ("freeze", ContractMode::Freeze),
    ("discard_value", ContractMode::DiscardValue),
    ("discard_record", ContractMode::DiscardRecord),
];

impl Check<'_> {
    pub(super) fn contract(&mut self, key: &str, table: ContractTable) -> Option<Contract> {
        let before = self.problems.len();
        let otherwise = match &table.otherwise {
            Some(mode) => self.one_of(&format!("{key}.otherwise"), mode, &MODES)?,
            None => ContractMode::default(),
        };
        let mut fields = BTreeMap::new();
        for (field, mode) in table.fields {
            let key = format!("{key}.fields.{field}");
            let names: Vec<String> = field.split('.').map(str::to_owned).collect();
            if names.iter().any(String::is_empty) {
                self.problem(&key, "expected a field such as gtin or media.url", &field);
            }
            if let Some(mode) = self.one_of(&key, &mode, &MODES) {
                fields.insert(names, mode);
            }
        }
        let schema = table
            .schema_file
            .and_then(|file| self.own_schema(&format!("{key}.schema_file"), &file));
        (self.problems.len() == before).then_some(Contract {
            schema,
            otherwise,
            fields,
        })
    }

    fn own_schema(&mut self, key: &str, file: &str) -> Option<OwnSchema> {
        let path = self.folder.join(file);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => {
                self.problem(key, format!("cannot read the file: {error}"), file);
                return None;
            }
        };
        let schema: serde_json::Value = match serde_json::from_str(&text) {
            Ok(schema) => schema,
            Err(error) => {
                self.problem(
                    key,
                    format!("{} is not JSON: {error}", path.display()),
                    file,
                );
                return None;
            }
        };
        let built = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            .offline()
            .build(&schema);
        match built {
            Ok(validator) => Some(OwnSchema {
                path,
                text: text.into(),
                validator: Arc::new(validator),
            }),
            Err(error) => {
                self.problem(
                    key,
                    format!("{} is not a JSON Schema: {error}", path.display()),
                    file,
                );
                None
            }
        }
    }
}

impl OwnSchema {
    /// Where it was read from, for messages.
    pub fn path(&self) -> &std::path::Path {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_field_decides_and_places_in_lists_do_not_count() {
        let field = |text: &str| text.split('.').map(str::to_owned).collect::<Vec<_>>();
        let contract = Contract {
            schema: None,
            otherwise: ContractMode::DiscardRecord,
            fields: BTreeMap::from([
                (field("media"), ContractMode::DiscardValue),
                (field("media.url"), ContractMode::Freeze),
                (field("variants.gtin"), ContractMode::Evolve),
            ]),
        };
        for (pointer, mode) in [
            ("", ContractMode::DiscardRecord),
            ("/name", ContractMode::DiscardRecord),
            ("/media", ContractMode::DiscardValue),
            ("/media/3", ContractMode::DiscardValue),
            ("/media/3/alt", ContractMode::DiscardValue),
            ("/media/3/url", ContractMode::Freeze),
            ("/variants/0/gtin", ContractMode::Evolve),
            ("/variants/0/sku", ContractMode::DiscardRecord),
        ] {
            assert_eq!(contract.mode(pointer), mode, "{pointer}");
        }
    }
}
