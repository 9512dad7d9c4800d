//! What validation let through and what it did not, for people and for machines.
//!
//! The numbers add up: records are mapped, left out or refused by the mapping; documents are accepted, refused or repeated.

use super::error::ValidateError;
use super::known::Known;
use crate::config::ContractMode;
use crate::feed::{KeptCounts, Name};
use crate::wire::Kind;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
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
    /// Values that were taken out of documents which went on without them.
    #[serde(default)]
    pub discarded: u64,
    /// Values that break a rule and were let through.
    #[serde(default)]
    pub let_through: u64,
    /// Documents and records that were refused and were not before; nothing if there is no feed to compare with.
    #[serde(default)]
    pub newly_refused: u64,
    /// Whether there was a feed to compare with.
    #[serde(default)]
    pub is_compared: bool,
    /// Broken rules by reason, the most frequent first.
    pub groups: Vec<Group>,
    /// Documents of the feed before that stay although this one does not bring them.
    #[serde(default)]
    pub kept: KeptCounts,
    /// The documents that were refused, if their last good versions are to be kept.
    #[serde(skip)]
    pub refused_names: BTreeSet<Name>,
    /// Which refusals these are, for the next run.
    #[serde(skip)]
    pub known: Known,
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
    /// What became of the values.
    #[serde(default)]
    pub mode: ContractMode,
    /// How often.
    pub count: u64,
    /// How often where it was not so before; nothing if there is no feed to compare with.
    #[serde(default)]
    pub new: u64,
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
    /// What became of it.
    #[serde(default)]
    pub mode: ContractMode,
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
        self.unmapped == 0
            && self.refused == 0
            && self.repeated == 0
            && self.discarded == 0
            && self.let_through == 0
    }

    /// Why a feed with this report is held, besides what the guard compares, in sentences: a frozen field, and more new
    /// refusals than the budget allows.
    pub fn reasons(&self, max_new_percent: f64) -> Vec<String> {
        let frozen = self
            .groups
            .iter()
            .filter(|group| group.mode == ContractMode::Freeze);
        let mut reasons: Vec<String> = frozen
            .map(|group| {
                let kind = group.kind.map_or("record", Kind::as_str);
                let place = place(&group.pointer);
                format!(
                    "{} × {kind} {place} breaks {}, and is frozen by the contract",
                    group.count, group.rule
                )
            })
            .collect();
        let all = self.documents + self.unmapped;
        // Counts are far below 2^52, so these are exact.
        #[expect(clippy::cast_precision_loss, reason = "a percentage of counts")]
        let percent = self.newly_refused as f64 * 100.0 / all.max(1) as f64;
        if self.is_compared && percent > max_new_percent {
            reasons.push(format!(
                "{} of {all} records are refused and were not before ({percent:.1} %, limit {} %)",
                self.newly_refused, max_new_percent
            ));
        }
        reasons
    }

    /// Whether every document is accounted for.
    pub fn adds_up(&self) -> bool {
        let refusals = self.groups.iter().filter(|group| group.is_refusal());
        let grouped: u64 = refusals.map(|group| group.count).sum();
        self.documents == self.accepted() + self.refused + self.repeated
            && self.left_out + self.unmapped <= self.records
            && (self.groups.len() >= Self::GROUPS || grouped == self.refused + self.unmapped)
    }

    pub(super) fn count(&mut self, refusal: Quarantined, is_new: bool) {
        let new = u64::from(is_new);
        if is_refusal(refusal.mode) {
            self.newly_refused += new;
        }
        let pointer = without_indices(&refusal.pointer);
        let same = |group: &&mut Group| {
            group.kind == refusal.kind
                && group.rule == refusal.rule
                && group.mode == refusal.mode
                && group.pointer == pointer
        };
        if let Some(group) = self.groups.iter_mut().find(same) {
            group.count += 1;
            group.new += new;
            if group.samples.len() < Self::SAMPLES {
                group.samples.push(refusal);
            }
        } else if self.groups.len() < Self::GROUPS {
            let (kind, rule, mode) = (refusal.kind, refusal.rule.clone(), refusal.mode);
            self.groups.push(Group {
                kind,
                pointer,
                rule,
                mode,
                count: 1,
                new,
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

impl Group {
    /// Whether its documents were refused.
    pub fn is_refusal(&self) -> bool {
        is_refusal(self.mode)
    }

    /// What became of the values, in a word or two.
    pub fn outcome(&self) -> &'static str {
        outcome(self.mode)
    }
}

/// What became of a value that broke a rule, in a word or two.
pub fn outcome(mode: ContractMode) -> &'static str {
    match mode {
        ContractMode::DiscardRecord => "refused",
        ContractMode::Freeze => "refused, frozen",
        ContractMode::DiscardValue => "value left out",
        ContractMode::Evolve => "let through",
    }
}

fn is_refusal(mode: ContractMode) -> bool {
    matches!(mode, ContractMode::DiscardRecord | ContractMode::Freeze)
}

/// `/variants/3/prices/0/amount` as `/variants/*/prices/*/amount`.
pub(super) fn without_indices(pointer: &str) -> String {
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
        let kinds = match kinds.is_empty() {
            true => "none".to_owned(),
            false => kinds.join(", "),
        };
        writeln!(f, "{}: {} records read", self.source, self.records)?;
        writeln!(f, "  {:>9}  left out by the mapping", self.left_out)?;
        writeln!(f, "  {:>9}  not mapped", self.unmapped)?;
        writeln!(f, "  {:>9}  documents made of the others", self.documents)?;
        writeln!(f, "  {:>9}    accepted ({kinds})", self.accepted())?;
        writeln!(f, "  {:>9}    refused", self.refused)?;
        writeln!(f, "  {:>9}    repeated", self.repeated)?;
        let others = [
            (self.discarded, "values left out of documents"),
            (self.let_through, "values let through"),
            (
                self.kept.missing,
                "kept that the feed does not mention any more",
            ),
            (
                self.kept.refused,
                "kept as they were, because they are refused now",
            ),
        ];
        for (count, what) in others.into_iter().filter(|(count, _)| *count > 0) {
            writeln!(f, "  {count:>9}  {what}")?;
        }
        for group in &self.groups {
            let kind = group.kind.map_or("record", Kind::as_str);
            let message = group
                .samples
                .first()
                .map_or("", |sample| sample.message.as_str());
            writeln!(
                f,
                "  {} {} × {kind} {} [{}]{}: {message}",
                group.outcome(),
                group.count,
                place(&group.pointer),
                group.rule,
                if self.is_compared {
                    format!(", {} of them new", group.new)
                } else {
                    String::new()
                }
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
