//! Current and former paths. The routes of the last generation are the ledger: what had a path keeps it, and a path
//! that something left leads to where it went.

use frontage_shared::model::slug;
use frontage_shared::snapshot::catalog::Catalog;
use frontage_shared::snapshot::heap::{Heap, HeapFull};
use frontage_shared::snapshot::routes::{RouteKind, RouteRecord, hash};
use xxhash_rust::xxh3::xxh3_64;

use super::facets::row_count;
use super::rows::{Rows, Sought};

/// Gives products their slugs.
pub(super) struct ProductSlugs<'a> {
    previous: Option<&'a Catalog>,
    /// Hashes of slugs in use: two of one hash would cost a product its id behind its slug, and nothing else.
    taken: hashbrown::HashSet<u64>,
}

impl<'a> ProductSlugs<'a> {
    pub(super) fn new(previous: Option<&'a Catalog>) -> Self {
        Self {
            previous,
            taken: hashbrown::HashSet::new(),
        }
    }

    /// The merchant's slug, else the one it had, else one from its name. A slug in use, or pinned to another product
    /// of the last generation, gets the product's id appended, then a number.
    pub(super) fn assign(&mut self, id: &str, wanted: Option<&str>, name: &str) -> String {
        let had = self
            .previous
            .and_then(|previous| previous.product_by_id(id))
            .map(|product| product.slug());
        let wanted = wanted.filter(|slug| slug::is_valid(slug));
        let derived = || Some(slug::from_text(name)).filter(|slug| !slug.is_empty());
        let base = wanted
            .or(had)
            .map(str::to_owned)
            .or_else(derived)
            .unwrap_or_else(|| "product".to_owned());
        let with_id = Some(slug::from_text(id))
            .filter(|id| !id.is_empty())
            .map(|id| format!("{base}-{id}"));
        let numbered = (2..).map(|number| format!("{base}-{number}"));
        let mut candidates = std::iter::once(base.clone()).chain(with_id).chain(numbered);
        let slug = candidates
            .find(|slug| self.is_free(slug, id))
            .unwrap_or(base);
        self.taken.insert(xxh3_64(slug.as_bytes()));
        slug
    }

    fn is_free(&self, slug: &str, id: &str) -> bool {
        if self.taken.contains(&xxh3_64(slug.as_bytes())) {
            return false;
        }
        let holder = self.previous.and_then(|previous| {
            let target = previous
                .route(RouteKind::Product, slug)
                .filter(|target| !target.former)?;
            previous.product(target.row)
        });
        holder.is_none_or(|holder| holder.id() == id)
    }
}

/// Collects all routes of the new generation.
#[derive(Default)]
pub(super) struct Routes {
    records: Vec<RouteRecord>,
    /// Current records by kind and path.
    current: Rows,
}

impl Routes {
    /// Adds the current path of a row.
    pub(super) fn add(
        &mut self,
        strings: &mut Heap,
        kind: RouteKind,
        path: &str,
        row: u32,
    ) -> Result<(), HeapFull> {
        let record = row_count(&self.records);
        self.current.add(Sought::of(kind.number(), path), record);
        self.push(strings, kind, path, row, false)
    }

    /// The row that has a path now; of two that were given one path, either.
    pub(super) fn row(&self, strings: &Heap, kind: RouteKind, path: &str) -> Option<u32> {
        let record = |at: u32| self.records.get(at as usize);
        let is_it = |at: u32| {
            record(at).is_some_and(|record| {
                record.kind.get() == kind.number() && strings.get(record.path) == path
            })
        };
        let found = self.current.find(Sought::of(kind.number(), path), is_it)?;
        record(found).map(|record| record.row.get())
    }

    /// Carries over what the last generation knew: every path it had for something that still exists elsewhere.
    /// `row_of` finds the new row of what an old row showed.
    pub(super) fn carry_over(
        &mut self,
        strings: &mut Heap,
        previous: &Catalog,
        row_of: impl Fn(RouteKind, u32) -> Option<u32>,
    ) -> Result<(), HeapFull> {
        for (kind, path, target) in previous.routes() {
            if self.row(strings, kind, path).is_some() {
                continue;
            }
            if let Some(row) = row_of(kind, target.row) {
                self.push(strings, kind, path, row, true)?;
            }
        }
        Ok(())
    }

    pub(super) fn into_records(self) -> Vec<RouteRecord> {
        self.records
    }

    fn push(
        &mut self,
        strings: &mut Heap,
        kind: RouteKind,
        path: &str,
        row: u32,
        former: bool,
    ) -> Result<(), HeapFull> {
        self.records.push(RouteRecord {
            hash: hash(kind, path).into(),
            path: strings.string(path)?,
            kind: kind.number().into(),
            row: row.into(),
            former: u32::from(former).into(),
        });
        Ok(())
    }
}
