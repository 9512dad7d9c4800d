//! §10 The shop's terms, and tax class and weight of every variant: sections that version 1.3 added.
//!
//! Terms are few, have lists within lists and are needed as a whole, so they are packed into bytes and read once,
//! when the part is opened. Bytes that make no sense give no terms, and a part that has them is refused when verified.

use std::io::{self, Seek, Write};

use zerocopy::little_endian::U32;

use super::SnapshotError;
use super::layout::section;
use super::offers::Offers;
use super::part::Part;
use super::price_lists::ListRows;
use super::record::{Bounds, Counts as _, record};
use super::terms_bytes;
use super::write::PartWriter;
use crate::totals::Terms;

/// The largest `TERMS` section that is written or read, in bytes.
pub const MAX_TERMS_BYTES: usize = 16 << 20;
/// In weight fields: not known.
pub const NO_WEIGHT: u32 = u32::MAX;
/// In tax class fields: none stated.
pub const NO_TAX_CLASS: u32 = u32::MAX;

record! {
    /// What a variant is, for tax and delivery.
    pub struct VariantGoodsRecord in section::VARIANT_GOODS {
        /// Grams of one, 4294967295 if not known.
        weight: U32,
        /// Its tax class, as a position in the list of classes in `TERMS`; 4294967295 if none is stated.
        tax_class: U32,
    }
}

/// What a variant is, for tax and delivery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Goods {
    /// Grams of one.
    pub weight: Option<u32>,
    /// Position in the list of classes.
    pub tax_class: Option<u32>,
}

/// Terms, and the goods they are for, as they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TermsTables {
    /// The shop's terms.
    pub terms: Terms,
    /// Tax classes that variants have, in any order; written sorted and without those that no variant has.
    pub classes: Vec<String>,
    /// One for each variant; none at all if nothing is known of any.
    pub goods: Vec<Goods>,
}

/// What an opened part knows.
#[derive(Debug, Default)]
pub(super) struct Opened {
    terms: Terms,
    classes: Vec<String>,
    /// There are terms, and they cannot be read.
    is_unknown: bool,
}

impl TermsTables {
    /// Writes both sections.
    ///
    /// # Errors
    /// The sink failed, or the terms take more than [`MAX_TERMS_BYTES`].
    pub(super) fn write<W: Write + Seek>(&self, writer: &mut PartWriter<W>) -> io::Result<()> {
        let class_of = |goods: &Goods| self.classes.get(goods.tax_class? as usize);
        let classes = self.used_classes();
        let bytes = self.packed(&self.terms)?;
        let place = |class: &String| classes.binary_search(&class).ok();
        let record = |goods: &Goods| VariantGoodsRecord {
            weight: goods.weight.unwrap_or(NO_WEIGHT).into(),
            tax_class: class_of(goods)
                .and_then(place)
                .and_then(|place| u32::try_from(place).ok())
                .unwrap_or(NO_TAX_CLASS)
                .into(),
        };
        let is_known = |goods: &Goods| goods.weight.is_some() || class_of(goods).is_some();
        let records: Vec<_> = match self.goods.iter().any(is_known) {
            true => self.goods.iter().map(record).collect(),
            false => Vec::new(),
        };
        writer.bytes(section::TERMS, &bytes)?;
        writer.rows(section::VARIANT_GOODS, &records)
    }

    /// Terms as bytes, beside the tax classes that variants have; nothing at all for none.
    ///
    /// # Errors
    /// They take more than [`MAX_TERMS_BYTES`].
    pub(super) fn packed(&self, terms: &Terms) -> io::Result<Vec<u8>> {
        let classes = self.used_classes();
        if classes.is_empty() && *terms == Terms::default() {
            return Ok(Vec::new());
        }
        let bytes = terms_bytes::write(terms, &classes);
        if bytes.len() > MAX_TERMS_BYTES {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!(
                    "promotions, delivery methods and taxes take {} bytes, {MAX_TERMS_BYTES} are allowed",
                    bytes.len()
                ),
            ));
        }
        Ok(bytes)
    }

    /// Tax classes that variants have, sorted.
    fn used_classes(&self) -> Vec<&String> {
        let class_of = |goods: &Goods| self.classes.get(goods.tax_class? as usize);
        let mut classes: Vec<&String> = self.goods.iter().filter_map(class_of).collect();
        classes.sort_unstable();
        classes.dedup();
        classes
    }
}

