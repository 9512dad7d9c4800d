//! Traces arrive whole: from a poll to what every server makes of it, and of requests when they are drawn or asked for.
//! Where nobody takes them, nothing else changes.

use std::collections::BTreeSet;

use frontage_tests::another::Another;
use frontage_tests::collector::{Collector, Span};
use frontage_tests::documents;
use frontage_tests::ports;
use frontage_tests::shop::{Shop, ShopBuilder};

const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

fn named<'a>(spans: &'a [Span], name: &str) -> Vec<&'a Span> {
    spans.iter().filter(|span| span.name == name).collect()
}

async fn until<T>(shop: &Shop, what: &str, found: impl Fn() -> Option<T>) -> T {
    shop.until(what, async |_| found()).await
}

#[tokio::test]
async fn a_poll_and_what_every_server_makes_of_it_are_one_trace() {
    let collector = Collector::start().await;
    let shop = ShopBuilder::of(documents::shop(4))
        .ingest(&collector.table("headers = { x-scope = { file = \"scope\" } }"))
        .server(&collector.table("sample = 0"))
        .start();
    std::fs::write(shop.folder().join("scope"), "seven\n").expect("a file");
    // Both are there before there is anything to show.
    let _servers = ["first", "second"].map(|name| Another::start(&shop, name, |text| text));
    let _ingest = shop.own_ingest();
    let spans = until(&shop, "both servers say that they swapped", || {
        let spans = collector.spans();
        (named(&spans, "take").len() == 2 && !named(&spans, "cycle").is_empty()).then_some(spans)
    })
    .await;
    let swaps = named(&spans, "swap");
    assert!(swaps.iter().all(|swap| swap.service == "frontage-server"));
    let trace = &swaps[0].trace;
    let whole: Vec<&Span> = spans.iter().filter(|span| span.trace == *trace).collect();
    let names: BTreeSet<&str> = whole.iter().map(|span| &*span.name).collect();
    let wanted = [
        "cycle",
        "source",
        "fetch",
        "decode map validate",
        "guard",
        "compile",
        "publish",
        "take",
        "copy",
        "open",
        "verify",
        "warm",
        "swap",
    ];
    assert_eq!(names, BTreeSet::from(wanted));
    // Every span but the first is a part of another one of the trace.
    for span in &whole {
        let is_first = span.name == "cycle";
        assert_eq!(span.parent.is_empty(), is_first, "{span:?}");
        let has_parent = whole.iter().any(|other| other.id == span.parent);
        assert!(is_first || has_parent, "{span:?}");
    }
    let publish = whole.iter().find(|span| span.name == "publish").unwrap();
    assert_eq!(publish.says("frontage.generation"), "1");
    let takes: Vec<_> = whole.iter().filter(|span| span.name == "take").collect();
    assert_eq!(takes.len(), 2);
    assert!(takes.iter().all(|take| take.parent == publish.id));
    let source = whole.iter().find(|span| span.name == "source").unwrap();
    assert_eq!(source.says("frontage.source"), "catalog");
    assert_eq!(source.says("frontage.result"), "accepted");
    // The server draws no request, so that the last batch with this header came from ingest.
    let scoped = until(&shop, "a batch of ingest came", || {
        collector.header("x-scope")
    });
    assert_eq!(scoped.await, "seven");
}

#[tokio::test]
async fn a_request_says_its_route_and_what_became_of_it() {
    let collector = Collector::start().await;
    let mut shop = ShopBuilder::of(documents::shop(4))
        .server(&collector.table("sample = 1.0\nservice = \"window\""))
        .start();
    shop.open().await;
    for path in ["/p/thing-number-1", "/p/thing-number-1", "/p/nothing", "/"] {
        shop.get(path).await;
    }
    let spans = until(&shop, "four requests arrived", || {
        let spans = collector.spans();
        let seen = named(&spans, "GET /p/{slug}").len();
        (seen >= 3 && !named(&spans, "GET /").is_empty()).then_some(spans)
    })
    .await;
    let products = named(&spans, "GET /p/{slug}");
    let says = |key: &str| {
        products
            .iter()
            .map(|span| span.says(key))
            .collect::<Vec<_>>()
    };
    assert_eq!(says("http.response.status_code"), ["200", "200", "404"]);
    assert_eq!(says("http.route"), ["/p/{slug}"; 3]);
    assert_eq!(says("frontage.kept")[..2], ["false", "true"]);
    assert_eq!(says("frontage.generation"), ["1"; 3]);
    assert_eq!(products[0].service, "window");
    assert!(
        products
            .iter()
            .all(|span| span.parent.is_empty() && !span.failed)
    );
    let answers = named(&spans, "answer");
    assert!(answers.iter().any(|part| part.parent == products[0].id));
    // Nothing tells what was asked for: an address may open an order.
    let told = format!("{spans:?}");
    assert!(!told.contains("thing-number-1"), "{told}");
}

