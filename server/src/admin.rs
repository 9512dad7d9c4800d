//! What operators and monitors ask: alive? ready? which generation, how old, why? how much of what?
//!
//! It has a listener of its own and never shows a page of the shop.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::SystemTime;

use bytes::Bytes;
use frontage_shared::trace::Tracer;
use hyper::StatusCode;
use hyper::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use serde_json::{Value, json};

use crate::exposition::{Exposition, label};
use crate::handle::Shop;
use crate::house::House;
use crate::listen::{Answer, Refusal, Reply, Request};
use crate::live::Serving;
use crate::process;
use crate::respond::{self, Response};
use crate::status_page;
use crate::tenant::Tenant;
use crate::tls::Certificates;

/// Answers on the admin listener.
pub struct Admin {
    /// The shops that are reported on.
    pub house: Arc<House>,
    /// When the process started.
    pub started: SystemTime,
    /// What is shown to clients, if TLS is spoken.
    pub certificates: Option<Arc<Certificates>>,
}

const TEXT: &str = "text/plain; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json";
const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";
const INDEX: &str = "\
/healthz  200 while the process turns
/readyz   200 while it has a verified generation to serve and is not about to end
/status   what is served, since when, from what, and what was refused: a page for browsers, JSON for others
/metrics  counters for Prometheus
/searches what shoppers search for, and what they search for in vain
";

impl Answer for Admin {
    fn answer<'a>(&'a self, request: &Request<'a>) -> Reply<'a> {
        Reply::Now(self.page(request))
    }

    fn refuse(&self, refusal: &Refusal) -> Response {
        respond::refused(&self.house.bare_stamp, refusal)
    }
}

impl Admin {
    fn page(&self, request: &Request<'_>) -> Response {
        let path = request.target.split('?').next().unwrap_or_default();
        match path {
            "/" => plain(StatusCode::OK, TEXT, INDEX.to_owned()),
            "/healthz" => plain(StatusCode::OK, TEXT, "ok\n".to_owned()),
            "/readyz" => self.ready(),
            "/status" if self.house.is_of_one() && wants_html(request) => plain(
                StatusCode::OK,
                HTML,
                status_page::html(&self.status(request.now)),
            ),
            "/status" => plain(
                StatusCode::OK,
                JSON,
                format!("{:#}\n", self.status(request.now)),
            ),
            "/searches" => plain(StatusCode::OK, JSON, format!("{:#}\n", self.searches())),
            "/metrics" => plain(StatusCode::OK, PROMETHEUS, self.metrics(request.now)),
            _ => plain(StatusCode::NOT_FOUND, TEXT, INDEX.to_owned()),
        }
    }

    fn ready(&self) -> Response {
        let shops = self.house.shops();
        if shops
            .iter()
            .any(|shop| shop.draining.load(Ordering::Relaxed))
        {
            return plain(
                StatusCode::SERVICE_UNAVAILABLE,
                TEXT,
                "not ready: the server is shutting down\n".to_owned(),
            );
        }
        let Some(only) = self.house.only() else {
            // A shop that lacks its generation is no reason to take the others away from their shoppers.
            let is_ready = shops.iter().any(|shop| shop.live.load().is_some());
            let (status, word) = match is_ready {
                true => (StatusCode::OK, "ready"),
                false => (StatusCode::SERVICE_UNAVAILABLE, "not ready"),
            };
            return plain(status, TEXT, format!("{word}: {}\n", self.house.rooms()));
        };
        match only.shop.live.load().as_deref() {
            Some(serving) => plain(
                StatusCode::OK,
                TEXT,
                format!("ready: generation {}\n", serving.generation.number()),
            ),
            None => {
                let text = format!("not ready: {}\n", only.shop.live.why_none());
                plain(StatusCode::SERVICE_UNAVAILABLE, TEXT, text)
            }
        }
    }

