//! Requests to withdraw from a contract: the form, the check before it is sent, and what was received.
//!
//! A withdrawal is durable, beside the orders, before the shopper reads that it was received; the same form sent twice
//! is one withdrawal.

use std::sync::atomic::Ordering;

use frontage_shared::order::OrderId;
use frontage_shared::store::Store;
use frontage_shared::withdrawal::Withdrawal;
use hyper::StatusCode;
use tracing::{info, warn};

use crate::checkout::ticket::{self, Ticket};
use crate::checkout::withdrawal::{self, WithdrawalFields};
use crate::form::Form;
use crate::limiter::Action;
use crate::listen::Reply;
use crate::page::checkout::UNSETTLED;
use crate::page::checkout::is_trapped;
use crate::page::receipt;
use crate::page::withdrawal::{self as page, Stage};
use crate::payment::settle::in_background;
use crate::personal::Desk;
use crate::respond::Response;
use crate::route::{Route, Withdrawal as Wanted};
use crate::visit::not_found;

/// The order that a form is about, with what proves that the shopper has its link.
type About = Option<(OrderId, String)>;

impl<'a> Desk<'a> {
    /// The form, filled in as far as a link to an order allows; or what was received.
    pub(crate) fn withdrawal(self, wanted: Wanted) -> Reply<'a> {
        if !self.checkout.settings.takes_withdrawals() {
            return Reply::Now(not_found(self.shop, &self.serving, &self.request));
        }
        let Wanted {
            order,
            received,
            token,
        } = wanted;
        if let Some(id) = received {
            return Reply::Later(Box::pin(self.received(id, token)));
        }
        match self.about(order.as_deref(), &token) {
            Some(about) => Reply::Later(Box::pin(self.prefilled(about))),
            None => {
                let fields = WithdrawalFields::default();
                Reply::Now(self.show_withdrawal(&fields, &None, Stage::Form(&[]), None))
            }
        }
    }

    /// Takes the form one step further: to be checked, and when it was confirmed, into the store.
    pub(crate) fn withdraw(self, form: Form) -> Reply<'a> {
        if !self.checkout.settings.takes_withdrawals() {
            return Reply::Now(not_found(self.shop, &self.serving, &self.request));
        }
        let fields = WithdrawalFields::of(&form);
        let about = self.about(form.get("order"), form.get("t").unwrap_or_default());
        let sealed = form.get("ticket").unwrap_or_default();
        let id = withdrawal::open(&self.checkout.keys, sealed, self.now_ms());
        let faults = fields.faults();
        // A field that no person sees was filled in: a robot did it, or a browser that means too well.
        let is_trapped = is_trapped(&form);
        let wants_to_change = form.get("change").is_some();
        if wants_to_change || !faults.is_empty() {
            let stage = Stage::Form(&faults);
            return Reply::Now(self.show_withdrawal(&fields, &about, stage, id));
        }
        let is_confirmed = form.get("confirm").is_some() && !is_trapped;
        let Some(id) = id.filter(|_| is_confirmed) else {
            return Reply::Now(self.show_withdrawal(&fields, &about, Stage::Check, None));
        };
        if !self.may(Action::Withdrawal) {
            return Reply::Now(self.refused(StatusCode::TOO_MANY_REQUESTS, 429));
        }
        let was_unsettled = form.get(UNSETTLED).is_some();
        Reply::Later(Box::pin(self.store_withdrawal(
            id,
            fields,
            about,
            was_unsettled,
        )))
    }

    async fn store_withdrawal(
        self,
        id: OrderId,
        fields: WithdrawalFields,
        about: About,
        was_unsettled: bool,
    ) -> Response {
        let order = about.as_ref().map(|(id, _)| *id);
        let ctx = self.context();
        let shop = page::shop(&self.serving.generation, &ctx);
        let withdrawal = fields.received(id, (shop.id, shop.locale), order, self.now_ms());
        let Ok(bytes) = withdrawal.encode() else {
            return self.refused(StatusCode::INTERNAL_SERVER_ERROR, 500);
        };
        match self.checkout.book.accept(id, bytes).await {
            Ok(_) => {
                let metrics = &self.shop.metrics;
                metrics.withdrawals.fetch_add(1, Ordering::Relaxed);
                info!(withdrawal = %id, "a withdrawal was received");
                self.redirect(&self.href(&Route::Withdrawal(Wanted {
                    order: None,
                    received: Some(id.to_string()),
                    token: withdrawal::seal(&self.checkout.keys, id),
                })))
            }
            Err(error) => {
                let metrics = &self.shop.metrics;
                metrics.orders_refused.fetch_add(1, Ordering::Relaxed);
                warn!(withdrawal = %id, %error, "a withdrawal was refused");
                let stage = match was_unsettled || error.is_unsettled() {
                    true => Stage::NotKnown,
                    false => Stage::NotStored,
                };
                let mut response = self.show_withdrawal(&fields, &about, stage, Some(id));
                *response.http.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
                response
            }
        }
    }

    /// The order of a link that we gave out.
    fn about(&self, order: Option<&str>, token: &str) -> About {
        let id: OrderId = order?.parse().ok()?;
        ticket::is_link_token(&self.checkout.keys, id, token).then(|| (id, token.to_owned()))
    }

    async fn prefilled(self, about: (OrderId, String)) -> Response {
        let (store, id) = (self.checkout.store.clone(), about.0);
        let found = tokio::task::spawn_blocking(move || receipt::read(&store, id)).await;
        let fields = match found {
            Ok(Ok(Some(found))) => {
                let ctx = self.context();
                page::fields_of(&self.serving.generation, &ctx, &found)
            }
            // Whoever has a link may withdraw, whatever we can read of the order now.
            _ => WithdrawalFields {
                order_number: id.to_string(),
                ..WithdrawalFields::default()
            },
        };
        self.show_withdrawal(&fields, &Some(about), Stage::Form(&[]), None)
    }

    async fn received(self, id: String, token: String) -> Response {
        let id = id.parse().ok();
        let id = id.filter(|id| withdrawal::is_ours(&self.checkout.keys, *id, &token));
        let Some(id) = id else {
            return not_found(self.shop, &self.serving, &self.request);
        };
        let store = self.checkout.store.clone();
        match in_background(move || read(&store, id)).await {
            Ok(Some(withdrawal)) => {
                let ctx = self.context();
                let built = page::received(&self.serving.generation, &ctx, &withdrawal);
                self.respond(built)
            }
            Ok(None) => not_found(self.shop, &self.serving, &self.request),
            Err(error) => {
                warn!(withdrawal = %id, %error, "a withdrawal cannot be read");
                self.refused(StatusCode::SERVICE_UNAVAILABLE, 500)
            }
        }
    }

    fn show_withdrawal(
        &self,
        fields: &WithdrawalFields,
        about: &About,
        stage: Stage<'_>,
        kept: Option<OrderId>,
    ) -> Response {
        let new = || Ticket::new(self.now_ms(), [0; 8]).ok().map(|new| new.id);
        let Some(id) = kept.or_else(new) else {
            return self.refused(StatusCode::SERVICE_UNAVAILABLE, 500);
        };
        let ctx = self.context();
        let show = page::Show {
            fields,
            about: about
                .as_ref()
                .map(|(id, token)| (id.to_string(), token.clone())),
            ticket: withdrawal::seal(&self.checkout.keys, id),
            stage,
        };
        let mut response = self.respond(page::build(&self.serving.generation, &ctx, &show));
        if matches!(stage, Stage::Form(faults) if !faults.is_empty()) {
            *response.http.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        }
        response
    }
}

/// Reads a withdrawal; none if there is none of this id.
fn read(
    store: &Store,
    id: OrderId,
) -> Result<Option<Withdrawal>, frontage_shared::store::StoreError> {
    let stored = store.order(id)?;
    Ok(stored.and_then(|(_, bytes)| Withdrawal::decode(&bytes).ok()))
}
