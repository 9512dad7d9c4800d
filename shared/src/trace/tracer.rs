//! Spans, and what makes them.
//!
//! A tracer that is off, and one whose trace was not drawn, makes spans that are nothing: no memory, no clock, no lock.

use std::borrow::Cow;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator as _};
use opentelemetry::trace::{
    Span as _, SpanBuilder, SpanContext, SpanKind, Status, TraceContextExt as _, Tracer as _,
    TracerProvider as _,
};
use opentelemetry::{Context, KeyValue, Value};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider, SpanLimits};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::export::{self, Figures, Transport, Waiting};
use super::settings::Share;

/// The header that says whose part a span is.
pub const TRACEPARENT: &str = "traceparent";
/// Steps of this size meet every number once before one comes again.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// Makes spans, or nothing. Cheap to clone.
#[derive(Clone, Default)]
pub struct Tracer(Option<Place>);

/// Where in which trace spans are put.
#[derive(Clone)]
struct Place {
    maker: Arc<Maker>,
    /// What they are parts of; without one each begins a trace of its own, if it is drawn.
    parent: Option<SpanContext>,
}

struct Maker {
    tracer: SdkTracer,
    sample: Share,
    /// Where drawing is.
    drawn: AtomicU64,
    figures: Arc<Figures>,
    queue: mpsc::Sender<Waiting>,
}

/// A stretch of time with a name; it ends when it is dropped.
#[derive(Default)]
#[must_use = "a span ends when it is dropped"]
pub struct Span(Option<Box<Open>>);

struct Open {
    span: opentelemetry_sdk::trace::Span,
    maker: Arc<Maker>,
}

impl fmt::Debug for Tracer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_on() { "on" } else { "off" })
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_made() { "made" } else { "not made" })
    }
}

impl Tracer {
    /// Makes spans from here on, for a share of the traces that begin here, and sends them in the background; belongs into
    /// a runtime. `service` is what the collector calls this daemon, and `about` says more of it.
    pub fn start(
        service: &str,
        sample: Share,
        about: impl IntoIterator<Item = (&'static str, String)>,
        transport: impl Transport,
    ) -> Self {
        let about = about
            .into_iter()
            .map(|(key, value)| KeyValue::new(key, value));
        // Nothing here is taken from the environment: what holds stands in the configuration.
        let resource = Resource::builder_empty()
            .with_service_name(service.to_owned())
            .with_attributes(about)
            .build();
        let figures = Arc::new(Figures::default());
        let (processor, queue) = export::start(&resource, transport, &figures);
        let provider = SdkTracerProvider::builder()
            // Whether a trace is made was decided before its first span is.
            .with_sampler(Sampler::AlwaysOn)
            .with_span_limits(SpanLimits::default())
            .with_resource(resource)
            .with_span_processor(processor)
            .build();
        let maker = Maker {
            tracer: provider.tracer("frontage"),
            sample,
            drawn: AtomicU64::new(RandomState::new().build_hasher().finish()),
            figures,
            queue,
        };
        Self(Some(Place {
            maker: Arc::new(maker),
            parent: None,
        }))
    }

    /// Whether any span can be made here.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Begins a span: a part of what this tracer belongs to, or a trace of its own if it is drawn.
    pub fn begin(&self, name: impl Into<Cow<'static, str>>) -> Span {
        match &self.0 {
            Some(place) if place.parent.is_some() || place.maker.draws() => {
                place.span(name.into(), SpanKind::Internal)
            }
            _ => Span::default(),
        }
    }

    /// The time that something takes, as a span that fails if that does.
    ///
    /// # Errors
    /// As what it takes the time of.
    pub async fn around<T, E: fmt::Display>(
        &self,
        name: &'static str,
        what: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let mut span = self.begin(name);
        let result = what.await;
        if let Err(error) = &result {
            span.fail(error);
        }
        result
    }

    /// The same of what waits for nothing.
    ///
    /// # Errors
    /// As what it takes the time of.
    pub fn during<T, E: fmt::Display>(
        &self,
        name: &'static str,
        what: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let mut span = self.begin(name);
        what().inspect_err(|error| span.fail(error))
    }

    /// Begins a span for a request, if it is to be traced: because whoever is trusted says so in its `traceparent`, or
    /// because it is drawn. What is called here is called otherwise when it is known what it was.
    #[inline]
    pub fn request(&self, traceparent: impl FnOnce() -> Option<String>) -> Span {
        match &self.0 {
            None => Span::default(),
            Some(place) => place.request(traceparent()),
        }
    }

    /// What makes spans of another process' trace; nothing if that is not traced.
    #[must_use]
    pub fn following(&self, traceparent: Option<&str>) -> Self {
        let parent = traceparent.and_then(read);
        let parent = parent.filter(SpanContext::is_sampled);
        Self(self.0.as_ref().zip(parent).map(|(place, parent)| Place {
            maker: Arc::clone(&place.maker),
            parent: Some(parent),
        }))
    }

    /// What became of spans; nothing if none are made.
    pub fn figures(&self) -> Option<&Figures> {
        self.0.as_ref().map(|place| &*place.maker.figures)
    }

    /// Waits until what has ended is sent or given up, but not for long.
    pub async fn finish(&self, patience: Duration) {
        let Some(place) = &self.0 else { return };
        let (asking, answer) = oneshot::channel();
        let sent = async {
            if place
                .maker
                .queue
                .send(Waiting::Asking(asking))
                .await
                .is_ok()
            {
                // Nothing is left to be done if the task is gone.
                let _ = answer.await;
            }
        };
        // What is still on its way by then is lost.
        let _ = timeout(patience, sent).await;
    }
}

impl Place {
    fn span(&self, name: Cow<'static, str>, kind: SpanKind) -> Span {
        let parent = self.parent.as_ref().map_or_else(Context::new, within);
        let builder = SpanBuilder::from_name(name).with_kind(kind);
        self.maker.open(builder, &parent)
    }

