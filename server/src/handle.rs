//! One request: route, page, response.
//!
//! A request takes the generation once and makes everything from it, so no response mixes two. Nothing here waits.

use std::net::IpAddr;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use arc_swap::ArcSwap;
use frontage_shared::snapshot::locales::LocaleIndex;
use futures_util::FutureExt as _;
use hyper::{Method, StatusCode};
use tracing::error;

use crate::body_cache::BodyCache;
use crate::bots::{self, Bots};
use crate::cache_policy::CachePolicy;
use crate::canary::Marks;
use crate::checkout::{Checkout, Settings};
use crate::encode::{self, Encoding, Wanted};
use crate::feeds::Feeds;
use crate::groups;
use crate::listen::{Answer, Refusal, Reply, Request};
use crate::live::{Live, Serving};
use crate::metrics::{BotAnswer, Metrics};
use crate::page::{self, Page};
use crate::personal;
use crate::policies::Policies;
use crate::respond::{self, Finished, Response};
use crate::route::{self, Parsed, Route, RouteError};
use crate::searches::Searches;
use crate::share_card::{self, Cards};
use crate::stamp::{Edge, Stamp};
use crate::theme::Theme;
use crate::theme::follow::Look;
use crate::zone::Zone;

/// How long a redirect may be taken back unless the configuration says otherwise: a week.
const REDIRECTS_SETTLE_SECONDS: i64 = 7 * 24 * 60 * 60;

/// What answering a request needs.
pub struct Shop {
    /// The generation being served.
    pub live: Arc<Live>,
    /// What pages look like.
    pub look: Look,
    /// Responses made before.
    pub bodies: BodyCache,
    /// Feeds under way.
    pub feeds: Feeds,
    /// What this process counts.
    pub metrics: Arc<Metrics>,
    /// The shop's public origin.
    pub base_url: String,
    /// What makes other widths of pictures.
    pub resizer: Option<page::Resizer>,
    /// Cart and checkout; none in a catalogue.
    pub checkout: Option<Checkout>,
    /// What the shop promises beside its catalog.
    pub policies: Policies,
    /// What shoppers search for.
    pub searches: Searches,
    /// Pictures for links, as far as they were drawn.
    pub(crate) cards: Cards,
    /// Who clients are.
    pub clients: ArcSwap<Clients>,
    /// What the shop proves itself with to search engines, at `/<key>.txt`.
    pub indexnow_key: Option<String>,
    /// What browsers and caches on the way are told.
    pub edge: Edge,
    /// How long a redirect from a former address may be taken back, in seconds.
    pub redirects_settle: i64,
    /// In which days are told.
    pub time_zone: Zone,
    /// Headers of responses made without a generation.
    pub bare_stamp: Stamp,
    /// What was counted when catalogs came into service.
    pub marks: Marks,
    /// Whether the process is on its way out.
    pub draining: AtomicBool,
}

/// What is believed about clients, and what kinds of them may cost. Replaced when the configuration is read again.
#[derive(Debug)]
pub struct Clients {
    /// Proxies whose word about clients is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Crawlers.
    pub bots: Arc<Bots>,
}

/// Answers one request: the whole of serving, in order.
pub fn handle<'a>(shop: &'a Shop, request: &Request<'a>) -> Reply<'a> {
    let serving = shop.live.load();
    let Some(serving) = serving.as_ref() else {
        return Reply::Now(shop.not_ready(request));
    };
    let serving = &serving.at(request.now);
    if let Some(response) = shop.redirected(serving, request) {
        return Reply::Now(response);
    }
    if let Some(response) = shop.key_file(serving, request) {
        return Reply::Now(response);
    }
    let parsed = Parsed::parse(request.target, serving.prefixes());
    let parsed = match groups::admit(shop, serving, parsed, request) {
        ControlFlow::Continue(Ok(parsed)) => parsed,
        ControlFlow::Continue(Err(error)) => {
            return Reply::Now(shop.no_route(serving, error, request));
        }
        ControlFlow::Break(reply) => return reply,
    };
    let clients = shop.clients.load();
    let bots = Some(&*clients.bots).filter(|bots| bots.knows(request.headers));
    if let Some(bots) = bots
        && bots.refuses_closed()
        && request.method != Method::POST
        && parsed.route.is_closed_to_crawlers()
    {
        return Reply::Now(bots::closed(shop, serving, request));
    }
    if parsed.route.is_personal() && (parsed.canonical || request.method == Method::POST) {
        return personal::answer(shop, Arc::clone(serving), parsed.route, request);
    }
    if let Some(response) = without_page(shop, serving, &parsed, request) {
        return Reply::Now(response);
    }
    if let Route::ShareCard(wanted) = &parsed.route {
        return share_card::answer(shop, serving, wanted, request);
    }
    shared(shop, serving, parsed, bots, request)
}

