//! What the merchant says about an order: that it was received, and what became of it.
//!
//! Neither holds personal data: an order is named by its id, and what a merchant notes for the shopper stands in `note`.

use serde::{Deserialize, Serialize};

/// The merchant's order endpoint has an order: what it answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderReceipt {
    /// When it was answered, RFC 3339 in UTC.
    pub delivered_at: String,
    /// The status of the answer.
    pub status: u16,
    /// How often the order was sent until then.
    pub attempts: u32,
    /// The merchant's own number of the order, if the answer told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
}

/// What became of an order, as the merchant's feed says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderStatus {
    /// The merchant's own number of the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// How far it is.
    pub state: OrderProgress,
    /// Since when, RFC 3339.
    pub at: String,
    /// Who carries it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// The carrier's number of the parcel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking_number: Option<String>,
    /// Where the shopper can follow the parcel: an `http` or `https` address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking_url: Option<String>,
    /// A sentence for the shopper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// How far an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderProgress {
    /// The merchant took it in.
    Confirmed,
    /// It is on its way.
    Shipped,
    /// It arrived.
    Delivered,
    /// It will not be sent.
    Cancelled,
    /// The money was given back.
    Refunded,
}

impl OrderProgress {
    /// The word in documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
            Self::Refunded => "refunded",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_has_one_word() {
        for state in [
            OrderProgress::Confirmed,
            OrderProgress::Shipped,
            OrderProgress::Delivered,
            OrderProgress::Cancelled,
            OrderProgress::Refunded,
        ] {
            let written = serde_json::to_string(&state).unwrap();
            assert_eq!(written, format!("\"{}\"", state.as_str()));
        }
    }
}
