//! One request: route, page, response.
//!
//! A request takes the generation once and makes everything from it, so no response mixes two. Nothing here waits.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use hyper::StatusCode;
use tracing::error;

use crate::assets::Assets;
use crate::body_cache::BodyCache;
use crate::encode;
use crate::listen::{Answer, Refusal, Request};
use crate::live::{Live, Serving};
use crate::metrics::Metrics;
use crate::page::{self, Page};
use crate::respond::{self, Finished, Response, Stamp};
use crate::route::{Parsed, Route, RouteError};

/// What answering a request needs.
pub struct Shop {
    /// The generation being served.
    pub live: Arc<Live>,
    /// Our own files.
    pub assets: Assets,
    /// Responses made before.
    pub bodies: BodyCache,
    /// What this process counts.
    pub metrics: Arc<Metrics>,
    /// The shop's public origin.
    pub base_url: String,
    /// Headers of responses made without a generation.
    pub bare_stamp: Stamp,
    /// Whether the process is on its way out.
    pub draining: AtomicBool,
}

/// Answers one request: the whole of serving, in order.
pub fn handle(shop: &Shop, request: &Request<'_>) -> Response {
    let serving = shop.live.load();
    let Some(serving) = serving.as_deref() else {
        return shop.not_ready(request);
    };
    let parsed = match Route::parse(request.target) {
        Ok(parsed) => parsed,
        Err(error) => return shop.no_route(serving, error, request),
    };
    if !parsed.canonical {
        return respond::redirect(&serving.stamp, &parsed.url);
    }
    if let Route::Asset { hash, name } = &parsed.route {
        let file = shop.assets.answer(hash, name, &serving.stamp, request.headers);
        return file.unwrap_or_else(|| shop.no_route(serving, RouteError::NotFound, request));
    }
    let finished = shop.finished(serving, &parsed, request);
    finished.not_modified(request.headers).unwrap_or_else(|| finished.whole())
}

impl Shop {
    /// A shop that serves what `live` holds.
    pub fn new(live: Arc<Live>, metrics: Arc<Metrics>, base_url: &str, body_cache_bytes: u64) -> Self {
        Self {
            live,
            assets: Assets::load(),
            bodies: BodyCache::new(body_cache_bytes),
            metrics,
            base_url: base_url.to_owned(),
            bare_stamp: Stamp::new(None, std::iter::empty(), base_url.starts_with("https://")),
            draining: AtomicBool::new(false),
        }
    }

    /// What pages know besides the generation.
    pub fn context(&self, now: SystemTime) -> page::Context<'_> {
        page::Context {
            base_url: &self.base_url,
            css_href: self.assets.css_href(),
            js_href: self.assets.js_href(),
            icon_href: self.assets.icon_href(),
            now,
        }
    }

    /// The page at a canonical address in the coding that the client wants: kept from before, or made now.
    fn finished(&self, serving: &Serving, parsed: &Parsed, request: &Request<'_>) -> Arc<Finished> {
        let encoding = encode::negotiate(request.headers);
        if let Some(kept) = self.bodies.get(serving.serial, &parsed.url, encoding) {
            return kept;
        }
        let page = page::build(&parsed.route, &serving.generation, &self.context(request.now));
        let finished = Arc::new(respond::finish(page, &serving.stamp, encoding, self.assets.preload()));
        if finished.is_found() {
            self.bodies.insert(serving.serial, &parsed.url, encoding, Arc::clone(&finished));
        }
        finished
    }

    /// An address that is none of ours: a page that helps to go on.
    fn no_route(&self, serving: &Serving, error: RouteError, request: &Request<'_>) -> Response {
        let status = match error {
            RouteError::NotFound => 404,
            RouteError::Malformed(_) => 400,
            RouteError::TooLong => 414,
        };
        let path = request.target.split('?').next().unwrap_or_default();
        let page = page::error(status, Some(&serving.generation), &self.context(request.now), path);
        self.finish(page, &serving.stamp, request)
    }

    /// Nothing to serve yet. Why is for operators, at `/readyz`; visitors get a page that asks for patience.
    fn not_ready(&self, request: &Request<'_>) -> Response {
        let route = Route::parse(request.target).map(|parsed| parsed.route);
        if let Ok(Route::Asset { hash, name }) = route
            && let Some(file) = self.assets.answer(&hash, &name, &self.bare_stamp, request.headers)
        {
            return file;
        }
        let page = page::error(503, None, &self.context(request.now), "");
        Response { kind: "not_ready", ..self.finish(page, &self.bare_stamp, request) }
    }

    fn finish(&self, page: Page, stamp: &Stamp, request: &Request<'_>) -> Response {
        respond::finish(page, stamp, encode::negotiate(request.headers), self.assets.preload()).whole()
    }

    fn stamp(&self) -> Stamp {
        self.live.load().as_ref().map_or_else(|| self.bare_stamp.clone(), |serving| serving.stamp.clone())
    }
}

impl Answer for Shop {
    fn answer(&self, request: &Request<'_>) -> Response {
        // A page that fails by a bug costs its request, not the connection and whatever else runs on it.
        catch_unwind(AssertUnwindSafe(|| handle(self, request))).unwrap_or_else(|_| {
            self.metrics.panics.fetch_add(1, Ordering::Relaxed);
            error!(target = request.target, "a page failed by a bug");
            let text = "This page failed. It is our fault and has been noted; other pages work.";
            respond::sentence(&self.stamp(), StatusCode::INTERNAL_SERVER_ERROR, "error", text)
        })
    }

    fn refuse(&self, refusal: &Refusal) -> Response {
        respond::refused(&self.stamp(), refusal)
    }
}
