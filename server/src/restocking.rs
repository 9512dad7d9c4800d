//! Requests to be told when something can be had again: the form, and what was received.
//!
//! A request is durable, beside the orders, before the shopper reads that it was noted; the same one sent twice on a day
//! is one request. Nothing is kept here of who asked for what.

use std::sync::atomic::Ordering;

use frontage_shared::order::OrderId;
use frontage_shared::stock_request::{StockRequest, StockRequestKind};
use hyper::StatusCode;
use tracing::{info, warn};

use crate::checkout::fields::{Fault, Faults, Rule, is_mail, line};
use crate::form::Form;
use crate::keys::{Keys, Purpose};
use crate::limiter::Action;
use crate::listen::Reply;
use crate::page::checkout::is_trapped;
use crate::page::format::iso_instant;
use crate::page::restock::{self as page, Stage};
use crate::personal::Desk;
use crate::respond::Response;
use crate::route::{Restock, Route};
use crate::visit::not_found;

/// Within this time, in milliseconds, the same address asks for the same thing once.
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

impl<'a> Desk<'a> {
    /// The form for a variant, or that a request was noted.
    pub(crate) fn restock(self, wanted: &Restock) -> Reply<'a> {
        let stage = match wanted.received {
            true => Stage::Received,
            false => Stage::Form(&[]),
        };
        Reply::Now(self.show_restock(&wanted.variant, "", stage))
    }

    /// Takes a request.
    pub(crate) fn ask_for_stock(self, form: &Form) -> Reply<'a> {
        let variant = form.get("variant").unwrap_or_default().to_owned();
        let email = line(form.get("email").unwrap_or_default());
        let faults = faults(&email);
        // A field that no person sees was filled in.
        let is_trapped = is_trapped(form);
        if !faults.is_empty() || is_trapped {
            return Reply::Now(self.show_restock(&variant, &email, Stage::Form(&faults)));
        }
        if !self.may(Action::Order) {
            return Reply::Now(self.refused(StatusCode::TOO_MANY_REQUESTS, 429));
        }
        match self.request_of(&variant, &email) {
            Some(request) => Reply::Later(Box::pin(self.store_request(variant, request))),
            None => Reply::Now(not_found(self.shop, &self.serving, &self.request)),
        }
    }

    /// What is written down; none if there is nothing to wait for.
    fn request_of(&self, variant: &str, email: &str) -> Option<(OrderId, StockRequest)> {
        if !self.checkout.settings.stock_requests {
            return None;
        }
        let wanted = page::wanted(&self.serving.generation, &self.context(), variant)?;
        let id = id_of(&self.checkout.keys, (variant, email), self.now_ms());
        let request = StockRequest {
            kind: StockRequestKind::StockRequest,
            id: id.to_string(),
            shop: wanted.shop,
            received_at: iso_instant(self.now_s()),
            locale: wanted.locale,
            product_id: wanted.product_id,
            variant_id: variant.to_owned(),
            sku: Some(wanted.sku).filter(|sku| !sku.is_empty()),
            name: wanted.name,
            email: email.to_owned(),
        };
        Some((id, request))
    }

    async fn store_request(
        self,
        variant: String,
        (id, request): (OrderId, StockRequest),
    ) -> Response {
        let Ok(bytes) = request.encode() else {
            return self.refused(StatusCode::INTERNAL_SERVER_ERROR, 500);
        };
        match self.checkout.book.accept(id, bytes).await {
            Ok(_) => {
                let metrics = &self.shop.metrics;
                metrics.stock_requests.fetch_add(1, Ordering::Relaxed);
                info!(request = %id, "a request for stock was received");
                self.redirect(&self.href(&Route::Restock(Restock {
                    variant,
                    received: true,
                })))
            }
            Err(error) => {
                let metrics = &self.shop.metrics;
                metrics.orders_refused.fetch_add(1, Ordering::Relaxed);
                warn!(request = %id, %error, "a request for stock was refused");
                self.show_restock(&variant, &request.email, Stage::NotStored)
            }
        }
    }

    fn show_restock(&self, variant: &str, email: &str, stage: Stage<'_>) -> Response {
        let wanted = self.checkout.settings.stock_requests;
        let built = page::build(
            &self.serving.generation,
            &self.context(),
            variant,
            email,
            stage,
        );
        let Some(built) = built.filter(|_| wanted) else {
            return not_found(self.shop, &self.serving, &self.request);
        };
        let mut response = self.respond(built);
        match stage {
            Stage::Form(faults) if !faults.is_empty() => {
                *response.http.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            }
            Stage::NotStored => *response.http.status_mut() = StatusCode::SERVICE_UNAVAILABLE,
            _ => {}
        }
        response
    }
}

fn faults(email: &str) -> Vec<Fault> {
    let mut faults = Faults::default();
    faults.require("email", email);
    if !email.is_empty() && !is_mail(email) {
        faults.add("email", Rule::NotMail);
    }
    faults.0
}

/// The id of a request: the same for the same address and variant on a day, and no way back from it to either.
fn id_of(keys: &Keys, (variant, email): (&str, &str), now_ms: u64) -> OrderId {
    let day = now_ms - now_ms % DAY_MS;
    let message = format!("{day} {variant} {}", email.to_lowercase());
    // The end of the day: what was bought on it goes first, and nothing seems to have waited since midnight.
    OrderId::new(
        day + DAY_MS - 1,
        keys.number(Purpose::StockRequest, message.as_bytes()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_wish_has_one_id_a_day() {
        let keys = Keys::parse("1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").unwrap();
        let id = |variant, email, now| id_of(&keys, (variant, email), now);
        let first = id("v1", "Ann@mail.example", DAY_MS * 3 + 5);
        assert_eq!(first, id("v1", "ann@mail.example", DAY_MS * 4 - 1));
        assert_ne!(first, id("v1", "ann@mail.example", DAY_MS * 4));
        assert_ne!(first, id("v2", "ann@mail.example", DAY_MS * 3));
        assert_ne!(first, id("v1", "bob@mail.example", DAY_MS * 3));
        assert_eq!(first.minted_ms(), DAY_MS * 4 - 1);
    }
}
