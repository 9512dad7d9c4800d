//! §16 Where a variant is in stock: sections that version 1.6 added.
//!
//! The places are those at which orders can be collected. They are named by the ids that delivery methods give them, so
//! that a place has one name and address, in the terms; what is stated of a place that no method has is kept, because the
//! method may come later, and a part made of few changes must be the one that is made of everything.

use std::collections::HashMap;
use std::io::{self, Seek, Write};

use zerocopy::little_endian::U32;

use super::SnapshotError;
use super::heap::Heap;
use super::layout::section;
use super::offers::Offers;
use super::part::{Part, Rows};
use super::record::{Bounds, RowRef, StrRef, record};
use super::verify::{order, sorted};
use super::write::PartWriter;

/// In quantities of a location: the merchant does not say.
pub const NO_LOCAL_QUANTITY: u32 = u32::MAX;

record! {
    /// A place where variants may be in stock.
    pub struct LocationRecord in section::LOCATIONS {
        /// The id that delivery methods give it, in `LOCATION_IDS`; the sort key.
        id: StrRef,
    }
}

record! {
    /// The stock of a variant at a place.
    pub struct LocationStockRecord in section::LOCATION_STOCK {
        /// Whose stock it is; the sort key, then the location.
        variant: RowRef<{ section::VARIANT_OFFERS }>,
        /// Where it is.
        location: RowRef<{ section::LOCATIONS }>,
        /// Whole units there, 4294967295 if the merchant does not say.
        quantity: U32,
        /// See [`LocalAvailability`].
        availability: U32,
    }
}

/// Whether a variant is at a place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u32)]
pub enum LocalAvailability {
    /// It is there.
    InStock = 0,
    /// It is there, but not for long.
    Limited = 1,
    /// It is not there.
    OutOfStock = 2,
}

/// The stock of a variant at a place, as pages read it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LocalStock {
    /// Whether it is there.
    pub availability: LocalAvailability,
    /// Whole units, if known.
    pub quantity: Option<u32>,
}

/// Stock by variant and place, as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocationTables {
    ids: Vec<String>,
    numbers: HashMap<String, u32>,
    /// Variant, number of the place, stock; in any order, sorted when written.
    stock: Vec<(u32, u32, LocalStock)>,
}

impl LocalAvailability {
    /// All, best first.
    pub const ALL: [Self; 3] = [Self::InStock, Self::Limited, Self::OutOfStock];

    /// The number in the record.
    pub fn number(self) -> u32 {
        self as u32
    }

    /// The availability with this number; none for numbers of later versions, whose meaning nobody here knows.
    pub fn from_number(number: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.number() == number)
    }
}

impl LocalStock {
    /// Whether so many units can be collected; where no number is known, any number can if there is one at all.
    pub fn has(self, units: u32) -> bool {
        let is_there = self.availability != LocalAvailability::OutOfStock;
        is_there && self.quantity.is_none_or(|quantity| quantity >= units)
    }

    fn read(record: &LocationStockRecord) -> Option<Self> {
        let quantity = record.quantity.get();
        Some(Self {
            availability: LocalAvailability::from_number(record.availability.get())?,
            quantity: Some(quantity).filter(|&quantity| quantity != NO_LOCAL_QUANTITY),
        })
    }
}

impl LocationTables {
    /// Adds the stock of a variant at a place, in any order, and each place of a variant once.
    pub fn add(&mut self, variant: u32, id: &str, stock: LocalStock) {
        let number = match self.numbers.get(id) {
            Some(&number) => number,
            None => {
                let number = u32::try_from(self.ids.len()).unwrap_or(u32::MAX);
                self.ids.push(id.to_owned());
                self.numbers.insert(id.to_owned(), number);
                number
            }
        };
        self.stock.push((variant, number, stock));
    }

    /// The ids of all places, and of how many variants each has the stock, in the order of ids.
    pub fn used(&self) -> Vec<(&str, usize)> {
        let mut counts = vec![0; self.ids.len()];
        for &(_, number, _) in &self.stock {
            if let Some(count) = counts.get_mut(number as usize) {
                *count += 1;
            }
        }
        let ids = self.ids.iter().map(String::as_str);
        let mut used: Vec<_> = ids.zip(counts).collect();
        used.sort_unstable();
        used
    }

    /// Writes the sections.
    ///
    /// # Errors
    /// The sink failed, or the ids are too long together.
    pub(super) fn write<W: Write + Seek>(&self, writer: &mut PartWriter<W>) -> io::Result<()> {
        let mut heap = Heap::default();
        let mut places = Vec::with_capacity(self.ids.len());
        let mut rows = vec![0; self.ids.len()];
        for (row, (id, _)) in (0..).zip(self.used()) {
            let id_at = heap.string(id).map_err(io::Error::other)?;
            places.push(LocationRecord { id: id_at });
            let number = self.numbers.get(id).map(|&number| number as usize);
            if let Some(place) = number.and_then(|number| rows.get_mut(number)) {
                *place = row;
            }
        }
        let record = |&(variant, number, stock): &(u32, u32, LocalStock)| LocationStockRecord {
            variant: RowRef::new(Some(variant)),
            location: RowRef::new(rows.get(number as usize).copied()),
            quantity: stock.quantity.unwrap_or(NO_LOCAL_QUANTITY).into(),
            availability: stock.availability.number().into(),
        };
        let mut stock: Vec<_> = self.stock.iter().map(record).collect();
        stock.sort_unstable_by_key(key);
        writer.bytes(section::LOCATION_IDS, heap.as_bytes())?;
        writer.rows(section::LOCATIONS, &places)?;
        writer.rows(section::LOCATION_STOCK, &stock)
    }
}

