//! The stage: records in, documents out, in the same order.
//!
//! Records are pulled as documents are asked for, so memory holds a few batches and never a feed.

use super::engine::{Engine, Plan};
use super::error::{MapError, Refusal};
use super::worker::Worker;
use crate::config::{Shop, Source};
use crate::decode::{Origin, Record};
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};

/// What a record became.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapped {
    /// The record.
    pub origin: Origin,
    /// Its documents, not yet validated; none when the mapping left the record out.
    pub documents: Result<Vec<Value>, Refusal>,
}

/// Starts mapping the records of a source.
///
/// Its errors end the run. `E` is the caller's error, so that errors of `records` pass through.
pub fn apply<E, R>(source: &Source, shop: &Shop, records: R) -> Result<Documents<E, R>, MapError>
where
    E: From<MapError>,
    R: Iterator<Item = Result<Record, E>>,
{
    let plan = Plan::new(source, vars(source, shop));
    let runner = if plan.needs_thread() {
        Runner::Thread(Worker::start(plan, source.limits.map_timeout)?)
    } else {
        Runner::Here(plan.compile()?)
    };
    Ok(Documents {
        records,
        runner,
        ready: VecDeque::new(),
        in_flight: 0,
        pending: None,
        is_done: false,
    })
}

/// Compiles the mapping of a source, to learn whether it is right.
pub fn check(source: &Source, shop: &Shop) -> Result<(), MapError> {
    Plan::new(source, vars(source, shop)).compile().map(drop)
}

/// What every mapping sees, beside what the source configures.
fn vars(source: &Source, shop: &Shop) -> BTreeMap<String, Value> {
    let mut vars = source.vars.clone();
    vars.insert("currency".to_owned(), Value::from(shop.currency.code()));
    vars.insert("time_zone".to_owned(), Value::from(shop.time_zone.name()));
    vars.insert("source".to_owned(), Value::from(source.name.as_str()));
    vars
}

/// The documents of a feed, record by record.
pub struct Documents<E, R> {
    records: R,
    runner: Runner,
    ready: VecDeque<Mapped>,
    in_flight: usize,
    /// The error that ended the records, handed on after the results before it.
    pending: Option<E>,
    is_done: bool,
}

enum Runner {
    Here(Engine),
    Thread(Worker),
}

impl<E, R> Iterator for Documents<E, R>
where
    E: From<MapError>,
    R: Iterator<Item = Result<Record, E>>,
{
    type Item = Result<Mapped, E>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.advance() {
            Ok(Some(mapped)) => Some(Ok(mapped)),
            Ok(None) => self.pending.take().map(Err),
            Err(error) => {
                self.is_done = true;
                self.in_flight = 0;
                self.ready.clear();
                Some(Err(error.into()))
            }
        }
    }
}

impl<E, R: Iterator<Item = Result<Record, E>>> Documents<E, R> {
    fn advance(&mut self) -> Result<Option<Mapped>, MapError> {
        const BATCH: usize = 32;
        const BATCHES: usize = 4;
        if let Runner::Here(engine) = &self.runner {
            let record = pull(&mut self.records, &mut self.pending, &mut self.is_done);
            return Ok(record.map(|Record { origin, value }| Mapped {
                origin,
                documents: engine.run(value, &|| true),
            }));
        }
        let Runner::Thread(worker) = &self.runner else {
            return Ok(None);
        };
        while self.ready.is_empty() {
            while self.in_flight < BATCHES && !self.is_done {
                let mut batch = Vec::with_capacity(BATCH);
                while batch.len() < BATCH
                    && let Some(record) =
                        pull(&mut self.records, &mut self.pending, &mut self.is_done)
                {
                    batch.push(record);
                }
                if !batch.is_empty() {
                    worker.send(batch)?;
                    self.in_flight += 1;
                }
            }
            if self.in_flight == 0 {
                return Ok(None);
            }
            let outputs = worker.receive()?;
            self.in_flight -= 1;
            self.ready.extend(
                outputs
                    .into_iter()
                    .map(|(origin, documents)| Mapped { origin, documents }),
            );
        }
        Ok(self.ready.pop_front())
    }
}

/// The next record; an error ends the records and waits in `pending`.
fn pull<E>(
    records: &mut impl Iterator<Item = Result<Record, E>>,
    pending: &mut Option<E>,
    is_done: &mut bool,
) -> Option<Record> {
    if *is_done {
        return None;
    }
    match records.next() {
        Some(Ok(record)) => return Some(record),
        Some(Err(error)) => *pending = Some(error),
        None => {}
    }
    *is_done = true;
    None
}
