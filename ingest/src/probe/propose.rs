//! A source for what was found, tried with the real mapper and validator in the shop that it is for.

use super::mapping::{self, Written};
use super::paging::{self, Paging};
use super::records::{self, Found};
use super::roles::Taste;
use super::scratch::Scratch;
use super::{ProbeError, look};
use crate::config::{self, Config, Mapping};
use crate::decode::{Origin, Record};
use crate::map::Mapper;
use crate::preset::Preset;
use crate::validate::{Known, Validation, examine};
use crate::wire::Document;
use serde::Serialize;
use serde_json::Value;
use std::fmt;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

/// Where there is no shop yet.
const NOBODY: &str = "id = \"probe\"\nname = \"Probe\"\ncurrency = \"EUR\"\n";

/// The address of a back end of which there is only a file.
const SOMEWHERE: &str = "http://127.0.0.1:9000/";

/// What a probe found, and what it proposes.
#[derive(Debug, Serialize)]
pub struct Proposal {
    /// The name of the source.
    pub name: String,
    /// How the records are written.
    pub format: &'static str,
    /// Where they are.
    pub records: String,
    /// How many were seen.
    pub count: usize,
    /// The preset that fits, if one does.
    pub preset: Option<&'static str>,
    /// The TOML of the source.
    pub table: String,
    /// The jq program that the source names as its `map_file`, if it needs one.
    pub program: Option<String>,
    /// What a person should look at.
    pub unsure: Vec<String>,
    /// The first three products, or offers, that the mapping gives.
    pub documents: Vec<Value>,
    /// How many records were tried.
    pub tried: u64,
    /// How many documents that pass came of them.
    pub passed: u64,
    /// How many of them were refused.
    pub refused: u64,
    /// Why others do not, and how many.
    pub refusals: Vec<String>,
}

impl Proposal {
    /// The name of the file that its program belongs into, beside the configuration.
    pub fn program_name(&self) -> String {
        format!("{}.jq", self.name)
    }
}

/// Looks at a file or an address and proposes a source for the shop of this configuration, or for nobody's.
///
/// # Errors
/// It cannot be read, or there is nothing that looks like products in it.
pub async fn propose(
    target: &str,
    name: &str,
    config: Option<&Path>,
) -> Result<Proposal, ProbeError> {
    // It becomes part of a configuration.
    if !config::is_name(name) {
        let name = name.to_owned();
        return Err(ProbeError::Name { name });
    }
    let look = look::look(target).await?;
    let (shop, taste) = shop(config);
    let scratch = Scratch::new(&look.bytes, &look.url).map_err(|error| ProbeError::Look {
        target: target.to_owned(),
        problem: format!("it cannot be kept for a moment: {error}"),
    })?;
    let mut found = records::find(&scratch.page, &taste)?;
    let (format, place) = (found.shape.format, found.shape.records.as_str());
    let preset = Preset::recognise(format, place, &found.sample);
    if preset.is_none() && !found.meaning.is_usable() {
        let has_id = found.meaning.fields.iter().any(|(field, _)| *field == "id");
        return Err(ProbeError::Records(format!(
            "{} records at `{place}`, and none of their fields looks like the {}",
            found.count,
            if has_id { "name" } else { "id" }
        )));
    }
    let pages = pages(&look, &found, preset);
    let mut unsure = doubts(&mut found, &look, preset, shop.is_none());
    unsure.extend(pages_doubt(&look, &found, pages.as_ref()));
    let written = preset.is_none().then(|| mapping::write(&found.meaning));
    let table = table(name, &look, &found, (preset, pages), written.as_ref());
    let mut proposal = Proposal {
        name: name.to_owned(),
        format,
        records: found.shape.records.clone(),
        count: found.count,
        preset: preset.map(|preset| preset.name),
        table,
        program: written.and_then(|written| match written {
            Written::Program(text) => Some(text),
            Written::Table(_) => None,
        }),
        unsure,
        documents: Vec::new(),
        tried: 0,
        passed: 0,
        refused: 0,
        refusals: Vec::new(),
    };
    attempt(
        &mut proposal,
        &shop.unwrap_or_else(|| NOBODY.to_owned()),
        found.sample,
    )?;
    Ok(proposal)
}

