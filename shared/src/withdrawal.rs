//! A shopper's withdrawal from a contract, as the server writes it down and as the merchant's endpoint receives it.
//!
//! It lies among the orders, under an id of its own, and goes the same way: it is durable before the shopper reads that
//! it was received, it is never changed, and it is delivered until the merchant has it. Its shape for others is
//! `schemas/withdrawal.schema.json`.

use crate::stored;
use serde::{Deserialize, Serialize};

/// One withdrawal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withdrawal {
    /// Always `withdrawal`.
    #[serde(rename = "type")]
    pub kind: WithdrawalKind,
    /// A ULID, minted when the form was shown, so that a form sent twice is one withdrawal.
    pub id: String,
    /// The shop's id.
    pub shop: String,
    /// When it was received, RFC 3339 in UTC.
    pub received_at: String,
    /// The language the shopper read, a BCP 47 tag.
    pub locale: String,
    /// The number of the order, as the shopper wrote it.
    pub order_number: String,
    /// The id of the order, if the shopper came by the link to it, so that it is certain which one is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
    /// Who withdraws.
    pub name: String,
    /// Where the acknowledgement goes.
    pub email: String,
    /// What it is about, as the shopper wrote it; none means the whole order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub articles: Option<String>,
    /// When it was ordered or received, as the shopper wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
}

/// The word that tells withdrawals from orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WithdrawalKind {
    /// The only one.
    Withdrawal,
}

impl Withdrawal {
    /// The bytes that are stored: one JSON object and a line's end.
    ///
    /// # Errors
    /// None in practice; whatever the serializer says.
    pub fn encode(&self) -> Result<Vec<u8>, serde_json::Error> {
        stored::bytes(self)
    }

    /// Reads stored bytes.
    ///
    /// # Errors
    /// They are no withdrawal.
    pub fn decode(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::Order;

    #[test]
    fn it_comes_back_and_is_no_order() {
        let withdrawal = Withdrawal {
            kind: WithdrawalKind::Withdrawal,
            id: "01JDKX5V3Q8YB2M4N6P7R9STVW".to_owned(),
            shop: "demo".to_owned(),
            received_at: "2026-07-01T10:00:00.000Z".to_owned(),
            locale: "de".to_owned(),
            order_number: "SO-17".to_owned(),
            order_id: None,
            name: "Ann Lee".to_owned(),
            email: "ann@mail.example".to_owned(),
            articles: Some("the red mug".to_owned()),
            date: None,
        };
        let bytes = withdrawal.encode().unwrap();
        assert_eq!(Withdrawal::decode(&bytes).unwrap(), withdrawal);
        assert!(Order::decode(&bytes).is_err());
    }
}
