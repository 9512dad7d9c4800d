//! What bytes are: packed or plain, their encoding, their format, and the dialect of rows.
//!
//! The guess is only a setting of a source; whether it is right shows when the records are read with it.

use super::ProbeError;
use crate::config::{self, Source};
use crate::decode;
use crate::fetch::RawPage;
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;

/// More bytes are not looked at, unpacked.
const MAX_BYTES: u64 = 64 << 20;
/// Rows that show the dialect.
const ROWS: usize = 2000;

/// How the bytes are written, as a source states it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) format: &'static str,
    /// JSON pointer or element path.
    pub(super) records: String,
    pub(super) encoding: Option<&'static str>,
    /// Between values, unless it is the usual one.
    pub(super) separator: Option<char>,
    pub(super) skip_lines: u64,
    /// Whether short rows are accepted.
    pub(super) fills: bool,
    /// Columns whose empty cells repeat what stands above.
    pub(super) fill_down: Vec<String>,
    /// Whether rows of a product say less of it than its first.
    pub(super) takes_first: bool,
    /// Elements that are lists even when there is one of them.
    pub(super) lists: Vec<String>,
    /// Which files of an archive are meant.
    pub(super) entries: Option<String>,
}

impl Shape {
    /// As lines of TOML.
    pub(super) fn settings(&self) -> String {
        let mut text = format!("format = \"{}\"\n", self.format);
        let mut line = |key: &str, value: &toml::Value| {
            // Writing to a text cannot fail.
            let _ = writeln!(text, "{key} = {value}");
        };
        if !self.records.is_empty() {
            line("records", &toml::Value::from(self.records.as_str()));
        }
        if let Some(encoding) = self.encoding {
            line("encoding", &toml::Value::from(encoding));
        }
        if let Some(entries) = &self.entries {
            line("entries", &toml::Value::from(entries.as_str()));
        }
        let mut csv = toml::Table::new();
        if let Some(separator) = self.separator {
            csv.insert("separator".to_owned(), separator.to_string().into());
        }
        if self.skip_lines > 0 {
            let lines = i64::try_from(self.skip_lines).unwrap_or_default();
            csv.insert("skip_lines".to_owned(), lines.into());
        }
        if self.fills {
            csv.insert("ragged".to_owned(), "fill".into());
        }
        if !self.fill_down.is_empty() {
            csv.insert("fill_down".to_owned(), self.fill_down.clone().into());
        }
        if !csv.is_empty() {
            line("csv", &toml::Value::Table(csv));
        }
        if self.takes_first {
            line("duplicates", &toml::Value::from("first"));
        }
        if !self.lists.is_empty() {
            let lists = toml::Value::from(self.lists.clone());
            line(
                "xml",
                &toml::Table::from_iter([("lists".to_owned(), lists)]).into(),
            );
        }
        text
    }

    /// A source that reads so, of a shop that is nobody's.
    pub(super) fn source(&self) -> Result<Source, ProbeError> {
        let text = format!(
            "store = \"s\"\nstate = \"i\"\n[shop]\nid = \"probe\"\nname = \"Probe\"\ncurrency = \"EUR\"\n\
             [source.probe]\nprovides = \"catalog\"\nurl = \"http://127.0.0.1/\"\nschedule = \"@daily\"\n{}",
            self.settings()
        );
        let config = config::from_text(&text, Path::new("the proposal"), Path::new("/"))?;
        let source = config.sources.into_iter().next();
        source.ok_or_else(|| ProbeError::Records("it has no source".to_owned()))
    }

    /// The same with records at another place.
    pub(super) fn source_of(&self, records: &str) -> Result<Source, ProbeError> {
        let records = records.to_owned();
        Self {
            records,
            ..self.clone()
        }
        .source()
    }
}

/// What was seen of a page.
pub(super) struct Seen {
    /// Its beginning as text.
    pub(super) text: String,
    /// Its format, encoding and dialect, as far as they show from outside.
    pub(super) shape: Shape,
    /// What a person should look at.
    pub(super) unsure: Vec<String>,
}