    fn status(&self, now: SystemTime) -> Value {
        if let Some(only) = self.house.only() {
            return self.status_of(&only, now);
        }
        let rooms = self.house.rooms();
        let statuses = rooms
            .tenants
            .iter()
            .map(|(name, room)| (name.clone(), self.status_of(&room.tenant, now)));
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "uptime_seconds": seconds_between(self.started, now),
            "shops": statuses.collect::<serde_json::Map<_, _>>(),
            "refused": rooms.refused,
        })
    }

    fn searches(&self) -> Value {
        if let Some(only) = self.house.only() {
            return only.shop.searches.report();
        }
        let rooms = self.house.rooms();
        let reports = rooms
            .tenants
            .iter()
            .map(|(name, room)| (name.clone(), room.tenant.shop.searches.report()));
        json!({"shops": reports.collect::<serde_json::Map<_, _>>()})
    }

    fn status_of(&self, tenant: &Tenant, now: SystemTime) -> Value {
        let shop = &tenant.shop;
        let serving = shop.live.load();
        let view = tenant.report.view();
        let usage = shop.bodies.usage();
        let metrics = &shop.metrics;
        let look = shop.look.state();
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "uptime_seconds": seconds_between(self.started, now),
            "ready": serving.is_some() && !shop.draining.load(Ordering::Relaxed),
            "not_ready_because": serving.is_none().then(|| shop.live.why_none()),
            "generation": serving.as_deref().map(|serving| generation(serving, now)),
            "on_trial_elsewhere": view.waits_for,
            "swaps": metrics.swaps.load(Ordering::Relaxed),
            "rejections": metrics.rejections_total(),
            "last_rejection": view.last_rejection.map(|rejection| json!({
                "at": unix(rejection.at),
                "age_seconds": seconds_between(rejection.at, now),
                "manifest": rejection.manifest,
                "stage": rejection.stage,
                "reason": rejection.reason,
            })),
            "store": {
                "last_look_seconds_ago": view.last_look.map(|at| seconds_between(at, now)),
                "trouble": view.store_trouble,
            },
            "theme": {
                "since": look.since.map(unix),
                "problems": look.problems,
                "warnings": look.warnings,
            },
            "requests": metrics.requests_total(),
            "connections": metrics.connections.load(Ordering::Relaxed),
            "body_cache": { "bytes": usage.bytes, "entries": usage.entries, "hits": usage.hits, "misses": usage.misses },
        })
    }

    fn metrics(&self, now: SystemTime) -> String {
        let mut out = Exposition::default();
        let info = format!("version=\"{}\"", label(env!("CARGO_PKG_VERSION")));
        out.family(
            "frontage_build_info",
            "gauge",
            "The version of this process.",
        );
        out.sample("frontage_build_info", &info, 1);
        out.single(
            "frontage_uptime_seconds",
            "gauge",
            "Time since the process started.",
            seconds_between(self.started, now),
        );
        if let Some(certificates) = &self.certificates {
            out.single(
                "frontage_tls_certificate_not_after_timestamp_seconds",
                "gauge",
                "Until when the certificate is good.",
                certificates.not_after(),
            );
        }
        // Of the whole process, whichever shop they are for.
        self.house.metrics.write_connections(&mut out);
        let rooms = self.house.rooms();
        if !self.house.is_of_one() {
            let refused = rooms.refused.len();
            out.single(
                "frontage_shops_refused",
                "gauge",
                "Files of shops that cannot be used.",
                refused,
            );
        }
        for (name, room) in &rooms.tenants {
            if !name.is_empty() {
                out.of_shop(&room.tenant.config.shop);
            }
            write_shop(&mut out, &room.tenant.shop, now);
        }
        out.of_all();
        write_spans(&mut out, &self.house.tracer);
        process::write(&mut out, self.started);
        out.finish()
    }
}

/// What became of spans, where any are made.
fn write_spans(out: &mut Exposition, tracer: &Tracer) {
    let Some(figures) = tracer.figures() else {
        return;
    };
    let name = "frontage_trace_spans_total";
    let help = "Spans, by whether the collector took them, there was no room for them, or it did not take them.";
    out.family(name, "counter", help);
    for (result, count) in figures.all() {
        out.sample(name, &format!("result=\"{result}\""), count);
    }
}

