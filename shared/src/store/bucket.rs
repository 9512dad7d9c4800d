//! A bucket: how it is reached, and what one process remembers of it.
//!
//! Requests run on a small runtime of their own, so that those who may wait (threads that write orders) and those who may
//! not (tasks that serve) use the same connections, whatever runtime they came from.

use std::collections::{BTreeMap, HashSet};
use std::future::Future;
use std::io;
use std::path::Path as FilePath;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, S3ConditionalPut};
use object_store::azure::MicrosoftAzureBuilder;
use object_store::client::SpawnedReqwestConnector;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::{BackoffConfig, Certificate, ClientOptions, ObjectStore, RetryConfig};
use tokio::runtime::{Handle, Runtime};

use super::location::{BucketLocation, Service, StoreOptions};
use super::{Conditions, Head, StoreError};
use crate::manifest::Manifest;

/// How long one request may take; a download that takes longer goes on where it was.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long it is tried again what failed. A shopper who orders waits for that.
const RETRY_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// How often it is tried again within that time.
const RETRIES: usize = 4;
/// Manifests that are remembered: more than a day has of those that are kept.
const MANIFESTS: usize = 512;
/// Threads that wait for the network.
const THREADS: usize = 2;

/// What is remembered of a bucket between requests.
#[derive(Debug, Default)]
pub(super) struct Bucket {
    known: Mutex<Known>,
    /// Grows with every change this process makes to orders and what is beside them.
    changes: AtomicU64,
}

#[derive(Debug, Default)]
struct Known {
    /// The last `HEAD` and its tag, so that the next is only sent if it differs.
    head: Option<(Option<String>, Head)>,
    /// Whether the bucket honours conditions, if this process found out.
    conditions: Option<Conditions>,
    /// Whether another process left the note that it does not.
    is_noted: bool,
    /// Manifests that were read, by name.
    manifests: BTreeMap<String, Manifest>,
    /// Parts that were found damaged: a writer that has them whole replaces them.
    damaged: HashSet<String>,
}

impl Bucket {
    pub(super) fn head(&self) -> Option<(Option<String>, Head)> {
        self.known().head.clone()
    }

    pub(super) fn set_head(&self, tag: Option<String>, head: Head) {
        self.known().head = Some((tag, head));
    }

    pub(super) fn manifest(&self, name: &str) -> Option<Manifest> {
        self.known().manifests.get(name).cloned()
    }

    pub(super) fn set_manifest(&self, name: &str, manifest: &Manifest) {
        let mut known = self.known();
        known.manifests.insert(name.to_owned(), manifest.clone());
        if known.manifests.len() > MANIFESTS {
            // Names sort like numbers: the oldest is needed least.
            known.manifests.pop_first();
        }
    }

    pub(super) fn conditions(&self) -> Option<Conditions> {
        self.known().conditions
    }

    pub(super) fn set_conditions(&self, conditions: Conditions) {
        self.known().conditions = Some(conditions);
    }

    /// Whether it is known that conditions are ignored, from a probe or from a writer's note.
    pub(super) fn ignores_conditions(&self) -> bool {
        let known = self.known();
        known.conditions == Some(Conditions::Ignored) || known.is_noted
    }

    pub(super) fn set_noted(&self, is_noted: bool) {
        self.known().is_noted = is_noted;
    }

    /// Whether a part was found damaged and not been replaced since.
    pub(super) fn is_damaged(&self, part: &str) -> bool {
        self.known().damaged.contains(part)
    }

    pub(super) fn set_damaged(&self, part: &str, is_damaged: bool) {
        let mut known = self.known();
        match is_damaged {
            true => known.damaged.insert(part.to_owned()),
            false => known.damaged.remove(part),
        };
    }

    pub(super) fn note_change(&self) {
        self.changes.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Relaxed)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits for work on a bucket. Only for threads that may wait.
pub(super) fn wait<T: Send + 'static>(
    work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    let (told, answer) = std::sync::mpsc::sync_channel(1);
    runtime()?.spawn(async move {
        // Nobody stops waiting before the answer is there.
        let _ = told.send(work.await);
    });
    answer.recv().unwrap_or_else(|_| {
        Err(StoreError::Io {
            action: "asking the bucket".to_owned(),
            source: io::Error::other("the work ended by a bug"),
        })
    })
}

