//! What all pages of a catalog share in one language: the ways through the shop, in header and footer.
//!
//! It says nothing that a request or an offer changes, so it is written once for as long as the catalog is served.

use frontage_shared::snapshot::categories::Category;
use sailfish::TemplateSimple;

use super::frame::Link;
use super::view::View;
use super::words::Words;
use crate::route::Route;

/// Most entries of the main navigation.
const NAV_ENTRIES: usize = 10;
/// Most departments in the menu, and most entries below each: every page carries them.
const MENU_TOPS: usize = 24;
const MENU_BELOW: usize = 6;
/// Most brands looked at for the navigation of a shop without categories.
const NAV_BRANDS_SCANNED: usize = 5000;
/// Most content pages in the footer.
const FOOTER_PAGES: usize = 12;

/// The ways through a shop. Templates read it as `frame.shell`.
pub(crate) struct Shell {
    /// What the main navigation leads to: departments, or brands in a shop without categories.
    pub(crate) nav_title: &'static str,
    pub(crate) nav: Vec<Entry>,
    /// The top of the category tree with what is below it, as HTML; empty if there is nothing below.
    pub(crate) menu: String,
    /// The lists of links in the footer, as HTML.
    pub(crate) links: String,
}

/// An entry of the main navigation.
pub(crate) struct Entry {
    pub(crate) name: String,
    /// A path printed by `Route`.
    pub(crate) href: String,
}

/// A department and what is below it, in the menu.
struct Branch<'a> {
    top: Link<'a>,
    below: Vec<Link<'a>>,
}

#[derive(TemplateSimple)]
#[template(path = "shell_menu.stpl", rm_whitespace = true)]
struct Menu<'a> {
    words: &'static Words,
    branches: Vec<Branch<'a>>,
    brands_href: Option<&'a str>,
}

#[derive(TemplateSimple)]
#[template(path = "shell_links.stpl", rm_whitespace = true)]
struct Links<'a> {
    words: &'static Words,
    nav_title: &'static str,
    nav: &'a [Entry],
    brands_href: Option<&'a str>,
    pages: Vec<Link<'a>>,
}

impl Shell {
    /// That of the view's catalog, from its first page on.
    pub(crate) fn of<'a>(view: &View<'a>) -> Option<&'a Self> {
        view.catalog.kept(|| Self::make(view))
    }

    fn make(view: &View<'_>) -> Self {
        let (nav_title, nav) = navigation(view);
        // Where all brands are, if there are some.
        let brands_href = has_brands(view).then(|| view.href(&Route::Brands));
        let branches = branches(view);
        let menu = Menu {
            words: view.words,
            branches,
            brands_href: brands_href.as_deref(),
        };
        let links = Links {
            words: view.words,
            nav_title,
            nav: &nav,
            brands_href: brands_href.as_deref(),
            pages: footer_pages(view),
        };
        // Writing to a String cannot fail.
        let links = links.render_once().unwrap_or_default();
        let menu = match menu.branches.is_empty() {
            true => String::new(),
            false => menu.render_once().unwrap_or_default(),
        };
        Self {
            nav_title,
            nav,
            menu,
            links,
        }
    }
}

/// The top of the category tree; in a shop without categories, the brands with most products.
fn navigation(view: &View<'_>) -> (&'static str, Vec<Entry>) {
    let entry = |link: Link<'_>| Entry {
        name: link.name.to_owned(),
        href: link.href,
    };
    let tops = view.top_categories().into_iter().take(NAV_ENTRIES);
    let departments: Vec<_> = tops
        .map(|category| entry(to_category(view, &category)))
        .collect();
    if departments.is_empty() {
        let brands = biggest_brands(view, NAV_ENTRIES).into_iter();
        (&view.words.brands, brands.map(entry).collect())
    } else {
        (&view.words.departments, departments)
    }
}

fn to_category<'a>(view: &View<'a>, category: &Category<'a>) -> Link<'a> {
    view.link(category.name(), &Route::category(category.path()))
}

/// Departments with those below them; nothing where the navigation shows all there is.
fn branches<'a>(view: &View<'a>) -> Vec<Branch<'a>> {
    let filled = |category: &Category<'a>| category.products().len() > 0;
    let tops = view.top_categories().into_iter().take(MENU_TOPS);
    let branches: Vec<_> = tops
        .map(|top| Branch {
            top: to_category(view, &top),
            below: top
                .children()
                .filter(filled)
                .take(MENU_BELOW)
                .map(|below| to_category(view, &below))
                .collect(),
        })
        .collect();
    let is_more =
        branches.len() > NAV_ENTRIES || branches.iter().any(|branch| !branch.below.is_empty());
    if is_more { branches } else { Vec::new() }
}

fn has_brands(view: &View<'_>) -> bool {
    let mut brands = view.catalog.brands().take(NAV_BRANDS_SCANNED);
    brands.any(|brand| brand.products().len() > 0)
}

/// The brands with most products, by name.
pub(crate) fn biggest_brands<'a>(view: &View<'a>, most: usize) -> Vec<Link<'a>> {
    let mut brands: Vec<_> = view.catalog.brands().take(NAV_BRANDS_SCANNED).collect();
    brands.sort_by_key(|brand| std::cmp::Reverse(brand.products().len()));
    brands.truncate(most);
    brands.retain(|brand| brand.products().len() > 0);
    brands.sort_by_key(|brand| brand.name());
    brands
        .iter()
        .map(|brand| view.link(brand.name(), &Route::brand(brand.slug())))
        .collect()
}

fn footer_pages<'a>(view: &View<'a>) -> Vec<Link<'a>> {
    let pages = view
        .catalog
        .pages()
        .filter(|page| !matches!(page.kind(), "article" | "home"))
        .take(FOOTER_PAGES);
    pages
        .map(|page| view.link(page.title(), &Route::content(page.slug())))
        .collect()
}
