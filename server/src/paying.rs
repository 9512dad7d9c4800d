//! Requests that have to do with payment by a provider: beginning to pay, coming back, and what the provider says.

use std::sync::atomic::Ordering;

use frontage_shared::order::{Order, OrderId};
use frontage_shared::store::StoreError;
use hyper::{Method, StatusCode};
use tracing::{error, info, warn};

use crate::cart::{Cart, key_text};
use crate::checkout::Method as PayBy;
use crate::checkout::ticket::{self, Ticket};
use crate::form::Form;
use crate::listen::Reply;
use crate::page::checkout::Said;
use crate::page::receipt::{self, Found, Unpaid};
use crate::payment::pending::{self, Pending};
use crate::payment::settle::{self, Settled, in_background};
use crate::payment::stripe::Stripe;
use crate::payment::{Wanted, amount, webhook};
use crate::personal::Desk;
use crate::respond::{self, Response};
use crate::route::Route;
use crate::visit::{self, cookie, not_found};

/// Says, on the page of one order, which cart it was made of; sent to no other page.
const PAYING: &str = "paying";
/// How long a shopper may take to come back, in seconds.
const PAYING_S: u32 = 24 * 60 * 60;

impl<'a> Desk<'a> {
    /// Places an order that has no faults: at once, or on the provider's page.
    pub(crate) async fn place(&self, form: &Form, ticket: Ticket, order: Order) -> Response {
        let Some(stripe) = &self.checkout.stripe else {
            return self.accept(form, ticket, &order).await;
        };
        let (store, id) = (self.checkout.store.clone(), ticket.id);
        let before = match in_background(move || Pending::read(&store, id)).await {
            Ok(before) => before,
            Err(error) => return self.not_stored(form, id, &error),
        };
        let is_online = order.payment.method == PayBy::Stripe.name();
        match before {
            // What the shopper may be paying for is not changed behind the provider's back: another form is another
            // order.
            Some(before) if before.failed || !before.is_for(&order) => {
                self.say_again(form, Said::TooOld)
            }
            Some(_) if !pending::can_begin(id, self.now_s()) => self.say_again(form, Said::TooOld),
            Some(before) => match &before.session {
                Some(session) => self.lead_to(&session.url, &ticket),
                None => self.pay(stripe, form, ticket, before).await,
            },
            None if is_online => self.begin(stripe, form, ticket, order).await,
            None => self.accept(form, ticket, &order).await,
        }
    }

    /// Stores an order that waits for its payment, and leads to the page where it is paid.
    async fn begin(&self, stripe: &Stripe, form: &Form, ticket: Ticket, order: Order) -> Response {
        let id = ticket.id;
        if !pending::can_begin(id, self.now_s()) {
            return self.say_again(form, Said::TooOld);
        }
        let amount = match amount::of(&order.totals.total, &order.currency) {
            Ok(amount) => amount,
            Err(error) => return self.not_payable(form, id, &error),
        };
        if amount == 0 {
            let (checkout, metrics) = (self.checkout, &self.shop.metrics);
            return match settle::accept_paid(checkout, metrics, order, id, self.now_s()).await {
                Settled::Accepted => self.thank(&ticket),
                Settled::NotKnown => self.say_again(form, Said::NotKnown),
                _ => self.say_again(form, Said::NotStored),
            };
        }
        let waiting = Pending {
            order,
            amount,
            session: None,
            failed: false,
        };
        // Before the provider knows of it: whatever is paid is found again.
        match self.store(id, &waiting).await {
            Ok(()) => self.pay(stripe, form, ticket, waiting).await,
            Err(error) => self.not_stored(form, id, &error),
        }
    }

