//! §17 What one unit costs where many are bought: a section that version 1.7 added.
//!
//! A tier belongs to the price of a variant in a list. Tiers do not change by themselves: where a sale is on, what is
//! paid is the lower of the sale's price and the tier's, so nobody has to write the tiers down once more for each sale.

use std::io::{self, Seek, Write};

use zerocopy::little_endian::{I64, U32};

use super::SnapshotError;
use super::layout::section;
use super::offers::Offers;
use super::part::{Part, Rows};
use super::record::{Bounds, RowRef, record};
use super::verify::{order, sorted};
use super::write::PartWriter;

record! {
    /// What one unit costs from a quantity on.
    pub struct TierRecord in section::TIERS {
        /// Minor units of the list's currency for one; above zero, and below the tier before.
        amount: I64,
        /// In which list; the sort key, then the variant, then the quantity.
        list: RowRef<{ section::PRICE_LISTS }>,
        /// Whose price it is.
        variant: RowRef<{ section::VARIANT_OFFERS }>,
        /// From how many units of the variant on; at least 2.
        min_quantity: U32,
    }
}

/// What one unit costs from a quantity on, as pages read it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tier {
    /// From how many units on.
    pub min_quantity: u32,
    /// Minor units for one.
    pub amount: i64,
}

/// A tier of a variant's price in a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ListTier {
    /// The list.
    pub list: u32,
    /// Row of the variant.
    pub variant: u32,
    /// From when on, and how much.
    pub tier: Tier,
}

/// Writes the section; tiers may come in any order.
///
/// # Errors
/// The sink failed.
pub(super) fn write<W: Write + Seek>(
    tiers: &[ListTier],
    writer: &mut PartWriter<W>,
) -> io::Result<()> {
    let record = |one: &ListTier| TierRecord {
        amount: one.tier.amount.into(),
        list: RowRef::new(Some(one.list)),
        variant: RowRef::new(Some(one.variant)),
        min_quantity: one.tier.min_quantity.into(),
    };
    let mut records: Vec<_> = tiers.iter().map(record).collect();
    records.sort_unstable_by_key(key);
    writer.rows(section::TIERS, &records)
}

fn key(record: &TierRecord) -> (u32, u32, u32) {
    let (list, variant) = (record.list.0.get(), record.variant.0.get());
    (list, variant, record.min_quantity.get())
}

fn read(record: &TierRecord) -> Tier {
    Tier {
        min_quantity: record.min_quantity.get(),
        amount: record.amount.get(),
    }
}

impl Offers {
    /// What one unit of the variant at a row costs where so many are bought together; none without a price.
    pub fn unit_price(&self, row: u32, quantity: u32) -> Option<i64> {
        let price = self.prices(row).price?;
        let begun = self.stated_tiers(row);
        let begun = begun.take_while(|tier| tier.min_quantity <= quantity);
        Some(begun.last().map_or(price, |tier| price.min(tier.amount)))
    }

    /// From which quantities on one unit of the variant at a row costs less than a single one does now, ascending.
    pub fn tiers(&self, row: u32) -> impl Iterator<Item = Tier> {
        let price = self.prices(row).price.unwrap_or(0);
        self.stated_tiers(row)
            .filter(move |tier| tier.amount < price)
    }

    /// All tiers of the variant at a row, those included that a sale undercuts now.
    pub fn stated_tiers(&self, row: u32) -> impl Iterator<Item = Tier> {
        let own = self.tiers_from(row);
        own.take_while(move |(variant, _)| *variant == row)
            .map(|(_, tier)| tier)
    }

    /// The same of all variants in this list: rows, ascending, each with a tier.
    pub fn all_tiers(&self) -> impl Iterator<Item = (u32, Tier)> {
        self.tiers_from(0)
    }

    fn tiers_from(&self, row: u32) -> impl Iterator<Item = (u32, Tier)> {
        let (all, list) = (self.tier_rows(), self.list());
        let start = all.partition_point(|tier| key(tier) < (list, row, 0));
        let own = all.slice(start..all.len()).iter();
        own.take_while(move |tier| tier.list.0.get() == list)
            .filter_map(|tier| Some((tier.variant.get()?, read(tier))))
    }

    /// Whether no variant has any, in any list.
    pub fn has_no_tiers(&self) -> bool {
        self.tier_rows().is_empty()
    }

    fn tier_rows(&self) -> Rows<'_, TierRecord> {
        self.part().rows(section::TIERS)
    }
}

/// Checks the section, which versions before 1.7 do not have.
pub(super) fn verify(part: &Part) -> Result<(), SnapshotError> {
    if !part.has(section::TIERS) {
        return Ok(());
    }
    let bounds = Bounds::without_texts(part);
    part.verify_rows::<TierRecord>(section::TIERS, &bounds)?;
    let tiers = part.rows::<TierRecord>(section::TIERS);
    sorted(section::TIERS, tiers.iter().map(key), true)?;
    let mut before: Option<&TierRecord> = None;
    for (row, tier) in (0..).zip(tiers.iter()) {
        let fault = |rule| Err(order(section::TIERS, row, rule));
        if tier.list.get().is_none() || tier.variant.get().is_none() {
            return fault("a tier must be of a variant in a list");
        }
        if tier.min_quantity.get() < 2 {
            return fault("a tier begins at two units or more");
        }
        let same = before.filter(|other| other.list.0 == tier.list.0);
        let same = same.filter(|other| other.variant.0 == tier.variant.0);
        let is_below = same.is_none_or(|other| tier.amount.get() < other.amount.get());
        if tier.amount.get() < 1 || !is_below {
            return fault("a tier costs something, and less than the one before");
        }
        before = Some(tier);
    }
    Ok(())
}
