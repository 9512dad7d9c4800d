//! What the texts of a further language are written from.

use std::collections::BTreeMap;
use std::io::{self, Seek, Write};

use super::facets::TextFileRecord;
use super::heap::Heap;
use super::layout::section;
use super::locales::{
    Field, LocalColumnRecord, LocalRankRecord, LocalStringRecord, LocalTextRecord,
    LocaleCurrencyRecord, LocaleRecord,
};
use super::record::{List, StrRef, TextRef};
use super::routes::RouteRecord;
use super::tables::{WriteError, place_text, sort_routes};
use super::text::PackedFile;
use super::write::PartWriter;

/// One further language; texts may be added in any order.
#[derive(Debug, Default)]
pub struct LocalTables {
    /// BCP 47 tag.
    pub tag: String,
    /// ISO 4217 code of what its prices are in; empty for the shop's own currency.
    pub currency: String,
    /// Short texts: field, row, text.
    pub strings: Vec<(Field, u32, StrRef)>,
    /// Long texts: field, row, text.
    pub texts: Vec<(Field, u32, TextRef)>,
    /// Paths that are others than the shop's own; sorted when written.
    pub routes: Vec<RouteRecord>,
    /// One for each product, or none.
    pub names: Vec<LocalRankRecord>,
    /// Sorted by name; none for the shop's own index.
    pub text_files: Vec<PackedFile>,
}

/// The sections of all further languages.
#[derive(Debug, Default)]
pub(super) struct LocalSections {
    locales: Vec<LocaleRecord>,
    columns: Vec<LocalColumnRecord>,
    strings: Vec<LocalStringRecord>,
    texts: Vec<LocalTextRecord>,
    routes: Vec<RouteRecord>,
    text_files: Vec<TextFileRecord>,
    /// The files' bytes, and where the last of them ends.
    text_index: (Vec<PackedFile>, u64),
    ranks: Vec<LocalRankRecord>,
    currencies: Vec<LocaleCurrencyRecord>,
}

impl LocalSections {
    /// Lays languages one after another and each in its order.
    pub(super) fn lay_out(
        locales: &mut [LocalTables],
        strings: &mut Heap,
    ) -> Result<Self, WriteError> {
        let mut all = Self::default();
        for locale in locales {
            let columns = all.columns(locale);
            sort_routes(&mut locale.routes, strings);
            let routes = appended(&mut all.routes, &locale.routes);
            let names = appended(&mut all.ranks, &locale.names);
            let files = place_text(strings, &locale.text_files, &mut all.text_index.1)?;
            let text_files = appended(&mut all.text_files, &files);
            all.locales.push(LocaleRecord {
                tag: strings.string(&locale.tag)?,
                columns,
                routes,
                names,
                text_files,
            });
            let mut currency = [0; 4];
            for (to, from) in currency.iter_mut().zip(locale.currency.bytes().take(3)) {
                *to = from;
            }
            all.currencies.push(LocaleCurrencyRecord { currency });
            all.text_index.0.append(&mut locale.text_files);
        }
        Ok(all)
    }

    /// Writes the sections in the order of their numbers.
    pub(super) fn write<W: Write + Seek>(&self, writer: &mut PartWriter<W>) -> io::Result<()> {
        writer.rows(section::LOCALES, &self.locales)?;
        writer.rows(section::LOCAL_COLUMNS, &self.columns)?;
        writer.rows(section::LOCAL_STRINGS, &self.strings)?;
        writer.rows(section::LOCAL_TEXTS, &self.texts)?;
        writer.rows(section::LOCAL_ROUTES, &self.routes)?;
        writer.rows(section::LOCAL_TEXT_FILES, &self.text_files)?;
        let files = self.text_index.0.iter();
        writer.files(
            section::LOCAL_TEXT_INDEX,
            files.map(|file| file.bytes.as_slice()),
        )?;
        writer.rows(section::LOCAL_RANKS, &self.ranks)?;
        writer.rows(section::LOCALE_CURRENCIES, &self.currencies)
    }

    fn columns(&mut self, locale: &mut LocalTables) -> List<{ section::LOCAL_COLUMNS }> {
        let mut columns: BTreeMap<Field, LocalColumnRecord> = BTreeMap::new();
        for (field, own) in by_field(&mut locale.strings) {
            let rows = own.iter().map(|&(_, row, text)| LocalStringRecord {
                row: row.into(),
                text,
            });
            let list = appended(&mut self.strings, &rows.collect::<Vec<_>>());
            columns.entry(field).or_insert(empty(field)).strings = list;
        }
        for (field, own) in by_field(&mut locale.texts) {
            let rows = own.iter().map(|&(_, row, text)| LocalTextRecord {
                row: row.into(),
                text,
            });
            let list = appended(&mut self.texts, &rows.collect::<Vec<_>>());
            columns.entry(field).or_insert(empty(field)).texts = list;
        }
        let columns: Vec<_> = columns.into_values().collect();
        appended(&mut self.columns, &columns)
    }
}

/// The texts of each field, by row. Of two for one place, the first counts.
fn by_field<T>(
    texts: &mut Vec<(Field, u32, T)>,
) -> impl Iterator<Item = (Field, &[(Field, u32, T)])> {
    texts.sort_by_key(|&(field, row, _)| (field, row));
    texts.dedup_by_key(|&mut (field, row, _)| (field, row));
    let fields = texts.chunk_by(|a, b| a.0 == b.0);
    fields.filter_map(|own| Some((own.first()?.0, own)))
}

fn empty(field: Field) -> LocalColumnRecord {
    LocalColumnRecord {
        field: field.number().into(),
        strings: List::default(),
        texts: List::default(),
    }
}

/// Puts rows behind others, and gives the list of them.
fn appended<T: Copy, const S: u32>(all: &mut Vec<T>, more: &[T]) -> List<S> {
    let first = count(all);
    all.extend_from_slice(more);
    List::between(first, count(all))
}

fn count<T>(rows: &[T]) -> u32 {
    u32::try_from(rows.len()).unwrap_or(u32::MAX)
}
