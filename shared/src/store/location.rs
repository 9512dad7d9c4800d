//! Where a store is: a folder, or a place in a bucket with what is needed to reach it.
//!
//! Both daemons are configured with the same keys, so the rules are here, once. A value of these types passed all of them.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::daemon::credentials;

/// Where a store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreLocation {
    /// A folder, as an absolute path.
    Folder(PathBuf),
    /// Object storage.
    Bucket(Box<BucketLocation>),
}

/// A place in object storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketLocation {
    /// Whose object storage it is.
    pub service: Service,
    /// The bucket's name; a container's, on Azure.
    pub bucket: String,
    /// What all names begin with, without slashes at its ends; may be empty.
    pub prefix: String,
    /// How it is reached.
    pub options: StoreOptions,
}

/// Which protocol object storage speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Amazon S3 and the many that speak like it.
    S3,
    /// Google Cloud Storage.
    Google,
    /// Azure Blob Storage.
    Azure,
}

/// The table `[store_options]`: how a bucket is reached. Empty texts are keys that are not set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreOptions {
    /// The address of the service, if it is not the provider's own.
    pub endpoint: String,
    /// The region of the bucket (S3).
    pub region: String,
    /// Whether the bucket's name stands in the path and not in the host name (S3).
    pub path_style: bool,
    /// Whether the service may be asked without TLS.
    pub allow_http: bool,
    /// The storage account (Azure).
    pub account: String,
    /// A file with the id of the access key (S3).
    pub access_key_id_file: PathBuf,
    /// A file with the secret of the access key (S3), or the account's key (Azure).
    pub secret_key_file: PathBuf,
    /// A file with a service account's key in JSON (Google).
    pub service_account_file: PathBuf,
    /// A file with certificates, in PEM, that the service's own may be signed by.
    pub ca_file: PathBuf,
}

/// What is wrong with one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocationProblem {
    /// The key, with its table.
    pub key: &'static str,
    /// What is expected there.
    pub rule: String,
    /// What was found.
    pub value: String,
}

impl Service {
    /// By the scheme of an address.
    fn of(scheme: &str) -> Option<Self> {
        match scheme {
            "s3" => Some(Self::S3),
            "gs" => Some(Self::Google),
            "az" => Some(Self::Azure),
            _ => None,
        }
    }

    /// The scheme of its addresses.
    pub fn scheme(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Google => "gs",
            Self::Azure => "az",
        }
    }
}

impl StoreLocation {
    /// Reads the keys `store` and `[store_options]`; relative paths start from `base`.
    ///
    /// # Errors
    /// Every problem of both.
    pub fn parse(
        text: &str,
        options: StoreOptions,
        base: &Path,
    ) -> Result<Self, Vec<LocationProblem>> {
        let problem = |key, rule: &str, value: &str| LocationProblem {
            key,
            rule: rule.to_owned(),
            value: value.to_owned(),
        };
        let Some((scheme, rest)) = text.split_once("://") else {
            return Self::folder(base.join(text), &options);
        };
        if scheme == "file" {
            return match rest.starts_with('/') {
                true => Self::folder(unescaped(rest), &options),
                false => Err(vec![problem(
                    "store",
                    "the path of file:// must be absolute",
                    text,
                )]),
            };
        }
        let Some(service) = Service::of(scheme) else {
            let rule = "expected a folder, file:///folder, s3://bucket/prefix, gs://bucket/prefix or az://container/prefix";
            return Err(vec![problem("store", rule, text)]);
        };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let prefix = prefix.trim_matches('/');
        let mut problems = Vec::new();
        if !is_bucket_name(bucket) {
            let rule = "a bucket's name has 3 to 63 lower-case letters, digits, dots, `-` and `_`";
            problems.push(problem("store", rule, text));
        }
        if !prefix.is_empty() && !prefix.split('/').all(is_plain) {
            let rule = "a prefix has letters, digits, `.`, `-` and `_` between single slashes";
            problems.push(problem("store", rule, text));
        }
        problems.extend(options.problems(service));
        let options = options.located(base, &mut problems);
        match problems.is_empty() {
            true => Ok(Self::Bucket(Box::new(BucketLocation {
                service,
                bucket: bucket.to_owned(),
                prefix: prefix.to_owned(),
                options,
            }))),
            false => Err(problems),
        }
    }

