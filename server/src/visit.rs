//! What answers to one shopper have in common: who asks, what came along, and pages that nobody else may see.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::Ordering;

use hyper::StatusCode;
use hyper::header::{self, HeaderMap, HeaderValue};

use crate::cache_policy::CachePolicy;
use crate::encode::Encoding;
use crate::form::Form;
use crate::handle::Shop;
use crate::limiter::Action;
use crate::listen::Request;
use crate::live::Serving;
use crate::origin;
use crate::page::{self, Page};
use crate::respond::{self, Response};
use crate::route::{self, Route};

/// What pages know besides the generation, in the language of the address.
pub(crate) fn context<'s>(
    shop: &'s Shop,
    serving: &'s Serving,
    request: &Request<'_>,
) -> page::Context<'s> {
    page::Context {
        locale: route::locale_of(request.target, serving.prefixes()),
        ..shop.context(&serving.theme, request.now)
    }
}

/// The path of a route in the language of the address.
pub(crate) fn href(serving: &Serving, request: &Request<'_>, route: &Route) -> String {
    let locale = route::locale_of(request.target, serving.prefixes());
    let catalog = serving.generation.catalog.in_locale(locale);
    route.href_in(catalog.map_or("", |catalog| catalog.prefix()))
}

/// There is no such page.
pub(crate) fn not_found(shop: &Shop, serving: &Serving, request: &Request<'_>) -> Response {
    let ctx = context(shop, serving, request);
    plain(serving, page::not_found(&serving.generation, &ctx))
}

/// To another page, by GET (303).
pub(crate) fn see_other(serving: &Serving, url: &str) -> Response {
    let page = Page {
        status: 303,
        cache: CachePolicy::Private,
        ..Page::moved(url.to_owned())
    };
    plain(serving, page)
}

/// Nothing was done; the page with this number says why.
pub(crate) fn refused(
    shop: &Shop,
    serving: &Serving,
    request: &Request<'_>,
    status: StatusCode,
    page: u16,
) -> Response {
    let ctx = context(shop, serving, request);
    let page = page::error(page, Some(&serving.generation), &ctx, "");
    let mut response = plain(serving, page);
    *response.http.status_mut() = status;
    response
}

/// A page as it is, not compressed.
pub(crate) fn plain(serving: &Serving, page: Page) -> Response {
    respond::finish(
        page,
        &serving.stamp,
        Encoding::Identity,
        serving.theme.assets.hints(),
    )
    .whole()
}

/// The value of a cookie; empty if it did not come.
pub(crate) fn cookie<'a>(request: &Request<'a>, name: &str) -> &'a str {
    let cookies = request.headers.get_all(header::COOKIE).iter();
    let pairs = cookies.filter_map(|value| value.to_str().ok());
    let mut pairs = pairs
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let found = pairs.find(|(known, _)| *known == name);
    found.map_or("", |(_, value)| value)
}

/// Whether a client has not done too much of this. A catalogue keeps nothing and counts nothing.
pub(crate) fn may(shop: &Shop, request: &Request<'_>, action: Action) -> bool {
    let Some(checkout) = &shop.checkout else {
        return true;
    };
    let client = client(shop, request);
    let allows = checkout.limiter.allows(client, action, request.now);
    if !allows {
        shop.metrics.limited.fetch_add(1, Ordering::Relaxed);
    }
    allows
}

/// Who asks: the other end of the connection, or who our own proxy says it is.
fn client(shop: &Shop, request: &Request<'_>) -> IpAddr {
    let peer = request.peer;
    let clients = shop.clients.load();
    if !clients.trusted_proxies.contains(&peer.to_canonical()) {
        return peer;
    }
    let forwarded = request.headers.get_all("x-forwarded-for").iter();
    let hops = forwarded.filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = hops
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    // From the last hop back: the first that is no proxy of ours is as far as anybody can be believed.
    let addresses = hops.iter().rev().map_while(|hop| {
        let with_port = || hop.parse::<SocketAddr>().map(|address| address.ip());
        let address = hop.parse::<IpAddr>().or_else(|_| with_port()).ok()?;
        Some(address.to_canonical())
    });
    let mut strangers = addresses.filter(|hop| !clients.trusted_proxies.contains(hop));
    strangers.next().unwrap_or(peer)
}

/// The form that came with a request; else the status and the page that refuse it. Only pages of the shop may send
/// forms, and only as forms are sent.
pub(crate) fn form(shop: &Shop, request: &Request<'_>) -> Result<Form, (StatusCode, u16)> {
    if !origin::is_ours(request.headers, &shop.base_url) {
        shop.metrics.forged.fetch_add(1, Ordering::Relaxed);
        return Err((StatusCode::FORBIDDEN, 403));
    }
    if !is_form(request.headers) {
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, 400));
    }
    Ok(Form::parse(request.body))
}

/// Puts a cookie into the browser: its name, its value and attributes of its own, to which come those that all have.
pub(crate) fn set_cookie(shop: &Shop, response: &mut Response, cookie: &str) {
    let secure = if is_secure(shop) { "; Secure" } else { "" };
    if let Ok(cookie) = HeaderValue::try_from(format!("{cookie}; SameSite=Lax{secure}")) {
        let headers = response.http.headers_mut();
        headers.append(header::SET_COOKIE, cookie);
    }
}

/// Whether the body is what forms send.
fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let kind = kind
        .and_then(|kind| kind.split(';').next())
        .unwrap_or_default();
    kind.trim()
        .eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// Whether the shop is reached over TLS.
pub(crate) fn is_secure(shop: &Shop) -> bool {
    shop.base_url.starts_with("https://")
}
