//! How the bytes of a source become records: the format, its dialect, and what it is packed in.

use super::file::{CsvTable, SourceTable, XmlTable};
use super::load::Check;
use encoding_rs::Encoding;

/// How the bytes of a source become records.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoding {
    /// What the bytes are, once unpacked.
    pub format: Format,
    /// JSON pointer to the array of records, empty when the page is the array; for XML the paths of the elements that
    /// are records, with `|` between them.
    pub records: String,
    /// What texts are written in; absent for UTF-8, or for what a byte order mark or an XML declaration says.
    pub encoding: Option<&'static Encoding>,
    /// What pages are packed in.
    pub packed: Packed,
    /// Which files of a zip archive are pages.
    pub entries: glob::Pattern,
    /// The dialect of CSV.
    pub csv: Csv,
    /// How XML becomes JSON.
    pub xml: Xml,
}

/// What the bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON document with an array of records in it.
    Json,
    /// One record per line.
    Ndjson,
    /// Rows of separated values (RFC 4180 and its many relatives).
    Csv,
    /// An XML document with an element per record.
    Xml,
}

/// What pages are packed in, beside what HTTP does by itself (`Content-Encoding`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packed {
    /// What the first bytes say.
    Auto,
    /// Nothing.
    None,
    /// gzip.
    Gzip,
    /// A zip archive.
    Zip,
    /// zstd.
    Zstd,
}

/// A dialect of CSV.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Csv {
    /// Between values.
    pub separator: u8,
    /// Around values; absent when quotes mean nothing.
    pub quote: Option<u8>,
    /// Before a quote inside quotes; absent when it is written twice.
    pub escape: Option<u8>,
    /// Names of the columns, when the file does not begin with them.
    pub columns: Option<Vec<String>>,
    /// Lines before the names of the columns, or before the first row.
    pub skip_lines: u64,
    /// Whether white space around values goes.
    pub trim: bool,
    /// What to do with rows that have fewer values than columns.
    pub ragged: Ragged,
    /// Columns whose empty cells mean what stands above them.
    pub fill_down: Vec<String>,
}

/// What to do with rows that have fewer values than columns. A value too much is refused in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ragged {
    /// Refuse the record.
    Refuse,
    /// Take the missing values for empty.
    Fill,
}

/// How XML becomes JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Xml {
    /// Whether `g:id` keeps its prefix.
    pub keeps_prefixes: bool,
    /// Elements that are lists even when there is one of them.
    pub lists: Vec<String>,
}

