//! A feed that hardly differs from the one before: only the lines that changed are mapped and validated.
//!
//! They run through the very pipeline that reads whole feeds, those that went as well as those that came, and the feed
//! before is patched with the outcome. Whatever is not simple enough for that, or not without fault, is read as a whole.

use std::path::{Path, PathBuf};

use indicatif::ProgressBar;

use crate::decode;
use crate::feed::{Feed, FeedFolder, Patched, Plain};
use crate::fetch::RawPage;
use crate::guard::Movement;
use crate::harvest::HarvestError;
use crate::pipeline::{self, Job};
use crate::validate::Report;

/// The accepted feed, and what it was read from.
#[derive(Debug)]
pub struct Before {
    /// The feed.
    pub feed: Feed,
    /// How its records became documents.
    pub plain: Plain,
    /// Its pages.
    pub pages: Vec<RawPage>,
}

/// A feed that was made from the one before.
#[derive(Debug)]
pub struct Reread {
    /// The feed.
    pub feed: Feed,
    /// What became of its records.
    pub report: Report,
    /// How it differs from the feed before.
    pub movement: Movement,
}

/// Reads what changed, or nothing if all has to be read. `job` is what would read all.
///
/// # Errors
/// A file cannot be read or written.
pub fn run(
    job: &Job,
    before: &Before,
    folder: &FeedFolder,
    now: i64,
) -> Result<Option<Reread>, HarvestError> {
    let Some(changed) = changed(job, before) else {
        return Ok(None);
    };
    let currency = job.shop.currency;
    let read = |name: &str, lines: &[u8]| {
        let draft = folder.draft(name, currency);
        if lines.is_empty() {
            return Ok(Some((draft, Report::default())));
        }
        let page = Part::write(folder.spool().join(name).with_extension("part"), lines)?;
        let read = pipeline::run(Job {
            source: job.source.clone(),
            shop: job.shop.clone(),
            pages: vec![page.raw(lines.len())],
            quarantine: job.quarantine.clone(),
            known: job.known.clone(),
            draft,
            bar: ProgressBar::hidden(),
            doing: job.doing.clone(),
            is_delta: false,
        });
        // Whatever is wrong with a line is told by whoever reads all, with the line's place in the feed.
        let plain = read
            .ok()
            .filter(|read| read.report.is_plain() && !read.is_delta);
        Ok::<_, HarvestError>(plain.map(|read| (read.draft, read.report)))
    };
    let Some((removed, gone)) = read("removed", &changed.removed)? else {
        return Ok(None);
    };
    let Some((added, new)) = read("added", &changed.added)? else {
        return Ok(None);
    };
    if removed.deletes() || added.deletes() {
        return Ok(None);
    }
    let patched = folder.patch(&before.feed, job.source.provides, (removed, added), now)?;
    let Some(Patched { feed, differences }) = patched else {
        return Ok(None);
    };
    let mut movement = Movement::new(&before.feed.summary, &feed.summary, currency);
    for (before, after) in &differences {
        movement.observe(before.as_ref(), after.as_ref());
    }
    let report = Report {
        source: job.source.name.clone(),
        records: changed.records,
        left_out: (before.plain.left_out + new.left_out).saturating_sub(gone.left_out),
        documents: feed.documents(),
        accepted: feed.counts.clone(),
        ..Report::default()
    };
    Ok(Some(Reread {
        feed,
        report,
        movement,
    }))
}

/// The lines that changed, where that can be told from the bytes.
fn changed(job: &Job, before: &Before) -> Option<decode::Changed> {
    let is_plain = |page: &RawPage| decode::is_plain_lines(page, &job.source.decoding);
    if !before.pages.iter().chain(&job.pages).all(is_plain) || job.is_delta {
        return None;
    }
    let changed = decode::changed(&before.pages, &job.pages)?;
    (changed.records <= job.source.limits.max_records).then_some(changed)
}

/// A page that is gone when it was read.
struct Part(PathBuf);

impl Part {
    fn write(path: PathBuf, lines: &[u8]) -> Result<Self, HarvestError> {
        match std::fs::write(&path, lines) {
            Ok(()) => Ok(Self(path)),
            Err(source) => Err(crate::feed::FeedError::Io { path, source }.into()),
        }
    }

    fn raw(&self, bytes: usize) -> RawPage {
        RawPage {
            url: Path::display(&self.0).to_string(),
            file: self.0.clone(),
            bytes: bytes as u64,
        }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Whatever stays is removed with the pages of earlier runs.
        let _ = std::fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests;