/// How further pages are asked for, where no link leads to them and no preset knows better.
fn pages(look: &look::Look, found: &Found, preset: Option<&Preset>) -> Option<Paging> {
    let has_link = look.has_next || found.next.is_some();
    if has_link || look.is_file || preset.is_some() || found.shape.format != "json" {
        return None;
    }
    paging::paging(&look.url, &found.pages, look.headers, found.count)
}

/// What a person should look at before all pages are read.
fn pages_doubt(look: &look::Look, found: &Found, pages: Option<&Paging>) -> Option<String> {
    if let Some(pages) = pages {
        return Some(pages.doubt.clone());
    }
    let (_, total) = found.pages.total.as_ref()?;
    let is_part = *total > found.count as u64 && found.next.is_none() && !look.has_next;
    is_part.then(|| format!("pages: the answer has {} records and says that there are {total}; ask for all at once, or for a page size that holds them", found.count))
}

/// The shop's table, if the configuration has one, and what it prefers.
fn shop(config: Option<&Path>) -> (Option<String>, Taste) {
    let text = config.and_then(|path| std::fs::read_to_string(path).ok());
    let table = text.and_then(|text| text.parse::<toml::Table>().ok());
    let shop = table.and_then(|mut table| table.remove("shop"));
    let shop = shop.and_then(|shop| shop.as_table().cloned());
    let of = |key: &str, usual: &str| {
        let told = shop.as_ref().and_then(|shop| shop.get(key));
        told.and_then(toml::Value::as_str)
            .unwrap_or(usual)
            .to_owned()
    };
    let taste = Taste {
        currency: of("currency", "EUR"),
        language: of("locale", "en").chars().take(2).collect(),
    };
    (shop.map(|shop| shop.to_string()), taste)
}

/// What a person should look at.
fn doubts(
    found: &mut Found,
    look: &look::Look,
    preset: Option<&Preset>,
    is_nobodys: bool,
) -> Vec<String> {
    let mut doubts = std::mem::take(&mut found.unsure);
    match preset {
        Some(preset) => doubts.push(format!(
            "preset: {} fits; `frontage-ingest presets {0}` prints its mapping",
            preset.name
        )),
        None => doubts.append(&mut found.meaning.unsure),
    }
    if found.flawed > 0 {
        doubts.push(format!(
            "records: {} of {} are damaged and would be refused",
            found.flawed, found.count
        ));
    }
    if found.shape.fills {
        doubts.push(
            "csv: some rows are shorter than the first, and what they lack is taken for empty"
                .to_owned(),
        );
    }
    if is_nobodys {
        doubts.push("currency: no configuration with a [shop] was at hand, so it was tried in one that sells in EUR".to_owned());
    }
    if look.is_file && preset.is_some_and(Preset::needs_address) {
        doubts.push("url: this back end is asked over HTTP; write its address".to_owned());
    } else if look.is_file {
        doubts.push(
            "url: a file; with a * for what differs in its name, and pick = \"newest\", those of tomorrow are read too"
                .to_owned(),
        );
    }
    doubts.push("schedule: hourly, until you say how often the data changes".to_owned());
    doubts
}