/// Looks into the page.
pub(super) fn see(page: &RawPage) -> Result<Seen, ProbeError> {
    let broken = |error: decode::DecodeError| ProbeError::Records(error.to_string());
    let mut shape = Shape {
        format: "csv",
        ..Shape::default()
    };
    let mut unsure = Vec::new();
    let mut streams = decode::unpacked(page, &shape.source()?).map_err(broken)?;
    if streams.len() > 1 {
        let names: Vec<&str> = streams.iter().map(|file| file.name.as_str()).collect();
        let (ending, count) = ending(&names);
        if count < streams.len() {
            shape.entries = Some(format!("*{ending}"));
            streams.retain(|file| file.name.ends_with(&ending));
        }
        if count > 1 {
            unsure.push(format!(
                "entries: the archive has {count} files that end in `{ending}`, and all are read; name one if only one has products"
            ));
        }
    }
    let mut bytes = Vec::new();
    if let Some(first) = streams.into_iter().next() {
        let read = first.stream.take(MAX_BYTES).read_to_end(&mut bytes);
        read.map_err(|error| ProbeError::Records(format!("it cannot be unpacked: {error}")))?;
    }
    let (text, encoding) = text(&bytes);
    shape.encoding = encoding;
    if encoding == Some(WINDOWS_1252.name()) {
        unsure.push(
            "encoding: the bytes are no UTF-8 and were read as windows-1252; look at accents"
                .to_owned(),
        );
    }
    format(&text, &mut shape)?;
    if matches!(shape.format, "json" | "ndjson") && shape.encoding.is_none() {
        // JSON is read as UTF-8 unless a source says otherwise.
        let marked = Encoding::for_bom(&bytes).map(|(encoding, _)| encoding);
        shape.encoding = marked
            .filter(|&encoding| encoding != UTF_8)
            .map(Encoding::name);
    }
    Ok(Seen {
        text,
        shape,
        unsure,
    })
}

/// How most files of an archive end that may hold records, and how many do.
fn ending(names: &[&str]) -> (String, usize) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for name in names {
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        *counts.entry(format!(".{ending}")).or_default() += 1;
    }
    let is_data = |ending: &str| {
        matches!(
            ending.to_ascii_lowercase().as_str(),
            ".csv" | ".tsv" | ".txt" | ".json" | ".ndjson" | ".jsonl" | ".xml"
        )
    };
    let best = counts
        .into_iter()
        .max_by_key(|(ending, count)| (is_data(ending), *count));
    best.unwrap_or_default()
}

/// The text, and the encoding that a source has to name for it.
fn text(bytes: &[u8]) -> (String, Option<&'static str>) {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return (encoding.decode(bytes).0.into_owned(), None);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), None),
        // The beginning of a page may end within a letter.
        Err(error) if error.error_len().is_none() => {
            let whole = &bytes[..error.valid_up_to()];
            (String::from_utf8_lossy(whole).into_owned(), None)
        }
        Err(_) => {
            let head = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
            let is_declared = head.trim_start().starts_with("<?xml") && head.contains("encoding");
            let text = WINDOWS_1252.decode_without_bom_handling(bytes).0;
            let encoding = (!is_declared).then(|| WINDOWS_1252.name());
            (text.into_owned(), encoding)
        }
    }
}

fn format(text: &str, shape: &mut Shape) -> Result<(), ProbeError> {
    let nothing = |problem: &str| Err(ProbeError::Records(problem.to_owned()));
    let head: String = text.trim_start().chars().take(1000).collect();
    let lower = head.to_ascii_lowercase();
    match head.chars().next() {
        None => return nothing("it is empty"),
        Some(_) if lower.contains("<html") || lower.starts_with("<!doctype html") => {
            return nothing("it is an HTML page; perhaps one to log in, or for people");
        }
        Some('<') => shape.format = "xml",
        Some('{' | '[') => {
            let is_document = serde_json::from_str::<Value>(text).is_ok();
            let first = text.lines().find(|line| !line.trim().is_empty());
            let is_line = first.is_some_and(|line| {
                serde_json::from_str::<Value>(line).is_ok_and(|v| v.is_object())
            });
            shape.format = match (is_document, is_line) {
                (false, true) => "ndjson",
                (true, _) => "json",
                (false, false) => return nothing("it is neither JSON nor one JSON object a line"),
            };
        }
        Some(_) => {
            let Some(dialect) = dialect(text) else {
                return nothing(
                    "it is neither JSON, nor XML, nor rows of values with , ; | or a tab between them under a row with the names of the columns",
                );
            };
            shape.format = if dialect.separator == '\t' {
                "tsv"
            } else {
                "csv"
            };
            shape.separator = Some(dialect.separator).filter(|usual| !matches!(usual, ',' | '\t'));
            shape.skip_lines = dialect.skip_lines;
            shape.fills = dialect.fills;
        }
    }
    Ok(())
}

