//! Sources that are files: what an ERP drops into a folder, copied into the spool as if it had been sent.
//!
//! A file that is still being written is waited for, and one that changes while it is copied is copied again.

use super::body::{Encoding, Sink, Writer};
use super::client::Client;
use super::error::FetchError;
use super::page::{self, Part};
use super::validators::{PageValidators, Validators, request_hash};
use super::walk::{Fetched, Progress, RawFeed};
use crate::config::{Files, Pick, Source};
use std::collections::HashSet;
use std::fs::Metadata;
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::mpsc::{self, UnboundedSender};
use url::Url;

/// What a file system calls one instant may be two: a file is only known by its times when it has not changed for longer.
const COARSE_CLOCK: Duration = Duration::from_secs(3);

/// Folders that are read at this moment, by the spool that their files go to.
#[derive(Debug, Clone, Default)]
pub(super) struct Readings(Arc<Mutex<HashSet<PathBuf>>>);

impl Readings {
    fn begin(&self, spool: &Path) -> Option<Turn> {
        let mut spools = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        spools.insert(spool.to_owned()).then(|| Turn {
            readings: self.clone(),
            spool: spool.to_owned(),
        })
    }
}

/// Ends with the thread that reads.
struct Turn {
    readings: Readings,
    spool: PathBuf,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut spools = self
            .readings
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        spools.remove(&self.spool);
    }
}

/// What the thread that reads has to say.
enum Told {
    Progress(Progress),
    End(Result<Fetched, FetchError>),
}

/// The files of a source, in the spool.
///
/// A network folder may never answer, and nothing ends a read that hangs: it is done by a thread of its own, which is left
/// to itself at the run's deadline. Until it comes back, no other is begun.
pub(super) async fn all(
    client: &Client,
    reading: Reading,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Fetched, FetchError> {
    let (pattern, deadline) = (
        reading.files.pattern.clone(),
        reading.source.request.deadline,
    );
    let failed = |source: std::io::Error| FetchError::File {
        path: pattern.clone().into(),
        source,
    };
    let Some(turn) = client.readings.begin(&reading.spool) else {
        return Err(FetchError::StillReading { pattern });
    };
    let (tell, mut told) = mpsc::unbounded_channel();
    let read = move || {
        let fetched = reading.all(&tell);
        // The next run may begin as soon as this one has ended.
        drop(turn);
        let _ = tell.send(Told::End(fetched));
    };
    std::thread::Builder::new()
        .name("files".to_owned())
        .spawn(read)
        .map_err(failed)?;
    let mut files = 0;
    let listening = async {
        while let Some(told) = told.recv().await {
            match told {
                Told::Progress(now) => {
                    files = now.pages;
                    progress(now);
                }
                Told::End(fetched) => return fetched,
            }
        }
        Err(failed(std::io::Error::other("reading it panicked")))
    };
    let in_time = tokio::time::timeout(deadline, listening).await;
    in_time.unwrap_or_else(|_| {
        Err(FetchError::Unread {
            pattern: pattern.clone(),
            deadline,
            files,
        })
    })
}

/// What is read, and what is known of it.
pub(super) struct Reading {
    source: Source,
    files: Files,
    previous: Option<Validators>,
    spool: PathBuf,
}

impl Reading {
    pub(super) fn new(
        source: &Source,
        files: &Files,
        previous: Option<&Validators>,
        spool: &Path,
    ) -> Self {
        Self {
            source: source.clone(),
            files: files.clone(),
            previous: previous.cloned(),
            spool: spool.to_owned(),
        }
    }

    fn all(&self, tell: &UnboundedSender<Told>) -> Result<Fetched, FetchError> {
        let request = request_hash(&self.source.request);
        let previous = self.previous.as_ref();
        let previous = previous.filter(|previous| previous.request == request);
        let mut seen = Validators {
            request,
            pages: Vec::new(),
        };
        let max_pages = self.source.limits.max_pages;
        let (mut bytes, mut reused) = (0, 0);
        for path in chosen(&self.files)? {
            if seen.pages.len() >= usize::try_from(max_pages).unwrap_or(usize::MAX) {
                return Err(FetchError::TooManyPages { max_pages });
            }
            let url = url(&path)?;
            let known = previous.and_then(|previous| previous.page(&url));
            let file = OneFile {
                reading: self,
                path: &path,
                url: &url,
                tell,
            };
            let (page, is_reused) = file.page(known, bytes)?;
            bytes += page.bytes;
            reused += usize::from(is_reused);
            seen.pages.push(page);
            // Nobody listens any more when the deadline has passed; the next file is not begun then.
            let _ = tell.send(Told::Progress(Progress {
                pages: seen.pages.len(),
                bytes,
            }));
        }
        if previous.is_some_and(|previous| previous.body_hash() == seen.body_hash()) {
            return Ok(Fetched::Unchanged(seen));
        }
        Ok(Fetched::Feed(RawFeed {
            pages: seen.raw(&self.spool),
            validators: seen,
            bytes,
            wire_bytes: bytes,
            requests: 0,
            reused,
        }))
    }
}

/// The files that a pattern means, in the order of their names.
fn chosen(files: &Files) -> Result<Vec<PathBuf>, FetchError> {
    let missing = |rule: String| FetchError::NoFile {
        pattern: files.pattern.clone(),
        rule,
    };
    let found = glob::glob(&files.pattern).map_err(|error| missing(error.to_string()))?;
    let mut paths = Vec::new();
    for path in found {
        let path = path.map_err(|error| missing(error.to_string()))?;
        // A pipe or a device would keep the program waiting.
        if about(&path)?.is_file() {
            paths.push(path);
        }
    }
    match files.pick {
        Pick::All => {}
        Pick::Last => drop(paths.drain(..paths.len().saturating_sub(1))),
        Pick::Newest => paths = newest(paths)?.into_iter().collect(),
    }
    if paths.is_empty() {
        return Err(missing("no file is there".to_owned()));
    }
    Ok(paths)
}

/// The file that changed last; of two that changed at once, the one whose name comes later.
fn newest(paths: Vec<PathBuf>) -> Result<Option<PathBuf>, FetchError> {
    let mut newest: Option<(SystemTime, PathBuf)> = None;
    for path in paths {
        let changed = modified(&path, &about(&path)?)?;
        if newest.as_ref().is_none_or(|(at, _)| changed >= *at) {
            newest = Some((changed, path));
        }
    }
    Ok(newest.map(|(_, path)| path))
}

/// One file that is read.
struct OneFile<'a> {
    reading: &'a Reading,
    path: &'a Path,
    url: &'a str,
    tell: &'a UnboundedSender<Told>,
}

