//! §10 The offers part: price and stock of every variant, and what follows from them for every product.
//!
//! Rows are those of the catalog part it was built for; it names that part by hash, and the two are only ever
//! opened as a pair.

use std::sync::{Arc, OnceLock};

use ownedbytes::OwnedBytes;
use zerocopy::little_endian::{I64, U32};

use super::SnapshotError;
pub use super::availability::Availability;
use super::catalog::Catalog;
use super::layout::{PartKind, section};
use super::lead_times;
use super::location_stock;
pub use super::moments::Span;
use super::moments::{self, Moment};
pub use super::offer_tables::OffersTables;
use super::part::{Part, Rows};
use super::past_prices::PastPrices;
use super::price_lists::{self, ListRows, PriceChange, Prices};
pub use super::price_order::PriceOrder;
use super::price_order::ProductPrices;
use super::record::{Bounds, Counts as _, RowRef, record};
use super::row_set::RowSet;
use super::terms::Opened;
use super::tiers;
pub use super::variant_offer::VariantOffer;
use crate::model::money::Currency;

/// In price fields: no price.
pub const NO_PRICE: i64 = -1;
/// In quantity fields: the merchant does not say.
pub const NO_QUANTITY: i64 = -1;

record! {
    /// Which catalog part these offers belong to: one record.
    pub struct OffersMetaRecord in section::OFFERS_META {
        /// BLAKE3 of the catalog part.
        catalog: [u8; 32],
        /// BLAKE3 over all documents this part was compiled from; equal documents need no new part.
        documents: [u8; 32],
    }
}

record! {
    /// Price and stock of a variant.
    pub struct VariantOfferRecord in section::VARIANT_OFFERS {
        /// Minor units of the shop's currency; -1 without a price.
        price: I64,
        /// Minor units; the price before, if it was higher, else 0.
        compare_at: I64,
        /// Whole units on hand, -1 if the merchant does not say.
        quantity: I64,
        /// Unix seconds when it can be delivered again, 0 if unknown.
        available_at: I64,
        /// See [`Availability`].
        availability: U32,
    }
}

record! {
    /// What a listing shows of a product.
    pub struct ProductOfferRecord in section::PRODUCT_OFFERS {
        /// Lowest price of its variants in minor units, -1 without a price.
        min_price: I64,
        /// Highest price of its variants.
        max_price: I64,
        /// The price before of the cheapest variant, 0 if none.
        compare_at: I64,
        /// Best availability of its variants.
        availability: U32,
        /// Position in the price order.
        price_rank: U32,
    }
}

/// What becomes of a variant's price by itself.
#[derive(Clone, Copy, Debug)]
struct Coming {
    /// When it changes next, Unix seconds.
    changes_at: i64,
    /// When it is higher than now, or gone, for the first time.
    dearer_at: Option<i64>,
}

/// The fast half of a shop, in one of its price lists and as of an instant.
#[derive(Clone, Debug)]
pub struct Offers {
    part: Part,
    /// Made at first use: one bit for each product that can be had now.
    in_stock: Arc<OnceLock<RowSet>>,
    /// Terms of the shop's own list and of the further ones, read when the part is opened: they are few.
    opened: Arc<(Opened, Vec<Opened>)>,
    /// The list; 0 is the shop's own.
    list: u32,
    /// Between which instants these prices hold.
    span: Span,
    /// What changed in the list since the part was made, if anything did.
    moment: Option<Arc<Moment>>,
    /// Made at first use: variants whose prices will change, by row, and when first.
    next: Arc<OnceLock<Vec<(u32, Coming)>>>,
}

/// Price range and availability of a product as pages read them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ProductOffer {
    /// Lowest and highest price in minor units, if it has a price.
    pub prices: Option<(i64, i64)>,
    /// The higher price before, of the cheapest variant.
    pub compare_at: Option<i64>,
    /// The best of its variants.
    pub availability: Availability,
    /// Position in the price order; products without a price come last.
    pub price_rank: u32,
}

impl Offers {
    /// Opens an offers part without reading more than its header, its table and its terms. Prices are as the part has
    /// them, in the shop's own list; see [`Offers::at`] and [`Offers::in_list`].
    ///
    /// # Errors
    /// The bytes are not an offers part.
    pub fn open(bytes: OwnedBytes) -> Result<Self, SnapshotError> {
        let part = Part::open(bytes, PartKind::Offers)?;
        let further = 1..price_lists::count(&part);
        let further = further.map(|list| Opened::of(&part, list)).collect();
        let span = Span {
            from: i64::MIN,
            ..Span::around(&part, i64::MIN)
        };
        Ok(Self {
            opened: Arc::new((Opened::of(&part, 0), further)),
            part,
            in_stock: Arc::default(),
            list: 0,
            span,
            moment: None,
            next: Arc::default(),
        })
    }