impl Opened {
    /// What the part says of a price list; unknown terms if it makes no sense.
    pub(super) fn of(part: &Part, list: u32) -> Self {
        let unknown = Self {
            is_unknown: true,
            ..Self::default()
        };
        read(part, list).unwrap_or(unknown)
    }

    /// Checks both sections, which versions before 1.3 do not have; of a further list, its terms.
    pub(super) fn verify(&self, part: &Part, list: u32) -> Result<(), SnapshotError> {
        // What was understood when it was opened needs no second look; anything else says here why not.
        if self.is_unknown {
            read(part, list)?;
        }
        if list != 0 {
            return Ok(());
        }
        if !part.has(section::VARIANT_GOODS) {
            return Ok(());
        }
        let bounds = Bounds::without_texts(part);
        part.verify_rows::<VariantGoodsRecord>(section::VARIANT_GOODS, &bounds)?;
        let (goods, variants) = (
            part.count(section::VARIANT_GOODS),
            part.count(section::VARIANT_OFFERS),
        );
        if goods != 0 && goods != variants {
            return Err(SnapshotError::Layout {
                place: "VARIANT_GOODS",
                rule: "there must be one record for each variant, or none",
                got: goods,
            });
        }
        let rows = part.rows::<VariantGoodsRecord>(section::VARIANT_GOODS);
        for (row, goods) in (0..).zip(rows.iter()) {
            let class = goods.tax_class.get();
            if class != NO_TAX_CLASS && class as usize >= self.classes.len() {
                return Err(SnapshotError::Field {
                    section: "VARIANT_GOODS",
                    row,
                    field: "tax_class",
                    rule: "the class does not exist",
                });
            }
        }
        Ok(())
    }
}

fn read(part: &Part, list: u32) -> Result<Opened, SnapshotError> {
    let (place, bytes) = match list {
        0 => ("TERMS", part.section_bytes(section::TERMS)),
        _ => ("LIST_TERMS", ListRows::of(part, list).terms()),
    };
    let wrong = |rule| SnapshotError::Layout {
        place,
        rule,
        got: bytes.len() as u64,
    };
    if bytes.is_empty() {
        return Ok(Opened::default());
    }
    if bytes.len() > MAX_TERMS_BYTES {
        return Err(wrong("too many bytes"));
    }
    let is_unknown = false;
    Ok(match terms_bytes::read(bytes).map_err(wrong)? {
        Some((terms, classes)) => Opened {
            terms,
            classes,
            is_unknown,
        },
        None => Opened {
            is_unknown: true,
            ..Opened::default()
        },
    })
}

impl Offers {
    /// The shop's promotions, delivery methods and taxes, as they were read when the part was opened.
    pub fn terms(&self) -> &Terms {
        &self.opened().terms
    }

    /// Whether there are terms that this version cannot read. Nothing may be sold then: what it costs is not known.
    pub fn terms_are_unknown(&self) -> bool {
        self.opened().is_unknown
    }

    /// The tax classes that variants have, sorted.
    pub fn tax_classes(&self) -> &[String] {
        &self.opened().classes
    }

    /// The tax class of the variant at a row; empty if none is stated.
    pub fn tax_class(&self, row: u32) -> &str {
        let class = self.goods(row).tax_class;
        let class = class.and_then(|class| self.opened().classes.get(class as usize));
        class.map_or("", String::as_str)
    }

    /// Grams of one unit of the variant at a row, if known.
    pub fn weight(&self, row: u32) -> Option<u32> {
        self.goods(row).weight
    }

    /// Weight and class of the variant at a row.
    pub fn goods(&self, row: u32) -> Goods {
        let rows = self
            .part()
            .rows::<VariantGoodsRecord>(section::VARIANT_GOODS);
        let stated = |field: U32, none: u32| Some(field.get()).filter(|&value| value != none);
        rows.get(row).map_or(Goods::default(), |record| Goods {
            weight: stated(record.weight, NO_WEIGHT),
            tax_class: stated(record.tax_class, NO_TAX_CLASS),
        })
    }
}
