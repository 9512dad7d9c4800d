//! Whether a request may be answered at all: its host and its form, before anybody looks at its path.
//!
//! RFC 9112 §3.2 wants a missing, doubled or malformed Host refused. A host that is not ours gets 421, so that a stray
//! or rebound domain cannot pose as the shop.

use std::net::IpAddr;

use hyper::header::{HOST, TRANSFER_ENCODING};
use hyper::http::request::Parts;
use hyper::http::uri::Authority;
use hyper::{Method, Version};

/// Whose requests are answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Hosts {
    /// Any well-formed host: for listeners that are private by their address.
    Any,
    /// These names, lower case and without port, and loopback ones.
    Named(Vec<String>),
}

/// Why a request is not answered.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    /// The request contradicts the protocol.
    #[error("the request is malformed: {0}")]
    Malformed(&'static str),
    /// Another shop's door.
    #[error(
        "this server does not answer for `{0}`; an operator can add it to `hosts` in the configuration"
    )]
    WrongHost(String),
    /// Neither GET nor HEAD, nor a POST to where something can be posted.
    #[error("the method {0} does nothing here")]
    Method(Method),
    /// The body exceeds the limit.
    #[error("the body is larger than {limit} bytes")]
    BodyTooLarge {
        /// The limit.
        limit: usize,
    },
    /// The body did not come in time.
    #[error("the body did not arrive in time")]
    BodyTooSlow,
}

impl Refusal {
    /// The number of the status that tells it.
    pub fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) => 400,
            Self::WrongHost(_) => 421,
            Self::Method(_) => 405,
            Self::BodyTooLarge { .. } => 413,
            Self::BodyTooSlow => 408,
        }
    }

    /// Whether the rest of the connection cannot be trusted to begin with a request.
    pub(super) fn ends_connection(&self) -> bool {
        !matches!(self, Self::WrongHost(_))
    }
}

/// Checks a request's head, and gives the host that it is for.
pub(super) fn head(
    parts: &Parts,
    hosts: &Hosts,
    takes_posts: impl Fn(Option<&str>, &str) -> bool,
) -> Result<Option<String>, Refusal> {
    if parts.version == Version::HTTP_10 && parts.headers.contains_key(TRANSFER_ENCODING) {
        return Err(Refusal::Malformed("HTTP/1.0 has no transfer codings"));
    }
    // CONNECT names a host to go to, not the one it is for: it is refused before hosts are looked at.
    let host = if parts.method == Method::CONNECT {
        None
    } else {
        host(parts)?
    };
    let target = parts.uri.path_and_query();
    let does_something = match parts.method {
        Method::GET | Method::HEAD => true,
        Method::POST => target.is_some_and(|target| takes_posts(host.as_deref(), target.as_str())),
        _ => false,
    };
    if !does_something {
        return Err(Refusal::Method(parts.method.clone()));
    }
    if let (Some(host), Hosts::Named(names)) = (&host, hosts)
        && !is_ours(host, names)
    {
        return Err(Refusal::WrongHost(host.clone()));
    }
    match parts.uri.path() {
        path if path.starts_with('/') => Ok(host),
        _ => Err(Refusal::Malformed("the target is not a path")),
    }
}

/// The host a request is for, lower case and without port; `None` where HTTP/1.0 leaves it out.
fn host(parts: &Parts) -> Result<Option<String>, Refusal> {
    let mut values = parts.headers.get_all(HOST).iter();
    let header = match (values.next(), values.next()) {
        (_, Some(_)) => return Err(Refusal::Malformed("more than one Host")),
        (None, None) => None,
        (Some(value), None) => {
            let text = value
                .to_str()
                .map_err(|_| Refusal::Malformed("a Host that is no text"))?;
            Some(parse_host(text)?)
        }
    };
    if let Some(scheme) = parts.uri.scheme_str()
        && scheme != "http"
        && scheme != "https"
    {
        return Err(Refusal::Malformed(
            "a target that is neither http nor https",
        ));
    }
    let target = parts
        .uri
        .authority()
        .map(|authority| parse_host(authority.as_str()))
        .transpose()?;
    match (parts.version, header, target) {
        (Version::HTTP_11, None, _) => Err(Refusal::Malformed("no Host")),
        (Version::HTTP_2, None, None) => Err(Refusal::Malformed("no :authority")),
        (Version::HTTP_2, Some(header), Some(target)) if header != target => {
            Err(Refusal::Malformed(":authority and Host differ"))
        }
        // An absolute target wins over Host (RFC 9112 §3.2.2).
        (_, header, target) => Ok(target.or(header)),
    }
}

