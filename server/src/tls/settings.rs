//! The table `[tls]`: which certificates are shown, and where plain HTTP is sent to them.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use frontage_shared::daemon::credentials;
use toml::Value;

use crate::table::Keys;

/// Where a certificate and its key lie, both in PEM.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Paths {
    /// The chain, the shop's own certificate first.
    pub certificate: PathBuf,
    /// The key.
    pub key: PathBuf,
}

/// TLS as the configuration has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// The certificate for whoever asks for no host that another one is for. Without it the shop speaks plain HTTP.
    pub first: Option<Paths>,
    /// Further ones, each for the hosts that it names.
    pub more: Vec<Paths>,
    /// How often the files are looked at.
    pub check_every: Duration,
    /// Where plain HTTP is taken and redirected to `base_url`.
    pub redirect_from: Option<SocketAddr>,
}

impl Settings {
    /// Reads the table `[tls]`.
    pub(crate) fn read(mut keys: Keys<'_>) -> Self {
        let (certificate, key) = (keys.file("certificate"), keys.file("key"));
        let check_every = keys.millis("check_every_ms", 10_000, 100..=86_400_000);
        let redirect_from = keys.optional("redirect_from").and_then(|text| {
            let address = text.parse().ok();
            if address.is_none() {
                let rule = "must be an address and port such as 0.0.0.0:80";
                keys.problem("redirect_from", format_args!("{rule}, got \"{text}\""));
            }
            address
        });
        if certificate.is_some() != key.is_some() {
            let missing = if key.is_none() { "key" } else { "certificate" };
            keys.problem(missing, "is missing: a certificate and its key go together");
        }
        let first = certificate.zip(key);
        let more = more(&mut keys);
        if first.is_none() && !more.is_empty() {
            keys.problem(
                "more",
                "needs a first certificate in `certificate` and `key`",
            );
        }
        keys.refuse_the_rest();
        Self {
            first: first.map(|(certificate, key)| Paths { certificate, key }),
            more,
            check_every,
            redirect_from,
        }
    }

    /// The same with files relative to `folder`.
    #[must_use]
    pub(crate) fn within(mut self, folder: &Path) -> Self {
        for paths in self.first.iter_mut().chain(&mut self.more) {
            paths.certificate = folder.join(&paths.certificate);
            paths.key = folder.join(&paths.key);
        }
        self
    }

    /// All pairs.
    pub fn pairs(&self) -> impl Iterator<Item = &Paths> {
        self.first.iter().chain(&self.more)
    }
}

/// The pairs of the list `more`.
fn more(keys: &mut Keys<'_>) -> Vec<Paths> {
    let Some(value) = keys.table.remove("more") else {
        return Vec::new();
    };
    let pair = |item: &Value| {
        let table = item.as_table().filter(|table| table.len() == 2)?;
        let file = |key| {
            let text = table.get(key)?.as_str().filter(|text| !text.is_empty())?;
            credentials::locate(Path::new(""), text).ok()
        };
        let (certificate, key) = (file("certificate")?, file("key")?);
        Some(Paths { certificate, key })
    };
    let pairs = value
        .as_array()
        .and_then(|items| items.iter().map(pair).collect());
    pairs.unwrap_or_else(|| {
        let rule = "must be a list of tables with `certificate` and `key`, each a file";
        keys.problem("more", format_args!("{rule}, got {value}"));
        Vec::new()
    })
}
