//! The run history: one line a run, in a file that `jq` reads; the old half is dropped when it grows too long.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Lines after which the older half is dropped.
const MAX_LINES: usize = 10_000;

/// How a run of a source ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunResult {
    /// The back end says nothing changed, or the bytes are the same.
    Unchanged,
    /// New documents passed the guard.
    Accepted,
    /// The guard refused the feed.
    Held,
    /// The feed could not be fetched or read.
    Failed,
}

/// What a run of a source did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The source's name.
    pub source: String,
    /// What started it: `schedule`, `once`, `start`, `poke` or `desk`.
    pub trigger: String,
    /// Unix seconds.
    pub started_at: i64,
    /// Milliseconds it took.
    pub duration_ms: u64,
    /// How it ended.
    pub result: RunResult,
    /// The stage that failed, if one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// Why it failed or was held, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// Since when it was asked for changes, Unix seconds; nothing if it was asked for everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes_since: Option<i64>,
    /// Bytes over the wire.
    pub bytes: u64,
    /// Records in the feed.
    pub records: u64,
    /// Documents accepted.
    pub documents: u64,
    /// Records refused.
    pub refused: u64,
    /// Hash of the content, as `approve` takes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// What `replay` takes, as long as the recording is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<String>,
}

impl RunResult {
    /// As it stands in the file and on the screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Accepted => "accepted",
            Self::Held => "held",
            Self::Failed => "failed",
        }
    }
}

/// The history file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("run history {path}: {source}")]
pub struct HistoryError {
    path: PathBuf,
    source: std::io::Error,
}

/// Appends a run.
///
/// # Errors
/// The file cannot be written.
pub fn append(state: &Path, run: &Run) -> Result<(), HistoryError> {
    let path = path(state);
    let failed = |source| HistoryError {
        path: path.clone(),
        source,
    };
    let line = serde_json::to_string(run).map_err(|error| failed(error.into()))?;
    let mut file = std::fs::OpenOptions::new()
        .create(true)
        .read(true)
        .append(true)
        .open(&path)
        .map_err(failed)?;
    // A line that a crash or a full disk cut off must not swallow this one.
    let start = if is_cut_off(&mut file).map_err(failed)? {
        "\n"
    } else {
        ""
    };
    file.write_all(format!("{start}{line}\n").as_bytes())
        .map_err(failed)?;
    // A run is some hundred bytes, so the size tells well enough when counting lines is due.
    if file.metadata().map_err(failed)?.len() > (MAX_LINES * 200) as u64 {
        trim(state)?;
    }
    Ok(())
}

/// All runs, oldest first. A line cut off by a crash is left out.
///
/// # Errors
/// The file is there and cannot be read.
pub fn read(state: &Path) -> Result<Vec<Run>, HistoryError> {
    let path = path(state);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(HistoryError { path, source }),
    };
    Ok(BufReader::new(file)
        .lines()
        .map_while(Result::ok)
        .filter_map(|line| serde_json::from_str(&line).ok())
        .collect())
}

/// Whether the last line lacks its end.
fn is_cut_off(file: &mut File) -> std::io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

fn trim(state: &Path) -> Result<(), HistoryError> {
    let runs = read(state)?;
    if runs.len() <= MAX_LINES {
        return Ok(());
    }
    let path = path(state);
    let failed = |source: std::io::Error| HistoryError {
        path: path.clone(),
        source,
    };
    let mut text = String::new();
    for run in runs.iter().skip(runs.len() / 2) {
        text.push_str(&serde_json::to_string(run).map_err(|error| failed(error.into()))?);
        text.push('\n');
    }
    crate::feed::replace(&path, text.as_bytes())
        .map_err(|error| failed(std::io::Error::other(error)))
}

fn path(state: &Path) -> PathBuf {
    state.join("history.ndjson")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_was_cut_off_swallows_no_other() {
        let state = tempfile::tempdir().unwrap();
        let run = Run {
            source: "products".to_owned(),
            trigger: "once".to_owned(),
            started_at: 1,
            duration_ms: 1,
            result: RunResult::Accepted,
            stage: None,
            reasons: Vec::new(),
            changes_since: None,
            bytes: 1,
            records: 1,
            documents: 1,
            refused: 0,
            hash: None,
            recording: None,
        };
        append(state.path(), &run).unwrap();
        let file = path(state.path());
        let mut text = std::fs::read_to_string(&file).unwrap();
        text.push_str("{\"source\":");
        std::fs::write(&file, text).unwrap();
        append(state.path(), &run).unwrap();
        append(state.path(), &run).unwrap();
        assert_eq!(read(state.path()).unwrap(), [run.clone(), run.clone(), run]);
    }
}
