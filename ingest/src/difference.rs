//! What differs between two generations, product by product and variant by variant.

use frontage_shared::model::money::{Currency, Money};
use frontage_shared::snapshot::Generation;
use frontage_shared::snapshot::offers::{Offers, VariantOffer};
use frontage_shared::snapshot::products::{Product, Variant};

/// One thing that differs.
#[derive(Clone, Copy)]
pub enum Difference<'a> {
    /// A product that only the older one has.
    Removed(Product<'a>),
    /// A product that only the newer one has.
    Added(Product<'a>),
    /// A product whose text, images, categories or variants differ.
    Changed(Product<'a>),
    /// A variant of both whose price or stock differs: the product, the variant, the offer before and the offer now.
    Offer(Product<'a>, Variant<'a>, VariantOffer, VariantOffer),
}

/// Shows all differences: first products that are gone or changed, in the order of the older generation, then what is
/// new, in that of the newer one.
pub fn each<'a>(from: &'a Generation, to: &'a Generation, mut show: impl FnMut(Difference<'a>)) {
    // Two generations may well share their slow half; then no text of it is looked at.
    let is_same_catalog = from.manifest.catalog.hash == to.manifest.catalog.hash;
    if !is_same_catalog {
        for old in from.catalog.products() {
            match to.catalog.product_by_id(old.id()) {
                None => show(Difference::Removed(old)),
                Some(new) if fingerprint(&old) != fingerprint(&new) => {
                    show(Difference::Changed(new));
                }
                Some(_) => {}
            }
        }
    }
    for new in to.catalog.products() {
        if !is_same_catalog && from.catalog.product_by_id(new.id()).is_none() {
            show(Difference::Added(new));
        }
        for variant in new.variants() {
            let before = match is_same_catalog {
                true => Some(variant.row),
                false => {
                    let before = from.catalog.variant_by_id(variant.id());
                    before.map(|before| before.row)
                }
            };
            let Some(before) = before else {
                continue;
            };
            let (was, now) = (from.offers.variant(before), to.offers.variant(variant.row));
            if was != now {
                show(Difference::Offer(new, variant, was, now));
            }
        }
    }
}

/// Where a variant is in stock, for people who operate the shop.
pub(crate) fn places(offers: &Offers, row: u32) -> String {
    let places = offers.locations(row).map(|(id, stock)| {
        let quantity = stock.quantity.map(|quantity| format!(" {quantity}"));
        let quantity = quantity.unwrap_or_default();
        format!("{id} {:?}{quantity}", stock.availability)
    });
    places.collect::<Vec<_>>().join(", ")
}

/// What one unit of a variant costs where many are bought, for people who operate the shop.
pub(crate) fn tiers(offers: &Offers, row: u32, currency: Currency) -> String {
    let tiers = offers.stated_tiers(row).map(|tier| {
        let minor = tier.amount;
        let amount = Money { minor, currency };
        format!("from {}: {amount}", tier.min_quantity)
    });
    tiers.collect::<Vec<_>>().join(", ")
}

/// What a shopper reads of a product, price and stock aside.
pub(crate) fn fingerprint(product: &Product<'_>) -> String {
    let attributes: Vec<_> = product
        .attributes()
        .map(|value| (value.code(), value.value()))
        .collect();
    let media: Vec<_> = product.media().map(|medium| medium.url()).collect();
    let categories: Vec<_> = product.categories().map(|category| category.id()).collect();
    let variants: Vec<_> = product
        .variants()
        .map(|variant| (variant.id(), variant.sku(), variant.name()))
        .collect();
    let texts = (
        product.name(),
        product.slug(),
        product.short_description(),
        product.description(),
    );
    format!(
        "{texts:?} {:?} {attributes:?} {media:?} {categories:?} {variants:?}",
        product.brand().map(|brand| brand.name())
    )
}
