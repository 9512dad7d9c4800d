//! The form that was shown: its order's id, and the cart it was shown for.
//!
//! The ticket stands in the form, sealed. A form sent twice carries the same id and is one order, and a form that was
//! shown for another cart is shown again instead of ordering what the shopper did not see.

use frontage_shared::order::OrderId;

use crate::keys::{Keys, Purpose};

/// How long a form that was shown can be sent, in milliseconds: a day.
const VALID_MS: u64 = 24 * 60 * 60 * 1000;

/// What a form carries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ticket {
    /// What the order will be called.
    pub id: OrderId,
    /// What tells its cart from another.
    pub cart: [u8; 8],
}

impl Ticket {
    /// A ticket for a form that is shown now.
    ///
    /// # Errors
    /// The system has no random bytes.
    pub fn new(now_ms: u64, cart: [u8; 8]) -> Result<Self, getrandom::Error> {
        let mut random = [0; 16];
        getrandom::fill(&mut random)?;
        let id = OrderId::new(now_ms, u128::from_le_bytes(random));
        Ok(Self { id, cart })
    }

    /// The ticket as it stands in the form.
    pub fn seal(&self, keys: &Keys) -> String {
        let mut message = self.id.to_string().into_bytes();
        message.extend(self.cart);
        keys.seal(Purpose::Form, &message)
    }

    /// The ticket in a form; none if it is not ours, or too old.
    pub fn open(text: &str, keys: &Keys, now_ms: u64) -> Option<Self> {
        let message = keys.open(Purpose::Form, text)?;
        let (id, cart) = message.split_last_chunk::<8>()?;
        let id: OrderId = std::str::from_utf8(id).ok()?.parse().ok()?;
        let age = now_ms.checked_sub(id.minted_ms())?;
        (age <= VALID_MS).then_some(Self { id, cart: *cart })
    }
}

/// What a link to an order carries, so that only whoever was given it can read the order.
pub fn link_token(keys: &Keys, id: OrderId) -> String {
    keys.seal(Purpose::Order, id.to_string().as_bytes())
}

/// Whether a link to an order is one that we gave out.
pub fn is_link_token(keys: &Keys, id: OrderId, token: &str) -> bool {
    keys.open(Purpose::Order, token)
        .is_some_and(|message| message == id.to_string().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_comes_back_for_a_day() {
        let keys = Keys::parse("1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").unwrap();
        let ticket = Ticket::new(1_000_000, [7; 8]).unwrap();
        let text = ticket.seal(&keys);
        assert_eq!(
            Ticket::open(&text, &keys, 1_000_000 + VALID_MS),
            Some(ticket)
        );
        assert_eq!(Ticket::open(&text, &keys, 1_000_001 + VALID_MS), None);
        assert_eq!(Ticket::open(&text, &keys, 999_999), None);
        assert_eq!(Ticket::open(&text[1..], &keys, 1_000_000), None);
        assert!(!is_link_token(&keys, ticket.id, &text));
        assert!(is_link_token(
            &keys,
            ticket.id,
            &link_token(&keys, ticket.id)
        ));
        let other = Ticket::new(1_000_000, [7; 8]).unwrap();
        assert!(!is_link_token(
            &keys,
            other.id,
            &link_token(&keys, ticket.id)
        ));
    }
}
