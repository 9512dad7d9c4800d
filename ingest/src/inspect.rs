//! What commands print: small values with a JSON form and a form for people.

use std::fmt;
use std::path::Path;

use frontage_shared::manifest::{Manifest, PartEntry};
use frontage_shared::snapshot::SnapshotError;
use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::generation::{check_name, hex};
use frontage_shared::snapshot::layout::section;
use frontage_shared::snapshot::mapped;
use frontage_shared::snapshot::offers::Offers;
use frontage_shared::snapshot::part::Part;
use serde::Serialize;

use crate::cycle::{Context, CycleError, ShopOutcome};
use crate::flip;
use crate::history::Run;
use crate::operate::Diff;
use crate::status::time;

/// A part of either kind.
#[derive(Debug)]
pub enum OpenedPart {
    /// The slow half.
    Catalog(Box<Catalog>),
    /// The fast half.
    Offers(Box<Offers>),
}

/// Opens a part; its header tells the kind.
///
/// # Errors
/// It is neither a catalog nor an offers part.
pub fn open_part(path: &Path) -> Result<OpenedPart, SnapshotError> {
    let bytes = mapped::map(path)?;
    match Offers::open(bytes.clone()) {
        Ok(offers) => Ok(OpenedPart::Offers(Box::new(offers))),
        Err(SnapshotError::Kind { .. }) => Ok(OpenedPart::Catalog(Box::new(Catalog::open(bytes)?))),
        Err(other) => Err(other),
    }
}

/// A part in a store is named by its hash; any other name is not checked.
///
/// # Errors
/// The name is a hash, and not that of the bytes.
pub fn check_file_name(path: &Path) -> Result<(), SnapshotError> {
    let stem = path
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_default();
    if stem.len() != 64 {
        return Ok(());
    }
    let bytes = mapped::map(path)?;
    check_name(
        &PartEntry {
            hash: stem.to_owned(),
            length: bytes.len() as u64,
        },
        &bytes,
    )
}

impl OpenedPart {
    /// Checks every byte.
    ///
    /// # Errors
    /// The first damage found.
    pub fn verify(&self) -> Result<(), SnapshotError> {
        match self {
            Self::Catalog(catalog) => catalog.verify(),
            Self::Offers(offers) => offers.verify(),
        }
    }

    fn part(&self) -> &Part {
        match self {
            Self::Catalog(catalog) => catalog.part(),
            Self::Offers(offers) => offers.part(),
        }
    }
}

/// A past run.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct RunLine(pub Run);

impl fmt::Display for RunLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let run = &self.0;
        write!(
            f,
            "{}  {:<12} {:<9} {:>8} records {:>8} documents {:>6} refused {:>10} bytes {:>7} ms",
            time(run.started_at),
            run.source,
            run.result.as_str(),
            run.records,
            run.documents,
            run.refused,
            run.bytes,
            run.duration_ms
        )?;
        if let Some(recording) = &run.recording {
            write!(f, "  {recording}")?;
        }
        if let Some(stage) = &run.stage {
            write!(f, "  at {stage}")?;
        }
        for reason in &run.reasons {
            write!(f, "\n    {reason}")?;
        }
        if let Some(hash) = run.hash.as_ref().filter(|_| !run.reasons.is_empty()) {
            write!(
                f,
                "\n    publish it all the same: frontage-ingest approve {hash}"
            )?;
        }
        writeln!(f)
    }
}

/// When a source runs next.
#[derive(Debug, Serialize)]
pub struct Upcoming {
    /// The source's name.
    pub source: String,
    /// The schedule, with seconds first.
    pub schedule: String,
    /// The shop's time zone.
    pub time_zone: String,
    /// Jitter, blackouts, and what becomes of missed runs.
    pub rules: Vec<String>,
    /// RFC 3339, in the shop's time zone.
    pub times: Vec<String>,
}

impl fmt::Display for Upcoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}  {} in {}; {}",
            self.source,
            self.schedule,
            self.time_zone,
            self.rules.join("; ")
        )?;
        self.times
            .iter()
            .try_for_each(|time| writeln!(f, "  {time}"))
    }
}

/// A part that passed.
#[derive(Debug, Serialize)]
pub struct Verified {
    /// The file.
    pub file: String,
    /// Always true; a file that fails is an error.
    pub verified: bool,
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: whole and well-formed", self.file)
    }
}

/// A new generation.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct PublishedLine(pub Manifest);

impl fmt::Display for PublishedLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (manifest, counts) = (&self.0, self.0.counts);
        let pinned = if manifest.pinned { ", pinned" } else { "" };
        writeln!(
            f,
            "published generation {}{pinned}: {} products, {} variants, {} categories, {} pages",
            manifest.generation, counts.products, counts.variants, counts.categories, counts.pages
        )
    }
}

/// Why there is no new generation.
#[derive(Debug, Serialize)]
pub struct NotPublished {
    /// `unchanged`, `pinned` or `waiting`.
    outcome: &'static str,
    #[serde(skip)]
    sentence: String,
}

