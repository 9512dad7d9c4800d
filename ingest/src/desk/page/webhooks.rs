//! Who is told what happens: how far each receiver is, and what it said last.

use hyper::StatusCode;
use sailfish::TemplateSimple;

use super::frame::Frame;
use super::text::{When, when};
use super::{Built, Visit, render};
use crate::cycle::CycleError;
use crate::webhooks::{self, Receiver};

#[derive(TemplateSimple)]
#[template(path = "webhooks.stpl")]
struct WebhooksPage<'a> {
    frame: Frame<'a>,
    rows: Vec<Row>,
}

struct Row {
    receiver: Receiver,
    events: String,
    oldest: Option<When>,
    next: Option<When>,
    answer: Option<String>,
}

/// All receivers.
pub(in crate::desk) fn webhooks(visit: &Visit<'_>) -> Built {
    let config = &visit.state.context.config;
    let at = |seconds| when(seconds, config.shop.time_zone, visit.now);
    let receivers =
        webhooks::receivers(&config.state, &config.webhooks).map_err(CycleError::from)?;
    let rows = receivers.into_iter().zip(&config.webhooks);
    let rows = rows.map(|(receiver, hook)| Row {
        events: match hook.events.len() == webhooks::EventKind::ALL.len() {
            true => "all events".to_owned(),
            false => {
                let names: Vec<_> = hook.events.iter().map(|kind| kind.name()).collect();
                names.join(", ")
            }
        },
        oldest: receiver.oldest.map(at),
        next: receiver.next_at.map(at),
        answer: receiver
            .answer
            .clone()
            .filter(|text| !text.trim().is_empty()),
        receiver,
    });
    let page = WebhooksPage {
        frame: Frame::new(visit, "Webhooks", "webhooks"),
        rows: rows.collect(),
    };
    Ok(Some(render(StatusCode::OK, page)))
}