fn table(
    name: &str,
    look: &look::Look,
    found: &Found,
    (preset, pages): (Option<&Preset>, Option<Paging>),
    written: Option<&Written>,
) -> String {
    let mut text = format!("[source.{name}]\n");
    // Writing to a text cannot fail.
    match preset {
        Some(preset) => drop(writeln!(text, "preset = \"{}\"", preset.name)),
        None if found.meaning.are_offers => text.push_str("provides = \"offers\"\n"),
        None => text.push_str("provides = \"catalog\"\n"),
    }
    let url = match preset {
        Some(preset) if look.is_file && preset.needs_address() => SOMEWHERE,
        _ => pages.as_ref().map_or(look.url.as_str(), |pages| &pages.url),
    };
    let url = toml::Value::from(url);
    let _ = write!(text, "url = {url}\nschedule = \"0 * * * *\"\n");
    if preset.is_none() {
        text.push_str(&found.shape.settings());
    }
    if look.has_next && preset.is_none() {
        text.push_str("next = \"link\"\n");
    } else if let Some(next) = found.next.as_ref().filter(|_| preset.is_none()) {
        let _ = writeln!(text, "next = {}", toml::Value::from(next.as_str()));
    }
    text.push_str(pages.as_ref().map_or("", |pages| &pages.settings));
    match written {
        Some(Written::Table(lines)) => {
            let _ = write!(text, "\n[source.{name}.map]\n{lines}");
        }
        Some(Written::Program(_)) => {
            let _ = writeln!(text, "map_file = \"{name}.jq\"");
        }
        None => {}
    }
    text
}

/// Tries the proposal on the sample.
fn attempt(proposal: &mut Proposal, shop: &str, sample: Vec<Value>) -> Result<(), ProbeError> {
    let file = proposal.program_name();
    // The program is not in its file yet.
    let unfiled = proposal
        .table
        .replace(&format!("map_file = \"{file}\"\n"), "");
    let text = format!("store = \"store\"\nstate = \"state\"\n[shop]\n{shop}\n{unfiled}");
    let mut config: Config = config::from_text(&text, Path::new("the proposal"), Path::new("/"))?;
    let Some(source) = config.sources.first_mut() else {
        return Ok(());
    };
    if let Some(text) = &proposal.program {
        let (path, text) = (file.into(), text.clone());
        source.mapping = Mapping::Program { path, text };
    }
    let source = &*source;
    let mapper = Mapper::start(source, &config.shop)?;
    let page: Arc<str> = Arc::from("sample");
    let numbered = sample.into_iter().zip(0_u64..);
    let records = numbered.map(|(value, record)| Record {
        origin: Origin {
            page: Arc::clone(&page),
            record,
            line: record + 1,
        },
        value,
        flaw: None,
    });
    let mut validation = Validation::start(source, None, Known::default())?;
    for mapped in mapper.map(records.collect())? {
        let examined = examine(source, mapped, |document: Document| {
            let json = document.to_json();
            let hash = xxhash_rust::xxh3::xxh3_64(json.as_bytes());
            (json, hash)
        });
        for json in validation.admit(examined)? {
            let document: Value = serde_json::from_str(&json).unwrap_or_default();
            let kind = document.get("type").and_then(Value::as_str);
            // Categories come with products and say little.
            if proposal.documents.len() < 3 && kind.is_none_or(|kind| kind != "category") {
                proposal.documents.push(document);
            }
        }
    }
    let report = validation.finish()?;
    proposal.tried = report.records;
    proposal.passed = report.accepted.values().sum();
    proposal.refused = report.groups.iter().map(|group| group.count).sum();
    proposal.refusals = report
        .groups
        .iter()
        .take(10)
        .map(|group| format!("{} × {} at {}", group.count, group.rule, group.pointer))
        .collect();
    Ok(())
}

impl fmt::Display for Proposal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = format!("{} records, {}", self.count, self.format);
        if !self.records.is_empty() {
            let _ = write!(text, ", at {}", self.records);
        }
        let _ = write!(text, "\n\n{}\n", self.table);
        if let Some(program) = &self.program {
            let _ = writeln!(text, "--- {}\n{program}", self.program_name());
        }
        for document in &self.documents {
            let _ = writeln!(text, "{document:#}");
        }
        let _ = writeln!(
            text,
            "\n{} documents of the first {} records pass, {} are refused",
            self.passed, self.tried, self.refused
        );
        for refusal in &self.refusals {
            let _ = writeln!(text, "  refused: {refusal}");
        }
        for unsure in &self.unsure {
            let _ = writeln!(text, "  look at {unsure}");
        }
        // What a back end sends may not steer a terminal.
        let is_safe = |next: &char| *next == '\n' || !next.is_control();
        f.write_str(&text.chars().filter(is_safe).collect::<String>())
    }
}