/// Answers a request for what is the same for everybody and no page: another spelling, a file, a feed.
fn without_page(
    shop: &Shop,
    serving: &Arc<Serving>,
    parsed: &Parsed,
    request: &Request<'_>,
) -> Option<Response> {
    if !parsed.canonical {
        let url = page::settled(parsed, &serving.generation);
        return Some(respond::redirect(&serving.stamp, &url));
    }
    if let Route::Asset { hash, name } = &parsed.route {
        let mut sets = serving.theme.all_assets();
        let file = sets.find_map(|set| set.answer(hash, name, &serving.stamp, request.headers));
        return Some(file.unwrap_or_else(|| shop.no_route(serving, RouteError::NotFound, request)));
    }
    if let Route::Feed { format } = parsed.route {
        let feed = (format, parsed.locale);
        let mut response = shop.feeds.answer(serving, feed, &shop.base_url, request);
        respond::keep_until(&mut response, serving.span().until, request.now);
        return Some(response);
    }
    None
}

/// Answers a request for a page that is the same for everybody: the one kept from before, or one made now; made for a
/// crawler only when there is room.
fn shared<'a>(
    shop: &'a Shop,
    serving: &Arc<Serving>,
    parsed: Parsed,
    bots: Option<&Bots>,
    request: &Request<'a>,
) -> Reply<'a> {
    let wanted = encode::negotiate(request.headers);
    let headers = request.headers;
    let (until, now) = (serving.span().until, request.now);
    let respond = move |finished: &Finished, kept: bool| {
        let known = finished.not_modified(headers, wanted);
        let mut response = known.unwrap_or_else(|| finished.whole());
        response.kept = kept;
        respond::keep_until(&mut response, until, now);
        response
    };
    let kept = shop.bodies.get(serving.cache_key(), &parsed.url, wanted);
    match (kept, bots) {
        (Some(kept), Some(_)) => {
            shop.metrics.bot(BotAnswer::Kept);
            Reply::Now(respond(&kept, true))
        }
        (Some(kept), None) if !kept.is_worth_encoding_as(wanted.small) => {
            shop.searches.answered(&parsed.route, &kept);
            Reply::Now(respond(&kept, true))
        }
        // A page asked for the first time is encoded quickly; one that comes again and again is worth the smallest coding.
        (kept, None) => {
            let encoding = kept.map_or(wanted.quick, |_| wanted.small);
            let finished = Arc::new(shop.made(serving, &parsed, encoding, now));
            shop.searches.answered(&parsed.route, &finished);
            shop.keep(serving, &parsed, wanted, &finished);
            Reply::Now(respond(&finished, false))
        }
        // A crawler comes once; what is made for it would push out what shoppers come for.
        (None, Some(bots)) => bots::in_lane(shop, bots, serving, move |serving| {
            respond(&shop.made(serving, &parsed, wanted.quick, now), false)
        }),
    }
}

impl Default for Clients {
    fn default() -> Self {
        Self {
            trusted_proxies: Vec::new(),
            bots: Arc::new(Bots::new(bots::Settings::default())),
        }
    }
}

impl Shop {
    /// A shop that serves what `live` holds.
    pub fn new(
        live: Arc<Live>,
        metrics: Arc<Metrics>,
        base_url: &str,
        body_cache_bytes: u64,
    ) -> Self {
        Self {
            live,
            look: Look::new(Theme::plain()),
            bodies: BodyCache::new(body_cache_bytes),
            feeds: Feeds::default(),
            metrics,
            base_url: base_url.to_owned(),
            resizer: None,
            policies: Policies::default(),
            searches: Searches::new(0, SystemTime::UNIX_EPOCH),
            checkout: None,
            cards: Cards::default(),
            indexnow_key: None,
            redirects_settle: REDIRECTS_SETTLE_SECONDS,
            time_zone: Zone::UTC,
            clients: ArcSwap::from_pointee(Clients::default()),
            edge: Edge::default(),
            bare_stamp: Stamp::new(None, std::iter::empty(), &Edge::default()),
            marks: Marks::default(),
            draining: AtomicBool::new(false),
        }
    }

