//! The fast half from the one before: only variants whose offers changed are looked up.
//!
//! The part is the one that reading all offers gives, byte for byte. Only sentences about prices without the shop's
//! currency are told of variants that changed, and of no others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use frontage_shared::manifest::PartEntry;
use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::offers::{Offers, OffersTables, VariantOffer};
use frontage_shared::snapshot::price_lists::Prices;
use frontage_shared::snapshot::terms::Goods;

use super::history::Previous;
use super::prices::PriceLists;
use super::terms::{self, Classes};
use super::{CompileError, bundles, lead_times, locations, offers};
use crate::basis::{Basis, Tally};
use crate::config::Config;
use crate::merge::{Conflicts, MappedOffers, MergeError, Merged, OfferTable, Reserved};

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
    (now, previous): (i64, Option<&Previous>),
    before: Before<'_>,
    conflicts: &mut Conflicts,
) -> Result<Option<(OffersTables, Tally)>, CompileError> {
    let Some(changes) = changes(config, merged, catalog, before) else {
        return Ok(None);
    };
    let Changes {
        new,
        variants: changed,
        mut tally,
    } = changes;
    let is_kept = |row: u32| !changed.contains_key(&row);
    let rows = 0..catalog.variant_count();
    let mut prices = PriceLists::new(config, now, previous);
    prices.keep(catalog.variant_count(), is_kept);
    // Sales may have begun and ended since.
    let published = before.offers.at(catalog, now);
    let mut places = locations::kept(before.offers, is_kept);
    let mut lead_times = lead_times::kept(before.offers, is_kept);
    let mut variants: Vec<VariantOffer> = rows.clone().map(|row| published.variant(row)).collect();
    let mut goods: Vec<Goods> = rows.map(|row| before.offers.goods(row)).collect();
    let mut classes = Classes::known(before.offers.tax_classes());
    for (row, (id, sku, product_id)) in changed {
        let table = new.table_of(id, sku)?;
        let stated = table.find(id, sku);
        let product = new.table_of(product_id, "")?;
        let known = classes.goods(stated, product.find(product_id, ""));
        locations::note(&mut places, row, stated);
        lead_times::set(&mut lead_times, row, lead_times::stated(stated));
        tally.used += usize::from(stated.is_some_and(|stated| stated.is_stated));
        if stated.is_none() {
            prices.set(row, id, &[], conflicts)?;
        }
        let offer = stated.map(|stated| offers::resolve((row, id), stated, &mut prices, conflicts));
        let offer = offer
            .map(|offer| offer.map(|offer| offers::less_reserved(offer, merged.reserved.get(id))));
        let offer = offer.transpose()?.unwrap_or_default();
        let row = row as usize;
        if let (Some(variant), Some(goods)) = (variants.get_mut(row), goods.get_mut(row)) {
            (*variant, *goods) = (offer, known);
        }
    }
    bundles::weaken(catalog, &mut variants);
    lead_times::wait_for_parts(catalog, &mut lead_times);
    offers::tell_strays(tally, conflicts);
    let own = |row: u32| {
        let own = variants.get(row as usize);
        own.map_or(Prices::default(), |own| own.prices())
    };
    let prices = prices.finish(merged, catalog.variant_count(), own, conflicts)?;
    let products = catalog.products().map(|product| product.variant_rows());
    let tables = OffersTables {
        catalog: offers::hash_of(entry),
        documents: merged.offers_hash,
        prices,
        variants,
        products: products.collect(),
        terms: terms::tables(config, merged, (classes, goods), conflicts)?,
        locations: places,
        lead_times,
    };
    locations::tell_strays(&tables, conflicts);
    Ok(Some((tables, tally)))
}

/// What is different from what the published part was compiled from.
struct Changes<'a> {
    new: MappedOffers,
    variants: Variants<'a>,
    /// What is counted now, without those variants.
    tally: Tally,
}

/// Variants by row, with id, SKU and the id of their product.
type Variants<'a> = BTreeMap<u32, (&'a str, &'a str, &'a str)>;

/// What changed, unless so much did that reading all is as fast, or nobody can tell.
fn changes<'a>(
    config: &Config,
    merged: &Merged,
    catalog: &'a Catalog,
    before: Before<'_>,
) -> Option<Changes<'a>> {
    // It only saves time, and what is damaged would be damaged in the next cycle as well. What is wrong with the feeds of
    // now is found again by whoever reads all.
    compared(config, merged, catalog, before).unwrap_or_else(|error| {
        tracing::warn!(%error, "what the published offers were made of cannot be read; all offers are read again");
        None
    })
}

/// The same. Nothing else reads the basis, so whoever calls this knows whether it can be read.
fn compared<'a>(
    config: &Config,
    merged: &Merged,
    catalog: &'a Catalog,
    before: Before<'_>,
) -> Result<Option<Changes<'a>>, CompileError> {
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
    let Some(mut keys) = changed_keys(&old, &new, limit as usize)? else {
        return Ok(None);
    };
    keys.extend(differences(&before.basis.reserved, &merged.reserved));
    let mut tally = before.basis.tally;
    for key in &keys {
        let (was, is) = (old.is_stated(key)?, new.is_stated(key)?);
        tally.stated = (tally.stated + usize::from(is)).saturating_sub(usize::from(was));
    }
    let mut variants = variants_of(catalog, &keys);
    // What a bundle says of itself is no longer in the part before: that has what its parts allow.
    for product in catalog.bundles() {
        let own = product.variants();
        variants.extend(own.map(|own| (own.row, (own.id(), own.sku(), product.id()))));
    }
    for (id, sku, _) in variants.values() {
        let table: OfferTable = old.table_of(id, sku)?;
        let was_used = table.find(id, sku).is_some_and(|was| was.is_stated);
        tally.used = tally.used.saturating_sub(usize::from(was_used));
    }
    Ok(Some(Changes {
        new,
        variants,
        tally,
    }))
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

/// Variants of which orders took more or less than before.
fn differences<'a>(
    before: &'a Reserved,
    now: &'a Reserved,
) -> impl Iterator<Item = String> + use<'a> {
    let all = before.keys().chain(now.keys());
    all.filter(|id| before.get(*id) != now.get(*id)).cloned()
}

/// The variants that a changed key can speak of.
fn variants_of<'a>(catalog: &'a Catalog, keys: &BTreeSet<String>) -> Variants<'a> {
    let mut variants = BTreeMap::new();
    for key in keys {
        let by_sku = key.strip_prefix("sku:").into_iter();
        let by_sku = by_sku.flat_map(|sku| catalog.variants_by_sku(sku));
        // What a product says of itself holds for its variants.
        let product = catalog.product_by_id(key);
        let of_product = product.iter().flat_map(|product| product.variants());
        let by_id = catalog.variant_by_id(key);
        for variant in by_id.into_iter().chain(by_sku).chain(of_product) {
            let product = variant.product().map_or("", |product| product.id());
            variants.insert(variant.row, (variant.id(), variant.sku(), product));
        }
    }
    variants
}
