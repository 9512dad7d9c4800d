//! What a page is, and which builder makes it: from a route, a generation and a context to a value.
//!
//! Nothing here or below it touches the network, reads the clock or knows HTTP beyond the number of a status.

use std::time::SystemTime;

use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::locales::LocaleIndex;
use sailfish::TemplateSimple;

use super::resize::Resizer;
use super::view::View;
use super::{
    brands, category, content, error as errors, fragment, guides, home, moved, offer, product,
    reviews, search, sitemap,
};
use crate::cache_policy::CachePolicy;
use crate::policies::Policies;
use crate::pricing::Quoted;
use crate::route::{Parsed, Route};
use crate::theme::Theme;
use crate::zone::Zone;

/// The page at a route, in a generation. Whatever is missing or broken is a page, too.
pub fn build(route: &Route, generation: &Generation, ctx: &Context<'_>) -> Page {
    let view = &View {
        route: Some(route),
        ..View::new(generation, ctx)
    };
    if let Some(current) = moved::current(route, view.catalog) {
        let left = moved::left(route, view.catalog);
        return redirect(view, view.href(&current), left.map(|left| left.since));
    }
    if let Some(left) = moved::left(route, view.catalog).filter(|left| left.gone) {
        return errors::gone(view, left.path);
    }
    match route {
        Route::Home => home::build(view),
        Route::Category { path, listing } => category::category(view, route, path, listing),
        Route::Brand { slug, listing } => category::brand(view, route, slug, listing),
        Route::Product {
            slug,
            variant,
            options,
        } => product::build(view, slug, variant.as_deref(), options),
        Route::Brands => brands::build(view),
        Route::Reviews { slug, listing } => reviews::build(view, route, slug, listing),
        Route::Search { listing } => search::build(view, route, listing),
        Route::Content { slug } => content::build(view, slug),
        Route::Guides { listing } => guides::build(view, route, listing),
        Route::Offer { slug, variant } => offer::build(view, slug, variant.as_deref()),
        Route::SitemapIndex => sitemap::index(view),
        Route::Sitemap { number } => sitemap::file(view, *number),
        Route::Robots => sitemap::robots(view),
        // Files of ours and feeds are no pages; whoever has none under this address has nothing.
        Route::Asset { .. } | Route::Feed { .. } | Route::ShareCard(_) => {
            errors::not_found(view, "")
        }
        // Nor is what is one shopper's own; `personal` makes that.
        Route::Cart { .. }
        | Route::CartPartial
        | Route::Checkout
        | Route::Order { .. }
        | Route::Entrance { .. }
        | Route::Withdrawal(_)
        | Route::Restock(_)
        | Route::StripeWebhook => errors::not_found(view, ""),
        Route::Lists | Route::List { .. } => errors::not_found(view, ""),
        Route::Fragment(wanted) => fragment::build(view, wanted),
    }
}

/// A redirect of today, which may be taken back, or one for good; `since` is when it came, if that is known.
fn redirect(view: &View<'_>, location: String, since: Option<i64>) -> Page {
    let is_settled = |since: i64| view.now.saturating_sub(since) >= view.ctx.redirects_settle;
    match since.is_none_or(is_settled) {
        true => Page::moved(location),
        false => Page::elsewhere(location),
    }
}

/// The redirect that the merchant has made at an address, unless it leads back there; `target` is what was asked for,
/// with its query.
pub fn redirected<'p>(
    target: &str,
    prefixes: impl Iterator<Item = &'p str> + Clone,
    generation: &Generation,
    ctx: &Context<'_>,
) -> Option<Page> {
    let catalog = &generation.catalog;
    let next = |address: &str| {
        let path = address.split('?').next().unwrap_or_default();
        let found = catalog.redirect(address);
        found.or_else(|| catalog.redirect(path))
    };
    let (to, since) = next(target)?;
    let mut to = to.to_owned();
    for _ in 0..MOST_HOPS {
        // What leads to an address of ours leads to where that page is now, and on from there.
        if let Ok(parsed) = Parsed::parse(&to, prefixes.clone()) {
            to = settled(&parsed, generation);
        }
        // As it would be found when the client asks for it: whatever leads round never comes to an end here.
        let Some((further, _)) = next(&to) else {
            return Some(redirect(&View::new(generation, ctx), to, Some(since)));
        };
        to = further.to_owned();
    }
    None
}

/// Redirects that lead to redirects are followed this far.
const MOST_HOPS: usize = 8;

/// The address that a client is sent to for another spelling of one: that of the page's current place, so that no
/// redirect leads to another.
pub fn settled(parsed: &Parsed, generation: &Generation) -> String {
    let own = &generation.catalog;
    let catalog = own.in_locale(parsed.locale).unwrap_or(own);
    let current = moved::current(&parsed.route, catalog);
    current.map_or_else(
        || parsed.url.clone(),
        |route| route.href_in(catalog.prefix()),
    )
}

/// The page for a refusal or failure. `generation` is `None` before there is one; `wanted` is the path asked for.
pub fn error(
    status: u16,
    generation: Option<&Generation>,
    ctx: &Context<'_>,
    wanted: &str,
) -> Page {
    let view = generation.map(|generation| View::new(generation, ctx));
    errors::build(status, view.as_ref(), ctx, wanted)
}

