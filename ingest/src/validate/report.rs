//! What validation let through and what it did not, for people and for machines.
//!
//! The numbers add up: records are mapped, left out or refused by the mapping; documents are accepted, refused or repeated.

use super::error::ValidateError;
use crate::wire::Kind;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// What became of a feed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The source.
    pub source: String,
    /// Records read.
    pub records: u64,
    /// Records that the mapping left out on purpose.
    pub left_out: u64,
    /// Records that could not be mapped.
    pub unmapped: u64,
    /// Documents that the mapping made of the other records.
    pub documents: u64,
    /// Documents accepted, by kind.
    pub accepted: BTreeMap<Kind, u64>,
    /// Documents refused.
    pub refused: u64,
    /// Documents that came a second time, the same.
    pub repeated: u64,
    /// Refusals by reason, the most frequent first.
    pub groups: Vec<Group>,
}

/// Refusals for the same reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The kind of document, as far as it is known.
    pub kind: Option<Kind>,
    /// The place, with `*` for any index.
    pub pointer: String,
    /// The rule.
    pub rule: String,
    /// How often.
    pub count: u64,
    /// The first few.
    pub samples: Vec<Quarantined>,
}

/// One refused document or record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantined {
    /// The source.
    pub source: String,
    /// The address of the page.
    pub page: String,
    /// The line of the page.
    pub line: u64,
    /// The record's number in the feed, from 0.
    pub record: u64,
    /// The kind of document, as far as it is known.
    pub kind: Option<Kind>,
    /// The document's key, as far as it is known.
    pub key: Option<String>,
    /// Where in the document.
    pub pointer: String,
    /// The rule that is broken.
    pub rule: String,
    /// What was found there, shortened.
    pub value: String,
    /// What is wrong with it.
    pub message: String,
}

impl Report {
    /// Writes it for whoever looks later.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn keep(&self, path: &Path) -> Result<(), ValidateError> {
        let failed = |source| ValidateError::Quarantine {
            path: path.to_owned(),
            source,
        };
        let text = serde_json::to_vec(self).map_err(|error| failed(error.into()))?;
        let part = path.with_extension("part");
        std::fs::write(&part, text)
            .and_then(|()| std::fs::rename(&part, path))
            .map_err(failed)
    }

    /// Reads what `keep` wrote; nothing if there is none, or none that this build understands.
    pub fn kept(path: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(path).ok()?).ok()
    }

    /// Samples kept of each group.
    pub(super) const SAMPLES: usize = 5;
    /// Groups kept; a feed that is wrong in a thousand ways needs no thousand explanations.
    const GROUPS: usize = 200;

    /// Documents accepted, of all kinds.
    pub fn accepted(&self) -> u64 {
        self.accepted.values().sum()
    }

    /// What was refused, by the mapping or by a rule, in percent of all there was.
    pub fn invalid_percent(&self) -> f64 {
        let all = self.documents + self.unmapped;
        if all == 0 {
            return 0.0;
        }
        // Counts are far below 2^52, so these are exact.
        #[expect(clippy::cast_precision_loss, reason = "a percentage of counts")]
        let percent = (self.refused + self.unmapped) as f64 * 100.0 / all as f64;
        percent
    }

    /// Whether every record gave documents of its own, or was left out on purpose.
    pub fn is_plain(&self) -> bool {
        self.unmapped == 0 && self.refused == 0 && self.repeated == 0
    }

    /// Whether every document is accounted for.
    pub fn adds_up(&self) -> bool {
        let grouped: u64 = self.groups.iter().map(|group| group.count).sum();
        self.documents == self.accepted() + self.refused + self.repeated
            && self.left_out + self.unmapped <= self.records
            && (self.groups.len() >= Self::GROUPS || grouped == self.refused + self.unmapped)
    }

    pub(super) fn count(&mut self, refusal: Quarantined) {
        let pointer = without_indices(&refusal.pointer);
        let same = |group: &&mut Group| {
            group.kind == refusal.kind && group.rule == refusal.rule && group.pointer == pointer
        };
        if let Some(group) = self.groups.iter_mut().find(same) {
            group.count += 1;
            if group.samples.len() < Self::SAMPLES {
                group.samples.push(refusal);
            }
        } else if self.groups.len() < Self::GROUPS {
            let (kind, rule) = (refusal.kind, refusal.rule.clone());
            self.groups.push(Group {
                kind,
                pointer,
                rule,
                count: 1,
                samples: vec![refusal],
            });
        }
    }

    pub(super) fn sort(&mut self) {
        // A stable sort: reasons of the same weight stay in the order they were met.
        self.groups
            .sort_by_key(|group| std::cmp::Reverse(group.count));
    }
}

/// `/variants/3/prices/0/amount` as `/variants/*/prices/*/amount`.
fn without_indices(pointer: &str) -> String {
    let part = |part: &str| {
        let is_index = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if is_index {
            "*".to_owned()
        } else {
            part.to_owned()
        }
    };
    pointer.split('/').map(part).collect::<Vec<_>>().join("/")
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds: Vec<String> = self
            .accepted
            .iter()
            .map(|(kind, count)| format!("{count} {kind}"))
            .collect();
        let kinds = if kinds.is_empty() {
            "none".to_owned()
        } else {
            kinds.join(", ")
        };
        writeln!(f, "{}: {} records read", self.source, self.records)?;
        writeln!(f, "  {:>9}  left out by the mapping", self.left_out)?;
        writeln!(f, "  {:>9}  not mapped", self.unmapped)?;
        writeln!(f, "  {:>9}  documents made of the others", self.documents)?;
        writeln!(f, "  {:>9}    accepted ({kinds})", self.accepted())?;
        writeln!(f, "  {:>9}    refused", self.refused)?;
        writeln!(f, "  {:>9}    repeated", self.repeated)?;
        for group in &self.groups {
            let kind = group.kind.map_or("record", Kind::as_str);
            let message = group
                .samples
                .first()
                .map_or("", |sample| sample.message.as_str());
            writeln!(
                f,
                "  refused {} × {kind} {} [{}]: {message}",
                group.count,
                place(&group.pointer),
                group.rule
            )?;
            for sample in &group.samples {
                let key = sample.key.as_deref().unwrap_or("no key");
                let value = if sample.value.is_empty() {
                    String::new()
                } else {
                    format!(" = {:?}", sample.value)
                };
                writeln!(
                    f,
                    "    {key}: {}{value}  (record {}, {} line {})",
                    place(&sample.pointer),
                    sample.record,
                    sample.page,
                    sample.line
                )?;
            }
        }
        Ok(())
    }
}

fn place(pointer: &str) -> &str {
    if pointer.is_empty() {
        "as a whole"
    } else {
        pointer
    }
}
