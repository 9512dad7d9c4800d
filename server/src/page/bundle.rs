//! What a set consists of, on its page and in its structured data.

use frontage_shared::snapshot::bundles::BundleItem;
use frontage_shared::snapshot::products::Product;

use super::card::{Image, Stock};
use super::json_ld::Json;
use super::offer;
use super::variants;
use super::view::View;
use crate::cart;
use crate::route::Route;

/// Most things of a set that are shown.
const ITEMS: usize = 100;

/// One thing in a set. Templates read it as `item`.
pub(crate) struct SetItem<'a> {
    pub(crate) href: String,
    pub(crate) name: &'a str,
    /// Which variant of it; empty for any.
    pub(crate) variant: String,
    /// How many of it, written as the language does.
    pub(crate) quantity: String,
    pub(crate) image: Option<Image<'a>>,
    /// Where it cannot be had at once.
    pub(crate) stock: Option<Stock>,
}

/// What a product consists of; empty for one that is no set.
pub(crate) fn items<'a>(view: &View<'a>, product: &Product<'a>) -> Vec<SetItem<'a>> {
    let items = product.bundle().take(ITEMS);
    items.map(|item| set_item(view, &item)).collect()
}

fn set_item<'a>(view: &View<'a>, item: &BundleItem<'a>) -> SetItem<'a> {
    let product = &item.product;
    let own = item.variant.as_ref();
    let pictures = own.and_then(|own| view.picture(own.media(), ""));
    let offer = own.map(|own| view.offers.variant(own.row));
    SetItem {
        href: view.href(&route(item)),
        name: product.name(),
        variant: own.map(cart::variant_name).unwrap_or_default(),
        quantity: view.locale.number(item.quantity.into()).to_string(),
        image: pictures.or_else(|| view.first_image(product, "")),
        stock: offer.and_then(|offer| offer::unusual_stock(view, &offer)),
    }
}

/// Where a part of a set is shown.
fn route(item: &BundleItem<'_>) -> Route {
    match &item.variant {
        Some(variant) => variants::route(&item.product, variant),
        None => Route::product(item.product.slug()),
    }
}

/// What an offer of a set includes, for search engines.
pub(crate) fn as_data(view: &View<'_>, json: &mut Json, product: &Product<'_>) {
    if product.bundle().next().is_none() {
        return;
    }
    json.list("includesObject", |list| {
        for item in product.bundle().take(ITEMS) {
            list.item("TypeAndQuantityNode", |node| {
                node.number("amountOfThisGood", item.quantity as usize);
                node.text("unitCode", "C62");
                node.object("typeOfGood", "Product", |good| {
                    let name = item.variant.as_ref();
                    let name = name.map(|own| variants::full_name(&item.product, own));
                    good.text("name", name.as_deref().unwrap_or(item.product.name()));
                    good.text("url", &view.url(&route(&item)));
                });
            });
        }
    });
}
