//! A category or brand: what it is, what is in it, and how to narrow it.

use std::fmt::Display;

use sailfish::TemplateSimple;

use frontage_shared::snapshot::routes::RouteKind;
use frontage_shared::snapshot::row_set::RowSet;

use super::card::Image;
use super::frame::{Frame, Indexing};
use super::home::Department;
use super::json_ld::Json;
use super::results::{self, Results};
use super::share;
use super::view::View;
use super::words::Words;
use super::{Kind, Page, error, filters, listing, order, render};
use crate::route::{Listing, Route};

/// Sub-categories linked above the list.
const CHILDREN: usize = 40;

/// A category or brand page.
#[derive(TemplateSimple)]
#[template(path = "category.stpl", rm_whitespace = true)]
pub(crate) struct CategoryPage<'a> {
    pub(crate) words: &'static Words,
    pub(crate) frame: Frame<'a>,
    pub(crate) name: &'a str,
    /// HTML that ingest sanitised.
    pub(crate) description: &'a str,
    pub(crate) children: Vec<Department<'a>>,
    pub(crate) results: Results<'a>,
}

/// Builds a category page.
pub(crate) fn category(view: &View<'_>, route: &Route, path: &str, listing: &Listing) -> Page {
    let Some(target) = view.catalog.route(RouteKind::Category, path) else {
        return error::not_found(view, path);
    };
    let Some(category) = view.catalog.category(target.row) else {
        return error::not_found(view, path);
    };
    let subject = Subject {
        kind: Kind::Category,
        name: category.name(),
        title: if category.seo_title().is_empty() {
            category.name()
        } else {
            category.seo_title()
        },
        indexable: category.is_indexable(),
        hidden_facet: None,
        address: (RouteKind::Category, category.path()),
        image: view.picture(category.media(), ""),
    };
    list(
        view,
        route,
        listing,
        &subject,
        category.products(),
        |frame| {
            frame.describe(category.seo_description(), category.description());
            frame.place(view, &category.breadcrumb(), None);
            let filled = category
                .children()
                .filter(|child| child.products().len() > 0);
            let children = filled.take(CHILDREN).map(|child| Department {
                image: None,
                ..view.department(&child)
            });
            (category.description(), children.collect())
        },
    )
}

/// Builds a brand page: the same list without the filter by brand.
pub(crate) fn brand(view: &View<'_>, route: &Route, slug: &str, listing: &Listing) -> Page {
    let Some(target) = view.catalog.route(RouteKind::Brand, slug) else {
        return error::not_found(view, slug);
    };
    let Some(brand) = view.catalog.brand(target.row) else {
        return error::not_found(view, slug);
    };
    let subject = Subject {
        kind: Kind::Brand,
        name: brand.name(),
        title: brand.name(),
        indexable: true,
        hidden_facet: view
            .catalog
            .facets()
            .find(|facet| facet.is_brand())
            .map(|facet| facet.row),
        address: (RouteKind::Brand, brand.slug()),
        image: None,
    };
    list(view, route, listing, &subject, brand.products(), |frame| {
        frame.place(
            view,
            &[],
            Some(view.link(brand.name(), &Route::brand(brand.slug()))),
        );
        ("", Vec::new())
    })
}

/// What a list is a list of.
struct Subject<'a> {
    kind: Kind,
    name: &'a str,
    title: &'a str,
    indexable: bool,
    hidden_facet: Option<u32>,
    /// What its address leads to.
    address: (RouteKind, &'a str),
    /// A picture of its own.
    image: Option<Image<'a>>,
}

/// What stands for a list where somebody shares it: its own picture, that of the first product shown, or that of one of
/// its first products; else its name.
fn picture<'a>(
    view: &View<'a>,
    frame: &mut Frame<'a>,
    subject: &Subject<'a>,
    shown: Option<Image<'_>>,
    candidates: impl Iterator<Item = u32>,
) {
    let image = subject.image.or(shown);
    let image = image.or_else(|| share::first_picture(view, candidates));
    frame.og_image = image.map(|image| view.absolute(image.url));
    if frame.og_image.is_none() {
        let (kind, slug) = subject.address;
        frame.card = share::href(view, kind, slug, subject.name);
    }
}

/// The common part: filter, count, sort, cut a page, and frame it.
fn list<'a>(
    view: &View<'a>,
    route: &'a Route,
    listing: &'a Listing,
    subject: &Subject<'a>,
    candidates: impl Iterator<Item = u32> + Clone,
    place: impl FnOnce(&mut Frame<'a>) -> (&'a str, Vec<Department<'a>>),
) -> Page {
    if let Some(clean) = filters::cleaned(view, listing) {
        return Page::elsewhere(view.href(&route.with_listing(clean)));
    }
    let rows = RowSet::of(view.catalog.product_count(), candidates.clone());
    let found = listing::select(view.generation, &rows, &filters::resolve(view, listing));
    if listing.page > results::page_count(found.total) {
        return error::not_found(view, "");
    }
    let range = results::positions(listing, found.total);
    let shown = match listing.sort {
        // A category's own order is that of its list; only another one has to be made.
        None => order::listed(candidates.clone(), &found.rows, range),
        Some(sort) => order::by_sort(
            view.generation,
            view.catalog.name_ranks(),
            &found,
            sort,
            range,
        ),
    };
    let results = results::build(view, route, listing, &found, &shown, subject.hidden_facet);
    let plain = !listing.is_filtered() && listing.sort.is_none() && !listing.as_list;
    let indexable = plain && subject.indexable && !results.cards.is_empty();
    let indexing = if indexable {
        Indexing::as_route(view, route)
    } else {
        Indexing::NoIndex
    };
    let title = if listing.page > 1 {
        let page = view.locale.number(u64::from(listing.page));
        view.words.page_title.fill(&[&subject.title, &page])
    } else {
        subject.title.to_owned()
    };
    let mut frame = Frame::new(view, &title, indexing);
    let (description, children) = place(&mut frame);
    if frame.description.is_empty() {
        let parts: [&dyn Display; 3] = [&subject.name, &view.shop.name, &results.summary];
        frame.description = view.words.list_description.fill(&parts);
    }
    if let Some(paging) = &results.paging {
        (frame.prev, frame.next) = (paging.prev.clone(), paging.next.clone());
    }
    picture(view, &mut frame, subject, results.first_image(), candidates);
    let mut json = Json::graph();
    frame.crumbs_as_data(view, &mut json);
    if indexable {
        results.as_data(view, &mut json);
    }
    frame.json_ld = json.finish();
    let noindex = frame.indexing.is_noindex();
    let description = if listing.page > 1 { "" } else { description };
    let page = CategoryPage {
        words: view.words,
        frame,
        name: subject.name,
        description,
        children,
        results,
    };
    render(view, subject.kind, noindex, page)
}
