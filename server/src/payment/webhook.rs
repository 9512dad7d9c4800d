//! What Stripe calls to say, and whether it is Stripe that calls.
//!
//! A call is believed for its signature alone: an HMAC over the instant and the body's bytes, under a secret that only
//! the two ends know. Where it comes from and which cookies it has does not matter.

use frontage_shared::order::OrderId;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use sha2::Sha256;

use super::{Progress, Report};
use crate::outbound::Secrets;

/// The header with the signature.
pub const SIGNATURE: &str = "stripe-signature";

/// How far the instant of a call may be from ours, in seconds: an old call that somebody recorded is worth nothing.
const TOLERANCE_S: u64 = 300;
/// Most parts of a header that are looked at.
const MOST_PARTS: usize = 20;

/// Why a call is not believed, or not understood.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CallError {
    /// There is no header, or it is not as it should be.
    #[error("the signature's header is missing or malformed")]
    Header,
    /// It was signed too long ago, or in the future.
    #[error("the call was not signed within {TOLERANCE_S} seconds of now")]
    Instant,
    /// It was signed by somebody else, or changed on its way.
    #[error("the signature is wrong")]
    Signature,
    /// It is signed, and no event.
    #[error("the body is not an event about a session")]
    Body,
}

/// A session as the API and events have it; everything else in it is left out.
#[derive(Debug, Deserialize)]
pub(super) struct SessionObject {
    pub(super) id: String,
    pub(super) url: Option<String>,
    pub(super) amount_total: Option<i64>,
    pub(super) currency: Option<String>,
    client_reference_id: Option<String>,
    payment_intent: Option<PaymentIntent>,
    payment_status: Option<String>,
    status: Option<String>,
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Debug, Default, Deserialize)]
struct Metadata {
    shop: Option<String>,
}

/// A payment by its name, or as a whole where somebody asked for that.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum PaymentIntent {
    Name(String),
    Whole { id: String },
}

#[derive(Debug, Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    data: EventData,
}

#[derive(Debug, Deserialize)]
struct EventData {
    object: serde_json::Value,
}

/// Checks that a body was signed with one of the secrets, not long before `now` (Unix seconds).
///
/// # Errors
/// It was not.
pub fn verify(secrets: &Secrets, header: &str, body: &[u8], now: i64) -> Result<(), CallError> {
    let parts = header.split(',').take(MOST_PARTS);
    let parts: Vec<(&str, &str)> = parts
        .filter_map(|part| part.trim().split_once('='))
        .collect();
    let values = |name: &'static str| {
        let found = parts.iter().filter(move |(known, _)| *known == name);
        found.map(|(_, value)| *value)
    };
    let instant = values("t").next().ok_or(CallError::Header)?;
    let signed_at: i64 = instant.parse().map_err(|_| CallError::Header)?;
    let tags: Vec<Vec<u8>> = values("v1").filter_map(from_hex).collect();
    if tags.is_empty() {
        return Err(CallError::Header);
    }
    let is_signed = secrets.all().any(|secret| {
        let mac = tagger(secret, instant, body);
        // Compared in constant time.
        tags.iter().any(|tag| mac.clone().verify_slice(tag).is_ok())
    });
    match is_signed {
        false => Err(CallError::Signature),
        true if now.abs_diff(signed_at) > TOLERANCE_S => Err(CallError::Instant),
        true => Ok(()),
    }
}

/// What an event says of an order of this shop; none for other events and for sessions that are not ours.
///
/// # Errors
/// The body is not an event.
pub fn read(body: &[u8], shop: &str) -> Result<Option<Report>, CallError> {
    let event: Event = serde_json::from_slice(body).map_err(|_| CallError::Body)?;
    let told = match event.kind.as_str() {
        "checkout.session.completed" => None,
        "checkout.session.async_payment_succeeded" => Some(Progress::Paid),
        "checkout.session.async_payment_failed" => Some(Progress::Failed),
        "checkout.session.expired" => Some(Progress::Expired),
        _ => return Ok(None),
    };
    let session: SessionObject =
        serde_json::from_value(event.data.object).map_err(|_| CallError::Body)?;
    let report = session.report(shop);
    Ok(report.map(|report| Report {
        progress: told.unwrap_or(report.progress),
        ..report
    }))
}

