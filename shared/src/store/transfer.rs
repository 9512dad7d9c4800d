//! Parts to and from a bucket: compressed where that is smaller, resumed where it was cut, compared with their hash.
//!
//! A part lies in the bucket either as it is or as `<its name>.zst`. What is copied out is written to a file beside its
//! destination first, and what is there of it already is not asked for again.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path as FilePath, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use object_store::path::Path;
use object_store::{
    Error, GetOptions, GetRange, ObjectMeta, ObjectStore as _, ObjectStoreExt as _, WriteMultipart,
};
use tokio::sync::mpsc;

use super::bucket::Bucket;
use super::copy::{self, Content, Durability};
use super::shop::{failed_on, in_background};
use super::{Store, StoreError};
use crate::manifest::PartEntry;
use crate::snapshot::layout::PartKind;

/// Behind the name of a part that is compressed.
pub(super) const COMPRESSED: &str = ".zst";
/// Fast, and close to what higher levels reach on these files.
const LEVEL: i32 = 3;
/// What is sent with one request; larger files are sent in such pieces.
const PIECE_BYTES: usize = 8 << 20;
/// Pieces on their way at a time.
const PIECES_AT_ONCE: usize = 4;
/// Pieces of an object, as they come, that wait to be read.
const PIECES_AHEAD: usize = 16;
/// How often a download that brings nothing more is tried before it is given up; what came so far stays.
const FRUITLESS: u32 = 4;

impl Store {
    /// Whether a part is in the bucket, in either form.
    pub(super) async fn has_part(
        &self,
        kind: PartKind,
        entry: &PartEntry,
    ) -> Result<bool, StoreError> {
        Ok(self.find_part(kind, entry).await?.is_some())
    }

    /// The part in the bucket, and whether it is compressed.
    async fn find_part(
        &self,
        kind: PartKind,
        entry: &PartEntry,
    ) -> Result<Option<(ObjectMeta, bool)>, StoreError> {
        for is_compressed in [true, false] {
            let path = self.object_of_part(kind, entry, is_compressed);
            match self.objects.head(&path).await {
                Ok(meta) if is_compressed || meta.size == entry.length => {
                    return Ok(Some((meta, is_compressed)));
                }
                Ok(_) | Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(failed_on(format!("reading {path}"))(error)),
            }
        }
        Ok(None)
    }

    fn object_of_part(&self, kind: PartKind, entry: &PartEntry, is_compressed: bool) -> Path {
        let name = entry.file_name(kind);
        match is_compressed {
            true => self.part_path(&format!("{name}{COMPRESSED}")),
            false => self.part_path(&name),
        }
    }

    /// Copies a finished file into the bucket, unless it is there.
    pub(super) async fn upload_part(
        &self,
        bucket: &Bucket,
        (kind, entry): (PartKind, &PartEntry),
        file: &FilePath,
    ) -> Result<(), StoreError> {
        let name = entry.file_name(kind);
        if !bucket.is_damaged(&name) && self.has_part(kind, entry).await? {
            return Ok(());
        }
        let (from, smaller) = (file.to_owned(), beside(file, "sent"));
        let to = smaller.clone();
        let action = format!("compressing {}", file.display());
        let (content, compressed) = in_background(action, move || compress(&from, &to)).await?;
        let is_compressed = compressed < entry.length;
        let sent = match content.is_what_was_named(&name, entry) {
            Err(error) => Err(error),
            Ok(()) => {
                let path = self.object_of_part(kind, entry, is_compressed);
                let other = self.object_of_part(kind, entry, !is_compressed);
                let source = if is_compressed { &smaller } else { file };
                match self.upload(source, &path).await {
                    // A damaged copy in the other form would be found first.
                    Ok(()) if bucket.is_damaged(&name) => self.remove_if_there(&other).await,
                    sent => sent,
                }
            }
        };
        // Whoever made the file cleans its folder; this is only sooner.
        let _ = std::fs::remove_file(&smaller);
        sent?;
        bucket.set_damaged(&name, false);
        match self.has_part(kind, entry).await? {
            true => Ok(()),
            false => Err(StoreError::Part {
                name,
                got: "no such object after it was written".to_owned(),
            }),
        }
    }

