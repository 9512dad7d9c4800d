//! What robots.txt keeps from crawlers. The file is written by `page::sitemap`; a test holds both together.

use super::{Listing, Route};

impl Route {
    /// Whether robots.txt closes it to crawlers: searches, lists that are filtered or sorted, fragments, and what is one
    /// shopper's own.
    pub fn is_closed_to_crawlers(&self) -> bool {
        match self {
            Self::Search { .. } | Self::Offer { .. } | Self::Fragment(_) => true,
            Self::Cart { .. } | Self::CartPartial | Self::Checkout | Self::Order { .. } => true,
            Self::List { .. } | Self::Restock(_) => true,
            _ => self.listing().is_some_and(Listing::is_narrowed),
        }
    }
}

impl Listing {
    /// Whether it is filtered, sorted or shown in another way.
    fn is_narrowed(&self) -> bool {
        self.is_filtered() || self.sort.is_some() || self.as_list
    }
}
