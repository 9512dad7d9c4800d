//! What actions did: one in full, and the latest of this process.

use hyper::StatusCode;
use sailfish::TemplateSimple;

use super::frame::Frame;
use super::text::{When, when};
use super::{Built, Visit, render};
use crate::desk::actions::{Action, Outcome, Record};
use crate::desk::wire::segment;

/// While an action goes on.
const AGAIN_SECONDS: u32 = 2;

#[derive(TemplateSimple)]
#[template(path = "action.stpl")]
struct ActionPage<'a> {
    frame: Frame<'a>,
    told: Told,
    /// Where to go on, and what for.
    onward: (String, &'static str),
}

#[derive(TemplateSimple)]
#[template(path = "actions.stpl")]
struct ActionsPage<'a> {
    frame: Frame<'a>,
    all: Vec<Told>,
}

/// An action, in words.
struct Told {
    href: String,
    what: String,
    at: When,
    class: &'static str,
    sign: &'static str,
    word: &'static str,
    detail: String,
}

/// What an action did.
pub(in crate::desk) fn action(visit: &Visit<'_>, number: &str) -> Built {
    let number = number.parse().unwrap_or(0);
    let Some(record) = visit.state.actions.get(number) else {
        return Ok(None);
    };
    let mut frame = Frame::new(visit, &what(&record.action), "actions");
    if record.outcome == Outcome::Running {
        frame.again_seconds = Some(AGAIN_SECONDS);
    }
    let onward = match &record.action {
        Action::Run(source) => (format!("/sources/{}", segment(source)), "See how it fares"),
        Action::Retry(_) | Action::RetryRejected => ("/orders".to_owned(), "See the orders"),
        _ => ("/generations".to_owned(), "See the generations"),
    };
    let page = ActionPage {
        frame,
        told: told(visit, &record),
        onward,
    };
    Ok(Some(render(StatusCode::OK, page)))
}

/// The latest actions.
pub(in crate::desk) fn actions(visit: &Visit<'_>) -> Built {
    let page = ActionsPage {
        frame: Frame::new(visit, "Actions", "actions"),
        all: visit
            .state
            .actions
            .latest()
            .iter()
            .map(|record| told(visit, record))
            .collect(),
    };
    Ok(Some(render(StatusCode::OK, page)))
}

fn what(action: &Action) -> String {
    match action {
        Action::Approve(hash) => format!("Approve {hash}"),
        Action::Rollback(generation) => format!("Roll back to generation {generation}"),
        Action::Pin => "Pin the current generation".to_owned(),
        Action::Unpin => "Unpin the current generation".to_owned(),
        Action::Retry(id) => format!("Send order {id} again"),
        Action::RetryRejected => "Send all rejected orders again".to_owned(),
        Action::Run(source) => format!("Run {source} now"),
    }
}

fn told(visit: &Visit<'_>, record: &Record) -> Told {
    let (class, sign, word, detail) = match &record.outcome {
        Outcome::Running => (
            "calm",
            "…",
            "goes on",
            "It goes on, also if you leave this page.",
        ),
        Outcome::Done(detail) => ("good", "✓", "done", detail.as_str()),
        Outcome::Refused(why) => ("bad", "×", "not done", why.as_str()),
    };
    Told {
        href: format!("/actions/{}", record.number),
        what: what(&record.action),
        at: when(
            record.at,
            visit.state.context.config.shop.time_zone,
            visit.now,
        ),
        class,
        sign,
        word,
        detail: detail.to_owned(),
    }
}
