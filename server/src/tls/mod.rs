//! TLS: a certificate that can be replaced while the shop is open.
//!
//! Both files are looked at again and again; a new pair is shown from the next handshake on. One that will not do is
//! refused with a reason, and the old one stays.

/// Until when a certificate is good.
mod expiry;
/// The table `[tls]`.
mod settings;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use arc_swap::ArcSwap;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};
use tokio_rustls::rustls::pki_types::pem::{self, PemObject as _};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, ServerConfig};
use tracing::{info, warn};

pub use settings::Settings;

use crate::live::seconds;

/// HTTP/2 first; whoever knows neither name gets HTTP/1.1.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// The certificate being shown.
#[derive(Debug)]
pub struct Certificates {
    files: (PathBuf, PathBuf),
    provider: Arc<CryptoProvider>,
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
struct Pair {
    key: Arc<CertifiedKey>,
    not_after: i64,
}

/// What tells whether a file was replaced: when it was written, and its size.
type Stamp = Option<(SystemTime, u64)>;

/// What came of looking at the files.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Look {
    /// They are as they were, or still refused for the same reason.
    Same,
    /// A new pair is shown.
    Replaced,
    /// The new pair is refused; the old one stays.
    Refused,
}

/// Why a certificate cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read, or is no PEM of the kind.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: pem::Error,
    },
    /// The file holds no certificate.
    #[error("{0} holds no certificate")]
    Empty(PathBuf),
    /// The key is not the certificate's, or of a kind that is not known.
    #[error("{certificate} and {key} do not go together: {source}")]
    Pair {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
        /// What the library said.
        source: rustls::Error,
    },
    /// Its time is over.
    #[error("{0} holds a certificate that is no good any more")]
    Expired(PathBuf),
    /// The library refuses its own defaults.
    #[error("TLS cannot be used: {0}")]
    Library(#[from] rustls::Error),
}

impl fmt::Debug for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pair")
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}

