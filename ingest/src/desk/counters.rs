//! What this process has counted, for Prometheus.

use std::fmt::Write as _;
use std::time::Duration;

use frontage_shared::trace::Tracer;

use crate::announce::Announced;
use crate::counters::{BOUNDS, CYCLES, Counts, RESULTS, SourceCounts};

/// A count of a source.
type Value = fn(&SourceCounts) -> u64;

const PER_SOURCE: [(&str, &str, Value); 2] = [
    ("records_refused_total", "Records refused.", |counts| {
        counts.refused
    }),
    ("received_bytes_total", "Bytes over the wire.", |counts| {
        counts.bytes
    }),
];

/// All counters, as text.
pub(super) fn write(out: &mut String, counts: &Counts) {
    let info = format!("version=\"{}\"", env!("CARGO_PKG_VERSION"));
    begin(out, "build_info", "gauge", "The version of this process.");
    sample(out, "build_info", &info, 1);
    begin(
        out,
        "cycles_total",
        "counter",
        "Cycles, by what became of the shop.",
    );
    for (result, count) in CYCLES.iter().zip(counts.cycles) {
        sample(out, "cycles_total", &format!("result=\"{result}\""), count);
    }
    let help = "Catalogs that were refused by what canaries said.";
    begin(out, "canary_refusals_total", "counter", help);
    sample(out, "canary_refusals_total", "", counts.refused_catalogs);
    begin(
        out,
        "runs_total",
        "counter",
        "Runs of a source, by how they ended.",
    );
    for (source, counts) in &counts.sources {
        for ((_, result), count) in RESULTS.iter().zip(counts.results) {
            let labels = format!("source=\"{source}\",result=\"{result}\"");
            sample(out, "runs_total", &labels, count);
        }
    }
    for (name, help, value) in PER_SOURCE {
        begin(out, name, "counter", help);
        for (source, counts) in &counts.sources {
            sample(out, name, &format!("source=\"{source}\""), value(counts));
        }
    }
    times(out, counts);
}

/// What became of spans, where any are made.
pub(super) fn spans(out: &mut String, tracer: &Tracer) {
    let Some(figures) = tracer.figures() else {
        return;
    };
    let name = "trace_spans_total";
    let help = "Spans, by whether the collector took them, there was no room for them, or it did not take them.";
    begin(out, name, "counter", help);
    for (result, count) in figures.all() {
        sample(out, name, &format!("result=\"{result}\""), count);
    }
}

/// How long runs took.
fn times(out: &mut String, counts: &Counts) {
    let name = "run_duration_seconds";
    begin(out, name, "histogram", "Time of a run.");
    let (buckets, sum, count) = (
        format!("{name}_bucket"),
        format!("{name}_sum"),
        format!("{name}_count"),
    );
    for (source, counts) in &counts.sources {
        let total: u64 = counts.times.iter().sum();
        let mut below = 0;
        for (bound, times) in BOUNDS.iter().zip(counts.times) {
            below += times;
            sample(
                out,
                &buckets,
                &format!("source=\"{source}\",le=\"{bound}\""),
                below,
            );
        }
        sample(
            out,
            &buckets,
            &format!("source=\"{source}\",le=\"+Inf\""),
            total,
        );
        let seconds = Duration::from_millis(counts.time_ms).as_secs_f64();
        sample(out, &sum, &format!("source=\"{source}\""), seconds);
        sample(out, &count, &format!("source=\"{source}\""), total);
    }
}

/// What search engines were told, where they are.
pub(super) fn announced(out: &mut String, announced: &Announced) {
    for (name, help, value) in [
        (
            "indexnow_addresses_total",
            "Changed addresses that search engines took.",
            announced.addresses,
        ),
        (
            "indexnow_failures_total",
            "Lists of changed addresses that were given up.",
            announced.failures,
        ),
    ] {
        begin(out, name, "counter", help);
        sample(out, name, "", value);
    }
}

fn begin(out: &mut String, name: &str, kind: &str, help: &str) {
    // Writing to a text cannot fail.
    let _ = write!(
        out,
        "# HELP frontage_ingest_{name} {help}\n# TYPE frontage_ingest_{name} {kind}\n"
    );
}

fn sample(out: &mut String, name: &str, labels: &str, value: impl std::fmt::Display) {
    // Names of sources have no character that would need an escape.
    let _ = match labels {
        "" => writeln!(out, "frontage_ingest_{name} {value}"),
        labels => writeln!(out, "frontage_ingest_{name}{{{labels}}} {value}"),
    };
}
