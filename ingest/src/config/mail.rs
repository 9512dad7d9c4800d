//! The table `[orders.mail]`: what shoppers are written when their order was accepted.

use std::collections::BTreeMap;
use std::fmt;

use lettre::message::Mailbox;
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use serde::Deserialize;
use toml::Value;

use super::load::Check;

/// What may stand in braces in what is written about a withdrawal.
const WITHDRAWAL_PLACES: [&str; 7] = [
    "id",
    "received_at",
    "order_number",
    "name",
    "email",
    "articles",
    "date",
];
const WITHDRAWAL_SUBJECT: &str = "We have received your withdrawal {id}";
const WITHDRAWAL_TEXT: &str = "We have received your withdrawal from the contract.\n\nReceived: {received_at}\n\
                               Order: {order_number}\nName: {name}\nEmail: {email}\nOrdered or received on: {date}\n\
                               Articles:\n{articles}\n\nThe number of your withdrawal is {id}.\n";
/// What may stand in braces in a subject or a text.
const PLACES: [&str; 9] = [
    "id", "lines", "subtotal", "discount", "delivery", "tax", "total", "currency", "shipping",
];
/// The language of a shopper for whose own there is no text.
const FALLBACK: &str = "en";
const SUBJECT: &str = "Your order {id}";
const TEXT: &str = "Thank you for your order. This is what we have received:\n\n{lines}\n\n\
                    Total: {total} {currency}\n\nIt goes to:\n\n{shipping}\n\nThe number of your order is {id}.\n";

/// How mail is sent, and what it says.
#[derive(Clone)]
pub struct Mail {
    /// The server's address, which may hold a password.
    pub smtp: String,
    /// Who writes.
    pub from: Mailbox,
    /// Subjects by language.
    pub subject: BTreeMap<String, String>,
    /// Texts by language.
    pub text: BTreeMap<String, String>,
    /// Subjects about withdrawals from contracts, by language.
    pub withdrawal_subject: BTreeMap<String, String>,
    /// Texts about withdrawals, by language.
    pub withdrawal_text: BTreeMap<String, String>,
}

/// The server's address may hold a password.
impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail")
            .field("from", &self.from)
            .field("subject", &self.subject)
            .field("text", &self.text)
            .field("withdrawal_subject", &self.withdrawal_subject)
            .field("withdrawal_text", &self.withdrawal_text)
            .finish_non_exhaustive()
    }
}

impl Mail {
    /// Subject and text for a shopper who reads this language, with their places still in them.
    pub fn for_locale(&self, locale: &str) -> (&str, &str) {
        (chosen(&self.subject, locale), chosen(&self.text, locale))
    }

    /// The same for a withdrawal from a contract.
    pub fn for_withdrawal(&self, locale: &str) -> (&str, &str) {
        let subject = chosen(&self.withdrawal_subject, locale);
        (subject, chosen(&self.withdrawal_text, locale))
    }
}

/// The text of a language: of the whole tag, of its language alone, or of whoever reads none of them.
fn chosen<'a>(texts: &'a BTreeMap<String, String>, locale: &str) -> &'a str {
    let language = locale.split('-').next().unwrap_or_default();
    let mut found = [locale, language, FALLBACK].into_iter();
    let found = found.find_map(|tag| texts.get(tag));
    found.map(String::as_str).unwrap_or_default()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MailTable {
    smtp: Value,
    from: String,
    #[serde(default)]
    subject: BTreeMap<String, String>,
    #[serde(default)]
    text: BTreeMap<String, String>,
    #[serde(default)]
    withdrawal_subject: BTreeMap<String, String>,
    #[serde(default)]
    withdrawal_text: BTreeMap<String, String>,
}

impl Check<'_> {
    /// The table `mail`; `Some(None)` without one.
    pub(super) fn mail(&mut self, key: &str, table: Option<MailTable>) -> Option<Option<Mail>> {
        let Some(table) = table else {
            return Some(None);
        };
        let before = self.problems.len();
        let smtp = self.secret_text(&format!("{key}.smtp"), &table.smtp);
        let is_server =
            |smtp: &String| AsyncSmtpTransport::<Tokio1Executor>::from_url(smtp).is_ok();
        if smtp.as_ref().is_some_and(|smtp| !is_server(smtp)) {
            let rule = "expected an address such as smtps://user:password@mail.example; what stands there is not repeated";
            self.problem(format!("{key}.smtp"), rule, "");
        }
        let from = table.from.parse::<Mailbox>().ok();
        if from.is_none() {
            let rule = "expected an address such as Shop <orders@shop.example>";
            self.problem(format!("{key}.from"), rule, &table.from);
        }
        let (places, withdrawal_places) = (&PLACES[..], &WITHDRAWAL_PLACES[..]);
        for (name, texts, places) in [
            ("subject", &table.subject, places),
            ("text", &table.text, places),
            (
                "withdrawal_subject",
                &table.withdrawal_subject,
                withdrawal_places,
            ),
            ("withdrawal_text", &table.withdrawal_text, withdrawal_places),
        ] {
            for (tag, text) in texts {
                self.check_places(&format!("{key}.{name}.{tag}"), text, places);
            }
        }
        let with_default = |mut texts: BTreeMap<String, String>, default: &str| {
            texts
                .entry(FALLBACK.to_owned())
                .or_insert_with(|| default.to_owned());
            texts
        };
        let mail = Mail {
            smtp: smtp?,
            from: from?,
            subject: with_default(table.subject, SUBJECT),
            text: with_default(table.text, TEXT),
            withdrawal_subject: with_default(table.withdrawal_subject, WITHDRAWAL_SUBJECT),
            withdrawal_text: with_default(table.withdrawal_text, WITHDRAWAL_TEXT),
        };
        (self.problems.len() == before).then_some(Some(mail))
    }

    fn check_places(&mut self, key: &str, text: &str, places: &[&str]) {
        if text.trim().is_empty() {
            self.problem(key, "must not be empty", "");
        }
        for piece in text.split('{').skip(1) {
            let name = piece.split('}').next().unwrap_or_default();
            if !places.contains(&name) {
                let rule = format!("expected one of {} in braces", places.join(", "));
                self.problem(key, rule, name);
            }
        }
    }
}