fn runtime() -> Result<Handle, StoreError> {
    static RUNTIME: OnceLock<io::Result<Runtime>> = OnceLock::new();
    let made = RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("bucket")
            .enable_all()
            .build()
    });
    match made {
        Ok(runtime) => Ok(runtime.handle().clone()),
        Err(error) => Err(StoreError::Io {
            action: "starting threads for the bucket".to_owned(),
            source: io::Error::from(error.kind()),
        }),
    }
}

/// Sets up the client of a bucket. Nothing is asked yet. Keys in files win over the environment.
pub(super) fn client(location: &BucketLocation) -> Result<Arc<dyn ObjectStore>, StoreError> {
    let refused = |reason: String| StoreError::Location {
        location: location.to_string(),
        reason,
    };
    let failed = |error: object_store::Error| refused(error.to_string());
    let secret = |file: &FilePath| -> Result<Option<String>, StoreError> {
        if file.as_os_str().is_empty() {
            return Ok(None);
        }
        let text = std::fs::read_to_string(file)
            .map_err(|error| refused(format!("{}: {error}", file.display())))?;
        Ok(Some(text.trim().to_owned()))
    };
    let options = &location.options;
    let connector = SpawnedReqwestConnector::new(runtime()?);
    let http = http_options(options).map_err(refused)?;
    Ok(match location.service {
        Service::S3 => {
            let mut builder = AmazonS3Builder::from_env()
                .with_bucket_name(&location.bucket)
                .with_conditional_put(S3ConditionalPut::ETagMatch)
                .with_disable_bulk_delete(true)
                .with_client_options(http)
                .with_retry(retries())
                .with_http_connector(connector);
            if !options.region.is_empty() {
                builder = builder.with_region(&options.region);
            }
            builder = addressed(builder, location);
            let id = secret(&options.access_key_id_file)?;
            if let Some((id, key)) = id.zip(secret(&options.secret_key_file)?) {
                builder = builder.with_access_key_id(id).with_secret_access_key(key);
            }
            Arc::new(builder.build().map_err(failed)?)
        }
        Service::Google => {
            let mut builder = GoogleCloudStorageBuilder::from_env()
                .with_bucket_name(&location.bucket)
                .with_client_options(http)
                .with_retry(retries())
                .with_http_connector(connector);
            if !options.endpoint.is_empty() {
                builder = builder.with_base_url(&options.endpoint);
            }
            if let Some(key) = secret(&options.service_account_file)? {
                builder = builder.with_service_account_key(key);
            }
            Arc::new(builder.build().map_err(failed)?)
        }
        Service::Azure => {
            let mut builder = MicrosoftAzureBuilder::from_env()
                .with_container_name(&location.bucket)
                .with_client_options(http)
                .with_retry(retries())
                .with_http_connector(connector);
            if !options.account.is_empty() {
                builder = builder.with_account(&options.account);
            }
            if !options.endpoint.is_empty() {
                builder = builder.with_endpoint(options.endpoint.clone());
            }
            if let Some(key) = secret(&options.secret_key_file)? {
                builder = builder.with_access_key(key);
            }
            Arc::new(builder.build().map_err(failed)?)
        }
    })
}

/// Whether the bucket's name stands in the host name or in the path.
fn addressed(builder: AmazonS3Builder, location: &BucketLocation) -> AmazonS3Builder {
    let options = &location.options;
    let is_in_host = !options.path_style;
    let builder = builder.with_virtual_hosted_style_request(is_in_host);
    match options.endpoint.split_once("://") {
        None => builder,
        Some((scheme, host)) if is_in_host => {
            builder.with_endpoint(format!("{scheme}://{}.{host}", location.bucket))
        }
        Some(_) => builder.with_endpoint(&options.endpoint),
    }
}

fn http_options(options: &StoreOptions) -> Result<ClientOptions, String> {
    let mut http = ClientOptions::new()
        .with_timeout(REQUEST_TIMEOUT)
        .with_connect_timeout(CONNECT_TIMEOUT)
        .with_allow_http(options.allow_http);
    if !options.ca_file.as_os_str().is_empty() {
        let file = options.ca_file.display();
        let pem = std::fs::read(&options.ca_file).map_err(|error| format!("{file}: {error}"))?;
        let all = Certificate::from_pem_bundle(&pem).map_err(|error| format!("{file}: {error}"))?;
        for certificate in all {
            http = http.with_root_certificate(certificate);
        }
    }
    Ok(http)
}

fn retries() -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            max_backoff: LONGEST_PAUSE,
            ..BackoffConfig::default()
        },
        max_retries: RETRIES,
        retry_timeout: RETRY_TIMEOUT,
    }
}
