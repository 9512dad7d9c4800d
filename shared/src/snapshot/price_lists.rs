//! §12 Price lists in further currencies, prices that change by themselves, and prices that were: sections that version
//! 1.4 added; version 1.5 added the customer groups of lists.
//!
//! A list has a price for each variant in one currency. The first is the shop's own, whose prices stand where they
//! always stood; each further one is a run of columns.

use std::io::{self, Seek, Write};

use zerocopy::little_endian::{I64, U32};

use super::SnapshotError;
use super::layout::{FEATURE_GROUPS, section};
use super::locales::is_group;
use super::offers::NO_PRICE;
use super::part::{Part, Rows};
use super::price_order::{self, ProductPrices};
use super::record::{Bounds, Counts as _, RowRef, record};
use super::tiers::ListTier;
use super::write::PartWriter;
use crate::model::money::Currency;
use crate::totals::Terms;

/// Most price lists of a shop, its own included.
pub const MAX_PRICE_LISTS: u32 = 64;

record! {
    /// A price list.
    pub struct PriceListRecord in section::PRICE_LISTS {
        /// Letters of the ISO 4217 code and a zero; four zeros in the first list, which is in the shop's own currency.
        currency: [u8; 4],
        /// The instant that prices are as of, Unix seconds; 0 if nothing in the list changes by itself.
        as_of: I64,
        /// Where its terms begin in `LIST_TERMS`; those of the first list stand in `TERMS`.
        terms_offset: U32,
        /// Bytes of its terms; 0 for none.
        terms_length: U32,
    }
}

record! {
    /// Whose price list it is; since version 1.5.
    pub struct ListGroupRecord in section::LIST_GROUPS {
        /// The customer group: small letters and digits, then zeros; all zeros for everybody.
        group: [u8; 8],
    }
}

record! {
    /// The price of a variant in a further list.
    pub struct ListPriceRecord in section::LIST_PRICES {
        /// Minor units of the list's currency; -1 without a price.
        price: I64,
        /// Minor units; the price before, if it was higher, else 0.
        compare_at: I64,
    }
}

record! {
    /// What a further list says of a product.
    pub struct ListProductRecord in section::LIST_PRODUCTS {
        /// Lowest price of its variants in minor units, -1 without a price.
        min_price: I64,
        /// Highest price of its variants.
        max_price: I64,
        /// The price before of the cheapest variant, 0 if none.
        compare_at: I64,
        /// Position of the product in the list's price order.
        price_rank: U32,
        /// The product at this record's position in the list's price order.
        at_rank: RowRef<{ section::PRODUCT_OFFERS }>,
    }
}

record! {
    /// A price that will be.
    pub struct PriceChangeRecord in section::PRICE_CHANGES {
        /// The instant from which it holds, Unix seconds; the sort key, then list and variant.
        at: I64,
        /// Minor units from then on; -1 without a price.
        price: I64,
        /// Minor units; the price before from then on, if it was higher, else 0.
        compare_at: I64,
        /// Whose price it is.
        variant: RowRef<{ section::VARIANT_OFFERS }>,
        /// In which list.
        list: RowRef<{ section::PRICE_LISTS }>,
    }
}

record! {
    /// A price that was.
    pub struct PastPriceRecord in section::PAST_PRICES {
        /// The instant at which it ended, Unix seconds.
        until: I64,
        /// Minor units.
        price: I64,
        /// Whose price it was; the sort key is list, variant, instant.
        variant: RowRef<{ section::VARIANT_OFFERS }>,
        /// In which list.
        list: RowRef<{ section::PRICE_LISTS }>,
    }
}

/// What a variant costs in a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Prices {
    /// Minor units, if it has a price.
    pub price: Option<i64>,
    /// The higher price before.
    pub compare_at: Option<i64>,
}

/// A price from an instant on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PriceChange {
    /// The list.
    pub list: u32,
    /// Row of the variant.
    pub variant: u32,
    /// Unix seconds.
    pub at: i64,
    /// What holds from then on.
    pub prices: Prices,
}