/// Renders a page's template; one that fails is a page that says so.
pub(crate) fn render(
    view: &View<'_>,
    kind: Kind,
    noindex: bool,
    template: impl TemplateSimple,
) -> Page {
    match template.render_once() {
        Ok(body) => Page {
            noindex,
            ..Page::html(kind, body)
        },
        Err(error) => errors::broken(view, &error),
    }
}

/// The page for an address that is none of ours.
pub fn not_found(generation: &Generation, ctx: &Context<'_>) -> Page {
    error(404, Some(generation), ctx, "")
}

/// What a page needs to know besides the generation: where it stands and what it links to.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The shop's origin without a trailing slash: `https://shop.example`.
    pub base_url: &'a str,
    /// What pages look like.
    pub theme: &'a Theme,
    /// What makes other widths of pictures.
    pub resizer: Option<&'a Resizer>,
    /// What the shop promises beside its catalog, if it is to be told.
    pub policies: Option<&'a Policies>,
    /// Whether things can be bought here; if not, the shop is a catalogue.
    pub sells: bool,
    /// Whether contracts are made here that one can withdraw from here.
    pub takes_withdrawals: bool,
    /// Whether shoppers may ask to be told when something can be had again.
    pub takes_stock_requests: bool,
    /// The language of the page.
    pub locale: LocaleIndex,
    /// The instant the request is answered for.
    pub now: SystemTime,
    /// How long a redirect from a former address may be taken back, in seconds; then it is for good.
    pub redirects_settle: i64,
    /// In which days are told.
    pub time_zone: Zone,
    /// What came of asking the merchant what the shopper's cart costs, if it was asked.
    pub quoted: Option<&'a Quoted>,
}

/// Which page this is: the label of logs and metrics.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// The home page.
    Home,
    /// A category's listing.
    Category,
    /// A brand's listing.
    Brand,
    /// A product.
    Product,
    /// Search results.
    Search,
    /// A content page.
    Content,
    /// The stock-and-price fragment of a product.
    Offer,
    /// The cart, or a partial about it.
    Cart,
    /// The checkout.
    Checkout,
    /// One order.
    Order,
    /// Withdrawing from a contract.
    Withdrawal,
    /// Being told when something can be had again.
    Restock,
    /// The wishlist, or a partial about it.
    Wishlist,
    /// The comparison, or a partial about it.
    Compare,
    /// What a shopper may be about to search for.
    Suggest,
    /// What a shopper looked at.
    Recent,
    /// A part of a product page.
    Part,
    /// Several fragments at once.
    Partials,
    /// The sitemap index or one of its files.
    Sitemap,
    /// robots.txt.
    Robots,
    /// A redirect to where the page is now.
    Redirect,
    /// A page that says what went wrong and where to go on.
    Error,
}

impl Kind {
    /// The label, as logs and metrics write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Category => "category",
            Self::Brand => "brand",
            Self::Product => "product",
            Self::Search => "search",
            Self::Content => "content",
            Self::Offer => "offer",
            Self::Cart => "cart",
            Self::Checkout => "checkout",
            Self::Order => "order",
            Self::Withdrawal => "withdrawal",
            Self::Restock => "restock",
            Self::Wishlist => "wishlist",
            Self::Compare => "compare",
            Self::Suggest => "suggest",
            Self::Recent => "recent",
            Self::Part => "part",
            Self::Partials => "partials",
            Self::Sitemap => "sitemap",
            Self::Robots => "robots",
            Self::Redirect => "redirect",
            Self::Error => "error",
        }
    }
}

/// A finished page: everything `respond` needs to make a response of it.
#[derive(Clone, Debug)]
pub struct Page {
    /// The HTTP status.
    pub status: u16,
    /// Which page it is.
    pub kind: Kind,
    /// The value of `Content-Type`.
    pub content_type: &'static str,
    /// The body, as UTF-8 text.
    pub body: String,
    /// How long it may be kept, and by whom.
    pub cache: CachePolicy,
    /// Where the page is instead, for a redirect (a path, or a whole address on the shop's own origin).
    pub location: Option<String>,
    /// Whether robots are asked not to index it; `respond` repeats it as `X-Robots-Tag` where the body cannot say so.
    pub noindex: bool,
    /// Whether it is the answer to a search that found nothing at all.
    pub found_nothing: bool,
}

/// `Content-Type` of a page and of a partial.
pub(crate) const HTML: &str = "text/html; charset=utf-8";
/// `Content-Type` of sitemaps.
pub(crate) const XML: &str = "application/xml; charset=utf-8";
/// `Content-Type` of robots.txt.
pub(crate) const TEXT: &str = "text/plain; charset=utf-8";

impl Page {
    /// A page for shoppers and robots.
    pub(crate) fn html(kind: Kind, body: String) -> Self {
        Self {
            status: 200,
            kind,
            content_type: HTML,
            body,
            cache: CachePolicy::Page,
            location: None,
            noindex: false,
            found_nothing: false,
        }
    }

    /// A lasting redirect (308): the method and the body of the request stay as they are.
    pub fn moved(location: String) -> Self {
        Self {
            status: 308,
            kind: Kind::Redirect,
            content_type: HTML,
            body: String::new(),
            cache: CachePolicy::Redirect,
            location: Some(location),
            noindex: false,
            found_nothing: false,
        }
    }

    /// A redirect that holds for this generation only: another one may know the filter or variant asked for.
    pub(crate) fn elsewhere(location: String) -> Self {
        Self {
            status: 302,
            cache: CachePolicy::Page,
            ..Self::moved(location)
        }
    }
}
