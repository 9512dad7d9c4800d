//! TLS: certificates that can be replaced while the shop is open, and told apart by the host that a client asks for.
//!
//! Their files are looked at again and again; a new pair is shown from the next handshake on. One that will not do is
//! refused with a reason, and the old one stays. Which hosts a certificate is for stands in it; whoever asks for another
//! host, or for none, is shown the first one.

/// Until when a certificate is good.
mod expiry;
/// A certificate with its key, and their files.
mod pair;
/// The table `[tls]`.
mod settings;

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use arc_swap::ArcSwap;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};
use tokio_rustls::rustls::pki_types::pem;
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, ServerConfig};

use self::pair::Files;
pub use settings::{Paths, Settings};

/// HTTP/2 first; whoever knows neither name gets HTTP/1.1.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// The certificates being shown.
pub struct Certificates {
    provider: Arc<CryptoProvider>,
    /// Those of the main file, the one for whoever asks for no host that is known first.
    own: Vec<Arc<Files>>,
    /// Those that shops bring.
    brought: Mutex<Vec<Arc<Files>>>,
    shown: ArcSwap<Shown>,
}

/// What is shown to whom.
struct Shown {
    first: Arc<CertifiedKey>,
    /// By host; `*.example` is for every host with one more label.
    by_host: HashMap<Box<str>, Arc<CertifiedKey>>,
    /// Until when all of them are good.
    not_after: i64,
}

/// What came of looking at the files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
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

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificates")
            .field("own", &self.own)
            .field("not_after", &self.not_after())
            .finish_non_exhaustive()
    }
}