    async fn pay(
        &self,
        stripe: &Stripe,
        form: &Form,
        ticket: Ticket,
        mut waiting: Pending,
    ) -> Response {
        let id = ticket.id;
        let whole = |route: Route| format!("{}{}", self.shop.base_url, self.href(&route));
        let wanted = Wanted {
            id,
            order: &waiting.order,
            amount: waiting.amount,
            paid_url: whole(self.order_route(id)),
            back_url: whole(Route::Checkout),
            expires_at: pending::expires_at(id),
        };
        let session = match stripe.begin(&wanted).await {
            Ok(session) => session,
            Err(error) => return self.not_payable(form, id, &error),
        };
        waiting.session = Some(session.clone());
        if let Err(error) = self.store(id, &waiting).await {
            return self.not_stored(form, id, &error);
        }
        self.shop
            .metrics
            .payments_begun
            .fetch_add(1, Ordering::Relaxed);
        info!(order = %id, session = session.id, "a payment was begun");
        self.lead_to(&session.url, &ticket)
    }

    /// To the provider's page. The cart stays until the shopper comes back from there.
    fn lead_to(&self, url: &str, ticket: &Ticket) -> Response {
        let mut response = self.redirect(url);
        self.set_paying(&mut response, ticket.id, &cart_text(ticket.cart), PAYING_S);
        response
    }

    async fn store(&self, id: OrderId, waiting: &Pending) -> Result<(), StoreError> {
        let (store, waiting) = (self.checkout.store.clone(), waiting.clone());
        in_background(move || waiting.write(&store, id)).await
    }

    fn not_payable(&self, form: &Form, id: OrderId, error: &dyn std::error::Error) -> Response {
        let failed = &self.shop.metrics.payments_failed;
        failed.fetch_add(1, Ordering::Relaxed);
        error!(order = %id, %error, "a payment could not be begun; the shopper was told so");
        self.say_again(form, Said::NotPayable)
    }

    fn not_stored(&self, form: &Form, id: OrderId, error: &StoreError) -> Response {
        let refused = &self.shop.metrics.orders_refused;
        refused.fetch_add(1, Ordering::Relaxed);
        error!(order = %id, %error, "an order could not be stored; the shopper was told so");
        self.say_again(form, Said::NotStored)
    }

    /// An order's page, once it is placed.
    pub(crate) fn receipt(&self, id: OrderId, found: &Found) -> Response {
        let ctx = self.context();
        let token = ticket::link_token(&self.checkout.keys, id);
        let page = receipt::build(&self.serving.generation, &ctx, found, &token);
        let mut response = self.respond(page);
        self.empty_cart(&mut response, id);
        response
    }

    /// The page of an order that is not placed. Whoever comes back may be faster than the provider's word, and that
    /// may be lost: it is asked for.
    pub(crate) async fn unpaid(self, id: OrderId) -> Response {
        let store = self.checkout.store.clone();
        let waiting = match in_background(move || Pending::read(&store, id)).await {
            Ok(waiting) => waiting,
            Err(error) => {
                warn!(order = %id, %error, "an order cannot be read");
                return self.refused(StatusCode::SERVICE_UNAVAILABLE, 500);
            }
        };
        let is_accepted = match &waiting {
            Some(waiting) => self.ask(id, waiting).await,
            // It may have been accepted since it was looked for.
            None => true,
        };
        if is_accepted {
            let store = self.checkout.store.clone();
            let found = tokio::task::spawn_blocking(move || receipt::read(&store, id)).await;
            if let Ok(Ok(Some(found))) = found {
                return self.receipt(id, &found);
            }
        }
        let Some(waiting) = waiting else {
            return not_found(self.shop, &self.serving, &self.request);
        };
        let unpaid = Unpaid {
            order: &waiting.order,
            failed: waiting.failed,
            address: self.order_route(id),
        };
        let ctx = self.context();
        let page = receipt::build_unpaid(&self.serving.generation, &ctx, &unpaid);
        let mut response = self.respond(page);
        if !waiting.failed {
            self.empty_cart(&mut response, id);
        }
        response
    }

