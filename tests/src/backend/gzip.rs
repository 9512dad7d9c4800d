//! Compression of bodies that are made while they are sent.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

/// An iterator of chunks, compressed as one stream.
pub(super) struct Gzip<I> {
    chunks: I,
    /// `None` once the end has been written.
    encoder: Option<GzEncoder<Vec<u8>>>,
}

impl<I> Gzip<I> {
    pub(super) fn new(chunks: I) -> Self {
        Self {
            chunks,
            encoder: Some(GzEncoder::new(Vec::new(), Compression::fast())),
        }
    }
}

impl<I: Iterator<Item = Vec<u8>>> Iterator for Gzip<I> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        loop {
            let Some(chunk) = self.chunks.next() else {
                let rest = self.encoder.take()?.finish();
                return Some(rest.expect("writing to memory cannot fail"));
            };
            let encoder = self.encoder.as_mut()?;
            encoder
                .write_all(&chunk)
                .expect("writing to memory cannot fail");
            if !encoder.get_ref().is_empty() {
                return Some(std::mem::take(encoder.get_mut()));
            }
        }
    }
}

/// A whole body, compressed.
pub(super) fn whole(body: &[u8]) -> Vec<u8> {
    Gzip::new(std::iter::once(body.to_vec()))
        .flatten()
        .collect()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn chunks_come_back_as_they_were() {
        let chunks: Vec<Vec<u8>> = (0..50_u8).map(|byte| vec![byte; 3000]).collect();
        let packed: Vec<u8> = Gzip::new(chunks.clone().into_iter()).flatten().collect();
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(&packed[..])
            .read_to_end(&mut unpacked)
            .expect("a gzip stream");
        assert_eq!(unpacked, chunks.concat());
    }
}
