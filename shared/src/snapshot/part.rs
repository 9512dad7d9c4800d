//! §3 Opening and verifying a part.
//!
//! Opening is cheap and checks only header and table; verifying reads every byte once. Between the two, any bytes
//! may be asked for anything: what is not there is `None`.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::marker::PhantomData;
use std::ops::Range;
use std::path::Path;

use ownedbytes::OwnedBytes;
use xxhash_rust::xxh3::{Xxh3Default, xxh3_64};
use zerocopy::{FromBytes as _, IntoBytes as _};

use super::SnapshotError;
use super::layout::{
    ALIGNMENT, END_MAGIC, HEADER_LEN, HeaderRecord, KNOWN_FEATURES, MAGIC, MAJOR, MAX_SECTIONS,
    PartKind, SECTION_LEN, SectionRecord, TRAILER_LEN, section, to_usize,
};
use super::record::{Bounds, Counts, List, Record, StrRef, TextRef};
use super::write::header_checksum;

/// Sections are looked up by number in a table with a place for every number there can be.
const SLOTS: usize = MAX_SECTIONS as usize;

/// How much of a file is read at once to be hashed.
const READ_BYTES: usize = 256 << 10;

/// An opened part: its bytes and where each section lies.
#[derive(Clone)]
pub struct Part {
    bytes: OwnedBytes,
    /// Sections by number; their ranges were checked against the file's length when opening.
    slots: [Option<Slot>; SLOTS],
    /// Where the section table ends; only zeros follow up to the first section.
    table_end: usize,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    offset: usize,
    length: usize,
    record_size: usize,
    count: u64,
    checksum: u64,
}

/// The records of one section, or some of them.
#[derive(Debug)]
pub struct Rows<'a, T> {
    bytes: &'a [u8],
    stride: usize,
    record: PhantomData<fn() -> T>,
}

impl Part {
    /// Reads header and table, and checks that every section lies inside the file.
    ///
    /// # Errors
    /// The bytes are not a part of this kind and version, or header or table are damaged.
    pub fn open(bytes: OwnedBytes, kind: PartKind) -> Result<Self, SnapshotError> {
        let header = check_header(&bytes, kind)?;
        let table = read_table(&bytes, &header)?;
        let mut slots = [None; SLOTS];
        let table_end = HEADER_LEN + u64::from(header.section_count.get()) * SECTION_LEN;
        let mut expected_offset = table_end.next_multiple_of(ALIGNMENT);
        let mut last_id = 0;
        for entry in table {
            let slot = check_entry(entry, last_id, expected_offset)?;
            last_id = entry.id.get();
            // A length near the end of 64 bits must not wrap around to one that fits.
            expected_offset = entry
                .length
                .get()
                .checked_next_multiple_of(ALIGNMENT)
                .and_then(|padded| expected_offset.checked_add(padded))
                .filter(|&end| end <= bytes.len() as u64)
                .ok_or(SnapshotError::Layout {
                    place: section::name(last_id),
                    rule: "section reaches past the end of the file",
                    got: entry.length.get(),
                })?;
            if let Some(place) = slots.get_mut(last_id as usize) {
                *place = Some(slot);
            }
        }
        let file_length = expected_offset.saturating_add(TRAILER_LEN);
        if file_length != bytes.len() as u64 {
            return Err(SnapshotError::Truncated {
                expected: file_length,
                got: bytes.len() as u64,
            });
        }
        let part = Self {
            bytes,
            slots,
            table_end: to_usize(table_end),
        };
        match kind.sections().find(|&id| part.slot(id).is_none()) {
            Some(missing) => Err(SnapshotError::MissingSection(section::name(missing))),
            None => Ok(part),
        }
    }

    /// Checks all that does not depend on the kind, texts aside: section checksums and zero padding.
    ///
    /// # Errors
    /// The first damage found.
    pub fn verify_bytes(&self) -> Result<(), SnapshotError> {
        self.verify_sections(|id, _| Ok(xxh3_64(self.section_bytes(id))))
    }

    /// The same, with sections read from the part's file to be hashed: what is read of a mapping counts as memory of the
    /// process until the mapping goes.
    ///
    /// # Errors
    /// The file cannot be read, or the first damage found.
    pub(super) fn verify_file_bytes(&self, path: &Path) -> Result<(), SnapshotError> {
        let failed = |source| SnapshotError::Io {
            path: path.to_owned(),
            source,
        };
        let mut file = File::open(path).map_err(failed)?;
        let mut buffer = vec![0; READ_BYTES];
        self.verify_sections(|_, slot| hash_of(&mut file, slot, &mut buffer).map_err(failed))
    }

