//! Named reasons why a response may be cached, so that no page writes a header by hand.

/// Why, and by whom, a response may be kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CachePolicy {
    /// A whole page: anyone may keep it, for as long as a price may be old.
    Page,
    /// A fragment with price and stock: nobody keeps it.
    Partial,
    /// A file whose address carries its content's hash: kept for good.
    Asset,
    /// Sitemaps and robots.txt: kept for a while.
    Crawl,
    /// Refusals and failures: nobody keeps them.
    Error,
}
