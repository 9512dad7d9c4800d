//! What the operator decides about traces, as both daemons read it.

/// What is behind the endpoint unless it says so itself.
const PATH: &str = "/v1/traces";

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

/// Whether others could read what is sent to an address: it leaves this machine, and is not enciphered. No secret may go
/// there.
pub fn goes_in_the_clear(address: &str) -> bool {
    address.starts_with("http://") && !is_on_this_machine(address)
}

/// Whether what is sent to an address without TLS stays on this machine.
pub(super) fn is_on_this_machine(address: &str) -> bool {
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
