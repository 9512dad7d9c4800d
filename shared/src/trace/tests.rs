//! Spans without a daemon: whose parts they are, what is drawn, and what becomes of them when nobody takes them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span as Sent;
use prost::Message as _;
use tokio::sync::Semaphore;

use super::settings::is_on_this_machine;
use super::{Posted, Share, Tracer, Transport, address, goes_in_the_clear};

/// A collector in this process: it keeps what comes once it is let.
#[derive(Clone)]
struct Desk {
    taken: Arc<Mutex<Vec<Sent>>>,
    asked: Arc<AtomicUsize>,
    open: Arc<Semaphore>,
}

impl Desk {
    fn new(permits: usize) -> Self {
        Self {
            taken: Arc::default(),
            asked: Arc::default(),
            open: Arc::new(Semaphore::new(permits)),
        }
    }

    fn taken(&self) -> Vec<Sent> {
        self.taken.lock().unwrap().clone()
    }
}

impl Transport for Desk {
    fn post(&self, body: Vec<u8>) -> Posted<'_> {
        Box::pin(async move {
            self.asked.fetch_add(1, Ordering::Relaxed);
            let permit = self
                .open
                .acquire()
                .await
                .map_err(|error| error.to_string())?;
            permit.forget();
            let batch = ExportTraceServiceRequest::decode(&*body).unwrap();
            let spans = batch.resource_spans.into_iter();
            let spans = spans
                .flat_map(|one| one.scope_spans)
                .flat_map(|one| one.spans);
            self.taken.lock().unwrap().extend(spans);
            Ok(200)
        })
    }
}

fn start(sample: f64, desk: &Desk) -> Tracer {
    Tracer::start("test", Share::of(sample).unwrap(), [], desk.clone())
}

#[test]
fn addresses_get_the_usual_path_unless_they_have_one() {
    for (endpoint, wanted) in [
        ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
        ("https://c.example/", "https://c.example/v1/traces"),
        (
            "https://c.example/otlp/v1/traces",
            "https://c.example/otlp/v1/traces",
        ),
    ] {
        assert_eq!(address(endpoint), Ok(wanted.to_owned()));
    }
    for bad in [
        "",
        "c.example",
        "http://",
        "http:///x",
        "https://u@c.example",
        "http://c?x",
    ] {
        assert!(address(bad).is_err(), "{bad}");
    }
    for (address, is_here) in [
        ("http://127.0.0.1:4318/v1/traces", true),
        ("http://[::1]:4318/v1/traces", true),
        ("http://localhost/v1/traces", true),
        ("http://c.example/v1/traces", false),
        ("http://10.0.0.7:4318/v1/traces", false),
    ] {
        assert_eq!(is_on_this_machine(address), is_here, "{address}");
        assert_eq!(goes_in_the_clear(address), !is_here, "{address}");
    }
    assert!(!goes_in_the_clear("https://c.example/v1/traces"));
}

#[test]
fn a_share_is_as_large_as_it_says() {
    for bad in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
        assert_eq!(Share::of(bad), None, "{bad}");
    }
    let share = Share::of(0.25).unwrap();
    let drawn = (0..1_000_000).filter(|&number| share.has(number)).count();
    assert_eq!(drawn, 250_000);
    assert!((0..1_000).all(|number| Share::ALL.has(number) && !Share::NONE.has(number)));
}

#[test]
fn without_a_collector_there_is_nothing() {
    let off = Tracer::default();
    let mut span = off.begin("cycle");
    span.set("key", "value");
    assert!(!span.is_made() && !span.within().is_on() && !off.is_on());
    assert_eq!(span.traceparent(), None);
    assert!(!off.request(|| panic!("nobody is asked")).is_made());
    assert_eq!(size_of_val(&span), size_of::<usize>());
}

#[tokio::test]
async fn parts_are_of_one_trace_across_processes() {
    let desk = Desk::new(usize::MAX >> 4);
    let (ingest, server) = (start(1.0, &desk), start(0.0, &desk));
    let cycle = ingest.begin("cycle");
    let publish = cycle.within().begin("publish");
    let told = publish.traceparent().unwrap();
    assert!(told.starts_with("00-") && told.ends_with("-01"), "{told}");
    let taken = server.following(Some(&told)).begin("take");
    taken.part(
        "open",
        std::time::UNIX_EPOCH,
        std::time::UNIX_EPOCH + Duration::from_millis(2),
    );
    assert!(!server.begin("drawn").is_made());
    for nothing in [None, Some("nonsense"), Some(&*told.replace("-01", "-00"))] {
        assert!(!server.following(nothing).is_on(), "{nothing:?}");
    }
    let failed: Result<(), &str> = cycle.within().during("warm", || Err("no"));
    assert_eq!(failed, Err("no"));
    drop((taken, publish, cycle));
    ingest.finish(Duration::from_secs(20)).await;
    server.finish(Duration::from_secs(20)).await;
    let spans = desk.taken();
    let find = |name: &str| spans.iter().find(|span| span.name == name).unwrap();
    assert_eq!(spans.len(), 5);
    assert!(spans.iter().all(|span| span.trace_id == spans[0].trace_id));
    assert_eq!(find("publish").parent_span_id, find("cycle").span_id);
    assert_eq!(find("take").parent_span_id, find("publish").span_id);
    assert_eq!(find("open").parent_span_id, find("take").span_id);
    assert_eq!(find("open").end_time_unix_nano, 2_000_000);
    assert_eq!(find("warm").status.as_ref().unwrap().message, "no");
    assert_eq!(ingest.figures().unwrap().all()[0], ("sent", 3));
}

#[tokio::test]
async fn a_collector_that_hangs_costs_spans_and_no_time() {
    let desk = Desk::new(0);
    let tracer = start(1.0, &desk);
    // More than may wait and be under way together.
    for _ in 0..10_000 {
        drop(tracer.begin("span"));
    }
    let [_, (_, dropped), _] = tracer.figures().unwrap().all();
    assert!(dropped > 0);
    desk.open.add_permits(1_000);
    tracer.finish(Duration::from_secs(20)).await;
    let [(_, sent), (_, dropped), (_, failed)] = tracer.figures().unwrap().all();
    assert_eq!((sent + dropped, failed), (10_000, 0));
    assert_eq!(desk.taken().len() as u64, sent);
}
