//! Pages, changes, redirects, next links, retries: what is asked for, and in which order.
//!
//! Every way a back end is known to misbehave here has a named error.

use super::back_end::*;
use crate::fetch::*;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

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

#[tokio::test]
async fn the_next_page_may_be_named_in_the_page_itself() {
    let back_end = BackEnd::start(|asked, _| {
        let page = match asked.path.split_once("after=") {
            None => r#"{"items": [1], "_links": {"next": {"href": "?after=a&limit=1"}}}"#,
            Some((_, "a&limit=1")) => {
                r#"{"items": [2], "_links": {"next": {"href": "/feed?after=b"}}}"#
            }
            Some((_, "b")) => r#"{"items": [3], "_links": {"next": null}}"#,
            Some((_, "number")) => r#"{"_links": {"next": {"href": 7}}}"#,
            Some((_, "elsewhere")) => {
                r#"{"_links": {"next": {"href": "http://127.0.0.2:1/feed"}}}"#
            }
            Some(_) => "[",
        };
        ok("", page)
    });
    let at = |path: &str| {
        let mut source = back_end.source("");
        source.request.next = crate::config::Next::Body("/_links/next/href".to_owned());
        source.request.url = source.request.url.join(path).unwrap();
        source
    };
    let spool = tempfile::tempdir().unwrap();
    let whole = feed(&at(""), None, spool.path()).await;
    assert_eq!(whole.pages.len(), 3);
    for (path, told) in [
        ("?after=number", "no text"),
        ("?after=elsewhere", "127.0.0.2"),
        ("?after=broken", "EOF"),
    ] {
        let error = fetch(&at(path), None, spool.path()).await.unwrap_err();
        assert!(error.to_string().contains(told), "{error}");
    }
}
