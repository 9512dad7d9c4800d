//! Pieces of pages for scripts: parts of a product page, what was looked at, and several of them at once.

use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::routes::RouteKind;
use sailfish::TemplateSimple;

use super::card::Card;
use super::product::{self, Buybox, Found, Related, State};
use super::view::View;
use super::words::Words;
use super::{Context, Kind, Page, error, offer, render, suggest};
use crate::cache_policy::CachePolicy;
use crate::route::{Fragment, Part, Route};

/// Price, stock, the form that buys, and the options.
#[derive(TemplateSimple)]
#[template(path = "buybox.stpl", rm_whitespace = true)]
pub(crate) struct BuyboxPartial<'a> {
    pub(crate) words: &'static Words,
    pub(crate) buybox: Buybox<'a>,
}

/// What goes with a product.
#[derive(TemplateSimple)]
#[template(path = "related.stpl", rm_whitespace = true)]
pub(crate) struct RelatedPartial<'a> {
    pub(crate) words: &'static Words,
    pub(crate) related: Vec<Related<'a>>,
}

/// What the merchant says about a product.
#[derive(TemplateSimple)]
#[template(path = "description.stpl", rm_whitespace = true)]
pub(crate) struct DescriptionPartial<'a> {
    pub(crate) words: &'static Words,
    /// HTML that ingest sanitised.
    pub(crate) description: &'a str,
}

/// Products that a shopper looked at.
#[derive(TemplateSimple)]
#[template(path = "recent.stpl", rm_whitespace = true)]
pub(crate) struct RecentPartial<'a> {
    pub(crate) words: &'static Words,
    pub(crate) cards: Vec<Card<'a>>,
}

/// Several fragments, each by its address.
#[derive(TemplateSimple)]
#[template(path = "several.stpl", rm_whitespace = true)]
pub(crate) struct SeveralPartial {
    pub(crate) fragments: Vec<Wrapped>,
}

/// One of several fragments.
pub(crate) struct Wrapped {
    pub(crate) url: String,
    /// The status that it alone would have.
    pub(crate) status: u16,
    /// HTML that a template of ours made; empty unless the status is 200.
    pub(crate) body: String,
}

/// Builds a fragment.
pub(crate) fn build(view: &View<'_>, fragment: &Fragment) -> Page {
    match fragment {
        Fragment::Suggest { q } => suggest::build(view, q),
        Fragment::Recent { slugs } => recent(view, slugs),
        Fragment::Part { page, part } => of_product(view, page, *part),
        Fragment::Several { routes } => several(view.generation, view.ctx, routes),
    }
}

/// Several fragments of one generation that are the same for everybody.
pub fn several(generation: &Generation, ctx: &Context<'_>, routes: &[Route]) -> Page {
    several_of(generation, ctx, routes, |route| {
        super::build(route, generation, ctx)
    })
}

/// Several fragments of one generation, in order. One that is a shopper's own makes the whole so.
pub(crate) fn several_of(
    generation: &Generation,
    ctx: &Context<'_>,
    routes: &[Route],
    page: impl Fn(&Route) -> Page,
) -> Page {
    let view = &View::new(generation, ctx);
    let wrap = |route: &Route| {
        let Page { status, body, .. } = page(route);
        let body = if status == 200 { body } else { String::new() };
        let url = view.href(route);
        Wrapped { url, status, body }
    };
    let fragments = routes.iter().map(wrap).collect();
    let page = render(view, Kind::Partials, true, SeveralPartial { fragments });
    let cache = match routes.iter().any(Route::is_personal) {
        true => CachePolicy::Private,
        false => CachePolicy::Partial,
    };
    kept(page, cache)
}

fn of_product(view: &View<'_>, page: &Route, part: Part) -> Page {
    let Route::Product {
        slug,
        variant,
        options,
    } = page
    else {
        return error::not_found(view, "");
    };
    let words = view.words;
    let (product, chosen, by_id) = match product::find(view, slug, variant.as_deref(), options) {
        Found::Here(product, chosen, by_id) => (product, chosen, by_id),
        Found::Nothing => return error::not_found(view, slug),
        Found::Elsewhere(route) => {
            let page = Box::new(route);
            let route = Route::Fragment(Fragment::Part { page, part });
            return Page::elsewhere(view.href(&route));
        }
    };
    let page = match part {
        Part::Offer => return offer::build(view, slug, variant.as_deref()),
        Part::Buybox => {
            let buybox = product::buybox(view, &product, &chosen, by_id);
            render(view, Kind::Part, true, BuyboxPartial { words, buybox })
        }
        Part::Related => {
            let related = product::related(view, &product);
            let partial = RelatedPartial { words, related };
            render(view, Kind::Part, true, partial)
        }
        Part::Description => {
            let description = product.description();
            render(
                view,
                Kind::Part,
                true,
                DescriptionPartial { words, description },
            )
        }
    };
    kept(page, CachePolicy::Partial)
}

/// Cards of those products that are in the shop.
fn recent(view: &View<'_>, slugs: &[String]) -> Page {
    let rows = slugs.iter().filter_map(|slug| {
        let target = view.catalog.route(RouteKind::Product, slug)?;
        Some(target.row)
    });
    let partial = RecentPartial {
        words: view.words,
        cards: view.cards(rows, 0),
    };
    kept(
        render(view, Kind::Recent, true, partial),
        CachePolicy::Partial,
    )
}

/// A page that worked, to be kept in this way.
pub(super) fn kept(page: Page, cache: CachePolicy) -> Page {
    match page.status {
        200 => Page { cache, ..page },
        _ => page,
    }
}