fn write_shop(out: &mut Exposition, shop: &Shop, now: SystemTime) {
    let serving = shop.live.load();
    out.single(
        "frontage_ready",
        "gauge",
        "1 with a verified generation to serve.",
        u8::from(serving.is_some()),
    );
    if let Some(serving) = serving.as_deref() {
        write_generation(out, serving, now);
    }
    shop.metrics.write(out);
    let usage = shop.bodies.usage();
    out.single(
        "frontage_body_cache_bytes",
        "gauge",
        "Memory of rendered pages.",
        usage.bytes,
    );
    out.single(
        "frontage_body_cache_entries",
        "gauge",
        "Rendered pages held.",
        usage.entries,
    );
    let (hits, misses) = (usage.hits, usage.misses);
    out.single(
        "frontage_body_cache_hits_total",
        "counter",
        "Requests answered from rendered pages.",
        hits,
    );
    out.single(
        "frontage_body_cache_misses_total",
        "counter",
        "Requests that had to render.",
        misses,
    );
}

/// Whether somebody looks with a browser.
fn wants_html(request: &Request<'_>) -> bool {
    let accept = request.headers.get(ACCEPT);
    let accept = accept.and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

fn generation(serving: &Serving, now: SystemTime) -> Value {
    let manifest = &serving.generation.manifest;
    let created = instant(manifest.created_at);
    let sources: serde_json::Map<String, Value> = manifest
        .sources
        .iter()
        .map(|(name, source)| {
            let age = seconds_between(instant(source.as_of), now);
            (
                name.clone(),
                json!({ "as_of": source.as_of, "age_seconds": age, "documents": source.documents }),
            )
        })
        .collect();
    json!({
        "number": manifest.generation,
        "previous": manifest.previous,
        "shop": manifest.shop,
        "reason": manifest.reason,
        "pinned": manifest.pinned,
        "writer": manifest.writer,
        "created_at": manifest.created_at,
        "age_seconds": seconds_between(created, now),
        "serving_since": unix(serving.since),
        "catalog": { "hash": manifest.catalog.hash, "bytes": manifest.catalog.length },
        "offers": { "hash": manifest.offers.hash, "bytes": manifest.offers.length },
        "counts": {
            "products": manifest.counts.products,
            "variants": manifest.counts.variants,
            "categories": manifest.counts.categories,
            "pages": manifest.counts.pages,
        },
        "sources": sources,
    })
}

fn write_generation(out: &mut Exposition, serving: &Serving, now: SystemTime) {
    let manifest = &serving.generation.manifest;
    let number = manifest.generation;
    out.single(
        "frontage_generation",
        "gauge",
        "Number of the generation being served.",
        number,
    );
    let age = seconds_between(instant(manifest.created_at), now);
    out.single(
        "frontage_snapshot_age_seconds",
        "gauge",
        "Time since the generation was published.",
        age,
    );
    let name = "frontage_source_age_seconds";
    out.family(
        name,
        "gauge",
        "Time since a source's data was fetched, as of the generation being served.",
    );
    for (source, state) in &manifest.sources {
        let age = seconds_between(instant(state.as_of), now);
        out.sample(name, &format!("source=\"{}\"", label(source)), age);
    }
    out.family(
        "frontage_part_bytes",
        "gauge",
        "Size of the parts being served.",
    );
    for (kind, entry) in manifest.parts() {
        out.sample(
            "frontage_part_bytes",
            &format!("part=\"{}\"", kind.extension()),
            entry.length,
        );
    }
    out.single(
        "frontage_products",
        "gauge",
        "Products in the generation being served.",
        manifest.counts.products,
    );
}

fn plain(status: StatusCode, content_type: &'static str, text: String) -> Response {
    let mut http = hyper::Response::new(Bytes::from(text));
    *http.status_mut() = status;
    http.headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    http.headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    http.headers_mut().insert(
        hyper::header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    Response {
        kind: "admin",
        http,
        rest: None,
        kept: false,
    }
}

fn instant(unix_seconds: i64) -> SystemTime {
    let since = std::time::Duration::from_secs(u64::try_from(unix_seconds).unwrap_or(0));
    SystemTime::UNIX_EPOCH + since
}

fn unix(at: SystemTime) -> u64 {
    at.duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// Zero where clocks disagree: an age is never negative.
fn seconds_between(from: SystemTime, to: SystemTime) -> u64 {
    to.duration_since(from)
        .map_or(0, |between| between.as_secs())
}

#[cfg(test)]
mod tests {
    use hyper::{HeaderMap, Method};

    use super::*;
    use crate::testing::{Bench, Process, damage, noon};

    fn ask(process: &Process, target: &str) -> (u16, String) {
        let (shop, report) = (Arc::clone(&process.shop), Arc::clone(&process.report));
        let admin = Admin {
            house: Arc::new(House::of_one(Tenant::of_parts(shop, report))),
            started: noon() - std::time::Duration::from_secs(60),
            certificates: None,
        };
        let headers = HeaderMap::new();
        let response = admin.page(&Request {
            method: &Method::GET,
            host: None,
            target,
            headers: &headers,
            body: &[],
            peer: std::net::Ipv4Addr::LOCALHOST.into(),
            now: noon(),
        });
        (
            response.http.status().as_u16(),
            String::from_utf8(response.http.body().to_vec()).unwrap(),
        )
    }

    #[tokio::test]
    async fn readiness_comes_with_the_first_generation_and_goes_with_the_end() {
        let bench = Bench::new();
        let mut process = bench.process();
        process.watch.look().await;
        let (status, text) = ask(&process, "/readyz");
        assert!(
            status == 503 && text.contains("nothing has been published"),
            "{text}"
        );
        assert_eq!(ask(&process, "/healthz").0, 200);
        bench.publish(1, "One").await;
        process.watch.look().await;
        assert_eq!(
            ask(&process, "/readyz"),
            (200, "ready: generation 1\n".to_owned())
        );
        process.shop.draining.store(true, Ordering::Relaxed);
        assert_eq!(ask(&process, "/readyz").0, 503);
        assert_eq!(ask(&process, "/elsewhere").0, 404);
    }

    #[tokio::test]
    async fn status_says_what_is_served_and_why_something_is_not() {
        let bench = Bench::new();
        let manifest = bench.publish(1, "One").await;
        let mut process = bench.process();
        process.watch.look().await;
        let second = bench.put(2, "Two").await;
        damage(
            &bench
                .store
                .folder()
                .join("parts")
                .join(format!("{}.offers", second.offers.hash)),
        );
        bench.point_to(&second).await;
        process.watch.look().await;

        let status: Value = serde_json::from_str(&ask(&process, "/status").1).unwrap();
        assert_eq!(status["generation"]["number"], 1);
        assert_eq!(
            status["generation"]["catalog"]["hash"],
            manifest.catalog.hash
        );
        assert_eq!(status["generation"]["age_seconds"], 99);
        assert_eq!(
            status["generation"]["sources"]["products"]["age_seconds"],
            100
        );
        assert_eq!(status["uptime_seconds"], 60);
        assert_eq!(status["rejections"], 1);
        let rejection = &status["last_rejection"];
        assert_eq!(rejection["stage"], "copy");
        assert!(
            rejection["manifest"]
                .as_str()
                .unwrap()
                .starts_with("000000000002-"),
            "{rejection}"
        );
        assert!(
            rejection["reason"]
                .as_str()
                .unwrap()
                .contains(&second.offers.hash),
            "{rejection}"
        );
    }

    #[tokio::test]
    async fn metrics_tell_the_generation_and_its_age() {
        let bench = Bench::new();
        bench.publish(7, "Seven").await;
        let mut process = bench.process();
        process.watch.look().await;
        let (_, text) = ask(&process, "/metrics");
        for line in [
            "frontage_generation 7",
            "frontage_snapshot_age_seconds 93",
            "frontage_source_age_seconds{source=\"products\"} 100",
            "frontage_swaps_total 1",
            "frontage_ready 1",
        ] {
            assert!(
                text.lines().any(|got| got == line),
                "{line} missing in\n{text}"
            );
        }
        let families: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("# TYPE "))
            .collect();
        let unique: std::collections::HashSet<&str> = families
            .iter()
            .filter_map(|line| line.split(' ').next())
            .collect();
        assert_eq!(unique.len(), families.len(), "a family is begun twice");
    }
}
