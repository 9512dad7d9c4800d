//! The records of a feed as an iterator, over all its pages.
//!
//! It ends after the last record or after the first error, whichever comes first.

use super::array::Array;
use super::error::stopped;
use super::error::{DecodeError, Place};
use super::flaw::Flaw;
use super::lines::Container;
use super::rows::Rows;
use super::scan::{Copied, Scanner};
use super::text;
use super::unpack::{self, Entry};
use super::xml::{self, Elements};
use crate::config::{Decoding, Format, Source, SourceLimits};
use crate::fetch::RawPage;
use serde_json::Value;
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// One record of a back end, in its own shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Where it came from.
    pub origin: Origin,
    /// What it says.
    pub value: Value,
    /// Why it must not be used, although what comes after it may be.
    pub flaw: Option<Flaw>,
}

/// Where a record came from, for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The page's address.
    pub page: Arc<str>,
    /// Its number in the feed, from 0.
    pub record: u64,
    /// The line of the page where it begins, from 1.
    pub line: u64,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "record {} ({} line {})",
            self.record, self.page, self.line
        )
    }
}

/// A line of a feed of lines, not parsed yet: UTF-8, and surely no line of its container.
#[derive(Debug)]
pub struct Line {
    /// Where it came from.
    pub origin: Origin,
    /// What it says.
    pub text: String,
    place: Place,
    max_depth: usize,
}

/// A record, or a line that may be one as it is.
#[derive(Debug)]
pub enum Raw {
    /// What had to be parsed here.
    Record(Record),
    /// What others may parse, or need not.
    Line(Line),
}

impl Line {
    /// The record that the line holds.
    ///
    /// # Errors
    /// It is no JSON, or too deep.
    pub fn record(self) -> Result<Record, DecodeError> {
        let value = parse(self.text.as_bytes(), self.place.clone(), &self.origin)?;
        if depth_exceeds(&value, self.max_depth) {
            return Err(too_deep(self.place, self.max_depth));
        }
        Ok(Record {
            origin: self.origin,
            value,
            flaw: None,
        })
    }
}

/// Reads the records of a source's pages.
pub fn records(pages: &[RawPage], source: &Source) -> Records {
    Records {
        pages: VecDeque::from(pages.to_vec()),
        entries: VecDeque::new(),
        decoding: source.decoding.clone(),
        limits: source.limits,
        is_completed: source.request.expand.is_some(),
        unpacked: Arc::default(),
        current: None,
        container: Container::default(),
        count: 0,
        buffer: Vec::new(),
        latest_bytes: 0,
        is_done: false,
    }
}

/// The records of a feed, in order.
pub struct Records {
    pages: VecDeque<RawPage>,
    /// What is left to read of the latest page.
    entries: VecDeque<Entry>,
    decoding: Decoding,
    limits: SourceLimits,
    /// Whether ingest wrote these lines, so that some may stand for records that are not there.
    is_completed: bool,
    /// Bytes that came out of packed pages.
    unpacked: Arc<AtomicU64>,
    current: Option<(Arc<str>, Page)>,
    container: Container,
    count: u64,
    buffer: Vec<u8>,
    /// Bytes of the latest line that was not copied to the buffer.
    latest_bytes: usize,
    is_done: bool,
}

enum Page {
    Array(Array),
    Lines(Scanner),
    Rows(Box<Rows>),
    Elements(Box<Elements>),
}

impl Iterator for Records {
    type Item = Result<Record, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let next = self.advance().transpose();
        self.is_done = !matches!(next, Some(Ok(_)));
        next
    }
}

impl Records {
    /// Whether the feed, as far as it was read, only brings changes.
    pub fn is_delta(&self) -> bool {
        self.container.is_delta()
    }

    /// Bytes that the latest record takes in its page.
    pub fn record_bytes(&self) -> usize {
        match &self.current {
            Some((_, Page::Rows(rows))) => rows.row_bytes(),
            Some((_, Page::Elements(elements))) => elements.record_bytes(),
            Some((_, Page::Lines(_))) if self.latest_bytes > 0 => self.latest_bytes,
            _ => self.buffer.len(),
        }
    }