#[derive(Debug, PartialEq, Eq)]
struct Dialect {
    separator: char,
    skip_lines: u64,
    fills: bool,
}

/// The separator that gives the most columns in rows that are alike.
fn dialect(text: &str) -> Option<Dialect> {
    let mut skip_lines = 0;
    let mut text = text;
    let mut separators = vec![',', ';', '\t', '|'];
    // Excel writes down its separator in a line before the names.
    if let Some((first, rest)) = text.split_once('\n')
        && let Some(told) = first.trim_end().strip_prefix("sep=")
        && let Some(told) = told.chars().next().or(Some('\t'))
    {
        (skip_lines, text, separators) = (1, rest, vec![told]);
    }
    let rated = separators.into_iter().filter_map(|separator| {
        let (columns, alike, fills) = rows(text, separator)?;
        let dialect = Dialect {
            separator,
            skip_lines,
            fills,
        };
        Some((columns.min(50) * alike, dialect))
    });
    rated
        .max_by_key(|(rate, _)| *rate)
        .map(|(_, dialect)| dialect)
}

/// How many columns there are, which share of rows fits them, and whether all others are shorter.
fn rows(text: &str, separator: char) -> Option<(usize, usize, bool)> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(u8::try_from(separator).ok()?)
        .from_reader(text.as_bytes());
    let mut rows = reader.records().take(ROWS).map_while(Result::ok);
    let header = rows.next()?;
    let is_name = |cell: &str| {
        cell.trim().len() <= 200 && !cell.trim().parse::<f64>().is_ok_and(f64::is_finite)
    };
    if header.len() < 2 || !header.iter().all(is_name) {
        return None;
    }
    let (mut alike, mut shorter, mut count) = (0, 0, 0);
    for row in rows {
        count += 1;
        alike += usize::from(row.len() == header.len());
        shorter += usize::from(row.len() < header.len());
    }
    let percent = (alike * 100).checked_div(count)?;
    // The last row seen may be cut off.
    let fills = shorter > 1 && alike + shorter == count;
    (percent >= 50 || fills).then_some((header.len(), percent.max(1), fills))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape_of(bytes: &[u8]) -> Shape {
        let scratch = super::super::scratch::Scratch::new(bytes, "http://a.example/x").unwrap();
        see(&scratch.page).map(|seen| seen.shape).unwrap()
    }

    #[test]
    fn formats_and_dialects_are_seen() {
        for (text, settings) in [
            ("[{\"id\":1}]", "format = \"json\"\n"),
            ("{\"id\":1}\n{\"id\":2}\n", "format = \"ndjson\"\n"),
            ("\u{feff}<a><b/></a>", "format = \"xml\"\n"),
            ("id,name\n1,\"a, b\"\n", "format = \"csv\"\n"),
            ("id\tname\n1\ta\n", "format = \"tsv\"\n"),
            (
                "id|name|x\n1|a,b|2\n",
                "format = \"csv\"\ncsv = { separator = \"|\" }\n",
            ),
            (
                "sep=;\nid;name\n1;a\n",
                "format = \"csv\"\ncsv = { separator = \";\", skip_lines = 1 }\n",
            ),
            (
                "id;a;b\n1;2,5;3\n2;2,5\n3;1,5\n",
                "format = \"csv\"\ncsv = { ragged = \"fill\", separator = \";\" }\n",
            ),
        ] {
            let shape = shape_of(text.as_bytes());
            assert_eq!(shape.settings(), settings, "{text}");
            if shape.format != "xml" {
                shape.source().unwrap();
            }
        }
        let windows = shape_of(b"id;name\n1;K\xfche\n");
        assert_eq!(windows.encoding, Some("windows-1252"));
        let wide: Vec<u8> = "\u{feff}[{\"id\":1}]"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(shape_of(&wide).encoding, Some("UTF-16LE"));
    }
}
