//! Finds where JSON values begin and end, without parsing them.
//!
//! Only the outline is checked here (brackets, strings, separators); what a record holds is checked when it is parsed.

use super::error::{DecodeError, Place, stopped};
use super::unpack::Entry;
use std::io::{BufRead, BufReader, Read};

/// A page being read from front to back.
pub(super) struct Scanner {
    reader: BufReader<Box<dyn Read + Send>>,
    entry: Entry,
    byte: u64,
    line: u64,
    max_depth: usize,
}

/// Why a value could not be copied.
pub(super) enum Copied {
    Whole,
    TooLarge,
}

impl Scanner {
    /// Begins a page and steps over a byte order mark.
    pub(super) fn open(
        stream: Box<dyn Read + Send>,
        entry: Entry,
        max_depth: usize,
    ) -> Result<Self, DecodeError> {
        let mut scanner = Self {
            reader: BufReader::with_capacity(128 * 1024, stream),
            entry,
            byte: 0,
            line: 1,
            max_depth,
        };
        let ahead = scanner.ahead()?;
        if ahead.starts_with(b"\xef\xbb\xbf") {
            scanner.take(3);
        } else if ahead.starts_with(b"\xff\xfe") || ahead.starts_with(b"\xfe\xff") {
            return Err(DecodeError::Charset {
                place: scanner.place(),
            });
        }
        Ok(scanner)
    }

    pub(super) fn place(&self) -> Place {
        Place {
            page: self.entry.name.clone(),
            line: self.line,
            byte: self.byte,
        }
    }

    pub(super) fn page(&self) -> &str {
        &self.entry.name
    }

    /// The bytes that can be looked at without reading; empty at the end of the page only.
    pub(super) fn ahead(&mut self) -> Result<&[u8], DecodeError> {
        // Split borrows: the error needs the names, the slice borrows the reader.
        let Self { reader, entry, .. } = self;
        reader
            .fill_buf()
            .map_err(|error| stopped(entry.place(), &error))
    }

    fn take(&mut self, bytes: usize) {
        self.reader.consume(bytes);
        self.byte += bytes as u64;
    }

    /// The next byte that is not white space; `None` at the end of the page. It is not taken.
    pub(super) fn peek(&mut self) -> Result<Option<u8>, DecodeError> {
        loop {
            let ahead = self.ahead()?;
            if ahead.is_empty() {
                return Ok(None);
            }
            let found = ahead
                .iter()
                .position(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
            let space = found.unwrap_or(ahead.len());
            let lines = count_lines(&ahead[..space]);
            let byte = found.map(|at| ahead[at]);
            self.line += lines;
            self.take(space);
            if byte.is_some() {
                return Ok(byte);
            }
        }
    }

    /// Takes the next byte that is not white space, which must be there.
    pub(super) fn next(&mut self, expected: &str) -> Result<u8, DecodeError> {
        let byte = self.peek()?.ok_or_else(|| self.cut_off(expected))?;
        self.take(1);
        Ok(byte)
    }

    /// Takes a byte that must be this one.
    pub(super) fn expect(&mut self, wanted: u8, expected: &str) -> Result<(), DecodeError> {
        match self.peek()? {
            Some(byte) if byte == wanted => {
                self.take(1);
                Ok(())
            }
            Some(byte) => Err(self.unexpected(expected, byte)),
            None => Err(self.cut_off(expected)),
        }
    }

    /// Takes a whole object key and the colon after it.
    pub(super) fn key(&mut self) -> Result<String, DecodeError> {
        const MAX_KEY_BYTES: usize = 64 * 1024;
        match self.peek()? {
            Some(b'"') => {}
            Some(byte) => return Err(self.unexpected("a key in quotes", byte)),
            None => return Err(self.cut_off("a key in quotes")),
        }
        let place = self.place();
        let mut text = Vec::new();
        if matches!(self.copy(&mut text, MAX_KEY_BYTES)?, Copied::TooLarge) {
            return Err(DecodeError::Unexpected {
                place,
                expected: "a key".to_owned(),
                got: "endless text".to_owned(),
            });
        }
        let key =
            serde_json::from_slice::<String>(&text).map_err(|error| DecodeError::Unexpected {
                place,
                expected: "a key in quotes".to_owned(),
                got: error.to_string(),
            })?;
        self.expect(b':', "a colon after the key")?;
        Ok(key)
    }

    /// Steps over one value.
    pub(super) fn skip(&mut self) -> Result<(), DecodeError> {
        self.value(&mut |_| true).map(drop)
    }

    /// Copies one value, up to `limit` bytes.
    pub(super) fn copy(&mut self, out: &mut Vec<u8>, limit: usize) -> Result<Copied, DecodeError> {
        let whole = self.value(&mut |bytes| {
            out.extend_from_slice(bytes);
            out.len() <= limit
        })?;
        Ok(if whole {
            Copied::Whole
        } else {
            Copied::TooLarge
        })
    }

    /// Hands one value to `sink`, piece by piece; false when the sink wanted no more.
    fn value(&mut self, sink: &mut dyn FnMut(&[u8]) -> bool) -> Result<bool, DecodeError> {
        if self.peek()?.is_none() {
            return Err(self.cut_off("a value"));
        }
        let mut outline = Outline::new(self.max_depth);
        loop {
            let ahead = self.ahead()?;
            if ahead.is_empty() {
                // A number at the very end of a page has no end of its own.
                return if outline.may_end() {
                    Ok(true)
                } else {
                    Err(self.cut_off(outline.missing()))
                };
            }
            let (bytes, step) = outline.follow(ahead);
            let lines = count_lines(&ahead[..bytes]);
            let wanted = sink(&ahead[..bytes]);
            let got = ahead.get(bytes).copied();
            self.line += lines;
            self.take(bytes);
            match step {
                _ if !wanted => return Ok(false),
                Step::More => {}
                Step::Done => return Ok(true),
                Step::TooDeep => {
                    return Err(DecodeError::TooDeep {
                        place: self.place(),
                        max_depth: self.max_depth,
                    });
                }
                Step::Wrong(expected) => return Err(self.unexpected(expected, got.unwrap_or(b' '))),
            }
        }
    }

    pub(super) fn unexpected(&self, expected: &str, got: u8) -> DecodeError {
        DecodeError::Unexpected {
            place: self.place(),
            expected: expected.to_owned(),
            got: name(got),
        }
    }

    pub(super) fn cut_off(&self, expected: &str) -> DecodeError {
        DecodeError::CutOff {
            place: self.place(),
            expected: expected.to_owned(),
        }
    }

    /// Takes one line without its end, up to `limit` bytes; `None` at the end of the page.
    pub(super) fn line(
        &mut self,
        out: &mut Vec<u8>,
        limit: usize,
    ) -> Result<Option<Copied>, DecodeError> {
        out.clear();
        let mut any = false;
        loop {
            let ahead = self.ahead()?;
            if ahead.is_empty() {
                return Ok(any.then_some(Copied::Whole));
            }
            any = true;
            let end = memchr::memchr(b'\n', ahead);
            let bytes = end.unwrap_or(ahead.len());
            if out.len() + bytes > limit {
                return Ok(Some(Copied::TooLarge));
            }
            out.extend_from_slice(&ahead[..bytes]);
            self.take(bytes + usize::from(end.is_some()));
            if end.is_some() {
                self.line += 1;
                return Ok(Some(Copied::Whole));
            }
        }
    }
}

impl Scanner {
    /// The next line without its end, if it can be looked at as a whole and is not empty. It is not taken.
    pub(super) fn whole_line(&mut self, limit: usize) -> Result<Option<&[u8]>, DecodeError> {
        let ahead = self.ahead()?;
        let end = memchr::memchr(b'\n', ahead).unwrap_or_default();
        let line = ahead.get(..end).unwrap_or_default();
        Ok(Some(line).filter(|line| line.len() <= limit && !line.trim_ascii().is_empty()))
    }

