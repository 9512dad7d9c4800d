//! Fetching from a back end that misbehaves in every way we know: real HTTP over loopback.
//!
//! The back end is a thread that answers one connection at a time with the bytes a test gives it.

use super::*;
use crate::config::{self, Source};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

/// What a back end does with one request.
enum Reply {
    /// Sends this and closes.
    Send(Vec<u8>),
    /// Sends this and then nothing, until the client gives up.
    Hang(Vec<u8>),
    /// Closes at once.
    Drop,
}

struct Asked {
    path: String,
    head: String,
}

impl Asked {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

struct BackEnd {
    port: u16,
    log: Arc<Mutex<Vec<String>>>,
}

impl BackEnd {
    /// Answers every request with `script(request, its number from 0)`.
    fn start(script: impl Fn(&Asked, usize) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let log = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::clone(&log);
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let mut stream = stream.unwrap();
                let Some(asked) = read_request(&stream) else {
                    continue;
                };
                written.lock().unwrap().push(asked.path.clone());
                match script(&asked, number) {
                    Reply::Send(bytes) => drop(stream.write_all(&bytes)),
                    Reply::Hang(bytes) => {
                        drop(stream.write_all(&bytes));
                        // Returns when the client has closed its side.
                        let _ = stream.read_to_end(&mut Vec::new());
                    }
                    Reply::Drop => {}
                }
            }
        });
        Self { port, log }
    }

    fn source(&self, extra: &str) -> Source {
        let text = format!(
            "store = \"s\"\nstate = \"t\"\n[shop]\nid = \"s\"\nname = \"S\"\ncurrency = \"EUR\"\n[source.x]\nprovides = \"catalog\"\n\
             schedule = \"@daily\"\nnext = \"link\"\nretries = 2\ntimeout_ms = 2000\nstall_timeout_ms = 300\n\
             url = \"http://127.0.0.1:{}/feed\"\n{extra}",
            self.port
        );
        // A later line wins over the default of the same key.
        let mut lines: Vec<&str> = Vec::new();
        for line in text.lines() {
            let key = line.split('=').next().unwrap_or_default().trim();
            if line.contains('=') {
                lines.retain(|other| {
                    other.split('=').next().unwrap_or_default().trim() != key || key == "id"
                });
            }
            lines.push(line);
        }
        config::from_text(&lines.join("\n"), Path::new("test.toml"), Path::new("/"))
            .unwrap()
            .sources
            .remove(0)
    }

    fn requests(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }
}

fn read_request(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let mut head = String::new();
    while reader.read_line(&mut head).ok()? > 2 {}
    Some(Asked {
        path: first.split(' ').nth(1)?.to_owned(),
        head,
    })
}

fn answer(status: &str, headers: &str, body: &[u8]) -> Reply {
    let mut bytes = format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n",
        body.len()
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    Reply::Send(bytes)
}

fn ok(headers: &str, body: impl AsRef<[u8]>) -> Reply {
    answer("200 OK", headers, body.as_ref())
}

async fn fetch(
    source: &Source,
    previous: Option<&Validators>,
    spool: &Path,
) -> Result<Fetched, FetchError> {
    all(
        &Client::new().unwrap(),
        source,
        previous,
        spool,
        SystemTime::UNIX_EPOCH,
        &|_| {},
    )
    .await
}

async fn feed(source: &Source, previous: Option<&Validators>, spool: &Path) -> RawFeed {
    match fetch(source, previous, spool).await.unwrap() {
        Fetched::Feed(feed) => feed,
        Fetched::Unchanged(_) => panic!("expected a feed, got unchanged"),
    }
}

