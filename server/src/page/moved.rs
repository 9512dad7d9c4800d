//! Where a page is now that used to have another address, and which addresses lead nowhere any more.

use std::collections::BTreeMap;

use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::ledger::LeftPath;
use frontage_shared::snapshot::routes::RouteKind;

use crate::route::{Fragment, Route};

/// The current route of what a former address names; `None` where the address is current, or never was one.
pub(crate) fn current(route: &Route, catalog: &Catalog) -> Option<Route> {
    let former = |kind, path: &str| {
        let target = catalog.route(kind, path)?;
        target.former.then_some(target.row)
    };
    match route {
        Route::Product { slug, variant, .. } => {
            let row = former(RouteKind::Product, slug)?;
            Some(Route::Product {
                slug: catalog.product(row)?.slug().to_owned(),
                variant: variant.clone(),
                options: BTreeMap::new(),
            })
        }
        Route::Fragment(Fragment::Part { page, part }) => {
            let page = Box::new(current(page, catalog)?);
            Some(Route::Fragment(Fragment::Part { page, part: *part }))
        }
        Route::Category { path, listing } => {
            let row = former(RouteKind::Category, path)?;
            let path = catalog.category(row)?.path();
            Some(Route::category(path).with_listing(listing.clone()))
        }
        Route::Reviews { slug, listing } => {
            let row = former(RouteKind::Product, slug)?;
            let slug = catalog.product(row)?.slug();
            Some(Route::reviews(slug, listing.clone()))
        }
        Route::Brand { slug, listing } => {
            let row = former(RouteKind::Brand, slug)?;
            let slug = catalog.brand(row)?.slug();
            Some(Route::brand(slug).with_listing(listing.clone()))
        }
        Route::Content { slug } => {
            let row = former(RouteKind::Page, slug)?;
            Some(Route::content(catalog.page(row)?.slug()))
        }
        _ => None,
    }
}

/// What is known of an address that something left; `None` where nothing did, or another thing is there now.
pub(crate) fn left<'c>(route: &Route, catalog: &'c Catalog) -> Option<LeftPath<'c>> {
    let (kind, path) = match route {
        Route::Product { slug, .. } | Route::Offer { slug, .. } => (RouteKind::Product, slug),
        Route::Category { path, .. } => (RouteKind::Category, path),
        Route::Brand { slug, .. } => (RouteKind::Brand, slug),
        Route::Content { slug } => (RouteKind::Page, slug),
        Route::Fragment(Fragment::Part { page, .. }) => return left(page, catalog),
        _ => return None,
    };
    let now = catalog.route(kind, path);
    let leads_on = now.is_some();
    let is_current = now.is_some_and(|target| !target.former);
    let left = catalog.left(kind, path).filter(|_| !is_current)?;
    (leads_on != left.gone).then_some(left)
}
