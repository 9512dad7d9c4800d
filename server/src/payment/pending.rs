//! Orders that are accepted when they are paid: a file in the store, from before the shopper is sent away to pay.

use frontage_shared::order::{Order, OrderId};
use frontage_shared::store::{Beside, Store, StoreError};
use serde::{Deserialize, Serialize};

use super::Session;

/// From a form that was shown to the end of the offer to pay, in seconds. Counted from the form and not from now, so
/// that a form sent twice asks the provider for the same.
const OFFER_S: i64 = 3 * 60 * 60;
/// How long a form that was shown can begin a payment, in seconds; Stripe wants half an hour at least to be left.
const BEGIN_S: i64 = 2 * 60 * 60;

/// An order that waits for its payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pending {
    /// The order as it was submitted.
    pub order: Order,
    /// The total in the provider's units.
    pub amount: i64,
    /// Where it is paid; none until the provider has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Session>,
    /// Whether the payment was tried and will not come.
    #[serde(default)]
    pub failed: bool,
}

impl Pending {
    /// The order that waits under this id, if there is one. Waits for the store.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn read(store: &Store, id: OrderId) -> Result<Option<Self>, StoreError> {
        store.read_beside(id, Beside::Pending)
    }

    /// Makes it durable. Waits for the store.
    ///
    /// # Errors
    /// The store cannot be written; what was there before stays.
    pub fn write(&self, store: &Store, id: OrderId) -> Result<(), StoreError> {
        store.write_beside(id, Beside::Pending, self)
    }

    /// Whether a form that was sent again orders the same.
    pub fn is_for(&self, order: &Order) -> bool {
        let same = Order {
            placed_at: self.order.placed_at.clone(),
            generation: self.order.generation,
            ..order.clone()
        };
        same == self.order
    }
}

/// When the offer to pay for an order ends, Unix seconds.
pub fn expires_at(id: OrderId) -> i64 {
    minted_s(id) + OFFER_S
}

/// Whether a payment can still be begun with the form that has this order's id.
pub fn can_begin(id: OrderId, now: i64) -> bool {
    now <= minted_s(id) + BEGIN_S
}

fn minted_s(id: OrderId) -> i64 {
    i64::try_from(id.minted_ms() / 1000).unwrap_or(i64::MAX - OFFER_S)
}
