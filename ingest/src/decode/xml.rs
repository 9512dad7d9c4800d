//! Records as elements of an XML document, wherever they stand: each becomes an object.
//!
//! An attribute is `@name`, text beside attributes or children `#text`, an element with text only is that text, and an
//! element that comes several times is a list. Nothing outside the document is ever read, and no document may declare
//! entities: what `&name;` means is fixed (XML's five, and those of HTML).

use super::counted::Counted;
use super::error::{DecodeError, Place, Stop, stopped};
use super::outline::Seen;
use super::records::{Origin, Record};
use super::text::Utf8;
use super::unpack::Entry;
use crate::config::{SourceLimits, Xml};
use encoding_rs::Encoding;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_html5_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

type Stream = Counted<Utf8<Box<dyn Read + Send>>>;

/// A page of elements, read from front to back.
pub(super) struct Elements {
    reader: Reader<Stream>,
    buffer: Vec<u8>,
    entry: Entry,
    xml: Xml,
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

/// An element of a record, not yet closed.
#[derive(Default)]
struct Frame {
    name: String,
    fields: Map<String, Value>,
    text: String,
}

/// What happened in the page.
enum Step {
    Open(Frame, bool),
    Close,
    Text(String),
    Flaw(String),
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
        entry: Entry,
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
            xml: xml.clone(),
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
                    let line = self.reader.get_ref().line();
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
                            flaw,
                        }));
                    }
                    if is_empty {
                        self.leave();
                    }
                }
                Step::Close => self.leave(),
                Step::Text(text) if self.at.is_empty() && !text.trim().is_empty() => {
                    return Err(self.syntax(number, "there is text outside of its root element"));
                }
                Step::Text(_) | Step::Flaw(_) | Step::Nothing => {}
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
                Step::Text(_) | Step::Flaw(_) | Step::Nothing => {}
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
        let mut flaw = None;
        if is_empty {
            return Ok((object(first), flaw));
        }
        let mut frames = vec![first];
        loop {
            let step = self.step(number)?;
            let depth = frames.len();
            let Some(frame) = frames.last_mut() else {
                return Err(self.syntax(number, "it ends twice"));
            };
            match step {
                Step::Text(text) => frame.text.push_str(&text),
                Step::Flaw(found) => drop(flaw.get_or_insert(found)),
                Step::Open(child, true) => {
                    let (name, value) = closed(child);
                    self.add(frame, name, value);
                }
                Step::Open(child, false) if depth < self.limits.max_depth => frames.push(child),
                Step::Open(..) => return Err(self.too_deep()),
                Step::Close if depth == 1 => {
                    return Ok((object(frames.pop().unwrap_or_default()), flaw));
                }
                Step::Close => {
                    let (name, value) = closed(frames.pop().unwrap_or_default());
                    if let Some(parent) = frames.last_mut() {
                        self.add(parent, name, value);
                    }
                }
                Step::End => return Err(self.cut_off("the end of a record")),
                Step::Nothing => {}
            }
        }
    }

    /// Adds a child; one that is there already makes a list.
    fn add(&self, frame: &mut Frame, name: String, value: Value) {
        match frame.fields.get_mut(&name) {
            Some(Value::Array(items)) => items.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
            None if self.xml.lists.contains(&name) => {
                frame.fields.insert(name, Value::Array(vec![value]));
            }
            None => drop(frame.fields.insert(name, value)),
        }
    }

    fn step(&mut self, number: u64) -> Result<Step, DecodeError> {
        self.buffer.clear();
        let mut buffer = std::mem::take(&mut self.buffer);
        let step = match self.reader.read_event_into(&mut buffer) {
            Ok(event) => self.understood(event).map_err(Some),
            Err(quick_xml::Error::Io(error)) => Err(match Stop::of(&error) {
                Some(Stop::RecordTooLarge) => Some(Wrong::TooLarge),
                _ => Some(Wrong::Reader(stopped(self.entry.place(), &error))),
            }),
            Err(error) => Err(Some(Wrong::Syntax(error.to_string()))),
        };
        self.buffer = buffer;
        step.map_err(|wrong| match wrong {
            Some(Wrong::Reader(error)) => error,
            Some(Wrong::Syntax(message)) => self.syntax(number, &message),
            Some(Wrong::TooLarge) | None => DecodeError::TooLarge {
                place: self.place(),
                record: number,
                max_record_bytes: self.limits.max_record_bytes,
            },
        })
    }

    fn understood(&self, event: Event<'_>) -> Result<Step, Wrong> {
        Ok(match event {
            Event::Start(start) => Step::Open(self.frame(&start)?, false),
            Event::Empty(start) => Step::Open(self.frame(&start)?, true),
            Event::End(_) => Step::Close,
            Event::Text(text) => Step::Text(text.xml10_content().into_owned()),
            Event::CData(text) => Step::Text(text.xml10_content().into_owned()),
            Event::GeneralRef(reference) => resolved(&reference)?,
            Event::DocType(text) if text.contains("<!ENTITY") => {
                return Err(Wrong::Syntax(
                    "the document declares entities, which are not expanded".to_owned(),
                ));
            }
            Event::DocType(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => Step::Nothing,
            Event::Eof => Step::End,
        })
    }

    /// An element with its attributes. What only declares namespaces is left out.
    fn frame(&self, start: &BytesStart<'_>) -> Result<Frame, Wrong> {
        let name = self.name(start.name().as_ref()).to_owned();
        let mut fields = Map::new();
        // The library looks for repeated attributes by comparing each with each; the map does it better.
        for attribute in start.attributes().with_checks(false) {
            let attribute = attribute.map_err(|error| Wrong::Syntax(error.to_string()))?;
            let key = attribute.key.as_ref();
            if key == "xmlns" || key.starts_with("xmlns:") {
                continue;
            }
            let value = attribute
                .normalized_value_with(XmlVersion::Implicit1_0, 1, resolve_html5_entity)
                .map_err(|error| Wrong::Syntax(format!("attribute `{key}`: {error}")))?;
            let key = format!("@{}", self.name(key));
            if fields
                .insert(key.clone(), Value::from(value.into_owned()))
                .is_some()
            {
                return Err(Wrong::Syntax(format!(
                    "element `{name}` has two attributes `{}`",
                    &key[1..]
                )));
            }
        }
        Ok(Frame {
            name,
            fields,
            text: String::new(),
        })
    }

    fn name<'a>(&self, name: &'a str) -> &'a str {
        if self.xml.keeps_prefixes {
            return name;
        }
        name.rsplit(':').next().unwrap_or(name)
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

