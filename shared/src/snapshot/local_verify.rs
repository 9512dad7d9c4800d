//! §11 Verifying the further languages of a catalog: what pages and search rely on in them.

use super::SnapshotError;
use super::catalog::Catalog;
use super::facets::TextFileRecord;
use super::layout::section;
use super::locales::{
    Field, LocalColumnRecord, LocalRankRecord, LocalStringRecord, LocalTextRecord,
    LocaleCurrencyRecord, LocaleIndex, LocaleRecord, MAX_LOCALES, MAX_TAG_BYTES,
};
use super::record::{Bounds, Counts as _};
use super::routes::RouteRecord;
use super::verify::{order, sorted};

impl Catalog {
    /// Each field on its own. Versions before 1.2 have none of these sections.
    pub(super) fn verify_local_records(&self, bounds: &Bounds<'_>) -> Result<(), SnapshotError> {
        let part = &self.part;
        if !part.has(section::LOCALES) {
            return Ok(());
        }
        part.verify_rows::<LocaleRecord>(section::LOCALES, bounds)?;
        part.verify_rows::<LocalColumnRecord>(section::LOCAL_COLUMNS, bounds)?;
        part.verify_rows::<LocalStringRecord>(section::LOCAL_STRINGS, bounds)?;
        part.verify_rows::<LocalTextRecord>(section::LOCAL_TEXTS, bounds)?;
        part.verify_rows::<RouteRecord>(section::LOCAL_ROUTES, bounds)?;
        part.verify_rows::<TextFileRecord>(section::LOCAL_TEXT_FILES, bounds)?;
        part.verify_rows::<LocalRankRecord>(section::LOCAL_RANKS, bounds)?;
        self.verify_currencies(bounds)
    }

    /// Currencies are known ones, one for each language.
    fn verify_currencies(&self, bounds: &Bounds<'_>) -> Result<(), SnapshotError> {
        if !self.part.has(section::LOCALE_CURRENCIES) {
            return Ok(());
        }
        self.part
            .verify_rows::<LocaleCurrencyRecord>(section::LOCALE_CURRENCIES, bounds)?;
        let rows = self.rows::<LocaleCurrencyRecord>();
        if rows.len() != self.rows::<LocaleRecord>().len() {
            let rule = "one record for each language";
            return Err(order(section::LOCALE_CURRENCIES, rows.len(), rule));
        }
        let is_known = |row: u32, record: &LocaleCurrencyRecord| {
            record.currency == [0; 4]
                || self
                    .currency_of(LocaleIndex(row as usize + 1))
                    .is_some_and(|currency| {
                        let code = currency.code().as_bytes();
                        record.currency.starts_with(code) && record.currency.ends_with(&[0])
                    })
        };
        match (0..)
            .zip(rows.iter())
            .find(|(row, record)| !is_known(*row, record))
        {
            Some((row, _)) => Err(order(
                section::LOCALE_CURRENCIES,
                row,
                "must be an ISO 4217 code",
            )),
            None => Ok(()),
        }
    }

    /// Languages have tags, what is found by binary search in them is sorted, and what they name exists.
    pub(super) fn verify_locales(&self) -> Result<(), SnapshotError> {
        let records = self.rows::<LocaleRecord>();
        if records.len() > MAX_LOCALES {
            return Err(order(section::LOCALES, records.len(), "there are too many"));
        }
        let own = self.shop().locale;
        let mut tags = vec![own];
        for (row, record) in (0..).zip(records.iter()) {
            let tag = self.part.str(record.tag);
            let is_tag = (1..=MAX_TAG_BYTES).contains(&tag.len())
                && tag
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            if !is_tag {
                return Err(order(section::LOCALES, row, "must have a language tag"));
            }
            if tags.iter().any(|known| known.eq_ignore_ascii_case(tag)) {
                return Err(order(section::LOCALES, row, "must be another language"));
            }
            tags.push(tag);
        }
        for (row, (record, catalog)) in (0..).zip(records.iter().zip(self.locales())) {
            self.verify_columns(record)?;
            catalog.verify_routes(section::LOCAL_ROUTES, catalog.local_routes())?;
            let files = self.part.list::<TextFileRecord, _>(record.text_files);
            let names = files.iter().map(|file| self.part.str(file.name));
            sorted(section::LOCAL_TEXT_FILES, names, true)?;
            let ranks = self.part.list::<LocalRankRecord, _>(record.names).len();
            if ranks != 0 && ranks != self.product_count() {
                return Err(order(
                    section::LOCALES,
                    row,
                    "one rank for each product, or none",
                ));
            }
        }
        Ok(())
    }

    fn verify_columns(&self, locale: &LocaleRecord) -> Result<(), SnapshotError> {
        let columns = self.part.list::<LocalColumnRecord, _>(locale.columns);
        let fields = columns.iter().map(|column| column.field.get());
        sorted(section::LOCAL_COLUMNS, fields, true)?;
        for (row, column) in (0..).zip(columns.iter()) {
            let strings = self.part.list::<LocalStringRecord, _>(column.strings);
            let texts = self.part.list::<LocalTextRecord, _>(column.texts);
            let short = strings.iter().map(|text| text.row.get());
            let long = texts.iter().map(|text| text.row.get());
            sorted(section::LOCAL_STRINGS, short.clone(), true)?;
            sorted(section::LOCAL_TEXTS, long.clone(), true)?;
            // What a later version translates is for its readers to check.
            let Some(field) = Field::from_number(column.field.get()) else {
                continue;
            };
            let is_of_its_kind = match field.is_long() {
                true => strings.is_empty(),
                false => texts.is_empty(),
            };
            let (mut short, mut long) = (short, long);
            let last = short.next_back().max(long.next_back());
            let exists = last.is_none_or(|last| u64::from(last) < self.part.count(field.section()));
            if !is_of_its_kind || !exists {
                let rule = "must translate rows that exist, in the heap of its field";
                return Err(order(section::LOCAL_COLUMNS, row, rule));
            }
        }
        Ok(())
    }
}
