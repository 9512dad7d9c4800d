//! The sitemap index, its files, and robots.txt: every address that is worth indexing, and none other.
//!
//! A file covers a run of rows of one kind, so each is made without looking at the others. Addresses are those that the
//! pages name as canonical; `lastmod` stands only where the data tells it.

use std::fmt::Write as _;
use std::ops::Range;

use super::view::View;
use super::{Kind, Page, TEXT, XML, error, format};
use crate::cache_policy::CachePolicy;
use crate::route::Route;

/// Rows covered by one file; the protocol allows 50,000 addresses, but a smaller file is quicker to make and takes less
/// memory while many crawlers are there.
const ROWS_PER_FILE: u32 = 5_000;
/// Room for one address in a file, so that it does not grow by copying; longer ones may follow.
const ADDRESS_BYTES: usize = 128;

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
    for (number, (part, rows)) in (1..).zip(files(view)) {
        // A file without a single address would be invalid.
        if rows.clone().any(|row| address(view, part, row).is_some()) {
            push(
                &mut xml,
                "sitemap",
                &view.absolute(&Route::Sitemap { number }.href()),
                None,
            );
        }
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
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for (route, changed) in rows.filter_map(|row| address(view, part, row)) {
        push(&mut xml, "url", &view.absolute(&route.href()), changed);
    }
    xml.push_str("</urlset>\n");
    crawled(XML, xml)
}

/// robots.txt: lists that are filtered or sorted, searches and partials are not for crawling.
pub(crate) fn robots(view: &View<'_>) -> Page {
    let mut text = String::from("User-agent: *\nDisallow: /search\nDisallow: /partials/\n");
    for parameter in ["f.", "sort=", "price-min=", "price-max=", "stock="] {
        let _ = writeln!(text, "Disallow: /*?{parameter}\nDisallow: /*&{parameter}");
    }
    let _ = writeln!(
        text,
        "\nSitemap: {}",
        view.absolute(&Route::SitemapIndex.href())
    );
    Page {
        kind: Kind::Robots,
        ..crawled(TEXT, text)
    }
}

/// All files in order, each with the rows it covers. The home page stands before the first content page, as row 0.
fn files(view: &View<'_>) -> impl Iterator<Item = (Part, Range<u32>)> {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let counts = [
        (
            Part::Pages,
            count(view.catalog.pages().count()).saturating_add(1),
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

/// The canonical address of a row and when it changed; `None` if it is not to be indexed.
fn address(view: &View<'_>, part: Part, row: u32) -> Option<(Route, Option<i64>)> {
    match part {
        Part::Pages => match row.checked_sub(1) {
            None => Some((Route::Home, None)),
            Some(row) => {
                let page = view.catalog.page(row).filter(|page| page.is_indexable())?;
                Some((Route::content(page.slug()), page.updated_at()))
            }
        },
        Part::Categories => {
            let category = view.catalog.category(row)?;
            let worth = category.is_indexable() && category.products().len() > 0;
            worth.then(|| (Route::category(category.path()), category.updated_at()))
        }
        Part::Brands => {
            let brand = view
                .catalog
                .brand(row)
                .filter(|brand| brand.products().len() > 0)?;
            Some((Route::brand(brand.slug()), None))
        }
        Part::Products => {
            let product = view.catalog.product(row)?;
            let worth = product.is_indexable() && product.is_listed();
            worth.then(|| (Route::product(product.slug()), product.updated_at()))
        }
    }
}

fn push(xml: &mut String, element: &str, address: &str, changed: Option<i64>) {
    let _ = write!(xml, "<{element}><loc>");
    // Routes are percent-encoded; what is left to escape in them is the ampersand.
    xml.push_str(&address.replace('&', "&amp;").replace('<', "&lt;"));
    xml.push_str("</loc>");
    if let Some(changed) = changed {
        let _ = write!(xml, "<lastmod>{}</lastmod>", format::iso_day(changed));
    }
    let _ = writeln!(xml, "</{element}>");
}

fn crawled(content_type: &'static str, body: String) -> Page {
    Page {
        content_type,
        cache: CachePolicy::Crawl,
        ..Page::html(Kind::Sitemap, body)
    }
}