impl Certificates {
    /// Reads the files of all pairs; the first is for whoever asks for no host that is known. One that has run out is shown
    /// all the same: a warning in a browser is better than no shop.
    ///
    /// # Errors
    /// A file cannot be read, or a pair does not go together.
    pub fn open(first: &Paths, more: &[Paths], now: SystemTime) -> Result<Arc<Self>, TlsError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let pairs = std::iter::once(first).chain(more);
        let own = pairs
            .map(|paths| Files::open(paths, &provider, now).map(Arc::new))
            .collect::<Result<Vec<_>, _>>()?;
        let shown = ArcSwap::from_pointee(Shown::of(&own[0], &own));
        Ok(Arc::new(Self {
            provider,
            own,
            brought: Mutex::default(),
            shown,
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

    /// Shows the pairs that shops bring beside those of the main file, and none that they brought before. Those that cannot
    /// be read are left out, and given back with the reason.
    pub fn bring(&self, pairs: &[Paths], now: SystemTime) -> Vec<(Paths, TlsError)> {
        let mut brought = self.brought.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut next, mut refused) = (Vec::new(), Vec::new());
        for paths in pairs {
            let open = brought.iter().find(|files| files.paths == *paths);
            match open.cloned() {
                Some(files) => next.push(files),
                None => match Files::open(paths, &self.provider, now) {
                    Ok(files) => next.push(Arc::new(files)),
                    Err(error) => refused.push((paths.clone(), error)),
                },
            }
        }
        *brought = next;
        self.show(&brought);
        refused
    }

    /// Looks at all files, and shows what they hold now. A refused pair is tried each time: the right to read a file
    /// may come without a change of its time or size. Gives what came of each pair that is not as it was.
    pub fn look(&self, now: SystemTime) -> Vec<Look> {
        let brought = self.brought.lock().unwrap_or_else(PoisonError::into_inner);
        let all = self.own.iter().chain(brought.iter());
        let mut looks: Vec<Look> = all.map(|files| files.look(&self.provider, now)).collect();
        looks.retain(|look| *look != Look::Same);
        if looks.contains(&Look::Replaced) {
            self.show(&brought);
        }
        looks
    }

    fn show(&self, brought: &[Arc<Files>]) {
        let shown = Shown::of(&self.own[0], self.own.iter().chain(brought));
        self.shown.store(Arc::new(shown));
    }

    /// Until when all of the certificates are good, Unix seconds.
    pub fn not_after(&self) -> i64 {
        self.shown.load().not_after
    }

    /// What is shown to whoever asks for a host.
    fn of_host(&self, host: Option<&str>) -> Arc<CertifiedKey> {
        let shown = self.shown.load();
        let found = host.and_then(|host| {
            let exact = shown.by_host.get(host);
            exact.or_else(|| {
                let (_, rest) = host.split_once('.')?;
                shown.by_host.get(format!("*.{rest}").as_str())
            })
        });
        Arc::clone(found.unwrap_or(&shown.first))
    }
}

impl Shown {
    /// Where two are for one host, the later one is shown: shops come after the main file.
    fn of<'a>(first: &Files, all: impl IntoIterator<Item = &'a Arc<Files>>) -> Self {
        let mut shown = Self {
            first: Arc::clone(&first.pair().key),
            by_host: HashMap::new(),
            not_after: i64::MAX,
        };
        for files in all {
            let pair = files.pair();
            shown.not_after = shown.not_after.min(pair.not_after);
            for host in &pair.hosts {
                shown.by_host.insert(host.clone(), Arc::clone(&pair.key));
            }
        }
        shown
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        // The library gives it in lower case.
        Some(self.of_host(hello.server_name()))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::testing::noon;

    /// A certificate of its own signature that ends with a year.
    fn made(last_year: i32) -> (String, String) {
        made_for("localhost", last_year)
    }

    fn made_for(host: &str, last_year: i32) -> (String, String) {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = rcgen::CertificateParams::new([host.to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(last_year, 12, 31);
        (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
    }

    fn paths(folder: &Path, name: &str) -> Paths {
        Paths {
            certificate: folder.join(format!("{name}c.pem")),
            key: folder.join(format!("{name}k.pem")),
        }
    }

    fn write_pair(paths: &Paths, (certificate, key): (String, String)) {
        std::fs::write(&paths.certificate, certificate).unwrap();
        std::fs::write(&paths.key, key).unwrap();
    }

    #[test]
    fn whoever_asks_for_a_host_is_shown_the_certificate_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let [first, oak, ash, wild] =
            ["first-", "oak-", "ash-", "wild-"].map(|name| paths(folder.path(), name));
        write_pair(&first, made_for("shop.example", 2031));
        write_pair(&oak, made_for("oak.example", 2032));
        write_pair(&wild, made_for("*.trees.example", 2033));
        write_pair(&ash, made_for("ash.trees.example", 2030));
        let shown = Certificates::open(&first, std::slice::from_ref(&wild), noon()).unwrap();
        let same = |host: Option<&str>, other: Option<&str>| {
            Arc::ptr_eq(&shown.of_host(host), &shown.of_host(other))
        };
        assert!(same(None, Some("shop.example")) && same(None, Some("oak.example")));
        assert!(same(Some("elm.trees.example"), Some("ash.trees.example")));
        assert!(!same(Some("elm.trees.example"), None));
        assert!(same(Some("trees.example"), None) && same(Some("a.b.trees.example"), None));
        let missing = paths(folder.path(), "missing-");
        let until_2031 = shown.not_after();
        let refused = shown.bring(&[oak.clone(), ash.clone(), missing.clone()], noon());
        let [(which, error)] = &refused[..] else {
            panic!("{refused:?}");
        };
        assert_eq!(*which, missing);
        assert!(error.to_string().contains("missing-c.pem"), "{error}");
        assert!(shown.not_after() < until_2031, "the one that ends first");
        assert!(!same(Some("oak.example"), None));
        assert!(!same(Some("ash.trees.example"), Some("elm.trees.example")));

        // A new pair is for the hosts that it names, and not for those of the old one.
        write_pair(&oak, made_for("old-oak.example", 2034));
        assert_eq!(shown.look(noon()), [Look::Replaced]);
        assert!(same(Some("oak.example"), None) && !same(Some("old-oak.example"), None));
        assert!(shown.bring(&[ash], noon()).is_empty());
        assert!(same(Some("old-oak.example"), None));
        assert!(!same(Some("ash.trees.example"), Some("elm.trees.example")));
    }

    #[test]
    fn a_pair_that_will_not_do_leaves_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let paths = paths(folder.path(), "");
        let Paths { certificate, key } = &paths;
        let write = |path: &Path, text: &str| std::fs::write(path, text).unwrap();
        let (first, first_key) = made(2030);
        write(certificate, &first);
        write(key, &first_key);
        let shown = Certificates::open(&paths, &[], noon()).unwrap();
        let first_end = shown.not_after();
        assert_eq!(shown.look(noon()), Vec::<Look>::new());

        let (second, second_key) = made(2031);
        // A comment changes the size, so that the change is seen however coarse the clock of the file system is.
        write(certificate, &format!("# new\n{second}"));
        assert_eq!(shown.look(noon()), [Look::Refused]);
        assert_eq!(
            (shown.look(noon()), shown.not_after()),
            (Vec::new(), first_end)
        );
        write(key, &format!("# new\n{second_key}"));
        assert_eq!(shown.look(noon()), [Look::Replaced]);
        assert!(shown.not_after() > first_end);

        let (old, old_key) = made(2001);
        write(certificate, &format!("# the old one\n{old}"));
        write(key, &format!("# the old one\n{old_key}"));
        assert_eq!(shown.look(noon()), [Look::Refused]);
        for text in ["", "no certificate at all"] {
            write(certificate, text);
            assert_eq!(shown.look(noon()), [Look::Refused], "{text:?}");
        }
        std::fs::remove_file(key).unwrap();
        assert_eq!(shown.look(noon()), [Look::Refused]);
        assert!(shown.not_after() > first_end);
    }

    #[test]
    fn a_refused_pair_is_tried_again_though_its_files_look_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let paths = paths(folder.path(), "");
        let Paths { certificate, key } = &paths;
        let (first, first_key) = made(2030);
        std::fs::write(certificate, first).unwrap();
        std::fs::write(key, &first_key).unwrap();
        let shown = Certificates::open(&paths, &[], noon()).unwrap();
        let written = std::fs::metadata(key).unwrap().modified().unwrap();

        let (second, second_key) = made(2031);
        std::fs::write(certificate, format!("# new\n{second}")).unwrap();
        assert_eq!(shown.look(noon()), [Look::Refused]);
        assert_eq!(shown.look(noon()), Vec::<Look>::new(), "it is told once");
        assert_eq!(first_key.len(), second_key.len());
        std::fs::write(key, second_key).unwrap();
        let file = std::fs::File::options().write(true).open(key).unwrap();
        file.set_modified(written).unwrap();
        assert_eq!(shown.look(noon()), [Look::Replaced]);
        assert_eq!(shown.look(noon()), Vec::<Look>::new());
    }

    #[test]
    fn what_is_wrong_is_named_at_the_start() {
        let folder = tempfile::tempdir().unwrap();
        let paths = paths(folder.path(), "");
        let Paths { certificate, key } = &paths;
        let error = Certificates::open(&paths, &[], noon()).unwrap_err();
        assert!(error.to_string().contains("c.pem"), "{error}");
        std::fs::write(certificate, made(2030).0).unwrap();
        std::fs::write(key, made(2030).1).unwrap();
        let error = Certificates::open(&paths, &[], noon()).unwrap_err();
        assert!(error.to_string().contains("do not go together"), "{error}");
    }
}
