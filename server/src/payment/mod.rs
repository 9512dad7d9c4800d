//! Payment on a provider's own page: what the shop asks of a provider, and what a provider tells.
//!
//! The words here are no provider's. `stripe` is the one adapter; `docs/payments.md` says how another one is added.

use frontage_shared::order::{Order, OrderId};
use serde::{Deserialize, Serialize};

use crate::outbound::ClientError;

/// Which provider, and where it is.
pub mod settings;

/// Amounts as the provider counts them.
pub mod amount;

/// Stripe's hosted checkout.
pub mod stripe;

/// What Stripe calls to say, and whether it is Stripe that calls.
pub mod webhook;

/// Orders that are accepted when they are paid.
pub mod pending;

/// What becomes of an order when the provider has told something.
pub mod settle;

pub use settings::StripeSettings;

/// A payment that a shopper is to make.
#[derive(Debug)]
pub struct Wanted<'a> {
    /// The order's id, which also makes asking twice the same as asking once.
    pub id: OrderId,
    /// The order as it will be accepted.
    pub order: &'a Order,
    /// The total in the provider's units.
    pub amount: i64,
    /// Where the shopper comes back to after paying: a whole address.
    pub paid_url: String,
    /// Where the shopper comes back to without paying: a whole address.
    pub back_url: String,
    /// When the offer to pay ends, Unix seconds.
    pub expires_at: i64,
}

/// A page of the provider where one order is paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// The provider's name for it.
    pub id: String,
    /// Its address.
    pub url: String,
}

/// What the provider tells of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The order that it is for.
    pub order: OrderId,
    /// The provider's name for the session.
    pub session: String,
    /// The total in the provider's units.
    pub amount: i64,
    /// ISO 4217 code, in capitals.
    pub currency: String,
    /// How far it is.
    pub progress: Progress,
    /// The provider's name for the payment.
    pub reference: Option<String>,
}

/// How far a payment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It is not paid yet, and may be.
    Open,
    /// The provider has the money.
    Paid,
    /// It was tried and will not come.
    Failed,
    /// It was not tried in time.
    Expired,
}

/// Why a payment cannot be begun or asked for. No message repeats a secret or what the shopper typed.
#[derive(Debug, thiserror::Error)]
pub enum PaymentError {
    /// The provider cannot take this amount.
    #[error(transparent)]
    Amount(#[from] amount::AmountError),
    /// The provider could not be asked.
    #[error("the provider: {0}")]
    Client(#[from] ClientError),
    /// The provider did not answer in time.
    #[error("the provider did not answer within {0} ms")]
    TooSlow(u128),
    /// Too many requests are on their way to the provider.
    #[error("{0} requests to the provider are under way already")]
    Busy(usize),
    /// The provider refused.
    #[error("the provider answered {status}: {reason}")]
    Refused {
        /// Its status.
        status: u16,
        /// Type, code and parameter of its error.
        reason: String,
    },
    /// The provider answered something that is no session.
    #[error("the provider's answer is not a session: {0}")]
    Answer(&'static str),
    /// The session is for another total.
    #[error("the provider wants {got}, and the order is {wanted}")]
    Total {
        /// What the session says.
        got: String,
        /// What the order comes to.
        wanted: String,
    },
    /// The session's page is somewhere else than the configuration allows.
    #[error("the page to pay on is not at {0}, the origin in `checkout.stripe.pages`")]
    Page(String),
}
