//! The daemon that serves shoppers.

/// URL to Route and Route back to URL, in one place.
pub mod route;

/// Every page of the shop: from a route and a generation to HTML.
pub mod page;

/// Named reasons why a response may be cached.
pub mod cache_policy;
