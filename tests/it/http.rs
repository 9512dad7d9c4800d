//! The server's HTTP as clients and caches see it.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use frontage_tests::documents;
use frontage_tests::shop::{Shop, ShopBuilder};

async fn open() -> Shop {
    let mut shop = ShopBuilder::of(documents::shop(30)).start();
    shop.open().await;
    shop
}

/// Bytes of the body as they go over the wire.
async fn raw(shop: &Shop, path: &str, coding: &str) -> (String, String, Vec<u8>) {
    let client = reqwest::Client::builder()
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .no_proxy()
        .build()
        .expect("a client");
    let response = client
        .get(shop.url(path))
        .header("accept-encoding", coding)
        .send()
        .await
        .expect("an answer");
    assert_eq!(response.status(), 200, "{path}");
    let header = |name: &str| {
        response
            .headers()
            .get(name)
            .map_or("", |value| value.to_str().expect("a text"))
            .to_owned()
    };
    let (coding, etag) = (header("content-encoding"), header("etag"));
    (
        coding,
        etag,
        response.bytes().await.expect("a body").to_vec(),
    )
}

#[tokio::test]
async fn every_coding_is_the_same_page() {
    let shop = open().await;
    for path in ["/", "/c/things", "/p/thing-number-1"] {
        let (none, plain_tag, plain) = raw(&shop, path, "identity").await;
        assert_eq!(none, "");
        let mut tags = vec![plain_tag];
        for coding in ["gzip", "br", "zstd"] {
            let (used, tag, packed) = raw(&shop, path, coding).await;
            let unpacked = unpack(&used, &packed);
            assert_eq!((used.as_str(), &unpacked), (coding, &plain), "{path}");
            assert!(packed.len() < plain.len(), "{path}: {coding} saves nothing");
            tags.push(tag);
        }
        tags.sort();
        tags.dedup();
        assert_eq!(
            tags.len(),
            4,
            "{path}: a strong tag belongs to one representation: {tags:?}"
        );
        let (refused, _, body) = raw(&shop, path, "br;q=0, gzip;q=0, *;q=0, identity").await;
        assert_eq!((refused.as_str(), &body), ("", &plain), "{path}");
    }
}

#[tokio::test]
async fn what_a_cache_has_is_not_sent_again() {
    let shop = open().await;
    for path in [
        "/",
        "/c/things",
        "/p/thing-number-1",
        "/search?q=thing",
        "/pages/about",
        "/sitemap.xml",
    ] {
        let first = shop.get(path).await;
        let etag = first.header("etag").to_owned();
        assert!(!etag.is_empty(), "{path}");
        let again = shop
            .request(
                shop.client()
                    .get(shop.url(path))
                    .header("if-none-match", &etag),
            )
            .await;
        assert_eq!((again.status, again.body.as_str()), (304, ""), "{path}");
        assert_eq!(again.header("etag"), etag, "{path}");
        let changed = shop
            .request(
                shop.client()
                    .get(shop.url(path))
                    .header("if-none-match", "\"other\""),
            )
            .await;
        assert_eq!(
            (changed.status, &changed.body),
            (200, &first.body),
            "{path}"
        );
    }
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let shop = open().await;
    for path in ["/", "/p/thing-number-1", "/nothing"] {
        let got = shop.get(path).await;
        let head = shop.request(shop.client().head(shop.url(path))).await;
        assert_eq!(
            (head.status, head.body.as_str()),
            (got.status, ""),
            "{path}"
        );
        for name in [
            "etag",
            "content-type",
            "cache-control",
            "content-security-policy",
            "x-frontage-generation",
        ] {
            assert_eq!(head.header(name), got.header(name), "{path}: {name}");
        }
    }
}

#[tokio::test]
async fn methods_that_change_something_are_refused() {
    let shop = open().await;
    for method in [
        reqwest::Method::POST,
        reqwest::Method::PUT,
        reqwest::Method::DELETE,
        reqwest::Method::TRACE,
    ] {
        let answer = shop
            .request(shop.client().request(method.clone(), shop.url("/")))
            .await;
        assert_eq!(answer.status, 405, "{method}");
        assert!(answer.header("allow").contains("GET"), "{method}");
    }
}

#[tokio::test]
async fn a_stray_host_is_not_served() {
    let shop = open().await;
    let request =
        |host: &str| format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    let address = shop.url("").replace("http://", "");
    assert!(exchange(&address, request(&address).as_bytes()).starts_with("HTTP/1.1 200"));
    for host in ["evil.example", "127.0.0.1.evil.example", "a b", ""] {
        let answer = exchange(&address, request(host).as_bytes());
        assert!(answer.starts_with("HTTP/1.1 4"), "{host:?}: {answer}");
    }
}

