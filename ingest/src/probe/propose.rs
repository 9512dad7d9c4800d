//! A source table for what was found, tried with the real mapper and validator.

use super::records::{self, Found};
use super::{ProbeError, fields, look};
use crate::config::{self, Config};
use crate::decode::{Origin, Record};
use crate::map::Mapper;
use crate::validate::{Known, Validation, examine};
use crate::wire::Document;
use serde::Serialize;
use serde_json::Value;
use std::fmt;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

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
    /// The TOML of the source.
    pub table: String,
    /// What a person should look at.
    pub unsure: Vec<String>,
    /// The first three documents that the mapping gives.
    pub documents: Vec<Value>,
    /// How many records were tried.
    pub tried: u64,
    /// How many of them gave a document that passes.
    pub passed: u64,
    /// Why others do not, and how many.
    pub refusals: Vec<String>,
}

/// Looks at a file or an address and proposes a source.
///
/// # Errors
/// It cannot be read, or there is nothing that looks like products in it.
pub async fn propose(target: &str, name: &str) -> Result<Proposal, ProbeError> {
    // It becomes part of a configuration.
    if !config::is_name(name) {
        let name = name.to_owned();
        return Err(ProbeError::Name { name });
    }
    let look = look::look(target).await?;
    let found = records::find(&look.bytes)?;
    let meaning = fields::recognise(&found.sample);
    for needed in ["id", "name"] {
        if !meaning.fields.iter().any(|(field, _)| *field == needed) {
            return Err(ProbeError::Records(format!(
                "{} records at `{}`, and none of their fields looks like the {needed}",
                found.count, found.pointer
            )));
        }
    }
    let mut unsure = meaning.unsure;
    if look.is_file {
        unsure.push(
            "url: a source is polled over HTTP; serve the file and correct the address".to_owned(),
        );
    }
    unsure.push("schedule: hourly, until you say how often the data changes".to_owned());
    let table = table(name, &look.url, &found, &meaning.fields);
    let mut proposal = Proposal {
        name: name.to_owned(),
        format: found.format,
        records: found.pointer,
        count: found.count,
        table,
        unsure,
        documents: Vec::new(),
        tried: 0,
        passed: 0,
        refusals: Vec::new(),
    };
    attempt(&mut proposal, found.sample)?;
    Ok(proposal)
}

fn table(name: &str, url: &str, found: &Found, fields: &[(&'static str, String)]) -> String {
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let mut text = format!(
        "[source.{name}]\nprovides = \"catalog\"\nurl = {}\nschedule = \"0 * * * *\"\nformat = \"{}\"\n",
        quoted(url),
        found.format
    );
    // Writing to a text cannot fail.
    if !found.pointer.is_empty() {
        let _ = writeln!(text, "records = {}", quoted(&found.pointer));
    }
    let _ = writeln!(text, "\n[source.{name}.map]\ntype = '\"product\"'");
    for (field, expression) in fields {
        let key = if field.contains('.') {
            format!("\"{field}\"")
        } else {
            (*field).to_owned()
        };
        let _ = writeln!(text, "{key} = {}", quoted(expression));
    }
    text
}

/// Tries the table on the sample, in a shop that is nobody's.
fn attempt(proposal: &mut Proposal, sample: Vec<Value>) -> Result<(), ProbeError> {
    let shop = "store = \"store\"\nstate = \"state\"\n[shop]\nid = \"probe\"\nname = \"Probe\"\ncurrency = \"EUR\"\n\n";
    let text = format!("{shop}{}", proposal.table);
    let config: Config = config::from_text(&text, Path::new("the proposal"), Path::new("/"))?;
    let Some(source) = config.sources.first() else {
        return Ok(());
    };
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
            if proposal.documents.len() < 3 {
                proposal.documents.extend(serde_json::from_str(&json));
            }
        }
    }
    let report = validation.finish()?;
    proposal.tried = report.records;
    proposal.passed = report.accepted.values().sum();
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
        for document in &self.documents {
            let _ = writeln!(text, "{document:#}");
        }
        let _ = writeln!(
            text,
            "\n{} of the first {} records pass",
            self.passed, self.tried
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
