//! The value of a record in XML, from what the parser says of it.
//!
//! An attribute is `@name`, text beside attributes or children `#text`, an element with text only is that text, and an
//! element that comes several times is a list.

use crate::config::Xml;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_html5_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;
use serde_json::map::Entry;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// An element, not yet closed.
pub(super) struct Frame {
    pub(super) name: String,
    pub(super) fields: Map<String, Value>,
    /// Where its text begins in that of all open elements. What an inner element said is gone when it is closed, so each
    /// one's text is in one piece.
    text: usize,
}

/// Makes one record after the other.
pub(super) struct Builder {
    xml: Xml,
    max_depth: usize,
    /// The open elements of the record.
    frames: Vec<Frame>,
    text: String,
    flaw: Option<String>,
}

/// Why an event cannot be used.
pub(super) enum Wrong {
    TooDeep,
    CutOff,
    Syntax(String),
}

/// What `&name;` stands for.
pub(super) enum Meaning {
    Text(Cow<'static, str>),
    /// There is no such entity; why, in words.
    Unknown(String),
}

impl Builder {
    pub(super) fn new(xml: &Xml, max_depth: usize) -> Self {
        Self {
            xml: xml.clone(),
            max_depth,
            frames: Vec::new(),
            text: String::new(),
            flaw: None,
        }
    }

    /// Begins a record with its first tag.
    pub(super) fn begin(&mut self, mut first: Frame) {
        self.frames.clear();
        self.text.clear();
        self.flaw = None;
        first.text = 0;
        self.frames.push(first);
    }

    /// Whether no element is open but the record itself.
    pub(super) fn is_between_children(&self) -> bool {
        self.frames.len() == 1
    }

    /// What is wrong with the record although it can be read.
    pub(super) fn flaw(&mut self) -> Option<String> {
        self.flaw.take()
    }

    /// Takes the children of the record that lie whole at the beginning of `ahead`, and gives how many bytes they are.
    ///
    /// It stops where the record ends, where something is cut off, and before whatever is wrong: the caller reads on
    /// from there event by event, and finds out what it is. Nothing may have been taken of the text between the children.
    pub(super) fn take_children(&mut self, ahead: &[u8]) -> usize {
        // Here it is a character like any other, but the parser drops it from the beginning of whatever it reads.
        if ahead.starts_with("\u{feff}".as_bytes()) {
            return 0;
        }
        let mut reader = Reader::from_reader(ahead);
        reader.config_mut().allow_dangling_amp = true;
        let (mut taken, mut text, mut is_flawed) = (0, self.text.len(), self.flaw.is_some());
        while let Ok(ref event) = reader.read_event() {
            let is_end = match event {
                Event::End(_) | Event::Empty(_) => true,
                Event::Eof => break,
                _ => false,
            };
            if self.take(event).is_err() {
                break;
            }
            if is_end && self.is_between_children() {
                taken = ahead.len() - reader.get_ref().len();
                (text, is_flawed) = (self.text.len(), self.flaw.is_some());
            }
        }
        self.frames.truncate(1);
        self.text.truncate(text);
        if !is_flawed {
            self.flaw = None;
        }
        taken
    }

    /// Takes what comes next in a record; gives the record when it has ended. Most of a feed is text and elements with
    /// nothing but text: they take the shortest way.
    pub(super) fn take(&mut self, event: &Event<'_>) -> Result<Option<Value>, Wrong> {
        match event {
            Event::Text(text) => self.text.push_str(&text.xml10_content()),
            Event::CData(text) => self.text.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => match meaning(reference)? {
                Meaning::Text(text) => self.text.push_str(&text),
                Meaning::Unknown(found) => drop(self.flaw.get_or_insert(found)),
            },
            Event::Start(_) if self.frames.len() >= self.max_depth => return Err(Wrong::TooDeep),
            Event::Start(start) => self.open(start)?,
            Event::Empty(start) => {
                self.open(start)?;
                return Ok(self.close());
            }
            Event::End(_) => return Ok(self.close()),
            Event::Eof => return Err(Wrong::CutOff),
            Event::DocType(text) => check_declarations(text)?,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
        Ok(None)
    }

    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), Wrong> {
        let frame = self.frame(start)?;
        self.frames.push(frame);
        Ok(())
    }