/// A price that ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PastPrice {
    /// The list.
    pub list: u32,
    /// Row of the variant.
    pub variant: u32,
    /// When it ended, Unix seconds.
    pub until: i64,
    /// Minor units.
    pub price: i64,
}

/// A list in a further currency, as it is written.
#[derive(Clone, Debug, Default)]
pub struct ListTable {
    /// ISO 4217 code.
    pub currency: String,
    /// The customer group that it is for; empty for everybody.
    pub group: String,
    /// One for each variant.
    pub prices: Vec<Prices>,
    /// What decides what a cart in this currency costs besides its prices.
    pub terms: Terms,
}

/// What the sections of price lists are written from; the default is one list in which nothing changes.
#[derive(Clone, Debug, Default)]
pub struct PriceTables {
    /// The instant that all prices are as of; written only if anything changes by itself.
    pub as_of: i64,
    /// Further lists.
    pub lists: Vec<ListTable>,
    /// Prices that will be, in any order; sorted when written.
    pub changes: Vec<PriceChange>,
    /// Prices that were, in the order of lists, variants and instants.
    pub past: Vec<PastPrice>,
    /// What one unit costs from a quantity on, in any order; sorted when written, into a section of its own.
    pub tiers: Vec<ListTier>,
}

impl Prices {
    /// Whether a reduction is told of.
    pub fn is_reduced(self) -> bool {
        self.price
            .zip(self.compare_at)
            .is_some_and(|(price, before)| before > price)
    }

    pub(super) fn read(price: I64, compare_at: I64) -> Self {
        Self {
            price: Some(price.get()).filter(|&price| price >= 0),
            compare_at: Some(compare_at.get()).filter(|&price| price > 0),
        }
    }
}

impl PriceTables {
    /// Writes the sections; `terms` packs those of a list.
    ///
    /// # Errors
    /// The sink failed, or terms cannot be packed.
    pub(super) fn write<W: Write + Seek>(
        &self,
        writer: &mut PartWriter<W>,
        products: &[std::ops::Range<u32>],
        terms: impl Fn(&Terms) -> io::Result<Vec<u8>>,
    ) -> io::Result<()> {
        let as_of = if self.changes.is_empty() {
            0
        } else {
            self.as_of
        };
        let mut lists = vec![PriceListRecord {
            currency: [0; 4],
            as_of: as_of.into(),
            terms_offset: 0.into(),
            terms_length: 0.into(),
        }];
        let (mut prices, mut of_products, mut all_terms) = (Vec::new(), Vec::new(), Vec::new());
        for list in &self.lists {
            let bytes = terms(&list.terms)?;
            let mut currency = [0; 4];
            for (to, from) in currency.iter_mut().zip(list.currency.bytes().take(3)) {
                *to = from;
            }
            lists.push(PriceListRecord {
                currency,
                as_of: as_of.into(),
                terms_offset: length(&all_terms)?.into(),
                terms_length: length(&bytes)?.into(),
            });
            all_terms.extend(bytes);
            let of = |row: u32| list.prices.get(row as usize).copied().unwrap_or_default();
            let of_product = |rows: &std::ops::Range<u32>| ProductPrices::of(rows.clone().map(of));
            let summaries: Vec<ProductPrices> = products.iter().map(of_product).collect();
            of_products.extend(list_products(&summaries));
            prices.extend(list.prices.iter().map(|one| ListPriceRecord {
                price: one.price.unwrap_or(NO_PRICE).into(),
                compare_at: one.compare_at.unwrap_or(0).into(),
            }));
        }
        writer.rows(section::PRICE_LISTS, &lists)?;
        writer.rows(section::LIST_PRICES, &prices)?;
        writer.rows(section::LIST_PRODUCTS, &of_products)?;
        writer.bytes(section::LIST_TERMS, &all_terms)?;
        writer.rows(section::PRICE_CHANGES, &self.change_records())?;
        writer.rows(section::PAST_PRICES, &self.past_records())?;
        let groups = self.group_records();
        if !groups.is_empty() {
            writer.needs(FEATURE_GROUPS);
        }
        writer.rows(section::LIST_GROUPS, &groups)
    }

