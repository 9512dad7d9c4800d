//! Named reasons why a response may be cached, so that no page writes a header by hand.
//!
//! Every policy says who may keep a response and for how long; the header values live here and nowhere else.

/// Why, and by whom, a response may be kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CachePolicy {
    /// A whole page. It carries nothing personal, so anyone may keep it, for as long as a price in it may be old;
    /// after that a cache may still show it once while it asks for the new one, and for a day if there is no answer:
    /// yesterday's shop is better than none.
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

/// For how long a page is fresh, and for how long it may be shown once more after that, in seconds.
const PAGE_SECONDS: [u64; 2] = [10, 30];
/// For how long it may be shown after that if there is no answer.
const PAGE_IF_ERROR: u64 = 86_400;

impl CachePolicy {
    /// The value of `Cache-Control` of a page that must not be shown any more in so many seconds; none where the usual
    /// one ends before that.
    pub fn page_for(seconds: u64) -> Option<String> {
        let [fresh, stale] = PAGE_SECONDS;
        if seconds >= fresh + PAGE_IF_ERROR {
            return None;
        }
        let fresh = fresh.min(seconds);
        let left = seconds - fresh;
        let stale = stale.min(left);
        Some(match left {
            0 => format!("public, max-age={fresh}"),
            left => format!(
                "public, max-age={fresh}, stale-while-revalidate={stale}, stale-if-error={left}"
            ),
        })
    }

    /// Whether caches on the way keep it, so that tags mean something to them.
    pub fn is_shared(self) -> bool {
        matches!(self, Self::Page | Self::Crawl)
    }

    /// The value of `Cache-Control`.
    pub fn header(self) -> &'static str {
        match self {
            Self::Page => "public, max-age=10, stale-while-revalidate=30, stale-if-error=86400",
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
    fn a_page_is_kept_no_longer_than_its_prices_hold() {
        let usual = CachePolicy::Page.header();
        let [fresh, stale] = PAGE_SECONDS;
        assert_eq!(
            usual,
            format!(
                "public, max-age={fresh}, stale-while-revalidate={stale}, stale-if-error={PAGE_IF_ERROR}"
            )
        );
        assert_eq!(CachePolicy::page_for(86_410), None);
        let shorter = |seconds| CachePolicy::page_for(seconds).unwrap();
        assert_eq!(
            shorter(86_409),
            "public, max-age=10, stale-while-revalidate=30, stale-if-error=86399"
        );
        assert_eq!(
            shorter(39),
            "public, max-age=10, stale-while-revalidate=29, stale-if-error=29"
        );
        assert_eq!(shorter(10), "public, max-age=10");
        assert_eq!(shorter(3), "public, max-age=3");
        assert_eq!(shorter(0), "public, max-age=0");
    }

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
