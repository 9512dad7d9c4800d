//! Named reasons why a response may be cached, so that no page writes a header by hand.
//!
//! Every policy says who may keep a response and for how long; the header values live here and nowhere else.

/// Why, and by whom, a response may be kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CachePolicy {
    /// A whole page. It carries nothing personal, so anyone may keep it, for as long as a price in it may be old;
    /// after that a cache may still show it once while it asks for the new one.
    Page,
    /// A fragment with price and stock. It exists to be fresher than its page, so a kept copy is asked about each
    /// time; an unchanged one then costs a 304.
    Partial,
    /// A file whose address carries the hash of its content: another content has another address.
    Asset,
    /// Sitemaps and robots.txt: crawlers come back in hours, not in seconds.
    Crawl,
    /// A redirect from another spelling of an address. The rule is ours and may change with a release, so not for good.
    Redirect,
    /// One shopper's own: cart, checkout, order. Nobody keeps it, the browser's back button included.
    Private,
    /// Refusals and failures: whatever was wrong may be right a second later.
    Error,
}

impl CachePolicy {
    /// The value of `Cache-Control`.
    pub fn header(self) -> &'static str {
        match self {
            Self::Page => "public, max-age=10, stale-while-revalidate=30",
            Self::Partial => "public, no-cache",
            Self::Asset => "public, max-age=31536000, immutable",
            Self::Crawl => "public, max-age=3600",
            Self::Redirect => "public, max-age=3600",
            Self::Private => "private, no-store",
            Self::Error => "no-store",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_named_files_are_kept_for_good_and_errors_never() {
        assert!(CachePolicy::Asset.header().contains("immutable"));
        assert_eq!(CachePolicy::Error.header(), "no-store");
        for policy in [
            CachePolicy::Page,
            CachePolicy::Partial,
            CachePolicy::Crawl,
            CachePolicy::Redirect,
        ] {
            assert!(!policy.header().contains("immutable"), "{policy:?}");
        }
    }
}
