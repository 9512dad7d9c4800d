//! How requests reach a back end: not faster than it likes, through a proxy, and by certificates of its own.

use super::back_end::*;
use std::io::Write as _;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_rustls::rustls::{self, ServerConfig, ServerConnection};

fn two_pages() -> BackEnd {
    BackEnd::start(|asked, _| match asked.path.as_str() {
        "/feed" => ok(
            "X-Left: 0\r\nX-Reset: 300\r\nLink: </feed?2>; rel=\"next\"\r\n",
            "[1]",
        ),
        _ => ok("X-Left: 9\r\n", "[2]"),
    })
}

/// What passes: waiting cannot take less than it should, however slow the machine is.
async fn elapsed(back_end: &BackEnd, throttle: &str) -> Duration {
    let source = back_end.source(&format!("throttle = {{ {throttle} }}\n"));
    let (spool, began) = (tempfile::tempdir().unwrap(), Instant::now());
    assert_eq!(content(&feed(&source, None, spool.path()).await).len(), 2);
    began.elapsed()
}

#[tokio::test]
async fn a_back_end_is_not_asked_faster_than_it_likes() {
    let back_end = two_pages();
    let paced = elapsed(&back_end, "max_per_second = 5, connections = 1").await;
    assert!(paced >= Duration::from_millis(200), "{paced:?}");
    let quota = "remaining_header = \"X-Left\", reset_header = \"X-Reset\", reset_unit = \"ms\"";
    let paced = elapsed(&back_end, quota).await;
    assert!(paced >= Duration::from_millis(290), "{paced:?}");
}

#[tokio::test]
async fn requests_go_through_the_proxy_and_its_password_into_no_message() {
    let proxy = BackEnd::start(|asked, _| match asked.header("proxy-authorization") {
        // u:s3cret
        Some("Basic dTpzM2NyZXQ=") if asked.path == "http://erp.example/feed" => ok("", "[1]"),
        _ => answer("407 Proxy Authentication Required", "", b""),
    });
    let port = proxy.port;
    let through = |password: &str| {
        proxy.source(&format!(
            "url = \"http://erp.example/feed\"\nproxy = \"http://u:{password}@127.0.0.1:{port}\"\n"
        ))
    };
    let spool = tempfile::tempdir().unwrap();
    let source = through("s3cret");
    assert_eq!(content(&feed(&source, None, spool.path()).await), ["[1]"]);
    assert!(!format!("{source:?}").contains("s3cret"));

    let text = failure(&through("wr0ng")).await.to_string();
    assert!(
        text.contains("http://erp.example/feed answered 407"),
        "{text}"
    );
    assert!(!text.contains("wr0ng"), "{text}");

    // Nobody listens there any more: whatever the client says, it does not name its proxy's password.
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let source = proxy.source(&format!(
        "url = \"http://erp.example/feed\"\nretries = 0\nproxy = \"http://u:s3cret@{closed}\"\n"
    ));
    let text = failure(&source).await.to_string();
    assert!(
        text.contains("cannot reach http://erp.example/feed"),
        "{text}"
    );
    assert!(!text.contains("s3cret"), "{text}");
}

/// A back end with a certificate that nobody vouches for; gives its port and the certificate.
fn with_tls() -> (u16, String) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let pem = made.cert.pem();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut tls = rustls::Stream::new(&mut connection, &mut stream);
            let answer = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\n[1]";
            // A client that does not trust the certificate hangs up during the handshake.
            let mut head = [0; 4096];
            if std::io::Read::read(&mut tls, &mut head).is_ok()
                && tls.write_all(answer.as_bytes()).is_ok()
            {
                tls.conn.send_close_notify();
                let _ = tls.flush();
            }
        }
    });
    (port, pem)
}

#[tokio::test]
async fn an_authority_of_the_merchants_own_is_trusted_where_the_source_says_so() {
    let (port, pem) = with_tls();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, pem).unwrap();
    let back_end = two_pages();
    let url = format!("url = \"https://localhost:{port}/feed\"\nretries = 0\n");
    let error = failure(&back_end.source(&url)).await.to_string();
    assert!(error.contains("certificate"), "{error}");

    let source = back_end.source(&format!("{url}ca_file = \"{}\"\n", file.display()));
    let spool = tempfile::tempdir().unwrap();
    assert_eq!(content(&feed(&source, None, spool.path()).await), ["[1]"]);
}
