//! What becomes of a document that breaks a rule: its source's contract decides, field by field.
//!
//! A document that goes on keeps every rule of ours, whatever the contract says.

use serde_json::Value;

use super::rules::{self, Fault};
use super::{clean, schemas};
use crate::config::{Contract, ContractMode};
use crate::wire::{Document, Kind};

/// A document has so many values taken out of it at most; one that is wrong all over is refused.
const MOST_DISCARDED: usize = 50;

/// A rule that was broken, and what became of the value.
#[derive(Debug)]
pub(super) struct Deviation {
    pub(super) fault: Fault,
    pub(super) mode: ContractMode,
}

impl Deviation {
    /// The record is refused.
    pub(super) fn refused(fault: Fault) -> Self {
        let mode = ContractMode::DiscardRecord;
        Self { fault, mode }
    }
}

/// The document, as far as the contract lets it go on, and what was told on the way; or why it is refused.
pub(super) fn document(
    contract: &Contract,
    kind: Kind,
    mut value: Value,
) -> Result<(Document, Vec<Deviation>), Box<Deviation>> {
    let mut told: Vec<Deviation> = Vec::new();
    loop {
        let (fault, left) = match sound(contract, kind, value, &mut told) {
            Ok(document) => return Ok((document, told)),
            Err(broken) => *broken,
        };
        let (place, mode) = place(contract, &fault);
        let discards = match mode {
            ContractMode::DiscardValue => told.len() < MOST_DISCARDED,
            // Only what has no place in a document of ours can be left out without a loss.
            ContractMode::Evolve => fault.rule == "additionalProperties",
            ContractMode::Freeze | ContractMode::DiscardRecord => false,
        };
        // A price without its amount is none: one thing was wrong, and it is told once.
        let follows = told.last().is_some_and(|last| follows(&last.fault, &place));
        value = left;
        if !discards || !remove(&mut value, &place) {
            let mode = match mode {
                ContractMode::Freeze => ContractMode::Freeze,
                _ => ContractMode::DiscardRecord,
            };
            let fault = match told.pop().filter(|_| follows) {
                Some(first) => first.fault,
                None => fault,
            };
            return Err(Box::new(Deviation { fault, mode }));
        }
        if !follows {
            let fault = Fault {
                pointer: place,
                ..fault
            };
            told.push(Deviation { fault, mode });
        }
    }
}

/// Whether a place is around the value that was taken out last.
fn follows(last: &Fault, place: &str) -> bool {
    let rest = last.pointer.strip_prefix(place);
    rest.is_some_and(|rest| rest.starts_with('/'))
}

/// The document, or the first rule it breaks and the value as it was.
fn sound(
    contract: &Contract,
    kind: Kind,
    value: Value,
    told: &mut Vec<Deviation>,
) -> Result<Document, Box<(Fault, Value)>> {
    if let Err(fault) = schemas::check(kind, &value) {
        return Err(Box::new((fault, value)));
    }
    if let Some(own) = &contract.schema {
        for fault in schemas::own(own.validator(), &value) {
            let (_, mode) = place(contract, &fault);
            if mode != ContractMode::Evolve {
                return Err(Box::new((fault, value)));
            }
            if !told.iter().any(|known| known.fault == fault) {
                told.push(Deviation { fault, mode });
            }
        }
    }
    let mut document = match Document::from_value(value) {
        Ok(document) => document,
        Err(error) => {
            // The schema was kept, so only the size of a number is left.
            let message = format!("holds a number that is too large to keep: {error}");
            let fault = Fault::new("", "number", message, "");
            return Err(Box::new((fault, Value::Null)));
        }
    };
    if let Err(fault) = rules::check(&document) {
        let value = serde_json::from_str(&document.to_json()).unwrap_or_default();
        return Err(Box::new((fault, value)));
    }
    clean::html_fields(&mut document);
    Ok(document)
}

/// The place that a fault is about, and the contract's mode of it. A field too many is a place of its own.
fn place(contract: &Contract, fault: &Fault) -> (String, ContractMode) {
    let place = match fault.unexpected.first() {
        Some(name) => {
            let name = name.replace('~', "~0").replace('/', "~1");
            format!("{}/{name}", fault.pointer)
        }
        None => fault.pointer.clone(),
    };
    let mode = contract.mode(&place);
    (place, mode)
}

/// Takes a value out; false when there is none, or when it is the document itself.
fn remove(document: &mut Value, pointer: &str) -> bool {
    let Some((parent, name)) = pointer.rsplit_once('/') else {
        return false;
    };
    let name = name.replace("~1", "/").replace("~0", "~");
    match document.pointer_mut(parent) {
        Some(Value::Object(fields)) => fields.remove(&name).is_some(),
        Some(Value::Array(items)) => match name.parse::<usize>() {
            Ok(at) if at < items.len() => {
                items.remove(at);
                true
            }
            _ => false,
        },
        _ => false,
    }
}