    /// The next record, if possible without parsing it.
    pub fn next_raw(&mut self) -> Option<Result<Raw, DecodeError>> {
        if self.is_done {
            return None;
        }
        let next = match self.raw_line() {
            Ok(Some(line)) => return Some(Ok(Raw::Line(line))),
            Ok(None) => self.next().map(|record| record.map(Raw::Record)),
            Err(error) => Some(Err(error)),
        };
        self.is_done = !matches!(next, Some(Ok(_)));
        next
    }

    /// The next line, if it is surely a record whose kind nobody has to count.
    fn raw_line(&mut self) -> Result<Option<Line>, DecodeError> {
        let limit = self.limits.max_record_bytes;
        let Some((page, Page::Lines(scanner))) = &mut self.current else {
            return Ok(None);
        };
        if self.is_completed || self.count >= self.limits.max_records {
            return Ok(None);
        }
        let Some(line) = scanner.whole_line(limit)? else {
            return Ok(None);
        };
        let Some(text) = self.container.plain(line) else {
            return Ok(None);
        };
        let (text, place) = (text.to_owned(), scanner.place());
        let origin = Origin {
            page: Arc::clone(page),
            record: self.count,
            line: place.line,
        };
        scanner.skip_line(text.len());
        self.count += 1;
        self.latest_bytes = text.len();
        Ok(Some(Line {
            origin,
            text,
            place,
            max_depth: self.limits.max_depth,
        }))
    }

    fn advance(&mut self) -> Result<Option<Record>, DecodeError> {
        loop {
            let Some((name, mut page)) = self.current.take() else {
                let Some(entry) = self.next_entry()? else {
                    return Ok(None);
                };
                self.current = Some((Arc::from(entry.name.as_str()), self.open(entry)?));
                continue;
            };
            let found = match &mut page {
                Page::Array(array) => self.element(&name, array)?,
                Page::Lines(scanner) => self.line(&name, scanner)?,
                Page::Rows(rows) => rows.next(&name, self.count)?,
                Page::Elements(elements) => elements.next(&name, self.count)?,
            };
            if found.is_some() {
                if matches!(page, Page::Rows(_) | Page::Elements(_)) {
                    self.check_count(&name)?;
                    self.count += 1;
                }
                self.current = Some((name, page));
                return Ok(found);
            }
            if self.pages.is_empty() && self.entries.is_empty() {
                self.container
                    .close()
                    .map_err(|message| DecodeError::Container {
                        page: name.to_string(),
                        message,
                    })?;
            }
        }
    }

    fn next_entry(&mut self) -> Result<Option<Entry>, DecodeError> {
        while self.entries.is_empty() {
            let Some(raw) = self.pages.pop_front() else {
                return Ok(None);
            };
            self.entries = unpack::entries(&raw, &self.decoding)?.into();
        }
        Ok(self.entries.pop_front())
    }

    fn open(&self, entry: Entry) -> Result<Page, DecodeError> {
        let raw = entry.open(&self.limits, &self.unpacked)?;
        let failed = |error: std::io::Error| stopped(entry.place(), &error);
        let encoding = self.decoding.encoding;
        let max_depth = self.limits.max_depth;
        match self.decoding.format {
            Format::Csv => {
                let stream = Box::new(text::utf8(raw, encoding, |_| None).map_err(failed)?);
                let rows = Rows::open(stream, entry, &self.decoding.csv, &self.limits)?;
                Ok(Page::Rows(Box::new(rows)))
            }
            Format::Xml => {
                let stream = text::utf8(raw, encoding, xml::declared).map_err(failed)?;
                let Decoding { records, xml, .. } = &self.decoding;
                let elements = Elements::open(stream, entry, records, xml, &self.limits);
                Ok(Page::Elements(Box::new(elements)))
            }
            Format::Json | Format::Ndjson => {
                // Without a setting JSON is UTF-8, and is judged record by record.
                let stream = match encoding {
                    None => raw,
                    Some(_) => Box::new(text::utf8(raw, encoding, |_| None).map_err(failed)?),
                };
                let scanner = Scanner::open(stream, entry, max_depth)?;
                if self.decoding.format == Format::Ndjson {
                    return lines(scanner);
                }
                Ok(Page::Array(Array::open(scanner, &self.decoding.records)?))
            }
        }
    }

