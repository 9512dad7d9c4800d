//! §10 Writing an offers part.

use std::io::{self, Seek, Write};

use zerocopy::little_endian::U32;

use super::layout::{PartKind, section};
use super::lead_times;
use super::location_stock::LocationTables;
use super::offers::{Availability, NO_PRICE, OffersMetaRecord, ProductOfferRecord, VariantOffer};
use super::price_lists::PriceTables;
use super::price_order::{self, ProductPrices};
use super::record::RowRef;
use super::terms::TermsTables;
use super::tiers;
use super::write::PartWriter;

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
    /// Further price lists, and how prices change.
    pub prices: PriceTables,
    /// Where variants are in stock.
    pub locations: LocationTables,
    /// Days until each variant leaves, in the catalog's order; 0 where nothing is known, as for all behind the last.
    pub lead_times: Vec<u16>,
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
        let lowest = products.iter().map(|product| Some(product.min_price.get()));
        let order = price_order::order(lowest);
        for (product, rank) in products.iter_mut().zip(price_order::ranks(&order)) {
            product.price_rank = rank.into();
        }
        let order: Vec<_> = order
            .iter()
            .map(|&row| RowRef::<{ section::PRODUCT_OFFERS }>::new(Some(row)))
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
        self.prices.write(&mut writer, &self.products, |terms| {
            self.terms.packed(terms)
        })?;
        self.locations.write(&mut writer)?;
        tiers::write(&self.prices.tiers, &mut writer)?;
        lead_times::write(&self.lead_times, &mut writer)?;
        writer.finish()
    }

    fn summary(&self, rows: std::ops::Range<u32>) -> ProductOfferRecord {
        let offers = self
            .variants
            .get(rows.start as usize..rows.end as usize)
            .unwrap_or_default();
        let prices = ProductPrices::of(offers.iter().map(|offer| offer.prices()));
        let availability = offers
            .iter()
            .map(|offer| offer.availability)
            .min()
            .unwrap_or(Availability::NotStated);
        ProductOfferRecord {
            min_price: prices.lowest().unwrap_or(NO_PRICE).into(),
            max_price: prices.highest().unwrap_or(NO_PRICE).into(),
            compare_at: prices.compare_at.unwrap_or(0).into(),
            availability: availability.number().into(),
            price_rank: U32::ZERO,
        }
    }
}
