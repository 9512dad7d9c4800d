//! The thread that runs jq, and the clock beside it.
//!
//! A thread cannot be stopped from outside. When a record takes too long, the run fails with a named error and the
//! thread is abandoned: it sees so between two outputs and ends, but a loop without outputs runs on until the daemon
//! restarts. So few such threads are tolerated before mappings are refused altogether. What no clock guards against is
//! a program that recurses without end or gathers memory without end; that ends the process, and what is published stays.

use super::engine::{Engine, Plan};
use super::error::{MapError, Refusal};
use crate::decode::{Origin, Record};
use serde_json::Value;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// jq recurses in Rust; the memory is only taken when it is used.
const STACK_BYTES: usize = 256 << 20;

/// Looping threads that are tolerated; each takes a whole core.
const MAX_STUCK: usize = 2;

static STUCK: AtomicUsize = AtomicUsize::new(0);

pub(super) type Output = (Origin, Result<Vec<Value>, Refusal>);

/// A running mapping thread.
pub(super) struct Worker {
    source_name: String,
    limit: Duration,
    inbox: Sender<Vec<Record>>,
    outbox: Receiver<Vec<Output>>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// The record at work, and since when.
    current: Mutex<Option<(Origin, Instant)>>,
    /// Nobody waits for this thread any more.
    is_abandoned: AtomicBool,
}

impl Worker {
    /// Starts the thread and waits until the mapping is compiled on it.
    pub(super) fn start(plan: Plan, limit: Duration) -> Result<Self, MapError> {
        let stuck = STUCK.load(Ordering::Relaxed);
        if stuck >= MAX_STUCK {
            return Err(MapError::Stuck { stuck });
        }
        let source_name = plan.source_name.clone();
        let shared = Arc::new(Shared::default());
        let (inbox, records) = channel::<Vec<Record>>();
        let (results, outbox) = channel();
        let (ready, compiled) = channel();
        let seen = Arc::clone(&shared);
        std::thread::Builder::new()
            .name(format!("map-{source_name}"))
            .stack_size(STACK_BYTES)
            .spawn(move || {
                match plan.compile() {
                    Ok(engine) => {
                        // The starter may be gone; then `records` ends at once.
                        let _ = ready.send(Ok(()));
                        work(&engine, &records, &results, &seen);
                    }
                    Err(error) => drop(ready.send(Err(error))),
                }
                if seen.is_abandoned.load(Ordering::Relaxed) {
                    STUCK.fetch_sub(1, Ordering::Relaxed);
                }
            })
            .map_err(MapError::Thread)?;
        let crashed = || MapError::Crashed {
            source_name: source_name.clone(),
        };
        compiled.recv().map_err(|_| crashed())??;
        Ok(Self {
            source_name,
            limit,
            inbox,
            outbox,
            shared,
        })
    }

    pub(super) fn send(&self, records: Vec<Record>) -> Result<(), MapError> {
        self.inbox.send(records).map_err(|_| self.crashed())
    }

    /// The next batch of results, or an error when a record takes too long.
    pub(super) fn receive(&self) -> Result<Vec<Output>, MapError> {
        let mut patience = self.limit;
        loop {
            match self.outbox.recv_timeout(patience) {
                Ok(outputs) => return Ok(outputs),
                Err(RecvTimeoutError::Disconnected) => return Err(self.crashed()),
                Err(RecvTimeoutError::Timeout) => {}
            }
            let current = self
                .shared
                .current
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone();
            patience = match current {
                Some((origin, since)) => match self.limit.checked_sub(since.elapsed()) {
                    Some(left) => left,
                    None => return Err(self.abandon(origin)),
                },
                None => self.limit,
            };
        }
    }

    fn abandon(&self, origin: Origin) -> MapError {
        STUCK.fetch_add(1, Ordering::Relaxed);
        self.shared.is_abandoned.store(true, Ordering::Relaxed);
        MapError::Timeout {
            source_name: self.source_name.clone(),
            origin,
            limit: self.limit,
        }
    }

    fn crashed(&self) -> MapError {
        MapError::Crashed {
            source_name: self.source_name.clone(),
        }
    }
}

fn work(
    engine: &Engine,
    records: &Receiver<Vec<Record>>,
    results: &Sender<Vec<Output>>,
    shared: &Shared,
) {
    let is_wanted = || !shared.is_abandoned.load(Ordering::Relaxed);
    let set = |current| {
        *shared
            .current
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = current
    };
    while let Ok(batch) = records.recv() {
        let mut outputs = Vec::with_capacity(batch.len());
        for Record {
            origin,
            value,
            flaw,
        } in batch
        {
            set(Some((origin.clone(), Instant::now())));
            let result = match flaw {
                Some(flaw) => Err(Refusal::of(flaw)),
                None => engine.run(value, &is_wanted),
            };
            set(None);
            if !is_wanted() {
                return;
            }
            outputs.push((origin, result));
        }
        if results.send(outputs).is_err() {
            return;
        }
    }
}
