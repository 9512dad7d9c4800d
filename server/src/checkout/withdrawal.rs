//! The form to withdraw from a contract: its fields, and its id.

use frontage_shared::order::OrderId;
use frontage_shared::withdrawal::{Withdrawal, WithdrawalKind};

use super::fields::{Fault, Faults, Rule, is_mail, line, note};
use crate::form::Form;
use crate::keys::{Keys, Purpose};
use crate::page::format::iso_instant;

/// How long a form that was shown can be sent, in milliseconds: a day.
const VALID_MS: u64 = 24 * 60 * 60 * 1000;

/// A form's fields as they were typed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct WithdrawalFields {
    /// The number of the order.
    pub(crate) order_number: String,
    /// Who withdraws.
    pub(crate) name: String,
    /// Where the acknowledgement goes.
    pub(crate) email: String,
    /// When it was ordered or received.
    pub(crate) date: String,
    /// What it is about; empty for the whole order.
    pub(crate) articles: String,
}

impl WithdrawalFields {
    /// Reads a form.
    pub(crate) fn of(form: &Form) -> Self {
        let text = |name: &str| line(form.get(name).unwrap_or_default());
        Self {
            order_number: text("order_number"),
            name: text("name"),
            email: text("email"),
            date: text("date"),
            articles: note(form.get("articles").unwrap_or_default()),
        }
    }

    /// What cannot stay as it is, in the order of the form. Nothing is asked for that is not needed.
    pub(crate) fn faults(&self) -> Vec<Fault> {
        let mut faults = Faults::default();
        faults.require("order_number", &self.order_number);
        faults.require("name", &self.name);
        faults.require("email", &self.email);
        if !self.email.is_empty() && !is_mail(&self.email) {
            faults.add("email", Rule::NotMail);
        }
        faults.fit("date", &self.date);
        faults.0
    }

    /// The withdrawal that is received now, Unix milliseconds.
    pub(crate) fn received(
        &self,
        id: OrderId,
        (shop, locale): (&str, &str),
        order: Option<OrderId>,
        now_ms: u64,
    ) -> Withdrawal {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let now = i64::try_from(now_ms / 1_000).unwrap_or_default();
        Withdrawal {
            kind: WithdrawalKind::Withdrawal,
            id: id.to_string(),
            shop: shop.to_owned(),
            received_at: iso_instant(now),
            locale: locale.to_owned(),
            order_number: self.order_number.clone(),
            order_id: order.map(|order| order.to_string()),
            name: self.name.clone(),
            email: self.email.clone(),
            articles: some(&self.articles),
            date: some(&self.date),
        }
    }
}

/// The id of a withdrawal, sealed: for the form that it comes with, and for the link to what was received.
pub(crate) fn seal(keys: &Keys, id: OrderId) -> String {
    keys.seal(Purpose::Withdrawal, id.to_string().as_bytes())
}

/// The id in a form; none if it is not ours, or too old.
pub(crate) fn open(keys: &Keys, text: &str, now_ms: u64) -> Option<OrderId> {
    let message = keys.open(Purpose::Withdrawal, text)?;
    let id: OrderId = std::str::from_utf8(&message).ok()?.parse().ok()?;
    let age = now_ms.checked_sub(id.minted_ms())?;
    (age <= VALID_MS).then_some(id)
}

/// Whether a link to a withdrawal is one that we gave out.
pub(crate) fn is_ours(keys: &Keys, id: OrderId, token: &str) -> bool {
    keys.open(Purpose::Withdrawal, token)
        .is_some_and(|message| message == id.to_string().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_good_for_a_day_and_a_link_for_ever() {
        let keys = Keys::parse("1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").unwrap();
        let id = OrderId::new(1_000_000, 7);
        let sealed = seal(&keys, id);
        assert_eq!(open(&keys, &sealed, 1_000_000 + VALID_MS), Some(id));
        assert_eq!(open(&keys, &sealed, 1_000_001 + VALID_MS), None);
        assert_eq!(open(&keys, &sealed, 999_999), None);
        assert!(is_ours(&keys, id, &sealed));
        assert!(!is_ours(&keys, OrderId::new(1_000_000, 8), &sealed));
        // The link to an order is none to a withdrawal, and a checkout's form none of this one.
        let other = keys.seal(Purpose::Order, id.to_string().as_bytes());
        assert!(!is_ours(&keys, id, &other));
        assert_eq!(open(&keys, &other, 1_000_000), None);
    }

    #[test]
    fn only_what_is_needed_is_asked_for() {
        let mut fields = WithdrawalFields {
            order_number: "SO-17".to_owned(),
            name: "Ann".to_owned(),
            email: "ann@mail.example".to_owned(),
            ..WithdrawalFields::default()
        };
        assert_eq!(fields.faults(), []);
        fields.email = "ann".to_owned();
        fields.name = String::new();
        let faults: Vec<_> = fields.faults().into_iter().map(|f| f.field).collect();
        assert_eq!(faults, ["name", "email"]);
    }
}
