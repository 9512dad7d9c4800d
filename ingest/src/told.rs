//! What is told of a source's runs beside their history: refused records, and the report of them all.

use std::path::{Path, PathBuf};

use crate::config::{Config, Source};
use crate::feed::{Feed, SourceCache};
use crate::validate::{Known, ValidateError};

/// Where everything lies that is known of refused records.
pub(crate) fn quarantine(state: &Path) -> PathBuf {
    state.join("quarantine")
}

/// Where refused records of a source's last run are written.
pub(crate) fn quarantine_file(state: &Path, source: &Source) -> PathBuf {
    quarantine(state).join(format!("{}.ndjson", source.name))
}

/// Where the refused records and the report of a run are written. What was asked for changes has files of its own: those
/// of the last run that was asked for everything are still true.
pub(crate) fn files(state: &Path, source: &Source, are_changes: bool) -> (PathBuf, PathBuf) {
    let name = |end: &str| quarantine(state).join(format!("{}.changes.{end}", source.name));
    match are_changes {
        true => (name("ndjson"), name("report.json")),
        false => (quarantine_file(state, source), report_file(state, source)),
    }
}

/// Where the report of a source's last run that had something to read is written.
pub(crate) fn report_file(state: &Path, source: &Source) -> PathBuf {
    quarantine(state).join(format!("{}.report.json", source.name))
}

/// What is refused of the feed that the shop is made of.
pub(crate) fn known(config: &Config, source: &Source, cache: &SourceCache) -> Known {
    let feed = cache.accepted.as_ref().map(Feed::content_hash);
    Known::of(&quarantine(&config.state), &source.name, feed.as_deref())
}

/// Keeps what is refused of a feed, for when it is the one that the shop is made of.
pub(crate) fn keep_known(
    config: &Config,
    source: &Source,
    refused: &Known,
    cache: &SourceCache,
) -> Result<(), ValidateError> {
    let accepted = cache.accepted.as_ref().map(Feed::content_hash);
    let held = cache.held.as_ref().map(|held| held.hash.clone());
    let Some(this) = held.clone().or_else(|| accepted.clone()) else {
        return Ok(());
    };
    let others: Vec<String> = accepted.into_iter().chain(held).collect();
    let folder = quarantine(&config.state);
    refused.keep(&folder, &source.name, &this, &others)
}
