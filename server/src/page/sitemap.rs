//! The sitemap index, its files, and robots.txt: every address that is worth indexing, and none other.
//!
//! A file covers a run of rows of one kind, so each is made without looking at the others. Addresses are those that the
//! pages name as canonical; `lastmod` is when the content changed, by the diff of generations, else by the data.

use std::fmt::Write as _;
use std::ops::Range;

use frontage_shared::snapshot::routes::RouteKind;

use super::view::{self, View};
use super::{Kind, Page, TEXT, XML, error, format, languages};
use crate::cache_policy::CachePolicy;
use crate::route::Route;

/// Rows covered by one file; the protocol allows 50,000 addresses, but a smaller file is quicker to make and takes less
/// memory while many crawlers are there.
const ROWS_PER_FILE: u32 = 5_000;
/// Room for one address in a file, so that it does not grow by copying; longer ones may follow.
const ADDRESS_BYTES: usize = 256;
/// Pages of ours before the first content page: home, the list of guides and that of brands.
const OWN_PAGES: u32 = 3;
/// Pictures told of one product.
const IMAGES: usize = 6;

/// What a file lists.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Part {
    /// The home page and content pages.
    Pages,
    Categories,
    Brands,
    Products,
}

/// The index of sitemaps.
pub(crate) fn index(view: &View<'_>) -> Page {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    let views: Vec<View<'_>> = languages::views(view).collect();
    let all = views.iter().flat_map(|view| {
        let files = (1..).zip(files(view));
        files.map(move |(number, file)| (view, number, file))
    });
    for (view, number, (part, rows)) in all {
        let mut changes = rows.filter_map(|row| listed(view, part, row));
        // A file without a single address would be invalid.
        let Some(first) = changes.next() else {
            continue;
        };
        let latest = changes.fold(first, Option::max);
        xml.push_str("<sitemap><loc>");
        push_escaped(&mut xml, &view.url(&Route::Sitemap { number }));
        xml.push_str("</loc>");
        push_changed(&mut xml, latest);
        xml.push_str("</sitemap>\n");
    }
    xml.push_str("</sitemapindex>\n");
    crawled(XML, xml)
}

/// One file of the sitemap, counted from 1.
pub(crate) fn file(view: &View<'_>, number: u32) -> Page {
    let position = usize::try_from(number)
        .ok()
        .and_then(|number| number.checked_sub(1));
    let Some((part, rows)) = position.and_then(|at| files(view).nth(at)) else {
        return error::not_found(view, "");
    };
    let mut xml = String::with_capacity(rows.len().saturating_mul(ADDRESS_BYTES));
    xml.push_str(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" \
         xmlns:image=\"http://www.google.com/schemas/sitemap-image/1.1\"",
    );
    let views: Vec<View<'_>> = languages::views(view).collect();
    xml.push_str(match views.len() {
        1 => ">\n",
        _ => " xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n",
    });
    for row in rows {
        let Some(changed) = listed(view, part, row) else {
            continue;
        };
        let Some(route) = route(view, part, row) else {
            continue;
        };
        xml.push_str("<url><loc>");
        push_escaped(&mut xml, &view.url(&route));
        xml.push_str("</loc>");
        push_changed(&mut xml, changed);
        if views.len() > 1 {
            alternates(&views, part, row, &mut xml);
        }
        images(view, part, row, &mut xml);
        xml.push_str("</url>\n");
    }
    xml.push_str("</urlset>\n");
    crawled(XML, xml)
}

/// robots.txt: lists that are filtered or sorted, searches and partials are not for crawling. What is closed here is
/// what `Route::is_closed_to_crawlers` says.
pub(crate) fn robots(view: &View<'_>) -> Page {
    let mut text = String::from("User-agent: *\n");
    for language in languages::views(view) {
        let prefix = language.prefix;
        let _ = write!(
            text,
            "Disallow: {prefix}/search\nDisallow: {prefix}/partials\nDisallow: {prefix}/wishlist\nDisallow: {prefix}/compare\nDisallow: {prefix}/restock\n"
        );
        if view.ctx.sells {
            let _ = write!(
                text,
                "Disallow: {prefix}/cart\nDisallow: {prefix}/checkout\nDisallow: {prefix}/orders/\n"
            );
        }
    }
    for parameter in [
        "f.",
        "sort=",
        "price-min=",
        "price-max=",
        "stock=",
        "rating=",
        "part=",
        "view=",
    ] {
        let _ = writeln!(text, "Disallow: /*?{parameter}\nDisallow: /*&{parameter}");
    }
    let _ = writeln!(text, "\nSitemap: {}", view.url(&Route::SitemapIndex));
    Page {
        kind: Kind::Robots,
        ..crawled(TEXT, text)
    }
}

