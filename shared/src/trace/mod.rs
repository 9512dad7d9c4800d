//! Traces: what a daemon did and how long it took, sent to a collector by OTLP over HTTP.
//!
//! Off unless an endpoint is configured. Where a span is made nothing waits and nothing fails: what cannot be sent is
//! dropped and counted. How bytes get to the collector is the daemon's own affair.

/// What the operator decides.
mod settings;

/// Spans, and what makes them.
mod tracer;

/// From ended spans to the collector.
mod export;

#[cfg(test)]
mod tests;

pub use export::{Figures, Posted, Transport};
pub use settings::{Share, address, goes_in_the_clear};
pub use tracer::{Span, TRACEPARENT, Tracer};

use std::time::Duration;

/// What a batch is, as `Content-Type` says it.
pub const CONTENT_TYPE: &str = "application/x-protobuf";
/// How long a process that ends waits for what it has not sent yet.
pub const LAST_SPANS: Duration = Duration::from_secs(2);
