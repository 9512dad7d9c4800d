//! The fast half from the one before: only variants whose offers changed are looked up.
//!
//! The part is the one that reading all offers gives, byte for byte. Only sentences about prices without the shop's
//! currency are told of variants that changed, and of no others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use frontage_shared::manifest::PartEntry;
use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::offers::{Offers, OffersTables, VariantOffer};

use super::{CompileError, offers};
use crate::basis::{Basis, Tally};
use crate::config::Config;
use crate::merge::{Conflicts, MappedOffers, MergeError, Merged};

/// Beyond one changed offer among this many variants, reading all is about as fast.
const VARIANTS_PER_CHANGE: u32 = 20;
/// In a small shop, everything may change.
const MIN_LIMIT: u32 = 1_000;

/// The published generation that the next one is made from.
#[derive(Clone, Copy)]
pub struct Before<'a> {
    /// The state folder.
    pub state: &'a Path,
    /// Its offers part.
    pub offers: &'a Offers,
    /// What that was compiled from.
    pub basis: &'a Basis,
}

/// The tables of the next offers part, unless so much changed that reading all offers is as fast.
pub(super) fn tables(
    config: &Config,
    merged: &Merged,
    (catalog, entry): (&Catalog, &PartEntry),
    before: Before<'_>,
    conflicts: &mut Conflicts,
) -> Result<Option<(OffersTables, Tally)>, CompileError> {
    let halves = merged.offer_halves(config);
    let same_sources = halves.len() == before.basis.halves.len()
        && halves.iter().all(|(source, half)| {
            let known = before.basis.halves.get(source);
            known.is_some_and(|known| known.is_stated == half.is_stated)
        });
    if !same_sources || before.offers.variant_count() != catalog.variant_count() {
        return Ok(None);
    }
    let mut old = MappedOffers::default();
    for half in before.basis.halves.values() {
        let mapped = Basis::map(before.state, &half.half).map_err(MergeError::from)?;
        old.add(half.is_stated, mapped);
    }
    let new = merged.mapped_offers(config)?;
    let limit = (catalog.variant_count() / VARIANTS_PER_CHANGE).max(MIN_LIMIT);
    let Some(keys) = changed_keys(&old, &new, limit as usize)? else {
        return Ok(None);
    };
    let mut tally = before.basis.tally;
    for key in &keys {
        let (was, is) = (old.is_stated(key)?, new.is_stated(key)?);
        tally.stated = (tally.stated + usize::from(is)).saturating_sub(usize::from(was));
    }
    let mut variants: Vec<VariantOffer> = (0..catalog.variant_count())
        .map(|row| before.offers.variant(row))
        .collect();
    for (row, (id, sku)) in variants_of(catalog, &keys) {
        let was_used = old
            .table_of(id, sku)?
            .find(id, sku)
            .is_some_and(|terms| terms.is_stated);
        let table = new.table_of(id, sku)?;
        let terms = table.find(id, sku);
        let is_used = terms.is_some_and(|terms| terms.is_stated);
        tally.used = (tally.used + usize::from(is_used)).saturating_sub(usize::from(was_used));
        let offer = terms.map(|terms| offers::resolve(id, terms, config.shop.currency, conflicts));
        if let Some(variant) = variants.get_mut(row as usize) {
            *variant = offer.transpose()?.unwrap_or_default();
        }
    }
    offers::tell_strays(tally, conflicts);
    let tables = OffersTables {
        catalog: offers::hash_of(entry),
        documents: merged.offers_hash,
        variants,
        products: catalog
            .products()
            .map(|product| product.variant_rows())
            .collect(),
    };
    Ok(Some((tables, tally)))
}

/// Keys that any source has differently than before; none if they are too many.
fn changed_keys(
    old: &MappedOffers,
    new: &MappedOffers,
    limit: usize,
) -> Result<Option<BTreeSet<String>>, CompileError> {
    let mut keys = BTreeSet::new();
    for (old, new) in old.halves().zip(new.halves()) {
        let few = old
            .changed_keys(new, &mut keys, limit)
            .map_err(MergeError::from)?;
        if !few {
            return Ok(None);
        }
    }
    Ok(Some(keys))
}

/// The variants that a changed key can speak of, by row, with id and SKU.
fn variants_of<'a>(
    catalog: &'a Catalog,
    keys: &BTreeSet<String>,
) -> BTreeMap<u32, (&'a str, &'a str)> {
    let mut variants = BTreeMap::new();
    for key in keys {
        let by_sku = key.strip_prefix("sku:").into_iter();
        let by_sku = by_sku.flat_map(|sku| catalog.variants_by_sku(sku));
        for variant in catalog.variant_by_id(key).into_iter().chain(by_sku) {
            variants.insert(variant.row, (variant.id(), variant.sku()));
        }
    }
    variants
}