impl OneFile<'_> {
    /// Waits, unless nobody waits for this any more.
    fn pause(&self, time: Duration) -> Result<(), FetchError> {
        const MOST: Duration = Duration::from_millis(50);
        let began = Instant::now();
        loop {
            self.check_wanted()?;
            match time.checked_sub(began.elapsed()) {
                None | Some(Duration::ZERO) => return Ok(()),
                Some(left) => std::thread::sleep(left.min(MOST)),
            }
        }
    }

    /// The run's deadline ends what it can: whatever is between two reads.
    fn check_wanted(&self) -> Result<(), FetchError> {
        match self.tell.is_closed() {
            true => Err(unreadable(self.path, ErrorKind::TimedOut.into())),
            false => Ok(()),
        }
    }

    /// The file in the spool, and whether it was there already. `spent` are the bytes of the files before it.
    fn page(
        &self,
        known: Option<&PageValidators>,
        spent: u64,
    ) -> Result<(PageValidators, bool), FetchError> {
        const TRIES: u32 = 5;
        const PAUSE: Duration = Duration::from_millis(200);
        for _ in 0..TRIES {
            let before = self.settled()?;
            let version = self.version(&before)?;
            let is_same = |known: &&PageValidators| {
                known.last_modified == version
                    && version.is_some()
                    && known.is_intact(&self.reading.spool)
            };
            if let Some(known) = known.filter(is_same) {
                self.check_run(spent + known.bytes)?;
                return Ok((known.clone(), true));
            }
            let (hash, bytes) = self.copy(spent)?;
            // Between two polls a file may be replaced at any moment.
            if same(&before, &about(self.path)?) {
                let page = PageValidators {
                    url: self.url.to_owned(),
                    last_modified: version,
                    hash,
                    bytes,
                    ..PageValidators::default()
                };
                return Ok((page, false));
            }
            tracing::debug!(
                stage = "fetch",
                url = self.url,
                "the file changed while it was read"
            );
            self.pause(PAUSE)?;
        }
        Err(FetchError::NoFile {
            pattern: self.path.display().to_string(),
            rule: format!(
                "it changed {TRIES} times while it was read; a longer settle_ms waits until it is whole"
            ),
        })
    }

    /// Waits until the file has not changed for a while.
    fn settled(&self) -> Result<Metadata, FetchError> {
        let settle = self.reading.files.settle;
        loop {
            let about = about(self.path)?;
            match modified(self.path, &about)?.elapsed() {
                Ok(age) => match settle.checked_sub(age) {
                    None | Some(Duration::ZERO) => return Ok(about),
                    Some(wait) => self.pause(wait)?,
                },
                // The clock of another machine is ahead: only whether the file changes meanwhile says something.
                Err(_) => {
                    self.pause(settle)?;
                    if same(&about, &self::about(self.path)?) {
                        return Ok(about);
                    }
                }
            }
        }
    }

    /// What tells this content of the file from any other; nothing while it is too young to tell.
    fn version(&self, about: &Metadata) -> Result<Option<String>, FetchError> {
        let age = modified(self.path, about)?.elapsed().unwrap_or_default();
        let version = || format!("{:?}", facts(about));
        Ok((age >= COARSE_CLOCK).then(version))
    }

    fn check_run(&self, bytes: u64) -> Result<(), FetchError> {
        let max_run_bytes = self.reading.source.limits.max_run_bytes;
        if bytes > max_run_bytes {
            return Err(FetchError::RunTooLarge {
                url: self.url.to_owned(),
                max_run_bytes,
            });
        }
        Ok(())
    }

    /// Copies the file, and gives the hash of its content and its size.
    fn copy(&self, spent: u64) -> Result<(String, u64), FetchError> {
        let limits = &self.reading.source.limits;
        let part = Part(self.reading.spool.join("page.part"));
        let spool = |path: &Path| {
            let path = path.to_owned();
            move |source| FetchError::Spool { path, source }
        };
        let mut file =
            std::fs::File::open(self.path).map_err(|error| unreadable(self.path, error))?;
        let mut writer = Sink::create(&part.0, page::allowed(limits, spent))
            .and_then(|sink| Writer::new(Encoding::Identity, sink))
            .map_err(spool(&part.0))?;
        let mut block = vec![0; 256 << 10];
        loop {
            self.check_wanted()?;
            let length = match file.read(&mut block) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(unreadable(self.path, error)),
            };
            let piece = block.get(..length).unwrap_or_default();
            let written = writer.write(piece);
            written.map_err(|error| {
                page::refused(
                    limits,
                    self.url,
                    Encoding::Identity,
                    &writer,
                    &part.0,
                    error,
                )
            })?;
        }
        writer.finish().map_err(spool(&part.0))?;
        let sink = writer.sink();
        let (hash, bytes) = (sink.hash(), sink.bytes);
        let target = PageValidators {
            hash: hash.clone(),
            ..PageValidators::default()
        };
        let target = target.file(&self.reading.spool);
        std::fs::rename(&part.0, &target).map_err(spool(&target))?;
        Ok((hash, bytes))
    }
}

/// What is another when a file was changed or replaced: its times, its inode and its size.
fn facts(about: &Metadata) -> ([i64; 4], u64, u64) {
    let times = [
        about.mtime(),
        about.mtime_nsec(),
        about.ctime(),
        about.ctime_nsec(),
    ];
    (times, about.ino(), about.len())
}

/// Whether nothing happened to a file in between.
fn same(before: &Metadata, after: &Metadata) -> bool {
    facts(before) == facts(after)
}

fn about(path: &Path) -> Result<Metadata, FetchError> {
    std::fs::metadata(path).map_err(|error| unreadable(path, error))
}

fn modified(path: &Path, about: &Metadata) -> Result<SystemTime, FetchError> {
    about.modified().map_err(|error| unreadable(path, error))
}

fn unreadable(path: &Path, source: std::io::Error) -> FetchError {
    FetchError::File {
        path: path.to_owned(),
        source,
    }
}

fn url(path: &Path) -> Result<String, FetchError> {
    let url = Url::from_file_path(path);
    url.map(String::from).map_err(|()| FetchError::NoFile {
        pattern: path.display().to_string(),
        rule: "the path is not absolute".to_owned(),
    })
}
