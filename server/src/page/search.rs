//! Search results, and what to do when there are none.

use sailfish::TemplateSimple;

use frontage_shared::snapshot::search::Spelling;

use super::frame::{Frame, Indexing};
use super::home::{Department, columns};
use super::results::{self, Relaxed, Results};
use super::view::View;
use super::words::Words;
use super::{Kind, Page, error, filters, listing, order, render};
use crate::route::{Listing, Route, Sort};

/// Departments offered when nothing was found.
const DEPARTMENTS: usize = 8;
/// Longest query, in words, for which shorter ones are tried.
const RELAXED_WORDS: usize = 6;

/// The search page.
#[derive(TemplateSimple)]
#[template(path = "search.stpl", rm_whitespace = true)]
pub(crate) struct SearchPage<'a> {
    pub(crate) words: &'static Words,
    pub(crate) frame: Frame<'a>,
    pub(crate) results: Results<'a>,
    /// Ways on, if the words find nothing or there are none.
    pub(crate) help: Option<Help<'a>>,
}

/// Ways on from a search that found nothing.
pub(crate) struct Help<'a> {
    /// Searches for fewer words that do find something.
    pub(crate) relaxed: Vec<Relaxed>,
    pub(crate) departments: Vec<Department<'a>>,
}

/// Builds the search page.
pub(crate) fn build(view: &View<'_>, route: &Route, listing: &Listing) -> Page {
    if let Some(clean) = filters::cleaned(view, listing) {
        return Page::elsewhere(view.href(&route.with_listing(clean)));
    }
    // No words find nothing.
    let hits = match view.catalog.search(&listing.q) {
        Ok(hits) => hits,
        Err(error) => return error::broken(view, &error),
    };
    let filters = filters::resolve(view, listing);
    let found = listing::select(view.generation, &hits.rows, &filters);
    if listing.page > results::page_count(found.total) {
        return error::not_found(view, "");
    }
    let range = results::positions(listing, found.total);
    let shown = match results::sort_of(route, listing) {
        Sort::Relevance => {
            order::by_relevance(view.generation, &hits, &found.rows, found.total, range)
        }
        sort => order::by_sort(
            view.generation,
            view.catalog.name_ranks(),
            &found,
            sort,
            range,
        ),
    };
    let mut results = results::build(view, route, listing, &found, &shown, None);
    if hits.fuzzy && !results.cards.is_empty() {
        results.remark = view.words.similar_words.fill(&[&listing.q]);
    }
    let title = if listing.q.is_empty() {
        view.words.search.clone()
    } else {
        view.words.quoted.fill(&[&listing.q])
    };
    let mut frame = Frame {
        query: &listing.q,
        ..Frame::new(view, &title, Indexing::NoIndex)
    };
    frame.place(
        view,
        &[],
        Some(view.link(&view.words.search, &Route::search(Listing::new()))),
    );
    frame.description = view.words.search_in.fill(&[&view.shop.name]);
    let found_nothing = hits.rows.is_empty() && !listing.q.is_empty();
    let help = hits.rows.is_empty().then(|| Help {
        relaxed: shorter(view, &listing.q),
        departments: view.departments(DEPARTMENTS),
    });
    let page = SearchPage {
        words: view.words,
        frame,
        results,
        help,
    };
    Page {
        found_nothing,
        ..render(view, Kind::Search, true, page)
    }
}

/// Searches with one word less that find something as typed.
fn shorter(view: &View<'_>, query: &str) -> Vec<Relaxed> {
    let words: Vec<&str> = query.split(' ').collect();
    if !(2..=RELAXED_WORDS).contains(&words.len()) {
        return Vec::new();
    }
    let mut ways = Vec::new();
    for left_out in (0..words.len()).rev() {
        let kept: Vec<&str> = words
            .iter()
            .enumerate()
            .filter(|&(at, _)| at != left_out)
            .map(|(_, word)| *word)
            .collect();
        let shorter = kept.join(" ");
        let count = view
            .catalog
            .search_spelled(&shorter, Spelling::AsTyped)
            .map_or(0, |hits| hits.rows.len());
        if count > 0 {
            let href = view.href(&Route::search(Listing::search(&shorter)));
            ways.push(Relaxed {
                words: shorter,
                href,
                count: view.locale.number(u64::from(count)),
            });
        }
    }
    ways
}