#[tokio::test]
async fn malformed_and_oversized_requests_are_refused_and_the_next_is_served() {
    let shop = open().await;
    let address = shop.url("").replace("http://", "");
    let long = format!(
        "GET /{} HTTP/1.1\r\nHost: {address}\r\n\r\n",
        "x".repeat(100_000)
    );
    let many = format!(
        "GET / HTTP/1.1\r\nHost: {address}\r\n{}\r\n",
        "X-Filler: yes\r\n".repeat(5_000)
    );
    let smuggled = format!(
        "POST / HTTP/1.1\r\nHost: {address}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /p/ HTTP/1.1\r\n\r\n"
    );
    let two_hosts = format!(
        "GET / HTTP/1.1\r\nHost: {address}\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
    );
    for request in [
        long,
        many,
        smuggled,
        two_hosts,
        "GET\r\n\r\n".to_owned(),
        "\u{0}\u{1}\u{2}\r\n\r\n".to_owned(),
    ] {
        let answer = exchange(&address, request.as_bytes());
        let refused = answer.is_empty() || answer.starts_with("HTTP/1.1 4");
        assert!(refused, "{}: {answer}", &request[..request.len().min(60)]);
        assert_eq!(shop.get("/").await.status, 200);
    }
}

#[tokio::test]
async fn strange_paths_never_leave_the_shop() {
    let shop = open().await;
    let address = shop.url("").replace("http://", "");
    for path in [
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "//evil.example/",
        "/c/%00",
        "/p/%ff%fe",
        "/c/..%2f..",
        "/assets/../Cargo.toml",
        "/\\evil.example",
    ] {
        let answer = exchange(
            &address,
            format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")
                .as_bytes(),
        );
        let status: u16 = answer
            .get(9..12)
            .and_then(|digits| digits.parse().ok())
            .unwrap_or(0);
        assert!((300..500).contains(&status), "{path}: {answer}");
        let location = answer.lines().find_map(|line| {
            line.to_lowercase()
                .strip_prefix("location: ")
                .map(str::to_owned)
        });
        assert!(
            location.is_none_or(|to| to.starts_with('/')
                && !to.starts_with("//")
                && !to.starts_with("/\\")),
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_operators_listener_tells_how_it_is() {
    let shop = open().await;
    assert_eq!(shop.admin("/healthz").await.status, 200);
    assert_eq!(shop.admin("/readyz").await.status, 200);
    let status = shop.status().await;
    assert_eq!(
        (&status["ready"], &status["generation"]["number"]),
        (&true.into(), &1.into()),
        "{status}"
    );
    let metrics = shop.admin("/metrics").await;
    assert!(
        metrics.body.contains("# TYPE ") && metrics.body.contains("frontage_"),
        "{}",
        metrics.body
    );
    for path in ["/healthz", "/readyz", "/status", "/metrics"] {
        assert_eq!(
            shop.get(path).await.status,
            404,
            "shoppers do not see {path}"
        );
    }
}

#[tokio::test]
async fn a_server_without_a_shop_says_so() {
    let mut shop = ShopBuilder::of(documents::shop(1)).start();
    shop.start_server();
    let early = shop
        .until("the server listens", async |shop| {
            let response = shop.client().get(shop.url("/")).send().await.ok()?;
            let retry = response.headers().contains_key("retry-after");
            Some((response.status().as_u16(), retry))
        })
        .await;
    assert_eq!(early, (503, true));
    assert_eq!(shop.admin("/readyz").await.status, 503);
    shop.once().await;
    shop.until("the first generation is served", async |shop| {
        shop.ready().await.then_some(())
    })
    .await;
}

/// Sends bytes and reads until the server closes or says nothing more for a while.
fn exchange(address: &str, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).expect("the server accepts");
    stream
        .set_read_timeout(Some(Duration::from_secs(2)))
        .expect("a socket has a time limit");
    // The server may have refused and closed before everything was written.
    let _ = stream.write_all(request);
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        answer.extend_from_slice(&buffer[..count]);
        if answer.len() > 1 << 20 {
            break;
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}

fn unpack(coding: &str, packed: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    match coding {
        "gzip" => {
            flate2::read::GzDecoder::new(packed)
                .read_to_end(&mut plain)
                .expect("gzip");
        }
        "br" => {
            brotli::Decompressor::new(packed, 4096)
                .read_to_end(&mut plain)
                .expect("brotli");
        }
        "zstd" => plain = zstd::decode_all(packed).expect("zstd"),
        other => panic!("no coding was expected to be `{other}`"),
    }
    plain
}
