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
pub use settings::{Settings, Share, address, is_on_this_machine};
pub use tracer::{Span, Tracer};
