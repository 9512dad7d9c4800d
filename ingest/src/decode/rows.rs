//! Records as rows of separated values: each becomes an object of texts, by the names of the columns.
//!
//! A row with another number of values than there are columns may have shifted by one, and then every value in it is
//! wrong: such a record is refused, never guessed. A page that ends inside quotes was cut off, or a quote is missing
//! somewhere before: it is refused as a whole, because everything behind that quote is one value.

use super::counted::Counted;
use super::error::{DecodeError, Place, Stop, stopped};
use super::flaw::Flaw;
use super::records::{Origin, Record};
use super::scan::name;
use super::unpack::Entry;
use crate::config::{Csv, Ragged, SourceLimits};
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::io::{BufRead, Chain, Read};
use std::sync::Arc;

/// csv reads ahead by this much, which a record may therefore seem longer than it is.
const AHEAD_BYTES: usize = 64 << 10;

/// More names of columns than any export has.
const MAX_COLUMNS: usize = 10_000;

/// Comes behind a page: a row of its own, unless the page ends inside quotes. No text has a zero byte.
const END: &str = "\n\0";

type Stream = Counted<Chain<Box<dyn Read + Send>, &'static [u8]>>;

/// A page of rows, read from front to back.
pub(super) struct Rows {
    reader: csv::Reader<Stream>,
    entry: Entry,
    columns: Vec<String>,
    row: csv::StringRecord,
    /// For each column, what stood in it last, if its empty cells mean that.
    above: Vec<Option<String>>,
    csv: Csv,
    max_record_bytes: usize,
    skipped_lines: u64,
}

impl Rows {
    /// Reads up to the first row.
    pub(super) fn open(
        stream: Box<dyn Read + Send>,
        entry: Entry,
        csv: &Csv,
        limits: &SourceLimits,
    ) -> Result<Self, DecodeError> {
        let mut stream = Counted::new(stream.chain(END.as_bytes()));
        stream.allow(limits.max_record_bytes);
        for _ in 0..csv.skip_lines {
            skip_line(&mut stream, &entry, limits)?;
        }
        let skipped_lines = stream.line() - 1;
        check_begin(&mut stream, &entry, limits)?;
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(csv.separator)
            .quoting(csv.quote.is_some())
            .quote(csv.quote.unwrap_or(b'"'))
            .escape(csv.escape)
            .double_quote(csv.escape.is_none())
            .buffer_capacity(AHEAD_BYTES)
            .from_reader(stream);
        let mut rows = Self {
            reader,
            entry,
            columns: Vec::new(),
            above: Vec::new(),
            row: csv::StringRecord::new(),
            csv: csv.clone(),
            max_record_bytes: limits.max_record_bytes,
            skipped_lines,
        };
        rows.columns = match &csv.columns {
            Some(columns) => columns.clone(),
            None => rows.header()?,
        };
        if let Some(name) = csv
            .fill_down
            .iter()
            .find(|name| !rows.columns.contains(name))
        {
            return Err(DecodeError::Unexpected {
                place: rows.place(),
                expected: format!("a column `{name}` (csv.fill_down)"),
                got: rows.columns.join(", ").chars().take(200).collect(),
            });
        }
        let fills = |column| csv.fill_down.contains(column).then(String::new);
        rows.above = rows.columns.iter().map(fills).collect();
        Ok(rows)
    }

    /// The names of the columns, each once: a second `size` is `size_2`, a nameless third column `column_3`.
    fn header(&mut self) -> Result<Vec<String>, DecodeError> {
        if !self.read(0)? {
            return Err(empty(&self.entry));
        }
        if self.row.len() > MAX_COLUMNS {
            return Err(DecodeError::Unexpected {
                place: self.place(),
                expected: format!("at most {MAX_COLUMNS} columns"),
                got: self.row.len().to_string(),
            });
        }
        let mut seen = HashSet::new();
        let mut columns = Vec::with_capacity(self.row.len());
        for (at, text) in self.row.iter().enumerate() {
            let text = match text.trim() {
                "" => format!("column_{}", at + 1),
                text => text.to_owned(),
            };
            let mut name = text.clone();
            let mut times = 1;
            while !seen.insert(name.clone()) {
                times += 1;
                name = format!("{text}_{times}");
            }
            columns.push(name);
        }
        if let [only] = columns.as_slice()
            && let Some(other) = [';', ',', '\t', '|']
                .into_iter()
                .find(|&other| only.contains(other))
        {
            return Err(DecodeError::Unexpected {
                place: self.place(),
                expected: format!(
                    "names of columns with {:?} between them (separator)",
                    char::from(self.csv.separator)
                ),
                got: format!(
                    "`{}`; perhaps {other:?} is the separator",
                    only.chars().take(80).collect::<String>()
                ),
            });
        }
        Ok(columns)
    }

