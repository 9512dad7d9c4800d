//! §5 How much a variant holds, for its price per unit: a section that version 1.1 added.
//!
//! Most shops have few variants with a measure or none, so they stand in a section of their own, found by row.

use zerocopy::little_endian::{U32, U64};

use super::catalog::Catalog;
use super::layout::section;
use super::products::Variant;
use super::record::{RowRef, StrRef, record};

/// What `content` is counted in: millionths of what the price is told for.
pub const MEASURE_SCALE: u64 = 1_000_000;

record! {
    /// How much a variant holds.
    pub struct MeasureRecord in section::MEASURES {
        /// The variant; the sort key.
        variant: RowRef<{ section::VARIANTS }>,
        /// How much it holds, in millionths of `per` units; never 0.
        content: U64,
        /// How many units the price is told for, such as 1 or 100; never 0.
        per: U32,
        /// The unit's code: `mg g kg ml cl l m3 mm cm m m2 piece`.
        unit: StrRef,
    }
}

/// How much a variant holds, as pages read it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Measure<'a> {
    /// In millionths of `per` units.
    pub content: u64,
    /// How many units the price is told for.
    pub per: u32,
    /// The unit's code.
    pub unit: &'a str,
}

impl Measure<'_> {
    /// How many units it holds, as a plain decimal.
    pub fn content_in_units(&self) -> String {
        let millionths = u128::from(self.content) * u128::from(self.per);
        let scale = u128::from(MEASURE_SCALE);
        let text = format!("{}.{:06}", millionths / scale, millionths % scale);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }

    /// The price for `per` units of something that costs `price`, both in minor units, rounded half up.
    pub fn unit_price(&self, price: i64) -> Option<i64> {
        let content = i128::from(self.content);
        let whole = i128::from(price)
            .checked_mul(i128::from(MEASURE_SCALE))?
            .checked_add(content / 2)?;
        i64::try_from(whole.checked_div(content)?).ok()
    }
}

impl<'a> Variant<'a> {
    /// How much it holds, if its price per unit is to be told.
    pub fn measure(&self) -> Option<Measure<'a>> {
        self.catalog.measure(self.row)
    }
}

impl Catalog {
    fn measure(&self, variant: u32) -> Option<Measure<'_>> {
        let rows = self.rows::<MeasureRecord>();
        if rows.is_empty() {
            return None;
        }
        let at = rows.partition_point(|measure| measure.variant.0.get() < variant);
        let record = rows.get(at)?;
        let (content, per) = (record.content.get(), record.per.get());
        let is_sound = record.variant.get() == Some(variant) && content > 0 && per > 0;
        is_sound.then(|| Measure {
            content,
            per,
            unit: self.part().str(record.unit),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_per_unit_is_rounded_half_up() {
        let measure = |content| Measure {
            content,
            per: 1,
            unit: "l",
        };
        assert_eq!(measure(750_000).unit_price(1495), Some(1993));
        assert_eq!(measure(2_000_000).unit_price(1), Some(1));
        assert_eq!(measure(3_000_000).unit_price(1), Some(0));
        assert_eq!(measure(1).unit_price(i64::MAX), None);
        assert_eq!(measure(0).unit_price(1), None);
        assert_eq!(measure(750_000).content_in_units(), "0.75");
        let of_100 = Measure {
            per: 100,
            ..measure(7_500_000)
        };
        assert_eq!(of_100.content_in_units(), "750");
    }
}
