//! Texts in other encodings, as UTF-8.
//!
//! A byte that the encoding does not have ends the page: a replacement character would be published as a typing error.
//! So does a zero byte, which is in no text: the page is of another encoding, or damaged.

use super::error::Stop;
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8};
use std::io::{self, Read};

const CHUNK_BYTES: usize = 32 << 10;

/// A stream of UTF-8 without a byte order mark. Without an encoding, a byte order mark decides, then `declared`, which
/// looks at how the stream begins, then UTF-8.
pub(super) fn utf8<R: Read>(
    mut stream: R,
    encoding: Option<&'static Encoding>,
    declared: impl FnOnce(&[u8]) -> Option<&'static Encoding>,
) -> io::Result<Utf8<R>> {
    const HEAD_BYTES: u64 = 1024;
    let mut raw = Vec::with_capacity(CHUNK_BYTES);
    stream.by_ref().take(HEAD_BYTES).read_to_end(&mut raw)?;
    // A byte order mark wins over a setting, as browsers have it: it is hardly ever there by accident.
    let encoding = Encoding::for_bom(&raw)
        .map(|(found, _)| found)
        .or(encoding)
        .or_else(|| declared(&raw))
        .unwrap_or(UTF_8);
    Ok(Utf8 {
        stream,
        encoding,
        decoder: encoding.new_decoder_with_bom_removal(),
        raw,
        raw_at: 0,
        text: vec![0; CHUNK_BYTES * 2],
        text_at: 0,
        text_end: 0,
        bytes: 0,
        line: 1,
        is_ended: false,
    })
}

/// A stream decoded into UTF-8.
pub(super) struct Utf8<R> {
    stream: R,
    encoding: &'static Encoding,
    decoder: Decoder,
    raw: Vec<u8>,
    raw_at: usize,
    text: Vec<u8>,
    text_at: usize,
    text_end: usize,
    /// Bytes of the stream that were decoded.
    bytes: u64,
    /// The line, from 1, after what was decoded.
    line: u64,
    is_ended: bool,
}

impl<R: Read> Utf8<R> {
    /// Decodes more; false at the end.
    fn advance(&mut self) -> io::Result<bool> {
        while !self.is_ended {
            let mut is_last = false;
            if self.raw_at == self.raw.len() {
                self.raw.resize(CHUNK_BYTES, 0);
                let read = loop {
                    match self.stream.read(&mut self.raw) {
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        other => break other?,
                    }
                };
                self.raw.truncate(read);
                self.raw_at = 0;
                is_last = read == 0;
            }
            let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(
                &self.raw[self.raw_at..],
                &mut self.text,
                is_last,
            );
            let before = self.bytes;
            self.raw_at += read;
            self.bytes += read as u64;
            let text = &self.text[..written];
            if let Some(at) = memchr::memchr(0, text) {
                let lines = memchr::memchr_iter(b'\n', &text[..at]).count();
                return Err(Stop::ZeroByte {
                    // In the text; only in UTF-8 it stands at the same place in the page.
                    byte: before + at as u64,
                    line: self.line + lines as u64,
                }
                .into());
            }
            self.line += memchr::memchr_iter(b'\n', &self.text[..written]).count() as u64;
            if let DecoderResult::Malformed(bad, after) = result {
                return Err(Stop::NotText {
                    encoding: self.encoding.name(),
                    byte: self.bytes.saturating_sub(u64::from(bad) + u64::from(after)),
                    line: self.line,
                }
                .into());
            }
            self.is_ended = is_last && matches!(result, DecoderResult::InputEmpty);
            (self.text_at, self.text_end) = (0, written);
            if written > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.text_at == self.text_end && !self.advance()? {
            return Ok(0);
        }
        let bytes = buffer.len().min(self.text_end - self.text_at);
        buffer[..bytes].copy_from_slice(&self.text[self.text_at..self.text_at + bytes]);
        self.text_at += bytes;
        Ok(bytes)
    }
}
