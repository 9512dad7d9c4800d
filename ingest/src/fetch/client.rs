//! What requests go through: one HTTP client for all sources, and what let them in.

use super::error::FetchError;
use super::login::Sessions;
use std::sync::Arc;
use std::time::Duration;

/// A client that never follows a redirect nor decompresses by itself: both are decided by the one who asks.
#[derive(Debug, Clone)]
pub struct Client {
    pub(super) http: reqwest::Client,
    pub(super) sessions: Arc<Sessions>,
}

impl Client {
    /// Sets up the client; one serves all sources.
    pub fn new() -> Result<Self, FetchError> {
        const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
        let http = reqwest::Client::builder()
            .user_agent(concat!("frontage-ingest/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_max_idle_per_host(1)
            .referer(false)
            .build()
            .map_err(FetchError::Client)?;
        Ok(Self {
            http,
            sessions: Arc::default(),
        })
    }
}
