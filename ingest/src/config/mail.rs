//! The table `[orders.mail]`: what shoppers are written when their order was accepted.

use std::collections::BTreeMap;
use std::fmt;

use lettre::message::Mailbox;
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use serde::Deserialize;
use toml::Value;

use super::load::Check;

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
}

/// The server's address may hold a password.
impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail")
            .field("from", &self.from)
            .field("subject", &self.subject)
            .field("text", &self.text)
            .finish_non_exhaustive()
    }
}

impl Mail {
    /// Subject and text for a shopper who reads this language, with their places still in them.
    pub fn for_locale(&self, locale: &str) -> (&str, &str) {
        (chosen(&self.subject, locale), chosen(&self.text, locale))
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
        for (name, texts) in [("subject", &table.subject), ("text", &table.text)] {
            for (tag, text) in texts {
                self.check_places(&format!("{key}.{name}.{tag}"), text);
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
        };
        (self.problems.len() == before).then_some(Some(mail))
    }

    fn check_places(&mut self, key: &str, text: &str) {
        if text.trim().is_empty() {
            self.problem(key, "must not be empty", "");
        }
        for piece in text.split('{').skip(1) {
            let name = piece.split('}').next().unwrap_or_default();
            if !PLACES.contains(&name) {
                let rule = format!("expected one of {} in braces", PLACES.join(", "));
                self.problem(key, rule, name);
            }
        }
    }
}