#[tokio::test]
async fn who_is_not_drawn_is_traced_if_a_trusted_proxy_says_so() {
    for (keys, is_believed) in [("trusted_proxies = [\"127.0.0.1\"]", true), ("", false)] {
        let collector = Collector::start().await;
        let mut shop = ShopBuilder::of(documents::shop(4))
            .server(keys)
            .server(&collector.table("sample = 0"))
            .start();
        shop.open().await;
        let ask = |told: Option<&'static str>| {
            let request = shop.client().get(shop.url("/p/thing-number-1"));
            let told = told.map(|told| ("traceparent", told));
            let request = told.into_iter().fold(request, |request, (name, value)| {
                request.header(name, value)
            });
            shop.request(request)
        };
        assert_eq!(ask(None).await.status, 200);
        assert_eq!(ask(Some(PARENT)).await.status, 200);
        let unsampled = "00-0af7651916cd43dd8448eb211c80319d-b7ad6b7169203331-00";
        assert_eq!(ask(Some(unsampled)).await.status, 200);
        assert_eq!(ask(Some("nonsense")).await.status, 200);
        if is_believed {
            let spans = until(&shop, "the request arrived", || {
                let spans = collector.spans();
                (!named(&spans, "GET /p/{slug}").is_empty()).then_some(spans)
            })
            .await;
            let asked = named(&spans, "GET /p/{slug}");
            assert_eq!(asked.len(), 1, "{asked:?}");
            assert_eq!(
                (&*asked[0].trace, &*asked[0].parent),
                (TRACE, "b7ad6b7169203331")
            );
        } else {
            // What is left is sent at the end, and there is nothing.
            shop.signal("frontage-server", "TERM");
            let gone = async || !shop.ready().await;
            assert!(shop.comes_to_pass(gone).await, "it ends");
            assert_eq!(collector.asked(), 0);
        }
    }
}

#[tokio::test]
async fn a_share_of_nothing_sends_nothing_and_a_manifest_says_nothing() {
    let collector = Collector::start().await;
    let mut shop = ShopBuilder::of(documents::shop(4))
        .ingest(&collector.table("sample = 0.0"))
        .server(&collector.table("sample = 0.0"))
        .start();
    shop.open().await;
    for _ in 0..20 {
        assert_eq!(shop.get("/p/thing-number-1").await.status, 200);
    }
    let manifest = String::from_utf8(shop.newest_manifest()).unwrap();
    assert!(!manifest.contains("traceparent"), "{manifest}");
    assert_eq!(shop.once().await.code, Some(0));
    shop.signal("frontage-server", "TERM");
    let gone = async || !shop.ready().await;
    assert!(shop.comes_to_pass(gone).await, "it ends");
    assert_eq!(collector.asked(), 0);
}

#[tokio::test]
async fn a_collector_that_takes_nothing_hurts_nobody_and_is_counted() {
    let [nobody] = ports::free();
    let collector = Collector::start().await;
    collector.answers(400);
    let table = format!("[telemetry]\nendpoint = \"http://{nobody}\"\nsample = 1.0\n");
    let mut shop = ShopBuilder::of(documents::shop(4))
        .ingest(&table)
        .server(&collector.table("sample = 1.0"))
        .start();
    let ended = shop.once().await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    shop.serve().await;
    for _ in 0..50 {
        assert_eq!(shop.get("/p/thing-number-1").await.status, 200);
    }
    shop.until("what nobody took is counted", async |shop| {
        let text = shop.admin("/metrics").await.body;
        let failed = "frontage_trace_spans_total{result=\"failed\"} ";
        let failed = text.lines().find_map(|line| line.strip_prefix(failed))?;
        (failed.parse::<u64>().ok()? > 0).then_some(())
    })
    .await;
    assert!(shop.logs().contains("does not take traces"));
    assert_eq!(shop.admin("/readyz").await.status, 200);
    // It takes them again, and the log says so.
    collector.answers(200);
    shop.get("/").await;
    until(&shop, "spans arrive again", || {
        (!collector.spans().is_empty()).then_some(())
    })
    .await;
}
