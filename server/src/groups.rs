//! Markets of one customer group: who may enter, and pages that nobody else sees or keeps.
//!
//! An entrance link carries the group and when it ends, sealed with the keys that seal carts. Whoever opens it has the
//! same text as a cookie until then; there is no list of customers, and taking a key away takes back what it sealed.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::SystemTime;

use frontage_shared::snapshot::catalog::Catalog;
use hyper::{Method, StatusCode};

use crate::cache_policy::CachePolicy;
use crate::config::Config;
use crate::handle::Shop;
use crate::keys::{Keys, KeysError, Purpose};
use crate::listen::{Reply, Request};
use crate::live::{Serving, seconds};
use crate::page::{self, Page};
use crate::personal;
use crate::respond::Response;
use crate::route::{self, Parsed, Route, RouteError};
use crate::visit;

/// A text that lets its bearer into the markets of a group until an instant, Unix seconds.
fn pass(keys: &Keys, shop: &str, group: &str, until: i64) -> String {
    keys.seal(Purpose::Group, format!("{until} {group} {shop}").as_bytes())
}

/// The group of a pass and when it ends; none if it is not ours, or over.
fn open(keys: &Keys, shop: &str, pass: &str, now: i64) -> Option<(String, i64)> {
    let message = keys.open(Purpose::Group, pass)?;
    let (until, rest) = std::str::from_utf8(&message).ok()?.split_once(' ')?;
    let (group, _) = rest.split_once(' ').filter(|(_, its)| *its == shop)?;
    let until = until.parse().ok().filter(|&until| now < until)?;
    Some((group.to_owned(), until))
}

/// Answers what has to do with customer groups; what is for everybody is given back, and so is what is no address at all,
/// to whoever may be told so: a page that says what is not there shows what is alike, with prices.
pub(crate) fn admit<'a>(
    shop: &'a Shop,
    serving: &Arc<Serving>,
    parsed: Result<Parsed, RouteError>,
    request: &Request<'a>,
) -> ControlFlow<Reply<'a>, Result<Parsed, RouteError>> {
    let route = parsed.as_ref().ok().map(|parsed| &parsed.route);
    if let Some(Route::Entrance { pass }) = route {
        return ControlFlow::Break(Reply::Now(enter(shop, serving, pass, request)));
    }
    let locale = match &parsed {
        Ok(parsed) => parsed.locale,
        Err(_) => route::locale_of(request.target, serving.prefixes()),
    };
    let market = serving.generation.catalog.in_locale(locale);
    let Some(group) = market.and_then(Catalog::group) else {
        return ControlFlow::Continue(parsed);
    };
    // A link to what one shopper ordered is proof enough, also when the pass has ended.
    let has_own_proof = matches!(route, Some(Route::Order { .. } | Route::Withdrawal(_)));
    if !has_own_proof && !has_pass(shop, group, request) {
        let refused = visit::refused(shop, serving, request, StatusCode::FORBIDDEN, 401);
        return ControlFlow::Break(Reply::Now(refused));
    }
    match parsed {
        Ok(parsed) => ControlFlow::Break(answer(shop, serving, parsed, request)),
        Err(error) => ControlFlow::Continue(Err(error)),
    }
}

/// The address that lets a group into its markets of a shop for so many days.
///
/// # Errors
/// The keys cannot be read.
pub fn link(config: &Config, group: &str, days: u16, now: SystemTime) -> Result<String, KeysError> {
    let keys = Keys::open_file(&config.checkout.keys, &config.cache)?;
    let until = seconds(now) + i64::from(days) * 24 * 60 * 60;
    let pass = pass(&keys, &config.base_url, group, until);
    let path = Route::Entrance { pass }.href();
    Ok(format!("{}{path}", config.base_url))
}

/// Answers a request for an entrance link: with a cookie, to the first market of its group.
fn enter(shop: &Shop, serving: &Arc<Serving>, pass: &str, request: &Request<'_>) -> Response {
    let now = seconds(request.now);
    let keys = shop.checkout.as_ref().map(|checkout| &checkout.keys);
    let opened = keys.and_then(|keys| open(keys, &shop.base_url, pass, now));
    let markets = serving.generation.catalog.locales().iter();
    let market = opened.and_then(|(group, until)| {
        let mut markets = markets.filter(|market| market.group() == Some(group.as_str()));
        Some((markets.next()?.prefix(), until))
    });
    let Some((prefix, until)) = market else {
        return visit::refused(shop, serving, request, StatusCode::FORBIDDEN, 401);
    };
    let mut response = visit::see_other(serving, &Route::Home.href_in(prefix));
    let age = until.saturating_sub(now);
    let name = cookie_name(shop);
    let cookie = format!("{name}={pass}; Path=/; Max-Age={age}; HttpOnly");
    visit::set_cookie(shop, &mut response, &cookie);
    response
}

/// Answers a request for a page of a group's market.
fn answer<'a>(
    shop: &'a Shop,
    serving: &Arc<Serving>,
    parsed: Parsed,
    request: &Request<'a>,
) -> Reply<'a> {
    if !parsed.canonical && request.method != Method::POST {
        let url = page::settled(&parsed, &serving.generation);
        return Reply::Now(visit::see_other(serving, &url));
    }
    if parsed.route.is_personal() {
        return personal::answer(shop, Arc::clone(serving), parsed.route, request);
    }
    // Neither search engines nor shopping services are told of what is for a group.
    if matches!(parsed.route, Route::Feed { .. } | Route::Sitemap { .. }) {
        return Reply::Now(visit::not_found(shop, serving, request));
    }
    let ctx = visit::context(shop, serving, request);
    let page = Page {
        cache: CachePolicy::Private,
        noindex: true,
        ..page::build(&parsed.route, &serving.generation, &ctx)
    };
    Reply::Now(visit::plain(serving, page))
}

fn has_pass(shop: &Shop, group: &str, request: &Request<'_>) -> bool {
    let Some(checkout) = &shop.checkout else {
        return false;
    };
    let pass = visit::cookie(request, cookie_name(shop));
    let opened = open(&checkout.keys, &shop.base_url, pass, seconds(request.now));
    opened.is_some_and(|(known, _)| known == group)
}

/// With the prefix, a browser takes the cookie from this very host over TLS only.
fn cookie_name(shop: &Shop) -> &'static str {
    match visit::is_secure(shop) {
        true => "__Host-group",
        false => "group",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_is_for_one_group_and_has_an_end() {
        let keys = Keys::parse("1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").unwrap();
        let shop = "https://shop.example";
        let open = |keys: &Keys, pass: &str, now| open(keys, shop, pass, now);
        let sealed = pass(&keys, shop, "trade", 1_000);
        assert_eq!(open(&keys, &sealed, 999), Some(("trade".to_owned(), 1_000)));
        assert_eq!(open(&keys, &sealed, 1_000), None);
        let elsewhere = pass(&keys, "https://other.example", "trade", 1_000);
        assert_eq!(
            open(&keys, &elsewhere, 1),
            None,
            "keys may be shared by shops"
        );
        for at in 0..sealed.len() {
            let mut other = sealed.clone().into_bytes();
            other[at] = if other[at] == b'A' { b'B' } else { b'A' };
            let other = String::from_utf8(other).unwrap();
            assert_eq!(open(&keys, &other, 1), None, "{other}");
        }
        let other = keys.seal(Purpose::Order, b"1000 trade");
        assert_eq!(open(&keys, &other, 1), None);
    }
}
