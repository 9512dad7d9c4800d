//! Where a page is now that used to have another address.

use std::collections::BTreeMap;

use frontage_shared::snapshot::catalog::Catalog;
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
