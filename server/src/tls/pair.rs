//! A certificate with its key, and the two files that they are read from.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use arc_swap::{ArcSwap, Guard};
use tokio_rustls::rustls::crypto::CryptoProvider;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::sign::CertifiedKey;
use tracing::{info, warn};
use webpki::EndEntityCert;

use super::{Look, Paths, TlsError, expiry};
use crate::live::seconds;

/// Two files, and the pair that they held when it was taken last.
#[derive(Debug)]
pub(super) struct Files {
    /// Where they lie.
    pub(super) paths: Paths,
    current: ArcSwap<Pair>,
    seen: Mutex<Seen>,
}

/// What is known of the files.
#[derive(Debug)]
struct Seen {
    /// What they looked like when the pair that is shown was read.
    shown: (Stamp, Stamp),
    /// What they looked like when they were refused last, and why.
    refused: Option<((Stamp, Stamp), String)>,
}

/// A certificate and its key.
pub(super) struct Pair {
    pub(super) key: Arc<CertifiedKey>,
    /// The hosts that it is for, in lower case, as it says.
    pub(super) hosts: Vec<Box<str>>,
    pub(super) not_after: i64,
}

/// What tells whether a file was replaced: when it was written, and its size.
type Stamp = Option<(SystemTime, u64)>;

impl fmt::Debug for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pair")
            .field("hosts", &self.hosts)
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}

impl Files {
    /// Reads both files.
    pub(super) fn open(
        paths: &Paths,
        provider: &CryptoProvider,
        now: SystemTime,
    ) -> Result<Self, TlsError> {
        let seen = stamps(paths);
        let pair = load(paths, provider)?;
        if pair.not_after < seconds(now) {
            let error = TlsError::Expired(paths.certificate.clone());
            warn!(%error, "visitors will be warned");
        }
        Ok(Self {
            paths: paths.clone(),
            current: ArcSwap::from_pointee(pair),
            seen: Mutex::new(Seen {
                shown: seen,
                refused: None,
            }),
        })
    }

    /// The pair that is shown.
    pub(super) fn pair(&self) -> Guard<Arc<Pair>> {
        self.current.load()
    }

    /// Looks at both files, and takes what they hold now.
    pub(super) fn look(&self, provider: &CryptoProvider, now: SystemTime) -> Look {
        let stamps = stamps(&self.paths);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.shown == stamps {
            seen.refused = None;
            return Look::Same;
        }
        let loaded = load(&self.paths, provider).and_then(|pair| {
            let is_good = pair.not_after >= seconds(now);
            is_good
                .then_some(pair)
                .ok_or_else(|| TlsError::Expired(self.paths.certificate.clone()))
        });
        match loaded {
            Ok(pair) => {
                let hosts = pair.hosts.join(", ");
                info!(
                    not_after = pair.not_after,
                    hosts, "showing another certificate"
                );
                self.current.store(Arc::new(pair));
                *seen = Seen {
                    shown: stamps,
                    refused: None,
                };
                Look::Replaced
            }
            Err(error) => {
                let refused = Some((stamps, error.to_string()));
                if seen.refused == refused {
                    return Look::Same;
                }
                seen.refused = refused;
                warn!(%error, "the new certificate is refused, the old one stays");
                Look::Refused
            }
        }
    }
}

fn load(Paths { certificate, key }: &Paths, provider: &CryptoProvider) -> Result<Pair, TlsError> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |source| TlsError::File { path, source }
    };
    let chain = CertificateDer::pem_file_iter(certificate).map_err(unreadable(certificate))?;
    let chain: Vec<_> = chain
        .collect::<Result<_, _>>()
        .map_err(unreadable(certificate))?;
    let own = chain
        .first()
        .ok_or_else(|| TlsError::Empty(certificate.clone()))?;
    let (not_after, hosts) = (expiry::not_after(own).unwrap_or(i64::MAX), hosts(own));
    let private = PrivateKeyDer::from_pem_file(key).map_err(unreadable(key))?;
    let pair = CertifiedKey::from_der(chain, private, provider);
    let pair = pair.map_err(|source| TlsError::Pair {
        certificate: certificate.clone(),
        key: key.clone(),
        source,
    })?;
    Ok(Pair {
        key: Arc::new(pair),
        hosts,
        not_after,
    })
}

/// The hosts that a certificate says it is for; none where it cannot be understood, which is for the library to refuse.
fn hosts(certificate: &CertificateDer<'_>) -> Vec<Box<str>> {
    let Ok(certificate) = EndEntityCert::try_from(certificate) else {
        return Vec::new();
    };
    let names = certificate.valid_dns_names();
    names.map(|name| name.to_ascii_lowercase().into()).collect()
}

fn stamps(Paths { certificate, key }: &Paths) -> (Stamp, Stamp) {
    let stamp = |path: &Path| {
        let metadata = std::fs::metadata(path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    (stamp(certificate), stamp(key))
}