/// All files in order, each with the rows it covers. Home, the list of guides and
/// that of brands stand before the first content page, as rows 0 to 2.
fn files(view: &View<'_>) -> impl Iterator<Item = (Part, Range<u32>)> {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let counts = [
        (
            Part::Pages,
            count(view.catalog.pages().count()).saturating_add(OWN_PAGES),
        ),
        (Part::Categories, count(view.catalog.categories().count())),
        (Part::Brands, count(view.catalog.brands().count())),
        (Part::Products, view.catalog.product_count()),
    ];
    counts.into_iter().flat_map(|(part, rows)| {
        let starts = (0..rows).step_by(ROWS_PER_FILE as usize);
        starts.map(move |start| (part, start..start.saturating_add(ROWS_PER_FILE).min(rows)))
    })
}

/// Whether a row is to be indexed, and when it changed; `None` if it is not.
fn listed(view: &View<'_>, part: Part, row: u32) -> Option<Option<i64>> {
    match part {
        Part::Pages => match row.checked_sub(OWN_PAGES) {
            None if row == 0 => Some(None),
            None if row == 2 => {
                let mut brands = view.catalog.brands();
                brands
                    .any(|brand| brand.products().len() > 0)
                    .then_some(None)
            }
            None => {
                let mut guides = view.catalog.pages().filter(|page| page.kind() == "article");
                let first = guides.next()?.updated_at();
                Some(
                    guides
                        .map(|page| page.updated_at())
                        .fold(first, Option::max),
                )
            }
            Some(row) => {
                let page = view.catalog.page(row)?;
                if !page.is_indexable() || page.kind() == "home" {
                    return None;
                }
                Some(changed(view, RouteKind::Page, row).or(page.updated_at()))
            }
        },
        Part::Categories => {
            let category = view.catalog.category(row)?;
            let worth = category.is_indexable() && category.products().len() > 0;
            worth.then(|| changed(view, RouteKind::Category, row).or(category.updated_at()))
        }
        Part::Brands => {
            let brand = view.catalog.brand(row)?;
            (brand.products().len() > 0).then(|| changed(view, RouteKind::Brand, row))
        }
        Part::Products => {
            let product = view.catalog.product(row)?;
            let worth = product.is_indexable() && product.is_listed();
            worth.then(|| changed(view, RouteKind::Product, row).or(product.updated_at()))
        }
    }
}

/// When the content of a row last changed, by the diff of generations.
fn changed(view: &View<'_>, kind: RouteKind, row: u32) -> Option<i64> {
    let change = view.catalog.content_change(kind, row)?;
    Some(change.at).filter(|&at| at > 0)
}

/// The canonical address of a row.
fn route(view: &View<'_>, part: Part, row: u32) -> Option<Route> {
    Some(match part {
        Part::Pages => match row.checked_sub(OWN_PAGES) {
            None if row == 0 => Route::Home,
            None if row == 2 => Route::Brands,
            None => Route::guides(),
            Some(row) => Route::content(view.catalog.page(row)?.slug()),
        },
        Part::Categories => Route::category(view.catalog.category(row)?.path()),
        Part::Brands => Route::brand(view.catalog.brand(row)?.slug()),
        Part::Products => Route::product(view.catalog.product(row)?.slug()),
    })
}

/// The same page in each of the shop's languages, itself included.
fn alternates(views: &[View<'_>], part: Part, row: u32, xml: &mut String) {
    let mut push = |tag: &str, view: &View<'_>| {
        if let Some(route) = route(view, part, row) {
            let _ = write!(
                xml,
                "<xhtml:link rel=\"alternate\" hreflang=\"{tag}\" href=\""
            );
            push_escaped(xml, &view.url(&route));
            xml.push_str("\"/>");
        }
    };
    for view in views {
        push(view.shop.locale, view);
    }
    if let Some(own) = views.first() {
        push("x-default", own);
    }
}

/// Pictures that stand on the page of a row.
fn images(view: &View<'_>, part: Part, row: u32, xml: &mut String) {
    let Some(product) = view.catalog.product(row).filter(|_| part == Part::Products) else {
        return;
    };
    let media = product.media();
    let images = media.filter_map(|media| Some(view::image(view, &media, "")?.url));
    for url in images.take(IMAGES) {
        xml.push_str("<image:image><image:loc>");
        push_escaped(xml, &view.absolute(url));
        xml.push_str("</image:loc></image:image>");
    }
}

/// Routes are percent-encoded; what is left to escape in them is the ampersand. Addresses of pictures may hold more.
fn push_escaped(xml: &mut String, address: &str) {
    for character in address.chars() {
        match character {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\'' => xml.push_str("&apos;"),
            plain if plain.is_control() => {}
            plain => xml.push(plain),
        }
    }
}

fn push_changed(xml: &mut String, changed: Option<i64>) {
    if let Some(changed) = changed {
        let _ = write!(xml, "<lastmod>{}</lastmod>", format::iso_instant(changed));
    }
}

fn crawled(content_type: &'static str, body: String) -> Page {
    Page {
        content_type,
        cache: CachePolicy::Crawl,
        ..Page::html(Kind::Sitemap, body)
    }
}
