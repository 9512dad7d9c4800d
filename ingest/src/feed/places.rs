//! Where the lines of a half file lie, by their keys: for whoever asks for most of them, in any order.

use std::borrow::Cow;
use std::io::{self, BufRead};

use super::parse_line;
use crate::half_hash::{Known, Sought};
use crate::wire::Kind;

/// Beginnings of lines by key; of several lines with one kind and key the first.
#[derive(Debug, Default)]
pub(super) struct Places(Known<u64>);

impl Places {
    /// Looks at every line once; lines that cannot be read are not found. A file is read for this and not mapped: what is
    /// mapped counts as memory of whoever looks at it.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn of(mut file: impl BufRead) -> io::Result<Self> {
        let mut places = Self::default();
        let (mut start, mut before, mut line) = (0_u64, Vec::new(), Vec::new());
        loop {
            line.clear();
            let length = file.read_until(b'\n', &mut line)?;
            if length == 0 {
                return Ok(places);
            }
            let text = line.strip_suffix(b"\n").unwrap_or(&line);
            if let Some((head, key)) = head(text).filter(|(head, _)| *head != before) {
                places.0.add(Sought::text(&key), start);
                before.clear();
                before.extend_from_slice(head);
            }
            start += length as u64;
        }
    }

    /// Where lines begin that may have a key.
    pub(super) fn candidates(&self, key: &str) -> impl Iterator<Item = usize> {
        let found = self.0.candidates(Sought::text(key));
        found.filter_map(|start| usize::try_from(start).ok())
    }

    /// Where every line begins that was found, in no order.
    pub(super) fn starts(&self) -> impl Iterator<Item = usize> {
        self.0.all().filter_map(|start| usize::try_from(start).ok())
    }

    /// How many keys there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// What stands in front of a line's document, and the key in it.
fn head(line: &[u8]) -> Option<(&[u8], Cow<'_, str>)> {
    let ((_, key), text) = parsed(line)?;
    Some((line.get(..line.len().checked_sub(text.len())?)?, key))
}

/// The kind of a line.
pub(super) fn kind(line: &[u8]) -> Option<Kind> {
    let end = memchr::memchr(b' ', line)?;
    Kind::parse(std::str::from_utf8(line.get(..end)?).ok()?)
}

/// Kind, key and document of a line; a key without escapes stays where it is.
pub(super) fn parsed(line: &[u8]) -> Option<((Kind, Cow<'_, str>), &str)> {
    let text = std::str::from_utf8(line).ok()?;
    let (kind, rest) = text.split_once(' ')?;
    let kind = Kind::parse(kind)?;
    let inside = rest.strip_prefix('"')?;
    let end = memchr::memchr2(b'"', b'\\', inside.as_bytes())?;
    let (key, behind) = (inside.get(..end)?, inside.get(end..)?);
    if let Some(json) = behind.strip_prefix("\" ") {
        return Some(((kind, Cow::Borrowed(key)), json));
    }
    let line = parse_line(text)?;
    let json = text.get(text.len().checked_sub(line.json.len())?..)?;
    Some(((line.kind, Cow::Owned(line.key)), json))
}
