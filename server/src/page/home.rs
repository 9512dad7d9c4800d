//! The home page: who we are, what we have, what is new.

use frontage_shared::snapshot::page_sections::SectionKind;
use frontage_shared::snapshot::row_set::RowSet;
use sailfish::TemplateSimple;

use super::card::{Card, Image};
use super::format::Number;
use super::frame::{Frame, Indexing, Link};
use super::guides::{self, Guide};
use super::json_ld::Json;
use super::order;
use super::policies;
use super::product::{self, Recent};
use super::resize::IN_SHOWCASE;
use super::sections::{self, Section};
use super::shell;
use super::text::or;
use super::view::View;
use super::words::Words;
use super::{Kind, Page, render};
use crate::route::{Listing, Route};

/// Departments shown as tiles.
const DEPARTMENTS: usize = 12;
/// Products in each row of products, and in the showcase.
const FEATURED: usize = 8;
const NEWEST: usize = 4;
const SHOWCASE: usize = 3;
/// Products looked at to fill a row with listed ones.
const LOOKED_AT: usize = 64;
/// Guides shown; if there are more, all of them are linked.
const GUIDES: usize = 3;
/// Brands linked at the end.
const BRANDS: usize = 18;

/// The home page.
#[derive(TemplateSimple)]
#[template(path = "home.stpl", rm_whitespace = true)]
pub(crate) struct HomePage<'a> {
    pub(crate) words: &'static Words,
    pub(crate) frame: Frame<'a>,
    pub(crate) headline: &'a str,
    pub(crate) description: &'a str,
    /// A few products to look at beside the headline.
    pub(crate) showcase: Vec<Showcase<'a>>,
    pub(crate) departments: Vec<Department<'a>>,
    pub(crate) featured: Vec<Card<'a>>,
    pub(crate) newest: Vec<Card<'a>>,
    pub(crate) brands: Vec<Link<'a>>,
    /// The latest guides, and where all of them are if there are more.
    pub(crate) guides: Vec<Guide<'a>>,
    pub(crate) all_guides: Option<String>,
    /// What the merchant made the page of; empty for our own choice.
    pub(crate) sections: Vec<Section<'a>>,
    pub(crate) recent: Recent<'a>,
}

/// A picture that leads to its product.
pub(crate) struct Showcase<'a> {
    pub(crate) href: String,
    pub(crate) image: Image<'a>,
}

/// A category as a tile.
pub(crate) struct Department<'a> {
    pub(crate) href: String,
    pub(crate) name: &'a str,
    pub(crate) image: Option<Image<'a>>,
    pub(crate) count: Option<Number>,
}

/// The class of a grid of so many tiles: as many columns as leave the last row fullest.
pub(crate) fn columns(tiles: usize) -> &'static str {
    let classes = [(6, "by6"), (5, "by5"), (4, "by4")];
    let gap = |columns: usize| tiles.next_multiple_of(columns) - tiles;
    classes
        .into_iter()
        .min_by_key(|&(columns, _)| gap(columns))
        .map_or("", |(_, class)| class)
}

/// Builds the home page.
pub(crate) fn build(view: &View<'_>) -> Page {
    let shop = view.shop;
    let mut frame = Frame::new(view, shop.tagline, Indexing::as_route(view, &Route::Home));
    frame.describe(shop.description, shop.tagline);
    frame.json_ld = structured(view);
    let own = view.catalog.pages().find(|page| page.kind() == "home");
    let sections = own
        .map(|page| sections::of_page(view, &page))
        .unwrap_or_default();
    if let Some(page) = own.filter(|page| !page.seo_description().is_empty()) {
        frame.describe(page.seo_description(), "");
    }
    let featured = featured(view);
    let mut newest = by_rank(view, |row| {
        view.catalog
            .ranks()
            .get(row)
            .map_or(u32::MAX, |rank| rank.newest.get())
    });
    newest.retain(|row| !featured.contains(row));
    let showcase: Vec<_> = featured
        .iter()
        .filter_map(|&row| show(view, row))
        .take(SHOWCASE)
        .collect();
    frame.og_image = showcase.first().map(|item| view.absolute(item.image.url));
    let guides = guides::latest(view, GUIDES + 1);
    let page = HomePage {
        words: view.words,
        frame,
        headline: or(shop.tagline, shop.name),
        description: shop.description,
        departments: view.departments(DEPARTMENTS),
        featured: view.cards(featured.iter().copied().take(FEATURED), 0),
        newest: view.cards(newest.into_iter().take(NEWEST), 0),
        brands: shell::biggest_brands(view, BRANDS),
        showcase,
        all_guides: (guides.len() > GUIDES).then(|| view.href(&Route::guides())),
        guides: guides.into_iter().take(GUIDES).collect(),
        sections,
        recent: product::recent(view, ""),
    };
    render(view, Kind::Home, false, page)
}

/// The first products of each department in turn, so that every department is seen; without departments, by rank.
fn featured(view: &View<'_>) -> Vec<u32> {
    let lists: Vec<Vec<u32>> = view
        .top_categories()
        .into_iter()
        .take(DEPARTMENTS)
        .map(|category| category.products().take(FEATURED).collect())
        .collect();
    let mut rows = Vec::new();
    for place in 0..FEATURED {
        for row in lists.iter().filter_map(|list| list.get(place).copied()) {
            if rows.len() < FEATURED && !rows.contains(&row) {
                rows.push(row);
            }
        }
    }
    if rows.is_empty() {
        rows = by_rank(view, |row| {
            view.catalog
                .ranks()
                .get(row)
                .map_or(u32::MAX, |rank| rank.featured.get())
        });
        rows.truncate(FEATURED);
    }
    rows
}

/// The first listed products by a rank.
fn by_rank(view: &View<'_>, rank: impl Fn(u32) -> u32) -> Vec<u32> {
    let products = view.catalog.product_count();
    let all = RowSet::all(products);
    let mut rows = order::window(&all, products as usize, 0..LOOKED_AT, products, rank);
    rows.retain(|&row| {
        view.catalog
            .product(row)
            .is_some_and(|product| product.is_listed())
    });
    rows
}

fn show<'a>(view: &View<'a>, row: u32) -> Option<Showcase<'a>> {
    let product = view.catalog.product(row)?;
    let image = view.first_image(&product, product.name())?;
    Some(Showcase {
        href: view.href(&Route::product(product.slug())),
        image,
    })
}

fn structured(view: &View<'_>) -> String {
    let shop = view.shop;
    let mut json = Json::graph();
    json.item("OnlineStore", |store| {
        store.text("name", shop.name);
        store.text("url", &view.url(&Route::Home));
        store.text("description", shop.description);
        store.text("slogan", shop.tagline);
        store.text("email", shop.email);
        let theme = view.ctx.theme;
        let logo = theme.logo.as_ref().map(|logo| logo.href.as_str());
        let logo = logo.unwrap_or(theme.assets.icon_href());
        store.text("logo", &view.absolute(logo));
        policies::of_shop(view, store);
    });
    json.item("WebSite", |site| {
        site.text("name", shop.name);
        site.text("url", &view.url(&Route::Home));
        site.text("inLanguage", shop.locale);
        site.object("potentialAction", "SearchAction", |action| {
            action.object("target", "EntryPoint", |target| {
                let search = view.url(&Route::search(Listing::new()));
                let template = format!("{search}?q={{words}}");
                target.text("urlTemplate", &template);
            });
            action.text("query-input", "required name=words");
        });
    });
    json.finish()
}
