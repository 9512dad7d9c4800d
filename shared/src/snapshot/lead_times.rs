//! §18 How many days variants need until they leave: a section that version 1.8 added.

use std::io::{self, Seek, Write};

use zerocopy::little_endian::U32;

use super::SnapshotError;
use super::layout::section;
use super::offers::Offers;
use super::part::{Part, Rows};
use super::record::{Bounds, RowRef, record};
use super::verify::{order, sorted};
use super::write::PartWriter;

record! {
    /// How long a variant that is ordered takes until it leaves.
    pub struct LeadTimeRecord in section::LEAD_TIMES {
        /// Which variant; the sort key.
        variant: RowRef<{ section::VARIANT_OFFERS }>,
        /// Days from the order on; at least 1.
        days: U32,
    }
}

/// Writes the section: days by row of the variant, 0 where nothing is known.
///
/// # Errors
/// The sink failed.
pub(super) fn write<W: Write + Seek>(days: &[u16], writer: &mut PartWriter<W>) -> io::Result<()> {
    let known = (0..).zip(days).filter(|&(_, &days)| days > 0);
    let record = |(row, &days): (u32, &u16)| LeadTimeRecord {
        variant: RowRef::new(Some(row)),
        days: u32::from(days).into(),
    };
    let records: Vec<_> = known.map(record).collect();
    writer.rows(section::LEAD_TIMES, &records)
}

impl Offers {
    /// Days until the variant at a row leaves once it is ordered, if that is known.
    pub fn lead_time(&self, row: u32) -> Option<u16> {
        let all = self.lead_time_rows();
        let place = all.partition_point(|one| one.variant.0.get() < row);
        let found = all.get(place)?;
        (found.variant.get() == Some(row)).then(|| days(found))
    }

    /// All that are known: rows, ascending, and their days.
    pub fn lead_times(&self) -> impl Iterator<Item = (u32, u16)> {
        let all = self.lead_time_rows();
        let read = |one: &LeadTimeRecord| Some((one.variant.get()?, days(one)));
        all.iter().filter_map(read)
    }

    fn lead_time_rows(&self) -> Rows<'_, LeadTimeRecord> {
        self.part().rows(section::LEAD_TIMES)
    }
}

fn days(record: &LeadTimeRecord) -> u16 {
    u16::try_from(record.days.get()).unwrap_or(u16::MAX)
}

/// Checks the section, which versions before 1.8 do not have.
pub(super) fn verify(part: &Part) -> Result<(), SnapshotError> {
    if !part.has(section::LEAD_TIMES) {
        return Ok(());
    }
    let bounds = Bounds::without_texts(part);
    part.verify_rows::<LeadTimeRecord>(section::LEAD_TIMES, &bounds)?;
    let all = part.rows::<LeadTimeRecord>(section::LEAD_TIMES);
    sorted(
        section::LEAD_TIMES,
        all.iter().map(|one| one.variant.0.get()),
        true,
    )?;
    for (row, one) in (0..).zip(all.iter()) {
        if one.variant.get().is_none() || one.days.get() == 0 {
            let rule = "a lead time is of a variant and at least a day";
            return Err(order(section::LEAD_TIMES, row, rule));
        }
    }
    Ok(())
}
