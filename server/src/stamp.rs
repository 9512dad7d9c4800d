//! The headers that every response made from one generation has.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};

use crate::assets::Hints;
use crate::encode::Encoding;
use crate::page::{Kind, Page};
use crate::respond;

pub(crate) const GENERATION: HeaderName = HeaderName::from_static("x-frontage-generation");
const PERMISSIONS: &str = "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), \
                           magnetometer=(), microphone=(), midi=(), payment=(), usb=()";

/// Headers of pages, by kind and coding.
type Usual = HashMap<(Kind, Encoding), Arc<HeaderMap>>;

/// What browsers and caches on the way are told, as the operator decides.
#[derive(Clone, Debug, Default)]
pub struct Edge {
    /// The value of Strict-Transport-Security, if it is sent.
    pub hsts: Option<HeaderValue>,
    /// The header that names a page's generation and kind for a cache, if one is sent.
    pub tags: Option<TagHeader>,
}

/// A header by which caches can be told what to drop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TagHeader {
    /// `Cache-Tag`, tags with commas between them.
    CacheTag,
    /// `Surrogate-Key`, tags with spaces between them.
    SurrogateKey,
}

impl TagHeader {
    /// As the configuration names it.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "cache-tag" => Some(Self::CacheTag),
            "surrogate-key" => Some(Self::SurrogateKey),
            _ => None,
        }
    }

    fn name(self) -> HeaderName {
        HeaderName::from_static(match self {
            Self::CacheTag => "cache-tag",
            Self::SurrogateKey => "surrogate-key",
        })
    }

    fn separator(self) -> char {
        match self {
            Self::CacheTag => ',',
            Self::SurrogateKey => ' ',
        }
    }
}

/// What is the same in every response made from one generation. Made once a swap.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// All headers that every response has.
    headers: HeaderMap,
    /// What pages are tagged with, and the generation that stands in it.
    tags: Option<(TagHeader, u64)>,
    /// Those of a usual page of each kind in each coding, made with the first such page. Without tags, all kinds have
    /// the same.
    usual: Arc<RwLock<Usual>>,
}

impl Stamp {
    /// The headers of a generation whose media come from `media_origins`.
    pub fn new<'a>(
        generation: Option<u64>,
        media_origins: impl Iterator<Item = &'a str>,
        edge: &Edge,
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
        if let Some(hsts) = &edge.hsts {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, hsts.clone());
        }
        // Before the first generation there is no number to tell; 0 is never given to one.
        headers.insert(GENERATION, HeaderValue::from(generation.unwrap_or(0)));
        Self {
            headers,
            tags: edge.tags.map(|tags| (tags, generation.unwrap_or(0))),
            usual: Arc::default(),
        }
    }

    /// All of them.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The headers of a usual page of a kind.
    pub(crate) fn usual(&self, kind: Kind, encoding: Encoding, hints: &Hints) -> Arc<HeaderMap> {
        let kind = if self.tags.is_some() {
            kind
        } else {
            Kind::Product
        };
        let known = self.usual.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(headers) = known.get(&(kind, encoding)) {
            return Arc::clone(headers);
        }
        drop(known);
        let page = Page::html(kind, String::new());
        let headers = Arc::new(respond::page_headers(&page, self, encoding, hints));
        let mut known = self.usual.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry((kind, encoding)).or_insert(headers))
    }

    /// Tags a page: as one of ours, with its generation and with its kind.
    pub(crate) fn tag(&self, kind: Kind, headers: &mut HeaderMap) {
        let Some((header, generation)) = self.tags else {
            return;
        };
        let (kind, separator) = (kind.name(), header.separator());
        let tags = format!("frontage{separator}g{generation}{separator}{kind}");
        // Kinds are words of ours.
        if let Ok(tags) = HeaderValue::try_from(tags) {
            headers.insert(header.name(), tags);
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_name_their_generation_and_kind_where_somebody_wants_to_know() {
        let hints = Hints {
            preload: HeaderValue::from_static("</a.css>; rel=preload"),
            ahead: HeaderValue::from_static("\"/a.json\""),
        };
        let tagged = |tags: Option<TagHeader>, kind: Kind| {
            let stamp = Stamp::new(Some(12), std::iter::empty(), &Edge { hsts: None, tags });
            let headers = stamp.usual(kind, Encoding::Gzip, &hints);
            ["cache-tag", "surrogate-key"].map(|name| {
                let value = headers.get(name).map(|value| value.to_str().unwrap());
                value.unwrap_or_default().to_owned()
            })
        };
        let cache_tag = Some(TagHeader::CacheTag);
        assert_eq!(tagged(cache_tag, Kind::Home), ["frontage,g12,home", ""]);
        assert_eq!(
            tagged(cache_tag, Kind::Product),
            ["frontage,g12,product", ""]
        );
        let surrogate_key = Some(TagHeader::SurrogateKey);
        assert_eq!(tagged(surrogate_key, Kind::Home), ["", "frontage g12 home"]);
        assert_eq!(tagged(None, Kind::Home), ["", ""]);
    }
}