/// Why a step could not be made.
enum Wrong {
    Reader(DecodeError),
    Syntax(String),
    TooLarge,
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

fn resolved(reference: &BytesRef<'_>) -> Result<Step, Wrong> {
    let character = reference
        .resolve_char_ref()
        .map_err(|error| Wrong::Syntax(error.to_string()))?;
    if let Some(character) = character {
        return Ok(Step::Text(character.to_string()));
    }
    let name: &str = reference;
    Ok(match resolve_html5_entity(name) {
        Some(text) => Step::Text(text.to_owned()),
        None => Step::Flaw(format!(
            "the entity `&{};` is not known",
            name.chars().take(40).collect::<String>()
        )),
    })
}

/// An element as its parent has it.
fn closed(frame: Frame) -> (String, Value) {
    let text = frame.text.trim();
    if frame.fields.is_empty() {
        return (frame.name, Value::from(text));
    }
    let mut fields = frame.fields;
    if !text.is_empty() {
        fields.insert("#text".to_owned(), Value::from(text));
    }
    (frame.name, Value::Object(fields))
}

/// A record is an object, even when it is only text.
fn object(frame: Frame) -> Value {
    match closed(frame).1 {
        Value::String(text) if text.is_empty() => Value::Object(Map::new()),
        Value::String(text) => {
            Value::Object(Map::from_iter([("#text".to_owned(), Value::String(text))]))
        }
        other => other,
    }
}
