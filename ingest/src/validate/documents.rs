//! The stage: what the mapping made, document by document.
//!
//! A key is accepted once per run. The same document again is harmless; a different one with the same key is refused,
//! because nothing says which of the two is right.

use bumpalo::Bump;

use super::contract::{self, Deviation};
use super::error::ValidateError;
use super::known::{self, Known};
use super::report::{Quarantined, Report};
use super::rules::Fault;
use super::{clean, schemas, sound};
use crate::config::{ContractMode, Duplicates, Provides, Source};
use crate::decode::Origin;
use crate::feed;
use crate::map::{Mapped, Refusal};
use crate::wire::{Document, Kind, variant_key, variant_key_ids};
use serde_json::Value;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::xxh3_128;

/// What a record gave, each document judged by itself.
#[derive(Debug)]
pub struct Examined<T> {
    origin: Origin,
    documents: Result<Vec<Candidate<T>>, Refusal>,
}

/// A document before it is compared with the others of its run.
#[derive(Debug)]
struct Candidate<T> {
    kind: Option<Kind>,
    key: Option<String>,
    /// What to keep if it is refused.
    name: Option<feed::Name>,
    sound: Result<Sound<T>, Box<Deviation>>,
}

/// A document that keeps every rule.
#[derive(Debug)]
struct Sound<T> {
    document: T,
    name: Name,
    content: u64,
    /// What its source's contract let pass, or took out of it.
    told: Vec<Deviation>,
}

/// Hash of kind and key. A feed has no enemies among its own documents, and by accident no two are alike.
type Name = [u8; 16];

/// Judges the documents of one record by themselves: all that needs no look at other records, and so can be done for
/// many records at once. `keep` makes of a document what goes on, and the hash of its content.
pub fn examine<T>(
    source: &Source,
    mapped: Mapped,
    keep: impl Fn(Document) -> (T, u64),
) -> Examined<T> {
    let candidate = |value: Value| {
        let kind = value
            .get("type")
            .and_then(Value::as_str)
            .and_then(Kind::parse);
        let key = key(kind, &value);
        let keeps = source.keeping.last_good;
        let name = kind.filter(|_| keeps).and_then(|kind| name(kind, &value));
        let sound = document(source, value).map(|(document, told)| {
            let key = document.key();
            Sound::of(document, &key, told, &keep)
        });
        Candidate {
            kind,
            key,
            name,
            sound,
        }
    };
    Examined {
        origin: mapped.origin,
        documents: mapped
            .documents
            .map(|values| values.into_iter().map(candidate).collect()),
    }
}

/// The same for a record that is a document as it is, if nothing at all is wrong with it; nothing otherwise.
pub fn examine_text<T>(
    source: &Source,
    (text, origin): (&str, &Origin),
    arena: &mut Bump,
    keep: impl Fn(Document) -> (T, u64),
) -> Option<Examined<T>> {
    arena.reset();
    let document = sound::document(source, text, arena)?;
    let (kind, key) = (document.kind(), document.key());
    let sound = Sound::of(document, &key, Vec::new(), &keep);
    let candidate = Candidate {
        kind: Some(kind),
        key: Some(shown_key(kind, key)),
        name: None,
        sound: Ok(sound),
    };
    Some(Examined {
        origin: origin.clone(),
        documents: Ok(vec![candidate]),
    })
}

impl<T> Sound<T> {
    fn of(
        document: Document,
        key: &str,
        told: Vec<Deviation>,
        keep: impl Fn(Document) -> (T, u64),
    ) -> Self {
        let name = format!("{} {key}", document.kind());
        let name = xxh3_128(name.as_bytes()).to_le_bytes();
        let (document, content) = keep(document);
        Self {
            document,
            name,
            content,
            told,
        }
    }
}

/// A document's key as reports have it.
fn shown_key(kind: Kind, key: String) -> String {
    match (kind, variant_key_ids(&key)) {
        (Kind::Variant | Kind::Placement, (product, id)) => format!("{product} / {id}"),
        _ => key,
    }
}

/// The document, if it keeps every rule that a document can keep alone, or its source's contract lets it go on.
fn document(
    source: &Source,
    mut value: Value,
) -> Result<(Document, Vec<Deviation>), Box<Deviation>> {
    let refused = |fault| Box::new(Deviation::refused(fault));
    let kind = kind_of(&value).map_err(refused)?;
    check_provides(source.provides, kind).map_err(refused)?;
    clean::control_characters(&mut value);
    let (document, told) = contract::document(&source.contract, kind, value)?;
    if let Document::Delete(delete) = &document {
        check_provides(source.provides, delete.of).map_err(Deviation::refused)?;
    }
    Ok((document, told))
}

