//! The table `[tls]`: which certificate is shown, and where plain HTTP is sent to it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::table::Keys;

/// TLS as the configuration has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// The chain, in PEM, the shop's own certificate first. Without one the shop speaks plain HTTP.
    pub certificate: Option<PathBuf>,
    /// Its key, in PEM.
    pub key: Option<PathBuf>,
    /// How often both files are looked at.
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
        keys.refuse_the_rest();
        Self {
            certificate,
            key,
            check_every,
            redirect_from,
        }
    }

    /// The same with files relative to `folder`.
    #[must_use]
    pub(crate) fn within(mut self, folder: &Path) -> Self {
        for file in [&mut self.certificate, &mut self.key].into_iter().flatten() {
            *file = folder.join(&*file);
        }
        self
    }

    /// Both files, where there are any.
    pub fn files(&self) -> Option<(&Path, &Path)> {
        Some((self.certificate.as_deref()?, self.key.as_deref()?))
    }
}
