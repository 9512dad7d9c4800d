//! What came back from the order endpoint, and what it means for the order.
//!
//! | answer | the order |
//! |---|---|
//! | 2xx | is delivered |
//! | 2xx with a web page, or what cannot be read although `error_at` wants to | is sent again: that was not the endpoint |
//! | 2xx with something at `error_at` | is rejected |
//! | 408, 409, 425, 429, 5xx, a redirect, no answer | is sent again |
//! | any other 4xx | is rejected |

use std::time::Duration;

use serde_json::Value;

use super::attempts::FailureKind;
use crate::config::Orders;
use crate::fetch::{Answer, FetchError, says_nothing};

/// A merchant's number is a word, not a document.
const LONGEST_NUMBER: usize = 200;

/// What an attempt means for the order.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The merchant has it.
    Taken {
        status: u16,
        /// The merchant's own number of the order.
        number: Option<String>,
    },
    /// It is sent again.
    Later(Reason, Option<Duration>),
    /// Somebody has to look.
    Refused(Reason),
}

impl Verdict {
    /// Whether the merchant may have something of the order. It has nothing if it said no, if nothing was sent, or if it
    /// was too busy to look.
    pub(super) fn may_have_arrived(&self) -> bool {
        match self {
            Self::Taken { .. } => true,
            Self::Later(reason, _) => {
                let is_unsent = matches!(reason.what, FailureKind::Mapping | FailureKind::Login);
                !is_unsent && !matches!(reason.status, Some(425 | 429))
            }
            Self::Refused(_) => false,
        }
    }
}

/// Why an order is not delivered.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reason {
    pub(super) what: FailureKind,
    pub(super) status: Option<u16>,
    /// For operators only.
    pub(super) detail: String,
}

impl Reason {
    pub(super) fn new(what: FailureKind, detail: impl Into<String>) -> Self {
        Self {
            what,
            status: None,
            detail: detail.into(),
        }
    }
}

/// What an attempt means.
pub(super) fn of(settings: &Orders, sent: Result<Answer, FetchError>) -> Verdict {
    match sent {
        Ok(answer) => answered(settings, answer),
        Err(error) => Verdict::Later(Reason::new(why_unanswered(&error), error.to_string()), None),
    }
}

/// Why there was no answer, in a word.
pub(crate) fn why_unanswered(error: &FetchError) -> FailureKind {
    match error {
        FetchError::Timeout { .. } => FailureKind::Timeout,
        FetchError::Login { .. } | FetchError::Status { .. } => FailureKind::Login,
        _ => FailureKind::Connection,
    }
}

fn answered(settings: &Orders, answer: Answer) -> Verdict {
    let status = answer.status;
    let reason = |what, detail| Reason {
        what,
        status: Some(status),
        detail,
    };
    match status {
        200..=299 => {}
        408 | 409 | 425 | 429 | 100..=199 | 300..=399 | 500.. => {
            let reason = reason(FailureKind::Status, answer.excerpt);
            return Verdict::Later(reason, answer.retry_after);
        }
        _ => return Verdict::Refused(reason(FailureKind::Status, answer.excerpt)),
    }
    if answer.is_html {
        return Verdict::Later(reason(FailureKind::WebPage, answer.excerpt), None);
    }
    if let Some(at) = &settings.request.error_at {
        match answer.json.as_ref().map(|json| json.pointer(at)) {
            None => return Verdict::Later(reason(FailureKind::ToldError, answer.excerpt), None),
            Some(Some(error)) if !says_nothing(error) => {
                return Verdict::Refused(reason(FailureKind::ToldError, answer.excerpt));
            }
            Some(_) => {}
        }
    }
    let number = settings
        .receipt_at
        .as_ref()
        .zip(answer.json.as_ref())
        .and_then(|(at, json)| number(json.pointer(at)?));
    Verdict::Taken { status, number }
}

fn number(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let is_word = !text.is_empty()
        && text.chars().count() <= LONGEST_NUMBER
        && !text.chars().any(char::is_control);
    is_word.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::path::Path;

    fn settings(keys: &str) -> Orders {
        let text = format!(
            "store = \"a\"\nstate = \"b\"\n[shop]\nid = \"s\"\nname = \"S\"\ncurrency = \"EUR\"\n\
             [source.x]\nprovides = \"offers\"\nurl = \"https://s.example/\"\nschedule = \"* * * * *\"\n\
             [orders]\nurl = \"https://erp.example/orders\"\n{keys}"
        );
        let config = crate::config::from_text(&text, Path::new("x"), Path::new("/"));
        config.unwrap().orders.unwrap()
    }

    fn answer(status: u16, json: Option<Value>) -> Answer {
        Answer {
            status,
            retry_after: None,
            is_html: false,
            json,
            excerpt: "what it says".to_owned(),
        }
    }

    #[test]
    fn only_a_refusal_is_final() {
        let settings = settings("");
        for status in [200, 201, 202, 204] {
            let verdict = answered(&settings, answer(status, None));
            let number = None;
            assert_eq!(verdict, Verdict::Taken { status, number });
        }
        for status in [302, 408, 409, 425, 429, 500, 502, 503, 504, 599] {
            let verdict = answered(&settings, answer(status, None));
            assert!(matches!(verdict, Verdict::Later(..)), "{status}");
            let is_busy = [425, 429].contains(&status);
            assert_eq!(verdict.may_have_arrived(), !is_busy, "{status}");
        }
        for status in [400, 401, 403, 404, 410, 413, 422, 451] {
            let verdict = answered(&settings, answer(status, None));
            assert!(matches!(verdict, Verdict::Refused(_)), "{status}");
            assert!(!verdict.may_have_arrived(), "{status}");
        }
        let page = Answer {
            is_html: true,
            ..answer(200, None)
        };
        assert!(matches!(answered(&settings, page), Verdict::Later(..)));
    }

    #[test]
    fn an_answer_tells_a_number_or_an_error() {
        let settings = settings("receipt_at = \"/no\"\nerror_at = \"/error\"");
        for (json, wanted) in [
            (json!({"no": " SO-17 "}), Some("SO-17")),
            (json!({"no": 17, "error": null}), Some("17")),
            (json!({"no": {"a": 1}, "error": []}), None),
            (json!({"no": "a\nb"}), None),
            (json!({"no": "x".repeat(201)}), None),
        ] {
            let verdict = answered(&settings, answer(200, Some(json.clone())));
            let number = wanted.map(str::to_owned);
            let status = 200;
            assert_eq!(verdict, Verdict::Taken { status, number }, "{json}");
        }
        let told = answered(&settings, answer(200, Some(json!({"error": {"code": 1}}))));
        assert!(matches!(told, Verdict::Refused(_)));
        let unreadable = answered(&settings, answer(200, None));
        assert!(matches!(unreadable, Verdict::Later(..)));
    }
}