    fn folder(path: PathBuf, options: &StoreOptions) -> Result<Self, Vec<LocationProblem>> {
        let problems: Vec<_> = options
            .given()
            .into_iter()
            .map(|(key, value)| LocationProblem {
                key,
                rule: "says how a bucket is reached; the store is a folder".to_owned(),
                value,
            })
            .collect();
        match problems.is_empty() {
            true => Ok(Self::Folder(path)),
            false => Err(problems),
        }
    }

    /// The folder, if it is one.
    pub fn as_folder(&self) -> Option<&Path> {
        match self {
            Self::Folder(path) => Some(path),
            Self::Bucket(_) => None,
        }
    }
}

impl fmt::Display for StoreLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => path.display().fmt(f),
            Self::Bucket(place) => place.fmt(f),
        }
    }
}

impl fmt::Display for BucketLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.service.scheme(), self.bucket)?;
        match self.prefix.is_empty() {
            true => Ok(()),
            false => write!(f, "/{}", self.prefix),
        }
    }
}

impl StoreOptions {
    /// The keys that are set, and what to.
    fn given(&self) -> Vec<(&'static str, String)> {
        let flag = |is_set: bool| if is_set { "true" } else { "" };
        let path = |path: &Path| path.display().to_string();
        [
            ("store_options.endpoint", self.endpoint.clone()),
            ("store_options.region", self.region.clone()),
            ("store_options.path_style", flag(self.path_style).to_owned()),
            ("store_options.allow_http", flag(self.allow_http).to_owned()),
            ("store_options.account", self.account.clone()),
            (
                "store_options.access_key_id_file",
                path(&self.access_key_id_file),
            ),
            ("store_options.secret_key_file", path(&self.secret_key_file)),
            (
                "store_options.service_account_file",
                path(&self.service_account_file),
            ),
            ("store_options.ca_file", path(&self.ca_file)),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .collect()
    }

    fn problems(&self, service: Service) -> Vec<LocationProblem> {
        let foreign: &[&str] = match service {
            Service::S3 => &["account", "service_account_file"],
            Service::Google => &[
                "region",
                "path_style",
                "account",
                "access_key_id_file",
                "secret_key_file",
            ],
            Service::Azure => &[
                "region",
                "path_style",
                "access_key_id_file",
                "service_account_file",
            ],
        };
        let given = self.given();
        let is_foreign = |key: &str| {
            foreign
                .iter()
                .any(|name| key.ends_with(&format!(".{name}")))
        };
        let mut problems: Vec<_> = given
            .iter()
            .filter(|(key, _)| is_foreign(key))
            .map(|(key, value)| LocationProblem {
                key,
                rule: format!("means nothing to {}://", service.scheme()),
                value: value.clone(),
            })
            .collect();
        let mut problem = |key, rule: &str, value: String| {
            problems.push(LocationProblem {
                key,
                rule: rule.to_owned(),
                value,
            });
        };
        let endpoint = &self.endpoint;
        let is_http = endpoint.starts_with("http://");
        if !endpoint.is_empty() && !is_http && !endpoint.starts_with("https://") {
            let rule = "expected an address such as https://s3.example";
            problem("store_options.endpoint", rule, endpoint.clone());
        }
        if is_http && !self.allow_http {
            let rule = "is not encrypted: use https, or set allow_http = true";
            problem("store_options.endpoint", rule, endpoint.clone());
        }
        let has_id = !self.access_key_id_file.as_os_str().is_empty();
        let has_secret = !self.secret_key_file.as_os_str().is_empty();
        if service == Service::S3 && has_id != has_secret {
            let rule = "access_key_id_file and secret_key_file go together";
            problem("store_options.secret_key_file", rule, String::new());
        }
        problems
    }

    /// With paths that start from `base`, or lead to what the service manager hands over.
    fn located(mut self, base: &Path, problems: &mut Vec<LocationProblem>) -> Self {
        for (key, path) in [
            (
                "store_options.access_key_id_file",
                &mut self.access_key_id_file,
            ),
            ("store_options.secret_key_file", &mut self.secret_key_file),
            (
                "store_options.service_account_file",
                &mut self.service_account_file,
            ),
            ("store_options.ca_file", &mut self.ca_file),
        ] {
            if path.as_os_str().is_empty() {
                continue;
            }
            match credentials::locate(base, &*path) {
                Ok(found) => *path = found,
                Err(error) => problems.push(LocationProblem {
                    key,
                    rule: error.to_string(),
                    value: path.display().to_string(),
                }),
            }
        }
        self
    }
}

fn is_bucket_name(name: &str) -> bool {
    let plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_".contains(&byte);
    (3..=63).contains(&name.len()) && name.bytes().all(plain)
}

fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    !name.is_empty() && name != "." && name != ".." && name.bytes().all(plain)
}