    /// Checks the padding behind the section table, and of each section its checksum and the padding behind it.
    fn verify_sections(
        &self,
        mut hash: impl FnMut(u32, &Slot) -> Result<u64, SnapshotError>,
    ) -> Result<(), SnapshotError> {
        self.check_padding("section table", self.table_end)?;
        for (id, slot) in (0..).zip(&self.slots) {
            let Some(slot) = slot else { continue };
            let place = section::name(id);
            let got = hash(id, slot)?;
            if got != slot.checksum {
                return Err(SnapshotError::Checksum {
                    place,
                    expected: slot.checksum,
                    got,
                });
            }
            self.check_padding(place, slot.offset.saturating_add(slot.length))?;
        }
        Ok(())
    }

    /// Checks every field of every record of a section.
    ///
    /// # Errors
    /// The first record that refers to something which is not there.
    pub fn verify_rows<T: Record>(
        &self,
        section: u32,
        bounds: &Bounds<'_>,
    ) -> Result<(), SnapshotError> {
        let name = section::name(section);
        let stride = self.slot(section).map_or(0, |slot| slot.record_size);
        if stride < size_of::<T>() {
            return Err(SnapshotError::Layout {
                place: name,
                rule: "record size is smaller than the record",
                got: stride as u64,
            });
        }
        for (row, record) in (0..).zip(self.rows::<T>(section).iter()) {
            record
                .check(bounds)
                .map_err(|(field, rule)| SnapshotError::Field {
                    section: name,
                    row,
                    field,
                    rule,
                })?;
        }
        Ok(())
    }

    /// Whether the file has a section.
    pub fn has(&self, section: u32) -> bool {
        self.slot(section).is_some()
    }

    /// The records of a section; none if it is absent or its records are too small for `T`.
    pub fn rows<T: Record>(&self, section: u32) -> Rows<'_, T> {
        let stride = self.slot(section).map_or(0, |slot| slot.record_size);
        if stride < size_of::<T>() {
            return Rows {
                bytes: &[],
                stride: size_of::<T>(),
                record: PhantomData,
            };
        }
        Rows {
            bytes: self.section_bytes(section),
            stride,
            record: PhantomData,
        }
    }

    /// The records of section `S` that a list names.
    pub fn list<T: Record, const S: u32>(&self, list: List<S>) -> Rows<'_, T> {
        self.rows(S).slice(list.range())
    }

    /// The rows of section `S` that a list names; rows that do not exist are left out.
    pub fn range<const S: u32>(&self, list: List<S>) -> Range<u32> {
        let count = u32::try_from(self.count(S)).unwrap_or(u32::MAX);
        let range = list.range();
        range.start.min(count)..range.end.min(count)
    }

    /// A short text; empty if the reference is bad.
    pub fn str(&self, at: StrRef) -> &str {
        self.heap_text(section::STRINGS, at.offset.get(), at.len.get())
    }

    /// A long text; empty if the reference is bad.
    pub fn text(&self, at: TextRef) -> &str {
        self.heap_text(section::TEXTS, at.offset.get(), at.len.get())
    }

    /// The bytes of a section; empty if it is absent.
    pub fn section_bytes(&self, section: u32) -> &[u8] {
        self.slot(section)
            .and_then(|slot| {
                self.bytes
                    .get(slot.offset..slot.offset.saturating_add(slot.length))
            })
            .unwrap_or_default()
    }

    /// The bytes of a section that keep the mapping alive by themselves.
    pub fn section_owned(&self, section: u32) -> OwnedBytes {
        match self.slot(section) {
            Some(slot) => self
                .bytes
                .slice(slot.offset..slot.offset.saturating_add(slot.length)),
            None => OwnedBytes::empty(),
        }
    }

    /// A heap as text.
    ///
    /// # Errors
    /// It is not UTF-8.
    pub fn heap(&self, id: u32) -> Result<&str, SnapshotError> {
        std::str::from_utf8(self.section_bytes(id)).map_err(|error| SnapshotError::NotUtf8 {
            section: section::name(id),
            at: error.valid_up_to() as u64,
        })
    }

    /// Bytes of the whole file.
    pub fn file_length(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Every section as (number, records, bytes), in file order.
    pub fn sections(&self) -> impl Iterator<Item = (u32, u64, u64)> {
        (0..)
            .zip(&self.slots)
            .filter_map(|(id, slot)| slot.map(|slot| (id, slot.count, slot.length as u64)))
    }

    fn check_padding(&self, place: &'static str, end: usize) -> Result<(), SnapshotError> {
        let padding = self
            .bytes
            .get(end..end.next_multiple_of(to_usize(ALIGNMENT)))
            .unwrap_or_default();
        match padding.iter().all(|&byte| byte == 0) {
            true => Ok(()),
            false => Err(SnapshotError::Layout {
                place,
                rule: "padding must be zero",
                got: end as u64,
            }),
        }
    }

    /// A text of any heap; empty if the reference is bad.
    pub(super) fn heap_text(&self, section: u32, offset: u32, len: u32) -> &str {
        let start = offset as usize;
        self.section_bytes(section)
            .get(start..start.saturating_add(len as usize))
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .unwrap_or_default()
    }

    fn slot(&self, section: u32) -> Option<&Slot> {
        self.slots.get(section as usize)?.as_ref()
    }
}