fn check_provides(provides: Provides, kind: Kind) -> Result<(), Fault> {
    // What a delete is about is said inside it.
    if kind == Kind::Delete || sound::is_brought(provides, kind) {
        return Ok(());
    }
    let message = match provides {
        Provides::Offers => "a source that provides offers only brings offers",
        Provides::Terms => {
            "a source that provides terms only brings promotions, delivery methods and taxes"
        }
        Provides::Catalog if kind.is_terms() => {
            "a source that provides the catalog brings no terms; they need a source of their own"
        }
        Provides::Orders => "a source that provides orders only brings their status",
        Provides::Catalog => {
            "a source that provides the catalog brings no offers and no status of orders; they need a source of their own"
        }
    };
    Err(Fault::new("/type", "provides", message, kind.as_str()))
}

/// The validation of one run of a source.
pub struct Validation {
    source: String,
    keeps_last_good: bool,
    duplicates: Duplicates,
    report: Report,
    quarantine: Option<Quarantine>,
    /// The refusals of the published feed, and those of this one.
    known: (Known, Known),
    /// Hash of kind and key, to hash of content and number of the record.
    seen: HashMap<Name, (u64, u64)>,
}

impl Validation {
    /// Begins; refused records are written to `quarantine`, one JSON object per line, as far as it has room.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn start(
        source: &Source,
        quarantine: Option<&Path>,
        known: Known,
    ) -> Result<Self, ValidateError> {
        Ok(Self {
            source: source.name.clone(),
            keeps_last_good: source.keeping.last_good,
            duplicates: source.duplicates,
            report: Report {
                source: source.name.clone(),
                is_compared: known.is_comparable(),
                ..Report::default()
            },
            quarantine: quarantine.map(Quarantine::create).transpose()?,
            known: (known, Known::default()),
            seen: HashMap::new(),
        })
    }

    /// The documents of one record that may go on. Records come in the order of the feed.
    pub fn admit<T>(&mut self, examined: Examined<T>) -> Result<Vec<T>, ValidateError> {
        self.report.records += 1;
        let origin = examined.origin;
        let candidates = match examined.documents {
            Ok(candidates) => candidates,
            Err(refusal) => {
                self.report.unmapped += 1;
                let pointer = refusal
                    .field
                    .map(|field| format!("/{}", field.replace('.', "/")))
                    .unwrap_or_default();
                let fault = Fault::new(pointer, "map", refusal.message, "");
                let about = refusal.about.map_or(Value::Null, |about| *about);
                let kind = about["type"].as_str().and_then(Kind::parse);
                self.keep(kind.and_then(|kind| name(kind, &about)));
                let key = key(kind.or(Some(Kind::Product)), &about);
                self.quarantine(&origin, kind, key, Deviation::refused(fault))?;
                return Ok(Vec::new());
            }
        };
        if candidates.is_empty() {
            self.report.left_out += 1;
        }
        let mut documents = Vec::with_capacity(candidates.len());
        for Candidate {
            kind,
            key,
            name,
            sound,
        } in candidates
        {
            self.report.documents += 1;
            let sound = match sound {
                Ok(sound) => sound,
                Err(refused) => {
                    self.report.refused += 1;
                    self.keep(name);
                    self.quarantine(&origin, kind, key, *refused)?;
                    continue;
                }
            };
            match self.unless_there(&origin, kind, key.as_deref(), sound) {
                Ok(Some((document, told))) => {
                    self.tell(&origin, kind, key.as_deref(), told)?;
                    documents.push(document);
                }
                Ok(None) => self.report.repeated += 1,
                Err(fault) => {
                    self.report.refused += 1;
                    self.quarantine(&origin, kind, key, Deviation::refused(fault))?;
                }
            }
        }
        Ok(documents)
    }

    /// The last good version of a document stays, if the source wants that.
    fn keep(&mut self, name: Option<feed::Name>) {
        const MOST: usize = 1_000_000;
        let names = &mut self.report.refused_names;
        if self.keeps_last_good && names.len() < MOST {
            names.extend(name);
        }
    }

    /// How far it has come.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Ends, and says what became of everything.
    ///
    /// # Errors
    /// The quarantine cannot be written.
    pub fn finish(mut self) -> Result<Report, ValidateError> {
        if let Some(quarantine) = &mut self.quarantine {
            quarantine.finish()?;
        }
        self.report.sort();
        self.report.known = self.known.1;
        Ok(self.report)
    }

    /// A document that no earlier record of the run brought; `None` when one brought the same, or one that counts.
    fn unless_there<T>(
        &mut self,
        origin: &Origin,
        kind: Option<Kind>,
        key: Option<&str>,
        sound: Sound<T>,
    ) -> Result<Option<(T, Vec<Deviation>)>, Fault> {
        match self.seen.entry(sound.name) {
            Entry::Vacant(entry) => {
                entry.insert((sound.content, origin.record));
                if let Some(kind) = kind {
                    *self.report.accepted.entry(kind).or_default() += 1;
                }
                Ok(Some((sound.document, sound.told)))
            }
            Entry::Occupied(entry)
                if entry.get().0 == sound.content || self.duplicates == Duplicates::First =>
            {
                Ok(None)
            }
            Entry::Occupied(entry) => {
                let first = entry.get().1;
                let message = format!(
                    "record {first} says something else under the same key; the first one counts"
                );
                Err(Fault::new(
                    "",
                    "duplicate",
                    message,
                    key.unwrap_or_default(),
                ))
            }
        }
    }

    /// Counts what the contract did to a document.
    fn tell(
        &mut self,
        origin: &Origin,
        kind: Option<Kind>,
        key: Option<&str>,
        told: Vec<Deviation>,
    ) -> Result<(), ValidateError> {
        for deviation in told {
            match deviation.mode {
                ContractMode::Evolve => self.report.let_through += 1,
                _ => self.report.discarded += 1,
            }
            self.quarantine(origin, kind, key.map(str::to_owned), deviation)?;
        }
        Ok(())
    }

    fn quarantine(
        &mut self,
        origin: &Origin,
        kind: Option<Kind>,
        key: Option<String>,
        Deviation { fault, mode }: Deviation,
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
            mode,
        };
        let identity = known::identity(&refused);
        let is_new = self.known.0.is_comparable() && !self.known.0.has(identity);
        self.known.1.add(identity);
        if let Some(quarantine) = &mut self.quarantine {
            quarantine.write(&refused)?;
        }
        self.report.count(refused, is_new);
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
        Some(Kind::Variant) => {
            let (product, id) = (field("product_id"), field("id"));
            id.map(|id| format!("{} / {id}", product.unwrap_or_default()))
        }
        Some(Kind::Placement) => {
            let (product, category) = (field("product_id"), field("category_id"));
            category.map(|id| format!("{} / {id}", product.unwrap_or_default()))
        }
        Some(Kind::Delete) => field("of")
            .zip(field("id"))
            .map(|(of, id)| format!("{of} {id}")),
        Some(Kind::OrderStatus) => {
            field("id").or_else(|| field("number").map(|number| format!("number:{number}")))
        }
        Some(Kind::Offer) => {
            field("variant_id").or_else(|| field("sku").map(|sku| format!("sku:{sku}")))
        }
        _ => field("id"),
    }
}

/// The name under which a document would stand in a feed, if it is whole.
fn name(kind: Kind, value: &Value) -> Option<feed::Name> {
    let field = |name: &str| value.get(name).and_then(Value::as_str);
    let key = match kind {
        Kind::Attribute => field("code")?.to_owned(),
        Kind::Variant => variant_key(field("product_id")?, field("id")?),
        Kind::Placement => variant_key(field("product_id")?, field("category_id")?),
        Kind::Offer => match (field("variant_id"), field("sku")) {
            (Some(id), _) => id.to_owned(),
            (None, sku) => format!("sku:{}", sku?),
        },
        Kind::OrderStatus => match (field("id"), field("number")) {
            (Some(id), _) => id.to_owned(),
            (None, number) => format!("number:{}", number?),
        },
        Kind::Delete => return None,
        Kind::Product
        | Kind::Category
        | Kind::Page
        | Kind::Review
        | Kind::Redirect
        | Kind::Synonym
        | Kind::Promotion
        | Kind::DeliveryMethod
        | Kind::Tax => field("id")?.to_owned(),
    };
    Some((kind, key))
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
