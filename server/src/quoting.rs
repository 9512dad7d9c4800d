//! Requests whose answers need the merchant's prices: the question is asked before the page is made.
//!
//! Where the catalog prices carts, nothing here waits.

use crate::cart::{Cart, Choice, Outcome};
use crate::checkout::fields::Fields;
use crate::form::Form;
use crate::limiter::Action;
use crate::listen::Reply;
use crate::page::{View, cart as cart_page, checkout as checkout_page};
use crate::personal::{Basket, Desk};
use crate::pricing::{Question, Quoted};
use crate::respond::Response;

impl<'a> Desk<'a> {
    /// The cart's page, priced by whoever prices carts.
    pub(crate) fn priced_cart(
        mut self,
        basket: Basket,
        notice: Option<Outcome>,
        shared: Option<Cart>,
        respond: impl FnOnce(&Self, Response, &Basket) -> Response + Send + 'a,
    ) -> Reply<'a> {
        let show = move |desk: &Self, basket: &Basket| {
            let response = desk.show_cart(&basket.cart, notice.as_ref(), shared.as_ref());
            respond(desk, response, basket)
        };
        if self.checkout.pricing.is_none() {
            return Reply::Now(show(&self, &basket));
        }
        Reply::Later(Box::pin(async move {
            let choice = cart_page::choice(&self.checkout.settings, self.now_s());
            self.quoted = self.ask_merchant(&basket.cart, &choice, false).await;
            show(&self, &basket)
        }))
    }

    /// The checkout's page, priced by whoever prices carts.
    pub(crate) fn priced_checkout(mut self) -> Reply<'a> {
        let settings = &self.checkout.settings;
        if self.checkout.pricing.is_none() || settings.hands_off() {
            return Reply::Now(self.checkout());
        }
        Reply::Later(Box::pin(async move {
            let cart = self.basket().cart;
            let fields = Fields::of(&Form::default(), &self.checkout.settings);
            self.quote_to_show(&cart, &fields).await;
            self.checkout()
        }))
    }

    /// Asks what a form costs, before it is shown; what was found out when it was sent is not asked again.
    pub(crate) async fn quote_to_show(&mut self, cart: &Cart, fields: &Fields) {
        if self.quoted.is_none() {
            let choice = checkout_page::choice_to_show(fields, self.now_s());
            self.quoted = self.ask_merchant(cart, &choice, false).await;
        }
    }

    /// Asks what is about to be ordered costs, whatever was answered a moment ago. It is the question that the form is
    /// shown with, for it may have to be shown again.
    pub(crate) async fn quote_to_order(&mut self, cart: &Cart, fields: &Fields) {
        let choice = checkout_page::choice_to_show(fields, self.now_s());
        self.quoted = self.ask_merchant(cart, &choice, true).await;
    }

    /// What comes of asking for the price of a cart; none where nobody is asked. One request asks once.
    async fn ask_merchant(
        &self,
        cart: &Cart,
        choice: &Choice<'static>,
        is_order: bool,
    ) -> Option<Quoted> {
        let pricing = self.checkout.pricing.as_ref()?;
        let question = self.question(cart, choice)?;
        let metrics = &self.shop.metrics;
        if let Some(quote) = pricing.kept(&question).filter(|_| !is_order) {
            metrics.pricing("kept", None);
            return Some(Quoted::Merchant(quote));
        }
        // Whoever asks without end must not get the catalog's prices for it.
        if !self.may(Action::Cart) {
            return Some(Quoted::Refused);
        }
        let outcome = match is_order {
            true => pricing.ask(&question, self.now_s(), metrics).await,
            false => pricing.ask_together(&question, self.now_s(), metrics).await,
        };
        match outcome {
            Ok(quote) => Some(Quoted::Merchant(quote)),
            // What a shopper types must not choose whose prices count.
            Err(error) if error.is_about_the_question() => Some(Quoted::Refused),
            Err(_) => Some(pricing.fallback()),
        }
    }

    fn question(&self, cart: &Cart, choice: &Choice<'_>) -> Option<Question> {
        let ctx = self.context();
        let view = View::new(&self.serving.generation, &ctx);
        Question::of(&view, cart, choice)
    }
}