/// The checksum of a section, read from the part's file.
fn hash_of(file: &mut File, slot: &Slot, buffer: &mut [u8]) -> io::Result<u64> {
    file.seek(SeekFrom::Start(slot.offset as u64))?;
    let mut hash = Xxh3Default::new();
    let mut left = slot.length;
    while left > 0 {
        let most = left.min(buffer.len());
        let bytes = buffer.get_mut(..most).unwrap_or_default();
        file.read_exact(bytes)?;
        hash.update(bytes);
        left -= most;
    }
    Ok(hash.digest())
}

impl Counts for Part {
    fn count(&self, section: u32) -> u64 {
        self.slot(section).map_or(0, |slot| slot.count)
    }
}

impl std::fmt::Debug for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Part")
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

impl<T> Clone for Rows<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Rows<'_, T> {}

impl<'a, T: Record + 'a> Rows<'a, T> {
    /// How many records.
    pub fn len(&self) -> u32 {
        u32::try_from(self.bytes.len() / self.stride.max(1)).unwrap_or(u32::MAX)
    }

    /// Whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The record at a row.
    pub fn get(&self, row: u32) -> Option<&'a T> {
        let start = (row as usize).checked_mul(self.stride)?;
        let bytes = self.bytes.get(start..start.checked_add(size_of::<T>())?)?;
        T::ref_from_bytes(bytes).ok()
    }

    /// All records in order.
    pub fn iter(
        &self,
    ) -> impl DoubleEndedIterator<Item = &'a T> + ExactSizeIterator + Clone + use<'a, T> {
        let rows = *self;
        self.bytes
            .chunks_exact(self.stride.max(1))
            .map(move |chunk| rows.first_of(chunk))
    }

    /// All records at once, if nothing stands between them: records of this version's size.
    pub fn as_slice(&self) -> Option<&'a [T]> {
        if self.stride != size_of::<T>() {
            return None;
        }
        <[T]>::ref_from_bytes(self.bytes).ok()
    }

    /// Some of the records; rows that do not exist are left out.
    pub fn slice(&self, range: Range<u32>) -> Self {
        let start = (range.start as usize).saturating_mul(self.stride);
        let end = (range.end as usize).saturating_mul(self.stride);
        let bytes = self
            .bytes
            .get(start..end.min(self.bytes.len()))
            .unwrap_or_default();
        Self { bytes, ..*self }
    }

    /// The first row for which `precedes` is false; the rows must be sorted accordingly.
    pub fn partition_point(&self, precedes: impl Fn(&T) -> bool) -> u32 {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.get(middle) {
                Some(record) if precedes(record) => low = middle + 1,
                _ => high = middle,
            }
        }
        low
    }

    /// `chunk` has `stride` bytes, at least a record's worth: both constructors see to it.
    fn first_of(&self, chunk: &'a [u8]) -> &'a T {
        match T::ref_from_prefix(chunk) {
            Ok((record, _)) => record,
            Err(_) => unreachable_record(),
        }
    }
}

#[cold]
fn unreachable_record<T>() -> T {
    unreachable!("a stride is never smaller than its record")
}

