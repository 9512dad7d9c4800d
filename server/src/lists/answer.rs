//! Requests for lists: what a browser keeps comes in with a cookie, and goes back with one.

use std::sync::atomic::Ordering;

use hyper::header::{self, HeaderValue};
use hyper::{Method, StatusCode};

use super::{COOKIE_DAYS, Change, Keys, ListKind, Outcome};
use crate::form::Form;
use crate::handle::Shop;
use crate::limiter::Action;
use crate::listen::Request;
use crate::live::Serving;
use crate::origin;
use crate::page;
use crate::respond::Response;
use crate::route::Route;
use crate::visit;

/// Answers a request for a list, or a form that changes one.
pub(crate) fn answer(
    shop: &Shop,
    serving: &Serving,
    route: &Route,
    request: &Request<'_>,
) -> Response {
    let desk = Desk {
        shop,
        serving,
        request,
    };
    match route {
        Route::Lists if request.method == Method::POST => desk.post(),
        Route::List {
            kind,
            notice,
            shared,
        } => desk.show(*kind, notice.as_deref(), shared.as_deref()),
        _ => desk.see_other(&Route::list(ListKind::Wish, None)),
    }
}

/// One request for a list.
struct Desk<'a> {
    shop: &'a Shop,
    serving: &'a Serving,
    request: &'a Request<'a>,
}

impl Desk<'_> {
    fn show(&self, kind: ListKind, notice: Option<&str>, shared: Option<&str>) -> Response {
        let generation = &self.serving.generation;
        let mut list = self.list(kind);
        let gone = list.keep(|key| generation.catalog.variant_by_key(key).is_some());
        let outcome = notice.and_then(Outcome::parse);
        let shared = shared.map(|text| Keys::of_text(kind, text));
        let show = page::lists::Show {
            list: &list,
            gone,
            outcome: outcome.as_ref(),
            shared: shared.as_ref(),
        };
        let ctx = visit::context(self.shop, self.serving, self.request);
        let page = match kind {
            ListKind::Wish => page::lists::wishlist(generation, &ctx, &show),
            ListKind::Compare => page::compare::build(generation, &ctx, &show),
        };
        let mut response = visit::plain(self.shop, self.serving, page);
        if gone > 0 {
            self.keep(&mut response, &list);
        }
        response
    }

    fn post(&self) -> Response {
        let (shop, serving) = (self.shop, self.serving);
        if !origin::is_ours(self.request.headers, &shop.base_url) {
            shop.metrics.forged.fetch_add(1, Ordering::Relaxed);
            return self.refused(StatusCode::FORBIDDEN, 403);
        }
        if !visit::is_form(self.request.headers) {
            return self.refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, 400);
        }
        if !visit::may(shop, self.request, Action::Cart) {
            return self.refused(StatusCode::TOO_MANY_REQUESTS, 429);
        }
        let form = Form::parse(self.request.body);
        let Some((kind, change)) = Change::of(&form) else {
            return self.refused(StatusCode::BAD_REQUEST, 400);
        };
        let mut list = self.list(kind);
        let outcome = change.apply(&mut list, &serving.generation);
        let mut response = match form.get("partial") {
            Some(_) => {
                let ctx = visit::context(shop, serving, self.request);
                let page = page::lists::changed(&serving.generation, &ctx, kind, &outcome);
                visit::plain(shop, serving, page)
            }
            None => self.see_other(&Route::list(kind, Some(outcome.to_string()))),
        };
        self.keep(&mut response, &list);
        response
    }

    fn list(&self, kind: ListKind) -> Keys {
        Keys::of_text(kind, visit::cookie(self.request, kind.name()))
    }

    /// Puts a list into the shopper's browser, or takes it out of there if it is empty.
    fn keep(&self, response: &mut Response, list: &Keys) {
        let age = match list.is_empty() {
            true => 0,
            false => COOKIE_DAYS * 24 * 60 * 60,
        };
        let secure = match visit::is_secure(self.shop) {
            true => "; Secure",
            false => "",
        };
        let (name, value) = (list.kind().name(), list.to_text());
        let cookie =
            format!("{name}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}");
        if let Ok(cookie) = HeaderValue::try_from(cookie) {
            let headers = response.http.headers_mut();
            headers.append(header::SET_COOKIE, cookie);
        }
    }

    fn see_other(&self, route: &Route) -> Response {
        visit::see_other(
            self.shop,
            self.serving,
            &visit::href(self.serving, self.request, route),
        )
    }

    fn refused(&self, status: StatusCode, page: u16) -> Response {
        visit::refused(self.shop, self.serving, self.request, status, page)
    }
}
