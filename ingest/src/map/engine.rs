//! A mapping made ready to run on one thread.
//!
//! It knows nothing of threads and clocks; it only asks `is_wanted` between outputs whether anybody still waits.

use super::error::{MapError, Refusal};
use super::fields::FieldMap;
use super::jq::Filter;
use super::shape;
use crate::config::{Mapping, Orders, Source};
use serde_json::Value;
use std::collections::BTreeMap;

/// What messages call the mapping of orders.
const ORDERS: &str = "[orders]";

/// What a mapping makes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Makes {
    /// Documents, whose fields have types.
    Documents,
    /// One value, sent as it is.
    Body,
}

/// What a mapping consists of; cheap to send to another thread.
#[derive(Clone)]
pub(super) struct Plan {
    pub(super) source_name: String,
    makes: Makes,
    mapping: Mapping,
    vars: BTreeMap<String, Value>,
    max_documents: usize,
}

impl Plan {
    pub(super) fn new(source: &Source, vars: BTreeMap<String, Value>) -> Self {
        Self {
            source_name: source.name.clone(),
            makes: Makes::Documents,
            mapping: source.mapping.clone(),
            vars,
            max_documents: source.limits.max_documents,
        }
    }

    /// What makes the body that is sent out of an order.
    pub(super) fn of_orders(orders: &Orders, vars: BTreeMap<String, Value>) -> Self {
        Self {
            source_name: ORDERS.to_owned(),
            makes: Makes::Body,
            mapping: orders.mapping.clone(),
            vars,
            max_documents: 1,
        }
    }

    fn field_map(&self, fields: &BTreeMap<String, String>) -> Result<FieldMap, (String, String)> {
        match self.makes {
            Makes::Documents => FieldMap::parse(fields, &self.vars),
            Makes::Body => FieldMap::free(fields, &self.vars),
        }
    }

    /// Whether it runs jq, which may loop or overflow its stack.
    pub(super) fn needs_thread(&self) -> bool {
        match &self.mapping {
            Mapping::None => false,
            Mapping::Fields(fields) => self
                .field_map(fields)
                .is_ok_and(|fields| fields.jq().next().is_some()),
            Mapping::Program { .. } => true,
        }
    }

    pub(super) fn compile(&self) -> Result<Engine, MapError> {
        let wrong = |place: String, message: String| MapError::Compile {
            source_name: self.source_name.clone(),
            place,
            message,
        };
        let kind = match &self.mapping {
            Mapping::None => EngineKind::Pass,
            Mapping::Fields(fields) => {
                let fields = self
                    .field_map(fields)
                    .map_err(|(field, message)| wrong(format!("map.{field}"), message))?;
                let mut filters = BTreeMap::new();
                for (field, code) in fields.jq() {
                    let filter = Filter::compile(code, &self.vars)
                        .map_err(|message| wrong(format!("map.{field}"), message))?;
                    filters.insert(field.to_owned(), filter);
                }
                EngineKind::Fields(fields, filters)
            }
            Mapping::Program { path, text } => {
                let filter = Filter::compile(text, &self.vars)
                    .map_err(|message| wrong(path.display().to_string(), message))?;
                EngineKind::Program(filter)
            }
        };
        Ok(Engine {
            kind,
            makes: self.makes,
            max_documents: self.max_documents,
        })
    }
}

/// A compiled mapping.
pub(super) struct Engine {
    kind: EngineKind,
    makes: Makes,
    max_documents: usize,
}

enum EngineKind {
    Pass,
    Fields(FieldMap, BTreeMap<String, Filter>),
    Program(Filter),
}

impl Engine {
    /// The documents that a record gives; none when the mapping leaves it out.
    pub(super) fn run(
        &self,
        record: Value,
        is_wanted: &dyn Fn() -> bool,
    ) -> Result<Vec<Value>, Refusal> {
        match &self.kind {
            EngineKind::Pass => Ok(vec![record]),
            EngineKind::Fields(fields, filters) => {
                let run_jq =
                    |field: &str, record: &Value| one_value(&filters[field], field, record);
                let document = fields.document(&record, &run_jq);
                if self.makes == Makes::Body {
                    return Ok(vec![shape::without_nulls(document?)]);
                }
                let document = document.map_err(|refusal| Refusal {
                    about: Some(Box::new(shape::document(fields.name(&record, &run_jq)))),
                    ..refusal
                })?;
                Ok(vec![shape::document(document)])
            }
            EngineKind::Program(filter) => {
                let mut documents = Vec::new();
                filter.run(&record, |output| {
                    if !is_wanted() {
                        return Err(Refusal::new("the run was given up"));
                    }
                    if output.is_null() {
                        return Ok(());
                    }
                    if documents.len() >= self.max_documents {
                        let limit = self.max_documents;
                        return Err(Refusal::new(format!(
                            "more than {limit} documents from one record (max_documents)"
                        )));
                    }
                    documents.push(match self.makes {
                        Makes::Documents => shape::document(output),
                        Makes::Body => output,
                    });
                    Ok(())
                })?;
                Ok(documents)
            }
        }
    }
}

/// The one value of a field; no output is no value.
fn one_value(filter: &Filter, field: &str, record: &Value) -> Result<Value, Refusal> {
    let mut value = None;
    let result = filter.run(record, |output| match value.replace(output) {
        None => Ok(()),
        Some(_) => Err(Refusal::new(
            "gives more than one value; put it in [ ] to make a list",
        )),
    });
    result.map_err(|refusal| Refusal::at(field, refusal.message))?;
    Ok(value.unwrap_or(Value::Null))
}