    fn request(&self, traceparent: Option<String>) -> Span {
        let parent = traceparent.as_deref().and_then(read);
        let is_wanted = match &parent {
            Some(parent) => parent.is_sampled(),
            None => self.maker.draws(),
        };
        match is_wanted {
            false => Span::default(),
            true => Self {
                maker: Arc::clone(&self.maker),
                parent,
            }
            .span(Cow::Borrowed("request"), SpanKind::Server),
        }
    }
}

impl Maker {
    /// Whether the next trace is made: as likely as the share says, without a lock.
    fn draws(&self) -> bool {
        match self.sample {
            Share::NONE => false,
            Share::ALL => true,
            share => share.has(mixed(self.drawn.fetch_add(STEP, Ordering::Relaxed))),
        }
    }

    fn open(self: &Arc<Self>, builder: SpanBuilder, parent: &Context) -> Span {
        let span = self.tracer.build_with_context(builder, parent);
        Span(Some(Box::new(Open {
            span,
            maker: Arc::clone(self),
        })))
    }
}

impl Span {
    /// Whether this is more than nothing.
    pub fn is_made(&self) -> bool {
        self.0.is_some()
    }

    /// What makes parts of this span.
    pub fn within(&self) -> Tracer {
        Tracer(self.0.as_ref().map(|open| Place {
            maker: Arc::clone(&open.maker),
            parent: Some(open.span.span_context().clone()),
        }))
    }

    /// A part of this span that is over already.
    pub fn part(&self, name: &'static str, from: SystemTime, until: SystemTime) {
        let Some(open) = &self.0 else { return };
        let parent = within(open.span.span_context());
        let builder = SpanBuilder::from_name(name).with_start_time(from);
        let mut part = open.maker.tracer.build_with_context(builder, &parent);
        part.end_with_timestamp(until);
    }

    /// Says something of it.
    pub fn set(&mut self, key: &'static str, value: impl Into<Value>) {
        if let Some(open) = &mut self.0 {
            open.span.set_attribute(KeyValue::new(key, value));
        }
    }

    /// Says how many of something there were.
    pub fn count(&mut self, key: &'static str, count: u64) {
        self.set(key, i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// Calls it otherwise.
    pub fn rename(&mut self, name: String) {
        if let Some(open) = &mut self.0 {
            open.span.update_name(name);
        }
    }

    /// Says that what it stands for failed.
    pub fn fail(&mut self, reason: &dyn fmt::Display) {
        if let Some(open) = &mut self.0 {
            open.span.set_status(Status::error(reason.to_string()));
        }
    }

    /// What another process is told, so that its spans are parts of this one.
    pub fn traceparent(&self) -> Option<String> {
        let open = self.0.as_ref()?;
        let mut header = Header(None);
        let context = within(open.span.span_context());
        TraceContextPropagator::new().inject_context(&context, &mut header);
        header.0
    }
}

/// Where parts of a span belong.
fn within(parent: &SpanContext) -> Context {
    Context::new().with_remote_span_context(parent.clone())
}

/// The one header that is read and written; what vendors add to it is not.
struct Header(Option<String>);

impl Extractor for Header {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.as_deref().filter(|_| key == TRACEPARENT)
    }

    fn keys(&self) -> Vec<&str> {
        vec![TRACEPARENT]
    }
}

impl Injector for Header {
    fn set(&mut self, key: &str, value: String) {
        if key == TRACEPARENT {
            self.0 = Some(value);
        }
    }
}

/// What a `traceparent` says, if it is one.
fn read(traceparent: &str) -> Option<SpanContext> {
    let header = Header(Some(traceparent.to_owned()));
    let context = TraceContextPropagator::new().extract_with_context(&Context::new(), &header);
    let parent = context.span().span_context().clone();
    parent.is_valid().then_some(parent)
}

/// A number whose every digit depends on each digit of another.
fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
