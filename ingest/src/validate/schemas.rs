//! The JSON Schemas, each compiled once for the life of the program.
//!
//! References are resolved among the embedded files only; nothing is ever retrieved.

use super::borrowed::{Borrowed, BorrowedJson};
use super::rules::Fault;
use crate::schema;
use crate::wire::Kind;
use jsonschema::error::ValidationErrorKind;
use jsonschema::json::{Json, SerdeJson};
use jsonschema::{Draft, Registry, ValidationError, Validator};
use serde_json::Value;
use std::sync::OnceLock;

/// Where the embedded files lie for their references to each other; never a place on any network.
const BASE: &str = "frontage:///schemas/";

/// Compiled when a document of the kind first comes: who reads prices needs no other schema.
static VALIDATORS: OfKinds<SerdeJson> = OfKinds::new();

/// The same for documents that are still text.
static OF_TEXTS: OfKinds<BorrowedJson> = OfKinds::new();

struct OfKinds<F: Json>([OnceLock<Validator<F>>; Kind::ALL.len()]);

impl<F: Json> OfKinds<F> {
    const fn new() -> Self {
        Self([const { OnceLock::new() }; Kind::ALL.len()])
    }

    fn get(&self, kind: Kind) -> &Validator<F> {
        self.0[kind as usize].get_or_init(|| compiled(kind))
    }
}

fn compiled<F: Json>(kind: Kind) -> Validator<F> {
    let registry = Registry::new()
        .add(format!("{BASE}{}", schema::COMMON_NAME), schema::common())
        .and_then(jsonschema::RegistryBuilder::prepare)
        .expect("the embedded common schema is whole, as a test has it");
    jsonschema::options_for::<F>()
        .with_draft(Draft::Draft202012)
        .with_base_uri(format!("{BASE}{kind}.schema.json"))
        .with_registry(&registry)
        .should_validate_formats(true)
        .offline()
        .build(schema::document(kind))
        .expect("the embedded schemas compile, as a test has it")
}

/// Whether a document keeps its schema.
pub(super) fn is_valid(kind: Kind, document: &Borrowed<'_>) -> bool {
    OF_TEXTS.get(kind).is_valid(document)
}

/// Checks a document against its schema; the first rule it breaks, if any.
pub(super) fn check(kind: Kind, document: &Value) -> Result<(), Fault> {
    let validator = VALIDATORS.get(kind);
    if validator.is_valid(document) {
        return Ok(());
    }
    match validator.iter_errors(document).next() {
        Some(error) => Err(fault(&error)),
        None => Ok(()),
    }
}

/// The rules of a merchant's own schema that a document breaks, as far as one wants to know.
pub(super) fn own(validator: &Validator, document: &Value) -> Vec<Fault> {
    const MOST: usize = 50;
    if validator.is_valid(document) {
        return Vec::new();
    }
    let told = |error: ValidationError<'_>| {
        let fault = fault(&error);
        Fault {
            rule: format!("own/{}", fault.rule),
            message: error.masked().to_string(),
            ..fault
        }
    };
    validator
        .iter_errors(document)
        .take(MOST)
        .map(told)
        .collect()
}

fn fault(error: &ValidationError<'_>) -> Fault {
    let kind = error.kind();
    let message = match kind {
        ValidationErrorKind::FalseSchema => {
            "has no place beside variants; prices and stock belong on each of them".to_owned()
        }
        ValidationErrorKind::AnyOf { .. } if error.instance()["type"] == "order_status" => {
            "needs id or number".to_owned()
        }
        ValidationErrorKind::AnyOf { .. } => "needs variant_id or sku".to_owned(),
        _ => error.masked().to_string(),
    };
    let value = match kind {
        ValidationErrorKind::AdditionalProperties { unexpected } => unexpected.join(", "),
        ValidationErrorKind::Required { .. } | ValidationErrorKind::AnyOf { .. } => String::new(),
        _ => shown(error.instance()),
    };
    Fault {
        pointer: error.instance_path().as_str().to_owned(),
        rule: kind.keyword().to_owned(),
        message,
        value,
        unexpected: match kind {
            ValidationErrorKind::AdditionalProperties { unexpected } => unexpected.clone(),
            _ => Vec::new(),
        },
    }
}

/// A value as it is shown: text without quotes, and never long.
pub(super) fn shown(value: &Value) -> String {
    const LONGEST: usize = 200;
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
