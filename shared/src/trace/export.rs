//! From ended spans to the collector: a bounded queue, and one task that sends what is in it.
//!
//! The queue never waits: a span that finds it full is dropped and counted, and so is a batch that the collector does not
//! take. A collector that is away costs its spans and nothing else.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};
use prost::Message as _;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout, timeout_at};
use tracing::{info, warn};

/// Spans that may wait.
const MOST_WAITING: usize = 2_048;
/// Spans of one batch.
const MOST_AT_ONCE: usize = 512;
/// How long the first span of a batch waits for others.
const GATHERING: Duration = Duration::from_secs(1);
/// How long the collector may take for a batch.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a batch is sent before it is given up, and how long after the first time it is sent again.
const ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_secs(1);

/// What became of a batch: the status of an answer, or why there is none.
pub type Posted<'a> = Pin<Box<dyn Future<Output = Result<u16, String>> + Send + 'a>>;

/// How a batch gets to the collector.
pub trait Transport: Send + Sync + 'static {
    /// Posts a body of [`super::CONTENT_TYPE`]; however long that takes, nobody waits longer than is sensible.
    fn post(&self, body: Vec<u8>) -> Posted<'_>;
}

/// What became of spans since the process started.
#[derive(Debug, Default)]
pub struct Figures {
    sent: AtomicU64,
    dropped: AtomicU64,
    failed: AtomicU64,
}

impl Figures {
    /// Counts by what became of them: the collector took them, there was no room for them, or it did not take them.
    pub fn all(&self) -> [(&'static str, u64); 3] {
        [
            ("sent", self.sent.load(Ordering::Relaxed)),
            ("dropped", self.dropped.load(Ordering::Relaxed)),
            ("failed", self.failed.load(Ordering::Relaxed)),
        ]
    }
}

/// What stands in the queue.
pub(super) enum Waiting {
    /// A span that ended.
    Span(Box<SpanData>),
    /// Somebody who wants to know when all before it are sent or given up.
    Asking(oneshot::Sender<()>),
}

/// Where ended spans are put.
pub(super) struct Queue {
    spans: mpsc::Sender<Waiting>,
    figures: Arc<Figures>,
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Queue")
    }
}

impl SpanProcessor for Queue {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        if self.spans.try_send(Waiting::Span(Box::new(span))).is_err() {
            self.figures.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

/// A queue, and the other end of it for whoever wants to know when it is empty. Sends for ever.
pub(super) fn start(
    resource: &Resource,
    transport: impl Transport,
    figures: &Arc<Figures>,
) -> (Queue, mpsc::Sender<Waiting>) {
    let (spans, waiting) = mpsc::channel(MOST_WAITING);
    let sender = Sender {
        resource: resource.into(),
        transport: Box::new(transport),
        figures: Arc::clone(figures),
        is_told: false,
    };
    tokio::spawn(sender.run(waiting));
    let queue = Queue {
        spans: spans.clone(),
        figures: Arc::clone(figures),
    };
    (queue, spans)
}

/// The task.
struct Sender {
    resource: ResourceAttributesWithSchema,
    transport: Box<dyn Transport>,
    figures: Arc<Figures>,
    /// Whether the log says already that nothing arrives.
    is_told: bool,
}

impl Sender {
    async fn run(mut self, mut waiting: mpsc::Receiver<Waiting>) {
        while let Some(first) = waiting.recv().await {
            let (batch, asking) = gather(first, &mut waiting).await;
            if !batch.is_empty() {
                self.send(batch).await;
            }
            if let Some(asking) = asking {
                // Whoever is gone need not be told.
                let _ = asking.send(());
            }
        }
    }

    async fn send(&mut self, batch: Vec<SpanData>) {
        let spans = u64::try_from(batch.len()).unwrap_or(u64::MAX);
        let resource_spans = group_spans_by_resource_and_scope(batch, &self.resource);
        let body = ExportTraceServiceRequest { resource_spans }.encode_to_vec();
        match self.post(body).await {
            Ok(()) => {
                self.figures.sent.fetch_add(spans, Ordering::Relaxed);
                if std::mem::take(&mut self.is_told) {
                    info!("the collector takes traces again");
                }
            }
            Err(reason) => {
                self.figures.failed.fetch_add(spans, Ordering::Relaxed);
                if !std::mem::replace(&mut self.is_told, true) {
                    warn!(
                        reason,
                        spans, "the collector does not take traces; they are lost until it does"
                    );
                }
            }
        }
    }

    async fn post(&self, body: Vec<u8>) -> Result<(), String> {
        let mut pause = PAUSE;
        let mut attempt = 1;
        loop {
            let answer = timeout(PATIENCE, self.transport.post(body.clone())).await;
            let (reason, may_work_later) = match answer {
                Ok(Ok(200..=299)) => return Ok(()),
                Ok(Ok(status @ (429 | 502 | 503 | 504))) => (format!("status {status}"), true),
                Ok(Ok(status)) => (format!("status {status}"), false),
                Ok(Err(reason)) => (reason, true),
                Err(_) => ("no answer in time".to_owned(), true),
            };
            // What nobody took a while ago is not worth the memory of what comes now.
            if attempt == ATTEMPTS || !may_work_later || self.is_told {
                return Err(reason);
            }
            attempt += 1;
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
    }
}

/// The spans of a batch: as many as come soon, until there are enough or somebody asks.
async fn gather(
    first: Waiting,
    waiting: &mut mpsc::Receiver<Waiting>,
) -> (Vec<SpanData>, Option<oneshot::Sender<()>>) {
    let mut batch = Vec::new();
    let until = Instant::now() + GATHERING;
    let mut next = Some(first);
    while let Some(found) = next {
        match found {
            Waiting::Span(span) => batch.push(*span),
            Waiting::Asking(asking) => return (batch, Some(asking)),
        }
        if batch.len() >= MOST_AT_ONCE {
            break;
        }
        next = timeout_at(until, waiting.recv()).await.unwrap_or_default();
    }
    (batch, None)
}
