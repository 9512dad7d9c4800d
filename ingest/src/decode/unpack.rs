//! What a page is packed in: gzip, zstd, or the files of a zip archive.
//!
//! Nothing is unpacked to disk or into memory: a packed page is a stream like any other. Bytes are counted as they come
//! out, so a bomb ends at the limits of a page, of a run, or of the ratio, whichever comes first.

use super::error::{DecodeError, Stop};
use crate::config::{Decoding, Format, Packed, SourceLimits};
use crate::fetch::RawPage;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A ratio says nothing about small pages: a few kilobytes of zeros are no bomb.
const HARMLESS_BYTES: u64 = 16 << 20;

/// zstd may not ask for more than 128 MiB of history, which is what its command line accepts.
const ZSTD_WINDOW_LOG: u32 = 27;

/// One stream of records: a page, or one file of a page that is an archive.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// The page's address, and the name inside the archive.
    pub(super) name: String,
    pub(super) file: PathBuf,
    how: How,
    packed_bytes: u64,
}

#[derive(Debug, Clone, Copy)]
enum How {
    Plain,
    Gzip,
    Zstd,
    Archived {
        start: u64,
        method: Method,
        /// What the archive says of it.
        bytes: u64,
        crc: u32,
    },
}

#[derive(Debug, Clone, Copy)]
enum Method {
    Stored,
    Deflate,
    Zstd,
}

/// What there is to read in a page.
pub(super) fn entries(raw: &RawPage, decoding: &Decoding) -> Result<Vec<Entry>, DecodeError> {
    let read = |source| DecodeError::Read {
        path: raw.file.clone(),
        source,
    };
    let mut file = File::open(&raw.file).map_err(read)?;
    let packed = match decoding.packed {
        Packed::Auto => recognised(&mut file).map_err(read)?,
        told => told,
    };
    let entry = |how| Entry {
        name: raw.url.clone(),
        file: raw.file.clone(),
        how,
        packed_bytes: raw.bytes,
    };
    Ok(match packed {
        Packed::Auto | Packed::None => vec![entry(How::Plain)],
        Packed::Gzip => vec![entry(How::Gzip)],
        Packed::Zstd => vec![entry(How::Zstd)],
        Packed::Zip => archived(raw, file, decoding)?,
    })
}

/// Whether a page is nothing but lines of UTF-8, so that lines can be compared without decoding them.
pub fn is_plain_lines(raw: &RawPage, decoding: &Decoding) -> bool {
    let is_packed = match decoding.packed {
        Packed::None => Ok(Packed::None),
        Packed::Auto => File::open(&raw.file).and_then(|mut file| recognised(&mut file)),
        told => Ok(told),
    };
    decoding.format == Format::Ndjson
        && decoding.encoding.is_none()
        && is_packed.is_ok_and(|packed| packed == Packed::None)
}

/// What the first bytes say.
fn recognised(file: &mut File) -> io::Result<Packed> {
    let mut head = Vec::new();
    file.by_ref().take(4).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(match head.as_slice() {
        [0x1f, 0x8b, ..] => Packed::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd] => Packed::Zstd,
        b"PK\x03\x04" | b"PK\x05\x06" => Packed::Zip,
        _ => Packed::None,
    })
}

/// The files of an archive that the pattern names, in the order of their names.
fn archived(raw: &RawPage, file: File, decoding: &Decoding) -> Result<Vec<Entry>, DecodeError> {
    let wrong = |message: String| DecodeError::Archive {
        page: raw.url.clone(),
        message,
    };
    let mut archive = zip::ZipArchive::new(BufReader::new(file))
        .map_err(|error| wrong(format!("it is damaged or cut off: {error}")))?;
    let mut entries = Vec::new();
    for index in 0..archive.len() {
        let found = archive
            .by_index_raw(index)
            .map_err(|error| wrong(format!("file {index} is damaged: {error}")))?;
        let name = String::from_utf8_lossy(found.name_raw()).into_owned();
        let shown: String = name.escape_default().take(200).collect();
        if leads_out(&name) {
            return Err(wrong(format!(
                "the name `{shown}` leads out of the archive; nothing is unpacked by name, but no export has such names"
            )));
        }
        let base = name.rsplit('/').next().unwrap_or_default();
        // What some systems add to every archive is nobody's data.
        let is_extra = base.starts_with('.') || name.starts_with("__MACOSX/");
        let is_wanted = decoding.entries.matches(&name) || decoding.entries.matches(base);
        if found.is_dir() || is_extra || !is_wanted {
            continue;
        }
        if found.encrypted() {
            return Err(wrong(format!("`{shown}` is encrypted")));
        }
        let method = match found.compression() {
            zip::CompressionMethod::STORE => Method::Stored,
            zip::CompressionMethod::DEFLATE => Method::Deflate,
            zip::CompressionMethod::ZSTD => Method::Zstd,
            other => {
                return Err(wrong(format!(
                    "`{shown}` is packed as {other}; only stored, deflate and zstd are understood"
                )));
            }
        };
        let start = found
            .data_start()
            .ok_or_else(|| wrong(format!("`{shown}` has no content")))?;
        let (bytes, packed_bytes, crc) = (found.size(), found.compressed_size(), found.crc32());
        let how = How::Archived {
            start,
            method,
            bytes,
            crc,
        };
        entries.push(Entry {
            name: format!("{}!{shown}", raw.url),
            file: raw.file.clone(),
            how,
            packed_bytes,
        });
    }
    if entries.is_empty() {
        let files = archive.len();
        return Err(wrong(format!(
            "none of its {files} files is named like `{}` (entries)",
            decoding.entries
        )));
    }
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(entries)
}

