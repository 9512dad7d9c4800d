//! The wishlist, and what is said about a list after a button was pressed.

use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::catalog::variant_key;
use frontage_shared::snapshot::products::{Product, Variant};
use sailfish::TemplateSimple;

use super::card::Card;
use super::cart::{Notice, personal};
use super::frame::{Frame, Indexing};
use super::view::View;
use super::words::Words;
use super::{Context, Kind, Page, offer, render, reviews, variants};
use crate::cart::{key_text, variant_name};
use crate::lists::{Keys, ListKind, Outcome};
use crate::route::Route;

/// What the page of a list is to show.
pub(crate) struct Show<'a> {
    /// The list; everything on it is in the shop.
    pub(crate) list: &'a Keys,
    /// How much was on it that is not in the shop any more.
    pub(crate) gone: usize,
    /// What was just done.
    pub(crate) outcome: Option<&'a Outcome>,
    /// A list that somebody shared.
    pub(crate) shared: Option<&'a Keys>,
}

/// The wishlist's page.
#[derive(TemplateSimple)]
#[template(path = "wishlist.stpl", rm_whitespace = true)]
pub(crate) struct WishlistPage<'a> {
    pub(crate) words: &'static Words,
    pub(crate) frame: Frame<'a>,
    pub(crate) notice: Option<Notice>,
    pub(crate) items: Vec<Item<'a>>,
    pub(crate) shared: Option<Shared<'a>>,
    /// Where the forms of lists go, and those of the cart.
    pub(crate) lists_href: String,
    pub(crate) cart_href: String,
    pub(crate) home_href: String,
    /// The address that shows this list to others.
    pub(crate) share_url: String,
}

/// One variant on a list.
pub(crate) struct Item<'a> {
    pub(crate) card: Card<'a>,
    pub(crate) key: String,
    pub(crate) variant_id: &'a str,
    /// Whether it can be put into the cart.
    pub(crate) can_be_bought: bool,
}

/// A list that somebody shared.
pub(crate) struct Shared<'a> {
    pub(crate) cards: Vec<Card<'a>>,
    pub(crate) token: String,
}

/// What was just done, beside the button that did it.
#[derive(TemplateSimple)]
#[template(path = "list_changed.stpl", rm_whitespace = true)]
pub(crate) struct ChangedPartial {
    pub(crate) text: String,
    pub(crate) is_problem: bool,
    pub(crate) list_href: String,
    pub(crate) view_list: &'static str,
}

/// Builds the wishlist's page.
pub(crate) fn wishlist(generation: &Generation, ctx: &Context<'_>, show: &Show<'_>) -> Page {
    let view = &View::new(generation, ctx);
    let route = Route::list(ListKind::Wish, None);
    let mut frame = Frame::new(view, &view.words.wishlist, Indexing::NoIndex);
    frame.place(view, &[], Some(view.link(&view.words.wishlist, &route)));
    let shared = show.shared.filter(|shared| !shared.is_empty());
    let page = WishlistPage {
        words: view.words,
        frame,
        notice: notice(view, show),
        items: items(view, show.list),
        shared: shared.map(|shared| Shared {
            cards: items(view, shared)
                .into_iter()
                .map(|item| item.card)
                .collect(),
            token: shared.to_text(),
        }),
        lists_href: view.href(&Route::Lists),
        cart_href: view.href(&Route::cart()),
        home_href: view.href(&Route::Home),
        share_url: view.url(&Route::List {
            kind: ListKind::Wish,
            notice: None,
            shared: Some(show.list.to_text()),
        }),
    };
    personal(render(view, Kind::Wishlist, true, page))
}

/// What was just done, for a page that stays.
pub(crate) fn changed(
    generation: &Generation,
    ctx: &Context<'_>,
    kind: ListKind,
    outcome: &Outcome,
) -> Page {
    let view = &View::new(generation, ctx);
    let (text, is_problem) = said(view, kind, outcome);
    let (page, view_list) = match kind {
        ListKind::Wish => (Kind::Wishlist, &view.words.view_wishlist),
        ListKind::Compare => (Kind::Compare, &view.words.view_comparison),
    };
    let partial = ChangedPartial {
        text,
        is_problem,
        list_href: view.href(&Route::list(kind, None)),
        view_list,
    };
    personal(render(view, page, true, partial))
}