/// A path of a URL: `%20` is a space there.
fn unescaped(path: &str) -> PathBuf {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt as _;
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let (bytes, mut plain) = (path.as_bytes(), Vec::with_capacity(path.len()));
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let escaped = (*byte == b'%')
            .then(|| Some((digit(bytes.get(at + 1))?, digit(bytes.get(at + 2))?)))
            .flatten()
            .and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        at += if escaped.is_some() { 3 } else { 1 };
        plain.push(escaped.unwrap_or(*byte));
    }
    PathBuf::from(OsString::from_vec(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, options: StoreOptions) -> Result<StoreLocation, Vec<&'static str>> {
        StoreLocation::parse(text, options, Path::new("/etc/frontage"))
            .map_err(|problems| problems.iter().map(|problem| problem.key).collect())
    }

    #[test]
    fn folders_are_paths_or_urls() {
        for (text, path) in [
            ("store", "/etc/frontage/store"),
            ("/srv/store", "/srv/store"),
            ("file:///srv/a%20b", "/srv/a b"),
            ("file:///srv/100%", "/srv/100%"),
        ] {
            let folder = StoreLocation::Folder(PathBuf::from(path));
            assert_eq!(parse(text, StoreOptions::default()), Ok(folder), "{text}");
        }
        for text in [
            "file://srv",
            "ftp://srv/x",
            "s3://",
            "s3://a b/x",
            "s3://bucket/../x",
        ] {
            assert_eq!(
                parse(text, StoreOptions::default()),
                Err(vec!["store"]),
                "{text}"
            );
        }
    }

    #[test]
    fn a_bucket_has_a_name_and_perhaps_a_prefix() {
        let options = StoreOptions {
            secret_key_file: PathBuf::from("key"),
            ..StoreOptions::default()
        };
        let place = parse("az://shops/one/", options).unwrap();
        assert_eq!(place.to_string(), "az://shops/one");
        let StoreLocation::Bucket(place) = place else {
            panic!("{place} is a bucket");
        };
        assert_eq!(
            (place.bucket.as_str(), place.prefix.as_str()),
            ("shops", "one")
        );
        assert_eq!(
            place.options.secret_key_file,
            Path::new("/etc/frontage/key")
        );
    }

    #[test]
    fn options_fit_the_store_and_each_other() {
        let options = || StoreOptions {
            endpoint: "http://127.0.0.1:9000".to_owned(),
            secret_key_file: PathBuf::from("key"),
            account: "x".to_owned(),
            ..StoreOptions::default()
        };
        let wrong = vec![
            "store_options.account",
            "store_options.endpoint",
            "store_options.secret_key_file",
        ];
        assert_eq!(parse("s3://shops", options()), Err(wrong));
        assert_eq!(parse("store", options()).unwrap_err().len(), 3);
        let fine = StoreOptions {
            allow_http: true,
            ..options()
        };
        assert!(parse("az://shops", fine).is_ok());
    }
}
