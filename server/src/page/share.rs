//! Which card stands for a page that has no picture.

use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::routes::RouteKind;

use super::Context;
use super::view::View;
use crate::route::{Route, ShareCard};
use crate::share_card::Card;

/// The address of the card of a page; none where its name cannot be drawn, or where only a group may look.
pub(crate) fn href(view: &View<'_>, kind: RouteKind, slug: &str, title: &str) -> Option<String> {
    if view.catalog.group().is_some() {
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

/// The card at an address; none if there is no such page, or its card is another one by now.
pub(crate) fn find(generation: &Generation, ctx: &Context<'_>, wanted: &ShareCard) -> Option<Card> {
    let view = &View::new(generation, ctx);
    let target = view.catalog.route(wanted.kind, &wanted.slug)?;
    let title = match wanted.kind {
        RouteKind::Page => view.catalog.page(target.row)?.title(),
        _ => view.catalog.product(target.row)?.name(),
    };
    let card = card(view, title);
    (card.hash() == wanted.hash && card.can_be_drawn()).then_some(card)
}

fn card(view: &View<'_>, title: &str) -> Card {
    Card {
        title: title.to_owned(),
        shop: view.shop.name.to_owned(),
        colours: view.ctx.theme.card,
    }
}
