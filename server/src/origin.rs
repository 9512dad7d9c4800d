//! Where a form was sent from: only pages of the shop itself may change a cart or place an order.
//!
//! Pages are the same for everybody, so no token can stand in them. Browsers say where a request comes from:
//! `Sec-Fetch-Site` on secure origins, `Origin` with every POST. A page of another site can forge neither. Without both,
//! the client is no browser of this decade, and there is no cookie of a shopper that it could abuse.

use hyper::HeaderMap;
use hyper::header::{HOST, ORIGIN, REFERER};

/// Whether a POST may come from where it comes from. `base_url` is the shop's origin.
pub fn is_ours(headers: &HeaderMap, base_url: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    let host = text(HOST.as_str());
    let is_same = |origin: &str| {
        origin == base_url
            || host.is_some_and(|host| {
                let bare = origin
                    .strip_prefix("https://")
                    .or_else(|| origin.strip_prefix("http://"));
                bare == Some(host)
            })
    };
    match (text(ORIGIN.as_str()), text(REFERER.as_str())) {
        (Some(origin), _) => is_same(origin),
        (None, Some(referer)) => {
            let end = referer
                .match_indices('/')
                .nth(2)
                .map_or(referer.len(), |(at, _)| at);
            is_same(referer.get(..end).unwrap_or_default())
        }
        (None, None) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(headers: &[(&'static str, &str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        is_ours(&map, "https://shop.example")
    }

    #[test]
    fn only_pages_of_the_shop_may_send_forms() {
        let host = ("host", "shop.example");
        assert!(ours(&[host, ("sec-fetch-site", "same-origin")]));
        assert!(ours(&[host, ("origin", "https://shop.example")]));
        assert!(ours(&[
            ("host", "127.0.0.1:8080"),
            ("origin", "http://127.0.0.1:8080")
        ]));
        assert!(ours(&[
            host,
            ("referer", "https://shop.example/p/chair?x=/")
        ]));
        assert!(ours(&[host]));
        for site in ["cross-site", "same-site", "none"] {
            assert!(
                !ours(&[
                    host,
                    ("sec-fetch-site", site),
                    ("origin", "https://shop.example")
                ]),
                "{site}"
            );
        }
        for origin in [
            "https://evil.example",
            "null",
            "",
            "https://shop.example.evil.example",
            "shop.example",
        ] {
            assert!(!ours(&[host, ("origin", origin)]), "{origin}");
        }
        assert!(!ours(&[
            host,
            ("referer", "https://evil.example/https://shop.example/")
        ]));
        assert!(!ours(&[
            host,
            ("origin", "https://evil.example"),
            ("referer", "https://shop.example/")
        ]));
    }
}
