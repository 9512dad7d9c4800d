//! Sends a list of addresses: in pieces, each a few times at most.

use std::time::Duration;

use rand::RngExt as _;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use serde::Serialize;
use url::Url;

use super::AnnounceError;
use crate::config::IndexNow;
use crate::fetch::{Client, ORDER_BACKOFF};

/// As many as the protocol allows in one request.
const MOST_ADDRESSES: usize = 10_000;
/// Nobody is waited for longer between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(600);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct List<'a> {
    host: &'a str,
    key: &'a str,
    key_location: String,
    url_list: &'a [String],
}

/// Why a piece was not taken.
enum Refused {
    /// It may be taken later.
    ForNow(String, Option<Duration>),
    /// It will not be taken.
    ForGood(String),
}

/// Sends all addresses; what was taken before one is refused stays taken.
///
/// # Errors
/// A piece was refused, or not taken however often it was sent.
pub(super) async fn all(
    client: &Client,
    settings: &IndexNow,
    addresses: &[String],
) -> Result<(), AnnounceError> {
    let http = client.usual()?;
    let site = Url::parse(&settings.site).ok();
    let host = site.as_ref().and_then(Url::host_str).unwrap_or_default();
    for piece in addresses.chunks(MOST_ADDRESSES) {
        let list = List {
            host,
            key: &settings.key,
            key_location: format!("{}/{}.txt", settings.site, settings.key),
            url_list: piece,
        };
        let body = serde_json::to_vec(&list)?;
        let mut attempt = 0;
        loop {
            match once(&http, settings, &body).await {
                Ok(()) => break,
                Err(Refused::ForNow(reason, asked)) if attempt < settings.retries => {
                    let random = rand::rng().random();
                    let pause = ORDER_BACKOFF.pause(attempt, asked, random);
                    tracing::debug!(
                        reason,
                        pause_ms = pause.as_millis(),
                        "the list is sent again"
                    );
                    tokio::time::sleep(pause.min(LONGEST_PAUSE)).await;
                    attempt += 1;
                }
                Err(Refused::ForNow(reason, _) | Refused::ForGood(reason)) => {
                    return Err(AnnounceError::Refused(reason));
                }
            }
        }
    }
    Ok(())
}

async fn once(http: &reqwest::Client, settings: &IndexNow, body: &[u8]) -> Result<(), Refused> {
    let request = http
        .post(settings.endpoint.clone())
        .header(CONTENT_TYPE, "application/json; charset=utf-8")
        .timeout(settings.timeout)
        .body(body.to_vec());
    let response = match request.send().await {
        Ok(response) => response,
        Err(error) => return Err(Refused::ForNow(error.without_url().to_string(), None)),
    };
    let status = response.status();
    let reason = || format!("{} answers {status}", settings.endpoint);
    match status {
        // 202: taken, and the key is looked at later.
        StatusCode::OK | StatusCode::ACCEPTED => Ok(()),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => {
            let asked = response.headers().get(RETRY_AFTER);
            let asked = asked.and_then(|value| value.to_str().ok()?.trim().parse().ok());
            Err(Refused::ForNow(reason(), asked.map(Duration::from_secs)))
        }
        status if status.is_server_error() => Err(Refused::ForNow(reason(), None)),
        StatusCode::FORBIDDEN => Err(Refused::ForGood(format!(
            "{}: it does not find the key at {}/{}.txt; the server shows it if `indexnow_key` is set",
            reason(),
            settings.site,
            settings.key
        ))),
        _ => Err(Refused::ForGood(reason())),
    }
}
