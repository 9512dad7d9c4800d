//! §13 Paths that were left, the merchant's own redirects, and when content changed: sections that version 1.4 added.
//!
//! A former path whose thing is elsewhere stands in `ROUTES` as ever; here stands since when, and which paths lead
//! nowhere any more. One generation carries it to the next.

use xxhash_rust::xxh3::xxh3_64;
use zerocopy::little_endian::{I64, U32, U64};

use super::SnapshotError;
use super::catalog::Catalog;
use super::categories::{BrandRecord, CategoryRecord, PageRecord};
use super::heap::Heap;
use super::layout::section;
use super::locales::LocaleRecord;
use super::products::ProductRecord;
use super::record::{Bounds, StrRef, record};
use super::routes::{RouteKind, hash};
use super::verify::{order, sorted};

record! {
    /// A path that something left.
    pub struct LeftPathRecord in section::LEFT_PATHS {
        /// Language of the path: 0 the shop's own, the further ones from 1; the sort key, then hash and path.
        locale: U32,
        /// As in `ROUTES`.
        kind: U32,
        /// As in `ROUTES`: of kind and path.
        hash: U64,
        /// The path below the kind's prefix.
        path: StrRef,
        /// The merchant's id of what had it; a brand's slug.
        id: StrRef,
        /// The instant at which it was left, or at which where it leads changed from something to nothing or back.
        since: I64,
        /// 0 if a former path in the routes says where it leads, 1 if it leads nowhere.
        gone: U32,
    }
}

record! {
    /// A redirect of the merchant's.
    pub struct RedirectRecord in section::REDIRECTS {
        /// XXH3-64 of `from`; the sort key, then `from`.
        hash: U64,
        /// A path from the root of the shop, perhaps with a query, percent-encoded.
        from: StrRef,
        /// A path from the root of the shop, or a whole address.
        to: StrRef,
        /// The instant at which it came, or came to lead elsewhere.
        since: I64,
    }
}

record! {
    /// When the content of a page last changed.
    pub struct ContentChangeRecord in section::CONTENT_CHANGES {
        /// A hash of the content, of the writer's own making.
        content: U64,
        /// The instant of the change.
        at: I64,
    }
}

/// A path that something left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LeftPath<'a> {
    /// What kind of thing it named.
    pub kind: RouteKind,
    /// The path below the kind's prefix.
    pub path: &'a str,
    /// The merchant's id of what had it; a brand's slug.
    pub id: &'a str,
    /// Since when it leads where it leads, Unix seconds.
    pub since: i64,
    /// Whether it leads nowhere.
    pub gone: bool,
}

/// When content changed, and what tells it from other content.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ContentChange {
    /// A hash of the writer's own making.
    pub content: u64,
    /// Unix seconds.
    pub at: i64,
}

/// A path that was left, as it is written.
pub fn left_path(
    strings: &mut Heap,
    locale: u32,
    left: &LeftPath<'_>,
) -> Result<LeftPathRecord, super::heap::HeapFull> {
    Ok(LeftPathRecord {
        locale: locale.into(),
        kind: left.kind.number().into(),
        hash: hash(left.kind, left.path).into(),
        path: strings.string(left.path)?,
        id: strings.string(left.id)?,
        since: left.since.into(),
        gone: u32::from(left.gone).into(),
    })
}

/// A redirect of the merchant's, as it is written.
pub fn redirect(
    strings: &mut Heap,
    (from, to): (&str, &str),
    since: i64,
) -> Result<RedirectRecord, super::heap::HeapFull> {
    Ok(RedirectRecord {
        hash: xxh3_64(from.as_bytes()).into(),
        from: strings.string(from)?,
        to: strings.string(to)?,
        since: since.into(),
    })
}

/// Puts both into the order that finding them needs.
pub(super) fn sort(left: &mut [LeftPathRecord], redirects: &mut [RedirectRecord], strings: &Heap) {
    left.sort_by_cached_key(|one| {
        let path = strings.get(one.path).to_owned();
        (one.locale.get(), one.hash.get(), path)
    });
    redirects.sort_by_cached_key(|one| (one.hash.get(), strings.get(one.from).to_owned()));
}