    /// Takes a line that was looked at, and its end.
    pub(super) fn skip_line(&mut self, bytes: usize) {
        self.take(bytes + 1);
        self.line += 1;
    }
}

/// A byte as it is named in messages.
pub(super) fn name(byte: u8) -> String {
    match byte {
        b'{' => "an object".to_owned(),
        b'[' => "an array".to_owned(),
        b'"' => "a text".to_owned(),
        b'<' => "`<`, so this looks like HTML or XML".to_owned(),
        0x1f => "a gzip header; the file is compressed but not declared so".to_owned(),
        b'P' => "`P`, perhaps of a zip file".to_owned(),
        b'0'..=b'9' | b'-' => "a number".to_owned(),
        byte if byte.is_ascii_graphic() => format!("`{}`", char::from(byte)),
        byte => format!("byte 0x{byte:02x}"),
    }
}

fn count_lines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}

enum Step {
    More,
    Done,
    TooDeep,
    Wrong(&'static str),
}

/// Where in a value the scan stands.
struct Outline {
    /// The closing brackets still to come.
    closers: Vec<u8>,
    in_text: bool,
    escaped: bool,
    /// Inside a number, `true`, `false` or `null` at the top.
    in_word: bool,
    max_depth: usize,
}

impl Outline {
    fn new(max_depth: usize) -> Self {
        Self {
            closers: Vec::new(),
            in_text: false,
            escaped: false,
            in_word: false,
            max_depth,
        }
    }

    /// How many of the bytes belong to the value, and how it stands after them.
    fn follow(&mut self, bytes: &[u8]) -> (usize, Step) {
        for (at, &byte) in bytes.iter().enumerate() {
            if self.in_text {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => {
                        self.in_text = false;
                        if self.closers.is_empty() {
                            return (at + 1, Step::Done);
                        }
                    }
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' if !self.in_word => self.in_text = true,
                b'{' | b'[' if !self.in_word => {
                    if self.closers.len() >= self.max_depth {
                        return (at, Step::TooDeep);
                    }
                    self.closers.push(if byte == b'{' { b'}' } else { b']' });
                }
                b'}' | b']' if !self.closers.is_empty() => {
                    if self.closers.pop() != Some(byte) {
                        return (at, Step::Wrong("the other kind of closing bracket"));
                    }
                    if self.closers.is_empty() {
                        return (at + 1, Step::Done);
                    }
                }
                _ if !self.closers.is_empty() => {}
                b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => self.in_word = true,
                _ if self.in_word => return (at, Step::Done),
                _ => return (at, Step::Wrong("a value")),
            }
        }
        (bytes.len(), Step::More)
    }

    fn may_end(&self) -> bool {
        self.in_word
    }

    fn missing(&self) -> &'static str {
        match (self.in_text, self.closers.last()) {
            (true, _) => "the end of a text",
            (false, Some(b'}')) => "the end of an object",
            (false, Some(_)) => "the end of an array",
            (false, None) => "a value",
        }
    }
}