    /// One for each list, the shop's own first; none if no list is a group's.
    fn group_records(&self) -> Vec<ListGroupRecord> {
        if self.lists.iter().all(|list| list.group.is_empty()) {
            return Vec::new();
        }
        let groups = self.lists.iter().map(|list| list.group.as_str());
        let record = |name: &str| {
            let mut group = [0; 8];
            for (to, from) in group.iter_mut().zip(name.bytes()) {
                *to = from;
            }
            ListGroupRecord { group }
        };
        std::iter::once("").chain(groups).map(record).collect()
    }

    fn change_records(&self) -> Vec<PriceChangeRecord> {
        let mut changes = self.changes.clone();
        changes.sort_unstable_by_key(|change| (change.at, change.list, change.variant));
        let record = |change: &PriceChange| PriceChangeRecord {
            at: change.at.into(),
            price: change.prices.price.unwrap_or(NO_PRICE).into(),
            compare_at: change.prices.compare_at.unwrap_or(0).into(),
            variant: RowRef::new(Some(change.variant)),
            list: RowRef::new(Some(change.list)),
        };
        changes.iter().map(record).collect()
    }

    fn past_records(&self) -> Vec<PastPriceRecord> {
        let record = |past: &PastPrice| PastPriceRecord {
            until: past.until.into(),
            price: past.price.into(),
            variant: RowRef::new(Some(past.variant)),
            list: RowRef::new(Some(past.list)),
        };
        self.past.iter().map(record).collect()
    }
}

/// Records of a list's products, with both directions of its price order.
fn list_products(summaries: &[ProductPrices]) -> impl Iterator<Item = ListProductRecord> {
    let order = price_order::order(summaries.iter().map(|product| product.lowest()));
    let ranks = price_order::ranks(&order);
    let rows = summaries.iter().zip(ranks).zip(order);
    rows.map(|((product, rank), row)| ListProductRecord {
        min_price: product.lowest().unwrap_or(NO_PRICE).into(),
        max_price: product.highest().unwrap_or(NO_PRICE).into(),
        compare_at: product.compare_at.unwrap_or(0).into(),
        price_rank: rank.into(),
        at_rank: RowRef::new(Some(row)),
    })
    .collect::<Vec<_>>()
    .into_iter()
}

fn length(bytes: &[u8]) -> io::Result<u32> {
    u32::try_from(bytes.len()).map_err(io::Error::other)
}

/// The rows of one list in an opened part.
#[derive(Clone, Copy, Debug)]
pub(super) struct ListRows<'a> {
    part: &'a Part,
    list: u32,
}

impl<'a> ListRows<'a> {
    /// A list; 0 is the shop's own, which has none of these rows.
    pub(super) fn of(part: &'a Part, list: u32) -> Self {
        Self { part, list }
    }

