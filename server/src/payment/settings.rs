//! Which provider, and where it is: the table `[checkout.stripe]`.

use std::path::PathBuf;
use std::time::Duration;

use crate::outbound::Origin;

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
