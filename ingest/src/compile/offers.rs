//! The fast half: the offer of every variant, in the rows of an opened catalog part.

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

/// Products whose offers are looked up at once.
const BATCH: usize = 4_096;
/// Products that are worth a thread: more than eight wait for the one that puts offers into tables.
const SHARE: usize = BATCH / 8;

/// What sources say of a product itself and of each of its variants.
struct Found {
    own: OfferTable,
    of_variants: Vec<OfferTable>,
}

/// Every product in order, and what was found for it: most of the work is in finding and reading offers, so that goes on
/// on all cores.
fn looked_up<'a>(
    catalog: &'a Catalog,
    table: &'a MappedOffers,
) -> impl Iterator<Item = (Product<'a>, Result<Found, MergeError>)> {
    let mut products = catalog.products();
    std::iter::from_fn(move || {
        let batch: Vec<_> = products.by_ref().take(BATCH).collect();
        (!batch.is_empty()).then_some(batch)
    })
    .flat_map(move |batch| {
        let found = threads::each(&batch, SHARE, |_, product| Found::of(product, table));
        batch.into_iter().zip(found)
    })
}

impl Found {
    fn of(product: &Product<'_>, table: &MappedOffers) -> Result<Self, MergeError> {
        let of_variants = product
            .variants()
            .map(|variant| table.table_of(variant.id(), variant.sku()));
        Ok(Self {
            own: table.table_of(product.id(), "")?,
            of_variants: of_variants.collect::<Result<_, _>>()?,
        })
    }
}

/// Looks up every variant's offer.
pub(super) fn tables(
    config: &Config,
    merged: &Merged,
    (catalog, entry): (&Catalog, &PartEntry),
    (now, previous): (i64, Option<&Previous>),
    conflicts: &mut Conflicts,
) -> Result<(OffersTables, Tally), CompileError> {
    let table = merged.offers(config)?;
    let mut prices = PriceLists::new(config, now, previous);
    let mut used = 0;
    let mut variants = Vec::with_capacity(catalog.variant_count() as usize);
    let mut products = Vec::with_capacity(catalog.product_count() as usize);
    let mut classes = Classes::default();
    let mut goods = Vec::with_capacity(variants.capacity());
    let mut locations = LocationTables::default();
    let mut lead_times = Vec::with_capacity(variants.capacity());
    for (product, found) in looked_up(catalog, &table) {
        breathe();
        let Found { own, of_variants } = found?;
        products.push(product.variant_rows());
        let of_product = own.find(product.id(), "");
        for (variant, own) in product.variants().zip(of_variants) {
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
