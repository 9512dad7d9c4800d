//! Where something is asked: scheme, host and port of an address.

use std::net::IpAddr;

use hyper::http::uri::{Scheme, Uri};

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
}