    /// The same, telling browsers and caches on the way something.
    #[must_use]
    pub fn with_edge(self, edge: Edge) -> Self {
        Self {
            bare_stamp: Stamp::new(None, std::iter::empty(), &edge),
            edge,
            ..self
        }
    }

    /// What pages know besides the generation.
    pub fn context<'a>(&'a self, theme: &'a Theme, now: SystemTime) -> page::Context<'a> {
        let settings = self.checkout.as_ref().map(|checkout| &checkout.settings);
        page::Context {
            base_url: &self.base_url,
            theme,
            resizer: self.resizer.as_ref(),
            policies: Some(&self.policies),
            sells: self.checkout.is_some(),
            takes_withdrawals: settings.is_some_and(Settings::takes_withdrawals),
            takes_stock_requests: settings.is_some_and(|settings| settings.stock_requests),
            locale: LocaleIndex::OWN,
            now,
            redirects_settle: self.redirects_settle,
            time_zone: self.time_zone,
            quoted: None,
        }
    }

    /// The file that proves to search engines that ingest speaks for this shop.
    fn key_file(&self, serving: &Serving, request: &Request<'_>) -> Option<Response> {
        let key = self.indexnow_key.as_deref()?;
        let name = request.target.strip_prefix('/')?.strip_suffix(".txt")?;
        let page = Page {
            kind: page::Kind::Robots,
            content_type: page::TEXT,
            cache: CachePolicy::Crawl,
            noindex: true,
            ..Page::html(page::Kind::Robots, key.to_owned())
        };
        (name == key).then(|| finish(page, &serving.stamp, &serving.theme, request))
    }

    /// The page at a canonical address, made now.
    fn made(
        &self,
        serving: &Serving,
        parsed: &Parsed,
        encoding: Encoding,
        now: SystemTime,
    ) -> Finished {
        let context = page::Context {
            locale: parsed.locale,
            ..self.context(&serving.theme, now)
        };
        let page = page::build(&parsed.route, &serving.generation, &context);
        let hints = serving.theme.assets.hints();
        respond::finish(page, &serving.stamp, encoding, hints)
    }

    /// Keeps a page that exists, if it is one that is asked for again.
    fn keep(&self, serving: &Serving, parsed: &Parsed, wanted: Wanted, finished: &Arc<Finished>) {
        if finished.is_found() && parsed.route.is_asked_for_again() {
            let finished = Arc::clone(finished);
            self.bodies
                .insert(serving.cache_key(), &parsed.url, wanted, finished);
        }
    }

    /// Where the merchant leads from this address, if anywhere: that wins over what the shop has there.
    fn redirected(&self, serving: &Serving, request: &Request<'_>) -> Option<Response> {
        if !matches!(*request.method, Method::GET | Method::HEAD) {
            return None;
        }
        serving.generation.catalog.redirects().next()?;
        let ctx = self.context(&serving.theme, request.now);
        let prefixes = serving.prefixes();
        let page = page::redirected(request.target, prefixes, &serving.generation, &ctx)?;
        Some(finish(page, &serving.stamp, &serving.theme, request))
    }

    /// An address that is none of ours: a page that helps to go on.
    fn no_route(&self, serving: &Serving, error: RouteError, request: &Request<'_>) -> Response {
        let status = match error {
            RouteError::NotFound => 404,
            RouteError::Malformed(_) => 400,
            RouteError::TooLong => 414,
        };
        let path = request.target.split('?').next().unwrap_or_default();
        let context = page::Context {
            locale: route::locale_of(path, serving.prefixes()),
            ..self.context(&serving.theme, request.now)
        };
        let page = page::error(status, Some(&serving.generation), &context, path);
        finish(page, &serving.stamp, &serving.theme, request)
    }

    /// Nothing to serve yet. Why is for operators, at `/readyz`; visitors get a page that asks for patience.
    fn not_ready(&self, request: &Request<'_>) -> Response {
        let theme = self.look.current();
        let route = Route::parse(request.target).map(|parsed| parsed.route);
        if let Ok(Route::Asset { hash, name }) = route
            && let Some(file) = theme
                .assets
                .answer(&hash, &name, &self.bare_stamp, request.headers)
        {
            return file;
        }
        let page = page::error(503, None, &self.context(&theme, request.now), "");
        Response {
            kind: "not_ready",
            ..finish(page, &self.bare_stamp, &theme, request)
        }
    }

