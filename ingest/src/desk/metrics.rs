//! What a monitor asks: the state of each source and of the shop, for Prometheus.
//!
//! It says what `status` says, read by the same function.

use std::fmt::Write as _;

use super::{State, counters};
use crate::announce::Announced;
use crate::cycle::CycleError;
use crate::history::RunResult;
use crate::publisher::Publisher;
use crate::schedule;
use crate::status::{self, Live, SourceStatus, Status};
use crate::webhooks::Receiver;

/// All families, as text.
///
/// # Errors
/// The store or the state folder cannot be read.
pub(super) async fn text(state: &State) -> Result<String, CycleError> {
    let status = status::read(&state.context).await?;
    let (running, _) = state.context.board.look();
    let mut out = String::new();
    shop(&mut out, status.live.as_ref());
    publisher(&mut out, status.publisher.as_ref());
    orders(&mut out, &status, schedule::now().timestamp());
    webhooks(&mut out, &status.webhooks, schedule::now().timestamp());
    for (name, help, value) in FAMILIES {
        let samples = status.sources.iter().map(|source| (source, value(source)));
        family(&mut out, name, help, samples);
    }
    let samples = status.sources.iter().map(|source| {
        let runs = running.iter().any(|run| run.source == source.source);
        (source, Some(flag(runs)))
    });
    family(&mut out, "source_running", "1 while it runs.", samples);
    counters::write(&mut out, &state.context.counters.counts());
    counters::spans(&mut out, &state.context.tracer);
    if let Some(announced) = Announced::load(&state.context.config.state) {
        counters::announced(&mut out, &announced);
    }
    Ok(out)
}

/// A value of a source, unless there is none yet.
type Value = fn(&SourceStatus) -> Option<f64>;

const FAMILIES: [(&str, &str, Value); 6] = [
    (
        "source_held",
        "1 while a feed waits for an operator.",
        |source| Some(flag(source.held.is_some())),
    ),
    ("source_failed", "1 if the last run failed.", |source| {
        Some(flag(source.last_run.as_ref()?.result == RunResult::Failed))
    }),
    (
        "source_last_run_timestamp_seconds",
        "When the last run began.",
        |source| Some(seconds(source.last_run.as_ref()?.started_at)),
    ),
    (
        "source_last_run_duration_seconds",
        "How long it took.",
        |source| Some(number(source.last_run.as_ref()?.duration_ms) / 1_000.0),
    ),
    (
        "source_last_run_refused",
        "Records that it refused.",
        |source| Some(number(source.last_run.as_ref()?.refused)),
    ),
    (
        "source_data_timestamp_seconds",
        "When the data was fetched that the shop is made of.",
        |source| Some(seconds(source.as_of?)),
    ),
];

fn orders(out: &mut String, status: &Status, now: i64) {
    let orders = &status.orders;
    let oldest = orders.oldest.map_or(0, |at| now - at).max(0);
    gauges(
        out,
        [
            (
                "orders_waiting",
                "Orders that the merchant does not have yet.",
                number(orders.waiting),
            ),
            (
                "orders_rejected",
                "Orders that the merchant refused, and that somebody has to look at.",
                number(orders.rejected),
            ),
            (
                "orders_oldest_waiting_seconds",
                "Age of the oldest waiting order; 0 if none waits.",
                seconds(oldest),
            ),
        ],
    );
}

fn webhooks(out: &mut String, receivers: &[Receiver], now: i64) {
    type Value = fn(&Receiver, i64) -> f64;
    let families: [(&str, &str, Value); 3] = [
        (
            "webhook_events_waiting",
            "Events that the receiver does not have yet.",
            |receiver, _| number(receiver.waiting),
        ),
        (
            "webhook_events_failed",
            "Events that were given up, and are kept to be replayed.",
            |receiver, _| number(receiver.failed),
        ),
        (
            "webhook_oldest_waiting_seconds",
            "Age of the oldest waiting event; 0 if none waits.",
            |receiver, now| seconds(receiver.oldest.map_or(0, |at| now - at)),
        ),
    ];
    for (name, help, value) in families.into_iter().filter(|_| !receivers.is_empty()) {
        let name = begin(out, name, help);
        for receiver in receivers {
            let (webhook, value) = (&receiver.webhook, value(receiver, now));
            // Names of receivers have no character that would need an escape.
            let _ = writeln!(out, "{name}{{webhook=\"{webhook}\"}} {value}");
        }
    }
}

fn shop(out: &mut String, live: Option<&Live>) {
    let gauged = [
        (
            "generation",
            "Number of the published generation; 0 before the first.",
            live.map_or(0.0, |live| number(live.generation)),
        ),
        (
            "published_timestamp_seconds",
            "When it was published.",
            live.map_or(0.0, |live| seconds(live.created_at)),
        ),
        (
            "pinned",
            "1 while nothing is published over it.",
            flag(live.is_some_and(|live| live.pinned)),
        ),
        (
            "on_trial",
            "1 while only canaries show its catalog.",
            flag(live.is_some_and(|live| live.on_trial)),
        ),
        (
            "products",
            "Products in it.",
            live.map_or(0.0, |live| f64::from(live.counts.products)),
        ),
    ];
    gauges(out, gauged);
}

fn publisher(out: &mut String, publisher: Option<&Publisher>) {
    let gauged = [
        (
            "stands_by",
            "1 while another daemon publishes to the store.",
            flag(publisher.is_some_and(|publisher| !publisher.is_this_one && !publisher.released)),
        ),
        (
            "lease_epoch",
            "How often the right to publish went from one daemon to another.",
            publisher.map_or(0.0, |publisher| number(publisher.epoch)),
        ),
        (
            "lease_renewed_timestamp_seconds",
            "When whoever publishes said so last; 0 if nobody ever did.",
            publisher.map_or(0.0, |publisher| seconds(publisher.renewed_at)),
        ),
    ];
    gauges(out, gauged);
}

fn gauges<const COUNT: usize>(out: &mut String, gauged: [(&str, &str, f64); COUNT]) {
    for (name, help, value) in gauged {
        let name = begin(out, name, help);
        // Writing to a text cannot fail.
        let _ = writeln!(out, "{name} {value}");
    }
}

fn family<'a>(
    out: &mut String,
    name: &str,
    help: &str,
    samples: impl Iterator<Item = (&'a SourceStatus, Option<f64>)>,
) {
    let name = begin(out, name, help);
    for (source, value) in samples {
        if let Some(value) = value {
            // Names of sources have no character that would need an escape.
            let _ = writeln!(out, "{name}{{source=\"{}\"}} {value}", source.source);
        }
    }
}

fn begin(out: &mut String, name: &str, help: &str) -> String {
    let name = format!("frontage_ingest_{name}");
    let _ = write!(out, "# HELP {name} {help}\n# TYPE {name} gauge\n");
    name
}

fn flag(is_set: bool) -> f64 {
    f64::from(u8::from(is_set))
}

fn seconds(at: i64) -> f64 {
    number(u64::try_from(at).unwrap_or(0))
}

/// Instants, counts and milliseconds are far below 2^52, so this is exact.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn number(value: u64) -> f64 {
    value as f64
}