    fn element(
        &mut self,
        page: &Arc<str>,
        array: &mut Array,
    ) -> Result<Option<Record>, DecodeError> {
        if !array.advance()? {
            return Ok(None);
        }
        self.check_count(page)?;
        let begin = array.scanner().place();
        let origin = Origin {
            page: Arc::clone(page),
            record: self.count,
            line: begin.line,
        };
        if let Copied::TooLarge = array.copy(&mut self.buffer, self.limits.max_record_bytes)? {
            return Err(self.too_large(begin, &origin));
        }
        let value = parse(&self.buffer, begin, &origin)?;
        self.count += 1;
        Ok(Some(Record {
            origin,
            value,
            flaw: None,
        }))
    }

    fn line(
        &mut self,
        page: &Arc<str>,
        scanner: &mut Scanner,
    ) -> Result<Option<Record>, DecodeError> {
        loop {
            let begin = scanner.place();
            // A line that is one byte too long is seen as such by asking for one byte more.
            let limit = self.limits.max_record_bytes;
            self.latest_bytes = 0;
            let Some(copied) = scanner.line(&mut self.buffer, limit)? else {
                return Ok(None);
            };
            let origin = Origin {
                page: Arc::clone(page),
                record: self.count,
                line: begin.line,
            };
            if let Copied::TooLarge = copied {
                return Err(self.too_large(begin, &origin));
            }
            if self.buffer.trim_ascii().is_empty() {
                continue;
            }
            let value = parse(&self.buffer, begin.clone(), &origin)?;
            if depth_exceeds(&value, self.limits.max_depth) {
                return Err(too_deep(begin, self.limits.max_depth));
            }
            let flaw = match self.is_completed {
                true => Flaw::of(&value),
                false => None,
            };
            let is_record =
                self.container
                    .admit(&value)
                    .map_err(|message| DecodeError::Container {
                        page: page.to_string(),
                        message,
                    })?;
            if is_record {
                self.check_count(page)?;
                self.count += 1;
                return Ok(Some(Record {
                    origin,
                    value,
                    flaw,
                }));
            }
        }
    }

    fn check_count(&self, page: &Arc<str>) -> Result<(), DecodeError> {
        if self.count >= self.limits.max_records {
            return Err(DecodeError::TooMany {
                page: page.to_string(),
                max_records: self.limits.max_records,
            });
        }
        Ok(())
    }

    fn too_large(&self, place: Place, origin: &Origin) -> DecodeError {
        DecodeError::TooLarge {
            place,
            record: origin.record,
            max_record_bytes: self.limits.max_record_bytes,
        }
    }
}

/// A page with one record per line.
fn lines(mut scanner: Scanner) -> Result<Page, DecodeError> {
    match scanner.peek()? {
        None => Err(DecodeError::Empty {
            page: scanner.page().to_owned(),
            expected: "one record per line".to_owned(),
        }),
        Some(b'{') => Ok(Page::Lines(scanner)),
        Some(byte) => Err(scanner.unexpected("one object per line (format = \"ndjson\")", byte)),
    }
}

fn parse(bytes: &[u8], begin: Place, origin: &Origin) -> Result<Value, DecodeError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let mut place = begin.clone();
        place.byte += error.valid_up_to() as u64;
        DecodeError::Charset { place }
    })?;
    serde_json::from_str(text).map_err(|error| {
        let mut place = begin;
        place.line += (error.line() as u64).saturating_sub(1);
        let column = u64::try_from(error.column()).unwrap_or_default();
        // Within the first line of the record the column is an offset; further down the line number has to do.
        if error.line() <= 1 {
            place.byte += column.saturating_sub(1);
        }
        DecodeError::Syntax {
            place,
            record: origin.record,
            format: "JSON",
            message: error.to_string(),
        }
    })
}

fn too_deep(place: Place, max_depth: usize) -> DecodeError {
    DecodeError::TooDeep { place, max_depth }
}

fn depth_exceeds(value: &Value, allowed: usize) -> bool {
    match value {
        // Even an empty container is one level.
        Value::Array(_) | Value::Object(_) if allowed == 0 => true,
        Value::Array(items) => items.iter().any(|item| depth_exceeds(item, allowed - 1)),
        Value::Object(fields) => fields.values().any(|item| depth_exceeds(item, allowed - 1)),
        _ => false,
    }
}
