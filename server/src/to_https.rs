//! Whoever comes by plain HTTP is sent on to the shop's own origin, and shown nothing else.

use std::sync::Arc;

use crate::house::House;
use crate::listen::{Answer, Refusal, Reply, Request};
use crate::respond::{self, Response};

/// Sends everybody on.
pub(crate) struct ToHttps {
    /// The shops, with their public origins.
    pub(crate) house: Arc<House>,
}

impl Answer for ToHttps {
    fn answer<'a>(&'a self, request: &Request<'a>) -> Reply<'a> {
        let Some(origin) = self.house.origin(request.host) else {
            let host = request.host.unwrap_or_default().to_owned();
            return Reply::Now(self.refuse(&Refusal::WrongHost(host)));
        };
        let url = format!("{origin}{}", request.target);
        Reply::Now(respond::redirect(&self.house.bare_stamp, &url))
    }

    fn refuse(&self, refusal: &Refusal) -> Response {
        respond::refused(&self.house.bare_stamp, refusal)
    }
}