impl Check<'_> {
    pub(super) fn decoding(&mut self, key: &str, table: &SourceTable) -> Option<Decoding> {
        let format = self.one_of(
            &format!("{key}.format"),
            &table.format,
            &[
                ("json", Format::Json),
                ("ndjson", Format::Ndjson),
                ("csv", Format::Csv),
                ("tsv", Format::Csv),
                ("xml", Format::Xml),
            ],
        );
        self.records(key, table, format);
        let packed = self.one_of(
            &format!("{key}.packed"),
            &table.packed,
            &[
                ("auto", Packed::Auto),
                ("none", Packed::None),
                ("gzip", Packed::Gzip),
                ("zip", Packed::Zip),
                ("zstd", Packed::Zstd),
            ],
        );
        let entries = glob::Pattern::new(&table.entries);
        if let Err(error) = &entries {
            self.problem(
                format!("{key}.entries"),
                format!("expected a pattern such as *.csv: {error}"),
                &table.entries,
            );
        }
        let encoding = match &table.encoding {
            None => None,
            Some(label) => {
                let found = Encoding::for_label(label.as_bytes());
                if found.is_none() {
                    self.problem(
                        format!("{key}.encoding"),
                        "expected the name of a character encoding such as windows-1252, iso-8859-15, utf-16le",
                        label,
                    );
                }
                Some(found?)
            }
        };
        let csv = self.csv(&format!("{key}.csv"), &table.csv, &table.format);
        let xml = self.xml(&format!("{key}.xml"), &table.xml);
        // Completed records are written one per line, whatever the list was.
        let (format, records) = match &table.expand {
            Some(_) => (Some(Format::Ndjson), String::new()),
            None => (format, table.records.clone()),
        };
        Some(Decoding {
            format: format?,
            records,
            encoding,
            packed: packed?,
            entries: entries.ok()?,
            csv: csv?,
            xml: xml?,
        })
    }

    fn records(&mut self, key: &str, table: &SourceTable, format: Option<Format>) {
        let records = &table.records;
        let rule = match format {
            Some(Format::Json) | None if !(records.is_empty() || records.starts_with('/')) => {
                "expected a JSON pointer such as /data, or nothing"
            }
            Some(Format::Ndjson | Format::Csv) if !records.is_empty() => {
                "only has a meaning with format = \"json\" or \"xml\""
            }
            Some(Format::Xml) if !records.split('|').all(is_element_path) => {
                "expected the path of an element such as /rss/channel/item or //PRODUCT, or several with | between them"
            }
            _ => return,
        };
        self.problem(format!("{key}.records"), rule, records);
    }

    fn csv(&mut self, key: &str, table: &CsvTable, format: &str) -> Option<Csv> {
        let usual = if format == "tsv" { "\t" } else { "," };
        let separator = table.separator.as_deref().unwrap_or(usual);
        let separator = self.one_byte(&format!("{key}.separator"), separator);
        let quote = match table.quote.as_deref() {
            Some("") => Some(None),
            quote => self
                .one_byte(&format!("{key}.quote"), quote.unwrap_or("\""))
                .map(Some),
        };
        let escape = match table.escape.as_deref() {
            None | Some("") => Some(None),
            Some(escape) => self.one_byte(&format!("{key}.escape"), escape).map(Some),
        };
        if table.columns.as_ref().is_some_and(Vec::is_empty) {
            self.problem(
                format!("{key}.columns"),
                "expected at least one name of a column",
                "",
            );
        }
        let ragged = self.one_of(
            &format!("{key}.ragged"),
            table.ragged.as_deref().unwrap_or("refuse"),
            &[("refuse", Ragged::Refuse), ("fill", Ragged::Fill)],
        );
        if separator.is_some() && Some(separator) == quote {
            self.problem(
                format!("{key}.quote"),
                "must not be the separator",
                table.quote.as_deref().unwrap_or_default(),
            );
        }
        Some(Csv {
            separator: separator?,
            quote: quote?,
            escape: escape?,
            columns: table.columns.clone(),
            skip_lines: table.skip_lines,
            trim: table.trim.unwrap_or(true),
            ragged: ragged?,
            fill_down: table.fill_down.clone(),
        })
    }

    fn one_byte(&mut self, key: &str, text: &str) -> Option<u8> {
        match text.as_bytes() {
            [byte] if byte.is_ascii() && !matches!(byte, b'\r' | b'\n' | 0) => Some(*byte),
            _ => {
                self.problem(
                    key,
                    "expected one ASCII character such as ; or \\t",
                    text.escape_default(),
                );
                None
            }
        }
    }

    fn xml(&mut self, key: &str, table: &XmlTable) -> Option<Xml> {
        let keeps_prefixes = self.one_of(
            &format!("{key}.namespaces"),
            table.namespaces.as_deref().unwrap_or("strip"),
            &[("strip", false), ("keep", true)],
        );
        Some(Xml {
            keeps_prefixes: keeps_prefixes?,
            lists: table.lists.clone(),
        })
    }
}

/// `/a/b/c` from the root, `//c` or `//b/c` anywhere.
fn is_element_path(path: &str) -> bool {
    let path = path.trim();
    let steps = path.strip_prefix("//").or_else(|| path.strip_prefix('/'));
    steps.is_some_and(|steps| {
        steps
            .split('/')
            .all(|step| !step.is_empty() && !step.contains(char::is_whitespace))
    })
}