    /// The prices of its variants.
    pub(super) fn prices(self) -> Rows<'a, ListPriceRecord> {
        self.slice(section::LIST_PRICES, section::VARIANT_OFFERS)
    }

    /// What it says of its products.
    pub(super) fn products(self) -> Rows<'a, ListProductRecord> {
        self.slice(section::LIST_PRODUCTS, section::PRODUCT_OFFERS)
    }

    /// Changes of its prices later than `from` up to `until`, by instant.
    pub(super) fn changes(
        self,
        from: i64,
        until: i64,
    ) -> impl Iterator<Item = &'a PriceChangeRecord> {
        let rows = self.part.rows::<PriceChangeRecord>(section::PRICE_CHANGES);
        let first = rows.partition_point(|change| change.at.get() <= from);
        let end = rows.partition_point(|change| change.at.get() <= until);
        let rows = rows.slice(first..end.max(first));
        rows.iter()
            .filter(move |change| change.list.get() == Some(self.list))
    }

    /// Prices that a variant had, the oldest first.
    pub(super) fn past(self, variant: u32) -> Rows<'a, PastPriceRecord> {
        let rows = self.part.rows::<PastPriceRecord>(section::PAST_PRICES);
        let key = |past: &PastPriceRecord| (past.list.0.get(), past.variant.0.get());
        let start = rows.partition_point(|past| key(past) < (self.list, variant));
        let end = rows.partition_point(|past| key(past) <= (self.list, variant));
        rows.slice(start..end.max(start))
    }

    /// Its record.
    pub(super) fn record(self) -> Option<&'a PriceListRecord> {
        self.part
            .rows::<PriceListRecord>(section::PRICE_LISTS)
            .get(self.list)
    }

    /// The customer group that it is for; none for everybody's.
    pub(super) fn group(self) -> Option<&'a str> {
        let rows = self.part.rows::<ListGroupRecord>(section::LIST_GROUPS);
        rows.get(self.list)?.name().filter(|name| !name.is_empty())
    }

    /// The bytes of its terms; empty if there are none, or no such bytes.
    pub(super) fn terms(self) -> &'a [u8] {
        let Some(record) = self.record() else {
            return &[];
        };
        let start = record.terms_offset.get() as usize;
        let end = start.saturating_add(record.terms_length.get() as usize);
        let bytes = self.part.section_bytes(section::LIST_TERMS);
        bytes.get(start..end).unwrap_or_default()
    }

    fn slice<T: super::record::Record>(self, id: u32, of: u32) -> Rows<'a, T> {
        let rows = self.part.rows::<T>(id);
        let each = u32::try_from(self.part.count(of)).unwrap_or(u32::MAX);
        let Some(before) = self.list.checked_sub(1) else {
            return rows.slice(0..0);
        };
        let start = before.saturating_mul(each);
        rows.slice(start..start.saturating_add(each))
    }
}

impl PriceListRecord {
    /// The currency, in a further list.
    pub(super) fn currency(&self) -> Option<Currency> {
        let [a, b, c, zero] = self.currency;
        let code = [a, b, c];
        let code = std::str::from_utf8(&code).ok().filter(|_| zero == 0)?;
        Currency::parse(code).ok()
    }
}

impl ListGroupRecord {
    /// The group's name, empty for everybody; none if it is no name.
    fn name(&self) -> Option<&str> {
        let length = self.group.iter().take_while(|byte| **byte != 0).count();
        let (name, rest) = self.group.split_at(length);
        let name = std::str::from_utf8(name).ok()?;
        let is_sound = rest.iter().all(|byte| *byte == 0) && (name.is_empty() || is_group(name));
        is_sound.then_some(name)
    }
}

/// How many lists a part has, the shop's own included.
pub(super) fn count(part: &Part) -> u32 {
    let lists = part.rows::<PriceListRecord>(section::PRICE_LISTS).len();
    lists.clamp(1, MAX_PRICE_LISTS)
}

/// Checks all sections of price lists, which versions before 1.4 do not have.
pub(super) fn verify(part: &Part) -> Result<(), SnapshotError> {
    if !part.has(section::PRICE_LISTS) {
        return Ok(());
    }
    let bounds = Bounds::without_texts(part);
    part.verify_rows::<PriceListRecord>(section::PRICE_LISTS, &bounds)?;
    part.verify_rows::<ListPriceRecord>(section::LIST_PRICES, &bounds)?;
    part.verify_rows::<ListProductRecord>(section::LIST_PRODUCTS, &bounds)?;
    part.verify_rows::<PriceChangeRecord>(section::PRICE_CHANGES, &bounds)?;
    part.verify_rows::<PastPriceRecord>(section::PAST_PRICES, &bounds)?;
    let lists = part.rows::<PriceListRecord>(section::PRICE_LISTS);
    let further = u64::from(lists.len().saturating_sub(1));
    let sizes = [
        (section::LIST_PRICES, section::VARIANT_OFFERS),
        (section::LIST_PRODUCTS, section::PRODUCT_OFFERS),
    ];
    for (id, of) in sizes {
        let got = part.count(id);
        if further.checked_mul(part.count(of)) != Some(got) {
            let rule = "there must be one record for each variant or product of each further list";
            return Err(layout(id, rule, got));
        }
    }
    if lists.is_empty() || lists.len() > MAX_PRICE_LISTS {
        let rule = "there must be one list, and not too many";
        return Err(layout(section::PRICE_LISTS, rule, lists.len().into()));
    }
    verify_groups(part, lists.len())?;
    verify_lists(part, lists)?;
    verify_orders(part)
}

