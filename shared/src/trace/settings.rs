//! What the operator decides about traces.
//!
//! The values of headers are secrets, and are shown nowhere.

use std::fmt;

/// What is behind the endpoint unless it says so itself.
const PATH: &str = "/v1/traces";

/// Where spans go, and how many are made.
#[derive(Clone, PartialEq, Eq)]
pub struct Settings {
    /// The whole address that batches are posted to.
    pub endpoint: String,
    /// Names and values of headers that each batch carries.
    pub headers: Vec<(String, String)>,
    /// What the collector calls this daemon.
    pub service: String,
    /// How many of the traces that begin here are made.
    pub sample: Share,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&str> = self.headers.iter().map(|(name, _)| &**name).collect();
        f.debug_struct("Settings")
            .field("endpoint", &self.endpoint)
            .field("headers", &headers)
            .field("service", &self.service)
            .field("sample", &self.sample)
            .finish()
    }
}

/// A share of all, in millionths.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Share(u32);

impl Share {
    /// None of them.
    pub const NONE: Self = Self(0);
    /// All of them.
    pub const ALL: Self = Self(1_000_000);

    /// A share from 0 to 1.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a number from 0 to 1 has a million millionths at most"
    )]
    pub fn of(share: f64) -> Option<Self> {
        let millionths = (share * f64::from(Self::ALL.0)).round();
        (0.0..=1.0)
            .contains(&share)
            .then_some(Self(millionths as u32))
    }

    /// Whether a number that is as likely as any other falls into it.
    pub fn has(self, number: u64) -> bool {
        number % u64::from(Self::ALL.0) < u64::from(self.0)
    }
}

/// The address that batches are posted to: the endpoint, with the usual path where it has none.
///
/// # Errors
/// Why the endpoint is none.
pub fn address(endpoint: &str) -> Result<String, &'static str> {
    let rest = endpoint
        .strip_prefix("https://")
        .or_else(|| endpoint.strip_prefix("http://"))
        .ok_or("must begin with http:// or https://")?;
    if rest.contains(['?', '#', '@']) || rest.contains(char::is_whitespace) {
        return Err("must be an address without user, query and fragment");
    }
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    match (host, path) {
        ("", _) => Err("must name a host"),
        (_, "" | "/") => Ok(format!("{}{PATH}", endpoint.trim_end_matches('/'))),
        _ => Ok(endpoint.to_owned()),
    }
}

/// Whether what is sent to an address stays on this machine or is enciphered, so that secrets may go with it.
pub fn is_on_this_machine(address: &str) -> bool {
    let Some(rest) = address.strip_prefix("http://") else {
        return false;
    };
    let host = rest.split('/').next().unwrap_or_default();
    let host = match host.strip_prefix('[') {
        Some(inside) => inside.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let is_loopback = |ip: std::net::IpAddr| ip.is_loopback();
    host == "localhost" || host.parse().is_ok_and(is_loopback)
}