    fn stamp(&self) -> Stamp {
        self.live
            .load()
            .as_ref()
            .map_or_else(|| self.bare_stamp.clone(), |serving| serving.stamp.clone())
    }
}

fn finish(page: Page, stamp: &Stamp, theme: &Theme, request: &Request<'_>) -> Response {
    let encoding = encode::negotiate(request.headers).quick;
    respond::finish(page, stamp, encoding, theme.assets.hints()).whole()
}

impl Answer for Shop {
    fn takes_posts(&self, _: Option<&str>, target: &str) -> bool {
        let serving = self.live.load();
        let Some(serving) = serving.as_ref() else {
            return false;
        };
        let takes_them = |route: &Route| {
            // Whoever buys nothing here may still keep a list.
            route.takes_posts() && (self.checkout.is_some() || *route == Route::Lists)
        };
        Parsed::parse(target, serving.prefixes()).is_ok_and(|parsed| takes_them(&parsed.route))
    }

    fn template(&self, _: Option<&str>, target: &str) -> Option<&'static str> {
        let serving = self.live.load();
        let prefixes = serving.iter().flat_map(|serving| serving.prefixes());
        let parsed = Parsed::parse(target, prefixes);
        Some(parsed.ok()?.route.template())
    }

    fn answer<'a>(&'a self, request: &Request<'a>) -> Reply<'a> {
        // A page that fails by a bug costs its request, not the connection and whatever else runs on it.
        let path = request.target.split('?').next().unwrap_or_default();
        match catch_unwind(AssertUnwindSafe(|| handle(self, request))) {
            Ok(Reply::Now(response)) => Reply::Now(response),
            Ok(Reply::Later(answer)) => Reply::Later(Box::pin(async move {
                let answer = AssertUnwindSafe(answer).catch_unwind().await;
                answer.unwrap_or_else(|_| self.failed(path))
            })),
            Err(_) => Reply::Now(self.failed(path)),
        }
    }

    fn refuse(&self, refusal: &Refusal) -> Response {
        respond::refused(&self.stamp(), refusal)
    }
}

impl Shop {
    /// What is sent for a page that failed by a bug. The query stays out of the log: it may open an order.
    fn failed(&self, path: &str) -> Response {
        self.metrics.panics.fetch_add(1, Ordering::Relaxed);
        error!(path, "a page failed by a bug");
        let text = "This page failed. It is our fault and has been noted; other pages work.";
        respond::sentence(
            &self.stamp(),
            StatusCode::INTERNAL_SERVER_ERROR,
            "error",
            text,
        )
    }
}

#[cfg(test)]
mod tests {
    use hyper::header::{ACCEPT_ENCODING, ETAG, IF_NONE_MATCH};
    use hyper::{HeaderMap, Method};

    use super::*;
    use crate::testing::{Bench, Process, noon};

    fn get(process: &Process, target: &str, headers: &HeaderMap) -> Response {
        let request = Request {
            method: &Method::GET,
            host: None,
            target,
            headers,
            body: &[],
            peer: std::net::Ipv4Addr::LOCALHOST.into(),
            now: noon(),
        };
        match process.shop.answer(&request) {
            Reply::Now(response) => response,
            Reply::Later(_) => panic!("{target} is answered later"),
        }
    }

    fn header(response: &Response, name: &str) -> String {
        response
            .http
            .headers()
            .get(name)
            .map_or(String::new(), |value| value.to_str().unwrap().to_owned())
    }

    async fn open_shop(bench: &Bench) -> Process {
        let mut process = bench.process();
        bench.publish(1, "Oak & Ash").await;
        process.watch.look().await;
        process
    }

    #[tokio::test]
    async fn before_the_first_generation_visitors_are_asked_for_patience() {
        let bench = Bench::new();
        let process = bench.process();
        let response = get(&process, "/", &HeaderMap::new());
        assert_eq!(
            (response.http.status().as_u16(), response.kind),
            (503, "not_ready")
        );
        assert_eq!(header(&response, "retry-after"), "2");
        assert_eq!(header(&response, "cache-control"), "no-store");
        let css = get(
            &process,
            process.shop.look.current().assets.css_href(),
            &HeaderMap::new(),
        );
        assert_eq!(
            css.http.status(),
            200,
            "the page that asks for patience has no style"
        );
    }

