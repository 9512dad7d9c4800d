//! The wire: connections taken, watched, vetted and ended. Everything that the HTTP library leaves to its user.
//!
//! A request that reaches `Answer::answer` is well formed, for this shop, a GET or HEAD without a body left to read, or a
//! POST that whoever answers wants, with its body read whole.
//! No client, however slow or odd, holds a connection longer than the limits say.

/// The loop that takes connections, and the orderly end.
mod accept;

/// One connection: requests in, answers out.
mod connection;

/// How long a connection may stay in which phase.
mod deadline;

/// Who a connection is from, told by a proxy.
mod proxy;

/// Whether a loop that takes connections still turns.
mod pulse;

/// A socket that ends when its deadline passes.
mod stream;

/// Whether a request may be answered at all.
mod vet;

#[cfg(test)]
mod edge_tests;

#[cfg(test)]
mod tests;

pub use accept::{Listener, Server, serve};
pub use pulse::Pulse;
pub use vet::{Hosts, Refusal};

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use hyper::{HeaderMap, Method};

use crate::config::Limits;
use crate::respond::Response;

/// What connections are held to. Replaced when the configuration is read again; a connection keeps those it began with.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Whose requests are answered.
    pub hosts: Hosts,
    /// What one client may cost.
    pub limits: Arc<Limits>,
    /// Proxies that must say in the PROXY protocol whom they speak for.
    pub telling_proxies: Vec<IpAddr>,
    /// Proxies whose word about a request is believed.
    pub trusted_proxies: Vec<IpAddr>,
}

/// A vetted request.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// GET, HEAD or POST.
    pub method: &'a Method,
    /// The host it is for, lower case and without port; HTTP/1.0 may leave it out.
    pub host: Option<&'a str>,
    /// Path and query as they came.
    pub target: &'a str,
    /// All headers.
    pub headers: &'a HeaderMap,
    /// The body of a POST; empty for all others.
    pub body: &'a [u8],
    /// Who is at the other end of the connection.
    pub peer: IpAddr,
    /// The instant it is answered for.
    pub now: SystemTime,
}

/// An answer, now or when something that must be waited for has happened.
pub enum Reply<'a> {
    /// Nearly all of them.
    Now(Response),
    /// What waits for a disk.
    Later(Pin<Box<dyn Future<Output = Response> + Send + 'a>>),
}

impl Reply<'_> {
    /// The answer, when it is there.
    pub async fn response(self) -> Response {
        match self {
            Reply::Now(response) => response,
            Reply::Later(response) => response.await,
        }
    }
}

/// Whoever answers requests. What is answered now holds nothing across an await, and takes microseconds.
pub trait Answer: Send + Sync + 'static {
    /// Whether something can be posted to this target, a path and query as they came, of this host.
    fn takes_posts(&self, host: Option<&str>, target: &str) -> bool {
        let _ = (host, target);
        false
    }

    /// What the address of a request has in common with others of its kind, if it is one of ours; for those that are traced.
    fn template(&self, host: Option<&str>, target: &str) -> Option<&'static str> {
        let _ = (host, target);
        None
    }

    /// Answers a vetted request. The answer to HEAD is the one to GET.
    fn answer<'a>(&'a self, request: &Request<'a>) -> Reply<'a>;

    /// Answers a request that did not pass.
    fn refuse(&self, refusal: &Refusal) -> Response;
}
