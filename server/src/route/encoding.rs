//! Percent-encoding as paths and forms use it.
//!
//! Decoding never fails on a query, because people type queries; it is strict on a path, because programs write
//! paths. Encoding a path segment leaves only RFC 3986's unreserved characters bare, and a query is written exactly as
//! a browser's form would write it, so that submitting a form in canonical order costs no redirect.

use std::borrow::Cow;
use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::RouteError;

const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Deepest category path.
const MAX_SEGMENTS: usize = 24;

/// The set of `application/x-www-form-urlencoded`; a space becomes `+` on top of it.
const FORM: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'*')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b' ');

/// Writes one path segment.
pub(super) fn write_segment(out: &mut impl fmt::Write, segment: &str) -> fmt::Result {
    if segment.bytes().all(is_unreserved) {
        return out.write_str(segment);
    }
    write!(out, "{}", utf8_percent_encode(segment, SEGMENT))
}

/// One path segment, encoded.
pub(crate) fn encode_segment(segment: &str) -> String {
    utf8_percent_encode(segment, SEGMENT).to_string()
}

/// What stands in a path as it is; nearly every segment of a shop holds nothing else.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Writes `name=value` of a query, preceded by `?` or `&`.
pub(super) fn write_pair(
    out: &mut impl fmt::Write,
    first: &mut bool,
    name: &str,
    value: &str,
) -> fmt::Result {
    out.write_char(if std::mem::take(first) { '?' } else { '&' })?;
    write_form(out, name)?;
    out.write_char('=')?;
    write_form(out, value)
}

fn write_form(out: &mut impl fmt::Write, text: &str) -> fmt::Result {
    for (index, word) in text.split(' ').enumerate() {
        if index > 0 {
            out.write_char('+')?;
        }
        write!(out, "{}", utf8_percent_encode(word, FORM))?;
    }
    Ok(())
}

/// Reads one path segment; `None` if it is not percent-encoded UTF-8 or holds a control character.
pub(super) fn decode_segment(raw: &str) -> Option<Cow<'_, str>> {
    if raw.bytes().all(is_unreserved) {
        return Some(Cow::Borrowed(raw));
    }
    let malformed = raw.split('%').skip(1).any(|after| {
        let digits = after.as_bytes().get(..2);
        !digits.is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit))
    });
    if malformed {
        return None;
    }
    let text = percent_decode_str(raw).decode_utf8().ok()?;
    (!text.chars().any(char::is_control)).then_some(text)
}

/// The segments of a path.
pub(super) struct DecodedPath<'a> {
    pub(super) segments: Vec<Cow<'a, str>>,
    /// No empty segment, no dot segment, no trailing slash.
    pub(super) canonical: bool,
}

/// Reads a path; dot segments are resolved as a browser would.
pub(super) fn decode_path(raw: &str) -> Result<DecodedPath<'_>, RouteError> {
    let Some(raw) = raw.strip_prefix('/') else {
        return Err(RouteError::Malformed("a path starts with a slash"));
    };
    let mut path = DecodedPath {
        segments: Vec::new(),
        canonical: true,
    };
    if raw.is_empty() {
        return Ok(path);
    }
    for raw_segment in raw.split('/') {
        let segment = decode_segment(raw_segment)
            .ok_or(RouteError::Malformed("a path is percent-encoded UTF-8"))?;
        match &*segment {
            "" | "." => path.canonical = false,
            ".." => {
                path.canonical = false;
                path.segments.pop();
            }
            _ => path.segments.push(segment),
        }
        if path.segments.len() > MAX_SEGMENTS {
            return Err(RouteError::NotFound);
        }
    }
    Ok(path)
}

/// Reads a query into its pairs, in order; bytes that are no UTF-8 become U+FFFD, a stray `%` stays as it is.
pub(crate) fn decode_query(raw: &str) -> Vec<(String, String)> {
    raw.split('&')
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode_form(name), decode_form(value))
        })
        .collect()
}

fn decode_form(raw: &str) -> String {
    let spaced = raw.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}