impl SessionObject {
    /// What it says of an order of this shop; none if it is for something else.
    pub(super) fn report(self, shop: &str) -> Option<Report> {
        let order: OrderId = self.client_reference_id.as_deref()?.parse().ok()?;
        if self.metadata.shop.as_deref() != Some(shop) {
            return None;
        }
        let progress = match (self.payment_status.as_deref(), self.status.as_deref()) {
            (Some("paid"), _) => Progress::Paid,
            (_, Some("expired")) => Progress::Expired,
            _ => Progress::Open,
        };
        Some(Report {
            order,
            session: self.id,
            amount: self.amount_total?,
            currency: self.currency?.to_ascii_uppercase(),
            progress,
            reference: self.payment_intent.map(|payment| match payment {
                PaymentIntent::Name(id) | PaymentIntent::Whole { id } => id,
            }),
        })
    }
}

fn tagger(secret: &str, instant: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .expect("invariant: HMAC takes keys of any length");
    mac.update(instant.as_bytes());
    mac.update(b".");
    mac.update(body);
    mac
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pair = |pair: &[u8]| match pair {
        [high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
        _ => None,
    };
    text.as_bytes().chunks(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_0123456789abcdef";
    const BODY: &[u8] = b"{\"type\":\"ping\",\"data\":{\"object\":{}}}";
    const NOW: i64 = 1_764_000_000;

    fn signed(secret: &str, at: i64, body: &[u8]) -> String {
        let tag = tagger(secret, &at.to_string(), body)
            .finalize()
            .into_bytes();
        let hex: Vec<String> = tag.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("v1={}", hex.concat())
    }

    fn check(header: &str, body: &[u8]) -> Result<(), CallError> {
        let secrets = Secrets::of(&["whsec_another_one_", SECRET]);
        verify(&secrets, header, body, NOW)
    }

    #[test]
    fn a_call_is_believed_for_its_signature() {
        let good = signed(SECRET, NOW, BODY);
        assert_eq!(check(&format!("t={NOW},{good}"), BODY), Ok(()));
        let wrong = signed("whsec_of_somebody", NOW, BODY);
        let several = format!("t={NOW},{wrong},v0=00,{good}");
        assert_eq!(check(&several, BODY), Ok(()));
        let refused = |header: &str| check(header, BODY).unwrap_err();
        assert_eq!(refused(&format!("t={NOW},{wrong}")), CallError::Signature);
        assert_eq!(
            check(&format!("t={NOW},{good}"), b"{}"),
            Err(CallError::Signature)
        );
        assert_eq!(
            refused(&format!("t={},{good}", NOW + 1)),
            CallError::Signature
        );
        for header in ["", "t=", &good, &format!("t={NOW}"), "t=x,v1=00"] {
            assert_eq!(refused(header), CallError::Header, "{header}");
        }
        assert_eq!(
            refused(&format!("t={NOW},v1={}", &good[3..60])),
            CallError::Header
        );
        for (at, fits) in [(-300, true), (300, true), (-301, false), (301, false)] {
            let header = format!("t={},{}", NOW + at, signed(SECRET, NOW + at, BODY));
            let expected = if fits {
                Ok(())
            } else {
                Err(CallError::Instant)
            };
            assert_eq!(check(&header, BODY), expected, "{at}");
        }
    }

    #[test]
    fn events_say_what_became_of_an_order_of_this_shop() {
        let id = OrderId::new(1_764_000_000_000, 7);
        let event = |kind: &str, status: &str, shop: &str| {
            let session = serde_json::json!({
                "id": "cs_1", "object": "checkout.session", "amount_total": 1290, "currency": "eur",
                "client_reference_id": id.to_string(), "payment_intent": "pi_1", "payment_status": status,
                "status": "complete", "metadata": {"shop": shop}, "url": null,
            });
            let event = serde_json::json!({"type": kind, "data": {"object": session}});
            read(event.to_string().as_bytes(), "demo")
        };
        let paid = event("checkout.session.completed", "paid", "demo");
        let report = paid.unwrap().unwrap();
        assert_eq!((report.order, report.amount), (id, 1290));
        assert_eq!(report.currency, "EUR");
        assert_eq!(report.reference.as_deref(), Some("pi_1"));
        for (kind, status, progress) in [
            ("completed", "paid", Progress::Paid),
            ("completed", "unpaid", Progress::Open),
            ("async_payment_succeeded", "paid", Progress::Paid),
            ("async_payment_failed", "unpaid", Progress::Failed),
            ("expired", "unpaid", Progress::Expired),
        ] {
            let report = event(&format!("checkout.session.{kind}"), status, "demo");
            assert_eq!(report.unwrap().unwrap().progress, progress, "{kind}");
        }
        let other = event("checkout.session.completed", "paid", "another");
        assert_eq!(other, Ok(None));
        assert_eq!(read(BODY, "demo"), Ok(None));
        assert_eq!(read(b"[]", "demo"), Err(CallError::Body));
    }
}