    /// Closes the innermost element; gives it if it is the record.
    pub(super) fn close(&mut self) -> Option<Value> {
        let frame = self.frames.pop()?;
        let text = trimmed(&self.text[frame.text..]);
        let value = match (frame.fields, text) {
            (fields, text) if fields.is_empty() => Value::from(text),
            (fields, "") => Value::Object(fields),
            (mut fields, text) => {
                fields.insert("#text".to_owned(), Value::from(text));
                Value::Object(fields)
            }
        };
        self.text.truncate(frame.text);
        match self.frames.last_mut() {
            Some(parent) => add(&mut parent.fields, frame.name, value, &self.xml.lists),
            None => return Some(object(value)),
        }
        None
    }

    /// An element that begins here, with its attributes.
    #[inline]
    pub(super) fn frame(&self, start: &BytesStart<'_>) -> Result<Frame, Wrong> {
        let tag = start.name();
        let name = self.name(tag.as_ref());
        let fields = match start.attributes_raw() {
            "" => Map::new(),
            _ => self.attributes(name, start)?,
        };
        Ok(Frame {
            name: name.to_owned(),
            fields,
            text: self.text.len(),
        })
    }

    /// The attributes of an element. What only declares namespaces is left out.
    fn attributes(&self, name: &str, start: &BytesStart<'_>) -> Result<Map<String, Value>, Wrong> {
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
            match fields.entry(format!("@{}", self.name(key))) {
                Entry::Vacant(place) => drop(place.insert(Value::from(value.into_owned()))),
                Entry::Occupied(place) => {
                    let key = &place.key()[1..];
                    return Err(Wrong::Syntax(format!(
                        "element `{name}` has two attributes `{key}`"
                    )));
                }
            }
        }
        Ok(fields)
    }

    fn name<'a>(&self, name: &'a str) -> &'a str {
        if self.xml.keeps_prefixes {
            return name;
        }
        // Names are short: looking at each byte is faster than looking for one.
        let colon = name.bytes().rposition(|byte| byte == b':');
        colon.map_or(name, |colon| &name[colon + 1..])
    }
}

/// Adds a child; one that is there already makes a list.
fn add(fields: &mut Map<String, Value>, name: String, value: Value, lists: &[String]) {
    match fields.entry(name) {
        Entry::Vacant(place) if lists.contains(place.key()) => {
            place.insert(Value::Array(vec![value]));
        }
        Entry::Vacant(place) => drop(place.insert(value)),
        Entry::Occupied(mut place) => match place.get_mut() {
            Value::Array(items) => items.push(value),
            first => *first = Value::Array(vec![first.take(), value]),
        },
    }
}

/// A text without the white space around it, which hardly any has.
fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [one] if one.is_ascii_graphic() => text,
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
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

/// A document type may be named, but nothing declared that would have to be expanded.
pub(super) fn check_declarations(text: &str) -> Result<(), Wrong> {
    if text.contains("<!ENTITY") {
        return Err(Wrong::Syntax(
            "the document declares entities, which are not expanded".to_owned(),
        ));
    }
    Ok(())
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

/// What a reference stands for.
pub(super) fn meaning(reference: &BytesRef<'_>) -> Result<Meaning, Wrong> {
    if let Some(text) = own(reference) {
        return Ok(Meaning::Text(Cow::Borrowed(text)));
    }
    let character = reference
        .resolve_char_ref()
        .map_err(|error| Wrong::Syntax(error.to_string()))?;
    if let Some(character) = character {
        return Ok(Meaning::Text(Cow::Owned(character.to_string())));
    }
    let name: &str = reference;
    Ok(match resolve_html5_entity(name) {
        Some(text) => Meaning::Text(Cow::Borrowed(text)),
        None => Meaning::Unknown(format!(
            "the entity `&{};` is not known",
            name.chars().take(40).collect::<String>()
        )),
    })
}
