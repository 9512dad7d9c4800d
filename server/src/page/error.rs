//! Refusals and failures, as pages that help: what happened, in words, and where to go on.

use sailfish::TemplateSimple;

use super::card::Card;
use super::frame::{Frame, Indexing};
use super::home::{Department, columns};
use super::locale::Locale;
use super::order;
use super::view::View;
use super::words::Words;
use super::{Context, HTML, Kind, Page};
use crate::cache_policy::CachePolicy;

/// Products and departments suggested.
const SUGGESTIONS: usize = 4;
/// Best matches among which those are sought that are in a listing.
const LOOKED_AT: usize = 40;
const DEPARTMENTS: usize = 8;
/// Words of a missing address that are searched for.
const WORDS: usize = 6;

/// An error page.
#[derive(TemplateSimple)]
#[template(path = "error.stpl", rm_whitespace = true)]
pub(crate) struct ErrorPage<'a> {
    pub(crate) words: &'static Words,
    pub(crate) frame: Frame<'a>,
    pub(crate) status: u16,
    pub(crate) headline: &'a str,
    pub(crate) explanation: &'a str,
    pub(crate) suggestions: Vec<Card<'a>>,
    pub(crate) departments: Vec<Department<'a>>,
}

/// The page for a refusal or failure, with the shop around it if there is a generation. `wanted` is the path asked
/// for, if it may say what was looked for.
pub(crate) fn build(status: u16, view: Option<&View<'_>>, ctx: &Context<'_>, wanted: &str) -> Page {
    let words = view.map_or_else(|| Locale::of("en").words(), |view| view.words);
    let (headline, explanation) = explained(status, words);
    let frame = match view {
        // In another language it would be the same error; whoever switches begins anew.
        Some(view) => {
            let view = View {
                route: None,
                ..*view
            };
            Frame::new(&view, headline, Indexing::NoIndex)
        }
        None => Frame::bare(ctx, headline.to_owned(), Indexing::NoIndex),
    };
    let helps = view.filter(|_| matches!(status, 404 | 410));
    let page = ErrorPage {
        words,
        frame,
        status,
        headline,
        explanation,
        suggestions: helps.map(|view| similar(view, wanted)).unwrap_or_default(),
        departments: helps
            .map(|view| view.departments(DEPARTMENTS))
            .unwrap_or_default(),
    };
    let body = page.render_once().unwrap_or_else(|_| headline.to_owned());
    let (kind, cache) = (Kind::Error, CachePolicy::Error);
    Page {
        status,
        kind,
        content_type: HTML,
        body,
        cache,
        location: None,
        noindex: true,
        found_nothing: false,
    }
}

/// There is no such page, but perhaps something similar.
pub(crate) fn not_found(view: &View<'_>, wanted: &str) -> Page {
    build(404, Some(view), view.ctx, wanted)
}

/// There was such a page, and there is none any more.
pub(crate) fn gone(view: &View<'_>, wanted: &str) -> Page {
    build(410, Some(view), view.ctx, wanted)
}

/// Something of ours broke; the shopper learns that, the log learns what.
pub(crate) fn broken(view: &View<'_>, error: &dyn std::error::Error) -> Page {
    tracing::error!(error = %error, "page failed");
    build(500, Some(view), view.ctx, "")
}

/// What happened, and what to do about it.
fn explained(status: u16, words: &'static Words) -> (&'static str, &'static str) {
    let (headline, help) = match status {
        400 => (&words.error_400, &words.error_400_help),
        401 => (&words.error_401, &words.error_401_help),
        403 => (&words.error_403, &words.error_403_help),
        404 => (&words.error_404, &words.error_404_help),
        405 => (&words.error_405, &words.error_405_help),
        408 => (&words.error_408, &words.error_408_help),
        410 => (&words.error_410, &words.error_410_help),
        413 | 414 | 431 => (&words.error_413, &words.error_413_help),
        429 => (&words.error_429, &words.error_429_help),
        503 => (&words.error_503, &words.error_503_help),
        _ => (&words.error_500, &words.error_500_help),
    };
    (headline, help)
}

/// Products found by the words of an address.
fn similar<'a>(view: &View<'a>, wanted: &str) -> Vec<Card<'a>> {
    let last = wanted
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default();
    let words: Vec<&str> = last
        .split(['-', '_', '.', '+', ' '])
        .filter(|word| !word.is_empty())
        .take(WORDS)
        .collect();
    // From all words down to the first, until something is found.
    for count in (1..=words.len()).rev() {
        let query = words.get(..count).unwrap_or_default().join(" ");
        let Ok(hits) = view.catalog.search(&query) else {
            return Vec::new();
        };
        let total = hits.rows.len() as usize;
        let best = order::by_relevance(view.generation, &hits, &hits.rows, total, 0..LOOKED_AT);
        let listed = best.into_iter().filter(|&row| {
            view.catalog
                .product(row)
                .is_some_and(|product| product.is_listed())
        });
        let cards = view.cards(listed.take(SUGGESTIONS), 0);
        if !cards.is_empty() {
            return cards;
        }
    }
    Vec::new()
}
