//! Feeds that do not arrive as they should: statuses, redirects, cuts, silence, codings, links.
//!
//! The content is always the good one, so that nothing but its way here can be the reason for refusing it.

use std::io::Write as _;
use std::time::Duration;

use frontage_tests::backend::{Backend, Response};
use serde_json::json;

use super::bed::{Hostile, LISTED, Target};
use super::said::{self, ndjson};

/// More than the limit on a page, once unpacked.
const BOMB_BYTES: usize = 40 << 20;

/// Whatever can happen to one answer.
pub(super) fn feeds() -> Vec<Hostile> {
    let catalog = |name: &str, answer: Response, says| {
        Hostile::unreadable(name, Target::Catalog, answer, says)
    };
    let good = said::lines(&said::products(""));
    let mut feeds = statuses();
    feeds.extend(cuts(&good));
    feeds.extend(codings(&good));
    feeds.extend(packed_files(&good));
    feeds.extend(redirects());
    feeds.extend([
        catalog(
            "no answer in time",
            ndjson(good.clone()).after(Duration::from_secs(4)),
            "did not answer within",
        ),
        catalog(
            "a stall",
            ndjson(good.clone()).dripping(3000, Duration::from_secs(3)),
            "stopped sending after 0 bytes",
        ),
        catalog(
            "a slow drip",
            ndjson(good.clone()).dripping(1, Duration::from_millis(40)),
            "the run was not done within",
        ),
        catalog(
            "an error with a feed in it",
            ndjson(good.clone()).with_status(500),
            "answered 500",
        ),
        catalog(
            "a part of a feed",
            ndjson(good.clone()).with_status(206),
            "answered 206",
        ),
        catalog(
            "more bytes than allowed",
            ndjson("\n".repeat(13_000_000)),
            "(max_page_bytes)",
        ),
    ]);
    feeds
}

fn redirects() -> Vec<Hostile> {
    let catalog = |name: &str, answer: Response, says| {
        Hostile::unreadable(name, Target::Catalog, answer, says)
    };
    vec![
        catalog(
            "redirect to itself",
            Response::redirect(302, Target::Catalog.path()),
            "more than 5 redirects",
        ),
        catalog(
            "redirect to and fro",
            Response::redirect(307, "/there"),
            "more than 5 redirects",
        )
        .with("/there", Response::redirect(308, Target::Catalog.path())),
        catalog(
            "redirect to another origin",
            Response::redirect(302, "http://127.0.0.2:9/feed"),
            "has a redirect to another origin",
        ),
        catalog(
            "redirect to another scheme",
            Response::redirect(301, "https://127.0.0.1/feed"),
            "has a redirect to another origin",
        ),
        catalog(
            "redirect to a file",
            Response::redirect(302, "file:///etc/hosts"),
            "has a redirect to another origin",
        ),
        catalog(
            "redirect to nowhere",
            Response::status(302),
            "it has no Location",
        ),
    ]
}

fn statuses() -> Vec<Hostile> {
    let statuses = [
        (204, "answered 204"),
        (400, "answered 400"),
        (401, "the credentials in `auth` or `headers` are missing"),
        (403, "the credentials in `auth` or `headers` are missing"),
        (404, "is `url` right?"),
        (410, "is `url` right?"),
        (429, "too many requests"),
        (500, "the back end has a problem of its own"),
        (502, "answered 502"),
        (503, "answered 503"),
    ];
    let feed = |(status, says)| {
        Hostile::unreadable(
            format!("status {status}"),
            Target::Catalog,
            Response::status(status),
            says,
        )
    };
    statuses.into_iter().map(feed).collect()
}

/// The connection ends before the body does, with a length announced; and bodies that were cut before they were sent.
fn cuts(good: &str) -> Vec<Hostile> {
    let at = |percent: usize| good.len() * percent / 100;
    let mut cuts = Vec::new();
    for percent in [0, 1, 10, 25, 50, 75, 90, 99] {
        let answer = ndjson(good.to_owned()).cut_at(at(percent));
        cuts.push(Hostile::unreadable(
            format!("connection lost at {percent} %"),
            Target::Catalog,
            answer,
            "broke off after",
        ));
    }
    for percent in [3, 33, 66, 95] {
        // In the middle of a record, wherever the percentage falls.
        let end = good[..at(percent)].rfind(',').unwrap_or(1);
        let answer = ndjson(good[..end].to_owned());
        cuts.push(Hostile::unreadable(
            format!("cut in a record at {percent} %"),
            Target::Catalog,
            answer,
            "is not JSON: EOF",
        ));
    }
    let whole = json!({"data": said::listed(1)}).to_string();
    for percent in [2, 20, 40, 60, 80, 99] {
        let answer = Response::ok(
            "application/json",
            whole[..whole.len() * percent / 100].to_owned(),
        );
        cuts.push(Hostile::unreadable(
            format!("page cut at {percent} %"),
            Target::Listed,
            answer,
            "it was cut off",
        ));
    }
    cuts
}

