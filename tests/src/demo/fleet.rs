//! The demo as a fleet: a bucket, two ingest daemons, and three servers, made of the configuration for one of each.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context as _, ensure};

use super::settings::Settings;
use crate::engines::{self, Kind};

/// Ingest daemons: one publishes, the other stands by.
pub const INGESTS: u16 = 2;
/// Servers.
pub const SERVERS: u16 = 3;
/// Between the ports of one daemon and those of the next of its kind.
const APART: u16 = 100;
/// How long a lease lasts: short, so that there is something to see.
const LEASE_MS: u64 = 3_000;

/// Where the bucket is.
pub fn bucket(settings: &Settings) -> SocketAddr {
    moved(settings.backend, 1)
}

/// Where a server listens, by its number from 0.
pub fn shop(settings: &Settings, number: u16) -> SocketAddr {
    moved(settings.shop, number)
}

/// Where an ingest daemon has its desk, by its number from 0.
pub fn desk(settings: &Settings, number: u16) -> SocketAddr {
    moved(settings.desk, number)
}

/// The name of a configuration file, by the number of its daemon from 0.
pub fn file(kind: &str, number: u16) -> String {
    format!("{kind}-{}.toml", number + 1)
}

/// Writes the configuration of each daemon into a folder.
///
/// # Errors
/// The bucket's engine is not installed, or a file cannot be written.
pub fn write(settings: &Settings, config: &Path) -> anyhow::Result<()> {
    let program = Kind::Moto.program();
    ensure!(
        program.is_file(),
        "{} is missing; `make store-engines` installs it",
        program.display()
    );
    let key = config.join("bucket-key");
    std::fs::write(&key, engines::KEY)
        .with_context(|| format!("cannot write {}", key.display()))?;
    let store = engines::keys(bucket(settings), &key, "demo");
    let read = |name: &str| {
        let path = config.join(name);
        std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    let (ingest, server) = (read("ingest.toml")?, read("server.toml")?);
    for number in 0..INGESTS {
        let text = with_store(&ingest, &format!("lease_ms = {LEASE_MS}\n{store}")).replace(
            &settings.desk.to_string(),
            &desk(settings, number).to_string(),
        );
        write_numbered(
            config,
            "ingest",
            number,
            &own_folder(&text, "ingest", number),
        )?;
    }
    for number in 0..SERVERS {
        let admin = moved(settings.admin, number);
        let text = with_store(&server, &store)
            .replace(
                &settings.shop.to_string(),
                &shop(settings, number).to_string(),
            )
            .replace(&settings.admin.to_string(), &admin.to_string());
        let fleet = format!(
            "\n[fleet]\nname = \"server-{}\"\nheartbeat_ms = 1000\n",
            number + 1
        );
        let text = own_folder(&text, "server", number) + &fleet;
        write_numbered(config, "server", number, &text)?;
    }
    Ok(())
}

fn write_numbered(config: &Path, kind: &str, number: u16, text: &str) -> anyhow::Result<()> {
    let path = config.join(file(kind, number));
    std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn with_store(text: &str, store: &str) -> String {
    let line = |line: &str| match line.starts_with("store = ") {
        true => store.to_owned(),
        false => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

/// The daemon's own folder, state or cache, gets its number.
fn own_folder(text: &str, kind: &str, number: u16) -> String {
    text.replace(
        &format!("/{kind}\"\n"),
        &format!("/{kind}-{}\"\n", number + 1),
    )
}

fn moved(address: SocketAddr, number: u16) -> SocketAddr {
    SocketAddr::new(address.ip(), address.port().saturating_add(number * APART))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_daemon_has_ports_and_folders_of_its_own_and_all_have_one_bucket() {
        if !Kind::Moto.program().is_file() {
            println!("left out: moto is not installed");
            return;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let settings = Settings::read(|_| None).expect("settings");
        for (name, text) in settings.files(Path::new("/folder")) {
            std::fs::write(folder.path().join(name), text).expect("a file");
        }
        write(&settings, folder.path()).expect("files");
        let read = |kind: &str, number| {
            std::fs::read_to_string(folder.path().join(file(kind, number))).expect("a file")
        };
        for (kind, number, parts) in [
            ("ingest", 0, ["\"/folder/ingest-1\"", "127.0.0.1:8091"]),
            ("ingest", 1, ["\"/folder/ingest-2\"", "127.0.0.1:8191"]),
            ("server", 0, ["\"/folder/server-1\"", "127.0.0.1:8080"]),
            ("server", 2, ["\"/folder/server-3\"", "127.0.0.1:8290"]),
        ] {
            let text = read(kind, number);
            for part in parts
                .into_iter()
                .chain(["s3://shops/demo", "127.0.0.1:8181"])
            {
                assert!(text.contains(part), "{part} is missing in {text}");
            }
            assert!(!text.contains("/folder/store"), "{text}");
        }
    }
}
