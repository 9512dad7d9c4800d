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
use super::unpack;
use crate::config::{SourceLimits, Xml};
use encoding_rs::Encoding;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_html5_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;
use serde_json::map::Entry;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

type Stream = Counted<Utf8<Box<dyn Read + Send>>>;

/// A page of elements, read from front to back.
pub(super) struct Elements {
    reader: Reader<Stream>,
    buffer: Vec<u8>,
    entry: unpack::Entry,
    xml: Xml,
    paths: Vec<Path>,
    limits: SourceLimits,
    /// `/rss/channel`: where the next event stands.
    at: String,
    root: Option<String>,
    /// Space for the text of a record.
    text: String,
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

/// An element, not yet closed.
#[derive(Default)]
struct Frame {
    name: String,
    fields: Map<String, Value>,
    /// Where its text begins in that of all open elements. What an inner element said is gone when it is closed, so each
    /// one's text is in one piece.
    text: usize,
}

/// The open elements of a record.
struct Open {
    frames: Vec<Frame>,
    text: String,
    flaw: Option<String>,
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
            xml: xml.clone(),
            paths: paths.split('|').map(path).collect(),
            limits: *limits,
            at: String::new(),
            root: None,
            text: String::new(),
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
        let mut open = Open {
            frames: vec![first],
            text: std::mem::take(&mut self.text),
            flaw: None,
        };
        open.text.clear();
        let mut buffer = std::mem::take(&mut self.buffer);
        let mut ended = if is_empty { open.close() } else { None };
        while ended.is_none() {
            buffer.clear();
            ended = match self.reader.read_event_into(&mut buffer) {
                // By reference: to move an event costs as much as to look at it.
                Ok(ref event) => {
                    let took = self.took(event, &mut open);
                    took.map_err(|wrong| self.told(wrong, number))?
                }
                Err(error) => return Err(self.unread(error, number)),
            };
        }
        (self.buffer, self.text) = (buffer, open.text);
        let (_, value) = ended.unwrap_or_default();
        Ok((object(value), open.flaw))
    }

    /// Takes what comes next in a record; gives the record when it has ended. Most of a feed is text and elements with
    /// nothing but text: they take the shortest way.
    fn took(&self, event: &Event<'_>, open: &mut Open) -> Result<Option<(String, Value)>, Wrong> {
        match event {
            Event::Text(text) => open.text.push_str(&text.xml10_content()),
            Event::CData(text) => open.text.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => match own(reference) {
                Some(text) => open.text.push_str(text),
                None => match resolved(reference)? {
                    Step::Text(text) => open.text.push_str(&text),
                    Step::Flaw(found) => drop(open.flaw.get_or_insert(found)),
                    _ => {}
                },
            },
            Event::Start(_) if open.frames.len() >= self.limits.max_depth => {
                return Err(Wrong::Reader(self.too_deep()));
            }
            Event::Start(start) => open.begin(self.frame(start)?),
            Event::Empty(start) => {
                open.begin(self.frame(start)?);
                return Ok(self.close(open));
            }
            Event::End(_) => return Ok(self.close(open)),
            Event::Eof => return Err(Wrong::Reader(self.cut_off("the end of a record"))),
            other => drop(self.understood(other)?),
        }
        Ok(None)
    }

    /// Closes the innermost element; gives it if it is the record.
    fn close(&self, open: &mut Open) -> Option<(String, Value)> {
        let (name, value) = open.close()?;
        match open.frames.last_mut() {
            Some(parent) => self.add(parent, name, value),
            None => return Some((name, value)),
        }
        None
    }

    /// Adds a child; one that is there already makes a list.
    fn add(&self, frame: &mut Frame, name: String, value: Value) {
        match frame.fields.entry(name) {
            Entry::Vacant(place) if self.xml.lists.contains(place.key()) => {
                place.insert(Value::Array(vec![value]));
            }
            Entry::Vacant(place) => drop(place.insert(value)),
            Entry::Occupied(mut place) => match place.get_mut() {
                Value::Array(items) => items.push(value),
                first => *first = Value::Array(vec![first.take(), value]),
            },
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
            Wrong::Reader(error) => error,
            Wrong::Syntax(message) => self.syntax(number, &message),
        }
    }

    fn understood(&self, event: &Event<'_>) -> Result<Step, Wrong> {
        Ok(match event {
            Event::Start(start) => Step::Open(self.frame(start)?, false),
            Event::Empty(start) => Step::Open(self.frame(start)?, true),
            Event::End(_) => Step::Close,
            Event::Text(text) => Step::Text(text.xml10_content().into_owned()),
            Event::CData(text) => Step::Text(text.xml10_content().into_owned()),
            Event::GeneralRef(reference) => resolved(reference)?,
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
        if start.attributes_raw().is_empty() {
            return Ok(Frame {
                name,
                ..Frame::default()
            });
        }
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
            text: 0,
        })
    }

    fn name<'a>(&self, name: &'a str) -> &'a str {
        if self.xml.keeps_prefixes {
            return name;
        }
        // Names are short: looking at each byte is faster than looking for one.
        let colon = name.bytes().rposition(|byte| byte == b':');
        colon.map_or(name, |colon| &name[colon + 1..])
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

/// XML's own entities: hardly any others come in feeds, and they are not looked for among the two thousand of HTML.
fn own(name: &str) -> Option<&'static str> {
    match name {
        "amp" => Some("&"),
        "lt" => Some("<"),
        "gt" => Some(">"),
        "quot" => Some("\""),
        "apos" => Some("'"),
        _ => None,
    }
}

fn resolved(reference: &BytesRef<'_>) -> Result<Step, Wrong> {
    if let Some(text) = own(reference) {
        return Ok(Step::Text(text.to_owned()));
    }
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

impl Open {
    fn begin(&mut self, mut frame: Frame) {
        frame.text = self.text.len();
        self.frames.push(frame);
    }

    /// Closes the innermost element, if there is one, and gives it as its parent has it.
    fn close(&mut self) -> Option<(String, Value)> {
        let frame = self.frames.pop()?;
        let text = self.text[frame.text..].trim();
        let value = match (frame.fields, text) {
            (fields, text) if fields.is_empty() => Value::from(text),
            (fields, "") => Value::Object(fields),
            (mut fields, text) => {
                fields.insert("#text".to_owned(), Value::from(text));
                Value::Object(fields)
            }
        };
        self.text.truncate(frame.text);
        Some((frame.name, value))
    }
}

/// A record is an object, even when it is only text.
fn object(value: Value) -> Value {
    match value {
        Value::String(text) if text.is_empty() => Value::Object(Map::new()),
        Value::String(text) => {
            Value::Object(Map::from_iter([("#text".to_owned(), Value::String(text))]))
        }
        other => other,
    }
}
