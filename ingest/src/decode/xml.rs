//! Records as elements of an XML document, wherever they stand: each becomes an object.
//!
//! Nothing outside the document is ever read, and no document may declare entities: what `&name;` means is fixed (XML's
//! five, and those of HTML).
//!
//! A record is read event by event through a reader that bounds it. What lies whole in that reader's buffer is taken
//! from there at once, which needs no copies; what is cut off or wrong is left to the events, so that there is one place
//! that says what is wrong.

use super::counted::Counted;
use super::element::{Builder, Frame, Meaning, Wrong, check_declarations, meaning};
use super::error::{DecodeError, Place, Stop, stopped};
use super::flaw::Flaw;
use super::outline::Seen;
use super::records::{Origin, Record};
use super::text::Utf8;
use super::unpack;
use crate::config::{SourceLimits, Xml};
use encoding_rs::Encoding;
use quick_xml::events::Event;
use quick_xml::reader::Reader;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, Read};
use std::sync::Arc;

type Stream = Counted<Utf8<Box<dyn Read + Send>>>;

/// A page of elements, read from front to back.
pub(super) struct Elements {
    reader: Reader<Stream>,
    buffer: Vec<u8>,
    entry: unpack::Entry,
    builder: Builder,
    paths: Vec<Path>,
    limits: SourceLimits,
    /// `/rss/channel`: where the next event stands.
    at: String,
    root: Option<String>,
    /// Whether an element that could hold records, or a record, was there.
    is_found: bool,
    record_bytes: usize,
}

/// Where records are.
struct Path {
    steps: String,
    /// Anywhere, not only from the root.
    is_anywhere: bool,
}

/// What happened in the page.
enum Step {
    Open(Frame, bool),
    Close,
    /// Text that is not only white space.
    Text,
    Nothing,
    End,
}

/// The encoding that an XML declaration names.
pub(super) fn declared(head: &[u8]) -> Option<&'static Encoding> {
    let head = head.trim_ascii_start().strip_prefix(b"<?xml")?;
    let end = head.windows(2).position(|two| two == b"?>")?;
    let text = std::str::from_utf8(&head[..end]).ok()?;
    let (_, value) = text.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value
        .chars()
        .next()
        .filter(|first| "\"'".contains(*first))?;
    let encoding = Encoding::for_label(value[1..].split(quote).next()?.as_bytes())?;
    // A declaration that can be read like this is not written in UTF-16, though some programs always say so.
    Some(encoding.output_encoding())
}

impl Elements {
    /// Begins a page.
    pub(super) fn open(
        stream: Utf8<Box<dyn Read + Send>>,
        entry: unpack::Entry,
        paths: &str,
        xml: &Xml,
        limits: &SourceLimits,
    ) -> Self {
        let mut reader = Reader::from_reader(Counted::new(stream));
        // "Tom & Jerry" is no XML, but nothing else can be meant.
        reader.config_mut().allow_dangling_amp = true;
        reader.config_mut().expand_empty_elements = false;
        let path = |path: &str| {
            let path = path.trim();
            let is_anywhere = path.starts_with("//");
            Path {
                steps: path[usize::from(is_anywhere)..].to_owned(),
                is_anywhere,
            }
        };
        Self {
            reader,
            buffer: Vec::new(),
            entry,
            builder: Builder::new(xml, limits.max_depth),
            paths: paths.split('|').map(path).collect(),
            limits: *limits,
            at: String::new(),
            root: None,
            is_found: false,
            record_bytes: 0,
        }
    }

    /// Bytes of the latest record in its page.
    pub(super) fn record_bytes(&self) -> usize {
        self.record_bytes
    }

