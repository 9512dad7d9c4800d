//! The headers that every response made from one generation has.

use std::sync::{Arc, OnceLock};

use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};

use crate::encode::Encoding;
use crate::page::{Kind, Page};
use crate::respond;

const GENERATION: HeaderName = HeaderName::from_static("x-frontage-generation");
const PERMISSIONS: &str = "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), \
                           magnetometer=(), microphone=(), midi=(), payment=(), usb=()";

/// What is the same in every response made from one generation. Made once a swap.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// All headers that every response has.
    headers: HeaderMap,
    /// Those of a usual page in each coding, made with the first such page.
    usual: OnceLock<[Arc<HeaderMap>; Encoding::BY_SIZE.len()]>,
}

impl Stamp {
    /// The headers of a generation whose media come from `media_origins`.
    pub fn new<'a>(
        generation: Option<u64>,
        media_origins: impl Iterator<Item = &'a str>,
        https: bool,
    ) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            security_policy(media_origins),
        );
        headers.insert(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        headers.insert(
            header::REFERRER_POLICY,
            HeaderValue::from_static("strict-origin-when-cross-origin"),
        );
        headers.insert(
            HeaderName::from_static("permissions-policy"),
            HeaderValue::from_static(PERMISSIONS),
        );
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        headers.insert(
            HeaderName::from_static("cross-origin-opener-policy"),
            HeaderValue::from_static("same-origin"),
        );
        headers.insert(
            HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static("same-origin"),
        );
        if https {
            headers.insert(
                header::STRICT_TRANSPORT_SECURITY,
                HeaderValue::from_static("max-age=31536000"),
            );
        }
        // Before the first generation there is no number to tell; 0 is never given to one.
        headers.insert(GENERATION, HeaderValue::from(generation.unwrap_or(0)));
        Self {
            headers,
            usual: OnceLock::new(),
        }
    }

    /// All of them.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The headers of a usual page.
    pub(crate) fn usual(&self, encoding: Encoding, preload: &HeaderValue) -> Arc<HeaderMap> {
        let all = self.usual.get_or_init(|| {
            let page = Page::html(Kind::Product, String::new());
            Encoding::BY_SIZE
                .map(|encoding| Arc::new(respond::page_headers(&page, self, encoding, preload)))
        });
        let position = Encoding::BY_SIZE.iter().position(|&one| one == encoding);
        Arc::clone(&all[position.unwrap_or_default()])
    }
}

/// Nothing runs and nothing loads but our own files and the catalog's pictures and films. JSON-LD is data and needs no leave.
fn security_policy<'a>(media_origins: impl Iterator<Item = &'a str>) -> HeaderValue {
    let mut policy = String::from(
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:",
    );
    // An origin comes from a feed: one that could end the directive, or is no header text, is left out.
    let harmless = |origin: &&str| {
        origin
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b";,'\"".contains(&byte))
    };
    let origins: Vec<&str> = media_origins.filter(harmless).collect();
    for kind in ["", "; media-src 'self'"] {
        policy.push_str(kind);
        for origin in &origins {
            policy.push(' ');
            policy.push_str(origin);
        }
    }
    policy.push_str(
        "; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    HeaderValue::try_from(policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
}