    /// The same offers as of an instant, in the same list. Takes as long as much has changed since the part was made.
    pub fn at(&self, catalog: &Catalog, now: i64) -> Self {
        let plain = Self {
            span: Span::around(&self.part, now),
            moment: None,
            next: Arc::default(),
            ..self.clone()
        };
        if plain.span.from == i64::MIN {
            return plain;
        }
        let moment = Moment::new(&plain, catalog, plain.span);
        Self {
            moment: Some(Arc::new(moment)),
            ..plain
        }
    }

    /// The same part in one of its price lists, with prices as the part has them; none if there is no such list.
    pub fn in_list(&self, list: u32) -> Option<Self> {
        (list < self.list_count()).then(|| Self {
            list,
            moment: None,
            next: Arc::default(),
            ..self.clone()
        })
    }

    /// How many price lists the part has, the shop's own included.
    pub fn list_count(&self) -> u32 {
        price_lists::count(&self.part)
    }

    /// Which price list this is.
    pub fn list(&self) -> u32 {
        self.list
    }

    /// The currency of the list, if it is a further one: the shop's own currency stands in the catalog.
    pub fn currency(&self) -> Option<Currency> {
        self.rows().record()?.currency()
    }

    /// The customer group that the list is for; none for everybody's.
    pub fn group(&self) -> Option<&str> {
        self.rows().group()
    }

    /// Its code, as it stands in the part.
    pub fn currency_code(&self) -> Option<&str> {
        let record = self.rows().record()?;
        record.currency()?;
        std::str::from_utf8(record.currency.get(..3)?).ok()
    }

    /// Between which instants these prices hold.
    pub fn span(&self) -> Span {
        self.span
    }

    /// Reads every byte once and checks all that readers rely on.
    ///
    /// # Errors
    /// The first damage found.
    pub fn verify(&self) -> Result<(), SnapshotError> {
        self.part.verify_bytes()?;
        let bounds = Bounds::without_texts(&self.part);
        self.part
            .verify_rows::<OffersMetaRecord>(section::OFFERS_META, &bounds)?;
        self.part
            .verify_rows::<VariantOfferRecord>(section::VARIANT_OFFERS, &bounds)?;
        self.part
            .verify_rows::<ProductOfferRecord>(section::PRODUCT_OFFERS, &bounds)?;
        self.part
            .verify_rows::<RowRef<{ section::PRODUCT_OFFERS }>>(section::PRICE_ORDER, &bounds)?;
        price_lists::verify(&self.part)?;
        location_stock::verify(&self.part)?;
        tiers::verify(&self.part)?;
        lead_times::verify(&self.part)?;
        let (own, further) = self.opened.as_ref();
        for (list, opened) in (0..).zip(std::iter::once(own).chain(further)) {
            opened.verify(&self.part, list)?;
        }
        let one = self.part.count(section::OFFERS_META);
        if one != 1 {
            return Err(SnapshotError::Layout {
                place: "OFFERS_META",
                rule: "there must be one record",
                got: one,
            });
        }
        let products = self
            .part
            .rows::<ProductOfferRecord>(section::PRODUCT_OFFERS);
        let price_order = self.price_order_rows();
        if price_order.len() != products.len() {
            return Err(price_order_error(0));
        }
        for (rank, row) in (0..).zip(price_order.iter().map(|row| row.0.get())) {
            if products
                .get(row)
                .is_none_or(|product| product.price_rank.get() != rank)
            {
                return Err(price_order_error(rank));
            }
        }
        Ok(())
    }

    /// The part's sections, for inspection.
    pub fn part(&self) -> &Part {
        &self.part
    }

    /// BLAKE3 of the catalog part these offers belong to.
    pub fn catalog_hash(&self) -> [u8; 32] {
        self.meta().map_or([0; 32], |meta| meta.catalog)
    }

    /// Hash over the documents this part was compiled from.
    pub fn documents_hash(&self) -> [u8; 32] {
        self.meta().map_or([0; 32], |meta| meta.documents)
    }

    /// How many variants it has offers for.
    pub fn variant_count(&self) -> u32 {
        self.variants().len()
    }

    /// How many products it has offers for.
    pub fn product_count(&self) -> u32 {
        self.part
            .rows::<ProductOfferRecord>(section::PRODUCT_OFFERS)
            .len()
    }

    /// Price and stock of the variant at a row.
    pub fn variant(&self, row: u32) -> VariantOffer {
        let offer = self
            .variants()
            .get(row)
            .map(VariantOffer::from_record)
            .unwrap_or_default();
        if self.list == 0 && self.moment.is_none() {
            return offer;
        }
        let Prices { price, compare_at } = self.prices(row);
        VariantOffer {
            price,
            compare_at,
            ..offer
        }
    }

