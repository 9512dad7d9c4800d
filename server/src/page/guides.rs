//! All guides and articles of the shop, newest first.

use sailfish::TemplateSimple;

use frontage_shared::snapshot::categories::ContentPage;

use super::frame::{Frame, Indexing};
use super::json_ld::Json;
use super::results::{self, Paging};
use super::text;
use super::view::View;
use super::words::Words;
use super::{Kind, Page, error, render};
use crate::route::{Listing, Route};

/// How much of a guide is shown in a list.
const EXCERPT_CHARS: usize = 140;

/// A list of guides.
#[derive(TemplateSimple)]
#[template(path = "guides.stpl", rm_whitespace = true)]
pub(crate) struct GuidesPage<'a> {
    pub(crate) words: &'static Words,
    pub(crate) frame: Frame<'a>,
    pub(crate) guides: Vec<Guide<'a>>,
    pub(crate) paging: Option<Paging>,
}

/// A guide in a list.
pub(crate) struct Guide<'a> {
    pub(crate) href: String,
    pub(crate) title: &'a str,
    pub(crate) excerpt: String,
    /// When it last changed, for readers and for machines; empty if nobody says.
    pub(crate) changed: String,
    pub(crate) changed_iso: String,
}

/// Builds the list of guides.
pub(crate) fn build(view: &View<'_>, route: &Route, listing: &Listing) -> Page {
    let all = newest(view);
    if all.is_empty() || listing.page > results::page_count(all.len()) {
        return error::not_found(view, "");
    }
    let mut frame = Frame::new(view, &view.words.guides, Indexing::as_route(view, route));
    frame.place(view, &[], Some(view.link(&view.words.guides, route)));
    let mut json = Json::graph();
    frame.crumbs_as_data(view, &mut json);
    frame.json_ld = json.finish();
    let shown = all.get(results::positions(listing, all.len()));
    let page = GuidesPage {
        words: view.words,
        frame,
        guides: shown
            .unwrap_or_default()
            .iter()
            .map(|page| guide(view, page))
            .collect(),
        paging: results::paging(|route| view.href(route), route, listing, all.len()),
    };
    render(view, Kind::Content, false, page)
}

/// The latest guides, for other pages.
pub(crate) fn latest<'a>(view: &View<'a>, most: usize) -> Vec<Guide<'a>> {
    let latest = newest(view).into_iter().take(most);
    latest.map(|page| guide(view, &page)).collect()
}

fn newest<'a>(view: &View<'a>) -> Vec<ContentPage<'a>> {
    let guides = view.catalog.pages().filter(|page| page.kind() == "article");
    let mut guides: Vec<_> = guides.collect();
    guides.sort_by_key(|page| std::cmp::Reverse(page.updated_at()));
    guides
}

fn guide<'a>(view: &View<'a>, page: &ContentPage<'a>) -> Guide<'a> {
    let changed = page.updated_at();
    let day = |at| view.day(at).to_string();
    Guide {
        href: view.href(&Route::content(page.slug())),
        title: page.title(),
        excerpt: text::plain(page.body(), EXCERPT_CHARS),
        changed: changed.map(day).unwrap_or_default(),
        changed_iso: changed.map(|at| view.iso_day(at)).unwrap_or_default(),
    }
}
