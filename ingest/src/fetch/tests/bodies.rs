//! What comes over the wire: compressions, limits, web pages in disguise, and secrets that must not leave.
//!
//! Limits hold on both sides of the decompressor.

use super::back_end::*;
use crate::fetch::*;
use std::io::Write;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = brotli::CompressorWriter::new(Vec::new(), 4096, 5, 22);
    encoder.write_all(bytes).unwrap();
    encoder.into_inner()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

type Compress = fn(&[u8]) -> Vec<u8>;
const COMPRESSIONS: [(&str, Compress); 3] = [("gzip", gzip), ("br", brotli), ("zstd", zstd)];

#[tokio::test]
async fn compressed_pages_are_decompressed() {
    let text = format!("[{}]", vec!["\"a record\""; 20_000].join(","));
    for (name, compress) in COMPRESSIONS {
        let body = compress(text.as_bytes());
        let wire_bytes = body.len() as u64;
        let back_end =
            BackEnd::start(move |_, _| ok(&format!("Content-Encoding: {name}\r\n"), &body));
        let spool = tempfile::tempdir().unwrap();
        let feed = feed(&back_end.source(""), None, spool.path()).await;
        assert_eq!(content(&feed), std::slice::from_ref(&text), "{name}");
        assert_eq!(
            (feed.wire_bytes, feed.bytes),
            (wire_bytes, text.len() as u64),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_compression_bomb_stops_at_the_limit() {
    for (name, compress) in COMPRESSIONS {
        let bomb = compress(&vec![b' '; 64 << 20]);
        assert!(bomb.len() < 100_000);
        let back_end =
            BackEnd::start(move |_, _| ok(&format!("Content-Encoding: {name}\r\n"), &bomb));
        let error = failure(&back_end.source("max_page_bytes = 1000000")).await;
        assert!(
            matches!(
                error,
                FetchError::PageTooLarge {
                    max_page_bytes: 1_000_000,
                    ..
                }
            ),
            "{name}: {error}"
        );
        assert_eq!(
            back_end.requests().len(),
            1,
            "a bomb is not asked for twice"
        );
    }
}

#[tokio::test]
async fn damaged_compression_is_a_named_error() {
    for (name, compress) in COMPRESSIONS {
        let whole = compress(
            format!(
                "[{}]",
                (0..5_000)
                    .map(|n| n.to_string())
                    .collect::<Vec<_>>()
                    .join(",")
            )
            .as_bytes(),
        );
        let cut = whole[..whole.len() / 2].to_vec();
        let mut garbage = whole;
        garbage.truncate(8);
        garbage.extend_from_slice(&[0xff; 64]);
        for body in [cut, garbage] {
            let back_end =
                BackEnd::start(move |_, _| ok(&format!("Content-Encoding: {name}\r\n"), &body));
            let error = failure(&back_end.source("retries = 0")).await;
            assert!(
                matches!(&error, FetchError::Decompress { encoding, .. } if *encoding == name),
                "{name}: {error}"
            );
        }
    }
    let back_end = BackEnd::start(|_, _| ok("Content-Encoding: lzma\r\n", "x"));
    let error = failure(&back_end.source("")).await;
    assert!(matches!(error, FetchError::Encoding { .. }), "{error}");
}

#[tokio::test]
async fn sizes_are_limited_per_page_per_run_and_on_the_wire() {
    let page = |number: usize| format!("[{number}, \"{}\"]", "x".repeat(1000));
    let pages = move || {
        BackEnd::start(move |_, number| {
            ok(
                &format!("Link: <?page={number}>; rel=next\r\n"),
                page(number),
            )
        })
    };
    let error = failure(&pages().source("max_page_bytes = 1000")).await;
    assert!(matches!(error, FetchError::PageTooLarge { .. }), "{error}");
    let error = failure(&pages().source("max_run_bytes = 3000")).await;
    assert!(matches!(error, FetchError::RunTooLarge { .. }), "{error}");
    let error = failure(&pages().source("max_wire_bytes = 3000")).await;
    assert!(matches!(error, FetchError::WireTooLarge { .. }), "{error}");

    // A body without a length is counted as it comes.
    let endless = BackEnd::start(|_, _| {
        let mut bytes = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec();
        bytes.resize(5 << 20, b' ');
        Reply::Send(bytes)
    });
    let error = failure(&endless.source("max_wire_bytes = 1000000")).await;
    assert!(matches!(error, FetchError::WireTooLarge { .. }), "{error}");
}

#[tokio::test]
async fn a_web_page_is_not_a_feed_but_a_mislabelled_feed_is() {
    let html = "Content-Type: text/html; charset=utf-8\r\n";
    let back_end = BackEnd::start(move |_, _| ok(html, " <!doctype html>\n<title>Log in</title>"));
    let error = failure(&back_end.source("")).await;
    assert!(
        matches!(&error, FetchError::Html { excerpt, .. } if excerpt.contains("Log in")),
        "{error}"
    );

    let back_end = BackEnd::start(move |_, _| ok(html, "[1]"));
    let spool = tempfile::tempdir().unwrap();
    assert_eq!(
        content(&feed(&back_end.source(""), None, spool.path()).await),
        ["[1]"]
    );
}

#[tokio::test]
async fn passwords_stay_out_of_messages_and_state() {
    let back_end = BackEnd::start(
        |asked, number| match (asked.header("authorization"), number) {
            (Some(_), 0) => ok("Link: </feed?page=2>; rel=next\r\n", "[1]"),
            (Some(_), 1) => ok("", "[2]"),
            (Some(_), _) => answer("404 Not Found", "", b""),
            (None, _) => answer("401 Unauthorized", "", b""),
        },
    );
    let source = back_end.source(&format!(
        "url = \"http://me:hunter2@127.0.0.1:{}/feed\"",
        back_end.port
    ));
    let spool = tempfile::tempdir().unwrap();
    let feed = feed(&source, None, spool.path()).await;
    assert_eq!(
        content(&feed),
        ["[1]", "[2]"],
        "the credentials go along to the next page"
    );
    assert!(
        !serde_json::to_string(&feed.validators)
            .unwrap()
            .contains("hunter2")
    );
    let error = fetch(&source, None, spool.path()).await.unwrap_err();
    assert!(
        !format!("{error} {error:?}").contains("hunter2"),
        "{error:?}"
    );
}
