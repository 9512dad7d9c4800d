//! What the merchant allows: methods of payment, countries, pages that must be accepted.

use std::path::PathBuf;

use crate::payment::StripeSettings;
use crate::pricing::PricingSettings;

/// The `[checkout]` table of the configuration.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Settings {
    /// Ways to pay in the order they are shown; none makes the shop a catalogue in which nothing can be bought.
    pub methods: Vec<Method>,
    /// ISO 3166-1 alpha-2 codes of the countries sold to; the first one is chosen at first.
    pub countries: Vec<String>,
    /// The file with the keys of carts, forms and links.
    pub keys: PathBuf,
    /// Where `handoff` leads, with `{lines}`, `{currency}` and `{locale}` to fill.
    pub handoff_url: Option<String>,
    /// Slug of the content page with the terms that a shopper accepts.
    pub terms_page: Option<String>,
    /// Slug of the content page about privacy.
    pub privacy_page: Option<String>,
    /// Whether shoppers are asked if they want news by mail.
    pub newsletter: bool,
    /// Whether there is a form to withdraw from a contract.
    pub withdrawal: bool,
    /// Whether shoppers may ask to be told when something can be had again.
    pub stock_requests: bool,
    /// The provider behind the method `stripe`.
    pub stripe: StripeSettings,
    /// Who prices carts, if the catalog does not.
    pub pricing: PricingSettings,
}

/// A way to pay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    /// The merchant sends an invoice.
    Invoice,
    /// Whoever brings the goods takes the money.
    CashOnDelivery,
    /// Another system takes over with the cart: no order is written here.
    Handoff,
    /// Stripe takes the money on a page of its own, and the order is accepted when it has it.
    Stripe,
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Invoice,
        Self::CashOnDelivery,
        Self::Handoff,
        Self::Stripe,
    ];

    /// The word in configuration, forms and orders.
    pub fn name(self) -> &'static str {
        match self {
            Self::Invoice => "invoice",
            Self::CashOnDelivery => "cash_on_delivery",
            Self::Handoff => "handoff",
            Self::Stripe => "stripe",
        }
    }

    /// The method of a word.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }
}

impl Settings {
    /// Whether anything can be bought.
    pub fn sells(&self) -> bool {
        !self.methods.is_empty()
    }

    /// Whether a shopper can withdraw from a contract here. Where another system takes over, that one has the contracts.
    pub fn takes_withdrawals(&self) -> bool {
        self.withdrawal && self.sells() && !self.hands_off()
    }

    /// Whether another system takes over with the cart.
    pub fn hands_off(&self) -> bool {
        self.methods.contains(&Method::Handoff)
    }

    /// Whether orders can be paid on Stripe's page.
    pub fn takes_stripe(&self) -> bool {
        self.methods.contains(&Method::Stripe)
    }

    /// The origin of the system that takes over.
    pub fn handoff_origin(&self) -> Option<&str> {
        let url = self.handoff_url.as_deref().filter(|_| self.hands_off())?;
        let authority = url.find("://")? + 3;
        let end = url.get(authority..)?.find(['/', '?', '#']);
        url.get(..end.map_or(url.len(), |end| authority + end))
    }

    /// What does not fit together, a sentence each.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.hands_off() && self.methods.len() > 1 {
            problems.push(
                "`checkout.methods` has \"handoff\" beside others: it takes the whole checkout"
                    .to_owned(),
            );
        }
        if self.hands_off() && self.handoff_url.is_none() {
            problems.push(
                "`checkout.handoff_url` is missing: \"handoff\" needs to know where to".to_owned(),
            );
        }
        if self.sells() && !self.hands_off() && self.countries.is_empty() {
            problems.push(
                "`checkout.countries` is empty: an order needs a country to go to".to_owned(),
            );
        }
        if let Some(url) = &self.handoff_url
            && !(url.starts_with("https://") || url.starts_with("http://"))
        {
            problems.push(format!(
                "`checkout.handoff_url` must be an http or https address, got \"{url}\""
            ));
        }
        problems.extend(self.stripe.problems(self.takes_stripe()));
        problems.extend(self.pricing.problems());
        problems
    }
}
