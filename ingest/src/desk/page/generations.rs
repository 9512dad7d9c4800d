//! What was published, and going back to it.

use hyper::StatusCode;
use sailfish::TemplateSimple;

use super::frame::Frame;
use super::held::{List, list};
use super::text::{When, when};
use super::{Built, Visit, render};
use crate::inspect::{self, GenerationLine};
use crate::operate::{self, OperateError};

/// Older ones are listed by the command.
const MOST: usize = 200;

#[derive(TemplateSimple)]
#[template(path = "generations.stpl")]
struct GenerationsPage<'a> {
    frame: Frame<'a>,
    lines: Vec<(GenerationLine, When)>,
    most: usize,
    pinned: Option<u64>,
    current: Option<u64>,
}

#[derive(TemplateSimple)]
#[template(path = "rollback.stpl")]
struct RollbackPage<'a> {
    frame: Frame<'a>,
    line: GenerationLine,
    at: When,
    current: u64,
    lists: Vec<List>,
}

/// All generations, the latest first.
pub(in crate::desk) async fn generations(visit: &Visit<'_>) -> Built {
    let context = &visit.state.context;
    let lines = inspect::latest_generations(context, MOST).await?.0;
    let zone = context.config.shop.time_zone;
    let current = lines.iter().find(|line| line.current);
    let page = GenerationsPage {
        frame: Frame::new(visit, "Generations", "generations"),
        pinned: current
            .filter(|line| line.pinned)
            .map(|line| line.generation),
        most: MOST,
        current: current.map(|line| line.generation),
        lines: lines
            .into_iter()
            .rev()
            .map(|line| {
                let at = when(line.created_at, zone, visit.now);
                (line, at)
            })
            .collect(),
    };
    Ok(Some(render(StatusCode::OK, page)))
}

/// What going back to a generation would change, and the button that does it.
pub(in crate::desk) async fn rollback(visit: &Visit<'_>, number: &str) -> Built {
    let context = &visit.state.context;
    let lines = inspect::generations(context).await?.0;
    let Ok(wanted) = number.parse::<u64>() else {
        return Ok(None);
    };
    let current = lines.iter().find(|line| line.current);
    let line = lines
        .iter()
        .find(|line| line.generation == wanted && line.kept);
    let (Some(current), Some(line)) = (current, line) else {
        return Ok(None);
    };
    let (from, to) = (
        operate::open(context, current.generation).await?,
        operate::open(context, wanted).await?,
    );
    // Two generations of a large shop are read from end to end.
    let diff = tokio::task::spawn_blocking(move || operate::diff(&from, &to))
        .await
        .map_err(|_| OperateError::NothingPublished)?;
    let page = RollbackPage {
        frame: Frame::new(visit, &format!("Roll back to {wanted}"), "generations"),
        at: when(line.created_at, context.config.shop.time_zone, visit.now),
        line: line.clone(),
        current: current.generation,
        lists: diff
            .lists()
            .into_iter()
            .map(|(what, changes)| list(what, changes))
            .collect(),
    };
    Ok(Some(render(StatusCode::OK, page)))
}
