//! The pages: one function and one struct each, beside a template of the same name.
//!
//! A page only reads. What it shows is read from the store and the state folder when it is asked for, by the functions
//! that the command line uses.

use std::sync::Arc;

use hyper::StatusCode;
use sailfish::TemplateSimple;

use super::State;
use super::session::Session;
use super::wire::Answer;
use crate::config::Shop;
use crate::operate::OperateError;

mod chart; // bars over time, as SVG
mod decided; // what actions did
mod frame; // what all pages have in common
mod generations; // what was published, and going back
mod held; // a feed that waits, and what approving it would change
mod orders; // what waits for the merchant, and what it refused
mod overview; // the first page
mod source; // one source in full

mod text; // times, counts and sizes as people read them
mod webhooks; // who is told what happens

pub(super) use decided::{action, actions};
pub(super) use generations::{generations, rollback};
pub(super) use held::held;
pub(super) use orders::orders;
pub(super) use overview::{live, overview};
pub(super) use source::{refused, source};
pub(super) use webhooks::webhooks;

use frame::Frame;

const STYLES: &str = include_str!("../../../assets/desk.css");
const ICON: &str = include_str!("../../../assets/desk.svg");
const SCRIPT: &str = include_str!("../../../assets/desk.js");
/// Addresses change with the version, and with it whatever a browser has kept.
const STYLES_PATH: &str = concat!("/assets/", env!("CARGO_PKG_VERSION"), "/desk.css");
const ICON_PATH: &str = concat!("/assets/", env!("CARGO_PKG_VERSION"), "/desk.svg");
const SCRIPT_PATH: &str = concat!("/assets/", env!("CARGO_PKG_VERSION"), "/desk.js");

/// Somebody who was let in looks at a page.
pub(super) struct Visit<'a> {
    pub(super) state: &'a Arc<State>,
    pub(super) session: &'a Session,
    /// Unix seconds.
    pub(super) now: i64,
}

/// A page, nothing if there is no such thing, or why it cannot be shown.
type Built = Result<Option<Answer>, OperateError>;

/// A stylesheet or script of the desk; nobody needs to log in for it.
pub(super) fn asset(path: &str) -> Option<Answer> {
    match path {
        STYLES_PATH => Some(Answer::asset("text/css; charset=utf-8", STYLES)),
        SCRIPT_PATH => Some(Answer::asset("text/javascript; charset=utf-8", SCRIPT)),
        ICON_PATH => Some(Answer::asset("image/svg+xml", ICON)),
        _ => None,
    }
}

/// The form that lets operators in.
pub(super) fn login(shop: &Shop, wanted: &str, was_wrong: bool) -> Answer {
    #[derive(TemplateSimple)]
    #[template(path = "login.stpl")]
    struct Login<'a> {
        frame: Frame<'a>,
        wanted: &'a str,
        was_wrong: bool,
    }
    let page = Login {
        frame: Frame::outside(shop, "Log in"),
        wanted,
        was_wrong,
    };
    let status = if was_wrong {
        StatusCode::UNAUTHORIZED
    } else {
        StatusCode::OK
    };
    render(status, page)
}

/// A form that did not come from a page of this session.
pub(super) fn stale_form(shop: &Shop) -> Answer {
    let message = Message {
        frame: Frame::outside(shop, "Nothing was done"),
        headline: "Nothing was done",
        sentences: vec![
            "The form was not sent from a page of this session. That happens when the daemon was restarted, when the \
             session ended, or when another site tried to send it."
                .to_owned(),
            "Open the desk again, and repeat what you wanted to do.".to_owned(),
        ],
    };
    render(StatusCode::FORBIDDEN, message)
}

/// There is no such page.
pub(super) fn missing(visit: &Visit<'_>) -> Answer {
    let message = Message {
        frame: Frame::new(visit, "Not here", ""),
        headline: "There is nothing here",
        sentences: vec![
            "Perhaps it was: a held feed is gone once it is approved or replaced by a better one, and actions are \
             forgotten when the daemon restarts."
                .to_owned(),
        ],
    };
    render(StatusCode::NOT_FOUND, message)
}

/// A page that cannot be shown.
pub(super) fn broken(visit: &Visit<'_>, why: &str) -> Answer {
    let message = Message {
        frame: Frame::new(visit, "This cannot be shown", ""),
        headline: "This cannot be shown",
        sentences: vec![why.to_owned(), "The shop is not affected.".to_owned()],
    };
    render(StatusCode::INTERNAL_SERVER_ERROR, message)
}

#[derive(TemplateSimple)]
#[template(path = "message.stpl")]
struct Message<'a> {
    frame: Frame<'a>,
    headline: &'a str,
    sentences: Vec<String>,
}

fn render(status: StatusCode, page: impl TemplateSimple) -> Answer {
    match page.render_once() {
        Ok(html) => Answer::page(status, html),
        Err(error) => {
            tracing::error!(%error, "a page of the desk failed");
            Answer::text(
                StatusCode::INTERNAL_SERVER_ERROR,
                "This page failed; the log says why.\n",
            )
        }
    }
}
