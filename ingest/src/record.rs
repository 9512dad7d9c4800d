//! Raw responses of past runs, kept compressed: what a back end really sent, for looking into it and for `replay`.
//!
//! A recording is a small JSON file beside its pages. Pages are named by their content, so that one which did not change
//! is kept once. A recording that cannot be made is a warning and no more: it never stands in the way of a run.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::config::{Config, Recordings, Source};
use crate::fetch::{RawFeed, RawPage};
use crate::history::Run;

/// Fast, and small enough: the next run of the source waits for it.
const LEVEL: i32 = 1;
/// Bytes of a page that are compressed at once, each piece a frame of its own: a stream looks back through a window that
/// moves, which takes half as long again and hardly less room.
const PIECE_BYTES: u64 = 2 << 20;

/// The raw responses of one run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// What `replay` takes, and what the run history calls it.
    pub id: String,
    /// The source.
    pub source: String,
    /// When the run began, Unix seconds.
    pub started_at: i64,
    /// Grows with each recording of the source; several may begin in one second.
    pub sequence: u64,
    /// Hash of all that turned these bytes into documents.
    pub recipe: String,
    /// Whether the back end was only asked for what changed.
    #[serde(default)]
    pub is_delta: bool,
    /// The pages in order.
    pub pages: Vec<RecordedPage>,
}

/// One page of a recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedPage {
    /// Where it came from, without credentials.
    pub url: String,
    /// BLAKE3 of its content; names its file.
    pub hash: String,
    /// Its size, decompressed.
    pub bytes: u64,
    /// Its size in the recording.
    pub kept_bytes: u64,
}

/// A recording cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// There is none of this name.
    #[error("there is no recording `{wanted}`; {}", known(kept))]
    Unknown {
        /// As given.
        wanted: String,
        /// What there is, the latest last.
        kept: Vec<String>,
    },
    /// A file cannot be read or written.
    #[error("recording, {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file is not what it was.
    #[error("recording, {path}: the file is damaged; this run cannot be replayed any more")]
    Damaged {
        /// The file.
        path: PathBuf,
    },
}

fn known(kept: &[String]) -> String {
    match kept {
        [] => "no run is recorded".to_owned(),
        kept => format!("recorded are {}", kept.join(", ")),
    }
}

/// The name of the run that brought these pages: the same pages at the same time are the same run.
pub fn id(source: &Source, raw: &RawFeed, started_at: i64) -> String {
    let content = raw.validators.body_hash();
    format!("{}-{started_at}-{}", source.name, &content[..6])
}

/// A page and the BLAKE3 of its content, which whoever fetched it knows already.
pub type Fetched = (RawPage, String);

/// Keeps the pages of a run, and lets go of older runs beyond the bounds.
///
/// # Errors
/// A file cannot be read or written.
pub fn keep(
    state: &Path,
    bounds: Recordings,
    recording: Recording,
    pages: &[Fetched],
) -> Result<(), RecordError> {
    let folder = folder(state, &recording.source);
    if bounds.runs > 0 {
        let kept = write(&folder, recording, pages);
        if kept.is_err() {
            remove_parts(&folder);
        }
        kept?;
    }
    prune(&folder, bounds)
}

/// Removes what a process that was killed had begun to record. The caller holds the source's lock, and so nobody else is at
/// it.
pub fn remove_leftovers(state: &Path, source: &str) {
    remove_parts(&folder(state, source));
}

/// What was begun is of no use, and whoever records next writes over it: a failure to tidy up changes nothing.
fn remove_parts(folder: &Path) {
    for part in [PAGE_PART, RECORDING_PART] {
        let _ = std::fs::remove_file(folder.join(part));
    }
}

/// Files in the making.
const PAGE_PART: &str = "page.part";
const RECORDING_PART: &str = "recording.part";