/// One group for each list, or none at all, which is what versions before 1.5 have.
fn verify_groups(part: &Part, lists: u32) -> Result<(), SnapshotError> {
    let groups = part.rows::<ListGroupRecord>(section::LIST_GROUPS);
    if !groups.is_empty() && groups.len() != lists {
        let rule = "there must be one group for each list, or none";
        return Err(layout(section::LIST_GROUPS, rule, groups.len().into()));
    }
    for (row, record) in (0..).zip(groups.iter()) {
        let is_sound = record.name().is_some_and(|name| row > 0 || name.is_empty());
        if !is_sound {
            return Err(SnapshotError::Field {
                section: "LIST_GROUPS",
                row,
                field: "group",
                rule: "must be small letters and digits, then zeros; zeros in the first list",
            });
        }
    }
    Ok(())
}

fn verify_lists(part: &Part, lists: Rows<'_, PriceListRecord>) -> Result<(), SnapshotError> {
    let mut known: Vec<([u8; 4], Option<&str>)> = Vec::new();
    for (row, record) in (0..).zip(lists.iter()) {
        let field = |field, rule| SnapshotError::Field {
            section: "PRICE_LISTS",
            row,
            field,
            rule,
        };
        let group = ListRows::of(part, row).group();
        let is_sound = match row {
            0 => record.currency == [0; 4] && record.terms_length.get() == 0,
            _ => record.currency().is_some() && !known.contains(&(record.currency, group)),
        };
        if !is_sound {
            return Err(field(
                "currency",
                "must be an ISO 4217 code, and another one in each list of one group",
            ));
        }
        known.push((record.currency, group));
        let end = u64::from(record.terms_offset.get()) + u64::from(record.terms_length.get());
        if end > part.count(section::LIST_TERMS) {
            return Err(field("terms_length", "terms reach past their section"));
        }
        let products = ListRows::of(part, row).products();
        for (rank, product) in (0..).zip(products.iter()) {
            let at = product.at_rank.get().and_then(|row| products.get(row));
            if at.is_none_or(|product| product.price_rank.get() != rank) {
                return Err(SnapshotError::Order {
                    section: "LIST_PRODUCTS",
                    row: rank,
                    rule: "must name every product once, at its rank",
                });
            }
        }
    }
    Ok(())
}

/// What is found by binary search must be sorted.
fn verify_orders(part: &Part) -> Result<(), SnapshotError> {
    let changes = part.rows::<PriceChangeRecord>(section::PRICE_CHANGES);
    let keys = changes.iter().map(|change| {
        let (list, variant) = (change.list.0.get(), change.variant.0.get());
        (change.at.get(), list, variant)
    });
    super::verify::sorted(section::PRICE_CHANGES, keys, true)?;
    let past = part.rows::<PastPriceRecord>(section::PAST_PRICES);
    let keys = past.iter().map(|past| {
        let (list, variant) = (past.list.0.get(), past.variant.0.get());
        (list, variant, past.until.get())
    });
    super::verify::sorted(section::PAST_PRICES, keys, true)?;
    let none = |row: Option<u32>| row.is_none();
    let nobody = changes
        .iter()
        .any(|change| none(change.variant.get()) || none(change.list.get()))
        || past
            .iter()
            .any(|past| none(past.variant.get()) || none(past.list.get()));
    match nobody {
        true => Err(layout(
            section::PRICE_CHANGES,
            "a price must be of a variant in a list",
            0,
        )),
        false => Ok(()),
    }
}

fn layout(id: u32, rule: &'static str, got: u64) -> SnapshotError {
    SnapshotError::Layout {
        place: section::name(id),
        rule,
        got,
    }
}