/// Whether a name means a file outside of the folder that an archive is unpacked in.
fn leads_out(name: &str) -> bool {
    name.starts_with(['/', '\\']) || name.split(['/', '\\']).any(|part| part == "..")
}

impl Entry {
    /// Opens the stream. `unpacked` counts over all pages of a run.
    pub(super) fn open(
        &self,
        limits: &SourceLimits,
        unpacked: &Arc<AtomicU64>,
    ) -> Result<Box<dyn Read + Send>, DecodeError> {
        let failed = |source| DecodeError::Read {
            path: self.file.clone(),
            source,
        };
        let file = File::open(&self.file).map_err(failed)?;
        let (name, stream) = match self.how {
            // It was counted when it was fetched.
            How::Plain => return Ok(Box::new(file)),
            How::Gzip => (
                "gzip",
                Box::new(flate2::read::MultiGzDecoder::new(BufReader::new(file)))
                    as Box<dyn Read + Send>,
            ),
            How::Zstd => ("zstd", zstd_reader(BufReader::new(file)).map_err(failed)?),
            How::Archived { start, method, .. } => {
                let content = section(file, start, self.packed_bytes).map_err(failed)?;
                ("zip", unarchived(content, method).map_err(failed)?)
            }
        };
        let check = match self.how {
            How::Archived { bytes, crc, .. } => Some((bytes, crc, flate2::Crc::new())),
            _ => None,
        };
        Ok(Box::new(Counted {
            stream,
            name,
            bytes: 0,
            packed_bytes: self.packed_bytes,
            limits: *limits,
            unpacked: Arc::clone(unpacked),
            check,
        }))
    }

    /// The page and where it lies, for messages.
    pub(super) fn place(&self) -> (&str, &Path) {
        (&self.name, &self.file)
    }
}

fn section(mut file: File, start: u64, bytes: u64) -> io::Result<BufReader<io::Take<File>>> {
    file.seek(SeekFrom::Start(start))?;
    Ok(BufReader::new(file.take(bytes)))
}

fn unarchived(
    content: BufReader<io::Take<File>>,
    method: Method,
) -> io::Result<Box<dyn Read + Send>> {
    Ok(match method {
        Method::Stored => Box::new(content),
        Method::Deflate => Box::new(flate2::bufread::DeflateDecoder::new(content)),
        Method::Zstd => zstd_reader(content)?,
    })
}

fn zstd_reader(packed: impl io::BufRead + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    let mut decoder = zstd::stream::read::Decoder::with_buffer(packed)?;
    decoder.window_log_max(ZSTD_WINDOW_LOG)?;
    Ok(Box::new(decoder))
}

/// A decompressor whose bytes are counted and limited.
struct Counted {
    stream: Box<dyn Read + Send>,
    name: &'static str,
    bytes: u64,
    packed_bytes: u64,
    limits: SourceLimits,
    /// Over all pages of the run.
    unpacked: Arc<AtomicU64>,
    /// What an archive says of size and checksum, and the checksum so far.
    check: Option<(u64, u32, flate2::Crc)>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let damaged = |message: String| Stop::Damaged {
            packed: self.name,
            message,
        };
        let read = match self.stream.read(buffer) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => return Err(damaged(error.to_string()).into()),
        };
        if let Some((bytes, crc, sum)) = &mut self.check {
            sum.update(&buffer[..read]);
            let is_end = read == 0 && !buffer.is_empty();
            if is_end && (self.bytes != *bytes || sum.sum() != *crc) {
                let message = "its content is not what the archive says of it".to_owned();
                return Err(damaged(message).into());
            }
        }
        let read_bytes = read as u64;
        self.bytes += read_bytes;
        let unpacked = self.unpacked.fetch_add(read_bytes, Ordering::Relaxed) + read_bytes;
        if self.bytes > self.limits.max_page_bytes {
            return Err(Stop::PageTooLarge(self.limits.max_page_bytes).into());
        }
        if unpacked > self.limits.max_run_bytes {
            return Err(Stop::RunTooLarge(self.limits.max_run_bytes).into());
        }
        let allowed = self.packed_bytes.saturating_mul(self.limits.max_ratio);
        if self.bytes > HARMLESS_BYTES && self.bytes > allowed {
            return Err(Stop::Ratio(self.limits.max_ratio).into());
        }
        Ok(read)
    }
}
