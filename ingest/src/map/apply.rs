//! The stage: records in, documents out, in the same order.
//!
//! Records come in batches, so memory holds a few of them and never a feed. A mapper belongs to one thread; a feed may
//! be mapped by several side by side, each with its own.

use super::engine::{Engine, Plan};
use super::error::{MapError, Refusal};
use super::worker::Worker;
use crate::config::{Orders, Shop, Source};
use crate::decode::{Origin, Record};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// What a record became.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapped {
    /// The record.
    pub origin: Origin,
    /// Its documents, not yet validated; none when the mapping left the record out.
    pub documents: Result<Vec<Value>, Refusal>,
}

/// The mapping of a source, ready to run.
pub struct Mapper {
    runner: Runner,
}

enum Runner {
    Here(Box<Engine>),
    Thread(Worker),
}

impl Mapper {
    /// Compiles the mapping of a source.
    ///
    /// # Errors
    /// The mapping is wrong, or too many threads of earlier runs hang.
    pub fn start(source: &Source, shop: &Shop) -> Result<Self, MapError> {
        let plan = Plan::new(source, vars(&source.vars, &source.name, shop));
        Self::of(plan, source.limits.map_timeout)
    }

    /// Compiles what makes the body that is sent out of an order.
    ///
    /// # Errors
    /// The mapping is wrong, or too many threads of earlier runs hang.
    pub fn of_orders(orders: &Orders, shop: &Shop) -> Result<Self, MapError> {
        Self::of(order_plan(orders, shop), orders.map_timeout)
    }

    fn of(plan: Plan, timeout: Duration) -> Result<Self, MapError> {
        let runner = if plan.needs_thread() {
            Runner::Thread(Worker::start(plan, timeout)?)
        } else {
            Runner::Here(Box::new(plan.compile()?))
        };
        Ok(Self { runner })
    }

    /// What each of these records becomes.
    ///
    /// # Errors
    /// A record takes too long or crashes the mapping; the mapper is of no use afterwards.
    pub fn map(&self, records: Vec<Record>) -> Result<Vec<Mapped>, MapError> {
        match &self.runner {
            Runner::Here(engine) => Ok(records
                .into_iter()
                .map(|record| Mapped {
                    documents: match record.flaw {
                        Some(flaw) => Err(Refusal::of(flaw)),
                        None => engine.run(record.value, &|| true),
                    },
                    origin: record.origin,
                })
                .collect()),
            Runner::Thread(worker) => {
                worker.send(records)?;
                let outputs = worker.receive()?.into_iter();
                Ok(outputs
                    .map(|(origin, documents)| Mapped { origin, documents })
                    .collect())
            }
        }
    }
}

/// Compiles the mapping of a source, to learn whether it is right.
pub fn check(source: &Source, shop: &Shop) -> Result<(), MapError> {
    let plan = Plan::new(source, vars(&source.vars, &source.name, shop));
    plan.compile().map(drop)
}

/// Compiles the mapping of orders, to learn whether it is right.
pub fn check_orders(orders: &Orders, shop: &Shop) -> Result<(), MapError> {
    order_plan(orders, shop).compile().map(drop)
}

fn order_plan(orders: &Orders, shop: &Shop) -> Plan {
    Plan::of_orders(orders, vars(&orders.vars, "orders", shop))
}

/// What every mapping sees, beside what the source configures.
fn vars(own: &BTreeMap<String, Value>, source: &str, shop: &Shop) -> BTreeMap<String, Value> {
    let mut vars = own.clone();
    vars.insert("currency".to_owned(), Value::from(shop.currency.code()));
    vars.insert("time_zone".to_owned(), Value::from(shop.time_zone.name()));
    vars.insert("source".to_owned(), Value::from(source));
    vars
}
