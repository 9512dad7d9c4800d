//! Whoever comes by plain HTTP is sent on to the shop's own origin, and shown nothing else.

use crate::listen::{Answer, Refusal, Reply, Request};
use crate::respond::{self, Response};
use crate::stamp::Stamp;

/// Sends everybody on.
pub(crate) struct ToHttps {
    /// The shop's public origin.
    pub(crate) base_url: String,
    /// Headers of every response. HSTS is none of them: over plain HTTP nobody may believe it.
    pub(crate) stamp: Stamp,
}

impl Answer for ToHttps {
    fn answer<'a>(&'a self, request: &Request<'a>) -> Reply<'a> {
        let url = format!("{}{}", self.base_url, request.target);
        Reply::Now(respond::redirect(&self.stamp, &url))
    }

    fn refuse(&self, refusal: &Refusal) -> Response {
        respond::refused(&self.stamp, refusal)
    }
}