    async fn upload(&self, file: &FilePath, path: &Path) -> Result<(), StoreError> {
        use tokio::io::AsyncReadExt as _;
        let failed = failed_on(format!("writing {path}"));
        let unread = |source| StoreError::Io {
            action: format!("reading {}", file.display()),
            source,
        };
        let mut source = tokio::fs::File::open(file).await.map_err(unread)?;
        let length = source.metadata().await.map_err(unread)?.len();
        if length <= PIECE_BYTES as u64 {
            let mut bytes = Vec::new();
            source.read_to_end(&mut bytes).await.map_err(unread)?;
            self.objects.put(path, bytes.into()).await.map_err(failed)?;
            return Ok(());
        }
        let upload = self.objects.put_multipart(path).await.map_err(&failed)?;
        let mut upload = WriteMultipart::new_with_chunk_size(upload, PIECE_BYTES);
        let mut piece = vec![0; PIECE_BYTES];
        loop {
            let read = source.read(&mut piece).await;
            let got = match read {
                Ok(got) => got,
                Err(error) => {
                    // The pieces that were sent are forgotten; what is wrong with the file matters more.
                    let _ = upload.abort().await;
                    return Err(unread(error));
                }
            };
            if got == 0 {
                break;
            }
            upload
                .wait_for_capacity(PIECES_AT_ONCE)
                .await
                .map_err(&failed)?;
            upload.write(piece.get(..got).unwrap_or_default());
        }
        upload.finish().await.map_err(failed)?;
        Ok(())
    }

    /// Copies a part out of the bucket, comparing its bytes with its name.
    pub(super) async fn download_part(
        &self,
        bucket: &Bucket,
        (kind, entry): (PartKind, &PartEntry),
        to: &FilePath,
    ) -> Result<(), StoreError> {
        let name = entry.file_name(kind);
        let Some((meta, is_compressed)) = self.find_part(kind, entry).await? else {
            let path = self.part_path(&name);
            return Err(failed_on(format!("reading {path}"))(Error::NotFound {
                path: path.to_string(),
                source: "neither compressed nor as it is".into(),
            }));
        };
        // What came of another version is of no use: it has another name.
        let partial = beside(to, &version_of(&meta));
        self.download(&meta, &partial).await?;
        let (from, target, length) = (partial.clone(), to.to_owned(), entry.length);
        let action = format!("copying {}", meta.location);
        let copied = in_background(action, move || match is_compressed {
            true => expand(&from, &target, length),
            false => copy::file(&from, &target, length, Durability::AsItComes),
        })
        .await;
        // Whole or damaged, it is not gone on with.
        let _ = std::fs::remove_file(&partial);
        let checked = match copied {
            Err(StoreError::Io { source, .. }) if source.kind() == io::ErrorKind::InvalidData => {
                Err(StoreError::Part {
                    name: name.clone(),
                    got: format!("bytes that cannot be expanded ({source})"),
                })
            }
            copied => copied?.is_what_was_named(&name, entry),
        };
        bucket.set_damaged(&name, checked.is_err());
        checked
    }

    /// Brings a file to the length of an object. It may hold the object's beginning already.
    async fn download(&self, meta: &ObjectMeta, partial: &FilePath) -> Result<(), StoreError> {
        let mut patience = Patience::default();
        loop {
            let had = length_of(partial);
            if had >= meta.size {
                return Ok(());
            }
            if let Err(error) = self.go_on(meta, partial, had).await {
                patience.wait(length_of(partial) > had, error).await?;
            }
        }
    }

    async fn go_on(
        &self,
        meta: &ObjectMeta,
        partial: &FilePath,
        from: u64,
    ) -> Result<(), StoreError> {
        use tokio::io::AsyncWriteExt as _;
        let unwritten = |source| StoreError::Io {
            action: format!("writing {}", partial.display()),
            source,
        };
        let mut stream = self.bytes_from(meta, from).await?;
        let mut file = tokio::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(partial)
            .await
            .map_err(unwritten)?;
        let mut outcome = Ok(());
        while let Some(chunk) = stream.next().await {
            match chunk {
                Ok(chunk) => file.write_all(&chunk).await.map_err(unwritten)?,
                Err(error) => {
                    outcome = Err(error);
                    break;
                }
            }
        }
        // What came before a failure counts.
        file.flush().await.map_err(unwritten)?;
        outcome
    }

    /// The bytes of this version of an object, from one of them on.
    async fn bytes_from(
        &self,
        meta: &ObjectMeta,
        from: u64,
    ) -> Result<impl Stream<Item = Result<Bytes, StoreError>> + use<>, StoreError> {
        let failed = failed_on(format!("reading {}", meta.location));
        let options = GetOptions {
            range: (from > 0).then_some(GetRange::Offset(from)),
            if_match: meta.e_tag.clone(),
            ..GetOptions::default()
        };
        let got = self.objects.get_opts(&meta.location, options).await;
        let stream = got.map_err(&failed)?.into_stream();
        Ok(stream.map(move |chunk| chunk.map_err(&failed)))
    }

    /// Reads a part in the bucket from end to end, and holds little of it at a time: it may be larger than the memory.
    pub(super) async fn check_part(
        &self,
        bucket: &Bucket,
        (kind, entry): (PartKind, &PartEntry),
    ) -> Result<bool, StoreError> {
        let name = entry.file_name(kind);
        let Some((meta, is_compressed)) = self.find_part(kind, entry).await? else {
            return Ok(false);
        };
        let (pieces, arriving) = mpsc::channel(PIECES_AHEAD);
        let (entry, action) = (entry.clone(), format!("reading {}", meta.location));
        let read = in_background(action, move || {
            let arriving = Arriving::new(arriving);
            let whole = match is_compressed {
                true => zstd::Decoder::new(arriving)
                    .and_then(|from| copy::each_chunk(from, entry.length, |_| Ok(()))),
                false => copy::each_chunk(arriving, entry.length, |_| Ok(())),
            };
            Ok(whole.is_ok_and(|content| content.is(&entry)))
        });
        let (is_whole, sent) = tokio::join!(read, self.send(&meta, pieces));
        // What did not arrive is not known to be damaged.
        sent?;
        is_whole.inspect(|is_whole| bucket.set_damaged(&name, !is_whole))
    }