fn check_header(bytes: &[u8], kind: PartKind) -> Result<HeaderRecord, SnapshotError> {
    let got = bytes.len() as u64;
    let (header, _) =
        HeaderRecord::read_from_prefix(bytes).map_err(|_| SnapshotError::Truncated {
            expected: HEADER_LEN + TRAILER_LEN,
            got,
        })?;
    if header.magic != MAGIC {
        return Err(SnapshotError::Magic { place: "header" });
    }
    if header.major.get() != MAJOR {
        return Err(SnapshotError::Version {
            expected: MAJOR,
            got: header.major.get(),
        });
    }
    let (expected, actual) = (header.header_checksum.get(), header_checksum(&header));
    if expected != actual {
        return Err(SnapshotError::Checksum {
            place: "header",
            expected,
            got: actual,
        });
    }
    let unknown = header.must_understand.get() & !KNOWN_FEATURES;
    if unknown != 0 {
        return Err(SnapshotError::UnknownFeatures(unknown));
    }
    if header.kind.get() != kind.number() {
        return Err(SnapshotError::Kind {
            expected: kind.extension(),
            got: header.kind.get(),
        });
    }
    if header.reserved.get() != 0 {
        return Err(SnapshotError::Layout {
            place: "header",
            rule: "reserved must be zero",
            got: header.reserved.get().into(),
        });
    }
    if header.file_length.get() != got {
        return Err(SnapshotError::Truncated {
            expected: header.file_length.get(),
            got,
        });
    }
    let trailer_at = bytes.len().saturating_sub(to_usize(TRAILER_LEN));
    let (checksum, magic) = bytes
        .get(trailer_at..)
        .unwrap_or_default()
        .split_at_checked(8)
        .unwrap_or_default();
    if magic != END_MAGIC {
        return Err(SnapshotError::Magic { place: "trailer" });
    }
    if checksum != header.header_checksum.as_bytes() {
        return Err(SnapshotError::Layout {
            place: "trailer",
            rule: "must repeat the header's checksum",
            got: expected,
        });
    }
    Ok(header)
}

fn read_table<'a>(
    bytes: &'a [u8],
    header: &HeaderRecord,
) -> Result<&'a [SectionRecord], SnapshotError> {
    let count = header.section_count.get();
    if count > MAX_SECTIONS {
        return Err(SnapshotError::Layout {
            place: "header",
            rule: "too many sections",
            got: count.into(),
        });
    }
    let end = HEADER_LEN + u64::from(count) * SECTION_LEN;
    let truncated = || SnapshotError::Truncated {
        expected: end,
        got: bytes.len() as u64,
    };
    let table = bytes
        .get(to_usize(HEADER_LEN)..to_usize(end))
        .ok_or_else(truncated)?;
    let (expected, got) = (header.table_checksum.get(), xxh3_64(table));
    if expected != got {
        return Err(SnapshotError::Checksum {
            place: "section table",
            expected,
            got,
        });
    }
    <[SectionRecord]>::ref_from_bytes(table).map_err(|_| truncated())
}

/// The layout is fully determined by the lengths, so nothing can hide between sections.
fn check_entry(
    entry: &SectionRecord,
    last_id: u32,
    expected_offset: u64,
) -> Result<Slot, SnapshotError> {
    let place = section::name(entry.id.get());
    let broken = |rule, got| Err(SnapshotError::Layout { place, rule, got });
    if entry.id.get() <= last_id {
        return broken("sections must be in ascending order", entry.id.get().into());
    }
    if entry.id.get() >= MAX_SECTIONS {
        return broken("section number is too large", entry.id.get().into());
    }
    if entry.offset.get() != expected_offset {
        return broken(
            "section does not start where the one before it ends",
            entry.offset.get(),
        );
    }
    let record_size = u64::from(entry.record_size.get());
    if record_size == 0 || record_size.checked_mul(entry.count.get()) != Some(entry.length.get()) {
        return broken("length must be record size times count", entry.length.get());
    }
    if record_size > 1 && entry.count.get() >= u64::from(u32::MAX) {
        return broken("too many records for 32-bit rows", entry.count.get());
    }
    let (Ok(offset), Ok(length)) = (
        usize::try_from(entry.offset.get()),
        usize::try_from(entry.length.get()),
    ) else {
        return broken("section is too large for this machine", entry.length.get());
    };
    Ok(Slot {
        offset,
        length,
        record_size: entry.record_size.get() as usize,
        count: entry.count.get(),
        checksum: entry.checksum.get(),
    })
}
