//! A feed that waits for an operator: why, and what approving it would change.

use hyper::StatusCode;
use sailfish::TemplateSimple;

use super::frame::Frame;
use super::text::{self, When, when};
use super::{Built, Visit, render};
use crate::check::Change;
use crate::cycle::CycleError;
use crate::desk::preview;
use crate::desk::wire::segment;
use crate::feed::FeedFolder;
use crate::operate::Changes;

/// While the change is being worked out.
const AGAIN_SECONDS: u32 = 2;

#[derive(TemplateSimple)]
#[template(path = "held.stpl")]
struct HeldPage<'a> {
    frame: Frame<'a>,
    source: &'a str,
    source_href: String,
    approve: String,
    hash: &'a str,
    since: When,
    documents: String,
    reasons: Vec<String>,
    pinned: Option<u64>,
    effect: Effect,
}

/// What approving would do.
pub(super) enum Effect {
    /// It is still being worked out.
    Pending,
    /// It cannot be told.
    Unknown(String),
    /// Nothing would change.
    Nothing,
    /// It would be the first generation.
    First(String),
    /// A generation to compare with.
    Diff { lists: Vec<List>, counts: String },
}

/// One list of a diff.
pub(super) struct List {
    pub(super) what: &'static str,
    pub(super) count: String,
    pub(super) samples: Vec<String>,
    pub(super) more: u64,
}

/// The page of the held feed with this hash.
pub(in crate::desk) async fn held(visit: &Visit<'_>, hash: &str) -> Built {
    let context = &visit.state.context;
    let current = context.store.current().await.map_err(CycleError::from)?;
    for source in &context.config.sources {
        let cache = FeedFolder::open(&context.config.state, &source.name)
            .and_then(|folder| folder.load())
            .map_err(CycleError::from)?;
        let Some(feed) = cache.held.filter(|held| held.hash == hash) else {
            continue;
        };
        let generation = current.as_ref().map_or(0, |manifest| manifest.generation);
        let worked = preview::of(visit.state, source, hash, generation, visit.now).await;
        let effect = match worked.as_ref().and_then(|worked| worked.get()) {
            None => Effect::Pending,
            Some(Err(why)) => Effect::Unknown(why.clone()),
            // Another feed took its place while this one was looked at.
            Some(Ok(None)) => return Ok(None),
            Some(Ok(Some(change))) => effect(change),
        };
        let mut frame = Frame::new(visit, &format!("Held: {}", source.name), "overview");
        if matches!(effect, Effect::Pending) {
            frame.again_seconds = Some(AGAIN_SECONDS);
        }
        let page = HeldPage {
            frame,
            source: &source.name,
            source_href: format!("/sources/{}", segment(&source.name)),
            approve: format!("/held/{}/approve", segment(&feed.hash)),
            hash: &feed.hash,
            since: when(feed.since, context.config.shop.time_zone, visit.now),
            documents: text::count(feed.feed.counts.values().sum()),
            reasons: feed.reasons.clone(),
            pinned: current
                .as_ref()
                .filter(|manifest| manifest.pinned)
                .map(|manifest| manifest.generation),
            effect,
        };
        return Ok(Some(render(StatusCode::OK, page)));
    }
    Ok(None)
}

fn effect(change: &Change) -> Effect {
    let Some(counts) = &change.counts else {
        return Effect::Nothing;
    };
    let counts = format!(
        "{} products, {} variants, {} categories, {} pages",
        counts.products, counts.variants, counts.categories, counts.pages
    );
    match &change.diff {
        None => Effect::First(counts),
        Some(diff) => Effect::Diff {
            lists: diff
                .lists()
                .into_iter()
                .map(|(what, changes)| list(what, changes))
                .collect(),
            counts,
        },
    }
}

pub(super) fn list(what: &'static str, changes: &Changes) -> List {
    List {
        what,
        count: text::count(changes.count),
        samples: changes.samples.clone(),
        more: changes.count - changes.samples.len() as u64,
    }
}
