//! Stand-ins for well-known back ends: each looks at all of a request, and refuses what the real one refuses.

/// Akeneo: tokens, cursors and values by language and channel.
pub mod akeneo;
/// Business Central: OData with links to next pages, and a page size in a header.
pub mod business_central;
/// ERPNext: documents of Frappe.
pub mod erpnext;
/// Magento 2.
pub mod magento;
/// Odoo: JSON-2 and JSON-RPC.
pub mod odoo;
/// PrestaShop's webservice.
pub mod prestashop;
/// WooCommerce's REST API.
pub mod woocommerce;

use bytes::Bytes;
use hyper::header::HeaderMap;
use serde_json::Value;

use super::script::Response;

/// A request as a stand-in sees it.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// The parameters of its query, decoded, in order.
    pub query: Vec<(String, String)>,
    /// Its headers.
    pub headers: HeaderMap,
    /// What it sends.
    pub body: Bytes,
    /// Scheme, host and port of the back end.
    pub origin: String,
}

impl Asked {
    /// A parameter of the query.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let mut found = self.query.iter().filter(|(known, _)| known == name);
        found.next().map(|(_, value)| value.as_str())
    }

    /// A parameter that is a number.
    pub fn number(&self, name: &str) -> Option<usize> {
        self.parameter(name)?.parse().ok()
    }

    /// A header, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// What it sends, as JSON; `null` when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// A back end of which a few paths are known.
pub trait Api: std::fmt::Debug + Send + Sync {
    /// The answer to a request; nothing where the path is not one of its own.
    fn answer(&self, asked: &Asked) -> Option<Response>;
}

/// A refusal with a body of JSON.
pub(super) fn refusal(status: u16, body: &Value) -> Response {
    Response::json(body).with_status(status)
}

/// The records from one place on, at most so many.
pub(super) fn slice(records: &[Value], from: usize, len: usize) -> &[Value] {
    let start = from.min(records.len());
    &records[start..start.saturating_add(len).min(records.len())]
}

/// Whether this is the number that a text spells.
pub(super) fn is_number(value: &Value, text: &str) -> bool {
    text.parse()
        .is_ok_and(|number: u64| value.as_u64() == Some(number))
}

/// Whether a text is written like this pattern, in which `0` stands for any digit.
pub(super) fn is_like(text: &str, pattern: &str) -> bool {
    let is_alike = |(byte, wanted): (u8, u8)| match wanted {
        b'0' => byte.is_ascii_digit(),
        wanted => byte == wanted,
    };
    text.len() == pattern.len() && text.bytes().zip(pattern.bytes()).all(is_alike)
}

/// Whether a record has changed after an instant; both write it alike, so that texts compare like times.
pub(super) fn is_after(record: &Value, field: &str, since: &str) -> bool {
    record[field]
        .as_str()
        .is_some_and(|changed| changed > since)
}
