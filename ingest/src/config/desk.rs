//! The table `[desk]`: where the operator's desk listens, and who may use it.
//!
//! A token never stands in the file: the file names an environment variable or another file that holds it.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use serde::Deserialize;
use toml::Value;

use super::load::Check;

/// Shorter ones can be guessed.
const MIN_TOKEN_BYTES: usize = 16;

/// The operator's desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    /// Where it listens.
    pub listen: SocketAddr,
    /// What lets an operator in; without one everybody who reaches the address is one.
    pub token: Option<Secret>,
    /// What lets a back end say "look now", and nothing else.
    pub poke_token: Option<Secret>,
    /// From a poke to the run it asks for: pokes of that time ask for one run together.
    pub poke_settle: Duration,
}

/// A text that is compared and never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(blake3::Hash);

impl Secret {
    /// Keeps what is needed to recognise the text.
    pub fn new(text: &str) -> Self {
        Self(blake3::hash(text.as_bytes()))
    }

    /// Whether the text is the one. Takes the same time for every wrong one.
    pub fn is(&self, text: &str) -> bool {
        // Comparing hashes takes constant time in the library.
        self.0 == blake3::hash(text.as_bytes())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeskTable {
    #[serde(default = "listen")]
    listen: String,
    token_env: Option<String>,
    token_file: Option<String>,
    poke_token_env: Option<String>,
    poke_token_file: Option<String>,
    #[serde(default = "poke_settle_ms")]
    poke_settle_ms: u64,
}

fn listen() -> String {
    "127.0.0.1:8091".to_owned()
}

fn poke_settle_ms() -> u64 {
    1_000
}

impl Check<'_> {
    /// The desk; `None` inside when the file has no such table.
    pub(super) fn desk(&mut self, value: Option<Value>) -> Option<Option<Desk>> {
        if value.is_none() {
            return Some(None);
        }
        let before = self.problems.len();
        let table: DeskTable = self.table("desk", value)?;
        let address = table.listen.parse::<SocketAddr>().ok();
        if address.is_none() {
            self.problem(
                "desk.listen",
                "expected an address and a port such as 127.0.0.1:8091",
                &table.listen,
            );
        }
        let token = self.secret("desk.token", table.token_env, table.token_file);
        let poke_token = self.secret(
            "desk.poke_token",
            table.poke_token_env,
            table.poke_token_file,
        );
        let is_open = address.is_some_and(|address| !address.ip().is_loopback());
        if is_open && token.is_none() && self.problems.len() == before {
            self.problem(
                "desk.listen",
                "an address that other machines reach wants a token: set token_file or token_env",
                &table.listen,
            );
        }
        (self.problems.len() == before).then_some(Some(Desk {
            listen: address?,
            token,
            poke_token,
            poke_settle: Duration::from_millis(table.poke_settle_ms),
        }))
    }

    fn secret(
        &mut self,
        key: &str,
        variable: Option<String>,
        file: Option<String>,
    ) -> Option<Secret> {
        let (key, read) = match (variable, file) {
            (None, None) => return None,
            (Some(_), Some(file)) => {
                self.problem(
                    format!("{key}_file"),
                    format!("give either {key}_file or {key}_env, not both"),
                    file,
                );
                return None;
            }
            (Some(name), None) => {
                let read = std::env::var(&name)
                    .map_err(|_| format!("the environment has no text under `{name}`"));
                (format!("{key}_env"), read)
            }
            (None, Some(file)) => (format!("{key}_file"), self.handed_file(&file)),
        };
        match read.as_ref().map(|text| text.trim()) {
            Err(rule) => self.problem(key, rule, ""),
            // What was found is a secret and stays one.
            Ok(text) if text.len() < MIN_TOKEN_BYTES => self.problem(
                key,
                format!("expected a token of at least {MIN_TOKEN_BYTES} characters"),
                "",
            ),
            Ok(text) => return Some(Secret::new(text)),
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use frontage_shared::daemon::places::Places;

    use super::*;

    fn read(table: &str) -> (Option<Option<Desk>>, Vec<String>) {
        let mut check = Check {
            folder: Path::new("/nowhere"),
            places: Places::of(Path::new("ingest.toml"), table),
            problems: Vec::new(),
        };
        let value = table.parse::<toml::Table>().unwrap();
        let desk = check.desk(Some(Value::Table(value)));
        let keys = check.problems.iter().map(|problem| problem.key.clone());
        (desk, keys.collect())
    }

    #[test]
    fn loopback_needs_no_token_and_any_other_address_does() {
        let (desk, problems) = read("");
        assert_eq!(problems, [""; 0]);
        let desk = desk.unwrap().unwrap();
        assert!(desk.listen.ip().is_loopback() && desk.token.is_none());
        assert_eq!(read("listen = \"0.0.0.0:8091\"").1, ["desk.listen"]);
        assert_eq!(read("listen = \"[::]:8091\"").1, ["desk.listen"]);
        assert_eq!(read("listen = \"desk\"").1, ["desk.listen"]);
    }

    #[test]
    fn a_token_is_read_from_where_the_file_says_and_never_shown() {
        // Every process of a build has this variable, and it is long enough.
        let (desk, problems) = read(
            "listen = \"0.0.0.0:1\"\ntoken_env = \"CARGO_MANIFEST_DIR\"\npoke_token_file = \"missing\"",
        );
        assert!(desk.is_none());
        assert_eq!(problems, ["desk.poke_token_file"]);
        let (desk, problems) = read("listen = \"0.0.0.0:1\"\ntoken_env = \"CARGO_MANIFEST_DIR\"");
        assert_eq!(problems, [""; 0]);
        let token = desk.unwrap().unwrap().token.unwrap();
        assert!(token.is(env!("CARGO_MANIFEST_DIR")) && !token.is("another"));
        assert_eq!(format!("{token:?}"), "(secret)");
        assert_eq!(
            read("token_env = \"A\"\ntoken_file = \"b\"").1,
            ["desk.token_file"]
        );
    }
}
