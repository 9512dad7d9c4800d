//! Where the shop meets the internet: TLS, certificates, restarts, reloads.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::time::Duration;

use frontage_tests::handover::Handover;
use frontage_tests::shop::{Shop, ShopBuilder};
use frontage_tests::{documents, soak};
use reqwest::{Certificate, Client, Response, Version};

/// A certificate of its own signature.
pub(crate) struct Pair {
    certificate: String,
    key: String,
    /// As clients see it.
    pub(crate) der: Vec<u8>,
}

impl Pair {
    fn new() -> Self {
        Self::of("shop.example")
    }

    /// For a host.
    pub(crate) fn of(host: &str) -> Self {
        let made = rcgen::generate_simple_self_signed([host.to_owned()]).expect("a certificate");
        Self {
            certificate: made.cert.pem(),
            key: made.signing_key.serialize_pem(),
            der: made.cert.der().to_vec(),
        }
    }

    fn write(&self, folder: &Path) {
        self.write_as(folder, "shop");
    }

    /// Writes NAME.pem and NAME.key.
    pub(crate) fn write_as(&self, folder: &Path, name: &str) {
        for (kind, text) in [("pem", &self.certificate), ("key", &self.key)] {
            std::fs::write(folder.join(format!("{name}.{kind}")), text).expect("a file");
        }
    }
}

/// A shop at https://shop.example, the address where it really is, and the one that sends plain HTTP there.
async fn open(pair: &Pair) -> (Shop, SocketAddr, SocketAddr) {
    let redirect = {
        let socket = TcpListener::bind("127.0.0.1:0").expect("a free port");
        socket.local_addr().expect("an address")
    };
    let keys = format!(
        "hsts = \"max-age=600; includeSubDomains\"\n[tls]\ncertificate = \"shop.pem\"\nkey = \"shop.key\"\n\
         check_every_ms = 100\nredirect_from = \"{redirect}\""
    );
    let mut shop = ShopBuilder::of(documents::shop(3)).server(&keys).start();
    pair.write(shop.folder());
    let config = shop.folder().join("server.toml");
    let text = std::fs::read_to_string(&config).expect("a configuration");
    let origin = shop.url("");
    let text = text.replace(
        &format!("base_url = \"{origin}\""),
        "base_url = \"https://shop.example\"",
    );
    std::fs::write(&config, text).expect("a configuration");
    shop.once().await;
    shop.serve().await;
    let address = origin.trim_start_matches("http://").parse();
    (shop, address.expect("an address"), redirect)
}

/// A client that trusts these certificates and nobody else, and finds the shop where it is.
fn client(address: SocketAddr, trusted: &[&Pair]) -> reqwest::ClientBuilder {
    let trusted = trusted
        .iter()
        .map(|pair| Certificate::from_der(&pair.der).expect("a certificate"));
    Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(60))
        .resolve("shop.example", address)
        .tls_certs_only(trusted)
        .tls_info(true)
}

async fn get(client: &Client, address: SocketAddr, path: &str) -> Response {
    let url = format!("https://shop.example:{}{path}", address.port());
    client.get(url).send().await.expect("an answer")
}

/// The certificate that an answer came with.
pub(crate) fn shown(response: &Response) -> Vec<u8> {
    let info = response
        .extensions()
        .get::<reqwest::tls::TlsInfo>()
        .expect("TLS");
    info.peer_certificate().expect("a certificate").to_vec()
}

pub(crate) async fn until_counted(shop: &Shop, line: &str) {
    shop.until(line, async |shop| {
        let metrics = shop.admin("/metrics").await.body;
        metrics.lines().any(|got| got == line).then_some(())
    })
    .await;
}

