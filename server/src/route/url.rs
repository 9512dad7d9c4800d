//! The addresses of the shop.
//!
//! `Route::parse` accepts every spelling of an address and says whether it was the canonical one; `Display` writes the
//! canonical one. A printed route is always an absolute path of this shop, so a redirect to it cannot leave the shop.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use frontage_shared::model::slug;
use frontage_shared::snapshot::locales::LocaleIndex;

use super::choice::{choice, write_choice};
use super::encoding::{self, decode_path, decode_query};
use super::feed_format::FeedFormat;
use super::fragment::Fragment;
use super::listing::{Listing, Sort};
use super::restock::Restock;
use super::share::ShareCard;
use super::withdrawal::Withdrawal;
use crate::lists::ListKind;

/// Longest path and query, in bytes.
const MAX_TARGET_BYTES: usize = 8192;
/// Most parameters in a query.
const MAX_PAIRS: usize = 100;

/// One address of the shop. Whether the shop has such a product or category is for the page to find out.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Route {
    /// `/`
    Home,
    /// `/c/<category/path>`
    Category {
        /// The slugs from the root, joined by `/`.
        path: String,
        /// What was asked of the list.
        listing: Listing,
    },
    /// `/p/<slug>`
    Product {
        /// The product's slug.
        slug: String,
        /// The id of the chosen variant.
        variant: Option<String>,
        /// Value codes by option code, as the choice form sends them; the page turns them into a variant.
        options: BTreeMap<String, String>,
    },
    /// `/b/<brand>`
    Brand {
        /// The brand's slug.
        slug: String,
        /// What was asked of the list.
        listing: Listing,
    },
    /// `/search`
    Search {
        /// The words, and what was asked of the list.
        listing: Listing,
    },
    /// `/pages/<slug>`
    Content {
        /// The content page's slug.
        slug: String,
    },
    /// `/pages`: all guides and articles.
    Guides {
        /// Which page of them.
        listing: Listing,
    },
    /// `/partials/offer/<slug>`: price and stock of a product or of one variant.
    Offer {
        /// The product's slug.
        slug: String,
        /// The id of the variant shown.
        variant: Option<String>,
    },
    /// `/cart`: one shopper's own.
    Cart {
        /// What was just done, as [`Outcome`](crate::cart::Outcome) writes it.
        notice: Option<String>,
        /// A cart that somebody shared.
        shared: Option<String>,
    },
    /// `/partials/cart`: how much is in the cart.
    CartPartial,
    /// What scripts put into pages.
    Fragment(Fragment),
    /// `/lists`: where forms that change a list go.
    Lists,
    /// `/wishlist`, `/compare`: one shopper's own.
    List {
        /// Which list.
        kind: ListKind,
        /// What was just done, as [`Outcome`](crate::lists::Outcome) writes it.
        notice: Option<String>,
        /// A wishlist that somebody shared.
        shared: Option<String>,
    },
    /// `/checkout`: one shopper's own.
    Checkout,
    /// `/orders/<id>`: one order, for whoever has the link.
    Order {
        /// The order's id.
        id: String,
        /// What proves that we gave the link out.
        token: String,
    },
    /// `/enter?t=…`: the way into the markets of a customer group.
    Entrance {
        /// What proves that we gave the link out.
        pass: String,
    },
    /// `/withdrawal`: withdrawing from a contract.
    Withdrawal(Withdrawal),
    /// `/restock?variant=…`: being told when something can be had again.
    Restock(Restock),
    /// `/share/<hash>/<kind>/<slug>.png`: a picture for links to a page that has none.
    ShareCard(ShareCard),
    /// `/webhooks/stripe`: where Stripe says what was paid.
    StripeWebhook,
    /// `/assets/<hash>/<name>`
    Asset {
        /// The hash of the content.
        hash: String,
        /// The file's name.
        name: String,
    },
    /// `/b`: all brands.
    Brands,
    /// `/p/<slug>/reviews`: all reviews of a product.
    Reviews {
        /// Of the product.
        slug: String,
        /// Only its page counts.
        listing: Listing,
    },
    /// `/sitemap.xml`: the index of sitemaps.
    SitemapIndex,
    /// `/sitemaps/<n>.xml`
    Sitemap {
        /// Counted from 1.
        number: u32,
    },
    /// `/robots.txt`
    Robots,
    /// `/feeds/google.xml`, `/feeds/products.ndjson`
    Feed {
        /// How it is written.
        format: FeedFormat,
    },
}

/// What an address turned out to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parsed {
    /// The language asked for.
    pub locale: LocaleIndex,
    /// The route asked for.
    pub route: Route,
    /// Its canonical address.
    pub url: String,
    /// Whether the address was the canonical one, up to percent-encoding; if not, redirect to `url`.
    pub canonical: bool,
}

