//! Sections of home and landing pages: what ingest resolved, with the prices and stock of now.

use frontage_shared::snapshot::categories::ContentPage;
use frontage_shared::snapshot::page_sections::{PageSection, SectionKind};

use super::card::{Card, Image};
use super::home::Department;
use super::view::{self, View};

/// Most products of a section, whatever the snapshot says.
const PRODUCTS: usize = 48;
/// Most sections of a page.
const SECTIONS: usize = 40;

/// A section, ready to be shown. Templates read it as `section`.
pub(crate) struct Section<'a> {
    pub(crate) kind: SectionKind,
    /// Whether its heading is that of the page.
    pub(crate) is_head: bool,
    pub(crate) title: &'a str,
    /// HTML that ingest sanitised.
    pub(crate) body: &'a str,
    pub(crate) image: Option<Image<'a>>,
    /// Where its button leads, and what stands on it; empty for none.
    pub(crate) href: &'a str,
    pub(crate) label: &'a str,
    pub(crate) cards: Vec<Card<'a>>,
    pub(crate) departments: Vec<Department<'a>>,
}

/// What a page is made of; empty for a page without sections. What shows nothing is left out.
pub(crate) fn of_page<'a>(view: &View<'a>, page: &ContentPage<'a>) -> Vec<Section<'a>> {
    let mut sections: Vec<Section<'a>> = Vec::new();
    for section in page.sections().iter().take(SECTIONS) {
        let mut shown = section_of(view, section);
        let is_hero = shown.kind == SectionKind::Hero && !shown.title.is_empty();
        shown.is_head = is_hero && sections.iter().all(|one| !one.is_head);
        let picks = matches!(
            shown.kind,
            SectionKind::Products | SectionKind::Query | SectionKind::Categories
        );
        let is_empty = shown.cards.is_empty() && shown.departments.is_empty();
        if !(picks && is_empty) {
            sections.push(shown);
        }
    }
    sections
}

/// The first picture of some sections.
pub(crate) fn first_picture<'a>(sections: &[Section<'a>]) -> Option<Image<'a>> {
    sections.iter().find_map(|section| section.image)
}

fn section_of<'a>(view: &View<'a>, section: &PageSection<'a>) -> Section<'a> {
    let kind = section.kind();
    let most = (section.limit() as usize).min(PRODUCTS);
    let rows = section.products().filter(|&row| fits(view, section, row));
    let cards = match kind {
        SectionKind::Products | SectionKind::Query => view.cards(rows.take(most), 0),
        _ => Vec::new(),
    };
    let categories = section
        .categories()
        .filter(|category| category.products().len() > 0);
    let alt = |media: &frontage_shared::snapshot::products::Media<'a>| media.alt();
    let mut images = section.media();
    Section {
        kind,
        is_head: false,
        title: section.title(),
        body: section.body(),
        image: images.find_map(|media| view::image(view, &media, alt(&media))),
        href: Some(section.href())
            .filter(|href| view::is_fetchable(href))
            .unwrap_or_default(),
        label: section.label(),
        cards,
        departments: categories
            .take(PRODUCTS)
            .map(|category| view.department(&category))
            .collect(),
    }
}

/// Whether a product meets what only the offers know.
fn fits(view: &View<'_>, section: &PageSection<'_>, row: u32) -> bool {
    let is_listed = view
        .catalog
        .product(row)
        .is_some_and(|product| product.is_listed());
    if !is_listed {
        return false;
    }
    let offer = view.offers.product(row);
    let is_reduced = || match (offer.prices, offer.compare_at) {
        (Some((low, _)), Some(before)) => before > low,
        _ => false,
    };
    (!section.is_on_sale() || is_reduced())
        && (!section.is_in_stock() || view.offers.in_stock().contains(row))
}
