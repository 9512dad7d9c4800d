//! Requests for lists: what a browser keeps comes in with a cookie, and goes back with one.

use hyper::{Method, StatusCode};

use super::{COOKIE_DAYS, Change, Keys, ListKind, Outcome};
use crate::handle::Shop;
use crate::limiter::Action;
use crate::listen::Request;
use crate::live::Serving;
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
        let mut response = visit::plain(self.serving, page);
        if gone > 0 {
            self.keep(&mut response, &list);
        }
        response
    }

    fn post(&self) -> Response {
        let (shop, serving) = (self.shop, self.serving);
        let form = match visit::form(shop, self.request) {
            Ok(form) => form,
            Err((status, page)) => return self.refused(status, page),
        };
        if !visit::may(shop, self.request, Action::Cart) {
            return self.refused(StatusCode::TOO_MANY_REQUESTS, 429);
        }
        let Some((kind, change)) = Change::of(&form) else {
            return self.refused(StatusCode::BAD_REQUEST, 400);
        };
        let mut list = self.list(kind);
        let outcome = change.apply(&mut list, &serving.generation);
        let mut response = match form.get("partial") {
            Some(_) => {
                let ctx = visit::context(shop, serving, self.request);
                let page = page::lists::changed(&serving.generation, &ctx, kind, &outcome);
                visit::plain(serving, page)
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
        let (name, value) = (list.kind().name(), list.to_text());
        let cookie = format!("{name}={value}; Path=/; Max-Age={age}; HttpOnly");
        visit::set_cookie(self.shop, response, &cookie);
    }

    fn see_other(&self, route: &Route) -> Response {
        visit::see_other(
            self.serving,
            &visit::href(self.serving, self.request, route),
        )
    }

    fn refused(&self, status: StatusCode, page: u16) -> Response {
        visit::refused(self.shop, self.serving, self.request, status, page)
    }
}
