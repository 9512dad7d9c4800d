//! A feed that differs from the one before in a few records: its halves are those from before with some lines
//! exchanged, and are the same, byte for byte, as if all records had been read.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Seek as _;
use std::ops::Range;

use frontage_shared::model::money::Currency;

use super::half_writer::HalfWriter;
use super::sort::Sorter;
use super::{
    Draft, Facts, Feed, FeedError, FeedFolder, Half, Line, MappedHalf, io_error, parse_line,
};
use crate::config::Provides;
use crate::wire::{Document, Kind, Short, variant_key};

/// A feed made from the one before.
#[derive(Debug)]
pub struct Patched {
    /// The feed.
    pub feed: Feed,
    /// What is counted of each line that one of both has, or both have differently.
    pub differences: Vec<(Option<Facts>, Option<Facts>)>,
}

/// Something else stands where the line of a half used to be.
struct Edit {
    place: Range<usize>,
    insert: Option<Vec<u8>>,
}

/// Lines of a feed that go, and lines that come.
#[derive(Debug, Default)]
struct Exchange {
    catalog: (Vec<Line>, Vec<Line>),
    offers: (Vec<Line>, Vec<Line>),
    /// Documents that go and come, by kind.
    counts: (BTreeMap<Kind, u64>, BTreeMap<Kind, u64>),
}

impl FeedFolder {
    /// Exchanges lines of a feed: those of `removed` go, and those of `added` come.
    ///
    /// Gives nothing if the feed does not have just these lines, or already has another document with the key of one
    /// that comes: then somebody has to read all records and say what is wrong.
    ///
    /// # Errors
    /// A file cannot be read or written.
    pub fn patch(
        &self,
        before: &Feed,
        provides: Provides,
        (removed, added): (Draft, Draft),
        as_of: i64,
    ) -> Result<Option<Patched>, FeedError> {
        let exchange = Exchange {
            counts: (removed.counts, added.counts),
            catalog: (lines(removed.catalog.0)?, lines(added.catalog.0)?),
            offers: (lines(removed.offers.0)?, lines(added.offers.0)?),
        };
        self.exchange(before, provides, exchange, as_of)
    }

    /// Applies a feed of changes: documents that come replace those of the same kind and key, and others are deleted.
    ///
    /// # Errors
    /// A file cannot be read or written.
    pub fn apply(
        &self,
        before: &Feed,
        provides: Provides,
        delta: Draft,
        as_of: i64,
    ) -> Result<Patched, FeedError> {
        let mut exchange = Exchange::default();
        exchange.catalog.1 = lines(delta.catalog.0)?;
        exchange.offers.1 = lines(delta.offers.0)?;
        exchange.counts.1 = delta.counts;
        let coming = match provides {
            Provides::Catalog | Provides::Orders => &exchange.catalog.1,
            Provides::Offers | Provides::Terms => &exchange.offers.1,
        };
        let coming = coming.iter().map(|line| (line.kind, line.key.clone()));
        let names: BTreeSet<(Kind, String)> = coming.chain(delta.deleted).collect();
        let (catalog, offers) = (self.map(&before.catalog)?, self.map(&before.offers)?);
        let has_variants = before.counts.contains_key(&Kind::Variant);
        for (kind, key) in names {
            let lines = match kind {
                fast if fast.is_fast() => offers.find(kind, &key)?,
                _ => catalog.find(kind, &key)?,
            };
            *exchange.counts.0.entry(kind).or_default() += lines.len() as u64;
            for line in &lines {
                for id in offered_by(line) {
                    // A product may have a variant of its own name, in a document of its own.
                    let elsewhere = has_variants
                        && kind == Kind::Product
                        && !catalog
                            .find(Kind::Variant, &variant_key(&key, &id))?
                            .is_empty();
                    if !elsewhere {
                        exchange.offers.0.extend(offers.find(Kind::Offer, &id)?);
                    }
                }
            }
            match kind {
                fast if fast.is_fast() => exchange.offers.0.extend(lines),
                _ => exchange.catalog.0.extend(lines),
            }
        }
        exchange.offers.0.sort();
        exchange.offers.0.dedup();
        let patched = self.exchange(before, provides, exchange, as_of)?;
        patched.ok_or_else(|| FeedError::Damaged {
            path: self.half_path(&before.catalog),
            reason: "it does not hold a line that was found in it".to_owned(),
        })
    }

    fn exchange(
        &self,
        before: &Feed,
        provides: Provides,
        exchange: Exchange,
        as_of: i64,
    ) -> Result<Option<Patched>, FeedError> {
        let Ok(currency) = Currency::parse(&before.summary.currency) else {
            return Ok(None);
        };
        let mut feed = Feed {
            as_of,
            offers_since: as_of,
            counts: counts_after(&before.counts, &exchange.counts),
            ..before.clone()
        };
        let mut differences = Vec::new();
        // A product's offers may well have keys that others have, too: whose they are is decided when they are merged.
        let is_unique = provides != Provides::Catalog;
        for (half, (removed, added), is_unique) in [
            (&mut feed.catalog, exchange.catalog, true),
            (&mut feed.offers, exchange.offers, is_unique),
        ] {
            let (removed, added) = without_common(removed, added);
            if removed.is_empty() && added.is_empty() {
                continue;
            }
            let Some(edits) = edits(self.map(half)?, &removed, &added, is_unique)? else {
                return Ok(None);
            };
            let documents = half.documents + added.len() as u64 - removed.len() as u64;
            *half = self.write_edited(half, edits, documents)?;
            let facts = |line: Option<&Line>| line.and_then(|line| Facts::read(line, currency));
            side_by_side(&removed, &added, &mut |before, after| {
                differences.push((facts(before), facts(after)));
                true
            });
        }
        for (before, after) in &differences {
            before.iter().for_each(|facts| feed.summary.remove(facts));
            after.iter().for_each(|facts| feed.summary.add(facts));
        }
        Ok(Some(Patched { feed, differences }))
    }

