//! Which lines of a feed were not in the one before, and which of that one are gone.
//!
//! It only saves work. Whatever is not as simple as one record per line, in one container or none, gives nothing, and
//! somebody reads all records. No line is taken apart but those that changed.

use super::lines;
use super::stretch::Stretch;
use crate::fetch::RawPage;
use frontage_shared::snapshot::mapped;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use xxhash_rust::xxh3::xxh3_128;

/// With more than one changed byte among this many, reading all is about as fast.
const BYTES_PER_CHANGE: u64 = 10;
/// A small feed may change altogether.
const MIN_LIMIT_BYTES: u64 = 1 << 20;

/// The lines by which two feeds differ.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// Lines that only the earlier feed has, each with its end.
    pub removed: Vec<u8>,
    /// Lines that only the later feed has, each with its end.
    pub added: Vec<u8>,
    /// Records of the later feed.
    pub records: u64,
}

/// A page without its container.
struct Body<'a> {
    records: Stretch<'a>,
    /// What the `end` line counts, if there is one.
    counts: Option<BTreeMap<String, u64>>,
}

/// Compares two feeds of one record per line, unless too much changed or either is not as simple as that.
pub fn changed(before: &[RawPage], after: &[RawPage]) -> Option<Changed> {
    let old: Vec<Body<'_>> = before.iter().map(Body::open).collect::<Option<_>>()?;
    let new: Vec<Body<'_>> = after.iter().map(Body::open).collect::<Option<_>>()?;
    // A container may run over several pages; who wants to know where it ends reads them in order.
    let has_container = |body: &Body<'_>| body.counts.is_some();
    if (old.len() > 1 && old.iter().any(has_container))
        || (new.len() > 1 && new.iter().any(has_container))
    {
        return None;
    }
    let total: u64 = new.iter().map(|body| body.records.len()).sum();
    let limit = (total / BYTES_PER_CHANGE).max(MIN_LIMIT_BYTES);
    let mut changed = exchange(&old, &new, limit)?;
    for body in &new {
        body.records.each_line(|_| {
            changed.records += 1;
            Some(())
        })?;
    }
    let counts = |bodies: &[Body<'_>]| bodies.first().and_then(|body| body.counts.clone());
    match (counts(&old), counts(&new)) {
        (None, None) => Some(changed),
        (Some(old), Some(new)) => (counted(old, &changed)? == new).then_some(changed),
        _ => None,
    }
}

impl<'a> Body<'a> {
    fn open(page: &'a RawPage) -> Option<Self> {
        // Only its ends are looked at, so that no more of it comes into memory.
        let bytes = mapped::map(&page.file).ok()?;
        let body = |start: usize, end: usize, counts| Self {
            records: Stretch::new(&page.file, start as u64..end as u64),
            counts,
        };
        let text = bytes.trim_ascii_start();
        let begin = bytes.len() - text.len();
        let head = text.split(|byte| *byte == b'\n').next()?;
        let Some(is_full) = lines::begins_full_feed(&serde_json::from_slice(head).ok()?) else {
            return Some(body(0, bytes.len(), None));
        };
        let last = bytes.trim_ascii_end();
        let end = memchr::memrchr(b'\n', last)? + 1;
        let counts = lines::counts(&serde_json::from_slice(last.get(end..)?).ok()?);
        let start = begin + head.len();
        (is_full && start < end).then_some(body(start, end, Some(counts?)))
    }
}

/// What the `end` line has to count when these lines went and came; nothing if one of them is no record.
fn counted(mut counts: BTreeMap<String, u64>, changed: &Changed) -> Option<BTreeMap<String, u64>> {
    let kind = |line: &[u8]| {
        let record: Value = serde_json::from_slice(line).ok()?;
        let kind = record
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default();
        (kind != "feed" && kind != "end").then(|| kind.to_owned())
    };
    for line in lines_of(&changed.added) {
        *counts.entry(kind(line)?).or_default() += 1;
    }
    for line in lines_of(&changed.removed) {
        let count = counts.get_mut(&kind(line)?)?;
        *count = count.checked_sub(1)?;
    }
    counts.retain(|_, count| *count > 0);
    Some(counts)
}

/// The records of a page, or none if there are fewer pages.
fn records<'a>(bodies: &[Body<'a>], place: usize) -> Stretch<'a> {
    let body = bodies.get(place);
    body.map_or_else(Stretch::empty, |body| body.records.clone())
}