fn write(folder: &Path, recording: Recording, pages: &[Fetched]) -> Result<(), RecordError> {
    std::fs::create_dir_all(folder).map_err(failed(folder))?;
    let mut kept = Vec::with_capacity(pages.len());
    for page in pages {
        kept.push(keep_page(folder, page)?);
    }
    let latest = in_folder(folder)?.pop();
    let recording = Recording {
        pages: kept,
        sequence: latest.map_or(0, |(_, latest)| latest.sequence + 1),
        ..recording
    };
    let path = folder.join(format!("{}.json", recording.id));
    let text =
        serde_json::to_vec_pretty(&recording).map_err(|error| failed(&path)(error.into()))?;
    let part = folder.join(RECORDING_PART);
    std::fs::write(&part, text).map_err(failed(&part))?;
    std::fs::rename(&part, &path).map_err(failed(&path))
}

fn keep_page(folder: &Path, (page, hash): &Fetched) -> Result<RecordedPage, RecordError> {
    let path = page_file(folder, hash);
    if !path.is_file() {
        let part = folder.join(PAGE_PART);
        let source = File::open(&page.file).map_err(failed(&page.file))?;
        let target = File::create(&part).map_err(failed(&part))?;
        pack(source, target).map_err(failed(&part))?;
        std::fs::rename(&part, &path).map_err(failed(&path))?;
    }
    Ok(RecordedPage {
        url: page.url.clone(),
        kept_bytes: std::fs::metadata(&path).map_err(failed(&path))?.len(),
        bytes: page.bytes,
        hash: hash.clone(),
    })
}

/// Compresses a page.
fn pack(mut source: File, mut target: File) -> std::io::Result<()> {
    let mut compressor = zstd::bulk::Compressor::new(LEVEL)?;
    let mut piece = Vec::new();
    loop {
        piece.clear();
        Read::by_ref(&mut source)
            .take(PIECE_BYTES)
            .read_to_end(&mut piece)?;
        target.write_all(&compressor.compress(&piece)?)?;
        if (piece.len() as u64) < PIECE_BYTES {
            return Ok(());
        }
    }
}

/// Removes the oldest recordings beyond the bounds, and pages that no recording names.
fn prune(folder: &Path, bounds: Recordings) -> Result<(), RecordError> {
    let mut pages: HashSet<PathBuf> = HashSet::new();
    let mut bytes = 0;
    let recordings = in_folder(folder)?;
    for (rank, (path, recording)) in recordings.iter().rev().enumerate() {
        let more: u64 = recording
            .pages
            .iter()
            .filter(|page| !pages.contains(&page_file(folder, &page.hash)))
            .map(|page| page.kept_bytes)
            .sum();
        if rank >= bounds.runs || bytes + more > bounds.max_bytes {
            std::fs::remove_file(path).map_err(failed(path))?;
            continue;
        }
        bytes += more;
        let kept = recording
            .pages
            .iter()
            .map(|page| page_file(folder, &page.hash));
        pages.extend(kept);
    }
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Ok(());
    };
    for entry in entries {
        let path = entry.map_err(failed(folder))?.path();
        // Whoever records a source is the only one, and what is half written is nobody's any more.
        let is_left = path
            .extension()
            .is_some_and(|end| end == "part" || (end == "zst" && !pages.contains(&path)));
        if is_left {
            std::fs::remove_file(&path).map_err(failed(&path))?;
        }
    }
    Ok(())
}

/// Records a run when it is told to, which is when the shop is published: nobody waits for a recording but the next run of the
/// source, and the cores that make it are not there for what shoppers wait for.
#[derive(Debug)]
pub struct Recorder {
    state: PathBuf,
    bounds: Recordings,
    recording: Recording,
    pages: Vec<Fetched>,
    /// Of the source, so that the pages stay.
    lock: Arc<File>,
}

