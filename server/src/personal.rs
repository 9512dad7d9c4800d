//! Requests whose answers are one shopper's own: cart, checkout, order.
//!
//! Nothing here is kept by anybody, and nothing is compressed: what a shopper typed stands beside what only the shopper
//! may know, and the length of a compressed body would tell about both.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use frontage_shared::order::Order;
use frontage_shared::snapshot::Generation;
use frontage_shared::store::OrderState;
use hyper::header::{self, HeaderValue};
use hyper::{Method, StatusCode};
use tracing::{info, warn};

use crate::cart::{COOKIE_DAYS, Cart, Change, Outcome};
use crate::checkout::Checkout;
use crate::checkout::fields::{Fault, Fields};
use crate::checkout::ticket::{self, Ticket};
use crate::form::Form;
use crate::handle::Shop;
use crate::limiter::Action;
use crate::listen::{Reply, Request};
use crate::lists;
use crate::live::Serving;
use crate::page::checkout::{self as checkout_page, Judged, Said, UNSETTLED};
use crate::page::{self, Page, receipt};
use crate::payment::settle::in_background;
use crate::payment::stripe::Stripe;
use crate::pricing::Quoted;
use crate::respond::Response;
use crate::route::{self, Fragment, Route};
use crate::visit::{self, cookie, is_secure, may, not_found, plain, refused, see_other};

/// Tells scripts that there is a cart; its value is of no use to anybody.
const HINT: &str = "has_cart";

/// The cart that came with a request.
pub(crate) struct Basket {
    pub(crate) cart: Cart,
    /// Whether a cookie came that is no cart of ours.
    pub(crate) unreadable: bool,
}

/// Answers a request for a personal route.
pub(crate) fn answer<'a>(
    shop: &'a Shop,
    serving: Arc<Serving>,
    route: Route,
    request: &Request<'a>,
) -> Reply<'a> {
    if matches!(route, Route::Lists | Route::List { .. }) {
        return Reply::Now(lists::answer(shop, &serving, &route, request));
    }
    let Some(checkout) = &shop.checkout else {
        if let Route::Fragment(Fragment::Several { routes }) = &route {
            let ctx = visit::context(shop, &serving, request);
            let page = page::several(&serving.generation, &ctx, routes);
            return Reply::Now(plain(&serving, page));
        }
        return Reply::Now(not_found(shop, &serving, request));
    };
    let desk = Desk {
        shop,
        checkout,
        request: *request,
        serving,
        quoted: None,
    };
    if route == Route::StripeWebhook {
        return desk.hear_stripe();
    }
    // What a cart costs is not known: better no order than one for the wrong price.
    if route == Route::Checkout && desk.generation().offers.terms_are_unknown() {
        return Reply::Now(desk.refused(StatusCode::SERVICE_UNAVAILABLE, 503));
    }
    if request.method == Method::POST {
        return desk.post(&route);
    }
    match route {
        Route::CartPartial => Reply::Now(desk.respond(desk.cart_partial())),
        Route::Fragment(Fragment::Several { routes }) => Reply::Now(desk.several(&routes)),
        Route::Checkout => desk.priced_checkout(),
        Route::Order { id, token } => Reply::Later(Box::pin(desk.order(id, token))),
        Route::Withdrawal(wanted) => desk.withdrawal(wanted),
        Route::Restock(wanted) => desk.restock(&wanted),
        Route::Cart { notice, shared } => desk.cart(notice.as_deref(), shared.as_deref()),
        _ => Reply::Now(not_found(shop, &desk.serving, request)),
    }
}

/// One request at the desk. What has to do with payment by a provider is in `paying`.
pub(crate) struct Desk<'a> {
    pub(crate) shop: &'a Shop,
    pub(crate) checkout: &'a Checkout,
    pub(crate) request: Request<'a>,
    pub(crate) serving: Arc<Serving>,
    /// What came of asking the merchant for prices, once it was asked.
    pub(crate) quoted: Option<Quoted>,
}