    #[tokio::test]
    async fn a_page_is_answered_from_one_generation_and_kept_until_the_next() {
        let bench = Bench::new();
        let mut process = open_shop(&bench).await;
        let first = get(&process, "/", &HeaderMap::new());
        assert_eq!((first.http.status().as_u16(), first.kind), (200, "home"));
        assert_eq!(header(&first, "x-frontage-generation"), "1");
        assert!(String::from_utf8_lossy(first.http.body()).contains("Oak &amp; Ash"));
        let again = get(&process, "/", &HeaderMap::new());
        assert_eq!(first.http.body(), again.http.body());
        assert_eq!(process.shop.bodies.usage().hits, 1);

        bench.publish(2, "Birch").await;
        process.watch.look().await;
        let next = get(&process, "/", &HeaderMap::new());
        assert_eq!(header(&next, "x-frontage-generation"), "2");
        assert!(String::from_utf8_lossy(next.http.body()).contains("Birch"));
    }

    #[tokio::test]
    async fn a_known_page_costs_a_304_in_its_own_coding() {
        let bench = Bench::new();
        let process = open_shop(&bench).await;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, "br".parse().unwrap());
        let full = get(&process, "/", &headers);
        assert_eq!(header(&full, "content-encoding"), "br");
        headers.insert(IF_NONE_MATCH, full.http.headers()[ETAG].clone());
        assert_eq!(get(&process, "/", &headers).http.status(), 304);
        headers.insert(ACCEPT_ENCODING, "gzip".parse().unwrap());
        assert_eq!(get(&process, "/", &headers).http.status(), 200);
    }

    #[tokio::test]
    async fn a_page_that_comes_again_and_again_gets_the_smallest_coding() {
        let bench = Bench::new();
        let mut process = open_shop(&bench).await;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, "gzip, br, zstd".parse().unwrap());
        let first = get(&process, "/", &headers);
        assert_eq!(header(&first, "content-encoding"), "zstd");
        let codings: Vec<_> = (0..20)
            .map(|_| header(&get(&process, "/", &headers), "content-encoding"))
            .collect();
        let changed = codings.iter().position(|coding| coding == "br").unwrap();
        assert!(codings[..changed].iter().all(|coding| coding == "zstd"));
        assert!(codings[changed..].iter().all(|coding| coding == "br"));
        assert_eq!(process.shop.bodies.usage().entries, 1);

        // Whoever still has the first answer need not fetch the page again, as long as it is the same page.
        headers.insert(IF_NONE_MATCH, first.http.headers()[ETAG].clone());
        let known = get(&process, "/", &headers);
        assert_eq!(known.http.status(), 304);
        assert_eq!(known.http.headers()[ETAG], first.http.headers()[ETAG]);
        bench.publish(2, "Birch").await;
        process.watch.look().await;
        let next = get(&process, "/", &headers);
        assert_eq!(next.http.status(), 200);
        assert_eq!(header(&next, "content-encoding"), "zstd");
    }

    #[tokio::test]
    async fn other_spellings_redirect_and_unknown_addresses_are_not_kept() {
        let bench = Bench::new();
        let process = open_shop(&bench).await;
        let redirect = get(&process, "/search?page=1&q=oak", &HeaderMap::new());
        assert_eq!(redirect.http.status(), 301);
        assert_eq!(header(&redirect, "location"), "/search?q=oak");
        for (target, status) in [
            ("/p/nothing", 404),
            ("/nothing", 404),
            ("/p/%zz", 400),
            ("/assets/0000000000000000/shop.css", 404),
        ] {
            let response = get(&process, target, &HeaderMap::new());
            assert_eq!(response.http.status(), status, "{target}");
            assert_eq!(header(&response, "cache-control"), "no-store", "{target}");
            assert_eq!(header(&response, "x-frontage-generation"), "1", "{target}");
        }
        let long = format!("/search?q={}", "x".repeat(9000));
        assert_eq!(get(&process, &long, &HeaderMap::new()).http.status(), 414);
        assert_eq!(process.shop.bodies.usage().entries, 0);
    }

    #[tokio::test]
    async fn every_response_has_the_security_headers() {
        let bench = Bench::new();
        let process = open_shop(&bench).await;
        for target in [
            "/",
            "/nothing",
            "/robots.txt",
            "/sitemap.xml",
            "/search?page=1",
            process.shop.look.current().assets.css_href(),
        ] {
            let response = get(&process, target, &HeaderMap::new());
            for name in [
                "content-security-policy",
                "x-content-type-options",
                "x-frame-options",
                "referrer-policy",
            ] {
                assert!(
                    !header(&response, name).is_empty(),
                    "{target} has no {name}"
                );
            }
        }
    }
}
