//! §10 The offers part: price and stock of every variant, and what follows from them for every product.
//!
//! Rows are those of the catalog part it was built for; it names that part by hash, and the two are only ever
//! opened as a pair.

use std::io::{self, Seek, Write};
use std::sync::OnceLock;

use ownedbytes::OwnedBytes;
use zerocopy::little_endian::{I64, U32};

use super::SnapshotError;
use super::layout::{PartKind, section};
use super::part::{Part, Rows};
use super::record::{Bounds, Counts as _, RowRef, record};
use super::row_set::RowSet;
use super::terms::{Opened, TermsTables};
use super::write::PartWriter;

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

/// Whether a variant can be had; the better, the smaller its number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u32)]
pub enum Availability {
    /// On hand.
    InStock = 0,
    /// The merchant does not say; it can be ordered.
    NotStated = 1,
    /// Made when ordered.
    MadeToOrder = 2,
    /// Can be ordered, comes later.
    Backorder = 3,
    /// Can be ordered before it exists.
    Preorder = 4,
    /// Cannot be ordered now.
    OutOfStock = 5,
    /// Will not come again.
    Discontinued = 6,
}

/// The fast half of a shop.
#[derive(Debug)]
pub struct Offers {
    part: Part,
    /// Made at first use: one bit for each product that can be had now.
    in_stock: OnceLock<RowSet>,
    /// Read when the part is opened: terms are few.
    pub(super) opened: Opened,
}

/// Price and stock of a variant as pages read them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VariantOffer {
    /// Minor units, if it has a price.
    pub price: Option<i64>,
    /// The higher price before.
    pub compare_at: Option<i64>,
    /// Whole units on hand, if known.
    pub quantity: Option<i64>,
    /// Unix seconds when it can be delivered again.
    pub available_at: Option<i64>,
    /// Whether it can be had.
    pub availability: Availability,
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

/// Everything an offers part is written from.
#[derive(Debug)]
pub struct OffersTables {
    /// BLAKE3 of the catalog part.
    pub catalog: [u8; 32],
    /// Hash over all documents.
    pub documents: [u8; 32],
    /// One for each variant, in the catalog's order.
    pub variants: Vec<VariantOffer>,
    /// Rows of each product's variants, in the catalog's order.
    pub products: Vec<std::ops::Range<u32>>,
    /// Terms, and what they need to know of each variant.
    pub terms: TermsTables,
}

impl Availability {
    /// All, best first.
    pub const ALL: [Self; 7] = [
        Self::InStock,
        Self::NotStated,
        Self::MadeToOrder,
        Self::Backorder,
        Self::Preorder,
        Self::OutOfStock,
        Self::Discontinued,
    ];

    /// The number in the record.
    pub fn number(self) -> u32 {
        self as u32
    }

    /// The availability with this number; unknown numbers of later versions mean "not stated".
    pub fn from_number(number: u32) -> Self {
        Self::ALL
            .into_iter()
            .find(|known| known.number() == number)
            .unwrap_or(Self::NotStated)
    }

    /// Whether a shopper may order it now.
    pub fn can_be_ordered(self) -> bool {
        self < Self::OutOfStock
    }

    /// The term of schema.org.
    pub fn schema_org(self) -> &'static str {
        match self {
            Self::InStock | Self::NotStated => "InStock",
            Self::MadeToOrder => "MadeToOrder",
            Self::Backorder => "BackOrder",
            Self::Preorder => "PreOrder",
            Self::OutOfStock => "OutOfStock",
            Self::Discontinued => "Discontinued",
        }
    }
}

impl Default for VariantOffer {
    fn default() -> Self {
        Self {
            price: None,
            compare_at: None,
            quantity: None,
            available_at: None,
            availability: Availability::NotStated,
        }
    }
}

impl VariantOffer {
    fn to_record(self) -> VariantOfferRecord {
        VariantOfferRecord {
            price: self.price.unwrap_or(NO_PRICE).into(),
            compare_at: self.compare_at.unwrap_or(0).into(),
            quantity: self.quantity.unwrap_or(NO_QUANTITY).into(),
            available_at: self.available_at.unwrap_or(0).into(),
            availability: self.availability.number().into(),
        }
    }

    fn from_record(record: &VariantOfferRecord) -> Self {
        Self {
            price: Some(record.price.get()).filter(|&price| price >= 0),
            compare_at: Some(record.compare_at.get()).filter(|&price| price > 0),
            quantity: Some(record.quantity.get()).filter(|&quantity| quantity >= 0),
            available_at: Some(record.available_at.get()).filter(|&at| at != 0),
            availability: Availability::from_number(record.availability.get()),
        }
    }
}

impl Offers {
    /// Opens an offers part without reading more than its header, its table and its terms.
    ///
    /// # Errors
    /// The bytes are not an offers part.
    pub fn open(bytes: OwnedBytes) -> Result<Self, SnapshotError> {
        let part = Part::open(bytes, PartKind::Offers)?;
        Ok(Self {
            opened: Opened::of(&part),
            part,
            in_stock: OnceLock::new(),
        })
    }

