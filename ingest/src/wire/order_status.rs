//! What became of an order, from the merchant's back end.

use frontage_shared::order_status::{self, OrderProgress};
use serde::{Deserialize, Serialize};

/// What became of an order that the shop delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderStatus {
    /// The order, by the id it was delivered with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The merchant's own number of the order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// How far it is.
    pub state: OrderProgress,
    /// Since when, RFC 3339.
    pub at: String,
    /// Who carries it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// The carrier's number of the parcel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking_number: Option<String>,
    /// Where the shopper can follow the parcel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking_url: Option<String>,
    /// A sentence for the shopper.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl OrderStatus {
    /// The order's id, or `number:` and the merchant's number.
    pub fn key(&self) -> String {
        match (&self.id, &self.number) {
            (Some(id), _) => id.clone(),
            (None, number) => format!("number:{}", number.as_deref().unwrap_or_default()),
        }
    }

    /// As it is kept beside the order.
    pub fn kept(self) -> order_status::OrderStatus {
        order_status::OrderStatus {
            number: self.number,
            state: self.state,
            at: self.at,
            carrier: self.carrier,
            tracking_number: self.tracking_number,
            tracking_url: self.tracking_url,
            note: self.note,
        }
    }
}