/// Reads `host[:port]` strictly.
fn parse_host(text: &str) -> Result<String, Refusal> {
    const MALFORMED: Refusal = Refusal::Malformed("a Host that is no host");
    let authority: Authority = text.parse().map_err(|_| MALFORMED)?;
    let host = authority.host();
    let rest = text.strip_prefix(host).ok_or(MALFORMED)?;
    let port_is_sound = match rest.strip_prefix(':') {
        None => rest.is_empty(),
        Some(port) => {
            port.is_empty()
                || port
                    .parse::<u16>()
                    .is_ok_and(|_| port.bytes().all(|b| b.is_ascii_digit()))
        }
    };
    let name_is_sound = match host.strip_prefix('[') {
        Some(bracketed) => bracketed
            .strip_suffix(']')
            .is_some_and(|ip| ip.parse::<IpAddr>().is_ok_and(|ip| ip.is_ipv6())),
        None => {
            !host.is_empty()
                && host
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
        }
    };
    if !port_is_sound || !name_is_sound {
        return Err(MALFORMED);
    }
    Ok(host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase())
}

fn is_ours(host: &str, names: &[String]) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let loopback = host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    loopback || names.iter().any(|name| name == host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Request;

    fn check(
        build: impl FnOnce(hyper::http::request::Builder) -> hyper::http::request::Builder,
    ) -> u16 {
        let (parts, ()) = build(Request::builder()).body(()).unwrap().into_parts();
        let hosts = Hosts::Named(vec!["shop.example".to_owned()]);
        head(&parts, &hosts, |_, target| target == "/cart")
            .map_or_else(|refusal| refusal.status(), |_| 200)
    }

    #[test]
    fn hosts_are_checked_as_the_protocol_wants() {
        for (host, status) in [
            ("shop.example", 200),
            ("SHOP.example:8443", 200),
            ("shop.example.", 200),
            ("localhost:8080", 200),
            ("127.0.0.7", 200),
            ("[::1]:80", 200),
            ("shop.example:", 200),
            ("evil.example", 421),
            ("10.0.0.1", 421),
            ("", 400),
            ("a b", 400),
            ("user@shop.example", 400),
            ("shop.example:port", 400),
            ("shop.example:99999", 400),
            ("shop.example/x", 400),
            ("shop.example,evil.example", 400),
            ("[::1", 400),
            ("[127.0.0.1]", 400),
        ] {
            assert_eq!(
                check(|request| request.uri("/").header(HOST, host)),
                status,
                "{host:?}"
            );
        }
        assert_eq!(check(|request| request.uri("/")), 400);
        assert_eq!(
            check(|request| request.uri("/").version(Version::HTTP_10)),
            200
        );
        let twice = |request: hyper::http::request::Builder| {
            request
                .uri("/")
                .header(HOST, "shop.example")
                .header(HOST, "shop.example")
        };
        assert_eq!(check(twice), 400);
    }

    #[test]
    fn an_absolute_target_wins_over_host() {
        let absolute = |uri: &str, host: &str| check(|request| request.uri(uri).header(HOST, host));
        assert_eq!(absolute("http://shop.example/p/x", "evil.example"), 200);
        assert_eq!(absolute("http://evil.example/", "shop.example"), 421);
        assert_eq!(absolute("ftp://shop.example/", "shop.example"), 400);
    }

    #[test]
    fn http2_needs_one_authority() {
        let http2 = |uri: &str| Request::builder().version(Version::HTTP_2).uri(uri);
        assert_eq!(check(|_| http2("https://shop.example/")), 200);
        assert_eq!(check(|_| http2("/")), 400);
        assert_eq!(
            check(|_| http2("https://shop.example/").header(HOST, "evil.example")),
            400
        );
    }

    #[test]
    fn only_get_and_head_pass_and_posts_where_they_are_wanted() {
        for method in [
            "POST", "PUT", "DELETE", "TRACE", "OPTIONS", "CONNECT", "BREW",
        ] {
            assert_eq!(
                check(|r| r.method(method).uri("/").header(HOST, "shop.example")),
                405,
                "{method}"
            );
        }
        let ours = |method: &str, uri: &str| {
            check(|r| r.method(method).uri(uri).header(HOST, "shop.example"))
        };
        assert_eq!(ours("HEAD", "/"), 200);
        assert_eq!(ours("POST", "/cart"), 200);
        assert_eq!(ours("PUT", "/cart"), 405);
        assert_eq!(check(|r| r.uri("*").header(HOST, "shop.example")), 400);
    }
}