impl<'a> Desk<'a> {
    fn post(self, route: &Route) -> Reply<'a> {
        let form = match visit::form(self.shop, &self.request) {
            Ok(form) => form,
            Err((status, page)) => return Reply::Now(self.refused(status, page)),
        };
        match route {
            Route::Cart { .. } => match self.may(Action::Cart) {
                true => self.change_cart(&form),
                false => Reply::Now(self.refused(StatusCode::TOO_MANY_REQUESTS, 429)),
            },
            Route::Checkout => match form.get("order").is_none() || self.may(Action::Order) {
                true => Reply::Later(Box::pin(self.submit(form))),
                false => Reply::Now(self.refused(StatusCode::TOO_MANY_REQUESTS, 429)),
            },
            Route::Withdrawal(_) => self.withdraw(form),
            Route::Restock(_) => self.ask_for_stock(&form),
            _ => Reply::Now(self.refused(StatusCode::METHOD_NOT_ALLOWED, 405)),
        }
    }

    /// The generation in the price list of the address.
    fn generation(&self) -> &Generation {
        let locale = route::locale_of(self.request.target, self.serving.prefixes());
        self.serving.generation.in_locale(locale)
    }

    pub(crate) fn may(&self, action: Action) -> bool {
        may(self.shop, &self.request, action)
    }

    pub(crate) fn context(&self) -> page::Context<'_> {
        page::Context {
            quoted: self.quoted.as_ref(),
            ..visit::context(self.shop, &self.serving, &self.request)
        }
    }

    pub(crate) fn basket(&self) -> Basket {
        let value = cookie(&self.request, cookie_name(self.shop));
        match Cart::from_cookie(value, &self.checkout.keys) {
            Ok(cart) => Basket {
                cart,
                unreadable: false,
            },
            Err(error) => {
                self.shop
                    .metrics
                    .unreadable_carts
                    .fetch_add(1, Ordering::Relaxed);
                warn!(%error, "a cart could not be read and is begun anew");
                Basket {
                    cart: Cart::default(),
                    unreadable: true,
                }
            }
        }
    }

    fn cart_partial(&self) -> Page {
        let basket = self.basket();
        page::cart::partial(&self.serving.generation, &self.context(), &basket.cart)
    }

    /// Several fragments, the cart's among them.
    fn several(&self, routes: &[Route]) -> Response {
        let (generation, ctx) = (&self.serving.generation, &self.context());
        let page = |route: &Route| match route {
            Route::CartPartial => self.cart_partial(),
            route => page::build(route, generation, ctx),
        };
        self.respond(page::several_of(generation, ctx, routes, page))
    }

    fn cart(self, notice: Option<&str>, shared: Option<&str>) -> Reply<'a> {
        let basket = self.basket();
        let notice = match basket.unreadable {
            true => Some(Outcome::Unreadable),
            false => notice.and_then(Outcome::parse),
        };
        let shared = shared.and_then(Cart::from_shared);
        self.priced_cart(basket, notice, shared, |desk, mut response, basket| {
            if basket.unreadable {
                desk.keep(&mut response, &basket.cart);
            }
            response
        })
    }

    pub(crate) fn show_cart(
        &self,
        cart: &Cart,
        notice: Option<&Outcome>,
        shared: Option<&Cart>,
    ) -> Response {
        let show = page::cart::Show {
            cart,
            notice,
            shared,
            settings: &self.checkout.settings,
        };
        let ctx = self.context();
        let mut response = self.respond(page::cart::build(&self.serving.generation, &ctx, &show));
        self.let_forms_lead_out(&mut response, self.checkout.settings.handoff_origin());
        response
    }

    /// Where another system takes over, or takes the money, a form leads there in the end, and browsers want to be
    /// told.
    fn let_forms_lead_out(&self, response: &mut Response, origin: Option<&str>) {
        let policy = response
            .http
            .headers_mut()
            .get_mut(header::CONTENT_SECURITY_POLICY);
        let (Some(origin), Some(policy)) = (origin, policy) else {
            return;
        };
        let wider = policy.to_str().unwrap_or_default();
        let wider = wider.replace(
            "form-action 'self'",
            &format!("form-action 'self' {origin}"),
        );
        if let Ok(wider) = HeaderValue::try_from(wider) {
            *policy = wider;
        }
    }

    fn change_cart(self, form: &Form) -> Reply<'a> {
        let mut basket = self.basket();
        let change = Change::of(form);
        let outcome = change.apply(&mut basket.cart, form, self.generation());
        if outcome.is_refusal() && form.get("partial").is_none() {
            return self.priced_cart(basket, Some(outcome), None, |desk, mut response, basket| {
                *response.http.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
                desk.keep(&mut response, &basket.cart);
                response
            });
        }
        let mut response = if form.get("partial").is_some() {
            let ctx = self.context();
            self.respond(page::cart::changed(
                &self.serving.generation,
                &ctx,
                &outcome,
            ))
        } else if form.get("checkout").is_some() {
            self.see_other(&Route::Checkout)
        } else {
            let notice = Some(outcome).filter(|outcome| *outcome != Outcome::Updated);
            self.see_other(&Route::Cart {
                notice: notice.map(|outcome| outcome.to_string()),
                shared: None,
            })
        };
        self.keep(&mut response, &basket.cart);
        Reply::Now(response)
    }

    pub(crate) fn checkout(&self) -> Response {
        let basket = self.basket();
        let ctx = self.context();
        if basket.cart.is_empty() {
            return self.see_other(&Route::cart());
        }
        if self.checkout.settings.hands_off() {
            return self.hand_off(&basket.cart);
        }
        let Some(ticket) = self.new_ticket(&basket.cart) else {
            return self.refused(StatusCode::SERVICE_UNAVAILABLE, 500);
        };
        let show = checkout_page::Show {
            cart: &basket.cart,
            checkout: self.checkout,
            ticket: &ticket,
            fields: None,
            faults: &[],
            said: None,
        };
        self.checkout_page(&checkout_page::build(&self.serving.generation, &ctx, &show))
    }

    fn checkout_page(&self, built: &checkout_page::Built) -> Response {
        match built {
            checkout_page::Built::Page(page) => {
                let mut response = self.respond(page.clone());
                let stripe = self.checkout.stripe.as_ref();
                self.let_forms_lead_out(&mut response, stripe.map(Stripe::pages));
                response
            }
            // What cannot be ordered as it is is said where it can be changed.
            checkout_page::Built::CartFirst => self.see_other(&Route::cart()),
        }
    }

    async fn submit(mut self, form: Form) -> Response {
        let now_ms = self.now_ms();
        let ticket = form.get("ticket").unwrap_or_default();
        let ticket = Ticket::open(ticket, &self.checkout.keys, now_ms);
        if let Some(ticket) = &ticket
            && let Some(response) = self.sent_before(&form, ticket).await
        {
            return response;
        }
        let cart = self.basket().cart;
        if cart.is_empty() {
            return self.see_other(&Route::cart());
        }
        let typed = Fields::of(&form, &self.checkout.settings);
        if form.get("order").is_some() {
            self.quote_to_order(&cart, &typed).await;
        }
        let judged = checkout_page::judge(
            &self.serving.generation,
            &self.context(),
            self.checkout,
            &cart,
            &form,
            ticket.as_ref(),
        );
        match judged {
            Judged::Order(ticket, order) => self.place(&form, ticket, *order).await,
            Judged::CartFirst => self.see_other(&Route::cart()),
            Judged::Again {
                fields,
                faults,
                said,
            } => {
                self.quote_to_show(&cart, &fields).await;
                self.show_again(&cart, None, &fields, &faults, said)
            }
        }
    }

    /// The form once more, with what was typed and what is wrong with it.
    fn show_again(
        &self,
        cart: &Cart,
        kept: Option<Ticket>,
        fields: &Fields,
        faults: &[Fault],
        said: Option<Said>,
    ) -> Response {
        let ctx = self.context();
        let Some(ticket) = kept.or_else(|| self.new_ticket(cart)) else {
            return self.refused(StatusCode::SERVICE_UNAVAILABLE, 500);
        };
        let is_failure = matches!(
            said,
            Some(Said::NotStored | Said::NotKnown | Said::NotPayable | Said::NotPriced)
        );
        let show = checkout_page::Show {
            cart,
            checkout: self.checkout,
            ticket: &ticket,
            fields: Some(fields),
            faults,
            said,
        };
        let built = checkout_page::build(&self.serving.generation, &ctx, &show);
        let mut response = self.checkout_page(&built);
        if is_failure {
            *response.http.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        } else if !faults.is_empty() {
            *response.http.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        }
        response
    }

    /// The order's page, if this form was sent before.
    async fn sent_before(&self, form: &Form, ticket: &Ticket) -> Option<Response> {
        let (store, id) = (self.checkout.store.clone(), ticket.id);
        let found = in_background(move || store.order(id)).await;
        // A store that cannot be read cannot be written either, and that is said when it is tried.
        let (state, bytes) = found.ok()??;
        if state != OrderState::New {
            return Some(self.thank(ticket));
        }
        // Another click may have written it a moment ago: it counts when the disk has its name.
        match self.checkout.book.accept(ticket.id, bytes).await {
            Ok(_) => Some(self.thank(ticket)),
            Err(error) => {
                warn!(order = %ticket.id, %error, "an order that is there cannot be relied on");
                Some(self.say_again(form, Said::NotKnown))
            }
        }
    }

    /// The form once more as it was sent, with a sentence above it.
    pub(crate) fn say_again(&self, form: &Form, said: Said) -> Response {
        let fields = Fields::of(form, &self.checkout.settings);
        let ticket = form.get("ticket").unwrap_or_default();
        let ticket = Ticket::open(ticket, &self.checkout.keys, self.now_ms());
        let said = match said {
            Said::NotStored if form.get(UNSETTLED).is_some() => Said::NotKnown,
            said => said,
        };
        // An order that could not be stored, as far as we know, keeps its name: sent again, it is the same order.
        let kept = ticket.filter(|_| matches!(said, Said::NotStored | Said::NotKnown));
        self.show_again(&self.basket().cart, kept, &fields, &[], Some(said))
    }

    pub(crate) async fn accept(&self, form: &Form, ticket: Ticket, order: &Order) -> Response {
        let Ok(bytes) = order.encode() else {
            return self.refused(StatusCode::INTERNAL_SERVER_ERROR, 500);
        };
        match self.checkout.book.accept(ticket.id, bytes).await {
            Ok(_) => {
                self.shop.metrics.orders.fetch_add(1, Ordering::Relaxed);
                info!(order = %ticket.id, "an order was accepted");
                self.thank(&ticket)
            }
            Err(error) => {
                self.shop
                    .metrics
                    .orders_refused
                    .fetch_add(1, Ordering::Relaxed);
                warn!(order = %ticket.id, %error, "an order was refused");
                self.say_again(form, Said::of(&error))
            }
        }
    }

    /// To the order's page. The cart that was ordered is empty now; another one stays.
    pub(crate) fn thank(&self, ticket: &Ticket) -> Response {
        let mut response = self.see_other(&self.order_route(ticket.id));
        if self.basket().cart.digest() == ticket.cart {
            self.keep(&mut response, &Cart::default());
        }
        response
    }

    async fn order(self, id: String, token: String) -> Response {
        let id = id.parse().ok();
        let id = id.filter(|id| ticket::is_link_token(&self.checkout.keys, *id, &token));
        let Some(id) = id else {
            return not_found(self.shop, &self.serving, &self.request);
        };
        let store = self.checkout.store.clone();
        let found = tokio::task::spawn_blocking(move || receipt::read(&store, id)).await;
        match found {
            Ok(Ok(Some(found))) => self.receipt(id, &found),
            Ok(Ok(None)) => self.unpaid(id).await,
            Ok(Err(error)) => {
                warn!(order = %id, %error, "an order cannot be read");
                self.refused(StatusCode::SERVICE_UNAVAILABLE, 500)
            }
            Err(_) => self.refused(StatusCode::INTERNAL_SERVER_ERROR, 500),
        }
    }

    fn hand_off(&self, cart: &Cart) -> Response {
        let ctx = self.context();
        let url = page::cart::handoff(
            &self.serving.generation,
            &ctx,
            cart,
            &self.checkout.settings,
        );
        match url {
            Some(url) => self.redirect(&url),
            None => self.see_other(&Route::cart()),
        }
    }

    fn new_ticket(&self, cart: &Cart) -> Option<Ticket> {
        let ticket = Ticket::new(self.now_ms(), cart.digest());
        ticket
            .inspect_err(|error| warn!(%error, "no random bytes for an order's id"))
            .ok()
    }

    pub(crate) fn now_ms(&self) -> u64 {
        let since = self.request.now.duration_since(std::time::UNIX_EPOCH);
        since.map_or(0, |since| {
            u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
        })
    }

    /// Puts a cart into the shopper's browser, or takes it out of there if it is empty.
    pub(crate) fn keep(&self, response: &mut Response, cart: &Cart) {
        let name = cookie_name(self.shop);
        let value = cart.to_cookie(&self.checkout.keys);
        let age = match value.is_empty() {
            true => 0,
            false => COOKIE_DAYS * 24 * 60 * 60,
        };
        for cookie in [
            format!("{name}={value}; Path=/; Max-Age={age}; HttpOnly"),
            format!("{HINT}=1; Path=/; Max-Age={age}"),
        ] {
            visit::set_cookie(self.shop, response, &cookie);
        }
    }

    /// The path of a route in the language of the page.
    pub(crate) fn href(&self, route: &Route) -> String {
        visit::href(&self.serving, &self.request, route)
    }

    fn see_other(&self, route: &Route) -> Response {
        self.redirect(&self.href(route))
    }

    pub(crate) fn redirect(&self, url: &str) -> Response {
        see_other(&self.serving, url)
    }

    pub(crate) fn refused(&self, status: StatusCode, page: u16) -> Response {
        refused(self.shop, &self.serving, &self.request, status, page)
    }

    pub(crate) fn respond(&self, page: Page) -> Response {
        plain(&self.serving, page)
    }
}

/// With the prefix, a browser takes the cookie from this very host over TLS only.
fn cookie_name(shop: &Shop) -> &'static str {
    if is_secure(shop) {
        "__Host-cart"
    } else {
        "cart"
    }
}