impl Recorder {
    /// What is to be recorded of a run whose pages were fetched; tells the run its recording's name. The pages have to stay as
    /// long as the source's lock is held, which goes when they are recorded.
    pub fn of(
        config: &Config,
        source: &Source,
        raw: &RawFeed,
        recipe: &str,
        (run, lock): (&mut Run, Arc<File>),
    ) -> Self {
        let recording = Recording {
            id: id(source, raw, run.started_at),
            source: source.name.clone(),
            started_at: run.started_at,
            sequence: 0,
            recipe: recipe.to_owned(),
            is_delta: run.changes_since.is_some(),
            pages: Vec::new(),
        };
        run.recording = (config.recordings.runs > 0).then(|| recording.id.clone());
        let hashes = raw.validators.pages.iter().map(|page| page.hash.clone());
        Self {
            state: config.state.clone(),
            bounds: config.recordings,
            recording,
            pages: raw.pages.iter().cloned().zip(hashes).collect(),
            lock,
        }
    }

    /// Records the pages, and lets go of the source.
    pub async fn record(self) {
        let work = tokio::task::spawn_blocking(move || {
            let source = self.recording.source.clone();
            if let Err(error) = keep(&self.state, self.bounds, self.recording, &self.pages) {
                tracing::warn!(source, %error, "the run is not recorded");
            }
            drop(self.lock);
        });
        if let Err(panic) = work.await {
            tracing::warn!(error = %panic, "a run is not recorded");
        }
    }
}

/// All recordings of all sources, the latest last.
///
/// # Errors
/// A folder cannot be read.
pub fn all(state: &Path, sources: &[Source]) -> Result<Vec<Recording>, RecordError> {
    let mut found = Vec::new();
    for source in sources {
        let recordings = in_folder(&folder(state, &source.name))?;
        found.extend(recordings.into_iter().map(|(_, recording)| recording));
    }
    found.sort_by_key(|recording| recording.started_at);
    Ok(found)
}

/// The recording of this name.
///
/// # Errors
/// There is none, or a folder cannot be read.
pub fn find(state: &Path, sources: &[Source], wanted: &str) -> Result<Recording, RecordError> {
    let recordings = all(state, sources)?;
    let found = recordings.iter().find(|recording| recording.id == wanted);
    found.cloned().ok_or_else(|| RecordError::Unknown {
        wanted: wanted.to_owned(),
        kept: recordings
            .into_iter()
            .map(|recording| recording.id)
            .collect(),
    })
}

/// Writes the pages of a recording, as they were sent, into a folder.
///
/// # Errors
/// A page is damaged, or a file cannot be written.
pub fn unpack(state: &Path, recording: &Recording, to: &Path) -> Result<Vec<RawPage>, RecordError> {
    let folder = folder(state, &recording.source);
    std::fs::create_dir_all(to).map_err(failed(to))?;
    let unpack = |page: &RecordedPage| {
        let path = page_file(&folder, &page.hash);
        let file = to.join(format!("{}.page", page.hash));
        let packed = File::open(&path).map_err(failed(&path))?;
        let damaged = || RecordError::Damaged { path: path.clone() };
        // A damaged file may pretend to hold anything; what it holds is known.
        let mut reader = zstd::stream::read::Decoder::new(packed)
            .map_err(|_| damaged())?
            .take(page.bytes + 1);
        let mut writer = BufWriter::new(File::create(&file).map_err(failed(&file))?);
        let mut hasher = blake3::Hasher::new();
        let mut block = vec![0; 1 << 18];
        loop {
            let length = reader.read(&mut block).map_err(|_| damaged())?;
            if length == 0 {
                break;
            }
            hasher.update(&block[..length]);
            writer.write_all(&block[..length]).map_err(failed(&file))?;
        }
        writer.flush().map_err(failed(&file))?;
        if hasher.finalize().to_hex().as_str() != page.hash {
            return Err(damaged());
        }
        Ok(RawPage {
            url: page.url.clone(),
            file,
            bytes: page.bytes,
        })
    };
    recording.pages.iter().map(unpack).collect()
}

