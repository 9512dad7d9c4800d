//! Which card stands for a page that has no picture.

use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::categories::Category;
use frontage_shared::snapshot::products::Product;
use frontage_shared::snapshot::routes::RouteKind;

use super::Context;
use super::card::Image;
use super::sections;
use super::view::View;
use crate::route::{Route, ShareCard};
use crate::share_card::Card;

/// Products of a list that are looked at for a picture: those of its first page, and some more.
const LOOKED_AT: usize = 48;

/// The address of the card of a page; none where its name cannot be drawn, where only a group may look, or where the
/// theme has a picture for all such pages.
pub(crate) fn href(view: &View<'_>, kind: RouteKind, slug: &str, title: &str) -> Option<String> {
    if view.catalog.group().is_some() || view.ctx.theme.share_image.is_some() {
        return None;
    }
    let card = card(view, title);
    card.can_be_drawn().then(|| {
        view.url(&Route::ShareCard(ShareCard {
            hash: card.hash(),
            kind,
            slug: slug.to_owned(),
        }))
    })
}

/// The card of a page as it is now; none if there is no such page, or it has a picture of its own.
pub(crate) fn find(generation: &Generation, ctx: &Context<'_>, wanted: &ShareCard) -> Option<Card> {
    let view = &View::new(generation, ctx);
    if view.ctx.theme.share_image.is_some() {
        return None;
    }
    let row = view.catalog.route(wanted.kind, &wanted.slug)?.row;
    let (title, is_pictured) = match wanted.kind {
        RouteKind::Page => {
            let page = view.catalog.page(row)?;
            let sections = sections::of_page(view, &page);
            (page.title(), sections::first_picture(&sections).is_some())
        }
        RouteKind::Product => {
            let product = view.catalog.product(row)?;
            (product.name(), is_always_pictured(view, &product))
        }
        RouteKind::Category => {
            let category = view.catalog.category(row)?;
            (category.name(), of_category(view, &category).is_some())
        }
        RouteKind::Brand => {
            let brand = view.catalog.brand(row)?;
            let picture = first_picture(view, brand.products());
            (brand.name(), picture.is_some())
        }
    };
    (!is_pictured).then(|| card(view, title))
}

/// The picture of a category: its own, or that of its first products.
fn of_category<'a>(view: &View<'a>, category: &Category<'a>) -> Option<Image<'a>> {
    let own = view.picture(category.media(), "");
    own.or_else(|| first_picture(view, category.products()))
}

/// The picture of the first of some products that has one.
pub(crate) fn first_picture<'a>(
    view: &View<'a>,
    rows: impl Iterator<Item = u32>,
) -> Option<Image<'a>> {
    let products = rows
        .take(LOOKED_AT)
        .filter_map(|row| view.catalog.product(row));
    let mut pictures = products.filter_map(|product| view.first_image(&product, ""));
    pictures.next()
}

/// Whether a product's page has a picture whatever variant it shows.
fn is_always_pictured(view: &View<'_>, product: &Product<'_>) -> bool {
    let own = view.picture(product.media(), "").is_some();
    own || product
        .variants()
        .all(|variant| view.picture(variant.media(), "").is_some())
}

fn card(view: &View<'_>, title: &str) -> Card {
    Card {
        title: title.to_owned(),
        shop: view.shop.name.to_owned(),
        colours: view.ctx.theme.card,
    }
}
