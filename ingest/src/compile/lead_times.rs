//! Within how many days variants leave once they are ordered: by row, 0 where nobody says.

use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::offers::Offers;

use crate::merge::Stated;

/// The days that are stated of a variant.
pub(super) fn stated(stated: Option<Stated<'_>>) -> u16 {
    let stock = stated.and_then(|stated| stated.stock);
    stock.and_then(|stock| stock.lead_time_days).unwrap_or(0)
}

/// What a published part says of the variants that are as they were.
pub(super) fn kept(published: &Offers, is_kept: impl Fn(u32) -> bool) -> Vec<u16> {
    let mut all = vec![0; published.variant_count() as usize];
    for (row, days) in published.lead_times().filter(|(row, _)| is_kept(*row)) {
        set(&mut all, row, days);
    }
    all
}

/// Notes the days of the variant at a row.
pub(super) fn set(all: &mut [u16], row: u32, days: u16) {
    if let Some(own) = all.get_mut(row as usize) {
        *own = days;
    }
}

/// Gives the variants of bundles the longest lead time of their own and their parts'.
///
/// Of a part of which any variant will do, it is the shortest.
pub(super) fn wait_for_parts(catalog: &Catalog, all: &mut [u16]) {
    let mut longer = Vec::new();
    for bundle in catalog.bundles() {
        let of = |row: u32| all.get(row as usize).copied().unwrap_or(0);
        let parts = bundle.bundle().map(|item| match &item.variant {
            Some(variant) => of(variant.row),
            None => item.product.variant_rows().map(of).min().unwrap_or(0),
        });
        let slowest = parts.max().unwrap_or(0);
        longer.extend(bundle.variant_rows().map(|row| (row, slowest.max(of(row)))));
    }
    for (row, slowest) in longer {
        set(all, row, slowest);
    }
}
