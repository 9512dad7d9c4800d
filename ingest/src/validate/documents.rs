//! The stage: what the mapping made, document by document.
//!
//! A key is accepted once per run. The same document again is harmless; a different one with the same key is refused,
//! because nothing says which of the two is right.

use super::error::ValidateError;
use super::report::{Quarantined, Report};
use super::rules::{self, Fault};
use super::{clean, schemas};
use crate::config::{Provides, Source};
use crate::decode::Origin;
use crate::map::Mapped;
use crate::wire::{Document, Kind};
use serde_json::Value;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// The validation of one run of a source.
pub struct Validation {
    source: String,
    provides: Provides,
    report: Report,
    quarantine: Option<Quarantine>,
    /// Hash of kind and key, to hash of content and number of the record.
    seen: HashMap<[u8; 16], ([u8; 16], u64)>,
}

impl Validation {
    /// Begins; refused records are written to `quarantine`, one JSON object per line, as far as it has room.
    pub fn start(source: &Source, quarantine: Option<&Path>) -> Result<Self, ValidateError> {
        Ok(Self {
            source: source.name.clone(),
            provides: source.provides,
            report: Report {
                source: source.name.clone(),
                ..Report::default()
            },
            quarantine: quarantine.map(Quarantine::create).transpose()?,
            seen: HashMap::new(),
        })
    }

    /// The documents of one record that may go on.
    pub fn documents(&mut self, mapped: Mapped) -> Result<Vec<Document>, ValidateError> {
        self.report.records += 1;
        let origin = mapped.origin;
        let values = match mapped.documents {
            Ok(values) => values,
            Err(refusal) => {
                self.report.unmapped += 1;
                let pointer = refusal
                    .field
                    .map(|field| format!("/{}", field.replace('.', "/")))
                    .unwrap_or_default();
                let fault = Fault::new(pointer, "map", refusal.message, "");
                self.quarantine(&origin, None, None, fault)?;
                return Ok(Vec::new());
            }
        };
        if values.is_empty() {
            self.report.left_out += 1;
        }
        let mut documents = Vec::with_capacity(values.len());
        for value in values {
            self.report.documents += 1;
            let kind = value
                .get("type")
                .and_then(Value::as_str)
                .and_then(Kind::parse);
            let key = key(kind, &value);
            match self.document(&origin, value) {
                Ok(Some(document)) => {
                    *self.report.accepted.entry(document.kind()).or_default() += 1;
                    documents.push(document);
                }
                Ok(None) => self.report.repeated += 1,
                Err(fault) => {
                    self.report.refused += 1;
                    self.quarantine(&origin, kind, key, fault)?;
                }
            }
        }
        Ok(documents)
    }

    /// How far it has come.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Ends, and says what became of everything.
    pub fn finish(mut self) -> Result<Report, ValidateError> {
        if let Some(quarantine) = &mut self.quarantine {
            quarantine.finish()?;
        }
        self.report.sort();
        Ok(self.report)
    }

    /// The document, if it keeps every rule; `None` when it is there already.
    fn document(&mut self, origin: &Origin, mut value: Value) -> Result<Option<Document>, Fault> {
        let kind = kind_of(&value)?;
        self.check_provides(kind)?;
        clean::control_characters(&mut value);
        schemas::check(kind, &value)?;
        let mut document = Document::from_value(value).map_err(|error| {
            // The schema was kept, so only the size of a number is left.
            Fault::new(
                "",
                "number",
                format!("holds a number that is too large to keep: {error}"),
                "",
            )
        })?;
        rules::check(&document)?;
        clean::html_fields(&mut document);
        let name = short_hash(&[kind.as_str(), &document.key()]);
        let content = short_hash(&[&document.to_json()]);
        match self.seen.get(&name) {
            None => {
                self.seen.insert(name, (content, origin.record));
                Ok(Some(document))
            }
            Some((other, _)) if *other == content => Ok(None),
            Some((_, first)) => {
                let message = format!(
                    "record {first} says something else under the same key; the first one counts"
                );
                Err(Fault::new("", "duplicate", message, document.key()))
            }
        }
    }