impl NotPublished {
    /// Says it in words.
    pub fn of(outcome: &ShopOutcome) -> Self {
        let (outcome, sentence) = match outcome {
            ShopOutcome::Pinned { generation, until } => (
                "pinned",
                format!(
                    "generation {generation} is pinned; nothing is published over it until {}",
                    until.map_or("`unpin`".to_owned(), flip::shown)
                ),
            ),
            ShopOutcome::Waiting => (
                "waiting",
                "nothing to publish yet: no product has arrived, or a source must deliver again first".to_owned(),
            ),
            ShopOutcome::Unchanged | ShopOutcome::Published(_) => (
                "unchanged",
                "the shop is what it was; nothing to publish".to_owned(),
            ),
        };
        Self { outcome, sentence }
    }
}

impl fmt::Display for NotPublished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.sentence)
    }
}

/// What a part holds.
#[derive(Debug, Serialize)]
pub struct PartReport {
    kind: &'static str,
    bytes: u64,
    shop: Option<String>,
    catalog: Option<String>,
    documents: String,
    sections: Vec<SectionReport>,
}

#[derive(Debug, Serialize)]
struct SectionReport {
    id: u32,
    name: &'static str,
    records: u64,
    bytes: u64,
}

impl PartReport {
    /// Reads header and table only.
    pub fn of(opened: &OpenedPart) -> Self {
        let part = opened.part();
        let sections = part.sections().map(|(id, records, bytes)| SectionReport {
            id,
            name: section::name(id),
            records,
            bytes,
        });
        let (kind, shop, catalog, documents) = match opened {
            OpenedPart::Catalog(catalog) => (
                "catalog",
                Some(catalog.shop().name.to_owned()),
                None,
                catalog.documents_hash(),
            ),
            OpenedPart::Offers(offers) => (
                "offers",
                None,
                Some(hex(&offers.catalog_hash())),
                offers.documents_hash(),
            ),
        };
        Self {
            kind,
            bytes: part.file_length(),
            shop,
            catalog,
            documents: hex(&documents),
            sections: sections.collect(),
        }
    }
}

impl fmt::Display for PartReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} part, {} bytes, documents {}",
            self.kind, self.bytes, self.documents
        )?;
        if let Some(shop) = &self.shop {
            writeln!(f, "shop {shop}")?;
        }
        if let Some(catalog) = &self.catalog {
            writeln!(f, "for catalog {catalog}")?;
        }
        for section in &self.sections {
            writeln!(
                f,
                "{:>4}  {:<20} {:>10} records {:>12} bytes",
                section.id, section.name, section.records, section.bytes
            )?;
        }
        Ok(())
    }
}

/// The generations of a store.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Generations(pub Vec<GenerationLine>);

/// A generation in the list.
#[derive(Debug, Clone, Serialize)]
pub struct GenerationLine {
    /// Its number.
    pub generation: u64,
    /// Unix seconds.
    pub created_at: i64,
    /// Why it was published.
    pub reason: String,
    /// Whether ingest publishes over it.
    pub pinned: bool,
    /// Whether it is the one being served.
    pub current: bool,
    /// Whether its parts are still there to roll back to.
    pub kept: bool,
    /// Products in it.
    pub products: u32,
}

/// Lists the store's generations, the latest last.
///
/// # Errors
/// The store cannot be read.
pub async fn generations(context: &Context) -> Result<Generations, CycleError> {
    latest_generations(context, usize::MAX).await
}

/// Lists the latest so many generations, the latest last; manifests are kept for months.
///
/// # Errors
/// The store cannot be read.
pub async fn latest_generations(
    context: &Context,
    count: usize,
) -> Result<Generations, CycleError> {
    let current = context
        .store
        .current()
        .await?
        .map(|manifest| manifest.generation);
    let parts = context.store.parts().await?;
    let names = context.store.manifests().await?;
    let mut lines = Vec::new();
    for name in &names[names.len().saturating_sub(count)..] {
        let manifest = context.store.manifest_named(&name.name).await?;
        lines.push(GenerationLine {
            generation: manifest.generation,
            created_at: manifest.created_at,
            pinned: manifest.pinned,
            current: Some(manifest.generation) == current,
            kept: manifest
                .parts()
                .iter()
                .all(|(kind, entry)| parts.contains(&entry.file_name(*kind))),
            products: manifest.counts.products,
            reason: manifest.reason,
        });
    }
    Ok(Generations(lines))
}

impl fmt::Display for Generations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.0 {
            let marks = [
                (line.current, "current"),
                (line.pinned, "pinned"),
                (!line.kept, "parts removed"),
            ];
            let marks: Vec<_> = marks
                .iter()
                .filter(|(set, _)| *set)
                .map(|(_, mark)| *mark)
                .collect();
            let (at, reason) = (time(line.created_at), &line.reason);
            writeln!(
                f,
                "{:>8}  {at}  {reason:<9} {:>8} products  {}",
                line.generation,
                line.products,
                marks.join(", ")
            )?;
        }
        Ok(())
    }
}

impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "generation {} → {}", self.from, self.to)?;
        for (what, changes) in self.lists() {
            writeln!(f, "{:>8} {what}", changes.count)?;
            changes
                .samples
                .iter()
                .try_for_each(|sample| writeln!(f, "           {sample}"))?;
            let more = changes.count - changes.samples.len() as u64;
            if more > 0 {
                writeln!(f, "           … and {more} more")?;
            }
        }
        Ok(())
    }
}