fn key(record: &LocationStockRecord) -> (u32, u32) {
    (record.variant.0.get(), record.location.0.get())
}

impl Offers {
    /// Where the variant at a row is in stock, as far as it is known: ids of places, ascending, each with its stock.
    pub fn locations(&self, row: u32) -> impl Iterator<Item = (&str, LocalStock)> {
        let all = self
            .part()
            .rows::<LocationStockRecord>(section::LOCATION_STOCK);
        let start = all.partition_point(|stock| stock.variant.0.get() < row);
        let own = self.locations_in(all.slice(start..all.len()));
        own.take_while(move |(variant, ..)| *variant == row)
            .map(|(_, id, stock)| (id, stock))
    }

    /// The same of all variants: rows, ascending, each with the id of a place and the stock there.
    pub fn all_locations(&self) -> impl Iterator<Item = (u32, &str, LocalStock)> {
        self.locations_in(self.part().rows(section::LOCATION_STOCK))
    }

    fn locations_in<'a>(
        &'a self,
        rows: Rows<'a, LocationStockRecord>,
    ) -> impl Iterator<Item = (u32, &'a str, LocalStock)> {
        let part = self.part();
        let places = part.rows::<LocationRecord>(section::LOCATIONS);
        rows.iter().filter_map(move |stock| {
            let place = places.get(stock.location.get()?)?;
            let variant = stock.variant.get()?;
            Some((variant, id_of(part, place), LocalStock::read(stock)?))
        })
    }

    /// The stock of the variant at a row at one place, if it is known.
    pub fn stock_at(&self, row: u32, id: &str) -> Option<LocalStock> {
        let part = self.part();
        let places = part.rows::<LocationRecord>(section::LOCATIONS);
        let place = places.partition_point(|place| id_of(part, place) < id);
        places.get(place).filter(|place| id_of(part, place) == id)?;
        let all = part.rows::<LocationStockRecord>(section::LOCATION_STOCK);
        let sought = all.partition_point(|stock| key(stock) < (row, place));
        let found = all.get(sought).filter(|stock| key(stock) == (row, place))?;
        LocalStock::read(found)
    }

    /// The ids of all places that stock is known of, ascending.
    pub fn location_ids(&self) -> impl Iterator<Item = &str> {
        let part = self.part();
        let places: Rows<'_, LocationRecord> = part.rows(section::LOCATIONS);
        places.iter().map(move |place| id_of(part, place))
    }
}

/// The id of a place; empty if the reference is bad.
fn id_of<'a>(part: &'a Part, place: &LocationRecord) -> &'a str {
    let (offset, len) = (place.id.offset.get(), place.id.len.get());
    part.heap_text(section::LOCATION_IDS, offset, len)
}

/// Checks the sections, which versions before 1.6 do not have.
pub(super) fn verify(part: &Part) -> Result<(), SnapshotError> {
    if !part.has(section::LOCATIONS) && !part.has(section::LOCATION_STOCK) {
        return Ok(());
    }
    let bounds = Bounds {
        strings: part.heap(section::LOCATION_IDS)?,
        texts: "",
        counts: part,
    };
    part.verify_rows::<LocationRecord>(section::LOCATIONS, &bounds)?;
    part.verify_rows::<LocationStockRecord>(section::LOCATION_STOCK, &bounds)?;
    let places = part.rows::<LocationRecord>(section::LOCATIONS);
    let ids = places.iter().map(|place| id_of(part, place));
    sorted(section::LOCATIONS, ids, true)?;
    let stock = part.rows::<LocationStockRecord>(section::LOCATION_STOCK);
    sorted(section::LOCATION_STOCK, stock.iter().map(key), true)?;
    let is_nobody = |stock: &LocationStockRecord| {
        stock.variant.get().is_none() || stock.location.get().is_none()
    };
    match (0..).zip(stock.iter()).find(|(_, stock)| is_nobody(stock)) {
        Some((row, _)) => Err(order(
            section::LOCATION_STOCK,
            row,
            "stock must be of a variant at a place",
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_what_is_stated_and_no_more() {
        let stock = |availability, quantity| LocalStock {
            availability,
            quantity,
        };
        use LocalAvailability::{InStock, Limited, OutOfStock};
        assert!(stock(InStock, None).has(9) && stock(Limited, None).has(2));
        assert!(stock(InStock, Some(2)).has(2) && !stock(InStock, Some(2)).has(3));
        assert!(!stock(OutOfStock, None).has(1) && !stock(OutOfStock, Some(5)).has(1));
    }

    #[test]
    fn places_are_counted_in_the_order_of_their_ids() {
        let mut tables = LocationTables::default();
        let stock = LocalStock {
            availability: LocalAvailability::InStock,
            quantity: None,
        };
        for (variant, id) in [(0, "hh"), (1, "b"), (1, "hh")] {
            tables.add(variant, id, stock);
        }
        assert_eq!(tables.used(), [("b", 1), ("hh", 2)]);
    }
}