    /// Reads every byte once and checks all that readers rely on.
    ///
    /// # Errors
    /// The first damage found.
    pub fn verify(&self) -> Result<(), SnapshotError> {
        self.part.verify_bytes()?;
        let bounds = Bounds {
            strings: "",
            texts: "",
            counts: &self.part,
        };
        self.part
            .verify_rows::<OffersMetaRecord>(section::OFFERS_META, &bounds)?;
        self.part
            .verify_rows::<VariantOfferRecord>(section::VARIANT_OFFERS, &bounds)?;
        self.part
            .verify_rows::<ProductOfferRecord>(section::PRODUCT_OFFERS, &bounds)?;
        self.part
            .verify_rows::<RowRef<{ section::PRODUCT_OFFERS }>>(section::PRICE_ORDER, &bounds)?;
        self.opened.verify(&self.part)?;
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
        let price_order = self.price_order();
        if price_order.len() != products.len() as usize {
            return Err(price_order_error(0));
        }
        for (rank, row) in (0..).zip(price_order) {
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
        self.variants()
            .get(row)
            .map(VariantOffer::from_record)
            .unwrap_or_default()
    }

    /// Price range and availability of the product at a row.
    pub fn product(&self, row: u32) -> ProductOffer {
        let record = self
            .part
            .rows::<ProductOfferRecord>(section::PRODUCT_OFFERS)
            .get(row);
        ProductOffer {
            prices: record
                .map(|record| (record.min_price.get(), record.max_price.get()))
                .filter(|&(min, _)| min >= 0),
            compare_at: record
                .map(|record| record.compare_at.get())
                .filter(|&price| price > 0),
            availability: record.map_or(Availability::NotStated, |record| {
                Availability::from_number(record.availability.get())
            }),
            price_rank: record.map_or(u32::MAX, |record| record.price_rank.get()),
        }
    }

    /// Products that can be had now.
    pub fn in_stock(&self) -> &RowSet {
        self.in_stock.get_or_init(|| {
            let products = self
                .part
                .rows::<ProductOfferRecord>(section::PRODUCT_OFFERS);
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
                    .price_order_rows()
                    .get(middle)
                    .and_then(|row| self.product(row.get()?).prices);
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
    pub fn at_price_ranks(
        &self,
        ranks: std::ops::Range<u32>,
    ) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator + use<'_> {
        let rows = self.price_order_rows().slice(ranks);
        rows.iter().map(|row| row.0.get())
    }

    fn price_order_rows(&self) -> Rows<'_, RowRef<{ section::PRODUCT_OFFERS }>> {
        self.part.rows(section::PRICE_ORDER)
    }

    /// Product rows from cheap to dear; those without a price last.
    pub fn price_order(
        &self,
    ) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator + use<'_> {
        self.price_order_rows().iter().map(|row| row.0.get())
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

impl OffersTables {
    /// Writes the part and gives the sink back.
    ///
    /// # Errors
    /// The sink failed.
    pub fn write<W: Write + Seek>(&self, sink: W) -> io::Result<W> {
        let mut products: Vec<ProductOfferRecord> = self
            .products
            .iter()
            .map(|rows| self.summary(rows.clone()))
            .collect();
        // A price order needs every product once; without a price, last. Rows break ties.
        let mut order: Vec<(u64, u32)> = (0..)
            .zip(&products)
            .map(|(row, product)| {
                (
                    u64::try_from(product.min_price.get()).unwrap_or(u64::MAX),
                    row,
                )
            })
            .collect();
        order.sort_unstable();
        for (rank, &(_, row)) in (0_u32..).zip(&order) {
            if let Some(product) = products.get_mut(row as usize) {
                product.price_rank = rank.into();
            }
        }
        let order: Vec<_> = order
            .iter()
            .map(|&(_, row)| RowRef::<{ section::PRODUCT_OFFERS }>::new(Some(row)))
            .collect();
        let variants: Vec<_> = self
            .variants
            .iter()
            .map(|offer| offer.to_record())
            .collect();
        let mut writer = PartWriter::start(sink, PartKind::Offers)?;
        writer.rows(
            section::OFFERS_META,
            &[OffersMetaRecord {
                catalog: self.catalog,
                documents: self.documents,
            }],
        )?;
        writer.rows(section::VARIANT_OFFERS, &variants)?;
        writer.rows(section::PRODUCT_OFFERS, &products)?;
        writer.rows(section::PRICE_ORDER, &order)?;
        self.terms.write(&mut writer)?;
        writer.finish()
    }

    fn summary(&self, rows: std::ops::Range<u32>) -> ProductOfferRecord {
        let offers = self
            .variants
            .get(rows.start as usize..rows.end as usize)
            .unwrap_or_default();
        let cheapest = offers
            .iter()
            .filter(|offer| offer.price.is_some())
            .min_by_key(|offer| offer.price);
        let highest = offers.iter().filter_map(|offer| offer.price).max();
        let availability = offers
            .iter()
            .map(|offer| offer.availability)
            .min()
            .unwrap_or(Availability::NotStated);
        ProductOfferRecord {
            min_price: cheapest
                .and_then(|offer| offer.price)
                .unwrap_or(NO_PRICE)
                .into(),
            max_price: highest.unwrap_or(NO_PRICE).into(),
            compare_at: cheapest
                .and_then(|offer| offer.compare_at)
                .unwrap_or(0)
                .into(),
            availability: availability.number().into(),
            price_rank: U32::ZERO,
        }
    }
}

fn price_order_error(row: u32) -> SnapshotError {
    SnapshotError::Order {
        section: "PRICE_ORDER",
        row,
        rule: "must name every product once, at its rank",
    }
}
