//! One body, from the wire through decompression into a file.
//!
//! Bytes are counted on both sides of the decompressor, and the first byte too many ends the transfer:
//! a compression bomb costs no more disk than the limit, and no memory at all.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// The compressions we ask for, best first.
pub(super) const ACCEPTED: &str = "zstd, br, gzip";

/// zstd may not ask for more than 8 MiB of history, as RFC 9659 has it for HTTP.
const ZSTD_WINDOW_LOG: u32 = 23;

/// How a body is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Identity,
    Gzip,
    Brotli,
    Zstd,
}

impl Encoding {
    pub(super) fn parse(header: &str) -> Option<Self> {
        match header.trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Some(Self::Identity),
            "gzip" | "x-gzip" => Some(Self::Gzip),
            "br" => Some(Self::Brotli),
            "zstd" => Some(Self::Zstd),
            _ => None,
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
        }
    }
}

/// A decompressor in front of a file.
pub(super) enum Writer {
    Identity(Box<Sink>),
    Gzip(Box<flate2::write::MultiGzDecoder<Sink>>),
    Brotli(Box<brotli::DecompressorWriter<Sink>>),
    Zstd(Box<zstd::stream::zio::Writer<Sink, zstd::stream::raw::Decoder<'static>>>),
}

impl Writer {
    pub(super) fn new(encoding: Encoding, sink: Sink) -> io::Result<Self> {
        const BUFFER_BYTES: usize = 64 * 1024;
        Ok(match encoding {
            Encoding::Identity => Self::Identity(Box::new(sink)),
            Encoding::Gzip => Self::Gzip(Box::new(flate2::write::MultiGzDecoder::new(sink))),
            Encoding::Brotli => Self::Brotli(Box::new(brotli::DecompressorWriter::new(
                sink,
                BUFFER_BYTES,
            ))),
            Encoding::Zstd => {
                let mut decoder = zstd::stream::raw::Decoder::new()?;
                decoder
                    .set_parameter(zstd::stream::raw::DParameter::WindowLogMax(ZSTD_WINDOW_LOG))?;
                Self::Zstd(Box::new(zstd::stream::zio::Writer::new(sink, decoder)))
            }
        })
    }

    pub(super) fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        match self {
            Self::Identity(sink) => sink.write_all(chunk),
            Self::Gzip(decoder) => decoder.write_all(chunk),
            Self::Brotli(decoder) => decoder.write_all(chunk),
            Self::Zstd(decoder) => decoder.write_all(chunk),
        }
    }

    /// Ends the stream; data that stops in the middle of its compression is an error.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        match self {
            Self::Identity(_) => {}
            Self::Gzip(decoder) => decoder.try_finish()?,
            Self::Brotli(decoder) => decoder.close()?,
            Self::Zstd(decoder) => decoder.finish()?,
        }
        self.sink_mut().file.flush()
    }

    pub(super) fn sink(&self) -> &Sink {
        match self {
            Self::Identity(sink) => sink,
            Self::Gzip(decoder) => decoder.get_ref(),
            Self::Brotli(decoder) => decoder.get_ref(),
            Self::Zstd(decoder) => decoder.writer(),
        }
    }

    fn sink_mut(&mut self) -> &mut Sink {
        match self {
            Self::Identity(sink) => sink,
            Self::Gzip(decoder) => decoder.get_mut(),
            Self::Brotli(decoder) => decoder.get_mut(),
            Self::Zstd(decoder) => decoder.writer_mut(),
        }
    }
}

/// Decompressed bytes on their way into a file: counted, hashed, limited.
pub(super) struct Sink {
    file: BufWriter<File>,
    hasher: blake3::Hasher,
    limit: u64,
    /// The first bytes, to recognise what this is.
    pub(super) head: Vec<u8>,
    /// Bytes written.
    pub(super) bytes: u64,
    /// Whether the limit was reached; decompressors do not always pass an error on as it was.
    pub(super) is_full: bool,
    /// Whether the disk failed, not the data.
    pub(super) has_failed: bool,
}

impl Sink {
    const HEAD_BYTES: usize = 512;

    pub(super) fn create(path: &Path, limit: u64) -> io::Result<Self> {
        Ok(Self {
            file: BufWriter::with_capacity(128 * 1024, File::create(path)?),
            hasher: blake3::Hasher::new(),
            limit,
            head: Vec::new(),
            bytes: 0,
            is_full: false,
            has_failed: false,
        })
    }

    pub(super) fn limit(&self) -> u64 {
        self.limit
    }

    pub(super) fn hash(&self) -> String {
        self.hasher.finalize().to_hex().to_string()
    }
}

impl Write for Sink {
    fn write(&mut self, chunk: &[u8]) -> io::Result<usize> {
        if self.is_full || self.bytes.saturating_add(chunk.len() as u64) > self.limit {
            self.is_full = true;
            return Err(io::Error::other("the size limit is reached"));
        }
        self.file
            .write_all(chunk)
            .inspect_err(|_| self.has_failed = true)?;
        self.hasher.update(chunk);
        self.bytes += chunk.len() as u64;
        let wanted = Self::HEAD_BYTES
            .saturating_sub(self.head.len())
            .min(chunk.len());
        self.head.extend_from_slice(&chunk[..wanted]);
        Ok(chunk.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush().inspect_err(|_| self.has_failed = true)
    }
}