    /// Sends an object's bytes to whoever reads them, for as long as anybody does.
    async fn send(&self, meta: &ObjectMeta, pieces: mpsc::Sender<Bytes>) -> Result<(), StoreError> {
        let (mut sent, mut patience) = (0, Patience::default());
        while sent < meta.size {
            let before = sent;
            if let Err(error) = self.send_on(meta, &pieces, &mut sent).await {
                patience.wait(sent > before, error).await?;
            }
            if pieces.is_closed() {
                break;
            }
        }
        Ok(())
    }

    async fn send_on(
        &self,
        meta: &ObjectMeta,
        pieces: &mpsc::Sender<Bytes>,
        sent: &mut u64,
    ) -> Result<(), StoreError> {
        let mut stream = self.bytes_from(meta, *sent).await?;
        while let Some(chunk) = stream.next().await {
            let chunk = chunk?;
            let length = chunk.len() as u64;
            if pieces.send(chunk).await.is_err() {
                break;
            }
            *sent += length;
        }
        Ok(())
    }
}

/// How often in a row a transfer brought nothing.
#[derive(Default)]
struct Patience(u32);

impl Patience {
    /// Waits after a transfer was cut, longer each time that it brought nothing; gives the error back where it was too often,
    /// or where waiting does not help.
    async fn wait(&mut self, brought_something: bool, error: StoreError) -> Result<(), StoreError> {
        if !matches!(error, StoreError::Objects { .. }) || error.is_not_found() {
            return Err(error);
        }
        self.0 = match brought_something {
            true => 0,
            false => self.0 + 1,
        };
        if self.0 >= FRUITLESS {
            return Err(error);
        }
        tokio::time::sleep(Duration::from_millis(200) * self.0).await;
        Ok(())
    }
}

/// What is sent from another thread, read as a file is.
struct Arriving {
    pieces: mpsc::Receiver<Bytes>,
    piece: Bytes,
}

impl Arriving {
    fn new(pieces: mpsc::Receiver<Bytes>) -> Self {
        let piece = Bytes::new();
        Self { pieces, piece }
    }
}

impl io::Read for Arriving {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.pieces.blocking_recv() {
                Some(piece) => self.piece = piece,
                None => return Ok(0),
            }
        }
        let length = buffer.len().min(self.piece.len());
        buffer[..length].copy_from_slice(&self.piece.split_to(length));
        Ok(length)
    }
}

/// The name of a part's file by that of its object.
pub(super) fn part_name(object: &str) -> &str {
    object.strip_suffix(COMPRESSED).unwrap_or(object)
}

/// A file beside another, with something behind its name.
fn beside(file: &FilePath, what: &str) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(what);
    file.with_file_name(name)
}

/// A word for a version of an object that can stand in a file's name.
fn version_of(meta: &ObjectMeta) -> String {
    let tag = meta.e_tag.as_deref().unwrap_or_default();
    let digest = blake3::hash(format!("{} {tag} {}", meta.location, meta.size).as_bytes());
    digest.to_hex().chars().take(16).collect()
}

fn length_of(file: &FilePath) -> u64 {
    std::fs::metadata(file).map_or(0, |metadata| metadata.len())
}

/// Compresses a file; gives what was read, and how long it is now.
fn compress(from: &FilePath, to: &FilePath) -> io::Result<(Content, u64)> {
    let mut encoder = zstd::Encoder::new(File::create(to)?, LEVEL)?;
    let content = copy::each_chunk(File::open(from)?, u64::MAX, |chunk| {
        encoder.write_all(chunk)
    })?;
    let written = encoder.finish()?;
    Ok((content, written.metadata()?.len()))
}

/// Expands a file, at most one byte more than `length`: enough to see that it is too long.
fn expand(from: &FilePath, to: &FilePath, length: u64) -> io::Result<Content> {
    let invalid = |error| io::Error::new(io::ErrorKind::InvalidData, error);
    let decoder = zstd::Decoder::new(File::open(from)?)?;
    let mut target = File::create(to)?;
    copy::each_chunk(decoder, length, |chunk| target.write_all(chunk)).map_err(|error| match error
        .kind()
    {
        // zstd tells damage as "other" or as an end that came too soon.
        io::ErrorKind::Other | io::ErrorKind::UnexpectedEof => invalid(error),
        _ => error,
    })
}