/// Why an address is none of ours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RouteError {
    /// Well formed, but no kind of page lives there.
    #[error("there is no page at this address")]
    NotFound,
    /// The address itself is broken.
    #[error("the address is malformed: {0}")]
    Malformed(&'static str),
    /// More than anybody links to.
    #[error("the address is longer than {MAX_TARGET_BYTES} bytes")]
    TooLong,
}

impl Route {
    /// Reads path and query as they stand in a request line (`/c/shoes?page=2`).
    pub fn parse(target: &str) -> Result<Parsed, RouteError> {
        if target.len() > MAX_TARGET_BYTES {
            return Err(RouteError::TooLong);
        }
        let (raw_path, raw_query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        let path = decode_path(raw_path)?;
        let pairs = raw_query.map(decode_query).unwrap_or_default();
        if pairs.len() > MAX_PAIRS {
            return Err(RouteError::Malformed("too many parameters"));
        }
        let segments: Vec<&str> = path.segments.iter().map(|segment| &**segment).collect();
        let route = Self::from_parts(&segments, &pairs)?;
        // Encodings are compared decoded: a proxy that re-encodes what we redirect to must not cause a loop.
        let mut url = String::with_capacity(target.len());
        // Writing to a String cannot fail.
        let _ = write!(url, "{route}");
        let url_pairs = url
            .split_once('?')
            .map(|(_, query)| decode_query(query))
            .unwrap_or_default();
        Ok(Parsed {
            locale: LocaleIndex::OWN,
            canonical: path.canonical && url_pairs == pairs,
            route,
            url,
        })
    }

    fn from_parts(segments: &[&str], pairs: &[(String, String)]) -> Result<Self, RouteError> {
        let listing = |default| Listing::from_pairs(pairs, default);
        Ok(match *segments {
            [] => Self::Home,
            ["c", ref path @ ..] if !path.is_empty() => Self::Category {
                path: checked_path(path)?,
                listing: listing(Sort::Featured),
            },
            ["p", slug] => Fragment::or_page(checked_slug(slug)?, choice(pairs)),
            ["b", slug] => Self::Brand {
                slug: checked_slug(slug)?,
                listing: listing(Sort::Featured),
            },
            ["b"] => Self::Brands,
            ["p", slug, "reviews"] => Self::Reviews {
                slug: checked_slug(slug)?,
                listing: Listing::new().with_page(listing(Sort::Featured).page),
            },
            ["search"] => Self::Search {
                listing: listing(Sort::Relevance),
            },
            ["pages"] => Self::Guides {
                listing: Listing::new().with_page(listing(Sort::Featured).page),
            },
            ["pages", slug] => Self::Content {
                slug: checked_slug(slug)?,
            },
            ["partials", "offer", slug] => Self::Offer {
                slug: checked_slug(slug)?,
                variant: choice(pairs).0,
            },
            ["cart"] => Self::Cart {
                notice: last(pairs, "notice"),
                shared: last(pairs, "shared"),
            },
            ["partials", "cart"] => Self::CartPartial,
            ["partials", ref rest @ ..] => Self::Fragment(Fragment::of(rest, pairs)?),
            ["lists"] => Self::Lists,
            ["wishlist"] => Self::List {
                kind: ListKind::Wish,
                notice: last(pairs, "notice"),
                shared: last(pairs, "shared"),
            },
            ["compare"] => Self::list(ListKind::Compare, last(pairs, "notice")),
            ["checkout"] => Self::Checkout,
            ["orders", id] => order(id, pairs),
            ["enter"] => entrance(pairs),
            ["withdrawal"] => Self::Withdrawal(Withdrawal::of(pairs)),
            ["share", ref rest @ ..] => {
                Self::ShareCard(ShareCard::of(rest).ok_or(RouteError::NotFound)?)
            }
            ["restock"] => Self::Restock(Restock::of(pairs)),
            ["webhooks", "stripe"] => Self::StripeWebhook,
            ["assets", hash, name] => Self::Asset {
                hash: checked_slug(hash)?,
                name: checked_slug(name)?,
            },
            ["sitemap.xml"] => Self::SitemapIndex,
            ["sitemaps", file] => Self::Sitemap {
                number: sitemap_number(file).ok_or(RouteError::NotFound)?,
            },
            ["robots.txt"] => Self::Robots,
            ["feeds", file] => Self::Feed {
                format: FeedFormat::of_file(file).ok_or(RouteError::NotFound)?,
            },
            _ => return Err(RouteError::NotFound),
        })
    }

    /// The canonical address, as it stands in links.
    pub fn href(&self) -> String {
        self.to_string()
    }

    /// A category's first page.
    pub fn category(path: &str) -> Self {
        Self::Category {
            path: path.to_owned(),
            listing: Listing::new(),
        }
    }

    /// A product without a chosen variant.
    pub fn product(slug: &str) -> Self {
        Self::Product {
            slug: slug.to_owned(),
            variant: None,
            options: BTreeMap::new(),
        }
    }

    /// A product with one variant chosen.
    pub fn variant(slug: &str, variant_id: &str) -> Self {
        Self::Product {
            slug: slug.to_owned(),
            variant: Some(variant_id.to_owned()),
            options: BTreeMap::new(),
        }
    }

    /// Reviews of a product.
    pub fn reviews(slug: &str, listing: Listing) -> Self {
        Self::Reviews {
            slug: slug.to_owned(),
            listing,
        }
    }

    /// A brand's first page.
    pub fn brand(slug: &str) -> Self {
        Self::Brand {
            slug: slug.to_owned(),
            listing: Listing::new(),
        }
    }

    /// A search.
    pub fn search(listing: Listing) -> Self {
        Self::Search { listing }
    }

    /// A content page.
    pub fn content(slug: &str) -> Self {
        Self::Content {
            slug: slug.to_owned(),
        }
    }

    /// The first page of all guides.
    pub fn guides() -> Self {
        Self::Guides {
            listing: Listing::new(),
        }
    }

    /// The partial with price and stock of a product or variant.
    pub fn offer(slug: &str, variant_id: Option<&str>) -> Self {
        Self::Offer {
            slug: slug.to_owned(),
            variant: variant_id.map(str::to_owned),
        }
    }

    /// The cart, with nothing to say about it.
    pub fn cart() -> Self {
        Self::Cart {
            notice: None,
            shared: None,
        }
    }

    /// One of a shopper's lists.
    pub fn list(kind: ListKind, notice: Option<String>) -> Self {
        Self::List {
            kind,
            notice,
            shared: None,
        }
    }

    /// The listing of a category, brand or search route.
    pub fn listing(&self) -> Option<&Listing> {
        match self {
            Self::Category { listing, .. }
            | Self::Brand { listing, .. }
            | Self::Guides { listing }
            | Self::Reviews { listing, .. }
            | Self::Search { listing } => Some(listing),
            _ => None,
        }
    }

    /// The same category, brand or search with another listing; any other route stays as it is.
    #[must_use]
    pub fn with_listing(&self, next: Listing) -> Self {
        let mut route = self.clone();
        if let Self::Category { listing, .. }
        | Self::Brand { listing, .. }
        | Self::Guides { listing }
        | Self::Reviews { listing, .. }
        | Self::Search { listing } = &mut route
        {
            let default_sort = route_default_sort(self);
            *listing = next;
            listing.drop_default_sort(default_sort);
        }
        route
    }

    /// The order a listing route has when none is asked for.
    pub fn default_sort(&self) -> Sort {
        route_default_sort(self)
    }

    /// The kind of page, for logs and metric labels: a small fixed set.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Category { .. } => "category",
            Self::Product { .. } | Self::Reviews { .. } => "product",
            Self::Brand { .. } | Self::Brands => "brand",
            Self::Search { .. } => "search",
            Self::Content { .. } | Self::Guides { .. } => "content",
            Self::Offer { .. } => "offer_partial",
            Self::Cart { .. } | Self::CartPartial => "cart",
            Self::Fragment(fragment) => fragment.kind(),
            Self::Lists => "lists",
            Self::List { kind, .. } => kind.page(),
            Self::Checkout => "checkout",
            Self::Order { .. } => "order",
            Self::StripeWebhook => "webhook",
            Self::Entrance { .. } => "entrance",
            Self::Withdrawal(_) => "withdrawal",
            Self::Restock(_) => "restock",
            Self::Asset { .. } | Self::ShareCard(_) => "asset",
            Self::SitemapIndex | Self::Sitemap { .. } => "sitemap",
            Self::Robots => "robots",
            Self::Feed { .. } => "feed",
        }
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Home => f.write_str("/"),
            Self::Category { path, listing } => {
                f.write_str("/c")?;
                for segment in path.split('/') {
                    f.write_str("/")?;
                    encoding::write_segment(f, segment)?;
                }
                listing.write_query(f)
            }
            Self::Product {
                slug,
                variant,
                options,
            } => {
                write_path(f, "/p/", slug)?;
                write_choice(f, variant.as_deref(), options)
            }
            Self::Brand { slug, listing } => {
                write_path(f, "/b/", slug)?;
                listing.write_query(f)
            }
            Self::Brands => f.write_str("/b"),
            Self::Reviews { slug, listing } => write_reviews(f, slug, listing),
            Self::Search { listing } => {
                f.write_str("/search")?;
                listing.write_query(f)
            }
            Self::Content { slug } => write_path(f, "/pages/", slug),
            Self::Guides { listing } => {
                f.write_str("/pages")?;
                listing.write_query(f)
            }
            Self::Offer { slug, variant } => {
                write_path(f, "/partials/offer/", slug)?;
                write_choice(f, variant.as_deref(), &BTreeMap::new())
            }
            Self::Cart { notice, shared } => {
                f.write_str("/cart")?;
                write_notice(f, notice, shared)
            }
            Self::List {
                kind,
                notice,
                shared,
            } => {
                write!(f, "/{}", kind.page())?;
                write_notice(f, notice, shared)
            }
            Self::Lists => f.write_str("/lists"),
            Self::Fragment(fragment) => fragment.fmt(f),
            Self::CartPartial => f.write_str("/partials/cart"),
            Self::Checkout => f.write_str("/checkout"),
            Self::StripeWebhook => f.write_str("/webhooks/stripe"),
            Self::Entrance { pass } => write_entrance(f, pass),
            Self::Withdrawal(withdrawal) => withdrawal.fmt(f),
            Self::ShareCard(card) => card.fmt(f),
            Self::Restock(restock) => restock.fmt(f),
            Self::Order { id, token } => write_order(f, id, token),
            Self::Asset { hash, name } => {
                write_path(f, "/assets/", hash)?;
                write_path(f, "/", name)
            }
            Self::SitemapIndex => f.write_str("/sitemap.xml"),
            Self::Sitemap { number } => write!(f, "/sitemaps/{number}.xml"),
            Self::Robots => f.write_str("/robots.txt"),
            Self::Feed { format } => write_path(f, "/feeds/", format.file()),
        }
    }
}