fn codings(good: &str) -> Vec<Hostile> {
    let coded = |name: &str, body: Vec<u8>, coding: &str, says| {
        let answer = ndjson(body).header("content-encoding", coding);
        Hostile::unreadable(name, Target::Catalog, answer, says)
    };
    let packed = gzip(good.as_bytes());
    let half = packed[..packed.len() / 2].to_vec();
    let plain = good.as_bytes().to_vec();
    let zeros = vec![b'0'; BOMB_BYTES];
    vec![
        coded("gzip bomb", gzip(&zeros), "gzip", "(max_page_bytes)"),
        coded("brotli bomb", brotli(&zeros), "br", "(max_page_bytes)"),
        coded("zstd bomb", zstd(&zeros), "zstd", "(max_page_bytes)"),
        coded(
            "gzip that is plain text",
            plain.clone(),
            "gzip",
            "cannot be decompressed as gzip",
        ),
        coded(
            "brotli that is plain text",
            plain.clone(),
            "br",
            "cannot be decompressed as br",
        ),
        coded(
            "zstd that is plain text",
            plain.clone(),
            "zstd",
            "cannot be decompressed as zstd",
        ),
        coded(
            "gzip that is brotli",
            brotli(good.as_bytes()),
            "gzip",
            "cannot be decompressed as gzip",
        ),
        coded("gzip cut short", half, "gzip", "damaged or cut off"),
        coded(
            "a coding nobody asked for",
            plain,
            "compress",
            "is encoded as `compress`",
        ),
        Hostile::unreadable(
            "gzip in a gzip that does not say so",
            Target::Catalog,
            ndjson(gzip(&packed)),
            "expected one object per line",
        ),
    ]
}

/// Files that are packed by themselves, as the first bytes say.
fn packed_files(good: &str) -> Vec<Hostile> {
    let file = |name: &str, body: Vec<u8>, says| {
        Hostile::unreadable(name, Target::Catalog, ndjson(body), says)
    };
    let lines = vec![b'\n'; BOMB_BYTES];
    let packed = gzip(good.as_bytes());
    let half = packed[..packed.len() / 2].to_vec();
    let mut archive = b"PK\x03\x04".to_vec();
    archive.extend_from_slice(good.as_bytes());
    vec![
        file(
            "a gzip file that is a bomb",
            gzip(&lines),
            "(max_page_bytes)",
        ),
        file(
            "a zstd file that is a bomb",
            zstd(&lines),
            "(max_page_bytes)",
        ),
        file("half a gzip file", half, "cannot be unpacked as gzip"),
        file(
            "a zip file that is none",
            archive,
            "is a zip archive, and it is damaged",
        ),
    ]
}

/// What can happen between pages.
pub(super) fn pages(backend: &Backend) -> Vec<Hostile> {
    let second = format!("{LISTED}?page=2");
    let linked = |name: &str, next: &str, says| {
        Hostile::unreadable(name, Target::Listed, said::page(1, Some(next)), says)
    };
    let secure = backend.url("/list").replacen(':', "s:", 1);
    let (elsewhere, circle) = (
        "has a next link to another origin",
        "the pages go round in a circle",
    );
    let mut endless = linked("pages without end", &second, "(max_pages)");
    for number in 2..9 {
        let next = format!("{LISTED}?page={}", number + 1);
        let path = format!("{LISTED}?page={number}");
        endless = endless.with(&path, said::page(number, Some(&next)));
    }
    let unclear = said::page(1, None).header("link", "rel=next, page two");
    let mut pages = vec![
        endless,
        linked(
            "next page at another origin",
            "http://127.0.0.2:9/list",
            elsewhere,
        ),
        linked("next page by another scheme", &secure, elsewhere),
        linked("next page is a file", "file:///etc/hosts", elsewhere),
        linked("next page is the first", LISTED, circle),
        linked("pages in a circle", &second, circle).with(&second, said::page(2, Some(LISTED))),
        Hostile::unreadable(
            "a link that is none",
            Target::Listed,
            unclear,
            "the Link header of",
        ),
    ];
    pages.extend(second_pages(&second));
    pages
}

/// The first page is good and says that there is a second.
fn second_pages(second: &str) -> Vec<Hostile> {
    let broken = |name: &str, answer: Response, says| {
        let first = said::page(1, Some(second));
        Hostile::unreadable(name, Target::Listed, first, says).with(second, answer)
    };
    let web_page = Response::ok("text/html", "<h1>Sign in</h1>");
    let empty = Response::ok("application/json", "");
    let elsewhere = Response::redirect(302, "http://127.0.0.2:9/");
    let (first, only) = (said::page(1, Some(second)), said::page(1, None));
    let two = "10 of 30 documents of kind product would go";
    let one = "20 of 30 documents of kind product would go";
    vec![
        broken(
            "the same page twice",
            said::page(1, None),
            "the back end repeats itself",
        ),
        broken("second page fails", Response::status(500), "answered 500"),
        broken(
            "second page is missing",
            Response::status(404),
            "is `url` right?",
        ),
        broken(
            "second page is a web page",
            web_page,
            "answered with a web page",
        ),
        broken("second page is empty", empty, "is empty"),
        broken(
            "second page is elsewhere",
            elsewhere,
            "has a redirect to another origin",
        ),
        broken(
            "second page is lost",
            said::page(2, None).cut_at(200),
            "broke off after",
        ),
        Hostile::suspicious("the last page is forgotten", Target::Listed, first, two)
            .with(second, said::page(2, None))
            .or_anew("20 documents where 30 are published"),
        Hostile::suspicious("only the first page", Target::Listed, only, one)
            .or_anew("10 documents where 30 are published"),
    ]
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("written to memory");
    encoder.finish().expect("written to memory")
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut encoder = brotli::CompressorWriter::new(&mut packed, 1 << 16, 2, 22);
    encoder.write_all(bytes).expect("written to memory");
    drop(encoder);
    packed
}

pub(super) fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).expect("written to memory")
}