async fn failure(source: &Source) -> FetchError {
    let spool = tempfile::tempdir().unwrap();
    let error = fetch(source, None, spool.path()).await.unwrap_err();
    let left: Vec<_> = std::fs::read_dir(spool.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert!(
        left.iter()
            .all(|path| path.extension().is_some_and(|kind| kind == "page")),
        "left behind: {left:?}"
    );
    error
}

fn content(feed: &RawFeed) -> Vec<String> {
    feed.pages
        .iter()
        .map(|page| std::fs::read_to_string(&page.file).unwrap())
        .collect()
}

/// Three pages, each with an ETag of its own and a next link; `changed` says what the pages hold now.
fn three_pages(bodies: Arc<Mutex<[String; 3]>>) -> BackEnd {
    BackEnd::start(move |asked, _| {
        let number = asked
            .path
            .split_once("page=")
            .map_or(1, |(_, number)| number.parse::<usize>().unwrap());
        let body = bodies.lock().unwrap()[number - 1].clone();
        let etag = format!("\"{}\"", blake3::hash(body.as_bytes()).to_hex());
        let link = if number < 3 {
            format!("Link: </feed?page={}>; rel=\"next\"\r\n", number + 1)
        } else {
            String::new()
        };
        if asked.header("if-none-match") == Some(&etag) {
            // A 304 need not repeat the link.
            return answer("304 Not Modified", &format!("ETag: {etag}\r\n"), b"");
        }
        ok(&format!("ETag: {etag}\r\n{link}"), body)
    })
}

#[tokio::test]
async fn pages_are_followed_and_asked_for_changes_one_by_one() {
    let bodies = Arc::new(Mutex::new([
        "[1]".to_owned(),
        "[2]".to_owned(),
        "[3]".to_owned(),
    ]));
    let back_end = three_pages(Arc::clone(&bodies));
    let (source, spool) = (back_end.source(""), tempfile::tempdir().unwrap());
    let first = feed(&source, None, spool.path()).await;
    assert_eq!(content(&first), ["[1]", "[2]", "[3]"]);
    assert_eq!((first.bytes, first.requests, first.reused), (9, 3, 0));

    // All three must say "not modified" before the feed counts as unchanged.
    let again = fetch(&source, Some(&first.validators), spool.path())
        .await
        .unwrap();
    assert!(matches!(&again, Fetched::Unchanged(validators) if *validators == first.validators));
    assert_eq!(back_end.requests().len(), 6);

    // Page 1 answers 304, page 2 has changed: the unchanged ones come from the spool.
    bodies.lock().unwrap()[1] = "[2, 22]".to_owned();
    let second = feed(&source, Some(&first.validators), spool.path()).await;
    assert_eq!(content(&second), ["[1]", "[2, 22]", "[3]"]);
    assert_eq!((second.wire_bytes, second.bytes, second.reused), (7, 13, 2));

    prune(spool.path(), &[&second.validators]).unwrap();
    assert_eq!(std::fs::read_dir(spool.path()).unwrap().count(), 3);
}

#[tokio::test]
async fn a_damaged_spool_is_noticed_and_replaced() {
    let bodies = Arc::new(Mutex::new([
        "[1]".to_owned(),
        "[2]".to_owned(),
        "[3]".to_owned(),
    ]));
    let back_end = three_pages(Arc::clone(&bodies));
    let (source, spool) = (back_end.source(""), tempfile::tempdir().unwrap());
    let first = feed(&source, None, spool.path()).await;
    std::fs::write(&first.pages[0].file, "[7]").unwrap();
    std::fs::remove_file(&first.pages[2].file).unwrap();
    bodies.lock().unwrap()[1] = "[22]".to_owned();
    let second = feed(&source, Some(&first.validators), spool.path()).await;
    assert_eq!(content(&second), ["[1]", "[22]", "[3]"]);
}

#[tokio::test]
async fn the_same_bytes_are_unchanged_without_any_validator() {
    let back_end = BackEnd::start(|_, _| ok("", "[1]"));
    let (source, spool) = (back_end.source(""), tempfile::tempdir().unwrap());
    let first = feed(&source, None, spool.path()).await;
    let again = fetch(&source, Some(&first.validators), spool.path())
        .await
        .unwrap();
    assert!(matches!(again, Fetched::Unchanged(_)));
    // With another request nothing remembered applies.
    let other = back_end.source("accept_language = \"de\"");
    feed(&other, Some(&first.validators), spool.path()).await;
}

#[tokio::test]
async fn last_modified_is_asked_for_too() {
    let date = "Sun, 09 Sep 2001 01:46:40 GMT";
    let back_end = BackEnd::start(move |asked, _| match asked.header("if-modified-since") {
        Some(since) if since == date => answer("304 Not Modified", "", b""),
        _ => ok(&format!("Last-Modified: {date}\r\n"), "[1]"),
    });
    let (source, spool) = (back_end.source(""), tempfile::tempdir().unwrap());
    let first = feed(&source, None, spool.path()).await;
    let again = fetch(&source, Some(&first.validators), spool.path())
        .await
        .unwrap();
    assert!(matches!(again, Fetched::Unchanged(_)));
}

#[tokio::test]
async fn configured_headers_are_sent_and_compression_is_offered() {
    let back_end = BackEnd::start(|asked, _| {
        ok(
            "",
            format!(
                "{:?}",
                ["accept-encoding", "accept-language", "x-key"].map(|name| asked.header(name))
            ),
        )
    });
    let source = back_end.source("accept_language = \"de-AT\"\nheaders = { X-Key = \"secret\" }");
    let spool = tempfile::tempdir().unwrap();
    let feed = feed(&source, None, spool.path()).await;
    assert_eq!(
        content(&feed),
        [r#"[Some("zstd, br, gzip"), Some("de-AT"), Some("secret")]"#]
    );
}

#[tokio::test]
async fn passing_failures_are_retried() {
    let back_end = BackEnd::start(|_, number| match number {
        0 => answer("503 Service Unavailable", "Retry-After: 0\r\n", b""),
        1 => Reply::Drop,
        _ => ok("", "[1]"),
    });
    let spool = tempfile::tempdir().unwrap();
    assert_eq!(
        feed(&back_end.source(""), None, spool.path())
            .await
            .requests,
        3
    );
}

#[tokio::test]
async fn retries_end_and_final_answers_are_not_retried() {
    for (status, tries) in [
        (429, 3),
        (500, 3),
        (408, 3),
        (425, 3),
        (401, 1),
        (404, 1),
        (204, 1),
        (206, 1),
        (304, 1),
    ] {
        let back_end = BackEnd::start(move |_, _| {
            answer(&format!("{status} Because"), "Retry-After: 0\r\n", b"")
        });
        let error = failure(&back_end.source("")).await;
        assert!(
            matches!(&error, FetchError::Status { status: got, .. } if *got == status),
            "{error}"
        );
        assert_eq!(back_end.requests().len(), tries, "{status}");
    }
}

#[tokio::test]
async fn nobody_there_is_a_named_error() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let back_end = BackEnd {
        port,
        log: Arc::default(),
    };
    let error = failure(&back_end.source("retries = 0")).await;
    assert!(matches!(error, FetchError::Connect { .. }), "{error}");
}

#[tokio::test]
async fn silence_and_stalls_and_cuts_are_named_errors() {
    let silent = BackEnd::start(|_, _| Reply::Hang(Vec::new()));
    let error = failure(&silent.source("retries = 0\ntimeout_ms = 100")).await;
    assert!(matches!(error, FetchError::Timeout { .. }), "{error}");

    let begins = || b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[1,2".to_vec();
    let stalled = BackEnd::start(move |_, _| Reply::Hang(begins()));
    let error = failure(&stalled.source("retries = 0")).await;
    assert!(
        matches!(error, FetchError::Stalled { received: 4, .. }),
        "{error}"
    );

    let cut = BackEnd::start(move |_, _| Reply::Send(begins()));
    let error = failure(&cut.source("retries = 1")).await;
    assert!(
        matches!(error, FetchError::Cut { received: 4, .. }),
        "{error}"
    );
    assert_eq!(cut.requests().len(), 2, "a cut body is worth another try");

    let chunked = BackEnd::start(|_, _| {
        Reply::Send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n[1,2\r\n".to_vec())
    });
    let error = failure(&chunked.source("retries = 0")).await;
    assert!(
        matches!(error, FetchError::Cut { received: 4, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn the_deadline_holds_for_all_pages_together() {
    let back_end = BackEnd::start(|asked, number| match number {
        0 => ok(
            "Link: <?page=2>; rel=next\r\n",
            format!("[\"{}\"]", asked.path),
        ),
        _ => Reply::Hang(Vec::new()),
    });
    let error = failure(&back_end.source("deadline_ms = 400\ntimeout_ms = 60000")).await;
    assert!(
        matches!(error, FetchError::Deadline { pages: 1, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn redirects_stay_at_home() {
    let back_end = BackEnd::start(|asked, _| match asked.path.as_str() {
        "/feed" => answer("302 Found", "Location: /there\r\n", b""),
        "/there" => answer("308 Permanent", "Location: here?x=1#top\r\n", b""),
        path => ok("", format!("[{path:?}]")),
    });
    let spool = tempfile::tempdir().unwrap();
    assert_eq!(
        content(&feed(&back_end.source(""), None, spool.path()).await),
        [r#"["/here?x=1"]"#]
    );

    for (location, named) in [
        ("Location: /feed\r\n", "redirect"),
        ("", "redirect"),
        ("Location: http://[bad\r\n", "redirect"),
        ("Location: http://127.0.0.1:1/feed\r\n", "origin"),
        ("Location: https://127.0.0.1/feed\r\n", "origin"),
        ("Location: //evil.example/feed\r\n", "origin"),
    ] {
        let back_end = BackEnd::start(move |_, _| answer("301 Moved", location, b""));
        let error =
            failure(&back_end.source("headers = { Authorization = \"Bearer secret\" }")).await;
        let fits = match named {
            "redirect" => matches!(error, FetchError::Redirect { .. }),
            _ => matches!(
                error,
                FetchError::CrossOrigin {
                    what: "redirect",
                    ..
                }
            ),
        };
        assert!(fits, "{location}: {error}");
        assert!(!error.to_string().contains("secret"));
    }
}

#[tokio::test]
async fn next_links_are_followed_with_suspicion() {
    let one = |link: &'static str| {
        BackEnd::start(move |_, number| ok(&format!("Link: {link}\r\n"), format!("[{number}]")))
    };
    let cross = failure(&one("<http://evil.example/feed?page=2>; rel=next").source("")).await;
    assert!(
        matches!(
            cross,
            FetchError::CrossOrigin {
                what: "next link",
                ..
            }
        ),
        "{cross}"
    );
    let circle = failure(&one("</feed>; rel=next").source("")).await;
    assert!(
        matches!(circle, FetchError::Loop { page: 1, .. }),
        "{circle}"
    );
    let wrong = failure(&one("page 2").source("")).await;
    assert!(matches!(wrong, FetchError::NextLink { .. }), "{wrong}");

    let endless = BackEnd::start(|_, number| {
        ok(
            &format!("Link: <?page={number}>; rel=next\r\n"),
            format!("[{number}]"),
        )
    });
    let error = failure(&endless.source("max_pages = 5")).await;
    assert!(
        matches!(error, FetchError::TooManyPages { max_pages: 5 }),
        "{error}"
    );
    assert_eq!(endless.requests().len(), 5);

    let repeats = BackEnd::start(|_, number| {
        ok(
            &format!("Link: <?page={number}>; rel=next\r\n"),
            format!("[{}]", number.min(2)),
        )
    });
    let error = failure(&repeats.source("")).await;
    assert!(
        matches!(error, FetchError::Repeated { first: 3, .. }),
        "{error}"
    );

    // With next = "none" links are of no interest.
    let spool = tempfile::tempdir().unwrap();
    assert_eq!(
        feed(&one("page 2").source("next = \"none\""), None, spool.path())
            .await
            .pages
            .len(),
        1
    );
}

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
        assert_eq!(content(&feed), [text.clone()], "{name}");
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
