//! A page as parsers of other libraries read it: lines counted, and no record larger than it may be.
//!
//! These parsers gather a record in memory before they hand it over. What stops them is that no more bytes come.

use super::error::Stop;
use std::io::{self, BufRead, ErrorKind, Read};

const BUFFER_BYTES: usize = 64 << 10;

/// A stream that counts lines and ends with an error where a record becomes too large.
///
/// Parsers take a few bytes at a time. Lines are counted when somebody asks, or when the buffer is filled again.
pub(super) struct Counted<R> {
    stream: R,
    buffer: Box<[u8]>,
    /// Where in the buffer lines are counted up to; not after `taken`.
    counted: usize,
    /// Where in the buffer the next byte is.
    taken: usize,
    /// Where in the buffer there is no more.
    filled: usize,
    /// From 1, at `counted`.
    line: u64,
    bytes: u64,
    /// Bytes after which a record would be too large.
    end: u64,
}

impl<R: Read> Counted<R> {
    pub(super) fn new(stream: R) -> Self {
        Self {
            stream,
            buffer: vec![0; BUFFER_BYTES].into(),
            counted: 0,
            taken: 0,
            filled: 0,
            line: 1,
            bytes: 0,
            end: u64::MAX,
        }
    }

    /// What comes next may take so many bytes.
    pub(super) fn allow(&mut self, bytes: usize) {
        self.end = self.bytes.saturating_add(bytes as u64);
    }

    /// The line of the next byte.
    pub(super) fn line(&self) -> u64 {
        self.line + self.uncounted()
    }

    /// The same, and what was counted is not counted again.
    pub(super) fn count(&mut self) -> u64 {
        self.line = self.line();
        self.counted = self.taken;
        self.line
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What is in memory of the bytes that may come next. `consume` takes them.
    pub(super) fn ahead(&self) -> &[u8] {
        let ahead = &self.buffer[self.taken..self.filled];
        let allowed = usize::try_from(self.end.saturating_sub(self.bytes)).unwrap_or(usize::MAX);
        &ahead[..ahead.len().min(allowed)]
    }

    fn uncounted(&self) -> u64 {
        memchr::memchr_iter(b'\n', &self.buffer[self.counted..self.taken]).count() as u64
    }
}

impl<R: Read> BufRead for Counted<R> {
    #[inline]
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.bytes > self.end {
            return Err(Stop::RecordTooLarge.into());
        }
        if self.taken == self.filled {
            self.count();
            (self.counted, self.taken, self.filled) = (0, 0, 0);
            self.filled = loop {
                match self.stream.read(&mut self.buffer) {
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    other => break other?,
                }
            };
        }
        Ok(&self.buffer[self.taken..self.filled])
    }

    #[inline]
    fn consume(&mut self, amount: usize) {
        self.taken += amount;
        self.bytes += amount as u64;
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
