//! The fast half: the offer of every variant, in the rows of an opened catalog part.

use std::sync::mpsc::sync_channel;
use std::thread::Scope;

use frontage_shared::manifest::PartEntry;
use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::location_stock::LocationTables;
use frontage_shared::snapshot::offers::{Availability, OffersTables, VariantOffer};
use frontage_shared::snapshot::price_lists::Prices;
use frontage_shared::snapshot::products::Product;

use super::history::Previous;
use super::prices::PriceLists;
use super::terms::{self, Classes};
use super::{CompileError, bundles, lead_times, locations, seconds};
use crate::basis::Tally;
use crate::config::Config;
use crate::merge::{Conflicts, MappedOffers, MergeError, Merged, OfferTable, Stated};
use crate::threads::{self, breathe};
use crate::wire;

/// Products whose offers go from a thread that looks them up to the tables at once.
const BATCH: u32 = 512;
/// Batches that a thread is ahead of the tables.
const AHEAD: usize = 2;

/// What sources say of a product itself and of each of its variants.
struct Found {
    /// None where a variant has the product's id: then it is what is said of that.
    own: Option<OfferTable>,
    of_variants: Vec<OfferTable>,
}

/// Every product in order, and what was found for it. Most of the work is in finding and reading offers, so that goes on on
/// all cores, beside the one that has the tables: each thread takes every so many-th batch, and stays until the last one.
fn looked_up<'scope, 'a: 'scope>(
    scope: &'scope Scope<'scope, '_>,
    catalog: &'a Catalog,
    table: &'a MappedOffers,
) -> impl Iterator<Item = (Product<'a>, Result<Found, MergeError>)> + use<'a> {
    let products = catalog.product_count();
    let batches = products.div_ceil(BATCH);
    let threads = u32::try_from(threads::count())
        .unwrap_or(1)
        .min(batches.max(1));
    let of_batch = move |batch: u32| {
        let first = batch * BATCH;
        let rows = first..first.saturating_add(BATCH).min(products);
        rows.filter_map(|row| catalog.product(row))
    };
    let found: Vec<_> = (0..threads)
        .map(|first| {
            let (to_tables, found) = sync_channel(AHEAD);
            scope.spawn(move || {
                for batch in (first..batches).step_by(threads as usize) {
                    let found = of_batch(batch).map(|product| {
                        breathe();
                        Found::of(&product, table)
                    });
                    // Nobody wants more where an error ended it.
                    if to_tables.send(found.collect::<Vec<_>>()).is_err() {
                        return;
                    }
                }
            });
            found
        })
        .collect();
    (0..batches).flat_map(move |batch| {
        let found = found.get((batch % threads) as usize);
        // A thread that is gone has panicked, and so does the scope that it ran in.
        let found = found.and_then(|found| found.recv().ok());
        of_batch(batch).zip(found.unwrap_or_default())
    })
}

impl Found {
    fn of(product: &Product<'_>, table: &MappedOffers) -> Result<Self, MergeError> {
        let of_variants = product
            .variants()
            .map(|variant| table.table_of(variant.id(), variant.sku()));
        let of_variants = of_variants.collect::<Result<_, _>>()?;
        // Most products are their own variant, and are looked up once.
        let has_own = !product.variants().any(|own| own.id() == product.id());
        let own = has_own.then(|| table.table_of(product.id(), ""));
        Ok(Self {
            own: own.transpose()?,
            of_variants,
        })
    }

    /// What sources say of the product itself.
    fn of_product(&self, product: &Product<'_>) -> Option<Stated<'_>> {
        let tables = match &self.own {
            Some(own) => std::slice::from_ref(own),
            None => self.of_variants.as_slice(),
        };
        tables.iter().find_map(|table| table.find(product.id(), ""))
    }
}

/// Looks up every variant's offer.
pub(super) fn tables(
    config: &Config,
    (merged, found): (&Merged, Option<MappedOffers>),
    (catalog, entry): (&Catalog, &PartEntry),
    (now, previous): (i64, Option<&Previous>),
    conflicts: &mut Conflicts,
) -> Result<(OffersTables, Tally), CompileError> {
    let table = match found {
        Some(found) => found,
        None => merged.offers(config)?,
    };
    let mut prices = PriceLists::new(config, now, previous);
    let mut used = 0;
    let mut variants = Vec::with_capacity(catalog.variant_count() as usize);
    let mut products = Vec::with_capacity(catalog.product_count() as usize);
    let mut classes = Classes::default();
    let mut goods = Vec::with_capacity(variants.capacity());
    let mut locations = LocationTables::default();
    let mut lead_times = Vec::with_capacity(variants.capacity());
    std::thread::scope(|scope| {
        for (product, found) in looked_up(scope, catalog, &table) {
            breathe();
            let found = found?;
            products.push(product.variant_rows());
            let of_product = found.of_product(&product);
            for (variant, own) in product.variants().zip(&found.of_variants) {
                let stated = own.find(variant.id(), variant.sku());
                goods.push(classes.goods(stated, of_product));
                locations::note(&mut locations, variant.row, stated);
                lead_times.push(lead_times::stated(stated));
                let offer = match stated {
                    Some(stated) => {
                        used += usize::from(stated.is_stated);
                        let at = (variant.row, variant.id());
                        let offer = resolve(at, stated, &mut prices, conflicts)?;
                        less_reserved(offer, merged.reserved.get(variant.id()))
                    }
                    None => VariantOffer::default(),
                };
                variants.push(offer);
            }
        }
        Ok::<_, CompileError>(())
    })?;
    bundles::weaken(catalog, &mut variants);
    lead_times::wait_for_parts(catalog, &mut lead_times);
    let tally = Tally {
        stated: table.stated()?,
        used,
    };
    tell_strays(tally, conflicts);
    let own = |row: u32| {
        variants
            .get(row as usize)
            .map_or(Prices::default(), |own: &VariantOffer| own.prices())
    };
    let prices = prices.finish(merged, catalog.variant_count(), own, conflicts)?;
    let tables = OffersTables {
        catalog: hash_of(entry),
        documents: merged.offers_hash,
        prices,
        variants,
        products,
        terms: terms::tables(config, merged, (classes, goods), conflicts)?,
        locations,
        lead_times,
    };
    locations::tell_strays(&tables, conflicts);
    Ok((tables, tally))
}

/// Offers that nothing in the catalog takes are most often a mistake in a key.
pub(super) fn tell_strays(tally: Tally, conflicts: &mut Conflicts) {
    if tally.used < tally.stated {
        let stray = tally.stated - tally.used;
        conflicts.add(|| format!("{stray} offers name a variant or SKU that no product has"));
    }
}

/// The hash of a part as its offers name it.
pub(super) fn hash_of(entry: &PartEntry) -> [u8; 32] {
    blake3::Hash::from_hex(&entry.hash).map_or([0; 32], |hash| *hash.as_bytes())
}

/// What pages show of what is stated of a variant; what it costs besides goes into `prices`.
pub(super) fn resolve(
    (row, key): (u32, &str),
    stated: Stated<'_>,
    prices: &mut PriceLists<'_>,
    conflicts: &mut Conflicts,
) -> Result<VariantOffer, CompileError> {
    let Prices { price, compare_at } = prices.set(row, key, stated.prices, conflicts)?;
    let stock = stated.stock;
    Ok(VariantOffer {
        price,
        compare_at,
        quantity: stock.and_then(|stock| stock.quantity).map(whole_units),
        available_at: Some(seconds(
            stock.and_then(|stock| stock.available_at.as_deref()),
        ))
        .filter(|&at| at != 0),
        availability: stock.map_or(Availability::NotStated, |stock| {
            availability(stock.availability)
        }),
    })
}

/// What is left of an offer when orders took some of it. What is in stock until none is left is out of stock then; what
/// can be ordered without stock stays so.
pub(super) fn less_reserved(offer: VariantOffer, reserved: Option<&u64>) -> VariantOffer {
    let (Some(quantity), Some(reserved)) = (offer.quantity.filter(|&some| some > 0), reserved)
    else {
        return offer;
    };
    let left = quantity.saturating_sub_unsigned(*reserved).max(0);
    let availability = match offer.availability {
        Availability::InStock if left == 0 => Availability::OutOfStock,
        other => other,
    };
    VariantOffer {
        quantity: Some(left),
        availability,
        ..offer
    }
}

/// Quantities may be fractional or, where open orders are counted, negative; shoppers see whole units.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a float to integer cast saturates, which is what is wanted"
)]
pub(super) fn whole_units(quantity: f64) -> i64 {
    quantity.max(0.0).floor() as i64
}

fn availability(stated: wire::Availability) -> Availability {
    match stated {
        wire::Availability::InStock => Availability::InStock,
        wire::Availability::OutOfStock => Availability::OutOfStock,
        wire::Availability::Backorder => Availability::Backorder,
        wire::Availability::Preorder => Availability::Preorder,
        wire::Availability::MadeToOrder => Availability::MadeToOrder,
        wire::Availability::Discontinued => Availability::Discontinued,
    }
}
