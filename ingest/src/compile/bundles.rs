//! Products that are sold as a set: what they consist of, and that they can be had as long as all of it can.

use frontage_shared::snapshot::bundles::{BundleItem, BundleItemRecord};
use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::offers::{Availability, VariantOffer};
use frontage_shared::snapshot::record::RowRef;

use super::products::Tables;
use crate::merge::Conflicts;

impl Tables<'_> {
    /// Resolves what bundles name, now that all products are known. One that lacks a part is told of and has the others.
    pub(super) fn finish_bundles(&mut self, conflicts: &mut Conflicts) {
        for (owner, items) in std::mem::take(&mut self.bundles) {
            for item in items {
                let row = self.row_of(&item.product_id).filter(|&row| row != owner);
                let wanted = item.variant_id.as_deref();
                let variant = row.and_then(|row| self.variant_of(row, wanted?));
                let Some(row) = row.filter(|_| wanted.is_none() || variant.is_some()) else {
                    conflicts.add(|| {
                        let bundle = self.product_id(owner);
                        let part = wanted.unwrap_or(&item.product_id);
                        format!("bundle `{bundle}` has `{part}` in it, which is not in the shop")
                    });
                    continue;
                };
                self.tables.bundle_items.push(BundleItemRecord {
                    product: RowRef::new(Some(owner)),
                    item: RowRef::new(Some(row)),
                    variant: RowRef::new(variant),
                    quantity: item.quantity.unwrap_or(1).into(),
                });
            }
        }
    }

    /// The row of a product's variant.
    fn variant_of(&self, product: u32, id: &str) -> Option<u32> {
        let range = self.tables.products.get(product as usize)?.variants.range();
        let mut variants = range.filter(|&row| {
            let variant = self.tables.variants.get(row as usize);
            variant.is_some_and(|variant| self.tables.strings.get(variant.id) == id)
        });
        variants.next()
    }

    fn product_id(&self, row: u32) -> &str {
        let product = self.tables.products.get(row as usize);
        product.map_or("", |product| self.tables.strings.get(product.id))
    }
}

/// Gives the variants of bundles the weakest availability and the lowest quantity that their parts allow.
///
/// What a part is that is a bundle itself is what is said of it, not what its own parts allow.
pub(super) fn weaken(catalog: &Catalog, variants: &mut [VariantOffer]) {
    let mut weakened = Vec::new();
    for bundle in catalog.bundles() {
        let parts: Vec<Supply> = bundle
            .bundle()
            .map(|item| supply(&item, variants))
            .collect();
        for row in bundle.variant_rows() {
            if let Some(own) = variants.get(row as usize) {
                weakened.push((row, weakest(*own, &parts)));
            }
        }
    }
    for (row, offer) in weakened {
        if let Some(own) = variants.get_mut(row as usize) {
            *own = offer;
        }
    }
}

/// How a part can be had, in pieces of the bundle.
struct Supply {
    availability: Availability,
    quantity: Option<i64>,
    available_at: Option<i64>,
}

fn supply(item: &BundleItem<'_>, variants: &[VariantOffer]) -> Supply {
    let rows = match &item.variant {
        Some(variant) => variant.row..variant.row.saturating_add(1),
        None => item.product.variant_rows(),
    };
    let offers = rows.filter_map(|row| variants.get(row as usize));
    // Where any variant will do, it is the one that is there.
    let best = offers.min_by_key(|offer| (offer.availability, std::cmp::Reverse(offer.quantity)));
    let Some(best) = best else {
        return Supply {
            availability: Availability::OutOfStock,
            quantity: None,
            available_at: None,
        };
    };
    let quantity = best
        .quantity
        .map(|pieces| pieces / i64::from(item.quantity.max(1)));
    let availability = match (best.availability, quantity) {
        // There is one, but the bundle needs two.
        (Availability::InStock, Some(0)) => Availability::OutOfStock,
        (other, _) => other,
    };
    Supply {
        availability,
        quantity,
        available_at: best.available_at,
    }
}

fn weakest(own: VariantOffer, parts: &[Supply]) -> VariantOffer {
    let of_parts = parts.iter().map(|part| part.availability).max();
    let availability = match (own.availability, of_parts) {
        (Availability::NotStated, Some(weakest)) => weakest,
        (own, weakest) => weakest.map_or(own, |weakest| own.max(weakest)),
    };
    // Only what is counted from stock has a number that says how many sets there are.
    let counted = parts
        .iter()
        .filter(|part| part.availability == Availability::InStock);
    let quantity = match availability {
        Availability::InStock => counted
            .filter_map(|part| part.quantity)
            .chain(own.quantity)
            .min(),
        _ => own.quantity,
    };
    VariantOffer {
        availability,
        quantity,
        available_at: parts
            .iter()
            .filter_map(|part| part.available_at)
            .chain(own.available_at)
            .max(),
        ..own
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(availability: Availability, quantity: Option<i64>) -> VariantOffer {
        VariantOffer {
            availability,
            quantity,
            ..VariantOffer::default()
        }
    }

    fn part(availability: Availability, quantity: Option<i64>) -> Supply {
        Supply {
            availability,
            quantity,
            available_at: Some(7),
        }
    }

    #[test]
    fn a_bundle_is_as_available_as_its_weakest_part() {
        use Availability::{Backorder, InStock, NotStated, OutOfStock};
        let parts = [
            part(InStock, Some(9)),
            part(InStock, Some(4)),
            part(InStock, None),
        ];
        let whole = weakest(offer(NotStated, None), &parts);
        assert_eq!((whole.availability, whole.quantity), (InStock, Some(4)));
        assert_eq!(whole.available_at, Some(7));
        let own = weakest(offer(InStock, Some(2)), &parts);
        assert_eq!((own.availability, own.quantity), (InStock, Some(2)));
        let own = weakest(offer(OutOfStock, Some(0)), &parts);
        assert_eq!((own.availability, own.quantity), (OutOfStock, Some(0)));
        let later = [part(InStock, Some(9)), part(Backorder, Some(0))];
        let whole = weakest(offer(NotStated, None), &later);
        assert_eq!((whole.availability, whole.quantity), (Backorder, None));
        assert_eq!(
            weakest(offer(InStock, Some(3)), &[]),
            offer(InStock, Some(3))
        );
    }
}
