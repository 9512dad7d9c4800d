//! The wire: connections taken, watched, vetted and ended. Everything that the HTTP library leaves to its user.
//!
//! A request that reaches `Answer::answer` is well formed, for this shop, a GET or HEAD, and has no body left to read.
//! No client, however slow or odd, holds a connection longer than the limits say.

/// The loop that takes connections, and the orderly end.
mod accept;

/// One connection: requests in, answers out.
mod connection;

/// How long a connection may stay in which phase.
mod deadline;

/// A socket that ends when its deadline passes.
mod stream;

/// Whether a request may be answered at all.
mod vet;

#[cfg(test)]
mod tests;

pub use accept::{Listener, Server, serve};
pub use vet::{Hosts, Refusal};

use std::time::SystemTime;

use hyper::{HeaderMap, Method};

use crate::respond::Response;

/// A vetted request.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// GET or HEAD.
    pub method: &'a Method,
    /// Path and query as they came.
    pub target: &'a str,
    /// All headers.
    pub headers: &'a HeaderMap,
    /// The instant it is answered for.
    pub now: SystemTime,
}

/// Whoever answers requests. Synchronous: nothing is held across an await, and answers take microseconds.
pub trait Answer: Send + Sync + 'static {
    /// Answers a vetted request. The answer to HEAD is the one to GET.
    fn answer(&self, request: &Request<'_>) -> Response;

    /// Answers a request that did not pass.
    fn refuse(&self, refusal: &Refusal) -> Response;
}
