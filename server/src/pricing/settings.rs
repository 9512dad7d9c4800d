//! Who prices carts, and what happens if nobody answers: the table `[checkout.pricing]`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use hyper::http::uri::Uri;

use crate::outbound::Origin;
use crate::table::Keys;

/// The table as it was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PricingSettings {
    /// Where carts are sent; empty if the catalog prices them.
    pub url: String,
    /// The file with the token that is sent as `Authorization: Bearer`.
    pub token_file: PathBuf,
    /// The file with the secret that questions are signed with.
    pub secret_file: PathBuf,
    /// The file with the authorities that are trusted instead of those that browsers trust, in PEM.
    pub ca_file: PathBuf,
    /// How long a shopper waits for an answer.
    pub deadline: Duration,
    /// What happens when there is none.
    pub fallback: Fallback,
    /// Questions under way at the same time; further ones wait, within their deadline.
    pub at_once: usize,
    /// How long an answer is good for showing the same cart again. An order is always asked for anew.
    pub keep: Duration,
}

/// What happens to a cart that the merchant does not price.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Fallback {
    /// It has the prices of the catalog, and everybody is told.
    #[default]
    Catalog,
    /// It cannot be ordered.
    Refuse,
}

impl Default for PricingSettings {
    fn default() -> Self {
        Self {
            url: String::new(),
            token_file: PathBuf::new(),
            secret_file: PathBuf::new(),
            ca_file: PathBuf::new(),
            deadline: Duration::from_secs(1),
            fallback: Fallback::default(),
            at_once: 16,
            keep: Duration::from_secs(5),
        }
    }
}

impl PricingSettings {
    /// Reads the table, and refuses keys that it does not have.
    pub(crate) fn read(mut keys: Keys<'_>) -> Self {
        let defaults = Self::default();
        let mut file = |key| keys.file(key).unwrap_or_default();
        let (token_file, secret_file, ca_file) =
            (file("token_file"), file("secret_file"), file("ca_file"));
        let settings = Self {
            url: keys.optional("url").unwrap_or_default(),
            token_file,
            secret_file,
            ca_file,
            deadline: keys.millis("deadline_ms", 1_000, 50..=30_000),
            fallback: match keys.text("fallback").as_deref() {
                None => defaults.fallback,
                Some("catalog") => Fallback::Catalog,
                Some("refuse") => Fallback::Refuse,
                Some(other) => {
                    let rule = "must be \"catalog\" or \"refuse\"";
                    keys.problem("fallback", format_args!("{rule}, got \"{other}\""));
                    defaults.fallback
                }
            },
            at_once: keys.size("at_once", 16, 1..=1_000),
            keep: Duration::from_secs(keys.number("keep_seconds", 5, 0..=300)),
        };
        keys.refuse_the_rest();
        settings
    }

    /// Whether carts are priced by the merchant.
    pub fn is_used(&self) -> bool {
        !self.url.is_empty()
    }

    /// What does not fit, a sentence each.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.is_used() && self.place().is_none() {
            problems.push(format!(
                "`checkout.pricing.url` must be an https address, or http on loopback, got \"{}\"",
                self.url
            ));
        }
        if self.is_used() && self.token_file == PathBuf::new() && self.secret_file == PathBuf::new()
        {
            problems.push(
                "`checkout.pricing` needs `token_file` or `secret_file`: prices are told to nobody in particular"
                    .to_owned(),
            );
        }
        problems
    }

    /// The origin that is asked, and the path and query there.
    pub(crate) fn place(&self) -> Option<(Origin, String)> {
        let origin = Origin::of_url(&self.url)?;
        let uri: Uri = self.url.parse().ok()?;
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let is_whole = !self.url.contains('#');
        is_whole.then(|| (origin, path.to_owned()))
    }

    /// Makes the files absolute.
    pub(crate) fn locate(&mut self, folder: &Path) {
        for file in [
            &mut self.token_file,
            &mut self.secret_file,
            &mut self.ca_file,
        ] {
            if !file.as_os_str().is_empty() {
                *file = folder.join(&*file);
            }
        }
    }
}