    /// The next record, if there is one.
    pub(super) fn next(
        &mut self,
        page: &Arc<str>,
        number: u64,
    ) -> Result<Option<Record>, DecodeError> {
        loop {
            self.reader.get_mut().allow(self.limits.max_record_bytes);
            let begin = self.reader.get_ref().bytes();
            match self.step(number)? {
                Step::End => return self.end().map(|()| None),
                Step::Open(frame, is_empty) => {
                    if self.at.is_empty() && self.root.is_some() {
                        return Err(self.syntax(number, "there is a second root element"));
                    }
                    self.enter(&frame.name)?;
                    let is_record = self.is_record();
                    let line = self.reader.get_mut().count();
                    if is_record {
                        let (value, flaw) = self.record(frame, is_empty, number)?;
                        let bytes = self.reader.get_ref().bytes() - begin;
                        self.record_bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
                        self.leave();
                        let origin = Origin {
                            page: Arc::clone(page),
                            record: number,
                            line,
                        };
                        return Ok(Some(Record {
                            origin,
                            value,
                            flaw: flaw.map(Flaw::from),
                        }));
                    }
                    if is_empty {
                        self.leave();
                    }
                }
                Step::Close => self.leave(),
                Step::Text if self.at.is_empty() => {
                    return Err(self.syntax(number, "there is text outside of its root element"));
                }
                Step::Text | Step::Nothing => {}
            }
        }
    }

    /// All elements by their paths, up to so many paths.
    pub(super) fn outline(mut self, most: usize) -> Result<BTreeMap<String, Seen>, DecodeError> {
        let mut paths: BTreeMap<String, Seen> = BTreeMap::new();
        loop {
            self.reader.get_mut().allow(self.limits.max_record_bytes);
            match self.step(0)? {
                Step::End => return Ok(paths),
                Step::Close => self.leave(),
                Step::Open(frame, is_empty) => {
                    if let Some(parent) = paths.get_mut(&self.at) {
                        parent.has_parts = true;
                    }
                    self.enter(&frame.name)?;
                    if paths.len() < most || paths.contains_key(&self.at) {
                        let seen = paths.entry(self.at.clone()).or_default();
                        seen.count += 1;
                        seen.has_parts |= !frame.fields.is_empty();
                    }
                    if is_empty {
                        self.leave();
                    }
                }
                Step::Text | Step::Nothing => {}
            }
        }
    }

    /// The element that begins here, up to its end.
    fn record(
        &mut self,
        first: Frame,
        is_empty: bool,
        number: u64,
    ) -> Result<(Value, Option<String>), DecodeError> {
        self.builder.begin(first);
        if is_empty {
            let value = self.builder.close().unwrap_or_default();
            return Ok((value, None));
        }
        self.take_children();
        let mut buffer = std::mem::take(&mut self.buffer);
        let value = loop {
            buffer.clear();
            // By reference: to move an event costs as much as to look at it.
            let (taken, is_after_tag) = match self.reader.read_event_into(&mut buffer) {
                Ok(ref event) => {
                    let is_after_tag = matches!(event, Event::End(_) | Event::Empty(_));
                    (self.builder.take(event), is_after_tag)
                }
                Err(error) => return Err(self.unread(error, number)),
            };
            if let Some(value) = taken.map_err(|wrong| self.told(wrong, number))? {
                break value;
            }
            if is_after_tag {
                self.take_children();
            }
        };
        self.buffer = buffer;
        Ok((value, self.builder.flaw()))
    }

    /// Takes what the buffer holds of the record, child by child. The parser must have nothing taken since a tag.
    fn take_children(&mut self) {
        if self.builder.is_between_children() {
            let taken = self.builder.take_children(self.reader.get_ref().ahead());
            self.reader.get_mut().consume(taken);
        }
    }

    fn step(&mut self, number: u64) -> Result<Step, DecodeError> {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        let step = match self.reader.read_event_into(&mut buffer) {
            Ok(event) => {
                let step = self.understood(&event);
                step.map_err(|wrong| self.told(wrong, number))
            }
            Err(error) => Err(self.unread(error, number)),
        };
        self.buffer = buffer;
        step
    }

    /// Why the library has nothing more to say.
    fn unread(&self, error: quick_xml::Error, number: u64) -> DecodeError {
        match error {
            quick_xml::Error::Io(error) => match Stop::of(&error) {
                Some(Stop::RecordTooLarge) => DecodeError::TooLarge {
                    place: self.place(),
                    record: number,
                    max_record_bytes: self.limits.max_record_bytes,
                },
                _ => stopped(self.entry.place(), &error),
            },
            error => self.syntax(number, &error.to_string()),
        }
    }

