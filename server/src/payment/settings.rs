//! Which provider, and where it is: the table `[checkout.stripe]`.

use std::fmt;
use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hyper::http::uri::{Scheme, Uri};

/// Fewest characters of a secret; shorter ones are mistakes.
const LEAST_SECRET_CHARS: usize = 16;

/// The table as it was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StripeSettings {
    /// The file with the key of the API.
    pub secret_key_file: PathBuf,
    /// The file with the secrets that webhooks are signed with, one a line.
    pub webhook_secret_file: PathBuf,
    /// The origin of the API.
    pub api: String,
    /// The origin of the pages that shoppers pay on.
    pub pages: String,
    /// How long the API may take for one answer, repetitions included.
    pub timeout: Duration,
}

/// Texts that must not be seen: they have no `Debug` that shows them, and no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secrets(Vec<String>);

/// Why a file of secrets cannot be used. Never repeats what is in it.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// It cannot be read.
    #[error("the file {} in `{key}` cannot be read: {source}", path.display())]
    Io {
        /// The configuration's key.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It has no secret, or too many.
    #[error("the file {} in `{key}` must have {wanted}, got {got} lines that are not empty", path.display())]
    Count {
        /// The configuration's key.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// How many there may be, in words.
        wanted: &'static str,
        /// How many there are.
        got: usize,
    },
    /// A line is no secret.
    #[error("the file {} in `{key}`: secret {number} is shorter than {LEAST_SECRET_CHARS} characters, or has spaces or letters beyond ASCII", path.display())]
    Line {
        /// The configuration's key.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        number: usize,
    },
}

impl Default for StripeSettings {
    fn default() -> Self {
        Self {
            secret_key_file: PathBuf::new(),
            webhook_secret_file: PathBuf::new(),
            api: "https://api.stripe.com".to_owned(),
            pages: "https://checkout.stripe.com".to_owned(),
            timeout: Duration::from_secs(10),
        }
    }
}

impl StripeSettings {
    /// What does not fit, a sentence each; `is_used` is whether the method "stripe" is offered.
    pub(crate) fn problems(&self, is_used: bool) -> Vec<String> {
        let mut problems = Vec::new();
        for (key, file) in [
            ("secret_key_file", &self.secret_key_file),
            ("webhook_secret_file", &self.webhook_secret_file),
        ] {
            if is_used && file.as_os_str().is_empty() {
                problems.push(format!(
                    "`checkout.stripe.{key}` is missing: the method \"stripe\" needs it"
                ));
            }
        }
        for (key, origin) in [("api", &self.api), ("pages", &self.pages)] {
            if Origin::parse(origin).is_none() {
                problems.push(format!(
                    "`checkout.stripe.{key}` must be an origin such as https://api.stripe.com, or http on loopback for \
                     tests, got \"{origin}\""
                ));
            }
        }
        problems
    }
}

/// Scheme, host and port.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Origin {
    pub(crate) secure: bool,
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Origin {
    /// Reads an origin with nothing behind it: https, or http to a loopback address.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let origin = Self::of_url(text)?;
        let rest = text.split_once("://")?.1;
        (!rest.contains('/') && !rest.contains(['?', '#'])).then_some(origin)
    }

    /// The origin of a whole address.
    pub(crate) fn of_url(text: &str) -> Option<Self> {
        let uri: Uri = text.parse().ok()?;
        let authority = uri.authority()?;
        let host = authority.host().to_ascii_lowercase();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let is_loopback = bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        let secure = match uri.scheme()? {
            scheme if *scheme == Scheme::HTTPS => true,
            scheme if *scheme == Scheme::HTTP && is_loopback => false,
            _ => return None,
        };
        let is_plain = !authority.as_str().contains('@') && !host.is_empty();
        is_plain.then(|| Self {
            secure,
            port: authority
                .port_u16()
                .unwrap_or(if secure { 443 } else { 80 }),
            host: bare.to_owned(),
        })
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({})", self.0.len())
    }
}

impl Secrets {
    /// The secrets in a file, one a line; lines that are empty or begin with `#` are none.
    ///
    /// # Errors
    /// It cannot be read, or does not have `most` secrets at most, and one at least.
    pub fn load(key: &'static str, path: &Path, most: usize) -> Result<Self, SecretsError> {
        let path = path.to_owned();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(source) => return Err(SecretsError::Io { key, path, source }),
        };
        let lines = text.lines().map(str::trim);
        let lines: Vec<&str> = lines
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .collect();
        if lines.is_empty() || lines.len() > most {
            let wanted = match most {
                1 => "one secret",
                _ => "one or two secrets, one a line",
            };
            let got = lines.len();
            return Err(SecretsError::Count {
                key,
                path,
                wanted,
                got,
            });
        }
        let is_secret = |line: &str| {
            line.len() >= LEAST_SECRET_CHARS && line.bytes().all(|byte| byte.is_ascii_graphic())
        };
        match lines.iter().position(|line| !is_secret(line)) {
            Some(at) => Err(SecretsError::Line {
                key,
                path,
                number: at + 1,
            }),
            None => Ok(Self(lines.into_iter().map(str::to_owned).collect())),
        }
    }

    /// All of them.
    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    #[cfg(test)]
    pub(crate) fn of(secrets: &[&str]) -> Self {
        Self(secrets.iter().map(|secret| (*secret).to_owned()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_secure_or_on_loopback() {
        let at = |text: &str| {
            Origin::parse(text).map(|origin| (origin.secure, origin.host, origin.port))
        };
        assert_eq!(
            at("https://api.stripe.com"),
            Some((true, "api.stripe.com".to_owned(), 443))
        );
        assert_eq!(
            at("http://127.0.0.1:9"),
            Some((false, "127.0.0.1".to_owned(), 9))
        );
        for bad in [
            "http://api.stripe.com",
            "https://api.stripe.com/",
            "https://user@api.stripe.com",
            "ftp://127.0.0.1",
            "api.stripe.com",
            "",
        ] {
            assert_eq!(at(bad), None, "{bad}");
        }
        assert_eq!(
            Origin::of_url("https://checkout.stripe.com/c/pay/cs_1#x"),
            Origin::parse("https://checkout.stripe.com")
        );
        assert_ne!(
            Origin::of_url("https://checkout.stripe.com.evil.example/"),
            Origin::parse("https://checkout.stripe.com")
        );
    }

    #[test]
    fn secrets_are_read_and_never_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secrets");
        let load = |text: &str, most| {
            fs::write(&file, text).unwrap();
            Secrets::load("checkout.stripe.webhook_secret_file", &file, most)
        };
        let two = load("# new\nwhsec_0123456789abc\n\n whsec_abcdefghijkl \n", 2).unwrap();
        assert_eq!(
            two.all().collect::<Vec<_>>(),
            ["whsec_0123456789abc", "whsec_abcdefghijkl"]
        );
        assert_eq!(format!("{two:?}"), "Secrets(2)");
        for (text, most, told) in [
            ("", 1, "one secret, got 0"),
            ("sk_test_0123456789\nsk_test_9876543210", 1, "got 2"),
            ("sk_test_x", 1, "secret 1 is shorter"),
            ("sk_test_0123 456789abc", 1, "spaces"),
        ] {
            let error = load(text, most).unwrap_err().to_string();
            assert!(
                error.contains(told) && !error.contains("sk_test"),
                "{error}"
            );
        }
        let error = Secrets::load("k", Path::new("/nonexistent/x"), 1).unwrap_err();
        assert!(error.to_string().contains("/nonexistent/x"), "{error}");
    }
}