    /// Asks the provider how far a payment is; whether the order is accepted now.
    async fn ask(&self, id: OrderId, waiting: &Pending) -> bool {
        let (Some(stripe), Some(session)) = (&self.checkout.stripe, &waiting.session) else {
            return false;
        };
        if waiting.failed || !stripe.may_ask(id, self.now_s()) {
            return false;
        }
        match stripe.look(&session.id).await {
            Ok(Some(report)) if report.order == id => {
                let (checkout, metrics) = (self.checkout, &self.shop.metrics);
                settle::settle(checkout, metrics, &report, self.now_s()).await == Settled::Accepted
            }
            Ok(_) => false,
            Err(error) => {
                warn!(order = %id, %error, "the provider cannot be asked for a payment");
                false
            }
        }
    }

    /// What Stripe calls to say. There is no cookie and no form: the signature is all that counts.
    pub(crate) fn hear_stripe(self) -> Reply<'a> {
        let Some(stripe) = &self.checkout.stripe else {
            return Reply::Now(not_found(self.shop, &self.serving, &self.request));
        };
        if self.request.method != Method::POST {
            return Reply::Now(not_found(self.shop, &self.serving, &self.request));
        }
        let header = self.request.headers.get(webhook::SIGNATURE);
        let header = header.and_then(|header| header.to_str().ok());
        let body = self.request.body;
        let heard = stripe.hear(header.unwrap_or_default(), body, self.now_s());
        let report = match heard {
            Ok(Some(report)) => report,
            Ok(None) => return Reply::Now(self.told(StatusCode::OK, "not for this shop")),
            Err(error) => {
                let refused = &self.shop.metrics.webhooks_refused;
                refused.fetch_add(1, Ordering::Relaxed);
                warn!(%error, "a webhook was refused");
                return Reply::Now(self.told(StatusCode::BAD_REQUEST, &error.to_string()));
            }
        };
        Reply::Later(Box::pin(async move {
            let (checkout, metrics) = (self.checkout, &self.shop.metrics);
            let (status, text) =
                match settle::settle(checkout, metrics, &report, self.now_s()).await {
                    Settled::Accepted => (StatusCode::OK, "the order is accepted"),
                    Settled::Waits => (StatusCode::OK, "the order waits for its payment"),
                    Settled::Ended => (StatusCode::OK, "nothing was ordered"),
                    Settled::Mismatch => (
                        StatusCode::CONFLICT,
                        "the payment does not fit an order that waits for it",
                    ),
                    Settled::NotStored | Settled::NotKnown => (
                        StatusCode::SERVICE_UNAVAILABLE,
                        "the order cannot be stored now",
                    ),
                };
            self.told(status, text)
        }))
    }

    fn told(&self, status: StatusCode, text: &str) -> Response {
        respond::sentence(&self.serving.stamp, status, "webhook", text)
    }

    pub(crate) fn order_route(&self, id: OrderId) -> Route {
        Route::Order {
            id: id.to_string(),
            token: ticket::link_token(&self.checkout.keys, id),
        }
    }

    pub(crate) fn now_s(&self) -> i64 {
        i64::try_from(self.now_ms() / 1000).unwrap_or(i64::MAX)
    }

    /// Takes the cart out of the browser, if it is still the one that the order was made of.
    fn empty_cart(&self, response: &mut Response, id: OrderId) {
        let cart = cookie(&self.request, PAYING);
        if cart.is_empty() {
            return;
        }
        if cart == cart_text(self.basket().cart.digest()) {
            self.keep(response, &Cart::default());
        }
        self.set_paying(response, id, "", 0);
    }

    fn set_paying(&self, response: &mut Response, id: OrderId, value: &str, age: u32) {
        let page = self.href(&self.order_route(id));
        let path = page.split('?').next().unwrap_or_default();
        let cookie = format!("{PAYING}={value}; Path={path}; Max-Age={age}; HttpOnly");
        visit::set_cookie(self.shop, response, &cookie);
    }
}

/// What tells a cart, as it stands in a cookie.
fn cart_text(digest: [u8; 8]) -> String {
    key_text(u64::from_le_bytes(digest))
}