    fn told(&self, wrong: Wrong, number: u64) -> DecodeError {
        match wrong {
            Wrong::TooDeep => self.too_deep(),
            Wrong::CutOff => self.cut_off("the end of a record"),
            Wrong::Syntax(message) => self.syntax(number, &message),
        }
    }

    fn understood(&self, event: &Event<'_>) -> Result<Step, Wrong> {
        let text = |text: &str| match text.trim() {
            "" => Step::Nothing,
            _ => Step::Text,
        };
        Ok(match event {
            Event::Start(start) => Step::Open(self.builder.frame(start)?, false),
            Event::Empty(start) => Step::Open(self.builder.frame(start)?, true),
            Event::End(_) => Step::Close,
            Event::Text(said) => text(said),
            Event::CData(said) => text(said),
            Event::GeneralRef(reference) => match meaning(reference)? {
                Meaning::Text(said) => text(&said),
                Meaning::Unknown(_) => Step::Nothing,
            },
            Event::DocType(said) => {
                check_declarations(said)?;
                Step::Nothing
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => Step::Nothing,
            Event::Eof => Step::End,
        })
    }

    fn enter(&mut self, name: &str) -> Result<(), DecodeError> {
        if self.at.is_empty() {
            self.root.get_or_insert_with(|| name.to_owned());
        }
        self.at.push('/');
        self.at.push_str(name);
        if self.at.matches('/').count() > self.limits.max_depth {
            return Err(self.too_deep());
        }
        self.is_found |= self.paths.iter().any(|path| path.is_below(&self.at));
        Ok(())
    }

    fn leave(&mut self) {
        let end = self.at.rfind('/').unwrap_or(0);
        self.at.truncate(end);
    }

    fn is_record(&self) -> bool {
        self.paths.iter().any(|path| path.leads_to(&self.at))
    }

    /// The page must be whole, and have a place for records.
    fn end(&self) -> Result<(), DecodeError> {
        let Some(root) = &self.root else {
            return Err(DecodeError::Empty {
                page: self.entry.name.clone(),
                expected: "an XML document".to_owned(),
            });
        };
        if !self.at.is_empty() {
            return Err(self.cut_off(&format!("the end of `{}`", self.at)));
        }
        if !self.is_found {
            return Err(DecodeError::NoRecords {
                page: self.entry.name.clone(),
                pointer: self
                    .paths
                    .iter()
                    .map(Path::to_string)
                    .collect::<Vec<_>>()
                    .join("|"),
                detail: format!("its root element is `{root}`"),
            });
        }
        Ok(())
    }

    fn place(&self) -> Place {
        let stream = self.reader.get_ref();
        Place {
            page: self.entry.name.clone(),
            line: stream.line(),
            byte: stream.bytes(),
        }
    }

    fn syntax(&self, number: u64, message: &str) -> DecodeError {
        DecodeError::Syntax {
            place: self.place(),
            record: number,
            format: "XML",
            message: message.to_owned(),
        }
    }

    fn too_deep(&self) -> DecodeError {
        DecodeError::TooDeep {
            place: self.place(),
            max_depth: self.limits.max_depth,
        }
    }

    fn cut_off(&self, expected: &str) -> DecodeError {
        DecodeError::CutOff {
            place: self.place(),
            expected: expected.to_owned(),
        }
    }
}

impl Path {
    fn leads_to(&self, at: &str) -> bool {
        at == self.steps || self.is_anywhere && at.ends_with(&self.steps)
    }

    /// Whether records may stand in this element, or anywhere.
    fn is_below(&self, at: &str) -> bool {
        let parent = &self.steps[..self.steps.rfind('/').unwrap_or(0)];
        self.leads_to(at) || !self.is_anywhere && at == parent
    }
}

impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_anywhere {
            f.write_str("/")?;
        }
        f.write_str(&self.steps)
    }
}