#[tokio::test]
async fn tls_speaks_both_versions_of_http_and_plain_http_is_sent_on() {
    let pair = Pair::new();
    let (shop, address, redirect) = open(&pair).await;
    let both = client(address, &[&pair]).build().expect("a client");
    let home = get(&both, address, "/").await;
    assert_eq!(
        (home.status().as_u16(), home.version()),
        (200, Version::HTTP_2)
    );
    assert_eq!(
        home.headers()["strict-transport-security"],
        "max-age=600; includeSubDomains"
    );
    let old = client(address, &[&pair])
        .http1_only()
        .build()
        .expect("a client");
    let home = get(&old, address, "/").await;
    assert_eq!(
        (home.status().as_u16(), home.version()),
        (200, Version::HTTP_11)
    );
    assert!(
        home.text()
            .await
            .expect("a page")
            .contains("https://shop.example/")
    );

    let plain = format!("http://{redirect}/p/thing-number-1?variant=p1");
    let sent_on = old.get(plain).send().await.expect("an answer");
    assert_eq!(sent_on.status(), 301);
    assert_eq!(
        sent_on.headers()["location"],
        "https://shop.example/p/thing-number-1?variant=p1"
    );
    assert!(!sent_on.headers().contains_key("strict-transport-security"));

    let stranger = client(address, &[&Pair::new()]).build().expect("a client");
    let url = format!("https://shop.example:{}/", address.port());
    assert!(stranger.get(url).send().await.is_err());
    until_counted(&shop, "frontage_tls_handshakes_total{result=\"failed\"} 1").await;
}

#[tokio::test]
async fn a_certificate_is_replaced_in_place_and_a_bad_one_is_not() {
    let (first, second) = (Pair::new(), Pair::new());
    let (shop, address, _) = open(&first).await;
    // A client of its own for each look: a kept connection keeps its certificate.
    let look = async || {
        let client = client(address, &[&first, &second])
            .build()
            .expect("a client");
        shown(&get(&client, address, "/robots.txt").await)
    };
    assert_eq!(look().await, first.der);
    let kept = client(address, &[&first]).build().expect("a client");
    get(&kept, address, "/").await;

    std::fs::write(shop.folder().join("shop.pem"), "nothing of the kind\n").expect("a file");
    until_counted(&shop, "frontage_tls_reloads_total{result=\"failed\"} 1").await;
    assert_eq!(look().await, first.der);
    assert!(shop.logs().contains("the old one stays"), "{}", shop.logs());

    second.write(shop.folder());
    until_counted(&shop, "frontage_tls_reloads_total{result=\"ok\"} 1").await;
    assert_eq!(look().await, second.der);
    // Whoever was connected before is still served.
    assert_eq!(get(&kept, address, "/").await.status(), 200);
    println!("certificates replaced: 1, refused: 1, connections lost: 0");
}

#[test]
fn restarts_and_reloads_fail_no_request() {
    let outcome = soak::soak_restarts(2).expect("the shop could be set up");
    println!("{}: {}", outcome.name, outcome.value);
    assert!(outcome.pass, "{:#?}", outcome.details);
}

#[tokio::test]
async fn what_is_read_again_changes_and_what_cannot_is_named() {
    let shop = ShopBuilder::of(documents::shop(2)).start();
    shop.once().await;
    let mut server = Handover::of(&shop).expect("the address");
    server.start().expect("a server");
    shop.until("the server is ready", async |shop| {
        shop.ready().await.then_some(())
    })
    .await;
    let ask = async |host: &str| {
        let request = shop.client().get(shop.url("/")).header("host", host);
        shop.request(request).await.status
    };
    assert_eq!(ask("second.example").await, 421);
    let config = shop.folder().join("server.toml");
    let text = std::fs::read_to_string(&config).expect("a configuration");
    let text = format!("hosts = [\"second.example\"]\n{text}").replace(
        "poll_interval_ms = 50",
        "poll_interval_ms = 60\n[limits]\nmax_connections = 9",
    );
    std::fs::write(&config, text).expect("a configuration");
    server.signal("HUP").expect("a server");
    until_counted(&shop, "frontage_config_reloads_total{result=\"ok\"} 1").await;
    // A new connection: a kept one keeps the rules that it began with.
    let fresh = Client::builder().no_proxy().build().expect("a client");
    let answer = fresh
        .get(shop.url("/"))
        .header("host", "second.example")
        .send()
        .await;
    assert_eq!(answer.expect("an answer").status(), 200);
    let log = server.log();
    assert!(
        log.contains("poll_interval_ms, limits.max_connections"),
        "{log}"
    );
    assert_eq!(server.stop().await.expect("it ends"), Some(0));
}