    /// What the variant at a row costs.
    pub fn prices(&self, row: u32) -> Prices {
        let moment = self.moment.as_ref();
        if let Some((prices, _)) = moment.and_then(|moment| moment.variant(row)) {
            return prices;
        }
        let prices = match self.list {
            0 => {
                let record = self.variants().get(row);
                record.map(|one| Prices::read(one.price, one.compare_at))
            }
            _ => {
                let record = self.rows().prices().get(row);
                record.map(|one| Prices::read(one.price, one.compare_at))
            }
        };
        prices.unwrap_or_default()
    }

    /// Prices that the variant at a row had, as far as they matter.
    pub fn past_prices(&self, row: u32) -> PastPrices {
        let moment = self.moment.as_ref();
        if let Some((_, past)) = moment.and_then(|moment| moment.variant(row)) {
            return past.clone();
        }
        let known = self.rows().past(row);
        PastPrices::of(
            known
                .iter()
                .map(|past| (past.until.get(), past.price.get())),
        )
    }

    /// The lowest price of the 30 days before the one that holds now, if it is known.
    pub fn lowest_before(&self, row: u32) -> Option<i64> {
        let moment = self.moment.as_ref();
        match moment.and_then(|moment| moment.variant(row)) {
            Some((_, past)) => past.lowest(),
            None => self.rows().past(row).get(0).map(|past| past.price.get()),
        }
    }

    /// What will change, or would have, later than one instant and up to another, in this list.
    pub fn changes(&self, after: i64, until: i64) -> impl Iterator<Item = PriceChange> {
        let list = self.list;
        self.rows().changes(after, until).filter_map(move |change| {
            Some(PriceChange {
                list,
                variant: change.variant.get()?,
                at: change.at.get(),
                prices: Prices::read(change.price, change.compare_at),
            })
        })
    }

    /// When the price of the variant at a row changes next by itself, if it does.
    pub fn changes_at(&self, row: u32) -> Option<i64> {
        self.coming(row).map(|coming| coming.changes_at)
    }

    /// When the variant at a row costs more than now, or cannot be bought, for the first time by itself.
    pub fn dearer_at(&self, row: u32) -> Option<i64> {
        self.coming(row)?.dearer_at
    }

    /// Makes what is otherwise made at first use.
    pub(super) fn make_ready(&self) {
        self.in_stock();
        // Which row is asked for does not matter.
        self.coming(0);
    }

    fn coming(&self, row: u32) -> Option<Coming> {
        if self.span.until == i64::MAX {
            return None;
        }
        let next = self.next.get_or_init(|| {
            let later = self.changes(self.span.until.saturating_sub(1), i64::MAX);
            let mut later: Vec<_> = later
                .map(|change| (change.variant, change.at, change.prices.price))
                .collect();
            later.sort_unstable();
            let of_variant = later.chunk_by(|one, other| one.0 == other.0);
            let coming = of_variant.filter_map(|changes| {
                let &(variant, changes_at, _) = changes.first()?;
                let now = self.prices(variant).price;
                let is_dearer = |price: Option<i64>| price.is_none() || price > now;
                let dearer = changes.iter().find(|(.., price)| is_dearer(*price));
                let dearer_at = dearer.map(|&(_, at, _)| at);
                let coming = Coming {
                    changes_at,
                    dearer_at,
                };
                Some((variant, coming))
            });
            coming.collect()
        });
        let place = next.binary_search_by_key(&row, |&(variant, _)| variant);
        next.get(place.ok()?).map(|&(_, coming)| coming)
    }

    /// Price range and availability of the product at a row.
    pub fn product(&self, row: u32) -> ProductOffer {
        let prices = self.product_prices(row);
        let record = self.products().get(row);
        ProductOffer {
            prices: prices.range,
            compare_at: prices.compare_at,
            availability: record.map_or(Availability::NotStated, |record| {
                Availability::from_number(record.availability.get())
            }),
            price_rank: match (self.rank(row), &self.moment) {
                (None, _) => u32::MAX,
                (Some(rank), None) => rank,
                (Some(rank), Some(moment)) => moment.rank(row, rank),
            },
        }
    }

    /// What the product at a row costs.
    pub(super) fn product_prices(&self, row: u32) -> ProductPrices {
        let moment = self.moment.as_ref();
        if let Some(prices) = moment.and_then(|moment| moment.product(row)) {
            return prices;
        }
        let cells = match self.list {
            0 => {
                let record = self.products().get(row);
                record.map(|one| (one.min_price, one.max_price, one.compare_at))
            }
            _ => {
                let record = self.rows().products().get(row);
                record.map(|one| (one.min_price, one.max_price, one.compare_at))
            }
        };
        let Some((low, high, before)) = cells else {
            return ProductPrices::default();
        };
        ProductPrices {
            range: Some((low.get(), high.get())).filter(|&(low, _)| low >= 0),
            compare_at: Some(before.get()).filter(|&price| price > 0),
        }
    }