impl Catalog {
    /// What is known of a path that something left, in this language, else in the shop's own.
    pub fn left(&self, kind: RouteKind, path: &str) -> Option<LeftPath<'_>> {
        let own = self.left_number();
        let found = self.find_left(own, kind, path);
        found.or_else(|| self.find_left(0, kind, path).filter(|_| own != 0))
    }

    /// The same, in this language alone.
    pub fn left_here(&self, kind: RouteKind, path: &str) -> Option<LeftPath<'_>> {
        self.find_left(self.left_number(), kind, path)
    }

    fn find_left(&self, locale: u32, kind: RouteKind, path: &str) -> Option<LeftPath<'_>> {
        let rows = self.rows::<LeftPathRecord>();
        if rows.is_empty() {
            return None;
        }
        let wanted = (locale, hash(kind, path));
        let key = |left: &LeftPathRecord| (left.locale.get(), left.hash.get());
        let start = rows.partition_point(|left| key(left) < wanted);
        let mut rows = rows.slice(start..rows.len()).iter();
        let mut found = std::iter::from_fn(|| rows.next().filter(|left| key(left) == wanted));
        found
            .find(|left| left.kind.get() == kind.number() && self.part().str(left.path) == path)
            .and_then(|left| self.read_left(left))
    }

    /// Every path of this language that something left.
    pub fn left_paths(&self) -> impl Iterator<Item = LeftPath<'_>> {
        let own = self.left_number();
        let rows = self.rows::<LeftPathRecord>();
        let start = rows.partition_point(|left| left.locale.get() < own);
        let end = rows.partition_point(|left| left.locale.get() <= own);
        let rows = rows.slice(start..end.max(start));
        rows.iter().filter_map(|left| self.read_left(left))
    }

    fn read_left(&self, left: &LeftPathRecord) -> Option<LeftPath<'_>> {
        Some(LeftPath {
            kind: RouteKind::from_number(left.kind.get())?,
            path: self.part().str(left.path),
            id: self.part().str(left.id),
            since: left.since.get(),
            gone: left.gone.get() != 0,
        })
    }

    fn left_number(&self) -> u32 {
        u32::try_from(self.locale_index().0).unwrap_or(u32::MAX)
    }

    /// Where the merchant leads from a path, and since when.
    pub fn redirect(&self, from: &str) -> Option<(&str, i64)> {
        let rows = self.rows::<RedirectRecord>();
        if rows.is_empty() {
            return None;
        }
        let wanted = xxh3_64(from.as_bytes());
        let start = rows.partition_point(|one| one.hash.get() < wanted);
        let mut rows = rows.slice(start..rows.len()).iter();
        let mut found = std::iter::from_fn(|| rows.next().filter(|one| one.hash.get() == wanted));
        found
            .find(|one| self.part().str(one.from) == from)
            .map(|one| (self.part().str(one.to), one.since.get()))
    }

    /// All redirects of the merchant's: from, to, since.
    pub fn redirects(&self) -> impl Iterator<Item = (&str, &str, i64)> {
        let rows = self.rows::<RedirectRecord>();
        let part = self.part();
        rows.iter()
            .map(|one| (part.str(one.from), part.str(one.to), one.since.get()))
    }

    /// When the content at a row last changed, if that is known.
    pub fn content_change(&self, kind: RouteKind, row: u32) -> Option<ContentChange> {
        let sizes = self.content_sizes();
        let place = sizes.iter().position(|(known, _)| *known == kind)?;
        let (before, own) = (sizes.get(..place)?, sizes.get(place)?);
        let start: u64 = before.iter().map(|(_, rows)| u64::from(*rows)).sum();
        let at = u32::try_from(start + u64::from(row)).ok()?;
        let record = self.rows::<ContentChangeRecord>().get(at);
        record.filter(|_| row < own.1).map(|record| ContentChange {
            content: record.content.get(),
            at: record.at.get(),
        })
    }

    /// The rows of `CONTENT_CHANGES`: of which kind, and how many, in order.
    fn content_sizes(&self) -> [(RouteKind, u32); 4] {
        [
            (RouteKind::Product, self.rows::<ProductRecord>().len()),
            (RouteKind::Category, self.rows::<CategoryRecord>().len()),
            (RouteKind::Brand, self.rows::<BrandRecord>().len()),
            (RouteKind::Page, self.rows::<PageRecord>().len()),
        ]
    }

    /// Checks these sections, which versions before 1.4 do not have.
    pub(super) fn verify_ledger(&self, bounds: &Bounds<'_>) -> Result<(), SnapshotError> {
        if !self.part.has(section::LEFT_PATHS) {
            return Ok(());
        }
        let part = &self.part;
        part.verify_rows::<LeftPathRecord>(section::LEFT_PATHS, bounds)?;
        part.verify_rows::<RedirectRecord>(section::REDIRECTS, bounds)?;
        part.verify_rows::<ContentChangeRecord>(section::CONTENT_CHANGES, bounds)?;
        let left = self.rows::<LeftPathRecord>();
        let keys = left.iter().map(|left| {
            let path = part.str(left.path);
            (left.locale.get(), left.hash.get(), path)
        });
        sorted(section::LEFT_PATHS, keys, true)?;
        let locales = self.rows::<LocaleRecord>().len();
        for (row, left) in (0..).zip(left.iter()) {
            let kind = RouteKind::from_number(left.kind.get());
            let own = kind.map(|kind| hash(kind, part.str(left.path)));
            if own != Some(left.hash.get()) || left.locale.get() > locales {
                let rule = "must have a known kind, the hash of kind and path, and a language";
                return Err(order(section::LEFT_PATHS, row, rule));
            }
        }
        let redirects = self.rows::<RedirectRecord>();
        let keys = redirects
            .iter()
            .map(|one| (one.hash.get(), part.str(one.from)));
        sorted(section::REDIRECTS, keys, true)?;
        let is_own =
            |one: &RedirectRecord| one.hash.get() == xxh3_64(part.str(one.from).as_bytes());
        if let Some((row, _)) = (0..).zip(redirects.iter()).find(|(_, one)| !is_own(one)) {
            return Err(order(
                section::REDIRECTS,
                row,
                "must have the hash of its path",
            ));
        }
        let wanted: u64 = self
            .content_sizes()
            .iter()
            .map(|(_, rows)| u64::from(*rows))
            .sum();
        let got = self.rows::<ContentChangeRecord>().len();
        match got == 0 || u64::from(got) == wanted {
            true => Ok(()),
            false => Err(order(
                section::CONTENT_CHANGES,
                got,
                "one record for each product, category, brand and page, or none",
            )),
        }
    }
}