/// The last value of this name that is not empty.
pub(super) fn last(pairs: &[(String, String)], name: &str) -> Option<String> {
    let mut values = pairs.iter().rev().filter(|(known, _)| known == name);
    let (_, value) = values.find(|(_, value)| !value.is_empty())?;
    Some(value.clone())
}

fn write_notice(
    f: &mut fmt::Formatter<'_>,
    notice: &Option<String>,
    shared: &Option<String>,
) -> fmt::Result {
    let mut first = true;
    for (name, value) in [("notice", notice), ("shared", shared)] {
        if let Some(value) = value {
            encoding::write_pair(f, &mut first, name, value)?;
        }
    }
    Ok(())
}

fn order(id: &str, pairs: &[(String, String)]) -> Route {
    Route::Order {
        id: id.to_owned(),
        token: last(pairs, "t").unwrap_or_default(),
    }
}

fn entrance(pairs: &[(String, String)]) -> Route {
    let pass = last(pairs, "t").unwrap_or_default();
    Route::Entrance { pass }
}

fn write_entrance(f: &mut fmt::Formatter<'_>, pass: &str) -> fmt::Result {
    f.write_str("/enter")?;
    encoding::write_pair(f, &mut true, "t", pass)
}

fn write_order(f: &mut fmt::Formatter<'_>, id: &str, token: &str) -> fmt::Result {
    write_path(f, "/orders/", id)?;
    match token {
        "" => Ok(()),
        token => encoding::write_pair(f, &mut true, "t", token),
    }
}

