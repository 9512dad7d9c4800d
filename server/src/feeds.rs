//! Feeds of the whole shop, made while a client takes them: memory stays the same however large the shop is.
//!
//! A feed holds the generation it began with to its end, so it never mixes two. That costs a mapping, so only a few
//! run at once; whoever comes when all places are taken is asked to come back.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::locales::LocaleIndex;
use hyper::StatusCode;
use hyper::header::{self, HeaderValue};

use crate::cache_policy::CachePolicy;
use crate::encode::{self, Encoding};
use crate::listen::Request;
use crate::live::Serving;
use crate::page::{self, View, feed};
use crate::respond::{self, Response, Rest};
use crate::route::FeedFormat;
use crate::zone::Zone;

/// Feeds that may run at once.
const PLACES: usize = 4;
/// Variants that a run looks at, and bytes at which it ends: some tenths of a millisecond of work.
const RUN_VARIANTS: u32 = 16;
const RUN_BYTES: usize = 48 * 1024;
/// When a client that found no place may come back.
const RETRY_SECONDS: u64 = 30;

/// How many feeds are running.
#[derive(Debug, Default)]
pub struct Feeds {
    running: Arc<AtomicUsize>,
}

/// A place among the running feeds, given back when dropped.
struct Place {
    running: Arc<AtomicUsize>,
}

/// A feed on its way to a client.
struct Feed {
    serving: Arc<Serving>,
    base_url: String,
    now: SystemTime,
    locale: LocaleIndex,
    format: FeedFormat,
    /// The next variant; beyond the last one when only the end is missing.
    next: u32,
    state: State,
    coder: Coder,
    _place: Place,
}

/// What comes next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Head,
    Items,
    Done,
}

/// How what is written goes out.
enum Coder {
    Plain,
    Gzip(GzEncoder<Vec<u8>>),
}

impl Feeds {
    /// The feed of a generation, or why there is none now.
    pub fn answer(
        &self,
        serving: &Arc<Serving>,
        (format, locale): (FeedFormat, LocaleIndex),
        base_url: &str,
        request: &Request<'_>,
    ) -> Response {
        let gzip = encode::takes(request.headers, Encoding::Gzip);
        let etag = etag(serving, (format, locale), base_url, gzip);
        if respond::has_etag(request.headers, &etag) {
            return response(serving, StatusCode::NOT_MODIFIED, etag, None);
        }
        let Some(place) = self.place() else {
            return busy(serving);
        };
        let coder = match gzip {
            true => Coder::Gzip(GzEncoder::new(Vec::new(), Compression::fast())),
            false => Coder::Plain,
        };
        let feed = Feed {
            serving: Arc::clone(serving),
            base_url: base_url.to_owned(),
            now: request.now,
            locale,
            format,
            next: 0,
            state: State::Head,
            coder,
            _place: place,
        };
        let mut response = response(serving, StatusCode::OK, etag, Some(Rest(Box::new(feed))));
        let headers = response.http.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(match format {
                FeedFormat::Google => page::XML,
                FeedFormat::Lines => "application/x-ndjson; charset=utf-8",
                FeedFormat::Prices => "text/csv; charset=utf-8; header=present",
            }),
        );
        if gzip {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    }

    fn place(&self) -> Option<Place> {
        let one_more = |running: usize| (running < PLACES).then_some(running + 1);
        self.running
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more)
            .ok()?;
        Some(Place {
            running: Arc::clone(&self.running),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.running.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Feed {
    /// The next run of plain text; empty when there is nothing left.
    fn run(&mut self) -> String {
        let ctx = page::Context {
            base_url: &self.base_url,
            theme: &self.serving.theme,
            resizer: None,
            policies: None,
            sells: false,
            takes_withdrawals: false,
            takes_stock_requests: false,
            locale: self.locale,
            now: self.now,
            redirects_settle: 0,
            time_zone: Zone::UTC,
            quoted: None,
        };
        let view = &View::new(&self.serving.generation, &ctx);
        let mut text = String::new();
        if self.state == State::Head {
            feed::head(view, self.format, &mut text);
            self.state = State::Items;
        }
        let end = self.serving.generation.catalog.variant_count();
        while self.next < end && text.len() < RUN_BYTES {
            let rows = self.next..self.next.saturating_add(RUN_VARIANTS).min(end);
            self.next = rows.end;
            feed::items(view, self.format, rows, &mut text);
        }
        if self.next >= end {
            feed::tail(self.format, &mut text);
            self.state = State::Done;
        }
        text
    }
}

impl Iterator for Feed {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        while self.state != State::Done {
            let text = self.run();
            let is_over = self.state == State::Done;
            let bytes = self.coder.code(text, is_over);
            if !bytes.is_empty() {
                return Some(Bytes::from(bytes));
            }
        }
        None
    }
}

impl Coder {
    /// What can be sent of it now; all of it at the end.
    fn code(&mut self, text: String, is_over: bool) -> Vec<u8> {
        match std::mem::replace(self, Self::Plain) {
            Self::Plain => text.into_bytes(),
            Self::Gzip(mut encoder) => {
                // A vector takes whatever is written to it.
                let _ = encoder.write_all(text.as_bytes());
                if is_over {
                    return encoder.finish().unwrap_or_default();
                }
                let bytes = std::mem::take(encoder.get_mut());
                *self = Self::Gzip(encoder);
                bytes
            }
        }
    }
}

/// Weak, because a feed is told from another by what it is made of, not byte by byte.
fn etag(
    serving: &Serving,
    (format, locale): (FeedFormat, LocaleIndex),
    base_url: &str,
    gzip: bool,
) -> HeaderValue {
    let own = &serving.generation.catalog;
    let prefix = own.in_locale(locale).map_or("", Catalog::prefix);
    let manifest = &serving.generation.manifest;
    let short = |hash: &str| hash.get(..16).unwrap_or(hash).to_owned();
    let text = format!(
        "W/\"{}-{}-{}-{}{}{}{}\"",
        short(&manifest.catalog.hash),
        short(&manifest.offers.hash),
        // Every link in it begins with that.
        short(&blake3::hash(format!("{base_url}{prefix}").as_bytes()).to_hex()),
        format.file(),
        env!("CARGO_PKG_VERSION"),
        // Prices change by themselves when a sale begins or ends.
        match serving.span().from {
            i64::MIN => String::new(),
            from => format!("-{from}"),
        },
        if gzip { "-gzip" } else { "" },
    );
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("W/\"\""))
}

fn response(
    serving: &Serving,
    status: StatusCode,
    etag: HeaderValue,
    rest: Option<Rest>,
) -> Response {
    let mut headers = serving.stamp.headers().clone();
    let policy = CachePolicy::Page.header();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(policy));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(respond::ROBOTS, HeaderValue::from_static("noindex"));
    headers.insert(header::ETAG, etag);
    let mut http = hyper::Response::new(Bytes::new());
    *http.status_mut() = status;
    *http.headers_mut() = headers;
    Response {
        kind: "feed",
        http,
        rest,
        kept: false,
    }
}

fn busy(serving: &Serving) -> Response {
    let text = "All feeds are being read by others. Please come back in half a minute.";
    respond::busy(&serving.stamp, "feed", text, RETRY_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_so_many_feeds_run_at_once() {
        let feeds = Feeds::default();
        let mut held: Vec<_> = (0..PLACES).map(|_| feeds.place()).collect();
        assert!(held.iter().all(Option::is_some));
        assert!(feeds.place().is_none());
        held.pop();
        assert!(feeds.place().is_some());
    }
}
