//! What tools that others made say about the listener: h2load and wrk ask it as fast as they can, sslyze looks at its TLS.
//!
//! A tool that is not installed is left out with a line that says so. `make net-tools` installs sslyze.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use frontage_tests::documents;
use frontage_tests::shop::{Shop, ShopBuilder};

/// Requests of each run of h2load.
const REQUESTS: usize = 3_000;
const PAGE: &str = "/p/thing-number-1";
/// How long a certificate lasts, in days: longer is no intermediate profile.
const CERTIFICATE_DAYS: u32 = 90;

/// A shop, with TLS or without.
async fn open(is_tls: bool) -> (Shop, SocketAddr) {
    let tls = "hsts = \"max-age=63072000\"\n[tls]\ncertificate = \"shop.pem\"\nkey = \"shop.key\"";
    let mut shop = ShopBuilder::of(documents::shop(3))
        .server(if is_tls { tls } else { "" })
        .start();
    if is_tls {
        write_certificate(shop.folder());
        let config = shop.folder().join("server.toml");
        let text = std::fs::read_to_string(&config).expect("a configuration");
        let text = text.replace("base_url = \"http:", "base_url = \"https:");
        std::fs::write(&config, text).expect("a configuration");
    }
    shop.once().await;
    shop.serve().await;
    let url = shop.url("");
    let address = url.trim_start_matches("http://").parse();
    (shop, address.expect("an address"))
}

#[expect(
    clippy::disallowed_methods,
    reason = "a certificate that is good now, and not for long"
)]
fn write_certificate(folder: &Path) {
    let now = std::time::SystemTime::now();
    let day = std::time::Duration::from_secs(24 * 60 * 60);
    let lasting = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let mut parameters = rcgen::CertificateParams::new(names).expect("names");
        parameters.not_before = (now - day).into();
        parameters.not_after = (now + day * CERTIFICATE_DAYS).into();
        parameters
    };
    let mut authority = lasting(&[]);
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    authority.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign];
    authority.use_authority_key_identifier_extension = true;
    let authority_key = rcgen::KeyPair::generate().expect("a key");
    let signed = authority.self_signed(&authority_key).expect("an authority");
    let issuer = rcgen::Issuer::from_params(&authority, &authority_key);

    let key = rcgen::KeyPair::generate().expect("a key");
    let mut own = lasting(&["localhost", "127.0.0.1"]);
    own.use_authority_key_identifier_extension = true;
    own.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    let own = own.signed_by(&key, &issuer).expect("a certificate");
    for (name, text) in [
        ("authority.pem", signed.pem()),
        ("shop.pem", own.pem()),
        ("shop.key", key.serialize_pem()),
    ] {
        std::fs::write(folder.join(name), text).expect("a file");
    }
}

/// What a tool prints, and whether it ended well; none where it is not installed.
async fn run(program: &Path, arguments: &[&str]) -> Option<(bool, String)> {
    let ended = tokio::process::Command::new(program)
        .args(arguments)
        .kill_on_drop(true)
        .output();
    let ended = tokio::time::timeout(std::time::Duration::from_secs(120), ended);
    match ended.await.expect("the tool ends") {
        Ok(output) => {
            let said = [output.stdout, output.stderr].concat();
            let said = String::from_utf8_lossy(&said).into_owned();
            Some((output.status.success(), said))
        }
        Err(error) => {
            println!("left out: {} cannot be run ({error})", program.display());
            None
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn h2load_and_wrk_find_nothing_wrong() {
    for is_tls in [false, true] {
        let (_shop, address) = open(is_tls).await;
        let scheme = if is_tls { "https" } else { "http" };
        let url = format!("{scheme}://{address}{PAGE}");
        let requests = REQUESTS.to_string();
        for protocol in ["h2", "http/1.1"] {
            let mut arguments = vec!["-n", &requests, "-c", "8", "-m", "10", &url];
            if protocol == "http/1.1" {
                arguments.insert(0, "--h1");
            }
            let Some((is_fine, said)) = run(Path::new("h2load"), &arguments).await else {
                break;
            };
            assert!(is_fine, "{said}");
            let clean = format!(
                "requests: {REQUESTS} total, {REQUESTS} started, {REQUESTS} done, {REQUESTS} succeeded, 0 failed, 0 errored, 0 timeout"
            );
            let statuses = format!("status codes: {REQUESTS} 2xx, 0 3xx, 0 4xx, 0 5xx");
            assert!(said.contains(&clean) && said.contains(&statuses), "{said}");
            println!("h2load, {scheme}, {protocol}: {REQUESTS} requests, 0 failed, 0 not 2xx");
        }
        // Nothing is slow to it: on a machine that does other things everything is.
        let arguments = ["-t", "1", "-c", "8", "-d", "2", "--timeout", "60s", &url];
        let Some((is_fine, said)) = run(Path::new("wrk"), &arguments).await else {
            continue;
        };
        assert!(is_fine && said.contains("requests in"), "{said}");
        for fault in ["Socket errors", "Non-2xx"] {
            assert!(!said.contains(fault), "{said}");
        }
        println!("wrk, {scheme}: no socket errors, 0 not 2xx");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sslyze_takes_tls_for_mozillas_intermediate_profile() {
    let (shop, address) = open(true).await;
    let target = address.to_string();
    let authority = shop.folder().join("authority.pem").display().to_string();
    let arguments = [
        "--mozilla_config",
        "intermediate",
        "--certinfo_ca_file",
        &authority,
        &target,
    ];
    let Some((is_fine, said)) = run(&sslyze(), &arguments).await else {
        return;
    };
    assert!(is_fine && said.contains("OK - Compliant"), "{said}");
    println!("sslyze: compliant with the intermediate profile");
}

/// Where sslyze is.
fn sslyze() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/net-tools/sslyze/bin/sslyze");
    match Command::new(&own).arg("--help").output() {
        Ok(_) => own,
        Err(_) => PathBuf::from("sslyze"),
    }
}
