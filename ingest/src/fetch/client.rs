//! What requests go through: HTTP clients, the gates of their origins, what let them in, and the folders that are read.

use super::error::FetchError;
use super::folder::Readings;
use super::gate::Gates;
use super::login::Sessions;
use crate::config::{Request, Transport, Via};
use reqwest::{Certificate, Proxy};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

/// Clients that never follow a redirect nor decompress by themselves: both are decided by the one who asks.
#[derive(Debug, Clone)]
pub struct Client {
    /// One for each way to reach a back end; most shops need one only.
    ways: Arc<Mutex<HashMap<Transport, reqwest::Client>>>,
    pub(super) sessions: Arc<Sessions>,
    pub(super) gates: Arc<Gates>,
    pub(super) readings: Readings,
}

/// How a back end is reached.
#[derive(Clone, Copy)]
pub(super) struct Way<'a> {
    pub(super) client: &'a Client,
    pub(super) http: &'a reqwest::Client,
    pub(super) request: &'a Request,
    /// The wall clock when this began, and the moment it was read: `Retry-After` may be a date.
    pub(super) now: SystemTime,
    pub(super) began: Instant,
}

impl Client {
    /// Sets up the client; one serves all sources.
    ///
    /// # Errors
    /// The system has no certificates, or none that can be read.
    pub fn new() -> Result<Self, FetchError> {
        let usual = Transport::default();
        let http = build(&usual)?;
        Ok(Self {
            ways: Arc::new(Mutex::new(HashMap::from([(usual, http)]))),
            sessions: Arc::default(),
            gates: Arc::default(),
            readings: Readings::default(),
        })
    }

    /// The client that reaches everybody in the usual way.
    ///
    /// # Errors
    /// It cannot be set up.
    pub fn usual(&self) -> Result<reqwest::Client, FetchError> {
        self.by(&Transport::default())
    }

    /// The client for a way to reach a back end.
    pub(super) fn by(&self, transport: &Transport) -> Result<reqwest::Client, FetchError> {
        let mut ways = self.ways.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(http) = ways.get(transport) {
            return Ok(http.clone());
        }
        let http = build(transport)?;
        ways.insert(transport.clone(), http.clone());
        Ok(http)
    }
}

fn build(transport: &Transport) -> Result<reqwest::Client, FetchError> {
    const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("frontage-ingest/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_max_idle_per_host(4)
        .referer(false);
    builder = match &transport.proxy {
        None => builder,
        Some(Via::Direct) => builder.no_proxy(),
        Some(Via::Proxy(address)) => {
            builder.proxy(Proxy::all(address).map_err(FetchError::Client)?)
        }
    };
    if let Some(pem) = &transport.ca {
        let certificates = Certificate::from_pem_bundle(pem.as_bytes());
        builder = builder.tls_certs_merge(certificates.map_err(FetchError::Client)?);
    }
    builder.build().map_err(FetchError::Client)
}
