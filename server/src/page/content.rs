//! A content page: terms, delivery, about us.

use sailfish::TemplateSimple;

use frontage_shared::snapshot::page_sections::SectionKind;
use frontage_shared::snapshot::routes::RouteKind;

use super::frame::{Frame, Indexing};
use super::home::columns;
use super::json_ld::Json;
use super::sections::{self, Section};
use super::share;
use super::view::View;
use super::words::Words;
use super::{Kind, Page, error, render};
use crate::route::Route;

/// A content page.
#[derive(TemplateSimple)]
#[template(path = "content.stpl", rm_whitespace = true)]
pub(crate) struct ContentPage<'a> {
    pub(crate) words: &'static Words,
    pub(crate) frame: Frame<'a>,
    pub(crate) title: &'a str,
    /// Whether a section has the heading of the page.
    pub(crate) is_headed: bool,
    /// HTML that ingest sanitised.
    pub(crate) body: &'a str,
    /// What it is made of below its text.
    pub(crate) sections: Vec<Section<'a>>,
    /// When it last changed, for readers and for machines.
    pub(crate) updated: Option<String>,
    pub(crate) updated_iso: String,
}

/// Builds a content page.
pub(crate) fn build(view: &View<'_>, slug: &str) -> Page {
    let Some(target) = view.catalog.route(RouteKind::Page, slug) else {
        return error::not_found(view, slug);
    };
    let Some(content) = view.catalog.page(target.row) else {
        return error::not_found(view, slug);
    };
    if content.kind() == "home" {
        return Page::elsewhere(view.href(&Route::Home));
    }
    let sections = sections::of_page(view, &content);
    let own = Route::content(content.slug());
    let title = if content.seo_title().is_empty() {
        content.title()
    } else {
        content.seo_title()
    };
    let indexing = if content.is_indexable() {
        Indexing::as_route(view, &own)
    } else {
        Indexing::NoIndex
    };
    let mut frame = Frame {
        og_type: "article",
        ..Frame::new(view, title, indexing)
    };
    frame.describe(content.seo_description(), content.body());
    frame.place(view, &[], Some(view.link(content.title(), &own)));
    if content.kind() == "article" {
        let guides = view.link(&view.words.guides, &Route::guides());
        frame.crumbs.insert(1, guides);
    }
    let image = sections::first_picture(&sections);
    frame.og_image = image.map(|image| view.absolute(image.url));
    if frame.og_image.is_none() {
        frame.card = share::href(view, RouteKind::Page, content.slug(), content.title());
    }
    let mut json = Json::graph();
    frame.crumbs_as_data(view, &mut json);
    frame.json_ld = json.finish();
    let noindex = frame.indexing.is_noindex();
    let updated = content.updated_at();
    let page = ContentPage {
        words: view.words,
        frame,
        title: content.title(),
        is_headed: sections.iter().any(|section| section.is_head),
        body: content.body(),
        sections,
        updated: updated.map(|at| view.words.last_changed.fill(&[&view.day(at)])),
        updated_iso: updated.map(|at| view.iso_day(at)).unwrap_or_default(),
    };
    render(view, Kind::Content, noindex, page)
}