    fn check_provides(&self, kind: Kind) -> Result<(), Fault> {
        if (kind == Kind::Offer) == (self.provides == Provides::Offers) {
            return Ok(());
        }
        let message = match self.provides {
            Provides::Offers => "a source that provides offers only brings offers",
            Provides::Catalog => {
                "a source that provides the catalog brings no offers; they need a source of their own"
            }
        };
        Err(Fault::new("/type", "provides", message, kind.as_str()))
    }

    fn quarantine(
        &mut self,
        origin: &Origin,
        kind: Option<Kind>,
        key: Option<String>,
        fault: Fault,
    ) -> Result<(), ValidateError> {
        let refused = Quarantined {
            source: self.source.clone(),
            page: origin.page.to_string(),
            line: origin.line,
            record: origin.record,
            kind,
            key,
            pointer: fault.pointer,
            rule: fault.rule,
            value: schemas::shown(&Value::String(fault.value)),
            message: fault.message,
        };
        if let Some(quarantine) = &mut self.quarantine {
            quarantine.write(&refused)?;
        }
        self.report.count(refused);
        Ok(())
    }
}

fn kind_of(value: &Value) -> Result<Kind, Fault> {
    let names = || Kind::ALL.map(Kind::as_str).join(", ");
    if !value.is_object() {
        return Err(Fault::new(
            "",
            "type",
            "a document is an object",
            schemas::shown(value),
        ));
    }
    match value.get("type") {
        None => Err(Fault::new(
            "/type",
            "required",
            format!("says what document it is: {}", names()),
            "",
        )),
        Some(kind) => kind.as_str().and_then(Kind::parse).ok_or_else(|| {
            Fault::new(
                "/type",
                "enum",
                format!("there are {}", names()),
                schemas::shown(kind),
            )
        }),
    }
}

/// The key of a document that may be wrong in any way.
fn key(kind: Option<Kind>, value: &Value) -> Option<String> {
    let field = |name: &str| {
        value
            .get(name)
            .filter(|value| value.is_string() || value.is_number())
            .map(schemas::shown)
    };
    match kind {
        Some(Kind::Attribute) => field("code"),
        Some(Kind::Offer) => {
            field("variant_id").or_else(|| field("sku").map(|sku| format!("sku:{sku}")))
        }
        _ => field("id"),
    }
}

fn short_hash(parts: &[&str]) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(part.as_bytes());
        hasher.update(&[0]);
    }
    let mut short = [0; 16];
    hasher.finalize_xof().fill(&mut short);
    short
}

/// The file of refused documents. It holds the first ones; the report counts all.
struct Quarantine {
    path: PathBuf,
    file: BufWriter<File>,
    lines_left: u32,
}

impl Quarantine {
    const MAX_LINES: u32 = 10_000;

    fn create(path: &Path) -> Result<Self, ValidateError> {
        match File::create(path) {
            Ok(file) => Ok(Self {
                path: path.to_owned(),
                file: BufWriter::new(file),
                lines_left: Self::MAX_LINES,
            }),
            Err(source) => Err(ValidateError::Quarantine {
                path: path.to_owned(),
                source,
            }),
        }
    }

    fn write(&mut self, refused: &Quarantined) -> Result<(), ValidateError> {
        if self.lines_left == 0 {
            return Ok(());
        }
        self.lines_left -= 1;
        let written = serde_json::to_writer(&mut self.file, refused).map_err(std::io::Error::from);
        written
            .and_then(|()| self.file.write_all(b"\n"))
            .map_err(|source| self.failed(source))
    }

    fn finish(&mut self) -> Result<(), ValidateError> {
        self.file.flush().map_err(|source| self.failed(source))
    }

    fn failed(&self, source: std::io::Error) -> ValidateError {
        ValidateError::Quarantine {
            path: self.path.clone(),
            source,
        }
    }
}
