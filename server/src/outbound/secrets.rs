//! Files of secrets: what the shop proves itself with to others, and they to the shop.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Fewest characters of a secret; shorter ones are mistakes.
const LEAST_SECRET_CHARS: usize = 16;

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
