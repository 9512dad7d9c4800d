//! §3 Writing a part: sections one after another, the header last, so that an unfinished file is never a valid one.

use std::io::{self, Seek, SeekFrom, Write};

use xxhash_rust::xxh3::{Xxh3, xxh3_64};
use zerocopy::IntoBytes as _;
use zerocopy::little_endian::{U16, U32, U64};

use super::layout::{
    ALIGNMENT, END_MAGIC, HEADER_LEN, HeaderRecord, MAGIC, MAJOR, MINOR, PartKind, SECTION_LEN,
    SectionRecord, to_usize,
};
use super::record::Record;
use super::text_heap::TextHeap;

/// Bytes of a header that its own checksum covers.
pub(crate) const HEADER_CHECKED_LEN: usize = std::mem::offset_of!(HeaderRecord, header_checksum);

/// What lies between two aligned files.
const ZEROS: [u8; 64] = [0; 64];
const _: () = assert!(ZEROS.len() as u64 == ALIGNMENT);

/// Writes one part. Sections must come in ascending order of their numbers, each once.
#[derive(Debug)]
pub struct PartWriter<W> {
    sink: W,
    kind: PartKind,
    table: Vec<SectionRecord>,
    /// Bytes written so far, which is where the next section starts.
    position: u64,
    /// Feature bits that a reader must understand.
    features: U64,
}

impl<W: Write + Seek> PartWriter<W> {
    /// Starts a part: leaves room for the header and a table of all the kind's sections.
    ///
    /// # Errors
    /// The sink failed.
    pub fn start(mut sink: W, kind: PartKind) -> io::Result<Self> {
        let sections = kind.written().count() as u64;
        let position = (HEADER_LEN + sections * SECTION_LEN).next_multiple_of(ALIGNMENT);
        sink.seek(SeekFrom::Start(0))?;
        write_zeros(&mut sink, position)?;
        Ok(Self {
            sink,
            kind,
            table: Vec::new(),
            position,
            features: U64::ZERO,
        })
    }

    /// Writes a section of records.
    ///
    /// # Errors
    /// The sink failed.
    pub fn rows<T: Record>(&mut self, section: u32, rows: &[T]) -> io::Result<()> {
        self.section(section, size_of::<T>(), rows.len(), rows.as_bytes())
    }

    /// Writes a section of plain bytes.
    ///
    /// # Errors
    /// The sink failed.
    pub fn bytes(&mut self, section: u32, bytes: &[u8]) -> io::Result<()> {
        self.section(section, 1, bytes.len(), bytes)
    }

    /// Writes a section of long texts.
    ///
    /// # Errors
    /// The sink failed, or the file that the texts waited in.
    pub fn heap(&mut self, section: u32, texts: &TextHeap) -> io::Result<()> {
        let (mut checksum, mut length) = (Xxh3::new(), 0_u64);
        texts.each(|piece| {
            checksum.update(piece);
            length += piece.len() as u64;
            self.sink.write_all(piece)
        })?;
        self.written(section, 1, length, (length, checksum.digest()))
    }

    /// Writes a section of files, each aligned like a section, without putting them together first.
    ///
    /// # Errors
    /// The sink failed.
    pub fn files<'f>(
        &mut self,
        section: u32,
        files: impl Iterator<Item = &'f [u8]>,
    ) -> io::Result<()> {
        let (mut checksum, mut length) = (Xxh3::new(), 0_u64);
        for file in files {
            let padding = length.next_multiple_of(ALIGNMENT) - length;
            checksum.update(ZEROS.get(..to_usize(padding)).unwrap_or_default());
            checksum.update(file);
            write_zeros(&mut self.sink, padding)?;
            self.sink.write_all(file)?;
            length += padding + file.len() as u64;
        }
        self.written(section, 1, length, (length, checksum.digest()))
    }

    /// Notes what a reader must understand to read the part.
    pub(super) fn needs(&mut self, feature: u64) {
        self.features |= feature;
    }

    /// Writes trailer, table and header, and gives the sink back. The file is not synced.
    ///
    /// # Errors
    /// The sink failed, or a section of the kind was not written (a bug, reported as invalid input).
    pub fn finish(mut self) -> io::Result<W> {
        let expected = self.kind.written().count();
        if self.table.len() != expected {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!(
                    "{} sections written, a {} part has {expected}",
                    self.table.len(),
                    self.kind.extension()
                ),
            ));
        }
        let mut header = HeaderRecord {
            magic: MAGIC,
            major: U16::new(MAJOR),
            minor: U16::new(MINOR),
            kind: U32::new(self.kind.number()),
            must_understand: self.features,
            may_ignore: U64::ZERO,
            file_length: U64::new(self.position + super::layout::TRAILER_LEN),
            section_count: U32::new(u32::try_from(self.table.len()).map_err(io::Error::other)?),
            reserved: U32::ZERO,
            table_checksum: U64::new(xxh3_64(self.table.as_bytes())),
            header_checksum: U64::ZERO,
        };
        header.header_checksum = U64::new(header_checksum(&header));
        self.sink.write_all(header.header_checksum.as_bytes())?;
        self.sink.write_all(&END_MAGIC)?;
        self.sink.seek(SeekFrom::Start(0))?;
        self.sink.write_all(header.as_bytes())?;
        self.sink.write_all(self.table.as_bytes())?;
        self.sink.flush()?;
        Ok(self.sink)
    }

    fn section(
        &mut self,
        id: u32,
        record_size: usize,
        count: usize,
        bytes: &[u8],
    ) -> io::Result<()> {
        self.sink.write_all(bytes)?;
        let length = bytes.len() as u64;
        self.written(id, record_size, count as u64, (length, xxh3_64(bytes)))
    }

    /// Notes a section whose bytes were written, with their length and checksum.
    fn written(
        &mut self,
        id: u32,
        record_size: usize,
        count: u64,
        (length, checksum): (u64, u64),
    ) -> io::Result<()> {
        debug_assert!(
            self.table.last().is_none_or(|last| last.id.get() < id),
            "sections come in ascending order"
        );
        let record_size = u32::try_from(record_size).map_err(io::Error::other)?;
        self.table.push(SectionRecord {
            id: id.into(),
            record_size: record_size.into(),
            count: count.into(),
            offset: self.position.into(),
            length: length.into(),
            checksum: checksum.into(),
        });
        let padded = length.next_multiple_of(ALIGNMENT);
        write_zeros(&mut self.sink, padded - length)?;
        self.position += padded;
        Ok(())
    }
}

/// The checksum that belongs into the header's last field.
pub(crate) fn header_checksum(header: &HeaderRecord) -> u64 {
    xxh3_64(
        header
            .as_bytes()
            .get(..HEADER_CHECKED_LEN)
            .unwrap_or_default(),
    )
}

fn write_zeros(sink: &mut impl Write, count: u64) -> io::Result<()> {
    io::copy(&mut io::Read::take(io::repeat(0), count), sink).map(drop)
}