    /// The next record, if there is one.
    pub(super) fn next(
        &mut self,
        page: &Arc<str>,
        number: u64,
    ) -> Result<Option<Record>, DecodeError> {
        if !self.read(number)? {
            return Ok(None);
        }
        let origin = Origin {
            page: Arc::clone(page),
            record: number,
            line: self.line(self.row_position()),
        };
        let mut values = Map::new();
        for ((column, above), text) in self.columns.iter().zip(&mut self.above).zip(&self.row) {
            let text = if self.csv.trim { text.trim() } else { text };
            let text = match above {
                Some(above) if text.trim().is_empty() => above.clone(),
                Some(above) => {
                    text.clone_into(above);
                    text.to_owned()
                }
                None => text.to_owned(),
            };
            values.insert(column.clone(), Value::String(text));
        }
        let (wanted, got) = (self.columns.len(), self.row.len());
        let mut flaw = None;
        if got < wanted && self.csv.ragged == Ragged::Fill {
            for column in &self.columns[got..] {
                values.insert(column.clone(), Value::from(""));
            }
        } else if got != wanted {
            flaw = Some(format!(
                "the row has {got} values where there are {wanted} columns"
            ));
        } else if wanted > 1
            && self
                .columns
                .iter()
                .zip(&self.row)
                .all(|(name, text)| name == text.trim())
        {
            flaw = Some("the row repeats the names of the columns".to_owned());
        }
        Ok(Some(Record {
            origin,
            value: Value::Object(values),
            flaw: flaw.map(Flaw::from),
        }))
    }

    /// Bytes of the latest row, about.
    pub(super) fn row_bytes(&self) -> usize {
        self.row.as_slice().len() + self.row.len()
    }

    /// Reads a row; false at the end of the page.
    fn read(&mut self, number: u64) -> Result<bool, DecodeError> {
        let allowed = self.max_record_bytes.saturating_add(AHEAD_BYTES);
        self.reader.get_mut().allow(allowed);
        let too_large = |place| DecodeError::TooLarge {
            place,
            record: number,
            max_record_bytes: self.max_record_bytes,
        };
        match self.reader.read_record(&mut self.row) {
            Ok(true) if self.row.as_slice().len() > self.max_record_bytes => {
                Err(too_large(self.place()))
            }
            Ok(found) => Ok(found && !self.is_end(number)?),
            Err(error) => {
                let place = self.before();
                match error.into_kind() {
                    csv::ErrorKind::Io(error) => match Stop::of(&error) {
                        Some(Stop::RecordTooLarge) => Err(too_large(place)),
                        _ => Err(stopped(self.entry.place(), &error)),
                    },
                    other => Err(DecodeError::Syntax {
                        place,
                        record: number,
                        format: "CSV",
                        message: format!("{other:?}"),
                    }),
                }
            }
        }
    }

    /// Whether the latest row is the one that comes behind the page, as it must.
    fn is_end(&self, number: u64) -> Result<bool, DecodeError> {
        match self.row.iter().next_back() {
            Some("\0") if self.row.len() == 1 => Ok(true),
            Some(last) if last.ends_with('\0') => Err(DecodeError::CutOff {
                place: self.place(),
                expected: format!(
                    "the closing quote of a value in record {number}, which begins here,"
                ),
            }),
            _ => Ok(false),
        }
    }

    /// Where the latest row begins.
    fn place(&self) -> Place {
        self.at(self.row_position())
    }

    fn row_position(&self) -> &csv::Position {
        self.row
            .position()
            .unwrap_or_else(|| self.reader.position())
    }

    /// Where the next row begins.
    fn before(&self) -> Place {
        self.at(self.reader.position())
    }

    fn at(&self, position: &csv::Position) -> Place {
        Place {
            page: self.entry.name.clone(),
            line: self.line(position),
            byte: position.byte(),
        }
    }

    /// The line of the page: csv counts from where it began to read.
    fn line(&self, position: &csv::Position) -> u64 {
        position.line() + self.skipped_lines
    }
}

fn skip_line(stream: &mut Stream, entry: &Entry, limits: &SourceLimits) -> Result<(), DecodeError> {
    stream.allow(limits.max_record_bytes);
    loop {
        let ahead = stream
            .fill_buf()
            .map_err(|error| stopped(entry.place(), &error))?;
        if ahead.is_empty() {
            return Ok(());
        }
        let end = memchr::memchr(b'\n', ahead);
        let amount = end.map_or(ahead.len(), |end| end + 1);
        stream.consume(amount);
        if end.is_some() {
            return Ok(());
        }
    }
}

/// A page that begins with a bracket is no CSV, but what a back end says instead of it.
fn check_begin(
    stream: &mut Stream,
    entry: &Entry,
    limits: &SourceLimits,
) -> Result<(), DecodeError> {
    stream.allow(limits.max_record_bytes);
    let place = |stream: &Stream| Place {
        page: entry.name.clone(),
        line: stream.line(),
        byte: stream.bytes(),
    };
    let ahead = stream
        .fill_buf()
        .map_err(|error| stopped(entry.place(), &error))?;
    // The first zero byte is what comes behind the page.
    let text = ahead.split(|&byte| byte == 0).next().unwrap_or_default();
    match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None if text.len() < 1024 => Err(empty(entry)),
        Some(&byte @ (b'<' | b'{' | b'[')) => Err(DecodeError::Unexpected {
            place: place(stream),
            expected: "rows of separated values (format = \"csv\")".to_owned(),
            got: name(byte),
        }),
        _ => Ok(()),
    }
}

fn empty(entry: &Entry) -> DecodeError {
    DecodeError::Empty {
        page: entry.name.clone(),
        expected: "rows of separated values".to_owned(),
    }
}
