//! What a service manager is told, and what the shipped units ask of it.

use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use frontage_tests::documents;
use frontage_tests::pricing::PricingApi;
use frontage_tests::shop::{Shop, ShopBuilder};
use frontage_tests::shopper::Shopper;

use crate::buying::CHECKOUT;

/// No test waits longer; reaching it is a failure.
const PATIENCE: Duration = Duration::from_secs(90);
/// What the daemons think the manager waits for: a sign of life every half of it.
const WATCHDOG_MICROSECONDS: &str = "400000";
/// The most that `systemd-analyze security` may say, in tenths.
const EXPOSURE_TENTHS: u32 = 15;

/// A service manager, as far as its socket goes.
struct Manager(UnixDatagram);

impl Manager {
    /// Listens in the shop's folder; daemons that are started from now on speak to it.
    fn of(shop: &mut Shop) -> Self {
        let path = shop.folder().join("notify");
        let socket = UnixDatagram::bind(&path).expect("a socket");
        socket
            .set_read_timeout(Some(Duration::from_millis(100)))
            .expect("a timeout");
        shop.environment("NOTIFY_SOCKET", path);
        shop.environment("WATCHDOG_USEC", WATCHDOG_MICROSECONDS);
        Self(socket)
    }

    /// The next thing said that begins so, whatever is said before.
    fn hears(&self, beginning: &str) -> String {
        let started = Instant::now();
        let mut heard = Vec::new();
        let mut bytes = [0; 4096];
        while started.elapsed() < PATIENCE {
            let Ok(length) = self.0.recv(&mut bytes) else {
                continue;
            };
            let text = String::from_utf8_lossy(&bytes[..length]).into_owned();
            if let Some(line) = text.lines().find(|line| line.starts_with(beginning)) {
                return line.to_owned();
            }
            if text != "WATCHDOG=1\n" {
                heard.push(text);
            }
        }
        panic!("{beginning} was never said, but {heard:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_tells_its_manager_what_it_does() {
    let mut shop = ShopBuilder::of(documents::shop(3)).start();
    let manager = Manager::of(&mut shop);
    shop.start_server();
    let line = manager.hears("STATUS=");
    assert!(line.contains("nothing to serve"), "{line}");
    manager.hears("READY=1");
    manager.hears("WATCHDOG=1");
    shop.once().await;
    manager.hears("STATUS=serving generation 1, 3 products");

    shop.signal("frontage-server", "HUP");
    manager.hears("RELOADING=1");
    manager.hears("READY=1");

    let config = shop.folder().join("server.toml");
    let good = std::fs::read_to_string(&config).expect("a configuration");
    std::fs::write(&config, format!("{good}\nnonsense = 1")).expect("a configuration");
    shop.signal("frontage-server", "HUP");
    manager.hears("RELOADING=1");
    manager.hears("STATUS=the new configuration is refused");
    manager.hears("READY=1");
    manager.hears("WATCHDOG=1");

    shop.signal("frontage-server", "TERM");
    manager.hears("STOPPING=1");
}

#[tokio::test(flavor = "multi_thread")]
async fn ingest_tells_its_manager_what_it_does() {
    let mut shop = ShopBuilder::of(documents::shop(3)).start();
    let manager = Manager::of(&mut shop);
    shop.run_ingest();
    manager.hears("READY=1");
    manager.hears("STATUS=published generation 1, 3 products");
    manager.hears("WATCHDOG=1");
    shop.sends(&[]);
    let line = manager.hears("STATUS=source catalog failed");
    assert!(line.contains("is empty"), "{line}");
    shop.signal("frontage-ingest", "TERM");
    manager.hears("STOPPING=1");
}

/// How nice each thread of a process is.
fn niceness(id: u32) -> Vec<i32> {
    let threads = std::fs::read_dir(format!("/proc/{id}/task")).expect("a process");
    let stats = threads.flatten().map(|thread| {
        // A thread may be over by now.
        std::fs::read_to_string(thread.path().join("stat")).ok()
    });
    let fields = stats.flatten().map(|stat| {
        // The name before it may have spaces in it; niceness is the 17th field behind that.
        let behind = stat.rsplit(") ").next().unwrap_or_default();
        let field = behind.split(' ').nth(16).expect("a niceness");
        field.parse().expect("a number")
    });
    fields.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_daemon_that_reads_feeds_gives_way_to_the_one_that_shoppers_wait_for() {
    if !cfg!(target_os = "linux") {
        println!("skipped: /proc is Linux's");
        return;
    }
    let own = niceness(std::process::id()).into_iter().max().unwrap_or(0);
    let mut shop = ShopBuilder::of(documents::shop(3)).start();
    shop.run_ingest();
    shop.serve().await;
    let of = |name: &str| niceness(shop.pid(name).expect("it runs"));
    let ingest = of("frontage-ingest");
    assert!(ingest.len() > 1, "{ingest:?}");
    assert!(ingest.iter().all(|&nice| nice >= own.max(5)), "{ingest:?}");
    let server = of("frontage-server");
    assert!(server.contains(&own), "{server:?}, and the test is {own}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_the_manager_hands_over_opens_the_back_end() {
    let mut shop = ShopBuilder::of(documents::shop(3))
        .catalog_source("auth = { kind = \"bearer\", token = { file = \"credential:erp-token\" } }")
        .start();
    let ended = shop.ingest(&["once"]).await;
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("CREDENTIALS_DIRECTORY is not set"),
        "{}",
        ended.stderr
    );

    let folder = shop.folder().join("credentials");
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::write(folder.join("erp-token"), "open-sesame\n").expect("a secret");
    shop.environment("CREDENTIALS_DIRECTORY", folder);
    shop.run_ingest();
    shop.until("something is published", async |shop| {
        shop.store().join("HEAD").exists().then_some(())
    })
    .await;
    let seen = shop.backend.requests();
    let sent = seen[0].headers.get("authorization");
    assert_eq!(
        sent.and_then(|value| value.to_str().ok()),
        Some("Bearer open-sesame")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_that_the_manager_hands_over_price_a_cart() {
    let api = PricingApi::start().await;
    let table = api
        .settings("")
        .replace("\"pricing-", "\"credential:pricing-");
    let builder = ShopBuilder::of(documents::shop(3)).server(&format!("{CHECKOUT}\n{table}"));
    let mut shop = builder.start();
    api.give_secrets_to(&shop);
    let folder = shop.folder().join("credentials");
    std::fs::create_dir(&folder).expect("a folder");
    for file in ["pricing-token", "pricing-secret"] {
        std::fs::rename(shop.folder().join(file), folder.join(file)).expect("it is there");
    }
    shop.environment("CREDENTIALS_DIRECTORY", folder);
    shop.open().await;
    let mut ann = Shopper::new();
    ann.add(&shop, "p1", 2).await;
    let cart = ann.get(&shop, "/cart").await;
    assert!(cart.body.contains("€18.90"), "{}", cart.body);
    assert_eq!((api.asked().len(), api.refused()), (1, 0));
}

fn units() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/systemd");
    let entries = std::fs::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("a file").path()).collect()
}

/// What systemd-analyze says; nothing where it is not installed.
fn analyze(arguments: &[&str]) -> Option<(bool, String)> {
    let output = Command::new("systemd-analyze").args(arguments).output();
    let Ok(output) = output else {
        println!("systemd-analyze is not installed; the units are not looked at");
        return None;
    };
    let said = [output.stdout, output.stderr].concat();
    Some((
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    ))
}

#[test]
fn the_services_are_hardly_exposed() {
    for unit in units() {
        let unit = unit.to_str().expect("a path");
        if !unit.ends_with(".service") {
            continue;
        }
        let threshold = format!("--threshold={EXPOSURE_TENTHS}");
        let Some((is_fine, said)) =
            analyze(&["security", "--offline=yes", "--no-pager", &threshold, unit])
        else {
            return;
        };
        assert!(is_fine, "{unit} is too exposed: {said}");
        assert!(said.contains("Overall exposure level"), "{said}");
    }
}

#[test]
fn systemd_understands_every_line_of_the_units() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut copies = Vec::new();
    for unit in units() {
        let text = std::fs::read_to_string(&unit).expect("a unit");
        // What is not installed here is no mistake of the unit.
        let text: String = text
            .lines()
            .filter(|line| !line.starts_with("Documentation="))
            .map(|line| match line.starts_with("ExecStart=") {
                true => "ExecStart=/bin/true\n".to_owned(),
                false => format!("{line}\n"),
            })
            .collect();
        let copy = folder.path().join(unit.file_name().expect("a name"));
        std::fs::write(&copy, text).expect("a copy");
        copies.push(copy.to_str().expect("a path").to_owned());
    }
    let arguments: Vec<&str> = ["verify", "--man=no", "--recursive-errors=no"]
        .into_iter()
        .chain(copies.iter().map(String::as_str))
        .collect();
    if let Some((is_fine, said)) = analyze(&arguments) {
        assert!(is_fine && said.trim().is_empty(), "{said}");
    }
}