    fn write_edited(
        &self,
        old: &Half,
        edits: Vec<Edit>,
        documents: u64,
    ) -> Result<Half, FeedError> {
        let path = self.half_path(old);
        let mut old = File::open(&path).map_err(io_error(&path))?;
        let mut half = HalfWriter::create(self, "half")?;
        let mut at = 0;
        for edit in edits {
            let kept = edit.place.start.saturating_sub(at);
            half.copy((&mut old, path.as_path()), kept as u64)?;
            half.write(&edit.insert.unwrap_or_default())?;
            // What comes at the place of a line that goes is written before that one is left out.
            let gone = edit.place.end - edit.place.start;
            let gone = i64::try_from(gone).unwrap_or(i64::MAX);
            old.seek_relative(gone).map_err(io_error(&path))?;
            at = edit.place.end;
        }
        half.copy((&mut old, path.as_path()), u64::MAX)?;
        half.finish(self, documents)
    }
}

/// How many documents of each kind there are when some went and some came.
fn counts_after(
    before: &BTreeMap<Kind, u64>,
    (gone, new): &(BTreeMap<Kind, u64>, BTreeMap<Kind, u64>),
) -> BTreeMap<Kind, u64> {
    let mut counts = before.clone();
    for (kind, count) in new {
        *counts.entry(*kind).or_default() += count;
    }
    for (kind, count) in gone {
        if let Some(known) = counts.get_mut(kind) {
            *known = known.saturating_sub(*count);
        }
    }
    counts.retain(|_, count| *count > 0);
    counts
}

/// The keys under which the offers of a product or variant stand.
pub(super) fn offered_by(line: &Line) -> Vec<String> {
    match Document::from_json(&line.json) {
        Ok(Document::Product(product)) => {
            let variants = product.variants.into_iter();
            let ids = variants.map(|variant| variant.id).chain([product.id]);
            ids.map(Short::into_string).collect()
        }
        Ok(Document::Variant(variant)) => vec![variant.id.into_string()],
        _ => Vec::new(),
    }
}

/// All lines of a sorter, in order.
fn lines(sorter: Sorter) -> Result<Vec<Line>, FeedError> {
    let mut lines = Vec::new();
    sorter.finish(|text| {
        let text = std::str::from_utf8(text).unwrap_or_default();
        lines.extend(parse_line(text.trim_end_matches('\n')));
        Ok(())
    })?;
    Ok(lines)
}

/// Both without the lines that are in both.
pub(super) fn without_common(removed: Vec<Line>, added: Vec<Line>) -> (Vec<Line>, Vec<Line>) {
    let (mut gone, mut new) = (Vec::new(), Vec::new());
    let (mut removed, mut added) = (removed.into_iter().peekable(), added.into_iter().peekable());
    loop {
        let order = match (removed.peek(), added.peek()) {
            (Some(a), Some(b)) => a.cmp(b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return (gone, new),
        };
        match order {
            Ordering::Less => gone.extend(removed.next()),
            Ordering::Greater => new.extend(added.next()),
            Ordering::Equal => drop((removed.next(), added.next())),
        }
    }
}

/// Where lines go and come, in the order of the half.
fn edits(
    mut old: MappedHalf,
    removed: &[Line],
    added: &[Line],
    is_unique: bool,
) -> Result<Option<Vec<Edit>>, FeedError> {
    let mut edits: Vec<Edit> = Vec::new();
    for (index, line) in removed.iter().enumerate() {
        old.forget_after(index)?;
        // Offers of several products may be the same to the letter; then one line stands behind the other.
        let again = index.checked_sub(1).and_then(|before| removed.get(before)) == Some(line);
        let place = match edits.last().filter(|_| again) {
            Some(before) => old.place_at(before.place.end, line)?,
            None => old.place_at(old.start_of(line)?, line)?,
        };
        let Some(place) = place else {
            return Ok(None);
        };
        edits.push(Edit {
            place,
            insert: None,
        });
    }
    for (index, line) in added.iter().enumerate() {
        old.forget_after(index)?;
        if is_unique {
            let there = old.find(line.kind, &line.key)?.len();
            if there > named(removed, line).len() {
                return Ok(None);
            }
        }
        let start = old.start_of(line)?;
        edits.push(Edit {
            place: start..start,
            insert: Some(line.text()),
        });
    }
    edits.sort_by_key(|edit| (edit.place.start, edit.place.end));
    Ok(Some(edits))
}

/// Of lines in order, those with the kind and key of another one.
fn named<'a>(lines: &'a [Line], other: &Line) -> &'a [Line] {
    let name = (other.kind, &other.key);
    let start = lines.partition_point(|line| (line.kind, &line.key) < name);
    let end = lines.partition_point(|line| (line.kind, &line.key) <= name);
    &lines[start..end]
}

/// Calls `each` with the lines of both that have the same kind and key, and with each line that stands alone, until
/// it gives false and wants no more; then gives false, too.
pub(super) fn side_by_side(
    removed: &[Line],
    added: &[Line],
    each: &mut impl FnMut(Option<&Line>, Option<&Line>) -> bool,
) -> bool {
    let (mut removed, mut added) = (removed.iter().peekable(), added.iter().peekable());
    loop {
        let order = match (removed.peek(), added.peek()) {
            (Some(a), Some(b)) => (a.kind, &a.key).cmp(&(b.kind, &b.key)),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return true,
        };
        let before = if order.is_le() { removed.next() } else { None };
        let after = if order.is_ge() { added.next() } else { None };
        if !each(before, after) {
            return false;
        }
    }
}