/// Lines of either side that the other has not.
fn exchange(old: &[Body<'_>], new: &[Body<'_>], limit: u64) -> Option<Changed> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for place in 0..old.len().max(new.len()) {
        let (a, b) = records(old, place).between_common(&records(new, place))?;
        ours.push(a);
        theirs.push(b);
    }
    let mut unmatched: HashMap<u128, u32> = HashMap::new();
    let mut names = Vec::new();
    for part in &theirs {
        part.each_line(|line| {
            let name = xxh3_128(line);
            names.push(name);
            *unmatched.entry(name).or_default() += 1;
            Some(())
        })?;
    }
    let mut changed = Changed::default();
    let add = |to: &mut Vec<u8>, line: &[u8]| {
        to.extend_from_slice(line);
        to.push(b'\n');
        (to.len() as u64 <= limit).then_some(())
    };
    for part in &ours {
        part.each_line(|line| match unmatched.get_mut(&xxh3_128(line)) {
            Some(count) if *count > 0 => {
                *count -= 1;
                Some(())
            }
            _ => add(&mut changed.removed, line),
        })?;
    }
    let mut names = names.into_iter();
    for part in &theirs {
        part.each_line(|line| {
            let count = unmatched.get_mut(&names.next()?);
            match count.filter(|count| **count > 0) {
                Some(count) => {
                    *count -= 1;
                    add(&mut changed.added, line)
                }
                None => Some(()),
            }
        })?;
    }
    Some(changed)
}

/// Lines that say anything, without their ends.
fn lines_of(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        loop {
            if rest.is_empty() {
                return None;
            }
            let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let line = rest.get(..end)?;
            rest = rest.get(end + 1..).unwrap_or_default();
            if !line.trim_ascii().is_empty() {
                return Some(line);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(folder: &tempfile::TempDir, name: &str, text: &str) -> RawPage {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        RawPage {
            url: name.to_owned(),
            bytes: text.len() as u64,
            file,
        }
    }

    /// What differs between two pages, removed and added lines with `|` between them.
    fn differ(before: &str, after: &str) -> Option<(String, String, u64)> {
        let folder = tempfile::tempdir().unwrap();
        let (before, after) = (page(&folder, "a", before), page(&folder, "b", after));
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace('\n', "|");
        changed(&[before], &[after])
            .map(|changed| (text(changed.removed), text(changed.added), changed.records))
    }

    fn expected(removed: &str, added: &str, records: u64) -> Option<(String, String, u64)> {
        Some((removed.to_owned(), added.to_owned(), records))
    }

    const ABC: &str = "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n";

    #[test]
    fn lines_that_changed_came_or_went_are_found() {
        assert_eq!(differ(ABC, ABC), expected("", "", 3));
        assert_eq!(
            differ(ABC, &ABC.replace('2', "22")),
            expected("{\"id\":2}|", "{\"id\":22}|", 3)
        );
        assert_eq!(
            differ(ABC, &format!("{ABC}\n  \n{{\"id\":4}}")),
            expected("", "{\"id\":4}|", 4)
        );
        assert_eq!(
            differ(&format!("{ABC}{ABC}"), ABC),
            expected("{\"id\":1}|{\"id\":2}|{\"id\":3}|", "", 3)
        );
    }

    #[test]
    fn another_order_changes_nothing() {
        assert_eq!(
            differ(ABC, "{\"id\":3}\n{\"id\":2}\n{\"id\":1}\n"),
            expected("", "", 3)
        );
    }

    #[test]
    fn a_container_has_to_count_what_came() {
        let feed = |lines: &[&str], counts: &str| {
            format!(
                "{{\"type\":\"feed\",\"version\":\"1\",\"mode\":\"full\"}}\n{}\n{{\"type\":\"end\",\"counts\":{counts}}}\n",
                lines.join("\n")
            )
        };
        let (a, b) = (
            "{\"type\":\"page\",\"id\":1}",
            "{\"type\":\"page\",\"id\":2}",
        );
        let one = feed(&[a], "{\"page\":1}");
        let both = feed(&[a, b], "{\"page\":2}");
        assert_eq!(differ(&one, &both), expected("", &format!("{b}|"), 2));
        assert_eq!(differ(&both, &one), expected(&format!("{b}|"), "", 1));
        let miscounted = feed(&[a, b], "{\"page\":1}");
        assert_eq!(differ(&one, &miscounted), None);
        let delta = both.replace("full", "delta");
        assert_eq!(differ(&one, &delta), None);
        let unended = both.lines().take(3).collect::<Vec<_>>().join("\n");
        assert_eq!(differ(&one, &unended), None);
        assert_eq!(differ(&format!("{a}\n"), &one), None);
        let twice = feed(
            &[a, "{\"type\":\"feed\",\"version\":\"1\"}"],
            "{\"page\":1}",
        );
        assert_eq!(differ(&one, &twice), None);
    }

    #[test]
    fn what_is_no_line_of_json_is_left_to_others() {
        assert_eq!(differ(ABC, ""), None);
        assert_eq!(differ(ABC, "[\n"), None);
        assert_eq!(differ("\u{feff}{}\n", ABC), None);
    }
}
