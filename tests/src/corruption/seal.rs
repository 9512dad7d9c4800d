//! Recomputes every checksum of a part after it was changed, so that the checks behind them are reached.
//!
//! Written against the document and not with the project's writer: it must cope with tables that make no sense.

use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64;

const HEADER_LEN: usize = 64;
const ENTRY_LEN: usize = 40;
const TRAILER_LEN: usize = 16;
const TEXT_FILES: u32 = 28;
const TEXT_INDEX: u32 = 29;
const TEXT_FILE_LEN: usize = 24;

/// Bytes of a header's fields, from the document's table.
pub mod header {
    /// XXH3-64 of the section table.
    pub const TABLE_CHECKSUM: usize = 48;
    /// XXH3-64 of the header up to here.
    pub const HEADER_CHECKSUM: usize = 56;
    /// Entries of the section table.
    pub const SECTION_COUNT: usize = 40;
}

/// Bytes of a table entry's fields, from the document's table.
mod entry {
    pub(super) const OFFSET: usize = 16;
    pub(super) const LENGTH: usize = 24;
    pub(super) const CHECKSUM: usize = 32;
}

/// Makes all checksums right: of every section that lies in the file, of the table, of the header, in the trailer.
pub fn reseal(part: &mut [u8]) {
    reseal_sections(part);
    reseal_header(part);
}

/// Makes the checksums of table and header right and leaves those of the sections alone.
pub fn reseal_header(part: &mut [u8]) {
    let end = HEADER_LEN.saturating_add(section_count(part).saturating_mul(ENTRY_LEN));
    let table = part.get(HEADER_LEN..end).map(xxh3_64);
    put(part, header::TABLE_CHECKSUM, table);
    let checksum = part.get(..header::HEADER_CHECKSUM).map(xxh3_64);
    put(part, header::HEADER_CHECKSUM, checksum);
    if let Some(trailer) = part.len().checked_sub(TRAILER_LEN) {
        put(part, trailer, checksum);
    }
}

/// Where each section lies, as (first byte, byte after the last), whatever the table says.
pub fn sections(part: &[u8]) -> Vec<(usize, usize)> {
    (0..section_count(part).min(part.len() / ENTRY_LEN))
        .filter_map(|index| {
            let at = HEADER_LEN + index * ENTRY_LEN;
            let start = usize::try_from(get(part, at + entry::OFFSET)?).ok()?;
            let length = usize::try_from(get(part, at + entry::LENGTH)?).ok()?;
            Some((start, start.checked_add(length)?))
        })
        .collect()
}

/// Where a section lies; nothing if the table has no entry of that number in the file.
pub fn place(part: &[u8], id: u32) -> Range<usize> {
    let entries = part
        .get(HEADER_LEN..)
        .unwrap_or_default()
        .chunks_exact(ENTRY_LEN);
    let at = entries
        .take(section_count(part))
        .position(|entry| entry.starts_with(&id.to_le_bytes()));
    let place = at.and_then(|at| sections(part).get(at).copied());
    place
        .filter(|&(_, end)| end <= part.len())
        .map_or(0..0, |(start, end)| start..end)
}

/// Makes tantivy's own checksums right: every file of the text index ends with a JSON object that holds the CRC-32 of
/// all before it, the object's length and a magic number.
pub fn reseal_text_index(catalog: &mut [u8]) {
    let (files, index) = (place(catalog, TEXT_FILES), place(catalog, TEXT_INDEX));
    for record in files.step_by(TEXT_FILE_LEN) {
        let number = |at| get(catalog, at).and_then(|number| usize::try_from(number).ok());
        let (Some(offset), Some(length)) = (number(record + 8), number(record + 16)) else {
            return;
        };
        let start = index.start.saturating_add(offset);
        let end = start.saturating_add(length).min(index.end);
        if let Some(file) = catalog.get_mut(start..end) {
            reseal_text_file(file);
        }
    }
}

fn reseal_text_file(file: &mut [u8]) -> Option<()> {
    let footer_end = file.len().checked_sub(8)?;
    let footer_length = u32::from_le_bytes(file.get(footer_end..footer_end + 4)?.try_into().ok()?);
    let body_end = footer_end.checked_sub(footer_length as usize)?;
    let (body, footer) = file.get_mut(..footer_end)?.split_at_mut(body_end);
    let at = footer.windows(6).position(|window| window == b"\"crc\":")? + 6;
    let place = footer.get_mut(at..)?;
    let digits = place.iter().position(|&byte| byte == b'}')?;
    let mut hasher = flate2::Crc::new();
    hasher.update(body);
    // The number must take the same room: leading spaces are lawful JSON, a longer number stays wrong.
    let number = format!("{:>digits$}", hasher.sum());
    place
        .get_mut(..number.len())
        .filter(|_| number.len() == digits)?
        .copy_from_slice(number.as_bytes());
    Some(())
}

fn reseal_sections(part: &mut [u8]) {
    for index in 0..section_count(part).min(part.len() / ENTRY_LEN) {
        let at = HEADER_LEN + index * ENTRY_LEN;
        let (Some(start), Some(length)) =
            (get(part, at + entry::OFFSET), get(part, at + entry::LENGTH))
        else {
            return;
        };
        let range = usize::try_from(start)
            .ok()
            .zip(usize::try_from(start.saturating_add(length)).ok());
        let checksum = range
            .and_then(|(start, end)| part.get(start..end))
            .map(xxh3_64);
        put(part, at + entry::CHECKSUM, checksum);
    }
}

fn section_count(part: &[u8]) -> usize {
    let bytes = part.get(header::SECTION_COUNT..header::SECTION_COUNT + 4);
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .map_or(0, |bytes| u32::from_le_bytes(bytes) as usize)
}

fn get(part: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(
        part.get(at..at.checked_add(8)?)?.try_into().ok()?,
    ))
}

fn put(part: &mut [u8], at: usize, value: Option<u64>) {
    if let (Some(value), Some(place)) = (value, part.get_mut(at..at + 8)) {
        place.copy_from_slice(&value.to_le_bytes());
    }
}
