//! A page as parsers of other libraries read it: lines counted, and no record larger than it may be.
//!
//! These parsers gather a record in memory before they hand it over. What stops them is that no more bytes come.

use super::error::Stop;
use std::io::{self, BufRead, BufReader, Read};

const BUFFER_BYTES: usize = 64 << 10;

/// A stream that counts lines and ends with an error where a record becomes too large.
pub(super) struct Counted<R> {
    inner: BufReader<R>,
    /// From 1.
    line: u64,
    bytes: u64,
    /// Bytes after which a record would be too large.
    end: u64,
}

impl<R: Read> Counted<R> {
    pub(super) fn new(stream: R) -> Self {
        Self {
            inner: BufReader::with_capacity(BUFFER_BYTES, stream),
            line: 1,
            bytes: 0,
            end: u64::MAX,
        }
    }

    /// What comes next may take so many bytes.
    pub(super) fn allow(&mut self, bytes: usize) {
        self.end = self.bytes.saturating_add(bytes as u64);
    }

    pub(super) fn line(&self) -> u64 {
        self.line
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl<R: Read> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.bytes > self.end {
            return Err(Stop::RecordTooLarge.into());
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        let taken = &self.inner.buffer()[..amount];
        self.line += memchr::memchr_iter(b'\n', taken).count() as u64;
        self.bytes += amount as u64;
        self.inner.consume(amount);
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let ahead = self.fill_buf()?;
        let amount = ahead.len().min(buffer.len());
        buffer[..amount].copy_from_slice(&ahead[..amount]);
        self.consume(amount);
        Ok(amount)
    }
}