/// What is on a list, in its order.
fn items<'a>(view: &View<'a>, list: &Keys) -> Vec<Item<'a>> {
    each(view, list)
        .map(|(product, variant)| item(view, &product, &variant))
        .collect()
}

/// The variants on a list, with their products.
pub(crate) fn each<'a>(
    view: &View<'a>,
    list: &Keys,
) -> impl Iterator<Item = (Product<'a>, Variant<'a>)> {
    let catalog = view.catalog;
    list.keys().iter().filter_map(|key| {
        let variant = catalog.variant_by_key(*key)?;
        Some((variant.product()?, variant))
    })
}

/// One variant as a list shows it.
pub(crate) fn item<'a>(view: &View<'a>, product: &Product<'a>, variant: &Variant<'a>) -> Item<'a> {
    let by_id = variants::are_several(product);
    let offer = offer::of_variant(view, product, variant, by_id);
    let own = view.picture(variant.media(), "");
    let name = variant_name(variant);
    let card = Card {
        href: view.href(&variants::route(product, variant)),
        name: product.name(),
        brand: product.brand().map_or("", |brand| brand.name()),
        image: own.or_else(|| view.first_image(product, "")),
        price: offer.price,
        stock: Some(offer.stock),
        choices: Some(name)
            .filter(|name| name != product.name())
            .unwrap_or_default(),
        swatches: None,
        rating: reviews::of_card(view, product.row),
        summary: String::new(),
        eager: false,
    };
    Item {
        card,
        key: key_text(variant_key(variant.id())),
        variant_id: variant.id(),
        can_be_bought: offer::can_be_bought(view, variant),
    }
}

/// What the page says about what was just done, or about what is gone.
pub(crate) fn notice(view: &View<'_>, show: &Show<'_>) -> Option<Notice> {
    let gone = (show.gone > 0).then(|| view.count(&view.words.list_gone, show.gone, &[]));
    let Some(outcome) = show.outcome else {
        return gone.map(|text| Notice {
            text,
            is_problem: true,
            undo: Vec::new(),
        });
    };
    let kind = show.list.kind();
    let (mut text, is_problem) = said(view, kind, outcome);
    if let Some(gone) = &gone {
        text = format!("{text} {gone}");
    }
    let mut undo = match outcome {
        Outcome::Removed(key) => {
            let variant = view.catalog.variant_by_key(*key);
            variant.map_or_else(Vec::new, |variant| vec![("add", variant.id().to_owned())])
        }
        Outcome::Cleared(before) if !before.is_empty() => vec![("take", before.clone())],
        _ => Vec::new(),
    };
    if !undo.is_empty() {
        undo.push(("list", kind.name().to_owned()));
    }
    Some(Notice {
        text,
        is_problem: is_problem || gone.is_some(),
        undo,
    })
}

/// What is said about an outcome, and whether it is a problem.
fn said(view: &View<'_>, kind: ListKind, outcome: &Outcome) -> (String, bool) {
    let words = view.words;
    let name = |key: u64| {
        let variant = view.catalog.variant_by_key(key);
        let product = variant.and_then(|variant| variant.product());
        product.map_or("", |product| product.name())
    };
    match outcome {
        Outcome::Added(key) => {
            let added = match kind {
                ListKind::Wish => &words.wishlist_added,
                ListKind::Compare => &words.comparison_added,
            };
            (added.fill(&[&name(*key)]), false)
        }
        Outcome::Removed(key) => (words.list_removed.fill(&[&name(*key)]), false),
        Outcome::Cleared(_) => (words.list_cleared.clone(), false),
        Outcome::Taken(many) => (view.count(&words.list_taken, *many, &[]), false),
        Outcome::Full => {
            let most = view.locale.number(kind.most() as u64);
            (words.list_full.fill(&[&most]), true)
        }
        Outcome::Unknown => (words.cart_unknown.clone(), true),
    }
}
