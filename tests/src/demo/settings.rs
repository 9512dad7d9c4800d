//! What the environment says about the demo, and the configuration files that follow from it.
//!
//! The files in `config/demo` are used as they are; only addresses and folders are filled in.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};

const INGEST: &str = include_str!("../../../config/demo/ingest.toml");
const PRODUCTS: &str = include_str!("../../../config/demo/products.jq");
const WINDOWS: &str = include_str!("../../../config/demo/windows.jq");
const TERMS: &str = include_str!("../../../config/demo/terms.jq");
const SERVER: &str = include_str!("../../../config/demo/server.toml");
const ICECAT_INGEST: &str = include_str!("../../../config/demo/icecat/ingest.toml");
const ICECAT_PRODUCTS: &str = include_str!("../../../config/demo/icecat/products.jq");
const ICECAT_DEPARTMENTS: &str = include_str!("../../../config/demo/icecat/departments.jq");

const EXPORT_INGEST: &str = include_str!("../../../config/demo/export/ingest.toml");

/// Where the server's configuration comes to the look of the invented shop, at its end.
const THEME: &str = "[theme]";

/// Where the files in `config/demo` say that the three processes listen.
const SHIPPED_PORTS: [u16; 4] = [8080, 8090, 8081, 8091];

/// Everything that can be chosen about the demo.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where shoppers look.
    pub shop: SocketAddr,
    /// Where operators look.
    pub admin: SocketAddr,
    /// Where the sample back end listens.
    pub backend: SocketAddr,
    /// Where the operator's desk is.
    pub desk: SocketAddr,
    /// How many products are generated.
    pub products: u64,
    /// A real data set instead, or a file that some back end exported.
    pub data: Option<PathBuf>,
    /// Where everything lies, if not beside the programs.
    pub folder: Option<PathBuf>,
    /// Whether to go on with what the last demo left behind.
    pub keep: bool,
    /// When the demo ends by itself.
    pub end_after: Option<Duration>,
    /// How often prices and stock move.
    pub change_every_ms: u64,
    /// Whether it is a fleet, with a bucket.
    pub is_fleet: bool,
}

