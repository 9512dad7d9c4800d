//! Opening a generation from the cache: map, verify, warm.
//!
//! How much is verified before it is served depends on what is known of its parts; all of it is verified once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use frontage_shared::manifest::Manifest;
use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::locales::LocaleIndex;
use frontage_shared::snapshot::{Generation, SnapshotError};
use frontage_shared::trace::Tracer;

use super::poll::now;
use super::{Cache, WatchError};
use crate::handle::Shop;
use crate::page::{self, View, feed};
use crate::route::{FeedFormat, Listing, Route};

/// Variants of which the beginning of a feed is made.
const FEED_VARIANTS: u32 = 16;

/// What is known of the parts before they are opened.
pub(super) enum Known {
    /// Nothing: all is verified. On all cores, unless somebody is being served who wants them, too.
    Nothing {
        /// Whether an older generation is being served meanwhile.
        is_serving: bool,
    },
    /// The catalog is being served. It is neither mapped nor read again: offers change every minute, catalogs do not.
    Catalog(Arc<Catalog>),
    /// These very files were verified before. They are served as they are and verified meanwhile.
    Parts,
}

/// Opens a generation whose parts are in the cache. Takes a while unless all is known.
pub(super) fn open(
    cache: &Cache,
    shop: &Shop,
    manifest: &Manifest,
    known: Known,
    tracer: &Tracer,
) -> Result<Generation, WatchError> {
    let map = |catalog| tracer.during("open", || cache.map(manifest, catalog));
    let verify = |work: &dyn Fn() -> Result<(), SnapshotError>| {
        tracer.during("verify", || work().map_err(WatchError::Verify))
    };
    let generation = match known {
        Known::Nothing { is_serving } => {
            let generation = map(None)?;
            verify(&|| match is_serving {
                true => generation.verify_in_turn(),
                false => generation.verify(),
            })?;
            generation
        }
        Known::Catalog(catalog) => {
            let generation = map(Some(catalog))?;
            verify(&|| generation.offers.verify())?;
            generation
        }
        Known::Parts => {
            let generation = map(None)?;
            show(shop, &generation, LocaleIndex::OWN, &Route::Home)?;
            return Ok(generation);
        }
    };
    tracer.during("warm", || warm(shop, &generation))?;
    Ok(generation)
}

/// Makes a page of each kind: what cannot be shown is not taken into service, and what is hot is in memory.
pub(super) fn warm(shop: &Shop, generation: &Generation) -> Result<(), WatchError> {
    let catalog = &generation.catalog;
    // Made at first use, which is not to be a shopper's.
    generation.make_ready();
    let mut routes = vec![
        Route::Home,
        Route::Robots,
        Route::SitemapIndex,
        Route::guides(),
        Route::search(Listing::new()),
    ];
    routes.extend(
        catalog
            .root_categories()
            .take(3)
            .map(|category| Route::category(category.path())),
    );
    routes.extend(
        catalog
            .products()
            .take(5)
            .map(|product| Route::product(product.slug())),
    );
    routes.extend(
        catalog
            .products()
            .take(1)
            .map(|product| Route::search(Listing::search(product.name()))),
    );
    routes
        .iter()
        .try_for_each(|route| show(shop, generation, LocaleIndex::OWN, route))?;
    // In other languages the same is read, but for their own texts.
    for catalog in catalog.locales() {
        let product = catalog.products().next();
        let product = product.map(|product| Route::product(product.slug()));
        for route in std::iter::once(Route::Home).chain(product) {
            show(shop, generation, catalog.locale_index(), &route)?;
        }
    }
    feed_begins(shop, generation)
}

/// What shopping services read first can be written.
fn feed_begins(shop: &Shop, generation: &Generation) -> Result<(), WatchError> {
    let format = FeedFormat::Google;
    let written = catch_unwind(AssertUnwindSafe(|| {
        let theme = shop.look.current();
        let context = shop.context(&theme, now());
        let view = View::new(generation, &context);
        feed::items(&view, format, 0..FEED_VARIANTS, &mut String::new());
    }));
    written.map_err(|_| WatchError::Warm {
        url: Route::Feed { format }.href(),
        reason: "it fails by a bug".to_owned(),
    })
}

fn show(
    shop: &Shop,
    generation: &Generation,
    locale: LocaleIndex,
    route: &Route,
) -> Result<(), WatchError> {
    let failed = |reason: String| WatchError::Warm {
        url: route.href(),
        reason,
    };
    let made = catch_unwind(AssertUnwindSafe(|| {
        let theme = shop.look.current();
        let context = page::Context {
            locale,
            ..shop.context(&theme, now())
        };
        page::build(route, generation, &context)
    }));
    let page = made.map_err(|_| failed("it fails by a bug".to_owned()))?;
    if page.status >= 500 || (*route == Route::Home && page.status != 200) {
        return Err(failed(format!("its status is {}", page.status)));
    }
    Ok(())
}
