//! A shopper's wish to be told when a sold-out product can be had again, as the server writes it down and as the
//! merchant's endpoint receives it.
//!
//! It lies among the orders, under an id of its own, and goes the same way. Who writes to the shopper, and when, is the
//! merchant's business. Its shape for others is `schemas/stock_request.schema.json`.

use serde::{Deserialize, Serialize};

use crate::stored;

/// One request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StockRequest {
    /// Always `stock_request`.
    #[serde(rename = "type")]
    pub kind: StockRequestKind,
    /// A ULID that follows from the day, the variant and the address, so that a form sent twice is one request.
    pub id: String,
    /// The shop's id.
    pub shop: String,
    /// When it was received, RFC 3339 in UTC.
    pub received_at: String,
    /// The language the shopper read, a BCP 47 tag.
    pub locale: String,
    /// The merchant's id of the product.
    pub product_id: String,
    /// The merchant's id of the variant.
    pub variant_id: String,
    /// Its stock keeping unit, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// What the shopper saw it called.
    pub name: String,
    /// Whom to tell.
    pub email: String,
}

/// The word that tells these requests from orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StockRequestKind {
    /// The only one.
    StockRequest,
}

impl StockRequest {
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
    /// They are no request.
    pub fn decode(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::withdrawal::Withdrawal;

    #[test]
    fn it_comes_back_and_is_no_withdrawal() {
        let request = StockRequest {
            kind: StockRequestKind::StockRequest,
            id: "01JDKX5V3Q8YB2M4N6P7R9STVW".to_owned(),
            shop: "demo".to_owned(),
            received_at: "2026-07-01T10:00:00.000Z".to_owned(),
            locale: "de".to_owned(),
            product_id: "4711".to_owned(),
            variant_id: "4711-red".to_owned(),
            sku: None,
            name: "Mug, red".to_owned(),
            email: "ann@mail.example".to_owned(),
        };
        let bytes = request.encode().unwrap();
        assert_eq!(StockRequest::decode(&bytes).unwrap(), request);
        assert!(Withdrawal::decode(&bytes).is_err());
    }
}