impl Settings {
    /// Reads the settings; `variable` looks up an environment variable.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<Self> {
        let number = |name: &str, usual: u64| match variable(name) {
            None => Ok(usual),
            Some(text) => text
                .parse::<u64>()
                .with_context(|| format!("{name}={text} is not a number")),
        };
        let address = |name: &str, usual: u16| {
            let port = number(name, usual.into())?;
            let port =
                u16::try_from(port).with_context(|| format!("{name}={port} is not a port"))?;
            anyhow::Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
        };
        let [shop, admin, backend, desk] = SHIPPED_PORTS;
        let data = variable("DEMO_DATA")
            .filter(|text| !text.is_empty())
            .map(PathBuf::from);
        if let Some(path) = data.as_deref().filter(|path| !path.exists()) {
            bail!("DEMO_DATA={} does not exist", path.display());
        }
        let is_fleet = variable("DEMO_FLEET").is_some_and(|text| text == "1");
        if is_fleet && data.as_deref().is_some_and(Path::is_file) {
            bail!(
                "DEMO_DATA names a file, of which `make demo` makes a shop; a fleet takes folders only"
            );
        }
        let seconds = number("DEMO_SECONDS", 0)?;
        Ok(Self {
            shop: address("DEMO_PORT", shop)?,
            admin: address("DEMO_ADMIN_PORT", admin)?,
            backend: address("DEMO_BACKEND_PORT", backend)?,
            desk: address("DEMO_DESK_PORT", desk)?,
            products: number("DEMO_PRODUCTS", 4000)?,
            data,
            folder: variable("DEMO_FOLDER").map(PathBuf::from),
            keep: variable("DEMO_KEEP").is_some_and(|text| text == "1"),
            end_after: (seconds > 0).then(|| Duration::from_secs(seconds)),
            change_every_ms: number("DEMO_CHANGE_EVERY_MS", 5000)?,
            is_fleet,
        })
    }

    /// The file that a shop is made of without anybody saying what is in it.
    pub fn export(&self) -> Option<&Path> {
        self.data.as_deref().filter(|path| path.is_file())
    }

    /// Refuses to start when a port is taken, naming the variable that chooses another.
    pub fn check_ports(&self) -> anyhow::Result<()> {
        let ports = [
            ("the shop", "DEMO_PORT", self.shop),
            ("the operators' page", "DEMO_ADMIN_PORT", self.admin),
            ("the sample back end", "DEMO_BACKEND_PORT", self.backend),
            ("the operator's desk", "DEMO_DESK_PORT", self.desk),
        ];
        for (what, variable, address) in ports {
            TcpListener::bind(address).with_context(|| {
                format!("{address} is wanted for {what}, but something else listens there; choose another port with {variable}=…")
            })?;
        }
        Ok(())
    }

    /// The configuration files by name, with this demo's addresses and folder.
    pub fn files(&self, folder: &Path) -> HashMap<&'static str, String> {
        let fill = |text: &str| {
            let addresses = [self.shop, self.admin, self.backend, self.desk];
            let mut filled = String::new();
            for line in text.lines() {
                // At most one address stands in a line; a chosen port must not be taken for a shipped one.
                let found = SHIPPED_PORTS
                    .iter()
                    .zip(addresses)
                    .find_map(|(shipped, chosen)| {
                        let shipped = format!("127.0.0.1:{shipped}");
                        line.contains(&shipped)
                            .then(|| line.replace(&shipped, &chosen.to_string()))
                    });
                let line = found.unwrap_or_else(|| line.to_owned());
                let line = line.replace("../../../target/demo", "../../target/demo");
                filled += &line.replace("../../target/demo", &folder.display().to_string());
                filled.push('\n');
            }
            filled
        };
        let (ingest, jq): (_, Vec<(&str, &str)>) = match self.data {
            _ if self.export().is_some() => (EXPORT_INGEST, Vec::new()),
            None => (
                INGEST,
                vec![
                    ("products.jq", PRODUCTS),
                    ("windows.jq", WINDOWS),
                    ("terms.jq", TERMS),
                ],
            ),
            Some(_) => (
                ICECAT_INGEST,
                vec![
                    ("products.jq", ICECAT_PRODUCTS),
                    ("departments.jq", ICECAT_DEPARTMENTS),
                ],
            ),
        };
        let mut files: HashMap<&str, String> = jq
            .into_iter()
            .map(|(name, text)| (name, text.to_owned()))
            .collect();
        files.insert("ingest.toml", fill(ingest));
        // The theme is Northlight's; it stays where it is, so that it can be changed while the demo runs.
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../config/demo/theme");
        let server = match self.data {
            None => fill(SERVER).replace("folder = \"theme\"", &format!("folder = {folder:?}")),
            Some(_) => fill(SERVER.split(THEME).next().unwrap_or(SERVER)),
        };
        files.insert("server.toml", server);
        files
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(variables: &[(&str, &str)]) -> anyhow::Result<Settings> {
        let find = |name: &str| variables.iter().find(|(known, _)| *known == name);
        Settings::read(|name| find(name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn chosen_ports_and_folders_are_filled_in() {
        let swapped = [
            ("DEMO_PORT", "8081"),
            ("DEMO_BACKEND_PORT", "8080"),
            ("DEMO_ADMIN_PORT", "9000"),
            ("DEMO_DESK_PORT", "8090"),
        ];
        let files = settings(&swapped)
            .expect("settings")
            .files(Path::new("/folder"));
        let (server, ingest) = (&files["server.toml"], &files["ingest.toml"]);
        assert!(
            server.contains("listen = \"127.0.0.1:8081\"")
                && server.contains("admin = \"127.0.0.1:9000\"")
        );
        assert!(
            server.contains("base_url = \"http://127.0.0.1:8081\"")
                && server.contains("\"/folder/server\"")
        );
        assert!(
            ingest.contains("http://127.0.0.1:8080/export/products")
                && ingest.contains("\"/folder/store\"")
        );
        assert!(!ingest.contains("target/demo"), "{ingest}");
        assert!(server.contains("/config/demo/theme\""), "{server}");
        assert!(ingest.contains("listen = \"127.0.0.1:8090\""), "{ingest}");
    }

    #[test]
    fn a_data_set_brings_its_own_mapping() {
        let files = settings(&[("DEMO_DATA", "/")])
            .expect("settings")
            .files(Path::new("/folder"));
        assert!(
            files["ingest.toml"].contains("/api/products") && files.contains_key("departments.jq")
        );
        assert!(files["ingest.toml"].contains("\"/folder/store\""));
        assert!(!files["server.toml"].contains("theme"));
    }

    #[test]
    fn nonsense_is_refused_by_name() {
        for (name, value) in [
            ("DEMO_PORT", "x"),
            ("DEMO_PORT", "70000"),
            ("DEMO_DATA", "/no/such/folder"),
        ] {
            let error = settings(&[(name, value)]).expect_err(name).to_string();
            assert!(error.contains(name), "{error}");
        }
    }

    #[test]
    fn a_taken_port_is_named() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener
            .local_addr()
            .expect("an address")
            .port()
            .to_string();
        let error = settings(&[("DEMO_PORT", &port)])
            .expect("settings")
            .check_ports()
            .expect_err("taken")
            .to_string();
        assert!(
            error.contains(&port) && error.contains("DEMO_PORT"),
            "{error}"
        );
    }
}