    /// The rank of a product when the part was made.
    pub(super) fn rank(&self, row: u32) -> Option<u32> {
        match self.list {
            0 => Some(self.products().get(row)?.price_rank.get()),
            _ => Some(self.rows().products().get(row)?.price_rank.get()),
        }
    }

    /// How many products came before a key when the part was made.
    pub(super) fn ranked_before(&self, key: (u64, u32)) -> u32 {
        moments::rank_of_key(self.product_count(), key, |rank| {
            let row = self.at_rank_when_made(rank)?;
            Some((self.product_prices(row).lowest(), row))
        })
    }

    fn at_rank_when_made(&self, rank: u32) -> Option<u32> {
        match self.list {
            0 => self.price_order_rows().get(rank)?.get(),
            _ => self.rows().products().get(rank)?.at_rank.get(),
        }
    }

    /// The product at a rank.
    pub(super) fn at_rank(&self, rank: u32) -> Option<u32> {
        match self.moment.as_ref().map(|moment| moment.moved.at(rank)) {
            None => self.at_rank_when_made(rank),
            Some(Ok(row)) => Some(row),
            Some(Err(before)) => self.at_rank_when_made(before),
        }
    }

    /// Products that can be had now.
    pub fn in_stock(&self) -> &RowSet {
        self.in_stock.get_or_init(|| {
            let products = self.products();
            let rows = (0..).zip(products.iter());
            let stocked = rows.filter(|(_, product)| {
                Availability::from_number(product.availability.get()) <= Availability::NotStated
            });
            RowSet::of(products.len(), stocked.map(|(row, _)| row))
        })
    }

    /// Ranks in the price order of the products whose lowest price is not below `min` and not above `max`.
    pub fn price_ranks(&self, min: Option<i64>, max: Option<i64>) -> std::ops::Range<u32> {
        let first_above = |precedes: &dyn Fn(i64) -> bool| {
            let (mut low, mut high) = (0, self.product_count());
            while low < high {
                let middle = low + (high - low) / 2;
                let price = self
                    .at_rank(middle)
                    .and_then(|row| self.product_prices(row).range);
                // Without a price, last.
                match price {
                    Some((price, _)) if precedes(price) => low = middle + 1,
                    _ => high = middle,
                }
            }
            low
        };
        let end = first_above(&|price| max.is_none_or(|max| price <= max));
        let start = first_above(&|price| min.is_some_and(|min| price < min));
        start.min(end)..end
    }

    /// Product rows at these ranks, from cheap to dear.
    pub fn at_price_ranks(&self, ranks: std::ops::Range<u32>) -> PriceOrder<'_> {
        let count = self.product_count();
        let ranks = ranks.start.min(count)..ranks.end.min(count);
        let plain = self.price_order_rows().slice(ranks.clone()).as_slice();
        match plain.filter(|_| self.list == 0 && self.moment.is_none()) {
            Some(rows) => PriceOrder::Plain(rows.iter()),
            None => PriceOrder::Sought(self, ranks),
        }
    }

    fn price_order_rows(&self) -> Rows<'_, RowRef<{ section::PRODUCT_OFFERS }>> {
        self.part.rows(section::PRICE_ORDER)
    }

    /// Product rows from cheap to dear; those without a price last.
    pub fn price_order(&self) -> PriceOrder<'_> {
        self.at_price_ranks(0..self.product_count())
    }

    /// What was understood of the list's terms.
    pub(super) fn opened(&self) -> &Opened {
        let (own, further) = self.opened.as_ref();
        let place = self.list.checked_sub(1);
        place
            .and_then(|place| further.get(place as usize))
            .unwrap_or(own)
    }

    fn rows(&self) -> ListRows<'_> {
        ListRows::of(&self.part, self.list)
    }

    fn products(&self) -> Rows<'_, ProductOfferRecord> {
        self.part.rows(section::PRODUCT_OFFERS)
    }

    fn meta(&self) -> Option<&OffersMetaRecord> {
        self.part
            .rows::<OffersMetaRecord>(section::OFFERS_META)
            .get(0)
    }

    fn variants(&self) -> Rows<'_, VariantOfferRecord> {
        self.part.rows(section::VARIANT_OFFERS)
    }
}

fn price_order_error(row: u32) -> SnapshotError {
    SnapshotError::Order {
        section: "PRICE_ORDER",
        row,
        rule: "must name every product once, at its rank",
    }
}
