//! What addresses of one kind have in common, for those who count or trace requests.

use super::{Fragment, Route};
use crate::lists::ListKind;

impl Route {
    /// Its address with what differs left out; one of a fixed set, whatever a client asks for.
    pub fn template(&self) -> &'static str {
        match self {
            Self::Home => "/",
            Self::Category { .. } => "/c/{path}",
            Self::Product { .. } => "/p/{slug}",
            Self::Brand { .. } => "/b/{brand}",
            Self::Brands => "/b",
            Self::Search { .. } => "/search",
            Self::Content { .. } => "/pages/{slug}",
            Self::Guides { .. } => "/pages",
            Self::Reviews { .. } => "/p/{slug}/reviews",
            Self::Offer { .. } => "/partials/offer/{slug}",
            Self::Cart { .. } => "/cart",
            Self::CartPartial => "/partials/cart",
            Self::Fragment(Fragment::Suggest { .. }) => "/partials/suggest",
            Self::Fragment(Fragment::Recent { .. }) => "/partials/recent",
            Self::Fragment(Fragment::Part { .. }) => "/p/{slug}?part",
            Self::Fragment(Fragment::Several { .. }) => "/partials",
            Self::Lists => "/lists",
            Self::List { kind, .. } => match kind {
                ListKind::Wish => "/wishlist",
                ListKind::Compare => "/compare",
            },
            Self::Checkout => "/checkout",
            Self::Order { .. } => "/orders/{id}",
            Self::Entrance { .. } => "/enter",
            Self::Withdrawal(_) => "/withdrawal",
            Self::Restock(_) => "/restock",
            Self::ShareCard(_) => "/share/{hash}/{kind}/{slug}",
            Self::StripeWebhook => "/webhooks/stripe",
            Self::Asset { .. } => "/assets/{hash}/{name}",
            Self::SitemapIndex => "/sitemap.xml",
            Self::Sitemap { .. } => "/sitemaps/{number}",
            Self::Robots => "/robots.txt",
            Self::Feed { .. } => "/feeds/{format}",
        }
    }
}