/// The recordings of one source with their files, the latest last. What is no recording is left alone.
fn in_folder(folder: &Path) -> Result<Vec<(PathBuf, Recording)>, RecordError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(folder)(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed(folder))?.path();
        let text = match path.extension() {
            Some(end) if end == "json" => std::fs::read(&path).map_err(failed(&path))?,
            _ => continue,
        };
        if let Ok(recording) = serde_json::from_slice::<Recording>(&text) {
            found.push((path, recording));
        }
    }
    found.sort_by_key(|(_, recording)| recording.sequence);
    Ok(found)
}

fn folder(state: &Path, source: &str) -> PathBuf {
    state.join("recordings").join(source)
}

fn page_file(folder: &Path, hash: &str) -> PathBuf {
    folder.join(format!("{hash}.zst"))
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> RecordError + use<> {
    let path = path.to_owned();
    move |source| RecordError::Io { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(folder: &Path, text: &str) -> Fetched {
        let file = folder.join("raw");
        std::fs::write(&file, text).unwrap();
        let page = RawPage {
            url: "https://shop.example/products".to_owned(),
            file,
            bytes: text.len() as u64,
        };
        (page, blake3::hash(text.as_bytes()).to_hex().to_string())
    }

    fn record(state: &Path, bounds: Recordings, started_at: i64, text: &str) {
        let recording = Recording {
            id: format!("products-{started_at}"),
            source: "products".to_owned(),
            started_at,
            sequence: 0,
            recipe: String::new(),
            is_delta: false,
            pages: Vec::new(),
        };
        keep(state, bounds, recording, &[page(state, text)]).unwrap();
    }

    fn ids(state: &Path) -> Vec<String> {
        let found = in_folder(&folder(state, "products")).unwrap();
        found
            .into_iter()
            .map(|(_, recording)| recording.id)
            .collect()
    }

    fn page_files(state: &Path) -> usize {
        let files = std::fs::read_dir(folder(state, "products"))
            .unwrap()
            .flatten();
        files
            .filter(|file| file.path().extension().is_some_and(|end| end == "zst"))
            .count()
    }

    #[test]
    fn what_was_sent_comes_back_byte_for_byte_and_damage_is_noticed() {
        let state = tempfile::tempdir().unwrap();
        let bounds = Recordings {
            runs: 3,
            max_bytes: 1 << 20,
        };
        let sent = "[{\"id\":1}]".repeat(10_000);
        record(state.path(), bounds, 7, &sent);
        let (_, recording) = in_folder(&folder(state.path(), "products"))
            .unwrap()
            .remove(0);
        assert!(recording.pages[0].kept_bytes * 20 < recording.pages[0].bytes);
        let pages = unpack(state.path(), &recording, &state.path().join("out")).unwrap();
        assert_eq!(std::fs::read_to_string(&pages[0].file).unwrap(), sent);
        let file = page_file(&folder(state.path(), "products"), &recording.pages[0].hash);
        let mut bytes = std::fs::read(&file).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&file, bytes).unwrap();
        let error = unpack(state.path(), &recording, &state.path().join("out")).unwrap_err();
        assert!(matches!(error, RecordError::Damaged { .. }), "{error}");
    }

    #[test]
    fn the_latest_runs_are_kept_within_the_bounds_and_equal_pages_once() {
        let state = tempfile::tempdir().unwrap();
        let bounds = Recordings {
            runs: 2,
            max_bytes: 1 << 20,
        };
        for (at, text) in [(1, "one"), (2, "two"), (3, "two"), (4, "four")] {
            record(state.path(), bounds, at, text);
        }
        assert_eq!(ids(state.path()), ["products-3", "products-4"]);
        assert_eq!(page_files(state.path()), 2);
        record(state.path(), bounds, 5, "four");
        assert_eq!(page_files(state.path()), 1);
        record(
            state.path(),
            Recordings {
                runs: 2,
                max_bytes: 20,
            },
            6,
            "six",
        );
        assert_eq!(ids(state.path()), ["products-6"]);
        record(
            state.path(),
            Recordings {
                runs: 0,
                max_bytes: 20,
            },
            7,
            "seven",
        );
        assert_eq!((ids(state.path()).len(), page_files(state.path())), (0, 0));
    }
}
