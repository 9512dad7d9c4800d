//! Traces on their way to the collector.
//!
//! They take the way of all requests to others, but never wait in anybody's queue: a collector is no back end.

use std::collections::BTreeMap;

use frontage_shared::trace::{self, Posted, Tracer, Transport};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use crate::config::{Config, Telemetry};
use crate::fetch::{Client, FetchError};

/// Makes spans if the configuration says where they go; belongs into a runtime then.
///
/// # Errors
/// The client cannot be set up.
pub fn start(config: &Config, client: &Client) -> Result<Tracer, FetchError> {
    let Some(settings) = &config.telemetry else {
        return Ok(Tracer::default());
    };
    let about = BTreeMap::from([
        ("service.version", env!("CARGO_PKG_VERSION").to_owned()),
        ("frontage.shop", config.shop.id.clone()),
    ]);
    let post = Post {
        http: client.usual()?,
        endpoint: settings.endpoint.clone(),
        headers: headers(settings),
    };
    Ok(Tracer::start(
        &settings.service,
        settings.sample,
        about,
        post,
    ))
}

struct Post {
    http: reqwest::Client,
    endpoint: String,
    headers: HeaderMap,
}

impl Transport for Post {
    fn post(&self, body: Vec<u8>) -> Posted<'_> {
        let request = self.http.post(&self.endpoint).headers(self.headers.clone());
        Box::pin(async move {
            let answer = request.body(body).send().await;
            let answer = answer.map_err(|error| error.without_url().to_string())?;
            Ok(answer.status().as_u16())
        })
    }
}

fn headers(settings: &Telemetry) -> HeaderMap {
    let own = settings.headers.iter().filter_map(|(name, value)| {
        let mut value = HeaderValue::from_str(value).ok()?;
        value.set_sensitive(true);
        Some((name.parse::<HeaderName>().ok()?, value))
    });
    let mut headers: HeaderMap = own.collect();
    let kind = HeaderValue::from_static(trace::CONTENT_TYPE);
    headers.insert(CONTENT_TYPE, kind);
    headers
}