fn write_reviews(f: &mut fmt::Formatter<'_>, slug: &str, listing: &Listing) -> fmt::Result {
    write_path(f, "/p/", slug)?;
    f.write_str("/reviews")?;
    listing.write_query(f)
}

pub(super) fn write_path(f: &mut fmt::Formatter<'_>, prefix: &str, segment: &str) -> fmt::Result {
    f.write_str(prefix)?;
    encoding::write_segment(f, segment)
}

fn route_default_sort(route: &Route) -> Sort {
    if matches!(route, Route::Search { .. }) {
        Sort::Relevance
    } else {
        Sort::Featured
    }
}

fn checked_slug(text: &str) -> Result<String, RouteError> {
    if slug::is_valid(text) {
        Ok(text.to_owned())
    } else {
        Err(RouteError::NotFound)
    }
}

fn checked_path(segments: &[&str]) -> Result<String, RouteError> {
    let valid = segments.iter().all(|segment| slug::is_valid(segment));
    if valid {
        Ok(segments.join("/"))
    } else {
        Err(RouteError::NotFound)
    }
}

/// `7.xml` is 7; `07.xml`, `0.xml` and `+7.xml` are nothing, so that each sitemap has one address.
fn sitemap_number(file: &str) -> Option<u32> {
    let digits = file.strip_suffix(".xml")?;
    let number = digits.parse().ok().filter(|&number: &u32| number > 0)?;
    (number.to_string() == digits).then_some(number)
}
