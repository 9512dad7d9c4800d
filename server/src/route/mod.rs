//! URL to `Route` and `Route` back to URL, in one place: nothing else parses or builds a link.
//!
//! Every route has exactly one canonical URL. Whatever else a client sends for it is answered by a redirect there,
//! so caches, crawlers and our own body cache see each page once.

/// Percent-encoding as paths and forms use it.
mod encoding;

/// What a visitor asked of a list of products: words, filters, order, page.
mod listing;

/// Chosen variant and options of a product.
mod choice;

/// The addresses of the shop.
mod url;

/// Addresses of fragments, which scripts put into pages.
mod feed_format;
mod fragment;
/// The same addresses in the shop's further languages.
mod place;
/// Pictures for links.
mod share;

/// Where one asks to be told when something can be had again.
mod restock;

/// Where one withdraws from a contract.
mod withdrawal;

/// Whom an address is for.
mod access;

/// What addresses of one kind have in common.
mod template;

/// What robots.txt keeps from crawlers.
mod closed;

#[cfg(test)]
mod tests;

pub(crate) use encoding::{decode_query, encode_segment};
pub use feed_format::FeedFormat;
pub use fragment::{Fragment, Part};
pub use listing::{Listing, PriceBound, Sort};
pub use place::locale_of;
pub use restock::Restock;
pub use share::ShareCard;
pub use url::{Parsed, Route, RouteError};
pub use withdrawal::Withdrawal;