impl Certificates {
    /// Reads both files. One that has run out is shown all the same: a warning in a browser is better than no shop.
    ///
    /// # Errors
    /// They cannot be read, or do not go together.
    pub fn open(certificate: &Path, key: &Path, now: SystemTime) -> Result<Arc<Self>, TlsError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let files = (certificate.to_owned(), key.to_owned());
        let seen = stamps(&files);
        let pair = load(&files, &provider)?;
        if pair.not_after < seconds(now) {
            let error = TlsError::Expired(files.0.clone());
            warn!(%error, "visitors will be warned");
        }
        Ok(Arc::new(Self {
            files,
            provider,
            current: ArcSwap::from_pointee(pair),
            seen: Mutex::new(Seen {
                shown: seen,
                refused: None,
            }),
        }))
    }

    /// What shakes hands with clients.
    ///
    /// # Errors
    /// The library refuses its own defaults.
    pub fn acceptor(self: &Arc<Self>) -> Result<TlsAcceptor, TlsError> {
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(self) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// Looks at the files, and shows what they hold now. A refused pair is tried each time: the right to read a file
    /// may come without a change of its time or size.
    pub fn look(&self, now: SystemTime) -> Look {
        let stamps = stamps(&self.files);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.shown == stamps {
            seen.refused = None;
            return Look::Same;
        }
        let loaded = load(&self.files, &self.provider).and_then(|pair| {
            let is_good = pair.not_after >= seconds(now);
            is_good
                .then_some(pair)
                .ok_or_else(|| TlsError::Expired(self.files.0.clone()))
        });
        match loaded {
            Ok(pair) => {
                info!(not_after = pair.not_after, "showing another certificate");
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

    /// Until when the certificate is good, Unix seconds.
    pub fn not_after(&self) -> i64 {
        self.current.load().not_after
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current.load().key))
    }
}

fn load(
    (certificate, key): &(PathBuf, PathBuf),
    provider: &CryptoProvider,
) -> Result<Pair, TlsError> {
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
    let not_after = expiry::not_after(own).unwrap_or(i64::MAX);
    let private = PrivateKeyDer::from_pem_file(key).map_err(unreadable(key))?;
    let pair = CertifiedKey::from_der(chain, private, provider);
    let pair = pair.map_err(|source| TlsError::Pair {
        certificate: certificate.clone(),
        key: key.clone(),
        source,
    })?;
    Ok(Pair {
        key: Arc::new(pair),
        not_after,
    })
}

fn stamps((certificate, key): &(PathBuf, PathBuf)) -> (Stamp, Stamp) {
    let stamp = |path: &Path| {
        let metadata = std::fs::metadata(path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    (stamp(certificate), stamp(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::noon;

    /// A certificate of its own signature that ends with a year.
    fn made(last_year: i32) -> (String, String) {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(last_year, 12, 31);
        (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
    }

    #[test]
    fn a_pair_that_will_not_do_leaves_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = (folder.path().join("c.pem"), folder.path().join("k.pem"));
        let write = |path: &Path, text: &str| std::fs::write(path, text).unwrap();
        let (first, first_key) = made(2030);
        write(&certificate, &first);
        write(&key, &first_key);
        let shown = Certificates::open(&certificate, &key, noon()).unwrap();
        let first_end = shown.not_after();
        assert_eq!(shown.look(noon()), Look::Same);

        let (second, second_key) = made(2031);
        // A comment changes the size, so that the change is seen however coarse the clock of the file system is.
        write(&certificate, &format!("# new\n{second}"));
        assert_eq!(shown.look(noon()), Look::Refused);
        assert_eq!(
            (shown.look(noon()), shown.not_after()),
            (Look::Same, first_end)
        );
        write(&key, &format!("# new\n{second_key}"));
        assert_eq!(shown.look(noon()), Look::Replaced);
        assert!(shown.not_after() > first_end);

        let (old, old_key) = made(2001);
        write(&certificate, &format!("# the old one\n{old}"));
        write(&key, &format!("# the old one\n{old_key}"));
        assert_eq!(shown.look(noon()), Look::Refused);
        for text in ["", "no certificate at all"] {
            write(&certificate, text);
            assert_eq!(shown.look(noon()), Look::Refused, "{text:?}");
        }
        std::fs::remove_file(&key).unwrap();
        assert_eq!(shown.look(noon()), Look::Refused);
        assert!(shown.not_after() > first_end);
    }

    #[test]
    fn a_refused_pair_is_tried_again_though_its_files_look_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = (folder.path().join("c.pem"), folder.path().join("k.pem"));
        let (first, first_key) = made(2030);
        std::fs::write(&certificate, first).unwrap();
        std::fs::write(&key, &first_key).unwrap();
        let shown = Certificates::open(&certificate, &key, noon()).unwrap();
        let written = std::fs::metadata(&key).unwrap().modified().unwrap();

        let (second, second_key) = made(2031);
        std::fs::write(&certificate, format!("# new\n{second}")).unwrap();
        assert_eq!(shown.look(noon()), Look::Refused);
        assert_eq!(shown.look(noon()), Look::Same, "it is told once");
        assert_eq!(first_key.len(), second_key.len());
        std::fs::write(&key, second_key).unwrap();
        let file = std::fs::File::options().write(true).open(&key).unwrap();
        file.set_modified(written).unwrap();
        assert_eq!(shown.look(noon()), Look::Replaced);
        assert_eq!(shown.look(noon()), Look::Same);
    }

    #[test]
    fn what_is_wrong_is_named_at_the_start() {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = (folder.path().join("c.pem"), folder.path().join("k.pem"));
        let error = Certificates::open(&certificate, &key, noon()).unwrap_err();
        assert!(error.to_string().contains("c.pem"), "{error}");
        std::fs::write(&certificate, made(2030).0).unwrap();
        std::fs::write(&key, made(2030).1).unwrap();
        let error = Certificates::open(&certificate, &key, noon()).unwrap_err();
        assert!(error.to_string().contains("do not go together"), "{error}");
    }
}
