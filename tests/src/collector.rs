//! A stand-in for a collector of traces: it takes what is posted to `/v1/traces` as the real ones do, and keeps it.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::{Request, StatusCode};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use prost::Message as _;
use tokio::task::JoinHandle;

use crate::stand_in;

/// A span, as it arrived.
#[derive(Clone, Debug)]
pub struct Span {
    /// What the daemon calls itself.
    pub service: String,
    /// Its name.
    pub name: String,
    /// The trace's id.
    pub trace: String,
    /// Its own id.
    pub id: String,
    /// What it is a part of; empty if it is the first of its trace.
    pub parent: String,
    /// Whether it says that what it stands for failed.
    pub failed: bool,
    /// What else it says.
    pub says: BTreeMap<String, String>,
    /// How long it took, in nanoseconds.
    pub nanos: u64,
}

/// The collector.
#[derive(Debug)]
pub struct Collector {
    /// Where it listens.
    pub address: SocketAddr,
    state: Arc<State>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct State {
    spans: Mutex<Vec<Span>>,
    /// The headers of the last batch.
    headers: Mutex<BTreeMap<String, String>>,
    status: AtomicU16,
    asked: AtomicUsize,
}

impl Collector {
    /// Starts it on a free port.
    ///
    /// # Panics
    /// There is no free port.
    pub async fn start() -> Self {
        let (listener, address) = stand_in::listen().await;
        let state = Arc::new(State {
            spans: Mutex::default(),
            headers: Mutex::default(),
            status: AtomicU16::new(200),
            asked: AtomicUsize::new(0),
        });
        let served = Arc::clone(&state);
        let task = stand_in::serve(
            listener,
            || {},
            move |request| answer(Arc::clone(&served), request),
        );
        Self {
            address,
            state,
            task,
        }
    }

    /// The table of a daemon that sends here, with these keys more.
    pub fn table(&self, keys: &str) -> String {
        format!(
            "[telemetry]\nendpoint = \"http://{}\"\n{keys}\n",
            self.address
        )
    }

    /// All spans so far.
    pub fn spans(&self) -> Vec<Span> {
        lock(&self.state.spans).clone()
    }

    /// A header of the last batch.
    pub fn header(&self, name: &str) -> Option<String> {
        lock(&self.state.headers).get(name).cloned()
    }

    /// How many batches came, taken or not.
    pub fn asked(&self) -> usize {
        self.state.asked.load(Ordering::Relaxed)
    }

    /// What it answers from now on.
    pub fn answers(&self, status: u16) {
        self.state.status.store(status, Ordering::Relaxed);
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Span {
    /// What it says under a key; nothing is empty.
    pub fn says(&self, key: &str) -> &str {
        self.says.get(key).map_or("", String::as_str)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn answer(
    state: Arc<State>,
    request: Request<Incoming>,
) -> Result<hyper::Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes());
    state.asked.fetch_add(1, Ordering::Relaxed);
    let is_ours = parts.uri.path() == "/v1/traces"
        && parts
            .headers
            .get(CONTENT_TYPE)
            .is_some_and(|kind| kind == "application/x-protobuf");
    let read = ExportTraceServiceRequest::decode(body.unwrap_or_default());
    let mut status = state.status.load(Ordering::Relaxed);
    match read {
        Ok(batch) if is_ours && status == 200 => {
            lock(&state.spans).extend(spans(batch));
            *lock(&state.headers) = parts
                .headers
                .iter()
                .filter_map(|(name, value)| {
                    Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
                })
                .collect();
        }
        Ok(_) if is_ours => {}
        _ => status = 400,
    }
    let mut answer = hyper::Response::new(Full::default());
    *answer.status_mut() = StatusCode::from_u16(status).expect("a status");
    Ok(answer)
}

fn spans(batch: ExportTraceServiceRequest) -> Vec<Span> {
    let mut all = Vec::new();
    for of_resource in batch.resource_spans {
        let resource = of_resource.resource.unwrap_or_default();
        let service = said(&resource.attributes);
        let service = service.get("service.name").cloned().unwrap_or_default();
        let spans = of_resource
            .scope_spans
            .into_iter()
            .flat_map(|scope| scope.spans);
        all.extend(spans.map(|span| Span {
            service: service.clone(),
            name: span.name,
            trace: hex(&span.trace_id),
            id: hex(&span.span_id),
            parent: hex(&span.parent_span_id),
            failed: span.status.is_some_and(|status| status.code == 2),
            says: said(&span.attributes),
            nanos: span.end_time_unix_nano - span.start_time_unix_nano,
        }));
    }
    all
}

fn said(attributes: &[KeyValue]) -> BTreeMap<String, String> {
    let pairs = attributes
        .iter()
        .map(|pair| (pair.key.clone(), text(pair.value.as_ref())));
    pairs.collect()
}

fn text(value: Option<&AnyValue>) -> String {
    match value.and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        Some(Value::BoolValue(yes)) => yes.to_string(),
        other => format!("{other:?}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
        text
    })
}
